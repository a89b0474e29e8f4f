//! Stores of cases.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use risk_binding::status::RISK_BAD_RECORD;
use risk_binding::{Fault, store as bound};
use risk_store::{CaseListed, Exported, Imported, Interrupt, Keys};
use uuid::Uuid;

use crate::arrow::Batches;
use crate::assessment::Assessment;
use crate::case_log::CaseLog;
use crate::fault::Raise;
use crate::interrupt::BETWEEN_QUESTIONS;
use crate::policy::Policy;
use crate::question::Words;

/// A store, until it is closed.
#[pyclass(frozen, module = "risk_of_harm._risk")]
pub(crate) struct Store(Mutex<Option<risk_store::Store>>);

thread_local! {
    /// What the host's function for keys, or a handler of signals, raised within the call.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
    /// When Python was last asked for signals.
    static ASKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// A change: its place, its case, its position, and the line of its record.
type PyChange = (u64, String, u64, String);

impl Store {
    fn held(&self) -> PyResult<risk_store::Store> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        held.ok_or_else(|| PyValueError::new_err("expected an open store, found one that was closed"))
    }

    /// Works with the store while no lock of Python's is held: its function for keys takes that itself.
    pub(crate) fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&risk_store::Store) -> Result<T, Fault> + Send,
    ) -> PyResult<T> {
        let store = self.held()?;
        within(py, || work(&store))
    }
}

/// Works while no lock of Python's is held; what the host's function or a handler of signals raises meanwhile is what is raised.
fn within<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T, Fault> + Send) -> PyResult<T> {
    RAISED.with(|kept| kept.take());
    let done = py.detach(work);
    match RAISED.with(|kept| kept.take()) {
        Some(of_the_host) => Err(of_the_host),
        None => done.raise(),
    }
}

/// Whether the host's function for keys, or a handler of signals, raised within this call: the call then ends early.
fn raised_meanwhile() -> bool {
    if RAISED.with(|kept| kept.borrow().is_some()) {
        return true;
    }
    let now = Instant::now();
    if ASKED.get().is_some_and(|last| now.duration_since(last) < BETWEEN_QUESTIONS) {
        return false;
    }
    ASKED.set(Some(now));
    let raised = Python::attach(|py| py.check_signals()).err();
    let ends = raised.is_some();
    RAISED.with(|kept| kept.replace(raised));
    ends
}

/// The host's function, which is called within calls with the store, on their thread.
fn keys(ask: Py<PyAny>) -> Keys {
    Box::new(move |case_id| {
        Python::attach(|py| {
            let key = ask.call1(py, (case_id.to_string(),)).and_then(|key| key.extract::<Option<[u8; 32]>>(py));
            key.unwrap_or_else(|of_the_host| {
                RAISED.with(|kept| kept.replace(Some(of_the_host)));
                None
            })
        })
    })
}

#[pymethods]
impl Store {
    #[new]
    #[pyo3(signature = (place, make, patience, ask))]
    fn new(
        py: Python<'_>,
        place: &str,
        make: bool,
        patience: Option<Duration>,
        ask: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let interrupt = Interrupt::when(raised_meanwhile);
        let opened = within(py, || bound::open(place, make, patience, ask.map(keys), interrupt))?;
        Ok(Self(Mutex::new(Some(opened))))
    }

    fn close(&self, py: Python<'_>) {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        py.detach(|| drop(held));
    }

