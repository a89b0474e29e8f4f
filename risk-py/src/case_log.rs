//! The log of a case.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use risk_binding::status::RISK_BAD_WORD;
use risk_binding::{Fault, append, erase, instant, read, report, sealed};
use risk_core::event::field::describe_text;
use risk_core::log::{Log, Stamp};
use uuid::Uuid;

use crate::fault::{Raise, raised};

/// A log. An answer keeps the log as it was when it was asked: what is appended later makes a new one.
#[pyclass(frozen, module = "risk_of_harm._risk")]
pub(crate) struct CaseLog(Mutex<Arc<Log>>);

/// When the log takes a record, in microseconds since 1970 UTC, and sixteen random bytes.
type PyStamp = (i64, [u8; 16]);

impl CaseLog {
    pub(crate) fn of(log: Log) -> Self {
        Self(Mutex::new(Arc::new(log)))
    }

    pub(crate) fn held(&self) -> Arc<Log> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the log, or leaves it as it was.
    fn change<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut Log) -> Result<T, Fault> + Send) -> PyResult<T> {
        py.detach(|| {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            work(Arc::make_mut(&mut held))
        })
        .raise()
    }
}

#[pymethods]
impl CaseLog {
    #[new]
    fn new(case_id: &str) -> PyResult<Self> {
        let unlike = |_| raised(&Fault::mismatch(RISK_BAD_WORD, "case_id", "a UUID", describe_text(case_id)));
        Ok(Self(Mutex::new(Arc::new(Log::new(Uuid::try_parse(case_id).map_err(unlike)?)))))
    }

    #[staticmethod]
    fn read(py: Python<'_>, records: &str) -> PyResult<Self> {
        Ok(Self(Mutex::new(Arc::new(py.detach(|| read(records)).raise()?))))
    }

    #[pyo3(signature = (records, expected_length, stamps))]
    fn append(
        &self,
        py: Python<'_>,
        records: &str,
        expected_length: Option<u64>,
        stamps: Option<Vec<PyStamp>>,
    ) -> PyResult<(u64, u64)> {
        let stamps = stamps.map(read_stamps).transpose()?;
        let appended = self.change(py, |log| append(log, records, expected_length, stamps.as_deref()))?;
        Ok((appended.length, appended.added))
    }

    #[pyo3(signature = (record, expected_length, stamp))]
    fn erase(
        &self,
        py: Python<'_>,
        record: &str,
        expected_length: Option<u64>,
        stamp: Option<PyStamp>,
    ) -> PyResult<(u64, u64)> {
        let stamp = read_stamps(stamp.into_iter().collect())?.first().copied();
        let appended = self.change(py, |log| erase(log, record, expected_length, stamp))?;
        Ok((appended.length, appended.added))
    }

    fn seal(&self, py: Python<'_>, stamps: Vec<PyStamp>) -> PyResult<()> {
        let stamps = read_stamps(stamps)?;
        self.change(py, |log| {
            *log = sealed(log, &stamps)?;
            Ok(())
        })
    }

    #[pyo3(signature = (expected_head))]
    fn verify(&self, py: Python<'_>, expected_head: Option<&str>) -> PyResult<String> {
        let log = self.held();
        py.detach(|| report(&log.to_jsonl(), expected_head)).raise()
    }

    /// The records after so many, one a line.
    fn lines(&self, py: Python<'_>, after: usize) -> String {
        let log = self.held();
        py.detach(|| log.records().iter().skip(after).flat_map(|r| [r.to_line(), "\n".to_owned()]).collect())
    }

    #[getter]
    fn case_id(&self) -> String {
        self.held().case_id().to_string()
    }

    #[getter]
    fn head(&self) -> Option<String> {
        self.held().head()
    }

    #[getter]
    fn sealed(&self) -> bool {
        self.held().is_sealed()
    }

    fn __len__(&self) -> usize {
        self.held().records().len()
    }
}

fn read_stamps(stamps: Vec<PyStamp>) -> PyResult<Vec<Stamp>> {
    let read = |(i, (appended_at, salt)): (usize, PyStamp)| {
        Ok(Stamp { appended_at: instant(&format!("stamps[{i}].appended_at"), appended_at)?, salt })
    };
    stamps.into_iter().enumerate().map(read).collect::<Result<_, Fault>>().raise()
}
