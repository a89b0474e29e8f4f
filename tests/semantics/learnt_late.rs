//! Late information is placed by when it happened: it neither overrides later events nor is lost.

use risk_core::assessment::answer::Status;
use risk_core::event::vocabulary::ActionKind::{HomeVisit, ReviewRisk};
use risk_core::event::vocabulary::Group::KnownAdult;
use risk_core::event::vocabulary::Level::High;

use crate::story::{SUPERVISED, given};

const A_VICTIM_IS_MET: &str = r#"
[[action]]
id = "review_risk"
closed_by = [{ on = "risk_assessed" }]

[[rule]]
id = "meets-the-victim"
on = "contact_reported"
when = "person.victim = yes"
require = [{ action = "review_risk" }]
"#;

#[test]
fn that_somebody_is_a_victim_is_not_lost_to_a_later_record_that_does_not_know() {
    let story = given(
        A_VICTIM_IS_MET,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-05, kind = "person_identified", person = "p1", group = "known_adult", relation = "partner", victim = "unknown" },
        { on = 2017-12-03, recorded = 2017-12-06, kind = "person_identified", person = "p1", group = "known_adult", relation = "partner", victim = "yes" },
        { on = 2017-12-10, kind = "contact_reported", person = "p1" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-10").status(ReviewRisk), Status::Open);
}

#[test]
fn that_somebody_is_a_child_is_not_lost_to_a_relationship_that_began_after_it_was_so() {
    let rules = r#"
        [[action]]
        id = "review_risk"
        closed_by = [{ on = "risk_assessed" }]

        [[rule]]
        id = "meets-a-child"
        on = "contact_reported"
        when = "person.group = child and children_known = yes"
        require = [{ action = "review_risk" }]
    "#;
    let events = r#"
        { on = 2017-12-05, kind = "relationship_started", person = "p1" },
        { on = 2017-12-03, recorded = 2017-12-06, kind = "person_identified", person = "p1", group = "child", relation = "other" },
        { on = 2017-12-10, kind = "contact_reported", person = "p1" },
    "#;
    let story = given(rules, &[SUPERVISED, events]);
    assert_eq!(story.on("2017-12-10").status(ReviewRisk), Status::Open);
    assert_eq!(story.recorded_backwards().on("2017-12-10").status(ReviewRisk), Status::Open);
}

#[test]
fn an_older_assessment_learnt_late_answers_nothing_that_a_newer_one_left_open() {
    let rules = r#"
        [[rule]]
        id = "concern"
        on = "concern_disclosed"
        indicate = [{ group = "known_adult", level = "high" }]
    "#;
    let assessed = |on: &str, recorded: &str, level: &str, by: &str| {
        format!(
            r#"{{ on = {on}, recorded = {recorded}, kind = "risk_assessed", levels = {{ known_adult = "{level}" }}, stage = "review", signed = "yes", assessor = "{by}" }},"#
        )
    };
    let concern = r#"{ on = 2017-12-04, kind = "concern_disclosed", by = "practitioner", person = "p1", concerns = ["strangulation"] },"#;
    let newer = assessed("2017-12-10", "2017-12-10", "low", "ann");
    let older = assessed("2017-12-07", "2017-12-12", "high", "bob");
    let story = given(rules, &[SUPERVISED, concern, &newer, &older]);
    let seen = story.on("2017-12-13");
    assert_eq!(seen.group(KnownAdult).working_level, High, "nobody agreed that it is less");
}

const VISITED_ON_RELEASE: &str = r#"
[[action]]
id = "home_visit"
closed_by = [{ on = "home_visit_completed" }]

[[parameter]]
id = "a_week"
value = 7

[[rule]]
id = "released"
on = "released_from_custody"
require = [{ action = "home_visit", due = { within = "a_week", from = "occurred" } }]
"#;

#[test]
fn an_act_in_time_is_not_late_because_its_reason_was_recorded_after_the_due_day() {
    let story = given(
        VISITED_ON_RELEASE,
        &[
            SUPERVISED,
            r#"
        { on = "2017-12-05T10:00:00Z", kind = "home_visit_completed", concern = "no" },
        { on = "2017-12-04T10:00:00Z", recorded = 2018-01-20, kind = "released_from_custody" },
    "#,
        ],
    );
    let visit = story.on("2018-01-20").the(HomeVisit).clone();
    assert_eq!((visit.status, visit.closed), (Status::Done, Some(crate::story::day("2018-01-20"))));
}

#[test]
fn an_older_start_of_a_sentence_told_late_does_not_replace_a_newer() {
    let again = r#"{ on = 2017-08-01, recorded = 2017-12-01, kind = "supervision_started", sentence_id = "s1", sentence_type = "community_order", ends_on = 2017-11-01 },"#;
    let released = r#"{ on = 2017-12-04, kind = "released_from_custody" },"#;
    let story = given(VISITED_ON_RELEASE, &[SUPERVISED, again, released]);
    let visit = story.on("2017-12-20").the(HomeVisit).clone();
    assert_eq!((visit.status, visit.frozen_on), (Status::Overdue, None));
}
