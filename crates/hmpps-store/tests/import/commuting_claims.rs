//! The same of numbers that several claim, case maps, moves, and messages that cannot be read or name two persons.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;
use risk_hmpps::codes::Codes;
use risk_hmpps::import::{Given, Importer};
use risk_hmpps::people::CaseMap;
use risk_hmpps_store::Erasures;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::commuting::{at, deliver, in_mixed_portions, message, records};
use crate::stored::Queue;
use crate::{Logs, key};

/// The first two may claim one number, and be merged. The host's case map names the third by its CRN, and the last by its number
/// alone: every message about that person names the number.
const CRNS: [&str; 4] = ["X800011", "X800012", "X800013", "X800014"];
const NUMBERS: [&str; 4] = ["A1111AA", "A2222AA", "A3333AA", "D4444DD"];
const CONTESTED: &str = "C1111CC";
const MAPPED: &str =
    "case_id,crn,noms\n00000000-0000-4000-8000-000000000013,X800013,\n00000000-0000-4000-8000-000000000014,,D4444DD\n";

fn with_map() -> Importer {
    Importer::new(Codes::embedded().unwrap(), key(), CaseMap::parse(MAPPED).unwrap())
}

fn received(noms: &str, minute: u32) -> Value {
    let info = json!({"nomsNumber": noms, "reason": "ADMISSION", "prisonId": "MDI"});
    message("prison-offender-events.prisoner.received", minute, None, Some(noms), &info)
}

fn one() -> impl Strategy<Value = Value> {
    let what = (0..12u32, 0..4usize, 0..3usize, 0..3usize, 1..9u32, 1..4000u32, any::<bool>());
    what.prop_map(|(of, person, source, target, id, minute, claims)| {
        let noms = if claims && person < 2 { CONTESTED } else { NUMBERS[person] };
        let (crn, always) = (Some(CRNS[person]), person == 3);
        let registration = json!({"registrationId": format!("{id}{minute}"), "registerTypeCode": "ADVP", "registrationDate": at(minute),
            "createdDateAndTime": at(minute)});
        match of {
            0 | 1 => message("probation-case.registration.added", minute, crn, Some(noms), &registration),
            2 => message("probation-case.registration.added", minute, crn, always.then_some(noms), &registration),
            3 => message("tier.calculation.complete", minute, crn, Some(noms), &json!({})),
            4 => {
                let mut unreadable = message("probation-case.registration.added", minute, crn, Some(noms), &registration);
                unreadable["occurredAt"] = json!("soon");
                unreadable
            }
            5 => {
                let mut two = message("probation-case.registration.added", minute, crn, Some(noms), &registration);
                let other = json!({"type": "NOMS", "value": NUMBERS[(person + 1) % 4]});
                two["personReference"]["identifiers"].as_array_mut().unwrap().push(other);
                two
            }
            6 | 7 => received(NUMBERS[person], minute),
            8 => {
                let info = json!({"sourceCRN": CRNS[source % 2], "targetCRN": CRNS[1 - source % 2]});
                message("probation-case.merge.completed", minute, Some(CRNS[0]), None, &info)
            }
            9 => {
                let info = json!({"reactivatedCRN": CRNS[0], "unmergedCRN": CRNS[1]});
                message("probation-case.unmerge.completed", minute, Some(CRNS[0]), None, &info)
            }
            10 => {
                let info = json!({"requirementId": format!("{id}{minute}"), "eventNumber": "1",
                    "requirementMainType": "Court - Accredited Programme", "requirementSubType": "Building Better Relationships"});
                message("probation-case.requirement.created", minute, Some(CRNS[source]), None, &info)
            }
            _ => {
                let info = json!({"sourceCRN": CRNS[source], "targetCRN": CRNS[target], "sourceEventNumber": "1", "targetEventNumber": "2"});
                message("probation-case.sentence.moved", minute, Some(CRNS[target]), None, &info)
            }
        }
    })
}

/// What a store comes to: of each person what is recorded, whichever of their cases has it; and what each case is called.
#[derive(Debug, PartialEq)]
struct State {
    records: BTreeMap<BTreeSet<Uuid>, Vec<(String, bool)>>,
    names: BTreeMap<Uuid, BTreeSet<(String, String)>>,
    contested: Vec<Uuid>,
}

