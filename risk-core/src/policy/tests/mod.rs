//! The policy language, by example and by law.
#![allow(clippy::arithmetic_side_effects, reason = "a test whose sums overflow fails, as it should")]

mod fields;
mod language;
mod loads;
mod mistakes;
mod outside;
mod warns;

use super::Policy;

/// A policy with one of everything.
pub(crate) const SAMPLE: [(&str, &str); 2] =
    [("sample/head.toml", include_str!("sample-head.toml")), ("sample/rules.toml", include_str!("sample-rules.toml"))];

/// The sample policy.
pub(crate) fn sample() -> Policy {
    Policy::load(&SAMPLE).unwrap_or_else(|errors| panic!("{errors}"))
}
