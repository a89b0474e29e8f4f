//! Messages that wait in a store, and the secret with which it was filled.

use std::slice::from_ref;

use chrono::{TimeDelta, Utc};
use risk_hmpps::codes::Codes;
use risk_hmpps::import::{Given, Importer};
use risk_hmpps::key::Key;
use risk_hmpps::people::CaseMap;
use risk_hmpps::reason::Reason;
use risk_hmpps::report::{Outcome, Report};
use risk_hmpps_store::{Erasures, IntoStore, discard, import_into, waiting};
use risk_store::{Options, Store, StoreError};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::persons::{gdpr, merge, received, unmerge, with_noms};
use crate::stored::{Queue, message, registration};
use crate::{importer, key};

const NOMS: &str = "A1111AA";

fn name(report: &Report) -> (&'static str, bool) {
    (report.messages[0].outcome.name(), report.messages[0].kept)
}

fn deleted(crn: &str, id: &str, code: &str) -> Value {
    let info = json!({"registrationId": id, "registerTypeCode": code, "updatedDateAndTime": "2026-06-15T09:06:52Z"});
    message("probation-case.registration.deleted", crn, &info)
}

impl Queue {
    fn tell(&self, message: &Value) -> Report {
        self.deliver(from_ref(message), Erasures::CarriedOut)
    }

    fn waiting(&self) -> Vec<(String, &'static str)> {
        let listed = waiting(&self.importer, &self.store, &self.by).unwrap();
        listed.into_iter().map(|one| (one.event_type.unwrap_or_default(), one.state)).collect()
    }

    fn at(&self, messages: &[Value], days: i64) -> Report {
        let how = IntoStore::new(Erasures::Listed, Utc::now() + TimeDelta::days(days));
        self.give_as(Given::Messages(json!(messages).to_string().as_bytes()), &how)
    }
}

#[test]
fn a_prison_event_waits_in_the_store_and_is_applied_when_its_number_is_known() {
    let queue = Queue::new();
    for _ in 0..2 {
        assert_eq!(name(&queue.tell(&received(NOMS))), ("waits", true), "and no more than once");
    }
    assert_eq!(queue.waiting(), [("prison-offender-events.prisoner.received".to_owned(), "waits")]);
    assert_eq!(queue.files_with(&[NOMS]), [""; 0], "it does not lie in clear");
    let report = queue.tell(&with_noms(registration("X800001", "1"), NOMS));
    let [waited] = report.waited.as_slice() else { panic!("{report:?}") };
    assert!(matches!(waited.outcome, Outcome::Recorded { .. }), "{waited:?}");
    assert_eq!((waited.place, waited.waiting_id.is_some()), (1, true));
    assert_eq!(report.counts.values().sum::<u64>(), 1, "of what was delivered");
    assert_eq!(queue.waiting(), []);
    assert_eq!(queue.tell(&received(NOMS)).messages[0].outcome, Outcome::Known);
}

#[test]
fn the_link_is_learnt_from_messages_of_every_outcome() {
    let nothing = json!({"registrationId": "1", "registerTypeCode": "ALSH", "registrationDate": "2026-06-14", "createdDateAndTime": "2026-06-14T09:06:52Z"});
    for (message, outcome) in [
        (message("probation-case.registration.added", "X800001", &nothing), "nothing"),
        (message("tier.calculation.complete", "X800001", &json!({})), "nothing"),
        (message("assessment.summary.produced", "X800001", &json!({})), "needed"),
        (message("probation-case.sentence.created", "X800001", &json!({"eventNumber": "1"})), "needed"),
        (message("some-service.thing.happened", "X800001", &json!({})), "unmapped"),
        (message("probation-case.engagement.created", "X800001", &json!({})), "instructed"),
        (registration("X800001", "9"), "recorded"),
    ] {
        for prison_first in [false, true] {
            let queue = Queue::new();
            let linking = with_noms(message.clone(), NOMS);
            if prison_first {
                assert_eq!(name(&queue.tell(&received(NOMS))), ("waits", true));
                let report = queue.tell(&linking);
                assert_eq!((name(&report).0, report.waited.len()), (outcome, 1), "{message}");
            } else {
                assert_eq!(name(&queue.tell(&linking)).0, outcome);
                assert_eq!(name(&queue.tell(&received(NOMS))).0, "recorded", "{message}");
            }
            assert_eq!(queue.cases(), 1);
            assert_eq!(queue.store.cases_of("noms", NOMS).unwrap(), [queue.case("X800001")]);
        }
    }
}

