//! Every way in which a policy can be wrong: exit code 2, with file, line, what was found and what was expected.

use std::fs;

use crate::case::PACK;
use crate::command::risk;

/// The small policy with one text of it changed is refused, at the line of the change unless another is named.
fn refused(from: &str, to: &str, message: &[&str]) {
    let text = fs::read_to_string("tests/cli/pack/policy.toml").unwrap();
    assert!(text.contains(from), "{from}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.toml"), text.replacen(from, to, 1)).unwrap();
    let folder = folder.path().to_str().unwrap();
    for command in ["check", "show", "test"] {
        risk(["policy", command, folder]).refused(message);
    }
    risk(["assess", "examples/cases/sean.jsonl", "--policy", folder]).refused(message);
}

/// `policy.toml:LINE:` of a text in the small policy.
fn at(text: &str) -> String {
    let policy = fs::read_to_string("tests/cli/pack/policy.toml").unwrap();
    let line = policy[..policy.find(text).unwrap()].matches('\n').count() + 1;
    format!("policy.toml:{line}:")
}

const DUTY: &str = "[[duty]]
id = \"looking-after\"
title = \"Look after it\"
source = [ { document = \"report\", at = \"s3\" } ]
basis = \"inspectorate\"
effective = { from = 2014-06-01 }
action = \"review_risk\"
while = \"supervised = yes\"

[[audience]]
id = \"responsible_officer\"";
const AUDIENCE: &str = "[[audience]]\nid = \"responsible_officer\"";

#[test]
fn an_unknown_fact() {
    refused(
        "event.raised_risk in [yes, unknown]",
        "event.raised_risk in [yes, unknown] and supervized = yes",
        &[&at("when = \"event.raised_risk in"), "unknown fact `supervized`", "expected one of `supervised`"],
    );
}

#[test]
fn a_value_out_of_range() {
    refused("value = 7", "value = 70", &[&at("values = "), "the value 70 of `review_within`", "expected 1 to 60"]);
}

#[test]
fn a_rule_without_a_source() {
    let source = "source = [ { document = \"report\", at = \"s2\" } ]\n";
    // What was below the source is in its place now.
    refused(source, "", &[&at(source), "names no source: expected `source`, or basis = \"assumed\""]);
}

#[test]
fn two_versions_in_force_at_once() {
    refused(
        "id = \"start\"",
        "id = \"raised-risk\"",
        &["policy.toml:", "two versions of `raised-risk` are in force on 2014-06-01", "expected one to end"],
    );
}

#[test]
fn an_action_that_nothing_can_close() {
    refused(
        "closed_by = [ { on = \"sentence_plan_completed\" } ]",
        "closed_by = []",
        &["policy.toml:", "nothing can close `complete_sentence_plan`", "expected at least one event"],
    );
}

#[test]
fn a_duty_whose_condition_nothing_can_end() {
    let endless = DUTY.replace("supervised = yes", "ever(plw_disclosure)");
    refused(AUDIENCE, &endless, &["policy.toml:", "the duty would never end: expected"]);
}

#[test]
fn a_while_that_time_alone_drives() {
    let driven = DUTY.replace("supervised = yes", "supervised = yes and days_since(plw_disclosure) > 3");
    refused(
        AUDIENCE,
        &driven,
        &["policy.toml:", "days_since", "changes by time alone: expected it in a rule's `when`"],
    );
}

#[test]
fn the_duty_of_these_tests_is_itself_in_order() {
    let text = fs::read_to_string("tests/cli/pack/policy.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.toml"), text.replacen(AUDIENCE, DUTY, 1)).unwrap();
    risk(["policy", "check", folder.path().to_str().unwrap()]).fine();
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let text = fs::read_to_string("tests/cli/pack/policy.toml").unwrap();
    let text =
        text.replacen("value = 7", "value = 70", 1).replacen("closed_by = [ { on = \"case_transferred\" } ]", "", 1);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.toml"), text).unwrap();
    let checked = risk(["policy", "check", folder.path().to_str().unwrap()]);
    assert_eq!(checked.err.lines().count(), 2, "{}", checked.err);
    checked.refused(&["out of its range", "closed_by"]);
}

#[test]
fn a_folder_that_holds_no_policy_and_a_locality_that_nobody_knows() {
    risk(["policy", "check", "no-such-folder"]).refused(&["no-such-folder: no such policy: expected `england-wales`"]);
    risk(["policy", "check", "docs"]).refused(&["docs: no such policy: expected `england-wales`"]);
    risk(["policy", "check", PACK, "--locality", "nowhere"]).refused(&["locality", "`nowhere`"]);
    risk(["policy", "check", PACK, "--overlay", "no-such.toml"]).refused(&["no-such.toml"]);
}

#[test]
fn a_test_of_the_policy_that_fails_is_the_answer_no() {
    let text = fs::read_to_string("tests/cli/pack/policy.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.toml"), text.replace("review_risk = 2017-12-11", "review_risk = 2017-12-12"))
        .unwrap();
    let tested = risk(["policy", "test", folder.path().to_str().unwrap()]);
    assert_eq!((tested.code, tested.out.as_str()), (1, "small 1: 1 test, 1 failed\n"));
    assert!(tested.err.contains("test failed: raised risk opens a review"), "{}", tested.err);
    assert!(tested.err.contains("expected review_risk to be due on 2017-12-12, found 2017-12-11"), "{}", tested.err);
    assert_eq!(risk(["policy", "test", PACK]).fine(), "small 1: 1 test, none failed\n");
}
