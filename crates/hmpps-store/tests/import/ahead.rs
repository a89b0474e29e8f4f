//! Messages whose sender's clock is ahead of this machine's: they keep their order, whatever the order and the portions in which they come.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use risk_core::event::{Event, Kind, Nature};
use risk_core::log::{Log, Record};
use risk_hmpps::import::read_table;
use risk_hmpps::input_table::TableKind;
use risk_hmpps_store::Erasures;
use serde_json::{Value, json};

use crate::stored::Queue;

const CRN: &str = "X800041";
const NOMS: &str = "A4141AA";

/// A message that is so many seconds ahead.
fn message(event_type: &str, now: DateTime<Utc>, ahead: i64, info: &Value) -> Value {
    let at = (now + TimeDelta::seconds(ahead)).to_rfc3339();
    let mut all =
        json!({"registrationDate": at, "createdDateAndTime": at, "updatedDateAndTime": at, "deregistrationDate": at});
    all.as_object_mut().unwrap().extend(info.as_object().unwrap().clone());
    json!({"eventType": event_type, "occurredAt": at, "additionalInformation": all,
        "personReference": {"identifiers": [{"type": "CRN", "value": CRN}, {"type": "NOMS", "value": NOMS}]}})
}

/// The records in force, in the order in which they happened.
fn in_order(log: &Log) -> Vec<(Kind, Value)> {
    let gone = |r: &Record| {
        log.records().iter().any(|by| matches!(by.event(), Some(Event::RecordRetracted(e)) if e.event_id == r.event_id))
    };
    let said = log.records().iter().filter(|r| r.kind().is_some_and(|kind| kind.spec().nature != Nature::Housekeeping));
    let mut all: Vec<&Record> = said.filter(|r| !gone(r)).collect();
    let moments: BTreeSet<_> = all.iter().map(|r| r.occurred_at).collect();
    assert_eq!(moments.len(), all.len(), "each has a moment of its own");
    all.sort_by_key(|r| r.occurred_at);
    all.into_iter().map(|r| (r.kind().unwrap(), Value::Object(r.event().unwrap().encode()))).collect()
}

fn after(portions: &[&[&Value]]) -> Vec<(Kind, Value)> {
    let queue = Queue::new();
    for portion in portions {
        let messages: Vec<Value> = portion.iter().map(|one| (*one).clone()).collect();
        let report = queue.deliver(&messages, Erasures::Listed);
        assert!(
            report.messages.iter().all(|reported| ["recorded", "known"].contains(&reported.outcome.name())),
            "{report:?}"
        );
    }
    let log = queue.store.log(&queue.by, queue.case(CRN)).unwrap();
    assert!(log.records().iter().all(|r| r.occurred_at <= r.recorded_at && r.recorded_at <= Utc::now()));
    in_order(&log)
}

#[test]
fn of_two_messages_that_are_ahead_the_later_one_counts_in_any_order_and_portions() {
    let now = Utc::now();
    let level =
        |level: &str| json!({"registrationId": "7", "registerTypeCode": "RCHD", "registrationLevelCode": level});
    let removed = json!({"deregistrationId": "8", "registerTypeCode": "RCHD"});
    let prison = |code: &str| json!({"nomsNumber": NOMS, "nomisMovementReasonCode": code});
    let (added, updated) = ("probation-case.registration.added", "probation-case.registration.updated");
    let (received, released) = ("prison-offender-events.prisoner.received", "prison-offender-events.prisoner.released");
    let deregistered = "probation-case.registration.deregistered";
    for ((one, of_one), (other, of_other)) in [
        ((added, level("RSKM")), (updated, level("RSKH"))),
        ((updated, level("RSKM")), (updated, level("RSKH"))),
        ((added, level("RSKM")), (deregistered, removed.clone())),
        ((deregistered, removed), (added, level("RSKM"))),
        ((received, prison("N")), (released, prison("CR"))),
        ((released, prison("CR")), (received, prison("L"))),
    ] {
        for (earlier, later) in [(200, 250), (-5, 250), (-600, 30), (10, 11)] {
            let (first, second) = (message(one, now, earlier, &of_one), message(other, now, later, &of_other));
            let expected = after(&[&[&first], &[&second]]);
            assert_eq!(expected.len(), 2);
            for portions in [
                &[&[&first, &second][..]][..],
                &[&[&second, &first]],
                &[&[&second], &[&first]],
                &[&[&second], &[&first, &second]],
                &[&[&second], &[&first], &[&second], &[&first]],
            ] {
                assert_eq!(after(portions), expected, "{one} {earlier} {other} {later} {portions:?}");
            }
        }
    }
}

#[test]
fn three_messages_that_are_ahead_keep_their_order() {
    let now = Utc::now();
    let of = |ahead: i64, level: &str| {
        let info = json!({"registrationId": "7", "registerTypeCode": "RCHD", "registrationLevelCode": level});
        message("probation-case.registration.updated", now, ahead, &info)
    };
    let all = [of(100, "RSKL"), of(101, "RSKM"), of(290, "RSKH")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let [a, b, c] = order.map(|n| &all[n]);
        for portions in [&[&[a, b, c][..]][..], &[&[a], &[b], &[c]], &[&[a, b], &[c]], &[&[a], &[b, c]]] {
            let levels: Vec<Value> = after(portions).into_iter().map(|(_, data)| data["level"].clone()).collect();
            assert_eq!(levels, ["low", "medium", "high"], "{order:?}");
        }
    }
}

#[test]
fn a_deletion_that_is_ahead_deletes_what_was_stated_before_it_and_nothing_else() {
    let now = Utc::now();
    let info = json!({"registrationId": "7", "registerTypeCode": "RHRH", "registrationDate": "2024-06-14"});
    let (added, deleted, back) = (
        message("probation-case.registration.added", now, 100, &info),
        message("probation-case.registration.deleted", now, 200, &info),
        message("probation-case.registration.added", now, 250, &info),
    );
    for (messages, left) in [([&added, &deleted, &deleted], 0), ([&deleted, &back, &added], 1)] {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let [a, b, c] = order.map(|n| messages[n]);
            for portions in [&[&[a, b, c][..]][..], &[&[a], &[b], &[c]], &[&[a, b], &[c]]] {
                let queue = Queue::new();
                for portion in portions {
                    queue.deliver(&portion.iter().map(|one| (*one).clone()).collect::<Vec<_>>(), Erasures::Listed);
                }
                let log = queue.store.log(&queue.by, queue.case(CRN)).unwrap();
                assert_eq!(in_order(&log).len(), left, "{order:?} {portions:?}");
            }
        }
    }
}

#[test]
fn two_rows_of_a_contact_that_are_ahead_keep_their_order() {
    let now = Utc::now();
    let row = |outcome: &str, ahead: i64| {
        let updated = (now + TimeDelta::seconds(ahead)).to_rfc3339();
        let head = "crn,type,date,outcome,created,updated,id";
        read_table(
            TableKind::Contacts,
            format!("{head}\n{CRN},COAP,2024-06-14,{outcome},2024-06-14,{updated},7\n").as_bytes(),
        )
        .unwrap()
    };
    for order in [[0, 1], [1, 0]] {
        let queue = Queue::new();
        for n in order {
            queue.give([row("ATTC", 200), row("UAAB", 250)][n].clone(), Erasures::Listed);
        }
        let left = in_order(&queue.store.log(&queue.by, queue.case(CRN)).unwrap());
        assert_eq!(left.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [Kind::AppointmentMissed], "{order:?}");
    }
}
