//! Messages that contradict themselves, or what is held about their person: nothing is done for the wrong person.

use std::slice::from_ref;

use risk_hmpps::codes::Codes;
use risk_hmpps::import::Importer;
use risk_hmpps::key::Key;
use risk_hmpps::people::CaseMap;
use risk_hmpps::reason::Reason;
use risk_hmpps::report::{MessageReport, Outcome};
use risk_hmpps_store::{Erasures, must_be_its_secret};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::key;
use crate::persons::{gdpr, merge, received, unmerge, with_noms};
use crate::stored::{Queue, message, registration};

const NOMS: &str = "A1111AA";

fn reported(queue: &Queue, message: &Value) -> MessageReport {
    queue.deliver(from_ref(message), Erasures::CarriedOut).messages.remove(0)
}

#[test]
fn a_case_map_does_not_give_the_number_of_one_person_in_the_store_to_another() {
    let mut queue = Queue::new();
    queue.deliver(&[with_noms(registration("X800001", "1"), NOMS), registration("X800002", "2")], Erasures::Listed);
    let (one, other) = (queue.case("X800001"), queue.case("X800002"));
    for rows in [
        format!("case_id,noms\n{other},{NOMS}\n"),
        format!("case_id,crn,noms\n{other},X800002,{NOMS}\n"),
        format!("case_id,crn,noms\n{other},X800001,{NOMS}\n"),
        format!("case_id,crn,noms\n{other},X800001,\n{one},X800002,{NOMS}\n"),
    ] {
        queue.importer = Importer::new(Codes::embedded().unwrap(), key(), CaseMap::parse(&rows).unwrap());
        let before = queue.records();
        let reported = reported(&queue, &received(NOMS));
        assert!(matches!(reported.outcome, Outcome::Conflict { .. }), "{rows} {reported:?}");
        assert_eq!((reported.kept, queue.records()), (true, before), "{rows}");
    }
}

#[test]
fn what_was_fetched_about_another_person_is_unreadable_wherever_it_names_them() {
    let queue = Queue::new();
    queue.deliver(from_ref(&registration("X800001", "1")), Erasures::Listed);
    let body = |name: &str, crn: &str| {
        json!({name: crn, "assessments": [{"dateCompleted": "2026-06-13T10:00:00", "assessmentStatus": "COMPLETE",
            "riskKnownAdultCommunity": "Low"}]})
    };
    let produced = |fetched: Value| json!({"message": message("assessment.summary.produced", "X800001", &json!({})), "fetched": fetched});
    for fetched in [
        body("probNumber", "X800002"),
        body("crn", "X800002"),
        body("CRN", "X800002"),
        json!({"offender": {"crn": "X800002"}, "results": [body("crn", "X800001")]}),
    ] {
        let reported = reported(&queue, &produced(fetched));
        assert_eq!(reported.outcome.reason(), Reason::SeveralPersons, "{reported:?}");
    }
    let own = reported(&queue, &produced(body("probNumber", "x800001")));
    assert!(matches!(own.outcome, Outcome::Recorded { .. }), "{own:?}");
}

#[test]
fn nobody_is_erased_while_it_is_in_doubt_whom_the_order_is_about() {
    let queue = Queue::new();
    let one = with_noms(registration("X800001", "1"), NOMS);
    queue.deliver(&[one, registration("X800002", "2")], Erasures::Listed);
    let before = queue.records();
    let order = with_noms(gdpr("X800002"), NOMS);
    let reported = reported(&queue, &order);
    assert!(matches!(reported.outcome, Outcome::Conflict { .. }), "{reported:?}");
    for crn in ["X800001", "X800002"] {
        let facts = queue.store.facts(queue.case(crn)).unwrap();
        assert_eq!(facts.erased, None, "{crn}");
    }
    assert_eq!(queue.records(), before);
}

