//! The log of one case: append-only, idempotent, all or nothing.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::admission::Admission;
use super::chain::{self, Stamp};
use super::decoded::Decoded;
use super::error::{AppendError, LogError};
use super::record::{Payload, Record, RecordError};
use crate::event::{Event, Kind, Term};
use crate::text::without_mark;

/// All records of one case, in the order in which they were appended: the event stream of the case.
///
/// A log is *plain*, or *sealed* with a hash chain (see [`chain`](crate::chain)). A plain log grows by [`Log::append`], a sealed one by
/// [`Log::append_sealed`]. The first record that is appended to an empty log decides.
///
/// # Examples
/// ```
/// use risk_core::{Log, Record};
///
/// let text = std::fs::read_to_string("examples/case.jsonl")?;
/// let mut log = Log::parse("case.jsonl", &text)?;
/// assert_eq!(log.len(), 2);
///
/// let record = Record::parse(
///     r#"{
///         "event_id": "00000000-0000-4000-8000-000000000003",
///         "case_id": "00000000-0000-4000-8000-000000000000",
///         "occurred_at": "2018-03-09T10:00:00Z",
///         "recorded_at": "2018-03-09T10:00:00Z",
///         "source": { "agency": "probation" },
///         "kind": "address_established",
///         "data": {}
///     }"#,
/// )?;
/// assert_eq!(log.append(record.clone(), Some(2))?.position, 3);
///
/// // Appending is idempotent: the same record again changes nothing.
/// assert!(!log.append(record, None)?.new);
/// assert_eq!(log.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Log {
    case_id: Uuid,
    records: Vec<Record>,
    places: BTreeMap<Uuid, usize>,
}

/// The result of appending one record.
///
/// # Examples
/// ```
/// use risk_core::{Appended, Log, Record};
/// # let text = std::fs::read_to_string("examples/case.jsonl")?;
///
/// let first = Record::parse(text.lines().next().unwrap())?;
/// let mut log = Log::new(first.case_id());
/// let appended: Appended = log.append(first, None)?;
/// assert!(appended.new);
/// assert_eq!(appended.position, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appended {
    /// Its position in the log, from 1.
    pub position: u64,
    /// Whether the record is new. `false` if the log already had it.
    pub new: bool,
}

type Stamper<'s> = &'s mut dyn FnMut(u64) -> Stamp;

impl Log {
    /// An empty log.
    #[must_use]
    pub fn new(case_id: Uuid) -> Self {
        Self { case_id, records: Vec::new(), places: BTreeMap::new() }
    }

    /// Reads a log from JSON Lines: one record per line. Empty lines are ignored.
    ///
    /// A sealed log is verified as it is read. A missing end can be found only with [`chain::verify`](crate::chain::verify) and a head
    /// that was kept elsewhere. `name` is the name of the file, for error messages.
    ///
    /// # Errors
    /// [`LogError`] with the line and the field, if a line is not a record, if [`Log::append`] would refuse a record, if the records are
    /// of two cases, if there is no record, if plain and sealed lines are mixed, or if a sealed log was changed.
    pub fn parse(name: &str, text: &str) -> Result<Self, LogError> {
        Self::read(text).map_err(|(line, e)| LogError {
            file: name.to_owned(),
            line,
            field: e.field,
            expected: e.expected,
            found: e.found,
        })
    }

