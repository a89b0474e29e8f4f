//! The briefing as defined by its JSON contract (`risk-briefing/1`).
//!
//! Members are written in the order of declaration. Instants are RFC 3339 in UTC, and days are days in London. There
//! are no payloads, no notes, and no numbers except counts of days, records and cases. Whatever the audience may not
//! see is `null`, empty or absent, as in its answers (`risk-assessment/1`).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use crate::change_summary::{self, SummaryKind};
use risk_core::assessment::answer::{
    Action, BecauseLine, BeforeRelying, Caution, GroupLevel, Receipt, Status, WaitingOn, instant,
};
use risk_core::event::vocabulary::{ActionKind, Audience, Handling, Level, Role};
use risk_core::event::{Instant, Kind};
use risk_core::policy::model::{Basis, Priority};
use risk_core::vocabulary;

/// The schema of a [`Briefing`] as JSON.
pub const SCHEMA: &str = "risk-briefing/1";

vocabulary! {
    /// What it means if a briefing lists no call-out.
    CallOuts {
        /// None was recorded.
        Delivered,
        /// The host cannot deliver call-outs, so it means nothing.
        NoFeed,
        /// The reader may not see call-outs, so it means nothing.
        NotForThisReader,
    }
}

/// A briefing, in the order in which a meeting should discuss it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Briefing {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The moment of the briefing.
    #[serde(serialize_with = "instant")]
    pub at: Instant,
    /// Records made after this moment are news.
    #[serde(serialize_with = "instant")]
    pub since: Instant,
    /// The last day of `due`: the seventh day after that of `at`.
    pub due_through: NaiveDate,
    /// The reader.
    pub audience: Audience,
    /// The versions with which the answers were made. `records` and `head` are `null`, because they belong to one
    /// log.
    pub receipt: Receipt,
    /// Cases that could not be answered; they are missing from everything below.
    pub not_answered: Vec<NotAnswered>,
    /// What it means if `call_outs` is empty.
    pub call_outs_from: CallOuts,
    /// Every moment at which a police call-out was recorded, whether or not it changed anything, the earliest first.
    pub call_outs: Vec<Arrival>,
    /// Every other moment at which a record changed something, case by case.
    pub other_news: Vec<Arrival>,
    /// The number of other records, by case.
    pub unchanged: Vec<UnchangedRecords>,
    /// Overdue lines, by owner.
    pub overdue: Vec<OverdueLines>,
    /// Lines due from today to `due_through`, by owner and day, including those that wait on others.
    pub due: Vec<DueLines>,
    /// Lines that wait on another party, by party, including overdue ones.
    pub waiting: Vec<WaitingLines>,
    /// Lines that were open when supervision ended, with their status then; they are in none of the three lists
    /// above.
    pub ended: Vec<EndedLines>,
    /// Every case that was answered, the most urgent first.
    pub cases: Vec<CaseSummary>,
    /// The number of cases from which the reader is excluded.
    pub not_shown: u64,
    /// Rules and duties that cannot fire because a feed is missing.
    pub blind_to: Vec<String>,
}

impl Briefing {
    /// Every line in every list; one line may occur several times.
    pub fn lines(&self) -> impl Iterator<Item = &BriefingLine> {
        let overdue = self.overdue.iter().flat_map(|owed| &owed.lines);
        let due = self.due.iter().flat_map(|from| &from.days).flat_map(|day| &day.lines);
        let waiting = self.waiting.iter().flat_map(|on| &on.lines);
        let ended = self.ended.iter().flat_map(|case| &case.lines);
        let agendas = self.cases.iter().flat_map(|case| &case.agenda);
        overdue.chain(due).chain(waiting).chain(ended).chain(agendas)
    }
}

/// Records of one case from one moment, and what they changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arrival {
    /// The case.
    pub case_id: Uuid,
    /// When the service recorded it.
    #[serde(serialize_with = "instant")]
    pub recorded_at: Instant,
    /// The records: call-outs first, then in the order in which they happened.
    pub records: Vec<ReceivedRecord>,
    /// What they changed together in the answer, in sentences; empty if they changed nothing that a page would show.
    pub changed: Vec<Changed>,
}

impl Arrival {
    /// Whether a police call-out is among the records.
    #[must_use]
    pub fn has_call_out(&self) -> bool {
        self.records.iter().any(|r| r.call_out)
    }
}

/// A record that arrived: its kind and its times, never its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceivedRecord {
    /// The record's id; `null` for an audience that sees no event ids.
    pub event_id: Option<Uuid>,
    /// The record's kind; `unrecognised_record` if only a newer version can read it.
    pub kind: String,
    /// Whether it is a police call-out.
    pub call_out: bool,
    /// When it happened, as it was first recorded.
    #[serde(serialize_with = "instant")]
    pub occurred_at: Instant,
    /// When the service recorded it.
    #[serde(serialize_with = "instant")]
    pub recorded_at: Instant,
    /// The number of days between the two.
    pub days_later: i64,
    /// The handling mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Present if it must not be raised with the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// What happened to the record since: `record_corrected`, `record_retracted`, `record_disputed`,
    /// `payload_erased`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub since_then: Vec<Kind>,
}

