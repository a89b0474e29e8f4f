//! The engine as a C library. `include/risk.h` is generated from this crate's sources and is its manual.
//!
//! - [`last_error`]: what a thread can ask for after a call that failed;
//! - [`pointer`]: what crosses the border, and the only place where a caller's memory is touched;
//! - [`boundary`]: handles, and the call that no panic leaves;
//! - [`policy`], [`case`], [`question`], [`cancel`], [`assessment`], [`store`], [`hmpps`], [`about`]: the functions.
#![allow(non_camel_case_types, reason = "the names of C")]

mod about;
mod assessment;
mod boundary;
mod cancel;
mod case;
mod hmpps;
mod last_error;
mod pointer;
mod policy;
mod question;
mod store;

pub use about::*;
pub use assessment::*;
pub use cancel::{risk_cancel, risk_cancel_free, risk_cancel_new, risk_cancel_request};
pub use case::*;
pub use hmpps::*;
pub use pointer::{risk_buf, risk_buf_free, risk_str};
pub use policy::*;
pub use question::risk_question;
pub use risk_binding::status::*;
pub use store::*;
