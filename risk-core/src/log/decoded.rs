//! Records that do not come as text: from the columns of a table, their members read one by one.

use chrono::Datelike;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::member::value;
use super::record::{Record, RecordError, RecordSource, not_after};
use crate::event::field::{SubjectId, describe, describe_text};
use crate::event::vocabulary::Handling;
use crate::event::{Event, Instant, Kind};

/// The members of a record of this software's own schema version, whose payload is there.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    /// Its id, unique in the log.
    pub event_id: Uuid,
    /// The case.
    pub case_id: Uuid,
    /// When it happened.
    pub occurred_at: Instant,
    /// When the service's own records first held it.
    pub recorded_at: Instant,
    /// Where it comes from.
    pub source: RecordSource,
    /// Who may know of it; left out: the least strict mark that the event allows.
    pub handling: Option<Handling>,
    /// What sort of event it is.
    pub kind: Kind,
    /// The event's data.
    pub data: &'a Map<String, Value>,
    /// Free text that is kept and never shown.
    pub note: Option<&'a str>,
}

/// A record as sound as one read from a log's text, and not changed since: [`super::Log::of_decoded`] takes it as it is.
#[derive(Debug, Clone)]
pub struct Decoded(Record);

impl Decoded {
    /// The record of those members. What [`Record::parse`] refuses is refused here, in the same words.
    ///
    /// # Errors
    /// [`RecordError`] naming the member.
    pub fn read(parts: Parts<'_>) -> Result<Self, RecordError> {
        for (name, at) in [("occurred_at", parts.occurred_at), ("recorded_at", parts.recorded_at)] {
            if !(1..=9999).contains(&at.year()) {
                return Err(RecordError::new(
                    name,
                    "an instant in RFC 3339, such as 2017-12-05T09:30:00Z",
                    "another year",
                ));
            }
        }
        if let Some(reference) = parts.source.reference.as_deref().filter(|r| SubjectId::new(r).is_err()) {
            let expected = "an opaque reference: 1 to 64 letters, digits or . _ : -";
            return Err(RecordError::new("source.reference", expected, describe_text(reference)));
        }
        let event =
            Event::decode(parts.kind, parts.data).map_err(|e| RecordError::new(e.field, e.expected, e.found))?;
        let least = event.least_handling();
        let handling = parts.handling.unwrap_or(least);
        if handling < least {
            let expected = format!("`{least}` or stricter, as `{}` is marked at least", parts.kind);
            return Err(RecordError::new("handling", expected, format!("`{handling}`")));
        }
        let Parts { event_id, case_id, occurred_at, recorded_at, source, .. } = parts;
        let record = Record::new(event_id, case_id, occurred_at, recorded_at, source, event).with_handling(handling);
        not_after("occurred_at", record.occurred_at, "recorded_at", record.recorded_at)?;
        Ok(Self(match parts.note {
            Some(note) => record.with_note(note),
            None => record,
        }))
    }

    /// The record on a line of a plain log, which may be of a newer schema, or have lost its payload by law.
    ///
    /// # Errors
    /// [`RecordError`] as [`Record::parse`] gives; also for a sealed line, which means something in its own log only.
    pub fn parse(line: &str) -> Result<Self, RecordError> {
        let record = Record::parse_kept(line)?;
        match record.position() {
            None => Ok(Self(record)),
            Some(_) => Err(RecordError::new("hash", "a plain record", "a sealed one")),
        }
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.0
    }

    pub(super) fn into_record(self) -> Record {
        self.0
    }
}

/// Reads an event's data from JSON: one object, in which no object has a member twice.
///
/// # Errors
/// [`RecordError`] for the field `data`.
pub fn data(text: &str) -> Result<Map<String, Value>, RecordError> {
    match value("data", text)? {
        Value::Object(map) => Ok(map),
        other => Err(RecordError::new("data", "an object", describe(&other))),
    }
}
