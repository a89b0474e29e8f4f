//! What an assessment costs, and what compiling conditions wins over walking their trees.
//!
//! `cargo bench -p risk-core --bench fold`; figures and how they were measured stand in `benches/README.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark that cannot run stops")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "likewise")]

mod rival;
mod synthetic;

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BenchmarkId, Criterion, Throughput};
use risk_core::assessment::{Question, assess};
use risk_core::calendar::parse_moment;
use risk_core::event::vocabulary::Audience::Inspector;
use risk_core::fold::read::{Asking, Reader};
use risk_core::fold::run::fold;
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_core::policy::fact::FactValue;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn england_wales() -> Policy {
    let mut files: Vec<(String, String)> = std::fs::read_dir(root().join("policies/england-wales"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Policy::load(&files).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A case's log as text, and the moment at which it is asked about.
fn cases() -> Vec<(String, String, &'static str)> {
    let sean = std::fs::read_to_string(root().join("examples/cases/sean.jsonl")).unwrap();
    let made = [20, 100, 300].map(|n| (n.to_string(), synthetic::case(n), "2018-12-31"));
    [("sean".to_owned(), sean, "2017-12-20")].into_iter().chain(made).collect()
}

fn assessing(c: &mut Criterion, policy: &Policy) {
    let mut group = c.benchmark_group("case");
    group.sample_size(20);
    for (name, text, at) in cases() {
        let question = Question::at(parse_moment(at).unwrap(), Inspector);
        let log = Log::parse(&name, &text).unwrap();
        group.throughput(Throughput::Elements(log.len()));
        group.bench_function(BenchmarkId::new("load", &name), |b| {
            b.iter(|| Log::parse("case", black_box(&text)).unwrap())
        });
        group.bench_function(BenchmarkId::new("assess", &name), |b| {
            b.iter(|| assess(black_box(&log), policy, &question).unwrap());
        });
        let records: Vec<_> = log.records().iter().collect();
        let span = question.span(&records);
        group.bench_function(BenchmarkId::new("fold only", &name), |b| {
            b.iter(|| fold(black_box(&records), policy, span));
        });
    }
    group.finish();
}

/// A rule's condition with the values of the facts it asks about, on one event of the case.
struct Sample {
    rule: usize,
    kind: risk_core::policy::model::Listens,
    values: Vec<FactValue>,
}

/// Every evaluation of a rule's condition that the case asks for, with the facts read beforehand: what is compared is the
/// evaluation alone.
fn conditions(c: &mut Criterion, policy: &Policy) {
    let text = synthetic::case(100);
    let log = Log::parse("case", &text).unwrap();
    let question = Question::at(parse_moment("2018-12-31").unwrap(), Inspector);
    let records: Vec<_> = log.records().iter().collect();
    let folded = fold(&records, policy, question.span(&records));
    let state = &folded.state;
    let reader = Reader { facts: &state.facts, levels: &state.levels, policy };
    let mut samples = Vec::new();
    for happening in state.facts.history.values().flat_map(|of_kind| of_kind.values()) {
        for rule in policy.index.listeners.get(&happening.what).into_iter().flatten() {
            let asking = Asking { event: Some(happening), subject: None, now: happening.clock };
            let mut values = vec![FactValue::Never; policy.facts.len()];
            for fact in policy.rules[*rule].when.facts() {
                values[fact] = reader.read(fact, asking);
            }
            samples.push(Sample { rule: *rule, kind: happening.what, values });
        }
    }
    let rival = rival::Interpreter::new(policy);
    let day = parse_moment("2018-06-01").unwrap();
    let parameter = |p: usize| reader.parameter_on(p, day);
    let compiled = |s: &Sample| policy.rules[s.rule].when.holds(|f| s.values[f], parameter).is_some();
    let walked = |s: &Sample| rival.holds(s.rule, s.kind, &s.values, &parameter);
    for s in &samples {
        assert_eq!(compiled(s), walked(s), "{}: {}", policy.rules[s.rule].id, policy.rules[s.rule].when.text);
    }
    let mut group = c.benchmark_group("conditions");
    group.throughput(Throughput::Elements(u64::try_from(samples.len()).unwrap()));
    group.bench_function("compiled", |b| b.iter(|| samples.iter().filter(|s| compiled(black_box(s))).count()));
    group.bench_function("tree walked", |b| b.iter(|| samples.iter().filter(|s| walked(black_box(s))).count()));
    group.finish();
}

fn main() {
    let policy = england_wales();
    let mut criterion = Criterion::default().configure_from_args();
    assessing(&mut criterion, &policy);
    conditions(&mut criterion, &policy);
    criterion.final_summary();
}
