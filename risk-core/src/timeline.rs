//! The timeline: how each step of a log changed the answer, and how time alone changed it in between.
//!
//! A step is the difference between the answer just before a moment and the answer at it. The moments are those of the records that the
//! audience may see, and those at which the answer changes by time ([`Assessment::next_change_at`]). So a timeline contains only what
//! [`crate::assessment::assess`] would have answered on the day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::Serialize;
use uuid::Uuid;

use crate::assessment::answer::{GroupStatus, Receipt, Status, instant};
use crate::assessment::confidence::Confidence;
use crate::assessment::{
    Assessment, CaseLine, Change, Opened, Question, answer_to, case_line, changes, with_all_later,
};
use crate::cancel::{Cancel, Stopped};
use crate::event::Nature;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::Audience;
use crate::explain::EventLine;
use crate::fold::run::Lens;
use crate::fold::walk::Walk;
use crate::log::{Log, epochs};
use crate::policy::model::{Derived, EventSelector, Policy};
use crate::view::{NoView, Seen, View};

/// The name and version of the JSON form of a timeline.
pub const SCHEMA: &str = "risk-timeline/1";

/// How the answer changed, step by step, up to a moment; see [`timeline()`](crate::timeline()).
///
/// Plain data, like the parts in [`answer`](crate::answer).
///
/// # Examples
/// ```
/// use risk_core::{Audience, Log, Policy, Question, Timeline, timeline};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-31T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let timeline: Timeline = timeline(&log, &policy, &question)?;
/// assert!(serde_json::to_string(&timeline)?.starts_with(r#"{"schema":"risk-timeline/1""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Timeline {
    /// The name and version of the JSON form: `risk-timeline/1`.
    pub schema: &'static str,
    /// The case.
    pub case_id: Uuid,
    /// The moment of the question. Later records and changes are left out.
    #[serde(serialize_with = "instant")]
    pub at: Instant,
    /// Records that were recorded later are ignored.
    #[serde(serialize_with = "instant")]
    pub known_at: Instant,
    /// The temporal lens.
    pub lens: Lens,
    /// The audience.
    pub audience: Audience,
    /// With what the last answer can be computed again.
    pub receipt: Receipt,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// What changed at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The moment.
    #[serde(serialize_with = "instant")]
    pub at: Instant,
    /// The records of the step. Empty if time alone changed the answer.
    pub records: Vec<EventLine>,
    /// The timer events of a step without records, such as `action_overdue`.
    pub by_time: Vec<Derived>,
    /// How the answer changed.
    pub changes: Vec<Change>,
}

/// Lists how the answer changed, step by step, up to the moment of the question.
///
/// # Errors
/// [`NoView`] if the policy does not define the audience.
///
/// # Examples
/// ```
/// use risk_core::answer::Derived;
/// use risk_core::{Audience, Log, Policy, Question, timeline};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-31T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let steps = timeline(&log, &policy, &question)?.steps;
/// assert_eq!(steps.len(), 3);
/// assert_eq!(steps[1].records[0].kind, "police_call_out");
///
/// // The review was due on 12 March. Nothing was recorded, so it became overdue at midnight.
/// assert_eq!(steps[2].at, "2018-03-13T00:00:00Z".parse::<risk_core::Instant>()?);
/// assert_eq!(steps[2].by_time, [Derived::ActionOverdue]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn timeline(log: &Log, policy: &Policy, question: &Question) -> Result<Timeline, NoView> {
    steps(log, policy, question, Cancel::NEVER)
}

