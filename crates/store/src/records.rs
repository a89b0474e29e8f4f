//! Records in the store: written behind what is there, and read as the logs that they are.

use std::collections::BTreeMap;

use risk_core::event::{Instant, Nature};
use risk_core::log::{AppendError, Appended, Log, Record, Stamp, Tampered, Tampering, verify};
use uuid::Uuid;

use crate::error::{AttemptError, StoreError};
use crate::head::Head;
use crate::journal::{self, Act, By, Places};
use crate::payload::{self, Keys};
use crate::person_erasure::must_not_be_erased;
use crate::sql::{Tx, Value};
use crate::who::Operator;
use crate::{Store, clock, fence};

/// Records to be appended to one case.
#[derive(Debug, Clone)]
pub struct Addition {
    /// The case.
    pub case_id: Uuid,
    /// The records.
    pub records: Vec<Record>,
    /// How many records the caller believes the case to have. Not asked where nothing is new.
    pub expected_position: Option<u64>,
}

impl Store {
    /// Appends records to a case, all or none. When this returns they are kept for good (see the crate's first page). A record
    /// that the case has already, with the same content, is accepted and changes nothing, so that a delivery may be repeated.
    ///
    /// # Errors
    /// [`StoreError::Append`] for what the log refuses; else as every operation of a store. Nothing was appended, but for
    /// [`StoreError::Unconfirmed`].
    pub fn append(
        &self,
        by: &Operator,
        case_id: Uuid,
        records: Vec<Record>,
        expected_position: Option<u64>,
    ) -> Result<Vec<Appended>, StoreError> {
        let appended = self.append_all(by, &[Addition { case_id, records, expected_position }])?;
        Ok(appended.into_iter().next().unwrap_or_default())
    }

    /// [`Store::append`] to several cases: all records of all cases, or none.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub fn append_all(&self, by: &Operator, additions: &[Addition]) -> Result<Vec<Vec<Appended>>, StoreError> {
        let now = self.now();
        self.change(|tx, open| {
            let mut outcomes = BTreeMap::new();
            // In the order of the cases' ids, so that two callers never wait for each other.
            let mut order: Vec<(usize, &Addition)> = additions.iter().enumerate().collect();
            order.sort_by_key(|(_, addition)| addition.case_id);
            for (i, addition) in order {
                let case = open.hold(tx, addition.case_id)?;
                let outcome = case.append(tx, by.into(), now, addition.records.clone(), addition.expected_position)?;
                outcomes.insert(i, outcome);
            }
            Ok(outcomes.into_values().collect())
        })
    }

    /// The whole log of a case, sealed. It holds every record, whoever may see it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Tampered`] for a case that fails verification.
    pub fn log(&self, by: &Operator, case_id: Uuid) -> Result<Log, StoreError> {
        let now = self.now();
        self.change(|tx, open| {
            let case = open.hold_known(tx, case_id)?;
            case.note(tx, by.into(), now, Act::Read)?;
            Ok(case.log.clone())
        })
    }
}

/// A case that is held in a transaction: where it ends, and its log.
pub(crate) struct OpenCase<'k> {
    pub(crate) head: Head,
    pub(crate) log: Log,
    keys: Option<&'k Keys>,
    /// Where records lie that were written and of which no entry of the journal says so yet.
    placed: Vec<Places>,
}

impl<'k> OpenCase<'k> {
    /// The case with its log, of which a copy that is known to be this one may be given.
    pub(crate) fn open(
        tx: &mut Tx<'_>,
        head: Head,
        known: Option<Log>,
        keys: Option<&'k Keys>,
    ) -> Result<Self, AttemptError> {
        let still = |log: &Log| log.len() == head.records && log.head().unwrap_or_default() == head.record_hash;
        let log = match known.filter(still) {
            Some(log) => log,
            None => load(tx, &head, keys)?,
        };
        Ok(Self { head, log, keys, placed: Vec::new() })
    }

    pub(crate) fn append(
        &mut self,
        tx: &mut Tx<'_>,
        by: By<'_>,
        now: Instant,
        records: Vec<Record>,
        expected_position: Option<u64>,
    ) -> Result<Vec<Appended>, AttemptError> {
        let corrects = records.iter().any(changes_another);
        let taken = clock::appended_at(tx, now, &self.log, &records)?.map_err(|error| self.refused(error))?;
        let mut stamper = Stamper::at(taken);
        let appended = self.log.append_sealed(records, expected_position, |_| stamper.stamp());
        let appended = appended.map_err(|error| self.refused(error))?;
        stamper.random?;
        self.may_grow(tx)?;
        let added = self.keep_new(tx)?;
        if added > 0 {
            let act = Act::Appended { records: added, length: self.head.records, corrects };
            self.note(tx, by, now, act)?;
        }
        Ok(appended)
    }

