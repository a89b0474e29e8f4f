//! One contact that is stated several times: the later statement replaces the earlier one whole, of one moment the more serious counts,
//! and a deletion ends it, in every order and in every portion.

use std::collections::BTreeMap;

use risk_core::event::vocabulary::Handling;
use risk_core::event::{Event, Kind, Nature};
use risk_core::log::Record;
use risk_hmpps::import::{Given, read_table};
use risk_hmpps::input_table::TableKind;
use risk_hmpps::report::{Import, Outcome};
use uuid::Uuid;

use crate::{Logs, importer};

const HEAD: &str = "crn,type,date,time,outcome,created,updated,deleted,id\n";
/// A contact of the same person, so that the person is on record.
const OTHER: &str = "X800001,CARR,2024-06-01,,,2024-06-01T10:00:00,,,1";

fn row(of: &str, outcome: &str, updated: &str) -> String {
    format!("X800001,{of},2024-06-14,14:00,{outcome},2024-06-10T09:00:00,{updated},,77")
}

fn deleted(of: &str, at: &str) -> String {
    format!("X800001,{of},2024-06-14,14:00,ATTC,2024-06-10T09:00:00,,{at},77")
}

fn given(rows: &[&str]) -> Given<'static> {
    read_table(TableKind::Contacts, format!("{HEAD}{}\n", rows.join("\n")).as_bytes()).unwrap()
}

/// What is in force of what was recorded: each kind, and whether it was acceptable.
fn in_force(records: &[Record]) -> Vec<String> {
    let mut said: BTreeMap<Uuid, String> = BTreeMap::new();
    let mut gone = Vec::new();
    for record in records {
        match record.event().unwrap() {
            Event::RecordRetracted(event) => gone.push(event.event_id),
            Event::RecordCorrected(event) => panic!("a contact is replaced, and not corrected: {event:?}"),
            event => {
                let acceptable = event.encode().get("acceptable").map(|value| value.as_str().unwrap().to_owned());
                let acceptable = acceptable.filter(|said| said != "unknown").map(|said| format!(" {said}"));
                said.insert(record.event_id, format!("{}{}", event.kind(), acceptable.unwrap_or_default()));
            }
        }
    }
    let mut said: Vec<String> = said.into_iter().filter(|(id, _)| !gone.contains(id)).map(|(_, said)| said).collect();
    said.sort();
    said.retain(|one| !["concern_disclosed", "history_loaded"].contains(&one.as_str()));
    said
}

fn delivered(portions: &[&[&str]]) -> (Vec<Import>, Vec<String>) {
    let mut logs = Logs::default();
    logs.deliver(&importer(), given(&[OTHER]));
    let imports: Vec<Import> = portions.iter().map(|rows| logs.deliver(&importer(), given(rows))).collect();
    let records: Vec<Record> = logs.held.logs().flat_map(|log| log.records().to_vec()).collect();
    (imports, in_force(&records))
}

/// Two statements, in both orders, in one portion and in two, and once more.
fn in_every_order(one: &str, other: &str, expected: &[&str]) {
    for portions in [
        &[&[one, other][..]][..],
        &[&[other, one]],
        &[&[one], &[other]],
        &[&[other], &[one]],
        &[&[one], &[other], &[one], &[other]],
    ] {
        assert_eq!(delivered(portions).1, expected, "{portions:?}");
    }
}

const T1: &str = "2024-06-14T15:00:00";
const T2: &str = "2024-06-15T10:00:00";
const T3: &str = "2024-06-16T10:00:00";

#[test]
fn the_later_statement_of_a_contact_replaces_the_earlier_one() {
    for (of, earlier, later, expected) in [
        ("COAP", "", "ATTC", &["appointment_attended yes"][..]),
        ("COAP", "ATTC", "UAAB", &["appointment_missed no"]),
        ("COAP", "UAAB", "ATTC", &["appointment_attended yes"]),
        ("COAP", "ATTC", "AFTC", &["appointment_attended no"]),
        ("COAP", "AFTC", "ATTC", &["appointment_attended yes"]),
        ("COAP", "AAME", "AFTA", &["appointment_missed"]),
        ("COAP", "AFTA", "AAME", &["appointment_missed yes"]),
        ("COAP", "ATTC", "RSSR", &[]),
        ("COAP", "RSSR", "ATTC", &["appointment_attended yes"]),
        ("COAP", "ATTC", "", &[]),
        ("CHVS", "ATTC", "AFTA", &["appointment_missed", "home_visit_attempted"]),
        ("CHVS", "AFTA", "ATTC", &["appointment_attended yes", "home_visit_completed"]),
        ("CHVS", "ATTC", "Home visit not undertaken", &[]),
        ("C005", "", "Cancelled by MARAC", &[]),
        ("C369", "", "Request not sent - up to date information already", &[]),
    ] {
        in_every_order(&row(of, earlier, T1), &row(of, later, T2), expected);
    }
}

