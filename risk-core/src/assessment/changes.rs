//! What changed between two answers about one case.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use uuid::Uuid;

use super::answer::{Action, Assessment, Classification};

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
    /// An action whose status, due date, priority, place or owner changed, or that has other reasons.
    Moved {
        /// The action as it was.
        before: Box<Action>,
        /// The action as it is.
        after: Box<Action>,
    },
    /// An action that the earlier answer had and the later has not: a late record changed what opened it.
    Gone {
        /// The action as it was.
        action: Box<Action>,
    },
    /// Levels or their reasons.
    Classification {
        /// As it was.
        before: Option<Box<Classification>>,
        /// As it is.
        after: Option<Box<Classification>>,
    },
    /// Flags, the agenda, or what the answer says of its own completeness.
    Other {
        /// Which member of the answer.
        member: &'static str,
    },
}

/// What opened, closed and moved from one answer to another. Running counts of days are not a change.
#[must_use]
pub fn changes(before: &Assessment, after: &Assessment) -> Vec<Change> {
    let index = |a: &Assessment| -> BTreeMap<Uuid, Action> { a.actions.iter().map(|x| (x.id, settled(x))).collect() };
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
                Some(Change::Moved { before: Box::new(a.clone()), after: Box::new(b.clone()) })
            }
            _ => None,
        })
        .collect();
    if before.classification != after.classification {
        let boxed = |c: &Option<Classification>| c.clone().map(Box::new);
        let (before, after) = (boxed(&before.classification), boxed(&after.classification));
        found.push(Change::Classification { before, after });
    }
    let others = [
        ("agenda", before.agenda != after.agenda),
        ("flags", before.flags != after.flags),
        ("blind_to", before.blind_to != after.blind_to),
        ("unrecognised", before.unrecognised != after.unrecognised),
        ("withheld", before.withheld != after.withheld),
        ("receipt", before.receipt.policy != after.receipt.policy),
    ];
    found.extend(others.into_iter().filter(|(_, differs)| *differs).map(|(member, _)| Change::Other { member }));
    found
}

/// Whether anything differs but running counts of days.
pub(super) fn differs(before: &Assessment, after: &Assessment) -> bool {
    !changes(before, after).is_empty()
}

/// The action without the counts that run on every day.
fn settled(action: &Action) -> Action {
    let mut action = action.clone();
    action.days_overdue = None;
    if let Some(late) = action.late_by.as_mut().filter(|_| action.status.pending()) {
        late.act = 0;
    }
    action
}