#[test]
fn merged_prison_numbers_are_followed_from_either_in_any_order() {
    let merged = |in_reference: &str| {
        let mut merged = received(in_reference);
        merged["eventType"] = json!("prison-offender-events.prisoner.merged");
        merged["additionalInformation"] =
            json!({"nomsNumber": "B0007BB", "removedNomsNumber": NOMS, "reason": "MERGE"});
        merged
    };
    for in_reference in [NOMS, "B0007BB"] {
        for linked_by in [NOMS, "B0007BB"] {
            for merge_first in [false, true] {
                let queue = Queue::new();
                let mut both = [with_noms(registration("X800001", "1"), linked_by), merged(in_reference)];
                if merge_first {
                    both.reverse();
                }
                both.iter().for_each(|message| drop(queue.tell(message)));
                let mut later = received(NOMS);
                later["occurredAt"] = json!("2026-06-16T09:06:52Z");
                assert_eq!(name(&queue.tell(&received("B0007BB"))).0, "recorded", "{in_reference} {linked_by}");
                assert_eq!(name(&queue.tell(&later)).0, "recorded", "the former number too");
                assert_eq!(queue.cases(), 1);
            }
        }
    }
}

#[test]
fn a_case_map_by_prison_number_alone_governs_messages_with_both() {
    let id = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11";
    let by_map = || {
        let map = CaseMap::parse(&format!("case_id,noms\n{id},{NOMS}\n")).unwrap();
        Queue::with(Importer::new(Codes::embedded().unwrap(), key(), map))
    };
    let messages = [with_noms(registration("X800001", "1"), NOMS), received(NOMS)];
    for messages in [messages.clone(), [messages[1].clone(), messages[0].clone()]] {
        let (one_by_one, at_once) = (by_map(), by_map());
        messages.iter().for_each(|message| assert_eq!(name(&one_by_one.tell(message)).0, "recorded"));
        drop(at_once.deliver(&messages, Erasures::Listed));
        for queue in [one_by_one, at_once] {
            assert_eq!(queue.tell(&registration("X800001", "2")).messages[0].case_id.unwrap().to_string(), id);
            assert_eq!(queue.cases(), 1);
        }
    }
    // Known by the CRN before the map's number was: a conflict, never one case for two or two for one in silence.
    let queue = by_map();
    queue.tell(&registration("X800001", "1"));
    let Outcome::Conflict { cases, .. } = &queue.tell(&messages[0]).messages[0].outcome else { panic!() };
    assert!(cases.contains(&Uuid::parse_str(id).unwrap()) && cases.contains(&queue.case("X800001")));
}

#[test]
fn a_deletion_wins_though_it_comes_first_and_one_that_can_concern_nothing_is_nothing() {
    let queue = Queue::new();
    let report = queue.tell(&deleted("X800001", "1", "ADVP"));
    assert_eq!(report.messages[0].reason, Reason::NotHeld);
    assert!(report.messages[0].kept);
    assert_eq!(queue.cases(), 0);
    let report = queue.tell(&registration("X800001", "1"));
    assert_eq!((name(&report).0, report.waited.len()), ("recorded", 1), "{report:?}");
    let log = queue.store.log(&queue.by, queue.case("X800001")).unwrap();
    assert_eq!(log.len(), 4, "two records, each taken back");
    // Of a type of which nothing is ever made.
    for code in ["ALSH", "INVI"] {
        let report = queue.tell(&deleted("X800001", "2", code));
        assert_eq!(name(&report), ("nothing", false), "{report:?}");
    }
    assert_eq!(queue.waiting(), []);
}

