//! A registration or a requirement that is on record under one CRN, and of which messages under another CRN speak: of the same person,
//! or of the one to whom its sentence was moved.

use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

use proptest::prelude::*;
use proptest::sample::Index;
use risk_core::event::{Event, Kind, Nature};
use risk_core::log::{Log, Record};
use risk_hmpps::report::Report;
use risk_hmpps_store::Erasures;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::commuting::{at, deliver, in_mixed_portions, message};
use crate::settled::in_every_order;
use crate::stored::Queue;

/// The first two may be merged; a sentence of the first may be moved to the third.
const CRNS: [&str; 3] = ["X800051", "X800052", "X800053"];
const C: &str = CRNS[0];
const D: &str = CRNS[1];
const E: &str = CRNS[2];

fn registration(event: &str, crn: &str, minute: u32, id: &str, code: &str) -> Value {
    let info = json!({"registrationId": id, "registerTypeCode": code, "registrationLevelCode": "RSKM", "registrationDate": at(1),
        "createdDateAndTime": at(1), "updatedDateAndTime": at(minute)});
    message(&format!("probation-case.registration.{event}"), minute, Some(crn), None, &info)
}

/// An exclusion, which makes an order besides, or a curfew.
fn requirement(event: &str, crn: &str, minute: u32, id: &str, number: &str) -> Value {
    let main = if id.ends_with('5') { "Exclusion" } else { "Curfew" };
    let info =
        json!({"requirementId": id, "eventNumber": number, "requirementMainType": main, "requirementSubType": ""});
    message(&format!("probation-case.requirement.{event}"), minute, Some(crn), None, &info)
}

fn merge(minute: u32) -> Value {
    message("probation-case.merge.completed", minute, Some(D), None, &json!({"sourceCRN": C, "targetCRN": D}))
}

fn unmerge(minute: u32) -> Value {
    message("probation-case.unmerge.completed", minute, Some(C), None, &json!({"reactivatedCRN": C, "unmergedCRN": D}))
}

fn moved(minute: u32, number: &str) -> Value {
    let info = json!({"sourceCRN": C, "targetCRN": E, "sourceEventNumber": number, "targetEventNumber": "7"});
    message("probation-case.sentence.moved", minute, Some(E), None, &info)
}

/// What is on record of a person in any event.
fn allocated(crn: &str) -> Value {
    message("person.community.manager.allocated", 1, Some(crn), None, &json!({"allocationId": crn}))
}

fn give(queue: &Queue, messages: &[Value]) -> Report {
    queue.deliver(messages, Erasures::Listed)
}

fn outcome(queue: &Queue, message: &Value) -> &'static str {
    give(queue, from_ref(message)).messages[0].outcome.name()
}

/// What is in force in a log, without what differs from case to case.
fn in_force(log: &Log) -> Vec<(Kind, String)> {
    let gone = |r: &Record| {
        log.records().iter().any(|by| matches!(by.event(), Some(Event::RecordRetracted(e)) if e.event_id == r.event_id))
    };
    let said = log.records().iter().filter(|r| r.kind().is_some_and(|kind| kind.spec().nature != Nature::Housekeeping));
    let one = |r: &Record| {
        let corrections = log.records().iter().filter_map(|by| match by.event() {
            Some(Event::RecordCorrected(e)) if e.event_id == r.event_id => Some((by.recorded_at, &e.replacement)),
            _ => None,
        });
        let last = corrections.max_by_key(|(at, _)| *at).map(|(_, last)| last);
        let mut data = last.map_or_else(|| Value::Object(r.event().unwrap().encode()), |last| last.data.clone());
        let occurred = last.and_then(|last| last.occurred_at).unwrap_or(r.occurred_at);
        for name in ["order_id", "sentence_id"] {
            data.as_object_mut().unwrap().remove(name);
        }
        (r.kind().unwrap(), format!("{occurred} {data}"))
    };
    said.filter(|r| !gone(r)).map(one).collect()
}

/// What is in force of each person, by the first of their CRNs.
fn persons(queue: &Queue) -> BTreeMap<&'static str, BTreeSet<(Kind, String)>> {
    let case = |crn: &str| queue.store.cases_of("crn", crn).unwrap().first().copied();
    let person = |case: Uuid| queue.store.work(&queue.by, |work| work.person(case)).unwrap();
    let mut first: BTreeMap<Uuid, &'static str> = BTreeMap::new();
    let mut all: BTreeMap<&'static str, BTreeSet<(Kind, String)>> = BTreeMap::new();
    for crn in CRNS {
        let Some(case) = case(crn) else { continue };
        let of = *first.entry(person(case)).or_insert(crn);
        all.entry(of).or_default().extend(in_force(&queue.store.log(&queue.by, case).unwrap()));
    }
    all
}

