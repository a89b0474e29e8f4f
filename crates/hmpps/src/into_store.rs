//! Importing straight into a store: it says what is held, takes what is new, is told which cases are whose, and keeps what waits.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use risk_core::event::Instant;
use risk_core::event::field::StaffId;
use risk_core::event::vocabulary::CorrectionReason;
use risk_core::log::{Log, Record};
use risk_store::{Facts, Operator, PersonErasure, Scrubbed, Sort, Store, StoreError, Waiting, Work, claimed};
use uuid::Uuid;

use crate::contact::LastStatement;
use crate::import::{Given, Held, Importer, Table, read};
use crate::kept::{Kept, listed};
use crate::key::Key;
use crate::links::{Statement, bring_in_line};
use crate::message::Delivered;
use crate::people::given_since;
use crate::reason::Reason;
use crate::report::{Import, Instruction, Outcome, Report, Told};
use crate::whose::{Doubt, DoubtBy};

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
    /// What is done with the order to erase a person.
    erasures: Erasures,
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

    fn remembers_the_erased(&self) -> bool {
        true
    }

    fn erased_as(&mut self, digest: &str) -> Option<Uuid> {
        if let Some(case) = self.ask(|work| work.erased_as(digest)) {
            return Some(case);
        }
        let case = self.ask(|work| work.is_marked_erased(digest)).then(|| self.importer.of_nobody(digest))?;
        self.erased.insert(case);
        Some(case)
    }

    fn is_given_since(&mut self, digest: &str) -> bool {
        self.ask(|work| work.is_marked_erased(digest))
    }

    fn known_as(&mut self, case_id: Uuid) -> Vec<(String, String)> {
        let owned = |(sort, value): (&str, &str)| (sort.to_owned(), value.to_owned());
        self.ask(|work| Ok(work.facts(case_id)?.known_as().map(owned).collect()))
    }

    fn forgets(&mut self, case_id: Uuid) -> bool {
        self.erasures == Erasures::CarriedOut && !self.is_held(case_id)
    }

    fn last_statement(&mut self, digest: &str) -> Option<LastStatement> {
        LastStatement::read(&self.ask(|work| work.value(&contact_name(digest)))?)
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
    let mut done = store.work(by, |work| {
        must_have_its_secret(work, importer, how.new_key)?;
        Importing { importer, how, messages: &messages, tables: &tables }.run(work)
    })?;
    let eraser = Eraser { importer, store, by, erasures: how.erasures };
    let mut erases = eraser.carry_out(&mut done)?;
    let Done { mut import, .. } = done;
    // What an erasure settles is applied now: of two persons who claimed a number one is left.
    for _ in 0..PASSES {
        if !erases {
            break;
        }
        let again = Importing { importer, how, messages: &[], tables: &[] };
        let mut done = store.work(by, |work| again.run(work))?;
        erases = eraser.carry_out(&mut done)?;
        let Done { import: more, .. } = done;
        import.records.extend(more.records);
        import.report.also(more.report);
    }
    import.report.stored = true;
    import.report.finish();
    Ok(import)
}

/// The messages that wait in a store, the oldest first. It shows whom none of them is about.
///
/// # Errors
/// [`StoreError`] where the store cannot be read, or was filled with another secret.
pub fn waiting(importer: &Importer, store: &Store, by: &Operator) -> Result<Vec<Listed>, StoreError> {
    store.work(by, |work| {
        must_be_the_one(work, importer.key(), "no other opens what waits in it")?;
        listed(work, importer)
    })
}

/// Removes a message that waits in a store.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::Argument`] where the store was filled with another secret.
pub fn discard(importer: &Importer, store: &Store, by: &Operator, id: Uuid) -> Result<(), StoreError> {
    store.work(by, |work| {
        must_be_the_one(work, importer.key(), "no other opens what waits in it")?;
        if work.remove_waiting(id)? {
            return Ok(());
        }
        Err(StoreError::NotFound { expected: "a message that waits", found: id.to_string() })
    })
}

