//! The briefing, as its JSON contract has it (`risk-briefing/1`).
//!
//! Members stand in the order in which they are declared. Instants are RFC 3339 in UTC, days are London's. There is no
//! payload, no note and no number but of days, records and cases. What an audience may not see is `null`, empty or not there,
//! as in its answers (`risk-assessment/1`).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use crate::change_summary::{self, Sort};
use risk_core::assessment::answer::{
    Action, BecauseLine, BeforeRelying, Caution, GroupLevel, Receipt, Status, WaitingOn, instant,
};
use risk_core::event::vocabulary::{ActionKind, Audience, Handling, Level, Role};
use risk_core::event::{Instant, Kind};
use risk_core::policy::model::{Basis, Priority};
use risk_core::vocabulary;

/// The name and version of a briefing's form.
pub const SCHEMA: &str = "risk-briefing/1";

vocabulary! {
    /// What it means where no call-out stands in a briefing.
    CallOuts {
        /// None came in.
        Delivered,
        /// The host cannot deliver any: it means nothing.
        NoFeed,
        /// The reader may not see any: it means nothing.
        NotForThisReader,
    }
}

/// What a morning's meeting needs to hear, in the order in which to hear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Briefing {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The moment.
    #[serde(serialize_with = "instant")]
    pub at: Instant,
    /// What was recorded after this is news.
    #[serde(serialize_with = "instant")]
    pub since: Instant,
    /// The last day of `due`: the seventh after that of `at`.
    pub due_through: NaiveDate,
    /// For whom.
    pub audience: Audience,
    /// What the answers were made with; its `records` and `head` are `null`, as they are of one log.
    pub receipt: Receipt,
    /// The cases of which nothing can be said here: what is in them is missing from all that follows.
    pub not_answered: Vec<NotAnswered>,
    /// What it means where `call_outs` is empty.
    pub call_outs_from: CallOuts,
    /// Every moment at which a police call-out came on record, whether or not it changed anything, the earliest first.
    pub call_outs: Vec<Arrival>,
    /// Every other moment at which something came on record that changed something, case by case.
    pub other_news: Vec<Arrival>,
    /// What else came on record: counted, by case.
    pub unchanged: Vec<Unchanged>,
    /// What is overdue, by owner.
    pub overdue: Vec<Owed>,
    /// What falls due from today through `due_through`, by owner and day; also what waits on somebody.
    pub due: Vec<DueFrom>,
    /// What waits on somebody else, by whom; also where it is overdue.
    pub waiting: Vec<WaitingFor>,
    /// What was open when supervision ended, as it stood then; it stands in none of the three above.
    pub ended: Vec<Ended>,
    /// Every case that was answered, the most urgent first.
    pub cases: Vec<CaseBrief>,
    /// How many cases the reader is excluded from.
    pub not_shown: u64,
    /// Rules and duties that cannot fire for want of a feed.
    pub blind_to: Vec<String>,
}

impl Briefing {
    /// Every line of it, wherever it stands; one line may stand in several places.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        let overdue = self.overdue.iter().flat_map(|owed| &owed.lines);
        let due = self.due.iter().flat_map(|from| &from.days).flat_map(|day| &day.lines);
        let waiting = self.waiting.iter().flat_map(|on| &on.lines);
        let ended = self.ended.iter().flat_map(|case| &case.lines);
        let agendas = self.cases.iter().flat_map(|case| &case.agenda);
        overdue.chain(due).chain(waiting).chain(ended).chain(agendas)
    }
}

/// What came on record in one case at one moment, and what that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arrival {
    /// The case.
    pub case_id: Uuid,
    /// When the service held it.
    #[serde(serialize_with = "instant")]
    pub recorded_at: Instant,
    /// The records, call-outs first, then by when they happened.
    pub records: Vec<CameIn>,
    /// What they changed together in the answer to the case, in sentences; empty where they changed nothing that a page
    /// would tell.
    pub changed: Vec<Changed>,
}

impl Arrival {
    /// Whether a police call-out is among the records.
    #[must_use]
    pub fn has_call_out(&self) -> bool {
        self.records.iter().any(|r| r.call_out)
    }
}

/// A record that came in: what kind, and when; never what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CameIn {
    /// Its id; `null` for an audience that sees no event ids.
    pub event_id: Option<Uuid>,
    /// Its kind; `unrecognised_record` where only a newer version can read it.
    pub kind: String,
    /// Whether it is a police call-out.
    pub call_out: bool,
    /// When it happened, as it was first recorded.
    #[serde(serialize_with = "instant")]
    pub occurred_at: Instant,
    /// When the service held it.
    #[serde(serialize_with = "instant")]
    pub recorded_at: Instant,
    /// How many days later that is.
    pub days_later: i64,
    /// Its mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set where the person must not be told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// What was done to it since: `record_corrected`, `record_retracted`, `record_disputed`, `payload_erased`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub since_then: Vec<Kind>,
}

/// One thing that changed, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What sort of change.
    pub sort: Sort,
    /// The sentence.
    pub text: String,
    /// The rules and duties that it rests on.
    pub rules: Vec<String>,
    /// The strictest mark behind it, where the person must not hear of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set where the person must not hear of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
}

impl From<&Changed> for change_summary::Line {
    fn from(changed: &Changed) -> Self {
        let do_not_raise = changed.handling.filter(|_| changed.caution.is_some());
        Self { sort: changed.sort, text: changed.text.clone(), rules: changed.rules.clone(), do_not_raise }
    }
}

