//! Tools for policy authors: print a policy for people ([`listing()`], [`guide()`]), compare two policies
//! ([`diff()`]), prove properties for all cases ([`analysis`]), run a policy's tests ([`policy_tests`]), and find
//! small changes that no test detects ([`mutation`]).

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
