//! Importing straight into a store: it says what is held, takes what is new, and is told which cases are whose.

use std::collections::BTreeMap;

use risk_core::event::Instant;
use risk_core::event::field::StaffId;
use risk_core::event::vocabulary::CorrectionReason;
use risk_core::log::{AppendError, Log, Record};
use risk_store::{Act, Addition, Entry, Facts, Operator, PersonErasure, Scrubbed, Store, StoreError, claimed};
use uuid::Uuid;

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
    fn cases_of(&mut self, scheme: &str, value: &str) -> Vec<Uuid> {
        let cases = self.store.cases_of(scheme, value);
        let claiming = self.store.cases_of(&claimed(scheme), value);
        let found = self.unless_it_fails(cases).into_iter().chain(self.unless_it_fails(claiming));
        found.flatten().collect()
    }

    fn log(&mut self, case_id: Uuid) -> Option<Log> {
        let log = self.store.log(self.by, case_id);
        let log = self.unless_it_fails(log);
        self.lengths.insert(case_id, log.as_ref().map_or(0, Log::len));
        log
    }

    fn person(&mut self, case_id: Uuid) -> Uuid {
        let person = person(self.store, case_id);
        self.unless_it_fails(person).unwrap_or(case_id)
    }

    fn gave_up(&mut self, case_id: Uuid, scheme: &str, value: &str) -> bool {
        let facts = self.store.facts(case_id);
        self.unless_it_fails(facts).is_some_and(|facts| gave_up(&facts, scheme, value))
    }

    fn is_erased(&mut self, case_id: Uuid) -> bool {
        let facts = self.store.facts(case_id);
        self.unless_it_fails(facts).is_some_and(|facts| facts.erased.is_some())
    }

    fn erased_as(&mut self, digest: &str) -> Option<Uuid> {
        let case = self.store.erased_as(digest);
        self.unless_it_fails(case).flatten()
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
    /// Everything of the person is erased: of all cases that are merged, with evidence and identifiers. It cannot be undone.
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
    let tell = Tell { importer, store, by, erasures };
    let mut not_done = Vec::new();
    for instruction in import.report.instructions.clone() {
        let mut told = import.report.messages.iter_mut().filter(|told| told.tells(&instruction)).peekable();
        let named: Vec<(&str, String)> = told.peek().into_iter().flat_map(|told| told.names()).collect();
        let (outcome, why) = match tell.of(&instruction, &named)? {
            Came::Done => continue,
            Came::To(outcome @ Outcome::Nothing { .. }) => (outcome, None),
            Came::To(outcome) => {
                let why = outcome.why().unwrap_or_default().to_owned();
                (outcome, Some(why))
            }
        };
        for told in told {
            told.outcome = told.outcome.clone().with(&outcome);
        }
        not_done.extend(why.map(|why| NotDone { instruction, why }));
    }
    import.report.not_done = not_done;
    import.report.count();
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
            // Somebody else was faster: with records, or with an erasure.
            Err(
                StoreError::Append { error: AppendError::PositionConflict { .. }, .. }
                | StoreError::PersonErased { .. },
            ) if attempts < ATTEMPTS => {
                attempts = attempts.saturating_add(1);
            }
            Err(e) => return Err(e),
        }
    }
}

/// What came of an instruction.
enum Came {
    /// It is done, or was done already.
    Done,
    /// It is not done, or there was nothing to do.
    To(Outcome),
}

impl Came {
    fn nothing(why: &str) -> Self {
        Self::To(Outcome::Nothing { why: why.to_owned() })
    }

    fn not_done(why: String) -> Self {
        Self::To(Outcome::NotDone { why })
    }

    /// Of what may be done once more has come; an error that is not of these cases alone goes on.
    fn waits(result: Result<(), StoreError>) -> Result<Self, StoreError> {
        match result {
            Ok(()) => Ok(Self::Done),
            Err(StoreError::PersonErased { .. }) => Ok(Self::To(Outcome::erased())),
            Err(e @ (StoreError::NotFound { .. } | StoreError::Argument { .. } | StoreError::Append { .. })) => {
                Ok(Self::To(Outcome::Waits { what: e.to_string() }))
            }
            Err(e) => Err(e),
        }
    }
}

/// Tells a store what the estate says of its cases.
struct Tell<'a> {
    importer: &'a Importer,
    store: &'a Store,
    by: &'a Operator,
    erasures: Erasures,
}

