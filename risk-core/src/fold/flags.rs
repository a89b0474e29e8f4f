//! Whether a register's flag is set, and at which level (docs/semantics.md, section 12).

use std::collections::BTreeMap;

use crate::event::catalogue::Instant;
use crate::event::vocabulary::Level;

/// What was recorded of one register and what was removed, by level: the last of each, so that the order in which records
/// are taken in does not matter.
#[derive(Debug, Clone, Default)]
pub struct RegisterFlag {
    recorded: BTreeMap<Option<Level>, Instant>,
    removed: BTreeMap<Option<Level>, Instant>,
}

impl RegisterFlag {
    /// Takes in that the flag was recorded, at a level or at none.
    pub(super) fn record(&mut self, at: Instant, level: Option<Level>) {
        last(&mut self.recorded, at, level);
    }

    /// Takes in that the flag was removed: at a level, or whatever it was.
    pub(super) fn remove(&mut self, at: Instant, level: Option<Level>) {
        last(&mut self.removed, at, level);
    }

    /// Whether it was recorded and nothing removed it since. At one moment the removal counts.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.standing().next().is_some()
    }

    /// The level of the flag that is set: the last that was recorded, of one moment the highest.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        let levels = self.standing().filter_map(|(level, at)| Some((at, level?)));
        levels.max().map(|(_, level)| level)
    }

    fn standing(&self) -> impl Iterator<Item = (Option<Level>, Instant)> {
        self.recorded.iter().map(|(level, at)| (*level, *at)).filter(|(level, at)| !self.removed_since(*level, *at))
    }

    /// Case-management systems move a level by recording the new one and removing the old one, in either order; so a removal
    /// that names a level leaves a flag of another level alone.
    fn removed_since(&self, level: Option<Level>, at: Instant) -> bool {
        let reaches = |removed: Option<Level>| removed.is_none() || level.is_none() || removed == level;
        self.removed.iter().any(|(removed, when)| reaches(*removed) && at <= *when)
    }
}

/// Keeps the last moment for that level. A level that is not known is none.
fn last(moments: &mut BTreeMap<Option<Level>, Instant>, at: Instant, level: Option<Level>) {
    let known = level.filter(|l| *l != Level::Unknown);
    moments.entry(known).and_modify(|when| *when = (*when).max(at)).or_insert(at);
}
