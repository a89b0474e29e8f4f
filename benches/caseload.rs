//! The input of the benchmarks: the pack `england-wales` and synthetic cases of 100 events.

use std::path::Path;

use risk_core::assessment::Question;
use risk_core::calendar::end_of_day;
use risk_core::event::vocabulary::Audience;
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_generate::{Caseload, Shape};

/// The number of events of each case.
pub const EVENTS: u32 = 100;
/// The seed of the caseload.
const SEED: u64 = 2018;

/// The pack, as the tests load it.
pub fn england_wales() -> Policy {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/england-wales");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Policy::load(&files).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A number of synthetic cases.
pub fn cases(number: u32) -> Vec<Log> {
    let caseload = Caseload { first: 0, cases: number, seed: SEED, shape: Shape::Inspection, events: Some(EVENTS) };
    caseload.logs().map(Result::unwrap).collect()
}

/// The question about a case on the caseload's last day, for an audience.
pub fn question(audience: Audience) -> Question {
    Question::at(end_of_day(Caseload::read_on()), audience)
}
