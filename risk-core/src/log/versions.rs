//! The version of each record that is in force, and since when.
//!
//! A correction puts a new version in force from the moment at which it was recorded; until then, the old version is what was known. So
//! the answer for a time is built from *epochs*: the whole log with the versions that were in force from one such moment to the next.
//! Epochs depend on the times of the records only, never on the order in which they were appended.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use serde_json::Map;
use uuid::Uuid;

use super::record::{Payload, Record, to_microseconds};
use crate::event::catalogue::RecordCorrected;
use crate::event::vocabulary::Handling;
use crate::event::{DataError, Event, Instant, Kind, Nature};

/// The version of a record in an epoch.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The original record.
    pub record: &'a Record,
    /// Its event in this epoch.
    pub event: Cow<'a, Event>,
    /// When it happened, in this epoch.
    pub occurred_at: Instant,
    /// The stricter mark of the record and of the correction in force.
    pub handling: Handling,
    /// Whether it is disputed, in any epoch. A dispute marks a record and changes no outcome.
    pub disputed: bool,
    /// When the correction in force was recorded; `None` for the original version.
    pub corrected_at: Option<Instant>,
}

impl fmt::Debug for Entry<'_> {
    /// Shows the record's id, times and marks, never data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("record", self.record)
            .field("occurred_at", &self.occurred_at)
            .field("handling", &self.handling)
            .field("disputed", &self.disputed)
            .field("corrected_at", &self.corrected_at)
            .finish_non_exhaustive()
    }
}

/// The log with the versions in force from one moment to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch<'a> {
    /// When the corrections, retractions and erasures that began it were recorded; `None` for the first.
    pub since: Option<Instant>,
    /// Those records, by id.
    pub by: Vec<Uuid>,
    /// Every readable record, in the given order, including those recorded after the end of the epoch.
    pub entries: Vec<Entry<'a>>,
    /// The records of a newer schema that this software cannot read.
    pub unrecognised: Vec<&'a Record>,
    /// The records whose payload was erased, in the order given.
    pub withheld: Vec<Uuid>,
}

/// The epochs of `records` that had begun by `known_at`, oldest first; there is always one.
///
/// Records that were recorded later are left out. The first epoch has the original version of every record. An epoch begins with a
/// correction, retraction or erasure of a record that is among `records`; one of a record that is not there (it may be
/// hidden from the reader) is an entry like any other. A retraction of a correction puts the version before it in force
/// again. Of two corrections of one record the one recorded later counts, at one moment the one with the greater id. A
/// record whose payload is physically gone is in no epoch's entries: what it said is not known any more.
#[must_use]
pub fn epochs<'a>(records: impl Iterator<Item = &'a Record>, known_at: Instant) -> Vec<Epoch<'a>> {
    Epochs::of(records, known_at).collect()
}

/// The epochs of a log, each written when it is asked for.
pub(crate) struct Epochs<'a> {
    known: Vec<&'a Record>,
    changes: Changes<'a>,
    /// The beginnings of the remaining epochs.
    begins: VecDeque<Option<Instant>>,
}

impl<'a> Epochs<'a> {
    /// As [`epochs`].
    pub(crate) fn of(records: impl Iterator<Item = &'a Record>, known_at: Instant) -> Self {
        let known: Vec<&Record> = records.filter(|r| r.recorded_at <= known_at).collect();
        let changes = Changes::among(&known);
        let moments: BTreeSet<Instant> = changes.of.values().flatten().map(|c| c.at).collect();
        let begins = std::iter::once(None).chain(moments.into_iter().map(Some)).collect();
        Self { known, changes, begins }
    }

    /// When the next epoch begins; `None` for the first, and if there is no further one.
    pub(crate) fn next_since(&self) -> Option<Instant> {
        self.begins.front().copied().flatten()
    }

    /// Skips all but the last.
    pub(crate) fn skip_to_last(&mut self) {
        self.begins.drain(..self.begins.len().saturating_sub(1));
    }
}

