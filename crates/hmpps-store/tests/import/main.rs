//! Deliveries of HMPPS services into a store, or into logs that a host keeps: the same records and links, in any order and in any portions.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test that fails says so"
)]

mod ahead;
mod claims;
mod commuting;
mod commuting_claims;
mod doubt;
mod interrupted;
#[path = "../../../hmpps/tests/import/logs.rs"]
mod logs;
mod other_crns;
mod persons;
mod returning;
mod settled;
mod stored;
mod waiting;

use logs::{Logs, importer, key};
