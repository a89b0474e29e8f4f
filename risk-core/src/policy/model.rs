//! A policy once read, checked and compiled: what the fold evaluates and the explanation prints.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::fact::{Fact, FactValue};
use super::finding_kind::FindingKind;
use super::index::Index;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Audience, Group, Handling, Level, Register, Role, Setting, vocabulary};
use crate::event::{Field, Kind};

vocabulary! {
    /// What a rule or a limit rests on. One is never dressed up as another.
    Basis { Statute, Policy, Inspectorate, Measure, Assumed }
    /// What matters first.
    Priority { ProtectNow, ThisWeek, Planned }
    /// How a parameter counts.
    Unit { Days, BusinessDays, Months, Count }
    /// Whether a limit runs from when the service learnt, or from when it happened.
    RunsFrom { Learnt, Occurred }
    /// What an effect is about: one action for each such subject.
    About {
        /// The case as a whole.
        Case,
        /// The event's person.
        Person,
        /// The event's order.
        Order,
        /// The event's request.
        Request,
        /// The event's requirement.
        Requirement,
        /// The event's programme.
        Programme,
        /// The event's provider.
        Provider,
        /// The event's register, or the register that a flag effect names.
        Register,
        /// Each child known; with none known, one action about nobody yet.
        EachChild,
        /// Each person whom an order in force protects.
        EachProtectedPerson,
        /// Each order in force.
        EachOrderInForce,
        /// Each order in force that protects the event's person.
        EachOrderProtectingPerson,
        /// Each request without a reply.
        EachOutstandingRequest,
        /// Each register flag that is set.
        EachFlagSet,
        /// Each group for which the assessment states less than is indicated.
        EachLowerStatement,
    }
    /// What an audience may be shown beyond the actions themselves.
    ViewField {
        /// Levels by group.
        Classification,
        /// The agenda.
        Agenda,
        /// Why: rules and events.
        Because,
        /// Finding codes.
        Findings,
        /// Register flags.
        Flags,
        /// Whom and what actions are about.
        Subjects,
        /// Event ids.
        EventIds,
        /// Handling marks and cautions.
        Handling,
        /// What people decided about actions.
        Decisions,
        /// Records that a newer version wrote, and rules that are blind.
        Completeness,
    }
}

/// Where a text stands in the policy's files, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The file's name as given to the loader.
    pub file: String,
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// A source document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id in `source` entries.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who issued it.
    pub publisher: String,
    /// When.
    pub date: NaiveDate,
    /// How places in it are named.
    pub locator: String,
    /// Where it can be had, if public.
    pub url: Option<String>,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The document's id.
    pub document: String,
    /// The place, in the document's own way.
    pub at: String,
    /// Its words, where they are short enough to quote.
    pub quote: Option<String>,
}

/// A half-open interval of civil dates: `from` counts, `to` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective {
    /// The first day in force.
    pub from: NaiveDate,
    /// The first day no longer in force.
    pub to: Option<NaiveDate>,
}

impl Effective {
    /// Whether that day is within.
    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// A parameter's value from a date, perhaps in one locality only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterValue {
    /// When it holds.
    pub effective: Effective,
    /// Where it holds; `None` everywhere.
    pub locality: Option<String>,
    /// The value; `None` where the parameter is deliberately unset.
    pub value: Option<u32>,
    /// What it rests on.
    pub basis: Basis,
    /// Where that is written; empty only for an assumed value.
    pub source: Vec<Source>,
}

/// A number that rules use, with its dated values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its id.
    pub id: String,
    /// What it is.
    pub title: String,
    /// How it counts.
    pub unit: Unit,
    /// Least and greatest value that may be set.
    pub range: (u32, u32),
    /// Its values.
    pub values: Vec<ParameterValue>,
    /// Where it stands.
    pub place: Place,
}

/// One comparison of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// The fact, by its place in [`Policy::facts`].
    pub fact: usize,
    /// What is asked of it.
    pub test: Test,
}

/// A comparison. Masks: bit n stands for the term of code n.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The term is one of these.
    In(u64),
    /// The list has one of these.
    Has(u64),
    /// The list has none of these.
    HasNone(u64),
    /// The number is between these, both included; never is not.
    Between(u32, u32),
    /// The number compares so with a parameter, by its place in [`Policy::parameters`]; an unset parameter satisfies nothing.
    Compare(Comparison, usize),
    /// `= never` (true) or `!= never` (false).
    Never(bool),
}

