//! The parts of an answer.
//!
//! An answer is plain data. Its JSON, as [`serde`] writes it, is a published contract: the names and types of the members are those of
//! the fields below, and `docs/semantics.md` in the repository defines their meaning. The fields are therefore public, and you read
//! them directly. Only the engine makes these values. The structs that can grow are `#[non_exhaustive]`, so a later version can add a
//! field.
//!
//! The enums are exhaustive on purpose. A program that shows an answer must handle every status, change and caution, and should fail to
//! compile when a new one is added.
//!
//! Days are civil days in London, and numbers of days are whole days. A level, reason or id that an audience may not see is `None` or
//! empty.
//!
//! # Example
//!
//! List what is pending and by when:
//!
//! ```
//! use risk_core::answer::{Action, Change, Status};
//! use risk_core::{Audience, Log, Policy, Question, assess, timeline};
//! # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
//! # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
//! # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
//!
//! let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
//! let assessment = assess(&log, &policy, &question)?;
//! let pending: Vec<&Action> = assessment.actions.iter().filter(|action| action.status.pending()).collect();
//! assert_eq!(pending[0].title, "Review the risk of harm");
//! assert_eq!(pending[0].status, Status::Open);
//! assert_eq!(pending[0].due, "2018-03-12".parse().ok());
//! assert_eq!(pending[0].because[0].rule, "call-out");
//!
//! // When the review was first required: the day on which the service heard of the call-out.
//! let timeline = timeline(&log, &policy, &question)?;
//! let opened = timeline.steps.iter().find(|step| step.changes.iter().any(|c| matches!(c, Change::Opened { .. })));
//! assert_eq!(opened.unwrap().at, "2018-03-07T09:00:00Z".parse::<risk_core::Instant>()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// An assessment, and what changed between two.
#[doc(inline)]
pub use crate::assessment::answer::{
    Action, Agenda, BecauseLine, BeforeRelying, Caution, Classification, Decided, Died, Flag, FlagState, GroupLevel,
    GroupStatus, IndicatedLevel, LateBy, Overall, PolicyReceipt, Receipt, RecordedLevel, Refused, Status,
    UnrecognisedRecord, WaitingOn,
};
#[doc(inline)]
pub use crate::assessment::{Change, Facet};

// An explanation, and why a rule did not fire.
#[doc(inline)]
pub use crate::explain::{
    AnswerLine, EventLine, FactLine, LimitLine, Outcome, ReasonLine, RuleEvaluation, RuleLine, SourceLine, TimerLine,
};

// A timeline and a comparison.
#[doc(inline)]
pub use crate::compare::{Between, Delay, LateRecord, Side};
#[doc(inline)]
pub use crate::timeline::Step;

// Terms of the policy that answers contain.
#[doc(inline)]
pub use crate::policy::model::{Basis, Derived, Priority, Unit};
