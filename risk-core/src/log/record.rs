//! One record: an event with its times, source and handling mark. Its exact text is preserved.

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

/// The source of a record.
///
/// # Examples
/// ```
/// use risk_core::RecordSource;
/// use risk_core::terms::{Role, SourceAgency};
///
/// let source = RecordSource { agency: SourceAgency::Probation, role: Some(Role::CourtTeam), reference: Some("ndelius:17".to_owned()) };
/// # let _ = source;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSource {
    /// The agency that reported or recorded it.
    pub agency: SourceAgency,
    /// The role of the member of that agency who did.
    pub role: Option<Role>,
    /// The host's own opaque reference: 1 to 64 letters, digits or `. _ : -`.
    pub reference: Option<String>,
}

/// The content of a record.
///
/// The enum is exhaustive on purpose: whatever reads records must handle unrecognised and erased ones.
///
/// # Examples
/// ```
/// use risk_core::{Payload, Record};
/// # let text = std::fs::read_to_string("examples/case.jsonl")?;
///
/// // A record of a newer version of the software, with a kind that this version does not know.
/// let newer = text.lines().nth(1).unwrap().replace("police_call_out", "police_visit").replace("\"kind\"", "\"v\":2,\"kind\"");
/// let record = Record::parse(&newer)?;
/// assert!(matches!(record.payload(), Payload::Unrecognised { kind } if kind == "police_visit"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Payload {
    /// An event of the catalogue.
    Event(Event),
    /// A record of a newer schema whose kind or data this version does not know. Its text is preserved.
    Unrecognised {
        /// The name of the kind.
        kind: String,
    },
    /// The payload was erased, as the law requires.
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

/// One event with its metadata: ids, times, source and handling mark. It is one line of a log.
///
/// Times have microsecond precision. Finer digits are ignored in comparisons and preserved in the text. [`Log::append`](super::Log::append)
/// checks a record, whether it was parsed or built.
///
/// # Examples
/// ```
/// use risk_core::terms::{Handling, SourceAgency};
/// use risk_core::{Event, Kind, Record, RecordSource};
///
/// let data = serde_json::json!({ "children_present": "yes", "outcome": "arrest" });
/// let event = Event::decode(Kind::PoliceCallOut, data.as_object().unwrap())?;
/// let source = RecordSource { agency: SourceAgency::Police, role: None, reference: None };
/// let (occurred_at, recorded_at) = ("2018-03-05T22:40:00Z".parse()?, "2018-03-07T09:00:00Z".parse()?);
/// let record = Record::new(
///     "00000000-0000-4000-8000-000000000002".parse()?, // event_id: unique in the log
///     "00000000-0000-4000-8000-000000000000".parse()?, // case_id
///     occurred_at,
///     recorded_at,
///     source,
///     event,
/// );
/// assert_eq!(record.handling(), Handling::ThirdParty, "the least confidential mark that the kind allows");
/// assert_eq!(Record::parse(&record.to_line())?, record);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Record {
    // The fields are public for the crates of this workspace only; users have the getters.
    #[doc(hidden)]
    pub event_id: Uuid,
    #[doc(hidden)]
    pub case_id: Uuid,
    #[doc(hidden)]
    pub occurred_at: Instant,
    #[doc(hidden)]
    pub recorded_at: Instant,
    #[doc(hidden)]
    pub appended_at: Option<Instant>,
    #[doc(hidden)]
    pub source: RecordSource,
    #[doc(hidden)]
    pub handling: Handling,
    #[doc(hidden)]
    pub v: u32,
    #[doc(hidden)]
    pub payload: Payload,
    kind: String,
    note: Option<String>,
    seal: Option<Seal>,
    /// The exact text. For a record that was not parsed: the text of its fields, written when it is first needed.
    line: OnceLock<String>,
}

/// A record's place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seal {
    position: u64,
    hash: String,
}

