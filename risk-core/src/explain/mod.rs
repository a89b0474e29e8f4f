//! Explanations: every outcome back to its events, its rule, the place in the source, and the facts that counted; and why a
//! rule did not fire.

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
use crate::event::catalogue::Instant;
use crate::event::field::{describe_text, one_of};
use crate::event::vocabulary::{ActionKind, Audience, Group, Handling};
use crate::event::{Kind, Term};
use crate::fold::run::Lens;
use crate::log::Record;
use crate::policy::model::{Basis, EventSelector, Parameter, ParameterValue, Policy, Source, Unit, ViewField};
use crate::view::View;

/// The name and version of an explanation's form.
pub const SCHEMA: &str = "risk-explanation/1";

/// What is to be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Every pending action and every level.
    Everything,
    /// Every instance of one kind of action, closed ones too.
    Action(ActionKind),
    /// One instance, by its id in the answer.
    Instance(Uuid),
    /// The levels of one group.
    Group(Group),
}

/// A text that names nothing to be explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown action or group {found}: expected {expected}")]
pub struct UnknownTarget {
    /// What stood there, as far as it may be shown.
    pub found: String,
    /// What there is.
    pub expected: String,
}

impl Target {
    /// Reads an action (`review_risk`), a group at risk (`children`), or an action's id in the answer.
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

/// Why an explanation cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The audience has no view at all.
    #[error(transparent)]
    View(#[from] crate::view::NoView),
    /// The audience may not see reasons.
    #[error("the policy does not let the audience `{0}` see why: it may see `because` in no view of its own")]
    NotForAudience(Audience),
    /// No rule or duty has that id.
    #[error("no rule or duty `{found}`: expected one of the policy's, nearest {nearest}")]
    UnknownRule {
        /// The id asked for.
        found: String,
        /// Ids that are near.
        nearest: String,
    },
}

/// An explanation of one or more outcomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The case.
    pub case_id: Uuid,
    /// The moment, as the answer has it.
    pub at: String,
    /// From where.
    pub lens: Lens,
    /// For whom.
    pub audience: Audience,
    /// What the answer was made with.
    pub receipt: Receipt,
    /// The outcomes.
    pub outcomes: Vec<Outcome>,
}

/// One outcome with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The action, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Box<Action>>,
    /// The group's level, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Box<GroupLevel>>,
    /// Why.
    pub reasons: Vec<ReasonLine>,
}

/// One reason: the event, the rule, the facts that counted, the limit, and the answer if it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonLine {
    /// The event; for what time brought about, the one behind it.
    pub event: EventLine,
    /// What time brought about after that event, where the rule fired on that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timer: Option<TimerLine>,
    /// The rule.
    pub rule: RuleLine,
    /// The comparisons that were true, with the values found.
    pub facts: Vec<FactLine>,
    /// By when, and what says so.
    pub limit: Option<LimitLine>,
    /// What answered it.
    pub answered: Option<AnswerLine>,
}

/// What time brought about by itself: an action became overdue, an order expired, a duty came round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimerLine {
    /// Its kind, by the name by which rules listen to it.
    pub kind: &'static str,
    /// The day on which it came about.
    pub on: NaiveDate,
}

/// An event, by id and kind; never its payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventLine {
    /// Its id; `null` for an audience that sees no event ids.
    pub event_id: Option<Uuid>,
    /// Its kind.
    pub kind: String,
    /// When it happened.
    pub occurred_on: NaiveDate,
    /// When the service held it.
    pub recorded_on: NaiveDate,
    /// Its mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

impl EventLine {
    /// The record, as this reader may see it.
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

/// The name of a kind; a record that this version cannot read has the name by which rules listen to it.
#[doc(hidden)]
#[must_use]
pub fn kind_name(kind: Option<Kind>) -> String {
    kind.map_or_else(|| EventSelector::Unrecognised.name(), Kind::name).to_owned()
}

/// A rule or duty with its sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleLine {
    /// Its id.
    pub id: String,
    /// What it says.
    pub title: String,
    /// What it rests on.
    pub basis: Basis,
    /// Since when it is in force.
    pub from: NaiveDate,
    /// Until when.
    pub to: Option<NaiveDate>,
    /// The obligations that it carries out.
    pub covers: Vec<String>,
    /// Its condition, as its author wrote it.
    pub condition: String,
    /// Where that is written.
    pub sources: Vec<SourceLine>,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceLine {
    /// The document's title.
    pub document: String,
    /// The place.
    pub at: String,
    /// Its words.
    pub quote: Option<String>,
}

/// A fact that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactLine {
    /// As a condition writes it.
    pub fact: String,
    /// What it means.
    pub meaning: &'static str,
    /// The value found.
    pub value: String,
    /// What was asked for, where it was not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
}

/// A limit and what says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LimitLine {
    /// The last day in time; `null` where it cannot be told.
    pub due: Option<NaiveDate>,
    /// The parameter; `null` where the rule says immediately.
    pub parameter: Option<String>,
    /// What it is.
    pub title: Option<String>,
    /// Its value then.
    pub value: Option<u32>,
    /// How it counts.
    pub unit: Option<Unit>,
    /// What the value rests on.
    pub basis: Option<Basis>,
    /// Where that is written.
    pub sources: Vec<SourceLine>,
    /// Why there is no date.
    pub unknown: Option<String>,
}

/// What answered a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerLine {
    /// The event.
    pub event_id: Option<Uuid>,
    /// `done`, `done_elsewhere`, `not_needed` or `superseded`.
    pub how: &'static str,
    /// When.
    pub on: NaiveDate,
    /// Whether it named the reason's event.
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
