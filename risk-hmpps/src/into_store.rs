//! Importing straight into a store: it says what is held, takes what is new, and is told which cases are whose.

use std::collections::BTreeMap;

use risk_core::event::catalogue::PayloadErased;
use risk_core::event::field::StaffId;
use risk_core::event::vocabulary::{CorrectionReason, SourceAgency};
use risk_core::event::{Event, Instant, Kind, Nature};
use risk_core::log::{AppendError, Log, Payload, Record};
use risk_store::{Act, Addition, Entry, Operator, Store, StoreError};
use uuid::Uuid;

use crate::draft::record;
use crate::import::{Given, Held, Importer};
use crate::report::{Import, Instruction, NotDone, Outcome};

/// How often it is read anew, where another writer was faster.
const ATTEMPTS: usize = 8;

/// A store as what is held.
struct InStore<'s> {
    store: &'s Store,
    by: &'s Operator,
    now: Instant,
    /// How many records each case had that was looked at.
    lengths: BTreeMap<Uuid, u64>,
    failed: Option<StoreError>,
}

impl InStore<'_> {
    fn unless_it_fails<T>(&mut self, read: Result<T, StoreError>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(StoreError::NotFound { .. }) => None,
            Err(e) => {
                self.failed.get_or_insert(e);
                None
            }
        }
    }
}

impl Held for InStore<'_> {
    fn case_of(&mut self, scheme: &str, value: &str) -> Option<Uuid> {
        let cases = self.store.cases_of(scheme, value);
        self.unless_it_fails(cases)?.first().copied()
    }

    fn log(&mut self, case_id: Uuid) -> Option<Log> {
        let log = self.store.log(self.by, case_id);
        let log = self.unless_it_fails(log);
        self.lengths.insert(case_id, log.as_ref().map_or(0, Log::len));
        log
    }

    fn now(&self) -> Option<Instant> {
        Some(self.now)
    }
}

/// What is done with the order to erase a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasures {
    /// It is listed as not done, for somebody to do.
    Listed,
    /// Every payload of the case is erased. It cannot be undone.
    CarriedOut,
}

