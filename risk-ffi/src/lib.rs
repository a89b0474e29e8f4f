//! The engine as a C library. `include/risk.h` is generated from this crate's sources and is its manual.
//!
//! - [`status`]: the numbers; [`fault`]: what went wrong and where;
//! - [`pointer`]: what crosses the border, and the only place where a caller's memory is touched;
//! - [`boundary`]: handles, and the call that no panic leaves;
//! - [`policy`], [`case`], [`question`], [`assessment`], [`about`]: the functions.
#![allow(non_camel_case_types, reason = "the names of C")]

mod about;
mod assessment;
mod boundary;
mod case;
mod fault;
mod pointer;
mod policy;
mod question;
mod status;

pub use about::*;
pub use assessment::*;
pub use case::*;
pub use pointer::{risk_buf, risk_buf_free, risk_str};
pub use policy::*;
pub use question::risk_question;
pub use status::*;
