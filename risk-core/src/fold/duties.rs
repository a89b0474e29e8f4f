//! Duties: what comes round again, or stands, while a condition holds. Never stacked: one open round, with how many were
//! missed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::happening::{Happening, Subject};
use super::ledger::Reason;
use super::read::Asking;
use super::reason::{Because, Deadline, RuleRef, Target};
use super::state::{Effect, State, Trial};
use super::triggers::{performing, triggered, waits_through};
use crate::calendar;
use crate::event::Kind;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Handling};
use crate::policy::fact::FactValue;
use crate::policy::model::ActionDef;

/// One spell in which a duty's condition holds for a subject.
#[derive(Debug, Clone)]
pub struct Spell {
    /// What began it.
    pub origin: Because,
    /// When it was last done, by whoever, early or late.
    pub last_performed: Option<Instant>,
    /// When the next round is due; `None` for a duty that is done once, or while no round has a date.
    pub next_due: Deadline,
    /// The round that is already open (or was answered by a decision).
    pub raised: Option<NaiveDate>,
}

/// All spells that hold, by the duty's place in the policy's list.
#[derive(Debug, Clone, Default)]
pub struct Duties {
    /// Whether every duty was looked at since supervision last began.
    pub looked_at: bool,
    /// The spells.
    pub spells: BTreeMap<(usize, Subject), Spell>,
}