/// Refuses another secret than the one with which the store was filled, before a person is erased: their messages that wait are found,
/// and those that come later are recognised, by that one alone. A store into which nothing was imported has none yet.
///
/// # Errors
/// [`StoreError::Argument`] for another secret; [`StoreError`] where the store cannot be read.
pub fn must_be_its_secret(key: &Key, store: &Store, by: &Operator) -> Result<(), StoreError> {
    store.work(by, |work| must_be_the_one(work, key, "messages about the person are found by it alone"))
}

/// Refuses another secret than the one with which the store was filled, if it was.
fn must_be_the_one(work: &mut Work<'_, '_, '_>, key: &Key, why: &str) -> Result<(), StoreError> {
    if is_another(work, key)? { Err(another(why, "another")) } else { Ok(()) }
}

/// Whether the store was filled with another secret.
fn is_another(work: &mut Work<'_, '_, '_>, key: &Key) -> Result<bool, StoreError> {
    Ok(work.value(CHECK)?.is_some_and(|kept| kept != key.check_value()))
}

fn another(why: &str, found: &str) -> StoreError {
    StoreError::argument("secret", format!("the one with which this store was filled: {why}"), found)
}

/// Refuses another secret than the one with which the store was filled, as the same messages would make other records.
fn must_have_its_secret(work: &mut Work<'_, '_, '_>, importer: &Importer, may_be_new: bool) -> Result<(), StoreError> {
    let is_another = is_another(work, importer.key())?;
    let (why, found) = if is_another && !may_be_new {
        let found = "another; use the old one, or say that it is new (`--new-key`)";
        ("with another the same messages are recorded a second time", found)
    } else if is_another && work.is_anybody_erased()? {
        ("persons were erased, who are recognised by it alone", "another, and their messages would be recorded again")
    } else {
        return work.keep_value(CHECK, &importer.key().check_value());
    };
    Err(another(why, found))
}

/// Under which name a store keeps the statement of a contact that counts.
fn contact_name(digest: &str) -> String {
    format!("hmpps {digest}")
}

/// What an import came to, and which persons are still to be erased.
struct Done {
    import: Import,
    erase: Vec<Instruction>,
    /// What waits in the store before they are erased.
    waiting: Vec<Listed>,
}

/// One import, within one transaction.
struct Importing<'a> {
    importer: &'a Importer,
    how: &'a IntoStore,
    messages: &'a [Delivered],
    tables: &'a [Table<'a>],
}

/// What an import looks at: what was delivered, and behind it what the store kept of earlier imports.
struct Looked<'k> {
    messages: Vec<&'k Delivered>,
    /// Of each message, as the store keeps it, if it does.
    waiting: Vec<Option<&'k Waiting>>,
}

impl<'k> Looked<'k> {
    fn of(importer: &Importer, delivered: &'k [Delivered], kept: &'k Kept) -> Self {
        let before = kept.by_id();
        let mut looked = Self { messages: delivered.iter().collect(), waiting: Vec::new() };
        for one in delivered {
            // A message that comes again while it is kept is the one that is kept.
            let id = one.message.as_ref().ok().filter(|_| !before.is_empty()).map(|m| importer.waiting_id(m));
            looked.waiting.push(id.and_then(|id| before.get(&id).copied()));
        }
        let again: BTreeSet<Uuid> = looked.waiting.iter().flatten().map(|waiting| waiting.id).collect();
        for (waiting, one) in kept.messages.iter().filter(|(waiting, _)| !again.contains(&waiting.id)) {
            looked.messages.push(one);
            looked.waiting.push(Some(waiting));
        }
        looked
    }

    /// The same, of some of them.
    fn only(&self, which: &[usize]) -> Self {
        let messages = which.iter().filter_map(|i| self.messages.get(*i).copied()).collect();
        Self { messages, waiting: which.iter().map(|i| self.waiting(*i)).collect() }
    }

    fn waiting(&self, i: usize) -> Option<&'k Waiting> {
        self.waiting.get(i).copied().flatten()
    }

    /// The merges and unmerges that a report tells a store; of one that several messages make, the first that was carried out counts.
    fn statements(&self, report: &Report) -> Vec<Statement> {
        let mut done: BTreeMap<&Instruction, Option<Instant>> = BTreeMap::new();
        for (i, told) in report.messages.iter().enumerate() {
            let since = self.waiting(i).filter(|w| w.sort == Sort::Done).map(|waiting| waiting.since);
            for instruction in told.tells.iter().filter(|one| !one.is_of_identity()) {
                let known = done.entry(instruction).or_insert(since);
                *known = known.or(since);
            }
        }
        done.into_iter().filter_map(|(instruction, since)| Statement::of(instruction, since)).collect()
    }
}

