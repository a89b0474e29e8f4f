//! The log's behaviour, told as cases: given these records, when this is done, then that.

mod append;
mod chain;
mod decoded;
mod erasure;
mod marks;
mod record;
mod versions;

use chrono::{Duration, TimeZone, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Log, Record, RecordSource, Stamp, seal};
use crate::event::vocabulary::SourceAgency;
use crate::event::{Event, Instant, Kind, Term};

/// The only case, unless a test speaks of two.
fn case() -> Uuid {
    Uuid::from_u128(0xCA5E)
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// Noon of a day of December 2017.
fn day(n: u32) -> Instant {
    Utc.with_ymd_and_hms(2017, 12, n, 12, 0, 0).unwrap()
}

fn event(kind: &str, data: Value) -> Event {
    let data: Map<String, Value> = serde_json::from_value(data).unwrap();
    Event::decode(Kind::parse(kind).unwrap(), &data).unwrap()
}

/// A record that was made on the day on which it happened.
fn record(n: u128, on: u32, kind: &str, data: Value) -> Record {
    let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
    Record::new(id(n), case(), day(on), day(on), source, event(kind, data))
}

fn call_out(n: u128, on: u32) -> Record {
    record(n, on, "police_call_out", json!({ "outcome": "no_further_action" }))
}

fn attended(n: u128, on: u32) -> Record {
    record(n, on, "appointment_attended", json!({}))
}

fn retraction(n: u128, on: u32, of: u128) -> Record {
    let data = json!({ "event_id": id(of).to_string(), "reason": "entered_in_error", "by": "s1" });
    record(n, on, "record_retracted", data)
}

fn erasure(n: u128, on: u32, of: u128) -> Record {
    let data = json!({ "event_id": id(of).to_string(), "reason": "legal_erasure", "by": "s1" });
    record(n, on, "payload_erased", data)
}

fn correction(n: u128, on: u32, of: u128, data: Value) -> Record {
    let data =
        json!({ "event_id": id(of).to_string(), "replacement": { "data": data }, "reason": "wrong_value", "by": "s1" });
    record(n, on, "record_corrected", data)
}

fn third_party(r: Record) -> Record {
    r.with_handling(crate::event::vocabulary::Handling::ThirdParty)
}

fn log_of(records: impl IntoIterator<Item = Record>) -> Log {
    let mut log = Log::new(case());
    log.append_all(records.into_iter().collect(), None).unwrap();
    log
}

/// A stamp for tests, where no secret hangs on the salt.
fn stamp(position: u64) -> Stamp {
    let seconds = i64::try_from(position).unwrap();
    Stamp { appended_at: day(31) + Duration::seconds(seconds), salt: [u8::try_from(position % 251).unwrap(); 16] }
}

fn sealed(log: &Log) -> Log {
    seal(log, stamp).unwrap()
}

/// A line as a host writes it.
fn line(kind: &str, data: Value) -> Map<String, Value> {
    let line = json!({
        "event_id": id(1).to_string(), "case_id": case().to_string(),
        "occurred_at": "2017-12-04T21:10:00Z", "recorded_at": "2017-12-05T09:30:00Z",
        "source": { "agency": "probation" }, "kind": kind, "data": data,
    });
    serde_json::from_value(line).unwrap()
}
