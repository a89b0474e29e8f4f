//! Time: which rules apply when, background, and the cost of late information.

use risk_core::assessment::answer::{GroupStatus, Status};
use risk_core::assessment::{Change, Question, changes};
use risk_core::calendar::{parse_moment, start_of_day};
use risk_core::event::vocabulary::ActionKind::{EscalateToNps, HomeVisit, ReturnToNps, ReviewRisk};
use risk_core::event::vocabulary::Group::KnownAdult;
use risk_core::event::vocabulary::Level::Medium;

use crate::story::{SUPERVISED, bytes, day, e, given, given_in};

const A_CONCERN_ASKS_FOR_A_REVIEW: &str = r#"
[[action]]
id = "review_risk"
closed_by = [{ on = "risk_assessed" }]

[[rule]]
id = "concern"
on = "concern_disclosed"
indicate = [{ group = "known_adult", level = "medium" }]
require = [{ action = "review_risk", due = { within = "week" } }]

[[parameter]]
id = "week"
value = 7

[[parameter]]
id = "due_soon"
value = 2
"#;

const CONCERN_ON_THE_4TH: &str =
    r#"{ on = 2017-12-04, kind = "concern_disclosed", by = "practitioner", concerns = ["harassment"] },"#;
const CONCERN_OF_THE_4TH_LEARNT_ON_THE_20TH: &str = r#"{ on = 2017-12-04, recorded = 2017-12-20, kind = "concern_disclosed", by = "practitioner", concerns = ["harassment"] },"#;

#[test]
fn a_rule_counts_from_its_first_day_until_the_day_before_its_last() {
    let rules = r#"
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "home_visit_completed" }]
        [[rule]]
        id = "for-a-year"
        effective = { from = 2018-01-01, to = 2019-01-01 }
        on = "address_changed"
        require = [{ action = "home_visit" }]
    "#;
    let learnt = |on: &str| {
        let moved = format!(r#"{{ on = 2017-12-30, recorded = "{on}", kind = "address_changed" }},"#);
        given(rules, &[SUPERVISED, &moved]).on("2020-01-01").pending(HomeVisit)
    };
    assert!(!learnt("2017-12-31T23:59:59Z"));
    assert!(learnt("2018-01-01T00:00:00Z"), "by the clock of the step: when the service learnt");
    assert!(learnt("2018-12-31T23:59:59Z"), "and what was opened stays when the rule ends");
    assert!(!learnt("2019-01-01T00:00:00Z"));
}

#[test]
fn a_locality_has_its_own_parameter_and_its_own_rule() {
    let rules = r#"
        [[action]]
        id = "review_risk"
        closed_by = [{ on = "risk_assessed" }]
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "home_visit_completed" }]
        [[rule]]
        id = "concern"
        on = "concern_disclosed"
        require = [{ action = "review_risk", due = { within = "week" } }]
        [[rule]]
        id = "northern"
        localities = ["north"]
        on = "concern_disclosed"
        require = [{ action = "home_visit" }]
        [[parameter]]
        id = "week"
        values = [
            { from = 2014-06-01, value = 7, basis = "assumed" },
            { from = 2014-06-01, locality = "north", value = 3, basis = "assumed" },
        ]
    "#;
    let anywhere = given(rules, &[SUPERVISED, CONCERN_ON_THE_4TH]).on("2017-12-04");
    assert_eq!(anywhere.the(ReviewRisk).due, Some(day("2017-12-11")));
    anywhere.asks_nothing_of(HomeVisit);
    let north = given_in(Some("north"), rules, &[SUPERVISED, CONCERN_ON_THE_4TH]).on("2017-12-04");
    assert_eq!(north.the(ReviewRisk).due, Some(day("2017-12-07")));
    assert_eq!(north.status(HomeVisit), Status::Open);
    assert_eq!(north.answer.receipt.locality.as_deref(), Some("north"));
}

#[test]
fn what_came_before_supervision_is_background_taken_in_at_its_start() {
    let long_ago = r#"{ on = 2016-05-01, recorded = 2016-05-02, kind = "concern_disclosed", by = "practitioner", concerns = ["harassment"] },"#;
    let story = given(A_CONCERN_ASKS_FOR_A_REVIEW, &[long_ago, SUPERVISED]);
    for seen in [story.on("2017-09-01"), story.in_hindsight("2017-09-01")] {
        let review = seen.the(ReviewRisk);
        assert_eq!((review.status, review.opened), (Status::Open, day("2017-09-01")), "not overdue since last year");
        assert_eq!(review.due, Some(day("2017-09-08")));
        assert_eq!(seen.group(KnownAdult).working_level, Medium);
    }
}

