//! Importing into a store.

use std::slice::from_ref;

use chrono::{TimeDelta, Utc};
use risk_core::log::Payload;
use risk_hmpps::import::{Given, HeldLogs, Importer, read_table};
use risk_hmpps::input_table::TableKind;
use risk_hmpps::report::{Instruction, Outcome, Report};
use risk_hmpps_store::{Erasures, IntoStore, import_into};
use risk_store::{Operator, Options, Store};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::importer;

pub fn message(event_type: &str, crn: &str, info: &Value) -> Value {
    json!({"eventType": event_type, "occurredAt": "2026-06-14T09:06:52Z", "additionalInformation": info,
        "personReference": {"identifiers": [{"type": "CRN", "value": crn}]}})
}

pub fn registration(crn: &str, id: &str) -> Value {
    let info = json!({"registrationId": id, "registerTypeCode": "ADVP", "registrationDate": "2026-06-14", "createdDateAndTime": "2026-06-14T09:06:52Z"});
    message("probation-case.registration.added", crn, &info)
}

pub struct Queue {
    pub store: Store,
    pub by: Operator,
    pub importer: Importer,
    pub folder: tempfile::TempDir,
}

impl Queue {
    pub fn new() -> Self {
        Self::with(importer())
    }

    pub fn with(importer: Importer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(folder.path().join("cases.risk").to_str().unwrap(), Options::default()).unwrap();
        Self { store, by: Operator::new("queue").unwrap(), importer, folder }
    }

    pub fn deliver(&self, messages: &[Value], erasures: Erasures) -> Report {
        let bytes = json!(messages).to_string();
        self.give(Given::Messages(bytes.as_bytes()), erasures)
    }

    pub fn give(&self, given: Given<'_>, erasures: Erasures) -> Report {
        self.give_as(given, &IntoStore::new(erasures, Utc::now()))
    }

    pub fn give_as(&self, given: Given<'_>, how: &IntoStore) -> Report {
        import_into(&self.importer, &self.store, &self.by, &[(None, given)], how).unwrap().report
    }

    /// The case of a CRN.
    pub fn case(&self, crn: &str) -> Uuid {
        self.store.cases_of("crn", crn).unwrap()[0]
    }
}

#[test]
fn a_delivery_is_kept_under_its_crn_and_a_repeated_one_adds_nothing() {
    let queue = Queue::new();
    let report = queue.deliver(&[registration("X800001", "1")], Erasures::Listed);
    assert!(matches!(&report.messages[0].outcome, Outcome::Recorded { records } if records.len() == 2));
    let cases = queue.store.cases_of("crn", "X800001").unwrap();
    assert_eq!(cases, report.cases.into_iter().collect::<Vec<_>>());
    let again = queue.deliver(&[registration("X800001", "1")], Erasures::Listed);
    assert_eq!(again.messages[0].outcome, Outcome::Known);
    assert_eq!(queue.store.log(&queue.by, cases[0]).unwrap().len(), 2);
}

#[test]
fn two_records_of_one_person_are_merged_and_parted_again_however_often_that_is_told() {
    let queue = Queue::new();
    let merge =
        message("probation-case.merge.completed", "X800002", &json!({"sourceCRN": "X800001", "targetCRN": "X800002"}));
    queue.deliver(&[registration("X800001", "1")], Erasures::Listed);
    let early = queue.deliver(from_ref(&merge), Erasures::Listed);
    assert!(
        matches!(early.messages[0].outcome, Outcome::Waits { .. }),
        "of a case that is not there nothing is merged: {early:?}"
    );
    assert!(early.messages[0].kept && early.not_done.iter().all(|one| one.waits));
    assert!(queue.store.cases_of("crn", "X800002").unwrap().is_empty(), "and none is made");
    queue.deliver(&[registration("X800002", "2")], Erasures::Listed);
    for _ in 0..2 {
        assert!(queue.deliver(from_ref(&merge), Erasures::Listed).not_done.is_empty());
    }
    let case = |crn: &str| queue.store.cases_of("crn", crn).unwrap()[0];
    assert_eq!(queue.store.facts(case("X800001")).unwrap().merged_into, Some(case("X800002")));
    let unmerge = message(
        "probation-case.unmerge.completed",
        "X800001",
        &json!({"reactivatedCRN": "X800001", "unmergedCRN": "X800002"}),
    );
    for _ in 0..2 {
        assert!(queue.deliver(from_ref(&unmerge), Erasures::Listed).not_done.is_empty());
    }
    assert_eq!(queue.store.facts(case("X800001")).unwrap().merged_into, None);
    assert!(queue.deliver(&[merge], Erasures::Listed).not_done.is_empty());
    assert_eq!(
        queue.store.facts(case("X800001")).unwrap().merged_into,
        None,
        "a merge that comes again does not undo what followed"
    );
}