#[test]
fn a_merge_of_two_who_are_not_held_is_not_lost() {
    let people = [registration("X800001", "1"), registration("X800002", "2")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let queue = Queue::new();
        let all = [people[0].clone(), people[1].clone(), merge("X800001", "X800002")];
        for i in order {
            queue.tell(&all[i]);
        }
        let facts = queue.store.facts(queue.case("X800001")).unwrap();
        assert_eq!(facts.merged_into, Some(queue.case("X800002")), "{order:?}");
        // What a person decides by hand afterwards stays, whatever message of theirs comes.
        queue.store.unmerge(&queue.by, queue.case("X800001"), queue.case("X800002")).unwrap();
        queue.tell(&registration("X800001", "7"));
        assert_eq!(name(&queue.tell(&all[2])).0, "known");
        assert_eq!(queue.store.facts(queue.case("X800001")).unwrap().merged_into, None);
    }
}

#[test]
fn of_two_statements_about_a_pair_the_later_counts_in_whatever_order_they_come() {
    let dated = |mut message: Value, day: u32| {
        message["occurredAt"] = json!(format!("2026-06-{day:02}T09:00:00Z"));
        message
    };
    let all = [
        dated(merge("X800001", "X800002"), 1),
        dated(unmerge("X800001", "X800002"), 2),
        dated(merge("X800001", "X800003"), 3),
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let queue = Queue::new();
        for n in 1..=3 {
            queue.tell(&registration(&format!("X80000{n}"), &n.to_string()));
        }
        for i in order {
            queue.tell(&all[i]);
        }
        let cases = [1, 2, 3].map(|n| queue.case(&format!("X80000{n}")));
        let persons = queue.store.work(&queue.by, |work| cases.map(|case| work.person(case)).into_iter().collect());
        let persons: Vec<Uuid> = persons.unwrap();
        assert_eq!(persons[0], persons[2], "{order:?}");
        assert_ne!(persons[0], persons[1], "{order:?}");
    }
}

#[test]
fn what_waits_too_long_is_unresolved_once_and_gone_after_as_long_again() {
    let queue = Queue::new();
    queue.at(&[received(NOMS), deleted("X800005", "5", "ADVP")], 0);
    assert_eq!(queue.at(&[registration("X800001", "1")], 89).waited, []);
    let report = queue.at(&[registration("X800001", "1")], 91);
    let [unresolved, not_held] = report.waited.as_slice() else { panic!("{report:?}") };
    assert_eq!(not_held.outcome.reason(), Reason::NotHeld);
    assert!(matches!(&unresolved.outcome, Outcome::Unresolved { what } if what.contains("prison number")));
    assert_eq!(
        queue.waiting(),
        [("prison-offender-events.prisoner.received".to_owned(), "unresolved")],
        "not held is gone"
    );
    assert_eq!(queue.at(&[registration("X800001", "1")], 92).waited, [], "once");
    let applied = queue.at(&[with_noms(registration("X800001", "1"), NOMS)], 150);
    assert_eq!(
        (applied.waited.len(), applied.waited[0].outcome.name()),
        (1, "recorded"),
        "and it is applied all the same"
    );
    queue.at(&[received("A2222AA")], 150);
    queue.at(&[], 241);
    assert_eq!(queue.waiting().len(), 1);
    let gone = queue.at(&[], 331).waited;
    assert_eq!(gone.iter().map(|reported| reported.outcome.name()).collect::<Vec<_>>(), ["unresolved"], "{gone:?}");
    assert!(gone[0].notes[0].contains("keeps it no longer") && !gone[0].kept, "{gone:?}");
    assert_eq!(queue.waiting(), []);
}