/// How a number is compared with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Test {
    /// Whether the value passes, given the parameter's value on the day (`None`: unset).
    #[must_use]
    pub fn passes(&self, value: FactValue, parameter: impl Fn(usize) -> Option<u32>) -> bool {
        let bit = |v: u32| 1_u64.checked_shl(v).unwrap_or(0);
        match (self, value) {
            (Self::In(mask), FactValue::One(v)) => mask & bit(v) != 0,
            (Self::Has(mask), FactValue::Many(set)) => mask & set != 0,
            (Self::HasNone(mask), FactValue::Many(set)) => mask & set == 0,
            (Self::Between(lo, hi), FactValue::One(v)) => (*lo..=*hi).contains(&v),
            (Self::Never(is), v) => *is == (v == FactValue::Never),
            (Self::Compare(how, p), FactValue::One(v)) => parameter(*p).is_some_and(|limit| match how {
                Comparison::Equal => v == limit,
                Comparison::NotEqual => v != limit,
                Comparison::Less => v < limit,
                Comparison::LessOrEqual => v <= limit,
                Comparison::Greater => v > limit,
                Comparison::GreaterOrEqual => v >= limit,
            }),
            _ => false,
        }
    }
}

/// All of these at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clause(pub Vec<Atom>);

/// A condition: true where one of its clauses is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// As the author wrote it.
    pub text: String,
    /// Compiled. One empty clause is always true; no clause at all is never true.
    pub clauses: Vec<Clause>,
    /// Where it stands.
    pub place: Place,
}

impl Condition {
    /// The condition that always holds.
    #[must_use]
    pub fn always() -> Self {
        Self { text: String::new(), clauses: vec![Clause::default()], place: Place::default() }
    }

    /// The first clause that holds, if one does.
    pub fn holds(
        &self,
        mut read: impl FnMut(usize) -> FactValue,
        parameter: impl Fn(usize) -> Option<u32>,
    ) -> Option<&Clause> {
        self.clauses.iter().find(|c| c.0.iter().all(|a| a.test.passes(read(a.fact), &parameter)))
    }

    /// Every fact it asks about, each once, in order of first mention.
    #[must_use]
    pub fn facts(&self) -> Vec<usize> {
        let mut seen = Vec::new();
        for atom in self.clauses.iter().flat_map(|c| &c.0) {
            if !seen.contains(&atom.fact) {
                seen.push(atom.fact);
            }
        }
        seen
    }
}

/// By when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// The day it opens; overdue from the next midnight, London.
    Immediately(RunsFrom),
    /// A parameter's count from then, by its place in [`Policy::parameters`].
    Within(usize, RunsFrom),
}

/// An event that closes, suspends or refuses an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Any of these kinds.
    pub on: Vec<Kind>,
    /// Where this holds.
    pub when: Condition,
}

/// An action of another name that goes on with this one from a date, keeping its age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continues {
    /// The earlier action.
    pub action: ActionKind,
    /// From when.
    pub from: NaiveDate,
}

/// Something that somebody may have to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionDef {
    /// Its name.
    pub action: ActionKind,
    /// What is to be done, as an instruction.
    pub title: String,
    /// Who does it.
    pub owner: Role,
    /// Its priority where a rule gives none.
    pub priority: Priority,
    /// It is a step of the first of these that is pending.
    pub part_of: Vec<ActionKind>,
    /// What answers its reasons.
    pub closed_by: Vec<Trigger>,
    /// What makes it wait on somebody else (a request made), with whom.
    pub waiting: Vec<(Trigger, WaitsOn)>,
    /// What counts as a reminder while it waits.
    pub chased_by: Vec<Trigger>,
    /// What is shown as a refusal; it closes nothing.
    pub refused_by: Vec<Trigger>,
    /// Who may decide that it is not needed. To protect somebody now: a manager, whatever stands here.
    pub decidable_by: Vec<Role>,
    /// It is never shown as less confidential than this.
    pub handling: Handling,
    /// A decision that answers it must name the event; by time alone it leaves the finding `not_named`.
    pub must_name: bool,
    /// Finding codes shown while it is overdue or was done late.
    pub findings: Vec<String>,
    /// It still protects a victim when supervision ends: it is handed over.
    pub protects: bool,
    /// It can only be done with the person: once they have died it is superseded.
    pub ends_with_death: bool,
    /// What it continues.
    pub continues: Option<Continues>,
    /// Where it stands.
    pub place: Place,
}