impl Importing<'_> {
    fn run(&self, work: &mut Work<'_, '_, '_>) -> Result<Done, StoreError> {
        let age = (self.how.now, self.how.wait_at_most, self.how.retry_all);
        let mut kept = Kept::read(work, self.importer, self.messages, self.tables, age)?;
        let lost = std::mem::take(&mut kept.lost);
        let looked = Looked::of(self.importer, self.messages, &kept);
        let mut import = self.import(work, &looked)?;
        let erase = self.erasures(work, &mut import)?;
        self.keep(work, &looked, &kept, &mut import.report)?;
        self.only_news(&looked, &mut import.report);
        import.report.waited.extend(lost);
        let waiting = if erase.is_empty() { Vec::new() } else { listed(work, self.importer)? };
        Ok(Done { import, erase, waiting })
    }

    /// Imports everything, and what is in conflict again as long as cases are linked or parted that may settle it.
    fn import(&self, work: &mut Work<'_, '_, '_>, looked: &Looked<'_>) -> Result<Import, StoreError> {
        let (mut import, mut joined) = self.pass(work, looked, self.tables)?;
        for _ in 0..PASSES {
            let in_doubt = |told: &Told| told.held_back && matches!(told.outcome, Outcome::Conflict { .. });
            let of_messages = import.report.messages.iter().take(looked.messages.len());
            let open: Vec<usize> = of_messages.enumerate().filter(|(_, told)| in_doubt(told)).map(|(i, _)| i).collect();
            if !joined || open.is_empty() {
                break;
            }
            let more;
            (more, joined) = self.pass(work, &looked.only(&open), &[])?;
            import.records.extend(more.records);
            import.report.cases.extend(more.report.cases);
            import.report.instructions.extend(more.report.instructions);
            for (i, told) in open.iter().zip(more.report.messages) {
                if let Some(before) = import.report.messages.get_mut(*i) {
                    *before = told;
                }
            }
        }
        Ok(import)
    }

    /// Keeps what waits, removes what came to an outcome, and lists what waited and came to one.
    fn keep(
        &self,
        work: &mut Work<'_, '_, '_>,
        looked: &Looked<'_>,
        kept: &Kept,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for (i, (one, told)) in looked.messages.iter().zip(&mut report.messages).enumerate() {
            let before = looked.waiting(i);
            let is_expired = before.is_some_and(|waiting| kept.is_expired(waiting.id));
            let was_done = before.is_some_and(|waiting| waiting.sort == Sort::Done);
            let resolved = Kept::settle(work, self.importer, one, told, (before, self.how.now, is_expired))?;
            let is_new = !was_done || matches!(told.outcome, Outcome::Recorded { .. });
            if i >= self.messages.len() && resolved && is_new {
                told.waiting_id = before.map(|waiting| waiting.id);
                report.waited.push(told.clone());
            }
        }
        Ok(())
    }

    /// Leaves what was delivered, and what the store is told now: what was carried out before, and what waits still, is no news.
    fn only_news(&self, looked: &Looked<'_>, report: &mut Report) {
        let is_news = |i: usize, told: &Told| i < self.messages.len() || told.waiting_id.is_some() && !told.kept;
        let lines = || report.messages.iter().enumerate().take(looked.messages.len());
        let news: BTreeSet<&Instruction> =
            lines().filter(|(i, told)| is_news(*i, told)).flat_map(|(_, told)| &told.tells).collect();
        let old = lines().filter(|(i, told)| !is_news(*i, told)).flat_map(|(_, told)| &told.tells);
        let old: BTreeSet<Instruction> = old.filter(|one| !news.contains(one)).cloned().collect();
        report.instructions.retain(|one| !old.contains(one));
        let rows = report.messages.split_off(looked.messages.len().min(report.messages.len()));
        report.messages.truncate(self.messages.len());
        report.messages.extend(rows);
        report.instructions.sort_by(|a, b| a.order().cmp(&b.order()));
        report.instructions.dedup();
    }

    /// Imports some messages, appends what is new, and tells the store what they say of cases. Gives also whether cases were linked
    /// or parted.
    fn pass(
        &self,
        work: &mut Work<'_, '_, '_>,
        looked: &Looked<'_>,
        tables: &[Table<'_>],
    ) -> Result<(Import, bool), StoreError> {
        let erased = BTreeSet::new();
        let (importer, now, erasures) = (self.importer, self.how.now, self.how.erasures);
        let mut held = InStore { importer, work, now, erased, erasures, failed: None };
        let mut import = self.importer.import_read(&looked.messages, tables, &mut held);
        if let Some(e) = held.failed {
            return Err(e);
        }
        for noms in &import.given_since {
            give_to_the_erased(work, importer, noms)?;
        }
        let mut cases: BTreeMap<Uuid, Vec<Record>> = BTreeMap::new();
        for record in &import.records {
            cases.entry(record.case_id).or_default().push(record.clone());
        }
        for (case_id, records) in cases {
            work.append(case_id, records)?;
        }
        for (digest, last) in &import.contacts {
            work.keep_value(&contact_name(digest), &last.to_string())?;
        }
        let report = &mut import.report;
        let mut came = Vec::new();
        for instruction in &report.instructions {
            if let Instruction::Identify { case_id, scheme, value } = instruction
                && let Some(outcome) = identify(work, importer, *case_id, (scheme, value))?
            {
                came.push((instruction.clone(), outcome));
            }
        }
        let (of_links, joined) = bring_in_line(work, &looked.statements(report))?;
        came.extend(of_links);
        report.come_to(&came);
        Ok((import, joined))
    }

    /// Says which persons are to be erased. Of those of whom nothing is held it is noted that they were, as nothing is lost by it.
    fn erasures(&self, work: &mut Work<'_, '_, '_>, import: &mut Import) -> Result<Vec<Instruction>, StoreError> {
        let report = &mut import.report;
        let mut of_cases = Vec::new();
        let ordered = report.instructions.iter().filter(|one| one.erases());
        let ordered: Vec<Instruction> = ordered.cloned().collect();
        for instruction in ordered {
            let Instruction::Erase { case_id } = instruction else { continue };
            if work.has(case_id)? {
                of_cases.push(instruction);
                continue;
            }
            let ordering = report.messages.iter().take(self.messages.len());
            let named: BTreeSet<(&str, String)> =
                ordering.filter(|told| told.tells.contains(&instruction)).flat_map(Told::names).collect();
            let digests = named.iter().map(|(scheme, value)| self.importer.former(scheme, value));
            let digests: BTreeSet<String> = digests.collect();
            let mut waits = false;
            for digest in &digests {
                waits |= !work.waiting_of(digest)?.is_empty();
            }
            let outcome = if waits && self.how.erasures == Erasures::Listed {
                not_asked_for()
            } else {
                digests.iter().try_for_each(|digest| work.mark_erased(digest))?;
                Outcome::not_held()
            };
            report.come_to(&[(instruction, outcome)]);
        }
        Ok(of_cases)
    }
}

