//! The compiled form of a policy, which the fold evaluates and explanations print.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::fact::{Fact, FactValue};
use super::finding_kind::FindingKind;
use super::index::Index;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Audience, Group, Handling, Level, Register, Role, Setting, vocabulary};
use crate::event::{Field, Kind};

vocabulary! {
    /// What kind of source a rule or a limit has. A limit that no source gives is `assumed`.
    Basis { Statute, Policy, Inspectorate, Measure, Assumed }
    /// The priority of an action, the highest first.
    Priority { ProtectNow, ThisWeek, Planned }
    /// The unit of a parameter.
    Unit { Days, BusinessDays, Months, Count }
    /// Whether a limit runs from when the service learnt of the event, or from when it happened.
    RunsFrom { Learnt, Occurred }
    /// The subjects of an effect: one action for each.
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
        /// Each known child; if none is known, one action without a subject.
        EachChild,
        /// Each person who is protected by an order in force.
        EachProtectedPerson,
        /// Each order in force.
        EachOrderInForce,
        /// Each order in force that protects the event's person.
        EachOrderProtectingPerson,
        /// Each request without a reply.
        EachOutstandingRequest,
        /// Each register flag that is set.
        EachFlagSet,
        /// Each group with an assessed level below the indicated one.
        EachLowerStatement,
    }
    /// A part of an answer that an audience may see, besides the actions.
    ViewField {
        /// Levels by group.
        Classification,
        /// The agenda.
        Agenda,
        /// Reasons: rules and events.
        Because,
        /// Finding codes.
        Findings,
        /// Register flags.
        Flags,
        /// The subjects of actions.
        Subjects,
        /// Event ids.
        EventIds,
        /// Handling marks and cautions.
        Handling,
        /// Decisions about actions.
        Decisions,
        /// Unrecognised records, and rules that cannot fire.
        Completeness,
    }
}

/// A place in the files of a policy. Line and column count from 1.
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
    /// The publisher.
    pub publisher: String,
    /// The date of publication.
    pub date: NaiveDate,
    /// How places in the document are named.
    pub locator: String,
    /// The address, if it is public.
    pub url: Option<String>,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The document's id.
    pub document: String,
    /// The place in the document, as its `locator` describes.
    pub at: String,
    /// A short quotation.
    pub quote: Option<String>,
}

/// A half-open interval of civil dates: `from` is included, `to` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective {
    /// The first day in force.
    pub from: NaiveDate,
    /// The first day no longer in force.
    pub to: Option<NaiveDate>,
}

impl Effective {
    /// Whether the interval contains a day.
    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// The value of a parameter in an interval, everywhere or in one locality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterValue {
    /// The days on which it is in force.
    pub effective: Effective,
    /// The locality; `None` for everywhere.
    pub locality: Option<String>,
    /// The value; `None` if the parameter is deliberately unset.
    pub value: Option<u32>,
    /// What kind of source it has.
    pub basis: Basis,
    /// The sources; empty only for an assumed value.
    pub source: Vec<Source>,
}

/// A number that rules use, with its dated values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its id.
    pub id: String,
    /// The title.
    pub title: String,
    /// The unit.
    pub unit: Unit,
    /// The least and greatest allowed value.
    pub range: (u32, u32),
    /// Its values.
    pub values: Vec<ParameterValue>,
    /// The place of the entry in the files.
    pub place: Place,
}

/// One comparison of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// The fact, as an index into [`Policy::facts`].
    pub fact: usize,
    /// The comparison.
    pub test: Test,
}

/// A comparison. In a mask, bit n represents the term with code n.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The term is one of these.
    In(u64),
    /// The list has one of these.
    Has(u64),
    /// The list has none of these.
    HasNone(u64),
    /// The number is between these, inclusive; `never` is not.
    Between(u32, u32),
    /// The number compared with a parameter, an index into [`Policy::parameters`]. False if the parameter is unset.
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

/// A conjunction of comparisons.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clause(pub Vec<Atom>);

/// A condition in disjunctive normal form: true if one of its clauses is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The text in the policy.
    pub text: String,
    /// The clauses. An empty clause is always true; a condition without clauses is never true.
    pub clauses: Vec<Clause>,
    /// The place of the entry in the files.
    pub place: Place,
}

impl Condition {
    /// The condition that is always true.
    #[must_use]
    pub fn always() -> Self {
        Self { text: String::new(), clauses: vec![Clause::default()], place: Place::default() }
    }

    /// The first clause that is true.
    pub fn holds(
        &self,
        mut read: impl FnMut(usize) -> FactValue,
        parameter: impl Fn(usize) -> Option<u32>,
    ) -> Option<&Clause> {
        self.clauses.iter().find(|c| c.0.iter().all(|a| a.test.passes(read(a.fact), &parameter)))
    }

