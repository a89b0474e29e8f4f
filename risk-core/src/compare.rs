//! Two answers for one case side by side: as known and in hindsight, at two moments, or under two policies.

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

/// The name and version of the JSON form of a comparison.
pub const SCHEMA: &str = "risk-comparison/1";

vocabulary! {
    /// How the questions of the two answers differ.
    Between {
        /// As known, and in hindsight.
        Lenses,
        /// Two moments.
        Dates,
        /// Two policies.
        Policies,
    }
}

/// How two answers differ; see [`compare()`](crate::compare()).
///
/// Plain data, like the parts in [`answer`](crate::answer).
///
/// # Examples
/// ```
/// use risk_core::{Against, Audience, Comparison, Log, Policy, Question, compare};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let comparison: Comparison = compare(&log, &policy, &question, Against::Policy(&policy))?;
/// assert!(comparison.changes.is_empty(), "a policy does not differ from itself");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The name and version of the JSON form: `risk-comparison/1`.
    pub schema: &'static str,
    /// The case.
    pub case_id: Uuid,
    /// The audience.
    pub audience: Audience,
    /// How the questions differ.
    pub between: Between,
    /// The first question.
    pub first: Side,
    /// The second.
    pub second: Side,
    /// How the second answer differs from the first. An action that both have keeps the id that it has in the first.
    pub changes: Vec<Change>,
    /// Between lenses: the records of events that were recorded on a later day than they happened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recorded_later: Vec<LateRecord>,
    /// Between lenses: how much of the delay of each action is late information, and how much late action.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delays: Vec<Delay>,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Side {
    /// The moment.
    #[serde(serialize_with = "instant")]
    pub at: Instant,
    /// Records that were recorded later are ignored.
    #[serde(serialize_with = "instant")]
    pub known_at: Instant,
    /// The temporal lens.
    pub lens: Lens,
    /// With what the answer can be computed again.
    pub receipt: Receipt,
}

impl Side {
    fn of(answer: &Assessment) -> Self {
        Self { at: answer.at, known_at: answer.known_at, lens: answer.lens, receipt: answer.receipt.clone() }
    }
}

/// A record of an event that was recorded on a later day than it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LateRecord {
    /// The record.
    #[serde(flatten)]
    pub record: EventLine,
    /// The number of days in between.
    pub days: i64,
}

/// The two parts of the delay of an action in hindsight, in days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Delay {
    /// The action.
    pub action: ActionKind,
    /// The instruction.
    pub title: String,
    /// The subjects of the action; empty for the case as a whole.
    pub about: Vec<String>,
    /// Late information: from the event to its record.
    pub information: i64,
    /// Late action: past the due date that it would have had if the event had been recorded at once.
    pub act: i64,
}

/// What the answer to a question is compared with.
///
/// # Examples
/// ```
/// use risk_core::{Against, Audience, Log, Policy, Question, compare};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// // What happened to the case from 6 to 10 March?
/// let question = Question::at("2018-03-06T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let comparison = compare(&log, &policy, &question, Against::Moment("2018-03-10T12:00:00Z".parse()?))?;
/// assert!(!comparison.changes.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Against<'p> {
    /// What hindsight says of the same moment. The first answer is as known at that moment, whatever the question's lens.
    Hindsight,
    /// The answer at another moment.
    Moment(Instant),
    /// The answer under another policy.
    Policy(&'p Policy),
}

/// Compares the answer to a question with another answer for the same case and audience.
///
/// # Errors
/// [`NoView`] if the policy, or the other policy, does not define the audience.
///
/// # Examples
/// ```
/// use risk_core::{Against, Audience, Log, Policy, Question, compare};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
/// # let moment = "2018-03-10T12:00:00Z".parse()?;
///
/// let question = Question::at(moment, Audience::ResponsibleOfficer);
/// let comparison = compare(&log, &policy, &question, Against::Hindsight)?;
///
/// // The service heard of the call-out two days late.
/// assert_eq!(comparison.recorded_later[0].record.kind, "police_call_out");
/// assert_eq!(comparison.recorded_later[0].days, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare(log: &Log, policy: &Policy, question: &Question, against: Against<'_>) -> Result<Comparison, NoView> {
    compared(log, policy, question, against, Cancel::NEVER)
}

