//! Derive the risk-of-serious-harm classification and the required actions of a probation case from its event log.
//!
//! A [`Log`] holds what was recorded about one case: one event per line, append-only. A [`Policy`] holds the rules as data: which
//! event requires which action, by when, and which source says so. [`assess`] folds the log with the policy and answers a [`Question`]:
//! how does the case stand at this moment, for this audience? [`explain()`] traces each outcome of that answer to its rules, sources and
//! events.
//!
//! The engine never replaces a person's judgement. It shows the level that an assessor recorded, the level that events indicate, and the
//! reasons to review the case. It never lowers a level, and it uses no scores and no free text.
//!
//! # Example
//!
//! ```
//! use risk_core::answer::Status;
//! use risk_core::terms::{ActionKind, Level};
//! use risk_core::{Audience, Log, Policy, Question, Record, Target, assess, explain};
//!
//! // Two records: supervision started, and the police were called out. The service heard of the call-out two days later.
//! let records = [
//!     r#"{
//!         "event_id": "00000000-0000-4000-8000-000000000001",
//!         "case_id": "00000000-0000-4000-8000-000000000000",
//!         "occurred_at": "2018-03-01T10:00:00Z",
//!         "recorded_at": "2018-03-01T10:00:00Z",
//!         "source": { "agency": "court" },
//!         "kind": "supervision_started",
//!         "data": { "sentence_id": "s1", "sentence_type": "community_order", "index_offence": "assault" }
//!     }"#,
//!     r#"{
//!         "event_id": "00000000-0000-4000-8000-000000000002",
//!         "case_id": "00000000-0000-4000-8000-000000000000",
//!         "occurred_at": "2018-03-05T22:40:00Z",
//!         "recorded_at": "2018-03-07T09:00:00Z",
//!         "source": { "agency": "police" },
//!         "kind": "police_call_out",
//!         "data": { "children_present": "yes", "outcome": "no_further_action" }
//!     }"#,
//! ];
//! let mut log = Log::new("00000000-0000-4000-8000-000000000000".parse()?);
//! for text in records {
//!     log.append(Record::parse(text)?, None)?;
//! }
//!
//! // The rule: a call-out to a household with children requires a review of the risk within five days.
//! let policy = std::fs::read_to_string("examples/policy.toml")?;
//! let policy = Policy::load(&[("policy.toml", &policy)])?;
//!
//! let question = Question::at("2018-03-13T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
//! let assessment = assess(&log, &policy, &question)?;
//! assert_eq!(assessment.classification.unwrap().overall.working_level, Level::Medium);
//! assert_eq!(assessment.actions[0].action, ActionKind::ReviewRisk);
//! assert_eq!(assessment.actions[0].status, Status::Overdue);
//!
//! // Why: the rule, its source and the event.
//! let explanation = explain(&log, &policy, &question, Target::Action(ActionKind::ReviewRisk))?;
//! let reason = &explanation.outcomes[0].reasons[0];
//! assert_eq!(reason.rule.title, "The police were called out");
//! assert_eq!(reason.rule.sources[0].at, "2.1");
//! assert_eq!(reason.event.kind, "police_call_out");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to go on
//!
//! - [`Log::append`] and [`Record::parse`] add records. [`chain`] seals a log, so that every later change to it is found.
//! - [`timeline()`] lists how the answer changed over time, [`compare()`] sets two answers side by side, and [`why_not`] says why a rule
//!   did not fire.
//! - [`answer`] documents the parts of an answer. Every answer implements [`serde::Serialize`]; its JSON is a published contract.
//! - [`Cancel`] and [`Budget`] limit long work. Each function that folds a log has a variant that takes a [`Cancel`].
//! - `docs/semantics.md` in the repository defines what logs and answers mean, and `docs/policy-language.md` how policies are written.
//!   The policy pack for England and Wales is in `policies/england-wales`.
//!
//! # Purity
//!
//! There is no input or output, clock, randomness, floating point or thread in this crate. The same log, policy and question give the
//! same answer, byte for byte.

pub mod answer;
pub mod chain;
pub mod terms;

// The modules below are internal. They are public for the other crates of this workspace only, carry no promise of stability and may
// change in any release. Each module's documentation says what it does; docs/architecture.md shows how they fit together.
#[doc(hidden)]
pub mod assessment;
#[doc(hidden)]
pub mod calendar;
#[doc(hidden)]
pub mod cancel;
#[doc(hidden)]
pub mod compare;
#[doc(hidden)]
pub mod event;
#[doc(hidden)]
pub mod explain;
#[doc(hidden)]
pub mod fold;
#[doc(hidden)]
pub mod log;
#[doc(hidden)]
pub mod policy;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod timeline;
#[doc(hidden)]
pub mod view;

// What goes in: a log and a policy.
#[doc(inline)]
pub use event::{DataError, Event, Instant, Kind, Term};
#[doc(inline)]
pub use log::{AppendError, Appended, Log, LogError, Payload, Record, RecordError, RecordSource};
#[doc(inline)]
pub use policy::{Policy, PolicyError, PolicyErrors};

// The question.
#[doc(inline)]
pub use assessment::Question;
#[doc(inline)]
pub use compare::Against;
#[doc(inline)]
pub use event::vocabulary::Audience;
#[doc(inline)]
pub use explain::{Target, UnknownTarget};
#[doc(inline)]
pub use fold::run::Lens;

// The answers.
#[doc(inline)]
pub use assessment::{Assessment, assess, assess_until};
#[doc(inline)]
pub use compare::{Comparison, compare, compare_until};
#[doc(inline)]
pub use explain::{ExplainError, Explanation, WhyNot, explain, explain_until, why_not, why_not_until};
#[doc(inline)]
pub use timeline::{Timeline, timeline, timeline_until};
#[doc(inline)]
pub use view::NoView;

// Cancellation.
#[doc(inline)]
pub use cancel::{Budget, Cancel, Cancelled, OverBudget, Stopped};

/// Needed by the macro for lists of terms, in the crates that use it.
#[cfg(feature = "schema")]
#[doc(hidden)]
pub use schemars;
