//! The policy language: rules as data (`docs/policy-language.md`).
//!
//! Text becomes a policy in this order: `source` (tables with places) → [`parse`] (conditions) → [`compile`] →
//! `entries` and [`given`] → `load` → `check`. `export` and [`listing`] write it out again.

pub mod analysis;
mod check;
pub mod compile;
pub mod condition;
pub mod diff;
mod entries;
pub mod error;
pub mod event_field;
mod export;
pub mod fact;
pub mod fact_name;
pub mod fact_text;
pub mod given;
mod guide;
mod in_words;
pub mod index;
pub mod listing;
mod load;
mod markdown;
pub mod model;
pub mod parse;
mod simplify;
mod source;
mod warn;

pub use analysis::{Analysis, analyse};
pub(crate) use check::refusal;
pub use condition::Expression;
pub use diff::{PolicyDiff, diff};
pub use error::{Concern, PolicyError, PolicyErrors, Problem, Warning};
pub use event_field::{event_field, event_value};
pub use listing::Style;
pub use model::Policy;

#[cfg(test)]
mod tests;
