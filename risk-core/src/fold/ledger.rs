//! Actions: one line for each kind and subject, opened by reasons and closed when none is left unanswered.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::happening::{Happening, Subject};
use super::reason::{Because, Deadline, Naming, RuleRef};
use crate::event::catalogue::{ActionDecided, Instant};
use crate::event::vocabulary::{ActionDecision, ActionKind, DecisionReason, Group, Handling, Role};
use crate::policy::model::{About, ActionDef, Priority};

/// How a reason was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By an event that closes the action.
    Done,
    /// By a person who decided that it was done elsewhere.
    DoneElsewhere,
    /// By a person who decided that it is not needed.
    NotNeeded,
    /// It became moot, by a named event.
    Superseded,
}

/// The answer to a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The event that answers it.
    pub by: Uuid,
    /// How.
    pub how: How,
    /// When that happened, though never before the reason arose.
    pub at: Instant,
    /// Whether it named the reason's event.
    pub naming: Naming,
}

/// One reason for an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Event and rule.
    pub because: Because,
    /// What the rule says it is about, so that a child who becomes known later is included.
    pub about: About,
    /// How soon it matters.
    pub priority: Priority,
    /// By when.
    pub deadline: Deadline,
    /// The groups that it puts under review, where the action is a review.
    pub review: Vec<Group>,
    /// Its answer, once it has one.
    pub answer: Option<Answer>,
}

/// What a person decided about an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionNote {
    /// The record.
    pub event: Uuid,
    /// What was decided.
    pub decision: ActionDecision,
    /// By whom.
    pub by: String,
    /// In which role.
    pub role: Role,
    /// Why.
    pub reason: DecisionReason,
    /// When.
    pub at: Instant,
    /// Until when, if put off.
    pub until: Option<NaiveDate>,
    /// Whether the policy lets that role decide it; if not, it is shown and closes nothing.
    pub accepted: bool,
    /// The record's mark.
    pub handling: Handling,
}

/// One spell of an action: from its first reason until none is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// What is to be done.
    pub action: ActionKind,
    /// About whom or what.
    pub subject: Subject,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What people decided about it.
    pub decisions: Vec<DecisionNote>,
    /// It was closed, and what it rested on was withdrawn later.
    pub basis_withdrawn: bool,
    /// These are the reasons that a correction withdrew from an action for which others still stand.
    pub part_withdrawn: bool,
}

impl Instance {
    /// Whether a reason is left unanswered.
    #[must_use]
    pub fn pending(&self) -> bool {
        self.reasons.iter().any(|r| r.answer.is_none())
    }

    /// The reasons that count: those left unanswered, or all once none is.
    pub fn live_reasons(&self) -> impl Iterator<Item = &Reason> {
        let pending = self.pending();
        self.reasons.iter().filter(move |r| !pending || r.answer.is_none())
    }

    /// The earliest deadline among them; a day before an unknown, an unknown before none.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        self.live_reasons()
            .map(|r| &r.deadline)
            .min_by_key(|d| match d {
                Deadline::By { day, .. } => (0, *day),
                Deadline::Unknown { .. } => (1, NaiveDate::MAX),
                Deadline::None => (2, NaiveDate::MAX),
            })
            .cloned()
            .unwrap_or(Deadline::None)
    }

    /// The most urgent priority among them.
    #[must_use]
    pub fn priority(&self) -> Priority {
        self.live_reasons().map(|r| r.priority).min().unwrap_or(Priority::Planned)
    }

    /// The strictest mark of all its reasons, and no less than the policy gives the action.
    #[must_use]
    pub fn handling(&self, floor: Handling) -> Handling {
        self.reasons
            .iter()
            .map(|r| r.because.handling)
            .chain(self.decisions.iter().map(|d| d.handling))
            .fold(floor, Ord::max)
    }

    /// When it opened, and the event that opened it: its earliest reason.
    #[must_use]
    pub fn opened(&self) -> Option<(Instant, Uuid)> {
        self.reasons.iter().map(|r| (r.because.clock, r.because.event)).min()
    }
}

/// All actions of a case.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    lines: BTreeMap<(ActionKind, Subject), Vec<Instance>>,
}

impl Ledger {
    /// Adds a reason to the line's open instance, or opens one. Effects only join: the same rule and event again change
    /// nothing but to an earlier deadline or a higher priority.
    pub fn open(&mut self, action: ActionKind, subject: Subject, reason: Reason) {
        let line = self.lines.entry((action, subject.clone())).or_default();
        // What arises in the step in which the line was opened joins it, even where that step also answered the rest.
        let clock = reason.because.clock;
        let joins = |i: &Instance| i.pending() || i.opened().is_some_and(|(opened, _)| opened == clock);
        match line.last_mut().filter(|i| joins(i)) {
            Some(instance) => {
                let same = instance.reasons.iter_mut().find(|r| {
                    r.answer.is_none()
                        && r.because.rule == reason.because.rule
                        && r.because.event == reason.because.event
                });
                match same {
                    Some(r) => {
                        r.priority = r.priority.min(reason.priority);
                        if r.deadline.day().is_none_or(|d| reason.deadline.day().is_some_and(|n| n < d)) {
                            r.deadline = reason.deadline;
                        }
                    }
                    None => instance.reasons.push(reason),
                }
            }
            None => line.push(Instance {
                action,
                subject,
                reasons: vec![reason],
                decisions: vec![],
                basis_withdrawn: false,
                part_withdrawn: false,
            }),
        }
    }

