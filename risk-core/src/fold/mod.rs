//! The fold: a case's records, step by step, into what is open and why (`docs/semantics.md`).

pub mod derived;
pub mod duties;
pub mod facts;
pub mod flags;
pub mod fold_event;
pub mod ledger;
pub mod levels;
pub mod read;
pub mod reason;
pub mod run;
pub mod spells;
pub mod state;
mod step;
mod subjects;
mod timer_event;
mod triggers;
mod waiting;
pub mod walk;