fn state(queue: &Queue) -> State {
    let cases: Vec<Uuid> = queue.store.cases(&queue.by).unwrap().map(|case| case.unwrap().case_id).collect();
    let mut persons: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for case in cases {
        let head = queue.store.work(&queue.by, |work| work.person(case)).unwrap();
        persons.entry(head).or_default().insert(case);
        let facts = queue.store.facts(case).unwrap();
        names.insert(case, facts.known_as().map(|(sort, value)| (sort.to_owned(), value.to_owned())).collect());
    }
    let of_person = |cases: &BTreeSet<Uuid>| {
        let logs = cases.iter().map(|case| queue.store.log(&queue.by, *case).unwrap());
        let mut all: Vec<(String, bool)> = logs.flat_map(|log| records(&log).into_values()).collect();
        all.sort();
        all
    };
    let records = persons.into_values().map(|cases| (cases.clone(), of_person(&cases))).collect();
    State { records, names, contested: queue.store.contested("noms", CONTESTED).unwrap() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn claims_maps_moves_and_what_cannot_be_read_come_to_the_same_in_any_order_and_portions(
        in_order in prop::collection::vec(one(), 2..14),
        shuffled in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>(), any::<bool>()), 30),
    ) {
        let (at_once, in_portions) = (Queue::with(with_map()), Queue::with(with_map()));
        deliver(&at_once, &in_order);
        in_mixed_portions(&in_order, &shuffled, |portion| deliver(&in_portions, portion));
        prop_assert_eq!(state(&at_once), state(&in_portions));
        // What goes by the contested number belongs to neither, or to the one person that they are.
        for queue in [&at_once, &in_portions] {
            deliver(queue, &[received(CONTESTED, 4001)]);
        }
        prop_assert_eq!(state(&at_once), state(&in_portions));
        // And without a store in between: no link is carried out there, and none changes what is recorded where.
        let mut logs = Logs::default();
        logs.deliver(&with_map(), Given::Messages(json!(in_order).to_string().as_bytes()));
        let sorted = |of: BTreeMap<Uuid, (String, bool)>| {
            let mut of: Vec<(String, bool)> = of.into_values().collect();
            of.sort();
            of
        };
        let beside: BTreeMap<Uuid, _> =
            logs.held.logs().map(|log| (log.case_id(), sorted(records(log)))).filter(|(_, of)| !of.is_empty()).collect();
        let before = Queue::with(with_map());
        deliver(&before, &in_order);
        let stored = before.store.cases(&before.by).unwrap().map(|case| case.unwrap().case_id);
        let stored = stored.map(|case| (case, sorted(records(&before.store.log(&before.by, case).unwrap()))));
        prop_assert_eq!(beside, stored.filter(|(_, of)| !of.is_empty()).collect::<BTreeMap<_, _>>());
    }
}

/// A person who was erased had the first number; messages may give them the second since, and say that the third became one with the
/// first. The fourth may be claimed by two, and become one with the fifth, which a third person may have.
const OF_ERASED: [&str; 5] = ["E1111EE", "G1111GG", "G2222GG", "C1111CC", "A3333AA"];

/// A message after an erasure: each names a CRN, or says that two numbers became one.
fn after_an_erasure() -> impl Strategy<Value = Value> {
    let what = (0..8u32, 0..4usize, 0..5usize, 1..9u32, 1..4000u32);
    what.prop_map(|(of, person, number, id, minute)| {
        // The last is the erased person; who has the fifth number has no other.
        let crn = ["X800011", "X800012", "X800013", "X800019"][person];
        let noms = if person == 2 { OF_ERASED[4] } else { OF_ERASED[number.min(3)] };
        let merged = |left: &str, removed: &str| {
            let info = json!({"nomsNumber": left, "removedNomsNumber": removed, "reason": "MERGE"});
            message("prison-offender-events.prisoner.merged", minute, None, Some(left), &info)
        };
        let info = json!({"registrationId": format!("{id}{minute}"), "registerTypeCode": "ADVP", "registrationDate": at(minute),
            "createdDateAndTime": at(minute)});
        match of {
            0..3 => message("probation-case.registration.added", minute, Some(crn), Some(noms), &info),
            3 => message("probation-case.registration.added", minute, Some(crn), None, &info),
            4 | 5 => message("tier.calculation.complete", minute, Some(crn), Some(noms), &json!({})),
            6 => merged(OF_ERASED[2], OF_ERASED[0]),
            _ => merged(OF_ERASED[3], OF_ERASED[4]),
        }
    })
}