impl<'a> State<'a, '_> {
    /// Begins and ends spells, and opens what a beginning spell asks for.
    pub(super) fn look_at_duties(&mut self, now: Instant, happenings: &[Arc<Happening<'a>>]) {
        if self.facts.supervision_ended_by(now).is_some() {
            // What stands open freezes as it is; nothing falls away because supervision ended.
            self.duties.looked_at = false;
            return;
        }
        let policy = self.policy;
        let today = calendar::london_day(now);
        for index in self.duties_concerned(happenings) {
            let Some(duty) = policy.duties.get(index) else { continue };
            let in_force = policy.in_force(duty.effective, &duty.localities, today);
            let candidates: BTreeSet<Subject> = self.subjects(duty.about, None, now).into_iter().collect();
            let mut holding = BTreeMap::new();
            for subject in candidates {
                let asking = Asking { event: None, subject: Some(&subject), now };
                if let Some(facts) = self.satisfied(&duty.holds, asking) {
                    holding.insert(subject, facts);
                }
            }
            if self.watch == Some(RuleRef::Duty(index)) {
                self.watch_duty(duty.holds.facts(), &holding, now, in_force, happenings);
            }
            // The case as a whole is the least of subjects: from it on stand all spells of the duty.
            let ended: Vec<Subject> = self
                .duties
                .spells
                .range((index, Subject::Case)..)
                .map(|((d, s), _)| (d, s))
                .take_while(|(d, _)| **d == index)
                .filter(|(_, s)| !holding.contains_key(*s))
                .map(|(_, s)| s.clone())
                .collect();
            for subject in ended {
                self.end_spell(index, &subject, now, happenings);
            }
            if in_force {
                for (subject, facts) in holding {
                    if !self.duties.spells.contains_key(&(index, subject.clone())) {
                        self.begin_spell(index, subject, &facts, now, happenings);
                    }
                }
            }
        }
    }

    /// The duties that may begin or end now: all of them when time moved or none was looked at yet, else those that a kind
    /// of the step bears on.
    fn duties_concerned(&mut self, happenings: &[Arc<Happening<'a>>]) -> BTreeSet<usize> {
        let index = &self.policy.index;
        let by_record =
            self.duties.looked_at && !happenings.is_empty() && happenings.iter().all(|h| h.kind().is_some());
        self.duties.looked_at = true;
        if !by_record {
            return (0..self.policy.duties.len()).collect();
        }
        let kinds = happenings.iter().filter_map(|h| h.kind());
        let concerned = kinds.filter_map(|k| index.duties.get(&k)).flatten();
        concerned.chain(&index.restless).copied().collect()
    }

    fn watch_duty(
        &mut self,
        facts: Vec<usize>,
        holding: &BTreeMap<Subject, Vec<(usize, FactValue)>>,
        now: Instant,
        in_force: bool,
        happenings: &[Arc<Happening<'a>>],
    ) {
        let subject = holding.keys().next().cloned().unwrap_or(Subject::Case);
        let asking = Asking { event: None, subject: Some(&subject), now };
        let facts = facts.into_iter().map(|f| (f, self.reader().read(f, asking))).collect();
        let event = happenings.iter().map(|h| h.id).min().unwrap_or_default();
        let fired = in_force && !holding.is_empty();
        self.trials.push(Trial { event, clock: now, in_force, fired, facts });
    }

    /// The records of the step that bear on the duty's condition; all of them where none does.
    fn origin(
        &self,
        index: usize,
        facts: &[(usize, FactValue)],
        now: Instant,
        happenings: &[Arc<Happening<'a>>],
    ) -> Option<Because> {
        let policy = self.policy;
        let duty = policy.duties.get(index)?;
        let fed_by: BTreeSet<Kind> =
            facts.iter().filter_map(|(f, _)| policy.facts.get(*f)).flat_map(|f| f.fed_by()).collect();
        let bears = |h: &&Arc<Happening<'a>>| h.kind().is_some_and(|k| fed_by.contains(&k));
        let chosen = happenings.iter().filter(bears).max_by_key(|h| h.order());
        let chosen = chosen.or_else(|| happenings.iter().max_by_key(|h| h.order()));
        let strictest = happenings.iter().filter(bears).map(|h| h.handling).max();
        let mut because = match chosen {
            Some(h) => self.because(RuleRef::Duty(index), duty.basis, h, now, facts),
            // The duty itself came into force: it rests on the supervision that runs.
            None => {
                let s = self.facts.sentences.values().max_by_key(|s| (s.started, s.by))?;
                Because {
                    rule: RuleRef::Duty(index),
                    event: s.by,
                    basis: duty.basis,
                    handling: s.handling,
                    occurred_at: now,
                    recorded_at: now,
                    clock: now,
                    facts: facts.to_vec(),
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
        happenings: &[Arc<Happening<'a>>],
    ) {
        let policy = self.policy;
        let Some(duty) = policy.duties.get(index) else { return };
        let Some(origin) = self.origin(index, facts, now, happenings) else { return };
        self.fired.insert(RuleRef::Duty(index));
        let last_performed = self.last_performance(duty.action, &subject);
        let spell = Spell { origin: origin.clone(), last_performed, next_due: Deadline::None, raised: None };
        let next_due = self.next_round(index, &spell, now);
        let spell = Spell { next_due: next_due.clone(), ..spell };
        let recurs = duty.every.is_some() && next_due != Deadline::None;
        self.duties.spells.insert((index, subject.clone()), spell);
        if next_due.day().is_some() && !waits_through(policy, duty.action) {
            return; // The round opens when it falls due.
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
        let key = (because.rule, because.event, Target::Action(duty.action, subject.clone()));
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
            let reason = Reason { because, about, priority, deadline, review, answer: None };
            Effect::Open(duty.action, subject.clone(), Box::new(reason))
        });
    }

    fn end_spell(&mut self, index: usize, subject: &Subject, now: Instant, happenings: &[Arc<Happening<'a>>]) {
        self.duties.spells.remove(&(index, subject.clone()));
        let Some(duty) = self.policy.duties.get(index) else { return };
        let Some(by) = happenings.iter().max_by_key(|h| h.order()).map(|h| h.id) else { return };
        self.ledger.supersede(duty.action, by, now, |instance, r| {
            instance.subject == *subject && r.because.rule == RuleRef::Duty(index)
        });
        // A round still waiting for its correction never opens.
        let target = Target::Action(duty.action, subject.clone());
        self.deferred.retain(|(_, key, _)| key.0 != RuleRef::Duty(index) || key.2 != target);
    }

    /// When the next round is due: a period after the last performance, or by the first deadline of the spell.
    fn next_round(&self, index: usize, spell: &Spell, now: Instant) -> Deadline {
        let policy = self.policy;
        let Some(duty) = policy.duties.get(index) else { return Deadline::None };
        let Some(every) = duty.every else { return Deadline::None };
        let today = calendar::london_day(now);
        match (spell.last_performed, &duty.first) {
            (Some(done), _) => Deadline::within(policy, every, calendar::london_day(done), today),
            (None, Some(first)) => {
                Deadline::new(policy, Some(first), duty.basis, spell.origin.clock, spell.origin.occurred_at)
            }
            (None, None) => {
                let start =
                    if waits_through(policy, duty.action) { spell.origin.occurred_at } else { spell.origin.clock };
                Deadline::within(policy, every, calendar::london_day(start), today)
            }
        }
    }

    /// When the action was last performed about that subject, in all that is known.
    fn last_performance(&self, action: ActionKind, subject: &Subject) -> Option<Instant> {
        let def = self.policy.action(action)?;
        let triggers = performing(def);
        let kinds: Vec<Kind> = triggers.iter().flat_map(|t| t.on.iter().copied()).collect();
        self.facts
            .of_kinds(&kinds)
            .filter(|h| h.concerns(subject) && triggered(&self.reader(), triggers, h, subject, h.clock))
            .map(|h| h.occurred_at)
            .max()
    }

    /// Lets an event count as a performance of every duty of that action.
    pub(super) fn perform_duties(&mut self, def: &ActionDef, h: &Happening<'a>) {
        let triggers = performing(def);
        if !h.kind().is_some_and(|k| triggers.iter().any(|t| t.on.contains(&k))) {
            return;
        }
        let policy = self.policy;
        let subjects: BTreeSet<Subject> = self
            .duties
            .spells
            .keys()
            .filter(|(d, s)| policy.duties.get(*d).is_some_and(|d| d.action == def.action) && h.concerns(s))
            .map(|(_, s)| s.clone())
            .collect();
        for subject in subjects {
            if triggered(&self.reader(), triggers, h, &subject, h.clock) {
                self.performed(def.action, &subject, h);
            }
        }
    }

    pub(super) fn performed(&mut self, action: ActionKind, subject: &Subject, h: &Happening<'a>) {
        let policy = self.policy;
        let duties = policy.duties.iter().enumerate().filter(|(_, d)| d.action == action);
        for (index, _) in duties {
            let key = (index, subject.clone());
            let Some(mut spell) = self.duties.spells.get(&key).cloned() else { continue };
            if spell.last_performed.is_some_and(|t| t >= h.occurred_at) {
                continue;
            }
            spell.last_performed = Some(h.occurred_at);
            spell.next_due = self.next_round(index, &spell, h.clock);
            spell.raised = None;
            let undatable = matches!(spell.next_due, Deadline::Unknown { .. });
            if waits_through(policy, action) {
                self.ledger.move_round(action, subject, RuleRef::Duty(index), &spell.next_due);
            }
            self.duties.spells.insert(key, spell);
            if undatable && !waits_through(policy, action) {
                // A round whose date cannot be told stands open at once: it must not be forgotten.
                self.raise_round(index, subject, h.clock);
            }
        }
    }
}
