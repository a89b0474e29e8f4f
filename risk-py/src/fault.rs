//! What went wrong, as Python raises it.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use risk_binding::Fault;

create_exception!(_risk, PyFault, PyException, "What went wrong, as JSON; `risk_of_harm` raises it as a RiskError.");

/// A fault as the exception that carries its JSON.
pub(crate) fn raised(fault: &Fault) -> PyErr {
    PyFault::new_err(fault.json())
}

/// What can go wrong, raised.
pub(crate) trait Raise<T> {
    /// The value, or the exception.
    fn raise(self) -> PyResult<T>;
}

impl<T, E: Into<Fault>> Raise<T> for Result<T, E> {
    fn raise(self) -> PyResult<T> {
        self.map_err(|e| raised(&e.into()))
    }
}
