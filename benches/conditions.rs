//! Compiled conditions, compared with walking their syntax trees.
//!
//! `cargo xtask bench conditions`; `benches/README.md` has the figures and the method.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run stops")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "likewise")]

mod caseload;
mod harness;
mod rival_conditions;

use risk_core::calendar::parse_moment;
use risk_core::event::vocabulary::Audience::Inspector;
use risk_core::event::{Kind, Term};
use risk_core::fold::read::{FactContext, FactEvaluator};
use risk_core::fold::run::fold;
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_core::policy::fact::FactValue;

use harness::Race;

const CASES: u32 = 20;
/// The number of repetitions, so that reading the clock does not matter.
const REPEATED: usize = 20;

/// A rule's condition with the values of the facts it asks about, on one event of a case.
struct Sample {
    rule: usize,
    kind: risk_core::policy::model::EventSelector,
    values: Vec<FactValue>,
}

/// Every evaluation of a rule's condition in the case, with the facts read beforehand, so that only the evaluation is
/// compared.
fn evaluations(log: &Log, policy: &Policy) -> Vec<Sample> {
    let records: Vec<_> = log.records().iter().collect();
    let folded = fold(&records, policy, caseload::question(Inspector).span(&records));
    let state = &folded.state;
    let reader = FactEvaluator { facts: &state.facts, levels: &state.levels, policy };
    let mut samples = Vec::new();
    for happening in state.facts.of_kinds(Kind::all()) {
        for rule in policy.index.listeners.get(&happening.what).into_iter().flatten() {
            let asking = FactContext { event: Some(happening), subject: None, now: happening.clock };
            let mut values = vec![FactValue::Never; policy.facts.len()];
            for fact in policy.rules[*rule].when.facts() {
                values[fact] = reader.read(fact, asking);
            }
            samples.push(Sample { rule: *rule, kind: happening.what, values });
        }
    }
    samples
}

fn main() {
    let policy = caseload::england_wales();
    let logs = caseload::cases(CASES);
    let cases: Vec<Vec<Sample>> = logs.iter().map(|log| evaluations(log, &policy)).collect();
    let rival = rival_conditions::Interpreter::new(&policy);
    let records: Vec<_> = logs[0].records().iter().collect();
    let folded = fold(&records, &policy, caseload::question(Inspector).span(&records));
    let reader = FactEvaluator { facts: &folded.state.facts, levels: &folded.state.levels, policy: &policy };
    let day = parse_moment("2017-12-01").unwrap();
    let parameter = |p: usize| reader.parameter_on(p, day);
    let compiled = |s: &Sample| policy.rules[s.rule].when.holds(|f| s.values[f], parameter).is_some();
    let walked = |s: &Sample| rival.holds(s.rule, s.kind, &s.values, &parameter);
    for s in cases.iter().flatten() {
        assert_eq!(compiled(s), walked(s), "{}: {}", policy.rules[s.rule].id, policy.rules[s.rule].when.text);
    }
    let evaluated: usize = cases.iter().map(Vec::len).sum();
    println!("conditions: {evaluated} evaluations in {CASES} cases of {} events", caseload::EVENTS);
    let often = |holds: &dyn Fn(&Sample) -> bool, samples: &Vec<Sample>| -> usize {
        (0..REPEATED).map(|_| std::hint::black_box(samples).iter().filter(|s| holds(s)).count()).sum()
    };
    Race { name: "conditions", unit: "ns/evaluation", nanoseconds: 1 }.run(
        &cases,
        |samples| samples.len() * REPEATED,
        |samples| often(&compiled, samples),
        |samples| often(&walked, samples),
    );
}
