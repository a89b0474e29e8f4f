//! Errors of the generator. Tests check that none occurs.

use risk_core::event::Kind;
use risk_core::log::AppendError;

/// An error in the generator itself, never caused by its user.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// An event that the catalogue rejects.
    #[error("generated {kind}: field `{field}`: expected {expected}, found something else")]
    Data {
        /// The kind of event.
        kind: Kind,
        /// The field.
        field: String,
        /// What the catalogue expects.
        expected: String,
    },
    /// A record that the log rejects.
    #[error("generated log: {0}")]
    Log(#[from] AppendError),
}