#[test]
fn of_one_moment_the_more_serious_statement_counts_and_the_report_says_so() {
    for (of, one, other, expected) in [
        ("COAP", "ATTC", "UAAB", &["appointment_missed no"][..]),
        ("COAP", "ATTC", "AFTC", &["appointment_attended no"]),
        ("COAP", "AAME", "AFTA", &["appointment_missed"]),
        ("COAP", "AFTA", "UAAB", &["appointment_missed no"]),
        ("COAP", "ATTC", "RSSR", &[]),
        ("COAP", "RSSR", "UAAB", &["appointment_missed no"]),
        ("CHVS", "ATTC", "UAAB", &["appointment_missed no", "home_visit_attempted"]),
    ] {
        let (one, other) = (row(of, one, ""), row(of, other, ""));
        in_every_order(&one, &other, expected);
        let portions: [&[&[&str]]; 3] = [&[&[&one], &[&other]], &[&[&other], &[&one]], &[&[&one, &other]]];
        for portions in portions {
            let (imports, _) = delivered(portions);
            let notes: Vec<&String> =
                imports.iter().flat_map(|import| &import.report.messages).flat_map(|m| &m.notes).collect();
            assert!(notes.iter().any(|note| note.contains("the more serious counts")), "{portions:?}: {notes:?}");
        }
    }
    // A contact that is planned says nothing of what came of it.
    in_every_order(&row("COAP", "", ""), &row("COAP", "ATTC", ""), &["appointment_attended yes"]);
    in_every_order(
        &row("CHVS", "", ""),
        &row("CHVS", "ATTC", ""),
        &["appointment_attended yes", "home_visit_completed"],
    );
}

#[test]
fn a_contact_that_gets_another_type_is_that_type_alone() {
    in_every_order(&row("COAP", "ATTC", T1), &row("CHVS", "AFTA", T2), &["appointment_missed", "home_visit_attempted"]);
    in_every_order(&row("CHVS", "ATTC", T1), &row("COAP", "ATTC", T2), &["appointment_attended yes"]);
    in_every_order(&row("COAP", "ATTC", T1), &row("COPT", "ATTC", T2), &[]);
    in_every_order(&row("C369", "", T1), &row("C515", "", T2), &["information_received"]);
    // To one of which no rule speaks.
    let (imports, left) = delivered(&[&[&row("COAP", "ATTC", T1)], &[&row("C063", "", T2)]]);
    assert_eq!(left, [""; 0]);
    assert_eq!(imports[1].report.counts["recorded"], 1, "the record that was taken back is named");
    // One that the tables do not have says nothing yet.
    in_every_order(&row("COAP", "ATTC", T1), &row("ZZZ9", "", T2), &["appointment_attended yes"]);
}

#[test]
fn a_contact_that_is_deleted_stays_so_until_it_is_stated_again() {
    for (of, outcome) in [("COAP", "ATTC"), ("COAP", "UAAB"), ("CHVS", "ATTC"), ("COAP", "")] {
        in_every_order(&row(of, outcome, T1), &deleted(of, T2), &[]);
        in_every_order(&row(of, outcome, T2), &deleted(of, T2), &[]);
    }
    for (outcome, expected) in [("ATTC", "appointment_attended yes"), ("UAAB", "appointment_missed no")] {
        in_every_order(&deleted("COAP", T2), &row("COAP", outcome, T3), &[expected]);
    }
    for of in ["C063", "ZZZ9", "COPT"] {
        in_every_order(&row("COAP", "ATTC", T1), &deleted(of, T2), &[]);
    }
    // That it is deleted, and when it was last changed.
    let yes = format!("X800001,COAP,2024-06-14,14:00,ATTC,2024-06-10T09:00:00,{T2},Y,77");
    in_every_order(&row("COAP", "ATTC", T1), &yes, &[]);
    let (imports, _) = delivered(&[&[&row("COAP", "ATTC", T1)], &[&row("COAP", "RSSR", T2)], &[&deleted("COAP", T3)]]);
    assert_eq!(imports[2].report.counts["known"], 1, "there was nothing left to take back");
    // And back again, when it was replaced in between.
    let (_, left) = delivered(&[&[&row("COAP", "ATTC", T1)], &[&row("COAP", "UAAB", T2)], &[&row("COAP", "ATTC", T3)]]);
    assert_eq!(left, ["appointment_attended yes"]);
}

