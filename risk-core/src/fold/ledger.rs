//! Actions: one line for each kind and subject, opened by reasons and closed when none is left unanswered.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::fold_event::{FoldEvent, Subject};
use super::levels::Levels;
use super::reason::{Because, Deadline, Naming, RuleRef};
use crate::event::catalogue::{ActionDecided, Instant};
use crate::event::vocabulary::{ActionDecision, ActionKind, DecisionReason, Group, Handling, Level, Role};
use crate::event::{Event, Term};
use crate::log::LocalIds;
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
    /// When that happened: an act counts on the day it was done.
    pub done: Instant,
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
    /// The groups that it puts under review, where the action is a review; all of them if it names none.
    pub review: Vec<Group>,
    /// The groups whose level assessments that could answer it have stated.
    pub assessed: BTreeSet<Group>,
    /// Its answer, once it has one.
    pub answer: Option<Answer>,
}

impl Reason {
    /// Whether it still puts that group under review.
    #[must_use]
    pub fn reviews(&self, group: Group) -> bool {
        self.answer.is_none()
            && (self.review.is_empty() || self.review.contains(&group))
            && !self.assessed.contains(&group)
    }

    /// Takes in what an assessment states, and says whether that leaves no group under review: of those that it names or,
    /// where it names none, of those whose level is on record.
    fn take_assessment(&mut self, stated: &[Group], on_record: &[Group]) -> bool {
        self.assessed.extend(stated);
        let reviewed = if self.review.is_empty() { on_record } else { &self.review };
        !stated.is_empty() && reviewed.iter().all(|g| self.assessed.contains(g))
    }
}

/// What a person decided about an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionNote {
    /// The record.
    pub event: Uuid,
    /// What was decided.
    pub decision: ActionDecision,
    /// Who decided it.
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
    /// What it is about.
    pub subject: Subject,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What people decided about it.
    pub decisions: Vec<DecisionNote>,
    /// It was closed, and what it rested on was withdrawn later.
    pub basis_withdrawn: bool,
    /// These are the reasons that a correction withdrew from an action that still has others.
    pub part_withdrawn: bool,
}

impl Instance {
    /// Whether a reason is left unanswered.
    #[must_use]
    pub fn pending(&self) -> bool {
        self.reasons.iter().any(|r| r.answer.is_none())
    }

    fn join(&mut self, reason: Reason) {
        let because = &reason.because;
        let same = self
            .reasons
            .iter_mut()
            .find(|r| r.answer.is_none() && r.because.rule == because.rule && r.because.event == because.event);
        match same {
            Some(r) => {
                r.priority = r.priority.min(reason.priority);
                // Of several lines that one event opened and that are overdue: the reason keeps the least confidential mark.
                r.because.handling = r.because.handling.min(reason.because.handling);
                if r.deadline.day().is_none_or(|d| reason.deadline.day().is_some_and(|n| n < d)) {
                    r.deadline = reason.deadline;
                }
            }
            None => self.reasons.push(reason),
        }
    }

