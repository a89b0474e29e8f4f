//! Sealing a log, and finding what was done to it afterwards.

use std::fs;

use crate::case::{PACK, jsonl, records};
use crate::command::{risk, risk_reading};

const LATER: [&str; 2] = ["--appended-at", "2018-01-01"];

fn sealed() -> Vec<String> {
    let text = risk_reading(&jsonl(&records()), ["seal", "-"].into_iter().chain(LATER)).fine();
    text.lines().map(str::to_owned).collect()
}

/// Verifying says no; assessing refuses. Both name the place.
fn found_out(lines: &[String], message: &[&str]) {
    let text = lines.join("\n") + "\n";
    let verified = risk_reading(&text, ["verify", "-"]);
    assert_eq!((verified.code, verified.out.as_str()), (1, ""), "{}", verified.err);
    let assessed = risk_reading(&text, ["assess", "-", "--policy", PACK]);
    for part in message {
        assert!(verified.err.contains(part), "expected `{part}` in: {}", verified.err);
        assert!(assessed.err.contains(part), "expected `{part}` in: {}", assessed.err);
    }
    assessed.refused(message);
}

#[test]
fn a_sealed_log_verifies_and_gives_the_answer_of_the_plain_one() {
    let lines = sealed();
    let text = lines.join("\n") + "\n";
    let verified = risk_reading(&text, ["verify", "-"]).fine();
    assert!(verified.starts_with("standard input: intact, 6 records\nhead "), "{verified}");
    let question = ["assess", "-", "--at", "2017-12-20", "--policy", PACK, "--all"];
    let receipt = |page: String| page.trim_end().rsplit_once('\n').unwrap().0.to_owned();
    assert_eq!(
        receipt(risk_reading(&text, question).fine()),
        receipt(risk_reading(&jsonl(&records()), question).fine())
    );
    assert_eq!(risk_reading(&text, ["seal", "-"]).fine(), text);
}

#[test]
fn a_flipped_byte_is_found_and_placed() {
    let mut lines = sealed();
    lines[1] = lines[1].replace("\"raised_risk\":\"yes\"", "\"raised_risk\":\"no\"");
    found_out(&lines, &["standard input:2", "field `payload`", "expected the payload that was committed to"]);
}

#[test]
fn a_removed_a_swapped_and_an_added_line_are_found_and_placed() {
    let mut removed = sealed();
    removed.remove(2);
    found_out(&removed, &["standard input:3", "field `position`: expected position 3, found position 4"]);
    let mut swapped = sealed();
    swapped.swap(2, 3);
    found_out(&swapped, &["standard input:3", "field `position`: expected position 3, found position 4"]);
    let mut added = sealed();
    added.insert(3, added[2].clone());
    found_out(&added, &["standard input:4", "field `position`: expected position 4, found position 3"]);
}

#[test]
fn an_end_that_was_cut_off_shows_against_a_head_kept_elsewhere() {
    let lines = sealed();
    let whole = lines.join("\n");
    let report = risk_reading(&whole, ["verify", "-"]).fine();
    let head = report.lines().find_map(|l| l.strip_prefix("head ")).unwrap().to_owned();
    let cut = lines[..4].join("\n");
    assert_eq!(risk_reading(&cut, ["verify", "-"]).code, 0);
    let verified = risk_reading(&cut, ["verify", "-", "--head", &head]);
    assert_eq!(verified.code, 1);
    assert!(verified.err.contains("standard input:4: record 4"), "{}", verified.err);
    assert!(verified.err.contains(&format!("expected a record with the hash {head}")), "{}", verified.err);
    assert!(risk_reading(&whole, ["verify", "-", "--head", &head]).fine().contains("ends where the head given"));
}

#[test]
fn a_plain_log_is_not_a_sealed_one() {
    let verified = risk_reading(&jsonl(&records()), ["verify", "-"]);
    assert_eq!(verified.code, 1);
    assert!(verified.err.contains("expected a sealed record, found one without `hash`"), "{}", verified.err);
}

#[test]
fn the_answer_no_comes_as_json_too() {
    let verified = risk_reading(&jsonl(&records()), ["verify", "-", "--format", "json"]);
    assert_eq!(verified.code, 1);
    let said: serde_json::Value = serde_json::from_str(&verified.out).unwrap();
    assert_eq!((&said["intact"], &said["line"], &said["what"]), (&false.into(), &1.into(), &"unsealed".into()));
}

#[test]
fn a_record_later_than_the_sealing_is_refused_with_its_line() {
    let sealing = risk_reading(&jsonl(&records()), ["seal", "-", "--appended-at", "2017-12-01"]);
    sealing.refused(&[
        "standard input:2: field `recorded_at`: expected an instant not after `appended_at`",
        "found 2017-12-05T10:00:00Z",
    ]);
}

#[test]
fn a_sealed_file_is_written_whole_and_its_head_told() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("case.jsonl"), folder.path().join("sealed.jsonl"));
    fs::write(&path, jsonl(&records())).unwrap();
    let said =
        risk(["seal", path.to_str().unwrap(), "--output", out.to_str().unwrap()].into_iter().chain(LATER)).fine();
    let written = fs::read_to_string(&out).unwrap();
    let verified = risk_reading(&written, ["verify", "-"]).fine();
    assert_eq!(said.lines().nth(1), verified.lines().nth(1));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn two_sealings_never_share_a_salt() {
    let salts = |lines: Vec<String>| -> Vec<String> {
        let salt = |l: &String| serde_json::from_str::<serde_json::Value>(l).unwrap()["salt"].to_string();
        lines.iter().map(salt).collect()
    };
    let mut all = [salts(sealed()), salts(sealed())].concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 12);
}
