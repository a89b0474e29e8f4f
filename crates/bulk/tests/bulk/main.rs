//! Whole caseloads: the same answers as case by case, whatever the form in which the records come.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that fails says so"
)]

mod budget;
mod cutting;
mod encodings;
mod equality;
mod naming;
mod recording;
mod refusals;
mod sample;