/// An error in a record.
///
/// # Examples
/// ```
/// use risk_core::Record;
///
/// let error = Record::parse("{}").unwrap_err();
/// assert_eq!(error.field, "event_id");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field `{field}`: expected {expected}, found {found}")]
pub struct RecordError {
    /// The field, as a path from the record's top (`data.outcome`), or `record`.
    pub field: String,
    /// What was expected.
    pub expected: String,
    /// What was found; never payload or note.
    pub found: String,
}

impl RecordError {
    pub(super) fn new(field: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { field: field.into(), expected: expected.into(), found: found.into() }
    }
}

impl Record {
    /// A record of `event`, with the least confidential mark that its kind allows. The order of the times is checked when the record
    /// is appended.
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

    /// Sets the handling mark. A mark that is less strict than the kind allows is refused when the record is appended.
    #[must_use]
    pub fn with_handling(mut self, handling: Handling) -> Self {
        self.handling = handling;
        self.rewritten()
    }

    /// Adds a note: free text that is stored, hashed and erasable, and never shown or read by a rule.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self.rewritten()
    }

    /// Reads a record from JSON. Line breaks between members become blanks, so the text fits on one line. A leading byte order mark is
    /// ignored.
    ///
    /// # Errors
    /// [`RecordError`] if a member is missing, unknown (unless `v` is newer), repeated or of the wrong type, if the times are out of
    /// order, or if the mark is less strict than the kind allows.
    pub fn parse(line: &str) -> Result<Self, RecordError> {
        let record = Self::parse_kept(without_mark(line))?;
        match record.payload {
            Payload::Erased => Err(RecordError::new("data", "an object", "nothing")),
            _ => Ok(record),
        }
    }

    /// [`Record::parse`] for a line of a log, whose payload may have been erased.
    pub(super) fn parse_kept(line: &str) -> Result<Self, RecordError> {
        reading::Fields::read(line)?.record(line)
    }

    /// The id of the record, unique in its log.
    #[must_use]
    pub fn event_id(&self) -> Uuid {
        self.event_id
    }

    /// The id of the case.
    #[must_use]
    pub fn case_id(&self) -> Uuid {
        self.case_id
    }

    /// When it happened (valid time).
    #[must_use]
    pub fn occurred_at(&self) -> Instant {
        self.occurred_at
    }

    /// When the service first held it in its own records (transaction time). Never before `occurred_at`.
    #[must_use]
    pub fn recorded_at(&self) -> Instant {
        self.recorded_at
    }

    /// When it was appended to a sealed log. `None` for a record of a plain log.
    #[must_use]
    pub fn appended_at(&self) -> Option<Instant> {
        self.appended_at
    }

    /// The agency and the role that it comes from.
    #[must_use]
    pub fn source(&self) -> &RecordSource {
        &self.source
    }

    /// How confidential it is.
    #[must_use]
    pub fn handling(&self) -> Handling {
        self.handling
    }

    /// The version of the record format in which it was written (`v`).
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        self.v
    }

    /// Its content.
    #[must_use]
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The record as one line of JSON, in its exact bytes.
    #[must_use]
    pub fn to_line(&self) -> String {
        self.line().to_owned()
    }

    pub(super) fn line(&self) -> &str {
        self.line.get_or_init(|| assemble(borrowed(&self.written_members())))
    }

    /// The members of the text, if it has been read or written.
    fn kept_members(&self) -> Option<Members<'_>> {
        self.line.get().and_then(|line| Members::read(line).ok())
    }

    /// The kind of the event, also if the payload was erased. `None` for an unrecognised record.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match &self.payload {
            Payload::Event(e) => Some(e.kind()),
            Payload::Unrecognised { .. } => None,
            Payload::Erased => Kind::parse(&self.kind),
        }
    }

    /// Whether it has a note. The note itself is never shown.
    #[must_use]
    pub fn has_note(&self) -> bool {
        self.note.is_some()
    }

    /// The event. `None` if the record is unrecognised or its payload was erased.
    #[must_use]
    pub fn event(&self) -> Option<&Event> {
        match &self.payload {
            Payload::Event(e) => Some(e),
            Payload::Unrecognised { .. } | Payload::Erased => None,
        }
    }

    /// Its position in a sealed log, from 1. `None` for a record of a plain log.
    #[must_use]
    pub fn position(&self) -> Option<u64> {
        self.seal.as_ref().map(|s| s.position)
    }

    /// Its hash in a sealed log, in lower-case hexadecimal. `None` for a record of a plain log.
    #[must_use]
    pub fn hash(&self) -> Option<&str> {
        self.seal.as_ref().map(|s| s.hash.as_str())
    }

    /// Splits the line of a sealed record in two: the line as it is after an erasure, and the members that an erasure removes, without
    /// braces. [`Record::sealed_line`] joins them again, byte for byte. `None` for a plain record.
    #[doc(hidden)]
    #[must_use]
    pub fn sealed_parts(&self) -> Option<(String, Option<&str>)> {
        let (line, hash) = (self.line(), format!("\"hash\":\"{}\"", self.hash()?));
        // Nothing before a record's hash can hold it, as it covers all of that.
        let end = line.find(&hash)?.saturating_add(hash.len());
        let payload = line.get(end..)?.strip_prefix(',').and_then(|rest| rest.strip_suffix('}'));
        Some((format!("{}}}", line.get(..end)?), payload))
    }

    /// Joins what [`Record::sealed_parts`] split.
    #[doc(hidden)]
    #[must_use]
    pub fn sealed_line(header: &str, payload: Option<&str>) -> String {
        match payload {
            None => header.to_owned(),
            Some(payload) => format!("{},{payload}}}", header.strip_suffix('}').unwrap_or(header)),
        }
    }

    /// Whether both have the same content. The order of members, white space and the seal are ignored.
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

    /// The members of a record of a newer schema that this version has no type for.
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

    /// The record in the form in which it is appended: its text agrees with its fields, and it has no seal of another log.
    pub(super) fn settled(self) -> Result<Self, RecordError> {
        let plain = match Self::parse_kept(self.line()) {
            Ok(kept) if kept.same_content(&self) => kept,
            _ => Self::parse_kept(self.rewritten().line())?,
        };
        if plain.seal.is_none() { Ok(plain) } else { Self::parse_kept(&without(plain.line(), &SEAL)) }
    }

    /// The record without its payload, and with an explicit mark, because the default mark can depend on the data.
    pub(super) fn without_payload(&self) -> Result<Self, RecordError> {
        let marked = if self.seal.is_some() { self.to_line() } else { assemble(borrowed(&self.plain_members())) };
        Self::parse_kept(&without(&marked, &PAYLOAD))
    }

    /// Marks as unrecognised a record of a newer schema that decodes here but has content that this version cannot read.
    pub(super) fn unrecognised(self) -> Self {
        Self { payload: Payload::Unrecognised { kind: self.kind.clone() }, ..self }
    }

    /// The members of a plain line in their fixed order, with an explicit mark. A member that the text has keeps its exact bytes.
    pub(super) fn plain_members(&self) -> Vec<(String, String)> {
        let kept = self.kept_members();
        let as_kept = |name: &str| kept.as_ref().and_then(|m| m.get(name)).map(str::to_owned);
        let exact = |(name, written): (String, String)| {
            let raw = as_kept(&name).unwrap_or(written);
            (name, raw)
        };
        self.written_members().into_iter().map(exact).collect()
    }

    /// The members written from the fields: the envelope, the members of a newer schema (copied from the text), data, note.
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

    /// Rewrites the text from the fields, and drops the seal, which covers other bytes.
    fn rewritten(self) -> Self {
        // Members of a newer schema exist in the text only.
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
    /// Equal content at the same position of a chain. To compare content alone, use [`Record::same_content`].
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

/// Truncates to microseconds, the precision of a log.
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
