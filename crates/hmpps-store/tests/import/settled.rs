//! What settles whose a message is, and what does not: an erasure of one who claims a number, what an erased person is called since, two
//! numbers that became one, and what a person decided by hand.

use std::slice::from_ref;

use risk_hmpps::import::Given;
use risk_hmpps::reason::{Reason, Then};
use risk_hmpps::report::{MessageReport, Outcome, Report};
use risk_hmpps_store::{Erasures, IntoStore, import_into, waiting};
use serde_json::{Value, json};

use crate::persons::{gdpr, merge, received, unmerge, with_noms};
use crate::stored::{Queue, message, registration};

const NOMS: &str = "A1111AA";
const OTHER_NOMS: &str = "B2222BB";

fn give(queue: &Queue, messages: &[Value]) -> Report {
    queue.deliver(messages, Erasures::CarriedOut)
}

fn reported(queue: &Queue, message: &Value) -> MessageReport {
    give(queue, from_ref(message)).messages.remove(0)
}

fn name(queue: &Queue, message: &Value) -> &'static str {
    reported(queue, message).outcome.name()
}

fn waited(report: &Report) -> Vec<&'static str> {
    report.waited.iter().map(|reported| reported.outcome.name()).collect()
}

fn linking(crn: &str, id: &str, noms: &str) -> Value {
    with_noms(registration(crn, id), noms)
}

fn at(mut message: Value, day: u32) -> Value {
    message["occurredAt"] = json!(format!("2026-06-{day:02}T09:00:00Z"));
    message
}

fn numbers_merged(left: &str, removed: &str) -> Value {
    let mut merged = received(left);
    merged["eventType"] = json!("prison-offender-events.prisoner.merged");
    merged["additionalInformation"] = json!({"nomsNumber": left, "removedNomsNumber": removed, "reason": "MERGE"});
    merged
}

#[test]
fn what_two_claim_is_applied_to_the_one_who_is_left_when_the_other_is_erased() {
    for erased in ["X800001", "X800002"] {
        let left = if erased == "X800001" { "X800002" } else { "X800001" };
        let queue = Queue::new();
        give(&queue, &[linking("X800001", "1", NOMS), linking("X800002", "2", NOMS)]);
        assert_eq!(name(&queue, &received(NOMS)), "conflict");
        let case_left = queue.case(left);
        assert!(queue.erase_by_hand(queue.case(erased)).is_empty());
        let report = give(&queue, &[]);
        let [applied] = report.waited.as_slice() else { panic!("{report:?}") };
        assert_eq!((applied.outcome.name(), applied.case_id), ("recorded", Some(case_left)), "{report:?}");
        assert!(applied.notes.iter().any(|note| note.contains("erased")), "{applied:?}");
        let later = reported(&queue, &at(received(NOMS), 20));
        assert_eq!(later.outcome.name(), "recorded");
        assert!(later.notes.iter().any(|note| note.contains("erased")), "{later:?}");
        // A person gives it to the case: then nothing is in doubt any more.
        queue.store.identify(&queue.by, queue.case(left), "noms", NOMS).unwrap();
        let settled = reported(&queue, &at(received(NOMS), 21));
        assert!(!settled.notes.iter().any(|note| note.contains("erased")), "{settled:?}");
    }
}

#[test]
fn of_three_who_claim_a_number_two_are_left_in_conflict_and_nothing_is_lost() {
    let queue = Queue::new();
    give(&queue, &["X800001", "X800002", "X800003"].map(|crn| linking(crn, &crn[6..], NOMS)));
    assert_eq!(name(&queue, &received(NOMS)), "conflict");
    assert!(queue.erase_by_hand(queue.case("X800001")).is_empty());
    assert_eq!(waited(&give(&queue, &[])), [""; 0]);
    let Outcome::Conflict { cases, .. } = reported(&queue, &at(received(NOMS), 20)).outcome else { panic!() };
    assert_eq!(cases.len(), 2);
    assert!(queue.erase_by_hand(queue.case("X800002")).is_empty());
    assert_eq!(waited(&give(&queue, &[])), ["recorded", "recorded"]);
    // The last of them goes, and what waits for nobody else goes with them: it is reported.
    give(&queue, &[gdpr("X800003")]);
    assert_eq!(name(&queue, &at(received(NOMS), 21)), "erased");
}

