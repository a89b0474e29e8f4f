//! What goes out to the estate: registers, the shape of ARNS and domain events, from small cases under the pack for England and
//! Wales.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what it misses and stops")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "likewise")]

mod case;

mod notices;
mod registers;
mod rosh;
