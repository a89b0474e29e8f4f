//! The policy language: rules as data (DESIGN section 7).

pub mod fact;
pub mod model;
