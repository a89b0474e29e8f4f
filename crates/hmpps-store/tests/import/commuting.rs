//! Whatever the order and the portions in which messages come, and however often: the same records and the same links.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;
use risk_core::event::{Event, Nature};
use risk_core::log::{Log, Payload};
use risk_hmpps::import::Given;
use risk_hmpps_store::Erasures;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stored::Queue;
use crate::{Logs, importer};

/// The first three may be merged; the last may be erased. (An erasure reaches those who are one person when it is carried out, so
/// that a merge which comes after it finds another person: these two do not commute.)
const CRNS: [&str; 4] = ["X800001", "X800002", "X800003", "X800009"];
/// Of each person the prison number that they have first, and the one that it becomes.
const NUMBERS: [[&str; 2]; 4] =
    [["A1111AA", "B1111BB"], ["A2222AA", "B2222BB"], ["A3333AA", "B3333BB"], ["A9999AA", "B9999BB"]];

pub fn at(minute: u32) -> String {
    format!("2026-06-{:02}T{:02}:{:02}:30Z", 1 + minute / 1440, minute / 60 % 24, minute % 60)
}

pub fn message(event_type: &str, minute: u32, crn: Option<&str>, noms: Option<&str>, info: &Value) -> Value {
    let identifiers: Vec<Value> = [("CRN", crn), ("NOMS", noms)]
        .into_iter()
        .filter_map(|(of, value)| Some(json!({"type": of, "value": value?})))
        .collect();
    json!({"eventType": event_type, "version": 1, "occurredAt": at(minute), "additionalInformation": info,
        "personReference": {"identifiers": identifiers}})
}

/// One registration: begun, and perhaps updated or deleted; it may name the prison number too.
fn registration() -> impl Strategy<Value = Vec<Value>> {
    let what = (0..4usize, 1..9u32, 0..3usize, 1..4000u32);
    (what, any::<[bool; 3]>()).prop_map(|((person, id, of, minute), [linked, updated, deleted])| {
        let code = ["ADVP", "REG15", "ALSH"][of];
        let noms = linked.then_some(NUMBERS[person][0]);
        let reported = |event: &str, minute: u32, level: &str| {
            let info = json!({"registrationId": format!("{id}{of}{minute}"), "registerTypeCode": code, "registrationLevelCode": level,
                "registrationDate": at(minute), "createdDateAndTime": at(minute), "updatedDateAndTime": at(minute + 9)});
            message(&format!("probation-case.registration.{event}"), minute, Some(CRNS[person]), noms, &info)
        };
        let mut life = vec![reported("added", minute, "RSKM")];
        life.extend(updated.then(|| reported("updated", minute, "RSKH")));
        life.extend(deleted.then(|| reported("deleted", minute, "RSKM")));
        life
    })
}

fn one() -> impl Strategy<Value = Vec<Value>> {
    let what = (0..12u32, 0..4usize, 0..4usize, 0..2usize, 1..4000u32);
    what.prop_map(|(of, person, other, number, minute)| {
        let (crn, [first, second]) = (CRNS[person], NUMBERS[person]);
        let noms = [first, second][number];
        let (from, into) = (CRNS[person % 3], CRNS[other % 3]);
        let message = match of {
            0 | 1 => {
                let info = json!({"nomsNumber": noms, "reason": "ADMISSION", "prisonId": "MDI"});
                message("prison-offender-events.prisoner.received", minute, None, Some(noms), &info)
            }
            2 => message("probation-case.prison-identifier.added", minute, Some(crn), Some(first), &json!({})),
            3 => {
                let info = json!({"nomsNumber": second, "removedNomsNumber": first});
                message("prison-offender-events.prisoner.merged", minute, None, Some(noms), &info)
            }
            4..7 => {
                let info = json!({"sourceCRN": from, "targetCRN": into});
                message("probation-case.merge.completed", minute, Some(into), None, &info)
            }
            7 | 8 => {
                let info = json!({"reactivatedCRN": from, "unmergedCRN": into});
                message("probation-case.unmerge.completed", minute, Some(from), None, &info)
            }
            9 => message("probation-case.deleted.gdpr", minute, Some(CRNS[3]), None, &json!({})),
            // What makes nothing, or is of a type that the tables do not have, says whose a number is all the same.
            10 => message("tier.calculation.complete", minute, Some(crn), Some(first), &json!({})),
            _ => message("some-service.thing.happened", minute, Some(crn), Some(first), &json!({})),
        };
        vec![message]
    })
}

/// What stands of each record in a log, and whether it was retracted.
pub fn records(log: &Log) -> BTreeMap<Uuid, (String, bool)> {
    let mut all: BTreeMap<Uuid, (String, bool)> = BTreeMap::new();
    for record in log.records() {
        match record.event() {
            Some(Event::RecordCorrected(e)) => {
                all.entry(e.event_id).or_default().0 = e.replacement.data.to_string();
            }
            Some(Event::RecordRetracted(e)) => all.entry(e.event_id).or_default().1 = true,
            Some(event) if event.kind().spec().nature != Nature::Housekeeping => {
                all.entry(record.event_id).or_default().0 = Value::Object(event.encode()).to_string();
            }
            _ => {}
        }
    }
    all
}

