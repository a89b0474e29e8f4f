//! A small invented case, record by record.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// The small policy of these tests.
pub const PACK: &str = "crates/cli/tests/cli/pack";

/// The id of the nth record.
pub fn id(n: u8) -> String {
    format!("00000000-0000-4000-8000-0000000000{n:02}")
}

/// A record that was written down on the day on which it happened.
pub fn record(n: u8, day: &str, kind: &str, data: Value) -> Value {
    json!({
        "event_id": id(n),
        "case_id": "00000000-0000-4000-8000-000000000000",
        "occurred_at": format!("{day}T10:00:00Z"),
        "recorded_at": format!("{day}T10:00:00Z"),
        "source": { "agency": "probation" },
        "kind": kind,
        "data": data,
    })
}

/// The record with one more member, or another value of one.
pub fn with(mut record: Value, member: &str, value: impl Into<Value>) -> Value {
    record[member] = value.into();
    record
}

/// The record without a member.
pub fn without(mut record: Value, member: &str) -> Value {
    record.as_object_mut().unwrap().remove(member);
    record
}

pub fn supervision_started() -> Value {
    let data = json!({ "sentence_id": "s1", "sentence_type": "community_order", "index_offence": "assault" });
    record(1, "2017-09-18", "supervision_started", data)
}

pub fn disclosure() -> Value {
    let data = json!({ "person": "p1", "concerns": ["physical_violence"], "raised_risk": "yes" });
    record(2, "2017-12-05", "plw_disclosure", data)
}

/// A case in which a victim's worker reported raised risk, a request waits, and a manager refused.
pub fn records() -> Vec<Value> {
    let asked =
        json!({ "request_id": "r1", "of": "childrens_social_care", "about": "child_safeguarding", "stage": "initial" });
    let levels = json!({ "levels": { "known_adult": "low", "public": "low" }, "stage": "initial", "signed": "yes",
        "assessor": "officer-1" });
    let refused =
        json!({ "to": "nps", "decided_by": "own_manager", "outcome": "refused", "reason": "threshold_not_met" });
    vec![
        supervision_started(),
        disclosure(),
        record(3, "2017-09-20", "information_requested", asked),
        record(4, "2017-10-20", "information_chased", json!({ "request_id": "r1" })),
        record(5, "2017-10-02", "risk_assessed", levels),
        record(6, "2017-12-08", "escalation_decided", refused),
    ]
}

/// One JSON object a line.
/// The log of an example.
pub fn case_log() -> String {
    fs::read_to_string("../../examples/cases/sean.jsonl").unwrap()
}

/// Writes a file that only its owner can read, as keys are to lie.
pub fn private_file(path: impl AsRef<Path>, text: &str) {
    fs::write(&path, text).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

pub fn jsonl(records: &[Value]) -> String {
    records.iter().map(|r| format!("{r}\n")).collect()
}
