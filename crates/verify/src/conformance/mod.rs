//! The conformance cases: few questions that together cover every rule, action, law and kind of event, with the
//! answers of the reference.

pub mod candidates;
pub mod choose;
pub mod files;
pub mod laws;