/// How many records of each kind are in force in all cases, but for allocations.
fn counts(queue: &Queue) -> BTreeMap<Kind, usize> {
    let mut all = BTreeMap::new();
    for crn in CRNS {
        for case in queue.store.cases_of("crn", crn).unwrap() {
            for (kind, _) in in_force(&queue.store.log(&queue.by, case).unwrap()) {
                *all.entry(kind).or_default() += usize::from(kind != Kind::CaseAllocated);
            }
        }
    }
    all.retain(|_, count| *count > 0);
    all
}

#[test]
fn a_deletion_under_another_crn_of_the_person_deletes_in_any_order_and_portions() {
    for (created, deleted) in [
        (registration("added", C, 1, "2", "ADVP"), registration("deleted", D, 9, "2", "ADVP")),
        (registration("added", D, 1, "2", "RSTO"), registration("deleted", C, 9, "2", "RSTO")),
        (requirement("created", C, 1, "5", "1"), requirement("deleted", D, 9, "5", "2")),
    ] {
        in_every_order(&[created, deleted, merge(5), allocated(D)], |portions| {
            let queue = Queue::new();
            portions.iter().for_each(|portion| drop(give(&queue, portion)));
            give(&queue, &[allocated(C), allocated(D)]);
            assert_eq!(counts(&queue), BTreeMap::new(), "{portions:?}");
            for message in portions.concat() {
                let again = give(&queue, from_ref(&message));
                assert_ne!(again.messages[0].outcome.name(), "recorded", "{message}");
            }
        });
    }
}

#[test]
fn what_is_recorded_under_two_crns_before_they_are_merged_is_deleted_in_both() {
    let (one, other) = (registration("added", C, 1, "2", "ADVP"), registration("updated", D, 4, "2", "ADVP"));
    in_every_order(&[one, other, registration("deleted", D, 9, "2", "ADVP"), merge(5)], |portions| {
        let queue = Queue::new();
        portions.iter().for_each(|portion| drop(give(&queue, portion)));
        assert_eq!(counts(&queue), BTreeMap::new(), "{portions:?}");
    });
}

#[test]
fn what_another_crn_of_the_person_says_again_is_known_and_an_update_is_about_the_same_registration() {
    for code in ["ADVP", "RSTO", "RCHD"] {
        let added = registration("added", C, 1, "2", code);
        let messages = [registration("added", D, 1, "2", code), registration("updated", D, 4, "2", code)];
        let alone = Queue::new();
        give(&alone, &[added.clone(), registration("updated", C, 4, "2", code)]);
        let expected = counts(&alone);
        for together in [true, false] {
            let queue = Queue::new();
            let first = [allocated(C), allocated(D), merge(2), added.clone()];
            if together {
                give(&queue, &[&first[..], &messages].concat());
            } else {
                give(&queue, &first);
                assert_eq!(outcome(&queue, &messages[0]), "known");
                assert_eq!(outcome(&queue, &messages[1]), "recorded");
                assert_eq!(outcome(&queue, &messages[1]), "known");
            }
            assert_eq!(counts(&queue), expected, "{code} {together}");
            assert_eq!(outcome(&queue, &registration("deleted", D, 9, "2", code)), "recorded");
            assert_eq!(counts(&queue), BTreeMap::new(), "{code} {together}");
            assert_eq!(outcome(&queue, &registration("added", D, 1, "2", code)), "known");
            // And stated again under either, it is back.
            assert_eq!(outcome(&queue, &registration("added", D, 20, "2", code)), "recorded");
            assert_eq!(outcome(&queue, &registration("added", C, 20, "2", code)), "known");
        }
    }
    for together in [true, false] {
        let queue = Queue::new();
        let first = [allocated(C), allocated(D), merge(2), requirement("created", C, 1, "5", "1")];
        let again = requirement("created", D, 3, "5", "2");
        if together {
            give(&queue, &[&first[..], from_ref(&again)].concat());
        } else {
            give(&queue, &first);
            assert_eq!(outcome(&queue, &again), "known");
        }
        assert_eq!(counts(&queue), BTreeMap::from([(Kind::RequirementImposed, 1), (Kind::ProtectiveOrderMade, 1)]));
    }
}

#[test]
fn what_one_person_s_messages_say_is_not_about_another_s() {
    let queue = Queue::new();
    give(&queue, &[allocated(D), registration("added", C, 1, "2", "ADVP"), requirement("created", C, 1, "5", "1")]);
    assert_eq!(outcome(&queue, &registration("deleted", D, 9, "2", "ADVP")), "nothing");
    assert_eq!(outcome(&queue, &requirement("deleted", D, 9, "5", "1")), "nothing");
    assert_eq!(outcome(&queue, &registration("added", D, 20, "2", "ADVP")), "recorded");
    assert_eq!(counts(&queue)[&Kind::FlagRecorded], 2);
    // Nor after they were parted again, by a message or by hand.
    for by_hand in [true, false] {
        let queue = Queue::new();
        give(&queue, &[allocated(D), registration("added", C, 1, "2", "ADVP"), merge(3)]);
        if by_hand {
            queue.store.unmerge(&queue.by, queue.case(C), queue.case(D)).unwrap();
        } else {
            give(&queue, &[unmerge(4)]);
        }
        assert_eq!(outcome(&queue, &registration("deleted", D, 9, "2", "ADVP")), "nothing", "{by_hand}");
        assert_eq!(counts(&queue)[&Kind::FlagRecorded], 1);
    }
    // A registration is not moved with a sentence.
    let queue = Queue::new();
    give(&queue, &[registration("added", C, 1, "5", "ADVP"), requirement("created", C, 1, "5", "1"), moved(3, "1")]);
    assert_eq!(outcome(&queue, &registration("deleted", E, 9, "5", "ADVP")), "nothing");
}

