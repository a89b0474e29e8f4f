//! The importer before messages in the shapes of the estate.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test that fails says so"
)]

mod assessments;
mod bodies;
mod codes;
mod contacts;
mod fixtures;
mod hostile;
mod identity;
mod logs;
mod movements;
mod order;
mod outside;
mod reasons;
mod rows;
mod statements;
mod tables;

use logs::{Logs, importer, key};
