//! The spells in which the condition of a duty holds for a subject.

use chrono::NaiveDate;

use super::fold_event::Subject;
use super::reason::{Because, Deadline};
use crate::event::catalogue::Instant;

/// One spell in which a duty's condition holds for a subject.
#[derive(Debug, Clone)]
pub struct Spell {
    /// What began it.
    pub origin: Because,
    /// When it was last done, by anyone, early or late.
    pub last_performed: Option<Instant>,
    /// When the next round is due; `None` for a duty that is done once, or while no round has a date.
    pub next_due: Deadline,
    /// The deadline of the round that was opened last since the duty was last done: each opens once.
    pub raised: Option<Deadline>,
}

/// All spells that hold.
#[derive(Debug, Clone, Default)]
pub struct Duties {
    /// Whether every duty was looked at since supervision last began.
    pub(super) looked_at: bool,
    /// By the duty's place in the policy's list, in the order of subjects.
    pub(super) spells: Vec<Vec<(Subject, Spell)>>,
    /// Whether a spell changed since this was last asked.
    pub(super) changed: bool,
}

impl Spell {
    /// When the next round falls due, unless it was opened already. One whose date cannot be worked out falls due today: it
    /// must not be forgotten.
    pub(super) fn falls_due(&self, today: NaiveDate) -> Option<NaiveDate> {
        let day = match &self.next_due {
            Deadline::None => None,
            Deadline::By { day, .. } => Some(*day),
            Deadline::Unknown { .. } => Some(today),
        };
        day.filter(|_| self.raised.as_ref().is_none_or(|raised| raised.day() != self.next_due.day()))
    }
}

impl Duties {
    /// Every spell, with its duty's place and its subject.
    pub fn spells(&self) -> impl Iterator<Item = (usize, &Subject, &Spell)> {
        self.spells.iter().enumerate().flat_map(|(index, of)| of.iter().map(move |(s, spell)| (index, s, spell)))
    }

    pub(super) fn of(&self, index: usize) -> &[(Subject, Spell)] {
        self.spells.get(index).map_or(&[], Vec::as_slice)
    }

    /// The spell of a duty about a subject.
    #[must_use]
    pub fn spell(&self, index: usize, subject: &Subject) -> Option<&Spell> {
        let of = self.of(index);
        let place = of.binary_search_by(|(s, _)| s.cmp(subject)).ok()?;
        of.get(place).map(|(_, spell)| spell)
    }

    /// Whether a spell changed since this was last asked.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    pub(super) fn spell_mut(&mut self, index: usize, subject: &Subject) -> Option<&mut Spell> {
        self.changed = true;
        let of = self.spells.get_mut(index)?;
        let place = of.binary_search_by(|(s, _)| s.cmp(subject)).ok()?;
        of.get_mut(place).map(|(_, spell)| spell)
    }

    pub(super) fn begin(&mut self, index: usize, subject: &Subject, spell: Spell) {
        self.changed = true;
        if self.spells.len() <= index {
            self.spells.resize_with(index.saturating_add(1), Vec::new);
        }
        if let Some(of) = self.spells.get_mut(index) {
            let place = of.partition_point(|(s, _)| s < subject);
            of.insert(place, (*subject, spell));
        }
    }

    pub(super) fn end(&mut self, index: usize, subject: &Subject) {
        self.changed = true;
        if let Some(of) = self.spells.get_mut(index)
            && let Ok(place) = of.binary_search_by(|(s, _)| s.cmp(subject))
        {
            of.remove(place);
        }
    }
}