#[test]
fn a_delivery_restarts_the_clock_and_nothing_that_is_kept_leaves_without_an_outcome() {
    let names = |report: &Report| report.waited.iter().map(|reported| reported.outcome.name()).collect::<Vec<_>>();
    let waits = (received(NOMS), ("waits", true), "unresolved");
    let not_held = (deleted("X800005", "5", "ADVP"), ("nothing", true), "nothing");
    for (message, first, last) in [waits, not_held] {
        for again in [89, 91, 400] {
            let queue = Queue::new();
            assert_eq!(name(&queue.at(from_ref(&message), 0)), first);
            let redelivered = queue.at(from_ref(&message), again);
            assert_eq!((name(&redelivered), names(&redelivered)), (first, vec![]), "{again}");
            assert_eq!(names(&queue.at(&[], again + 89)), [""; 0], "{again}");
            assert_eq!(names(&queue.at(&[], again + 91)), [last], "{again}");
        }
    }
    // Also once it is unresolved.
    let queue = Queue::new();
    queue.at(&[received(NOMS)], 0);
    assert_eq!(names(&queue.at(&[], 91)), ["unresolved"]);
    assert_eq!(name(&queue.at(&[received(NOMS)], 170)), ("waits", true));
    assert_eq!(names(&queue.at(&[], 200)), [""; 0]);
    assert_eq!(names(&queue.at(&[], 261)), ["unresolved"]);
    assert_eq!(names(&queue.at(&[], 351)), ["unresolved"]);
    assert_eq!(queue.waiting(), []);
}

#[test]
fn what_waits_for_a_time_is_applied_when_it_has_come() {
    let queue = Queue::new();
    let at = (Utc::now() + TimeDelta::days(3)).to_rfc3339();
    let info =
        json!({"registrationId": "9", "registerTypeCode": "ADVP", "registrationDate": at, "createdDateAndTime": at});
    let ahead = message("probation-case.registration.added", "X800003", &info);
    assert_eq!(name(&queue.tell(&ahead)), ("waits", true));
    assert_eq!(queue.at(&[], 2).waited, []);
}

#[test]
fn the_erasure_of_a_person_reaches_what_waits_for_them() {
    let queue = Queue::new();
    queue.tell(&with_noms(registration("X800001", "1"), NOMS));
    queue.tell(&deleted("X800001", "44", "ADVP"));
    queue.tell(&merge("X800001", "X800002"));
    assert_eq!(queue.waiting().len(), 2);
    let ids: Vec<Uuid> =
        waiting(&queue.importer, &queue.store, &queue.by).unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(name(&queue.tell(&gdpr("X800001"))).0, "instructed");
    assert_eq!(queue.waiting(), []);
    for entry in std::fs::read_dir(queue.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for id in &ids {
            assert!(!bytes.windows(16).any(|window| window == id.as_bytes()), "of a waiting message nothing is left");
        }
    }
    assert_eq!(name(&queue.tell(&registration("X800002", "2"))).0, "recorded", "the other person is not erased");
    assert_eq!(name(&queue.tell(&merge("X800001", "X800002"))).0, "erased");
}

#[test]
fn what_waits_for_somebody_never_held_goes_when_they_are_erased() {
    let queue = Queue::new();
    queue.tell(&deleted("X800001", "44", "ADVP"));
    let report = queue.tell(&gdpr("X800001"));
    assert_eq!(name(&report), ("nothing", false), "{report:?}");
    assert_eq!((report.waited.len(), report.waited[0].outcome.name()), (1, "erased"));
    assert_eq!((queue.waiting(), queue.cases()), (Vec::new(), 0));
}

#[test]
fn a_person_removes_what_they_have_dealt_with() {
    let queue = Queue::new();
    queue.tell(&received(NOMS));
    let id = waiting(&queue.importer, &queue.store, &queue.by).unwrap()[0].id;
    discard(&queue.importer, &queue.store, &queue.by, id).unwrap();
    assert_eq!(queue.waiting(), []);
    let again = discard(&queue.importer, &queue.store, &queue.by, id).unwrap_err();
    assert!(matches!(again, StoreError::NotFound { .. }), "{again}");
}

#[test]
fn what_an_operator_settles_by_hand_is_found_when_all_is_looked_at_again() {
    let queue = Queue::new();
    queue.tell(&received(NOMS));
    queue.store.identify(&queue.by, Uuid::from_u128(7), "noms", NOMS).unwrap();
    let how = IntoStore { retry_all: true, ..IntoStore::new(Erasures::Listed, Utc::now()) };
    let report = queue.give_as(Given::Messages(b"[]"), &how);
    assert_eq!((report.waited.len(), report.waited[0].outcome.name()), (1, "recorded"));
}