/// A level that a rule indicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicates {
    /// For whom.
    pub group: Group,
    /// In which setting.
    pub setting: Setting,
    /// At least.
    pub level: Level,
}

/// An action that a rule requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requires {
    /// Which.
    pub action: ActionKind,
    /// About whom or what.
    pub about: About,
    /// How soon it matters.
    pub priority: Priority,
    /// By when; `None` where no source says.
    pub due: Option<Due>,
}

/// A flag that a rule holds should be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagEffect {
    /// Which register.
    pub register: Register,
    /// Set, or not.
    pub should_be_set: bool,
}

/// What follows from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id, given by the author, stable.
    pub id: String,
    /// What it says, in a sentence.
    pub title: String,
    /// Where that is written; empty only for an assumed rule.
    pub source: Vec<Source>,
    /// What it rests on.
    pub basis: Basis,
    /// When it is in force.
    pub effective: Effective,
    /// Where; empty everywhere.
    pub localities: Vec<String>,
    /// The obligations it carries out.
    pub covers: Vec<String>,
    /// The kinds it is about.
    pub on: Vec<EventSelector>,
    /// The condition.
    pub when: Condition,
    /// Levels.
    pub indicate: Vec<Indicates>,
    /// Actions.
    pub require: Vec<Requires>,
    /// Flags.
    pub flag: Vec<FlagEffect>,
    /// What it requires is superseded by the first event of this kind that happened after the rule's own.
    pub until: Option<Kind>,
    /// The groups it puts under review where it requires `review_risk`; empty: those it indicates, or else all.
    pub review: Vec<Group>,
    /// Where it stands.
    pub place: Place,
}

/// What a rule listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventSelector {
    /// A kind of the catalogue.
    Kind(Kind),
    /// A kind that the fold raises by itself.
    Derived(Derived),
    /// A record of a newer schema that this version cannot read.
    Unrecognised,
}

vocabulary! {
    /// Kinds that the fold raises when their time comes; never in a log.
    Derived { ProtectiveOrderExpired, SupervisionEndReached, DutyDue, ActionOverdue, AssessmentStale }
}

/// Whom an action waits on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitsOn {
    /// Whom the policy names.
    Named(String),
    /// Whom this field of the event names.
    Field(Field),
}

impl std::fmt::Display for WaitsOn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(party) => f.write_str(party),
            Self::Field(field) => write!(f, "event.{field}"),
        }
    }
}

/// An action that comes round again, or stands, while a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its id.
    pub id: String,
    /// What it says.
    pub title: String,
    /// Where that is written.
    pub source: Vec<Source>,
    /// What it rests on.
    pub basis: Basis,
    /// When it is in force.
    pub effective: Effective,
    /// Where; empty everywhere.
    pub localities: Vec<String>,
    /// The obligations it carries out.
    pub covers: Vec<String>,
    /// What is to be done.
    pub action: ActionKind,
    /// About whom or what.
    pub about: About,
    /// While this holds. No event: only state and the subject's own facts.
    pub holds: Condition,
    /// The period, a parameter; `None`: done once for each spell.
    pub every: Option<usize>,
    /// By when the first time, from the start of the spell.
    pub first: Option<Due>,
    /// How soon it matters.
    pub priority: Priority,
    /// The groups it puts under review where its action is `review_risk`; empty: all.
    pub review: Vec<Group>,
    /// Where it stands.
    pub place: Place,
}

/// What an audience may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceDef {
    /// Who.
    pub audience: Audience,
    /// It is shown no version of a record that a hidden change replaced.
    pub professional: bool,
    /// The marks it may see.
    pub marks: Vec<Handling>,
    /// The kinds of record it may see; `None` all.
    pub kinds: Option<Vec<Kind>>,
    /// The actions it may see; `None` all.
    pub actions: Option<Vec<ActionKind>>,
    /// The groups whose levels it may see.
    pub groups: Vec<Group>,
    /// The registers it may see; `None` all.
    pub flags: Option<Vec<Register>>,
    /// What else it may see.
    pub fields: Vec<ViewField>,
    /// Where it stands.
    pub place: Place,
}

