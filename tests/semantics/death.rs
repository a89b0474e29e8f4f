//! A death ends supervision. Actions that need the person are superseded; actions that protect victims and children
//! are handed over.

use risk_core::assessment::answer::Status;
use risk_core::event::vocabulary::ActionKind::{HomeVisit, MaintainContact, ShareWithPlw};

use crate::story::{SUPERVISED, day, e, given};

const RULES: &str = r#"
[[action]]
id = "home_visit"
closed_by = [{ on = "home_visit_completed" }]
protects = true
ends_with_death = true

[[action]]
id = "share_with_plw"
closed_by = [{ on = "information_shared" }]
protects = true

[[action]]
id = "maintain_contact"
closed_by = [{ on = "appointment_attended" }]
ends_with_death = true

[[rule]]
id = "disclosed"
on = "concern_disclosed"
require = [{ action = "home_visit", due = { within = "week" } }, { action = "share_with_plw", due = { within = "week" } }]

[[duty]]
id = "contact"
action = "maintain_contact"
while = "supervised = yes"
every = "week"

[[parameter]]
id = "week"
value = 7
"#;

/// e2.
const DISCLOSED: &str = r#"{ on = 2017-09-05, kind = "concern_disclosed", by = "practitioner" },"#;
/// The person died on the 7th, which the service learnt on the 9th.
const DIED: &str = r#"{ on = 2017-09-07, recorded = 2017-09-09, kind = "person_died" },"#;

#[test]
fn nothing_asks_for_contact_or_a_visit_any_more_and_what_protects_is_handed_over() {
    let story = given(RULES, &[SUPERVISED, DISCLOSED, DIED]);
    assert!(story.on("2017-09-08").pending(HomeVisit));
    let seen = story.on("2017-10-20");
    let visit = seen.the(HomeVisit);
    assert_eq!(
        (visit.status, visit.closed, &visit.closed_by),
        (Status::Superseded, Some(day("2017-09-09")), &vec![e(3)])
    );
    assert!(!seen.pending(MaintainContact), "no round falls due after the death");
    let shared = seen.the(ShareWithPlw);
    assert!(seen.pending(ShareWithPlw) && shared.handed_over);
    assert_eq!(shared.frozen_on, Some(day("2017-09-07")), "it stays as it stood when supervision ended");
}

#[test]
fn what_is_learnt_later_asks_for_no_visit_and_is_still_shared() {
    let later = r#"{ on = 2017-09-06, recorded = 2017-09-20, kind = "concern_disclosed", by = "practitioner" },"#;
    let seen = given(RULES, &[SUPERVISED, DIED, later]).on("2017-09-20");
    assert_eq!(seen.status(HomeVisit), Status::Superseded);
    assert_eq!(seen.status(ShareWithPlw), Status::Open);
}

#[test]
fn of_several_sentences_and_records_the_first_death_ends_all() {
    let more = r#"
        { on = 2017-09-02, kind = "supervision_started", sentence_id = "s2", sentence_type = "licence", ends_on = 2019-01-01 },
    "#;
    let again = r#"{ on = 2017-09-08, recorded = 2017-09-10, kind = "person_died" },"#;
    for events in [[SUPERVISED, DISCLOSED, more, DIED, again], [SUPERVISED, DISCLOSED, more, again, DIED]] {
        let seen = given(RULES, &events).on("2018-03-01");
        assert_eq!(seen.the(ShareWithPlw).frozen_on, Some(day("2017-09-07")));
        assert_eq!(seen.status(HomeVisit), Status::Superseded);
    }
}

#[test]
fn a_death_that_was_recorded_in_error_changes_nothing_in_the_end() {
    let in_error =
        r#"{ on = 2017-09-11, kind = "record_retracted", event_id = "e3", reason = "wrong_person", by = "ann" },"#;
    let seen = given(RULES, &[SUPERVISED, DISCLOSED, DIED, in_error]).on("2017-09-11");
    let visit = seen.latest(HomeVisit);
    assert_eq!((visit.status, visit.opened, visit.due), (Status::Open, day("2017-09-05"), Some(day("2017-09-12"))));
    assert!(seen.pending(MaintainContact));
}

#[test]
fn the_answer_says_that_the_person_died_and_when() {
    let story = given(RULES, &[SUPERVISED, DISCLOSED, DIED]);
    assert_eq!(story.on("2017-09-08").answer.died, None);
    let died = story.on("2017-09-09").answer.died.unwrap();
    assert_eq!((died.on, died.event_id), (day("2017-09-07"), Some(e(3))));
    let again = r#"{ on = 2017-09-06, recorded = 2017-09-12, handling = "restricted", kind = "person_died" },"#;
    let story = given(RULES, &[SUPERVISED, DISCLOSED, DIED, again]);
    let counts = story.on("2017-09-12").answer.died.unwrap();
    assert_eq!((counts.on, counts.event_id), (day("2017-09-06"), Some(e(4))));
}

#[test]
fn a_release_and_a_death_of_one_moment_come_to_the_same_in_every_order() {
    let rule = r#"
[[rule]]
id = "released"
on = "released_from_custody"
require = [{ action = "home_visit" }, { action = "share_with_plw" }]
"#;
    let rules = format!("{RULES}{rule}");
    let released = |recorded: &str| {
        format!("{{ on = \"2017-09-07T11:00:00Z\", recorded = {recorded}, kind = \"released_from_custody\" }},")
    };
    let died =
        |recorded: &str| format!("{{ on = \"2017-09-07T11:00:00Z\", recorded = {recorded}, kind = \"person_died\" }},");
    let (early, late) = ("2017-09-09", "2017-09-11");
    let orders = [
        [released(early), died(late)],
        [died(late), released(early)],
        [died(early), released(late)],
        [released(late), died(early)],
        [released(late), died(late)],
        [died(late), released(late)],
    ];
    for [one, other] in orders {
        let story = given(&rules, &[SUPERVISED, &one, &other]);
        let seen = story.on("2017-10-20");
        assert_eq!(seen.latest(HomeVisit).status, Status::Superseded, "{one} {other}");
        assert!(!seen.pending(MaintainContact), "{one} {other}");
        assert!(seen.pending(ShareWithPlw), "{one} {other}");
        assert_eq!(seen.answer.died.unwrap().on, day("2017-09-07"), "{one} {other}");
    }
}

#[test]
fn without_a_sentence_on_record_a_death_hands_over_all_the_same() {
    let seen = given(RULES, &[DISCLOSED, r#"{ on = 2017-09-07, kind = "person_died" },"#]).on("2017-10-20");
    assert_eq!(seen.status(HomeVisit), Status::Superseded);
    assert!(seen.the(ShareWithPlw).handed_over);
}
