//! The adapter to the HMPPS estate.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use risk_binding::status::RISK_BAD_RECORD;
use risk_binding::{Fault, hmpps as bound, store as bound_store};
use risk_hmpps::import::Given;

use crate::arrow::reader;
use crate::assessment::Assessment;
use crate::fault::Raise;
use crate::hmpps_rows;
use crate::store::Store;

/// The host's secret, case ids and tables.
#[pyclass(frozen, module = "risk_of_harm._risk")]
pub(crate) struct Hmpps(Arc<bound::Hmpps>);

/// What was given, taken out of Python.
enum Delivery {
    Bytes(Vec<u8>),
    Rows(Vec<String>, Vec<Vec<String>>),
}

impl Delivery {
    /// Bytes, or a table that speaks the Arrow PyCapsule interface.
    fn of(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = given.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.as_bytes().to_vec()));
        }
        let batches = reader(given)?;
        let columns = batches.schema().fields().iter().map(|f| f.name().clone()).collect();
        let broken = |e: arrow_schema::ArrowError| Fault::new(RISK_BAD_RECORD, e.to_string());
        let rows = batches.map(|batch| hmpps_rows::rows(&batch.map_err(broken)?));
        let rows: Vec<Vec<Vec<String>>> = rows.collect::<Result<_, Fault>>().raise()?;
        Ok(Self::Rows(columns, rows.concat()))
    }

    fn given<'d>(&'d self, kind: &str) -> Result<Given<'d>, Fault> {
        match self {
            Self::Bytes(bytes) => bound::given(kind, bytes),
            Self::Rows(columns, rows) => bound::rows(kind, columns, rows.clone()),
        }
    }
}

#[pymethods]
impl Hmpps {
    #[new]
    fn new(options: &str, secret: &[u8]) -> PyResult<Self> {
        Ok(Self(Arc::new(bound::Hmpps::new(options, secret).raise()?)))
    }

    /// New records as lines, and the report as JSON.
    fn import_(
        &self,
        py: Python<'_>,
        delivery: &Bound<'_, PyAny>,
        kind: &str,
        held: &str,
    ) -> PyResult<(String, String)> {
        let delivery = Delivery::of(delivery)?;
        let imported = py.detach(|| self.0.import(delivery.given(kind)?, held)).raise()?;
        Ok((imported.records, imported.report))
    }

    /// The report as JSON.
    fn import_into(
        &self,
        py: Python<'_>,
        store: &Store,
        delivery: &Bound<'_, PyAny>,
        kind: &str,
        operator: &str,
    ) -> PyResult<String> {
        let delivery = Delivery::of(delivery)?;
        store.with(py, |store| self.0.import_into(store, &bound_store::operator(operator)?, delivery.given(kind)?))
    }

    /// Proposals as JSON.
    fn reconcile(&self, answer: &Assessment) -> PyResult<String> {
        self.0.reconcile(&answer.answer).raise()
    }

    /// Levels as JSON.
    #[staticmethod]
    fn rosh(answer: &Assessment) -> PyResult<String> {
        bound::levels(&answer.answer).raise()
    }
}
