//! What people read: logs to answer from, with their names written down, and not at all where they are excluded.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use lru::LruCache;
use risk_core::assessment::{Assessment, Question, assess_until};
use risk_core::cancel::{Cancel, Cancelled, Stopped};
use risk_core::event::{Instant, Term};
use risk_core::fold::run::Lens;
use risk_core::log::Log;
use risk_core::policy::Policy;
use uuid::Uuid;

use crate::directory::cases_called;
use crate::error::{AttemptError, StoreError};
use crate::facts::{Facts, Person};
use crate::gap::{Gap, GapFile};
use crate::head::Head;
use crate::journal::{Act, By, WHOLE_STORE};
use crate::open::{OpenCases, must_exist};
use crate::records::OpenCase;
use crate::sql::Tx;
use crate::who::{Operator, Reader};
use crate::{LOGS, Store, journal};

/// How many cases of a caseload are read at a time.
const PAGE: u64 = 64;

/// One case of a caseload.
#[derive(Debug)]
pub struct Consulted {
    /// The case under which its person is answered.
    pub case_id: Uuid,
    /// What the host calls it: `crn`, `team` and so on; for schemes in which it has no name, that of another case of the person.
    pub identifiers: BTreeMap<String, String>,
    /// What to answer from; or why there is no answer: [`StoreError::Excluded`], [`StoreError::Tampered`],
    /// [`StoreError::Altered`], [`StoreError::NoKey`].
    pub log: Result<Log, StoreError>,
}

/// Which cases of a store: those that have this identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFilter {
    /// Which sort, such as `team`.
    pub scheme: String,
    /// The identifier.
    pub value: String,
}

