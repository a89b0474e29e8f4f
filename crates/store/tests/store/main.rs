//! What a store promises, asked of both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test that fails says so"
)]

mod appending;
mod clocks;
mod damage;
mod erasing;
mod evidence_of_change;
mod following;
mod identity;
mod interrupted;
mod killed;
mod model;
mod moving;
mod obstacles;
mod opening;
mod person;
mod place;
mod pooled;
mod readers;
mod records;
mod replaced;
mod rolled_back;
mod schemas;
mod tampering;
mod tls;
mod trusted;
mod urls;
mod writer;