/// [`timeline()`](crate::timeline()) that can be cancelled.
///
/// # Errors
/// [`Stopped`] if the work was cancelled or over budget, or if the policy does not define the audience.
///
/// # Examples
/// ```
/// use risk_core::{Audience, Budget, Cancel, Log, Policy, Question, Stopped, timeline_until};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-31T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let budget = Budget::new(1); // far too little
/// let result = timeline_until(&log, &policy, &question, Cancel::NEVER.within(&budget));
/// assert!(matches!(result, Err(Stopped::OverBudget(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn timeline_until(
    log: &Log,
    policy: &Policy,
    question: &Question,
    cancel: Cancel<'_>,
) -> Result<Timeline, Stopped> {
    Ok(cancel.done(steps(log, policy, question, cancel)?)?)
}

/// The timeline, or a part of it if the work was cancelled.
fn steps(log: &Log, policy: &Policy, question: &Question, cancel: Cancel<'_>) -> Result<Timeline, NoView> {
    let Opened { view, seen, span } = question.open(log, policy, cancel)?;
    let walk = Walk::of_seen(&seen, policy, span);
    let mut walked = Steps {
        case: case_line(log),
        policy,
        view,
        question,
        known_at: span.known_at,
        confidence: Confidence::before(&seen.records, walk.local_ids(), &view, span),
        walk,
        seen,
    };
    let moments = walked.moments();
    let before = |t: &Instant| t.checked_sub_signed(TimeDelta::microseconds(1));
    let mut to_come = moments.keys().copied().collect::<Vec<_>>().into_iter();
    // Between two records, and after the last up to the moment of the question, time alone can change the answer.
    let mut until = to_come.next();
    let mut now = walked.answer(until.as_ref().and_then(before).unwrap_or(question.at), until);
    let mut steps = Vec::new();
    for (moment, lines) in moments {
        walked.run_to(until, &mut now, &mut steps);
        until = to_come.next();
        let then = walked.answer(moment, until);
        steps.push(Step { at: moment, records: lines, by_time: vec![], changes: changes(&now, &then) });
        now = then;
        if cancel.spend() {
            break;
        }
    }
    walked.run_to(None, &mut now, &mut steps);
    Ok(Timeline {
        schema: SCHEMA,
        case_id: log.case_id(),
        at: question.at,
        known_at: walked.known_at,
        lens: question.lens,
        audience: question.audience,
        receipt: with_all_later(walked.answer(question.at, None), &walked.seen.records, span).receipt,
        steps,
    })
}

struct Steps<'a, 'p> {
    case: CaseLine,
    policy: &'p Policy,
    view: View<'p>,
    question: &'a Question,
    known_at: Instant,
    seen: Seen<'a>,
    walk: Walk<'a, 'p>,
    confidence: Confidence<'a, 'p>,
}

impl Steps<'_, '_> {
    /// The answer at a moment. Moments are visited in order. `next_change_at` is set if time changes the answer before the next record
    /// and not after the moment of the question.
    fn answer(&mut self, at: Instant, next_record: Option<Instant>) -> Assessment {
        let known_at = match self.question.lens {
            Lens::AsKnown => self.known_at.min(at),
            Lens::Hindsight => self.known_at,
        };
        let last = next_record.map_or(Some(self.question.at), |t| t.checked_sub_signed(TimeDelta::microseconds(1)));
        let last = last.unwrap_or(self.question.at);
        let question = Question { at, known_at: Some(known_at), ..self.question.clone() };
        self.confidence.to(at, known_at);
        let (case, view, confidence) = (&self.case, &self.view, &self.confidence);
        self.walk.look(at, known_at, |folded| answer_to(case, folded, confidence, view, &question, known_at, last))
    }

