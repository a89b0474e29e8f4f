//! Due dates: counted from when the service learnt or from when it happened, in the calendar of the limit.

use risk_core::assessment::answer::Status;
use risk_core::event::vocabulary::ActionKind::{CompleteSentencePlan, ReviewRisk};
use risk_core::policy::model::{Basis, Priority};

use crate::story::{SUPERVISED, Story, day, e, given};

/// A plan that is due after a first appointment, as the limit says.
fn plan_due(limit: &str, parameter: &str, events: &str) -> Story {
    let rules = format!(
        r#"
        [[action]]
        id = "complete_sentence_plan"
        closed_by = [{{ on = "sentence_plan_completed" }}]
        [[rule]]
        id = "plan"
        on = "initial_appointment_attended"
        require = [{{ action = "complete_sentence_plan", due = {limit} }}]
        {parameter}
    "#
    );
    given(&rules, &[SUPERVISED, events])
}

const SEEN_ON_THE_4TH_RECORDED_ON_THE_11TH: &str =
    r#"{ on = 2017-12-04, recorded = 2017-12-11, kind = "initial_appointment_attended" },"#;
const FIFTEEN_DAYS: &str = "[[parameter]]\nid = \"limit\"\nvalue = 15";

#[test]
fn a_limit_on_information_runs_from_when_the_service_learnt() {
    let story = plan_due("{ within = \"limit\" }", FIFTEEN_DAYS, SEEN_ON_THE_4TH_RECORDED_ON_THE_11TH);
    let plan = story.on("2017-12-11").the(CompleteSentencePlan).clone();
    assert_eq!((plan.due, plan.due_basis), (Some(day("2017-12-26")), Some(Basis::Assumed)));
}

#[test]
fn a_limit_on_the_service_s_own_acts_runs_from_when_it_happened_so_that_late_recording_wins_no_time() {
    let story =
        plan_due("{ within = \"limit\", from = \"occurred\" }", FIFTEEN_DAYS, SEEN_ON_THE_4TH_RECORDED_ON_THE_11TH);
    let plan = story.on("2017-12-11").the(CompleteSentencePlan).clone();
    assert_eq!((plan.opened, plan.due), (day("2017-12-11"), Some(day("2017-12-19"))));
}

#[test]
fn immediately_is_that_day_and_overdue_from_the_next_midnight_in_london() {
    let story = plan_due(
        "\"immediately\"",
        "",
        r#"{ on = 2017-07-04, recorded = 2017-09-05, kind = "initial_appointment_attended" },"#,
    );
    // On 5 September London's midnight is 23:00 in UTC.
    let in_time = story.on("2017-09-05T22:59:59Z").the(CompleteSentencePlan).clone();
    assert_eq!((in_time.status, in_time.due), (Status::Open, Some(day("2017-09-05"))));
    let late = story.on("2017-09-05T23:00:00Z").the(CompleteSentencePlan).clone();
    assert_eq!((late.status, late.days_overdue), (Status::Overdue, Some(1)));
}

#[test]
fn business_days_leave_out_good_friday_the_weekend_and_easter_monday() {
    let story = plan_due(
        "{ within = \"limit\" }",
        "[[parameter]]\nid = \"limit\"\nunit = \"business_days\"\nvalue = 3",
        r#"{ on = 2018-03-29, kind = "initial_appointment_attended" },"#,
    );
    // Day 0 is Maundy Thursday; then Tuesday, Wednesday, Thursday.
    assert_eq!(story.on("2018-03-29").the(CompleteSentencePlan).due, Some(day("2018-04-05")));
}

#[test]
fn a_sum_of_business_days_outside_the_calendar_has_no_date_and_says_why() {
    let story = plan_due(
        "{ within = \"limit\" }",
        "[[parameter]]\nid = \"limit\"\nunit = \"business_days\"\nvalue = 3",
        r#"{ on = 2090-03-29, kind = "initial_appointment_attended" },"#,
    );
    let plan = story.on("2091-01-01").the(CompleteSentencePlan).clone();
    assert_eq!((plan.status, plan.due), (Status::Open, None));
    assert!(plan.due_unknown.is_some_and(|why| why.contains("2090")), "the reason names the year");
}

#[test]
fn days_and_months_need_no_calendar_of_business_days() {
    let story = plan_due(
        "{ within = \"limit\" }",
        FIFTEEN_DAYS,
        r#"{ on = 2090-03-29, kind = "initial_appointment_attended" },"#,
    );
    assert_eq!(story.on("2090-03-29").the(CompleteSentencePlan).due, Some(day("2090-04-13")));
}

