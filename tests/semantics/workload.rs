//! The workload that a policy creates: new agenda lines with their denominators.

use risk_core::calendar::{end_of_day, london_day};
use risk_reports::workload::{Assignment, GroupWorkload, Workload, WorkloadBuilder};

use crate::story::{SUPERVISED, Story, day, given};

const RULES: &str = r#"
    [[action]]
    id = "review_risk"
    closed_by = [{ on = "risk_assessed" }]
    [[action]]
    id = "complete_sara"
    part_of = ["review_risk"]
    closed_by = [{ on = "sara_completed" }]
    [[action]]
    id = "home_visit"
    closed_by = [{ on = "home_visit_completed" }]
    [[rule]]
    id = "disclosed"
    on = "plw_disclosure"
    require = [{ action = "review_risk" }, { action = "complete_sara" }]
    [[rule]]
    id = "identified"
    on = "person_identified"
    require = [{ action = "home_visit", about = "person" }]
"#;

fn identified(on: &str, person: &str) -> String {
    format!(
        r#"{{ on = {on}, kind = "person_identified", person = "{person}", group = "known_adult", relation = "partner" }},"#
    )
}

fn holder(officer: Option<&str>, group: Option<&str>) -> Assignment {
    Assignment { officer: officer.map(str::to_owned), group: group.map(str::to_owned) }
}

/// Cases counted over the two weeks to 15 December; the first policy requires nothing.
fn counted(by: Option<&str>, cases: &[(Assignment, &Story)]) -> Workload {
    let through = end_of_day(day("2017-12-15"));
    assert_eq!(london_day(through), day("2017-12-15"));
    let mut counting = WorkloadBuilder::new(through, 2, by.map(str::to_owned));
    for (holder, story) in cases {
        let question = story.question("2017-12-20");
        let nothing = given("", &[SUPERVISED]).ask(&question).answer;
        counting.add(holder, &nothing, &story.ask(&question).answer);
    }
    counting.finish()
}

#[test]
fn a_line_counts_from_the_day_after_the_first_to_the_last_and_a_step_is_none() {
    let disclosed = r#"{ on = 2017-12-04, kind = "plw_disclosure", person = "p1", concerns = ["other"] },"#;
    let lines = |events: &[&str]| {
        let story = given(RULES, &[&[SUPERVISED], events].concat());
        counted(None, &[(Assignment::default(), &story)]).all.second
    };
    assert_eq!(lines(&[]), 0);
    assert_eq!(lines(&[disclosed]), 1, "a review, and the SARA that is its step");
    assert_eq!(lines(&[&identified("2017-12-01", "p1")]), 0, "the day before the first");
    assert_eq!(lines(&[&identified("2017-12-02", "p1")]), 1);
    assert_eq!(lines(&[&identified("2017-12-15", "p1")]), 1);
    assert_eq!(lines(&[&identified("2017-12-16", "p1")]), 0, "the day after the last");
    let together = [identified("2017-12-04", "p1"), identified("2017-12-04", "p2")].concat();
    assert_eq!(lines(&[&together]), 1, "two people of one day are one line");
    let apart = [identified("2017-12-04", "p1"), identified("2017-12-05", "p2")].concat();
    assert_eq!(lines(&[&apart]), 2);
}

#[test]
fn lines_stand_beside_cases_officers_and_their_weeks_in_all_and_in_each_group() {
    let story = given(RULES, &[SUPERVISED, &identified("2017-12-04", "p1")]);
    let quiet = given(RULES, &[SUPERVISED]);
    let cases = [
        (holder(Some("ann"), Some("north")), &story),
        (holder(Some("ann"), Some("north")), &story),
        (holder(Some("bob"), Some("north")), &quiet),
        (holder(Some("ann"), Some("south")), &story),
        (holder(None, None), &story),
    ];
    let load = |group: Option<&str>, cases, responsible_officers, second| GroupWorkload {
        group: group.map(str::to_owned),
        cases,
        responsible_officers,
        officer_weeks: responsible_officers * 2,
        first: 0,
        second,
    };
    let found = counted(Some("provider"), &cases);
    assert_eq!((found.after, found.through, found.weeks), (day("2017-12-01"), day("2017-12-15"), 2));
    assert_eq!((found.by.as_deref(), found.without_officer), (Some("provider"), 1));
    assert_eq!(found.all, load(None, 5, 2, 4), "somebody with cases in two groups is one officer");
    assert_eq!(found.groups, [load(None, 1, 0, 1), load(Some("north"), 3, 2, 2), load(Some("south"), 1, 1, 1)]);
    assert_eq!(counted(None, &cases).groups, [], "nobody asked for groups");
}

#[test]
fn lines_of_either_policy_are_counted_apart() {
    let story = given(RULES, &[SUPERVISED, &identified("2017-12-04", "p1")]);
    let question = story.question("2017-12-20");
    let (asks, nothing) = (story.ask(&question).answer, given("", &[SUPERVISED]).ask(&question).answer);
    let mut counting = WorkloadBuilder::new(end_of_day(day("2017-12-15")), 2, None);
    counting.add(&Assignment::default(), &asks, &nothing);
    counting.add(&Assignment::default(), &asks, &asks);
    let all = counting.finish().all;
    assert_eq!((all.first, all.second), (2, 1));
}
