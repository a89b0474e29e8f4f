//! Every input that was found to matter is read as it must be.

#![allow(clippy::panic, clippy::expect_used, reason = "tests: a panic is the failure that they are for")]

use clap::ValueEnum;
use risk_verify::fuzz::chunk::Chunk;
use risk_verify::fuzz::seeds::{kept, seeds};
use risk_verify::fuzz::target::Target;

#[test]
fn every_kept_input_is_taken_or_refused_as_it_must_be() {
    let mut tried = 0_usize;
    for target in Target::value_variants().iter().copied() {
        for text in kept(target) {
            let _ = target.check(&text);
            tried = tried.saturating_add(1);
        }
    }
    assert!(tried > 100, "only {tried} inputs are kept in tests/corpus");
}

#[test]
fn what_is_broken_is_taken_as_it_stands() {
    for target in Target::value_variants().iter().copied() {
        let real = seeds(target).len().saturating_sub(kept(target).len());
        for text in seeds(target).iter().take(real) {
            let way = target.check(text);
            let daylight = target == Target::Moment && text.contains("01:30");
            assert!(way.starts_with("taken") || daylight, "{way}: {text}");
        }
    }
}

#[test]
fn an_input_can_be_shown_again() {
    let chunk = Chunk { target: Target::Condition, seed: 3, count: 400 };
    let mut seen = Vec::new();
    chunk.run(|_, text, _| seen.push(text.to_owned()));
    assert_eq!(chunk.input(0).as_ref(), seen.first());
    assert_eq!(chunk.input(399).as_ref(), seen.last());
}
