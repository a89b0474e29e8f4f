//! One record: an event with its times, its source and its handling mark, kept in the exact text in which it came.

mod reading;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use chrono::{SecondsFormat, Timelike};
use serde_json::Value;
use uuid::Uuid;

use super::member::{Members, assemble, value};
use crate::event::field::describe_text;
use crate::event::vocabulary::{Handling, Role, SourceAgency};
use crate::event::{Event, Instant, Kind, Term};
use crate::text::without_mark;

/// The version of the record format and of the catalogue that this software reads and writes (`v`).
pub const SCHEMA_VERSION: u32 = 1;

/// The members that state what happened, in the order in which they are written.
pub(super) const ENVELOPE: [&str; 8] =
    ["event_id", "case_id", "occurred_at", "recorded_at", "source", "handling", "v", "kind"];
/// The members that an erasure removes.
pub(super) const PAYLOAD: [&str; 3] = ["salt", "data", "note"];
/// The members that a sealed line has besides; `salt` goes with the payload.
const SEAL: [&str; 5] = ["position", "appended_at", "salt", "commitment", "hash"];

/// Where a record comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSource {
    /// The agency that told or recorded it.
    pub agency: SourceAgency,
    /// In which role somebody there did.
    pub role: Option<Role>,
    /// The host's own opaque reference: 1 to 64 letters, digits or `. _ : -`.
    pub reference: Option<String>,
}

/// What a record says.
#[derive(Clone, PartialEq, Eq)]
pub enum Payload {
    /// An event of the catalogue.
    Event(Event),
    /// A record of a newer schema whose kind or data this software does not know. It is kept whole.
    Unrecognised {
        /// The kind that it names.
        kind: String,
    },
    /// The payload was removed by law.
    Erased,
}

impl fmt::Debug for Payload {
    /// Shows the kind, never the data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(e) => write!(f, "Event({})", e.kind()),
            Self::Unrecognised { kind } => write!(f, "Unrecognised({})", describe_text(kind)),
            Self::Erased => f.write_str("Erased"),
        }
    }
}

/// A record of a log.
///
/// Times are kept to the microsecond; what is finer is cut off, in reading and in comparing (the text keeps it). The
/// public fields may be changed before the record is appended: [`super::Log::append`] checks the whole again.
#[derive(Clone)]
pub struct Record {
    /// Its id, unique in the log.
    pub event_id: Uuid,
    /// The case.
    pub case_id: Uuid,
    /// When it happened.
    pub occurred_at: Instant,
    /// When the service's own records first held it.
    pub recorded_at: Instant,
    /// When this log took it; sealed logs only.
    pub appended_at: Option<Instant>,
    /// Where it comes from.
    pub source: RecordSource,
    /// Who may know of it.
    pub handling: Handling,
    /// The schema version that it was written in.
    pub v: u32,
    /// What it says.
    pub payload: Payload,
    kind: String,
    note: Option<String>,
    seal: Option<Seal>,
    /// The exact text; for a record that came as none, what its fields say, written when first asked for.
    line: OnceLock<String>,
}

/// A record's place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seal {
    position: u64,
    hash: String,
}

/// What was wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field `{field}`: expected {expected}, found {found}")]
pub struct RecordError {
    /// The field, as a path from the record's top (`data.outcome`), or `record`.
    pub field: String,
    /// What was expected.
    pub expected: String,
    /// What stood there; never payload or note.
    pub found: String,
}

impl RecordError {
    pub(super) fn new(field: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { field: field.into(), expected: expected.into(), found: found.into() }
    }
}

impl Record {
    /// A record of `event`, marked as little confidential as its kind allows. Whether the times are in order is checked
    /// when it is appended.
    #[must_use]
    pub fn new(
        event_id: Uuid,
        case_id: Uuid,
        occurred_at: Instant,
        recorded_at: Instant,
        source: RecordSource,
        event: Event,
    ) -> Self {
        Self {
            event_id,
            case_id,
            occurred_at: to_microseconds(occurred_at),
            recorded_at: to_microseconds(recorded_at),
            appended_at: None,
            source,
            handling: event.least_handling(),
            v: SCHEMA_VERSION,
            kind: event.kind().name().to_owned(),
            payload: Payload::Event(event),
            note: None,
            seal: None,
            line: OnceLock::new(),
        }
    }

    /// The same with another mark. One less strict than the kind allows is refused when the record is appended.
    #[must_use]
    pub fn with_handling(mut self, handling: Handling) -> Self {
        self.handling = handling;
        self.rewritten()
    }

