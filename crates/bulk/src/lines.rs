//! Records on lines, read into batches: the logs of a caseload in one text, one case after the other.

use std::io::BufRead;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use risk_core::log::{Decoded, Record};

use crate::recording::Recording;
use crate::schema::record_schema;

/// Batches from lines, in constant memory. A line that is no plain record ends them with an error that names it.
pub struct Lines<R> {
    name: String,
    text: R,
    line: u64,
    rows: usize,
    recording: Recording,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    /// Batches of so many rows of a text; the name is for messages.
    pub fn new(name: impl Into<String>, text: R, rows: usize) -> Self {
        Self { name: name.into(), text, line: 0, rows: rows.max(1), recording: Recording::default(), ended: false }
    }

    /// Reads up to the end of a batch.
    fn read(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let mut text = String::new();
        while self.recording.len() < self.rows {
            text.clear();
            if self.text.read_line(&mut text)? == 0 {
                self.ended = true;
                break;
            }
            self.line = self.line.saturating_add(1);
            if !text.trim().is_empty() {
                self.push(&text).map_err(|e| ArrowError::ParseError(format!("{}:{}: {e}", self.name, self.line)))?;
            }
        }
        if self.recording.is_empty() { Ok(None) } else { self.recording.finish().map(Some) }
    }

    fn push(&mut self, line: &str) -> Result<(), String> {
        let record = Decoded::parse(line).map_err(|e| e.to_string())?;
        self.recording.push(record.record()).map_err(|e| e.to_string())
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let batch = self.read();
        self.ended |= batch.is_err();
        batch.transpose()
    }
}

impl<R: BufRead> RecordBatchReader for Lines<R> {
    fn schema(&self) -> SchemaRef {
        Arc::new(record_schema())
    }
}

/// The records of logs as one batch.
///
/// # Errors
/// For a record of a newer schema, as a sentence.
pub fn record_batch<'r>(records: impl Iterator<Item = &'r Record>) -> Result<RecordBatch, ArrowError> {
    let mut recording = Recording::default();
    for record in records {
        recording.push(record).map_err(|e| ArrowError::ExternalError(Box::new(e)))?;
    }
    recording.finish()
}