impl Tell<'_> {
    /// Carries an instruction out; `named` is what the message calls its person.
    fn of(&self, instruction: &Instruction, named: &[(&str, String)]) -> Result<Came, StoreError> {
        match *instruction {
            Instruction::Identify { case_id, scheme, ref value } => self.identify(case_id, scheme, value),
            Instruction::Merge { from, into, at } => self.merge(from, into, at),
            Instruction::Unmerge { from, into, at } => self.unmerge(from, into, at),
            Instruction::Erase { case_id } => self.erase(case_id, named),
        }
    }

    fn identify(&self, case_id: Uuid, scheme: &'static str, value: &str) -> Result<Came, StoreError> {
        // A case is found by its CRN in any event; that a prison number is not its own an operator has settled.
        if scheme == "noms" && gave_up(&self.store.facts(case_id).or_else(none)?, scheme, value) {
            return Ok(Came::Done);
        }
        let other = match self.store.identify(self.by, case_id, scheme, value) {
            Err(StoreError::Taken { case_id: other, .. }) => other,
            result => return Came::waits(result),
        };
        self.store.identify(self.by, case_id, &claimed(scheme), value)?;
        if person(self.store, case_id)? == person(self.store, other)? {
            return Ok(Came::Done);
        }
        Ok(Came::To(Outcome::conflict(scheme, vec![other.min(case_id), other.max(case_id)], Vec::new())))
    }

    /// Says that two are one person. A merge of before the two were parted is one that comes again.
    fn merge(&self, from: Uuid, into: Uuid, at: Instant) -> Result<Came, StoreError> {
        if self.none_is_held(from, into)? {
            return Ok(Came::To(Outcome::not_held()));
        }
        let facts = self.store.facts(from).or_else(none)?;
        if facts.merged_into == Some(into) || self.parted_since(from, into, at)? {
            return Ok(Came::Done);
        }
        let head = person(self.store, from)?;
        if head == person(self.store, into)? {
            return Ok(Came::nothing("both are of one person already"));
        }
        // Of one who goes on under another already it is that one who goes on under a third.
        Came::waits(self.store.merge(self.by, head, into))
    }

    /// Says that two are parted. Of two that were never merged the merge has yet to come.
    fn unmerge(&self, from: Uuid, into: Uuid, at: Instant) -> Result<Came, StoreError> {
        if self.none_is_held(from, into)? {
            return Ok(Came::To(Outcome::not_held()));
        }
        let (one, other) = (self.store.facts(from).or_else(none)?, self.store.facts(into).or_else(none)?);
        if one.merged_into == Some(into) {
            return Came::waits(self.store.unmerge(self.by, from, into));
        }
        // Which of the two went on under which is not the same to everybody who tells of it.
        if other.merged_into == Some(from) {
            return Came::waits(self.store.unmerge(self.by, into, from));
        }
        if self.parted_since(from, into, at)? {
            return Ok(Came::Done);
        }
        if person(self.store, from)? == person(self.store, into)? {
            let why = "both are of one person by way of a third case: part that one with `risk store unmerge` first";
            return Ok(Came::not_done(why.to_owned()));
        }
        Came::waits(self.store.unmerge(self.by, from, into))
    }

    /// Whether neither case is in the store.
    fn none_is_held(&self, one: Uuid, other: Uuid) -> Result<bool, StoreError> {
        for case_id in [one, other] {
            match self.store.facts(case_id) {
                Err(StoreError::NotFound { .. }) => {}
                facts => return facts.map(|_| false),
            }
        }
        Ok(true)
    }

    fn parted_since(&self, from: Uuid, into: Uuid, at: Instant) -> Result<bool, StoreError> {
        let parted = |act: &Act| matches!(act, Act::UnmergedFrom { other } if *other == into);
        let since = |entry: &Entry| entry.at.parse::<Instant>().is_ok_and(|told| told >= at);
        let journal = match self.store.journal(Some(from)) {
            Err(StoreError::NotFound { .. }) => return Ok(false),
            journal => journal?,
        };
        Ok(journal.iter().any(|entry| parted(&entry.act) && since(entry)))
    }

    fn erase(&self, case_id: Uuid, named: &[(&str, String)]) -> Result<Came, StoreError> {
        match self.store.facts(case_id) {
            Err(StoreError::NotFound { .. }) => return Ok(Came::To(Outcome::not_held())),
            facts => facts?,
        };
        if self.erasures == Erasures::Listed {
            return Ok(Came::not_done("an erasure cannot be undone, and was not asked for".to_owned()));
        }
        let Ok(by) = StaffId::new(self.by.id()) else {
            return Ok(Came::not_done("the operator's id is none that a record can name".to_owned()));
        };
        let erasure = PersonErasure {
            reason: CorrectionReason::LegalErasure,
            by,
            record_id: &|of| Ok(self.importer.erasure_id(of)),
            digest: Some(&|scheme, value| self.importer.former(scheme, value)),
            named,
        };
        let done = match self.store.erase_person(self.by, case_id, &erasure) {
            // Of one case, which another import may still be able to read.
            Err(
                e @ (StoreError::NotFound { .. }
                | StoreError::NoKey { .. }
                | StoreError::WrongKey { .. }
                | StoreError::Tampered { .. }
                | StoreError::Damaged(_)
                | StoreError::Append { .. }),
            ) => return Ok(Came::not_done(format!("nothing of the person was erased: {e}"))),
            done => done?,
        };
        let mut left = done.remains;
        if let Scrubbed::Pending(why) = done.scrubbed {
            left.push(format!("old bytes may be in the store's files: {why}; `risk store scrub` tries again"));
        }
        if left.is_empty() { Ok(Came::Done) } else { Ok(Came::not_done(format!("what remains: {}", left.join("; ")))) }
    }
}

/// Whether an operator settled that the case does not have an identifier, whatever the estate says.
fn gave_up(facts: &Facts, scheme: &str, value: &str) -> bool {
    facts.was_taken(scheme, value) || facts.was_taken(&claimed(scheme), value)
}

/// The case under which the person of a case is answered.
fn person(store: &Store, case_id: Uuid) -> Result<Uuid, StoreError> {
    let mut head = case_id;
    while let Some(into) = store.facts(head).or_else(none)?.merged_into {
        head = into;
    }
    Ok(head)
}

/// Of a case that is not in the store nothing is known.
fn none(e: StoreError) -> Result<Facts, StoreError> {
    match e {
        StoreError::NotFound { .. } => Ok(Facts::default()),
        e => Err(e),
    }
}
