//! A question from Python: moments as microseconds or as text.

use pyo3::prelude::*;
use risk_binding::{QuestionInput, When};
use risk_core::assessment::Question;

use crate::fault::Raise;

/// A moment: microseconds since 1970 UTC, or text.
#[derive(FromPyObject)]
pub(crate) enum Moment {
    /// As a number.
    Microseconds(i64),
    /// As text.
    Text(String),
}

/// What is asked, in the words of [`QuestionInput`].
#[derive(FromPyObject)]
pub(crate) struct Words {
    #[pyo3(item)]
    at: Moment,
    #[pyo3(item)]
    known_at: Option<Moment>,
    #[pyo3(item)]
    lens: String,
    #[pyo3(item)]
    audience: String,
    #[pyo3(item)]
    feeds: Option<Vec<String>>,
}

impl Words {
    pub(crate) fn question(&self) -> PyResult<Question> {
        let asked = QuestionInput {
            at: when(&self.at),
            known_at: self.known_at.as_ref().map(when).unwrap_or_default(),
            lens: Some(&self.lens),
            audience: &self.audience,
            feeds: self.feeds.as_ref().map(|feeds| feeds.iter().map(String::as_str).collect()),
        };
        asked.question().raise()
    }
}

pub(crate) fn when(moment: &Moment) -> When<'_> {
    match moment {
        Moment::Microseconds(microseconds) => When::Microseconds(*microseconds),
        Moment::Text(text) => When::Text(text),
    }
}
