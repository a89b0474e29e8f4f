//! One case of a unit: its rows read, its log made, its question answered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use risk_core::assessment::{Assessment, Question, assess_now_until, assess_until};
use risk_core::cancel::{Cancel, Stopped};
use risk_core::log::{Decoded, Log, RecordError};
use risk_core::policy::Policy;
use uuid::Uuid;

use crate::columns::Columns;
use crate::cut::{MOST_RECORDS, Run};
use crate::problem::{Problem, ProblemKind};
use crate::reading::CAST;

/// The question that is asked of every case.
#[derive(Debug, Clone)]
pub struct BulkQuestion {
    /// The rules.
    pub policy: Arc<Policy>,
    /// The question.
    pub question: Question,
    /// Whether to find out when each answer would next change; it costs more than the answer.
    pub next_change: bool,
}

impl BulkQuestion {
    fn answer(&self, log: &Log, cancel: Cancel<'_>) -> Result<Assessment, Problem> {
        let answer = if self.next_change { assess_until } else { assess_now_until };
        answer(log, &self.policy, &self.question, cancel).map_err(|stopped| match stopped {
            Stopped::NoView(e) => Problem::whole(ProblemKind::View, "an audience that the policy names", e),
            // The part is no longer awaited.
            Stopped::Cancelled(e) => Problem::whole(ProblemKind::Source, "an answer", e),
            Stopped::OverBudget(e) => Problem::over_budget(None, Some(log.case_id()), e),
        })
    }
}

/// An answered case, as sinks receive it.
#[derive(Debug)]
pub struct CaseAnswer<'a> {
    /// The answer.
    pub answer: &'a Assessment,
    /// The records that it was made from.
    pub log: &'a Log,
    /// The columns that are kept, as the case's last record has them.
    pub kept: &'a [Option<String>],
    /// Whether the work is to end early, as the caseload's caller says so or the case has spent its budget: what is made of the case
    /// is then thrown away.
    pub cancel: Cancel<'a>,
}

/// A row of a case.
pub(crate) type Row<'u> = (&'u Arc<Columns>, usize, u64);

/// The rows of one case, read.
pub(crate) struct AnsweredCase {
    pub(crate) log: Log,
    pub(crate) answer: Assessment,
    pub(crate) kept: Vec<Option<String>>,
}

/// Answers for the case of these rows; or lists all problems, in the order of the rows.
pub(crate) fn answer(
    run: Run,
    rows: &[Row<'_>],
    asked: &BulkQuestion,
    cancel: Cancel<'_>,
) -> Result<AnsweredCase, Vec<Problem>> {
    let first = rows.first().map(|(.., place)| *place).unwrap_or_default();
    if run.again {
        let expected = "all records of a case one after the other (sort by case_id)";
        let found = "a case whose records also stand in an earlier place: an answer given for it is not whole";
        let e = RecordError { field: "case_id".to_owned(), expected: expected.to_owned(), found: found.to_owned() };
        return Err(vec![Problem::record(first, run.case_id, None, e)]);
    }
    if run.beyond > 0 {
        let expected = format!("at most {MOST_RECORDS} records of a case");
        let found = run.rows.saturating_add(run.beyond).to_string();
        let e = RecordError { field: "case_id".to_owned(), expected, found };
        return Err(vec![Problem::record(first, run.case_id, None, e)]);
    }
    // A defect in the fold is the defect of one case: the others still get their answers.
    catch_unwind(AssertUnwindSafe(|| attempt(run, rows, asked, cancel)))
        .unwrap_or_else(|_| Err(vec![Problem { row: Some(first), case_id: run.case_id, ..Problem::defect() }]))
}

fn attempt(run: Run, rows: &[Row<'_>], asked: &BulkQuestion, cancel: Cancel<'_>) -> Result<AnsweredCase, Vec<Problem>> {
    let mut records = Vec::with_capacity(rows.len());
    let mut problems = Vec::new();
    let mut before = None;
    for (columns, row, place) in rows {
        let event_id = || columns.event_id.id(*row);
        match columns.record(*row) {
            Ok(record) => records.push(record),
            Err(e) => problems.push(Problem::record(*place, run.case_id, event_id(), e)),
        }
        if let Err(e) = rising(columns, *row, &mut before) {
            problems.push(Problem::record(*place, run.case_id, event_id(), e));
        }
    }
    match run.case_id {
        Some(case_id) if problems.is_empty() => {
            let log = log(case_id, records, rows).map_err(|e| vec![e])?;
            let of_first_row = |e: Problem| Problem { row: e.row.or(rows.first().map(|(.., place)| *place)), ..e };
            let answer = asked.answer(&log, cancel).map_err(|e| vec![of_first_row(e)])?;
            Ok(AnsweredCase { log, answer, kept: kept(rows) })
        }
        _ => Err(problems),
    }
}

/// Where there is a column of positions, each must be beyond the one before.
fn rising(columns: &Columns, row: usize, before: &mut Option<i128>) -> Result<(), RecordError> {
    let Some(positions) = &columns.position else { return Ok(()) };
    let wrong = |expected: String, found: String| Err(RecordError { field: "position".to_owned(), expected, found });
    let Some(value) = positions.value(row) else {
        return wrong("the record's place in the log".to_owned(), "nothing".to_owned());
    };
    let Some(now) = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from)) else {
        return wrong(format!("a whole number, the record's place in the log{CAST}"), value.to_string());
    };
    match before.replace(now) {
        Some(last) if now <= last => {
            *before = Some(last);
            wrong(format!("a place beyond {last}, that of the record before"), now.to_string())
        }
        _ => Ok(()),
    }
}

fn log(case_id: Uuid, records: Vec<Decoded>, rows: &[Row<'_>]) -> Result<Log, Problem> {
    let row_of = |i: usize| rows.get(i).map(|(.., place)| *place);
    // Places in the log leave out what was delivered twice, and so may lie before the row that is meant: ids do not.
    let ids: Vec<Uuid> = records.iter().map(|r| r.record().event_id).collect();
    Log::of_decoded(case_id, records).map_err(|(i, e)| {
        let row_at = |_| ids.get(i).and_then(|id| ids.iter().position(|one| one == id)).and_then(row_of);
        Problem::refused(row_of(i).unwrap_or_default(), case_id, e, row_at)
    })
}

/// The kept columns, as the last record has them.
fn kept(rows: &[Row<'_>]) -> Vec<Option<String>> {
    let Some((columns, row, _)) = rows.last() else { return Vec::new() };
    columns.keep.iter().map(|column| column.get(*row).map(std::borrow::Cow::into_owned)).collect()
}
