//! An act answers what had happened when it was done, whichever was recorded first.

use risk_core::assessment::answer::Status;
use risk_core::event::vocabulary::ActionKind::{HomeVisit, ReviewRisk, ShareWithPolice};

use crate::story::{SUPERVISED, day, e, given};

const A_CONCERN_IS_SHARED_WITH_POLICE: &str = r#"
[[action]]
id = "share_with_police"
closed_by = [{ on = "information_shared", when = "event.with = police" }]

[[rule]]
id = "concern"
on = "concern_disclosed"
require = [{ action = "share_with_police", about = "case", due = { within = "a_week" } }]

[[parameter]]
id = "a_week"
value = 7
"#;

#[test]
fn an_act_done_before_the_reason_was_written_down_makes_the_action_born_done() {
    let story = given(
        A_CONCERN_IS_SHARED_WITH_POLICE,
        &[
            SUPERVISED,
            r#"
        { on = "2017-12-04T16:00:00Z", kind = "information_shared", with = "police" },
        { on = "2017-12-04T14:00:00Z", recorded = 2017-12-06, kind = "concern_disclosed", by = "practitioner", concerns = ["weapon"] },
    "#,
        ],
    );
    let action = story.on("2017-12-06").the(ShareWithPolice).clone();
    assert_eq!((action.status, action.opened), (Status::Done, day("2017-12-06")));
    assert_eq!(action.closed, Some(day("2017-12-06")), "closing never comes before opening");
    assert_eq!(action.closed_by, [e(2)]);
}

