//! What moves to another day or case, is deleted, and comes back: the same is in force in the end, whatever the order and the portions.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use risk_core::event::{Event, Nature};
use risk_core::log::{Log, Record};
use risk_hmpps::import::{Given, read_table};
use risk_hmpps::input_table::TableKind;
use risk_hmpps_store::Erasures;
use serde_json::Value;

use crate::commuting::{at, in_mixed_portions, message};
use crate::stored::Queue;
use crate::{Logs, importer};

const HEAD: &str = "crn,type,date,time,outcome,created,updated,deleted,sensitive,id\n";

/// What is in force in a log: what it says, when it happened and how confidential it is, without the ids of requests.
pub fn in_force(log: &Log) -> Vec<String> {
    let gone = |r: &Record| {
        log.records().iter().any(|by| matches!(by.event(), Some(Event::RecordRetracted(e)) if e.event_id == r.event_id))
    };
    let one = |r: &Record| {
        let event = r.event()?;
        let said = event.kind().spec().nature != Nature::Housekeeping && !gone(r);
        let corrections = log.records().iter().filter_map(|by| match by.event() {
            Some(Event::RecordCorrected(e)) if e.event_id == r.event_id => Some((by.recorded_at, &e.replacement)),
            _ => None,
        });
        let last = corrections.max_by_key(|(at, _)| *at);
        let mut data = last.map_or_else(|| Value::Object(event.encode()), |(_, last)| last.data.clone());
        data.as_object_mut()?.remove("request_id");
        let occurred = last.and_then(|(_, last)| last.occurred_at).unwrap_or(r.occurred_at);
        let of_record =
            |by: &&Record| matches!(by.event(), Some(Event::RecordCorrected(e)) if e.event_id == r.event_id);
        let mark = log.records().iter().filter(of_record).map(|by| by.handling).fold(r.handling, Ord::max);
        said.then(|| format!("{} {} {occurred} {mark:?} {data}", r.case_id, event.kind()))
    };
    let mut all: Vec<String> = log.records().iter().filter_map(one).collect();
    all.sort();
    all
}

fn of_store(queue: &Queue) -> Vec<String> {
    let cases = queue.store.cases(&queue.by).unwrap().map(|case| case.unwrap().case_id).collect::<BTreeSet<_>>();
    cases.into_iter().flat_map(|case| in_force(&queue.store.log(&queue.by, case).unwrap())).collect()
}

/// One statement of one of two contacts: of either person, of several types, days and outcomes, or that it is deleted.
fn row() -> impl Strategy<Value = String> {
    let what = (0..2usize, 0..7usize, 0..3usize, 0..6usize, 0..8u32, 1..3u32);
    (what, any::<[bool; 3]>()).prop_map(|((person, of, day, outcome, minute, id), [moves, deleted, sensitive])| {
        let crn = ["X800031", "X800032"][if moves { person } else { 0 }];
        let code = ["COAP", "CHVS", "C063", "COPT", "COAP", "CARR", "C369"][of];
        let outcome = ["ATTC", "UAAB", "AFTC", "RSSR", "AAME", ""][outcome];
        let date = ["2026-05-12", "2026-05-13", "2026-05-14"][day];
        let updated = at(minute);
        let (updated, deleted) =
            if deleted && minute % 3 == 0 { ("", updated.as_str()) } else { (updated.as_str(), "") };
        let mark = if sensitive { "Y" } else { "" };
        format!("{crn},{code},{date},14:00,{outcome},2026-05-10T09:00:00,{updated},{deleted},{mark},{id}")
    })
}

fn table(rows: &[String]) -> Given<'static> {
    read_table(TableKind::Contacts, format!("{HEAD}{}\n", rows.join("\n")).as_bytes()).unwrap()
}