#[test]
fn an_action_goes_on_under_another_name_from_a_date_and_keeps_its_age() {
    let rules = r#"
        [[action]]
        id = "return_to_nps"
        closed_by = [{ on = "case_return_requested" }]
        [[action]]
        id = "escalate_to_nps"
        closed_by = [{ on = "case_escalated" }]
        continues = { action = "return_to_nps", from = 2021-06-26 }
        [[rule]]
        id = "too-high"
        on = "concern_disclosed"
        require = [{ action = "return_to_nps", due = { within = "week" } }]
        [[parameter]]
        id = "week"
        value = 7
    "#;
    let story = given(
        rules,
        &[
            SUPERVISED,
            r#"
        { on = 2021-06-20, kind = "concern_disclosed", by = "practitioner", concerns = ["strangulation"] },
        { on = 2021-07-10, kind = "case_escalated", to = "nps" },
    "#,
        ],
    );
    let before = story.on("2021-06-25");
    assert_eq!(before.status(ReturnToNps), Status::Open);
    assert_eq!(before.answer.next_change_at, Some(start_of_day(day("2021-06-26"))), "and the answer says when");
    let crossed = story.on("2021-06-26");
    crossed.asks_nothing_of(ReturnToNps);
    let continued = crossed.the(EscalateToNps);
    assert_eq!((continued.status, continued.opened), (Status::Open, day("2021-06-20")));
    assert_eq!((continued.due, continued.because[0].event_id), (Some(day("2021-06-27")), Some(e(2))));
    assert_eq!(story.on("2021-07-10").status(EscalateToNps), Status::DoneLate);
}

#[test]
fn hindsight_places_late_information_when_it_happened() {
    let story = given(A_CONCERN_ASKS_FOR_A_REVIEW, &[SUPERVISED, CONCERN_OF_THE_4TH_LEARNT_ON_THE_20TH]);
    story.on("2017-12-05").asks_nothing_of(ReviewRisk);
    let known = story.on("2017-12-21").the(ReviewRisk).clone();
    assert_eq!((known.opened, known.due, known.late_by), (day("2017-12-20"), Some(day("2017-12-27")), None));
    let hindsight = story.in_hindsight("2017-12-05").the(ReviewRisk).clone();
    assert_eq!((hindsight.opened, hindsight.due), (day("2017-12-04"), Some(day("2017-12-11"))));
}

#[test]
fn late_by_parts_late_information_from_a_late_act() {
    let reviewed = r#"{ on = 2017-12-21, kind = "risk_assessed", levels = { known_adult = "medium" }, stage = "review", signed = "yes", assessor = "ann" },"#;
    let story = given(A_CONCERN_ASKS_FOR_A_REVIEW, &[SUPERVISED, CONCERN_OF_THE_4TH_LEARNT_ON_THE_20TH, reviewed]);
    assert_eq!(story.on("2017-12-21").status(ReviewRisk), Status::Done, "as the service knew, it was in time");
    let review = story.in_hindsight("2017-12-21").the(ReviewRisk).clone();
    assert_eq!(review.status, Status::DoneLate);
    assert_eq!(review.late_by.map(|late| (late.information, late.act)), Some((16, 10)));
}

#[test]
fn with_nothing_late_hindsight_is_what_was_known() {
    let story = given(A_CONCERN_ASKS_FOR_A_REVIEW, &[SUPERVISED, CONCERN_ON_THE_4TH]);
    let (known, mut hindsight) = (story.on("2017-12-12").answer, story.in_hindsight("2017-12-12").answer);
    hindsight.lens = known.lens;
    for action in &mut hindsight.actions {
        action.late_by = None;
    }
    assert_eq!(bytes(&known), bytes(&hindsight));
}

#[test]
fn the_answer_says_when_it_next_changes_with_no_news() {
    let story = given(A_CONCERN_ASKS_FOR_A_REVIEW, &[SUPERVISED, CONCERN_ON_THE_4TH]);
    let next = |on: &str| story.on(on).answer.next_change_at.unwrap();
    assert_eq!(next("2017-12-05"), start_of_day(day("2017-12-09")), "due soon, two days before the 11th");
    assert_eq!(next("2017-12-09"), start_of_day(day("2017-12-12")), "overdue");
    let settled = story.on("2017-12-12").answer.next_change_at;
    let reviewed_through = start_of_day(day("2040-01-02"));
    assert_eq!(settled, Some(reviewed_through), "then only that nobody has reviewed the policy for so late a day");
    assert_eq!(story.on("2040-01-02").answer.next_change_at, None);
}