    /// The same with a note: free text that is kept, hashed and erasable, and that nothing ever shows.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self.rewritten()
    }

    /// Reads a record from its JSON. Line breaks between its members become blanks, so that it stands on one line; a byte order
    /// mark in front of it is passed over.
    ///
    /// # Errors
    /// [`RecordError`] where a member is missing, unknown (unless `v` is newer), doubled or of another form, where times
    /// are out of order, or where the mark is less strict than the kind's.
    pub fn parse(line: &str) -> Result<Self, RecordError> {
        let record = Self::parse_kept(without_mark(line))?;
        match record.payload {
            Payload::Erased => Err(RecordError::new("data", "an object", "nothing")),
            _ => Ok(record),
        }
    }

    /// [`Record::parse`] for a line out of a log, where the payload may have been erased.
    pub(super) fn parse_kept(line: &str) -> Result<Self, RecordError> {
        reading::Fields::read(line)?.record(line)
    }

    /// The record as one line of JSON, in the exact bytes as kept.
    #[must_use]
    pub fn to_line(&self) -> String {
        self.line().to_owned()
    }

    pub(super) fn line(&self) -> &str {
        self.line.get_or_init(|| assemble(borrowed(&self.written_members())))
    }

    /// The members of the text that there is; none where the fields say all.
    fn kept_members(&self) -> Option<Members<'_>> {
        self.line.get().and_then(|line| Members::read(line).ok())
    }

    /// The kind, where this software knows what the record says or, once erased, said. `None` for a record that is not
    /// recognised.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match &self.payload {
            Payload::Event(e) => Some(e.kind()),
            Payload::Unrecognised { .. } => None,
            Payload::Erased => Kind::parse(&self.kind),
        }
    }

    /// Whether it has a note, which nothing ever shows.
    #[must_use]
    pub fn has_note(&self) -> bool {
        self.note.is_some()
    }

    /// The event, where there is one to read.
    #[must_use]
    pub fn event(&self) -> Option<&Event> {
        match &self.payload {
            Payload::Event(e) => Some(e),
            Payload::Unrecognised { .. } | Payload::Erased => None,
        }
    }

    /// Its place in a sealed log, from 1.
    #[must_use]
    pub fn position(&self) -> Option<u64> {
        self.seal.as_ref().map(|s| s.position)
    }

    /// Its hash in a sealed log, in lower-case hexadecimal.
    #[must_use]
    pub fn hash(&self) -> Option<&str> {
        self.seal.as_ref().map(|s| s.hash.as_str())
    }

    /// A sealed record's line in two: the line as it stays once its payload is erased, and what an erasure takes away, as
    /// members without braces. [`Record::sealed_line`] puts them together again, byte for byte. `None` for a plain record.
    #[must_use]
    pub fn sealed_parts(&self) -> Option<(String, Option<&str>)> {
        let (line, hash) = (self.line(), format!("\"hash\":\"{}\"", self.hash()?));
        // Nothing before a record's hash can hold it, as it covers all of that.
        let end = line.find(&hash)?.saturating_add(hash.len());
        let payload = line.get(end..)?.strip_prefix(',').and_then(|rest| rest.strip_suffix('}'));
        Some((format!("{}}}", line.get(..end)?), payload))
    }

    /// The line of which [`Record::sealed_parts`] made these two.
    #[must_use]
    pub fn sealed_line(header: &str, payload: Option<&str>) -> String {
        match payload {
            None => header.to_owned(),
            Some(payload) => format!("{},{payload}}}", header.strip_suffix('}').unwrap_or(header)),
        }
    }

    /// Whether both say the same, whatever the order of members, the white space and the seal.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        self.same_envelope(other)
            && self.payload == other.payload
            && self.note == other.note
            && self.beyond_us() == other.beyond_us()
    }

    /// [`Record::same_content`] without the payload.
    pub(super) fn same_envelope(&self, other: &Self) -> bool {
        let envelope = |r: &Self| {
            (r.event_id, r.case_id, to_microseconds(r.occurred_at), to_microseconds(r.recorded_at), r.handling, r.v)
        };
        envelope(self) == envelope(other) && self.source == other.source && self.kind_name() == other.kind_name()
    }

    fn kind_name(&self) -> &str {
        self.event().map_or(self.kind.as_str(), |e| e.kind().name())
    }

    /// What a record of a newer schema says that this software has no type for.
    fn beyond_us(&self) -> Option<BTreeMap<String, Value>> {
        if self.v <= SCHEMA_VERSION {
            return None;
        }
        let members = self.kept_members()?;
        let untyped = |name: &str| !ENVELOPE.contains(&name) && !SEAL.contains(&name) && name != "note";
        members
            .iter()
            .filter(|(name, _)| untyped(name) && (*name != "data" || self.event().is_none()))
            .map(|(name, raw)| value(name, raw).ok().map(|v| (name.to_owned(), v)))
            .collect()
    }

    /// The record as a log may take it: its text agrees with its fields, and no seal of another log stands on it.
    pub(super) fn settled(self) -> Result<Self, RecordError> {
        let plain = match Self::parse_kept(self.line()) {
            Ok(kept) if kept.same_content(&self) => kept,
            _ => Self::parse_kept(self.rewritten().line())?,
        };
        if plain.seal.is_none() { Ok(plain) } else { Self::parse_kept(&without(plain.line(), &SEAL)) }
    }

    /// The record with its payload removed, and its mark spelt out (without the data nobody could tell the least one).
    pub(super) fn without_payload(&self) -> Result<Self, RecordError> {
        let marked = if self.seal.is_some() { self.to_line() } else { assemble(borrowed(&self.plain_members())) };
        Self::parse_kept(&without(&marked, &PAYLOAD))
    }

    /// A record of a newer schema that decodes here, and still says what this software cannot read.
    pub(super) fn unrecognised(self) -> Self {
        Self { payload: Payload::Unrecognised { kind: self.kind.clone() }, ..self }
    }

    /// The members of a plain line in their fixed order, the mark spelt out, in the exact bytes as kept where the text has
    /// them.
    pub(super) fn plain_members(&self) -> Vec<(String, String)> {
        let kept = self.kept_members();
        let as_kept = |name: &str| kept.as_ref().and_then(|m| m.get(name)).map(str::to_owned);
        let exact = |(name, written): (String, String)| {
            let raw = as_kept(&name).unwrap_or(written);
            (name, raw)
        };
        self.written_members().into_iter().map(exact).collect()
    }

    /// The members written from the fields: the envelope, what a newer schema added (as it stands in the text), data, note.
    fn written_members(&self) -> Vec<(String, String)> {
        let text = |s: &str| Value::from(s).to_string();
        let source = [
            Some(("agency", text(self.source.agency.name()))),
            self.source.role.map(|r| ("role", text(r.name()))),
            self.source.reference.as_ref().map(|r| ("reference", text(r))),
        ];
        let source: Vec<(&str, String)> = source.into_iter().flatten().collect();
        let kept = self.kept_members();
        let data = match &self.payload {
            Payload::Event(e) => Some(Value::Object(e.encode()).to_string()),
            Payload::Unrecognised { .. } => kept.as_ref().and_then(|m| m.get("data").map(str::to_owned)),
            Payload::Erased => None,
        };
        let added = |name: &str| ![&ENVELOPE[..], &PAYLOAD, &SEAL].iter().any(|names| names.contains(&name));
        let added = kept.iter().flat_map(Members::iter).filter(|(name, _)| added(name));
        let envelope = [
            ("event_id", Some(text(&self.event_id.to_string()))),
            ("case_id", Some(text(&self.case_id.to_string()))),
            ("occurred_at", Some(text(&write_instant(self.occurred_at)))),
            ("recorded_at", Some(text(&write_instant(self.recorded_at)))),
            ("source", Some(assemble(source.iter().map(|(name, raw)| (*name, raw.as_str()))))),
            ("handling", Some(text(self.handling.name()))),
            ("v", (self.v != 1).then(|| self.v.to_string())),
            ("kind", Some(text(self.kind_name()))),
        ];
        let payload = [("data", data), ("note", self.note.as_deref().map(text))];
        let added = added.map(|(name, raw)| (name, Some(raw.to_owned())));
        let members = envelope.into_iter().chain(added).chain(payload);
        members.filter_map(|(name, raw)| Some((name.to_owned(), raw?))).collect()
    }

    /// With a text that says what the fields say; a seal covers other bytes, and is gone.
    fn rewritten(self) -> Self {
        // What a newer schema added stands in the kept text only.
        let line = self.line.get().map(|_| assemble(borrowed(&self.written_members())));
        Self { line: line.map(OnceLock::from).unwrap_or_default(), seal: None, appended_at: None, ..self }
    }
}

