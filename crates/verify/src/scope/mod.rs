//! Small scopes taken whole: every sequence of events up to a length, over a set of events that is written down, after each of
//! a few openings; and on every step the laws.
//!
//! What random histories may never put together, a short sequence does: that is where defects of a fold show. Sequences share
//! their prefixes: the walk is depth-first, and each step is one record pushed to a tracker that is copied, not folded again.

pub mod alphabet;
pub mod laws;
pub mod opening;
pub mod passes;
pub mod walk;