impl Store {
    /// The log from which to answer this reader about a case: of all cases that were known by then to be of the same person. It
    /// is for answers to the reader's audience alone, and says more than these may.
    ///
    /// The reading is journalled, even if it is refused.
    ///
    /// # Errors
    /// [`StoreError::Excluded`], [`StoreError::PersonErased`], [`StoreError::NotFound`], [`StoreError::Tampered`],
    /// [`StoreError::Altered`], [`StoreError::NoKey`], and [`StoreError::Append`] where two cases of one person have a record of one id that says different things.
    pub fn consult(&self, reader: &Reader, case_id: Uuid, known_at: Instant) -> Result<Log, StoreError> {
        let now = self.now();
        let read = |tx: &mut Tx<'_>, open: &mut OpenCases<'_>, journal: JournalMode<'_>| {
            must_exist(tx, case_id)?;
            let person = Person::of(tx, case_id, known_at)?;
            consult(tx, open, &person, reader, journal, now)
        };
        self.journalled(reader, read)?
    }

    /// Runs a reading that is journalled; where the disk is full and the reader gave a reason, one that is kept aside.
    fn journalled<T>(
        &self,
        reader: &Reader,
        read: impl Fn(&mut Tx<'_>, &mut OpenCases<'_>, JournalMode<'_>) -> Result<T, AttemptError>,
    ) -> Result<T, StoreError> {
        let read_now = self.change(|tx, open| read(tx, open, JournalMode::Written));
        match (read_now, reader.unjournalled_reason(), &self.shared.gaps) {
            (Err(StoreError::Full), Some(reason), Some(gaps)) => {
                let mut logs = LruCache::new(LOGS);
                self.look(|tx| {
                    read(tx, &mut OpenCases::new(&mut logs, self.keys()), JournalMode::KeptAside { gaps, reason })
                })
            }
            (read, ..) => {
                if read.is_ok() && reader.unjournalled_reason().is_some() {
                    self.close_gaps();
                }
                read
            }
        }
    }

    /// Enters into the journal what could not be entered when it was read. Where that still cannot be, it stays where it is.
    pub(crate) fn close_gaps(&self) {
        let Some(file) = self.shared.gaps.as_ref().filter(|gaps| !gaps.is_empty()) else { return };
        let now = self.now();
        let mut held = None;
        let entered = self.change(|tx, _| {
            // Of an attempt before, which would be in the way.
            held = None;
            let gaps = file.hold()?;
            for gap in &gaps.gaps {
                let by = By::try_from(gap)?;
                for case_id in &gap.cases {
                    let act = Act::ConsultedUnjournalled { asked_at: gap.at.clone(), reason: gap.reason.clone() };
                    let mut head = Head::hold(tx, *case_id)?;
                    journal::write(tx, &mut head, by, now, act)?;
                    head.keep(tx)?;
                }
            }
            held = Some(gaps);
            Ok(())
        });
        // Where they could not be forgotten they are entered again, which is better than not at all.
        if let (Ok(()), Some(held)) = (entered, held) {
            let _ = held.forget();
        }
    }

    /// Assesses a case for the reader's audience.
    ///
    /// # Errors
    /// As [`Store::consult`], and [`StoreError::NoView`] if the policy shows nothing to that audience.
    pub fn assess(
        &self,
        reader: &Reader,
        case_id: Uuid,
        policy: &Policy,
        question: &Question,
    ) -> Result<Assessment, StoreError> {
        Ok(self.answer(reader, case_id, policy, question)?.1)
    }

    /// The same with the log that it was answered from, for whoever explains the answer.
    ///
    /// # Errors
    /// As [`Store::assess`].
    pub fn answer(
        &self,
        reader: &Reader,
        case_id: Uuid,
        policy: &Policy,
        question: &Question,
    ) -> Result<(Log, Assessment), StoreError> {
        let question = Question { audience: reader.audience(), ..question.clone() };
        let known_at = question.known_at.unwrap_or_else(|| match question.lens {
            Lens::AsKnown => question.at,
            // Everything that is known today, also of who is one person.
            Lens::Hindsight => self.now(),
        });
        let log = self.consult(reader, case_id, known_at)?;
        let cancelled = || self.interrupt.is_requested();
        let answer =
            assess_until(&log, policy, &question, Cancel::when(&cancelled)).map_err(|stopped| match stopped {
                Stopped::NoView(e) => StoreError::from(e),
                // No budget is given here.
                Stopped::Cancelled(_) | Stopped::OverBudget(_) => Cancelled.into(),
            })?;
        Ok((log, answer))
    }

    /// Every person of the store, or those of one identifier, each once, in the order of the ids of the cases that they are
    /// answered under. Each reading is journalled. A person whose log cannot be read is among them, with the reason; one who was
    /// erased by law is not.
    pub fn caseload<'s>(
        &'s self,
        reader: &'s Reader,
        known_at: Instant,
        only: Option<&'s CaseFilter>,
    ) -> impl Iterator<Item = Result<Consulted, StoreError>> + 's {
        self.people(known_at, only, move |page| {
            self.journalled(reader, |tx, open, journal| {
                page(tx, open, &|tx, open, person, now| consult(tx, open, person, reader, journal, now))
            })
        })
    }

    /// The same for counting, if only numbers are disclosed: journalled once, and no case is left out.
    ///
    /// # Errors
    /// If the store cannot be written to.
    pub fn counted<'s>(
        &'s self,
        by: &'s Operator,
        known_at: Instant,
        only: Option<&'s CaseFilter>,
    ) -> Result<impl Iterator<Item = Result<Consulted, StoreError>> + 's, StoreError> {
        self.note_for_all(by, Act::Counted)?;
        Ok(self.people(known_at, only, |page| {
            self.change(|tx, open| page(tx, open, &|tx, open, person, _| joined(tx, open, person)))
        }))
    }

    /// Writes down what was done with the store as a whole.
    pub(crate) fn note_for_all(&self, by: &Operator, act: Act) -> Result<(), StoreError> {
        let now = self.now();
        self.change(|tx, _| {
            let mut head = Head::of_the_store(tx)?;
            journal::write(tx, &mut head, by.into(), now, act.clone())?;
            head.keep(tx)
        })
    }

    /// Pages of people; `run` runs a page, in a transaction and with what reads one of them.
    fn people<'s>(
        &'s self,
        known_at: Instant,
        only: Option<&'s CaseFilter>,
        run: impl Fn(&PageOfPeople<'_>) -> Result<Page, StoreError> + 's,
    ) -> impl Iterator<Item = Result<Consulted, StoreError>> + 's {
        let mut after = Some(WHOLE_STORE);
        let pages = iter::from_fn(move || {
            let from = after?;
            let now = self.now();
            let page = run(&|tx, open, read| {
                let mut people = Vec::new();
                if from == WHOLE_STORE && only.is_none() {
                    people.extend(Head::lost(tx)?.into_iter().map(without_a_head));
                }
                let (ids, last) = page_of_ids(tx, from, known_at, only)?;
                for case_id in ids {
                    people.extend(one_person(tx, open, case_id, known_at, |tx, open, p| read(tx, open, p, now))?);
                }
                Ok((people, last))
            });
            match page {
                Ok((people, last)) => {
                    after = last;
                    Some(people.into_iter().map(Ok).collect::<Vec<_>>())
                }
                Err(e) => {
                    after = None;
                    Some(vec![Err(e)])
                }
            }
        });
        pages.flatten()
    }
}

/// Reads one person of a caseload, at a moment.
type ReadPerson<'r> =
    dyn Fn(&mut Tx<'_>, &mut OpenCases<'_>, &Person, Instant) -> Result<Result<Log, StoreError>, AttemptError> + 'r;
/// Reads a page of people in a transaction.
type PageOfPeople<'p> = dyn Fn(&mut Tx<'_>, &mut OpenCases<'_>, &ReadPerson<'_>) -> Result<Page, AttemptError> + 'p;
/// People, and after which case to go on.
type Page = (Vec<Consulted>, Option<Uuid>);

/// Where a reading is written down.
#[derive(Debug, Clone, Copy)]
enum JournalMode<'g> {
    /// In the journal.
    Written,
    /// Beside the store's file, as the journal cannot be written to.
    KeptAside { gaps: &'g GapFile, reason: &'g str },
}

