//! What the command answers.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::case::{PACK, jsonl, records, supervision_started, with};
use crate::command::{command, risk, risk_reading};

const AT: [&str; 4] = ["--at", "2017-12-20", "--policy", PACK];

fn assess(arguments: &[&str]) -> String {
    risk_reading(&jsonl(&records()), ["assess", "-"].iter().chain(&AT).chain(arguments).copied()).fine()
}

fn explain(arguments: &[&str]) -> String {
    risk_reading(&jsonl(&records()), ["explain", "-"].iter().chain(&AT).chain(arguments).copied()).fine()
}

/// The cases that are shipped.
fn cases() -> Vec<String> {
    let names = std::fs::read_dir("../../examples/cases").unwrap().map(|entry| entry.unwrap().file_name());
    let mut logs: Vec<String> = names.map(|n| format!("examples/cases/{}", n.to_str().unwrap())).collect();
    logs.retain(|name| name.ends_with(".jsonl"));
    assert!(logs.len() >= 9);
    logs
}

/// The policy's digest says nothing to a reader of these tests.
fn without_digest(page: &str) -> String {
    let (before, after) = page.rsplit_once('(').unwrap();
    format!("{before}(DIGEST{}", &after[12..])
}

#[test]
fn the_page_puts_first_what_matters_now() {
    insta::assert_snapshot!(without_digest(&assess(&[])));
}

#[test]
fn the_page_with_all_shows_steps_and_what_was_done() {
    let mut records = records();
    let done = serde_json::json!({ "person_involved": "yes" });
    records.push(crate::case::record(7, "2017-10-03", "sentence_plan_completed", done));
    let page = risk_reading(&jsonl(&records), ["assess", "-", "--all"].iter().chain(&AT).copied()).fine();
    insta::assert_snapshot!(without_digest(&page));
}

#[test]
fn the_tree_names_event_rule_source_and_limit() {
    insta::assert_snapshot!(explain(&["review_risk"]));
}

#[test]
fn why_not_tells_what_a_rule_was_asked_and_what_it_found() {
    let mut records = records();
    records[1]["data"]["raised_risk"] = "no".into();
    let page = risk_reading(&jsonl(&records), ["explain", "-", "--why-not", "raised-risk"].iter().chain(&AT).copied());
    insta::assert_snapshot!(page.fine());
}

#[test]
fn every_line_of_every_case_fits_80_columns() {
    for log in cases() {
        for page in [
            risk(["assess", &log, "--at", "2018-04-23", "--all"]),
            risk(["assess", &log, "--at", "2018-04-23", "--all", "--lens", "hindsight"]),
            risk(["explain", &log, "--at", "2018-04-23"]),
        ] {
            let page = page.fine();
            assert!(page.lines().all(|l| l.chars().count() <= 80), "{page}");
        }
    }
}

#[test]
fn the_page_never_says_that_anybody_failed() {
    for log in cases() {
        let page = risk(["assess", &log, "--at", "2018-04-23", "--all"]).fine().to_lowercase();
        for word in ["failed", "failure", "fault", "neglected to", "should have"] {
            assert!(!page.contains(word), "{log}: {word}: {page}");
        }
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    for format in ["json", "text"] {
        assert_eq!(assess(&["--format", format]), assess(&["--format", format]));
        assert_eq!(explain(&["--format", format]), explain(&["--format", format]));
    }
}

#[test]
fn a_file_and_standard_input_give_the_same_answer() {
    let log = "examples/cases/sean.jsonl";
    let text = std::fs::read_to_string("../../examples/cases/sean.jsonl").unwrap();
    let from_file = risk(["assess", log, "--at", "2017-12-20", "--format", "json"]).fine();
    assert_eq!(from_file, risk_reading(&text, ["assess", "-", "--at", "2017-12-20", "--format", "json"]).fine());
}

#[test]
fn the_answer_is_one_line_of_json_with_its_receipt() {
    let text = assess(&["--format", "json"]);
    assert_eq!(text.matches('\n').count(), 1);
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["schema"], "risk-assessment/1");
    assert_eq!(answer["at"], "2017-12-20T23:59:59.999999Z");
    assert_eq!(answer["receipt"]["policy"]["id"], "small");
    assert_eq!(answer["receipt"]["records"], 6);
}

#[test]
fn an_overlay_sets_a_parameter_for_its_locality_only() {
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("wessex.toml");
    let text = "[overlay]\nof = \"small\"\nlocality = \"wessex\"\n\n[[parameter]]\nid = \"review_within\"\nvalues = \
                [ { from = 2014-06-01, value = 3, basis = \"assumed\" } ]\n";
    std::fs::write(&overlay, text).unwrap();
    let overlay = overlay.to_str().unwrap();
    assert!(assess(&["--overlay", overlay]).contains("due 12 Dec 2017"));
    let there = assess(&["--overlay", overlay, "--locality", "wessex"]);
    assert!(there.contains("due 8 Dec 2017"), "{there}");
}

#[test]
fn what_was_recorded_later_than_known_at_does_not_count() {
    let page = assess(&["--known-at", "2017-12-01"]);
    assert!(page.contains("With what was recorded by Friday 1 December 2017"), "{page}");
    assert!(!page.contains("Review the risk of harm"), "{page}");
}

