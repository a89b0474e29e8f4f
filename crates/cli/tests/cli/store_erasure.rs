//! What the law asks to be taken out is gone, and the rest still holds.

use serde_json::json;

use crate::case::{disclosure, id, jsonl, record, supervision_started, with};
use crate::stored::{CASE, OTHER, Stored};

const SECRET: &str = "heron-and-lantern";
const WHY: [&str; 4] = ["--reason", "legal_erasure", "--by", "manager-7"];

fn with_a_secret() -> Stored {
    let stored = Stored::empty();
    let output = with(disclosure(), "note", SECRET);
    stored.reading(&jsonl(&[supervision_started(), output]), &["store", "append", "-"]).fine();
    assert!(holds_secret(&stored));
    stored
}

fn holds_secret(stored: &Stored) -> bool {
    stored.bytes().windows(SECRET.len()).any(|w| w == SECRET.as_bytes())
}

fn taken_out(stored: &Stored, how: &str) -> String {
    let event = id(2);
    let words: Vec<&str> = ["store", how, CASE, &event].into_iter().chain(WHY).collect();
    stored.risk(&words).fine()
}

#[test]
fn what_was_erased_is_in_no_file_and_the_chain_still_holds() {
    let stored = with_a_secret();
    let said = taken_out(&stored, "erase");
    assert!(
        said.contains("The record was erased; record 3 says so") && said.contains("gone from the store's files"),
        "{said}"
    );
    assert!(!holds_secret(&stored));
    assert!(stored.risk(&["store", "verify"]).fine().contains("intact, 1 case, 3 records"));
    assert_eq!(stored.acts(CASE), ["appended", "erased"]);
    let page = stored.risk(&["assess", CASE, "--audience", "manager", "--all"]).fine();
    assert!(page.contains("erased"), "{page}");
}

#[test]
fn an_erasure_is_as_confidential_as_what_it_erased_and_nobody_read_that_for_it() {
    let stored = with_a_secret();
    taken_out(&stored, "erase");
    let log = stored.risk(&["store", "export", "--no-journal", "--output", "-"]).fine();
    let erasure = log.lines().find(|line| line.contains("payload_erased")).unwrap();
    assert!(erasure.contains("\"partner_confidential\""), "{erasure}");
    assert!(!stored.acts(CASE).contains(&"read".to_owned()));
}

#[test]
fn what_is_kept_as_evidence_rests_apart_and_reading_it_is_known() {
    let stored = with_a_secret();
    let said = taken_out(&stored, "restrict");
    assert!(said.contains("kept as evidence"), "{said}");
    let log = stored.risk(&["store", "export", "--no-journal", "--output", "-"]).fine();
    assert!(!log.contains(SECRET));
    assert!(stored.risk(&["store", "evidence", CASE, &id(2)]).fine().contains(SECRET));
    assert_eq!(stored.acts(CASE).last().unwrap(), "evidence_read");
    stored.risk(&["store", "evidence", CASE, &id(1)]).refused(&["a record kept as evidence"]);
}

#[test]
fn an_erasure_may_come_as_a_record() {
    let stored = with_a_secret();
    let data = json!({ "event_id": id(2), "reason": "legal_erasure", "by": "manager-7" });
    let given = with(record(3, "2018-01-05", "payload_erased", data), "handling", "partner_confidential");
    stored.reading(&given.to_string(), &["store", "erase", CASE, "--record", "-"]).fine();
    assert!(!holds_secret(&stored));
    stored.reading("{", &["store", "erase", CASE, "--record", "-"]).refused(&["standard input:1"]);
}

#[test]
fn an_erasure_of_nothing_or_by_nobody_changes_nothing() {
    let stored = with_a_secret();
    let before = stored.heads();
    let (event, none) = (id(2), id(77));
    let erase = |rest: &[&str]| stored.risk(&[&["store", "erase"], rest].concat());
    erase(&[CASE, &none, "--reason", "legal_erasure", "--by", "m"]).refused(&["a record of that case", &none]);
    erase(&[OTHER, &event, "--reason", "legal_erasure", "--by", "m"]).refused(&[OTHER]);
    erase(&[CASE, &event]).refused(&["--reason", "--by"]);
    erase(&[CASE, &event, "--reason", "because", "--by", "m"]).refused(&["--reason", "legal_erasure"]);
    erase(&[CASE, &event, "--reason", "legal_erasure", "--by", "two words"]).refused(&["--by", "data.by"]);
    erase(&[CASE]).refused(&["EVENT"]);
    assert_eq!(stored.heads(), before);
    assert!(holds_secret(&stored));
}

#[test]
fn the_files_can_be_scrubbed_again() {
    let stored = with_a_secret();
    taken_out(&stored, "erase");
    assert!(stored.risk(&["store", "scrub"]).fine().contains("scrubbed"));
}
