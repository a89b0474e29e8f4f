//! Verification of the engine with generated histories, plausible and hostile, and questions about them.
//!
//! The laws (tests/laws) and the command `risk-verify` use the same generators, so that a finding of one can be
//! reproduced by the other. docs/verification.md says what is tried, how often, and what is not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "this crate tests: a panic is the failure that it is for"
)]

pub mod changed;
pub mod conformance;
pub mod dice;
pub mod fuzz;
pub mod history;
pub mod hostile;
pub mod interchange;
pub mod packs;
pub mod scope;
pub mod stream;
