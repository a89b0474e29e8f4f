//! The cost of turning HMPPS messages into records, compared with only parsing their JSON.
//!
//! `cargo xtask bench hmpps`; `benches/README.md` has the figures and the method.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot run stops")]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "likewise")]

mod harness;

use std::time::Instant;

use risk_hmpps::codes::Codes;
use risk_hmpps::import::{Given, HeldLogs, Importer};
use risk_hmpps::key::Key;
use risk_hmpps::people::CaseMap;
use risk_hmpps_store::{Erasures, IntoStore, import_into};
use risk_store::{Operator, Options, Store};
use serde_json::{Value, json};

use harness::Race;

const MESSAGES: usize = 20_000;
/// The number of messages that SQS delivers at once.
const IN_A_DELIVERY: usize = 10;
/// The number of messages in one import into a store.
const IN_A_STORE: usize = 50_000;

/// One of the most frequent messages, about a different person each time, in its notification.
fn message(n: usize) -> String {
    let (event_type, info) = match n % 5 {
        0 => (
            "probation-case.registration.added",
            json!({"registrationId": n.to_string(), "registerTypeCode": "ADVP", "registerTypeDescription": "Domestic Abuse Perpetrator",
                "registrationDate": "Mon Jun 15 00:00:00 BST 2026", "createdDateAndTime": "Mon Jun 15 09:06:52 BST 2026",
                "registrationLevelCode": "", "registrationCategoryCode": ""}),
        ),
        1 => (
            "probation-case.registration.deregistered",
            json!({"deregistrationId": n.to_string(), "registerTypeCode": "RMRH", "deregistrationDate": "Mon Jun 15 00:00:00 BST 2026",
                "createdDateAndTime": "Mon Jun 15 09:06:52 BST 2026"}),
        ),
        2 => (
            "probation-case.requirement.created",
            json!({"requirementId": n.to_string(), "eventNumber": "1", "requirementMainType": "Court - Accredited Programme",
                "requirementSubType": "Building Better Relationships"}),
        ),
        3 => ("assessment.summary.produced", json!({})),
        _ => ("tier.calculation.complete", json!({"calculationId": n.to_string()})),
    };
    let body = json!({"eventType": event_type, "version": 1, "description": "Invented for a benchmark", "occurredAt": "2026-06-15T09:06:52.739+01:00",
        "detailUrl": "https://example.invalid/detail", "additionalInformation": info,
        "personReference": {"identifiers": [{"type": "CRN", "value": format!("X{n:06}")}]}});
    json!({"Type": "Notification", "MessageId": n.to_string(), "Message": body.to_string(), "Timestamp": "2026-06-15T08:06:53.100Z",
        "MessageAttributes": {"eventType": {"Type": "String", "Value": event_type}}})
    .to_string()
}

/// Parses a delivery's notifications and their bodies without further processing.
fn read(delivery: &str) {
    let notifications: Vec<Value> = serde_json::from_str(delivery).unwrap();
    for notification in notifications {
        let body: Value = serde_json::from_str(notification["Message"].as_str().unwrap()).unwrap();
        drop(std::hint::black_box(body));
    }
}

fn main() {
    let key = Key::new(&[7; 32]).unwrap();
    let importer = Importer::new(Codes::embedded().unwrap(), key, CaseMap::default());
    let messages: Vec<String> = (0..MESSAGES).map(message).collect();
    let deliveries: Vec<String> = messages.chunks(IN_A_DELIVERY).map(|few| format!("[{}]", few.join(","))).collect();
    let import =
        |delivery: &str| importer.import(&[(None, Given::Messages(delivery.as_bytes()))], &mut HeldLogs::default());
    let records: usize = deliveries.iter().map(|delivery| import(delivery).records.len()).sum();
    println!("hmpps: {MESSAGES} messages in deliveries of {IN_A_DELIVERY} make {records} records");
    Race { name: "hmpps", unit: "ns/message", nanoseconds: 1 }.run(
        &deliveries,
        |_| IN_A_DELIVERY,
        |delivery| drop(std::hint::black_box(import(delivery))),
        |delivery| read(delivery),
    );
    into_a_store(&importer);
}

/// One large import into a store, compared with the same import without a store.
fn into_a_store(importer: &Importer) {
    let all: Vec<String> = (0..IN_A_STORE).map(message).collect();
    let delivery = format!("[{}]", all.join(","));
    let given = [(None, Given::Messages(delivery.as_bytes()))];
    let began = Instant::now();
    let beside = importer.import(&given, &mut HeldLogs::default()).records.len();
    let without = began.elapsed();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("cases.risk").display().to_string();
    let store = Store::create(&place, Options::default()).unwrap();
    let by = Operator::new("bench").unwrap();
    let began = Instant::now();
    let how = IntoStore::new(Erasures::Listed, chrono::Utc::now());
    let within = import_into(importer, &store, &by, &given, &how).unwrap().records.len();
    let into = began.elapsed();
    assert_eq!(beside, within);
    let tenths = into.as_millis() * 10 / without.as_millis().max(1);
    let times = format!("{}.{}", tenths / 10, tenths % 10);
    println!("hmpps: {IN_A_STORE} messages at once: {without:.1?} without a store, {into:.1?} into one, {times} times");
}