/// Notes that messages gave an erased person a prison number since: whoever has it besides has no more than a claim to it, until a
/// person settles that.
fn give_to_the_erased(work: &mut Work<'_, '_, '_>, importer: &Importer, noms: &str) -> Result<(), StoreError> {
    let digest = given_since(importer.key(), noms);
    if work.is_marked_erased(&digest)? {
        return Ok(());
    }
    work.mark_erased(&digest)?;
    for case_id in work.cases_of("noms", noms)? {
        work.identify(case_id, &claimed("noms"), noms)?;
    }
    Ok(())
}

/// Says that a case has an identifier; gives what came of it, if it was not done.
fn identify(
    work: &mut Work<'_, '_, '_>,
    importer: &Importer,
    case_id: Uuid,
    (scheme, value): (&'static str, &str),
) -> Result<Option<Outcome>, StoreError> {
    let folded = value.to_ascii_lowercase();
    if scheme == "noms" && work.is_marked_erased(&given_since(importer.key(), value))? {
        let facts = work.facts(case_id)?;
        let is_settled = facts.known_as().any(|known| known == (scheme, folded.as_str()));
        if !is_settled && !gave_up(&facts, scheme, value) && facts.erased.is_none() {
            work.identify(case_id, &claimed(scheme), value)?;
        }
        return Ok(None);
    }
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
    // Which of them was first does not say whose a prison number is; a case keeps the CRN that it is known by.
    if scheme == "noms" {
        work.identify(other, &claimed(scheme), value)?;
    }
    if work.person(case_id)? == work.person(other)? {
        return Ok(None);
    }
    let cases = vec![other.min(case_id), other.max(case_id)];
    Ok(Some(Doubt { scheme, cases, by: DoubtBy::Claims }.outcome(Vec::new())))
}

fn not_done(reason: Reason, why: String) -> Outcome {
    Outcome::NotDone { reason, why }
}

fn not_asked_for() -> Outcome {
    not_done(Reason::ErasureNotAskedFor, "an erasure cannot be undone, and was not asked for".to_owned())
}

/// Erases persons.
struct Eraser<'a> {
    importer: &'a Importer,
    store: &'a Store,
    by: &'a Operator,
    erasures: Erasures,
}