#[test]
fn a_person_is_erased_where_that_is_asked_for_and_stays_so_when_told_again() {
    let queue = Queue::new();
    queue.deliver(&[registration("X800001", "1")], Erasures::Listed);
    let erase = message("probation-case.deleted.gdpr", "X800001", &json!({}));
    let listed = queue.deliver(from_ref(&erase), Erasures::Listed);
    assert!(matches!(listed.not_done[0].instruction, Instruction::Erase { .. }));
    assert!(matches!(listed.messages[0].outcome, Outcome::NotDone { .. }));
    let case = queue.case("X800001");
    for _ in 0..2 {
        assert!(queue.deliver(from_ref(&erase), Erasures::CarriedOut).not_done.is_empty());
    }
    let again = queue.deliver(&[registration("X800001", "1")], Erasures::Listed);
    assert!(matches!(again.messages[0].outcome, Outcome::Erased { .. }));
    let log = queue.store.log(&queue.by, case).unwrap();
    let mut held = HeldLogs::default();
    held.read("log", &log.to_jsonl()).unwrap();
    let delivery = registration("X800001", "1").to_string();
    let beside = importer().import(&[(None, Given::Messages(delivery.as_bytes()))], &mut held);
    assert!(beside.records.is_empty(), "also for a host that keeps the log itself");
    assert_eq!(log.records().iter().filter(|r| r.payload == Payload::Erased).count(), 2);
    assert!(queue.store.verify(None, |_| {}).unwrap().is_intact());
}

#[test]
fn what_is_dated_in_the_future_waits_and_holds_nothing_else_up() {
    let queue = Queue::new();
    let info = json!({"registrationId": "9", "registerTypeCode": "ADVP", "registrationDate": "2099-06-14", "createdDateAndTime": "2099-06-14T09:06:52Z"});
    let ahead = message("probation-case.registration.added", "X800003", &info);
    let report = queue.deliver(&[ahead, registration("X800001", "1")], Erasures::Listed);
    assert!(
        matches!(&report.messages[0].outcome, Outcome::Waits { what, .. } if what.contains("2099-06-14")),
        "{report:?}"
    );
    assert!(matches!(report.messages[1].outcome, Outcome::Recorded { .. }));
}

#[test]
fn clocks_that_differ_by_a_few_minutes_hold_nothing_up() {
    let queue = Queue::new();
    let ahead = |crn: &str, by: TimeDelta| {
        let at = (Utc::now() + by).to_rfc3339();
        let info = json!({"registrationId": "9", "registerTypeCode": "RHRH", "registrationDate": at, "createdDateAndTime": at});
        message("probation-case.registration.added", crn, &info)
    };
    let seconds = TimeDelta::seconds;
    let messages = [ahead("X800001", seconds(30)), ahead("X800002", seconds(290)), ahead("X800003", seconds(360))];
    let report = queue.deliver(&messages, Erasures::Listed);
    let ends: Vec<&str> = report.messages.iter().map(|m| m.outcome.name()).collect();
    assert_eq!(ends, ["recorded", "recorded", "waits"]);
    let waits = &report.messages[2].outcome;
    assert!(
        matches!(waits, Outcome::Waits { what, .. } if what.contains("this machine's clock says") && what.contains("5 minutes")),
        "{waits:?}"
    );
    for crn in ["X800001", "X800002"] {
        let case = queue.store.cases_of("crn", crn).unwrap()[0];
        let log = queue.store.log(&queue.by, case).unwrap();
        assert!(log.records().iter().all(|r| r.occurred_at <= r.recorded_at && r.recorded_at <= Utc::now()));
    }
    let again = queue.deliver(&messages, Erasures::Listed);
    let ends: Vec<&str> = again.messages.iter().map(|m| m.outcome.name()).collect();
    assert_eq!(ends, ["known", "known", "waits"], "a delivery that comes again adds nothing");
}

#[test]
fn a_row_that_waits_is_listed_and_counted_as_such() {
    let queue = Queue::new();
    let rows = "crn,type,date,outcome,created\nX800001,CHVS,14/06/2099,ATTC,15/06/2099\n";
    let given = [(None, read_table(TableKind::Contacts, rows.as_bytes()).unwrap())];
    let how = IntoStore::new(Erasures::Listed, Utc::now());
    let report = import_into(&importer(), &queue.store, &queue.by, &given, &how).unwrap().report;
    assert_eq!(serde_json::to_value(&report.counts).unwrap(), json!({"waits": 1}));
    assert_eq!((report.messages[0].place, report.codes["CHVS"].waits), (2, 1));
}