/// Reads what was given, appends what is new, all of it or none, and tells the store of identifiers, merges and, if it is to, of
/// erasures. Given again, it changes nothing.
///
/// # Errors
/// [`StoreError`] where the store cannot be read or takes nothing; then nothing was appended.
pub fn import_into(
    importer: &Importer,
    store: &Store,
    by: &Operator,
    given: &[(Option<String>, Given<'_>)],
    erasures: Erasures,
    now: Instant,
) -> Result<Import, StoreError> {
    let mut import = appended(importer, store, by, given, now)?;
    let mut not_done = Vec::new();
    for instruction in &import.report.instructions {
        let done = match *instruction {
            Instruction::Identify { case_id, scheme, ref value } => store.identify(by, case_id, scheme, value),
            Instruction::Merge { from, into, at } => merge(store, by, from, into, at),
            Instruction::Unmerge { from, into, at } => unmerge(store, by, from, into, at),
            Instruction::Erase { case_id } if erasures == Erasures::CarriedOut => {
                erase(importer, store, by, case_id, now)
            }
            Instruction::Erase { .. } => {
                let why = "an erasure cannot be undone, and was not asked for".to_owned();
                not_done.push(NotDone { instruction: instruction.clone(), why });
                continue;
            }
        };
        match done {
            Ok(()) => {}
            Err(
                e @ (StoreError::NotFound { .. }
                | StoreError::Taken { .. }
                | StoreError::Argument { .. }
                | StoreError::Append { .. }),
            ) => {
                not_done.push(NotDone { instruction: instruction.clone(), why: e.to_string() });
            }
            Err(e) => return Err(e),
        }
    }
    let report = &mut import.report;
    for NotDone { instruction, why } in &not_done {
        let can_wait = !matches!(instruction, Instruction::Erase { .. });
        for told in report.messages.iter_mut().filter(|told| can_wait && told.instructs.contains(instruction)) {
            told.outcome = Outcome::Waits { what: why.clone() };
        }
    }
    report.not_done = not_done;
    report.count();
    Ok(import)
}

fn appended(
    importer: &Importer,
    store: &Store,
    by: &Operator,
    given: &[(Option<String>, Given<'_>)],
    now: Instant,
) -> Result<Import, StoreError> {
    let mut attempts = 0;
    loop {
        let mut held = InStore { store, by, now, lengths: BTreeMap::new(), failed: None };
        let import = importer.import(given, &mut held);
        if let Some(e) = held.failed {
            return Err(e);
        }
        let mut cases: BTreeMap<Uuid, Vec<Record>> = BTreeMap::new();
        for record in &import.records {
            cases.entry(record.case_id).or_default().push(record.clone());
        }
        let additions = cases.into_iter().map(|(case_id, records)| {
            let expected_position = held.lengths.get(&case_id).copied();
            Addition { case_id, records, expected_position }
        });
        match store.append_all(by, &additions.collect::<Vec<_>>()) {
            Ok(_) => return Ok(import),
            Err(StoreError::Append { error: AppendError::PositionConflict { .. }, .. }) if attempts < ATTEMPTS => {
                attempts = attempts.saturating_add(1);
            }
            Err(e) => return Err(e),
        }
    }
}

/// Tells the store of a merge, unless it was told; a merge of before the two were parted is one that comes again.
fn merge(store: &Store, by: &Operator, from: Uuid, into: Uuid, at: Instant) -> Result<(), StoreError> {
    if store.facts(from)?.merged_into == Some(into) || parted_since(store, from, into, at)? {
        return Ok(());
    }
    store.merge(by, from, into)
}

/// Tells the store that two are parted. Of two that were never merged the merge has yet to come.
fn unmerge(store: &Store, by: &Operator, from: Uuid, into: Uuid, at: Instant) -> Result<(), StoreError> {
    if store.facts(from)?.merged_into.is_none() && parted_since(store, from, into, at)? {
        return Ok(());
    }
    store.unmerge(by, from, into)
}

fn parted_since(store: &Store, from: Uuid, into: Uuid, at: Instant) -> Result<bool, StoreError> {
    let parted = |act: &Act| matches!(act, Act::UnmergedFrom { other } if *other == into);
    let since = |entry: &Entry| entry.at.parse::<Instant>().is_ok_and(|told| told >= at);
    Ok(store.journal(Some(from))?.iter().any(|entry| parted(&entry.act) && since(entry)))
}

/// Erases every payload of a case: corrections before what they correct, as they hold its data.
fn erase(importer: &Importer, store: &Store, by: &Operator, case_id: Uuid, now: Instant) -> Result<(), StoreError> {
    let log = match store.log(by, case_id) {
        // Of a person of whom nothing is on record nothing is to be forgotten.
        Err(StoreError::NotFound { .. }) => return Ok(()),
        log => log?,
    };
    let holds_data = |r: &&Record| {
        let statement = r.kind().is_some_and(|k| k.spec().nature == Nature::Housekeeping && k != Kind::RecordCorrected);
        !statement && r.payload != Payload::Erased
    };
    let (corrections, others): (Vec<&Record>, Vec<&Record>) =
        log.records().iter().filter(holds_data).partition(|r| r.kind() == Some(Kind::RecordCorrected));
    for held in corrections.into_iter().chain(others) {
        let Ok(by_estate) = StaffId::new(by.id()) else { continue };
        let reason = CorrectionReason::LegalErasure;
        let event = Event::PayloadErased(PayloadErased { event_id: held.event_id, reason, by: by_estate });
        let at = now.max(held.recorded_at);
        let reference = held.source.reference.clone().unwrap_or_else(|| "erasure".to_owned());
        let id = importer.erasure_id(held.event_id);
        let source = (SourceAgency::Probation, reference.as_str());
        store.erase(by, case_id, record(id, case_id, (at, at), source, event, Some(held.handling)))?;
    }
    Ok(())
}
