//! The pure engine: a case's event log folded into its risk-of-serious-harm classification and its required actions.
//!
//! The modules stand in the order in which data flows through them.

pub mod calendar;
pub mod event;
pub mod policy;
