//! Long work that ends early: because its caller says so, or because it has spent its budget.
//!
//! The engine has no threads and no clock. Between two units of work it asks a [`Cancel`] whether to go on, and the same question
//! counts the unit against the [`Budget`], if there is one. What was worked on until then is thrown away, so no answer is ever a
//! part of one.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::view::NoView;

/// How many units of work one case may take, of one kind of work: an answer, a timeline, its part of a briefing.
///
/// A unit is a step of the fold or a part of one: a record taken in, a rule that fires, something that falls due, a subject of a
/// duty, a moment looked at. Units are counted and nothing is timed, so the same case, policy, question and budget end the same
/// way on every machine.
#[derive(Debug)]
pub struct Budget {
    units: u64,
    spent: AtomicU64,
}

impl Budget {
    /// The budget of a case if none is given. A case of a few thousand records stays far below it (docs/briefing.md has the figures);
    /// a case that reaches it would hold up a report for minutes.
    pub const OF_A_CASE: u64 = 200_000_000;

    /// A budget of that many units, none of them spent.
    #[must_use]
    pub fn new(units: u64) -> Self {
        Self { units, spent: AtomicU64::new(0) }
    }

    /// How many units were counted. Beyond the budget, how many more is of no meaning.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    fn spend(&self) {
        self.spent.fetch_add(1, Ordering::Relaxed);
    }

    fn over(&self) -> Option<OverBudget> {
        (self.spent() > self.units).then_some(OverBudget { units: self.units })
    }
}

/// Asks whether work is to end early. Once the answer was yes, it has to stay yes.
#[derive(Clone, Copy, Default)]
pub struct Cancel<'c> {
    requested: Option<&'c (dyn Fn() -> bool + Sync)>,
    budget: Option<&'c Budget>,
}

impl<'c> Cancel<'c> {
    /// For work that goes on to its end.
    pub const NEVER: Self = Self { requested: None, budget: None };

    /// For work that ends early when the function says so. It is called very often: at least once for each record.
    #[must_use]
    pub fn when(requested: &'c (dyn Fn() -> bool + Sync)) -> Self {
        Self { requested: Some(requested), budget: None }
    }

    /// The same, for work that also ends when the budget is spent.
    #[must_use]
    pub fn within(self, budget: &'c Budget) -> Self {
        Self { budget: Some(budget), ..self }
    }

    /// Counts a unit of work that is about to be done. Returns whether the work is to end instead.
    #[must_use]
    pub fn spend(self) -> bool {
        if let Some(budget) = self.budget {
            budget.spend();
        }
        self.ended().is_some()
    }

    /// Whether the work is to end. It counts nothing.
    #[must_use]
    pub fn requested(self) -> bool {
        self.ended().is_some()
    }

    fn ended(self) -> Option<EndedEarly> {
        if self.requested.is_some_and(|requested| requested()) {
            return Some(EndedEarly::Cancelled(Cancelled));
        }
        self.budget.and_then(Budget::over).map(EndedEarly::OverBudget)
    }

    /// What the work came to, unless it ended early: it is then no more than a part.
    ///
    /// # Errors
    /// [`EndedEarly`] where the work was to end early.
    pub fn done<T>(self, result: T) -> Result<T, EndedEarly> {
        self.ended().map_or(Ok(result), Err)
    }
}

impl fmt::Debug for Cancel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.requested.is_some() { "Cancel(when requested" } else { "Cancel(never" })?;
        match self.budget {
            Some(budget) => write!(f, ", within {} units)", budget.units),
            None => f.write_str(")"),
        }
    }
}

/// The work was ended early by its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work was cancelled before its end")]
pub struct Cancelled;

/// The work was more than its budget allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "over budget: expected at most {units} units of work for the case, found more; give each case a greater budget"
)]
pub struct OverBudget {
    /// The budget.
    pub units: u64,
}

/// Why work ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndedEarly {
    /// The caller ended it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// It spent its budget.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The policy does not provide for the audience.
    #[error(transparent)]
    NoView(#[from] NoView),
    /// The caller ended the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The work spent its budget.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
}

impl From<EndedEarly> for Stopped {
    fn from(ended: EndedEarly) -> Self {
        match ended {
            EndedEarly::Cancelled(e) => Self::Cancelled(e),
            EndedEarly::OverBudget(e) => Self::OverBudget(e),
        }
    }
}