impl<'a> Iterator for Epochs<'a> {
    type Item = Epoch<'a>;

    fn next(&mut self) -> Option<Epoch<'a>> {
        let since = self.begins.pop_front()?;
        Some(self.changes.epoch(&self.known, since))
    }
}

/// Whether every correction, retraction and erasure was recorded no earlier than the record that it changes.
pub(crate) fn follows_what_it_changes<'a>(records: impl Iterator<Item = &'a Record> + Clone) -> bool {
    let target = |r: &Record| match r.event()? {
        Event::RecordCorrected(e) => Some((e.event_id, r.recorded_at)),
        Event::RecordRetracted(e) => Some((e.event_id, r.recorded_at)),
        Event::PayloadErased(e) => Some((e.event_id, r.recorded_at)),
        _ => None,
    };
    let changed: Vec<(Uuid, Instant)> = records.clone().filter_map(target).collect();
    if changed.is_empty() {
        return true;
    }
    let recorded: BTreeMap<Uuid, Instant> = records.map(|r| (r.event_id, r.recorded_at)).collect();
    changed.iter().all(|(id, at)| recorded.get(id).is_none_or(|recorded| recorded <= at))
}

/// Which version of a record is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// The version of this correction.
    Corrected(Uuid),
    /// No version: it was retracted or erased.
    Gone,
}

/// The version in force of each record that was changed; every other record is in force as it was first made. Counts what was
/// recorded by `known_at`, and all there is where that is `None`.
pub(crate) fn in_force(records: &[&Record], known_at: Option<Instant>) -> BTreeMap<Uuid, Version> {
    let known: Vec<&Record> = records.iter().copied().filter(|r| known_at.is_none_or(|t| r.recorded_at <= t)).collect();
    let changes = Changes::among(&known);
    let now = Some(Instant::MAX_UTC);
    let version = |id: Uuid| match changes.fate(id, now) {
        Fate::InForce => changes.correction(id, now).map(|c| Version::Corrected(c.by.event_id)),
        Fate::Retracted | Fate::Erased => Some(Version::Gone),
    };
    changes.of.keys().filter_map(|id| Some((*id, version(*id)?))).collect()
}

/// The record that an event corrects, retracts or erases.
pub(crate) fn changed_by(event: &Event) -> Option<Uuid> {
    match event {
        Event::RecordCorrected(c) => Some(c.event_id),
        Event::RecordRetracted(r) => Some(r.event_id),
        Event::PayloadErased(e) => Some(e.event_id),
        _ => None,
    }
}

/// The event that a correction puts in the place of one of that kind.
pub(super) fn replaced(kind: Kind, correction: &RecordCorrected) -> Result<Event, DataError> {
    let empty = Map::new();
    Event::decode(kind, correction.replacement.data.as_object().unwrap_or(&empty))
}

/// A change of a record.
struct Change<'a> {
    by: &'a Record,
    at: Instant,
    what: What,
}

enum What {
    Corrected { event: Event, occurred_at: Option<Instant> },
    Retracted,
    Erased,
}

/// All changes, by the id of the changed record.
struct Changes<'a> {
    of: BTreeMap<Uuid, Vec<Change<'a>>>,
    disputed: BTreeSet<Uuid>,
}

