//! What HMPPS services send to records, and the answer back to what their registers should hold.
//!
//! [`import`] turns messages and tables into records by the tables of [`codes`], compared with what is on record already, and reports
//! the outcome of each ([`report`]); the crate `risk-hmpps-store` imports straight into a store. [`registers`], [`rosh`] and [`notice`]
//! go the other way. This crate has no rule, level or deadline, no clock, no network, and reads and writes nothing.
//!
//! ```
//! use risk_hmpps::codes::Codes;
//! use risk_hmpps::import::{Given, HeldLogs, Importer};
//! use risk_hmpps::key::Key;
//! use risk_hmpps::people::CaseMap;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = Key::new(b"32 bytes or more that nobody can guess")?;
//! let importer = Importer::new(Codes::embedded()?, key, CaseMap::default());
//! let message = br#"{"eventType":"enforcement.breach.raised","occurredAt":"2026-06-14T09:06:52Z",
//!     "personReference":{"identifiers":[{"type":"CRN","value":"X800001"}]},
//!     "additionalInformation":{"eventId":"7"}}"#;
//! let import = importer.import(&[(None, Given::Messages(message))], &mut HeldLogs::default());
//! assert_eq!(import.records[0].event().map(|e| e.kind().to_string()).as_deref(), Some("enforcement_started"));
//! assert_eq!(import.report.counts["recorded"], 1);
//! # Ok(())
//! # }
//! ```

pub mod codes;
mod columns;
mod contact;
mod delimited;
pub mod detail_hosts;
mod encoding;
mod fetched;
mod identity;
pub mod import;
pub mod input_table;
mod json;
pub mod key;
mod meaning;
pub mod message;
mod message_context;
pub mod notice;
mod pending_record;
pub mod people;
pub mod reason;
mod reconcile;
pub mod registers;
pub mod report;
pub mod rosh;
mod statement;
mod template;
pub mod when;

/// What the crate that imports into a store shares with this one; not part of the public interface.
#[doc(hidden)]
pub mod unstable {
    pub use crate::contact::LastStatement;
    pub use crate::identity::{Doubt, DoubtBy};
    pub use crate::import::{Table, read};
    pub use crate::message::{Delivered, Message, Named, read_all};
    pub use crate::people::{former, given_since, given_to_unheld};
    pub use crate::report::{named_event, shown};
}