    /// Removes a payload by law: appends the record that says so.
    pub(crate) fn erase(&mut self, tx: &mut Tx<'_>, now: Instant, erasure: Record) -> Result<Appended, AttemptError> {
        let taken = clock::appended_at(tx, now, &self.log, std::slice::from_ref(&erasure))?;
        let mut stamper = Stamper::at(taken.map_err(|error| self.refused(error))?);
        let appended = self.log.erase_sealed(erasure, None, |_| stamper.stamp());
        let appended = appended.map_err(|error| self.refused(error))?;
        stamper.random?;
        self.keep_new(tx)?;
        Ok(appended)
    }

    /// Writes down what was done with the case.
    pub(crate) fn note(&mut self, tx: &mut Tx<'_>, by: By<'_>, now: Instant, act: Act) -> Result<(), AttemptError> {
        let placed = std::mem::take(&mut self.placed);
        journal::write_placed(tx, &mut self.head, by, now, act, placed)?;
        self.head.keep(tx)
    }

    fn refused(&self, error: AppendError) -> StoreError {
        StoreError::Append { case_id: self.head.case_id, error }
    }

    /// Refuses new records of a person who was erased.
    pub(crate) fn may_grow(&self, tx: &mut Tx<'_>) -> Result<(), AttemptError> {
        if self.log.len() > self.head.records { must_not_be_erased(tx, self.head.case_id) } else { Ok(()) }
    }

    /// Keeps the records that the log has beyond what is kept.
    pub(crate) fn keep_new(&mut self, tx: &mut Tx<'_>) -> Result<u64, AttemptError> {
        let kept = usize::try_from(self.head.records).unwrap_or(usize::MAX);
        let fresh = self.log.records().get(kept..).unwrap_or_default();
        for (record, position) in fresh.iter().zip(self.head.records.saturating_add(1)..) {
            let place = keep(tx, self.keys, self.head.case_id, position, record)?;
            match self.placed.last_mut().filter(|run| run.goes_on_with(position, place)) {
                Some(run) => run.records = run.records.saturating_add(1),
                None => self.placed.push(Places { position, place, records: 1 }),
            }
        }
        let added = self.log.len().saturating_sub(self.head.records);
        self.head.records = self.log.len();
        self.head.record_hash = self.log.head().unwrap_or_default();
        Ok(added)
    }
}

/// Writes a record; gives its place in the order of all records.
fn keep(
    tx: &mut Tx<'_>,
    keys: Option<&Keys>,
    case_id: Uuid,
    position: u64,
    record: &Record,
) -> Result<u64, AttemptError> {
    let (header, said) =
        record.sealed_parts().ok_or_else(|| StoreError::damaged("a record that is not sealed was to be kept"))?;
    let said = said.map(|said| payload::closed(keys, case_id, &header, said)).transpose()?;
    fence::enter(tx)?;
    let place = tx.row(
        "INSERT INTO record (case_id, position, header, payload) VALUES ($1, $2, $3, $4) RETURNING place",
        &[(&case_id).into(), position.into(), header.as_str().into(), Value::Bytes(said.as_deref())],
        |row| row.number(0),
    )?;
    Ok(place.ok_or_else(|| StoreError::Database("a record was written and has no place".to_owned()))?)
}

/// Whether it says something of another record.
fn changes_another(record: &Record) -> bool {
    record.kind().is_some_and(|kind| kind.spec().nature == Nature::Housekeeping)
}

/// Gives each new record its time and its salt.
struct Stamper {
    appended_at: Instant,
    random: Result<(), StoreError>,
}

impl Stamper {
    fn at(appended_at: Instant) -> Self {
        Self { appended_at, random: Ok(()) }
    }

    fn stamp(&mut self) -> Stamp {
        let mut salt = [0; 16];
        if let Err(e) = getrandom::fill(&mut salt) {
            self.random = Err(e.into());
        }
        Stamp { appended_at: self.appended_at, salt }
    }
}

/// One record as it lies in the store.
#[derive(Debug, Clone)]
pub(crate) struct StoredRecord {
    pub(crate) case_id: Uuid,
    pub(crate) position: u64,
    pub(crate) header: String,
    pub(crate) payload: Option<Vec<u8>>,
}