/// One change, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The kind of change.
    pub sort: SummaryKind,
    /// The sentence.
    pub text: String,
    /// The rules and duties behind it.
    pub rules: Vec<String>,
    /// The strictest mark behind it, if it must not be raised with the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Present if it must not be raised with the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
}

impl From<&Changed> for change_summary::SummaryLine {
    fn from(changed: &Changed) -> Self {
        let do_not_raise = changed.handling.filter(|_| changed.caution.is_some());
        Self { kind: changed.sort, text: changed.text.clone(), rules: changed.rules.clone(), do_not_raise }
    }
}

/// Records of one case that changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnchangedRecords {
    /// The case.
    pub case_id: Uuid,
    /// The number of records of each kind.
    pub kinds: Vec<KindCount>,
}

/// A number of records of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// The kind.
    pub kind: String,
    /// The number.
    pub records: usize,
}

/// The overdue lines of one owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverdueLines {
    /// The owner.
    pub owner: Role,
    /// The lines, the most urgent first.
    pub lines: Vec<BriefingLine>,
}

/// The lines of one owner that are due in the days ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DueLines {
    /// The owner.
    pub owner: Role,
    /// The days, in order.
    pub days: Vec<DueDay>,
}

/// The lines due on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DueDay {
    /// The due date: the last day in time.
    pub day: NaiveDate,
    /// The lines, the most urgent first.
    pub lines: Vec<BriefingLine>,
}

/// The lines that wait on one party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitingLines {
    /// The party.
    pub on: String,
    /// The lines, the most urgent first.
    pub lines: Vec<BriefingLine>,
}

/// The lines of a case that were open when supervision ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndedLines {
    /// The case.
    pub case_id: Uuid,
    /// When supervision ended.
    pub on: NaiveDate,
    /// The open lines with their status on that day, the most urgent first.
    pub lines: Vec<BriefingLine>,
}

/// A line: an action to do, with those of its items and steps that belong in the list that contains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BriefingLine {
    /// The case.
    pub case_id: Uuid,
    /// The id of the line's most urgent action, which the agenda names.
    pub id: Uuid,
    /// The kind of action.
    pub action: ActionKind,
    /// The title of the action.
    pub title: String,
    /// The priority.
    pub priority: Priority,
    /// The strictest mark of the line and of its items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Present if a reason must not be raised with the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// The items: the line itself, one item for each combination of status and dates, or steps of it.
    pub items: Vec<Item>,
    /// The total number of pending steps of the line.
    pub steps: usize,
}

impl BriefingLine {
    /// The sort key of lines: priority, then due date.
    #[must_use]
    pub fn urgency(&self) -> (Priority, bool, Option<NaiveDate>) {
        let due = self.items.iter().filter_map(|i| i.due).min();
        (self.priority, due.is_none(), due)
    }
}

/// Actions of one kind with the same status and dates. The members mean the same as in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The actions' ids.
    pub ids: Vec<Uuid>,
    /// The kind of action.
    pub action: ActionKind,
    /// The title of the action.
    pub title: String,
    /// Whether it is a step of the line.
    pub step: bool,
    /// The subjects.
    pub about: Vec<String>,
    /// The owner.
    pub owner: Role,
    /// The priority.
    pub priority: Priority,
    /// The status.
    pub status: Status,
    /// The day on which it opened.
    pub opened: NaiveDate,
    /// The due date: the last day in time.
    pub due: Option<NaiveDate>,
    /// The basis of the time limit.
    pub due_basis: Option<Basis>,
    /// Why the due date is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_unknown: Option<String>,
    /// The number of days past the due date.
    pub days_overdue: Option<i64>,
    /// The party that it waits on.
    pub waiting_on: Option<WaitingOn>,
    /// Whether it was opened before the present holder took over the case.
    pub inherited: bool,
    /// The day on which supervision ended, if it did; the status is that of this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen_on: Option<NaiveDate>,
    /// Whether it still protects a victim and was handed over when supervision ended.
    pub handed_over: bool,
    /// The strictest mark of its reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Present if the reasons must not be raised with the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// The reasons.
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

    /// Whether both can be shown as one item.
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

/// A summary of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseSummary {
    /// The case.
    pub case_id: Uuid,
    /// The host's names for the case; empty for an audience that may not see the subjects of actions.
    pub labels: BTreeMap<String, String>,
    /// The overall recorded level; `null` for an audience that may not see levels.
    pub recorded: Option<Level>,
    /// The overall working level.
    pub working_level: Option<Level>,
    /// What the reader must do before relying on a level, as in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_relying: Option<BeforeRelying>,
    /// The groups whose level is under review or out of date, or indicated but not recorded, as in the answer.
    pub under_review: Vec<GroupLevel>,
    /// The lines of the case's agenda, at most eight, each without its steps.
    pub agenda: Vec<BriefingLine>,
    /// The number of further lines.
    pub more: usize,
}

/// A case that could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotAnswered {
    /// The case.
    pub case_id: Uuid,
    /// The host's names for the case.
    pub labels: BTreeMap<String, String>,
    /// The reason, in the host's words.
    pub why: String,
}