    #[getter]
    fn closed(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// How many are new, and where the last one stands.
    #[pyo3(signature = (operator, records, expected))]
    fn append(&self, py: Python<'_>, operator: &str, records: &str, expected: Option<u64>) -> PyResult<(u64, u64)> {
        let stored = self.with(py, |store| bound::append(store, &bound::operator(operator)?, records, expected))?;
        Ok((stored.added, stored.position))
    }

    #[pyo3(signature = (case_id, policy, words, reader, purpose))]
    fn assess(
        &self,
        py: Python<'_>,
        case_id: &str,
        policy: &Policy,
        words: Words,
        reader: &str,
        purpose: Option<&str>,
    ) -> PyResult<Assessment> {
        let (policy, question) = (Arc::clone(&policy.policy), words.question()?);
        self.with(py, |store| {
            let reader = bound::reader(reader, question.audience, purpose)?;
            let (log, answer) = store.answer(&reader, bound::id("case_id", case_id)?, &policy, &question)?;
            Ok(Assessment::of(answer, Arc::new(log), policy, question))
        })
    }

    fn log(&self, py: Python<'_>, operator: &str, case_id: &str) -> PyResult<CaseLog> {
        let log = self.with(py, |store| Ok(store.log(&bound::operator(operator)?, bound::id("case_id", case_id)?)?))?;
        Ok(CaseLog::of(log))
    }

    fn changes(&self, py: Python<'_>, operator: &str, after: u64, limit: u64) -> PyResult<Vec<PyChange>> {
        let changes = self.with(py, |store| Ok(store.changes(&bound::operator(operator)?, after, limit)?))?;
        Ok(changes.into_iter().map(|c| (c.place, c.case_id.to_string(), c.position, c.line)).collect())
    }

    /// All cases, each as JSON.
    fn cases(&self, py: Python<'_>, operator: &str) -> PyResult<Vec<String>> {
        self.with(py, |store| {
            let told = |listed: Result<CaseListed, _>| Ok::<_, Fault>(risk_core::text::to_json(&listed?)?);
            store.cases(&bound::operator(operator)?)?.map(told).collect()
        })
    }

    /// The records of cases, or of all, as a table.
    #[pyo3(signature = (operator, cases))]
    fn records(&self, py: Python<'_>, operator: &str, cases: Option<Vec<String>>) -> PyResult<Batches> {
        self.with(py, |store| {
            let by = bound::operator(operator)?;
            let ids: Vec<Uuid> = match cases {
                Some(cases) => cases.iter().map(|id| bound::id("case_id", id)).collect::<Result<_, _>>()?,
                None => store.cases(&by)?.map(|listed| Ok(listed?.case_id)).collect::<Result<_, Fault>>()?,
            };
            let logs: Vec<_> = ids.iter().map(|id| Ok(store.log(&by, *id)?)).collect::<Result<_, Fault>>()?;
            let batch = risk_bulk::record_batch(logs.iter().flat_map(|log| log.records()));
            batch.map(Batches::of).map_err(|e| Fault::new(RISK_BAD_RECORD, e.to_string()))
        })
    }

    #[pyo3(signature = (operator, case_id, scheme, identifier))]
    fn identify(
        &self,
        py: Python<'_>,
        operator: &str,
        case_id: &str,
        scheme: &str,
        identifier: Option<&str>,
    ) -> PyResult<()> {
        self.with(py, |store| {
            let (by, case_id) = (bound::operator(operator)?, bound::id("case_id", case_id)?);
            match identifier {
                Some(identifier) => store.identify(&by, case_id, scheme, identifier)?,
                None => store.unidentify(&by, case_id, scheme)?,
            }
            Ok(())
        })
    }

    fn cases_of(&self, py: Python<'_>, scheme: &str, identifier: &str) -> PyResult<Vec<String>> {
        let cases = self.with(py, |store| Ok(store.cases_of(scheme, identifier)?))?;
        Ok(cases.iter().map(Uuid::to_string).collect())
    }

    fn facts(&self, py: Python<'_>, case_id: &str) -> PyResult<String> {
        self.with(py, |store| bound::facts(store, bound::id("case_id", case_id)?))
    }

    fn merge(&self, py: Python<'_>, operator: &str, case_id: &str, into: &str) -> PyResult<()> {
        self.with(py, |store| {
            Ok(store.merge(&bound::operator(operator)?, bound::id("case_id", case_id)?, bound::id("into", into)?)?)
        })
    }

    fn unmerge(&self, py: Python<'_>, operator: &str, case_id: &str, into: &str) -> PyResult<()> {
        self.with(py, |store| {
            Ok(store.unmerge(&bound::operator(operator)?, bound::id("case_id", case_id)?, bound::id("into", into)?)?)
        })
    }

    fn exclude(&self, py: Python<'_>, operator: &str, case_id: &str, reader: &str) -> PyResult<()> {
        self.with(py, |store| Ok(store.exclude(&bound::operator(operator)?, bound::id("case_id", case_id)?, reader)?))
    }

    fn admit(&self, py: Python<'_>, operator: &str, case_id: &str, reader: &str) -> PyResult<()> {
        self.with(py, |store| Ok(store.admit(&bound::operator(operator)?, bound::id("case_id", case_id)?, reader)?))
    }

    /// Entries, one a line.
    #[pyo3(signature = (case_id))]
    fn journal(&self, py: Python<'_>, case_id: Option<&str>) -> PyResult<String> {
        self.with(py, |store| bound::journal(store, case_id.map(|id| bound::id("case_id", id)).transpose()?))
    }

    /// What became of it, as JSON.
    fn erase(&self, py: Python<'_>, operator: &str, record: &str, keep: bool) -> PyResult<String> {
        self.with(py, |store| bound::erase(store, &bound::operator(operator)?, record, keep))
    }

    /// What became of the erasure of a person, as JSON.
    #[pyo3(signature = (operator, order, secret))]
    fn erase_person(&self, py: Python<'_>, operator: &str, order: &str, secret: Option<&[u8]>) -> PyResult<String> {
        self.with(py, |store| bound::erase_person(store, &bound::operator(operator)?, order, secret))
    }

    fn evidence(&self, py: Python<'_>, operator: &str, case_id: &str, event_id: &str) -> PyResult<String> {
        self.with(py, |store| {
            let (case_id, event_id) = (bound::id("case_id", case_id)?, bound::id("event_id", event_id)?);
            Ok(store.evidence(&bound::operator(operator)?, case_id, event_id)?)
        })
    }

    fn checkpoint(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, |store| Ok(store.checkpoint()?.to_text()))
    }