#[test]
fn the_next_change_follows_a_parameter_that_changes_before_it() {
    let values = r#"values = [
        { from = 2014-06-01, to = 2017-12-06, value = 2, basis = "assumed" },
        { from = 2017-12-06, value = 4, basis = "assumed" },
    ]"#;
    let rules = A_CONCERN_ASKS_FOR_A_REVIEW.replace("value = 2", values);
    let story = given(&rules, &[SUPERVISED, CONCERN_ON_THE_4TH]);
    let soon = start_of_day(day("2017-12-07"));
    assert_eq!(story.on("2017-12-05").answer.next_change_at, Some(soon), "due soon, four days before the 11th");
    assert_eq!(story.on("2017-12-07").status(ReviewRisk), Status::DueSoon);
}

#[test]
fn an_order_s_expiry_is_a_change_with_no_news() {
    let rules = r#"
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "home_visit_completed" }]
        [[rule]]
        id = "expired"
        on = "protective_order_expired"
        require = [{ action = "home_visit" }]
    "#;
    let story = given(
        rules,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "protective_order_made", order_id = "o1", order = "restraining", protects = ["p1"], expires_on = 2018-06-30 },
    "#,
        ],
    );
    // Midnight of 1 July in London is 23:00 on 30 June in UTC.
    assert_eq!(story.on("2018-01-01").answer.next_change_at, Some(parse_moment("2018-06-30T23:00:00Z").unwrap()));
}

#[test]
fn changes_says_what_opened_moved_and_closed() {
    let reviewed = r#"{ on = 2017-12-20, kind = "risk_assessed", levels = { known_adult = "medium" }, stage = "review", signed = "yes", assessor = "ann" },"#;
    let story = given(A_CONCERN_ASKS_FOR_A_REVIEW, &[SUPERVISED, CONCERN_ON_THE_4TH, reviewed]);
    let between = |before: &str, after: &str| changes(&story.on(before).answer, &story.on(after).answer);
    let of_actions = |found: Vec<Change>| -> Vec<(&'static str, Status)> {
        found
            .into_iter()
            .filter_map(|c| match c {
                Change::Opened { action } => Some(("opened", action.status)),
                Change::Closed { action } => Some(("closed", action.status)),
                Change::Moved { after, .. } => Some(("moved", after.status)),
                Change::Gone { action } => Some(("gone", action.status)),
                Change::Classification { .. } | Change::Flags { .. } | Change::Other { .. } => None,
            })
            .collect()
    };
    assert_eq!(of_actions(between("2017-12-03", "2017-12-04")), [("opened", Status::Open)]);
    assert_eq!(of_actions(between("2017-12-08", "2017-12-09")), [("moved", Status::DueSoon)]);
    assert_eq!(of_actions(between("2017-12-09", "2017-12-12")), [("moved", Status::Overdue)]);
    assert_eq!(between("2017-12-12", "2017-12-15"), vec![], "one more day overdue is no change");
    assert_eq!(of_actions(between("2017-12-19", "2017-12-20")), [("closed", Status::DoneLate)]);
    let levels = between("2017-12-19", "2017-12-20").into_iter().any(|c| matches!(c, Change::Classification { .. }));
    assert!(levels, "and the classification changed with it");
}

#[test]
fn what_was_recorded_after_the_knowledge_asked_about_is_not_in_the_answer() {
    let story = given(A_CONCERN_ASKS_FOR_A_REVIEW, &[SUPERVISED, CONCERN_OF_THE_4TH_LEARNT_ON_THE_20TH]);
    let known_at = Some(parse_moment("2017-12-19").unwrap());
    story.ask(&Question { known_at, ..story.question("2018-01-31") }).asks_nothing_of(ReviewRisk);
}

#[test]
fn all_records_of_one_clock_are_one_step_on_one_set_of_facts() {
    let rules = r#"
        [[action]]
        id = "review_risk"
        closed_by = [{ on = "risk_assessed" }]
        [[rule]]
        id = "moved-where-police-were-called"
        on = "address_changed"
        when = "ever(police_call_out)"
        require = [{ action = "review_risk" }]
    "#;
    let moved = r#"{ on = "2017-12-04T10:00:00Z", recorded = "2017-12-05T02:00:00Z", kind = "address_changed" },"#;
    let called = r#"{ on = "2017-12-04T22:00:00Z", recorded = "2017-12-05T02:00:00Z", kind = "police_call_out", outcome = "arrest" },"#;
    for feed in [[moved, called], [called, moved]] {
        let story = given(rules, &[&[SUPERVISED], &feed[..]].concat());
        assert_eq!(story.on("2017-12-05").status(ReviewRisk), Status::Open);
    }
}

