//! A record of an example case in plain words: its kind and its data.
//!
//! The people are invented, so a page may show the data. Ids by which records refer to each other mean nothing to a
//! reader and are omitted. A note is never shown.

use risk_core::event::vocabulary::Handling;
use risk_core::event::{Term, phrase};
use risk_core::explain::EventLine;
use risk_core::log::{Log, Record};
use risk_reports::change_summary::date;
use serde_json::Value;

/// Fields that only link records, or name a member of staff.
const OMITTED: [&str; 12] = [
    "sentence_id",
    "order_id",
    "request_id",
    "programme_id",
    "event_id",
    "incident",
    "answers",
    "considers",
    "in_response_to",
    "assessor",
    "tool",
    "from",
];

/// A record as one line: its kind, when it happened if on another day, its data, and its mark if it is confidential.
pub fn line(log: &Log, event: &EventLine) -> String {
    let happened = if event.occurred_on == event.recorded_on {
        String::new()
    } else {
        format!(", which happened on {}", date(event.occurred_on))
    };
    let says = event.event_id.and_then(|id| log.record(id)).map(says).unwrap_or_default();
    let mark = event.handling.filter(|h| *h > Handling::Staff).map(|h| format!(" *({})*", phrase(h.name())));
    format!("**{}**{happened}{says}{}", phrase(&event.kind), mark.unwrap_or_default())
}

fn says(record: &Record) -> String {
    let Some(event) = record.event() else { return String::new() };
    let data = event.encode();
    let fields = data.iter().filter(|(field, _)| !OMITTED.contains(&field.as_str()));
    let fields: Vec<String> =
        fields.filter_map(|(field, value)| Some(format!("{} {}", phrase(field), word(value)?))).collect();
    if fields.is_empty() { String::new() } else { format!(": {}", fields.join("; ")) }
}

/// A value in words; `None` if it is unknown or absent.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(word) if word == "unknown" => None,
        Value::String(word) => Some(phrase(word)),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => {
            let words: Vec<String> = values.iter().filter_map(word).collect();
            (!words.is_empty()).then(|| words.join(" and "))
        }
        Value::Object(members) => {
            let words: Vec<String> =
                members.iter().filter_map(|(name, value)| Some(format!("{} {}", phrase(name), word(value)?))).collect();
            (!words.is_empty()).then(|| words.join(", "))
        }
        Value::Null | Value::Bool(_) => None,
    }
}
