//! The answer: the types of the JSON contract `risk-assessment/1`.

use chrono::{NaiveDate, SecondsFormat};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::calendar::BusinessCalendar;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{
    ActionDecision, ActionKind, Audience, DecisionReason, Group, Handling, Level, Register, Role, Setting, vocabulary,
};
use crate::fold::run::Lens;
use crate::policy::model::{Basis, Policy, Priority};

/// The name and version of the JSON form of an assessment.
pub const SCHEMA: &str = "risk-assessment/1";

vocabulary! {
    /// The status of an action on the day of the question.
    Status { Open, DueSoon, Overdue, Waiting, Done, DoneLate, NotNeeded, Superseded }
    /// The status of the classification of a group.
    GroupStatus {
        /// No level is recorded, or none that the audience may see.
        NotAssessed,
        /// A level is recorded, and no unanswered reason contradicts it.
        Settled,
        /// A review is required, or a higher level is indicated than was recorded.
        UnderReview,
        /// The assessment is out of date.
        Stale,
        /// A level is recorded, and the audience does not see every record. It must ask the responsible officer before relying on the
        /// level.
        AskResponsibleOfficer,
    }
    /// What an audience that does not see every record must do before it relies on a level.
    BeforeRelying { AskResponsibleOfficer }
    /// Whether a flag is set.
    FlagState { Set, Unset }
    /// A warning about how to use a line.
    Caution { DoNotRaiseWithPerson }
}

impl Status {
    /// Whether the action is still to be done: open, due soon, overdue or waiting.
    #[must_use]
    pub fn pending(self) -> bool {
        matches!(self, Self::Open | Self::DueSoon | Self::Overdue | Self::Waiting)
    }
}

/// Writes an instant in RFC 3339, in UTC.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
#[doc(hidden)]
pub fn instant<S: Serializer>(t: &Instant, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&t.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[allow(clippy::ref_option, reason = "serde's signature")]
fn maybe_instant<S: Serializer>(t: &Option<Instant>, s: S) -> Result<S::Ok, S::Error> {
    match t {
        Some(t) => instant(t, s),
        None => s.serialize_none(),
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn no(b: &bool) -> bool {
    !b
}

/// The answer for one case at one moment; see [`assess`](crate::assess).
///
/// Plain data; [`answer`](crate::answer) documents its parts.
///
/// # Examples
/// ```
/// use risk_core::{Assessment, Audience, Log, Policy, Question, assess};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let assessment: Assessment = assess(&log, &policy, &question)?;
///
/// // Without a new event, the answer next changes when the review becomes due soon or overdue.
/// assert_eq!(assessment.next_change_at, "2018-03-13T00:00:00Z".parse().ok());
/// assert!(serde_json::to_string(&assessment)?.starts_with(r#"{"schema":"risk-assessment/1""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(description = "The answer for one case at one moment."))]
#[non_exhaustive]
pub struct Assessment {
    /// The name and version of the JSON form: `risk-assessment/1`.
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA)))]
    pub schema: &'static str,
    /// The case.
    pub case_id: Uuid,
    /// The moment of the question.
    #[serde(serialize_with = "instant")]
    #[cfg_attr(feature = "schema", schemars(with = "Instant"))]
    pub at: Instant,
    /// Records that were recorded later are ignored.
    #[serde(serialize_with = "instant")]
    #[cfg_attr(feature = "schema", schemars(with = "Instant"))]
    pub known_at: Instant,
    /// When the answer next changes by time alone, without a new event. Counts of days are not a change.
    #[serde(serialize_with = "maybe_instant")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Instant>"))]
    pub next_change_at: Option<Instant>,
    /// The temporal lens.
    pub lens: Lens,
    /// The audience.
    pub audience: Audience,
    /// With what the answer can be computed again.
    pub receipt: Receipt,
    /// Set if the death of the person is recorded and the audience may see the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub died: Option<Died>,
    /// Levels; `null` for an audience that may not see them.
    pub classification: Option<Classification>,
    /// The most urgent pending actions.
    pub agenda: Agenda,
    /// All actions, pending and closed, in the order of the policy.
    pub actions: Vec<Action>,
    /// The register flags that rules concern.
    pub flags: Vec<Flag>,
    /// The ids of rules and duties that cannot fire because a feed is missing.
    pub blind_to: Vec<String>,
    /// Records that a newer version wrote and this version cannot read.
    pub unrecognised: Vec<UnrecognisedRecord>,
    /// Records whose payload was erased, as the law requires. Their content is not part of the answer.
    pub withheld: Vec<Uuid>,
}

