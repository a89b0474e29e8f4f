//! What time brings about by itself.

use chrono::NaiveDate;

use super::fold_event::Subject;
use super::ledger::Announcement;
use crate::event::vocabulary::{ActionKind, Group};
use crate::log::LocalId;

/// What the fold is about to raise. The order of variants is the order within one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimerEvent {
    OrderExpired(LocalId, NaiveDate),
    SupervisionEnd(LocalId, NaiveDate),
    DutyDue(usize, Subject, NaiveDate),
    Overdue(ActionKind, Subject, Announcement),
    Stale(Group, NaiveDate),
    InForce(NaiveDate),
}
