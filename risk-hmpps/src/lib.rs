//! HMPPS domain events, nDelius registers and contacts to records, and the answer back to register flags.

pub mod codes;
pub mod key;
pub mod message;
pub mod when;
