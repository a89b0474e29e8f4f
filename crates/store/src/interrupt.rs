//! Calls that their caller ends early.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use risk_core::cancel::Cancelled;

use crate::error::StoreError;

/// How long a call waits for a lock, or before another attempt, until it asks again whether it is to end.
pub(crate) const STEP: Duration = Duration::from_millis(50);

/// How many steps SQLite's machine takes between two questions: some tenths of a millisecond.
const SQLITE_STEPS: i32 = 10_000;

/// Asks whether calls to a store are to end early. Once the answer is yes, it has to stay yes. The default never ends a call.
///
/// It is asked on the thread of the call, and very often: before each statement, and every 50 milliseconds while the call waits.
#[derive(Clone, Default)]
pub struct Interrupt(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Interrupt {
    /// Ends calls when the function returns true.
    pub fn when(requested: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(requested)))
    }

    /// Ends calls when either of the two would.
    #[must_use]
    pub fn or(&self, other: Self) -> Self {
        match (&self.0, &other.0) {
            (None, _) => other,
            (_, None) => self.clone(),
            (Some(_), Some(_)) => {
                let first = self.clone();
                Self::when(move || first.is_requested() || other.is_requested())
            }
        }
    }

    /// Whether calls are to end.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.as_ref().is_some_and(|requested| requested())
    }

    /// Fails if cancellation was requested.
    pub(crate) fn go_on(&self) -> Result<(), StoreError> {
        if self.is_requested() { Err(Cancelled.into()) } else { Ok(()) }
    }

    /// Waits for that long, or until the call is to end.
    pub(crate) fn pause(&self, for_at_most: Duration) -> Result<(), StoreError> {
        let mut left = for_at_most;
        loop {
            self.go_on()?;
            if left.is_zero() {
                return Ok(());
            }
            let step = left.min(STEP);
            thread::sleep(step);
            left = left.saturating_sub(step);
        }
    }

    /// Lets it end statements of SQLite that take long; they fail with `SQLITE_INTERRUPT`.
    pub(crate) fn watch(&self, sqlite: &mut rusqlite::Connection) -> rusqlite::Result<()> {
        let interrupt = self.clone();
        let watching = self.0.is_some().then_some(move || interrupt.is_requested());
        sqlite.progress_handler(SQLITE_STEPS, watching)
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Interrupt(when requested)" } else { "Interrupt(never)" })
    }
}
