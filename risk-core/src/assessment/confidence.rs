//! How confidential a reason is: as the records are without which it would not have arisen.
//!
//! A rule may fire on an open record only because of what a victim told before. So the mark of a reason is found by folding
//! the records of each mark and below: the least mark at which the reason still arises. Its own event's mark counts too.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::event::vocabulary::Handling;
use crate::fold::reason::{Because, RuleRef, Target};
use crate::fold::run::{Span, fold};
use crate::log::Record;
use crate::policy::Policy;
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
    #[must_use]
    fn of(records: &[&Record], policy: &Policy, span: Span) -> Self {
        let mut present: BTreeSet<Handling> = records.iter().map(|r| r.handling).collect();
        // What arises at no lower mark arises from all records together: that fold need not be made again.
        let highest = present.pop_last();
        let mut least = BTreeMap::new();
        for mark in present {
            let open: Vec<&Record> = records.iter().copied().filter(|r| r.handling <= mark).collect();
            for ((rule, event, target), _) in fold(&open, policy, span).state.arisen {
                least.entry(trace(rule, event, target)).or_insert(mark);
            }
        }
        Self { least, highest }
    }

    /// The same as `of`, for a reader who is shown marks; nothing for one who is not.
    #[must_use]
    pub fn of_view(records: &[&Record], view: &View<'_>, span: Span) -> Self {
        if view.sees(ViewField::Handling) { Self::of(records, view.policy(), span) } else { Self::default() }
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
