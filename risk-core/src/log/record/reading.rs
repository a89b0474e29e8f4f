//! From a line to a record: each member read, and refused by name where it is not of its form.

use chrono::Datelike;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::member::{Members, value};
use super::{
    ENVELOPE, PAYLOAD, Payload, Record, RecordError, RecordSource, SCHEMA_VERSION, SEAL, Seal, not_after,
    to_microseconds,
};
use crate::event::field::{FieldType, SubjectId, describe, describe_text, one_of};
use crate::event::vocabulary::{Handling, SourceAgency};
use crate::event::{Event, Instant, Kind, Term};

/// The members of a line, on the way to a record.
pub(super) struct Fields<'a> {
    members: Members<'a>,
    v: u32,
}

impl<'a> Fields<'a> {
    pub(super) fn read(line: &'a str) -> Result<Self, RecordError> {
        let members = Members::read(line)?;
        let v = match members.get("v").map(|raw| value("v", raw)).transpose()? {
            None => 1,
            Some(v) => v
                .as_u64()
                .and_then(|n| u32::try_from(n).ok())
                .filter(|n| *n >= 1)
                .ok_or_else(|| RecordError::new("v", "a schema version, a whole number from 1", describe(&v)))?,
        };
        let fields = Self { members, v };
        fields.refuse_unknown_members()?;
        Ok(fields)
    }

    fn newer(&self) -> bool {
        self.v > SCHEMA_VERSION
    }