#[test]
fn what_waits_for_a_person_who_is_erased_is_reported_as_erased() {
    let deleted = message(
        "probation-case.registration.deleted",
        "X800001",
        &json!({"registrationId": "44", "registerTypeCode": "ADVP"}),
    );
    let queue = Queue::new();
    give(&queue, &[linking("X800001", "1", NOMS), deleted.clone(), merge("X800001", "X800002")]);
    let report = give(&queue, &[gdpr("X800001")]);
    assert_eq!(waited(&report), ["erased", "erased"], "{report:?}");
    assert!(
        report.waited.iter().all(|reported| reported.then == Then::Park && reported.event_type.is_some()),
        "{report:?}"
    );
    // Also where it comes with the order.
    let queue = Queue::new();
    give(&queue, &[registration("X800001", "1")]);
    let report = give(&queue, &[deleted, gdpr("X800001")]);
    let ends: Vec<(&str, bool)> =
        report.messages.iter().map(|reported| (reported.outcome.name(), reported.kept)).collect();
    assert_eq!((ends, report.waited.len()), (vec![("erased", false), ("instructed", false)], 0));
    assert_eq!(waiting(&queue.importer, &queue.store, &queue.by).unwrap(), []);
}

/// Every order of some messages, in portions of one and all at once.
pub fn in_every_order(messages: &[Value], mut each: impl FnMut(&[Vec<Value>])) {
    let mut orders: Vec<Vec<Value>> = vec![vec![]];
    for message in messages {
        orders = orders
            .into_iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |place| {
                    let mut order = order.clone();
                    order.insert(place, message.clone());
                    order
                })
            })
            .collect();
    }
    for order in orders {
        each(from_ref(&order));
        each(&order.iter().map(|one| vec![one.clone()]).collect::<Vec<_>>());
        let (first, rest) = order.split_at(1);
        each(&[first.to_vec(), rest.to_vec()]);
    }
}

#[test]
fn a_new_person_under_a_number_of_an_erased_one_comes_to_the_same_in_any_portions() {
    let held = |named: bool| {
        let queue = Queue::new();
        let first = registration("X800001", "1");
        give(&queue, &[if named { with_noms(first, NOMS) } else { first }]);
        give(&queue, &[gdpr("X800001")]);
        queue
    };
    // The erased person had the number: what goes by it is refused, and what does not is not.
    in_every_order(&[registration("X800009", "9"), linking("X800009", "8", NOMS), received(NOMS)], |portions| {
        let queue = held(true);
        let reports: Vec<Report> = portions.iter().map(|portion| give(&queue, portion)).collect();
        for (reported, message) in reports.iter().flat_map(|report| &report.messages).zip(portions.iter().flatten()) {
            let by_crn_alone = *message == registration("X800009", "9");
            assert_eq!(reported.outcome.name(), if by_crn_alone { "recorded" } else { "erased" }, "{portions:?}");
        }
        assert_eq!(queue.store.log(&queue.by, queue.case("X800009")).unwrap().len(), 2);
        assert_eq!(queue.files_with(&[NOMS]), [""; 0]);
    });
    // The erased person is given the number since, under which another CRN comes too: that is in conflict, as any two claims are.
    for giving in [linking("X800001", "5", NOMS), numbers_merged(NOMS, OTHER_NOMS)] {
        let new = linking("X800009", "9", NOMS);
        in_every_order(&[giving, new.clone()], |portions| {
            let queue = Queue::new();
            give(&queue, &[linking("X800001", "1", OTHER_NOMS)]);
            give(&queue, &[gdpr("X800001")]);
            portions.iter().for_each(|portion| drop(give(&queue, portion)));
            assert_eq!(queue.store.log(&queue.by, queue.case("X800009")).unwrap().len(), 2, "{portions:?}");
            let Outcome::Conflict { cases, why, .. } = reported(&queue, &new).outcome else { panic!("{portions:?}") };
            assert_eq!(cases, [queue.case("X800009")]);
            assert!(why.contains("erased"), "{why}");
            let kept = reported(&queue, &received(NOMS));
            assert_eq!((kept.outcome.name(), kept.kept), ("conflict", true), "{portions:?}");
            // A person settles it, and no message undoes that.
            queue.store.identify(&queue.by, queue.case("X800009"), "noms", NOMS).unwrap();
            let report = give(&queue, from_ref(&new));
            assert_eq!((report.messages[0].outcome.name(), waited(&report)), ("known", vec!["recorded"]), "{report:?}");
            assert_eq!(
                name(&queue, &portions.concat()[0].clone()),
                if portions.concat()[0] == new { "known" } else { "erased" }
            );
            assert_eq!(name(&queue, &at(received(NOMS), 20)), "recorded");
        });
    }
}