fn without(line: &str, names: &[&str]) -> String {
    Members::read(line)
        .map_or_else(|_| line.to_owned(), |m| assemble(m.iter().filter(|(name, _)| !names.contains(name))))
}

pub(super) fn borrowed(members: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    members.iter().map(|(name, raw)| (name.as_str(), raw.as_str()))
}

impl PartialEq for Record {
    /// The same content in the same place of a chain; for content alone see [`Record::same_content`].
    fn eq(&self, other: &Self) -> bool {
        self.same_content(other) && self.seal == other.seal && self.appended_at == other.appended_at
    }
}

impl Eq for Record {}

impl fmt::Debug for Record {
    /// Shows ids, times and marks, never data or note.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("event_id", &self.event_id)
            .field("occurred_at", &self.occurred_at)
            .field("recorded_at", &self.recorded_at)
            .field("handling", &self.handling)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Record {
    /// The kind and the id, never data or note.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", describe_text(&self.kind), self.event_id)
    }
}

/// An instant as the software writes it: UTC, as many digits as it needs, six at most.
pub(super) fn write_instant(t: Instant) -> String {
    to_microseconds(t).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Cuts off what is finer than the log keeps.
pub(super) fn to_microseconds(t: Instant) -> Instant {
    t.with_nanosecond(t.nanosecond().saturating_sub(t.nanosecond() % 1000)).unwrap_or(t)
}

pub(super) fn not_after(earlier: &str, earlier_at: Instant, later: &str, later_at: Instant) -> Result<(), RecordError> {
    if earlier_at <= later_at {
        return Ok(());
    }
    let expected = format!("an instant not after `{later}`, {}", write_instant(later_at));
    Err(RecordError::new(earlier, expected, write_instant(earlier_at)))
}
