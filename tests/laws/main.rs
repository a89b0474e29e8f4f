//! The laws: properties of every case and every policy, tested on generated ones.
//!
//! Each law is a test with the law as its name. If the first version of a law proved false, this is the corrected
//! version, with the counterexample as a separate test.

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
mod examples;
mod hostile;
mod levels;
mod measured;
mod one_answer;
mod policy_text;
mod reasons;
mod time;
mod timeline;
mod views;
mod whole_pack;

use risk_verify::{dice, history, packs};
