//! Ctrl-C: long work asks Python now and then whether a signal came, and ends where its handler raises.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use risk_binding::Fault;
use risk_core::cancel::Cancel;

use crate::fault::Raise;

/// How often Python is asked: seldom enough to cost nothing, and often enough that nobody waits.
pub(crate) const BETWEEN_QUESTIONS: Duration = Duration::from_millis(50);

/// What a handler of signals raised while the work went on.
struct Signals {
    /// When Python is asked next.
    next: Mutex<Instant>,
    raised: Mutex<Option<PyErr>>,
    ended: AtomicBool,
}

impl Signals {
    fn ask(&self) -> bool {
        if self.ended.load(Ordering::Relaxed) {
            return true;
        }
        let now = Instant::now();
        // Where another thread is asking, it asks for this one too.
        let Ok(mut next) = self.next.try_lock() else { return false };
        if now < *next {
            return false;
        }
        *next = now.checked_add(BETWEEN_QUESTIONS).unwrap_or(now);
        // Handlers run on Python's main thread alone: on any other this finds nothing.
        if let Err(raised) = Python::attach(|py| py.check_signals()) {
            *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(raised);
            self.ended.store(true, Ordering::Relaxed);
        }
        self.ended.load(Ordering::Relaxed)
    }
}

/// Works while no lock of Python's is held; ends where a handler of signals raises, which is what is raised then.
pub(crate) fn interruptible<T: Send, E: Into<Fault> + Send>(
    py: Python<'_>,
    work: impl FnOnce(Cancel<'_>) -> Result<T, E> + Send,
) -> PyResult<T> {
    let next = Instant::now().checked_add(BETWEEN_QUESTIONS).unwrap_or_else(Instant::now);
    let signals = Signals { next: Mutex::new(next), raised: Mutex::new(None), ended: AtomicBool::new(false) };
    let done = py.detach(|| {
        let requested = || signals.ask();
        work(Cancel::when(&requested))
    });
    match signals.raised.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(raised) => Err(raised),
        None => done.raise(),
    }
}
