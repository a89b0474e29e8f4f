//! The answer, as its JSON contract has it (`risk-assessment/1`).

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

/// The name and version of the answer's form.
pub const SCHEMA: &str = "risk-assessment/1";

vocabulary! {
    /// How an action stands.
    Status { Open, DueSoon, Overdue, Waiting, Done, DoneLate, NotNeeded, Superseded }
    /// How a group's classification stands.
    GroupStatus {
        /// No level is recorded, or none that the reader may see.
        NotAssessed,
        /// A level is recorded, and nothing speaks against it.
        Settled,
        /// Something calls for a review, or more is indicated than was recorded.
        UnderReview,
        /// The assessment is out of date.
        Stale,
        /// A level was recorded on its day. The reader does not see every record: they must ask the responsible officer before
        /// anybody relies on it.
        AskResponsibleOfficer,
    }
    /// What a reader who does not see every record must do before anybody relies on a level.
    BeforeRelying { AskResponsibleOfficer }
    /// Whether a flag is set.
    FlagState { Set, Unset }
    /// What to be careful of.
    Caution { DoNotRaiseWithPerson }
}

impl Status {
    /// Still to be done: open, due soon, overdue or waiting.
    #[must_use]
    pub fn pending(self) -> bool {
        matches!(self, Self::Open | Self::DueSoon | Self::Overdue | Self::Waiting)
    }
}

/// An instant as the answer writes it: RFC 3339 in UTC.
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
#[non_exhaustive]
pub struct Assessment {
    /// The form of the answer and its version.
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA)))]
    pub schema: &'static str,
    /// The case.
    pub case_id: Uuid,
    /// The moment asked about.
    #[serde(serialize_with = "instant")]
    #[cfg_attr(feature = "schema", schemars(with = "Instant"))]
    pub at: Instant,
    /// What the service is taken to know: everything recorded by then.
    #[serde(serialize_with = "instant")]
    #[cfg_attr(feature = "schema", schemars(with = "Instant"))]
    pub known_at: Instant,
    /// When the answer would next change with no new event. Running counts of days are not a change.
    #[serde(serialize_with = "maybe_instant")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Instant>"))]
    pub next_change_at: Option<Instant>,
    /// From where the case is looked at.
    pub lens: Lens,
    /// For whom.
    pub audience: Audience,
    /// What the answer was made with.
    pub receipt: Receipt,
    /// That the person is recorded as having died; left out where that is not on record, or not seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub died: Option<Died>,
    /// Levels; `null` for an audience that may not see them.
    pub classification: Option<Classification>,
    /// What matters first.
    pub agenda: Agenda,
    /// Every action there was, in the policy's order.
    pub actions: Vec<Action>,
    /// Register flags that rules speak of.
    pub flags: Vec<Flag>,
    /// Rules and duties that cannot fire for want of a feed.
    pub blind_to: Vec<String>,
    /// Records that a newer version wrote and this one cannot read.
    pub unrecognised: Vec<UnrecognisedRecord>,
    /// Records whose payload was removed by law: what they said is missing here.
    pub withheld: Vec<Uuid>,
}

/// What the answer was made with, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Receipt {
    /// The engine's version.
    pub engine: &'static str,
    /// The policy.
    pub policy: PolicyReceipt,
    /// The business-day calendar.
    pub calendar: &'static str,
    /// The locality whose parameters counted.
    pub locality: Option<String>,
    /// How many records the log has; `null` for an audience that does not see every record.
    pub records: Option<u64>,
    /// The hash of the last record, where the log is sealed; likewise.
    pub head: Option<String>,
    /// There are records that the reader may see, and all of them are later than the moment asked about: it is a moment before
    /// the case, or a mistaken one.
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

/// Which policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PolicyReceipt {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The digest of its meaning.
    pub digest: String,
    /// The last day through which it was reviewed.
    pub reviewed_through: NaiveDate,
    /// The answer is for a later day than that.
    #[serde(skip_serializing_if = "no")]
    pub beyond_review: bool,
}

/// That the person is recorded as having died.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Died {
    /// The day.
    pub on: NaiveDate,
    /// The record that counts: of several the one that happened first.
    pub event_id: Option<Uuid>,
    /// That record's mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

/// Levels, overall and by group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Classification {
    /// The highest known level, with the groups not assessed beside it.
    pub overall: Overall,
    /// One entry for each group in each setting that counts.
    pub groups: Vec<GroupLevel>,
    /// Set for every reader who does not see every record there could be, whatever the records are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_relying: Option<BeforeRelying>,
}

/// The highest known level. Low with a group unknown is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Overall {
    /// What assessors decided; this alone is ever published as the classification.
    pub recorded: Level,
    /// What to work to until a person decides.
    pub working_level: Level,
    /// The groups at that level.
    pub decided_by: Vec<Group>,
    /// The groups of which nobody has stated a level.
    pub not_assessed: Vec<Group>,
    /// Where the person is.
    pub setting: Setting,
}

