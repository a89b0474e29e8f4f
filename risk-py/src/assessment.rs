//! Answers, and what sets them side by side.

use std::sync::Arc;

use pyo3::prelude::*;
use risk_binding::Fault;
use risk_binding::status::RISK_BAD_WORD;
use risk_bulk::{Answers, BulkQuestion, CaseAnswer};
use risk_core::assessment::{self, Question, assess_until};
use risk_core::cancel::Cancel;
use risk_core::compare::{Against, compare_until};
use risk_core::event::field::describe_text;
use risk_core::explain::{Target, explain_until, why_not_until};
use risk_core::log::Log;
use risk_core::policy;
use risk_core::timeline::timeline_until;
use risk_text::assessment::{Detail, page};
use risk_text::{changes, plain};

use crate::arrow::Batches;
use crate::bulk::defect;
use crate::case_log::CaseLog;
use crate::fault::{Raise, raised};
use crate::interrupt::interruptible;
use crate::policy::Policy;
use crate::question::Words;

/// An answer, with what it was made from, so that it can be explained.
#[pyclass(frozen, module = "risk_of_harm._risk")]
pub(crate) struct Assessment {
    pub(crate) answer: assessment::Assessment,
    log: Arc<Log>,
    policy: Arc<policy::Policy>,
    question: Question,
}

/// How a case stands.
#[pyfunction]
pub(crate) fn assess(py: Python<'_>, log: &CaseLog, policy: &Policy, words: Words) -> PyResult<Assessment> {
    let (log, policy, question) = (log.held(), Arc::clone(&policy.policy), words.question()?);
    let answer = interruptible(py, |cancel| assess_until(&log, &policy, &question, cancel))?;
    Ok(Assessment::of(answer, log, policy, question))
}

impl Assessment {
    pub(crate) fn of(
        answer: assessment::Assessment,
        log: Arc<Log>,
        policy: Arc<policy::Policy>,
        question: Question,
    ) -> Self {
        Self { answer, log, policy, question }
    }
}

/// What each step of a log changed, as JSON or as a page.
#[pyfunction]
pub(crate) fn timeline(
    py: Python<'_>,
    log: &CaseLog,
    policy: &Policy,
    words: Words,
    as_text: bool,
) -> PyResult<String> {
    let (log, policy, question) = (log.held(), &policy.policy, words.question()?);
    interruptible(py, |cancel| {
        let found = timeline_until(&log, policy, &question, cancel)?;
        Ok::<_, Fault>(if as_text { plain(&changes::timeline(&found)) } else { serde_json::to_string(&found)? })
    })
}

/// Two answers side by side, as JSON or as a page: another moment, another policy, or else known against hindsight.
#[pyfunction]
#[pyo3(signature = (log, policy, words, other_words, other_policy, as_text))]
pub(crate) fn compare(
    py: Python<'_>,
    log: &CaseLog,
    policy: &Policy,
    words: Words,
    other_words: Option<Words>,
    other_policy: Option<&Policy>,
    as_text: bool,
) -> PyResult<String> {
    let (log, question) = (log.held(), words.question()?);
    let and = other_words.map(|words| words.question()).transpose()?;
    interruptible(py, |cancel| {
        let policy = &policy.policy;
        let against = match (and, other_policy) {
            (Some(other), _) => Against::Moment(other.at),
            (None, Some(other)) => Against::Policy(&other.policy),
            (None, None) => Against::Hindsight,
        };
        let found = compare_until(&log, policy, &question, against, cancel)?;
        Ok::<_, Fault>(if as_text { plain(&changes::comparison(&found)) } else { serde_json::to_string(&found)? })
    })
}

#[pymethods]
impl Assessment {
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| serde_json::to_string(&self.answer)).raise()
    }

    fn text(&self, py: Python<'_>, all: bool) -> String {
        let detail = if all { Detail::All } else { Detail::Agenda };
        py.detach(|| plain(&page(&self.answer, &self.policy, detail)))
    }

    #[pyo3(signature = (of))]
    fn explain(&self, py: Python<'_>, of: Option<&str>) -> PyResult<String> {
        interruptible(py, |cancel| {
            let target = of.map_or(Ok(Target::Everything), Target::parse)?;
            let told = explain_until(&self.log, &self.policy, &self.question, target, cancel)?;
            Ok::<_, Fault>(serde_json::to_string(&told)?)
        })
    }

    fn why_not(&self, py: Python<'_>, rule: &str) -> PyResult<String> {
        interruptible(py, |cancel| {
            let told = why_not_until(&self.log, &self.policy, &self.question, rule, cancel)?;
            Ok::<_, Fault>(serde_json::to_string(&told)?)
        })
    }

    /// What each step changed, up to the moment asked about, as JSON.
    fn timeline(&self, py: Python<'_>) -> PyResult<String> {
        interruptible(py, |cancel| {
            let found = timeline_until(&self.log, &self.policy, &self.question, cancel)?;
            Ok::<_, Fault>(serde_json::to_string(&found)?)
        })
    }

    /// One of its tables, as those of a caseload.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Batches> {
        let asked =
            BulkQuestion { policy: Arc::clone(&self.policy), question: self.question.clone(), next_change: true };
        let case = CaseAnswer { answer: &self.answer, log: &self.log, kept: &[], cancel: Cancel::NEVER };
        let made = py.detach(|| Answers::new(&asked, &[]).map_err(Fault::from)?.of_one(&case).map_err(defect));
        let tables = made.raise()?;
        match name {
            "cases" => Ok(Batches::of(tables.cases)),
            "classifications" => Ok(Batches::of(tables.classifications)),
            "actions" => Ok(Batches::of(tables.actions)),
            "flags" => Ok(Batches::of(tables.flags)),
            other => {
                let expected = "`cases`, `classifications`, `actions` or `flags`";
                Err(raised(&Fault::mismatch(RISK_BAD_WORD, "name", expected, describe_text(other))))
            }
        }
    }

    /// The log that was asked, one record a line.
    fn lines(&self, py: Python<'_>) -> String {
        py.detach(|| self.log.to_jsonl())
    }

    /// What changed from an earlier answer, as JSON.
    fn changes_since(&self, py: Python<'_>, before: &Self) -> PyResult<String> {
        py.detach(|| serde_json::to_string(&assessment::changes(&before.answer, &self.answer))).raise()
    }
}
