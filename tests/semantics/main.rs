//! The semantics by example: each test is a small story under its own policy.
//!
//! A test reads: given these rules and these events, on this day, this follows. Rules and events are written as in a
//! policy pack (docs/policy-language.md). Irrelevant fields (titles, sources, dates) are filled in by [`story`].
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what it misses and stops")]
#![allow(clippy::indexing_slicing, reason = "likewise")]

mod story;

mod acts;
mod agenda;
mod briefing;
mod change_summary;
mod compare;
mod corrections;
mod deadlines;
mod death;
mod decided_by_people;
mod duties;
mod ended;
mod explained;
mod facts;
mod flags;
mod learnt_late;
mod levels;
mod orders;
mod reviews;
mod silence;
mod subjects;

mod time;
mod timeline;
mod views;
mod waiting;
mod workload;