/// Effects of time alone: an end that is reached, an overdue action, a stale assessment.
const BY_TIME_ALONE: &str = r#"
[[action]]
id = "home_visit"
closed_by = [{ on = "home_visit_completed" }]
[[action]]
id = "escalate_to_nps"
closed_by = [{ on = "case_escalated" }]
[[action]]
id = "return_to_nps"
closed_by = [{ on = "case_return_requested" }]
[[action]]
id = "review_risk"
closed_by = [{ on = "risk_assessed" }]

[[rule]]
id = "moved"
on = "address_changed"
require = [{ action = "home_visit", due = { within = "week" } }]
[[rule]]
id = "still-not-visited"
on = "action_overdue"
when = "event.action = home_visit"
require = [{ action = "escalate_to_nps" }]
[[rule]]
id = "ended"
on = "supervision_end_reached"
require = [{ action = "return_to_nps" }]
[[rule]]
id = "old"
on = "assessment_stale"
require = [{ action = "review_risk" }]

[[parameter]]
id = "week"
value = 7
[[parameter]]
id = "assessment_stale_after"
value = 100
"#;

#[test]
fn an_overdue_action_is_raised_once_from_the_next_midnight() {
    let story = given(
        BY_TIME_ALONE,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-04, kind = "address_changed" },
        { on = 2017-12-20, kind = "case_escalated", to = "nps" },
    "#,
        ],
    );
    story.on("2017-12-11").asks_nothing_of(EscalateToNps);
    let escalate = story.on("2017-12-12").the(EscalateToNps).clone();
    assert_eq!((escalate.status, escalate.opened), (Status::Open, day("2017-12-12")));
    assert_eq!(escalate.because[0].event_id, Some(e(2)), "the reason is what opened the overdue action");
    assert_eq!(story.on("2018-12-12").status(EscalateToNps), Status::Done, "once for each due date");
}

#[test]
fn nothing_is_raised_as_overdue_after_supervision_ended() {
    let story = given(
        BY_TIME_ALONE,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-04, kind = "address_changed" },
        { on = 2017-12-10, kind = "supervision_ended", sentence_id = "s1", reason = "completed" },
    "#,
        ],
    );
    story.on("2018-12-12").asks_nothing_of(EscalateToNps);
}

#[test]
fn the_last_day_of_supervision_is_raised_when_it_has_passed() {
    let story = given(
        BY_TIME_ALONE,
        &[r#"
        { on = 2017-09-01, kind = "supervision_started", sentence_id = "s1", sentence_type = "community_order", index_offence = "assault", ends_on = 2018-08-31 },
    "#],
    );
    story.on("2018-08-31").asks_nothing_of(ReturnToNps);
    assert_eq!(story.on("2018-09-01").the(ReturnToNps).opened, day("2018-09-01"));
}

#[test]
fn an_assessment_is_stale_only_where_a_parameter_sets_an_age() {
    let assessed = r#"{ on = 2017-09-10, kind = "risk_assessed", levels = { known_adult = "medium" }, stage = "initial", signed = "yes", assessor = "ann" },"#;
    let story = given(BY_TIME_ALONE, &[SUPERVISED, assessed]);
    // A hundred days after 10 September is 19 December.
    assert_eq!(story.on("2017-12-19").group(KnownAdult).status, GroupStatus::Settled);
    story.on("2017-12-19").asks_nothing_of(ReviewRisk);
    assert_eq!(story.on("2017-12-20").the(ReviewRisk).opened, day("2017-12-20"));
    let without = given(A_CONCERN_ASKS_FOR_A_REVIEW, &[SUPERVISED, assessed]);
    assert_eq!(without.on("2037-12-19").group(KnownAdult).status, GroupStatus::Settled);
}

#[test]
fn supervision_reaches_its_end_on_the_day_after_its_last_unless_it_was_ended_before() {
    let rules = r#"
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "home_visit_completed" }]
        [[rule]]
        id = "end"
        on = "supervision_end_reached"
        require = [{ action = "home_visit" }]
    "#;
    let until_march = r#"
        { on = 2017-09-01, kind = "supervision_started", sentence_id = "s1", sentence_type = "community_order", index_offence = "assault", ends_on = 2018-03-01 },
    "#;
    let visits = |ended: &str, at: &str| given(rules, &[until_march, ended]).on(at).all(HomeVisit).len();
    let ended =
        |on: &str| format!(r#"{{ on = {on}, kind = "supervision_ended", sentence_id = "s1", reason = "completed" }},"#);
    assert_eq!((visits("", "2018-03-01"), visits("", "2018-03-02")), (0, 1));
    assert_eq!(visits(&ended("2018-02-01"), "2019-01-01"), 0, "it never reached its end");
    assert_eq!(visits(&ended("2018-03-05"), "2019-01-01"), 1, "somebody wrote it down a few days later");
}
