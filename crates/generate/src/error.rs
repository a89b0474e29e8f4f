//! Why a case could not be told. Tests hold that none of it happens.

use risk_core::event::Kind;
use risk_core::log::AppendError;

/// Why a case could not be told: a fault of the generator, never of its user.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// An event that the catalogue does not take.
    #[error("an invented {kind}: field `{field}`: expected {expected}, found something else")]
    Data {
        /// Its kind.
        kind: Kind,
        /// The field.
        field: String,
        /// What the catalogue asks for.
        expected: String,
    },
    /// A record that the log does not take.
    #[error("an invented log: {0}")]
    Log(#[from] AppendError),
}
