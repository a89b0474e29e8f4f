//! The policy language: rules as data (`docs/policy-language.md`).
//!
//! A policy is loaded in this order: `source` (tables with places) → [`parse`] (conditions) → [`compile`] → `entries` and
//! [`given`] → `load` → `check`. `export` writes it again. The crate `risk-policy-tools` lists, compares, analyses and tests policies.

mod check;
pub mod compile;
pub mod condition;
mod entries;
pub mod error;
pub mod event_field;
mod export;
pub mod fact;
pub mod fact_name;
pub mod fact_text;
pub mod finding_kind;
pub mod given;
pub mod index;
mod load;
pub mod model;
pub mod parse;
mod simplify;
mod source;
mod warn;

#[doc(hidden)]
pub use check::refusal;
pub use condition::Expression;
pub use error::{Concern, PolicyError, PolicyErrors, Problem, Warning};
pub use event_field::{event_field, event_value};
pub use finding_kind::{FindingKind, Weight};
pub use model::Policy;

#[cfg(test)]
mod tests;
