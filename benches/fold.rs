//! The engine's fold, compared with a hand-written fold for some of the pack's rules.
//!
//! `cargo xtask bench fold`; `benches/README.md` has the figures and the method.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run stops")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "likewise")]

mod caseload;
mod harness;
mod rival_fold;

use std::collections::BTreeSet;

use risk_core::event::vocabulary::Audience::Inspector;
use risk_core::fold::run::{Span, fold};
use risk_core::log::Record;
use risk_core::policy::Policy;
use uuid::Uuid;

use harness::Race;

const CASES: u32 = 2000;
/// The number of cases in a sample, so that reading the clock does not matter.
const IN_A_SAMPLE: usize = 20;

/// Checks that the rival finds the same reasons as the engine for its rules. Returns their number: one for each rule
/// and event.
fn compare(records: &[&Record], policy: &Policy, span: Span) -> usize {
    let folded = fold(records, policy, span);
    let rules = folded.state.arisen.iter().map(|((rule, event, _), _)| (rule.id(policy), *event));
    let engine: BTreeSet<(&str, Uuid)> = rules.filter(|(rule, _)| rival_fold::RULES.contains(rule)).collect();
    let rival = rival_fold::fold(records, span.at);
    let rival: BTreeSet<(&str, Uuid)> = rival.reasons().map(|r| (r.rule, r.event)).collect();
    assert!(
        engine == rival,
        "engine alone: {:?}; rival alone: {:?}",
        engine.difference(&rival).collect::<Vec<_>>(),
        rival.difference(&engine).collect::<Vec<_>>()
    );
    rival.len()
}

fn main() {
    let policy = caseload::england_wales();
    let logs = caseload::cases(CASES);
    let cases: Vec<Vec<&Record>> = logs.iter().map(|log| log.records().iter().collect()).collect();
    let span = caseload::question(Inspector).span(&[]);
    let agreed: usize = cases.iter().map(|records| compare(records, &policy, span)).sum();
    let rules = rival_fold::RULES.len();
    println!("fold: {CASES} cases of {} events; both find that {rules} rules fired {agreed} times", caseload::EVENTS);
    let samples: Vec<&[Vec<&Record>]> = cases.chunks(IN_A_SAMPLE).collect();
    Race { name: "fold", unit: "ns/event", nanoseconds: 1 }.run(
        &samples,
        |sample| sample.iter().map(Vec::len).sum(),
        |sample| sample.iter().for_each(|records| drop(std::hint::black_box(fold(records, &policy, span)))),
        |sample| sample.iter().for_each(|records| drop(std::hint::black_box(rival_fold::fold(records, span.at)))),
    );
}
