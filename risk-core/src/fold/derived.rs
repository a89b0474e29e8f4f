//! What time brings about by itself: orders expire, supervision ends, duties fall due, actions become overdue.

use std::sync::Arc;

use chrono::NaiveDate;

use super::fold_event::{FoldEvent, Incident, Subject};
use super::ledger::Instance;
use super::levels::{CELLS, Cell};
use super::reason::{Deadline, RuleRef};
use super::state::{Moment, State};
use super::timer_event::TimerEvent;
use super::triggers::waits_through;
use crate::calendar;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Handling};
use crate::event::{Field, Term};
use crate::policy::model::{Derived, EventSelector};

impl<'a> State<'a, '_> {
    /// Runs time on, raising what falls due, up to and including that moment.
    pub fn run_to(&mut self, until: Instant) {
        self.run(Moment::of(until));
    }

    /// [`Self::run_to`] for a moment whose day is known.
    pub(super) fn run(&mut self, until: Moment) {
        let Some(mut now) = self.now else { return };
        loop {
            if self.ledger.take_changed() | self.duties.take_changed() {
                self.quiet_before = None;
            }
            if self.quiet_before.is_some_and(|day| day > until.day) {
                break;
            }
            let next = self.next_derived(now);
            self.quiet_before = Some(next.as_ref().map_or(NaiveDate::MAX, |(day, _)| *day));
            let Some((day, derived)) = next.filter(|(day, _)| *day <= until.day && !self.cancel.spend()) else {
                break;
            };
            if day > now.day {
                now = Moment::start_of(day);
            }
            self.now = Some(now);
            self.raise(now, derived);
        }
        self.now = Some(now.max(until));
    }

    /// The next event that the fold raises by itself, after what it has raised already, and the day as which begins it falls
    /// due; one that is learnt of too late falls due now.
    fn next_derived(&self, now: Moment) -> Option<(NaiveDate, TimerEvent)> {
        let Moment { at: now, day: today } = now;
        let mut next: Option<(NaiveDate, TimerEvent)> = None;
        // Only what may be the next is written out.
        let mut offer = |day: NaiveDate, raising: &dyn Fn() -> TimerEvent| {
            let day = day.max(today);
            if next.as_ref().is_none_or(|(earliest, _)| day <= *earliest) {
                let candidate = (day, raising());
                if next.as_ref().is_none_or(|n| candidate < *n) && !self.raised.contains(&candidate.1) {
                    next = Some(candidate);
                }
            }
        };
        for (id, order) in &self.facts.orders {
            if let Some((last, _)) = order.end().filter(|(_, end)| order.discharged.is_none_or(|d| d >= *end)) {
                offer(after(last), &|| TimerEvent::OrderExpired(*id, last));
            }
        }
        for (id, s) in &self.facts.sentences {
            if let Some((last, _)) = s.ends.filter(|(_, end)| s.ended.is_none_or(|e| e >= *end)) {
                offer(after(last), &|| TimerEvent::SupervisionEnd(*id, last));
            }
        }
        let frozen = self.facts.supervision_ended_by(now).is_some();
        for (index, subject, spell) in self.duties.spells().filter(|_| !frozen) {
            let Some(duty) = self.policy.duties.get(index) else { continue };
            if let Some(day) = spell.falls_due(today) {
                let runs = self.policy.in_force(duty.effective, &duty.localities, day) && duty.every.is_some();
                if runs && !waits_through(self.policy, duty.action) && !self.has_open_round(index, subject) {
                    offer(day, &|| TimerEvent::DutyDue(index, *subject, day));
                }
            }
        }
        if !frozen && self.policy.index.listeners.contains_key(&EventSelector::Derived(Derived::ActionOverdue)) {
            let mut found: Option<NaiveDate> = None;
            for (day, action, subject, overdue) in self.ledger.overdue_after() {
                // What is late already is all one; of what is to come, only the first day counts.
                if found.is_some_and(|first| day > first && day >= today) {
                    break;
                }
                if !self.absence_unknown(action, day) && !self.waits_in_time(action, subject, day) {
                    found = Some(day);
                    offer(after(day), &|| TimerEvent::Overdue(action, *subject, overdue));
                }
            }
        }
        for (cell, day) in self.stale_from() {
            offer(day, &|| TimerEvent::Stale(cell.0, day));
        }
        let begins = &self.policy.index.begins;
        if let Some(from) = begins.get(begins.partition_point(|from| *from <= today)) {
            offer(*from, &|| TimerEvent::InForce(*from));
        }
        next
    }

    fn raise(&mut self, moment: Moment, raising: TimerEvent) {
        let now = moment.at;
        match &raising {
            // A round is marked in its own spell: a condition that comes to hold again asks for it again.
            TimerEvent::DutyDue(..) => {}
            TimerEvent::Overdue(action, subject, announcement) => self.ledger.announce(*action, subject, *announcement),
            other => _ = self.raised.insert(*other),
        }
        self.quiet_before = None;
        let derived = |what, id, subject, handling, details| FoldEvent {
            what: EventSelector::Derived(what),
            id,
            event: None,
            subject,
            details,
            ids: vec![],
            persons: vec![],
            incident: Incident::Itself(id),
            names: vec![],
            occurred_at: now,
            recorded_at: now,
            clock: now,
            handling,
        };
        let fold_event = match raising {
            TimerEvent::OrderExpired(id, _) => self.facts.orders.get(&id).map(|o| {
                let details = vec![(Field::Order, o.kind.code())];
                derived(Derived::ProtectiveOrderExpired, o.by, Some(Subject::Order(id)), o.handling, details)
            }),
            TimerEvent::SupervisionEnd(id, _) => self
                .facts
                .sentences
                .get(&id)
                .map(|s| derived(Derived::SupervisionEndReached, s.by, None, s.handling, vec![])),
            TimerEvent::DutyDue(index, subject, _) => {
                self.raise_round(index, &subject, now);
                let spell = self.duties.spell(index, &subject);
                let duty = self.policy.duties.get(index);
                spell.zip(duty).map(|(spell, duty)| {
                    let details = vec![(Field::Action, duty.action.code()), (Field::Priority, duty.priority.code())];
                    derived(Derived::DutyDue, spell.origin.event, Some(subject), spell.origin.handling, details)
                })
            }
            TimerEvent::Overdue(action, subject, ..) => self.ledger.pending(action, &subject).and_then(|i| {
                let handling = i.handling(Handling::Ordinary);
                let details = vec![(Field::Action, action.code()), (Field::Priority, i.priority().code())];
                let (_, opened_by) = i.opened()?;
                Some(derived(Derived::ActionOverdue, opened_by, Some(subject), handling, details))
            }),
            TimerEvent::Stale(group, day) => {
                let stale = self.stale_from().into_iter().find(|(cell, from)| cell.0 == group && *from == day);
                stale.and_then(|(cell, _)| self.levels.statement(cell)).map(|s| {
                    let details = vec![(Field::Group, group.code())];
                    derived(Derived::AssessmentStale, s.id, Some(Subject::Group(group)), s.handling, details)
                })
            }
            TimerEvent::InForce(_) => None,
        };
        let events: Vec<Arc<FoldEvent<'a>>> = fold_event.into_iter().map(Arc::new).collect();
        self.evaluate_step(moment, &events);
    }

    /// Opens a duty's round on the day it falls due.
    pub(super) fn raise_round(&mut self, index: usize, subject: &Subject, now: Instant) {
        let Some(spell) = self.duties.spell_mut(index, subject) else { return };
        spell.raised = Some(spell.next_due.clone());
        let mut because = spell.origin.clone();
        let deadline = spell.next_due.clone();
        // Whatever was done since the last time answers the round.
        because.occurred_at = spell.last_performed.map_or(because.occurred_at, |t| t.max(because.occurred_at));
        because.fired_on = EventSelector::Derived(Derived::DutyDue);
        because.came_about = (now, now.max(because.recorded_at));
        because.recorded_at = now;
        because.clock = now;
        if spell.last_performed.is_some_and(|t| t >= because.occurred_at) {
            because.occurred_at =
                because.occurred_at.checked_add_signed(chrono::TimeDelta::microseconds(1)).unwrap_or(now);
        }
        self.open_round(index, subject, because, deadline);
    }

    /// The groups with a recorded level, and from when it is stale, where a parameter sets an age.
    #[must_use]
    pub fn stale_from(&self) -> Vec<(Cell, NaiveDate)> {
        let Some(parameter) = self.policy.index.stale_after else { return vec![] };
        let values = self.policy.parameters.get(parameter).map(|p| p.values.as_slice()).unwrap_or_default();
        if values.iter().all(|v| v.value.is_none()) {
            return vec![];
        }
        CELLS
            .into_iter()
            .filter_map(|cell| {
                let made = calendar::london_day(self.levels.statement(cell)?.occurred_at);
                let last = Deadline::within(self.policy, parameter, made, made).day()?;
                Some((cell, calendar::add_days(last, 1)?))
            })
            .collect()
    }

    /// Whether records of what would close the action are known to be incomplete on that day: absence is then unknown.
    #[must_use]
    pub fn absence_unknown(&self, action: ActionKind, day: NaiveDate) -> bool {
        if self.facts.complete_from.is_empty() {
            return false;
        }
        let kinds = self.policy.action(action).into_iter().flat_map(|d| d.closed_by.iter().flat_map(|t| &t.on));
        kinds.filter_map(|k| self.facts.complete_from.get(k)).any(|from| day < *from)
    }

    /// Whether another person or agency was asked by that day and has it now.
    fn waits_in_time(&self, action: ActionKind, subject: &Subject, day: NaiveDate) -> bool {
        let def = self.policy.action(action).filter(|def| !def.waiting.is_empty());
        let of = def.zip(self.ledger.pending(action, subject));
        of.is_some_and(|(def, i)| self.asked_in_time(i, def, day, Instant::MAX_UTC))
    }

    /// The next moment after another at which something falls due by itself.
    #[must_use]
    pub fn next_due_by_itself(&self, after_this: Instant) -> Option<Instant> {
        let (day, _) = self.next_derived(Moment::of(after_this))?;
        Some(calendar::start_of_day(day)).filter(|t| *t > after_this)
    }

    /// The next moment at which the answer could change with no new event: a candidate only. `shown` says which actions the
    /// answer shows.
    #[must_use]
    pub fn next_candidate(
        &self,
        after_this: Instant,
        due_soon: Option<u32>,
        shown: impl Fn(ActionKind) -> bool,
    ) -> Option<Instant> {
        let mut moments: Vec<Instant> = self.next_due_by_itself(after_this).into_iter().collect();
        // What was open when supervision ended is frozen; what opened since is not.
        let end = self.facts.supervision_ended_by(after_this);
        let runs = |i: &&Instance| end.is_none_or(|end| i.opened().is_some_and(|(opened, _)| opened > end));
        for i in self.ledger.instances().filter(|i| i.pending() && shown(i.action)).filter(runs) {
            let Some(day) = i.deadline().day() else { continue };
            moments.push(calendar::start_of_day(after(day)));
            if let Some(soon) = due_soon.and_then(|n| day.checked_sub_days(chrono::Days::new(u64::from(n)))) {
                moments.push(calendar::start_of_day(soon));
            }
            moments.extend(self.missed_rounds(i, None).into_iter().map(|d| calendar::start_of_day(after(d))));
        }
        moments.extend(self.stale_from().into_iter().map(|(_, day)| calendar::start_of_day(day)));
        moments.extend(self.policy.boundaries().into_iter().map(calendar::start_of_day));
        moments.into_iter().filter(|t| *t > after_this).min()
    }

    /// The days on which further rounds of a pending duty fell due: all up to a day, or the next one only.
    #[must_use]
    pub fn missed_rounds(&self, instance: &Instance, through: Option<NaiveDate>) -> Vec<NaiveDate> {
        let mut days = Vec::new();
        for r in instance.reasons.iter().filter(|r| r.answer.is_none()) {
            let RuleRef::Duty(index) = r.because.rule else { continue };
            let Some(every) = self.policy.duties.get(index).and_then(|d| d.every) else { continue };
            let Some(mut day) = r.deadline.day() else { continue };
            let limit = through.or_else(|| self.now.map(|now| now.day)).unwrap_or(day);
            while let Some(next) = Deadline::within(self.policy, every, day, day).day().filter(|n| *n > day) {
                if next >= limit {
                    if through.is_none() {
                        days.push(next);
                    }
                    break;
                }
                if through.is_some() {
                    days.push(next);
                }
                day = next;
            }
        }
        days
    }
}

/// The day after.
fn after(day: NaiveDate) -> NaiveDate {
    calendar::add_days(day, 1).unwrap_or(day)
}
