//! The briefing and the audit, over the cases of a store.

use std::fs;

use crate::case::{jsonl, record, with};
use crate::command::risk;
use crate::stored::{OFFICER, Stored};

const ALAN: &str = "00000000-0000-4000-8000-00000000a1a0";
const BILL: &str = "00000000-0000-4000-8000-00000000b111";

/// Two teams with a case each; in one of them the police were called out in the night.
fn caseload() -> Stored {
    let stored = Stored::empty();
    let start = |n, case: &str| {
        let data = serde_json::json!({ "sentence_id": "s1", "sentence_type": "community_order",
            "index_offence_is_domestic_abuse": "yes" });
        with(record(n, "2017-09-18", "supervision_started", data), "case_id", case)
    };
    let call_out = serde_json::json!({ "outcome": "no_further_action", "children_present": "yes" });
    let call_out = with(record(3, "2017-12-19", "police_call_out", call_out), "case_id", ALAN);
    stored.reading(&jsonl(&[start(1, ALAN), start(2, BILL), call_out]), &["store", "append", "-"]).fine();
    stored.risk(&["store", "identify", ALAN, "crn:X1", "team:north"]).fine();
    stored.risk(&["store", "identify", BILL, "crn:X2", "team:south"]).fine();
    stored
}

const MORNING: [&str; 3] = ["briefing", "--at", "2017-12-19"];

fn briefing(stored: &Stored, who: &str, rest: &[&str]) -> String {
    let words: Vec<&str> = MORNING.into_iter().chain(OFFICER).chain(rest.iter().copied()).collect();
    stored.named(who, &words).fine()
}

#[test]
fn a_briefing_begins_with_the_call_out_of_the_night_and_knows_the_cases_by_their_names() {
    let stored = caseload();
    let page = briefing(&stored, "N07A001", &[]);
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("expected {what} in: {page}"));
    assert!(at("CALL-OUT") < at("OVERDUE"), "{page}");
    assert!(page.contains("X1") && page.contains("X2"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    assert_eq!(stored.acts(ALAN).last().unwrap(), "consulted");
}

#[test]
fn a_briefing_is_of_those_cases_alone_that_were_asked_for() {
    let stored = caseload();
    let output = briefing(&stored, "N07A001", &["--only", "team:south", "--format", "json"]);
    let output: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(output["schema"], "risk-briefing/1");
    assert_eq!(output["call_outs"].as_array().unwrap().len(), 0);
    assert_eq!(output["cases"][0]["case_id"], BILL);
    assert_eq!(output["cases"].as_array().unwrap().len(), 1);
    assert_eq!(stored.acts(ALAN).last().unwrap(), "identified");
}

#[test]
fn a_person_of_two_cases_is_in_the_briefing_of_each_team_that_has_one_of_them() {
    let stored = caseload();
    stored.risk(&["store", "merge", ALAN, BILL]).fine();
    for team in ["team:north", "team:south"] {
        // Later than the merging, as before it was known each is answered for itself.
        let words = ["briefing", "--at", "2100-01-01", "--audience", "manager", "--only", team];
        let output = stored.json(&words);
        assert_eq!(output["cases"].as_array().unwrap().len(), 1, "{team}");
        assert_eq!(output["cases"][0]["case_id"], BILL);
        assert_eq!(output["cases"][0]["labels"]["crn"], "X2");
    }
    let listed = stored.risk(&["store", "cases"]).fine();
    assert!(listed.contains(&format!("\n  answered under {BILL}\n")), "{listed}");
}

#[test]
fn a_case_that_the_reader_may_not_see_is_counted_and_not_named() {
    let stored = caseload();
    stored.risk(&["store", "exclude", ALAN, "N07A001"]).fine();
    let output = briefing(&stored, "N07A001", &["--format", "json"]);
    assert!(!output.contains(ALAN) && !output.contains("X1"), "{output}");
    let output: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(output["not_shown"], 1);
}

#[test]
fn a_case_that_cannot_be_read_is_told_as_not_answered() {
    let stored = caseload();
    let mut bytes = fs::read(stored.place()).unwrap();
    let word = b"no_further_action";
    let at = bytes.windows(word.len()).position(|w| w == word).unwrap();
    bytes[at] = b'x';
    fs::write(stored.place(), bytes).unwrap();
    let words: Vec<&str> = MORNING.into_iter().chain(OFFICER).chain(["--format", "json"]).collect();
    let ran = stored.named("N07A001", &words);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains(&format!("case {ALAN} is not assessed")) && !ran.err.contains(BILL), "{}", ran.err);
    let output: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(output["not_answered"][0]["case_id"], ALAN);
    assert_eq!(output["cases"][0]["case_id"], BILL);
    let counted = stored.risk(&["audit", "--audience", "analyst", "--at", "2017-12-19", "--format", "json"]);
    assert_eq!(counted.code, 0, "{}", counted.err);
    assert!(counted.err.contains(&format!("case {ALAN} is not counted")), "{}", counted.err);
    assert!(counted.out.contains("\"not_counted\":1") && !counted.out.contains(ALAN), "{}", counted.out);
}