/// The life of one registration, which is deleted and comes back.
fn registration() -> impl Strategy<Value = Vec<Value>> {
    let what = (1..9u32, 0..3usize, 1..4000u32, 0..2u32);
    (what, any::<[bool; 3]>()).prop_map(|((id, of, minute, moved), [updated, deleted, back])| {
        let code = ["ADVP", "REG15", "MAPP"][of];
        let id = format!("{id}{of}{minute}");
        let reported = |event: &str, after: u32, day: u32| {
            let info = serde_json::json!({"registrationId": id, "registerTypeCode": code, "registrationLevelCode": "RSKM",
                "registrationDate": format!("2026-05-{:02}", 20 - day), "createdDateAndTime": at(minute), "updatedDateAndTime": at(minute + after)});
            message(&format!("probation-case.registration.{event}"), minute + after, Some("X800033"), None, &info)
        };
        let mut life = vec![reported("added", 0, 0)];
        life.extend(updated.then(|| reported("updated", 5, 0)));
        life.extend(deleted.then(|| reported("deleted", 10, 0)));
        life.extend(back.then(|| reported("added", 20, moved)));
        life
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn contacts_that_change_move_go_and_return_come_to_the_same(
        rows in prop::collection::vec(row(), 1..7),
        shuffled in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>(), any::<bool>()), 30),
    ) {
        let (at_once, in_portions) = (Queue::new(), Queue::new());
        at_once.give(table(&rows), Erasures::Listed);
        in_mixed_portions(&rows, &shuffled, |portion| drop(in_portions.give(table(portion), Erasures::Listed)));
        prop_assert_eq!(of_store(&at_once), of_store(&in_portions));
        // And without a store, where a contact without a case of its own is not looked for.
        let mut logs = Logs::default();
        logs.deliver(&importer(), table(&rows));
        let mut beside: Vec<String> = logs.held.logs().flat_map(in_force).collect();
        beside.sort();
        prop_assert_eq!(of_store(&at_once), beside);
    }

    #[test]
    fn registrations_that_go_and_return_come_to_the_same(
        lives in prop::collection::vec(registration(), 1..4),
        shuffled in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>(), any::<bool>()), 30),
    ) {
        let in_order: Vec<Value> = lives.concat();
        let (at_once, in_portions) = (Queue::new(), Queue::new());
        at_once.deliver(&in_order, Erasures::Listed);
        in_mixed_portions(&in_order, &shuffled, |portion| drop(in_portions.deliver(portion, Erasures::Listed)));
        prop_assert_eq!(of_store(&at_once), of_store(&in_portions));
    }
}

/// What is in force in a store after each of these portions of messages.
fn after(portions: &[&[&Value]]) -> Vec<String> {
    let queue = Queue::new();
    for portion in portions {
        let messages: Vec<Value> = portion.iter().map(|one| (*one).clone()).collect();
        queue.deliver(&messages, Erasures::Listed);
    }
    of_store(&queue)
}

#[test]
fn a_registration_that_was_deleted_and_comes_back_is_recorded_again() {
    let reported = |event: &str, minute: u32| {
        let info = serde_json::json!({"registrationId": "7", "registerTypeCode": "ADVP", "registrationDate": "2026-05-20",
            "createdDateAndTime": at(1), "updatedDateAndTime": at(1)});
        message(&format!("probation-case.registration.{event}"), minute, Some("X800033"), None, &info)
    };
    let (added, deleted, back) = (reported("added", 1), reported("deleted", 9), reported("added", 20));
    let whole = after(&[&[&added]]);
    assert_eq!(whole.len(), 2, "a flag, and that there is domestic abuse");
    for portions in [
        &[&[&added, &deleted, &back][..]][..],
        &[&[&added], &[&deleted], &[&back]],
        &[&[&added], &[&back], &[&deleted]],
        &[&[&back], &[&deleted], &[&added]],
        &[&[&back, &added], &[&deleted], &[&back]],
    ] {
        assert_eq!(after(portions), whole, "{portions:?}");
    }
    assert_eq!(after(&[&[&added], &[&deleted], &[&added]]), [""; 0], "what came before the deletion stays deleted");
}

#[test]
fn a_registration_whose_day_alone_moves_is_of_the_later_statement() {
    let reported = |day: &str, minute: u32| {
        let info = serde_json::json!({"registrationId": "7", "registerTypeCode": "RHRH", "registrationDate": day, "createdDateAndTime": at(1)});
        message("probation-case.registration.added", minute, Some("X800033"), None, &info)
    };
    for (first, second) in [("2026-05-20", "2026-05-10"), ("2026-05-10", "2026-05-20")] {
        let (earlier, later) = (reported(first, 5), reported(second, 9));
        let expected = after(&[&[&later]]);
        for portions in [
            &[&[&earlier, &later][..]][..],
            &[&[&earlier], &[&later]],
            &[&[&later], &[&earlier]],
            &[&[&later, &earlier]],
        ] {
            assert_eq!(after(portions), expected, "{first} {second} {portions:?}");
        }
    }
}

