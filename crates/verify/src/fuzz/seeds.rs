//! The inputs that are mutated: the cases, rules and policies of this repository, and earlier findings.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use risk_core::event::vocabulary::SourceAgency;
use risk_core::log::{Log, Record, RecordSource, Stamp, seal};

use super::target::Target;
use crate::history::CASE;
use crate::packs;

/// The note in some of the records.
pub const NOTE: &str = "zq she said so zq";

/// The file of kept inputs of a reader: JSON Lines, one text per line, sorted.
#[must_use]
pub fn corpus(target: Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/corpus/{}.jsonl", name(target)))
}

/// The inputs kept for a reader, in order.
///
/// # Panics
/// If the file cannot be read.
#[must_use]
pub fn kept(target: Target) -> BTreeSet<String> {
    let text = std::fs::read_to_string(corpus(target)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Keeps an input for a reader; returns the file.
///
/// # Errors
/// If it cannot be written.
///
/// # Panics
/// As [`kept`].
pub fn keep(target: Target, text: &str) -> std::io::Result<PathBuf> {
    let mut all = kept(target);
    all.insert(text.to_owned());
    let lines = all.iter().map(|text| Ok(serde_json::to_string(text)? + "\n")).collect::<std::io::Result<String>>()?;
    let path = corpus(target);
    std::fs::write(&path, lines)?;
    Ok(path)
}

/// The reader's name on the command line and in the corpus.
#[must_use]
pub fn name(target: Target) -> String {
    format!("{target:?}").to_lowercase()
}

/// The real inputs of a reader, and those kept.
#[must_use]
pub fn seeds(target: Target) -> Vec<String> {
    let mut seeds = match target {
        Target::Condition => conditions(),
        Target::Record => records(),
        Target::Log => logs(),
        Target::Policy => policies(),
        Target::Moment => [
            "2018-04-18",
            "2018-02-06 15:00",
            "2018-03-25T01:30:00",
            "2018-10-28 01:30:00",
            "2018-02-06T15:00:00Z",
            "2018-02-06T15:00:00.123456789+01:00",
        ]
        .map(str::to_owned)
        .to_vec(),
    };
    seeds.extend(kept(target));
    seeds
}

/// The words of the seeds, and of the language, each once.
#[must_use]
pub fn words(seeds: &[String]) -> Vec<String> {
    let word = |text: &'_ String| -> Vec<String> {
        text.split(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)))
            .filter(|w| !w.is_empty() && w.len() < 40)
            .map(str::to_owned)
            .collect()
    };
    let mut words: BTreeSet<String> = seeds.iter().flat_map(word).take(200_000).collect();
    let signs = [
        "=", "!=", "<", "<=", ">", ">=", "(", ")", "[", "]", "{", "}", ",", "and", "or", "not", "in", "has", "unknown",
        "null", "true", "-1",
    ];
    words.extend(signs.map(str::to_owned));
    words.into_iter().collect()
}

fn lines_of_cases() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cases");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let cases = paths.iter().filter(|p| p.extension().is_some_and(|e| e == "jsonl"));
    cases.flat_map(|p| std::fs::read_to_string(p).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The last record of each kind in the cases, every other one with a note; and records that change others, which no
/// case has.
fn records() -> Vec<String> {
    let mut kinds = BTreeSet::new();
    let mut found: Vec<String> = Vec::new();
    for (place, line) in lines_of_cases().into_iter().rev().enumerate() {
        let record = Record::parse(&line).expect("a case's record");
        if kinds.insert(record.kind()) {
            found.push(if place % 2 == 0 { record.with_note(NOTE).to_line() } else { line });
        }
    }
    found.extend(corrected().records().iter().map(Record::to_line));
    found
}

/// A short log with a correction, a retraction, a dispute and an erasure.
fn corrected() -> Log {
    use risk_core::event::{Event, Kind};
    use serde_json::json;
    let id = |n: u128| uuid::Uuid::from_u128(n);
    let data = [
        (
            Kind::SupervisionStarted,
            json!({ "sentence_id": "s1", "sentence_type": "licence", "index_offence": "assault", "ends_on": "2019-01-31" }),
        ),
        (
            Kind::RiskAssessed,
            json!({ "levels": { "children": "low" }, "stage": "review", "signed": "yes", "assessor": "ro1" }),
        ),
        (
            Kind::RecordCorrected,
            json!({ "event_id": id(1), "reason": "wrong_value", "by": "ro1",
            "replacement": { "occurred_at": "2018-01-01T09:00:00Z", "data": { "sentence_id": "s1", "sentence_type": "licence", "index_offence": "other" } } }),
        ),
        (Kind::RecordRetracted, json!({ "event_id": id(2), "reason": "entered_in_error", "by": "ro1" })),
        (Kind::RecordDisputed, json!({ "event_id": id(1), "reason": "accuracy_contested", "by": "ro1" })),
        (Kind::PayloadErased, json!({ "event_id": id(1), "reason": "legal_erasure", "by": "m1" })),
    ];
    let mut log = Log::new(CASE);
    for (n, (kind, data)) in (1..).zip(data) {
        let event = Event::decode(kind, data.as_object().unwrap()).unwrap();
        let when = crate::history::beginning() + chrono::Duration::days(800 + i64::from(n));
        let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
        let record = Record::new(id(u128::try_from(n).unwrap()), CASE, when, when, source, event).with_note(NOTE);
        log.append(record, None).expect("it makes a log");
    }
    log
}

fn logs() -> Vec<String> {
    let case = |name: &str, most: usize| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cases").join(format!("{name}.jsonl"));
        std::fs::read_to_string(path).unwrap().lines().take(most).map(|l| format!("{l}\n")).collect::<String>()
    };
    let plain = [case("sean", 6), case("mary", 4), corrected().to_jsonl()];
    let sealed = plain.iter().map(|text| {
        let log = Log::parse("a.jsonl", text).unwrap();
        let last = log.records().iter().map(|r| r.recorded_at).max().unwrap();
        seal(&log, |_| Stamp { appended_at: last, salt: [9; 16] }).unwrap().to_jsonl()
    });
    let sealed: Vec<String> = sealed.collect();
    plain.into_iter().chain(sealed).collect()
}

fn conditions() -> Vec<String> {
    let files = packs::ENGLAND_WALES_FILES.iter().chain(packs::ONE_OF_EACH_FILES.iter());
    let lines: Vec<String> = files.flat_map(|(_, text)| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let condition = |line: &String| {
        let rest = line.split_once("when = \"").or_else(|| line.split_once("while = \""))?.1;
        rest.split('"').next().filter(|text| !text.is_empty()).map(str::to_owned)
    };
    lines.iter().filter_map(condition).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Small policies that load fast, so that many can be tried, and the policy with one entry of every type.
fn policies() -> Vec<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(here.join(path)).unwrap();
    let sample = read("../../risk-core/src/policy/tests/sample-head.toml")
        + &read("../../risk-core/src/policy/tests/sample-rules.toml");
    vec![sample, read("../cli/tests/cli/pack/policy.toml"), packs::ONE_OF_EACH_FILES[0].1.clone()]
}
