//! Cancellation of long work, on request of the caller or because a budget is used up.
//!
//! The engine has no threads and no clock. Between two units of work it polls a [`Cancel`], which also counts the unit against the
//! [`Budget`], if there is one. A partial result is discarded, so no answer is ever incomplete.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::view::NoView;

/// A limit on the work for one result, such as an answer or a timeline of one case.
///
/// It is counted in units of work: a record taken in, a rule that fires, something that falls due, a subject of a duty, a moment that is
/// evaluated. Nothing is timed, so the same case, policy, question and budget have the same outcome on every machine.
///
/// # Examples
/// ```
/// use risk_core::{Audience, Budget, Cancel, Log, Policy, Question, assess_until};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let budget = Budget::new(Budget::OF_A_CASE);
/// assess_until(&log, &policy, &question, Cancel::NEVER.within(&budget))?;
/// assert!(budget.spent() < 1_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Budget {
    units: u64,
    spent: AtomicU64,
}

impl Budget {
    /// The default budget of a case. A case of a few thousand records stays far below it (docs/briefing.md has the figures). A case that
    /// reaches it would delay a report by minutes.
    pub const OF_A_CASE: u64 = 200_000_000;

    /// A budget of this many units.
    #[must_use]
    pub fn new(units: u64) -> Self {
        Self { units, spent: AtomicU64::new(0) }
    }

    /// The number of units spent. A number above the budget says only that it was exceeded.
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

/// A request to cancel long work: a function that the engine polls, a [`Budget`], or both.
///
/// # Examples
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
///
/// use risk_core::{Audience, Cancel, Log, Policy, Question, assess_until};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let stop = AtomicBool::new(false); // set by another thread
/// let requested = || stop.load(Ordering::Relaxed);
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// assert!(assess_until(&log, &policy, &question, Cancel::when(&requested)).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Cancel<'c> {
    requested: Option<&'c (dyn Fn() -> bool + Sync)>,
    budget: Option<&'c Budget>,
}

impl<'c> Cancel<'c> {
    /// Never cancels.
    pub const NEVER: Self = Self { requested: None, budget: None };

    /// Cancels when the function returns `true`. It is called at least once for each record. Once it has returned `true`, it must keep
    /// doing so.
    #[must_use]
    pub fn when(requested: &'c (dyn Fn() -> bool + Sync)) -> Self {
        Self { requested: Some(requested), budget: None }
    }

    /// Cancels also when the budget is used up.
    #[must_use]
    pub fn within(self, budget: &'c Budget) -> Self {
        Self { budget: Some(budget), ..self }
    }

    /// Counts a unit of work. Returns whether to stop instead of doing it.
    #[doc(hidden)]
    #[must_use]
    pub fn spend(self) -> bool {
        if let Some(budget) = self.budget {
            budget.spend();
        }
        self.ended().is_some()
    }

    /// Whether to stop. Counts nothing.
    #[doc(hidden)]
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

    /// The result, if the work was not stopped.
    ///
    /// # Errors
    /// [`EndedEarly`] if it was; the result is then incomplete.
    #[doc(hidden)]
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

/// The caller cancelled the work.
///
/// # Examples
/// ```
/// use risk_core::{Cancelled, Stopped};
///
/// assert_eq!(Stopped::from(Cancelled).to_string(), "the work was cancelled before its end");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work was cancelled before its end")]
pub struct Cancelled;

/// The work needed more units than its [`Budget`].
///
/// # Examples
/// ```
/// use risk_core::{Audience, Budget, Cancel, Log, OverBudget, Policy, Question, Stopped, assess_until};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let budget = Budget::new(1);
/// let Err(Stopped::OverBudget(OverBudget { units })) =
///     assess_until(&log, &policy, &question, Cancel::NEVER.within(&budget))
/// else {
///     panic!("one unit is enough")
/// };
/// assert_eq!(units, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "over budget: expected at most {units} units of work for the case, found more; give each case a greater budget"
)]
pub struct OverBudget {
    /// The number of units of the budget.
    pub units: u64,
}

/// Why work was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndedEarly {
    /// The caller cancelled it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// It exceeded its budget.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
}

/// The error of work that can be cancelled.
///
/// It is exhaustive on purpose: a caller must distinguish a refusal from an interruption.
///
/// # Examples
/// ```
/// use risk_core::{Audience, Cancel, Log, Policy, Question, Stopped, assess_until};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::SupervisedPerson);
/// match assess_until(&log, &policy, &question, Cancel::NEVER) {
///     Ok(assessment) => println!("{} actions", assessment.actions.len()),
///     Err(Stopped::NoView(e)) => println!("refused: {e}"),
///     Err(Stopped::Cancelled(_) | Stopped::OverBudget(_)) => println!("try again with more time"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The policy does not define the audience.
    #[error(transparent)]
    NoView(#[from] NoView),
    /// The caller cancelled the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The work exceeded its budget.
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
