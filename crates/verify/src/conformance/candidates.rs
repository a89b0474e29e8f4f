//! The candidates for conformance cases.

use std::path::{Path, PathBuf};

use chrono::Duration;
use risk_core::assessment::Question;
use risk_core::event::vocabulary::Audience;
use risk_core::log::Log;
use risk_policy_tools::policy_tests;

use crate::interchange::{Exchange, Under};
use crate::packs;
use crate::stream::Stream;

/// The nine cases, each three weeks after its last record, as an officer and as an inspector read it.
///
/// # Panics
/// If a case cannot be read.
#[must_use]
pub fn nine_cases() -> Vec<Exchange> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cases");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).expect("the cases").map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "jsonl"));
    paths.sort();
    let readers = [Audience::ResponsibleOfficer, Audience::Inspector];
    paths.iter().flat_map(|path| readers.map(|reader| case(path, reader))).collect()
}

fn case(path: &Path, reader: Audience) -> Exchange {
    let name = path.file_stem().unwrap().to_string_lossy();
    let log = Log::parse("case", &std::fs::read_to_string(path).unwrap()).expect("a case is a log");
    let last = log.records().iter().map(|r| r.recorded_at).max().unwrap_or_default();
    let question = Question::at(last + Duration::days(21), reader);
    let title = format!("{name}, for the {reader}");
    Exchange::of(title, &Under::england_wales(&[]), None, &packs::ENGLAND_WALES, &log, &question)
}

/// The questions of the policy's own tests.
#[must_use]
pub fn policy_tests() -> Vec<Exchange> {
    let (under, policy) = (Under::england_wales(&[]), &*packs::ENGLAND_WALES);
    let exchange = |test| {
        let (log, question) = policy_tests::log_and_question(test)?;
        Some(Exchange::of(test.name.clone(), &under, None, policy, &log, &question))
    };
    policy.tests.iter().filter(|t| t.locality.is_none()).filter_map(exchange).collect()
}

/// The first questions of a stream.
#[must_use]
pub fn of_stream(count: u64) -> Vec<Exchange> {
    let stream = Stream::new(7);
    (0..count).map(|n| stream.exchange(n)).collect()
}