#[test]
fn six_months_from_the_31st_of_august_is_the_last_of_february() {
    let story = plan_due(
        "{ within = \"limit\" }",
        "[[parameter]]\nid = \"limit\"\nunit = \"months\"\nvalue = 6",
        r#"{ on = 2018-08-31, kind = "initial_appointment_attended" },"#,
    );
    assert_eq!(story.on("2018-08-31").the(CompleteSentencePlan).due, Some(day("2019-02-28")));
}

#[test]
fn what_no_source_limits_has_no_due_date_and_shows_its_age() {
    let unset = "[[parameter]]\nid = \"limit\"\nvalues = [{ from = 2014-06-01, unset = true }]";
    let story =
        plan_due("{ within = \"limit\" }", unset, r#"{ on = 2017-12-04, kind = "initial_appointment_attended" },"#);
    let plan = story.on("2019-12-04").the(CompleteSentencePlan).clone();
    assert_eq!((plan.status, plan.due, plan.due_unknown), (Status::Open, None, None));
    assert_eq!(plan.opened, day("2017-12-04"));
}

#[test]
fn a_parameter_counts_as_it_stood_at_opening() {
    let story = plan_due(
        "{ within = \"limit\" }",
        r#"
        [[parameter]]
        id = "limit"
        values = [
            { from = 2014-06-01, to = 2018-01-01, value = 15, basis = "assumed" },
            { from = 2018-01-01, value = 5, basis = "assumed" },
        ]
        "#,
        r#"{ on = 2017-12-20, kind = "initial_appointment_attended" },"#,
    );
    assert_eq!(story.on("2018-01-03").the(CompleteSentencePlan).due, Some(day("2018-01-04")));
}

#[test]
fn due_soon_is_a_parameter() {
    let soon = format!("{FIFTEEN_DAYS}\n[[parameter]]\nid = \"due_soon\"\nvalue = 3");
    let story =
        plan_due("{ within = \"limit\" }", &soon, r#"{ on = 2017-12-01, kind = "initial_appointment_attended" },"#);
    assert_eq!(story.on("2017-12-12").status(CompleteSentencePlan), Status::Open);
    assert_eq!(story.on("2017-12-13").status(CompleteSentencePlan), Status::DueSoon);
    assert_eq!(story.on("2017-12-16").status(CompleteSentencePlan), Status::DueSoon);
    assert_eq!(story.on("2017-12-17").status(CompleteSentencePlan), Status::Overdue);
}

#[test]
fn done_on_its_last_day_is_in_time_and_a_day_later_is_late() {
    let with = |done: &str| {
        let events = format!(
            r#"{{ on = 2017-12-01, kind = "initial_appointment_attended" }},
               {{ on = {done}, recorded = 2018-01-10, kind = "sentence_plan_completed" }},"#
        );
        plan_due("{ within = \"limit\" }", FIFTEEN_DAYS, &events).on("2018-01-10").status(CompleteSentencePlan)
    };
    assert_eq!(with("2017-12-16"), Status::Done, "however late it was typed in");
    assert_eq!(with("2017-12-17"), Status::DoneLate);
}

#[test]
fn reasons_of_one_action_join_the_earliest_date_and_the_highest_priority_count() {
    let story = given(
        r#"
        [[action]]
        id = "review_risk"
        priority = "planned"
        closed_by = [{ on = "risk_assessed" }]
        [[rule]]
        id = "slow"
        on = "concern_disclosed"
        require = [{ action = "review_risk", due = { within = "month" } }]
        [[rule]]
        id = "quick"
        on = "police_call_out"
        require = [{ action = "review_risk", priority = "protect_now", due = { within = "week" } }]
        [[parameter]]
        id = "month"
        value = 30
        [[parameter]]
        id = "week"
        value = 7
        "#,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-01, kind = "concern_disclosed", by = "practitioner", concerns = ["denial"] },
        { on = 2017-12-04, kind = "police_call_out", outcome = "no_further_action" },
        "#,
        ],
    );
    let alone = story.on("2017-12-03").the(ReviewRisk).clone();
    assert_eq!((alone.priority, alone.due), (Priority::Planned, Some(day("2017-12-31"))));
    let joined = story.on("2017-12-04").the(ReviewRisk).clone();
    assert_eq!((joined.priority, joined.due), (Priority::ProtectNow, Some(day("2017-12-11"))));
    assert_eq!(joined.opened, day("2017-12-01"), "one line, as old as its oldest reason");
    let because: Vec<_> = joined.because.iter().map(|b| (b.rule.as_str(), b.event_id)).collect();
    assert_eq!(because, [("slow", Some(e(2))), ("quick", Some(e(3)))]);
}
