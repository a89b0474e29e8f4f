//! How confidential a reason is: as confidential as the records that it depends on.
//!
//! A rule can fire on an open record only because of what a victim disclosed earlier. So the mark of a reason is found by folding the
//! records of each mark and below: it is the lowest mark at which the reason still arises, and at least the mark of its own event.

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

/// The identity of a reason across folds. For a duty, the record that began its spell does not matter.
type Trace = (RuleRef, Option<Uuid>, Target);

/// The marks of the reasons of one fold, at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    least: BTreeMap<Trace, Handling>,
    highest: Option<Handling>,
}

impl Marks {
    /// The handling mark of a reason for a target.
    pub(super) fn mark(&self, because: &Because, target: Target) -> Handling {
        let found = self.least.get(&trace(because.known_as, because.event, target)).copied().or(self.highest);
        found.map_or(because.handling, |mark| mark.max(because.handling))
    }

    /// Notes a reason that arises from the records of a mark and below. Returns whether its known mark was stricter.
    fn note(&mut self, reason: (RuleRef, Uuid, Target), mark: Handling) -> bool {
        let (rule, event, target) = reason;
        let least = self.least.entry(trace(rule, event, target)).or_insert(Handling::Restricted);
        let more_open = mark < *least;
        *least = mark.min(*least);
        more_open
    }
}

/// The marks of the reasons of a case, as time advances.
pub struct Confidence<'a, 'p> {
    folds: Vec<Fold<'a, 'p>>,
    marks: Marks,
}

/// The records of a mark and below, folded.
struct Fold<'a, 'p> {
    mark: Handling,
    walk: Walk<'a, 'p>,
    /// The reasons already processed, as returned by [`Walk::arisen`].
    given: (u64, usize),
}

impl<'a, 'p> Confidence<'a, 'p> {
    /// The marks at the end of the span. Empty for an audience that is not shown marks. `local` has the ids of the fold whose reasons are
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
        // A reason that arises at no lower mark arises from all records together, so that fold is not repeated.
        let highest = present.pop_last();
        let fold = |mark: Handling| {
            let open: Vec<&Record> = records.iter().copied().filter(|r| r.handling <= mark).collect();
            Fold { mark, walk: Walk::new(&open, local.clone(), view.policy(), span), given: (0, 0) }
        };
        let marks = Marks { least: BTreeMap::new(), highest };
        Self { folds: present.into_iter().map(fold).collect(), marks }
    }

    /// Advances to a moment, which must not be earlier than the last one.
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

    /// The marks at the current moment.
    pub(super) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// A lower bound for the next moment at which a mark changes by time alone.
    pub(super) fn next_candidate(&self, at: Instant) -> Option<Instant> {
        self.folds.iter().filter_map(|fold| fold.walk.next_due_by_itself(at)).min()
    }

    /// The marks from a moment on, if no more records come.
    pub(super) fn ahead(&self, at: Instant) -> Ahead<'a, 'p> {
        let fold = |fold: &Fold<'a, 'p>| {
            let state = fold.walk.state_at(at);
            let traced = state.arisen.len();
            (fold.mark, state, traced)
        };
        Ahead { folds: self.folds.iter().map(fold).collect(), marks: self.marks.clone() }
    }
}

/// The marks of a case as time advances and no more records come.
pub(super) struct Ahead<'a, 'p> {
    /// The case from the records of each mark and below, with how many of its reasons are noted; not from all records.
    folds: Vec<(Handling, State<'a, 'p>, usize)>,
    marks: Marks,
}

impl Ahead<'_, '_> {
    /// The marks at the current moment.
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

    /// Advances time up to a moment, or without one for as long as anything falls due, and stops at the first moment at which a mark
    /// becomes more open, because a reason that depended on confidential records now arises from open ones too. Returns that moment.
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
