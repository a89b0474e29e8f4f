//! The `risk` command as its users meet it: what it prints, what it refuses, and with which exit code.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics fails, as it should"
)]

mod analysis;
mod answers;
mod bad_logs;
mod bad_policies;
mod case;
mod caseloads;
mod changes;
mod command;
#[cfg(unix)]
mod destinations;
mod hmpps_in;
mod hmpps_killed;
mod hmpps_out;
#[cfg(unix)]
mod interrupted;
mod limited;
mod mutations;
#[cfg(unix)]
mod no_files;
#[cfg(unix)]
mod outside_text;
mod sealing;
#[cfg(unix)]
mod secrets;
mod store_caseload;
mod store_erasure;
mod store_logs;
mod store_named;
mod store_readers;
mod store_trust;
mod stored;