    /// Lets a closing event answer the reasons of an action that it concerns. Says which subjects it answered something for.
    pub fn answer(&mut self, action: ActionKind, h: &Happening<'_>, holds: impl Fn(&Subject) -> bool) {
        for instance in self.pending_of(action) {
            if h.concerns(&instance.subject) && holds(&instance.subject) {
                for r in instance.reasons.iter_mut().filter(|r| r.answer.is_none()) {
                    if let Some(naming) = r.because.answerable_by(h) {
                        let at = h.occurred_at.max(r.because.clock);
                        r.answer = Some(Answer { by: h.id, how: How::Done, at, naming });
                    }
                }
            }
        }
    }

    /// Lets a person's decision close or put off reasons, as far as the policy lets that role decide.
    pub fn decide(&mut self, h: &Happening<'_>, e: &ActionDecided, def: Option<&ActionDef>) -> Vec<Subject> {
        let mut closed = Vec::new();
        for instance in self.pending_of(e.action) {
            let about = e.about.as_ref().map(|s| s.as_str());
            if about.is_some_and(|id| !instance.subject.ids().iter().any(|i| i == id)) {
                continue;
            }
            let protecting = instance.priority() == Priority::ProtectNow;
            let accepted = match (protecting, e.decision) {
                (_, ActionDecision::WillDo) => true,
                (true, _) => e.role == Role::Manager,
                (false, _) => def.is_some_and(|d| d.decidable_by.contains(&e.role)),
            };
            instance.decisions.push(DecisionNote {
                event: h.id,
                decision: e.decision,
                by: e.by.as_str().to_owned(),
                role: e.role,
                reason: e.reason,
                at: h.occurred_at,
                until: e.until,
                accepted,
                handling: h.handling,
            });
            if !accepted {
                continue;
            }
            let how = match e.decision {
                ActionDecision::NotNeeded => Some(How::NotNeeded),
                ActionDecision::DoneElsewhere => Some(How::DoneElsewhere),
                ActionDecision::WillDo | ActionDecision::Deferred => None,
            };
            for r in instance.reasons.iter_mut().filter(|r| r.answer.is_none()) {
                let Some(naming) = r.because.answerable_by(h) else { continue };
                if naming == Naming::ByTime && !e.reasons.is_empty() {
                    continue;
                }
                if let Some(how) = how {
                    let at = h.occurred_at.max(r.because.clock);
                    r.answer = Some(Answer { by: h.id, how, at, naming });
                } else if let (ActionDecision::Deferred, Some(until)) = (e.decision, e.until) {
                    r.deadline = match &r.deadline {
                        Deadline::By { basis, parameter, .. } => {
                            Deadline::By { day: until, basis: *basis, parameter: *parameter }
                        }
                        Deadline::None | Deadline::Unknown { .. } => {
                            Deadline::By { day: until, basis: r.because.basis, parameter: None }
                        }
                    };
                }
            }
            if how.is_some() && !instance.pending() {
                closed.push(instance.subject.clone());
            }
        }
        closed
    }

    /// Takes out, by a named event, the unanswered reasons that match.
    pub fn supersede(
        &mut self,
        action: ActionKind,
        by: Uuid,
        now: Instant,
        matches: impl Fn(&Instance, &Reason) -> bool,
    ) {
        for instance in self.pending_of(action) {
            let moot: Vec<bool> = instance.reasons.iter().map(|r| r.answer.is_none() && matches(instance, r)).collect();
            for (r, _) in instance.reasons.iter_mut().zip(moot).filter(|(_, moot)| *moot) {
                r.answer = Some(Answer { by, how: How::Superseded, at: now, naming: Naming::ByTime });
            }
        }
    }

    /// Moves the deadline of a duty's open round, where the action waits through its rounds.
    pub fn move_round(&mut self, action: ActionKind, subject: &Subject, rule: RuleRef, deadline: &Deadline) {
        if let Some(instance) = self.lines.get_mut(&(action, subject.clone())).and_then(|l| l.last_mut()) {
            for r in instance.reasons.iter_mut().filter(|r| r.answer.is_none() && r.because.rule == rule) {
                r.deadline = deadline.clone();
            }
        }
    }

    /// Goes on with one action under another name, keeping its age.
    pub fn rename(&mut self, from: ActionKind, to: ActionKind) {
        let keys: Vec<(ActionKind, Subject)> = self.lines.keys().filter(|(a, _)| *a == from).cloned().collect();
        for key in keys {
            let Some(line) = self.lines.get_mut(&key) else { continue };
            if let Some(mut open) = line.pop_if(|i| i.pending()) {
                open.action = to;
                let target = self.lines.entry((to, key.1)).or_default();
                match target.last_mut().filter(|i| i.pending()) {
                    Some(instance) => {
                        instance.reasons.append(&mut open.reasons);
                        instance.decisions.append(&mut open.decisions);
                    }
                    None => target.push(open),
                }
            }
        }
    }

    fn pending_of(&mut self, action: ActionKind) -> impl Iterator<Item = &mut Instance> {
        // `Subject::Case` is the first of all subjects.
        self.lines
            .range_mut((action, Subject::Case)..)
            .take_while(move |((a, _), _)| *a == action)
            .filter_map(|(_, line)| line.last_mut())
            .filter(|i| i.pending())
    }

    /// The kinds of action that there are lines of.
    #[must_use]
    pub fn actions(&self) -> BTreeSet<ActionKind> {
        self.lines.keys().map(|(action, _)| *action).collect()
    }

    /// Every instance there was, line by line.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.lines.values().flatten()
    }

    /// The open instance of a line.
    #[must_use]
    pub fn pending(&self, action: ActionKind, subject: &Subject) -> Option<&Instance> {
        self.lines.get(&(action, subject.clone())).and_then(|l| l.last()).filter(|i| i.pending())
    }
}