#[test]
fn nobody_in_conflict_is_erased_though_the_order_names_their_crn_alone() {
    let claims = ["X800001", "X800002"].map(|crn| with_noms(registration(crn, &crn[6..]), NOMS));
    let merging = [registration("X800003", "3"), merge("X800001", "X800003")];
    let of_merged = [gdpr("X800003")];
    for (before, with) in [
        (claims.to_vec(), vec![gdpr("X800001")]),
        (vec![], [&claims[..], &[gdpr("X800001")]].concat()),
        ([&claims[..], &merging].concat(), of_merged.to_vec()),
        ([&claims[..], &merging[..1]].concat(), [&merging[1..], &of_merged].concat()),
    ] {
        let queue = Queue::new();
        queue.deliver(&before, Erasures::CarriedOut);
        let report = queue.deliver(&with, Erasures::CarriedOut);
        let order = report.messages.last().unwrap();
        assert_eq!((order.outcome.reason(), order.kept), (Reason::ClaimedTwice, true), "{report:?}");
        assert!(report.not_done.iter().any(|one| one.instruction.erases()), "{report:?}");
        let [one, two] = ["X800001", "X800002"].map(|crn| queue.case(crn));
        let is_erased = |case: Uuid| queue.store.facts(case).unwrap().erased.is_some();
        assert!(!is_erased(one) && !is_erased(two), "{with:?}");
        // While it waits it is no news; once the conflict is settled, it is carried out.
        let other = queue.deliver(&[registration("X800009", "9")], Erasures::CarriedOut);
        assert_eq!((other.not_done.len(), other.waited.len()), (0, 0), "{other:?}");
        queue.store.identify(&queue.by, two, "noms", NOMS).unwrap();
        let settled = queue.deliver(&[], Erasures::CarriedOut);
        assert_eq!(settled.waited.iter().map(|reported| reported.outcome.name()).collect::<Vec<_>>(), ["instructed"]);
        assert!(is_erased(one) && !is_erased(two), "{with:?}");
    }
}

#[test]
fn what_is_dated_in_the_future_links_merges_and_erases_nobody_before() {
    let later = |mut message: Value| {
        message["occurredAt"] = json!("2096-06-14T09:06:52Z");
        message
    };
    let mut merged = received(NOMS);
    merged["eventType"] = json!("prison-offender-events.prisoner.merged");
    merged["additionalInformation"] = json!({"nomsNumber": NOMS, "removedNomsNumber": "B2222BB", "reason": "MERGE"});
    for message in [
        gdpr("X800001"),
        merge("X800002", "X800001"),
        with_noms(message("probation-case.prison-identifier.added", "X800001", &json!({})), NOMS),
    ] {
        let queue = Queue::new();
        queue.deliver(&[registration("X800001", "1"), registration("X800002", "2")], Erasures::Listed);
        let reported = reported(&queue, &later(message));
        assert_eq!((reported.outcome.reason(), reported.kept), (Reason::LaterThanNow, true), "{reported:?}");
        for crn in ["X800001", "X800002"] {
            let facts = queue.store.facts(queue.case(crn)).unwrap();
            assert_eq!(
                (facts.erased, facts.merged_into, facts.merged_from.len()),
                (None, None, 0),
                "{crn} {reported:?}"
            );
        }
    }
}

#[test]
fn a_merge_under_a_third_crn_is_unreadable() {
    let queue = Queue::new();
    queue.deliver(&["1", "2", "3"].map(|n| registration(&format!("X80000{n}"), n)), Erasures::Listed);
    let under = |mut message: Value| {
        message["personReference"] = json!({"identifiers": [{"type": "CRN", "value": "X800003"}]});
        message
    };
    for message in [merge("X800001", "X800002"), unmerge("X800001", "X800002")] {
        let reported = reported(&queue, &under(message));
        assert_eq!(reported.outcome.reason(), Reason::SeveralPersons, "{reported:?}");
    }
    assert_eq!(queue.store.facts(queue.case("X800001")).unwrap().merged_into, None);
    assert!(matches!(reported(&queue, &merge("X800001", "X800002")).outcome, Outcome::Instructed));
}

#[test]
fn a_code_that_is_a_list_or_an_object_is_unreadable_and_not_left_out() {
    let released = |code: Value| {
        json!({"eventType": "prison-offender-events.prisoner.released", "occurredAt": "2026-06-15T09:06:52Z",
            "additionalInformation": {"nomsNumber": NOMS, "reason": "RELEASED", "nomisMovementReasonCode": code},
            "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}})
    };
    let level = |code: Value| {
        let mut message = registration("X800001", "7");
        message["additionalInformation"]["registerTypeCode"] = json!("REG15");
        message["additionalInformation"]["registrationLevelCode"] = code;
        message
    };
    let queue = Queue::new();
    for message in [
        released(json!(["DEC"])),
        released(json!({"code": "UAL"})),
        level(json!(["RSKH"])),
        level(json!({"code": "RSKH"})),
    ] {
        let reported = reported(&queue, &message);
        assert_eq!(reported.outcome.reason(), Reason::MemberUnreadable, "{reported:?}");
    }
}

#[test]
fn another_secret_than_that_of_the_store_is_noticed_before_anybody_is_erased() {
    let queue = Queue::new();
    let other = Key::new(&[9; 32]).unwrap();
    must_be_its_secret(&other, &queue.store, &queue.by).unwrap();
    queue.deliver(from_ref(&registration("X800001", "1")), Erasures::Listed);
    must_be_its_secret(&key(), &queue.store, &queue.by).unwrap();
    let refused = must_be_its_secret(&other, &queue.store, &queue.by).unwrap_err().to_string();
    assert!(refused.contains("the one with which this store was filled"), "{refused}");
}
