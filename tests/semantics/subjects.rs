//! One action for each subject, in whatever order subjects become known.

use risk_core::assessment::answer::Status;
use risk_core::event::vocabulary::ActionKind::{HomeVisit, ShareWithChildrensSocialCare};

use crate::story::{SUPERVISED, day, e, given};

const EACH_CHILD: &str = r#"
[[action]]
id = "share_with_childrens_social_care"
closed_by = [{ on = "child_safeguarding_referred" }]

[[rule]]
id = "seen-by-a-child"
on = "incident_reported"
when = "event.children_present = yes"
require = [{ action = "share_with_childrens_social_care", about = "each_child", due = { within = "week" } }]

[[parameter]]
id = "week"
value = 7
"#;

const INCIDENT: &str =
    r#"{ on = 2017-12-04, kind = "incident_reported", conduct = ["physical_violence"], children_present = "yes" },"#;

fn child(id: &str, on: &str) -> String {
    format!(r#"{{ on = {on}, kind = "person_identified", person = "{id}", group = "child", relation = "child" }},"#)
}

#[test]
fn each_child_has_a_line_closed_by_what_is_about_that_child() {
    let story = given(
        EACH_CHILD,
        &[
            SUPERVISED,
            &child("c1", "2017-10-01"),
            &child("c2", "2017-10-01"),
            INCIDENT,
            r#"
        { on = 2017-12-05, kind = "child_safeguarding_referred", person = "c1" },
    "#,
        ],
    );
    let seen = story.on("2017-12-05");
    assert_eq!(seen.about(ShareWithChildrensSocialCare, "c1").status, Status::Done);
    assert_eq!(seen.about(ShareWithChildrensSocialCare, "c2").status, Status::Open);
    assert_eq!(seen.answer.agenda.lines.len(), 1, "one line may carry many subjects");
}

#[test]
fn with_no_child_known_it_is_about_nobody_yet_until_children_become_known() {
    let story = given(EACH_CHILD, &[SUPERVISED, INCIDENT, &child("c1", "2017-12-20"), &child("c2", "2017-12-20")]);
    let nobody = story.on("2017-12-19").the(ShareWithChildrensSocialCare).clone();
    assert_eq!((nobody.status, nobody.about.len()), (Status::Overdue, 0));
    let seen = story.on("2017-12-20");
    let about_nobody = seen.all(ShareWithChildrensSocialCare).into_iter().find(|a| a.about.is_empty()).unwrap().clone();
    assert_eq!(about_nobody.status, Status::Superseded);
    assert!([e(3), e(4)].contains(&about_nobody.closed_by[0]), "by the event that made a child known");
    for id in ["c1", "c2"] {
        let line = seen.about(ShareWithChildrensSocialCare, id);
        assert_eq!(
            (line.status, line.due),
            (Status::Overdue, Some(day("2017-12-11"))),
            "{id} keeps the reason and its date"
        );
        assert_eq!(line.because[0].event_id, Some(e(2)));
    }
}

#[test]
fn a_child_who_becomes_known_while_another_s_line_is_open_is_included() {
    let story = given(EACH_CHILD, &[SUPERVISED, &child("c1", "2017-10-01"), INCIDENT, &child("c2", "2017-12-06")]);
    assert_eq!(story.on("2017-12-06").about(ShareWithChildrensSocialCare, "c2").status, Status::Open);
}

#[test]
fn a_child_who_becomes_known_after_everything_was_told_needs_nothing_more() {
    let story = given(
        EACH_CHILD,
        &[
            SUPERVISED,
            &child("c1", "2017-10-01"),
            INCIDENT,
            r#"
        { on = 2017-12-05, kind = "child_safeguarding_referred" },
    "#,
            &child("c2", "2017-12-20"),
        ],
    );
    assert!(!story.on("2017-12-20").pending(ShareWithChildrensSocialCare));
}

#[test]
fn what_was_open_when_the_case_came_to_somebody_else_is_inherited() {
    let rules = r#"
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "home_visit_completed" }]
        [[rule]]
        id = "moved"
        on = "address_changed"
        require = [{ action = "home_visit", about = "person" }]
    "#;
    let story = given(
        rules,
        &[
            SUPERVISED,
            r#"
        { on = 2017-09-02, kind = "case_allocated", provider = "crc", complexity = "standard" },
        { on = 2017-10-02, kind = "address_changed", with_person = "p1" },
        { on = 2017-11-02, kind = "case_transferred", provider = "crc", complexity = "standard" },
        { on = 2017-12-02, kind = "address_changed", with_person = "p2" },
    "#,
        ],
    );
    assert!(!story.on("2017-11-01").the(HomeVisit).inherited);
    let seen = story.on("2017-12-02");
    assert!(seen.about(HomeVisit, "p1").inherited);
    assert!(!seen.about(HomeVisit, "p2").inherited, "opened in the new hands");
}

#[test]
fn a_child_and_an_incident_of_one_feed_belong_together_whichever_is_listed_first() {
    let c1 = child("c1", "2017-12-04");
    for events in [[INCIDENT, c1.as_str()], [c1.as_str(), INCIDENT]] {
        let seen = given(EACH_CHILD, &[&[SUPERVISED], &events[..]].concat()).on("2017-12-04");
        assert_eq!(seen.the(ShareWithChildrensSocialCare).about, ["c1"]);
    }
}

#[test]
fn if_the_only_child_was_entered_in_error_it_is_about_nobody_yet_again() {
    let story = given(
        EACH_CHILD,
        &[
            SUPERVISED,
            &child("c1", "2017-10-01"),
            INCIDENT,
            r#"
        { on = 2017-12-10, kind = "record_retracted", event_id = "e2", reason = "wrong_person", by = "ann" },
    "#,
        ],
    );
    let seen = story.on("2017-12-10");
    assert_eq!(seen.about(ShareWithChildrensSocialCare, "c1").status, Status::Superseded);
    let nobody = seen.all(ShareWithChildrensSocialCare).into_iter().find(|a| a.about.is_empty()).unwrap().clone();
    assert!(nobody.status.pending(), "somebody still has to be told, and to find out about whom");
}
