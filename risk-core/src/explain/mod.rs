//! Explanations: each outcome traced to its events, rule, source and facts; and why a rule did not fire.

mod tree;
mod why_not;
pub mod words;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

pub use tree::{explain, explain_until};
pub use why_not::{RuleEvaluation, WhyNot, why_not, why_not_until};

use crate::assessment::answer::{Action, GroupLevel, Receipt};
use crate::calendar;
use crate::cancel::{Cancelled, EndedEarly, OverBudget};
use crate::event::catalogue::Instant;
use crate::event::field::{describe_text, one_of};
use crate::event::vocabulary::{ActionKind, Audience, Group, Handling};
use crate::event::{Kind, Term};
use crate::fold::run::Lens;
use crate::log::Record;
use crate::policy::model::{Basis, EventSelector, Parameter, ParameterValue, Policy, Source, Unit, ViewField};
use crate::view::View;

/// The name and version of the JSON form of an explanation.
pub const SCHEMA: &str = "risk-explanation/1";

/// The outcomes that an explanation covers.
///
/// # Examples
/// ```
/// use risk_core::Target;
/// use risk_core::terms::{ActionKind, Group};
///
/// assert_eq!(Target::parse("review_risk")?, Target::Action(ActionKind::ReviewRisk));
/// assert_eq!(Target::parse("children")?, Target::Group(Group::Children));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Every pending action, and every group with an indicated level.
    Everything,
    /// Every instance of one kind of action, including closed ones.
    Action(ActionKind),
    /// One action, by its id in the answer.
    Instance(Uuid),
    /// The levels of one group.
    Group(Group),
}

/// A text that is not a [`Target`].
///
/// # Examples
/// ```
/// use risk_core::Target;
///
/// let error = Target::parse("review_risks").unwrap_err();
/// assert_eq!(error.found, "`review_risks`");
/// assert!(error.expected.contains("review_risk"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown action or group {found}: expected {expected}")]
#[non_exhaustive]
pub struct UnknownTarget {
    /// The text, as far as it is safe to show.
    pub found: String,
    /// The closest alternatives.
    pub expected: String,
}

impl Target {
    /// Reads an action (`review_risk`), a group at risk (`children`), or the id of an action in the answer.
    ///
    /// # Errors
    /// [`UnknownTarget`] for any other text.
    pub fn parse(text: &str) -> Result<Self, UnknownTarget> {
        let action = ActionKind::parse(text).map(Self::Action);
        let group = || Group::parse(text).map(Self::Group);
        let instance = || Uuid::parse_str(text).ok().map(Self::Instance);
        action.or_else(group).or_else(instance).ok_or_else(|| {
            let names: Vec<&str> = ActionKind::names().iter().chain(Group::names()).copied().collect();
            let expected = format!("an action's id, or one of {}", one_of(&names, text));
            UnknownTarget { found: describe_text(text), expected }
        })
    }
}

/// An error of explaining an answer.
///
/// # Examples
/// ```
/// use risk_core::{Audience, ExplainError, Log, Policy, Question, Target, explain};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::SupervisedPerson);
/// let error = explain(&log, &policy, &question, Target::Everything).unwrap_err();
/// assert!(matches!(error, ExplainError::View(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The policy does not define the audience.
    #[error(transparent)]
    View(#[from] crate::view::NoView),
    /// The audience may not see reasons.
    #[error("the audience `{0}` may not see reasons: its entry in the policy does not list `because`")]
    NotForAudience(Audience),
    /// No rule or duty has this id.
    #[error("unknown rule or duty `{found}`; the closest are {nearest}")]
    UnknownRule {
        /// The id that was given.
        found: String,
        /// The closest ids.
        nearest: String,
    },
    /// The work was cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The work was over budget.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
}

impl From<EndedEarly> for ExplainError {
    fn from(ended: EndedEarly) -> Self {
        match ended {
            EndedEarly::Cancelled(e) => Self::Cancelled(e),
            EndedEarly::OverBudget(e) => Self::OverBudget(e),
        }
    }
}

/// An explanation of one or more outcomes; see [`explain()`](crate::explain()).
///
/// Plain data, like the parts in [`answer`](crate::answer).
///
/// # Examples
/// ```
/// use risk_core::{Audience, Explanation, Log, Policy, Question, Target, explain};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let explanation: Explanation = explain(&log, &policy, &question, Target::Everything)?;
/// assert_eq!(explanation.outcomes.len(), 2, "one action and one level");
/// assert!(serde_json::to_string(&explanation)?.starts_with(r#"{"schema":"risk-explanation/1""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The name and version of the JSON form: `risk-explanation/1`.
    pub schema: &'static str,
    /// The case.
    pub case_id: Uuid,
    /// The moment of the question, in RFC 3339.
    pub at: String,
    /// The temporal lens.
    pub lens: Lens,
    /// The audience.
    pub audience: Audience,
    /// With what the answer can be computed again.
    pub receipt: Receipt,
    /// The outcomes, each with its reasons.
    pub outcomes: Vec<Outcome>,
}