/// [`compare()`](crate::compare()) that can be cancelled.
///
/// # Errors
/// [`Stopped`] if the work was cancelled or over budget, or if a policy does not define the audience.
///
/// # Examples
/// ```
/// use risk_core::{Against, Audience, Cancel, Log, Policy, Question, Stopped, compare_until};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
/// # let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
///
/// let cancelled = || true;
/// let result = compare_until(&log, &policy, &question, Against::Policy(&policy), Cancel::when(&cancelled));
/// assert!(matches!(result, Err(Stopped::Cancelled(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare_until(
    log: &Log,
    policy: &Policy,
    question: &Question,
    against: Against<'_>,
    cancel: Cancel<'_>,
) -> Result<Comparison, Stopped> {
    Ok(cancel.done(compared(log, policy, question, against, cancel)?)?)
}

/// The comparison, or a part of it if the work was cancelled.
fn compared(
    log: &Log,
    policy: &Policy,
    question: &Question,
    against: Against<'_>,
    cancel: Cancel<'_>,
) -> Result<Comparison, NoView> {
    match against {
        Against::Hindsight => with_hindsight(log, policy, question, cancel),
        Against::Moment(at) => {
            let first = assessed(log, policy, question, cancel)?;
            let second = assessed(log, policy, &Question { at, ..question.clone() }, cancel)?;
            Ok(side_by_side(Between::Dates, &first, second))
        }
        Against::Policy(other) => {
            let first = assessed(log, policy, question, cancel)?;
            Ok(of_policies(&first, assessed(log, other, question, cancel)?))
        }
    }
}

fn with_hindsight(log: &Log, policy: &Policy, question: &Question, cancel: Cancel<'_>) -> Result<Comparison, NoView> {
    let as_known = Question { lens: Lens::AsKnown, known_at: None, ..question.clone() };
    let hindsight = Question { lens: Lens::Hindsight, ..question.clone() };
    let (first, second) = (assessed(log, policy, &as_known, cancel)?, assessed(log, policy, &hindsight, cancel)?);
    let view = View::of(policy, question.audience)?;
    let delays = second.actions.iter().filter_map(delay).collect();
    let recorded_later = late_records(log, &view, &hindsight, &second);
    Ok(Comparison { recorded_later, delays, ..side_by_side(Between::Lenses, &first, second) })
}

/// Compares the answers that two policies gave to the same question.
#[must_use]
pub fn of_policies(first: &Assessment, second: Assessment) -> Comparison {
    side_by_side(Between::Policies, first, second)
}

fn side_by_side(between: Between, first: &Assessment, mut second: Assessment) -> Comparison {
    let sides = (Side::of(first), Side::of(&second));
    pair(first, &mut second);
    if between == Between::Lenses {
        // Only hindsight divides a delay. `delays` lists it, so it is not a change.
        second.actions.iter_mut().for_each(|a| a.late_by = None);
    }
    let mut changes = changes(first, &second);
    // `first` and `second` contain the receipts in full.
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

/// Gives an action of the second answer the id of the same action in the first. The id of an action depends on the event that opened it,
/// which another lens or policy can change.
fn pair(first: &Assessment, second: &mut Assessment) {
    let mut free: Vec<&Action> =
        first.actions.iter().filter(|a| !second.actions.iter().any(|b| b.id == a.id)).collect();
    let known: Vec<Uuid> = first.actions.iter().map(|a| a.id).collect();
    let mut renamed: BTreeMap<Uuid, Uuid> = BTreeMap::new();
    // First those that share the event of a reason; then, in order, those of the same kind and subjects.
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

/// The records that the audience may see and that were recorded later than the event happened, in the version in force.
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
