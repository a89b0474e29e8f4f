//! Errors of appending to a log and of reading one.

use uuid::Uuid;

use super::record::RecordError;
use crate::text::inert;

/// An error of appending to a log. The log is unchanged.
///
/// # Examples
/// ```
/// use risk_core::{AppendError, Log, Record};
///
/// let text = std::fs::read_to_string("examples/case.jsonl")?;
/// let mut log = Log::parse("case.jsonl", &text)?;
/// let changed = text.lines().nth(1).unwrap().replace("no_further_action", "arrest");
/// let error = log.append(Record::parse(&changed)?, None).unwrap_err();
/// assert!(matches!(error, AppendError::Conflict { position: 2, .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The record is not valid in this log.
    #[error("record {event_id}: field `{field}`: expected {expected}, found {found}")]
    Refused {
        /// The record.
        event_id: Uuid,
        /// The field, as a path from the record's top.
        field: String,
        /// What was expected.
        expected: String,
        /// What was found; never payload or note.
        found: String,
    },
    /// The log has a record with the same id and other content.
    #[error("record {event_id}: expected the content of the record at position {position}, found other content")]
    Conflict {
        /// The id.
        event_id: Uuid,
        /// The position of the other record. A position beyond the end of the log is in the batch.
        position: u64,
    },
    /// The log has changed since the caller read it.
    #[error("expected a log of {expected} records, found {actual}")]
    PositionConflict {
        /// The number of records that the caller expected.
        expected: u64,
        /// The number of records in the log.
        actual: u64,
    },
    /// The log is sealed and no stamp was given, or it is plain and a stamp was given.
    #[error("expected {}, found {}",
        if *.sealed { "a stamp, as this log is sealed" } else { "no stamp, as this log is plain" },
        if *.sealed { "none" } else { "one" })]
    Stamp {
        /// Whether the log is sealed.
        sealed: bool,
    },
}

/// An error of reading a log.
///
/// # Examples
/// ```
/// use risk_core::Log;
///
/// let text = std::fs::read_to_string("examples/case.jsonl")?.replace("no_further_action", "none");
/// let error = Log::parse("case.jsonl", &text).unwrap_err();
/// assert_eq!((error.line, error.field.as_str()), (2, "data.outcome"));
/// assert_eq!(
///     error.to_string(),
///     "case.jsonl:2: field `data.outcome`: expected one of no_further_action, arrest, charge, unknown, found `none`"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: field `{field}`: expected {expected}, found {found}", inert(.file))]
pub struct LogError {
    /// The name of the file, as the caller gave it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The field, as a path from the record's top, or `record`.
    pub field: String,
    /// What was expected.
    pub expected: String,
    /// What was found; never payload or note.
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