#[test]
fn a_requirement_that_was_moved_is_found_under_the_crn_to_which_it_was_moved() {
    let created = requirement("created", C, 1, "5", "1");
    for crn in [C, E] {
        in_every_order(&[created.clone(), moved(5, "1"), requirement("deleted", crn, 9, "5", "7")], |portions| {
            let queue = Queue::new();
            portions.iter().for_each(|portion| drop(give(&queue, portion)));
            give(&queue, &[allocated(C), allocated(E)]);
            assert_eq!(counts(&queue), BTreeMap::new(), "{crn} {portions:?}");
        });
    }
    let created = requirement("created", C, 1, "6", "1");
    // Also where another message moves the same sentence later.
    for crn in [C, E] {
        let queue = Queue::new();
        give(&queue, &[created.clone(), moved(5, "1"), moved(50, "1"), requirement("deleted", crn, 9, "6", "7")]);
        assert_eq!(counts(&queue), BTreeMap::new(), "{crn}");
        let queue = Queue::new();
        give(&queue, &[created.clone(), moved(50, "1")]);
        give(&queue, &[requirement("deleted", crn, 9, "6", "7")]);
        assert_eq!(counts(&queue), BTreeMap::new(), "{crn}");
    }
    for together in [true, false] {
        let queue = Queue::new();
        let again = requirement("created", E, 6, "6", "7");
        if together {
            give(&queue, &[again.clone(), created.clone(), moved(5, "1")]);
        } else {
            give(&queue, &[created.clone(), moved(5, "1")]);
            assert_eq!(outcome(&queue, &again), "known");
        }
        let of = |crn: &str| {
            in_force(&queue.store.log(&queue.by, queue.case(crn)).unwrap())
                .iter()
                .map(|(kind, _)| *kind)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(E).iter().filter(|kind| **kind == Kind::RequirementImposed).count(), 1, "{together}");
        assert!(!of(C).contains(&Kind::RequirementImposed));
        assert_eq!(outcome(&queue, &again), "known");
    }
}

/// The life of a registration, or of a requirement whose sentence may be moved: it is deleted under any CRN.
fn life() -> impl Strategy<Value = Vec<Value>> {
    let what = (0..3usize, 0..3usize, 1..4000u32, any::<[bool; 3]>());
    (what, 1..9u32, 0..2u32).prop_map(|((person, other, minute, [is_moved, updated, deleted]), id, of)| {
        let (crn, id) = (CRNS[person], format!("{id}{minute}{person}"));
        if of == 0 {
            let other = CRNS[other % 2];
            let code = ["ADVP", "RCHD", "MAPP"][person];
            let mut life = vec![registration("added", crn, minute, &id, code)];
            life.extend(updated.then(|| registration("updated", crn, minute + 5, &id, code)));
            life.extend(deleted.then(|| registration("deleted", other, minute + 9, &id, code)));
            return life;
        }
        let number = person.to_string();
        let mut life = vec![requirement("created", crn, minute, &id, &number)];
        life.extend((is_moved && person == 0).then(|| moved(minute + 4, &number)));
        life.extend(deleted.then(|| requirement("deleted", CRNS[other], minute + 9, &id, "7")));
        life
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn merges_and_moves_with_deletions_under_any_crn_come_to_the_same(
        lives in prop::collection::vec(life(), 1..5),
        merged in any::<bool>(),
        shuffled in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>(), any::<bool>()), 30),
    ) {
        let mut in_order: Vec<Value> = lives.concat();
        in_order.extend(merged.then(|| merge(2000)));
        in_order.extend(CRNS.map(allocated));
        let (at_once, in_portions) = (Queue::new(), Queue::new());
        deliver(&at_once, &in_order);
        in_mixed_portions(&in_order, &shuffled, |portion| deliver(&in_portions, portion));
        prop_assert_eq!(persons(&at_once), persons(&in_portions));
        // Given again, nothing is new.
        for queue in [&at_once, &in_portions] {
            let report = queue.deliver(&in_order, Erasures::Listed);
            prop_assert!(report.messages.iter().all(|reported| reported.outcome.name() != "recorded"), "{:?}", report);
        }
    }
}
