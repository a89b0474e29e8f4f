//! Two answers to one case side by side: as known against hindsight, two dates, or two policies.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use crate::assessment::answer::{Action, Assessment, Receipt, instant};
use crate::assessment::{Change, Question, assessed, changes};
use crate::calendar;
use crate::cancel::{Cancel, Stopped};
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Audience, vocabulary};
use crate::explain::EventLine;
use crate::fold::run::Lens;
use crate::log::{Log, epochs};
use crate::policy::model::{Policy, ViewField};
use crate::view::{NoView, View};

/// The name and version of a comparison's form.
pub const SCHEMA: &str = "risk-comparison/1";

vocabulary! {
    /// In what the two answers' questions differ.
    Between {
        /// As known, and with hindsight.
        Lenses,
        /// Two moments.
        Dates,
        /// Two policies.
        Policies,
    }
}

/// Two answers side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The case.
    pub case_id: Uuid,
    /// For whom.
    pub audience: Audience,
    /// In what the questions differ.
    pub between: Between,
    /// The first question.
    pub first: Side,
    /// The second.
    pub second: Side,
    /// What the second answer has otherwise. An action that both have carries the first one's id.
    pub changes: Vec<Change>,
    /// Between lenses: what was recorded on a later day than it happened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recorded_later: Vec<LateRecord>,
    /// Between lenses: what part of an action's delay is late information and what part a late act.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delays: Vec<Delay>,
}

/// One of the two questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The moment.
    #[serde(serialize_with = "instant")]
    pub at: Instant,
    /// What the service is taken to know.
    #[serde(serialize_with = "instant")]
    pub known_at: Instant,
    /// From where.
    pub lens: Lens,
    /// What the answer was made with.
    pub receipt: Receipt,
}

impl Side {
    fn of(answer: &Assessment) -> Self {
        Self { at: answer.at, known_at: answer.known_at, lens: answer.lens, receipt: answer.receipt.clone() }
    }
}

/// A record that the service held on a later day than it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LateRecord {
    /// The record.
    #[serde(flatten)]
    pub record: EventLine,
    /// How many days later.
    pub days: i64,
}

/// The two parts of an action's delay, in days, as hindsight sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delay {
    /// Which action.
    pub action: ActionKind,
    /// The instruction.
    pub title: String,
    /// About whom or what.
    pub about: Vec<String>,
    /// From when it happened to when the service held it.
    pub information: i64,
    /// Past the due date that it would have had if the service had known at once.
    pub act: i64,
}

/// As known at a moment, against hindsight of the same moment. The question's own lens does not count.
///
/// # Errors
/// [`NoView`] where the policy does not provide for the audience.
pub fn lenses(log: &Log, policy: &Policy, question: &Question) -> Result<Comparison, NoView> {
    of_lenses(log, policy, question, Cancel::NEVER)
}

/// [`lenses`], unless its caller ends it early.
///
/// # Errors
/// As [`lenses`], and [`Stopped`] if it ended early.
pub fn lenses_until(
    log: &Log,
    policy: &Policy,
    question: &Question,
    cancel: Cancel<'_>,
) -> Result<Comparison, Stopped> {
    Ok(cancel.done(of_lenses(log, policy, question, cancel)?)?)
}

fn of_lenses(log: &Log, policy: &Policy, question: &Question, cancel: Cancel<'_>) -> Result<Comparison, NoView> {
    let as_known = Question { lens: Lens::AsKnown, known_at: None, ..question.clone() };
    let hindsight = Question { lens: Lens::Hindsight, ..question.clone() };
    let (first, second) = (assessed(log, policy, &as_known, cancel)?, assessed(log, policy, &hindsight, cancel)?);
    let view = View::of(policy, question.audience)?;
    let delays = second.actions.iter().filter_map(delay).collect();
    let recorded_later = late_records(log, &view, &hindsight, &second);
    Ok(Comparison { recorded_later, delays, ..side_by_side(Between::Lenses, &first, second) })
}

/// One moment against another.
///
/// # Errors
/// [`NoView`] where the policy does not provide for the audience.
pub fn dates(log: &Log, policy: &Policy, question: &Question, and: Instant) -> Result<Comparison, NoView> {
    of_dates(log, policy, question, and, Cancel::NEVER)
}

/// [`dates`], unless its caller ends it early.
///
/// # Errors
/// As [`dates`], and [`Stopped`] if it ended early.
pub fn dates_until(
    log: &Log,
    policy: &Policy,
    question: &Question,
    and: Instant,
    cancel: Cancel<'_>,
) -> Result<Comparison, Stopped> {
    Ok(cancel.done(of_dates(log, policy, question, and, cancel)?)?)
}

fn of_dates(
    log: &Log,
    policy: &Policy,
    question: &Question,
    and: Instant,
    cancel: Cancel<'_>,
) -> Result<Comparison, NoView> {
    let first = assessed(log, policy, question, cancel)?;
    let second = assessed(log, policy, &Question { at: and, ..question.clone() }, cancel)?;
    Ok(side_by_side(Between::Dates, &first, second))
}

