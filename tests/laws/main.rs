//! The laws: what holds for every case and every policy, tried on generated ones.
//!
//! Each law is a test with the law for its name. A law that proved false as first stated stands here as restated, with the
//! counterexample beside it as a test of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests: a panic is the failure that they are for"
)]

mod analysed;
mod ask;
mod briefed;
mod chain;
mod deadlines;
mod hostile;
mod levels;
mod measured;
mod one_answer;
mod policy_text;
mod reasons;
mod time;
mod timeline;
mod told;
mod views;
mod whole_pack;

use risk_verify::{dice, history, packs};