impl StoredRecord {
    /// The line of the sealed log.
    pub(crate) fn line(self, keys: Option<&Keys>) -> Result<String, StoreError> {
        let Self { case_id, position, header, payload } = self;
        let said = payload.map(|kept| payload::opened(keys, case_id, position, &header, kept)).transpose()?;
        Ok(Record::sealed_line(&header, said.as_deref()))
    }
}

/// The records of a case as they lie in the store.
pub(crate) fn kept(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Vec<StoredRecord>, AttemptError> {
    tx.rows(
        "SELECT position, header, payload FROM record WHERE case_id = $1 ORDER BY position",
        &[(&case_id).into()],
        |row| Ok(StoredRecord { case_id, position: row.number(0)?, header: row.text(1)?, payload: row.bytes(2)? }),
    )
}

/// The same, each with its place in the order of all records.
pub(crate) fn kept_with_places(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Vec<(u64, StoredRecord)>, AttemptError> {
    tx.rows(
        "SELECT position, header, payload, place FROM record WHERE case_id = $1 ORDER BY position",
        &[(&case_id).into()],
        |row| {
            let kept = StoredRecord { case_id, position: row.number(0)?, header: row.text(1)?, payload: row.bytes(2)? };
            Ok((row.number(3)?, kept))
        },
    )
}

/// The payloads of a case that are kept as evidence, by the position of their record.
pub(crate) fn evidence_of(tx: &mut Tx<'_>, case_id: Uuid) -> Result<BTreeMap<u64, Vec<u8>>, AttemptError> {
    let found = tx.rows("SELECT position, payload FROM evidence WHERE case_id = $1", &[(&case_id).into()], |row| {
        Ok((row.number(0)?, row.bytes(1)?.unwrap_or_default()))
    })?;
    Ok(found.into_iter().collect())
}

/// The line that a record was whose payload is kept as evidence, found to be what the record committed to.
///
/// # Errors
/// [`StoreError::Altered`]; [`StoreError::NoKey`] and [`StoreError::WrongKey`].
pub(crate) fn evidence_line(
    log: &Log,
    position: u64,
    payload: Vec<u8>,
    keys: Option<&Keys>,
) -> Result<String, StoreError> {
    let case_id = log.case_id();
    let altered =
        |what: String| StoreError::Altered { case_id, what: format!("evidence of record {position}: {what}") };
    let at = usize::try_from(position).unwrap_or(usize::MAX).saturating_sub(1);
    let header = log.records().get(at).and_then(Record::sealed_parts).map(|(header, _)| header);
    let header = header.ok_or_else(|| altered("expected a record of that position, found none".to_owned()))?;
    let line = StoredRecord { case_id, position, header, payload: Some(payload) }.line(keys)?;
    // In its place in the log, its own commitment is checked.
    let in_place = |(i, record): (usize, &Record)| if i == at { line.clone() } else { record.to_line() };
    let lines: String = log.records().iter().enumerate().flat_map(|one| [in_place(one), "\n".to_owned()]).collect();
    verify(&lines, None).map_err(|tampering| altered(tampering.to_string()))?;
    Ok(line)
}

/// The text of a case's log.
pub(crate) fn text(kept: Vec<StoredRecord>, keys: Option<&Keys>) -> Result<String, StoreError> {
    let mut text = String::new();
    for record in kept {
        text.push_str(&record.line(keys)?);
        text.push('\n');
    }
    Ok(text)
}

/// The log of a case, found to be what was kept, to its end.
pub(crate) fn load(tx: &mut Tx<'_>, head: &Head, keys: Option<&Keys>) -> Result<Log, AttemptError> {
    let case_id = head.case_id;
    let text = text(kept(tx, case_id)?, keys)?;
    let log = if text.is_empty() {
        Log::new(case_id)
    } else {
        Log::parse(&format!("case {case_id}"), &text).map_err(|e| match verify(&text, None) {
            Err(tampering) => StoreError::Tampered { case_id, tampering },
            Ok(_) => StoreError::damaged(e),
        })?
    };
    let found = log.head().unwrap_or_default();
    if log.case_id() != case_id || log.len() != head.records || found != head.record_hash {
        return Err(StoreError::Tampered { case_id, tampering: cut_off(head, &log) }.into());
    }
    Ok(log)
}

/// The log ends somewhere else than it should.
fn cut_off(head: &Head, log: &Log) -> Tampering {
    let ends = |records: u64, hash: &str| match records {
        0 => "no record".to_owned(),
        _ => format!("{records} records, the last with the hash {hash}"),
    };
    Tampering {
        line: log.records().len(),
        position: head.records,
        event_id: None,
        what: Tampered::Head,
        expected: ends(head.records, &head.record_hash),
        found: ends(log.len(), &log.head().unwrap_or_default()),
    }
}
