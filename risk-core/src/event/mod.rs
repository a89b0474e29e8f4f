//! Events: the catalogue of kinds, with their fields and terms.

pub mod catalogue;
pub mod field;
mod phrase;
pub mod vocabulary;

pub use catalogue::{DataError, Event, Field, FieldSpec, Instant, Kind, KindSpec, Nature};
pub use field::{FieldValue, Shape};
pub use phrase::phrase;
pub use vocabulary::Term;
