//! Whole caseloads.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_schema::ArrowError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use risk_binding::Fault;
use risk_binding::status::{RISK_BAD_RECORD, RISK_BAD_WORD, RISK_PANIC};
use risk_bulk::{
    Answers, BulkQuestion, Lines, Options, Part, Problem, Problems, Sink, Tables, problem_table, without_cases,
};
use risk_core::cancel::{Budget, Cancel};
use risk_core::event::field::describe_text;

use crate::arrow::{ArrowSchema, Batches, Reader, reader, stream};
use crate::case_log::CaseLog;
use crate::fault::{Raise, raised};
use crate::interrupt::interruptible;
use crate::policy::Policy;
use crate::question::Words;

/// Rows of a batch that is read from lines.
const ROWS: usize = 65_536;

/// A caseload that is being worked through. The threads and the input are given up after its last part, after an error, and
/// when nobody holds it any more.
pub(crate) struct Held<T: Sink>(Mutex<Option<risk_bulk::Caseload<Reader, T>>>);

impl<T: Sink> Held<T> {
    pub(crate) fn new(caseload: risk_bulk::Caseload<Reader, T>) -> Self {
        Self(Mutex::new(Some(caseload)))
    }

    /// The next part; none after the last.
    pub(crate) fn next(&self, cancel: Cancel<'_>) -> Result<Option<Part<T::Part>>, Fault> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(caseload) = held.as_mut() else { return Ok(None) };
        let part = match guarded(|| Ok(caseload.next_until(cancel))) {
            Ok(Ok(part)) => part.transpose().map_err(Fault::from),
            Ok(Err(e)) => Err(e.into()),
            Err(defect) => Err(defect),
        };
        if !matches!(part, Ok(Some(_))) {
            *held = None;
        }
        part
    }

    /// Ends the work.
    pub(crate) fn close(&self, py: Python<'_>) {
        py.detach(|| drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take()));
    }
}

impl<T: Sink> Drop for Held<T> {
    fn drop(&mut self) {
        // The threads may need the lock of Python's to give up the input, and are waited for.
        Python::attach(|py| self.close(py));
    }
}

/// The parts of a caseload, one by one.
#[pyclass(frozen, module = "risk_of_harm._risk")]
pub(crate) struct Caseload(Held<Answers>);

/// The tables of a part: cases, classifications, actions, flags, problems; how many cases and events it has; and the cases that
/// have a problem.
type PyPart = ((Batches, Batches, Batches, Batches, Batches), u64, u64, Vec<String>);

#[pymethods]
impl Caseload {
    #[new]
    #[pyo3(signature = (events, policy, words, keep, problems, next_change, workers, case_budget))]
    #[allow(clippy::too_many_arguments, reason = "the one caller names them all")]
    fn new(
        py: Python<'_>,
        events: &Bound<'_, PyAny>,
        policy: &Policy,
        words: Words,
        keep: Vec<String>,
        problems: &str,
        next_change: bool,
        workers: Option<usize>,
        case_budget: Option<u64>,
    ) -> PyResult<Self> {
        let problems = problems_named(problems)?;
        let asked = BulkQuestion { policy: Arc::clone(&policy.policy), question: words.question()?, next_change };
        let events = reader(events)?;
        let made = py.detach(|| {
            guarded(|| {
                let schema = events.schema();
                let answers = Answers::new(&asked, &keep)?;
                let options = Options { keep, workers, case_budget: units(case_budget), ..Options::new(problems) };
                risk_bulk::Caseload::new(&schema, events, asked, answers, &options)
            })
        });
        Ok(Self(Held::new(made.raise()?)))
    }

    /// The next part; none after the last.
    fn next(&self, py: Python<'_>) -> PyResult<Option<PyPart>> {
        interruptible(py, |cancel| self.0.next(cancel)?.map(tables).transpose())
    }

    /// Ends the work.
    fn close(&self, py: Python<'_>) {
        self.0.close(py);
    }
}

/// How many units of work a case may take; the default if none is given.
pub(crate) fn units(case_budget: Option<u64>) -> u64 {
    case_budget.unwrap_or(Budget::OF_A_CASE)
}

/// What is done about problems, by its name.
pub(crate) fn problems_named(name: &str) -> PyResult<Problems> {
    match name {
        "raise" => Ok(Problems::Raise),
        "rows" => Ok(Problems::Rows),
        other => {
            let found = describe_text(other);
            Err(raised(&Fault::mismatch(RISK_BAD_WORD, "problems", "`raise` or `rows`", found)))
        }
    }
}