#[test]
fn a_conflict_that_is_settled_lets_the_prison_events_through() {
    let queue = Queue::new();
    queue.tell(&with_noms(registration("X800001", "1"), NOMS));
    queue.tell(&with_noms(registration("X800002", "2"), NOMS));
    assert_eq!(name(&queue.tell(&received(NOMS))), ("conflict", true));
    let report = queue.tell(&merge("X800001", "X800002"));
    assert_eq!(
        report.waited.iter().map(|reported| reported.outcome.name()).collect::<Vec<_>>(),
        ["recorded"],
        "{report:?}"
    );
    assert_eq!(queue.waiting(), []);
}

#[test]
fn another_secret_is_refused_unless_it_is_said_to_be_new() {
    let queue = Queue::new();
    queue.tell(&registration("X800001", "1"));
    queue.tell(&received(NOMS));
    let other = Importer::new(Codes::embedded().unwrap(), Key::new(&[7; 32]).unwrap(), CaseMap::default());
    let message = registration("X800001", "1").to_string();
    let given = [(None, Given::Messages(message.as_bytes()))];
    let mut how = IntoStore::new(Erasures::Listed, Utc::now());
    let refused = import_into(&other, &queue.store, &queue.by, &given, &how).unwrap_err();
    assert!(refused.to_string().contains("--new-key"), "{refused}");
    assert!(matches!(refused, StoreError::Argument { field: "secret", .. }));
    assert_eq!((queue.cases(), queue.records()), (1, 2), "nothing was changed");
    assert!(waiting(&other, &queue.store, &queue.by).is_err());
    how.new_key = true;
    import_into(&other, &queue.store, &queue.by, &given, &how).unwrap();
    how.new_key = false;
    import_into(&other, &queue.store, &queue.by, &given, &how).unwrap();
    assert!(import_into(&importer(), &queue.store, &queue.by, &given, &how).is_err(), "the old one is the other now");
    // What nobody can open any more is not forgotten in silence.
    how.now += TimeDelta::days(100);
    let report = import_into(&other, &queue.store, &queue.by, &given, &how).unwrap().report;
    assert!(matches!(report.waited[0].outcome, Outcome::Unresolved { .. }), "{report:?}");
}

#[test]
fn a_new_secret_is_refused_where_persons_were_erased() {
    let queue = Queue::new();
    queue.tell(&registration("X800001", "1"));
    queue.tell(&gdpr("X800001"));
    let other = Importer::new(Codes::embedded().unwrap(), Key::new(&[7; 32]).unwrap(), CaseMap::default());
    let message = registration("X800001", "1").to_string();
    let how = IntoStore { new_key: true, ..IntoStore::new(Erasures::Listed, Utc::now()) };
    let given = [(None, Given::Messages(message.as_bytes()))];
    let refused = import_into(&other, &queue.store, &queue.by, &given, &how).unwrap_err();
    assert!(refused.to_string().contains("persons were erased"), "{refused}");
}

#[test]
fn in_a_store_with_keys_what_waits_for_a_case_goes_with_its_key() {
    let mut queue = Queue::new();
    let place = queue.folder.path().join("keys.risk").display().to_string();
    let with = |keys: fn(Uuid) -> Option<[u8; 32]>| Options { keys: Some(Box::new(keys)), ..Options::default() };
    queue.store = Store::create(&place, with(|_| Some([9; 32]))).unwrap();
    queue.tell(&deleted("X800001", "44", "ADVP"));
    queue.tell(&received(NOMS));
    assert_eq!(queue.waiting().iter().filter(|(of, _)| !of.is_empty()).count(), 2);
    queue.store = Store::open(&place, with(|_| None)).unwrap();
    assert_eq!(queue.waiting().iter().filter(|(of, _)| !of.is_empty()).count(), 1, "of no case yet");
    assert!(queue.store.verify(None, |_| ()).unwrap().is_intact());
}
