//! What went wrong, for the caller: a status, a sentence, and where.

use risk_core::cancel::{Cancelled, EndedEarly, OverBudget, Stopped};
use risk_core::event::field::describe_text;
use risk_core::explain::{ExplainError, UnknownTarget};
use risk_core::log::{AppendError, LogError, RecordError, Tampering};
use risk_core::policy::model::Place;
use risk_core::policy::{PolicyErrors, Warning};
use risk_core::text::{inert_lines, to_json};
use risk_core::view::NoView;
use serde::Serialize;
use uuid::Uuid;

use crate::status::{self, risk_status};

/// What went wrong.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Fault {
    code: risk_status,
    name: &'static str,
    message: String,
    #[serde(flatten)]
    at: Box<Where>,
    /// Everything that is wrong with a policy, where there may be several things.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Remark>,
}

/// Where, and what was expected there: as much as is known.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Where {
    /// The file of a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column, from 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Uuid>,
    /// The case, where there are many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Uuid>,
    /// The row of a table of records, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The record's place in the log, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// The field, as a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was found; never a record's data or note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

impl Where {
    pub(crate) fn between(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { expected: Some(expected.into()), found: Some(found.into()), ..Self::default() }
    }
}

/// One thing to say of a policy, and where.
#[derive(Debug, Clone, Serialize)]
pub struct Remark {
    file: String,
    line: usize,
    column: usize,
    message: String,
}

impl Remark {
    fn new(place: &Place, message: String) -> Self {
        Self { file: place.file.clone(), line: place.line, column: place.column, message }
    }
}

/// All errors of a policy, one by one.
pub fn errors_of(errors: &PolicyErrors) -> Vec<Remark> {
    errors.0.iter().map(|e| Remark::new(&e.place, e.problem.to_string())).collect()
}

/// What deserves a look in a policy, one by one.
pub fn warnings_of(warnings: &[Warning]) -> Vec<Remark> {
    warnings.iter().map(|w| Remark::new(&w.place, w.concern.to_string())).collect()
}

impl Fault {
    /// A fault of which there is nothing to say but a sentence.
    #[must_use]
    pub fn new(code: risk_status, message: impl Into<String>) -> Self {
        let name = status::name_of(code).to_str().unwrap_or_default();
        // It may repeat what came from outside, and is printed as it is.
        Self { code, name, message: inert_lines(&message.into()).into_owned(), ..Self::default() }
    }

    /// A fault of which it is known where it shows.
    #[must_use]
    pub fn located(code: risk_status, message: impl Into<String>, at: Where) -> Self {
        Self { at: Box::new(at), ..Self::new(code, message) }
    }

    /// A field that holds something else than expected.
    pub fn mismatch(code: risk_status, field: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        let (expected, found) = (expected.into(), found.into());
        let message = format!("`{field}`: expected {expected}, found {found}");
        let at = Where { field: Some(field.to_owned()), ..Where::between(expected, found) };
        Self { at: Box::new(at), ..Self::new(code, message) }
    }

    /// A record of a text that is no record, and its line.
    pub fn record(line: usize, e: RecordError) -> Self {
        let message = format!("line {line}: {e}");
        let RecordError { field, expected, found } = e;
        let at = Where { line: Some(line), field: Some(field), ..Where::between(expected, found) };
        Self { at: Box::new(at), ..Self::new(status::RISK_BAD_RECORD, message) }
    }

    /// The same, with the line of the record that it names.
    pub fn on_line_of(mut self, line_of: impl Fn(Uuid) -> Option<usize>) -> Self {
        self.at.line = self.at.line.or_else(|| line_of(self.at.event_id?));
        if let Some(line) = self.at.line {
            self.message = format!("line {line}: {}", self.message);
        }
        self
    }

    /// Its number.
    #[must_use]
    pub fn status(&self) -> risk_status {
        self.code
    }

    /// It in a sentence; of a policy one a line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The same, of that case.
    #[must_use]
    pub fn of_case(mut self, case_id: Uuid) -> Self {
        self.at.case_id = Some(case_id);
        self.message = format!("case {case_id}: {}", self.message);
        self
    }

    /// It as JSON: `code`, `name`, `message`, and where it is known, where.
    #[must_use]
    pub fn json(&self) -> String {
        to_json(self).unwrap_or_else(|_| format!("{{\"code\":{}}}", self.code))
    }
}