    fn read(text: &str) -> Result<Self, (usize, RecordError)> {
        let text = without_mark(text);
        let lines = (1..).zip(text.split('\n')).filter(|(_, line)| !line.trim().is_empty());
        let records = lines.map(|(line, text)| Ok((line, Record::parse_kept(text).map_err(|e| (line, e))?)));
        let (lines, records): (Vec<usize>, Vec<Record>) = records.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        let line_of = |i: usize| lines.get(i).copied().unwrap_or(1);

        let first = records.first().ok_or_else(|| (1, RecordError::new("record", "at least one record", "nothing")))?;
        let (case_id, sealed) = (first.case_id, first.position().is_some());
        if sealed {
            chain::verify(text, None).map_err(|t| (t.line, RecordError::new(t.what.name(), t.expected, t.found)))?;
        } else if let Some(i) = records.iter().position(|r| r.position().is_some()) {
            return Err((line_of(i), RecordError::new("hash", "a plain record, as the log's first", "a sealed one")));
        }
        for ((i, record), before) in records.iter().enumerate().skip(1).zip(&records) {
            chain::refuse_going_back(Some(before), record.appended_at).map_err(|e| (line_of(i), e))?;
        }

        let mut log = Self::new(case_id);
        let admitted = log.admit(records).map_err(|(i, e)| (line_of(i), e.into_fields()))?;
        if let Some(i) = admitted.outcomes.iter().position(|o| sealed && !o.new) {
            let e = RecordError::new("event_id", "each record of a sealed log once", "a repeated record");
            return Err((line_of(i), e));
        }
        log.take(admitted.fresh);
        Ok(log)
    }

    /// The plain log of records that were decoded elsewhere; equal to what [`Log::parse`] makes of their lines.
    ///
    /// # Errors
    /// The index of the record that [`Log::append`] would refuse, from 0, and the reason.
    #[doc(hidden)]
    pub fn of_decoded(case_id: Uuid, records: Vec<Decoded>) -> Result<Self, (usize, AppendError)> {
        let mut log = Self::new(case_id);
        let admitted = log.admit(records.into_iter().map(Decoded::into_record).collect())?;
        log.take(admitted.fresh);
        Ok(log)
    }

    /// Joins several logs of one person into one plain log. All records become records of `case_id`, in order of `recorded_at`. A
    /// record that is in two of the logs with the same content is kept once.
    ///
    /// # Errors
    /// [`AppendError::Conflict`] if two logs have records with the same id and different content.
    pub fn joined(case_id: Uuid, logs: &[Self]) -> Result<Self, AppendError> {
        let mut records: Vec<&Record> = logs.iter().flat_map(|log| &log.records).collect();
        records.sort_by_key(|r| r.recorded_at);
        let of_the_case = |r: &Record| {
            let mut moved = r.clone();
            moved.case_id = case_id;
            moved.settled().map_err(|e| AppendError::refused(r.event_id, e))
        };
        let records = records.into_iter().map(of_the_case).collect::<Result<Vec<_>, _>>()?;
        let mut log = Self::new(case_id);
        let admitted = log.admit(records).map_err(|(_, e)| e)?;
        log.take(admitted.fresh);
        Ok(log)
    }

    /// Appends a record to a plain log; see [`Log::append_all`].
    ///
    /// # Errors
    /// [`AppendError`]; the log is then as it was.
    pub fn append(&mut self, record: Record, expected_position: Option<u64>) -> Result<Appended, AppendError> {
        Ok(first_of(self.append_all(vec![record], expected_position)?))
    }

    /// Appends records to a plain log: all or none. They may refer to each other in any order. A record that the log already has, with
    /// the same content, is accepted and changes nothing.
    ///
    /// `expected_position` is the number of records that the caller believes the log to have (optimistic concurrency). It is not checked
    /// if no record is new, so a delivery can be repeated.
    ///
    /// # Errors
    /// [`AppendError`]; the log is unchanged.
    pub fn append_all(
        &mut self,
        records: Vec<Record>,
        expected_position: Option<u64>,
    ) -> Result<Vec<Appended>, AppendError> {
        self.append_with(records, expected_position, None)
    }

    /// [`Log::append_all`] for a sealed log. `stamp` is called once for each new record, with its position.
    ///
    /// # Errors
    /// [`AppendError`]; the log is unchanged.
    pub fn append_sealed(
        &mut self,
        records: Vec<Record>,
        expected_position: Option<u64>,
        mut stamp: impl FnMut(u64) -> Stamp,
    ) -> Result<Vec<Appended>, AppendError> {
        self.append_with(records, expected_position, Some(&mut stamp))
    }