impl AudienceDef {
    /// Whether an audience of these marks is professional where its entry does not say: unless all that it may see is what
    /// the supervised person may know.
    #[must_use]
    pub fn professional_by_default(marks: &[Handling]) -> bool {
        marks.iter().any(|mark| *mark > Handling::Ordinary)
    }
}

/// What an audience may never see, whatever its own entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// Who.
    pub audience: Audience,
    /// The strictest mark that it may ever see.
    pub never_above: Handling,
    /// Why.
    pub why: String,
    /// Where it stands.
    pub place: Place,
}

/// An obligation of the sources, covered by rules or not executable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Its id: `O1`.
    pub id: String,
    /// What it says, in our words.
    pub title: String,
    /// Where.
    pub source: Vec<Source>,
    /// Why no event can decide it; `None` where rules cover it.
    pub not_executable: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// An event that a policy test is given.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenEvent {
    /// When it happened.
    pub occurred_at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Its kind; `None` for a record that this version cannot read.
    pub kind: Option<Kind>,
    /// Its data.
    pub data: serde_json::Map<String, serde_json::Value>,
    /// Its mark, if stricter than the default.
    pub handling: Option<Handling>,
}

/// What a policy test expects of the answer. Whatever is empty is not asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expectations {
    /// Rules or duties that fire.
    pub fires: Vec<String>,
    /// Rules or duties that do not.
    pub not_fires: Vec<String>,
    /// Actions that are pending.
    pub pending: Vec<ActionKind>,
    /// Actions that are not pending.
    pub not_pending: Vec<ActionKind>,
    /// Actions by status.
    pub status: BTreeMap<ActionKind, String>,
    /// Due dates.
    pub due: BTreeMap<ActionKind, NaiveDate>,
    /// Indicated levels, exactly.
    pub indicated: BTreeMap<Group, Level>,
    /// Recorded levels, exactly.
    pub recorded: BTreeMap<Group, Level>,
    /// Statuses of groups.
    pub groups: BTreeMap<Group, String>,
    /// Flags that should be set.
    pub flags: Vec<Register>,
    /// The events that rules or duties fire on, by number from 1: these and no others.
    pub fires_on: BTreeMap<String, BTreeSet<usize>>,
    /// What follows from rules or duties, a phrase each: this and nothing else.
    pub follows: BTreeMap<String, BTreeSet<String>>,
    /// The events that answer a reason of an action, by number from 1: these and no others.
    pub answered_by: BTreeMap<ActionKind, BTreeSet<usize>>,
}

/// Why a change of an entry is no change of what the policy says, so that no test can tell the two apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equivalent {
    /// The rule, duty, action or parameter, by its id.
    pub of: String,
    /// The change, as the mutation names it.
    pub change: String,
    /// Why no history can tell.
    pub why: String,
    /// Where it stands.
    pub place: Place,
}

/// A test beside the rules: given these events, on this day, this follows.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyTest {
    /// What it shows.
    pub name: String,
    /// In which locality.
    pub locality: Option<String>,
    /// Given.
    pub given: Vec<GivenEvent>,
    /// When.
    pub at: Instant,
    /// What the service is taken to know by; `None`: `at`.
    pub known_at: Option<Instant>,
    /// `true`: the hindsight lens.
    pub hindsight: bool,
    /// For whom.
    pub audience: Option<Audience>,
    /// Then.
    pub then: Expectations,
    /// Where it stands.
    pub place: Place,
}

/// Something that the analysis finds and the author knows: why it may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The sort of finding.
    pub finding: FindingKind,
    /// The rules, duties, actions, parameters or kinds that it is about.
    pub of: Vec<String>,
    /// The fact that it is about, for findings about one.
    pub fact: Option<String>,
    /// Only on these kinds of event, as they are written in `on`; empty: on all.
    pub on: Vec<String>,
    /// Why it may stand.
    pub why: String,
    /// Only there; `None` everywhere.
    pub locality: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// A policy: the rules as data, read, checked, compiled and resolved for one locality.
