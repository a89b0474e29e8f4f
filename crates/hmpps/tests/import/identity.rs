//! Which fact a message is about: facts of one moment are told apart, and an id that cannot be read is reported.

use std::collections::BTreeSet;

use risk_core::event::Kind;
use risk_hmpps::import::{Given, read_table};
use risk_hmpps::input_table::TableKind;
use risk_hmpps::reason::Reason;
use risk_hmpps::report::{Import, Outcome};
use serde_json::{Value, json};

use crate::{Logs, importer};

const AT: &str = "2026-06-14T09:06:52Z";

fn message(event_type: &str, info: &Value) -> Value {
    json!({"eventType": event_type, "version": 1, "occurredAt": AT, "additionalInformation": info,
        "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}})
}

fn delivered(messages: &Value) -> Import {
    Logs::default().deliver(&importer(), Given::Messages(messages.to_string().as_bytes()))
}

/// Two messages of one moment, in one delivery and in two: each makes records of its own, with the same ids.
fn are_two_facts(one: &Value, other: &Value) {
    let of = |import: &Import| import.records.iter().map(|r| r.event_id).collect::<BTreeSet<_>>();
    let at_once = delivered(&json!([one, other]));
    let outcomes: Vec<&str> = at_once.report.messages.iter().map(|reported| reported.outcome.name()).collect();
    assert_eq!(outcomes, ["recorded", "recorded"], "{one} {other}");
    let mut logs = Logs::default();
    let mut apart = BTreeSet::new();
    for message in [one, other] {
        let import = logs.deliver(&importer(), Given::Messages(message.to_string().as_bytes()));
        assert_eq!(import.report.messages[0].outcome.name(), "recorded", "{message}");
        apart.extend(of(&import));
    }
    assert_eq!(of(&at_once), apart);
    let again = logs.deliver(&importer(), Given::Messages(json!([one, other]).to_string().as_bytes()));
    assert!(again.records.is_empty(), "{one} {other}");
}

#[test]
fn facts_of_one_moment_are_told_apart() {
    let requirement = |number: &str, main: &str, sub: &str| json!({"eventNumber": number, "requirementMainType": main, "requirementSubType": sub});
    let condition = |sub: &str| json!({"licconditionMainType": "Licence", "licconditionSubType": sub});
    let register =
        |code: &str| json!({"registerTypeCode": code, "registrationLevelCode": "RSKM", "updatedDateAndTime": AT});
    for (event_type, one, other) in [
        ("probation-case.sentence.terminated", json!({"eventNumber": "1"}), json!({"eventNumber": "2"})),
        ("probation-case.registration.deregistered", register("ADVP"), register("RCHD")),
        ("probation-case.registration.deregistered", register("RMRH"), register("RHRH")),
        ("probation-case.registration.added", register("ADVP"), register("RCHD")),
        ("probation-case.registration.added", register("ADVP"), register("REG30")),
        ("probation-case.registration.added", register("RSTO"), register("SPO")),
        ("probation-case.registration.updated", register("ADVP"), register("RCHD")),
        ("probation-case.registration.updated", register("RSTO"), register("SPO")),
        ("probation-case.requirement.created", requirement("1", "Curfew", ""), requirement("2", "Curfew", "")),
        ("probation-case.requirement.created", requirement("1", "Curfew", ""), requirement("1", "Unpaid Work", "")),
        ("probation-case.requirement.created", requirement("1", "Exclusion", "a"), requirement("1", "Exclusion", "b")),
        ("probation-case.licence-condition.created", condition("Not to enter"), condition("No contact")),
        (
            "prison-recall.recommendation.managementOversight",
            json!({"bookedBy": {"username": "ONE"}}),
            json!({"bookedBy": {"username": "OTHER"}}),
        ),
        ("enforcement.breach.raised", json!({"eventNumber": "1"}), json!({"eventNumber": "2"})),
        ("enforcement.recall.raised", json!({"eventNumber": "1"}), json!({"eventNumber": "2"})),
    ] {
        are_two_facts(&message(event_type, &one), &message(event_type, &other));
        // One code is one, however it is written.
        let lower =
            |info: &Value| serde_json::from_str::<Value>(&info.to_string().replace("\"ADVP\"", "\" advp\"")).unwrap();
        let import = delivered(&json!([message(event_type, &one), message(event_type, &lower(&one))]));
        assert_eq!(import.report.messages[1].outcome, Outcome::Known, "{event_type} {one}");
    }
    are_two_facts(&message("enforcement.breach.raised", &json!({})), &message("enforcement.recall.raised", &json!({})));
}

#[test]
fn what_a_registration_without_an_id_says_once_is_its_own() {
    let mut later = message("probation-case.registration.added", &json!({"registerTypeCode": "REG30"}));
    later["occurredAt"] = json!("2026-07-14T09:06:52Z");
    let import =
        delivered(&json!([message("probation-case.registration.added", &json!({"registerTypeCode": "ADVP"})), later]));
    let identified = import.records.iter().filter(|r| r.kind() == Some(Kind::DomesticAbuseIdentified));
    assert_eq!(identified.count(), 2);
}

/// Which member could not be read, and how that is reported.
fn unreadable(message: &Value) -> (String, Reason) {
    let import = delivered(message);
    assert!(import.records.is_empty(), "{message}");
    match &import.report.messages[0].outcome {
        outcome @ Outcome::Unreadable { field, .. } => (field.clone(), outcome.reason()),
        other => panic!("{message}: {other:?}"),
    }
}

const REGISTERED: &str = "probation-case.registration.";
const REQUIREMENT: &str = "probation-case.requirement.";
const NUMBERS_MERGED: &str = "prison-offender-events.prisoner.merged";

/// Messages with the member that says which fact or case each is about.
fn with_ids() -> Vec<(String, Value, &'static str)> {
    let register = json!({"registerTypeCode": "ADVP"});
    let requirement = json!({"eventNumber": "1", "requirementMainType": "Curfew"});
    let condition = json!({"licconditionMainType": "Licence", "licconditionSubType": "No contact"});
    let moved =
        json!({"sourceCRN": "X800001", "targetCRN": "X800002", "sourceEventNumber": "1", "targetEventNumber": "2"});
    let two = |one: &str, other: &str| json!({one: "X800001", other: "X800002"});
    vec![
        (format!("{REGISTERED}added"), register.clone(), "registrationId"),
        (format!("{REGISTERED}updated"), register.clone(), "registrationId"),
        (format!("{REGISTERED}deleted"), register.clone(), "registrationId"),
        (format!("{REGISTERED}deregistered"), register, "deregistrationId"),
        (format!("{REQUIREMENT}created"), requirement.clone(), "requirementId"),
        (format!("{REQUIREMENT}created"), requirement.clone(), "eventNumber"),
        (format!("{REQUIREMENT}deleted"), requirement, "requirementId"),
        ("probation-case.licence-condition.created".to_owned(), condition, "licconditionId"),
        ("probation-case.sentence.terminated".to_owned(), json!({}), "eventNumber"),
        ("enforcement.breach.raised".to_owned(), json!({}), "eventId"),
        ("person.community.manager.allocated".to_owned(), json!({}), "allocationId"),
        ("approved-premises.person.arrived".to_owned(), json!({}), "bookingId"),
        ("probation-case.sentence.moved".to_owned(), moved.clone(), "sourceCRN"),
        ("probation-case.sentence.moved".to_owned(), moved.clone(), "targetCRN"),
        ("probation-case.sentence.moved".to_owned(), moved, "targetEventNumber"),
        ("probation-case.merge.completed".to_owned(), two("sourceCRN", "targetCRN"), "targetCRN"),
        ("probation-case.unmerge.completed".to_owned(), two("reactivatedCRN", "unmergedCRN"), "unmergedCRN"),
        (
            NUMBERS_MERGED.to_owned(),
            json!({"nomsNumber": "A1111AA", "removedNomsNumber": "B1111BB"}),
            "removedNomsNumber",
        ),
        (NUMBERS_MERGED.to_owned(), json!({"nomsNumber": "A1111AA", "removedNomsNumber": "B1111BB"}), "nomsNumber"),
        (
            "prison-offender-events.prisoner.booking.moved".to_owned(),
            json!({"movedFromNomsNumber": "A1111AA", "movedToNomsNumber": "B1111BB"}),
            "movedFromNomsNumber",
        ),
    ]
}

#[test]
fn an_id_of_another_form_is_unreadable_and_named() {
    for (event_type, info, member) in with_ids() {
        for odd in [
            json!(["1"]),
            json!([]),
            json!({"id": "1"}),
            json!({}),
            json!(true),
            json!(false),
            json!(1.5),
            json!(-1),
            json!("1\u{200b}"),
        ] {
            let mut message = message(&event_type, &info);
            message["additionalInformation"][member] = odd.clone();
            let (field, reason) = unreadable(&message);
            assert!(field.contains(member), "{field} {message}");
            assert_eq!(reason, Reason::MemberUnreadable, "{message}");
        }
    }
    // The form of an identifier of a person is narrower.
    for (event_type, info, member) in
        with_ids().into_iter().filter(|(.., member)| member.contains("CRN") || member.contains("Noms"))
    {
        let mut message = message(&event_type, &info);
        message["additionalInformation"][member] = json!("zz zz");
        assert_eq!(unreadable(&message), (format!("additionalInformation.{member}"), Reason::MemberUnreadable));
    }
    for of in ["CRN", "NOMS"] {
        for odd in [json!(["X800001"]), json!({}), json!(true), json!(1.5)] {
            let mut message = message("person.community.manager.allocated", &json!({}));
            message["personReference"] =
                json!({"identifiers": [{"type": "CRN", "value": "X800001"}, {"type": of, "value": odd}]});
            assert_eq!(
                unreadable(&message),
                ("personReference.identifiers.value".to_owned(), Reason::MemberUnreadable)
            );
        }
    }
    // A whole number is an id.
    let info = json!({"registrationId": 7, "registerTypeCode": "ADVP"});
    let text = json!({"registrationId": " 7 ", "registerTypeCode": "ADVP"});
    let both = delivered(&json!([
        message("probation-case.registration.added", &info),
        message("probation-case.registration.added", &text)
    ]));
    assert_eq!(both.report.messages[1].outcome, Outcome::Known);
}

#[test]
fn what_cannot_do_without_an_id_is_unreadable_without_one() {
    for nothing in [Value::Null, json!(""), json!("  ")] {
        for (event_type, info, member) in with_ids() {
            let needs_it = event_type.ends_with(".deleted") || event_type.contains("merge") && member != "nomsNumber";
            if needs_it {
                let mut message = message(&event_type, &info);
                message["additionalInformation"][member] = nothing.clone();
                let (field, reason) = unreadable(&message);
                assert!(field.contains(member), "{field}");
                assert_eq!(reason, Reason::MemberMissing, "{message}");
            }
        }
    }
}

#[test]
fn an_id_or_a_code_with_a_character_that_is_not_seen_is_unreadable_also_at_its_end() {
    for member in ["registerTypeCode", "registrationId"] {
        for odd in ["ADVP\u{a0}", "\u{a0}ADVP", "ADVP\u{2003}", "ADVP\u{200b}", "AD\u{a0}VP"] {
            let mut message = message(
                "probation-case.registration.added",
                &json!({"registrationId": "7", "registerTypeCode": "ADVP"}),
            );
            message["additionalInformation"][member] = json!(odd);
            assert_eq!(
                unreadable(&message),
                (format!("additionalInformation.{member}"), Reason::MemberUnreadable),
                "{odd:?}"
            );
        }
    }
    let plain =
        message("probation-case.registration.added", &json!({"registrationId": "7", "registerTypeCode": " ADVP\t\n"}));
    assert_eq!(delivered(&plain).report.messages[0].outcome.name(), "recorded");
    for (code, id, column) in [("CHVS\u{a0}", "1", "type"), ("CHVS", "1\u{a0}", "id"), ("CHVS", "1\u{200b}", "id")] {
        let table = format!("crn,type,date,outcome,created,id\nX800001,{code},2024-06-14,ATTC,2024-06-15,{id}\n");
        let import = Logs::default().deliver(&importer(), read_table(TableKind::Contacts, table.as_bytes()).unwrap());
        let outcome = &import.report.messages[0].outcome;
        assert!(matches!(outcome, Outcome::Unreadable { field, .. } if field == column), "{outcome:?}");
    }
}
