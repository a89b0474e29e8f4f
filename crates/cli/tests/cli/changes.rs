//! What changed: timelines, comparisons, and the difference of two policies; and what teaches shells and `man`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::case::{PACK, disclosure, jsonl, records, supervision_started, with};
use crate::command::{risk, risk_reading};

const AT: [&str; 4] = ["--policy", PACK, "--at", "2017-12-20"];

fn output<'a>(command: &[&'a str], more: &[&'a str]) -> String {
    let arguments: Vec<&str> = command.iter().chain(&AT).chain(more).copied().collect();
    risk_reading(&jsonl(&records()), arguments).fine()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The small policy with one text in the place of another, in a folder of its own.
fn other_pack(name: &str, from: &str, to: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../").join(PACK).join("policy.toml"));
    let text = text.unwrap();
    assert!(text.contains(from), "the small policy has `{from}`");
    fs::write(folder.join("policy.toml"), text.replace(from, to)).unwrap();
    folder.display().to_string()
}

#[test]
fn the_timeline_tells_record_by_record_what_opened_with_its_rule_and_its_caution() {
    let page = output(&["timeline", "-"], &[]);
    let step = page.split("\n\n").find(|s| s.contains("PLW disclosure")).unwrap();
    assert!(step.starts_with("Tuesday 5 December 2017, 10:00\n"), "{step}");
    let in_one_line = step.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "+ To do: Tell the police: PROTECT NOW, no limit in any source. Do not raise with the person (partner confidential).",
        "due 12 Dec 2017 (limit: assumed). Do not raise. [raised-risk]",
        "= Risk to known adult: medium indicated; work to MEDIUM; under review. Do not raise. [raised-risk]",
    ] {
        assert!(in_one_line.contains(part), "expected `{part}` in\n{step}");
    }
    assert!(page.contains("Time alone: something became overdue"), "{page}");
}

#[test]
fn pages_of_changes_keep_to_eighty_columns() {
    for command in [&["timeline", "-"][..], &["compare", "-"], &["compare", "-", "--and", "2018-03-01"]] {
        let page = output(command, &[]);
        assert!(page.lines().all(|l| l.chars().count() <= 80), "{page}");
    }
}

#[test]
fn a_program_gets_the_timeline_as_steps_with_changes() {
    let found = json(&output(&["timeline", "-"], &["--format", "json"]));
    assert_eq!(found["schema"], "risk-timeline/1");
    let steps = found["steps"].as_array().unwrap();
    let disclosed = steps.iter().find(|s| s["records"][0]["kind"] == "plw_disclosure").unwrap();
    let opened = disclosed["changes"].as_array().unwrap().iter().filter(|c| c["change"] == "opened");
    assert!(opened.into_iter().any(|c| c["action"]["because"][0]["rule"] == "raised-risk"), "{disclosed}");
    let by_time: Vec<&Value> = steps.iter().filter(|s| s["records"].as_array().unwrap().is_empty()).collect();
    assert!(by_time.iter().any(|s| s["by_time"][0] == "action_overdue"), "{by_time:?}");
}

#[test]
fn no_change_ever_shows_a_note_or_what_a_reader_may_not_see() {
    let mut noted = records();
    noted[1] = with(noted[1].clone(), "note", "zebra");
    for command in [&["timeline", "-"][..], &["compare", "-"], &["compare", "-", "--and", "2018-03-01"]] {
        for format in ["text", "json"] {
            let arguments = |audience| -> Vec<&str> {
                command.iter().copied().chain(AT).chain(["--format", format, "--audience", audience]).collect()
            };
            let officer = risk_reading(&jsonl(&noted), arguments("responsible_officer")).fine();
            assert!(!officer.contains("zebra"), "{officer}");
            let own = |log: &[Value]| risk_reading(&jsonl(log), arguments("supervised_person")).fine();
            assert_eq!(own(&noted), own(&[supervision_started()]));
        }
    }
}

