//! Importing straight into a store: it says what is held, takes what is new, is told which cases are whose, and keeps what waits.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use risk_core::event::Instant;
use risk_core::event::field::StaffId;
use risk_core::event::vocabulary::CorrectionReason;
use risk_core::log::{Log, Record};
use risk_store::{Facts, Operator, PersonErasure, Scrubbed, Sort, Store, StoreError, Waiting, Work, claimed};
use uuid::Uuid;

use crate::import::{Given, Held, Importer, Table, read};
use crate::kept::{Kept, listed};
use crate::links::{Statement, bring_in_line};
use crate::message::Delivered;
use crate::reason::Reason;
use crate::report::{Import, Instruction, Outcome, Told};

pub use crate::kept::{Listed, WAIT_AT_MOST};

/// Under which name a store keeps what a secret makes of a constant.
const CHECK: &str = "hmpps secret";

/// How often what is in conflict is looked at again within one import, as one message after another settles it.
const PASSES: usize = 4;

/// A store as what is held, within one transaction.
struct InStore<'i, 'w, 'c, 's> {
    importer: &'i Importer,
    work: &'i mut Work<'w, 'c, 's>,
    now: Instant,
    /// What is taken for the cases of erased persons of whom nothing was kept.
    erased: BTreeSet<Uuid>,
    failed: Option<StoreError>,
}

impl<'w, 'c, 's> InStore<'_, 'w, 'c, 's> {
    fn ask<T: Default>(&mut self, ask: impl FnOnce(&mut Work<'w, 'c, 's>) -> Result<T, StoreError>) -> T {
        ask(self.work).unwrap_or_else(|e| {
            self.failed.get_or_insert(e);
            T::default()
        })
    }
}

impl Held for InStore<'_, '_, '_, '_> {
    fn cases_of(&mut self, scheme: &str, value: &str) -> Vec<Uuid> {
        self.ask(|work| work.cases_of(scheme, value))
    }

    fn log(&mut self, case_id: Uuid) -> Option<Log> {
        self.ask(|work| work.log(case_id))
    }

    fn person(&mut self, case_id: Uuid) -> Uuid {
        self.ask(|work| work.person(case_id).map(Some)).unwrap_or(case_id)
    }

    fn gave_up(&mut self, case_id: Uuid, scheme: &str, value: &str) -> bool {
        self.ask(|work| Ok(gave_up(&work.facts(case_id)?, scheme, value)))
    }

    fn is_erased(&mut self, case_id: Uuid) -> bool {
        self.ask(|work| Ok(work.facts(case_id)?.erased.is_some())) || self.erased.contains(&case_id)
    }

    fn erased_as(&mut self, digest: &str) -> Option<Uuid> {
        if let Some(case) = self.ask(|work| work.erased_as(digest)) {
            return Some(case);
        }
        let case = self.ask(|work| work.is_marked_erased(digest)).then(|| self.importer.of_nobody(digest))?;
        self.erased.insert(case);
        Some(case)
    }

    fn has_crn(&mut self, case_id: Uuid) -> bool {
        self.ask(|work| Ok(work.facts(case_id)?.identifiers.contains_key("crn")))
    }

    fn is_held(&mut self, case_id: Uuid) -> bool {
        self.ask(|work| work.has(case_id))
    }

