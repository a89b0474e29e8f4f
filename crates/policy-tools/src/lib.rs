//! Tools for the authors of a policy: what it says ([`listing()`], [`guide()`]), how two differ ([`diff()`]), what holds of it for all cases at
//! once ([`analysis`]), whether its tests hold ([`policy_tests`]) and which small changes they do not notice ([`mutation`]).

pub mod analysis;
pub mod diff;
pub mod guide;
mod in_words;
pub mod listing;
mod markdown;
pub mod mutation;
pub mod policy_tests;

pub use analysis::{Analysis, analyse};
pub use diff::{PolicyDiff, diff};
pub use guide::guide;
pub use listing::{Style, listing};

#[cfg(test)]
mod tests;
