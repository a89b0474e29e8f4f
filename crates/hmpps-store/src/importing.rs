//! One import, within one transaction.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::event::Instant;
use risk_core::log::Record;
use risk_hmpps::import::Importer;
use risk_hmpps::reason::Reason;
use risk_hmpps::report::{Import, Instruction, MessageReport, Outcome, Report};
use risk_hmpps::unstable::{Delivered, Doubt, DoubtBy, Table, given_since, given_to_unheld};
use risk_store::{StoreError, Waiting, WaitingState as Sort, Work, claimed};
use uuid::Uuid;

use crate::erasing::{not_asked_for, not_done};
use crate::in_store::{InStore, contact_name, gave_up};
use crate::links::{Statement, bring_in_line};
use crate::waiting::{KeptMessage, listed};
use crate::{Erasures, IntoStore, Listed, PASSES};

/// What an import came to, and which persons are still to be erased.
pub(crate) struct Done {
    pub(crate) import: Import,
    pub(crate) erase: Vec<Instruction>,
    /// What waits in the store before they are erased.
    pub(crate) waiting: Vec<Listed>,
}

/// One import, within one transaction.
pub(crate) struct Importing<'a> {
    pub(crate) importer: &'a Importer,
    pub(crate) how: &'a IntoStore,
    pub(crate) messages: &'a [Delivered],
    pub(crate) tables: &'a [Table<'a>],
}

/// What an import looks at: what was delivered, and behind it what the store kept of earlier imports.
struct StoreLookup<'k> {
    messages: Vec<&'k Delivered>,
    /// Of each message, as the store keeps it, if it does.
    waiting: Vec<Option<&'k Waiting>>,
}

impl<'k> StoreLookup<'k> {
    fn of(importer: &Importer, delivered: &'k [Delivered], kept: &'k KeptMessage) -> Self {
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

    /// The merges and unmerges in a report; of one that several messages make, the first that was carried out counts.
    fn statements(&self, report: &Report) -> Vec<Statement> {
        let mut done: BTreeMap<&Instruction, Option<Instant>> = BTreeMap::new();
        for (i, reported) in report.messages.iter().enumerate() {
            let since = self.waiting(i).filter(|w| w.sort == Sort::Done).map(|waiting| waiting.since);
            for instruction in reported.tells.iter().filter(|one| !one.is_of_identity()) {
                let known = done.entry(instruction).or_insert(since);
                *known = known.or(since);
            }
        }
        done.into_iter().filter_map(|(instruction, since)| Statement::of(instruction, since)).collect()
    }
}

impl Importing<'_> {
    /// Imports, and keeps what waits.
    pub(crate) fn run(&self, work: &mut Work<'_, '_, '_>) -> Result<Done, StoreError> {
        let age = (self.how.now, self.how.wait_at_most, self.how.retry_all);
        let mut kept = KeptMessage::read(work, self.importer, self.messages, self.tables, age)?;
        let lost = std::mem::take(&mut kept.lost);
        let looked = StoreLookup::of(self.importer, self.messages, &kept);
        let mut import = self.import(work, &looked)?;
        let erase = self.erasures(work, &mut import)?;
        self.keep(work, &looked, &kept, &mut import.report)?;
        self.only_news(&looked, &mut import.report);
        import.report.waited.extend(lost);
        let waiting = if erase.is_empty() { Vec::new() } else { listed(work, self.importer)? };
        Ok(Done { import, erase, waiting })
    }

    /// Imports everything, and what is in conflict again as long as cases are linked or parted that may settle it.
    fn import(&self, work: &mut Work<'_, '_, '_>, looked: &StoreLookup<'_>) -> Result<Import, StoreError> {
        let (mut import, mut joined) = self.pass(work, looked, self.tables)?;
        for _ in 0..PASSES {
            let in_doubt =
                |reported: &MessageReport| reported.held_back && matches!(reported.outcome, Outcome::Conflict { .. });
            let of_messages = import.report.messages.iter().take(looked.messages.len());
            let open: Vec<usize> =
                of_messages.enumerate().filter(|(_, reported)| in_doubt(reported)).map(|(i, _)| i).collect();
            if !joined || open.is_empty() {
                break;
            }
            let more;
            (more, joined) = self.pass(work, &looked.only(&open), &[])?;
            import.records.extend(more.records);
            import.report.cases.extend(more.report.cases);
            import.report.instructions.extend(more.report.instructions);
            for (i, reported) in open.iter().zip(more.report.messages) {
                if let Some(before) = import.report.messages.get_mut(*i) {
                    *before = reported;
                }
            }
        }
        Ok(import)
    }