#[test]
fn compared_with_hindsight_what_came_late_is_told_and_labelled() {
    let late = with(disclosure(), "occurred_at", "2017-12-01T10:00:00Z");
    let log = jsonl(&[supervision_started(), late]);
    let page = risk_reading(&log, ["compare", "-"].into_iter().chain(AT)).fine();
    assert!(page.contains("HINDSIGHT: everything known now"), "{page}");
    assert!(page.contains("recorded 5 Dec 2017 (4 days later)"), "{page}");
    assert!(page.contains("the service learnt of it after 4 days"), "{page}");
}

#[test]
fn two_dates_and_two_policies_stand_side_by_side() {
    let page = output(&["compare", "-"], &["--and", "2017-12-04"]);
    assert!(page.starts_with("Case ") && page.contains("Second: as known, Monday 4 December 2017"), "{page}");
    let same = output(&["compare", "-"], &["--other-policy", PACK]);
    assert!(same.contains("WHAT DIFFERS\n  Nothing."), "{same}");
    let both = ["compare", "-", "--and", "2017-12-04", "--other-policy", PACK];
    assert_eq!(risk_reading(&jsonl(&records()), both.into_iter().chain(AT)).code, 2);
}

#[test]
fn policy_diff_names_entry_and_field_with_old_and_new() {
    let same = risk(["policy", "diff", PACK, PACK]).fine();
    assert!(same.contains("They mean the same."), "{same}");
    let other = other_pack("other-title", "A victim's worker reports raised risk", "Raised risk is reported");
    let page = risk(["policy", "diff", PACK, &other]).fine();
    for part in
        ["CHANGED", "- rule raised-risk", "title:", "A victim's worker reports raised risk", "Raised risk is reported"]
    {
        assert!(page.contains(part), "expected `{part}` in\n{page}");
    }
    let found = json(&risk(["policy", "diff", PACK, &other, "--format", "json"]).fine());
    assert_eq!(found["schema"], "risk-policy-diff/1");
    assert_eq!(found["entries"][0]["fields"][0]["field"], "title");
}

#[test]
fn policy_diff_over_logs_tells_which_cases_get_another_answer_and_how() {
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("over.jsonl");
    fs::write(&log, jsonl(&records())).unwrap();
    let log = log.display().to_string();
    let other = other_pack("other-condition", "event.raised_risk in [yes, unknown]", "event.raised_risk = no");
    let over = |second: &str, format: &str| {
        risk(["policy", "diff", PACK, second, "--over", &log, "--at", "2017-12-20", "--format", format]).fine()
    };
    let page = over(&other, "text");
    assert!(page.contains("1 of 1 case would get a different answer."), "{page}");
    assert!(page.contains("Only in the first: "), "{page}");
    assert!(over(PACK, "text").contains("0 of 1 case would get a different answer."));
    let found = json(&over(&other, "json"));
    assert_eq!(found["over"][0]["schema"], "risk-comparison/1");
    assert_ne!(found["over"][0]["changes"], Value::Array(vec![]));
}

#[test]
fn the_guide_tells_what_follows_and_where_that_is_written() {
    let page = risk(["policy", "show", PACK, "--format", "guide"]).fine();
    assert!(page.contains("- Source: A report, s1: \u{201c}respond to new information\u{201d}"), "{page}");
    assert!(!page.contains("0 obligations"), "{page}");
}

#[test]
fn each_shell_learns_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = risk(["completions", shell]).fine();
        for word in ["assess", "timeline", "compare", "completions", "audience"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(risk(["completions", "csh"]).code, 2);
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("man");
    let listed = risk(["man", "--output", &folder.display().to_string()]).fine();
    assert!(listed.lines().all(|path| Path::new(path).is_file()), "{listed}");
    for (page, word) in [
        ("risk.1", "timeline"),
        ("risk-assess.1", "audience"),
        ("risk-timeline.1", "known"),
        ("risk-policy-diff.1", "over"),
    ] {
        let text = fs::read_to_string(folder.join(page)).unwrap();
        assert!(text.contains(".TH") && text.contains(word), "{page}: {text}");
    }
}
