//! Duties: what is required, once or again and again, while a condition holds. At most one round is open; missed rounds are counted.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fold_event::{FoldEvent, Subject};
use super::ledger::Reason;
use super::read::FactContext;
use super::reason::{Because, Deadline, RuleRef, Target};
use super::spells::Spell;
use super::state::{Effect, Moment, RuleEvaluation, State};
use super::triggers::{performing, triggered, waits_through};
use crate::calendar;
use crate::event::Kind;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Handling};
use crate::policy::fact::FactValue;
use crate::policy::model::{ActionDef, Derived, EventSelector};

impl<'a> State<'a, '_> {
    /// Begins and ends spells, and opens what a beginning spell asks for.
    pub(super) fn look_at_duties(&mut self, now: Moment, events: &[Arc<FoldEvent<'a>>]) {
        let Moment { at: now, day: today } = now;
        if self.facts.supervision_ended_by(now).is_some() {
            // Open actions freeze as they are; none is removed because supervision ended.
            self.duties.looked_at = false;
            return;
        }
        let policy = self.policy;
        for index in self.duties_concerned(events) {
            let Some(duty) = policy.duties.get(index) else { continue };
            let in_force = policy.in_force(duty.effective, &duty.localities, today);
            let mut holding: Vec<(Subject, Vec<(usize, FactValue)>)> = Vec::new();
            for subject in self.subjects(duty.about, None, now) {
                if self.cancel.spend() {
                    return;
                }
                let asking = FactContext { event: None, subject: Some(&subject), now };
                if let Some(facts) = self.satisfied(&duty.holds, asking) {
                    holding.push((subject, facts));
                }
            }
            if self.watch == Some(RuleRef::Duty(index)) {
                self.watch_duty(duty.holds.facts(), &holding, now, in_force, events);
            }
            let held: BTreeSet<Subject> = holding.iter().map(|(subject, _)| *subject).collect();
            let over = |s: &Subject| !held.contains(s);
            let ended: Vec<Subject> =
                self.duties.of(index).iter().map(|(s, _)| s).filter(|s| over(s)).cloned().collect();
            for subject in ended {
                self.end_spell(index, &subject, now, events);
            }
            if in_force {
                for (subject, facts) in holding {
                    if self.duties.spell(index, &subject).is_none() {
                        self.begin_spell(index, subject, &facts, now, events);
                    }
                }
            }
        }
    }

    /// The duties that may begin or end now: those that a kind of the step bears on, or all where none was looked at yet or
    /// time itself changed what holds.
    fn duties_concerned(&mut self, events: &[Arc<FoldEvent<'a>>]) -> BTreeSet<usize> {
        let index = &self.policy.index;
        let first = !std::mem::replace(&mut self.duties.looked_at, true);
        let mut concerned = index.restless.clone();
        for h in events {
            match h.what {
                EventSelector::Kind(kind) => concerned.extend(index.duties.get(&kind).into_iter().flatten()),
                // That something is due, overdue or stale is no news about the case.
                EventSelector::Derived(Derived::DutyDue | Derived::ActionOverdue | Derived::AssessmentStale) => {}
                EventSelector::Derived(Derived::ProtectiveOrderExpired | Derived::SupervisionEndReached)
                | EventSelector::Unrecognised => return (0..self.policy.duties.len()).collect(),
            }
        }
        if first || events.is_empty() { (0..self.policy.duties.len()).collect() } else { concerned }
    }

    fn watch_duty(
        &mut self,
        facts: Vec<usize>,
        holding: &[(Subject, Vec<(usize, FactValue)>)],
        now: Instant,
        in_force: bool,
        events: &[Arc<FoldEvent<'a>>],
    ) {
        let subject = holding.iter().map(|(s, _)| s).min().cloned().unwrap_or(Subject::Case);
        let asking = FactContext { event: None, subject: Some(&subject), now };
        let facts = facts.into_iter().map(|f| (f, self.reader().read(f, asking))).collect();
        let event = events.iter().map(|h| h.id).min().unwrap_or_default();
        let fired = in_force && !holding.is_empty();
        self.trials.push(RuleEvaluation { event, clock: now, in_force, fired, facts });
    }

    /// The records of the step that bear on the duty's condition; all of them where none does.
    fn origin(
        &self,
        index: usize,
        facts: &[(usize, FactValue)],
        now: Instant,
        events: &[Arc<FoldEvent<'a>>],
    ) -> Option<Because> {
        let policy = self.policy;
        let duty = policy.duties.get(index)?;
        let fed_by: BTreeSet<Kind> =
            facts.iter().filter_map(|(f, _)| policy.facts.get(*f)).flat_map(|f| f.fed_by()).collect();
        let bears = |h: &&Arc<FoldEvent<'a>>| h.kind().is_some_and(|k| fed_by.contains(&k));
        let chosen = last_that(events, &fed_by);
        let strictest = events.iter().filter(bears).map(|h| h.handling).max();
        let mut because = match chosen {
            Some(h) => self.because(RuleRef::Duty(index), duty.basis, h, now, facts.into()),
            // The duty itself came into force: it rests on the latest sentence, before any on what is on record.
            None => {
                let sentence = self.facts.sentences.values().max_by_key(|s| (s.started, s.by));
                let (event, handling) = match sentence {
                    Some(s) => (s.by, s.handling),
                    None => self.facts.last_bearing(&fed_by)?,
                };
                Because {
                    rule: RuleRef::Duty(index),
                    known_as: RuleRef::Duty(index).known_as(self.policy),
                    event,
                    fired_on: EventSelector::Derived(Derived::DutyDue),
                    basis: duty.basis,
                    handling,
                    occurred_at: now,
                    recorded_at: now,
                    came_about: (now, now),
                    clock: now,
                    facts: facts.into(),
                }
            }
        };
        because.handling = because.handling.max(strictest.unwrap_or(Handling::Ordinary));
        because.clock = now;
        Some(because)
    }

    fn begin_spell(
        &mut self,
        index: usize,
        subject: Subject,
        facts: &[(usize, FactValue)],
        now: Instant,
        events: &[Arc<FoldEvent<'a>>],
    ) {
        let policy = self.policy;
        let Some(duty) = policy.duties.get(index) else { return };
        let Some(origin) = self.origin(index, facts, now, events) else {
            // Nothing that can be read is on record yet: the duty is looked at again with the next record.
            self.duties.looked_at = false;
            return;
        };
        self.fired.insert(RuleRef::Duty(index));
        let last_performed = self.last_performance(duty.action, &subject);
        let next_due = self.next_round(index, &origin, last_performed, now);
        let recurs = duty.every.is_some() && next_due != Deadline::None;
        // Else the round opens when it falls due.
        let at_once = next_due.day().is_none() || waits_through(policy, duty.action);
        let raised = Some(next_due.clone()).filter(|due| at_once && *due != Deadline::None);
        let spell = Spell { origin: origin.clone(), last_performed, next_due: next_due.clone(), raised };
        self.duties.begin(index, &subject, spell);
        if !at_once {
            return;
        }
        let deadline = if recurs {
            next_due
        } else {
            Deadline::new(policy, duty.first.as_ref(), duty.basis, now, origin.occurred_at)
        };
        self.open_round(index, &subject, origin, deadline);
    }

    pub(super) fn open_round(&mut self, index: usize, subject: &Subject, because: Because, deadline: Deadline) {
        let policy = self.policy;
        let Some(duty) = policy.duties.get(index) else { return };
        let key = (because.known_as, because.event, Target::Action(duty.action, *subject));
        let review = if duty.action == ActionKind::ReviewRisk { duty.review.clone() } else { vec![] };
        let began = because.clock;
        self.arise(key, because, |because| {
            // What only a correction brought is due from then on, never before anybody could know.
            let deadline = match deadline {
                Deadline::By { day, basis, parameter } if because.clock > began => {
                    Deadline::By { day: day.max(calendar::london_day(because.clock)), basis, parameter }
                }
                other => other,
            };
            let (about, priority) = (duty.about, duty.priority);
            let reason = Reason { because, about, priority, deadline, review, assessed: BTreeSet::new(), answer: None };
            Effect::Open(duty.action, *subject, Box::new(reason))
        });
    }

    fn end_spell(&mut self, index: usize, subject: &Subject, now: Instant, events: &[Arc<FoldEvent<'a>>]) {
        self.duties.end(index, subject);
        let Some(duty) = self.policy.duties.get(index) else { return };
        let asked = duty.holds.facts().into_iter().filter_map(|f| self.policy.facts.get(f));
        let fed_by: BTreeSet<Kind> = asked.flat_map(|f| f.fed_by()).collect();
        let Some(by) = last_that(events, &fed_by).map(|h| h.id) else { return };
        self.ledger.supersede(duty.action, now, |about, r| {
            (about == subject && r.because.rule == RuleRef::Duty(index)).then_some(by)
        });
        // A round still waiting for its correction never opens.
        let target = Target::Action(duty.action, *subject);
        let known_as = RuleRef::Duty(index).known_as(self.policy);
        self.deferred.retain(|(_, key, _)| key.0 != known_as || key.2 != target);
    }

    /// When the next round is due: a period after the last performance, or by the first deadline of the spell.
    fn next_round(&self, index: usize, origin: &Because, last_performed: Option<Instant>, now: Instant) -> Deadline {
        let policy = self.policy;
        let Some(duty) = policy.duties.get(index) else { return Deadline::None };
        let Some(every) = duty.every else { return Deadline::None };
        let today = calendar::london_day(now);
        match (last_performed, &duty.first) {
            (Some(done), _) => Deadline::within(policy, every, calendar::london_day(done), today),
            (None, Some(first)) => Deadline::new(policy, Some(first), duty.basis, origin.clock, origin.occurred_at),
            (None, None) => {
                let start = if waits_through(policy, duty.action) { origin.occurred_at } else { origin.clock };
                Deadline::within(policy, every, calendar::london_day(start), today)
            }
        }
    }

    /// When the action was last performed about that subject, in all that is known.
    fn last_performance(&self, action: ActionKind, subject: &Subject) -> Option<Instant> {
        let def = self.policy.action(action)?;
        let triggers = performing(def);
        triggers
            .iter()
            .flat_map(|t| self.facts.of_kinds(&t.on))
            .filter(|h| h.concerns(subject) && triggered(&self.reader(), triggers, h, subject, h.clock))
            .map(|h| h.occurred_at)
            .max()
    }

    /// Lets an event count as a performance of every duty of that action.
    pub(super) fn perform_duties(&mut self, def: &ActionDef, h: &FoldEvent<'a>) {
        let triggers = performing(def);
        if !h.kind().is_some_and(|k| triggers.iter().any(|t| t.on.contains(&k))) {
            return;
        }
        let policy = self.policy;
        let mut subjects: Vec<Subject> = Vec::new();
        for (index, subject, _) in self.duties.spells() {
            let same = policy.duties.get(index).is_some_and(|d| d.action == def.action);
            if same && !subjects.contains(subject) && h.concerns(subject) {
                subjects.push(*subject);
            }
        }
        subjects.sort();
        for subject in subjects {
            if triggered(&self.reader(), triggers, h, &subject, h.clock) {
                self.performed(def.action, &subject, h);
            }
        }
    }

    /// Whether a round of the duty is open: there is one at a time.
    pub(super) fn has_open_round(&self, index: usize, subject: &Subject) -> bool {
        let action = self.policy.duties.get(index).map(|d| d.action);
        let pending = action.and_then(|action| self.ledger.pending(action, subject));
        pending.is_some_and(|i| i.waits_for(RuleRef::Duty(index)))
    }

    pub(super) fn performed(&mut self, action: ActionKind, subject: &Subject, h: &FoldEvent<'a>) {
        let policy = self.policy;
        let duties = policy.duties.iter().enumerate().filter(|(_, d)| d.action == action);
        for (index, _) in duties {
            let Some(spell) = self.duties.spell(index, subject) else { continue };
            if spell.last_performed.is_some_and(|t| t >= h.occurred_at) {
                continue;
            }
            let next_due = self.next_round(index, &spell.origin, Some(h.occurred_at), h.clock);
            // A reminder after which no period runs leaves the date as it is.
            if waits_through(policy, action) && next_due != Deadline::None {
                self.ledger.move_round(action, subject, RuleRef::Duty(index), &next_due);
            }
            // What was done before the open round began does not answer it, and does not move its date.
            let open = self.has_open_round(index, subject);
            if let Some(spell) = self.duties.spell_mut(index, subject) {
                spell.last_performed = Some(h.occurred_at);
                // Of two rounds without a date, the second is not the first.
                spell.raised = spell.raised.take().filter(|_| open && next_due.day().is_some());
                spell.next_due = next_due;
            }
        }
    }
}

/// The last record of a step that is of one of these kinds; the last of all where none is.
fn last_that<'h, 'a>(events: &'h [Arc<FoldEvent<'a>>], kinds: &BTreeSet<Kind>) -> Option<&'h Arc<FoldEvent<'a>>> {
    let bears = |h: &&Arc<FoldEvent<'a>>| h.kind().is_some_and(|k| kinds.contains(&k));
    let last = events.iter().filter(bears).max_by_key(|h| h.order());
    last.or_else(|| events.iter().max_by_key(|h| h.order()))
}