/// What a store comes to: of each CRN the records, of each identifier the cases, and who is one person.
#[derive(Debug, PartialEq)]
struct State {
    records: BTreeMap<Uuid, BTreeMap<Uuid, (String, bool)>>,
    names: BTreeMap<&'static str, BTreeSet<Uuid>>,
    one_person: BTreeSet<(usize, usize)>,
}

fn state(queue: &Queue) -> State {
    let mut records_of = BTreeMap::new();
    let case = |crn: &str| queue.store.cases_of("crn", crn).unwrap().first().copied();
    for case in CRNS.into_iter().filter_map(case) {
        let log = queue.store.log(&queue.by, case).unwrap();
        let of_case = records(&log);
        if !of_case.is_empty() {
            records_of.insert(case, of_case);
        }
    }
    let (names, one_person) = queue
        .store
        .work(&queue.by, |work| {
            let mut names = BTreeMap::new();
            let all =
                CRNS.into_iter().map(|crn| ("crn", crn)).chain(NUMBERS.into_iter().flatten().map(|n| ("noms", n)));
            for (scheme, value) in all {
                let cases: BTreeSet<Uuid> = work.cases_of(scheme, value)?.into_iter().collect();
                if !cases.is_empty() {
                    names.insert(value, cases);
                }
            }
            let mut one_person = BTreeSet::new();
            for (i, one) in CRNS.iter().enumerate() {
                for (j, other) in CRNS.iter().enumerate().skip(i + 1) {
                    let cases = [work.cases_of("crn", one)?, work.cases_of("crn", other)?];
                    if let [Some(one), Some(other)] = cases.map(|cases| cases.first().copied())
                        && work.person(one)? == work.person(other)?
                    {
                        one_person.insert((i, j));
                    }
                }
            }
            Ok((names, one_person))
        })
        .unwrap();
    State { records: records_of, names, one_person }
}

pub fn deliver(queue: &Queue, messages: &[Value]) {
    let report = queue.deliver(messages, Erasures::CarriedOut);
    assert_eq!(report.messages.len(), messages.len(), "each message has one outcome");
    let counted: u64 = report.counts.values().sum();
    assert_eq!(usize::try_from(counted).unwrap(), messages.len(), "{:?}", report.counts);
    for reported in &report.messages {
        let waits = reported.outcome.name() == "waits";
        assert!(!waits || reported.kept, "what waits is kept in the store: {reported:?}");
    }
}

/// Whether the last person was to be erased.
fn erases(messages: &[Value]) -> bool {
    messages.iter().any(|m| m["eventType"] == "probation-case.deleted.gdpr")
}

/// Swaps things as it is drawn, and gives them in portions; where it is drawn so, a portion comes again with what follows, as if the
/// process had been killed before it was acknowledged.
pub fn in_mixed_portions<T: Clone>(
    in_order: &[T],
    shuffled: &[(Index, Index, Index, bool)],
    mut deliver: impl FnMut(&[T]),
) {
    let mut mixed = in_order.to_vec();
    for (one, other, ..) in shuffled {
        mixed.swap(one.index(in_order.len()), other.index(in_order.len()));
    }
    let mut left = mixed.as_slice();
    for (_, _, size, killed) in shuffled.iter().cycle() {
        if left.is_empty() {
            break;
        }
        let (portion, rest) = left.split_at(1 + size.index(left.len().min(4)));
        deliver(portion);
        if *killed {
            let again = (portion.len() + 1).min(left.len());
            deliver(&left[..again]);
        }
        left = rest;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_any_portions_and_any_redelivery_give_the_same_records_and_links(
        lives in prop::collection::vec(prop_oneof![2 => registration(), 5 => one()], 2..14),
        shuffled in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>(), any::<bool>()), 30),
    ) {
        let in_order: Vec<Value> = lives.concat();
        let at_once = Queue::new();
        deliver(&at_once, &in_order);
        let in_portions = Queue::new();
        in_mixed_portions(&in_order, &shuffled, |portion| deliver(&in_portions, portion));
        prop_assert_eq!(state(&at_once), state(&in_portions));
        // And without a store in between, but for those who were erased.
        if !erases(&in_order) {
            let mut logs = Logs::default();
            logs.deliver(&importer(), Given::Messages(json!(in_order).to_string().as_bytes()));
            let beside: BTreeMap<Uuid, _> =
                logs.held.logs().map(|log| (log.case_id(), records(log))).filter(|(_, of)| !of.is_empty()).collect();
            prop_assert_eq!(beside, state(&at_once).records);
        } else {
            for queue in [&at_once, &in_portions] {
                let info = json!({"registrationId": "77", "registerTypeCode": "ADVP", "registrationDate": at(1), "createdDateAndTime": at(1)});
                let late = message("probation-case.registration.added", 1, Some(CRNS[3]), None, &info);
                let report = queue.deliver(std::slice::from_ref(&late), Erasures::CarriedOut);
                prop_assert_eq!(report.messages[0].outcome.name(), "erased");
                let cases = queue.store.cases(&queue.by).unwrap().map(|case| case.unwrap().case_id);
                for case in cases.collect::<Vec<_>>() {
                    if queue.store.facts(case).unwrap().erased.is_some() {
                        let log = queue.store.log(&queue.by, case).unwrap();
                        let holds = |r: &&risk_core::log::Record| r.kind().is_some_and(|k| k.spec().nature != Nature::Housekeeping);
                        prop_assert!(log.records().iter().filter(holds).all(|r| r.payload == Payload::Erased));
                    }
                }
            }
        }
    }
}
