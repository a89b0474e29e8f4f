//! Policies.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use risk_binding::status::RISK_BAD_WORD;
use risk_binding::{Fault, warnings_of};
use risk_core::calendar::BusinessCalendar;
use risk_core::event::field::describe_text;
use risk_core::policy;
use risk_policies::ENGLAND_WALES_FILES;
use risk_policy_tools::policy_tests;
use risk_policy_tools::{Style, guide, listing};
use serde_json::json;

use crate::fault::Raise;

type Files = Vec<(String, String)>;

/// The files that the policy in a folder is made of.
#[pyfunction]
pub(crate) fn policy_files(folder: PathBuf) -> PyResult<Vec<PathBuf>> {
    Ok(risk_policies::files_in(&folder)?)
}

/// The line in which bytes are no UTF-8, and what they are instead; nothing for text in UTF-8.
#[pyfunction]
pub(crate) fn not_utf8(text: &[u8]) -> Option<(usize, &'static str)> {
    risk_core::text::decoded(text).err().map(|e| (e.line, e.found.in_words()))
}

/// A policy, with the texts that it was read from, so that it can be sent to another process.
#[pyclass(frozen, module = "risk_of_harm._risk")]
pub(crate) struct Policy {
    pub(crate) policy: Arc<policy::Policy>,
    files: Option<Files>,
    overlays: Files,
    locality: Option<String>,
}

#[pymethods]
impl Policy {
    #[new]
    #[pyo3(signature = (files, overlays, locality))]
    fn new(py: Python<'_>, files: Option<Files>, overlays: Files, locality: Option<String>) -> PyResult<Self> {
        let loaded = py.detach(|| {
            let given = files.as_ref().map(borrowed);
            policy::Policy::load_with(
                given.as_deref().unwrap_or(ENGLAND_WALES_FILES),
                &borrowed(&overlays),
                locality.as_deref(),
            )
        });
        Ok(Self { policy: Arc::new(loaded.raise()?), files, overlays, locality })
    }

    /// What [`Policy::new`] was given.
    fn given(&self) -> (Option<Files>, Files, Option<String>) {
        (self.files.clone(), self.overlays.clone(), self.locality.clone())
    }

    #[getter]
    fn id(&self) -> &str {
        &self.policy.id
    }

    #[getter]
    fn version(&self) -> &str {
        &self.policy.version
    }

    #[getter]
    fn title(&self) -> &str {
        &self.policy.title
    }

    #[getter]
    fn digest(&self) -> &str {
        &self.policy.digest
    }

    #[getter]
    fn reviewed_through(&self) -> String {
        self.policy.reviewed_through.to_string()
    }

    /// What deserves a look, as JSON.
    fn warnings(&self, py: Python<'_>) -> PyResult<String> {
        let warnings = py.detach(|| warnings_of(&self.policy.warnings(BusinessCalendar::last_year())));
        serde_json::to_string(&warnings).raise()
    }

    fn show(&self, py: Python<'_>, form: &str) -> PyResult<String> {
        let policy = &self.policy;
        py.detach(|| match form {
            "text" => Ok(listing(policy, Style::Text)),
            "markdown" => Ok(listing(policy, Style::Markdown)),
            "guide" => Ok(guide(policy)),
            "json" => Ok(policy.to_json().to_string()),
            other => {
                let expected = "`text`, `markdown`, `guide` or `json`";
                Err(Fault::mismatch(RISK_BAD_WORD, "form", expected, describe_text(other)))
            }
        })
        .raise()
    }

    /// In what another policy differs, as JSON.
    fn diff(&self, py: Python<'_>, other: &Self) -> PyResult<String> {
        py.detach(|| serde_json::to_string(&risk_policy_tools::diff(&self.policy, &other.policy))).raise()
    }

    /// How the tests beside the rules go, as JSON.
    fn test(&self, py: Python<'_>) -> String {
        let one = |r: policy_tests::TestResult| json!({ "name": r.name, "file": r.place.file, "line": r.place.line, "failures": r.failures });
        py.detach(|| policy_tests::run(&self.policy).map(one).collect::<serde_json::Value>().to_string())
    }
}

fn borrowed(files: &Files) -> Vec<(&str, &str)> {
    files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}
