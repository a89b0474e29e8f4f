//! What comes of each of the messages beside these tests, which show every trap and every type of event.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use risk_core::log::Record;
use risk_hmpps::codes::Does;
use risk_hmpps::import::Given;
use risk_hmpps::report::{Import, Outcome};
use serde_json::json;

use crate::{Logs, importer};

/// The word that stands in every text which may never be copied.
const NEVER: &str = "Kettledrum";

pub fn files() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "json"));
    paths.sort();
    paths.iter().map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), fs::read(p).unwrap())).collect()
}

/// What a record says, with its ids left out, as they are of the secret.
fn reported(record: &Record) -> String {
    let event = record.event().unwrap();
    let data = event.encode().into_iter().map(|(name, value)| {
        let plain = value.to_string().replace('"', "");
        let opaque = name.ends_with("_id") || ["by", "assessor"].contains(&name.as_str());
        format!("{name}={}", if opaque { "…" } else { plain.as_str() })
    });
    let data: Vec<String> = data.collect();
    let times = format!("{} known {}", record.occurred_at.format("%F %T"), record.recorded_at.format("%F %T"));
    format!("{} {{{}}} {times} {}", event.kind(), data.join(", "), record.handling)
}

pub fn transcript(import: &Import) -> String {
    let mut text = String::new();
    for message in &import.report.messages {
        let end = match &message.outcome {
            Outcome::Nothing { why, .. } => format!("nothing: {why}"),
            Outcome::Needed { what, .. } => format!("needed: {what}"),
            Outcome::Waits { what, .. } => format!("waits for {what}"),
            Outcome::Unmapped { table, code, what } => format!("unmapped: {what}: {code} is not in {table}"),
            Outcome::Unreadable { field, expected, found } => format!("unreadable: {field}: {expected}: {found}"),
            outcome => outcome.name().to_owned(),
        };
        let _ = writeln!(text, "  {} {end}", message.place);
        for note in &message.notes {
            let _ = writeln!(text, "    note: {note}");
        }
    }
    for (code, count) in &import.report.codes {
        let _ = writeln!(text, "  {code} {count:?}");
    }
    for record in &import.records {
        let _ = writeln!(text, "    {}", reported(record));
    }
    for instruction in &import.report.instructions {
        let reported = serde_json::to_value(instruction).unwrap();
        let _ = writeln!(
            text,
            "    tell the store: {} {}",
            reported["do"].as_str().unwrap(),
            reported.get("value").map_or("", |v| v.as_str().unwrap())
        );
    }
    text
}

#[test]
fn each_trap_and_each_type_of_event_comes_to_what_it_should() {
    let mut text = String::new();
    for (name, bytes) in files() {
        // The prison's messages name a prison number alone: the host knows whose they are.
        let mut logs = Logs { prison_numbers_known: name.starts_with("prison-offender"), ..Logs::default() };
        let import = logs.deliver(&importer(), Given::Messages(&bytes));
        let _ = writeln!(text, "{name}\n{}", transcript(&import));

        let again = logs.deliver(&importer(), Given::Messages(&bytes));
        assert!(again.records.is_empty(), "{name}: delivered twice, it makes no more records: {}", transcript(&again));
        let all = format!(
            "{:?}{}",
            import.records.iter().map(Record::to_line).collect::<Vec<_>>(),
            serde_json::to_string(&import.report).unwrap()
        );
        assert!(!all.contains(NEVER), "{name}: somebody's words were copied");
    }
    insta::assert_snapshot!("messages", text);
}

#[test]
fn every_type_of_event_that_says_something_has_a_message() {
    let names: Vec<String> = files().into_iter().map(|(name, _)| name).collect();
    for event in risk_hmpps::codes::Codes::embedded().unwrap().events() {
        let is_data = event.cases.iter().any(|case| !case.records.is_empty());
        if is_data || !matches!(event.does, Does::Map | Does::Fetch) {
            assert!(names.contains(&format!("{}.json", event.name)), "no message of {}", event.name);
        }
    }
}

#[test]
fn a_message_of_every_name_of_every_type_comes_to_what_its_type_does() {
    let mut logs = Logs { prison_numbers_known: true, ..Logs::default() };
    for event in risk_hmpps::codes::Codes::embedded().unwrap().events() {
        for name in std::iter::once(&event.name).chain(&event.also) {
            let bare = json!({"eventType": name, "version": 1, "occurredAt": "2026-06-14T09:06:52Z",
                "personReference": {"identifiers": [{"type": "NOMS", "value": "A9012ZZ"}]}});
            let import = logs.deliver(&importer(), Given::Messages(bare.to_string().as_bytes()));
            let outcome = import.report.messages[0].outcome.name();
            match event.does {
                Does::Fetch => assert_eq!(outcome, "needed", "{name}"),
                Does::Map if event.cases.iter().all(|case| case.records.is_empty() && case.look_up.is_some()) => {
                    assert_eq!(outcome, "needed", "{name}");
                }
                Does::Map if event.cases.iter().all(|case| case.records.is_empty() && case.look_up.is_none()) => {
                    assert_eq!(outcome, "nothing", "{name}");
                }
                _ => assert_ne!(outcome, "unmapped", "{name}"),
            }
        }
    }
}
