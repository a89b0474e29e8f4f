//! Records of invented people.

use risk_core::log::Record;
use serde_json::{Value, json};
use uuid::Uuid;

/// The case of that number.
pub fn case(n: u128) -> Uuid {
    Uuid::from_u128(0x3f6c_9a52_8c1e_4c3b_9c58_0000_0000_0000 + n)
}

/// The event of that number.
pub fn event(n: u128) -> Uuid {
    Uuid::from_u128(0x0f9c_3f2e_6f0e_4c58_9d0a_0000_0000_0000 + n)
}

pub fn record(case_id: Uuid, n: u128, kind: &str, data: Value) -> Record {
    let day = 1 + n % 27;
    noted(case_id, n, kind, data, &format!("2018-02-{day:02}T10:00:00Z"), None)
}

pub fn noted(case_id: Uuid, n: u128, kind: &str, data: Value, at: &str, note: Option<&str>) -> Record {
    let mut value = json!({
        "event_id": event(n), "case_id": case_id, "occurred_at": at, "recorded_at": at,
        "source": { "agency": "probation" }, "kind": kind, "data": data,
    });
    if let Some(note) = note {
        value["note"] = json!(note);
    }
    Record::parse(&value.to_string()).unwrap()
}

pub fn call_out(case_id: Uuid, n: u128) -> Record {
    record(case_id, n, "police_call_out", json!({ "outcome": "no_further_action" }))
}

pub fn attended(case_id: Uuid, n: u128) -> Record {
    record(case_id, n, "appointment_attended", json!({}))
}

pub fn erasure(case_id: Uuid, n: u128, of: u128) -> Record {
    record(case_id, n, "payload_erased", json!({ "event_id": event(of), "reason": "legal_erasure", "by": "N07A001" }))
}
