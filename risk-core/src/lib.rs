//! The pure engine: a case's event log folded into its risk-of-serious-harm classification and its required actions.
//!
//! The modules stand in the order in which data flows through them: what may happen ([`event`]), what was recorded
//! ([`log`]), the rules ([`policy`]), who may see what ([`view`]), the fold of the one under the other ([`fold`]), the answer
//! ([`assessment`]) and the reasons for it ([`explain`]). [`timeline`] and [`compare`] are differences of answers. [`calendar`] serves
//! them all, and [`text`] makes what comes from outside safe to show. The crate `risk-policy-tools` lists, compares, analyses and tests
//! policies; `risk-reports` makes briefings, measures and summaries of the answers to a caseload. There is no I/O, clock,
//! randomness or thread in here: the same inputs give the same answer, to the byte.

pub mod calendar;

pub mod text;

pub mod event;

pub mod log;

pub mod policy;

pub mod view;

pub mod cancel;

pub mod fold;

pub mod assessment;

pub mod explain;

pub mod timeline;

pub mod compare;

/// What the macro for lists of words needs in the crates that use it.
#[cfg(feature = "schema")]
#[doc(hidden)]
pub use schemars;
