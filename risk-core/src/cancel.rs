//! Long work that its caller can end early.
//!
//! The engine has no threads and no clock: the caller says how it learns that the work is to end, and the loops that take
//! long ask between two units of work. What was worked on until then is thrown away, so no answer is ever a part of one.

use std::fmt;

use crate::view::NoView;

/// Asks whether work is to end early. Once the answer was yes, it has to stay yes.
#[derive(Clone, Copy, Default)]
pub struct Cancel<'c>(Option<&'c (dyn Fn() -> bool + Sync)>);

impl<'c> Cancel<'c> {
    /// For work that goes on to its end.
    pub const NEVER: Self = Self(None);

    /// For work that ends early when the function says so. It is called very often: at least once for each record.
    #[must_use]
    pub fn when(requested: &'c (dyn Fn() -> bool + Sync)) -> Self {
        Self(Some(requested))
    }

    /// Whether the work is to end.
    #[must_use]
    pub fn requested(self) -> bool {
        self.0.is_some_and(|requested| requested())
    }

    /// What the work came to, unless it ended early: it is then no more than a part.
    ///
    /// # Errors
    /// [`Cancelled`] where the work was to end early.
    pub fn done<T>(self, result: T) -> Result<T, Cancelled> {
        if self.requested() { Err(Cancelled) } else { Ok(result) }
    }
}

impl fmt::Debug for Cancel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Cancel(when requested)" } else { "Cancel(never)" })
    }
}

/// The work was ended early by its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work was cancelled before its end")]
pub struct Cancelled;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The policy does not provide for the audience.
    #[error(transparent)]
    NoView(#[from] NoView),
    /// The caller ended the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