/// With what an answer can be computed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Receipt {
    /// The version of the engine.
    pub engine: &'static str,
    /// The policy.
    pub policy: PolicyReceipt,
    /// The version of the business-day calendar.
    pub calendar: &'static str,
    /// The locality of the policy.
    pub locality: Option<String>,
    /// The number of records in the log; `null` for an audience that does not see every record.
    pub records: Option<u64>,
    /// The hash of the last record of a sealed log; `null` for an audience that does not see every record.
    pub head: Option<String>,
    /// The audience may see records, and all are later than the moment of the question: the moment is before the case, or a mistake.
    #[serde(skip_serializing_if = "no")]
    pub all_records_later: bool,
}

impl Receipt {
    /// The receipt of an answer for a day, without the size of a log.
    #[doc(hidden)]
    #[must_use]
    pub fn of(policy: &Policy, day: NaiveDate) -> Self {
        Self {
            engine: env!("CARGO_PKG_VERSION"),
            policy: PolicyReceipt {
                id: policy.id.clone(),
                version: policy.version.clone(),
                digest: policy.digest.clone(),
                reviewed_through: policy.reviewed_through,
                beyond_review: day > policy.reviewed_through,
            },
            calendar: BusinessCalendar::VERSION,
            locality: policy.locality.clone(),
            records: None,
            head: None,
            all_records_later: false,
        }
    }
}

/// The policy of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PolicyReceipt {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The digest of the meaning of the policy.
    pub digest: String,
    /// The last day through which it was reviewed.
    pub reviewed_through: NaiveDate,
    /// The answer is for a later day than `reviewed_through`.
    #[serde(skip_serializing_if = "no")]
    pub beyond_review: bool,
}

/// The recorded death of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Died {
    /// The day.
    pub on: NaiveDate,
    /// The record; if there are several, the one with the earliest date.
    pub event_id: Option<Uuid>,
    /// The handling mark of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

/// The levels, overall and by group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Classification {
    /// The highest known level, and the groups that are not assessed.
    pub overall: Overall,
    /// One entry for each group and setting.
    pub groups: Vec<GroupLevel>,
    /// Set for every audience that does not see every possible record, whatever the records are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_relying: Option<BeforeRelying>,
}

/// The highest known level. If it is low and a group is unknown, it is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Overall {
    /// The level that assessors decided. Only this is the classification.
    pub recorded: Level,
    /// The level to work to until a person decides: the higher of recorded and indicated.
    pub working_level: Level,
    /// The groups at the working level.
    pub decided_by: Vec<Group>,
    /// The groups without a recorded level.
    pub not_assessed: Vec<Group>,
    /// Where the person is.
    pub setting: Setting,
}

/// The level of one group in one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupLevel {
    /// The group at risk.
    pub group: Group,
    /// The setting.
    pub setting: Setting,
    /// The higher of the recorded and the indicated level.
    pub working_level: Level,
    /// The status of the classification.
    pub status: GroupStatus,
    /// The strictest handling mark of the reasons for the review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set if these reasons must not be mentioned to the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// The level that an assessor decided; `null` if there is none.
    pub recorded: Option<RecordedLevel>,
    /// The level that events indicate; `null` if no unanswered reason indicates one.
    pub indicated: Option<IndicatedLevel>,
}

/// A level that an assessor decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RecordedLevel {
    /// The level.
    pub level: Level,
    /// The record of the assessment.
    pub event_id: Option<Uuid>,
    /// The day of the assessment.
    pub on: NaiveDate,
}

/// The lowest level that the events support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IndicatedLevel {
    /// The level.
    pub level: Level,
    /// The strictest handling mark of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set if the reasons must not be mentioned to the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// The reasons.
    pub because: Vec<BecauseLine>,
}

/// One reason: an event and a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BecauseLine {
    /// The id of the rule or duty.
    pub rule: String,
    /// The id of the record; `null` for an audience that may not see event ids.
    pub event_id: Option<Uuid>,
    /// What kind of source the rule has.
    pub basis: Basis,
    /// The record is disputed.
    #[serde(skip_serializing_if = "no")]
    pub disputed: bool,
}