impl Eraser<'_> {
    /// Erases the persons of an import, and reports the messages about them that waited. Gives whether any person was erased.
    fn carry_out(&self, done: &mut Done) -> Result<bool, StoreError> {
        let (mut erases, mut gone) = (false, BTreeSet::new());
        let report = &mut done.import.report;
        for instruction in std::mem::take(&mut done.erase) {
            let telling = |told: &&Told| told.tells.contains(&instruction);
            let all = || report.messages.iter().chain(&report.waited);
            let named = all().find(telling).map(Told::names).unwrap_or_default();
            let Instruction::Erase { case_id } = instruction else { continue };
            let (waiting, outcome) = self.erase(case_id, &named)?;
            erases |= waiting.is_some();
            gone.extend(waiting.into_iter().flatten());
            if let Some(outcome) = outcome {
                report.come_to(&[(instruction, outcome)]);
            }
        }
        for one in done.waiting.iter().filter(|one| gone.contains(&one.id)) {
            let delivered = report.messages.iter_mut().find(|told| told.waiting_id == Some(one.id));
            match delivered {
                Some(told) => {
                    told.outcome = Outcome::erased();
                    (told.kept, told.waiting_id) = (false, None);
                }
                None => report.waited.push(one.told(Outcome::erased())),
            }
        }
        Ok(erases)
    }

    /// Erases a person; `named` is what the message calls them. Gives the messages that waited and are gone, if anything was erased, and
    /// what came of it, if it was not done, or not all of it.
    fn erase(
        &self,
        case_id: Uuid,
        named: &[(&str, String)],
    ) -> Result<(Option<Vec<Uuid>>, Option<Outcome>), StoreError> {
        if self.erasures == Erasures::Listed {
            return Ok((None, Some(not_asked_for())));
        }
        let Ok(by) = StaffId::new(self.by.id()) else {
            let why = "the operator's id is none that a record can name".to_owned();
            return Ok((None, Some(not_done(Reason::ErasureRefused, why))));
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
            ) => {
                let why = format!("nothing of the person was erased: {e}");
                return Ok((None, Some(not_done(Reason::ErasureRefused, why))));
            }
            done => done?,
        };
        let mut left = done.remains;
        if let Scrubbed::Pending(why) = done.scrubbed {
            left.push(format!("old bytes may be in the store's files: {why}; `risk store scrub` tries again"));
        }
        let remains = || not_done(Reason::ErasureIncomplete, format!("what remains: {}", left.join("; ")));
        Ok((Some(done.waiting), (!left.is_empty()).then(remains)))
    }
}

/// Whether an operator settled that the case does not have an identifier, whatever the estate says.
fn gave_up(facts: &Facts, scheme: &str, value: &str) -> bool {
    facts.was_taken(scheme, value) || facts.was_taken(&claimed(scheme), value)
}
