//! Exhaustive small scopes: every sequence of events up to a length, from a fixed set of events, after each of
//! several openings, with the laws checked on every step.
//!
//! Short sequences contain combinations that random histories may never produce. Sequences share their prefixes: the
//! walk is depth-first, and each step pushes one record to a copy of a tracker instead of folding again.

pub mod alphabet;
pub mod laws;
pub mod opening;
pub mod passes;
pub mod walk;
