//! `risk generate`: invented caseloads.

use std::fs;

use crate::command::{risk, risk_reading};

const THREE: [&str; 5] = ["generate", "--cases", "3", "--seed", "7"];

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = risk(THREE).fine();
    assert_eq!(first, risk(THREE).fine());
    assert_ne!(first, risk(["generate", "--cases", "3", "--seed", "8"]).fine());
}

#[test]
fn two_parts_of_a_caseload_are_the_whole() {
    let one = risk(["generate", "--cases", "1", "--seed", "7"]).fine();
    let two = risk(["generate", "--skip", "1", "--cases", "2", "--seed", "7"]).fine();
    assert_eq!(one + &two, risk(THREE).fine());
}

#[test]
fn one_case_goes_straight_into_an_assessment() {
    let log = risk(["generate", "--cases", "1", "--seed", "7"]).fine();
    let page = risk_reading(&log, ["assess", "-", "--at", "2018-05-31"]).fine();
    assert!(page.starts_with("Case "), "{page}");
}

#[test]
fn a_folder_gets_one_log_a_case_and_a_file_gets_them_all() {
    let folder = tempfile::tempdir().unwrap();
    let (cases, file) = (folder.path().join("cases"), folder.path().join("all.jsonl"));
    let said = risk(THREE.into_iter().chain(["--output", cases.to_str().unwrap()])).fine();
    assert!(said.contains("3 invented cases"), "{said}");
    assert_eq!(fs::read_dir(&cases).unwrap().count(), 3);
    risk(THREE.into_iter().chain(["--one-file", "--output", file.to_str().unwrap()])).fine();
    assert_eq!(fs::read_to_string(&file).unwrap(), risk(THREE).fine());
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    risk(THREE.into_iter().chain(["--output", folder.path().to_str().unwrap()]))
        .refused(&["the folder is not empty: pass a new or empty one"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn as_many_events_as_asked_for() {
    let log = risk(["generate", "--cases", "1", "--seed", "7", "--events", "100"]).fine();
    assert_eq!(log.lines().count(), 100);
}

#[test]
fn no_cases_and_too_few_events_are_refused() {
    risk(["generate", "--cases", "0", "--seed", "7"]).refused(&["--cases"]);
    risk(["generate", "--cases", "1", "--seed", "7", "--events", "5"]).refused(&["--events"]);
}