    fn keeps_messages(&self) -> bool {
        true
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

/// How an import into a store is done.
#[derive(Debug, Clone, Copy)]
pub struct IntoStore {
    /// What is done with the order to erase a person.
    pub erasures: Erasures,
    /// The time by the host's clock.
    pub now: Instant,
    /// How long a message waits at most; then it is for a person.
    pub wait_at_most: TimeDelta,
    /// Whether the store may have been filled with another secret.
    pub new_key: bool,
    /// Whether every message that waits is looked at again, not only those of persons who are named.
    pub retry_all: bool,
}

impl IntoStore {
    /// At that time by the host's clock; messages wait for [`WAIT_AT_MOST`], and the secret is the one with which the store was filled.
    #[must_use]
    pub fn new(erasures: Erasures, now: Instant) -> Self {
        Self { erasures, now, wait_at_most: WAIT_AT_MOST, new_key: false, retry_all: false }
    }
}

/// Reads what was given and what the store keeps of earlier imports, appends what is new, tells the store of identifiers, merges
/// and, if it is to, of erasures, and keeps what waits: all of it or nothing, but for erasures, which are done each for itself.
/// Given again, it changes nothing.
///
/// # Errors
/// [`StoreError`] where the store cannot be read or takes nothing, and [`StoreError::Argument`] for another secret than the one
/// with which the store was filled; then nothing was kept.
pub fn import_into(
    importer: &Importer,
    store: &Store,
    by: &Operator,
    given: &[(Option<String>, Given<'_>)],
    how: &IntoStore,
) -> Result<Import, StoreError> {
    let (messages, tables) = read(given);
    let Done { mut import, erase } = store.work(by, |work| {
        must_have_its_secret(work, importer, how.new_key)?;
        Importing { importer, how, messages: &messages, tables: &tables }.run(work)
    })?;
    let eraser = Eraser { importer, store, by, erasures: how.erasures };
    for instruction in erase {
        let telling = |told: &&Told| told.tells.contains(&instruction);
        let named = import.report.messages.iter().find(telling).map(Told::names).unwrap_or_default();
        let Instruction::Erase { case_id } = instruction else { continue };
        let Some(outcome) = eraser.erase(case_id, &named)? else { continue };
        import.report.come_to(&[(instruction, outcome)]);
    }
    import.report.finish();
    Ok(import)
}

/// The messages that wait in a store, the oldest first. It shows whom none of them is about.
///
/// # Errors
/// [`StoreError`] where the store cannot be read, or was filled with another secret.
pub fn waiting(importer: &Importer, store: &Store, by: &Operator) -> Result<Vec<Listed>, StoreError> {
    store.work(by, |work| {
        must_have_its_secret(work, importer, false)?;
        listed(work, importer)
    })
}

/// Removes a message that waits in a store.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::Argument`] where the store was filled with another secret.
pub fn discard(importer: &Importer, store: &Store, by: &Operator, id: Uuid) -> Result<(), StoreError> {
    store.work(by, |work| {
        must_have_its_secret(work, importer, false)?;
        if work.remove_waiting(id)? {
            return Ok(());
        }
        Err(StoreError::NotFound { expected: "a message that waits", found: id.to_string() })
    })
}

/// Refuses another secret than the one with which the store was filled, as the same messages would make other records.
fn must_have_its_secret(work: &mut Work<'_, '_, '_>, importer: &Importer, may_be_new: bool) -> Result<(), StoreError> {
    let value = importer.check_value();
    match work.value(CHECK)? {
        Some(kept) if kept == value => Ok(()),
        Some(_) if !may_be_new => {
            let expected =
                "the one with which this store was filled: with another the same messages are recorded a second time";
            let found = "another; use the old one, or say that it is new (`--new-key`)";
            Err(StoreError::Argument { field: "secret", expected: expected.to_owned(), found: found.to_owned() })
        }
        Some(_) if work.is_anybody_erased()? => {
            let expected =
                "the one with which this store was filled: persons were erased, who are recognised by it alone";
            let found = "another, and their messages would be recorded again";
            Err(StoreError::Argument { field: "secret", expected: expected.to_owned(), found: found.to_owned() })
        }
        _ => work.keep_value(CHECK, &value),
    }
}

/// What an import came to, and which persons are still to be erased.
struct Done {
    import: Import,
    erase: Vec<Instruction>,
}

/// One import, within one transaction.
struct Importing<'a> {
    importer: &'a Importer,
    how: &'a IntoStore,
    messages: &'a [Delivered],
    tables: &'a [Table<'a>],
}

impl Importing<'_> {
    fn run(&self, work: &mut Work<'_, '_, '_>) -> Result<Done, StoreError> {
        let (importer, now) = (self.importer, self.how.now);
        let age = (now, self.how.wait_at_most, self.how.retry_all);
        let mut kept = Kept::read(work, importer, self.messages, self.tables, age)?;
        let lost = std::mem::take(&mut kept.lost);
        let before = kept.by_id();
        // A message that comes again while it is kept is the one that is kept.
        let mut ids: Vec<Option<Uuid>> = Vec::new();
        for one in self.messages {
            let id = one.message.as_ref().ok().filter(|_| !before.is_empty()).map(|m| importer.waiting_id(m));
            ids.push(id.filter(|id| before.contains_key(id)));
        }
        let again: BTreeSet<Uuid> = ids.iter().copied().flatten().collect();
        let mut all: Vec<&Delivered> = self.messages.iter().collect();
        for (waiting, one) in kept.messages.iter().filter(|(waiting, _)| !again.contains(&waiting.id)) {
            all.push(one);
            ids.push(Some(waiting.id));
        }
        let waiting = |i: usize| ids.get(i).copied().flatten().and_then(|id| before.get(&id).copied());
        let (mut import, mut joined) = self.pass(work, &all, self.tables, &waiting)?;
        for _ in 0..PASSES {
            let open = |told: &Told| told.held_back && matches!(told.outcome, Outcome::Conflict { .. });
            let open: Vec<usize> =
                (0..all.len()).filter(|i| import.report.messages.get(*i).is_some_and(open)).collect();
            if !joined || open.is_empty() {
                break;
            }
            let few: Vec<&Delivered> = open.iter().filter_map(|i| all.get(*i).copied()).collect();
            let of_open = |i: usize| open.get(i).and_then(|i| waiting(*i));
            let (more, joined_more) = self.pass(work, &few, &[], &of_open)?;
            import.records.extend(more.records);
            import.report.cases.extend(more.report.cases);
            import.report.instructions.extend(more.report.instructions);
            for (i, told) in open.iter().zip(more.report.messages) {
                if let Some(before) = import.report.messages.get_mut(*i) {
                    *before = told;
                }
            }
            joined = joined_more;
        }
        let erase = self.erasures(work, &mut import, self.messages.len())?;
        let erased: Vec<String> = erase.of_nobody;
        let report = &mut import.report;
        for (i, (one, told)) in all.iter().zip(&mut report.messages).enumerate() {
            let about_erased =
                || one.message.as_ref().is_ok_and(|m| importer.subjects(m).iter().any(|s| erased.contains(s)));
            let is_kept =
                waiting(i).is_some_and(|w| w.sort != Sort::Done) || matches!(told.outcome, Outcome::Waits { .. });
            if !erased.is_empty() && is_kept && about_erased() {
                told.outcome = Outcome::erased();
            }
            let is_expired = waiting(i).is_some_and(|waiting| kept.is_expired(waiting.id));
            let was_done = waiting(i).is_some_and(|waiting| waiting.sort == Sort::Done);
            let resolved = Kept::settle(work, importer, one, told, (waiting(i), now, is_expired))?;
            let is_new = !was_done || matches!(told.outcome, Outcome::Recorded { .. });
            if i >= self.messages.len() && resolved && is_new {
                told.waiting_id = waiting(i).map(|waiting| waiting.id);
                report.waited.push(told.clone());
            }
        }
        // What was carried out before, and what waits still, is nothing that is told now.
        let is_news = |i: usize, told: &Told| i < self.messages.len() || told.waiting_id.is_some() && !told.kept;
        let lines = || report.messages.iter().enumerate().take(all.len());
        let news: BTreeSet<&Instruction> =
            lines().filter(|(i, told)| is_news(*i, told)).flat_map(|(_, told)| &told.tells).collect();
        let old = lines().filter(|(i, told)| !is_news(*i, told)).flat_map(|(_, told)| &told.tells);
        let old: BTreeSet<Instruction> = old.filter(|one| !news.contains(one)).cloned().collect();
        report.instructions.retain(|one| !old.contains(one));
        report.waited.extend(lost);
        let rows = report.messages.split_off(all.len().min(report.messages.len()));
        report.messages.truncate(self.messages.len());
        report.messages.extend(rows);
        report.instructions.sort_by(|a, b| a.order().cmp(&b.order()));
        report.instructions.dedup();
        Ok(Done { import, erase: erase.held })
    }

    /// Imports some messages, appends what is new, and tells the store what they say of cases. Gives also whether cases were linked
    /// or parted.
    fn pass<'k>(
        &self,
        work: &mut Work<'_, '_, '_>,
        messages: &[&Delivered],
        tables: &[Table<'_>],
        waiting: &dyn Fn(usize) -> Option<&'k Waiting>,
    ) -> Result<(Import, bool), StoreError> {
        let erased = BTreeSet::new();
        let mut held = InStore { importer: self.importer, work, now: self.how.now, erased, failed: None };
        let mut import = self.importer.import_read(messages, tables, &mut held);
        if let Some(e) = held.failed {
            return Err(e);
        }
        let mut cases: BTreeMap<Uuid, Vec<Record>> = BTreeMap::new();
        for record in &import.records {
            cases.entry(record.case_id).or_default().push(record.clone());
        }
        for (case_id, records) in cases {
            work.append(case_id, records)?;
        }
        let report = &mut import.report;
        let mut came = Vec::new();
        for instruction in &report.instructions {
            if let Instruction::Identify { case_id, scheme, value } = instruction
                && let Some(outcome) = identify(work, *case_id, scheme, value)?
            {
                came.push((instruction.clone(), outcome));
            }
        }
        // Of a statement that several messages make, the first that was carried out counts.
        let mut done: BTreeMap<&Instruction, Option<Instant>> = BTreeMap::new();
        for (i, told) in report.messages.iter().enumerate() {
            let since = waiting(i).filter(|w| w.sort == Sort::Done).map(|waiting| waiting.since);
            for instruction in told.tells.iter().filter(|one| !one.is_of_identity()) {
                let known = done.entry(instruction).or_insert(since);
                *known = known.or(since);
            }
        }
        let statements: Vec<Statement> =
            done.into_iter().filter_map(|(instruction, since)| Statement::of(instruction, since)).collect();
        let (of_links, joined) = bring_in_line(work, &statements)?;
        came.extend(of_links);
        report.come_to(&came);
        Ok((import, joined))
    }

    /// Says which persons are to be erased; of those of whom nothing is held it is noted that they were.
    fn erasures(&self, work: &mut Work<'_, '_, '_>, import: &mut Import, given: usize) -> Result<Erase, StoreError> {
        let mut erase = Erase { held: Vec::new(), of_nobody: Vec::new() };
        let report = &mut import.report;
        let ordered = report.instructions.iter().filter(|one| matches!(one, Instruction::Erase { .. }));
        let ordered: Vec<Instruction> = ordered.cloned().collect();
        for instruction in ordered {
            let Instruction::Erase { case_id } = instruction else { continue };
            if work.has(case_id)? {
                erase.held.push(instruction);
                continue;
            }
            let telling = report.messages.iter().take(given).filter(|told| told.tells.contains(&instruction));
            if self.how.erasures == Erasures::CarriedOut {
                let names: Vec<(&str, String)> = telling.flat_map(Told::names).collect();
                for (scheme, value) in names {
                    let digest = self.importer.former(scheme, &value);
                    work.mark_erased(&digest)?;
                    erase.of_nobody.push(digest);
                }
            }
            report.come_to(&[(instruction, Outcome::not_held())]);
        }
        Ok(erase)
    }
}

/// Persons who are to be erased.
struct Erase {
    held: Vec<Instruction>,
    /// The digests of identifiers of those of whom nothing is held.
    of_nobody: Vec<String>,
}

/// Says that a case has an identifier; gives what came of it, if it was not done.
fn identify(
    work: &mut Work<'_, '_, '_>,
    case_id: Uuid,
    scheme: &'static str,
    value: &str,
) -> Result<Option<Outcome>, StoreError> {
    // A case is found by its CRN in any event; that a prison number is not its own an operator has settled.
    if scheme != "crn" && gave_up(&work.facts(case_id)?, "noms", value) {
        return Ok(None);
    }
    let other = match work.identify(case_id, scheme, value) {
        Ok(_) => return Ok(None),
        Err(StoreError::Taken { case_id: other, .. }) => other,
        Err(StoreError::PersonErased { .. }) => return Ok(Some(Outcome::erased())),
        Err(e @ StoreError::Argument { .. }) => return Ok(Some(not_done(Reason::StoreRefuses, e.to_string()))),
        Err(e) => return Err(e),
    };
    work.identify(case_id, &claimed(scheme), value)?;
    if work.person(case_id)? == work.person(other)? {
        return Ok(None);
    }
    Ok(Some(Outcome::conflict(scheme, vec![other.min(case_id), other.max(case_id)], Vec::new())))
}

fn not_done(reason: Reason, why: String) -> Outcome {
    Outcome::NotDone { reason, why }
}

/// Erases persons.
struct Eraser<'a> {
    importer: &'a Importer,
    store: &'a Store,
    by: &'a Operator,
    erasures: Erasures,
}