impl<'a> Changes<'a> {
    fn among(known: &[&'a Record]) -> Self {
        let mut changes = Self { of: BTreeMap::new(), disputed: BTreeSet::new() };
        let about_others = |r: &&&Record| r.kind().is_some_and(|k| k.spec().nature == Nature::Housekeeping);
        // Most logs have no records about other records, and need no index.
        if !known.iter().any(|r| about_others(&r)) {
            return changes;
        }
        let present: BTreeMap<Uuid, &Record> = known.iter().map(|r| (r.event_id, *r)).collect();
        for by in known {
            let Some((target, what)) = by.event().and_then(|event| change(event, &present)) else { continue };
            changes.of.entry(target).or_default().push(Change { by, at: by.recorded_at, what });
        }
        changes.disputed = known.iter().filter_map(|r| disputes(r.event()?)).collect();
        changes
    }

    fn epoch(&self, known: &[&'a Record], since: Option<Instant>) -> Epoch<'a> {
        let mut epoch = Epoch {
            since,
            by: self.of.values().flatten().filter(|c| Some(c.at) == since).map(|c| c.by.event_id).collect(),
            entries: Vec::with_capacity(known.len()),
            unrecognised: Vec::new(),
            withheld: Vec::new(),
        };
        epoch.by.sort_unstable();
        for record in known {
            let fate = self.fate(record.event_id, since);
            match (&record.payload, fate) {
                (Payload::Erased, _) | (_, Fate::Erased) => epoch.withheld.push(record.event_id),
                (_, Fate::Retracted) => {}
                (Payload::Unrecognised { .. }, Fate::InForce) => epoch.unrecognised.push(record),
                (Payload::Event(event), Fate::InForce) => epoch.entries.push(self.entry(record, event, since)),
            }
        }
        epoch
    }

    fn entry(&self, record: &'a Record, first: &'a Event, since: Option<Instant>) -> Entry<'a> {
        let as_made = Entry {
            record,
            event: Cow::Borrowed(first),
            occurred_at: record.occurred_at,
            handling: record.handling,
            disputed: self.disputed.contains(&record.event_id),
            corrected_at: None,
        };
        match self.correction(record.event_id, since) {
            Some(Change { by, at, what: What::Corrected { event, occurred_at } }) => Entry {
                event: Cow::Owned(event.clone()),
                occurred_at: occurred_at.unwrap_or(record.occurred_at),
                handling: record.handling.max(by.handling),
                corrected_at: Some(*at),
                ..as_made
            },
            _ => as_made,
        }
    }

    /// The correction of a record that counts: the latest that was not itself retracted or erased.
    fn correction(&self, id: Uuid, since: Option<Instant>) -> Option<&Change<'a>> {
        self.by_then(id, since)
            .filter(|c| matches!(c.what, What::Corrected { .. }))
            .filter(|c| matches!(self.fate(c.by.event_id, since), Fate::InForce))
            .max_by_key(|c| (c.at, c.by.event_id))
    }

    fn fate(&self, id: Uuid, since: Option<Instant>) -> Fate {
        self.by_then(id, since).fold(Fate::InForce, |fate, c| match c.what {
            What::Corrected { .. } => fate,
            What::Retracted => fate.max(Fate::Retracted),
            What::Erased => Fate::Erased,
        })
    }

    fn by_then(&self, id: Uuid, since: Option<Instant>) -> impl Iterator<Item = &Change<'a>> {
        self.of.get(&id).into_iter().flatten().filter(move |c| since.is_some_and(|s| c.at <= s))
    }
}

/// Whether a record is in force.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    InForce,
    Retracted,
    Erased,
}

/// The change that an event makes, if the changed record is present.
fn change(event: &Event, present: &BTreeMap<Uuid, &Record>) -> Option<(Uuid, What)> {
    let target = changed_by(event)?;
    let record = present.get(&target)?;
    let what = match event {
        Event::RecordCorrected(c) => {
            let occurred_at = c.replacement.occurred_at.map(to_microseconds);
            What::Corrected { event: replaced(record.event()?.kind(), c).ok()?, occurred_at }
        }
        Event::RecordRetracted(_) => What::Retracted,
        Event::PayloadErased(_) => What::Erased,
        _ => return None,
    };
    Some((target, what))
}

/// The record that an event contests.
pub(crate) fn disputes(event: &Event) -> Option<Uuid> {
    match event {
        Event::RecordDisputed(d) => Some(d.event_id),
        _ => None,
    }
}
