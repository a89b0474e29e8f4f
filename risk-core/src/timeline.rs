//! The timeline: what each step of a log changed in the answer, and what time alone brought about in between.
//!
//! Each line is the difference of two answers: the one just before a moment and the one at it. The moments are those of the
//! records that the reader may see, and those at which the answer itself says that it changes next
//! ([`Assessment::next_change_at`]), so nothing is told here that [`crate::assessment::assess`] would not have said on the day.

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

/// The name and version of a timeline's form.
pub const SCHEMA: &str = "risk-timeline/1";

/// What each step of a log changed, up to a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The case.
    pub case_id: Uuid,
    /// The moment up to which it is told.
    #[serde(serialize_with = "instant")]
    pub at: Instant,
    /// No answer in it knows more than was recorded by then.
    #[serde(serialize_with = "instant")]
    pub known_at: Instant,
    /// From where.
    pub lens: Lens,
    /// For whom.
    pub audience: Audience,
    /// What the last answer was made with.
    pub receipt: Receipt,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// What one moment changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The moment.
    #[serde(serialize_with = "instant")]
    pub at: Instant,
    /// The records of the step; none where time alone changed the answer.
    pub records: Vec<EventLine>,
    /// What time alone brought about, where there are no records: `action_overdue`, `protective_order_expired`, …
    pub by_time: Vec<Derived>,
    /// What it changed in the answer.
    pub changes: Vec<Change>,
}

/// Tells a case step by step, up to the question's moment.
///
/// # Errors
/// [`NoView`] where the policy does not provide for the audience.
pub fn timeline(log: &Log, policy: &Policy, question: &Question) -> Result<Timeline, NoView> {
    told(log, policy, question, Cancel::NEVER)
}

/// [`timeline`], unless its caller ends it early.
///
/// # Errors
/// As [`timeline`], and [`Stopped`] if it ended early.
pub fn timeline_until(
    log: &Log,
    policy: &Policy,
    question: &Question,
    cancel: Cancel<'_>,
) -> Result<Timeline, Stopped> {
    Ok(cancel.done(told(log, policy, question, cancel)?)?)
}

/// The timeline, or where it was cancelled a part of it.
fn told(log: &Log, policy: &Policy, question: &Question, cancel: Cancel<'_>) -> Result<Timeline, NoView> {
    let Opened { view, seen, span } = question.open(log, policy, cancel)?;
    let walk = Walk::of_seen(&seen, policy, span);
    let mut teller = Teller {
        case: case_line(log),
        policy,
        view,
        question,
        known_at: span.known_at,
        confidence: Confidence::before(&seen.records, walk.local_ids(), &view, span),
        walk,
        seen,
    };
    let moments = teller.moments();
    let before = |t: &Instant| t.checked_sub_signed(TimeDelta::microseconds(1));
    let mut to_come = moments.keys().copied().collect::<Vec<_>>().into_iter();
    // Until the next record, time alone may change the answer; after the last, up to the moment asked about.
    let mut until = to_come.next();
    let mut now = teller.answer(until.as_ref().and_then(before).unwrap_or(question.at), until);
    let mut steps = Vec::new();
    for (moment, lines) in moments {
        teller.run_to(until, &mut now, &mut steps);
        until = to_come.next();
        let then = teller.answer(moment, until);
        steps.push(Step { at: moment, records: lines, by_time: vec![], changes: changes(&now, &then) });
        now = then;
        if cancel.spend() {
            break;
        }
    }
    teller.run_to(None, &mut now, &mut steps);
    Ok(Timeline {
        schema: SCHEMA,
        case_id: log.case_id(),
        at: question.at,
        known_at: teller.known_at,
        lens: question.lens,
        audience: question.audience,
        receipt: with_all_later(teller.answer(question.at, None), &teller.seen.records, span).receipt,
        steps,
    })
}

struct Teller<'a, 'p> {
    case: CaseLine,
    policy: &'p Policy,
    view: View<'p>,
    question: &'a Question,
    known_at: Instant,
    seen: Seen<'a>,
    walk: Walk<'a, 'p>,
    confidence: Confidence<'a, 'p>,
}

impl Teller<'_, '_> {
    /// The answer as it was at a moment, which is no earlier than the one before. It says when time changes it next, if that is
    /// before the next record, or else no later than the moment asked about.
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

    /// The moments of the records, on the lens's clock. In hindsight corrections have none of their own: what they say was
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
        // The order of a log's lines within one moment says nothing.
        for lines in moments.values_mut() {
            lines.sort_by(|a, b| (a.occurred_on, &a.kind, a.event_id).cmp(&(b.occurred_on, &b.kind, b.event_id)));
        }
        moments
    }

    /// Adds a step for each moment before the next record, or up to the moment asked about, at which time alone changes the
    /// answer.
    fn run_to(&mut self, next_record: Option<Instant>, now: &mut Assessment, steps: &mut Vec<Step>) {
        while let Some(next) = now.next_change_at.filter(|t| *t > now.at) {
            let then = self.answer(next, next_record);
            let changes = changes(now, &then);
            steps.push(Step { at: next, records: vec![], by_time: self.by_time(now, &changes), changes });
            *now = then;
        }
    }

    /// Which derived events made the changes of a step without records.
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

    /// The derived events that a rule listens to; a duty's is that its round falls due.
    fn raises(&self, rule: &str) -> Vec<Derived> {
        let rules = self.policy.rules.iter().filter(|r| r.id == rule);
        let derived = |l: &EventSelector| if let EventSelector::Derived(kind) = l { Some(*kind) } else { None };
        let duty = self.policy.duties.iter().any(|d| d.id == rule).then_some(Derived::DutyDue);
        rules.flat_map(|r| r.on.iter().filter_map(derived)).chain(duty).collect()
    }
}
