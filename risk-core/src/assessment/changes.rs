//! The changes between two answers for one case.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use uuid::Uuid;

use super::answer::{Action, Assessment, Classification, Flag};
use crate::event::vocabulary::vocabulary;

vocabulary! {
    /// The aspect in which an action changed.
    Facet { Status, Due, Priority, Owner, PartOf, Reasons, Waiting, Rounds, Decision, Refusal, Handling, Closing, Other }
}

/// One change between two answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// An action that was not there before.
    Opened {
        /// The action as it is now.
        action: Box<Action>,
    },
    /// An action that was pending and no longer is.
    Closed {
        /// The action as it is now.
        action: Box<Action>,
    },
    /// An action whose status, due date, priority, owner, reasons or other members changed.
    Moved {
        /// The action as it was.
        before: Box<Action>,
        /// The action as it is.
        after: Box<Action>,
        /// The aspects in which they differ.
        what: Vec<Facet>,
    },
    /// An action that is missing from the later answer, because a late record changed what opened it.
    Gone {
        /// The action as it was.
        action: Box<Action>,
    },
    /// The levels, or their reasons.
    Classification {
        /// The classification before.
        before: Option<Box<Classification>>,
        /// The classification after.
        after: Option<Box<Classification>>,
    },
    /// The register flags.
    Flags {
        /// The flags before.
        before: Vec<Flag>,
        /// The flags after.
        after: Vec<Flag>,
    },
    /// Another member of the answer.
    Other {
        /// The name of the member.
        member: &'static str,
    },
}

/// The changes from one answer to another. Counts of days are not a change.
#[must_use]
pub fn changes(before: &Assessment, after: &Assessment) -> Vec<Change> {
    let index =
        |a: &Assessment| -> BTreeMap<Uuid, Action> { a.actions.iter().map(|x| (x.id, without_counts(x))).collect() };
    let (old, new) = (index(before), index(after));
    let ids: BTreeSet<&Uuid> = old.keys().chain(new.keys()).collect();
    let mut found: Vec<Change> = ids
        .into_iter()
        .filter_map(|id| match (old.get(id), new.get(id)) {
            (None, Some(a)) => Some(Change::Opened { action: Box::new(a.clone()) }),
            (Some(a), None) => Some(Change::Gone { action: Box::new(a.clone()) }),
            (Some(a), Some(b)) if a.status.pending() && !b.status.pending() => {
                Some(Change::Closed { action: Box::new(b.clone()) })
            }
            (Some(a), Some(b)) if a != b => {
                Some(Change::Moved { what: facets(a, b), before: Box::new(a.clone()), after: Box::new(b.clone()) })
            }
            _ => None,
        })
        .collect();
    if before.classification != after.classification {
        let boxed = |c: &Option<Classification>| c.clone().map(Box::new);
        let (before, after) = (boxed(&before.classification), boxed(&after.classification));
        found.push(Change::Classification { before, after });
    }
    if before.flags != after.flags {
        found.push(Change::Flags { before: before.flags.clone(), after: after.flags.clone() });
    }
    let others = [
        ("died", before.died != after.died),
        ("agenda", before.agenda != after.agenda),
        ("blind_to", before.blind_to != after.blind_to),
        ("unrecognised", before.unrecognised != after.unrecognised),
        ("withheld", before.withheld != after.withheld),
        ("receipt", before.receipt.policy != after.receipt.policy),
    ];
    found.extend(others.into_iter().filter(|(_, differs)| *differs).map(|(member, _)| Change::Other { member }));
    found
}

/// The aspects in which two states of one action differ.
fn facets(a: &Action, b: &Action) -> Vec<Facet> {
    let due = |x: &Action| (x.due, x.due_basis, x.due_unknown.clone());
    let handling = |x: &Action| (x.handling, x.caution);
    let rounds = |x: &Action| (x.missed, x.last_done);
    let closing = |x: &Action| (x.closed, x.closed_by.clone(), x.basis_withdrawn);
    let compared = [
        (Facet::Status, a.status != b.status),
        (Facet::Due, due(a) != due(b)),
        (Facet::Priority, a.priority != b.priority),
        (Facet::Owner, (a.owner, a.inherited) != (b.owner, b.inherited)),
        (Facet::PartOf, a.part_of != b.part_of),
        (Facet::Reasons, a.because != b.because),
        (Facet::Waiting, a.waiting_on != b.waiting_on),
        (Facet::Rounds, rounds(a) != rounds(b)),
        (Facet::Decision, a.decided != b.decided),
        (Facet::Refusal, a.refused != b.refused),
        (Facet::Handling, handling(a) != handling(b)),
        (Facet::Closing, closing(a) != closing(b)),
    ];
    let found: Vec<Facet> = compared.into_iter().filter(|(_, differs)| *differs).map(|(facet, _)| facet).collect();
    // The rest: the end of supervision, the completeness of records, delays, findings, wording.
    if found.is_empty() { vec![Facet::Other] } else { found }
}

/// Whether anything other than counts of days differs.
pub(super) fn differs(before: &Assessment, after: &Assessment) -> bool {
    !changes(before, after).is_empty()
}

/// The action without the counts that change every day.
fn without_counts(action: &Action) -> Action {
    let mut action = action.clone();
    action.days_overdue = None;
    if let Some(late) = action.late_by.as_mut().filter(|_| action.status.pending()) {
        late.act = 0;
    }
    action
}
