//! Which cases are of one person, by all that the estate said of it.
//!
//! A merge or an unmerge is a statement about two cases; of two about the same pair the later one counts, in whatever order they
//! come. Cases that statements join, over any number of steps, are one person's. The store's links are brought in line with that:
//! a link that statements explain, and explain no longer, is parted. What someone linked or parted by hand stays: a later statement
//! that contradicts it is in conflict. The store notes which links an import made, so that those made by hand are known from them.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::event::Instant;
use risk_store::{Act, Entry, StoreError, Work};
use uuid::Uuid;

use risk_hmpps::reason::Reason;
use risk_hmpps::report::{Instruction, Outcome};
use risk_hmpps::unstable::{Doubt, DoubtBy};

/// A merge or an unmerge that the estate reported.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) instruction: Instruction,
    /// Since when it is carried out, if it was before.
    pub(crate) done_since: Option<Instant>,
    from: Uuid,
    into: Uuid,
    at: Instant,
    merges: bool,
}

impl Statement {
    /// The statement in an instruction, if it is one about two cases.
    pub(crate) fn of(instruction: &Instruction, done_since: Option<Instant>) -> Option<Self> {
        let (from, into, at, merges) = match *instruction {
            Instruction::Merge { from, into, at } => (from, into, at, true),
            Instruction::Unmerge { from, into, at } => (from, into, at, false),
            _ => return None,
        };
        Some(Self { instruction: instruction.clone(), done_since, from, into, at, merges })
    }

    fn pair(&self) -> (Uuid, Uuid) {
        pair(self.from, self.into)
    }
}

fn pair(one: Uuid, other: Uuid) -> (Uuid, Uuid) {
    (one.min(other), one.max(other))
}

/// Brings the links of a store in line with all statements about the cases that they name; gives what came of each, where that is
/// not that it was carried out now, and whether any link was changed.
pub(crate) fn bring_in_line(
    work: &mut Work<'_, '_, '_>,
    statements: &[Statement],
) -> Result<(Vec<(Instruction, Outcome)>, bool), StoreError> {
    let mut outcomes = Vec::new();
    let mut held = Vec::new();
    for one in statements {
        let outcome = match (work.has(one.from)?, work.has(one.into)?) {
            (true, true) if is_erased(work, one)? => Outcome::erased(),
            (true, true) => {
                held.push(one);
                continue;
            }
            (false, false) => Outcome::not_held(),
            _ => Outcome::waits(Reason::CaseUnknown, "the other case of the two, of which nothing is held yet"),
        };
        outcomes.push((one.instruction.clone(), outcome));
    }
    let mut links = Links::of(&held);
    links.part(work)?;
    links.join(work)?;
    for one in held {
        if let Some(outcome) = links.came_of(work, one)? {
            outcomes.push((one.instruction.clone(), outcome));
        }
    }
    Ok((outcomes, !links.parted.is_empty() || !links.joined.is_empty()))
}

fn is_erased(work: &mut Work<'_, '_, '_>, one: &Statement) -> Result<bool, StoreError> {
    Ok(work.facts(one.from)?.erased.is_some() || work.facts(one.into)?.erased.is_some())
}

/// What statements about cases that are held come to.
struct Links<'s> {
    /// Of each pair the statement that counts.
    latest: BTreeMap<(Uuid, Uuid), &'s Statement>,
    /// The pairs of which it was said that they were merged.
    merged: BTreeSet<(Uuid, Uuid)>,
    parted: Vec<(Uuid, Uuid)>,
    joined: BTreeSet<(Uuid, Uuid)>,
    failed: BTreeMap<(Uuid, Uuid), Outcome>,
    /// The pairs about which a person decided otherwise by hand.
    by_hand: BTreeSet<(Uuid, Uuid)>,
}