    /// The facts that it compares, without duplicates, in order of first use.
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

/// A time limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// The day it opens; overdue from the next midnight, London.
    Immediately(RunsFrom),
    /// Within the value of a parameter, an index into [`Policy::parameters`].
    Within(usize, RunsFrom),
}

/// An event that closes, suspends or refuses an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Any of these kinds.
    pub on: Vec<Kind>,
    /// The condition.
    pub when: Condition,
}

/// An earlier action that this one continues from a date on, with its opening day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continues {
    /// The earlier action.
    pub action: ActionKind,
    /// The date.
    pub from: NaiveDate,
}

/// The definition of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionDef {
    /// Its name.
    pub action: ActionKind,
    /// What to do, as an instruction.
    pub title: String,
    /// The role that must do it.
    pub owner: Role,
    /// Its default priority.
    pub priority: Priority,
    /// The actions of which it is a step: the first that is pending.
    pub part_of: Vec<ActionKind>,
    /// The events that answer its reasons.
    pub closed_by: Vec<Trigger>,
    /// The events that make it wait for another party, such as a request, with the party.
    pub waiting: Vec<(Trigger, WaitsOn)>,
    /// The events that count as a reminder while it waits.
    pub chased_by: Vec<Trigger>,
    /// The events that are shown as a refusal. They do not close it.
    pub refused_by: Vec<Trigger>,
    /// The roles that may decide that it is not needed. With priority `protect_now`: always a manager.
    pub decidable_by: Vec<Role>,
    /// Its least handling mark.
    pub handling: Handling,
    /// A decision that answers it must name the event. One that answers it by time alone leaves the finding `not_named`.
    pub must_name: bool,
    /// The finding codes that are shown if it is overdue or was done late.
    pub findings: Vec<String>,
    /// It still protects a victim when supervision ends, and is then handed over.
    pub protects: bool,
    /// It can only be done with the person, and is superseded when they die.
    pub ends_with_death: bool,
    /// The action that it continues.
    pub continues: Option<Continues>,
    /// The place of the entry in the files.
    pub place: Place,
}

/// A level that a rule indicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicates {
    /// The group at risk.
    pub group: Group,
    /// The setting.
    pub setting: Setting,
    /// The level, at least.
    pub level: Level,
}

/// An action that a rule requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requires {
    /// The action.
    pub action: ActionKind,
    /// The subjects.
    pub about: About,
    /// The priority.
    pub priority: Priority,
    /// The time limit; `None` if no source gives one.
    pub due: Option<Due>,
}

/// A register flag that a rule requires to be set or unset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagEffect {
    /// The register.
    pub register: Register,
    /// Whether the flag should be set.
    pub should_be_set: bool,
}

/// A rule: what follows from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The id, a stable name.
    pub id: String,
    /// The title, a sentence.
    pub title: String,
    /// The sources; empty only for an assumed rule.
    pub source: Vec<Source>,
    /// What kind of source it has.
    pub basis: Basis,
    /// The days on which it is in force.
    pub effective: Effective,
    /// The localities; empty for everywhere.
    pub localities: Vec<String>,
    /// The obligations that it implements.
    pub covers: Vec<String>,
    /// The events that trigger it.
    pub on: Vec<EventSelector>,
    /// The condition.
    pub when: Condition,
    /// Levels.
    pub indicate: Vec<Indicates>,
    /// Actions.
    pub require: Vec<Requires>,
    /// Flags.
    pub flag: Vec<FlagEffect>,
    /// What it requires is superseded by the first event of this kind after the one that triggered it.
    pub until: Option<Kind>,
    /// The groups that it puts under review if it requires `review_risk`. Empty: those that it indicates, or else all.
    pub review: Vec<Group>,
    /// The place of the entry in the files.
    pub place: Place,
}

/// What can trigger a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventSelector {
    /// A kind of the catalogue.
    Kind(Kind),
    /// A kind of timer event.
    Derived(Derived),
    /// An unrecognised record.
    Unrecognised,
}

vocabulary! {
    /// The kinds of timer event, which the fold raises when they fall due. No record has one.
    Derived { ProtectiveOrderExpired, SupervisionEndReached, DutyDue, ActionOverdue, AssessmentStale }
}

/// The party that an action waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitsOn {
    /// A party that the policy names.
    Named(String),
    /// The party in this field of the event.
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

