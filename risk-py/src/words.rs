//! The closed lists of words, and what the package says of itself.

use pyo3::prelude::*;
use risk_binding::Fault;
use risk_binding::status::RISK_BAD_WORD;
use risk_core::assessment::answer::{GroupStatus, Status};
use risk_core::event::field::describe_text;
use risk_core::event::vocabulary::{ActionKind, Audience, Group, Handling, Level, Register};
use risk_core::event::{Kind, Term};
use risk_core::fold::run::Lens;
use risk_core::policy::model::Priority;

use crate::fault::Raise;

/// Every closed list whose words the package offers as an enum: its name and its words, in order.
#[pyfunction]
pub(crate) fn words() -> Vec<(&'static str, Vec<&'static str>)> {
    fn list<T: Term>(name: &'static str) -> (&'static str, Vec<&'static str>) {
        (name, T::names().to_vec())
    }
    vec![
        list::<ActionKind>("ActionKind"),
        list::<Audience>("Audience"),
        list::<Group>("Group"),
        list::<GroupStatus>("GroupStatus"),
        list::<Handling>("Handling"),
        list::<Kind>("Kind"),
        list::<Lens>("Lens"),
        list::<Level>("Level"),
        list::<Priority>("Priority"),
        list::<Register>("Register"),
        list::<Status>("Status"),
    ]
}

/// The engine's version.
#[pyfunction]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The JSON Schema of a `record` or of an `assessment`.
#[pyfunction]
pub(crate) fn schema(of: &str) -> PyResult<String> {
    let schema = match of {
        "record" => Ok(risk_core::log::schema()),
        "assessment" => Ok(risk_core::assessment::schema()),
        other => Err(Fault::mismatch(RISK_BAD_WORD, "of", "`record` or `assessment`", describe_text(other))),
    };
    serde_json::to_string(&schema.raise()?).raise()
}