impl<'s> Links<'s> {
    fn of(statements: &[&'s Statement]) -> Self {
        let mut latest: BTreeMap<(Uuid, Uuid), &Statement> = BTreeMap::new();
        let merged = statements.iter().filter(|one| one.merges).map(|one| one.pair()).collect();
        for one in statements {
            let counts = latest.entry(one.pair()).or_insert(one);
            if (counts.at, !counts.merges) < (one.at, !one.merges) {
                *counts = one;
            }
        }
        let (parted, joined, failed) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        Self { latest, merged, parted, joined, failed, by_hand: BTreeSet::new() }
    }

    /// The cases that a case is joined with by pairs, itself included.
    fn joined_with(case: Uuid, pairs: impl Iterator<Item = (Uuid, Uuid)> + Clone) -> BTreeSet<Uuid> {
        let mut all = BTreeSet::from([case]);
        loop {
            let before = all.len();
            for (one, other) in pairs.clone() {
                if all.contains(&one) || all.contains(&other) {
                    all.extend([one, other]);
                }
            }
            if all.len() == before {
                return all;
            }
        }
    }

    fn stand(&self) -> impl Iterator<Item = (Uuid, Uuid)> + Clone {
        self.latest.iter().filter(|(_, one)| one.merges).map(|(pair, _)| *pair)
    }

    /// Parts what statements joined and join no longer.
    fn part(&mut self, work: &mut Work<'_, '_, '_>) -> Result<(), StoreError> {
        let mut cases = BTreeSet::new();
        for (one, other) in self.latest.keys() {
            for case in [*one, *other] {
                members(work, case, &mut cases)?;
            }
        }
        for case in cases {
            let Some(into) = work.facts(case)?.merged_into else { continue };
            let ever = Self::joined_with(case, self.latest.keys().copied());
            if !ever.contains(&into) || Self::joined_with(case, self.stand()).contains(&into) {
                continue;
            }
            // What someone linked by hand stays linked.
            if !LinkedBy::of(work, case, into)?.is_import(Linking::Joined) {
                self.by_hand.extend(self.latest.values().filter(|one| !one.merges).map(|one| one.pair()));
                continue;
            }
            work.unmerge(case, into)?;
            LinkedBy::note(work, case, into)?;
            self.parted.push(pair(case, into));
        }
        Ok(())
    }

    /// Joins what statements join.
    fn join(&mut self, work: &mut Work<'_, '_, '_>) -> Result<(), StoreError> {
        let mut merges: Vec<&Statement> = self.latest.values().copied().filter(|one| one.merges).collect();
        merges.sort_by_key(|one| (one.at, one.pair()));
        for one in merges {
            let was_done = one.done_since.is_some() && self.parted.is_empty();
            let head = work.person(one.from)?;
            if was_done || head == work.person(one.into)? {
                continue;
            }
            if were_parted_by_hand(work, one.from, one.into)? {
                self.by_hand.insert(one.pair());
                continue;
            }
            match work.merge(head, one.into) {
                Ok(()) => {
                    LinkedBy::note(work, head, one.into)?;
                    self.joined.insert(one.pair());
                }
                Err(StoreError::PersonErased { .. }) => {
                    self.failed.insert(one.pair(), Outcome::erased());
                }
                Err(e @ (StoreError::NotFound { .. } | StoreError::Argument { .. } | StoreError::Append { .. })) => {
                    self.failed.insert(one.pair(), Outcome::waits(Reason::StoreRefuses, e.to_string()));
                }
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// What came of a statement, where that is not that it was carried out now.
    fn came_of(&self, work: &mut Work<'_, '_, '_>, one: &Statement) -> Result<Option<Outcome>, StoreError> {
        if let Some(outcome) = self.failed.get(&one.pair()) {
            return Ok(Some(outcome.clone()));
        }
        if self.latest.get(&one.pair()).is_none_or(|latest| latest.instruction != one.instruction) {
            return Ok(Some(Outcome::Known));
        }
        let are_one = work.person(one.from)? == work.person(one.into)?;
        // A statement that was carried out before is no news, whatever a person did since.
        if self.by_hand.contains(&one.pair()) && are_one != one.merges && one.done_since.is_none() {
            let (one, other) = one.pair();
            let doubt = Doubt { scheme: "crn", cases: vec![one, other], by: DoubtBy::Hand };
            return Ok(Some(doubt.outcome(Vec::new())));
        }
        if one.merges {
            let is_done = self.joined.contains(&one.pair());
            return Ok(match (is_done, one.done_since, are_one) {
                (true, None, _) => None,
                (false, None, true) => Some(Outcome::Nothing {
                    reason: Reason::OneCaseAlready,
                    why: "both are of one person already".to_owned(),
                }),
                _ => Some(Outcome::Known),
            });
        }
        if are_one {
            let why = "both are of one person by way of a third case: part that one with `risk store unmerge` first";
            return Ok(Some(Outcome::NotDone { reason: Reason::MergedByAThird, why: why.to_owned() }));
        }
        if !self.parted.is_empty() && one.done_since.is_none() {
            return Ok(None);
        }
        if one.done_since.is_some() || self.merged.contains(&one.pair()) || parted_since(work, one)? {
            return Ok(Some(Outcome::Known));
        }
        Ok(Some(Outcome::waits(Reason::MergeUnknown, "the merge that it undoes")))
    }
}

/// Whether the two were parted after a statement about them was made.
fn parted_since(work: &mut Work<'_, '_, '_>, one: &Statement) -> Result<bool, StoreError> {
    let parted = |act: &Act| matches!(act, Act::UnmergedFrom { other } if *other == one.into);
    let since = |entry: &Entry| entry.at.parse::<Instant>().is_ok_and(|reported| reported >= one.at);
    Ok(work.journal(one.from)?.iter().any(|entry| parted(&entry.act) && since(entry)))
}

/// Whether someone parted two cases by hand, of which the persons of these two would be one again.
pub(crate) fn were_parted_by_hand(work: &mut Work<'_, '_, '_>, one: Uuid, other: Uuid) -> Result<bool, StoreError> {
    let (mut of_one, mut of_other) = (BTreeSet::new(), BTreeSet::new());
    members(work, one, &mut of_one)?;
    members(work, other, &mut of_other)?;
    for case in of_one {
        for other in &of_other {
            if LinkedBy::of(work, case, *other)?.is_by_hand(Linking::Parted) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// What was done last with the link between two cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Linking {
    Joined,
    Parted,
}

/// Who did it.
struct LinkedBy {
    last: Option<Linking>,
    is_import: bool,
}

impl LinkedBy {
    /// Under which name the store keeps the place of what an import did last in the journal of one of two cases.
    fn name(one: Uuid, other: Uuid) -> String {
        let (one, other) = pair(one, other);
        format!("hmpps link {one} {other}")
    }

    /// The last entry about the link of two cases in the journal of the first of them.
    fn last(work: &mut Work<'_, '_, '_>, one: Uuid, other: Uuid) -> Result<Option<(u64, Linking)>, StoreError> {
        let (first, second) = pair(one, other);
        let link = |entry: &Entry| match entry.act {
            Act::MergedInto { other } | Act::MergedFrom { other } if other == second => Some(Linking::Joined),
            Act::UnmergedFrom { other } if other == second => Some(Linking::Parted),
            _ => None,
        };
        let journal = work.journal(first)?;
        Ok(journal.iter().rev().find_map(|entry| Some((entry.position, link(entry)?))))
    }

    fn of(work: &mut Work<'_, '_, '_>, one: Uuid, other: Uuid) -> Result<Self, StoreError> {
        let last = Self::last(work, one, other)?;
        let noted = work.value(&Self::name(one, other))?;
        let is_import = last.is_some_and(|(position, _)| noted == Some(position.to_string()));
        Ok(Self { last: last.map(|(_, linking)| linking), is_import })
    }

    /// Notes that an import linked or parted two cases just now.
    fn note(work: &mut Work<'_, '_, '_>, one: Uuid, other: Uuid) -> Result<(), StoreError> {
        let Some((position, _)) = Self::last(work, one, other)? else { return Ok(()) };
        work.keep_value(&Self::name(one, other), &position.to_string())
    }

    fn is_import(&self, linking: Linking) -> bool {
        self.last == Some(linking) && self.is_import
    }

    fn is_by_hand(&self, linking: Linking) -> bool {
        self.last == Some(linking) && !self.is_import
    }
}

/// Adds all cases of the person of a case.
pub(crate) fn members(work: &mut Work<'_, '_, '_>, case: Uuid, all: &mut BTreeSet<Uuid>) -> Result<(), StoreError> {
    let mut open = vec![work.person(case)?];
    while let Some(case) = open.pop() {
        if all.insert(case) {
            open.extend(work.facts(case)?.merged_from.keys().copied());
        }
    }
    Ok(())
}