    /// The moments of the records, by the clock of the lens. In hindsight a correction has no moment of its own, because its content was
    /// true all along.
    fn moments(&self) -> BTreeMap<Instant, Vec<EventLine>> {
        let versions = epochs(self.seen.records.iter().copied(), self.known_at);
        let corrected: BTreeMap<Uuid, Instant> =
            versions.last().into_iter().flat_map(|e| &e.entries).map(|e| (e.record.event_id, e.occurred_at)).collect();
        let mut moments: BTreeMap<Instant, Vec<EventLine>> = BTreeMap::new();
        for record in self.seen.records.iter().filter(|r| r.recorded_at <= self.known_at) {
            let (clock, occurred_at) = match self.question.lens {
                Lens::AsKnown => (record.recorded_at, record.occurred_at),
                Lens::Hindsight => {
                    let housekeeping = record.kind().is_some_and(|k| k.spec().nature == Nature::Housekeeping);
                    let placed = corrected.get(&record.event_id).copied();
                    let unread = record.kind().is_none().then_some(record.occurred_at);
                    let Some(at) = placed.or(unread).filter(|_| !housekeeping) else { continue };
                    (at, at)
                }
            };
            if clock <= self.question.at {
                moments.entry(clock).or_default().push(EventLine::of(record, occurred_at, &self.view));
            }
        }
        // The order of the lines of a log within one moment has no meaning.
        for lines in moments.values_mut() {
            lines.sort_by(|a, b| (a.occurred_on, &a.kind, a.event_id).cmp(&(b.occurred_on, &b.kind, b.event_id)));
        }
        moments
    }

    /// Adds a step for each moment before the next record, or up to the moment of the question, at which time alone changes the answer.
    fn run_to(&mut self, next_record: Option<Instant>, now: &mut Assessment, steps: &mut Vec<Step>) {
        while let Some(next) = now.next_change_at.filter(|t| *t > now.at) {
            let then = self.answer(next, next_record);
            let changes = changes(now, &then);
            steps.push(Step { at: next, records: vec![], by_time: self.by_time(now, &changes), changes });
            *now = then;
        }
    }

    /// The timer events that caused the changes of a step without records.
    fn by_time(&self, before: &Assessment, changes: &[Change]) -> Vec<Derived> {
        let mut kinds: BTreeSet<Derived> = BTreeSet::new();
        for change in changes {
            match change {
                Change::Opened { action } => kinds.extend(action.because.iter().flat_map(|b| self.raises(&b.rule))),
                Change::Moved { before, after, .. } => {
                    if after.status == Status::Overdue && before.status != Status::Overdue {
                        kinds.insert(Derived::ActionOverdue);
                    }
                    let new = after.because.iter().filter(|b| !before.because.contains(b));
                    kinds.extend(new.flat_map(|b| self.raises(&b.rule)));
                    if after.frozen_on.is_some() && before.frozen_on.is_none() {
                        kinds.insert(Derived::SupervisionEndReached);
                    }
                    if after.missed > before.missed {
                        kinds.insert(Derived::DutyDue);
                    }
                }
                Change::Classification { after: Some(after), .. } => {
                    let was = before.classification.as_ref();
                    let newly_stale = after.groups.iter().filter(|g| g.status == GroupStatus::Stale).any(|g| {
                        let same = |o: &&crate::assessment::answer::GroupLevel| {
                            (o.group, o.setting, o.status) == (g.group, g.setting, g.status)
                        };
                        !was.is_some_and(|c| c.groups.iter().any(|o| same(&o)))
                    });
                    kinds.extend(newly_stale.then_some(Derived::AssessmentStale));
                }
                Change::Closed { .. }
                | Change::Gone { .. }
                | Change::Classification { .. }
                | Change::Flags { .. }
                | Change::Other { .. } => {}
            }
        }
        kinds.into_iter().collect()
    }

    /// The timer events that trigger a rule. For a duty: that it falls due.
    fn raises(&self, rule: &str) -> Vec<Derived> {
        let rules = self.policy.rules.iter().filter(|r| r.id == rule);
        let derived = |l: &EventSelector| if let EventSelector::Derived(kind) = l { Some(*kind) } else { None };
        let duty = self.policy.duties.iter().any(|d| d.id == rule).then_some(Derived::DutyDue);
        rules.flat_map(|r| r.on.iter().filter_map(derived)).chain(duty).collect()
    }
}
