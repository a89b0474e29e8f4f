//! What HMPPS services send to records, and the answer back to what their registers should hold.
//!
//! [`import`] turns messages and tables into records by the tables of [`codes`], against what is on record already, and tells of
//! each what became of it ([`report`]); [`into_store`] does so straight into a store, and is the only part that reaches for anything.
//! [`registers`], [`rosh`] and [`notice`] go the other way. There is no rule, level or deadline in here, no clock and no network.
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
mod draft;
mod encoding;
mod fetched;
pub mod import;
pub mod into_store;
mod json;
mod kept;
pub mod key;
mod links;
mod meaning;
pub mod message;
pub mod notice;
pub mod people;
pub mod reason;
pub mod registers;
pub mod report;
pub mod rosh;
mod settle;
pub mod sheet;
mod statement;
mod telling;
mod template;
pub mod when;
mod whose;
