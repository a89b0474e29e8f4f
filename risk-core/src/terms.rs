//! Closed lists of terms that records and answers share, such as levels, groups and roles.
//!
//! Each list is an enum that implements [`Term`](crate::Term): `name` gives the word that logs, policies and JSON contain, and `parse`
//! reads it. The enums are exhaustive on purpose: code that decides what an audience sees or what is required has to handle every
//! term, and should fail to compile when one is added. The words are a published contract; they are never renamed.
//!
//! # Example
//!
//! ```
//! use risk_core::Term;
//! use risk_core::terms::{ActionKind, Level, Role};
//!
//! assert_eq!(ActionKind::ReviewRisk.name(), "review_risk");
//! assert_eq!(Role::parse("responsible_officer"), Some(Role::ResponsibleOfficer));
//! assert!(Level::High > Level::Medium);
//! assert_eq!(Level::names(), ["unknown", "low", "medium", "high", "very_high"]);
//! ```

#[doc(inline)]
pub use crate::event::vocabulary::{
    ActionDecision, ActionKind, DecisionReason, Group, Handling, Level, Register, Role, Setting, SourceAgency,
};
