//! How confidential a reason is: as the records are without which it would not have arisen.
//!
//! A rule may fire on an open record only because of what a victim told before. So the mark of a reason is found by folding
//! the records of each mark and below: the least mark at which the reason still arises. Its own event's mark counts too.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::event::catalogue::Instant;
use crate::event::vocabulary::Handling;
use crate::fold::reason::{Because, RuleRef, Target};
use crate::fold::run::{Span, fold};
use crate::fold::state::State;
use crate::log::Record;
use crate::policy::Policy;
use crate::policy::model::ViewField;
use crate::view::View;

/// A reason, looked for in another fold. A duty is the same whichever record began its spell.
type Trace = (RuleRef, Option<Uuid>, Target);

/// The marks of the reasons of one fold.
#[derive(Debug, Clone, Default)]
pub struct Confidence<'a, 'p> {
    /// The case from the records of each mark and below, with how many of its reasons are in `least`; not from all records.
    folds: Vec<(Handling, State<'a, 'p>, usize)>,
    least: BTreeMap<Trace, Handling>,
    highest: Option<Handling>,
}

impl<'a, 'p> Confidence<'a, 'p> {
    /// Folds the records of each mark and below.
    #[must_use]
    fn of(records: &[&'a Record], policy: &'p Policy, span: Span) -> Self {
        let mut present: BTreeSet<Handling> = records.iter().map(|r| r.handling).collect();
        // What arises at no lower mark arises from all records together: that fold need not be made again.
        let highest = present.pop_last();
        let below = |mark| records.iter().copied().filter(|r| r.handling <= mark).collect::<Vec<_>>();
        let folds = present.into_iter().map(|mark| (mark, fold(&below(mark), policy, span).state, 0)).collect();
        let mut confidence = Self { folds, least: BTreeMap::new(), highest };
        confidence.trace_new();
        confidence
    }

    /// The same as `of`, for a reader who is shown marks; nothing for one who is not.
    #[must_use]
    pub fn of_view(records: &[&'a Record], view: &View<'p>, span: Span) -> Self {
        if view.sees(ViewField::Handling) { Self::of(records, view.policy(), span) } else { Self::default() }
    }

    /// Adds the reasons that arose since this was last done. Returns whether a mark became more open.
    fn trace_new(&mut self) -> bool {
        let mut more_open = false;
        for (mark, state, traced) in &mut self.folds {
            for ((rule, event, target), _) in state.arisen.iter().skip(*traced) {
                let known = self.least.entry(trace(*rule, *event, target.clone()));
                let least = known.or_insert(Handling::Restricted);
                more_open |= *mark < *least;
                *least = (*mark).min(*least);
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
        loop {
            let next = self.folds.iter().filter_map(|(_, state, _)| state.next_due_by_itself(now)).min();
            let next = next.filter(|t| until.is_none_or(|until| *t <= until));
            now = next.or(until)?;
            self.folds.iter_mut().for_each(|(_, state, _)| state.run_to(now));
            if self.trace_new() {
                return Some(now);
            }
            next?;
        }
    }

    /// The mark of a reason for a target.
    #[must_use]
    pub fn mark(&self, because: &Because, target: Target) -> Handling {
        let found = self.least.get(&trace(because.rule, because.event, target)).copied().or(self.highest);
        found.map_or(because.handling, |mark| mark.max(because.handling))
    }
}

fn trace(rule: RuleRef, event: Uuid, target: Target) -> Trace {
    (rule, matches!(rule, RuleRef::Rule(_)).then_some(event), target)
}
