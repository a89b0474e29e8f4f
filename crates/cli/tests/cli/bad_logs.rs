//! Every way in which a log can be wrong: exit code 2, the place, what was found, what was expected, nothing written.

use std::fs;

use serde_json::{Value, json};

use crate::case::{PACK, disclosure, id, jsonl, record, records, supervision_started, with, without};
use crate::command::risk;

/// Reads a log with every command that reads one; each refuses it with the same message.
fn refused(lines: &str, message: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let (path, sealed) = (folder.path().join("case.jsonl"), folder.path().join("sealed.jsonl"));
    fs::write(&path, lines).unwrap();
    let (path, sealed_name) = (path.to_str().unwrap(), sealed.to_str().unwrap());
    risk(["assess", path, "--policy", PACK]).refused(message);
    risk(["explain", path, "--policy", PACK]).refused(message);
    risk(["seal", path, "--output", sealed_name]).refused(message);
    assert!(!sealed.exists());
}

fn refused_records(records: &[Value], message: &[&str]) {
    refused(&jsonl(records), message);
}

#[test]
fn a_line_that_is_not_json() {
    let lines = format!("{}\nshe said that he hit her\n", supervision_started());
    refused(&lines, &["case.jsonl:2: field `record`: expected one JSON object, found text that is not JSON"]);
}

#[test]
fn a_record_without_a_field_of_every_record() {
    let late = without(disclosure(), "recorded_at");
    refused_records(
        &[supervision_started(), late],
        &["case.jsonl:2: field `recorded_at`: expected an instant in RFC 3339", "found nothing"],
    );
}

#[test]
fn a_record_without_a_field_of_its_kind() {
    let nobody = with(disclosure(), "data", json!({ "raised_risk": "yes" }));
    refused_records(
        &[supervision_started(), nobody],
        &["case.jsonl:2: field `data.person`: expected the id of a person, found nothing"],
    );
}

#[test]
fn an_unknown_kind() {
    let mistyped = record(2, "2017-12-05", "police_callout", json!({}));
    refused_records(
        &[supervision_started(), mistyped],
        &["case.jsonl:2: field `kind`: expected a kind of the catalogue: `police_call_out`", "found `police_callout`"],
    );
}

#[test]
fn an_unknown_field() {
    let data = json!({ "person": "p1", "raisedrisk": "yes" });
    refused_records(
        &[supervision_started(), with(disclosure(), "data", data)],
        &["case.jsonl:2: field `data.raisedrisk`: expected only the fields of plw_disclosure", "`raised_risk`"],
    );
}

#[test]
fn an_unknown_value() {
    let data = json!({ "person": "p1", "raised_risk": "maybe" });
    refused_records(
        &[supervision_started(), with(disclosure(), "data", data)],
        &["case.jsonl:2: field `data.raised_risk`: expected one of", "yes, no, unknown, found `maybe`"],
    );
}

#[test]
fn a_value_in_somebodys_words_is_never_repeated() {
    let data = json!({ "person": "p1", "raised_risk": "he hit her" });
    let lines = jsonl(&[supervision_started(), with(disclosure(), "data", data)]);
    refused(&lines, &["case.jsonl:2: field `data.raised_risk`", "found text of 10 characters"]);
}

#[test]
fn a_record_of_something_that_happened_after_it_was_recorded() {
    let early = with(disclosure(), "recorded_at", "2017-12-04T10:00:00Z");
    refused_records(
        &[supervision_started(), early],
        &[
            "case.jsonl:2: field `occurred_at`: expected an instant not after `recorded_at`, 2017-12-04T10:00:00Z",
            "found 2017-12-05T10:00:00Z",
        ],
    );
}

#[test]
fn a_record_less_confidential_than_what_it_names() {
    let about = json!({ "about": ["p1"], "with": "police", "answers": [id(2)] });
    refused_records(
        &[supervision_started(), disclosure(), record(3, "2017-12-06", "information_shared", about)],
        &["case.jsonl:3: field `handling`: expected `partner_confidential` or stricter", &id(2), "found `staff`"],
    );
}

#[test]
fn two_records_with_one_id_and_other_content() {
    let other = with(supervision_started(), "recorded_at", "2017-09-19T10:00:00Z");
    refused_records(
        &[supervision_started(), other],
        &["case.jsonl:2: field `event_id`: expected the content of record 1", "found other content"],
    );
}

#[test]
fn a_correction_of_a_record_that_is_not_there() {
    let data = json!({ "event_id": id(9), "replacement": { "data": { "person": "p2" } }, "reason": "wrong_value",
        "by": "officer-1" });
    let correction = with(record(3, "2017-12-06", "record_corrected", data), "handling", "partner_confidential");
    refused_records(
        &[supervision_started(), disclosure(), correction],
        &["case.jsonl:3: field `data.event_id`: expected the event_id of another record", &id(9)],
    );
}

#[test]
fn a_log_of_two_cases_and_a_log_of_none() {
    let other = with(disclosure(), "case_id", id(99));
    refused_records(&[supervision_started(), other], &["case.jsonl:2: field `case_id`: expected the log's case"]);
    refused("", &["case.jsonl:1: field `record`: expected at least one record, found nothing"]);
}

#[test]
fn bytes_that_are_not_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.jsonl");
    fs::write(&path, [format!("{}\n", supervision_started()).as_bytes(), b"\xff\n"].concat()).unwrap();
    risk(["assess", path.to_str().unwrap(), "--policy", PACK]).refused(&["case.jsonl:2: expected text in UTF-8"]);
}

#[test]
fn a_file_that_is_not_there_and_options_that_say_nothing() {
    risk(["assess", "no-such.jsonl"]).refused(&["cannot read no-such.jsonl: "]);
    risk(["verify", "no-such.jsonl"]).refused(&["no-such.jsonl"]);
    risk(["assess", "x", "--at", "18/04/2018"]).refused(&["--at", "expected a date (2018-04-18)"]);
    risk(["assess", "x", "--audience", "everybody"]).refused(&["--audience", "responsible_officer"]);
    risk(["assess", "x", "--feeds", "police_callout"]).refused(&["--feeds", "police_call_out"]);
    risk(["verify", "x", "--head", "abc"]).refused(&["--head", "expected 64 hexadecimal digits"]);
}

#[test]
fn an_unknown_action_rule_or_audience_of_the_policy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.jsonl");
    fs::write(&path, jsonl(&records())).unwrap();
    let path = path.to_str().unwrap();
    risk(["explain", path, "reviewrisk", "--policy", PACK]).refused(&["unknown action or group", "`review_risk`"]);
    risk(["explain", path, "--why-not", "raisedrisk", "--policy", PACK]).refused(&["raisedrisk", "`raised-risk`"]);
    risk(["assess", path, "--audience", "manager", "--policy", PACK]).refused(&["defines no audience `manager`"]);
}