/// A duty: an action that recurs, or is required once, while a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its id.
    pub id: String,
    /// The title.
    pub title: String,
    /// The sources.
    pub source: Vec<Source>,
    /// What kind of source it has.
    pub basis: Basis,
    /// The days on which it is in force.
    pub effective: Effective,
    /// The localities; empty for everywhere.
    pub localities: Vec<String>,
    /// The obligations that it implements.
    pub covers: Vec<String>,
    /// The action.
    pub action: ActionKind,
    /// The subjects.
    pub about: About,
    /// The condition. It can use facts of the case and of the subject, and no event.
    pub holds: Condition,
    /// The period, a parameter; `None` if it is required once per spell.
    pub every: Option<usize>,
    /// The first time limit, from the start of the spell.
    pub first: Option<Due>,
    /// The priority.
    pub priority: Priority,
    /// The groups that it puts under review if its action is `review_risk`. Empty: all.
    pub review: Vec<Group>,
    /// The place of the entry in the files.
    pub place: Place,
}

/// What an audience may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceDef {
    /// The audience.
    pub audience: Audience,
    /// Whether it is a professional audience: it is never shown a version that a hidden change replaced.
    pub professional: bool,
    /// The marks it may see.
    pub marks: Vec<Handling>,
    /// The kinds of record that it may see; `None` for all.
    pub kinds: Option<Vec<Kind>>,
    /// The actions that it may see; `None` for all.
    pub actions: Option<Vec<ActionKind>>,
    /// The groups with levels that it may see.
    pub groups: Vec<Group>,
    /// The registers that it may see; `None` for all.
    pub flags: Option<Vec<Register>>,
    /// The parts of an answer that it may see.
    pub fields: Vec<ViewField>,
    /// The place of the entry in the files.
    pub place: Place,
}

impl AudienceDef {
    /// Whether an audience with these marks is professional by default: it may see more than the supervised person may know.
    #[must_use]
    pub fn professional_by_default(marks: &[Handling]) -> bool {
        marks.iter().any(|mark| *mark > Handling::Ordinary)
    }
}

/// A limit on what an audience may ever see, whatever its own entry grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The audience.
    pub audience: Audience,
    /// The strictest mark that it may ever see.
    pub never_above: Handling,
    /// The reason.
    pub why: String,
    /// The place of the entry in the files.
    pub place: Place,
}

/// An obligation of the sources, covered by rules or not executable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Its id: `O1`.
    pub id: String,
    /// A summary.
    pub title: String,
    /// Where.
    pub source: Vec<Source>,
    /// Why no event can decide it; `None` if rules cover it.
    pub not_executable: Option<String>,
    /// The place of the entry in the files.
    pub place: Place,
}

/// An event that a policy test is given.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenEvent {
    /// When it happened.
    pub occurred_at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The kind; `None` for an unrecognised record.
    pub kind: Option<Kind>,
    /// Its data.
    pub data: serde_json::Map<String, serde_json::Value>,
    /// The handling mark, if it is not the default.
    pub handling: Option<Handling>,
}

/// What a policy test expects of the answer. Empty members are not checked.
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
    /// Exactly the events that rules or duties fire on, by number from 1.
    pub fires_on: BTreeMap<String, BTreeSet<usize>>,
    /// Exactly what follows from rules or duties, one phrase each.
    pub follows: BTreeMap<String, BTreeSet<String>>,
    /// Exactly the events that answer a reason of an action, by number from 1.
    pub answered_by: BTreeMap<ActionKind, BTreeSet<usize>>,
}

/// Why a mutation of an entry does not change the meaning of the policy, so no test can detect it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equivalent {
    /// The rule, duty, action or parameter, by its id.
    pub of: String,
    /// The change, as the mutation names it.
    pub change: String,
    /// The reason.
    pub why: String,
    /// The place of the entry in the files.
    pub place: Place,
}

/// A test beside the rules: given these events, on this day, this follows.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyTest {
    /// The name.
    pub name: String,
    /// The locality.
    pub locality: Option<String>,
    /// The events.
    pub given: Vec<GivenEvent>,
    /// The moment of the question.
    pub at: Instant,
    /// Records that were recorded later are ignored; `None`: `at`.
    pub known_at: Option<Instant>,
    /// Whether the lens is hindsight.
    pub hindsight: bool,
    /// The audience.
    pub audience: Option<Audience>,
    /// The expectations.
    pub then: Expectations,
    /// The place of the entry in the files.
    pub place: Place,
}

/// A finding of the analysis that the author accepts, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The kind of finding.
    pub finding: FindingKind,
    /// The rules, duties, actions, parameters or kinds that it is about.
    pub of: Vec<String>,
    /// The fact that it is about, for findings about one.
    pub fact: Option<String>,
    /// Only for these kinds of event, as written in `on`; empty: for all.
    pub on: Vec<String>,
    /// The reason.
    pub why: String,
    /// The locality; `None` for everywhere.
    pub locality: Option<String>,
    /// The place of the entry in the files.
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
