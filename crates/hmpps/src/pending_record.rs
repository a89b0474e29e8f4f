//! A record in the making, before it is known what is on record already.

use chrono::TimeDelta;
use risk_core::event::catalogue::DataError;
use risk_core::event::vocabulary::{Handling, Role, SourceAgency, Term};
use risk_core::event::{Event, Instant, Kind};
use risk_core::log::{Record, RecordSource};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::key::Key;

/// A record in the making.
#[derive(Debug, Clone)]
pub struct PendingRecord {
    /// Derived from what identifies the fact.
    pub id: Uuid,
    /// The case.
    pub case: Uuid,
    /// When it happened.
    pub occurred: Instant,
    /// When it says that it happened, where that is ahead of the clock of whoever keeps the records.
    pub ahead: Option<Instant>,
    /// Whether that was said, and is not the moment of the message.
    pub says_when: bool,
    /// When the estate first held it.
    pub recorded: Instant,
    /// When the estate stated it: of two statements of one fact the later replaces the earlier.
    pub stated: Instant,
    /// What all records of one registration, requirement or contact share.
    pub reference: String,
    /// What identifies it in any case, where it has an id of its own.
    pub own: Option<Own>,
    /// Who decided or reported it.
    pub agency: SourceAgency,
    /// In which role.
    pub role: Option<Role>,
    /// A stricter mark than the kind's, where the source is marked sensitive.
    pub handling: Option<Handling>,
    /// The kind.
    pub kind: Kind,
    /// The data, complete but for a request that is not yet found.
    pub data: Map<String, Value>,
    /// The stream of requests of which it answers one, and the member that names the request.
    pub replies: Option<(String, String)>,
    /// Whether a message can delete it, after which it may be stated again.
    pub may_be_deleted: bool,
    /// Which of the things given it comes from.
    pub from: usize,
}

/// What identifies a record in any case.
#[derive(Debug, Clone)]
pub struct Own {
    /// The id of the registration, requirement or the like, with its name.
    pub id: String,
    /// The type of the fact.
    pub of: String,
    /// What identifies the fact.
    pub identity: Vec<String>,
    /// Its place among the records of the fact.
    pub n: usize,
}

impl Own {
    /// The id that the record has in a case.
    #[must_use]
    pub fn record_id(&self, key: &Key, case: Uuid, kind: Kind) -> Uuid {
        record_id(key, case, (&self.of, kind, self.n), &self.identity)
    }
}

/// The id of a record of a fact in a case.
#[must_use]
pub fn record_id(key: &Key, case: Uuid, (of, kind, n): (&str, Kind, usize), identity: &[String]) -> Uuid {
    let (case, n) = (case.to_string(), n.to_string());
    let parts = ["event", case.as_str(), of, kind.name(), n.as_str()];
    let parts: Vec<&str> = parts.into_iter().chain(identity.iter().map(String::as_str)).collect();
    key.uuid(&parts)
}

impl PendingRecord {
    /// The event.
    ///
    /// # Errors
    /// [`DataError`] if the catalogue requires something that was not reported.
    pub fn event(&self) -> Result<Event, DataError> {
        Event::decode(self.kind, &self.data)
    }

    /// The record of it.
    #[must_use]
    pub fn record(&self, event: Event) -> Record {
        let mut reference = Reference { of: &self.reference, stated: self.stated }.text(self.recorded);
        if let Some(said) = self.ahead {
            let micros = said.signed_duration_since(self.occurred).num_microseconds().unwrap_or_default();
            reference = format!("{reference}{AHEAD}{micros}");
        }
        let source = RecordSource { agency: self.agency, role: self.role, reference: Some(reference) };
        record_from(self.id, self.case, (self.occurred, self.recorded), source, event, self.handling)
    }
}

/// What a record's source names: the registration, requirement, contact or assessment, and when the estate stated it. The moment is
/// written only where it is not that at which the statement was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'a> {
    /// What all records of one registration, requirement or contact share.
    pub of: &'a str,
    /// When the estate stated it.
    pub stated: Instant,
}

/// What parts a reference from the moment, in microseconds since 1970.
const STATED: &str = ".at";
/// What parts it from how much later the message says that it happened, where that was ahead of the clock, in microseconds.
const AHEAD: &str = ".by";

impl<'a> Reference<'a> {
    /// The text of it, in a record that was recorded at that moment.
    #[must_use]
    pub fn text(&self, recorded: Instant) -> String {
        if self.stated == recorded {
            self.of.to_owned()
        } else {
            format!("{}{STATED}{}", self.of, self.stated.timestamp_micros())
        }
    }

    /// The reference that a record has.
    #[must_use]
    pub fn of(record: &'a Record) -> Option<Self> {
        let text = record.source.reference.as_deref()?;
        let text = by(text).map_or(text, |(text, _)| text);
        let moment = |micros: &str| Instant::from_timestamp_micros(micros.parse().ok()?);
        let parted = text.rsplit_once(STATED).and_then(|(of, micros)| Some(Self { of, stated: moment(micros)? }));
        Some(parted.unwrap_or(Self { of: text, stated: record.recorded_at }))
    }
}

/// The text of a reference, and how far it was ahead.
fn by(text: &str) -> Option<(&str, TimeDelta)> {
    let (text, micros) = text.rsplit_once(AHEAD)?;
    Some((text, TimeDelta::microseconds(micros.parse().ok()?)))
}

/// When a record says that it happened, if it was ahead of the clock by which it was recorded.
#[must_use]
pub fn ahead(record: &Record) -> Option<Instant> {
    record.occurred_at.checked_add_signed(by(record.source.reference.as_deref()?)?.1)
}

/// A record, marked at least as its event has to be.
#[must_use]
pub fn record(
    id: Uuid,
    case: Uuid,
    (occurred, recorded): (Instant, Instant),
    (agency, reference): (SourceAgency, &str),
    event: Event,
    handling: Option<Handling>,
) -> Record {
    let source = RecordSource { agency, role: None, reference: Some(reference.to_owned()) };
    record_from(id, case, (occurred, recorded), source, event, handling)
}

/// A record of that source, marked at least as its event has to be.
#[must_use]
pub fn record_from(
    id: Uuid,
    case: Uuid,
    (occurred, recorded): (Instant, Instant),
    source: RecordSource,
    event: Event,
    handling: Option<Handling>,
) -> Record {
    let least = event.least_handling();
    Record::new(id, case, occurred, recorded, source, event).with_handling(handling.map_or(least, |h| h.max(least)))
}