#[test]
fn three_statements_come_to_the_same_in_every_order_and_portion() {
    let all = [row("COAP", "ATTC", T1), row("COAP", "UAAB", T2), row("COAP", "AFTC", T3)];
    let other_types = [row("CHVS", "ATTC", T1), row("COAP", "RSSR", T2), row("CHVS", "AFTA", T3)];
    let last = ["appointment_missed", "home_visit_attempted"];
    for (all, expected) in [(all, &["appointment_attended no"][..]), (other_types, &last)] {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let [a, b, c] = order.map(|n| all[n].as_str());
            for portions in [
                &[&[a, b, c][..]][..],
                &[&[a], &[b], &[c]],
                &[&[a, b], &[c]],
                &[&[a], &[b, c]],
                &[&[a], &[b], &[c], &[a], &[b], &[c]],
            ] {
                assert_eq!(delivered(portions).1, expected, "{portions:?}");
            }
        }
    }
}

#[test]
fn the_report_says_what_was_replaced_and_what_came_too_late() {
    let (imports, _) =
        delivered(&[&[&row("COAP", "ATTC", T1)], &[&row("COAP", "UAAB", T2)], &[&row("COAP", "ATTC", T1)]]);
    let notes = |n: usize| imports[n].report.messages.iter().flat_map(|m| m.notes.clone()).collect::<Vec<_>>();
    assert_eq!(notes(1), ["an earlier statement of this contact is replaced: 1 record of it was taken back"]);
    assert!(matches!(&imports[1].report.messages[0].outcome, Outcome::Recorded { records } if records.len() == 2));
    assert_eq!(notes(2), ["a later statement of this contact is on record, and counts"]);
    assert_eq!(imports[2].report.counts["known"], 1);
    // Given again, it changes nothing.
    let (imports, _) = delivered(&[&[&row("COAP", "RSSR", T1)], &[&row("COAP", "RSSR", T1)]]);
    let kinds: Vec<Option<Kind>> = imports[0].records.iter().map(Record::kind).collect();
    assert_eq!((kinds, imports[0].report.counts["nothing"]), (vec![Some(Kind::HistoryLoaded)], 1));
    assert!(imports[1].records.is_empty());
}

#[test]
fn what_replaces_a_record_was_learnt_when_it_was_stated() {
    let (imports, _) = delivered(&[&[&row("COAP", "ATTC", T1)], &[&row("COAP", "UAAB", T2)]]);
    let retraction = imports[1].records.iter().find(|r| matches!(r.event(), Some(Event::RecordRetracted(_)))).unwrap();
    assert_eq!(retraction.recorded_at.to_rfc3339(), "2024-06-15T09:00:00+00:00");
}

#[test]
fn what_one_statement_of_a_contact_marks_as_sensitive_stays_so() {
    let table = |outcome: &str, updated: &str, sensitive: &str| {
        let head = "crn,type,date,outcome,created,updated,id,sensitive";
        let row = format!("X800001,COAP,2024-06-14,{outcome},2024-06-14T09:00:00,{updated},77,{sensitive}");
        read_table(TableKind::Contacts, format!("{head}\n{row}\n").as_bytes()).unwrap()
    };
    let mut logs = Logs::default();
    logs.deliver(&importer(), table("ATTC", T1, "Y"));
    let replaced = logs.deliver(&importer(), table("UAAB", T2, ""));
    assert_eq!(replaced.records.len(), 2);
    assert!(replaced.records.iter().all(|record| record.handling >= Handling::Restricted));
    let both =
        importer().import(&[(None, table("ATTC", T1, "Y")), (None, table("UAAB", T2, ""))], &mut Logs::default());
    assert!(both.records.iter().all(|record| record.handling >= Handling::Restricted) && both.records.len() == 1);
}

#[test]
fn what_was_deleted_before_it_happened_is_not_recorded() {
    let ahead = "X800001,C005,2099-06-14,14:00,,2024-06-10T09:00:00,,2024-06-12T09:00:00,77";
    let (imports, left) = delivered(&[&[ahead]]);
    assert!(left.is_empty() && imports[0].records.iter().all(|r| r.kind() == Some(Kind::HistoryLoaded)));
}

