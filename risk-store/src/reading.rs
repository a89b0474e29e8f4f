//! What people read: logs to answer from, with their names written down, and not at all where they are excluded.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use risk_core::assessment::{Assessment, Question, assess_until};
use risk_core::cancel::{Cancel, Stopped};
use risk_core::event::Instant;
use risk_core::fold::run::Lens;
use risk_core::log::Log;
use risk_core::policy::Policy;
use uuid::Uuid;

use crate::error::{StoreError, Trouble};
use crate::facts::{Facts, Person, cases_of};
use crate::head::Head;
use crate::journal::{Act, By, WHOLE_STORE};
use crate::open::{Open, must_exist};
use crate::records::Case;
use crate::sql::Tx;
use crate::who::{Operator, Reader};
use crate::{Store, journal};

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
    /// [`StoreError::NoKey`].
    pub log: Result<Log, StoreError>,
}

/// Which cases of a store: those that have this identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Only {
    /// Which sort, such as `team`.
    pub scheme: String,
    /// The identifier.
    pub value: String,
}

impl Store {
    /// The log from which to answer this reader about a case: of all cases that were known by then to be of the same person. It
    /// is for answers to the reader's audience alone, and says more than these may.
    ///
    /// That it was asked for is written down, also where it is refused.
    ///
    /// # Errors
    /// [`StoreError::Excluded`], [`StoreError::NotFound`], [`StoreError::Tampered`], [`StoreError::NoKey`], and
    /// [`StoreError::Append`] where two cases of one person have a record of one id that says different things.
    pub fn consult(&self, reader: &Reader, case_id: Uuid, known_at: Instant) -> Result<Log, StoreError> {
        let now = self.now();
        self.change(|tx, open| {
            must_exist(tx, case_id)?;
            let person = Person::of(tx, case_id, known_at)?;
            consult(tx, open, &person, reader.into(), reader.id(), now)
        })?
    }

    /// How a case stands, for the reader's audience.
    ///
    /// # Errors
    /// As [`Store::consult`], and [`StoreError::NoView`] where the policy shows nothing to that audience.
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
        let cancelled = || self.is_cancelled();
        let answer =
            assess_until(&log, policy, &question, Cancel::when(&cancelled)).map_err(|stopped| match stopped {
                Stopped::NoView(e) => StoreError::from(e),
                Stopped::Cancelled(e) => e.into(),
            })?;
        Ok((log, answer))
    }

    /// Every person of the store, or those of one identifier, each once, in the order of the ids of the cases that they are
    /// answered under. Each reading is written down. A person whose log cannot be read is among them, with the reason.
    pub fn caseload<'s>(
        &'s self,
        reader: &'s Reader,
        known_at: Instant,
        only: Option<&'s Only>,
    ) -> impl Iterator<Item = Result<Consulted, StoreError>> + 's {
        let of_reader = move |tx: &mut Tx<'_>, open: &mut Open<'_>, person: &Person, now| {
            consult(tx, open, person, reader.into(), reader.id(), now)
        };
        self.people(known_at, only, of_reader)
    }

    /// The same for counting, where numbers alone are given out: written down once, and nobody is left out.
    ///
    /// # Errors
    /// Where the store cannot be written to.
    pub fn counted<'s>(
        &'s self,
        by: &'s Operator,
        known_at: Instant,
        only: Option<&'s Only>,
    ) -> Result<impl Iterator<Item = Result<Consulted, StoreError>> + 's, StoreError> {
        self.note_for_all(by, Act::Counted)?;
        Ok(self.people(known_at, only, |tx, open, person, _| joined(tx, open, person)))
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

    fn people<'s>(
        &'s self,
        known_at: Instant,
        only: Option<&'s Only>,
        read: impl Fn(&mut Tx<'_>, &mut Open<'_>, &Person, Instant) -> Result<Result<Log, StoreError>, Trouble> + 's,
    ) -> impl Iterator<Item = Result<Consulted, StoreError>> + 's {
        let mut after = Some(WHOLE_STORE);
        let pages = iter::from_fn(move || {
            let from = after?;
            let now = self.now();
            let page = self.change(|tx, open| {
                let (ids, last) = page_of_ids(tx, from, known_at, only)?;
                let mut people = Vec::new();
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

/// The next ids after one, and after which to go on; none where these are the last.
fn page_of_ids(
    tx: &mut Tx<'_>,
    after: Uuid,
    known_at: Instant,
    only: Option<&Only>,
) -> Result<(Vec<Uuid>, Option<Uuid>), Trouble> {
    if let Some(Only { scheme, value }) = only {
        // People are found by what any of their cases is called, and answered under one of them.
        let mut people = BTreeSet::new();
        for case_id in cases_of(tx, scheme, value)? {
            people.insert(Person::of(tx, case_id, known_at)?.case_id);
        }
        return Ok((people.into_iter().collect(), None));
    }
    let heads = Head::page(tx, after, PAGE)?;
    let ids: Vec<Uuid> = heads.iter().map(|h| h.case_id).collect();
    let last = ids.last().copied();
    Ok((ids, last))
}

/// The person of a case, unless they are answered under another.
fn one_person(
    tx: &mut Tx<'_>,
    open: &mut Open<'_>,
    case_id: Uuid,
    known_at: Instant,
    read: impl FnOnce(&mut Tx<'_>, &mut Open<'_>, &Person) -> Result<Result<Log, StoreError>, Trouble>,
) -> Result<Option<Consulted>, Trouble> {
    let person = Person::of(tx, case_id, known_at)?;
    if person.case_id != case_id {
        return Ok(None);
    }
    // One case that cannot be read is no reason to leave out the others.
    let log = match read(tx, open, &person) {
        Ok(log) => log,
        Err(Trouble::Final(e)) if of_one_case(&e) => Err(e),
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
            | StoreError::NoKey { .. }
            | StoreError::WrongKey { .. }
            | StoreError::Append { .. }
            | StoreError::Damaged(_)
    )
}

/// The log of a person for a reader, or why it is refused; either is written down.
fn consult(
    tx: &mut Tx<'_>,
    open: &mut Open<'_>,
    person: &Person,
    by: By<'_>,
    reader: &str,
    now: Instant,
) -> Result<Result<Log, StoreError>, Trouble> {
    if person.excludes(reader) {
        let mut head = Head::hold(tx, person.case_id)?;
        journal::write(tx, &mut head, by.refused(), now, Act::Consulted)?;
        head.keep(tx)?;
        return Ok(Err(StoreError::Excluded { case_id: person.case_id, reader: reader.to_owned() }));
    }
    for (case_id, _) in &person.cases {
        open.hold(tx, *case_id)?.note(tx, by, now, Act::Consulted)?;
    }
    joined(tx, open, person)
}

/// The log of all cases of a person.
pub(crate) fn joined(
    tx: &mut Tx<'_>,
    open: &mut Open<'_>,
    person: &Person,
) -> Result<Result<Log, StoreError>, Trouble> {
    let mut logs = Vec::new();
    for (case_id, _) in &person.cases {
        let Case { log, .. } = open.hold(tx, *case_id)?;
        logs.push(log.clone());
    }
    if logs.len() == 1 {
        return Ok(Ok(logs.remove(0)));
    }
    let joined = Log::joined(person.case_id, &logs);
    Ok(joined.map_err(|error| StoreError::Append { case_id: person.case_id, error }))
}

/// The facts and the log of a case, for those who look after the store.
pub(crate) fn facts_of(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Facts, Trouble> {
    must_exist(tx, case_id)?;
    Facts::of(tx, case_id)
}