///
/// `docs/policy-language.md` in the repository describes the files. The crate `risk-policies` embeds the policy pack for England and
/// Wales.
///
/// # Examples
/// ```
/// use risk_core::Policy;
///
/// let text = std::fs::read_to_string("examples/policy.toml")?;
/// let policy = Policy::load(&[("policy.toml", &text)])?;
/// assert_eq!((policy.id(), policy.version()), ("example", "1"));
/// assert_eq!(policy.reviewed_through(), "2018-12-31".parse()?);
///
/// // Everything that is wrong is reported, with its place.
/// let errors = Policy::load(&[("policy.toml", &text.replace("police_call_out", "police_callout"))]).unwrap_err();
/// let first = errors.iter().next().unwrap();
/// assert_eq!((first.file(), first.line()), ("policy.toml", 36));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    // The fields are public for the crates of this workspace only; users have the getters.
    #[doc(hidden)]
    pub id: String,
    #[doc(hidden)]
    pub version: String,
    #[doc(hidden)]
    pub title: String,
    #[doc(hidden)]
    pub reviewed_through: NaiveDate,
    #[doc(hidden)]
    pub digest: String,
    #[doc(hidden)]
    pub locality: Option<String>,
    #[doc(hidden)]
    pub documents: Vec<Document>,
    #[doc(hidden)]
    pub parameters: Vec<Parameter>,
    #[doc(hidden)]
    pub actions: Vec<ActionDef>,
    #[doc(hidden)]
    pub rules: Vec<Rule>,
    #[doc(hidden)]
    pub duties: Vec<Duty>,
    #[doc(hidden)]
    pub audiences: Vec<AudienceDef>,
    #[doc(hidden)]
    pub guards: Vec<Guard>,
    #[doc(hidden)]
    pub obligations: Vec<Obligation>,
    #[doc(hidden)]
    pub tests: Vec<PolicyTest>,
    #[doc(hidden)]
    pub equivalents: Vec<Equivalent>,
    #[doc(hidden)]
    pub accepted: Vec<Accepted>,
    #[doc(hidden)]
    pub facts: Vec<Fact>,
    #[doc(hidden)]
    pub index: Index,
}

impl Policy {
    /// The id of the policy.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version of the policy.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The title of the policy.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The last day through which the policy was reviewed. Answers for a later day say so.
    #[must_use]
    pub fn reviewed_through(&self) -> NaiveDate {
        self.reviewed_through
    }

    /// The SHA-256 digest of the meaning of the policy, in lower-case hexadecimal. Comments, layout and tests do not affect it.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The locality for which the policy is resolved.
    #[must_use]
    pub fn locality(&self) -> Option<&str> {
        self.locality.as_deref()
    }

    /// The value of a parameter on a day, in the policy's locality. A value of the locality takes precedence over a general one.
    #[doc(hidden)]
    #[must_use]
    pub fn value(&self, parameter: usize, day: NaiveDate) -> Option<&ParameterValue> {
        let values = &self.parameters.get(parameter)?.values;
        let in_force = |locality: Option<&str>| {
            values.iter().find(|v| v.locality.as_deref() == locality && v.effective.contains(day))
        };
        self.locality.as_deref().and_then(|l| in_force(Some(l))).or_else(|| in_force(None))
    }

    /// The definition of an action.
    #[doc(hidden)]
    #[must_use]
    pub fn action(&self, action: ActionKind) -> Option<&ActionDef> {
        self.index.actions.get(action as usize).copied().flatten().and_then(|place| self.actions.get(place))
    }

    /// Every day on which the policy changes: a rule, a duty or a value begins or ends, or the reviewed period is over.
    #[doc(hidden)]
    #[must_use]
    pub fn boundaries(&self) -> BTreeSet<NaiveDate> {
        let rules = self.rules.iter().map(|r| r.effective).chain(self.duties.iter().map(|d| d.effective));
        let values = self.parameters.iter().flat_map(|p| p.values.iter().map(|v| v.effective));
        let days = rules.chain(values).flat_map(|e| [Some(e.from), e.to]).flatten();
        days.chain(self.reviewed_through.succ_opt()).collect()
    }

    /// Whether a rule or duty is in force on a day, in the policy's locality.
    #[doc(hidden)]
    #[must_use]
    pub fn in_force(&self, effective: Effective, localities: &[String], day: NaiveDate) -> bool {
        effective.contains(day)
            && (localities.is_empty() || self.locality.as_ref().is_some_and(|l| localities.contains(l)))
    }
}
