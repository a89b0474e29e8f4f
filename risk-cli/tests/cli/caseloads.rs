//! `risk generate`.

use std::fs;

use crate::command::{risk, text};

#[test]
fn a_caseload_on_standard_output_is_the_same_twice_and_each_case_is_a_log() {
    let first = risk(&["generate", "--cases", "3", "--seed", "7"]);
    let again = risk(&["generate", "--cases", "3", "--seed", "7"]);
    assert_eq!(text(&first.stdout), text(&again.stdout));
    assert!(first.status.success());
}