/// The most urgent pending actions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Agenda {
    /// Ids of actions, the most urgent first, at most eight. One line represents all subjects of its action.
    pub lines: Vec<Uuid>,
    /// The number of further lines.
    pub more: usize,
}

/// A required action, pending or closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Action {
    /// Derived from case, kind, subject and opening event. For output only.
    pub id: Uuid,
    /// The kind of action.
    pub action: ActionKind,
    /// The subjects; empty for the case as a whole.
    pub about: Vec<String>,
    /// The pending action of which it is a step.
    pub part_of: Option<Uuid>,
    /// The instruction.
    pub title: String,
    /// The role that must do it.
    pub owner: Role,
    /// The priority.
    pub priority: Priority,
    /// The status on the day of the question.
    pub status: Status,
    /// The day on which it was opened.
    pub opened: NaiveDate,
    /// The last day on which it is in time; `null` if no source gives a limit.
    pub due: Option<NaiveDate>,
    /// What kind of source the limit has.
    pub due_basis: Option<Basis>,
    /// Why the due date is unknown: the limit extends into a year that the calendar does not contain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_unknown: Option<String>,
    /// The day on which it was closed.
    pub closed: Option<NaiveDate>,
    /// The events that closed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closed_by: Vec<Uuid>,
    /// The number of days past the due date.
    pub days_overdue: Option<i64>,
    /// The party that it waits for.
    pub waiting_on: Option<WaitingOn>,
    /// The number of rounds of a duty that passed while the action was pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<usize>,
    /// The day on which the duty was last done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_done: Option<NaiveDate>,
    /// The strictest handling mark of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set if the reasons must not be mentioned to the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// Finding codes; empty for an audience that may not see them.
    pub findings: Vec<String>,
    /// The last decision about it.
    pub decided: Option<Decided>,
    /// Refusals, with their reasons. A refusal does not close an action.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// It was opened before the case was allocated to its present holder.
    #[serde(skip_serializing_if = "no")]
    pub inherited: bool,
    /// Supervision ended on this day; the status is that of this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen_on: Option<NaiveDate>,
    /// It still protects a victim and was handed over when supervision ended.
    #[serde(skip_serializing_if = "no")]
    pub handed_over: bool,
    /// It was done, and its reasons were withdrawn later.
    #[serde(skip_serializing_if = "no")]
    pub basis_withdrawn: bool,
    /// Records of what would close it are complete only from this day. Before it, absence is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history_from: Option<NaiveDate>,
    /// In hindsight: how much of the delay is late information, and how much late action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_by: Option<LateBy>,
    /// The reasons.
    pub because: Vec<BecauseLine>,
}

/// The party that an action waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingOn {
    /// The party.
    pub party: String,
    /// The day on which it was asked.
    pub since: NaiveDate,
    /// The number of reminders.
    pub chased: usize,
    /// The day of the last reminder.
    pub last_chased: Option<NaiveDate>,
}

/// A person's decision about an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decided {
    /// The decision.
    pub decision: ActionDecision,
    /// The member of staff.
    pub by: String,
    /// Their role.
    pub role: Role,
    /// The reason.
    pub reason: DecisionReason,
    /// The day.
    pub on: NaiveDate,
    /// The last day of a deferral.
    pub until: Option<NaiveDate>,
    /// `false` if the role may not decide it; the decision then has no effect.
    pub accepted: bool,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refused {
    /// The record.
    pub event_id: Option<Uuid>,
    /// The day.
    pub on: NaiveDate,
    /// The party that refused.
    pub by: Option<String>,
    /// The reason.
    pub reason: Option<String>,
}

/// The two parts of a delay, in days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LateBy {
    /// Late information: from the event to its record.
    pub information: i64,
    /// Late action: past the due date.
    pub act: i64,
}

/// A register flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Flag {
    /// The register.
    pub register: Register,
    /// Whether rules require the flag.
    pub should_be: FlagState,
    /// Whether the flag is recorded as set.
    pub is: FlagState,
    /// The level recorded with the flag, if it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The strictest handling mark of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set if the reasons must not be mentioned to the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// The reasons.
    pub because: Vec<BecauseLine>,
}

/// A record that a newer version wrote and this version cannot read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UnrecognisedRecord {
    /// Its id.
    pub event_id: Uuid,
    /// The version of the record format in which it was written.
    pub v: u32,
}
