//! Fuzzing of everything that reads text from outside, with mutated real inputs.
//!
//! Coverage-guided fuzzers need a nightly or a C++ toolchain; this needs neither. It uses the outcome in place of
//! coverage: an input that is rejected or accepted in a new way is kept and mutated further. Input `n` of a chunk
//! depends only on the seed, the chunk and `n`, so every finding is reproducible.

pub mod chunk;
pub mod mutate;
pub mod seeds;
pub mod target;