#[test]
fn a_contact_entered_on_its_day_has_happened_however_exactly_that_is_said() {
    for created in ["2022-04-05", "2022-04-05T09:00:00", "2022-04-05T00:00:00", "05/04/2022 16:00", "2022-04-06"] {
        for (of, made) in [("C005", vec!["multi_agency_meeting"]), ("CHVS", vec![]), ("CARR", vec![])] {
            let table = format!("crn,type,date,time,outcome,created\nX1,{of},2022-04-05,14:02,,{created}\n");
            let import =
                Logs::default().deliver(&importer(), read_table(TableKind::Contacts, table.as_bytes()).unwrap());
            assert_eq!(in_force(&import.records), made, "{of} {created}");
            let whys: Vec<&String> = import.report.codes[of].nothing.keys().collect();
            assert!(!whys.iter().any(|why| why.starts_with("planned")), "{of} {created}: {whys:?}");
        }
    }
    let table = "crn,type,date,time,outcome,created\nX1,C005,2022-04-05,14:02,,2022-04-04T23:59:00\n";
    let import = Logs::default().deliver(&importer(), read_table(TableKind::Contacts, table.as_bytes()).unwrap());
    assert!(import.records.is_empty());
}

#[test]
fn after_an_unknown_outcome_what_settles_something_is_unmapped_and_what_was_learnt_is_recorded_with_a_note() {
    for (of, is_recorded) in [
        ("CARR", true),
        ("CNOC", true),
        ("EM01", true),
        ("SSHI", true),
        ("C150", true),
        ("C151", true),
        ("C515", false),
        ("C369", false),
        ("SFRR", false),
        ("C005", false),
        ("MO1", false),
        ("AWLI", false),
        ("CHVS", false),
        ("COAP", false),
    ] {
        let table = format!("crn,type,date,outcome,created\nX1,{of},2022-04-05,ZZ99,2022-04-05\n");
        let import = Logs::default().deliver(&importer(), read_table(TableKind::Contacts, table.as_bytes()).unwrap());
        let reported = &import.report.messages[0];
        if is_recorded {
            assert!(matches!(reported.outcome, Outcome::Recorded { .. }), "{of}");
            assert_eq!(reported.notes, ["outcome ZZ99 is not in the tables: add it to outcomes of contacts"], "{of}");
        } else {
            assert!(
                matches!(&reported.outcome, Outcome::Unmapped { table: "outcomes", code, .. } if code == "ZZ99"),
                "{of}: {:?}",
                reported.outcome
            );
        }
    }
}

#[test]
fn a_contact_whose_day_time_or_data_alone_changes_is_replaced() {
    let of = |date: &str, time: &str, officer: &str, updated: &str| {
        format!("X800001,MO1,{date},{time},,2024-06-10T09:00:00,{updated},77,{officer}")
    };
    let table = |rows: &[String]| {
        let head = "crn,type,date,time,outcome,created,updated,id,officer";
        read_table(TableKind::Contacts, format!("{head}\n{}\n", rows.join("\n")).as_bytes()).unwrap()
    };
    let first = of("2024-06-10", "08:00", "N1", T1);
    for other in
        [of("2024-06-08", "08:00", "N1", T2), of("2024-06-10", "08:30", "N1", T2), of("2024-06-10", "08:00", "N2", T2)]
    {
        let alone = importer().import(&[(None, table(std::slice::from_ref(&other)))], &mut Logs::default()).records;
        let expected = (alone[0].occurred_at, alone[0].event().unwrap().encode());
        for portions in [vec![vec![&first, &other]], vec![vec![&first], vec![&other]], vec![vec![&other], vec![&first]]]
        {
            let mut logs = Logs::default();
            for portion in &portions {
                let rows: Vec<String> = portion.iter().map(|row| (*row).clone()).collect();
                logs.deliver(&importer(), table(&rows));
            }
            let records: Vec<Record> = logs.held.logs().flat_map(|log| log.records().to_vec()).collect();
            let gone = |r: &Record| {
                records
                    .iter()
                    .any(|by| matches!(by.event(), Some(Event::RecordRetracted(e)) if e.event_id == r.event_id))
            };
            let left: Vec<_> = records
                .iter()
                .filter(|r| r.kind() == Some(Kind::ManagementOversightRecorded) && !gone(r))
                .map(|r| (r.occurred_at, r.event().unwrap().encode()))
                .collect();
            assert_eq!(left, std::slice::from_ref(&expected), "{portions:?}");
        }
    }
}

