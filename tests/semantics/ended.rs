//! What a rule requires until something ends is superseded by the event that ends it.

use risk_core::assessment::answer::Status;
use risk_core::event::vocabulary::ActionKind::HomeVisit;

use crate::story::{SUPERVISED, day, e, given};

const RULES: &str = r#"
[[action]]
id = "home_visit"
closed_by = [{ on = "home_visit_completed" }]

[[rule]]
id = "out"
on = "temporary_release_started"
require = [{ action = "home_visit" }]
until = "temporary_release_ended"

[[rule]]
id = "concern"
on = "concern_disclosed"
require = [{ action = "home_visit" }]
"#;

/// e2.
const OUT: &str = r#"{ on = 2017-09-05, kind = "temporary_release_started" },"#;
/// Back on the 8th.
const BACK: &str = r#"{ on = 2017-09-08, kind = "temporary_release_ended" },"#;

#[test]
fn the_return_supersedes_what_was_asked_for_until_then() {
    let story = given(RULES, &[SUPERVISED, OUT, BACK]);
    assert!(story.on("2017-09-07").pending(HomeVisit));
    let seen = story.on("2017-09-08");
    let visit = seen.the(HomeVisit);
    assert_eq!(
        (visit.status, visit.closed, &visit.closed_by),
        (Status::Superseded, Some(day("2017-09-08")), &vec![e(3)])
    );
}

#[test]
fn what_was_done_meanwhile_stays_done() {
    let done = r#"{ on = 2017-09-06, kind = "home_visit_completed" },"#;
    let seen = given(RULES, &[SUPERVISED, OUT, done, BACK]).on("2017-09-08");
    assert_eq!((seen.status(HomeVisit), &seen.the(HomeVisit).closed_by), (Status::Done, &vec![e(3)]));
}

#[test]
fn another_reason_of_the_line_stays() {
    let concern = r#"{ on = 2017-09-06, kind = "concern_disclosed", by = "practitioner" },"#;
    let seen = given(RULES, &[SUPERVISED, OUT, concern, BACK]).on("2017-09-08");
    assert!(seen.pending(HomeVisit));
}

#[test]
fn a_return_of_before_or_of_the_same_moment_ends_nothing_and_the_next_does() {
    for moment in ["2017-09-04", "2017-09-05"] {
        let back = format!("{{ on = {moment}, kind = \"temporary_release_ended\" }},");
        assert!(given(RULES, &[SUPERVISED, OUT, &back]).on("2017-09-20").pending(HomeVisit), "{moment}");
        let seen = given(RULES, &[SUPERVISED, OUT, &back, BACK]).on("2017-09-20");
        assert_eq!(seen.the(HomeVisit).closed_by, [e(4)], "{moment}");
    }
}

#[test]
fn a_second_absence_opens_a_line_of_its_own_and_one_return_ends_both_where_the_first_was_not_recorded() {
    let again = r#"{ on = 2017-09-10, kind = "temporary_release_started" },"#;
    assert!(given(RULES, &[SUPERVISED, OUT, BACK, again]).on("2017-09-20").pending(HomeVisit));
    let back = r#"{ on = 2017-09-12, kind = "temporary_release_ended" },"#;
    assert!(!given(RULES, &[SUPERVISED, OUT, again, back]).on("2017-09-20").pending(HomeVisit));
}

#[test]
fn an_absence_learnt_after_the_return_is_over_whichever_was_recorded_first() {
    let out =
        |recorded: &str| format!("{{ on = 2017-09-05, recorded = {recorded}, kind = \"temporary_release_started\" }},");
    let back =
        |recorded: &str| format!("{{ on = 2017-09-08, recorded = {recorded}, kind = \"temporary_release_ended\" }},");
    let (early, late) = ("2017-09-09", "2017-09-11");
    for [one, other] in [[out(early), back(late)], [back(early), out(late)], [out(late), back(late)]] {
        let seen = given(RULES, &[SUPERVISED, &one, &other]).on("2017-09-20");
        assert_eq!(seen.status(HomeVisit), Status::Superseded, "{one} {other}");
        assert_eq!(seen.the(HomeVisit).closed, Some(day("2017-09-11")), "{one} {other}");
    }
}

#[test]
fn a_return_that_was_recorded_in_error_leaves_the_line_as_it_was() {
    let in_error =
        r#"{ on = 2017-09-09, kind = "record_retracted", event_id = "e3", reason = "entered_in_error", by = "ann" },"#;
    let seen = given(RULES, &[SUPERVISED, OUT, BACK, in_error]).on("2017-09-09");
    assert_eq!((seen.latest(HomeVisit).status, seen.latest(HomeVisit).opened), (Status::Open, day("2017-09-05")));
}