/// Records of one case that came in and changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unchanged {
    /// The case.
    pub case_id: Uuid,
    /// How many of each kind.
    pub kinds: Vec<KindCount>,
}

/// How many records of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// The kind.
    pub kind: String,
    /// How many.
    pub records: usize,
}

/// What one owner has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Owed {
    /// Who.
    pub owner: Role,
    /// The most urgent first.
    pub lines: Vec<Line>,
}

/// What one owner has to do in the days ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DueFrom {
    /// Who.
    pub owner: Role,
    /// Day by day.
    pub days: Vec<Day>,
}

/// What falls due on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The last day on which it is in time.
    pub day: NaiveDate,
    /// The most urgent first.
    pub lines: Vec<Line>,
}

/// What waits on somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitingFor {
    /// On whom.
    pub on: String,
    /// The most urgent first.
    pub lines: Vec<Line>,
}

/// What was open in a case when supervision ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// The case.
    pub case_id: Uuid,
    /// When supervision ended.
    pub on: NaiveDate,
    /// All that stood open, as it stood that day, the most urgent first.
    pub lines: Vec<Line>,
}

/// A line that somebody works by, with those of its actions that belong in the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The case.
    pub case_id: Uuid,
    /// The id of the line's most urgent action: the one that an agenda names.
    pub id: Uuid,
    /// What the line is for.
    pub action: ActionKind,
    /// The instruction.
    pub title: String,
    /// How soon it matters.
    pub priority: Priority,
    /// The strictest mark of the line and of the items below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set where the person must not be told of some reason for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// What stands here: the line itself, one item for each way in which it stands, or steps of it.
    pub items: Vec<Item>,
    /// How many steps of the line are pending in all.
    pub steps: usize,
}

impl Line {
    /// What lines are ordered by: priority, then due date.
    #[must_use]
    pub fn urgency(&self) -> (Priority, bool, Option<NaiveDate>) {
        let due = self.items.iter().filter_map(|i| i.due).min();
        (self.priority, due.is_none(), due)
    }
}

/// Actions of one kind that stand alike; their members mean what they mean in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The actions' ids.
    pub ids: Vec<Uuid>,
    /// What.
    pub action: ActionKind,
    /// The instruction.
    pub title: String,
    /// Whether it is a step of the line.
    pub step: bool,
    /// About whom or what.
    pub about: Vec<String>,
    /// Who does it.
    pub owner: Role,
    /// How soon it matters.
    pub priority: Priority,
    /// How it stands.
    pub status: Status,
    /// Since when.
    pub opened: NaiveDate,
    /// The last day on which it is in time.
    pub due: Option<NaiveDate>,
    /// What that limit rests on.
    pub due_basis: Option<Basis>,
    /// Why the due date cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_unknown: Option<String>,
    /// How many days past due.
    pub days_overdue: Option<i64>,
    /// Whom it waits on.
    pub waiting_on: Option<WaitingOn>,
    /// Opened before the case came to whoever holds it now.
    pub inherited: bool,
    /// Supervision ended on that day; the status stands as it was then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen_on: Option<NaiveDate>,
    /// It still protects a victim, and was handed over when supervision ended.
    pub handed_over: bool,
    /// The strictest mark of its reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set where the person must not be told of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// Why.
    pub because: Vec<BecauseLine>,
}

impl Item {
    pub(super) fn of(action: &Action, step: bool) -> Self {
        Self {
            ids: vec![action.id],
            action: action.action,
            title: action.title.clone(),
            step,
            about: action.about.clone(),
            owner: action.owner,
            priority: action.priority,
            status: action.status,
            opened: action.opened,
            due: action.due,
            due_basis: action.due_basis,
            due_unknown: action.due_unknown.clone(),
            days_overdue: action.days_overdue,
            waiting_on: action.waiting_on.clone(),
            inherited: action.inherited,
            frozen_on: action.frozen_on,
            handed_over: action.handed_over,
            handling: action.handling,
            caution: action.caution,
            because: action.because.clone(),
        }
    }

    /// Whether both stand alike, so that one line tells of both.
    pub(super) fn joins(&self, other: &Self) -> bool {
        let alike = |i: &Self| Self { ids: vec![], about: vec![], because: vec![], ..i.clone() };
        alike(self) == alike(other)
    }

    pub(super) fn join(&mut self, other: Self) {
        self.ids.extend(other.ids);
        self.about.extend(other.about.into_iter().filter(|s| !self.about.contains(s)).collect::<Vec<_>>());
        self.because.extend(other.because.into_iter().filter(|b| !self.because.contains(b)).collect::<Vec<_>>());
    }
}

/// One case in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseBrief {
    /// The case.
    pub case_id: Uuid,
    /// What the host calls it; empty for an audience that may not see whom an action is about.
    pub labels: BTreeMap<String, String>,
    /// The recorded level, overall; `null` for an audience that may not see levels.
    pub recorded: Option<Level>,
    /// The level to work to, overall.
    pub working_level: Option<Level>,
    /// What the reader must do before anybody relies on a level; as the answer has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_relying: Option<BeforeRelying>,
    /// The groups whose level is under review or out of date, or is indicated where nobody has stated one; as the answer has
    /// them.
    pub under_review: Vec<GroupLevel>,
    /// The lines of the case's agenda, at most eight, each without its steps.
    pub agenda: Vec<Line>,
    /// How many more there are.
    pub more: usize,
}

/// A case that could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotAnswered {
    /// The case.
    pub case_id: Uuid,
    /// What the host calls it.
    pub labels: BTreeMap<String, String>,
    /// Why, in the host's words.
    pub why: String,
}
