//! Records and logs: how the history of a case is stored, how it grows, and how tampering is found.
//!
//! A [`Log`] holds the records of one case, one JSON object per line. It is *plain* (no positions, no hashes) or *sealed* (each line has
//! its place in a hash chain, see [`chain`]), never a mixture. [`versions`] applies corrections, retractions and erasures.

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
