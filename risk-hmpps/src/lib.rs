//! HMPPS domain events, nDelius registers and contacts to records, and the answer back to register flags.

pub mod codes;
mod draft;
mod fetched;
pub mod import;
pub mod into_store;
pub mod key;
mod meaning;
pub mod message;
pub mod people;
pub mod report;
mod settle;
pub mod sheet;
mod template;
pub mod when;
