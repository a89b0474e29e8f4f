//! What the package says of itself, and the command.

use std::ffi::OsString;

use pyo3::prelude::*;
use risk_binding::Fault;
use risk_binding::status::RISK_BAD_WORD;
use risk_core::event::field::describe_text;

use crate::fault::Raise;

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

/// A term of the catalogue, as people write it.
#[pyfunction]
pub(crate) fn phrase(term: &str) -> String {
    risk_core::event::phrase(term)
}

/// The text with what is not seen and acts on what shows it written as its number; line breaks and tabs stay.
#[pyfunction]
pub(crate) fn inert(text: &str) -> String {
    risk_core::text::inert_lines(text).into_owned()
}

/// The `risk` command with these arguments, the first of which is its name; gives the exit code.
#[pyfunction]
pub(crate) fn command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| risk_cli::run(arguments))
}
