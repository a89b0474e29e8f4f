//! The conformance cases: few questions that together show every rule, action, law and kind of event, with answers that the
//! reference wrote.

pub mod candidates;
pub mod choose;
pub mod files;
pub mod laws;