#[test]
fn a_registration_that_was_removed_and_begins_again_is_set_again() {
    let reported = |day: &str, minute: u32| {
        let info = serde_json::json!({"registrationId": "7", "registerTypeCode": "RHRH", "registrationDate": day, "createdDateAndTime": at(minute)});
        message("probation-case.registration.added", minute, Some("X800033"), None, &info)
    };
    let (first, again) = (reported("2026-05-20", 5), reported("2026-06-03T08:00:00", 4000));
    let removed = serde_json::json!({"deregistrationId": "9", "registerTypeCode": "RHRH", "deregistrationDate": "2026-06-02", "createdDateAndTime": at(2000)});
    let removed = message("probation-case.registration.deregistered", 2000, Some("X800033"), None, &removed);
    let expected = after(&[&[&removed, &again]]);
    assert!(expected[0].contains("flag_recorded 2026-06-03"), "{expected:?}");
    for portions in [
        &[&[&first, &removed, &again][..]][..],
        &[&[&first], &[&removed], &[&again]],
        &[&[&again], &[&first], &[&removed]],
        &[&[&first], &[&again], &[&removed], &[&first]],
    ] {
        assert_eq!(after(portions), expected, "{portions:?}");
    }
}

#[test]
fn a_contact_that_moves_to_another_person_is_taken_from_the_first() {
    let of =
        |crn: &str, minute: u32| format!("{crn},COAP,2026-05-12,14:00,UAAB,2026-05-10T09:00:00,{},,,7", at(minute));
    let (one, other) = (of("X800031", 1), of("X800032", 2));
    for portions in [vec![vec![&one, &other]], vec![vec![&one], vec![&other]], vec![vec![&other], vec![&one]]] {
        let queue = Queue::new();
        for portion in &portions {
            let rows: Vec<String> = portion.iter().map(|row| (*row).clone()).collect();
            queue.give(table(&rows), Erasures::Listed);
        }
        let left = of_store(&queue);
        let case = queue.case("X800032").to_string();
        assert!(left.len() == 1 && left[0].starts_with(&case), "{portions:?}: {left:?}");
    }
}

#[test]
fn a_reply_that_does_not_say_only_that_nothing_is_known_is_never_nothing_known() {
    let of = |outcome: &str| {
        let table = format!("crn,type,date,outcome,created\nX800031,SFRR,2026-05-12,\"{outcome}\",2026-05-12\n");
        Logs::default().deliver(&importer(), read_table(TableKind::Contacts, table.as_bytes()).unwrap())
    };
    let content = |outcome: &str| {
        let records = of(outcome).records;
        records.iter().map(|r| r.event().unwrap().encode()["content"].clone()).collect::<Vec<_>>()
    };
    for outcome in ["Response received - not known to social services", "Not known to social services", "not known"] {
        assert_eq!(content(outcome), ["nothing_known"], "{outcome}");
    }
    assert_eq!(content("Response received - known to social services"), ["known"]);
    for outcome in [
        "Not known to police; known to social services",
        "Response received - not known to police, known to social services",
        "Not known, but siblings are",
        "Not known to social services (child protection plan)",
        "Not known to social services until 2024",
        "Not knownto social services",
        "Known",
    ] {
        let import = of(outcome);
        assert_eq!((import.records.len(), import.report.counts["unmapped"]), (0, 1), "{outcome}");
    }
}

#[test]
fn a_type_of_event_that_is_somebody_s_words_is_left_out() {
    let report = |event_type: &str| {
        let one = serde_json::json!({"eventType": event_type, "occurredAt": at(1),
            "personReference": {"identifiers": [{"type": "CRN", "value": "X800031"}]}});
        Logs::default().deliver(&importer(), Given::Messages(one.to_string().as_bytes())).report
    };
    let long = "word ".repeat(400);
    for words in [
        long.as_str(),
        "Kettledrum said that he hit her",
        "probation-case.Kettledrum registration",
        "\u{202e}a",
        &"a".repeat(101),
    ] {
        let report = serde_json::to_string(&report(words)).unwrap();
        assert!(
            !report.contains("Kettledrum") && !report.contains("word word") && report.contains("left out"),
            "{report}"
        );
    }
    for name in ["probation-case.registration.added", "OFFENDER_REGISTRATION_CHANGED", "some-service.thing:happened_2"]
    {
        assert_eq!(report(name).messages[0].event_type.as_deref(), Some(name));
    }
    // Also where the message cannot be read.
    let one = serde_json::json!({"eventType": "Kettledrum said that", "occurredAt": "soon"}).to_string();
    let import = Logs::default().deliver(&importer(), Given::Messages(one.as_bytes()));
    assert!(!serde_json::to_string(&import.report).unwrap().contains("Kettledrum"));
}