/// Nothing that breaks off in here reaches Python as a panic.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Fault> {
    let defect = |_| Err(Problem::defect());
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(defect).map_err(Fault::from)
}

/// What is made here makes a table: where it does not, that is a defect.
#[allow(clippy::needless_pass_by_value, reason = "what map_err gives")]
pub(crate) fn defect(e: ArrowError) -> Fault {
    Fault::new(RISK_PANIC, format!("a defect of the library: {e}"))
}

fn tables(part: Part<<Answers as Sink>::Part>) -> Result<PyPart, Fault> {
    let Tables { cases, classifications, actions, flags } = part.taken.map_err(defect)?;
    let problems = problem_table(&part.problems).map_err(defect)?;
    let ids: HashSet<String> = part.problems.iter().filter_map(|p| p.case_id).map(|id| id.to_string()).collect();
    let made = [cases, classifications, actions, flags, problems].map(Batches::of);
    let [cases, classifications, actions, flags, problems] = made;
    Ok(((cases, classifications, actions, flags, problems), part.cases, part.events, ids.into_iter().collect()))
}

/// The tables of a caseload without a case, for their columns.
#[pyfunction]
pub(crate) fn caseload_tables(
    policy: &Policy,
    words: Words,
    keep: Vec<String>,
    next_change: bool,
) -> PyResult<(Batches, Batches, Batches, Batches, Batches)> {
    let asked = BulkQuestion { policy: Arc::clone(&policy.policy), question: words.question()?, next_change };
    let empty = Answers::new(&asked, &keep).raise()?.empty();
    let part = Part { taken: Ok(empty), problems: Vec::new(), cases: 0, events: 0 };
    tables(part).raise().map(|(tables, ..)| tables)
}

/// Tables of one schema as one, without the rows of some cases.
#[pyfunction]
pub(crate) fn joined(py: Python<'_>, tables: Vec<Py<Batches>>, without: Vec<String>) -> PyResult<Batches> {
    let gone: HashSet<uuid::Uuid> = without.iter().filter_map(|id| uuid::Uuid::try_parse(id).ok()).collect();
    let Some(first) = tables.first() else {
        return Err(raised(&Fault::mismatch(RISK_BAD_RECORD, "tables", "at least one", "none")));
    };
    let schema = Arc::clone(&first.get().schema);
    let batches = py.detach(|| {
        let all: Vec<_> = tables.iter().flat_map(|t| t.get().batches.iter().cloned()).collect();
        if gone.is_empty() { all } else { without_cases(&all, &gone) }
    });
    Ok(Batches { schema, batches })
}

/// The names of a table's columns, with those of records as the documentation has them.
#[pyfunction]
pub(crate) fn standard_names(names: Vec<String>, keep: Vec<String>) -> PyResult<Vec<String>> {
    risk_bulk::standard_names(&names, &keep).raise()
}

/// The first rows of a table, as text.
#[pyfunction]
pub(crate) fn told(table: &Bound<'_, PyAny>, rows: usize) -> PyResult<Vec<Vec<String>>> {
    let batches = reader(table)?.filter_map(Result::ok);
    Ok(batches.flat_map(|batch| risk_bulk::text_rows(&batch, rows)).take(rows).collect())
}

/// The typed schema of records.
#[pyfunction]
pub(crate) fn record_schema() -> ArrowSchema {
    ArrowSchema(Arc::new(risk_bulk::record_schema()))
}

/// The records of logs as a table.
#[pyfunction]
pub(crate) fn records_of(py: Python<'_>, logs: Vec<PyRef<'_, CaseLog>>) -> PyResult<Batches> {
    let held: Vec<_> = logs.iter().map(|log| log.held()).collect();
    let batch = py.detach(|| risk_bulk::record_batch(held.iter().flat_map(|log| log.records())));
    batch.map(Batches::of).map_err(|e| Fault::new(RISK_BAD_RECORD, e.to_string())).raise()
}

/// A file of records on lines, read anew by whoever asks.
#[pyclass(frozen, module = "risk_of_harm._risk")]
pub(crate) struct RecordLines(PathBuf);

#[pymethods]
impl RecordLines {
    #[new]
    fn new(path: PathBuf) -> Self {
        Self(path)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let file = File::open(&self.0)?;
        let text = BufReader::with_capacity(1 << 20, file);
        stream(py, Box::new(Lines::new(self.0.display().to_string(), text, ROWS)))
    }
}