    /// Keeps what waits, removes what came to an outcome, and lists what waited and came to one.
    fn keep(
        &self,
        work: &mut Work<'_, '_, '_>,
        looked: &StoreLookup<'_>,
        kept: &KeptMessage,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for (i, (one, reported)) in looked.messages.iter().zip(&mut report.messages).enumerate() {
            let before = looked.waiting(i);
            let is_given = i < self.messages.len();
            let is_expired = before.is_some_and(|waiting| kept.is_expired(waiting.id));
            let was_done = before.is_some_and(|waiting| waiting.sort == Sort::Done);
            let resolved =
                KeptMessage::settle(work, self.importer, one, reported, (before, self.how.now, is_expired, is_given))?;
            let is_new = !was_done || matches!(reported.outcome, Outcome::Recorded { .. });
            if !is_given && resolved && is_new {
                reported.waiting_id = before.map(|waiting| waiting.id);
                report.waited.push(reported.clone());
            }
        }
        Ok(())
    }

    /// Leaves what was delivered, and its instructions to the store: what was carried out before, and what still waits, is no news.
    fn only_news(&self, looked: &StoreLookup<'_>, report: &mut Report) {
        let is_news = |i: usize, reported: &MessageReport| {
            i < self.messages.len() || reported.waiting_id.is_some() && !reported.kept
        };
        let lines = || report.messages.iter().enumerate().take(looked.messages.len());
        let news: BTreeSet<&Instruction> =
            lines().filter(|(i, reported)| is_news(*i, reported)).flat_map(|(_, reported)| &reported.tells).collect();
        let old = lines().filter(|(i, reported)| !is_news(*i, reported)).flat_map(|(_, reported)| &reported.tells);
        let old: BTreeSet<Instruction> = old.filter(|one| !news.contains(one)).cloned().collect();
        report.instructions.retain(|one| !old.contains(one));
        report.not_done.retain(|one| !old.contains(&one.instruction));
        let rows = report.messages.split_off(looked.messages.len().min(report.messages.len()));
        report.messages.truncate(self.messages.len());
        report.messages.extend(rows);
        report.instructions.sort_by(|a, b| a.order().cmp(&b.order()));
        report.instructions.dedup();
    }

    /// Looks at the store as what is held.
    fn held<T>(
        &self,
        work: &mut Work<'_, '_, '_>,
        look: impl FnOnce(&mut InStore<'_, '_, '_, '_>) -> T,
    ) -> Result<T, StoreError> {
        let (importer, now, erasures) = (self.importer, self.how.now, self.how.erasures);
        let mut held = InStore { importer, work, now, erased: BTreeSet::new(), erasures, failed: None };
        let found = look(&mut held);
        held.failed.map_or(Ok(found), Err)
    }

