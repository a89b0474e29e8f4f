//! What time brings about by itself.

use std::sync::Arc;

use chrono::NaiveDate;

use super::fold_event::Subject;
use super::ledger::Announcement;
use crate::event::vocabulary::{ActionKind, Group};

/// What the fold is about to raise. The order of variants is the order within one instant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimerEvent {
    OrderExpired(Arc<str>, NaiveDate),
    SupervisionEnd(Arc<str>, NaiveDate),
    DutyDue(usize, Subject, NaiveDate),
    Overdue(ActionKind, Subject, Announcement),
    Stale(Group, NaiveDate),
    InForce(NaiveDate),
}
