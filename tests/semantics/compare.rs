//! Comparisons: the cost of late information, changes from day to day, and another policy's answer.

use risk_core::assessment::Change;
use risk_core::calendar::parse_moment;
use risk_core::{Against, compare};
use risk_reports::change_summary::{Perspective, summarise};

use crate::story::{SUPERVISED, Story, given};

const RULES: &str = r#"
    [[parameter]]
    id = "review_time"
    value = 7
    [[action]]
    id = "review_risk"
    title = "Review the risk"
    closed_by = [{ on = "risk_assessed" }]
    decidable_by = ["manager"]
    [[rule]]
    id = "concern"
    on = "plw_disclosure"
    require = [{ action = "review_risk", due = { within = "review_time" } }]
"#;
const TOLD: &str = r#"{ on = 2017-12-01T10:00:00Z, recorded = 2017-12-05T09:00:00Z, kind = "plw_disclosure", person = "p1", concerns = ["physical_violence"], raised_risk = "yes" },"#;
const REVIEWED: &str = r#"{ on = 2017-12-11, kind = "risk_assessed", levels = { known_adult = "medium" }, stage = "review", signed = "yes", assessor = "ann" },"#;

fn lines(changes: &[Change]) -> Vec<String> {
    summarise(changes, Perspective::SideBySide).into_iter().map(|l| l.text).collect()
}

fn story() -> Story {
    given(RULES, &[SUPERVISED, TOLD, REVIEWED])
}

#[test]
fn hindsight_parts_late_information_from_a_late_act() {
    let story = story();
    let found = compare(&story.log, &story.policy, &story.question("2017-12-20"), Against::Hindsight).unwrap();
    let late: Vec<(&str, i64)> = found.recorded_later.iter().map(|l| (l.record.kind.as_str(), l.days)).collect();
    assert_eq!(late, [("plw_disclosure", 4)]);
    let delays: Vec<(&str, i64, i64)> = found.delays.iter().map(|d| (d.action.into(), d.information, d.act)).collect();
    assert_eq!(
        delays,
        [("review_risk", 4, 3)],
        "four days unknown; done on the 11th, due on the 8th had it been known"
    );
}

#[test]
fn one_thing_to_do_is_one_line_though_hindsight_opens_it_on_another_day() {
    let story = story();
    let found = compare(&story.log, &story.policy, &story.question("2017-12-20"), Against::Hindsight).unwrap();
    assert_eq!(
        lines(&found.changes),
        ["Review the risk: done in the first, done late in the second; due 8 Dec 2017 (due 12 Dec 2017 in the first)."]
    );
}

#[test]
fn what_nobody_knew_of_yet_stands_in_hindsight_only() {
    let story = story();
    let found = compare(&story.log, &story.policy, &story.question("2017-12-03"), Against::Hindsight).unwrap();
    assert_eq!(
        lines(&found.changes),
        ["Only in the second: Review the risk: this week, due 8 Dec 2017 (limit: assumed)."]
    );
}

#[test]
fn with_nothing_late_there_is_no_difference() {
    let told = r#"{ on = 2017-12-05, kind = "plw_disclosure", person = "p1", concerns = ["physical_violence"], raised_risk = "yes" },"#;
    let story = given(RULES, &[SUPERVISED, told]);
    let found = compare(&story.log, &story.policy, &story.question("2017-12-06"), Against::Hindsight).unwrap();
    assert_eq!((found.changes, found.recorded_later, found.delays), (vec![], vec![], vec![]));
}

#[test]
fn two_dates_differ_in_what_happened_between_them() {
    let story = story();
    let and = parse_moment("2017-12-20").unwrap();
    let found = compare(&story.log, &story.policy, &story.question("2017-12-06"), Against::Moment(and)).unwrap();
    let told: Vec<String> = summarise(&found.changes, Perspective::Successive).into_iter().map(|l| l.text).collect();
    assert_eq!(told[0], "No longer pending: Review the risk: done, on 11 Dec 2017.");
    let back = compare(
        &story.log,
        &story.policy,
        &story.question("2017-12-06"),
        Against::Moment(story.question("2017-12-06").at),
    )
    .unwrap();
    assert_eq!(back.changes, []);
}

#[test]
fn two_policies_differ_in_what_they_ask_of_the_case() {
    let story = story();
    let shorter = given(&RULES.replace("value = 7", "value = 2"), &[SUPERVISED]).policy;
    let question = story.question("2017-12-20");
    let found = compare(&story.log, &story.policy, &question, Against::Policy(&shorter)).unwrap();
    assert_eq!(
        lines(&found.changes),
        ["Review the risk: done in the first, done late in the second; due 7 Dec 2017 (due 12 Dec 2017 in the first)."]
    );
    assert_ne!(found.first.receipt.policy.digest, found.second.receipt.policy.digest);
    assert_eq!(compare(&story.log, &story.policy, &question, Against::Policy(&story.policy)).unwrap().changes, []);
}