    /// Appends a `payload_erased` record to a plain log, and removes data and note of the record that it names. Repeating it changes
    /// nothing.
    ///
    /// # Errors
    /// [`AppendError`], also if a correction still holds data of the record: erase the correction first. The log is unchanged.
    pub fn erase(&mut self, erasure: Record, expected_position: Option<u64>) -> Result<Appended, AppendError> {
        self.erase_with(erasure, expected_position, None)
    }

    /// [`Log::erase`] for a sealed log. The salt is removed with the payload; the commitment stays, so the chain remains intact.
    ///
    /// # Errors
    /// As [`Log::erase`].
    pub fn erase_sealed(
        &mut self,
        erasure: Record,
        expected_position: Option<u64>,
        mut stamp: impl FnMut(u64) -> Stamp,
    ) -> Result<Appended, AppendError> {
        self.erase_with(erasure, expected_position, Some(&mut stamp))
    }

    /// The records, in order of position.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The record with this id.
    #[must_use]
    pub fn record(&self, event_id: Uuid) -> Option<&Record> {
        self.places.get(&event_id).and_then(|i| self.records.get(*i))
    }

    /// The id of the case.
    #[must_use]
    pub fn case_id(&self) -> Uuid {
        self.case_id
    }

    /// The number of records.
    #[must_use]
    pub fn len(&self) -> u64 {
        u64::try_from(self.records.len()).unwrap_or(u64::MAX)
    }

    /// Whether the log has no records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether the log is sealed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.records.first().is_some_and(|r| r.position().is_some())
    }

    /// The hash of the last record, in lower-case hexadecimal. `None` for a plain log.
    #[must_use]
    pub fn head(&self) -> Option<String> {
        self.records.last().and_then(Record::hash).map(str::to_owned)
    }

    /// The log as JSON Lines, with the exact bytes of each record.
    #[must_use]
    pub fn to_jsonl(&self) -> String {
        self.records.iter().flat_map(|r| [r.line(), "\n"]).collect()
    }

    /// The same records, sealed.
    pub(super) fn with_records(&self, records: Vec<Record>) -> Self {
        Self { records, ..self.clone() }
    }

    fn append_with(
        &mut self,
        records: Vec<Record>,
        expected_position: Option<u64>,
        stamp: Option<Stamper<'_>>,
    ) -> Result<Vec<Appended>, AppendError> {
        if !self.is_empty() && self.is_sealed() != stamp.is_some() {
            return Err(AppendError::Stamp { sealed: self.is_sealed() });
        }
        let settled = records
            .into_iter()
            .map(|r| {
                let event_id = r.event_id;
                r.settled().map_err(|e| AppendError::refused(event_id, e))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let admitted = self.admit(settled).map_err(|(_, e)| e)?;
        let actual = self.len();
        if let Some(expected) = expected_position.filter(|e| *e != actual && !admitted.fresh.is_empty()) {
            return Err(AppendError::PositionConflict { expected, actual });
        }
        let fresh = match stamp {
            None => admitted.fresh,
            Some(stamp) => self.sealed(admitted.fresh, stamp)?,
        };
        self.take(fresh);
        Ok(admitted.outcomes)
    }

    fn sealed(&self, fresh: Vec<Record>, stamp: Stamper<'_>) -> Result<Vec<Record>, AppendError> {
        chain::seal_behind(self.records.last(), self.len(), &fresh, stamp)
    }

    fn take(&mut self, fresh: Vec<Record>) {
        for record in fresh {
            self.places.insert(record.event_id, self.records.len());
            self.records.push(record);
        }
    }

    /// Decides about every record of a batch without changing anything; an error names the record's place in the batch.
    fn admit(&self, batch: Vec<Record>) -> Result<Admitted, (usize, AppendError)> {
        let mut admitted = Admitted { fresh: Vec::new(), outcomes: Vec::new() };
        let mut origins = Vec::new();
        let mut places: BTreeMap<Uuid, usize> = BTreeMap::new();
        let length = self.records.len();
        let position = |place: usize| u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1);
        for (i, record) in batch.into_iter().enumerate() {
            let event_id = record.event_id;
            if record.case_id != self.case_id {
                let expected = format!("the log's case, {}", self.case_id);
                let e = RecordError::new("case_id", expected, record.case_id.to_string());
                return Err((i, AppendError::refused(event_id, e)));
            }
            let place = self.places.get(&event_id).or_else(|| places.get(&event_id)).copied();
            let known = |p: usize| self.records.get(p).or_else(|| admitted.fresh.get(p.saturating_sub(length)));
            match place.and_then(|p| Some((p, known(p)?))) {
                Some((p, known)) if repeats(known, &record) => {
                    admitted.outcomes.push(Appended { position: position(p), new: false });
                }
                Some((p, _)) => return Err((i, AppendError::Conflict { event_id, position: position(p) })),
                None => {
                    let place = length.saturating_add(admitted.fresh.len());
                    places.insert(event_id, place);
                    admitted.outcomes.push(Appended { position: position(place), new: true });
                    admitted.fresh.push(record);
                    origins.push(i);
                }
            }
        }
        let checked = Admission::new(self, admitted.fresh).check();
        admitted.fresh = checked.map_err(|(i, e)| (origins.get(i).copied().unwrap_or(i), e))?;
        Ok(admitted)
    }

    fn erase_with(
        &mut self,
        erasure: Record,
        expected_position: Option<u64>,
        stamp: Option<Stamper<'_>>,
    ) -> Result<Appended, AppendError> {
        let Some(Event::PayloadErased(erased)) = erasure.event() else {
            let e = RecordError::new("kind", format!("`{}`", Kind::PayloadErased), "another kind");
            return Err(AppendError::refused(erasure.event_id, e));
        };
        let target = erased.event_id;
        if let Some(correction) = self.records.iter().find(|r| corrects(r, target)) {
            let expected = "a record whose corrections are erased already, as they hold data of it";
            let e = RecordError::new("data.event_id", expected, format!("the correction {}", correction.event_id));
            return Err(AppendError::refused(erasure.event_id, e));
        }
        // Worked out before anything is changed: a refused erasure leaves everything as it was.
        let place = self.places.get(&target).copied();
        let bare = place
            .and_then(|p| self.records.get(p))
            .map(Record::without_payload)
            .transpose()
            .map_err(|e| AppendError::refused(erasure.event_id, e))?;
        let appended = first_of(self.append_with(vec![erasure], expected_position, stamp)?);
        if let (Some(slot), Some(bare)) = (place.and_then(|p| self.records.get_mut(p)), bare) {
            *slot = bare;
        }
        Ok(appended)
    }
}

