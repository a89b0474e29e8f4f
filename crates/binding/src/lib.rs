//! The engine as bindings to other languages see it: records and words as text, and one form of error with a frozen number and
//! name. Code for one language is in that language's crate.

mod fault;
#[cfg(feature = "store")]
pub mod hmpps;
mod question;
mod records;
pub mod status;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "store")]
mod store_fault;

pub use fault::{Fault, Remark, Where, errors_of, warnings_of};
pub use question::{QuestionInput, When};
pub use records::{Appended, append, erase, instant, read, report, sealed};