#[test]
fn a_case_over_budget_stops_nothing_and_is_named_first_everywhere() {
    let stored = caseload();
    let words = |format: &'static str, budget: &'static str| {
        let words = MORNING.into_iter().chain(OFFICER).chain(["--format", format, "--case-budget", budget]);
        stored.named("N07A001", &words.collect::<Vec<_>>())
    };
    let ran = words("json", "1");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let output: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let named: Vec<&str> =
        output["not_answered"].as_array().unwrap().iter().map(|n| n["case_id"].as_str().unwrap()).collect();
    assert_eq!(named, [ALAN, BILL]);
    assert_eq!((output["not_answered"][0]["labels"]["crn"].as_str(), output["cases"][0].is_null()), (Some("X1"), true));
    assert!(output["not_answered"][0]["why"].as_str().unwrap().contains("at most 1 units of work"), "{output}");
    for case in [ALAN, BILL] {
        assert!(ran.err.contains(&format!("case {case} is not assessed: over budget")), "{}", ran.err);
    }
    for (format, heading, next) in
        [("text", "\nNOT ASSESSED\n", "\nPOLICE CALL-OUTS\n"), ("html", ">Not assessed</h2>", ">Police call-outs</h2>")]
    {
        let ran = words(format, "1");
        let at = |what: &str| ran.out.find(what).unwrap_or_else(|| panic!("expected {what} in: {}", ran.out));
        assert!(at(heading) < at("over budget") && at("over budget") < at(next), "{}", ran.out);
        assert!(ran.out.contains(ALAN) && ran.err.contains(BILL), "{}", ran.out);
    }
    let usual = words("json", "200000000");
    assert_eq!(usual.out, briefing(&stored, "N07A001", &["--format", "json"]));
    assert_eq!(usual.err, "");
    let audit = ["audit", "--audience", "analyst", "--at", "2017-12-19", "--suppress-below", "1", "--case-budget", "1"];
    let counted = stored.risk(&audit);
    assert_eq!(counted.code, 0, "{}", counted.err);
    assert!(counted.out.contains("NOT COUNTED: 2 cases are missing"), "{}", counted.out);
    assert!(counted.err.contains(&format!("case {ALAN} is not counted: over budget")), "{}", counted.err);
    let counted = stored.risk(&[&audit[..], &["--format", "json"]].concat());
    assert!(counted.out.contains("\"not_counted\":2"), "{}", counted.out);
    for wrong in ["0", "1.5", "many"] {
        words("text", wrong).refused(&["--case-budget"]);
    }
}

#[test]
fn a_briefing_is_written_as_one_page_that_its_owner_alone_may_read() {
    let stored = caseload();
    let file = stored.beside("briefing.html");
    assert_eq!(briefing(&stored, "N07A001", &["--format", "html", "--output", &file]), "");
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("X1"), "{page}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn an_identifier_that_no_case_has_does_not_pass_for_a_quiet_day() {
    let stored = caseload();
    for command in ["briefing", "audit"] {
        let words: Vec<&str> = [command, "--only", "team:nroth"].into_iter().chain(OFFICER).collect();
        stored.risk(&words).refused(&["team:nroth", "no case in the store has this identifier"]);
    }
}

#[test]
fn news_since_a_time_to_come_is_refused() {
    let stored = caseload();
    let words: Vec<&str> = MORNING.into_iter().chain(OFFICER).chain(["--since", "2017-12-20"]).collect();
    stored.risk(&words).refused(&["--since", "not after --at"]);
}

#[test]
fn an_audit_counts_by_what_the_host_calls_the_cases_or_by_owner() {
    let stored = caseload();
    let count = |by: &str| {
        let words = [
            "audit",
            "--audience",
            "analyst",
            "--at",
            "2017-12-19",
            "--lens",
            "as_known",
            "--suppress-below",
            "1",
            "--by",
            by,
        ];
        stored.json(&words)
    };
    let by_team = count("team");
    assert_eq!(by_team["schema"], "risk-measures/1");
    let groups = |output: &serde_json::Value| {
        let mut groups: Vec<String> = output["lenses"][0]["actions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["group"][0].as_str().unwrap_or("nobody").to_owned())
            .collect();
        groups.dedup();
        groups
    };
    assert_eq!(groups(&by_team), ["north", "south"]);
    assert!(groups(&count("owner")).contains(&"responsible_officer".to_owned()));
    assert_eq!(stored.acts(ALAN).last().unwrap(), "identified");
    assert!(stored.risk(&["store", "access"]).fine().contains("host counted all cases"));
}

#[test]
fn an_audit_leaves_out_small_numbers_unless_it_is_told_not_to() {
    let stored = caseload();
    let words = ["audit", "--audience", "analyst", "--at", "2017-12-19", "--lens", "as_known"];
    let page = stored.risk(&words).fine();
    assert!(page.contains("All cases (* cases)"), "{page}");
    assert!(page.contains("`*` replaces a number from 1 to 4"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    let whole = stored.risk(&[&words[..], &["--suppress-below", "1"]].concat()).fine();
    assert!(whole.contains("All cases (2 cases)"), "{whole}");
    stored.risk(&[&words[..], &["--suppress-below", "0"]].concat()).refused(&["--suppress-below"]);
}

#[test]
fn every_command_of_the_store_teaches_with_an_example() {
    let commands = [
        "init",
        "append",
        "import",
        "export",
        "cases",
        "identify",
        "merge",
        "unmerge",
        "exclude",
        "admit",
        "access",
        "verify",
        "checkpoint",
        "prove",
        "erase",
        "restrict",
        "evidence",
    ];
    for command in commands {
        let help = risk(["store", command, "--help"]).fine();
        assert!(help.contains("Example") && help.contains(&format!("risk store {command}")), "{help}");
    }
    for command in ["briefing", "audit"] {
        assert!(risk([command, "--help"]).fine().contains("Examples:"), "{command}");
    }
}
