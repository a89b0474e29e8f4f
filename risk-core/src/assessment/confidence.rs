//! How confidential a reason is: as the records are without which it would not have arisen.
//!
//! A rule may fire on an open record only because of what a victim told before. So the mark of a reason is found by folding
//! the records of each mark and below: the least mark at which the reason still arises. Its own event's mark counts too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use crate::event::catalogue::Instant;
use crate::event::vocabulary::Handling;
use crate::fold::reason::{Because, RuleRef, Target};
use crate::fold::run::Span;
use crate::fold::state::State;
use crate::fold::walk::Walk;
use crate::log::{LocalIds, Record};
use crate::policy::model::ViewField;
use crate::view::View;

/// A reason, looked for in another fold. A duty is the same whichever record began its spell.
type Trace = (RuleRef, Option<Uuid>, Target);

/// The marks of the reasons of one fold, at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    least: BTreeMap<Trace, Handling>,
    highest: Option<Handling>,
}

impl Marks {
    /// The mark of a reason for a target.
    pub(super) fn mark(&self, because: &Because, target: Target) -> Handling {
        let found = self.least.get(&trace(because.known_as, because.event, target)).copied().or(self.highest);
        found.map_or(because.handling, |mark| mark.max(because.handling))
    }

    /// Notes a reason that arises from the records of a mark and below. Returns whether it was known as more confidential.
    fn note(&mut self, reason: (RuleRef, Uuid, Target), mark: Handling) -> bool {
        let (rule, event, target) = reason;
        let least = self.least.entry(trace(rule, event, target)).or_insert(Handling::Restricted);
        let more_open = mark < *least;
        *least = mark.min(*least);
        more_open
    }
}

/// The marks of the reasons of a case on its way through time.
pub struct Confidence<'a, 'p> {
    folds: Vec<Fold<'a, 'p>>,
    marks: Marks,
}

/// The records of a mark and below, folded.
struct Fold<'a, 'p> {
    mark: Handling,
    walk: Walk<'a, 'p>,
    /// Which of its reasons were looked at, as [`Walk::arisen`] gives it.
    given: (u64, usize),
}

impl<'a, 'p> Confidence<'a, 'p> {
    /// The marks at the end of the span; nothing for a reader who is shown no marks. `local` has the ids of the fold whose reasons are
    /// marked.
    #[must_use]
    pub fn of_view(records: &[&'a Record], local: &Arc<LocalIds<'a>>, view: &View<'p>, span: Span<'p>) -> Self {
        let mut confidence = Self::before(records, local, view, span);
        confidence.to(span.at, span.known_at);
        confidence
    }

    /// Before the first record.
    pub(crate) fn before(records: &[&'a Record], local: &Arc<LocalIds<'a>>, view: &View<'p>, span: Span<'p>) -> Self {
        let shown = view.sees(ViewField::Handling);
        let mut present: BTreeSet<Handling> = records.iter().filter(|_| shown).map(|r| r.handling).collect();
        // What arises at no lower mark arises from all records together: that fold need not be made again.
        let highest = present.pop_last();
        let fold = |mark: Handling| {
            let open: Vec<&Record> = records.iter().copied().filter(|r| r.handling <= mark).collect();
            Fold { mark, walk: Walk::new(&open, local.clone(), view.policy(), span), given: (0, 0) }
        };
        let marks = Marks { least: BTreeMap::new(), highest };
        Self { folds: present.into_iter().map(fold).collect(), marks }
    }

    /// Goes on to a moment, which is no earlier than the one before.
    pub(crate) fn to(&mut self, at: Instant, known_at: Instant) {
        let Self { folds, marks } = self;
        folds.iter_mut().for_each(|fold| fold.walk.to(at, known_at));
        if folds.iter().any(|fold| fold.walk.generation() != fold.given.0) {
            marks.least.clear();
            folds.iter_mut().for_each(|fold| fold.given = (0, 0));
        }
        for Fold { mark, walk, given } in folds {
            *given = walk.arisen(at, known_at, *given, |(rule, event, target)| {
                marks.note((*rule, *event, *target), *mark);
            });
        }
    }

    /// The marks at the moment that was gone to.
    pub(super) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The next moment after that one at which a mark may change by itself: no later than the first at which one does.
    pub(super) fn next_candidate(&self, at: Instant) -> Option<Instant> {
        self.folds.iter().filter_map(|fold| fold.walk.next_due_by_itself(at)).min()
    }

    /// The marks as they will be if no more is learnt, from that moment on.
    pub(super) fn ahead(&self, at: Instant) -> Ahead<'a, 'p> {
        let fold = |fold: &Fold<'a, 'p>| {
            let state = fold.walk.state_at(at);
            let traced = state.arisen.len();
            (fold.mark, state, traced)
        };
        Ahead { folds: self.folds.iter().map(fold).collect(), marks: self.marks.clone() }
    }
}

/// The marks of a case of which no more is learnt, as time goes on.
pub(super) struct Ahead<'a, 'p> {
    /// The case from the records of each mark and below, with how many of its reasons are noted; not from all records.
    folds: Vec<(Handling, State<'a, 'p>, usize)>,
    marks: Marks,
}

impl Ahead<'_, '_> {
    /// The marks at the moment that was run to.
    pub(super) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Adds the reasons that arose since this was last done. Returns whether a mark became more open.
    fn note_new(&mut self) -> bool {
        let mut more_open = false;
        for (mark, state, traced) in &mut self.folds {
            for ((rule, event, target), _) in state.arisen.iter().skip(*traced) {
                more_open |= self.marks.note((*rule, *event, *target), *mark);
            }
            *traced = state.arisen.len();
        }
        more_open
    }

    /// Runs time on to a moment (without one, for as long as anything falls due), but no further than to the first moment
    /// at which a mark becomes more open, because what only confidential records caused until then now arises from open ones
    /// as well. Returns that moment.
    pub(super) fn run_until_more_open(&mut self, from: Instant, until: Option<Instant>) -> Option<Instant> {
        let mut now = from;
        while !self.folds.iter().any(|(_, state, _)| state.spend()) {
            let next = self.folds.iter().filter_map(|(_, state, _)| state.next_due_by_itself(now)).min();
            let next = next.filter(|t| until.is_none_or(|until| *t <= until));
            now = next.or(until)?;
            self.folds.iter_mut().for_each(|(_, state, _)| state.run_to(now));
            if self.note_new() {
                return Some(now);
            }
            next?;
        }
        None
    }
}

fn trace(rule: RuleRef, event: Uuid, target: Target) -> Trace {
    (rule, matches!(rule, RuleRef::Rule(_)).then_some(event), target)
}
