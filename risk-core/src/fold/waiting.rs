//! Actions that wait on another person or agency: who was asked, since when, and whether that was in time.

use chrono::NaiveDate;

use super::fold_event::FoldEvent;
use super::ledger::Instance;
use super::state::State;
use crate::calendar;
use crate::event::catalogue::Instant;
use crate::policy::model::{ActionDef, Trigger};

impl<'a> State<'a, '_> {
    /// The records that match one of the triggers about the action's subject, since the action's first reason happened.
    pub fn matching<'s>(
        &'s self,
        i: &'s Instance,
        triggers: impl IntoIterator<Item = &'s Trigger>,
    ) -> impl Iterator<Item = (&'s Trigger, &'s FoldEvent<'a>)> {
        let since = i.reasons.iter().map(|r| r.because.occurred_at).min();
        let reader = self.reader();
        triggers.into_iter().flat_map(move |t| {
            let holds = move |h: &&FoldEvent<'a>| {
                t.when
                    .holds(|f| reader.read_of(f, h, &i.subject, h.clock), |p| reader.parameter_on(p, h.clock))
                    .is_some()
            };
            self.facts
                .of_kinds(&t.on)
                .filter(move |h| since.is_some_and(|s| s <= h.occurred_at) && h.concerns(&i.subject))
                .filter(holds)
                .map(move |h| (t, h))
        })
    }

    /// Who was asked last, where the action is pending and no refusal came since.
    #[must_use]
    pub fn asked<'s>(&'s self, i: &'s Instance, def: &'s ActionDef) -> Option<(&'s Trigger, &'s FoldEvent<'a>)> {
        let asked = self.matching(i, def.waiting.iter().map(|(t, _)| t)).max_by_key(|(_, h)| h.order())?;
        let refused = self.matching(i, &def.refused_by).any(|(_, h)| h.order() > asked.1.order());
        (i.pending() && !refused).then_some(asked)
    }

    /// Whether another party was asked by that day and had not refused by the given moment: what comes after is
    /// not the owner's delay. Where the action has reminders its date is that of the next one, and asking is not enough.
    #[must_use]
    pub fn asked_in_time(&self, i: &Instance, def: &ActionDef, day: NaiveDate, until: Instant) -> bool {
        let by_then = |(_, h): (_, &'_ FoldEvent<'a>)| (h.occurred_at <= until).then(|| h.order());
        let asked: Vec<_> = self.matching(i, def.waiting.iter().map(|(t, _)| t)).filter_map(by_then).collect();
        let refused = self.matching(i, &def.refused_by).filter_map(by_then).max();
        def.chased_by.is_empty()
            && asked.iter().max() > refused.as_ref()
            && asked.iter().any(|(at, _)| calendar::london_day(*at) <= day)
    }
}