impl Eraser<'_> {
    /// Erases a person; `named` is what the message calls them. Gives what came of it, if it was not done, or not all of it.
    fn erase(&self, case_id: Uuid, named: &[(&str, String)]) -> Result<Option<Outcome>, StoreError> {
        if self.erasures == Erasures::Listed {
            return Ok(Some(not_done(
                Reason::ErasureNotAskedFor,
                "an erasure cannot be undone, and was not asked for".to_owned(),
            )));
        }
        let Ok(by) = StaffId::new(self.by.id()) else {
            return Ok(Some(not_done(
                Reason::ErasureRefused,
                "the operator's id is none that a record can name".to_owned(),
            )));
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
            ) => return Ok(Some(not_done(Reason::ErasureRefused, format!("nothing of the person was erased: {e}")))),
            done => done?,
        };
        let mut left = done.remains;
        if let Scrubbed::Pending(why) = done.scrubbed {
            left.push(format!("old bytes may be in the store's files: {why}; `risk store scrub` tries again"));
        }
        Ok((!left.is_empty())
            .then(|| not_done(Reason::ErasureIncomplete, format!("what remains: {}", left.join("; ")))))
    }
}

/// Whether an operator settled that the case does not have an identifier, whatever the estate says.
fn gave_up(facts: &Facts, scheme: &str, value: &str) -> bool {
    facts.was_taken(scheme, value) || facts.was_taken(&claimed(scheme), value)
}
