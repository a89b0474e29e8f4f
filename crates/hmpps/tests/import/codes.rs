//! Codes that the tables do not have: each is named, with the table to extend, and nothing is claimed because of it.

use risk_core::event::Kind;
use risk_core::event::vocabulary::{SourceAgency, Term};
use risk_hmpps::codes::Codes;
use risk_hmpps::import::{Given, Importer, read_table};
use risk_hmpps::input_table::TableKind;
use risk_hmpps::people::CaseMap;
use risk_hmpps::report::{Import, Outcome};
use serde_json::{Value, json};

use crate::{Logs, importer, key};

fn message(event_type: &str, info: &Value) -> Value {
    json!({"eventType": event_type, "version": 1, "occurredAt": "2026-06-14T09:06:52Z", "additionalInformation": info,
        "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}})
}

fn reported(event_type: &str, info: &Value) -> Import {
    Logs::default().deliver(&importer(), Given::Messages(message(event_type, info).to_string().as_bytes()))
}

fn registered(info: &Value) -> Import {
    let mut all =
        json!({"registrationId": "7", "registrationDate": "2026-06-14", "createdDateAndTime": "2026-06-14T09:06:52Z"});
    all.as_object_mut().unwrap().extend(info.as_object().unwrap().clone());
    reported("probation-case.registration.added", &all)
}

fn contacts(rows: &str) -> Import {
    contacts_of("crn,type,date,time,outcome,created", rows)
}

fn contacts_of(head: &str, rows: &str) -> Import {
    Logs::default()
        .deliver(&importer(), read_table(TableKind::Contacts, format!("{head}\n{rows}\n").as_bytes()).unwrap())
}

fn unmapped(import: &Import) -> (&'static str, String) {
    match &import.report.messages[0].outcome {
        Outcome::Unmapped { table, code, .. } => (table, code.clone()),
        other => panic!("{other:?}"),
    }
}

fn kinds(import: &Import) -> Vec<&'static str> {
    import.records.iter().map(|r| r.event().unwrap().kind().name()).collect()
}

#[test]
fn an_unknown_code_is_named_with_its_table_and_makes_nothing() {
    let long = "x".repeat(200);
    for (event_type, info, table, code) in [
        ("probation-case.registration.added", json!({"registerTypeCode": "DASO"}), "registers", "DASO"),
        ("probation-case.registration.updated", json!({"registerTypeCode": "RVRH"}), "registers", "RVRH"),
        ("probation-case.registration.deregistered", json!({"registerTypeCode": "ADVP2"}), "registers", "ADVP2"),
        (
            "probation-case.requirement.created",
            json!({"requirementMainType": "Court - Travel Monitoring", "requirementSubType": "She said he hit her"}),
            "requirements",
            "Court - Travel Monitoring / text of 19 characters",
        ),
        ("probation-case.requirement.created", json!({"requirementMainType": "ZZ"}), "requirements", "ZZ"),
        (
            "probation-case.requirement.created",
            json!({ "requirementMainType": long }),
            "requirements",
            "text of 200 characters",
        ),
        (
            "probation-case.licence-condition.created",
            json!({"licconditionMainType": "Making or maintaining contact with a person", "licconditionSubType": "NEW9"}),
            "licence_conditions",
            "text of 43 characters / NEW9",
        ),
        ("some-service.thing.happened", json!({}), "events", "some-service.thing.happened"),
    ] {
        let import = reported(event_type, &info);
        assert!(import.records.is_empty(), "{code}");
        assert_eq!(unmapped(&import), (table, code.to_owned()));
        assert_eq!(import.report.counts["unmapped"], 1);
    }
    let rows = "crn,type,registered,created\nX800001,DASO,2026-06-14,2026-06-14\n";
    let import = Logs::default().deliver(&importer(), read_table(TableKind::Registrations, rows.as_bytes()).unwrap());
    assert_eq!(unmapped(&import), ("registers", "DASO".to_owned()));
    assert_eq!(import.report.codes["DASO"].unmapped, 1);
}

#[test]
fn no_word_of_a_message_is_shown_that_may_be_somebody_s() {
    let (phrase, word) = ("she said he strangled Zebrafoot", "strangledZebrafoot");
    for words in [phrase, word] {
        let message = |event_type: &str, info: Value| {
            json!({"eventType": event_type, "occurredAt": "2026-06-14T09:06:52Z",
            "additionalInformation": info, "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}})
        };
        let requirement = |main: &str, sub: &str| {
            let info = json!({"requirementId": "1", "eventNumber": "1", "requirementMainType": main, "requirementSubType": sub});
            message("probation-case.requirement.created", info)
        };
        let registration = |of: Value| {
            let mut info = json!({"registrationId": "1", "registerTypeCode": "ADVP", "registrationDate": "2026-06-14"});
            info.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
            message("probation-case.registration.added", info)
        };
        let mut undated = registration(json!({}));
        undated["occurredAt"] = json!(words);
        let twice = registration(json!({})).to_string().replacen('{', &format!(r#"{{"{words}":1,"{words}":2,"#), 1);
        for text in [
            requirement("x", words).to_string(),
            requirement(words, "Building").to_string(),
            registration(json!({"registerTypeCode": words})).to_string(),
            registration(json!({"registrationLevelCode": words})).to_string(),
            registration(json!({"registrationDate": words})).to_string(),
            undated.to_string(),
            twice,
            json!(words).to_string(),
            words.to_owned(),
            json!({"Type": "Notification", "Message": words}).to_string(),
            json!({"Type": "Notification", "Message": json!(words).to_string()}).to_string(),
        ] {
            let import = Logs::default().deliver(&importer(), Given::Messages(text.as_bytes()));
            let report = serde_json::to_string(&import.report).unwrap();
            assert!(!report.contains("ebrafoot"), "{text}: {report}");
        }
        for place in 1..5 {
            let mut row = ["X800001", "C204", "2026-06-14", "", "2026-06-14"];
            row[place] = words;
            let table = format!("crn,type,date,outcome,created\n{}\n", row.join(","));
            let import =
                Logs::default().deliver(&importer(), read_table(TableKind::Contacts, table.as_bytes()).unwrap());
            let report = serde_json::to_string(&import.report).unwrap();
            assert!(!report.contains("ebrafoot"), "{table}: {report}");
        }
    }
}

#[test]
fn requirements_and_conditions_of_known_types_of_which_no_rule_speaks_are_nothing() {
    for main in ["Residence Requirement", "Foreign Travel Prohibition", "Prohibited Activity"] {
        let import = reported("probation-case.requirement.created", &json!({"requirementMainType": main}));
        assert_eq!(import.report.messages[0].outcome.name(), "nothing", "{main}");
    }
    for main in ["Disclosure of information", "Polygraph Condition", "Supervision in the community"] {
        let import = reported("probation-case.licence-condition.created", &json!({"licconditionMainType": main}));
        assert_eq!(import.report.messages[0].outcome.name(), "nothing", "{main}");
    }
    let contact = json!({"licconditionId": "1", "licconditionMainType": "Licence - Prohibited Contact"});
    assert_eq!(kinds(&reported("probation-case.licence-condition.created", &contact)), ["protective_order_made"]);
    let none = reported("probation-case.requirement.created", &json!({"requirementId": "1"}));
    assert_eq!(none.report.messages[0].outcome.name(), "unreadable");
}

#[test]
fn a_level_that_cannot_be_read_leaves_the_level_unknown_and_is_named() {
    let level = |import: &Import| import.records[0].event().unwrap().encode().get("level").cloned();
    for (info, known, named) in [
        (json!({"registerTypeCode": "REG15", "registrationLevelCode": "RSKX"}), None, Some("RSKX")),
        (json!({"registerTypeCode": "RCHD", "registerLevelCode": "High"}), None, Some("text of 4 characters")),
        (json!({"registerTypeCode": "RCHD", "registrationLevelCode": "M2"}), None, Some("M2")),
        (
            json!({"registerTypeCode": "REG15", "registrationLevelCode": "RSKM", "registerLevelCode": "RSK9"}),
            Some("medium"),
            Some("RSK9"),
        ),
        (
            json!({"registerTypeCode": "REG15", "registrationLevelCode": "RSKH", "registrationCategoryCode": "QQ"}),
            Some("high"),
            Some("QQ"),
        ),
        (json!({"registerTypeCode": "reg15", "registrationLevelCode": " rskh "}), Some("high"), None),
        (json!({"registerTypeCode": "REG15", "registrationLevelCode": ""}), None, None),
        (json!({"registerTypeCode": "RHRH"}), Some("high"), None),
    ] {
        let import = registered(&info);
        assert_eq!(import.report.messages[0].outcome.name(), "recorded", "{info}");
        assert_eq!(level(&import), known.map(Value::from), "{info}");
        let notes = &import.report.messages[0].notes;
        assert_eq!(notes.len(), usize::from(named.is_some()), "{info} {notes:?}");
        assert!(named.is_none_or(|code| notes[0].contains(&format!(" {code} "))), "{notes:?}");
    }
    let mappa = registered(
        &json!({"registerTypeCode": "MAPP", "registrationLevelCode": "RSKH", "registrationCategoryCode": "M9"}),
    );
    assert_eq!(mappa.report.messages[0].notes.len(), 2);
    let rows = "crn,type,registered,created,level\nX800001,REG15,2026-06-14,2026-06-14,RSKX\n";
    let import = Logs::default().deliver(&importer(), read_table(TableKind::Registrations, rows.as_bytes()).unwrap());
    assert!(import.report.messages[0].notes[0].contains("RSKX"));
    assert_eq!(import.report.counts["recorded"], 1);
}

#[test]
fn a_code_with_characters_that_are_not_seen_is_never_another_code() {
    for unseen in ["\u{200b}", "\u{200d}", "\u{202e}", "\u{2066}", "\u{a0}", "\u{2009}", "\u{ad}", "\u{feff}", "\u{1}"]
    {
        let within = |code: &str| code.replacen(|c: char| c.is_alphanumeric(), &format!("{}{unseen}", &code[..1]), 1);
        for (event_type, info) in [
            ("probation-case.registration.added", json!({"registrationId": "7", "registerTypeCode": within("RVHR")})),
            (
                "probation-case.registration.added",
                json!({"registrationId": "7", "registerTypeCode": "REG15", "registrationLevelCode": within("RSKH")}),
            ),
            ("probation-case.registration.deregistered", json!({"registerTypeCode": within("RVHR")})),
            (
                "probation-case.requirement.created",
                json!({"requirementMainType": "Court - Accredited Programme", "requirementSubType": within("Building Better Relationships")}),
            ),
            (
                "probation-case.licence-condition.created",
                json!({"licconditionMainType": within("Licence - Prohibited Contact")}),
            ),
        ] {
            let import = reported(event_type, &info);
            assert!(import.records.is_empty(), "{event_type} {info}");
            assert_eq!(import.report.messages[0].outcome.name(), "unreadable", "{event_type} {info}");
        }
        assert_eq!(unmapped(&reported(&within("tier.calculation.complete"), &json!({}))).0, "events");
        for (code, outcome) in [(within("CHVS"), "ATTC".to_owned()), ("CHVS".to_owned(), within("ATTC"))] {
            let import = contacts(&format!("X800001,{code},2026-06-14,,{outcome},2026-06-14"));
            assert_eq!((import.records.len(), import.report.counts["unreadable"]), (0, 1), "{code:?} {outcome:?}");
        }
    }
}

#[test]
fn codes_are_compared_without_regard_to_case_and_to_blanks_around_them() {
    let import = contacts("X800001, chvs ,2026-06-14,, attc ,2026-06-14");
    assert_eq!(kinds(&import), ["home_visit_completed", "appointment_attended"]);
    assert_eq!(kinds(&registered(&json!({"registerTypeCode": " rvhr "}))), ["flag_recorded"]);
    assert_eq!(reported("Tier.Calculation.Complete", &json!({})).report.messages[0].outcome.name(), "nothing");
}

#[test]
fn an_unknown_outcome_claims_nothing_to_be_done_and_what_was_learnt_is_recorded() {
    for code in ["CHVS", "COHV", "COAP", "C369", "SFGC", "C005", "DAD1", "MO1", "ERFM"] {
        let import = contacts(&format!("X800001,{code},2026-06-14,,ZZQ7,2026-06-14"));
        assert_eq!(unmapped(&import), ("outcomes", "ZZQ7".to_owned()), "{code}");
        assert_eq!((import.records.len(), import.report.codes[code].unmapped), (0, 1), "{code}");
    }
    for (code, kind) in [("CARR", "concern_disclosed"), ("CNOC", "charged"), ("C150", "incident_reported")] {
        let import = contacts(&format!("X800001,{code},2026-06-14,,ZZQ7,2026-06-14"));
        assert_eq!(kinds(&import), [kind]);
        assert!(import.report.messages[0].notes[0].contains("ZZQ7"), "{code}");
        assert_eq!(import.report.counts["recorded"], 1);
    }
    // What may be somebody's words is not shown.
    let words = contacts("X800001,CHVS,2026-06-14,,he was not at home,2026-06-14");
    assert_eq!(unmapped(&words), ("outcomes", "text of 18 characters".to_owned()));
    // What the outcome is makes no difference where the type alone says nothing.
    assert_eq!(contacts("X800001,C204,2026-06-14,,ZZQ7,2026-06-14").report.counts["nothing"], 1);
    for known in ["Acceptable Absence - Court/Legal", "CO40", "suspended", "Warrant Outstanding"] {
        let import = contacts(&format!("X800001,COAP,2026-06-14,,{known},2026-06-14"));
        assert!(!import.report.counts.contains_key("unmapped"), "{known}");
    }
}

#[test]
fn an_unknown_type_of_contact_is_unmapped_and_a_known_one_of_which_no_rule_speaks_is_nothing() {
    let import = contacts("X800001,QQ42,2026-06-14,,,2026-06-14\nX800001,C063,2026-06-14,,,2026-06-14");
    assert_eq!(unmapped(&import), ("contacts", "QQ42".to_owned()));
    assert_eq!((import.report.counts["unmapped"], import.report.counts["nothing"]), (1, 1));
    // Every row is counted, and once.
    assert_eq!(import.report.counts.values().sum::<u64>(), 2);
    let own = "[[contact]]\ncode = \"qq42\"\ndescription = \"Ours\"\n[[contact.case]]\nwhy = \"ours\"\n";
    let codes = Codes::embedded().unwrap().with("own.toml", own).unwrap();
    let table =
        read_table(TableKind::Contacts, b"crn,type,date,outcome,created\nX800001,QQ42,2026-06-14,,2026-06-14\n")
            .unwrap();
    let import = Logs::default().deliver(&Importer::new(codes, key(), CaseMap::default()), table);
    assert_eq!(import.report.counts["nothing"], 1);
}

#[test]
fn what_was_entered_on_its_day_has_happened_also_with_a_time() {
    for (row, kind) in [
        ("CARR,2026-04-05,14:02,,2026-04-05", "concern_disclosed"),
        ("CHVS,2026-04-05,14:02,ATTC,2026-04-05", "home_visit_completed"),
        ("MO1,2026-04-05,23:59,,05/04/2026", "management_oversight_recorded"),
        ("C369,05/04/2026,08:00,,2026-04-05", "information_requested"),
        ("C005,2026-04-05,09:00,,2026-04-05", "multi_agency_meeting"),
        // What is no appointment has happened, whatever was typed first.
        ("CARR,2026-04-06,14:02,,2026-04-05", "concern_disclosed"),
        ("C369,2026-04-06,,,2026-04-05T10:00:00", "information_requested"),
        ("MO1,2026-04-06,,,2026-04-05T10:00:00", "management_oversight_recorded"),
    ] {
        let import = contacts(&format!("X800001,{row}"));
        assert_eq!(kinds(&import).first(), Some(&kind), "{row}");
        assert!(import.records[0].recorded_at >= import.records[0].occurred_at, "{row}");
    }
    for row in [
        "COAP,2026-04-06,10:00,,2026-04-05",
        "C005,2026-04-06,,,2026-04-05T10:00:00",
        "CHVS,2026-04-05,14:00,,2026-04-05T10:00:00",
    ] {
        let import = contacts(&format!("X800001,{row}"));
        assert_eq!((import.records.len(), import.report.counts["nothing"]), (0, 1), "{row}");
    }
}

#[test]
fn a_contact_that_is_deleted_makes_nothing_and_is_taken_back_where_its_id_is_known() {
    let head = "crn,type,date,outcome,created,id,deleted";
    for word in ["Y", "yes", "TRUE", "1"] {
        let import = contacts_of(head, &format!("X800001,CHVS,2026-06-14,ATTC,2026-06-14,7,{word}"));
        assert_eq!((import.records.len(), import.report.counts["nothing"]), (0, 1), "{word}");
    }
    for word in ["", "N", "no", "0", "false"] {
        let import = contacts_of(head, &format!("X800001,CHVS,2026-06-14,ATTC,2026-06-14,7,{word}"));
        assert_eq!(import.records.len(), 2, "{word}");
    }
    let maybe = contacts_of(head, "X800001,CHVS,2026-06-14,ATTC,2026-06-14,7,maybe");
    assert_eq!((maybe.records.len(), maybe.report.counts["unreadable"]), (0, 1));
    let mut logs = Logs::default();
    let mut give = |deleted: &str| {
        let rows = format!("{head}\nX800001,CHVS,2026-06-14,ATTC,2026-06-14,7,{deleted}\n");
        logs.deliver(&importer(), read_table(TableKind::Contacts, rows.as_bytes()).unwrap())
    };
    assert_eq!(give("").records.len(), 2);
    assert_eq!(kinds(&give("2026-06-20T10:00:00")), ["record_retracted", "record_retracted"]);
    assert!(give("2026-06-20T10:00:00").records.is_empty());
}

#[test]
fn the_source_of_a_record_is_who_decided_or_reported_it() {
    let of = |import: &Import| {
        let first = &import.records[0];
        (first.source.agency, first.source.role.map(Term::name))
    };
    for event_type in
        ["prison-recall.recommendation.managementOversight", "prison-recall.recommendation.management-oversight"]
    {
        assert_eq!(of(&reported(event_type, &json!({}))), (SourceAgency::Probation, Some("manager")));
    }
    for (code, source) in [
        ("CARR", (SourceAgency::Police, None)),
        ("CNOC", (SourceAgency::Police, None)),
        ("C150", (SourceAgency::Marac, None)),
        ("MO1", (SourceAgency::Probation, Some("manager"))),
        ("C369", (SourceAgency::Probation, None)),
        ("CSPO", (SourceAgency::Probation, None)),
    ] {
        assert_eq!(of(&contacts(&format!("X800001,{code},2026-06-14,,,2026-06-14"))), source, "{code}");
    }
    let answered = contacts("X800001,C369,2026-06-14,,,2026-06-14\nX800001,C515,2026-06-16,,,2026-06-16");
    assert_eq!(answered.records[1].source.agency, SourceAgency::Police);
    let order = registered(&json!({"registerTypeCode": "RSTO"}));
    for (kind, agency) in
        [(Kind::FlagRecorded, SourceAgency::Probation), (Kind::ProtectiveOrderMade, SourceAgency::Court)]
    {
        let record = order.records.iter().find(|r| r.event().unwrap().kind() == kind).unwrap();
        assert_eq!(record.source.agency, agency);
    }
}

#[test]
fn a_sentence_that_moved_without_its_number_is_for_a_person_to_look_up() {
    let message = |event_type: &str, info: &Value| {
        json!({"eventType": event_type, "occurredAt": "2026-06-14T09:06:52Z", "additionalInformation": info,
            "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}})
    };
    let moved = message("probation-case.sentence.moved", &json!({"sourceCRN": "X800001", "targetCRN": "X800002"}));
    let requirement = json!({"requirementId": "1", "eventNumber": "1", "requirementMainType": "Unpaid Work", "requirementSubType": "Regular"});
    let requirement = message("probation-case.requirement.created", &requirement);
    for (messages, end) in [(json!([moved]), "nothing"), (json!([requirement, moved]), "needed")] {
        let import = Logs::default().deliver(&importer(), Given::Messages(messages.to_string().as_bytes()));
        let last = import.report.messages.last().unwrap();
        assert_eq!(last.outcome.name(), end, "{:?}", import.report);
    }
    let half = reported(
        "probation-case.sentence.moved",
        &json!({"sourceCRN": "X1", "targetCRN": "X2", "sourceEventNumber": "1"}),
    );
    assert_eq!(half.report.messages[0].outcome.name(), "unreadable");
}
