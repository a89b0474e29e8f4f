//! Hostile bytes for everything that reads text from outside: real inputs, broken.
//!
//! Coverage-guided fuzzers need a nightly toolchain or a C++ one; this needs neither. What stands in for coverage is the
//! answer itself: an input that is refused in a new way (or taken in a new way) is kept and broken further. Input `n` of a
//! chunk depends on the seed, the chunk and `n` only, so that whatever is found can be shown again.

pub mod chunk;
pub mod mutate;
pub mod seeds;
pub mod target;