    /// Whether a reason that this rule or duty gives is left unanswered.
    #[must_use]
    pub fn waits_for(&self, rule: RuleRef) -> bool {
        self.reasons.iter().any(|r| r.answer.is_none() && r.because.rule == rule)
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

    /// The earliest day among their deadlines.
    #[must_use]
    pub fn due_day(&self) -> Option<NaiveDate> {
        self.live_reasons().filter_map(|r| r.deadline.day()).min()
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

/// What is to be done about one subject: every spell of it, of which only the last can be pending.
#[derive(Debug, Clone)]
struct Line {
    subject: Subject,
    instances: Vec<Instance>,
    /// When it was said to be overdue, and how urgent it was then: this is said once.
    announced: Vec<Announcement>,
    /// What will be said when its day is over, unless something changes.
    overdue_after: Option<Announcement>,
}

impl Line {
    fn pending(&self) -> Option<&Instance> {
        self.instances.last().filter(|i| i.pending())
    }

    /// What will be said of it. What is overdue already and becomes more urgent is said again: rules ask how urgent it is.
    fn next_announcement(&self) -> Option<Announcement> {
        let i = self.pending()?;
        let next = (i.due_day()?, i.opened()?.1, i.priority());
        let said = |a: &Announcement| (a.0, a.1) == (next.0, next.1) && a.2 <= next.2;
        (!self.announced.iter().any(said)).then_some(next)
    }
}

/// That an action is overdue: the day it was due, the event that opened it, and how urgent it is.
pub(super) type Announcement = (NaiveDate, Uuid, Priority);

/// All actions of a case.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// The lines of each kind of action, in the order of their subjects.
    lines: Vec<Vec<Line>>,
    /// The days after which something will be said to be overdue, and of which lines.
    overdue_after: BTreeMap<NaiveDate, Vec<(ActionKind, Subject)>>,
    /// Whether a line changed since this was last asked.
    changed: bool,
}

impl Ledger {
    fn of(&self, action: ActionKind) -> &[Line] {
        self.lines.get(place(action)).map_or(&[], Vec::as_slice)
    }

    fn line(&self, action: ActionKind, subject: &Subject) -> Option<&Line> {
        let lines = self.of(action);
        lines.get(lines.binary_search_by(|l| l.subject.cmp(subject)).ok()?)
    }

    /// Changes the line, if there is one. Every change of a line goes through here, or through [`Self::change_pending`].
    fn change(&mut self, action: ActionKind, subject: &Subject, change: impl FnOnce(&mut Line)) {
        let Some(lines) = self.lines.get_mut(place(action)) else { return };
        let found = lines.binary_search_by(|l| l.subject.cmp(subject)).ok();
        if let Some(line) = found.and_then(|at| lines.get_mut(at)) {
            change(line);
            self.changed = true;
            settle(&mut self.overdue_after, action, line);
        }
    }

    /// Changes the pending instances of an action.
    fn change_pending(&mut self, action: ActionKind, mut change: impl FnMut(&mut Instance)) {
        for line in self.lines.get_mut(place(action)).into_iter().flatten() {
            if let Some(instance) = line.instances.last_mut().filter(|i| i.pending()) {
                change(instance);
                self.changed = true;
                settle(&mut self.overdue_after, action, line);
            }
        }
    }

    /// Begins the line, where there is none.
    fn begin(&mut self, action: ActionKind, subject: &Subject) {
        if self.lines.is_empty() {
            self.lines.resize_with(ActionKind::all().len(), Vec::new);
        }
        if let Some(lines) = self.lines.get_mut(place(action))
            && let Err(at) = lines.binary_search_by(|l| l.subject.cmp(subject))
        {
            let line = Line { subject: *subject, instances: vec![], announced: vec![], overdue_after: None };
            lines.insert(at, line);
        }
    }

    /// Whether a line changed since this was last asked.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Adds a reason to the line's open instance, or opens one. Effects only join: the same rule and event again change
    /// nothing but to an earlier deadline or a higher priority.
    pub fn open(&mut self, action: ActionKind, subject: &Subject, reason: Reason) {
        self.begin(action, subject);
        self.change(action, subject, |line| {
            // What arises in the step in which the line was opened joins it, even where that step also answered the rest.
            let clock = reason.because.clock;
            let joins = |i: &Instance| i.pending() || i.opened().is_some_and(|(opened, _)| opened == clock);
            match line.instances.last_mut().filter(|i| joins(i)) {
                Some(instance) => instance.join(reason),
                None => line.instances.push(Instance {
                    action,
                    subject: *subject,
                    reasons: vec![reason],
                    decisions: vec![],
                    basis_withdrawn: false,
                    part_withdrawn: false,
                }),
            }
        });
    }

    /// Lets a closing event answer the reasons of an action that it concerns.
    pub fn answer(&mut self, action: ActionKind, h: &FoldEvent<'_>, levels: &Levels, holds: impl Fn(&Subject) -> bool) {
        self.change_pending(action, |instance| {
            if h.concerns(&instance.subject) && holds(&instance.subject) {
                answer_by(instance, h, levels);
            }
        });
    }

    /// Lets an earlier event answer the reasons of one line.
    pub fn answer_line(&mut self, action: ActionKind, subject: &Subject, h: &FoldEvent<'_>, levels: &Levels) {
        self.change(action, subject, |line| {
            if let Some(instance) = line.instances.last_mut() {
                answer_by(instance, h, levels);
            }
        });
    }

    /// Lets a person's decision close or put off reasons, as far as the policy lets that role decide.
    pub fn decide(
        &mut self,
        h: &FoldEvent<'_>,
        e: &ActionDecided,
        def: Option<&ActionDef>,
        local: &LocalIds<'_>,
    ) -> Vec<Subject> {
        let mut closed = Vec::new();
        self.change_pending(e.action, |instance| {
            let about = e.about.as_ref().map(|s| s.as_str());
            if about.is_some_and(|id| !instance.subject.ids(local).iter().any(|i| i == id)) {
                return;
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
                return;
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
                    r.answer = Some(Answer { by: h.id, how, at, done: h.occurred_at, naming });
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
                closed.push(instance.subject);
            }
        });
        closed
    }

    /// Takes out the unanswered reasons for which an event is named that makes them moot.
    pub fn supersede(&mut self, action: ActionKind, now: Instant, moot_by: impl Fn(&Subject, &Reason) -> Option<Uuid>) {
        self.change_pending(action, |instance| {
            let subject = &instance.subject;
            for r in instance.reasons.iter_mut().filter(|r| r.answer.is_none()) {
                let Some(by) = moot_by(subject, r) else { continue };
                r.answer = Some(Answer { by, how: How::Superseded, at: now, done: now, naming: Naming::ByTime });
            }
        });
    }

    /// Moves the deadline of a duty's open round, where the action waits through its rounds.
    pub fn move_round(&mut self, action: ActionKind, subject: &Subject, rule: RuleRef, deadline: &Deadline) {
        self.change(action, subject, |line| {
            let reasons = line.instances.last_mut().into_iter().flat_map(|i| &mut i.reasons);
            for r in reasons.filter(|r| r.answer.is_none() && r.because.rule == rule) {
                r.deadline = deadline.clone();
            }
        });
    }

    /// Goes on with one action under another name, keeping its age.
    pub fn rename(&mut self, from: ActionKind, to: ActionKind) {
        let pending: Vec<Subject> = self.of(from).iter().filter_map(|l| l.pending()).map(|i| i.subject).collect();
        for subject in pending {
            let mut continued = None;
            self.change(from, &subject, |line| continued = line.instances.pop());
            let Some(mut open) = continued else { continue };
            self.begin(to, &subject);
            self.change(to, &subject, |line| match line.instances.last_mut().filter(|i| i.pending()) {
                Some(instance) => {
                    instance.reasons.append(&mut open.reasons);
                    instance.decisions.append(&mut open.decisions);
                }
                None => line.instances.push(Instance { action: to, ..open }),
            });
        }
    }

    /// The kinds of action that there are lines of.
    #[must_use]
    pub fn actions(&self) -> Vec<ActionKind> {
        let lines = ActionKind::all().iter().zip(&self.lines);
        lines.filter(|(_, lines)| !lines.is_empty()).map(|(action, _)| *action).collect()
    }

    /// Every instance there was, line by line.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.lines.iter().flatten().flat_map(|l| &l.instances)
    }

    /// What will be said to be overdue, by the day after which it is.
    pub(super) fn overdue_after(&self) -> impl Iterator<Item = (NaiveDate, ActionKind, &Subject, Announcement)> {
        self.overdue_after.iter().flat_map(move |(day, lines)| {
            lines.iter().filter_map(move |(action, subject)| {
                let line = self.line(*action, subject)?;
                Some((*day, *action, subject, line.overdue_after?))
            })
        })
    }

    /// Keeps in mind that a line was said to be overdue.
    pub(super) fn announce(&mut self, action: ActionKind, subject: &Subject, announcement: Announcement) {
        self.change(action, subject, |line| line.announced.push(announcement));
    }

    /// The open instance of a line.
    #[must_use]
    pub fn pending(&self, action: ActionKind, subject: &Subject) -> Option<&Instance> {
        self.line(action, subject).and_then(Line::pending)
    }
}

fn place(action: ActionKind) -> usize {
    action as usize
}

/// Works out anew what will be said of a line, after it changed.
fn settle(days: &mut BTreeMap<NaiveDate, Vec<(ActionKind, Subject)>>, action: ActionKind, line: &mut Line) {
    let next = line.next_announcement();
    let (before, after) = (line.overdue_after.map(|a| a.0), next.map(|a| a.0));
    line.overdue_after = next;
    if before == after {
        return;
    }
    if let Some(lines) = before.and_then(|day| days.get_mut(&day)) {
        lines.retain(|(a, s)| *a != action || *s != line.subject);
    }
    if let Some(day) = after {
        days.entry(day).or_default().push((action, line.subject));
    }
}

fn answer_by(instance: &mut Instance, h: &FoldEvent<'_>, levels: &Levels) {
    let assessed = match h.event.as_deref() {
        Some(Event::RiskAssessed(e)) if instance.action == ActionKind::ReviewRisk => {
            let known = e.levels.0.iter().filter(|(_, level)| **level != Level::Unknown);
            Some((known.map(|(group, _)| *group).collect::<Vec<_>>(), levels.groups_on_record()))
        }
        _ => None,
    };
    for r in instance.reasons.iter_mut().filter(|r| r.answer.is_none()) {
        let Some(naming) = r.because.answerable_by(h) else { continue };
        if assessed.as_ref().is_none_or(|(stated, on_record)| r.take_assessment(stated, on_record)) {
            let at = h.occurred_at.max(r.because.clock);
            r.answer = Some(Answer { by: h.id, how: How::Done, at, done: h.occurred_at, naming });
        }
    }
}
