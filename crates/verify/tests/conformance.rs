//! The engine gives the answers of the reference, and the conformance cases cover everything.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a panic is the failure that they are for"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use risk_core::event::{Kind, Term};
use risk_core::policy::Policy;
use risk_verify::conformance::choose::shown;
use risk_verify::conformance::files::read;
use risk_verify::conformance::laws::NOT_OF_ONE_ANSWER;
use risk_verify::interchange::{Exchange, SCHEMA, Under};
use risk_verify::packs;

fn rules(policy: &Policy) -> impl Iterator<Item = &str> {
    policy.rules.iter().map(|r| r.id.as_str()).chain(policy.duties.iter().map(|d| d.id.as_str()))
}

#[test]
fn the_engine_gives_the_answers_of_the_reference() {
    let mut policies: BTreeMap<(Under, Option<String>), Policy> = BTreeMap::new();
    let cases = read().expect("the conformance files");
    assert!(!cases.is_empty());
    for (file, case) in &cases {
        assert_eq!(case.schema, SCHEMA);
        let place = (case.policy.clone(), case.locality.clone());
        let policy = policies.entry(place).or_insert_with(|| case.policy.load(case.locality.as_deref()).unwrap());
        // As text: the order of members counts.
        let (ours, theirs) = (case.engine_answer(policy).to_string(), case.answer.to_string());
        assert!(ours == theirs, "{file}: {}: the engine answers\n{ours}\nand the reference\n{theirs}", case.title);
    }
}

#[test]
fn every_rule_action_and_kind_of_event_appears_in_a_case() {
    let seen: BTreeSet<String> = read().unwrap().iter().flat_map(|(_, case)| shown(case)).collect();
    let policy = &*packs::ENGLAND_WALES;
    let wanted = rules(policy)
        .map(|id| format!("rule {id}"))
        .chain(policy.actions.iter().map(|a| format!("action {}", a.action)))
        .chain(Kind::all().iter().map(|k| format!("kind {k}")));
    let missing: Vec<String> = wanted.filter(|w| !seen.contains(w)).collect();
    assert!(missing.is_empty(), "no conformance case shows these; run `cargo xtask conformance`: {missing:?}");
}

#[test]
fn every_law_is_shown_by_a_case_or_is_not_of_an_answer() {
    let cases: Vec<Exchange> = read().unwrap().into_iter().map(|(_, case)| case).collect();
    let shown: BTreeSet<&str> = cases.iter().flat_map(|c| c.laws.iter().map(String::as_str)).collect();
    let laws = laws();
    let known = |law: &&str| shown.contains(law) || NOT_OF_ONE_ANSWER.contains(law);
    let missing: Vec<&str> = laws.iter().map(String::as_str).filter(|l| !known(l)).collect();
    assert!(missing.is_empty(), "no conformance case shows these laws: {missing:?}");
    let unknown: Vec<&&str> =
        shown.iter().chain(NOT_OF_ONE_ANSWER).filter(|l| !laws.contains(&(**l).to_owned())).collect();
    assert!(unknown.is_empty(), "tests/laws has no test of these names: {unknown:?}");
}

/// The names of the tests in tests/laws.
fn laws() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/laws");
    let files = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let texts = files.filter(|p| p.extension().is_some_and(|e| e == "rs")).map(|p| std::fs::read_to_string(p).unwrap());
    let names = texts.flat_map(|text| {
        let tests = text.split("#[test]").skip(1);
        let named = tests.map(|t| t.split("fn ").nth(1).unwrap().split('(').next().unwrap().to_owned());
        named.collect::<Vec<_>>()
    });
    names.collect()
}