/// One outcome with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The action, if the outcome is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Box<Action>>,
    /// The level of a group, if the outcome is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Box<GroupLevel>>,
    /// The reasons.
    pub reasons: Vec<ReasonLine>,
}

/// One reason: the event, the rule, the facts that made its condition true, the time limit, and what answered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReasonLine {
    /// The event. If the rule fired on a timer event, the event that caused the timer.
    pub event: EventLine,
    /// The timer event, if the rule fired on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timer: Option<TimerLine>,
    /// The rule or duty.
    pub rule: RuleLine,
    /// The comparisons of the condition that were true, with the values found.
    pub facts: Vec<FactLine>,
    /// The time limit, with its source.
    pub limit: Option<LimitLine>,
    /// What answered the reason.
    pub answered: Option<AnswerLine>,
}

/// A timer event: an action became overdue, an order expired, or a duty fell due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TimerLine {
    /// The name of its kind, as rules write it.
    pub kind: &'static str,
    /// The day on which it happened.
    pub on: NaiveDate,
}

/// An event by id and kind, never with its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EventLine {
    /// The id of the record; `null` for an audience that may not see event ids.
    pub event_id: Option<Uuid>,
    /// The name of the kind.
    pub kind: String,
    /// The day on which it happened.
    pub occurred_on: NaiveDate,
    /// The day on which it was recorded.
    pub recorded_on: NaiveDate,
    /// The handling mark of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

impl EventLine {
    /// The line of a record, as the audience may see it.
    #[doc(hidden)]
    #[must_use]
    pub fn of(record: &Record, occurred_at: Instant, view: &View<'_>) -> Self {
        Self {
            event_id: view.sees(ViewField::EventIds).then_some(record.event_id),
            kind: kind_name(record.kind()),
            occurred_on: calendar::london_day(occurred_at),
            recorded_on: calendar::london_day(record.recorded_at),
            handling: view.sees(ViewField::Handling).then_some(record.handling),
        }
    }
}

/// The name of a kind. An unrecognised record has the name that rules use for it.
#[doc(hidden)]
#[must_use]
pub fn kind_name(kind: Option<Kind>) -> String {
    kind.map_or_else(|| EventSelector::Unrecognised.name(), Kind::name).to_owned()
}

/// A rule or duty with its sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleLine {
    /// The id of the rule or duty.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What kind of source it has.
    pub basis: Basis,
    /// The first day on which it is in force.
    pub from: NaiveDate,
    /// The first day on which it is no longer in force.
    pub to: Option<NaiveDate>,
    /// The ids of the obligations that it implements.
    pub covers: Vec<String>,
    /// Its condition, as written in the policy.
    pub condition: String,
    /// Its sources.
    pub sources: Vec<SourceLine>,
}

/// A place in a source document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceLine {
    /// The title of the document.
    pub document: String,
    /// The place in the document, such as a section.
    pub at: String,
    /// A quotation, if the policy has one.
    pub quote: Option<String>,
}

/// A fact that a condition compares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FactLine {
    /// The fact, as conditions write it.
    pub fact: String,
    /// What it means.
    pub meaning: &'static str,
    /// The value that was found.
    pub value: String,
    /// What the condition requires, if the value does not satisfy it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
}

/// A time limit and its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LimitLine {
    /// The last day on which the action is in time; `null` if it is not known.
    pub due: Option<NaiveDate>,
    /// The id of the parameter; `null` if the limit is "immediately".
    pub parameter: Option<String>,
    /// The title of the parameter.
    pub title: Option<String>,
    /// The value of the parameter on the day of the event.
    pub value: Option<u32>,
    /// The unit of the value.
    pub unit: Option<Unit>,
    /// What kind of source the value has.
    pub basis: Option<Basis>,
    /// The sources of the value.
    pub sources: Vec<SourceLine>,
    /// Why the due date is not known.
    pub unknown: Option<String>,
}

/// What answered a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AnswerLine {
    /// The id of the record; `null` for an audience that may not see event ids.
    pub event_id: Option<Uuid>,
    /// `done`, `done_elsewhere`, `not_needed` or `superseded`.
    pub how: &'static str,
    /// The day.
    pub on: NaiveDate,
    /// Whether it named the event of the reason.
    pub named: bool,
}

fn sources(policy: &Policy, sources: &[Source]) -> Vec<SourceLine> {
    let title = |id: &str| policy.documents.iter().find(|d| d.id == id).map_or(id, |d| d.title.as_str()).to_owned();
    sources
        .iter()
        .map(|s| SourceLine { document: title(&s.document), at: s.at.clone(), quote: s.quote.clone() })
        .collect()
}

fn parameter_line(policy: &Policy, parameter: &Parameter, value: Option<&ParameterValue>) -> LimitLine {
    LimitLine {
        due: None,
        parameter: Some(parameter.id.clone()),
        title: Some(parameter.title.clone()),
        value: value.and_then(|v| v.value),
        unit: Some(parameter.unit),
        basis: value.map(|v| v.basis),
        sources: value.map(|v| sources(policy, &v.source)).unwrap_or_default(),
        unknown: None,
    }
}
