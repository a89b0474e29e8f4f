//! Whole caseloads in columns: record batches of Arrow in, answers in tables out.
//!
//! The batches of a [`Caseload`] are sorted by case; they are cut where a case ends, folded by several threads, and the answers
//! come out in the order of the input, in constant memory but for sixteen bytes a case. What is made of the answers is a
//! [`Sink`]'s: [`Answers`] makes tables, [`Measuring`] counts. [`Recording`] is the way back, from records to batches. A row and a line of a log that
//! say the same are the same record.

mod answers;
mod case;
mod cell;
mod columns;
mod cut;
mod lines;
mod measuring;
mod names;
mod problem;
mod reading;
mod recording;
mod schema;
mod stream;
mod table;
mod text;

pub use answers::{Answers, Tables};
pub use case::{BulkQuestion, CaseAnswer};
pub use lines::{Lines, record_batch};
pub use measuring::{Counts, Measuring, measure_tables};
pub use names::standard_names;
pub use problem::{Problem, ProblemKind, problem_table};
pub use recording::{Recording, RecordingError};
pub use schema::record_schema;
pub use stream::{Caseload, Options, Outcome, Part, PartSink, Problems, Sink};
pub use table::{text_rows, without_cases};
