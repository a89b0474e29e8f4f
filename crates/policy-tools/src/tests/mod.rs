//! Tests of the policy tools.
#![allow(clippy::arithmetic_side_effects, reason = "a test whose sums overflow fails, as it should")]

mod analysed;
mod differs;
mod guided;
mod listed;
mod localities;

use risk_core::policy::Policy;

/// A policy with one entry of every type.
const SAMPLE: [(&str, &str); 2] = [
    ("sample/head.toml", include_str!("../../../../risk-core/src/policy/tests/sample-head.toml")),
    ("sample/rules.toml", include_str!("../../../../risk-core/src/policy/tests/sample-rules.toml")),
];

/// The sample policy.
fn sample() -> Policy {
    Policy::load(&SAMPLE).unwrap_or_else(|errors| panic!("{errors}"))
}