    fn refuse_unknown_members(&self) -> Result<(), RecordError> {
        let known: Vec<&str> = ENVELOPE.iter().chain(&["data", "note"]).chain(&SEAL).copied().collect();
        match self.members.iter().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) if !self.newer() => Err(RecordError::new(
                "record",
                format!("only the members {}", one_of(&known, name)),
                format!("the member {}", describe_text(name)),
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn record(&self, line: &str) -> Result<Record, RecordError> {
        let event_id = self.id("event_id")?;
        let case_id = self.id("case_id")?;
        let occurred_at = self.instant("occurred_at")?;
        let recorded_at = self.instant("recorded_at")?;
        not_after("occurred_at", occurred_at, "recorded_at", recorded_at)?;
        let source = self.source()?;
        let kind = self.text("kind", "a kind of event")?;
        let payload = self.payload(&kind)?;
        let handling = self.handling(&kind, &payload)?;
        let note = self.members.get("note").map(|_| self.text("note", "text")).transpose()?;
        let sealed = self.sealed(&payload)?;
        let appended_at = sealed.as_ref().map(|(at, _)| *at);
        if let Some(at) = appended_at {
            not_after("recorded_at", recorded_at, "appended_at", at)?;
        }
        let seal = sealed.map(|(_, seal)| seal);
        // A line break can stand between tokens only, so that a blank in its place changes nothing but the layout.
        let line = line.trim().replace(['\n', '\r'], " ");
        let v = self.v;
        Ok(Record {
            event_id,
            case_id,
            occurred_at,
            recorded_at,
            appended_at,
            source,
            handling,
            v,
            payload,
            kind,
            note,
            seal,
            line: line.into(),
        })
    }

    fn raw(&self, name: &str, expected: &str) -> Result<Value, RecordError> {
        let raw = self.members.get(name).ok_or_else(|| RecordError::new(name, expected, "nothing"))?;
        value(name, raw)
    }

    fn text(&self, name: &str, expected: &str) -> Result<String, RecordError> {
        match self.raw(name, expected)? {
            Value::String(s) => Ok(s),
            other => Err(RecordError::new(name, expected, describe(&other))),
        }
    }

    fn id(&self, name: &str) -> Result<Uuid, RecordError> {
        let expected = format!("the {name} (a UUID)");
        Uuid::decode(&self.raw(name, &expected)?).map_err(|m| RecordError::new(name, expected, m.found))
    }

    fn instant(&self, name: &str) -> Result<Instant, RecordError> {
        let expected = "an instant in RFC 3339, such as 2017-12-05T09:30:00Z";
        let found = self.raw(name, expected)?;
        Instant::decode(&found)
            .ok()
            // A year of four digits also in UTC: an instant must read back as it was written.
            .filter(|t| (1..=9999).contains(&t.year()))
            .map(to_microseconds)
            .ok_or_else(|| RecordError::new(name, expected, describe(&found)))
    }

    fn source(&self) -> Result<RecordSource, RecordError> {
        let known = ["agency", "role", "reference"];
        let expected = "an object with `agency` and, if known, `role` and `reference`";
        let source = match self.raw("source", expected)? {
            Value::Object(map) => map,
            other => return Err(RecordError::new("source", expected, describe(&other))),
        };
        if let Some(name) = source.keys().find(|name| !known.contains(&name.as_str()) && !self.newer()) {
            return Err(RecordError::new(
                "source",
                format!("only the members {}", one_of(&known, name)),
                format!("the member {}", describe_text(name)),
            ));
        }
        let reference = source.get("reference").map(|found| {
            let id = found.as_str().and_then(|s| SubjectId::new(s).ok()).map(|id| id.as_str().to_owned());
            let expected = "an opaque reference: 1 to 64 letters, digits or . _ : -";
            id.ok_or_else(|| RecordError::new("source.reference", expected, describe(found)))
        });
        let agency: Option<SourceAgency> = term("source.agency", source.get("agency"))?;
        Ok(RecordSource {
            agency: agency.ok_or_else(|| {
                RecordError::new("source.agency", format!("one of {}", SourceAgency::names().join(", ")), "nothing")
            })?,
            role: term("source.role", source.get("role"))?,
            reference: reference.transpose()?,
        })
    }

    fn payload(&self, name: &str) -> Result<Payload, RecordError> {
        let kind = Kind::parse(name);
        if kind.is_none() && !self.newer() {
            let expected = format!("a kind of the catalogue: {}", one_of(Kind::names(), name));
            return Err(RecordError::new("kind", expected, describe_text(name)));
        }
        let Some(data) = self.data()? else { return Ok(Payload::Erased) };
        match kind.map(|kind| Event::decode(kind, &data)) {
            Some(Ok(event)) => Ok(Payload::Event(event)),
            // What a newer schema says may be new in it; a mistake under our own must not pass for that.
            Some(Err(e)) if !self.newer() => Err(RecordError::new(e.field, e.expected, e.found)),
            _ => Ok(Payload::Unrecognised { kind: name.to_owned() }),
        }
    }

    /// The data; `None` where the line has the form of one whose payload was erased.
    fn data(&self) -> Result<Option<Map<String, Value>>, RecordError> {
        let erased = PAYLOAD.iter().all(|name| self.members.get(name).is_none());
        if erased {
            return Ok(None);
        }
        match self.raw("data", "an object")? {
            Value::Object(map) => Ok(Some(map)),
            other => Err(RecordError::new("data", "an object", describe(&other))),
        }
    }

    fn handling(&self, kind: &str, payload: &Payload) -> Result<Handling, RecordError> {
        let (least, default) = match payload {
            Payload::Event(e) => (e.least_handling(), e.least_handling()),
            Payload::Unrecognised { .. } => (Handling::Ordinary, Handling::Restricted),
            Payload::Erased => {
                (Kind::parse(kind).map_or(Handling::Ordinary, |k| k.spec().handling), Handling::Restricted)
            }
        };
        let stated = self.members.get("handling").map(|raw| value("handling", raw)).transpose()?;
        let handling = term("handling", stated.as_ref())?.unwrap_or(default);
        if handling < least {
            let expected = format!("`{least}` or stricter, as {} is marked at least", describe_text(kind));
            return Err(RecordError::new("handling", expected, format!("`{handling}`")));
        }
        Ok(handling)
    }

    /// When this log took the record, and its place in the chain; `None` on a plain line.
    fn sealed(&self, payload: &Payload) -> Result<Option<(Instant, Seal)>, RecordError> {
        if SEAL.iter().all(|name| self.members.get(name).is_none()) {
            return Ok(None);
        }
        let position = self.raw("position", "the record's place in the log, from 1")?;
        let position = position.as_u64().filter(|n| *n >= 1).ok_or_else(|| {
            RecordError::new("position", "the record's place in the log, from 1", describe(&position))
        })?;
        let appended_at = self.instant("appended_at")?;
        self.text("commitment", "the commitment to the payload, in hexadecimal")?;
        if *payload != Payload::Erased {
            self.text("salt", "the payload's salt, in hexadecimal")?;
        }
        let hash = self.text("hash", "the record's hash, in hexadecimal")?;
        Ok(Some((appended_at, Seal { position, hash })))
    }
}

fn term<T: Term>(field: &str, found: Option<&Value>) -> Result<Option<T>, RecordError> {
    found.map(|v| T::decode(v).map_err(|m| RecordError::new(field, m.expected, m.found))).transpose()
}