#[test]
fn two_numbers_that_became_one_under_two_crns_are_in_conflict_in_any_order() {
    for (left, removed) in [(NOMS, OTHER_NOMS), (OTHER_NOMS, NOMS)] {
        let all = [linking("X800001", "1", NOMS), linking("X800002", "2", OTHER_NOMS), numbers_merged(left, removed)];
        in_every_order(&all, |portions| {
            let queue = Queue::new();
            portions.iter().for_each(|portion| drop(give(&queue, portion)));
            let mut both = [queue.case("X800001"), queue.case("X800002")];
            both.sort_unstable();
            for (day, noms) in [(20, NOMS), (21, OTHER_NOMS)] {
                let mut found = queue.store.work(&queue.by, |work| work.cases_of("noms", noms)).unwrap();
                found.sort_unstable();
                assert_eq!(found, both, "{noms} {portions:?}");
                assert_eq!(name(&queue, &at(received(noms), day)), "conflict", "{noms} {portions:?}");
            }
            for message in &all {
                assert_eq!(name(&queue, message), "conflict", "{message} {portions:?}");
            }
            // They are one person: what waited is theirs.
            let settled = give(&queue, &[merge("X800001", "X800002")]);
            let mut ends = waited(&settled);
            ends.sort_unstable();
            assert_eq!(ends, ["instructed", "recorded", "recorded"], "{portions:?} {settled:?}");
        });
    }
}

#[test]
fn what_a_person_parted_by_hand_a_later_merge_does_not_join() {
    let people = ["X800001", "X800002", "X800003"].map(|crn| registration(crn, &crn[6..]));
    for by_message in [true, false] {
        let queue = Queue::new();
        give(&queue, &people);
        let [one, other, third] = ["X800001", "X800002", "X800003"].map(|crn| queue.case(crn));
        if by_message {
            assert_eq!(name(&queue, &merge("X800001", "X800002")), "instructed");
        } else {
            queue.store.merge(&queue.by, one, other).unwrap();
        }
        queue.store.unmerge(&queue.by, one, other).unwrap();
        for later in [at(merge("X800001", "X800002"), 20), at(merge("X800002", "X800001"), 21)] {
            let report = give(&queue, from_ref(&later));
            let reported = &report.messages[0];
            assert_eq!(
                (reported.outcome.name(), reported.reason, reported.kept),
                ("conflict", Reason::DecidedByHand, true),
                "{reported:?}"
            );
            assert_eq!((report.not_done.len(), report.not_done[0].waits), (1, false));
        }
        // Nor does a merge with a third case, or another message that parts others.
        assert_eq!(name(&queue, &at(merge("X800002", "X800003"), 22)), "instructed");
        assert_eq!(name(&queue, &at(merge("X800001", "X800003"), 23)), "conflict");
        give(&queue, &[at(unmerge("X800002", "X800003"), 24)]);
        let persons: Vec<_> = queue
            .store
            .work(&queue.by, |work| [one, other, third].into_iter().map(|case| work.person(case)).collect())
            .unwrap();
        assert_ne!(persons[0], persons[1], "{by_message}");
        // A person joins them again: then what waited is done with.
        queue.store.merge(&queue.by, one, other).unwrap();
        let report = give(&queue, &[registration("X800001", "7")]);
        assert!(waited(&report).iter().all(|end| ["nothing", "instructed", "known"].contains(end)), "{report:?}");
        assert!(waited(&report).len() >= 2, "{report:?}");
    }
}

#[test]
fn what_a_person_merged_by_hand_a_later_unmerge_does_not_part() {
    let queue = Queue::new();
    give(&queue, &[registration("X800001", "1"), registration("X800002", "2")]);
    let [one, other] = ["X800001", "X800002"].map(|crn| queue.case(crn));
    queue.store.merge(&queue.by, one, other).unwrap();
    let reported = reported(&queue, &at(unmerge("X800001", "X800002"), 20));
    assert_eq!((reported.outcome.name(), reported.reason), ("conflict", Reason::DecidedByHand), "{reported:?}");
    assert_eq!(queue.store.facts(one).unwrap().merged_into, Some(other));
}

