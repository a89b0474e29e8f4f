//! Duties: what comes round again, or stands, while a condition holds. Never stacked: one open round, with how many were
//! missed.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::happening::Subject;
use super::reason::{Because, Deadline};
use crate::event::catalogue::Instant;

/// One spell in which a duty's condition holds for a subject.
#[derive(Debug, Clone)]
pub struct Spell {
    /// What began it.
    pub origin: Because,
    /// When it was last done, by whoever, early or late.
    pub last_performed: Option<Instant>,
    /// When the next round is due; `None` for a duty that is done once, or while no round has a date.
    pub next_due: Deadline,
    /// The round that is already open (or was answered by a decision).
    pub raised: Option<NaiveDate>,
}

/// All spells that hold, by the duty's place in the policy's list.
#[derive(Debug, Clone, Default)]
pub struct Duties {
    /// The spells.
    pub spells: BTreeMap<(usize, Subject), Spell>,
}
