//! Imports into a store that are ended early.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::Utc;
use risk_hmpps::import::Given;
use risk_hmpps_store::{Erasures, IntoStore, import_into};
use risk_store::StoreError;
use serde_json::json;

use crate::stored::{Queue, message, registration};

#[test]
fn an_import_that_is_ended_at_any_question_keeps_nothing_and_takes_no_message_for_done() {
    let queue = Queue::new();
    let merge =
        message("probation-case.merge.completed", "X800002", &json!({"sourceCRN": "X800001", "targetCRN": "X800002"}));
    let mut link = message("probation-case.prison-identifier.added", "X800001", &json!({}));
    link["personReference"]["identifiers"] =
        json!([{"type": "CRN", "value": "X800001"}, {"type": "NOMS", "value": "A8001ZZ"}]);
    let waits = message(
        "probation-case.registration.deleted",
        "X800003",
        &json!({"registrationId": "9", "registerTypeCode": "ADVP"}),
    );
    let bytes = json!([registration("X800001", "1"), registration("X800002", "2"), merge, link, waits]).to_string();
    let given = [(None, Given::Messages(bytes.as_bytes()))];
    let how = IntoStore::new(Erasures::Listed, Utc::now());
    let mut ended = 0;
    let report = loop {
        let asked = AtomicU64::new(0);
        let store = queue.store.cancelled_when(move || asked.fetch_add(1, Ordering::Relaxed) >= ended);
        match import_into(&queue.importer, &store, &queue.by, &given, &how) {
            Ok(import) => break import.report,
            Err(StoreError::Cancelled(_)) => {}
            Err(other) => panic!("ended at question {ended}: {other}"),
        }
        ended += 1;
        assert_eq!(queue.store.cases(&queue.by).unwrap().count(), 0, "ended at question {ended}");
    };
    assert!(ended > 20, "asked before each statement, not {ended} times");
    let outcomes: Vec<&str> = report.messages.iter().map(|one| one.outcome.name()).collect();
    assert_eq!(outcomes[..4], ["recorded", "recorded", "instructed", "instructed"]);
    assert!(report.messages[4].kept, "{outcomes:?}");
    let found = queue.store.verify(None, |_| ()).unwrap();
    assert!(found.is_intact(), "{found:?}");
    assert_eq!(queue.store.cases_of("noms", "A8001ZZ").unwrap().len(), 1);
}