/// What a batch would do.
struct Admitted {
    fresh: Vec<Record>,
    outcomes: Vec<Appended>,
}

/// Whether `again` is `known` delivered once more. Of an erased record only the envelope can be compared; its payload does
/// not come back.
fn repeats(known: &Record, again: &Record) -> bool {
    match known.payload {
        Payload::Event(_) => known.same_content(again),
        // Admission may have found that a record which decodes says more than this software can read.
        Payload::Unrecognised { .. } => known.same_content(&again.clone().unrecognised()),
        Payload::Erased => known.same_envelope(again),
    }
}

/// What became of the one record of a batch.
fn first_of(outcomes: Vec<Appended>) -> Appended {
    outcomes.into_iter().next().unwrap_or(Appended { position: 0, new: false })
}

fn corrects(record: &Record, target: Uuid) -> bool {
    matches!(record.event(), Some(Event::RecordCorrected(c)) if c.event_id == target)
}

/// Seals a plain log. A sealed log is returned unchanged. See [`chain`](crate::chain) for an example.
///
/// `stamp` is called once for each position, in order.
///
/// # Errors
/// [`AppendError::Refused`] if a stamp is earlier than the record's `recorded_at`, or earlier than the previous stamp.
pub fn seal(log: &Log, mut stamp: impl FnMut(u64) -> Stamp) -> Result<Log, AppendError> {
    if log.is_sealed() {
        return Ok(log.clone());
    }
    Ok(log.with_records(chain::seal_behind(None, 0, log.records(), &mut stamp)?))
}
