//! One file for each command: its options, and what it says.

pub mod assess;
pub mod audit;
pub mod briefing;
pub mod compare;
pub mod completions;
pub mod explain;
pub mod generate;
pub mod hmpps;
pub mod man;
pub mod policy;
pub mod schema;
pub mod seal;
pub mod store;
pub mod timeline;
pub mod verify;
