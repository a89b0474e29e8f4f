//! Reports on the answers to a caseload: a [`briefing`] for a morning meeting, [`measures`] of what was required and
//! done, the [`workload`] that a policy creates, and a [`change_summary`] of how two answers differ, in sentences.

pub mod briefing;
pub mod change_summary;
pub mod measures;
pub mod workload;
