//! Records and the log: what a case's history is kept as, how it grows, and how a change to it is found.
//!
//! A [`Log`] holds the records of one case, one JSON object a line. It is *plain* (no positions, no hashes) or *sealed*
//! (each line carries its place in a hash chain, see [`chain`]), and never a mixture. What corrections, retractions and
//! erasures make of the records is worked out in [`versions`], and nowhere else.

mod admission;
mod case_log;
pub mod chain;
mod clock;
mod decoded;
mod error;
mod local_ids;
mod member;
pub mod record;
mod schema;
#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
mod tests;
pub mod versions;

pub use case_log::{Appended, Log, seal};
pub use chain::{Stamp, Tampered, Tampering, Verified, verify};
pub use clock::{CLOCKS_DIFFER, time_of_taking};
pub use decoded::{Decoded, Parts, data};
pub use error::{AppendError, LogError};
pub use local_ids::{LocalId, LocalIds};
pub use record::{Payload, Record, RecordError, RecordSource, SCHEMA_VERSION};
pub use schema::schema;
pub use versions::{Entry, Epoch, epochs};
