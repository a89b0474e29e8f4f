//! HMPPS domain events, nDelius registers and contacts to records, and the answer back to register flags.

pub mod codes;
mod draft;
mod fetched;
pub mod import;
pub mod into_store;
pub mod key;
mod meaning;
pub mod message;
pub mod notice;
pub mod people;
pub mod registers;
pub mod report;
pub mod rosh;
mod settle;
pub mod sheet;
mod template;
pub mod when;