/// What each message comes to once all have come.
fn ends(queue: &Queue, messages: &[Value]) -> Vec<(Value, &'static str)> {
    let numbers = OF_ERASED.map(|noms| received(noms, 4001));
    let all: Vec<Value> = messages.iter().chain(&numbers).cloned().collect();
    let report = queue.deliver(&all, Erasures::CarriedOut);
    all.into_iter().zip(report.messages.iter().map(|reported| reported.outcome.name())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn after_an_erasure_messages_come_to_the_same_in_any_order_and_portions(
        in_order in prop::collection::vec(after_an_erasure(), 2..12),
        shuffled in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>(), any::<bool>()), 30),
    ) {
        let erased = || {
            let queue = Queue::with(with_map());
            let info = json!({"registrationId": "1", "registerTypeCode": "ADVP", "registrationDate": at(1), "createdDateAndTime": at(1)});
            let held = message("probation-case.registration.added", 1, Some("X800019"), Some(OF_ERASED[0]), &info);
            deliver(&queue, &[held]);
            deliver(&queue, &[message("probation-case.deleted.gdpr", 2, Some("X800019"), None, &json!({}))]);
            queue
        };
        let (at_once, in_portions) = (erased(), erased());
        deliver(&at_once, &in_order);
        in_mixed_portions(&in_order, &shuffled, |portion| deliver(&in_portions, portion));
        let known = |queue: &Queue| -> Vec<Vec<Uuid>> {
            let cases_of = |noms: &&str| queue.store.work(&queue.by, |work| work.cases_of("noms", noms)).unwrap();
            OF_ERASED.iter().map(cases_of).map(|mut cases| { cases.sort_unstable(); cases }).collect()
        };
        prop_assert_eq!(state(&at_once), state(&in_portions));
        prop_assert_eq!(known(&at_once), known(&in_portions));
        prop_assert_eq!(ends(&at_once, &in_order), ends(&in_portions, &in_order));
        prop_assert_eq!(state(&at_once), state(&in_portions));
    }

    /// Of those who claim a number some are erased, each by itself: what waited is applied, is in conflict still, or is reported.
    #[test]
    fn nothing_that_waits_vanishes_when_persons_are_erased(
        claiming in prop::collection::btree_set(0..3usize, 1..=3),
        erased in prop::collection::vec(0..3usize, 1..4),
    ) {
        let queue = Queue::new();
        let registration = |person: usize, noms: Option<&str>| {
            let info = json!({"registrationId": format!("{person}"), "registerTypeCode": "ADVP", "registrationDate": at(1), "createdDateAndTime": at(1)});
            message("probation-case.registration.added", 1, Some(CRNS[person]), noms, &info)
        };
        let all: Vec<Value> = (0..3).map(|person| registration(person, claiming.contains(&person).then_some(CONTESTED))).collect();
        deliver(&queue, &all);
        let event = received(CONTESTED, 9);
        deliver(&queue, std::slice::from_ref(&event));
        let mut reported: Vec<&'static str> = Vec::new();
        let cases: Vec<Uuid> = CRNS[..3].iter().map(|crn| queue.case(crn)).collect();
        for person in &erased {
            // In conflict no order of a message is carried out: an operator erases them.
            reported.extend(queue.erase_by_hand(cases[*person]).iter().map(|_| "erased"));
            let report = queue.deliver(&[], Erasures::CarriedOut);
            reported.extend(report.waited.iter().map(|reported| reported.outcome.name()));
        }
        let left = claiming.iter().filter(|person| !erased.contains(person)).count();
        let kept = risk_hmpps_store::waiting(&queue.importer, &queue.store, &queue.by).unwrap().len();
        let was_in_conflict = claiming.len() > 1;
        if was_in_conflict && left > 1 {
            prop_assert_eq!((kept, reported.len()), (1, 0));
        } else if was_in_conflict {
            prop_assert_eq!(kept, 0);
            prop_assert!(reported.iter().all(|end| ["recorded", "erased"].contains(end)), "{:?}", reported);
            prop_assert_eq!(reported.len(), 1);
        }
    }
}
