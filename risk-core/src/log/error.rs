//! Why a log does not take a record, and why a text is not a log.

use uuid::Uuid;

use super::record::RecordError;
use crate::text::inert;

/// Why a record was not taken. The log is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The record is not one that this log can take.
    #[error("record {event_id}: field `{field}`: expected {expected}, found {found}")]
    Refused {
        /// The record.
        event_id: Uuid,
        /// The field, as a path from the record's top.
        field: String,
        /// What was expected.
        expected: String,
        /// What stood there; never payload or note.
        found: String,
    },
    /// The log has a record of that id which says something else.
    #[error("record {event_id}: expected the content of the record at position {position}, found other content")]
    Conflict {
        /// The id.
        event_id: Uuid,
        /// Where the log (or, beyond its end, the batch) has the other.
        position: u64,
    },
    /// The log has grown, or is another, since the caller read it.
    #[error("expected a log of {expected} records, found {actual}")]
    PositionConflict {
        /// How many records the caller believed that there were.
        expected: u64,
        /// How many there are.
        actual: u64,
    },
    /// The log is sealed, and the record came without a stamp; or the other way round.
    #[error("expected {}, found {}",
        if *.sealed { "a stamp, as this log is sealed" } else { "no stamp, as this log is plain" },
        if *.sealed { "none" } else { "one" })]
    Stamp {
        /// Whether the log is sealed.
        sealed: bool,
    },
}

/// Why a text is not a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: field `{field}`: expected {expected}, found {found}", inert(.file))]
pub struct LogError {
    /// The name that the caller gave the text.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The field, as a path from the record's top, or `record`.
    pub field: String,
    /// What was expected.
    pub expected: String,
    /// What stood there; never payload or note.
    pub found: String,
}

impl AppendError {
    pub(super) fn refused(event_id: Uuid, e: RecordError) -> Self {
        Self::Refused { event_id, field: e.field, expected: e.expected, found: e.found }
    }

    pub(super) fn into_fields(self) -> RecordError {
        match self {
            Self::Refused { field, expected, found, .. } => RecordError { field, expected, found },
            Self::Conflict { position, .. } => RecordError::new(
                "event_id",
                format!("the content of record {position}, which has the same event_id"),
                "other content",
            ),
            other @ (Self::PositionConflict { .. } | Self::Stamp { .. }) => {
                RecordError::new("record", "a record of this log", other.to_string())
            }
        }
    }
}