#[test]
fn the_estate_parts_and_joins_again_what_it_joined_itself() {
    let queue = Queue::new();
    give(&queue, &[registration("X800001", "1"), registration("X800002", "2")]);
    for (day, message, are_one) in [
        (1, merge("X800001", "X800002"), true),
        (2, unmerge("X800001", "X800002"), false),
        (3, merge("X800002", "X800001"), true),
        (4, unmerge("X800002", "X800001"), false),
        (5, merge("X800001", "X800002"), true),
    ] {
        assert_eq!(name(&queue, &at(message, day)), "instructed", "{day}");
        let [one, other] = ["X800001", "X800002"].map(|crn| queue.case(crn));
        let joined = queue.store.work(&queue.by, |work| Ok(work.person(one)? == work.person(other)?)).unwrap();
        assert_eq!(joined, are_one, "{day}");
    }
}

#[test]
fn a_merge_that_waits_is_listed_as_not_done_yet_and_the_report_says_that_a_store_has_it() {
    let queue = Queue::new();
    give(&queue, &[registration("X800001", "1")]);
    let report = give(&queue, &[merge("X800001", "X800002")]);
    let [one] = report.not_done.as_slice() else { panic!("{report:?}") };
    assert_eq!((report.instructions.contains(&one.instruction), one.waits), (true, true));
    assert!(one.why.starts_with("it waits for the other case"), "{}", one.why);
    assert!(report.stored);
    let mut logs = crate::Logs::default();
    let beside = logs.deliver(&queue.importer, Given::Messages(registration("X800001", "1").to_string().as_bytes()));
    assert!(!beside.report.stored);
    assert_eq!(serde_json::to_value(&beside.report).unwrap()["stored"], json!(false));
}

#[test]
fn a_message_that_waits_is_listed_with_the_id_of_the_queue_and_another_secret_gets_no_hint_that_does_not_fit() {
    let queue = Queue::new();
    let wrapped = json!({"MessageId": "m-1", "Body": received(NOMS).to_string()});
    give(&queue, &[wrapped]);
    let listed = waiting(&queue.importer, &queue.store, &queue.by).unwrap();
    assert_eq!(listed[0].message_id.as_deref(), Some("m-1"));
    let key = risk_hmpps::key::Key::new(&[7; 32]).unwrap();
    let other = risk_hmpps::import::Importer::new(
        risk_hmpps::codes::Codes::embedded().unwrap(),
        key,
        risk_hmpps::people::CaseMap::default(),
    );
    let refused = waiting(&other, &queue.store, &queue.by).unwrap_err().to_string();
    assert!(refused.contains("secret") && !refused.contains("--new-key"), "{refused}");
    let how = IntoStore::new(Erasures::Listed, chrono::Utc::now());
    let refused = import_into(&other, &queue.store, &queue.by, &[], &how).unwrap_err().to_string();
    assert!(refused.contains("--new-key"), "{refused}");
}

#[test]
fn an_empty_delivery_is_nothing() {
    let queue = Queue::new();
    for empty in ["", "[]", r#"{"Messages": []}"#, r#"{"Records": []}"#, "\n\n"] {
        let report = queue.give(Given::Messages(empty.as_bytes()), Erasures::Listed);
        assert_eq!((report.messages.len(), report.counts.len()), (0, 0), "{empty:?}");
    }
}

#[test]
fn what_was_fetched_and_is_not_read_is_noted() {
    let queue = Queue::new();
    let produced = message("assessment.summary.produced", "X800001", &json!({}));
    for (fetched, found) in [
        (json!("<html><body>502 Bad Gateway</body></html>"), "text of"),
        (json!({"status": 404, "userMessage": "No assessment found", "developerMessage": "x"}), "error"),
        (json!([]), "a list of 0"),
        (json!(null), "null"),
        (json!(502), "502"),
    ] {
        let reported = reported(&queue, &json!({"message": produced, "fetched": fetched}));
        assert_eq!((reported.outcome.name(), reported.notes.len()), ("needed", 1), "{fetched} {reported:?}");
        assert!(
            reported.notes.iter().any(|note| note.contains("not an assessment") && note.contains(found)),
            "{reported:?}"
        );
    }
    for event_type in
        ["probation-case.sentence.created", "probation-case.address.created", "some-service.thing.happened"]
    {
        let of = message(event_type, "X800001", &json!({"eventNumber": "1"}));
        let reported = reported(&queue, &json!({"message": of, "fetched": {"assessedOn": "2026-01-01"}}));
        assert!(reported.notes.iter().any(|note| note.contains("was not read")), "{reported:?}");
    }
}