    /// Imports some messages, appends what is new, and passes on to the store what they say about cases. Also returns whether cases were linked
    /// or parted.
    fn pass(
        &self,
        work: &mut Work<'_, '_, '_>,
        looked: &StoreLookup<'_>,
        tables: &[Table<'_>],
    ) -> Result<(Import, bool), StoreError> {
        let importer = self.importer;
        let mut import = self.held(work, |held| importer.import_read(&looked.messages, tables, held))?;
        for noms in &import.given_since {
            give_to_the_erased(work, importer, noms)?;
        }
        for noms in &import.given_to_unheld {
            work.mark_erased(&given_to_unheld(importer.key(), noms))?;
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
        let (mut came, mut decided) = (Vec::new(), BTreeSet::new());
        for instruction in &report.instructions {
            let Instruction::Identify { case_id, scheme, value } = instruction else { continue };
            match identify(work, importer, *case_id, (scheme, value))? {
                Identified::MessageReport => {}
                Identified::DecidedOtherwise => drop(decided.insert(instruction.clone())),
                Identified::Came(outcome) => came.push((instruction.clone(), outcome)),
            }
        }
        report.leave_out(&decided);
        let (of_links, joined) = bring_in_line(work, &looked.statements(report))?;
        came.extend(of_links);
        report.come_to(&came);
        Ok((import, joined))
    }

    /// Says which persons are to be erased. For those who are not held, the order is remembered; nothing is lost by it.
    fn erasures(&self, work: &mut Work<'_, '_, '_>, import: &mut Import) -> Result<Vec<Instruction>, StoreError> {
        let report = &mut import.report;
        let mut of_cases = Vec::new();
        let ordered = report.instructions.iter().filter(|one| one.erases());
        let ordered: Vec<Instruction> = ordered.cloned().collect();
        for instruction in ordered {
            let Instruction::Erase { case_id } = instruction else { continue };
            if work.has(case_id)? {
                // What cannot be undone is not done while their person is in doubt.
                let Some(doubt) = self.held(work, |held| self.importer.in_doubt(case_id, held))? else {
                    of_cases.push(instruction);
                    continue;
                };
                for reported in report.messages.iter_mut().filter(|reported| reported.tells.contains(&instruction)) {
                    reported.held_back = true;
                }
                report.come_to(&[(instruction, doubt.outcome(Vec::new()))]);
                continue;
            }
            let ordering = report.messages.iter().take(self.messages.len());
            let named: BTreeSet<(&str, String)> = ordering
                .filter(|reported| reported.tells.contains(&instruction))
                .flat_map(MessageReport::names)
                .collect();
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

/// What came of it that a case has an identifier.
enum Identified {
    MessageReport,
    /// A person decided that the case does not have it.
    DecidedOtherwise,
    Came(Outcome),
}

/// Says that a case has an identifier.
fn identify(
    work: &mut Work<'_, '_, '_>,
    importer: &Importer,
    case_id: Uuid,
    (scheme, value): (&'static str, &str),
) -> Result<Identified, StoreError> {
    let folded = value.to_ascii_lowercase();
    if scheme == "noms" && work.is_marked_erased(&given_since(importer.key(), value))? {
        let facts = work.facts(case_id)?;
        let is_settled = facts.known_as().any(|known| known == (scheme, folded.as_str()));
        if !is_settled && gave_up(&facts, scheme, value) {
            return Ok(Identified::DecidedOtherwise);
        }
        if !is_settled && facts.erased.is_none() {
            work.identify(case_id, &claimed(scheme), value)?;
        }
        return Ok(Identified::MessageReport);
    }
    // A case is found by its CRN in any event; that a prison number is not its own an operator has settled.
    if scheme != "crn" && gave_up(&work.facts(case_id)?, "noms", value) {
        return Ok(Identified::DecidedOtherwise);
    }
    let other = match work.identify(case_id, scheme, value) {
        Ok(_) => return Ok(Identified::MessageReport),
        Err(StoreError::Taken { case_id: other, .. }) => other,
        Err(StoreError::PersonErased { .. }) => return Ok(Identified::Came(Outcome::erased())),
        Err(e @ StoreError::Argument { .. }) => {
            return Ok(Identified::Came(not_done(Reason::StoreRefuses, e.to_string())));
        }
        Err(e) => return Err(e),
    };
    work.identify(case_id, &claimed(scheme), value)?;
    // Which of them was first does not say whose a prison number is; a case keeps the CRN that it is known by.
    if scheme == "noms" {
        work.identify(other, &claimed(scheme), value)?;
    }
    if work.person(case_id)? == work.person(other)? {
        return Ok(Identified::MessageReport);
    }
    let cases = vec![other.min(case_id), other.max(case_id)];
    Ok(Identified::Came(Doubt { scheme, cases, by: DoubtBy::Claims }.outcome(Vec::new())))
}