#[test]
fn an_act_done_before_it_happened_answers_nothing() {
    let story = given(
        A_CONCERN_IS_SHARED_WITH_POLICE,
        &[
            SUPERVISED,
            r#"
        { on = "2017-12-04T12:00:00Z", kind = "information_shared", with = "police" },
        { on = "2017-12-04T14:00:00Z", kind = "concern_disclosed", by = "practitioner", concerns = ["weapon"] },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-06").status(ShareWithPolice), Status::Open);
}

#[test]
fn an_act_of_the_same_feed_answers_if_it_was_done_after_it_happened() {
    let story = given(
        A_CONCERN_IS_SHARED_WITH_POLICE,
        &[
            SUPERVISED,
            r#"
        { on = "2017-12-04T14:00:00Z", recorded = "2017-12-05T02:00:00Z", kind = "concern_disclosed", by = "practitioner", concerns = ["weapon"] },
        { on = "2017-12-04T16:00:00Z", recorded = "2017-12-05T02:00:00Z", kind = "information_shared", with = "police" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-05").status(ShareWithPolice), Status::Done);
}

#[test]
fn an_act_that_names_what_it_answers_answers_only_that() {
    let story = given(
        A_CONCERN_IS_SHARED_WITH_POLICE,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-04, kind = "concern_disclosed", by = "practitioner", concerns = ["weapon"] },
        { on = 2017-12-05, kind = "concern_disclosed", by = "practitioner", concerns = ["stalking"] },
        { on = 2017-12-06, kind = "information_shared", with = "police", answers = ["e2"] },
        { on = 2017-12-07, kind = "information_shared", with = "police", answers = ["e3"] },
    "#,
        ],
    );
    let one_left = story.on("2017-12-06");
    assert_eq!(one_left.status(ShareWithPolice), Status::Open);
    assert_eq!(one_left.the(ShareWithPolice).due, Some(day("2017-12-12")), "what is left is due by its own date");
    let none_left = story.on("2017-12-07");
    assert_eq!(none_left.status(ShareWithPolice), Status::Done);
    assert_eq!(none_left.the(ShareWithPolice).closed_by, [e(4), e(5)]);
}

#[test]
fn an_act_that_names_nothing_answers_all_that_had_happened() {
    let story = given(
        A_CONCERN_IS_SHARED_WITH_POLICE,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-04, kind = "concern_disclosed", by = "practitioner", concerns = ["weapon"] },
        { on = 2017-12-05, kind = "concern_disclosed", by = "practitioner", concerns = ["stalking"] },
        { on = 2017-12-06, kind = "information_shared", with = "police" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-06").status(ShareWithPolice), Status::Done);
}

#[test]
fn an_act_about_one_person_leaves_another_s_open_and_one_about_nobody_closes_both() {
    const EACH_PERSON: &str = r#"
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "police_property_flag_requested" }]
        [[rule]]
        id = "moved"
        on = "cohabitation_started"
        require = [{ action = "home_visit", about = "person" }]
    "#;
    let moves = r#"
        { on = 2017-12-04, kind = "cohabitation_started", person = "p1" },
        { on = 2017-12-04, kind = "cohabitation_started", person = "p2" },
    "#;
    let about_one = r#"{ on = 2017-12-06, kind = "police_property_flag_requested", person = "p1" },"#;
    let seen = given(EACH_PERSON, &[SUPERVISED, moves, about_one]).on("2017-12-06");
    assert_eq!(seen.about(HomeVisit, "p1").status, Status::Done);
    assert_eq!(seen.about(HomeVisit, "p2").status, Status::Open);
    let about_nobody = r#"{ on = 2017-12-06, kind = "police_property_flag_requested" },"#;
    let seen = given(EACH_PERSON, &[SUPERVISED, moves, about_nobody]).on("2017-12-06");
    assert!(!seen.pending(HomeVisit));
}

const THREE_CALL_OUTS: &str = r#"
[[action]]
id = "review_risk"
closed_by = [{ on = "risk_assessed" }]

[[rule]]
id = "repeated"
on = "police_call_out"
when = "count(police_call_out, 90) >= 3"
require = [{ action = "review_risk" }]
"#;

#[test]
fn old_call_outs_learnt_in_one_reply_count_by_when_they_happened() {
    let learnt_in_one_reply = r#"
        { on = 2017-03-01, recorded = 2017-12-06, kind = "police_call_out", outcome = "no_further_action" },
        { on = 2017-04-01, recorded = 2017-12-06, kind = "police_call_out", outcome = "no_further_action" },
        { on = 2017-05-01, recorded = 2017-12-06, kind = "police_call_out", outcome = "no_further_action" },
    "#;
    let story = given(THREE_CALL_OUTS, &[SUPERVISED, learnt_in_one_reply]);
    assert_eq!(story.on("2017-12-06").status(ReviewRisk), Status::Open, "three in ninety days, months ago");
    let far_apart = r#"
        { on = 2017-01-01, recorded = 2017-12-06, kind = "police_call_out", outcome = "no_further_action" },
        { on = 2017-04-01, recorded = 2017-12-06, kind = "police_call_out", outcome = "no_further_action" },
        { on = 2017-07-01, recorded = 2017-12-06, kind = "police_call_out", outcome = "no_further_action" },
    "#;
    given(THREE_CALL_OUTS, &[SUPERVISED, far_apart]).on("2017-12-06").asks_nothing_of(ReviewRisk);
}

#[test]
fn the_oldest_of_three_learnt_last_completes_the_count() {
    let story = given(
        THREE_CALL_OUTS,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "police_call_out", outcome = "no_further_action" },
        { on = 2017-11-01, kind = "police_call_out", outcome = "no_further_action" },
        { on = 2017-09-15, recorded = 2017-12-06, kind = "police_call_out", outcome = "no_further_action" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-06").status(ReviewRisk), Status::Open);
}

#[test]
fn one_incident_told_three_times_counts_once() {
    let story = given(
        THREE_CALL_OUTS,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "police_call_out", incident = "i1", outcome = "no_further_action" },
        { on = 2017-10-02, kind = "police_call_out", incident = "i1", outcome = "arrest" },
        { on = 2017-10-03, kind = "police_call_out", incident = "i1", outcome = "charge" },
        { on = 2017-10-04, kind = "police_call_out", incident = "i2", outcome = "no_further_action" },
        { on = 2017-10-05, kind = "police_call_out", outcome = "no_further_action" },
    "#,
        ],
    );
    story.on("2017-10-04").asks_nothing_of(ReviewRisk);
    assert_eq!(story.on("2017-10-05").status(ReviewRisk), Status::Open, "the third incident, of unknown name");
}