/// The next ids after one, and after which to go on; none where these are the last.
fn page_of_ids(
    tx: &mut Tx<'_>,
    after: Uuid,
    known_at: Instant,
    only: Option<&CaseFilter>,
) -> Result<(Vec<Uuid>, Option<Uuid>), AttemptError> {
    if let Some(CaseFilter { scheme, value }) = only {
        // People are found by what any of their cases is called, and answered under one of them.
        let mut people = BTreeSet::new();
        for case_id in cases_called(tx, scheme, value)? {
            people.insert(Person::of(tx, case_id, known_at)?.case_id);
        }
        return Ok((people.into_iter().collect(), None));
    }
    let ids = Head::ids(tx, after, PAGE)?;
    let last = ids.last().copied();
    Ok((ids, last))
}

/// A case whose records are there, though the list of cases no longer has it.
fn without_a_head(case_id: Uuid) -> Consulted {
    let what = "expected it in the list of cases, found its records alone".to_owned();
    Consulted { case_id, identifiers: BTreeMap::new(), log: Err(StoreError::Altered { case_id, what }) }
}

/// The person of a case, unless they are answered under another, or are erased.
fn one_person(
    tx: &mut Tx<'_>,
    open: &mut OpenCases<'_>,
    case_id: Uuid,
    known_at: Instant,
    read: impl FnOnce(&mut Tx<'_>, &mut OpenCases<'_>, &Person) -> Result<Result<Log, StoreError>, AttemptError>,
) -> Result<Option<Consulted>, AttemptError> {
    let person = match Person::of(tx, case_id, known_at) {
        Ok(person) => person,
        // The exclusions are not known, so no reader may see it.
        Err(AttemptError::Final(e)) if of_one_case(&e) => {
            return Ok(Some(Consulted { case_id, identifiers: BTreeMap::new(), log: Err(e) }));
        }
        Err(e) => return Err(e),
    };
    if person.case_id != case_id || person.is_erased() {
        return Ok(None);
    }
    // One case that cannot be read is no reason to leave out the others.
    let log = match read(tx, open, &person) {
        Ok(log) => log,
        Err(AttemptError::Final(e)) if of_one_case(&e) => Err(e),
        Err(e) => return Err(e),
    };
    let mut identifiers = BTreeMap::new();
    for (scheme, value) in person.cases.into_iter().flat_map(|(_, facts)| facts.identifiers) {
        // The case that answers comes first, and has the first word.
        identifiers.entry(scheme).or_insert(value);
    }
    Ok(Some(Consulted { case_id, identifiers, log }))
}

fn of_one_case(e: &StoreError) -> bool {
    matches!(
        e,
        StoreError::Tampered { .. }
            | StoreError::Altered { .. }
            | StoreError::NoKey { .. }
            | StoreError::WrongKey { .. }
            | StoreError::Append { .. }
            | StoreError::Damaged(_)
    )
}

/// The log of a person for a reader, or why it is refused; either is written down.
fn consult(
    tx: &mut Tx<'_>,
    open: &mut OpenCases<'_>,
    person: &Person,
    reader: &Reader,
    journal: JournalMode<'_>,
    now: Instant,
) -> Result<Result<Log, StoreError>, AttemptError> {
    let refusal = person.refusal(reader.id());
    let refused = refusal.is_some();
    // That it was refused is an entry of the case that answers alone.
    let cases: Vec<Uuid> = person.cases.iter().map(|(id, _)| *id).take(if refused { 1 } else { usize::MAX }).collect();
    let by = By::from(reader);
    match journal {
        JournalMode::KeptAside { gaps, reason } => gaps.keep(&Gap {
            at: journal::written(now),
            by: reader.id().to_owned(),
            audience: reader.audience().name().to_owned(),
            purpose: reader.purpose().map(str::to_owned),
            reason: reason.to_owned(),
            refused,
            cases,
        })?,
        JournalMode::Written if refused => {
            let mut head = Head::hold(tx, person.case_id)?;
            journal::write(tx, &mut head, by.refused(), now, Act::Consulted)?;
            head.keep(tx)?;
        }
        JournalMode::Written => {
            for case_id in &cases {
                open.hold(tx, *case_id)?.note(tx, by, now, Act::Consulted)?;
            }
        }
    }
    match refusal {
        Some(refusal) => Ok(Err(refusal)),
        None => joined(tx, open, person),
    }
}

/// The log of all cases of a person.
pub(crate) fn joined(
    tx: &mut Tx<'_>,
    open: &mut OpenCases<'_>,
    person: &Person,
) -> Result<Result<Log, StoreError>, AttemptError> {
    let mut logs = Vec::new();
    for (case_id, _) in &person.cases {
        let OpenCase { log, .. } = open.hold(tx, *case_id)?;
        logs.push(log.clone());
    }
    if logs.len() == 1 {
        return Ok(Ok(logs.remove(0)));
    }
    let joined = Log::joined(person.case_id, &logs);
    Ok(joined.map_err(|error| StoreError::Append { case_id: person.case_id, error }))
}

/// The facts and the log of a case, for those who look after the store.
pub(crate) fn facts_of(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Facts, AttemptError> {
    must_exist(tx, case_id)?;
    Facts::of(tx, case_id)
}