#[test]
fn what_a_sensitive_statement_replaces_is_as_confidential_as_it_is() {
    let table = |outcome: &str, updated: &str, sensitive: &str| {
        let head = "crn,type,date,outcome,created,updated,id,sensitive";
        let row = format!("X800001,COAP,2024-06-14,{outcome},2024-06-14T09:00:00,{updated},77,{sensitive}");
        read_table(TableKind::Contacts, format!("{head}\n{row}\n").as_bytes()).unwrap()
    };
    for later in ["UAAB", "RSSR", "ATTC"] {
        let mut logs = Logs::default();
        logs.deliver(&importer(), table("ATTC", T1, ""));
        let made = logs.deliver(&importer(), table(later, T2, "Y")).records;
        assert!(!made.is_empty() && made.iter().all(|record| record.handling >= Handling::Restricted), "{later}");
        // And what comes later still.
        let made = logs.deliver(&importer(), table("AFTC", T3, "")).records;
        assert!(!made.is_empty() && made.iter().all(|record| record.handling >= Handling::Restricted), "{later}");
    }
}

/// How confidential the records in force are after these tables, with those that mark them.
fn marks(portions: &[Vec<&String>]) -> Vec<(Kind, Handling)> {
    let mut logs = Logs::default();
    for portion in portions {
        let rows: Vec<&str> = portion.iter().map(|row| row.as_str()).collect();
        let table = format!("crn,type,date,outcome,created,updated,id,sensitive\n{}\n", rows.join("\n"));
        logs.deliver(&importer(), read_table(TableKind::Contacts, table.as_bytes()).unwrap());
    }
    let records: Vec<Record> = logs.held.logs().flat_map(|log| log.records().to_vec()).collect();
    let retracted = |r: &Record| {
        records.iter().any(|by| matches!(by.event(), Some(Event::RecordRetracted(e)) if e.event_id == r.event_id))
    };
    let mark = |r: &Record| {
        let corrections = records
            .iter()
            .filter(|by| matches!(by.event(), Some(Event::RecordCorrected(e)) if e.event_id == r.event_id));
        corrections.map(|by| by.handling).fold(r.handling, Ord::max)
    };
    let said = records.iter().filter(|r| r.kind().is_some_and(|kind| kind.spec().nature != Nature::Housekeeping));
    said.filter(|r| !retracted(r)).map(|r| (r.kind().unwrap(), mark(r))).collect()
}

#[test]
fn once_a_row_marks_a_contact_its_records_are_restricted_in_any_order_and_portions() {
    let row = |of: &str, outcome: &str, updated: &str, mark: &str| {
        format!("X800001,{of},2024-06-14,{outcome},2024-06-13T09:00:00,{updated},77,{mark}")
    };
    for (of, outcome) in [("COAP", "UAAB"), ("COAP", "ATTC"), ("CARR", ""), ("C369", ""), ("MO1", ""), ("C005", "ATTC")]
    {
        let later = row(of, outcome, T3, "N");
        // The same, another outcome or type, one that is only planned, postponed, or of a type of which no record is made.
        let others = [
            (of, outcome),
            ("COAP", "AFTC"),
            ("CHVS", "ATTC"),
            ("COAP", ""),
            ("COAP", "RSSR"),
            ("C369", "Request not sent"),
        ];
        for earlier in others.map(|(of, outcome)| row(of, outcome, T1, "Y")) {
            let between = row("COAP", "RSSR", T2, "");
            let (one, two, three) = (&earlier, &between, &later);
            for portions in [
                vec![vec![one, three]],
                vec![vec![three, one]],
                vec![vec![one], vec![three]],
                vec![vec![three], vec![one]],
                vec![vec![one, two, three]],
                vec![vec![two], vec![one], vec![three]],
                vec![vec![one], vec![two], vec![three]],
                vec![vec![three], vec![two], vec![one]],
                vec![vec![three], vec![one], vec![one, two, three]],
            ] {
                let marks = marks(&portions);
                assert!(
                    !marks.is_empty() && marks.iter().all(|(_, mark)| *mark == Handling::Restricted),
                    "{portions:?} {marks:?}"
                );
            }
        }
    }
}
