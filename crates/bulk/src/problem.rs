//! What is wrong with the input: with its columns as a whole, or with one record.

use std::fmt;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, DataType};
use risk_binding::{Fault, Where, status};
use risk_core::cancel::OverBudget;
use risk_core::log::{AppendError, RecordError};
use uuid::Uuid;

use crate::table::{Column, Reads, Table, schema_of};

/// What sort of problem it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A record that is malformed, stands in the wrong place, or that the log cannot take.
    Record,
    /// Two records of one id that say different things.
    Conflict,
    /// The question: the policy grants this audience no answer.
    View,
    /// The case takes more work than its budget allows.
    Budget,
    /// The source of the records failed.
    Source,
    /// A defect of this library.
    Defect,
}

impl ProblemKind {
    /// Its number in every binding.
    #[must_use]
    pub fn status(self) -> status::risk_status {
        match self {
            Self::Record | Self::Source => status::RISK_BAD_RECORD,
            Self::Conflict => status::RISK_EVENT_CONFLICT,
            Self::View => status::RISK_NO_VIEW,
            Self::Budget => status::RISK_OVER_BUDGET,
            Self::Defect => status::RISK_PANIC,
        }
    }
}

/// Something for which a case gets no answer, or, where no row is named, the whole input none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What sort it is.
    pub sort: ProblemKind,
    /// The row of the input, from 0 over all batches.
    pub row: Option<u64>,
    /// The case, where the row names one.
    pub case_id: Option<Uuid>,
    /// The record, where the row names one.
    pub event_id: Option<Uuid>,
    /// The column, with the field within it: `data.outcome`.
    pub column: String,
    /// What was expected.
    pub expected: Box<str>,
    /// What was found; never data or note.
    pub found: Box<str>,
}

impl Problem {
    /// A column that is missing, or of a type that says something else.
    pub(crate) fn column(column: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            sort: ProblemKind::Record,
            row: None,
            case_id: None,
            event_id: None,
            column: column.into(),
            expected: expected.into().into_boxed_str(),
            found: found.into().into_boxed_str(),
        }
    }

    /// A problem of the whole input.
    pub(crate) fn whole(sort: ProblemKind, expected: impl Into<String>, found: impl fmt::Display) -> Self {
        Self { sort, ..Self::column("", expected, found.to_string()) }
    }

    /// A case, with its first row, that takes more work than its budget allows.
    pub(crate) fn over_budget(row: Option<u64>, case_id: Option<Uuid>, e: OverBudget) -> Self {
        let expected = format!("at most {} units of work for the case, or a greater budget", e.units);
        Self { row, case_id, ..Self::whole(ProblemKind::Budget, expected, "a case that takes more") }
    }

    /// Something broke off inside this library.
    #[must_use]
    pub fn defect() -> Self {
        Self::whole(ProblemKind::Defect, "an answer", "a defect of the library")
    }

    /// A column whose type cannot hold what it should, at the first row that has a value.
    pub(crate) fn of_type(row: u64, column: &str, expected: &str, found: &DataType) -> Self {
        Self { row: Some(row), ..Self::column(column, expected, described(found)) }
    }

    pub(crate) fn record(row: u64, case_id: Option<Uuid>, event_id: Option<Uuid>, e: RecordError) -> Self {
        let RecordError { field, expected, found } = e;
        Self { row: Some(row), case_id, event_id, ..Self::column(field, expected, found) }
    }

    /// A record that its log cannot take. `row_at` tells the row of the record at a place in the log, from 1.
    pub(crate) fn refused(row: u64, case_id: Uuid, e: AppendError, row_at: impl Fn(u64) -> Option<u64>) -> Self {
        let (event_id, e, sort) = match e {
            AppendError::Refused { event_id, field, expected, found } => {
                (Some(event_id), RecordError { field, expected, found }, ProblemKind::Record)
            }
            AppendError::Conflict { event_id, position } => {
                let first = row_at(position).map(|row| format!(" in row {row}")).unwrap_or_default();
                let expected = format!("the content of the record of this id{first}");
                let e = RecordError { field: "event_id".to_owned(), expected, found: "other content".to_owned() };
                (Some(event_id), e, ProblemKind::Conflict)
            }
            other @ (AppendError::PositionConflict { .. } | AppendError::Stamp { .. }) => {
                let expected = "a record of this log".to_owned();
                let e = RecordError { field: "record".to_owned(), expected, found: other.to_string() };
                (None, e, ProblemKind::Record)
            }
        };
        Self { sort, ..Self::record(row, Some(case_id), event_id, e) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "row {row}: ")?;
        }
        if let Some(case) = self.case_id {
            write!(f, "case {case}: ")?;
        }
        if !self.column.is_empty() {
            write!(f, "column `{}`: ", self.column)?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Problem {}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let message = problem.to_string();
        let Problem { sort, row, case_id, event_id, column, expected, found } = problem;
        let field = (!column.is_empty()).then_some(column);
        let (expected, found) = (Some(expected.into_string()), Some(found.into_string()));
        Self::located(
            sort.status(),
            message,
            Where { event_id, case_id, row, field, expected, found, ..Where::default() },
        )
    }
}

static PROBLEMS: &[Column<Problem, Problem>] = &[
    Column::new("case_id", &[], Reads::Id(|p, _| p.case_id)),
    Column::new("row", &[], Reads::Count(|p, _| p.row.and_then(|row| i64::try_from(row).ok()))),
    Column::new("event_id", &[], Reads::Id(|p, _| p.event_id)),
    Column::new("column", &[], Reads::Text(|p, _| Some(p.column.as_str().into()))),
    Column::new("expected", &[], Reads::Text(|p, _| Some((&*p.expected).into()))),
    Column::new("found", &[], Reads::Text(|p, _| Some((&*p.found).into()))),
    Column::new("message", &[], Reads::Text(|p, _| Some(p.to_string().into()))),
    Column::new("code", &[], Reads::Text(|p, _| Some(status::name_of(p.sort.status()).to_string_lossy()))),
];

/// Problems as a table.
///
/// # Errors
/// None but for a defect of this library.
pub fn problem_table(problems: &[Problem]) -> Result<RecordBatch, ArrowError> {
    let mut table = Table::new(PROBLEMS, &schema_of(PROBLEMS.iter(), &[]));
    problems.iter().for_each(|problem| table.row(problem, problem, &[]));
    table.finish()
}

/// A type in the words of people who use data frames; of a nested one the outermost.
fn described(data_type: &DataType) -> String {
    match data_type {
        DataType::Timestamp(_, None) => "times without a zone: London, or UTC?".to_owned(),
        DataType::Null => "nulls only".to_owned(),
        DataType::Struct(_) => "a struct".to_owned(),
        DataType::Map(..) => "a map".to_owned(),
        DataType::Union(..) => "a union".to_owned(),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            format!("a list of {}", described(item.data_type()))
        }
        DataType::ListView(item) | DataType::LargeListView(item) => {
            format!("a list view of {}", described(item.data_type()))
        }
        DataType::Dictionary(_, values) => format!("a dictionary of {}", described(values)),
        DataType::RunEndEncoded(_, values) => format!("run-end encoded {}", described(values.data_type())),
        other => format!("{other}").to_lowercase(),
    }
}
