//! Helpers of the laws: asking questions and reading answers.

use std::collections::BTreeMap;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;
use risk_core::assessment::answer::Assessment;
use risk_core::assessment::confidence::Confidence;
use risk_core::assessment::{CaseLine, Question, answer, assess, with_all_later};
use risk_core::cancel::Cancel;
use risk_core::event::Instant;
use risk_core::event::vocabulary::{Audience, Group, Level, Setting};
use risk_core::fold::run::{Folded, Lens, Span, fold, fold_seen};
use risk_core::log::{Log, Record};
use risk_core::policy::Policy;
use risk_core::view::View;
use serde_json::Value;

use crate::history::CASE;

/// The number of cases for each law. `PROPTEST_CASES` overrides the number and `PROPTEST_RNG_SEED` the seed. The
/// default seed is fixed, so every run tries the same cases.
pub fn cases(n: u32) -> ProptestConfig {
    let given = ProptestConfig::default();
    let set = |name: &str| std::env::var_os(name).is_some();
    ProptestConfig {
        cases: if set("PROPTEST_CASES") { given.cases } else { n },
        rng_seed: if set("PROPTEST_RNG_SEED") { given.rng_seed } else { RngSeed::Fixed(20_261_121) },
        failure_persistence: None,
        max_shrink_iters: 4000,
        max_shrink_time: 20_000,
        ..given
    }
}

/// The question for everything that the service knew at a moment.
pub fn at(log: &Log, policy: &Policy, at: Instant) -> Assessment {
    assess(log, policy, &Question::at(at, Audience::Inspector)).expect("the policy has an inspector's view")
}

/// The answer's bytes.
pub fn text(assessment: &Assessment) -> String {
    serde_json::to_string(assessment).unwrap()
}

/// The answer without some of its members.
pub fn without(assessment: &Assessment, members: &[&str]) -> Value {
    let mut value = serde_json::to_value(assessment).unwrap();
    for member in members {
        value.as_object_mut().unwrap().remove(*member);
    }
    value
}

/// The case folded for a reader who sees everything.
pub fn folded<'a, 'p>(log: &'a Log, policy: &'p Policy, at: Instant) -> Folded<'a, 'p> {
    let records: Vec<&Record> = log.records().iter().collect();
    fold(&records, policy, Span { at, known_at: at, lens: Lens::AsKnown, watch: None, cancel: Cancel::NEVER })
}

/// The answer for an audience from records that need not form a log by themselves.
pub fn from_records(records: &[&Record], policy: &Policy, question: &Question) -> Assessment {
    let view = View::of(policy, question.audience).unwrap();
    let seen = question.seen(&view, records.iter().copied());
    let span = question.span(&seen.all());
    let case = CaseLine { id: CASE, records: records.len() as u64, head: None };
    let folded = fold_seen(&seen, policy, span);
    let confidence = Confidence::of_view(&seen.records, &folded.state.local, &view, span);
    let found = answer(&case, &folded, &confidence, &view, question, span.known_at);
    with_all_later(found, &seen.records, span)
}

/// The working level of every cell that the answer has.
pub fn working(assessment: &Assessment) -> BTreeMap<(Group, Setting), Level> {
    let groups = assessment.classification.iter().flat_map(|c| &c.groups);
    groups.map(|g| ((g.group, g.setting), g.working_level)).collect()
}

/// The indicated level of every cell that has one.
pub fn indicated(assessment: &Assessment) -> BTreeMap<(Group, Setting), Level> {
    let groups = assessment.classification.iter().flat_map(|c| &c.groups);
    groups.filter_map(|g| Some(((g.group, g.setting), g.indicated.as_ref()?.level))).collect()
}