    /// What was found, as JSON.
    #[pyo3(signature = (checkpoint))]
    fn verify(&self, py: Python<'_>, checkpoint: Option<&str>) -> PyResult<String> {
        self.with(py, |store| bound::verify(store, checkpoint))
    }

    /// How many cases and records went out.
    #[pyo3(signature = (operator, to, cases, journals))]
    fn export(
        &self,
        py: Python<'_>,
        operator: &str,
        to: PathBuf,
        cases: Option<Vec<String>>,
        journals: bool,
    ) -> PyResult<(u64, u64)> {
        self.with(py, |store| {
            let by = bound::operator(operator)?;
            let cases = cases.map(|ids| ids.iter().map(|id| bound::id("case_id", id)).collect::<Result<Vec<_>, _>>());
            let cases = cases.transpose()?;
            let Exported { cases, records } =
                risk_cli::write_private(&to, |out| store.export(&by, cases.as_deref(), journals, out, |_| {}))?;
            Ok((cases, records))
        })
    }

    /// How many cases are in the text; how many records are new, and how many known; how many payloads went.
    #[pyo3(name = "import_")]
    fn import(&self, py: Python<'_>, operator: &str, file: PathBuf) -> PyResult<(u64, u64, u64, u64)> {
        self.with(py, |store| {
            let by = bound::operator(operator)?;
            if risk_store::is_database(&file) {
                let expected = "an export, as text".to_owned();
                return Err(risk_store::StoreError::Argument {
                    field: "file",
                    expected,
                    found: "a database".to_owned(),
                }
                .into());
            }
            let mut text = BufReader::new(File::open(&file).map_err(risk_store::StoreError::File)?);
            let taken = store.import(&by, &file.display().to_string(), &mut text, |_| {})?;
            let Imported { cases, added, known, erased } = taken;
            Ok((cases, added, known, erased))
        })
    }
}