impl From<AppendError> for Fault {
    fn from(e: AppendError) -> Self {
        let message = e.to_string();
        let (code, at) = match e {
            AppendError::Refused { event_id, field, expected, found } => (
                status::RISK_BAD_RECORD,
                Where { event_id: Some(event_id), field: Some(field), ..Where::between(expected, found) },
            ),
            AppendError::Conflict { event_id, position } => (
                status::RISK_EVENT_CONFLICT,
                Where {
                    event_id: Some(event_id),
                    position: Some(position),
                    ..Where::between("the content of the record at that position", "other content")
                },
            ),
            AppendError::PositionConflict { expected, actual } => {
                (status::RISK_POSITION_CONFLICT, Where::between(expected.to_string(), actual.to_string()))
            }
            AppendError::Stamp { sealed: true } => (status::RISK_BAD_STAMP, Where::between("a stamp", "none")),
            AppendError::Stamp { sealed: false } => (status::RISK_BAD_STAMP, Where::between("no stamp", "one")),
        };
        Self { at: Box::new(at), ..Self::new(code, message) }
    }
}

impl From<LogError> for Fault {
    fn from(e: LogError) -> Self {
        Self::record(e.line, RecordError { field: e.field, expected: e.expected, found: e.found })
    }
}

impl From<Tampering> for Fault {
    fn from(t: Tampering) -> Self {
        let message = t.to_string();
        let at = Where {
            line: Some(t.line),
            event_id: t.event_id,
            position: Some(t.position),
            field: Some(t.what.to_string()),
            ..Where::between(t.expected, t.found)
        };
        Self { at: Box::new(at), ..Self::new(status::RISK_TAMPERED, message) }
    }
}

impl From<PolicyErrors> for Fault {
    fn from(e: PolicyErrors) -> Self {
        let at = e.0.first().map_or_else(Where::default, |first| Where {
            file: Some(first.place.file.clone()),
            line: Some(first.place.line),
            column: Some(first.place.column),
            ..Where::default()
        });
        Self { at: Box::new(at), errors: errors_of(&e), ..Self::new(status::RISK_BAD_POLICY, e.to_string()) }
    }
}

impl From<NoView> for Fault {
    fn from(e: NoView) -> Self {
        Self::new(status::RISK_NO_VIEW, e.to_string())
    }
}

impl From<Cancelled> for Fault {
    fn from(e: Cancelled) -> Self {
        Self::new(status::RISK_CANCELLED, e.to_string())
    }
}

impl From<OverBudget> for Fault {
    fn from(e: OverBudget) -> Self {
        Self::new(status::RISK_OVER_BUDGET, e.to_string())
    }
}

impl From<EndedEarly> for Fault {
    fn from(e: EndedEarly) -> Self {
        match e {
            EndedEarly::Cancelled(e) => e.into(),
            EndedEarly::OverBudget(e) => e.into(),
        }
    }
}

impl From<Stopped> for Fault {
    fn from(e: Stopped) -> Self {
        match e {
            Stopped::NoView(e) => e.into(),
            Stopped::Cancelled(e) => e.into(),
            Stopped::OverBudget(e) => e.into(),
        }
    }
}

impl From<ExplainError> for Fault {
    fn from(e: ExplainError) -> Self {
        match e {
            ExplainError::View(_) => Self::new(status::RISK_NO_VIEW, e.to_string()),
            ExplainError::NotForAudience(_) => Self::new(status::RISK_NO_REASONS, e.to_string()),
            ExplainError::UnknownRule { found, nearest } => {
                Self::mismatch(status::RISK_BAD_WORD, "rule", nearest, describe_text(&found))
            }
            ExplainError::Cancelled(e) => e.into(),
            ExplainError::OverBudget(e) => e.into(),
        }
    }
}

impl From<UnknownTarget> for Fault {
    fn from(e: UnknownTarget) -> Self {
        Self::mismatch(status::RISK_BAD_WORD, "of", e.expected, e.found)
    }
}

impl From<serde_json::Error> for Fault {
    /// What the library writes has a form in JSON: where it had none, that is a defect.
    fn from(e: serde_json::Error) -> Self {
        Self::new(status::RISK_PANIC, format!("a defect of the library: an answer that has no form in JSON ({e})"))
    }
}
