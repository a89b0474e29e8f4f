//! Cases of a store are read by a user, as an audience, and the journal says so.

use crate::case::{PACK, jsonl, records};
use crate::command::risk;
use crate::stored::{CASE, OFFICER, OTHER, Stored};

const AT: [&str; 4] = ["--at", "2017-12-20", "--policy", PACK];

fn question<'a>(words: &[&'a str]) -> Vec<&'a str> {
    words.iter().copied().chain(AT).chain(OFFICER).collect()
}

#[test]
fn a_case_of_a_store_is_shown_to_no_audience_by_default() {
    let stored = Stored::with_a_case();
    for command in ["assess", "explain", "timeline", "compare"] {
        stored.risk(&[command, CASE]).refused(&[
            "--audience",
            "no default",
            "responsible_officer",
            "supervised_person",
        ]);
    }
    for command in ["briefing", "audit"] {
        stored.risk(&[command]).refused(&["--audience", "no default", "supervised_person"]);
    }
    assert_eq!(stored.acts(CASE), ["appended"]);
}

#[test]
fn each_command_tells_of_a_case_of_a_store_what_it_tells_of_the_log() {
    let stored = Stored::with_a_case();
    let log = stored.beside("case.jsonl");
    std::fs::write(&log, jsonl(&records())).unwrap();
    for words in [["timeline", "--format", "json"], ["compare", "--format", "json"], ["explain", "--format", "json"]] {
        let of = |case| question(&[&words[..1], &[case], &words[1..]].concat());
        let (of_store, of_log) = (stored.named("N07A001", &of(CASE)).fine(), risk(of(&log)).fine());
        // The receipt of a sealed log has its head.
        let output = |text: &str| {
            let mut output: serde_json::Value = serde_json::from_str(text).unwrap();
            without_heads(&mut output);
            output
        };
        assert_eq!(output(&of_store), output(&of_log), "{words:?}");
    }
    assert_eq!(stored.acts(CASE), ["appended", "consulted", "consulted", "consulted"]);
}

fn without_heads(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            members.remove("head");
            members.values_mut().for_each(without_heads);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_heads),
        _ => {}
    }
}

#[test]
fn the_journal_says_who_read_as_whom_and_for_what() {
    let stored = Stored::with_a_case();
    stored.named("N07A001", &question(&["assess", CASE, "--purpose", "supervision"])).fine();
    let page = stored.risk(&["store", "access", CASE]).fine();
    let output =
        "N07A001 asked for an answer (consultation), as responsible\n                  officer, for supervision";
    assert!(page.contains(output), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    let entries = stored.json(&["store", "access", CASE])["entries"].clone();
    assert_eq!(entries[1]["operation"], "consultation");
    assert_eq!(entries[1]["purpose"], "supervision");
    stored.named("N07A001", &question(&["assess", CASE, "--purpose", "two words"])).refused(&["--purpose: "]);
}

#[test]
fn a_reader_who_is_excluded_is_refused_and_that_they_asked_is_known() {
    let stored = Stored::with_a_case();
    stored.risk(&["store", "exclude", CASE, "N07A001"]).fine();
    stored.named("N07A001", &question(&["assess", CASE])).refused(&["not shown to N07A001"]);
    stored.named("N07A002", &question(&["assess", CASE])).fine();
    let page = stored.risk(&["store", "access", CASE]).fine().replace("\n                  ", " ");
    assert!(page.contains("REFUSED: excluded from the case"), "{page}");
    stored.risk(&["store", "admit", CASE, "N07A001"]).fine();
    stored.named("N07A001", &question(&["assess", CASE])).fine();
    stored.risk(&["store", "admit", CASE, "N07A001"]).refused(&["a reader who is excluded"]);
}

#[test]
fn a_case_is_named_by_what_the_host_calls_it() {
    let stored = Stored::with_a_case();
    stored.risk(&["store", "identify", CASE, "crn:X1", "team:north"]).fine();
    stored.risk(&["store", "identify", OTHER, "team:north"]).fine();
    stored.named("N07A001", &question(&["assess", "crn:X1"])).fine();
    stored.risk(&["store", "identify", OTHER, "crn:X1"]).refused(&["crn X1 belongs to case", CASE]);
    stored.named("N07A001", &question(&["assess", "crn:X2"])).refused(&["crn:X2", "no case in the store"]);
    stored.named("N07A001", &question(&["assess", "team:north"])).refused(&["found 2 cases", "by its UUID"]);
    stored.named("N07A001", &question(&["assess", "X1"])).refused(&["X1: expected a case of the store: its UUID"]);
    let listed = stored.risk(&["store", "cases"]).fine();
    assert!(listed.contains("crn:X1 team:north"), "{listed}");
    let only = stored.json(&["store", "cases", "--only", "crn:X1"]);
    assert_eq!(only["cases"].as_array().unwrap().len(), 1);
    stored.risk(&["store", "identify", "crn:X1", "--remove", "crn"]).fine();
    stored.risk(&["store", "access", "crn:X1"]).refused(&["no case in the store"]);
}

#[test]
fn a_case_without_a_store_is_looked_for_as_a_file_and_the_message_says_what_to_add() {
    risk(["assess", "crn:X1"]).refused(&["crn:X1: no such file", "pass --store or --as"]);
    risk(["assess", CASE]).refused(&["no such file", "--store"]);
    risk(["assess", "nowhere.jsonl"]).refused(&["cannot read nowhere.jsonl: "]);
}

#[test]
fn two_cases_of_one_person_are_answered_together_until_they_are_parted() {
    let stored = Stored::with_a_case();
    let event = |n: u8, kind, data| {
        let one = crate::case::record(n, "2017-12-06", kind, data);
        crate::case::with(one, "case_id", OTHER)
    };
    let start = serde_json::json!({ "sentence_id": "s2", "sentence_type": "community_order" });
    let text =
        jsonl(&[event(31, "supervision_started", start), event(32, "home_visit_completed", serde_json::json!({}))]);
    stored.reading(&text, &["store", "append", "-"]).fine();
    // Later than the merging, as before it was known each is answered for itself.
    let output = |case| {
        let words: Vec<&str> = ["timeline", case, "--policy", PACK, "--at", "2100-01-01", "--format", "json"]
            .into_iter()
            .chain(OFFICER)
            .collect();
        stored.named("N07A001", &words).fine()
    };
    assert!(!output(CASE).contains("home_visit_completed"));
    stored.risk(&["store", "merge", OTHER, CASE]).fine();
    assert!(output(CASE).contains("home_visit_completed"));
    assert_eq!(output(OTHER), output(CASE));
    stored.risk(&["store", "merge", OTHER, CASE]).refused(&["is merged into"]);
    stored.risk(&["store", "unmerge", OTHER, CASE]).fine();
    assert!(!output(CASE).contains("home_visit_completed"));
    stored.risk(&["store", "unmerge", OTHER, CASE]).refused(&["a case that is merged into"]);
}
