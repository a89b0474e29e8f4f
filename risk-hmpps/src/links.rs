//! Which cases are of one person, by all that the estate said of it.
//!
//! A merge or an unmerge is a statement about two cases; of two about the same pair the later one counts, in whatever order they
//! come. Cases that statements join, over any number of steps, are one person's. The store's links are brought in line with that:
//! a link that statements explain, and explain no longer, is parted; whatever else someone linked or parted by hand stays.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::event::Instant;
use risk_store::{Act, Entry, StoreError, Work};
use uuid::Uuid;

use crate::reason::Reason;
use crate::report::{Instruction, Outcome};

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
    /// The pairs of which it was said that they were parted.
    unmerged: BTreeSet<(Uuid, Uuid)>,
    parted: Vec<(Uuid, Uuid)>,
    joined: BTreeSet<(Uuid, Uuid)>,
    failed: BTreeMap<(Uuid, Uuid), Outcome>,
}

impl<'s> Links<'s> {
    fn of(statements: &[&'s Statement]) -> Self {
        let mut latest: BTreeMap<(Uuid, Uuid), &Statement> = BTreeMap::new();
        let (mut merged, mut unmerged) = (BTreeSet::new(), BTreeSet::new());
        for one in statements {
            if one.merges {
                merged.insert(one.pair())
            } else {
                unmerged.insert(one.pair())
            };
            let counts = latest.entry(one.pair()).or_insert(one);
            if (counts.at, !counts.merges) < (one.at, !one.merges) {
                *counts = one;
            }
        }
        let (parted, joined, failed) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        Self { latest, merged, unmerged, parted, joined, failed }
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
            // What someone linked by hand after the estate parted it stays linked.
            let since = work.facts(into)?.merged_from.get(&case).copied();
            let is_new = |one: &&Statement| one.done_since.is_none_or(|done| since.is_none_or(|since| since <= done));
            let parting = self.latest.values().filter(|one| !one.merges && ever.contains(&one.from));
            if parting.copied().any(|one| is_new(&one)) {
                work.unmerge(case, into)?;
                self.parted.push(pair(case, into));
            }
        }
        Ok(())
    }

    /// Joins what statements join.
    fn join(&mut self, work: &mut Work<'_, '_, '_>) -> Result<(), StoreError> {
        let mut merges: Vec<&Statement> = self.latest.values().copied().filter(|one| one.merges).collect();
        merges.sort_by_key(|one| (one.at, one.pair()));
        for one in merges {
            // What was joined before and is not joined now was parted by hand.
            let was_done = one.done_since.is_some() && self.parted.is_empty();
            let head = work.person(one.from)?;
            if was_done || head == work.person(one.into)? || self.parted_by_hand(work, one)? {
                continue;
            }
            match work.merge(head, one.into) {
                Ok(()) => {
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

    /// Whether someone parted the two after that merge, of which the estate itself said nothing.
    fn parted_by_hand(&self, work: &mut Work<'_, '_, '_>, one: &Statement) -> Result<bool, StoreError> {
        // Two whom other statements joined may have been parted because of those.
        let others = self.latest.keys().copied().filter(|pair| *pair != one.pair());
        let by_others = Self::joined_with(one.from, others).contains(&one.into);
        if by_others || one.done_since.is_some() || self.unmerged.contains(&one.pair()) {
            return Ok(false);
        }
        parted_since(work, one)
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
    let since = |entry: &Entry| entry.at.parse::<Instant>().is_ok_and(|told| told >= one.at);
    Ok(work.journal(one.from)?.iter().any(|entry| parted(&entry.act) && since(entry)))
}

/// Adds all cases of the person of a case.
fn members(work: &mut Work<'_, '_, '_>, case: Uuid, all: &mut BTreeSet<Uuid>) -> Result<(), StoreError> {
    let mut open = vec![work.person(case)?];
    while let Some(case) = open.pop() {
        if all.insert(case) {
            open.extend(work.facts(case)?.merged_from.keys().copied());
        }
    }
    Ok(())
}