/// One group in one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupLevel {
    /// For whom.
    pub group: Group,
    /// In which setting.
    pub setting: Setting,
    /// The higher of the two levels below.
    pub working_level: Level,
    /// How it stands.
    pub status: GroupStatus,
    /// The strictest mark of the reasons for which it is under review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set where the person must not be told of those reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// What an assessor decided; `null` where nobody has.
    pub recorded: Option<RecordedLevel>,
    /// What events indicate; `null` where nothing unanswered does.
    pub indicated: Option<IndicatedLevel>,
}

/// A level that an assessor decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RecordedLevel {
    /// The level.
    pub level: Level,
    /// The assessment.
    pub event_id: Option<Uuid>,
    /// When it was made.
    pub on: NaiveDate,
}

/// The least that the events support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IndicatedLevel {
    /// The level.
    pub level: Level,
    /// The strictest mark of its reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set where the person must not be told of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// Why.
    pub because: Vec<BecauseLine>,
}

/// One reason: event and rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BecauseLine {
    /// The rule's or duty's id.
    pub rule: String,
    /// The event; `null` for an audience that sees no event ids.
    pub event_id: Option<Uuid>,
    /// What the rule rests on.
    pub basis: Basis,
    /// Somebody contests the event.
    #[serde(skip_serializing_if = "no")]
    pub disputed: bool,
}

/// The few lines that matter now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Agenda {
    /// Action ids, the most important first, at most eight. One line stands for all subjects of its action.
    pub lines: Vec<Uuid>,
    /// How many more there are.
    pub more: usize,
}

/// Something that somebody must do, or had to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Action {
    /// Derived from case, kind, subject and opening event; for output only.
    pub id: Uuid,
    /// What.
    pub action: ActionKind,
    /// About whom or what; empty for the case as a whole.
    pub about: Vec<String>,
    /// The pending action that it is a step of.
    pub part_of: Option<Uuid>,
    /// The instruction.
    pub title: String,
    /// Who does it.
    pub owner: Role,
    /// How soon it matters.
    pub priority: Priority,
    /// How it stands.
    pub status: Status,
    /// Since when.
    pub opened: NaiveDate,
    /// The last day on which it is in time; `null` where no source gives a limit.
    pub due: Option<NaiveDate>,
    /// What that limit rests on.
    pub due_basis: Option<Basis>,
    /// Why the due date cannot be told, where the limit touches a year that the calendar does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_unknown: Option<String>,
    /// When it was closed.
    pub closed: Option<NaiveDate>,
    /// The events that closed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closed_by: Vec<Uuid>,
    /// How many days past due.
    pub days_overdue: Option<i64>,
    /// Whom it waits on.
    pub waiting_on: Option<WaitingOn>,
    /// How many rounds of a duty passed meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<usize>,
    /// When the duty was last done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_done: Option<NaiveDate>,
    /// The strictest mark of its reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set where the person must not be told of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// Finding codes, for those who may see them.
    pub findings: Vec<String>,
    /// What a person last decided about it.
    pub decided: Option<Decided>,
    /// Refusals, with their reasons; a refusal closes nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// Opened before the case came to whoever holds it now.
    #[serde(skip_serializing_if = "no")]
    pub inherited: bool,
    /// Supervision ended on that day; the status stands as it was then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen_on: Option<NaiveDate>,
    /// It still protects a victim, and was handed over when supervision ended.
    #[serde(skip_serializing_if = "no")]
    pub handed_over: bool,
    /// It was done; what it rested on was withdrawn later.
    #[serde(skip_serializing_if = "no")]
    pub basis_withdrawn: bool,
    /// Records of what would close it are complete only from that day: before it, absence is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history_from: Option<NaiveDate>,
    /// In hindsight: how much of the delay is late information, how much a late act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_by: Option<LateBy>,
    /// Why.
    pub because: Vec<BecauseLine>,
}

/// Whom an action waits on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingOn {
    /// Who.
    pub party: String,
    /// Since when.
    pub since: NaiveDate,
    /// How often they were reminded.
    pub chased: usize,
    /// When last.
    pub last_chased: Option<NaiveDate>,
}

/// A person's decision about an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decided {
    /// What.
    pub decision: ActionDecision,
    /// By whom.
    pub by: String,
    /// In which role.
    pub role: Role,
    /// Why.
    pub reason: DecisionReason,
    /// When.
    pub on: NaiveDate,
    /// Until when, if put off.
    pub until: Option<NaiveDate>,
    /// `false`: that role may not decide it, so it closed nothing.
    pub accepted: bool,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refused {
    /// The record.
    pub event_id: Option<Uuid>,
    /// When.
    pub on: NaiveDate,
    /// By whom.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// The two parts of a delay, in days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LateBy {
    /// From when it happened to when the service held it.
    pub information: i64,
    /// Past the due date.
    pub act: i64,
}

/// A register flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Flag {
    /// Which.
    pub register: Register,
    /// What rules hold.
    pub should_be: FlagState,
    /// What is recorded.
    pub is: FlagState,
    /// The level with which the flag that is set was recorded, where it was recorded with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The strictest mark of its reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set where the person must not be told of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// Why.
    pub because: Vec<BecauseLine>,
}

/// A record that this version cannot read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UnrecognisedRecord {
    /// Its id.
    pub event_id: Uuid,
    /// The schema version that wrote it.
    pub v: u32,
}
