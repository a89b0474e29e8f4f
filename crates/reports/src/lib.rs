//! What the answers to a caseload say together: a [`briefing`] for a morning's meeting, [`measures`] of what was required and done, the
//! [`workload`] that answers ask of people, and a [`change_summary`] of how two answers differ, in sentences.

pub mod briefing;
pub mod change_summary;
pub mod measures;
pub mod workload;