#[test]
fn one_action_is_explained_by_its_id_and_what_was_never_asked_for_says_so() {
    let answer: Value = serde_json::from_str(&assess(&["--format", "json"])).unwrap();
    let first = answer["agenda"]["lines"][0].as_str().unwrap();
    assert_eq!(explain(&[first]), explain(&["review_risk"]));
    let nothing = explain(&["locate_person"]);
    assert!(nothing.contains("The action locate person was never required in this case."), "{nothing}");
}

#[test]
fn a_supervised_person_sees_no_level_flag_enquiry_sharing_or_visit() {
    let everything = jsonl(&records());
    let own = jsonl(&[supervision_started()]);
    for (format, words) in [
        ("text", &["RISK", "FLAG", "medium", "police", "review", "social care", "raise"]),
        ("json", &["medium", "known_adult", "plw", "police", "review_risk", "request_", "do_not_raise"]),
    ] {
        let question: Vec<&str> = ["assess", "-", "--audience", "supervised_person", "--all", "--format", format]
            .into_iter()
            .chain(AT)
            .collect();
        let seen = risk_reading(&everything, question.clone()).fine();
        assert!(seen.contains("Complete the sentence plan"), "{seen}");
        for word in words {
            assert!(!seen.contains(word), "{word}: {seen}");
        }
        assert_eq!(seen, risk_reading(&own, question).fine());
    }
    let why = ["explain", "-", "--audience", "supervised_person", "--why-not", "raised-risk"];
    let trials = |log: &str| risk_reading(log, why.into_iter().chain(AT)).fine();
    assert_eq!(trials(&everything), trials(&own));
}

#[test]
fn what_rests_on_a_victims_word_says_so_in_text_and_json() {
    assert!(assess(&[]).contains("Do not raise with the person (partner confidential)."));
    assert!(assess(&["--format", "json"]).contains("\"caution\":\"do_not_raise_with_person\""));
}

#[test]
fn a_note_is_never_shown() {
    let mut records = records();
    records[1] = with(records[1].clone(), "note", "zebra");
    let log = jsonl(&records);
    for arguments in [
        &["assess", "-", "--all"][..],
        &["assess", "-", "--format", "json"],
        &["explain", "-"],
        &["explain", "-", "--format", "json"],
    ] {
        let seen = risk_reading(&log, arguments.iter().chain(&AT).copied()).fine();
        assert!(!seen.contains("zebra"), "{seen}");
    }
}

#[test]
fn hindsight_is_labelled_and_blind_rules_are_named() {
    assert!(assess(&["--lens", "hindsight"]).contains("HINDSIGHT"));
    let page = assess(&["--feeds", "supervision_started,risk_assessed"]);
    assert!(page.contains("These cannot fire because a feed is missing: raised-risk."), "{page}");
}

#[test]
fn colour_is_for_terminals_or_when_asked_for_and_no_color_wins_over_auto() {
    assert!(!assess(&[]).contains('\u{1b}'));
    let coloured = assess(&["--color", "always"]);
    assert!(coloured.contains('\u{1b}'));
    let bare = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(bare, assess(&[]));
    assert_eq!(bare, assess(&["--color", "never"]));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child =
        command(["policy", "show", "--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut complaint = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert_eq!((child.wait().unwrap().code(), complaint.as_str()), (Some(0), ""));
}

#[test]
fn the_policy_is_shown_for_people_for_programs_and_as_a_page() {
    assert!(risk(["policy", "show", PACK]).fine().contains("A victim's worker reports raised risk"));
    assert!(risk(["policy", "show", PACK, "--format", "markdown"]).fine().contains("# A small policy"));
    let shown: Value = serde_json::from_str(&risk(["policy", "show", PACK, "--format", "json"]).fine()).unwrap();
    for list in ["documents", "parameters", "rules", "duties", "actions", "audiences", "obligations"] {
        assert!(shown[list].is_array(), "{list}");
    }
    assert_eq!(shown["rules"][0]["id"], "raised-risk");
}

#[test]
fn the_policy_built_in_is_the_one_in_the_repository() {
    let digest = |page: String| page.lines().find(|l| l.starts_with("digest ")).unwrap().to_owned();
    let built_in = digest(risk(["policy", "check"]).fine());
    assert_eq!(built_in, digest(risk(["policy", "check", "policies/england-wales"]).fine()));
}

#[test]
fn the_schema_of_a_record_knows_every_kind() {
    let schema: Value = serde_json::from_str(&risk(["schema"]).fine()).unwrap();
    let kinds: BTreeSet<&str> =
        schema["properties"]["kind"]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let described: BTreeSet<&str> = schema["$defs"].as_object().unwrap().keys().map(String::as_str).collect();
    assert!(kinds.contains("plw_disclosure"));
    assert_eq!(kinds, described);
}

#[test]
fn help_teaches_and_the_version_is_told() {
    assert!(risk(["--version"]).fine().starts_with("risk "));
    for command in ["assess", "explain", "timeline", "compare", "verify", "seal", "schema", "completions", "man"] {
        assert!(risk([command, "--help"]).fine().contains("Example"), "{command}");
    }
    for command in ["check", "show", "test", "diff"] {
        assert!(risk(["policy", command, "--help"]).fine().contains("Example"), "{command}");
    }
    assert_eq!(risk([]).code, 2);
}