/// One policy against another, on the same question.
///
/// # Errors
/// [`NoView`] where either policy does not provide for the audience.
pub fn policies(log: &Log, policy: &Policy, other: &Policy, question: &Question) -> Result<Comparison, NoView> {
    both_policies(log, policy, other, question, Cancel::NEVER)
}

/// [`policies`], unless its caller ends it early.
///
/// # Errors
/// As [`policies`], and [`Stopped`] if it ended early.
pub fn policies_until(
    log: &Log,
    policy: &Policy,
    other: &Policy,
    question: &Question,
    cancel: Cancel<'_>,
) -> Result<Comparison, Stopped> {
    Ok(cancel.done(both_policies(log, policy, other, question, cancel)?)?)
}

fn both_policies(
    log: &Log,
    policy: &Policy,
    other: &Policy,
    question: &Question,
    cancel: Cancel<'_>,
) -> Result<Comparison, NoView> {
    let first = assessed(log, policy, question, cancel)?;
    let second = assessed(log, other, question, cancel)?;
    Ok(of_policies(&first, second))
}

/// The answers that two policies gave to the same question.
#[must_use]
pub fn of_policies(first: &Assessment, second: Assessment) -> Comparison {
    side_by_side(Between::Policies, first, second)
}

fn side_by_side(between: Between, first: &Assessment, mut second: Assessment) -> Comparison {
    let sides = (Side::of(first), Side::of(&second));
    pair(first, &mut second);
    if between == Between::Lenses {
        // Only hindsight parts a delay in two: that is told in full beside the changes, and is none of them.
        second.actions.iter_mut().for_each(|a| a.late_by = None);
    }
    let mut changes = changes(first, &second);
    // The receipts of both sides stand in full above.
    changes.retain(|c| !matches!(c, Change::Other { member: "receipt" }));
    Comparison {
        schema: SCHEMA,
        case_id: first.case_id,
        audience: first.audience,
        between,
        first: sides.0,
        second: sides.1,
        changes,
        recorded_later: vec![],
        delays: vec![],
    }
}

/// Gives actions of the second answer the ids of the first answer's where they are the same thing to do. An id rests on
/// when an action opened, which is just what another lens or policy changes.
fn pair(first: &Assessment, second: &mut Assessment) {
    let mut free: Vec<&Action> =
        first.actions.iter().filter(|a| !second.actions.iter().any(|b| b.id == a.id)).collect();
    let known: Vec<Uuid> = first.actions.iter().map(|a| a.id).collect();
    let mut renamed: BTreeMap<Uuid, Uuid> = BTreeMap::new();
    // First those that share a reason's event; then, in order, whatever is left of a kind and subject.
    for shared in [true, false] {
        for b in second.actions.iter().filter(|b| !known.contains(&b.id)) {
            if renamed.contains_key(&b.id) {
                continue;
            }
            let same = |a: &&Action| a.action == b.action && a.about == b.about && (!shared || shares_event(a, b));
            if let Some(place) = free.iter().position(same) {
                renamed.insert(b.id, free.remove(place).id);
            }
        }
    }
    let name = |id: Uuid| renamed.get(&id).copied().unwrap_or(id);
    for action in &mut second.actions {
        action.id = name(action.id);
        action.part_of = action.part_of.map(name);
    }
    for line in &mut second.agenda.lines {
        *line = name(*line);
    }
}

fn shares_event(a: &Action, b: &Action) -> bool {
    a.because.iter().filter_map(|x| x.event_id).any(|id| b.because.iter().any(|y| y.event_id == Some(id)))
}

fn delay(action: &Action) -> Option<Delay> {
    let late = action.late_by.as_ref().filter(|l| l.information > 0 || l.act > 0)?;
    Some(Delay {
        action: action.action,
        title: action.title.clone(),
        about: action.about.clone(),
        information: late.information,
        act: late.act,
    })
}

/// The records that the reader may see, and that came later than what they tell of, as they stand corrected.
fn late_records(log: &Log, view: &View<'_>, question: &Question, answer: &Assessment) -> Vec<LateRecord> {
    if !view.sees(ViewField::Because) {
        return vec![];
    }
    let versions = epochs(question.seen(view, log.records()).records.into_iter(), answer.known_at);
    let entries = versions.last().into_iter().flat_map(|e| &e.entries).filter(|e| e.occurred_at <= answer.at);
    let mut late: Vec<LateRecord> = entries
        .filter_map(|e| {
            let record = EventLine::of(e.record, e.occurred_at, view);
            let held = calendar::london_day(e.record.recorded_at);
            let days = held.signed_duration_since(record.occurred_on).num_days();
            (days > 0).then_some(LateRecord { record, days })
        })
        .collect();
    late.sort_by(|a, b| {
        let key = |l: &LateRecord| (l.record.occurred_on, l.record.kind.clone(), l.record.event_id);
        key(a).cmp(&key(b))
    });
    late
}
