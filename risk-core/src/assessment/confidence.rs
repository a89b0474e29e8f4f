//! How confidential a reason is: as the records are without which it would not have arisen.
//!
//! A rule may fire on an open record only because of what a victim told before. So the mark of a reason is found by folding
//! the records of each mark and below: the least mark at which the reason still arises. Its own event's mark counts too.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::event::catalogue::Instant;
use crate::event::vocabulary::Handling;
use crate::fold::reason::{Because, RuleRef, Target};
use crate::fold::run::Span;
use crate::fold::walk::Walk;
use crate::log::Record;
use crate::policy::model::ViewField;
use crate::view::View;

/// A reason, looked for in another fold. A duty is the same whichever record began its spell.
type Trace = (RuleRef, Option<Uuid>, Target);

/// The marks of the reasons of one fold.
#[derive(Debug, Clone, Default)]
pub struct Confidence {
    least: BTreeMap<Trace, Handling>,
    highest: Option<Handling>,
}

impl Confidence {
    /// Folds the records of each mark and below.
    ///
    /// Nothing for a reader who is shown no marks.
    #[must_use]
    pub fn of_view(records: &[&Record], view: &View<'_>, span: Span<'_>) -> Self {
        let mut marks = Marks::of_view(records, view, span);
        marks.to(span.at, span.known_at);
        marks.confidence
    }

    /// The mark of a reason for a target.
    #[must_use]
    pub fn mark(&self, because: &Because, target: Target) -> Handling {
        let found = self.least.get(&trace(because.rule, because.event, target)).copied().or(self.highest);
        found.map_or(because.handling, |mark| mark.max(because.handling))
    }
}

/// The marks of the reasons of a case on its way through time.
pub(crate) struct Marks<'a, 'p> {
    walks: Vec<Marked<'a, 'p>>,
    confidence: Confidence,
}

/// The records of a mark and below, folded.
struct Marked<'a, 'p> {
    mark: Handling,
    walk: Walk<'a, 'p>,
    /// Which of its reasons were looked at, as [`Walk::arisen`] gives it.
    given: (u64, usize),
}

impl<'a, 'p> Marks<'a, 'p> {
    /// Before the first record; nothing for a reader who is shown no marks.
    pub(crate) fn of_view(records: &[&'a Record], view: &View<'p>, span: Span<'p>) -> Self {
        let shown = view.sees(ViewField::Handling);
        let mut present: BTreeSet<Handling> = records.iter().filter(|_| shown).map(|r| r.handling).collect();
        // What arises at no lower mark arises from all records together: that fold need not be made again.
        let highest = present.pop_last();
        let walk = |mark: Handling| {
            let open: Vec<&Record> = records.iter().copied().filter(|r| r.handling <= mark).collect();
            Marked { mark, walk: Walk::new(&open, view.policy(), span), given: (0, 0) }
        };
        let confidence = Confidence { least: BTreeMap::new(), highest };
        Self { walks: present.into_iter().map(walk).collect(), confidence }
    }

    /// The marks at a moment, which is no earlier than the one before.
    pub(crate) fn to(&mut self, at: Instant, known_at: Instant) -> &Confidence {
        let least = &mut self.confidence.least;
        self.walks.iter_mut().for_each(|marked| marked.walk.to(at, known_at));
        if self.walks.iter().any(|marked| marked.walk.generation() != marked.given.0) {
            least.clear();
            self.walks.iter_mut().for_each(|marked| marked.given = (0, 0));
        }
        for Marked { mark, walk, given } in &mut self.walks {
            *given = walk.arisen(at, known_at, *given, |(rule, event, target)| {
                let known = least.entry(trace(*rule, *event, target.clone())).or_insert(*mark);
                *known = (*known).min(*mark);
            });
        }
        &self.confidence
    }
}

fn trace(rule: RuleRef, event: Uuid, target: Target) -> Trace {
    (rule, matches!(rule, RuleRef::Rule(_)).then_some(event), target)
}
