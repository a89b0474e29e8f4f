//! What a record of an example case says, in the field's own words: its kind, and what its data holds.
//!
//! The people are invented, so a page may show the data; ids by which records refer to each other would tell a reader
//! nothing and are left out. A note is never shown.

use risk_core::event::vocabulary::Handling;
use risk_core::event::{Term, phrase};
use risk_core::explain::EventLine;
use risk_core::log::{Log, Record};
use risk_reports::change_summary::date;
use serde_json::Value;

/// Fields that only join records to each other, or name a worker.
const NOT_TOLD: [&str; 12] = [
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

/// A record's line: what, when it happened if that was on another day, what it says, and its mark where it is confidential.
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
    let told = data.iter().filter(|(field, _)| !NOT_TOLD.contains(&field.as_str()));
    let told: Vec<String> =
        told.filter_map(|(field, value)| Some(format!("{} {}", phrase(field), word(value)?))).collect();
    if told.is_empty() { String::new() } else { format!(": {}", told.join("; ")) }
}

/// A value in words; nothing where it is unknown or there is none.
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
