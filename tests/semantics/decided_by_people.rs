//! What people decide about actions is shown with name and reason; a refusal closes nothing; time alone closes nothing.

use risk_core::assessment::answer::Status;
use risk_core::event::vocabulary::ActionKind::{
    HomeVisit, MaintainContact, RequestPoliceInformation, ReturnToNps, ReviewRisk,
};
use risk_core::event::vocabulary::{ActionDecision, DecisionReason, Role};

use crate::story::{SUPERVISED, Story, day, e, given};

/// A move asks for a home visit within a week; officers may decide about it. A report of harm makes it `protect_now`.
const A_MOVE_ASKS_FOR_A_VISIT: &str = r#"
[[action]]
id = "home_visit"
closed_by = [{ on = "home_visit_completed" }]
decidable_by = ["responsible_officer", "manager"]

[[rule]]
id = "moved"
on = "address_changed"
require = [{ action = "home_visit", due = { within = "week" } }]

[[rule]]
id = "harm"
on = "incident_reported"
require = [{ action = "home_visit", priority = "protect_now", due = { within = "week" } }]

[[parameter]]
id = "week"
value = 7
"#;

const MOVED_ON_THE_4TH: &str = r#"{ on = 2017-12-04, kind = "address_changed" },"#;

fn decided(on: &str, decision: &str, role: &str, more: &str) -> String {
    format!(
        r#"{{ on = {on}, kind = "action_decided", action = "home_visit", decision = "{decision}", by = "ann", role = "{role}", reason = "led_by_other_agency" {more} }},"#
    )
}

fn visit(events: &[&str]) -> Story {
    given(A_MOVE_ASKS_FOR_A_VISIT, &[&[SUPERVISED, MOVED_ON_THE_4TH], events].concat())
}

#[test]
fn not_needed_closes_it_with_name_and_reason() {
    let story = visit(&[&decided("2017-12-06", "not_needed", "responsible_officer", "")]);
    let action = story.on("2017-12-06").the(HomeVisit).clone();
    assert_eq!((action.status, action.closed_by), (Status::NotNeeded, vec![e(3)]));
    let by = action.decided.unwrap();
    assert_eq!((by.decision, by.by.as_str(), by.role), (ActionDecision::NotNeeded, "ann", Role::ResponsibleOfficer));
    assert_eq!((by.reason, by.on, by.accepted), (DecisionReason::LedByOtherAgency, day("2017-12-06"), true));
}

#[test]
fn done_elsewhere_is_done() {
    let story = visit(&[&decided("2017-12-06", "done_elsewhere", "responsible_officer", "")]);
    assert_eq!(story.on("2017-12-06").status(HomeVisit), Status::Done);
}

#[test]
fn a_later_trigger_opens_it_anew() {
    let moved_again = r#"{ on = 2018-01-15, kind = "address_changed" },"#;
    let story = visit(&[&decided("2017-12-06", "not_needed", "responsible_officer", ""), moved_again]);
    let seen = story.on("2018-01-15");
    assert_eq!(seen.all(HomeVisit).len(), 2);
    let again = seen.latest(HomeVisit);
    assert_eq!((again.status, again.opened), (Status::Open, day("2018-01-15")));
    assert_eq!(again.decided, None, "what was decided about the first says nothing of the second");
}

#[test]
fn a_decision_that_names_reasons_closes_only_those() {
    let moved_again = r#"{ on = 2017-12-05, kind = "address_changed" },"#;
    let story =
        visit(&[moved_again, &decided("2017-12-06", "not_needed", "responsible_officer", ", reasons = [\"e2\"]")]);
    let action = story.on("2017-12-06").the(HomeVisit).clone();
    assert_eq!((action.status, action.due), (Status::Open, Some(day("2017-12-12"))), "the other reason stands");
}

#[test]
fn putting_it_off_moves_the_date_visibly() {
    let story = visit(&[&decided("2017-12-06", "deferred", "responsible_officer", ", until = 2018-01-31")]);
    let action = story.on("2018-01-05").the(HomeVisit).clone();
    assert_eq!((action.status, action.due), (Status::Open, Some(day("2018-01-31"))));
    assert_eq!(action.decided.unwrap().until, Some(day("2018-01-31")));
    assert_eq!(story.on("2018-02-01").status(HomeVisit), Status::Overdue);
}

#[test]
fn will_do_closes_nothing() {
    let story = visit(&[&decided("2017-12-06", "will_do", "responsible_officer", "")]);
    assert_eq!(story.on("2017-12-12").status(HomeVisit), Status::Overdue);
}

#[test]
fn somebody_who_may_not_decide_it_is_shown_and_closes_nothing() {
    let story = visit(&[&decided("2017-12-06", "not_needed", "programmes_team", "")]);
    let action = story.on("2017-12-06").the(HomeVisit).clone();
    assert_eq!(action.status, Status::Open);
    assert!(!action.decided.unwrap().accepted);
}

#[test]
fn what_protects_somebody_now_is_for_a_manager_to_decide() {
    let harm = r#"{ on = 2017-12-05, kind = "incident_reported", conduct = ["physical_violence"] },"#;
    let officer = visit(&[harm, &decided("2017-12-06", "not_needed", "responsible_officer", "")]);
    let kept = officer.on("2017-12-06").the(HomeVisit).clone();
    assert_eq!(kept.status, Status::Open);
    assert!(!kept.decided.unwrap().accepted);
    let manager = visit(&[harm, &decided("2017-12-06", "not_needed", "manager", "")]);
    assert_eq!(manager.on("2017-12-06").status(HomeVisit), Status::NotNeeded);
}

#[test]
fn nor_may_an_officer_put_it_off() {
    let harm = r#"{ on = 2017-12-05, kind = "incident_reported", conduct = ["physical_violence"] },"#;
    let story = visit(&[harm, &decided("2017-12-06", "deferred", "responsible_officer", ", until = 2018-01-31")]);
    assert_eq!(story.on("2017-12-06").the(HomeVisit).due, Some(day("2017-12-11")));
}

#[test]
fn a_decision_made_before_something_was_learnt_has_not_decided_about_it() {
    let learnt_on_the_8th = r#"{ on = 2017-12-03, recorded = 2017-12-08, kind = "address_changed" },"#;
    let story = given(
        A_MOVE_ASKS_FOR_A_VISIT,
        &[
            SUPERVISED,
            learnt_on_the_8th,
            r#"
        { on = 2017-12-06, recorded = 2017-12-09, kind = "action_decided", action = "home_visit", decision = "not_needed", by = "ann", role = "manager", reason = "already_done" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-09").status(HomeVisit), Status::Open);
}

#[test]
fn a_refusal_closes_nothing_and_is_shown_with_its_reason() {
    let rules = r#"
        [[action]]
        id = "return_to_nps"
        closed_by = [{ on = "case_return_requested" }]
        refused_by = [{ on = "escalation_decided", when = "event.outcome = refused" }]
        [[rule]]
        id = "too-high"
        on = "incident_reported"
        require = [{ action = "return_to_nps" }]
    "#;
    let story = given(
        rules,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-04, kind = "incident_reported", conduct = ["strangulation"] },
        { on = 2017-12-06, kind = "escalation_decided", to = "nps", decided_by = "own_manager", outcome = "refused", reason = "no_conviction" },
    "#,
        ],
    );
    let action = story.on("2017-12-06").the(ReturnToNps).clone();
    assert_eq!(action.status, Status::Open);
    let refusal = &action.refused[0];
    assert_eq!((refusal.event_id, refusal.on), (Some(e(3)), day("2017-12-06")));
    assert_eq!((refusal.by.as_deref(), refusal.reason.as_deref()), (Some("own_manager"), Some("no_conviction")));
}

#[test]
fn nothing_falls_away_by_time_alone() {
    let story = visit(&[]);
    let action = story.on("2037-12-06").the(HomeVisit).clone();
    assert_eq!((action.status, action.opened), (Status::Overdue, day("2017-12-04")));
}

/// Supervision ends on 31 January 2018, as known from the start or as recorded later.
const WHEN_SUPERVISION_ENDS: &str = r#"
[[action]]
id = "home_visit"
closed_by = [{ on = "home_visit_completed" }]
protects = true

[[action]]
id = "review_risk"
closed_by = [{ on = "risk_assessed" }]

[[action]]
id = "request_police_information"
closed_by = [{ on = "information_requested" }]

[[action]]
id = "maintain_contact"
closed_by = [{ on = "appointment_attended" }]

[[rule]]
id = "moved"
on = "address_changed"
require = [
    { action = "home_visit", due = { within = "month" } },
    { action = "review_risk", due = { within = "month" } },
    { action = "maintain_contact", priority = "protect_now" },
]

[[duty]]
id = "repeat"
action = "request_police_information"
while = "domestic_abuse in [yes, unknown]"
every = "month"
first = { within = "month" }

[[parameter]]
id = "month"
value = 30
"#;

#[test]
fn when_supervision_ends_open_actions_freeze_and_what_protects_a_victim_is_handed_over() {
    let moved = r#"{ on = 2018-01-20, kind = "address_changed" },"#;
    let by_record = [
        SUPERVISED,
        moved,
        r#"{ on = 2018-01-31, kind = "supervision_ended", sentence_id = "s1", reason = "completed" },"#,
    ];
    let by_date = [
        r#"{ on = 2017-09-01, kind = "supervision_started", sentence_id = "s1", sentence_type = "community_order", index_offence = "assault", ends_on = 2018-01-31 },"#,
        moved,
    ];
    for events in [&by_record[..], &by_date[..]] {
        let story = given(WHEN_SUPERVISION_ENDS, events);
        let seen = story.on("2019-01-31");
        let visit = seen.the(HomeVisit);
        assert_eq!((visit.status, visit.frozen_on), (Status::Open, Some(day("2018-01-31"))), "as it was on that day");
        assert!(visit.handed_over);
        let review = seen.the(ReviewRisk);
        assert_eq!((review.status, review.handed_over), (Status::Open, false));
        assert!(seen.the(MaintainContact).handed_over, "what protects somebody now is handed over whatever it is");
    }
}

#[test]
fn what_was_overdue_when_supervision_ended_stays_overdue_by_as_many_days() {
    let story = given(
        WHEN_SUPERVISION_ENDS,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-01, kind = "address_changed" },
        { on = 2018-01-10, kind = "supervision_ended", sentence_id = "s1", reason = "completed" },
    "#,
        ],
    );
    let visit = story.on("2019-01-31").the(HomeVisit).clone();
    assert_eq!((visit.status, visit.days_overdue), (Status::Overdue, Some(10)));
}

#[test]
fn no_duty_comes_round_after_supervision_ended() {
    let story = given(
        WHEN_SUPERVISION_ENDS,
        &[
            SUPERVISED,
            r#"
        { on = 2017-09-20, kind = "information_requested", request_id = "r1", of = "police", about = "domestic_abuse_call_outs", stage = "ongoing" },
        { on = 2017-10-10, kind = "supervision_ended", sentence_id = "s1", reason = "completed" },
    "#,
        ],
    );
    assert!(!story.on("2019-01-31").pending(RequestPoliceInformation));
}

#[test]
fn what_was_done_before_the_end_and_written_down_after_it_still_closes() {
    let story = given(
        WHEN_SUPERVISION_ENDS,
        &[
            SUPERVISED,
            r#"
        { on = 2018-01-20, kind = "address_changed" },
        { on = 2018-01-31, kind = "supervision_ended", sentence_id = "s1", reason = "completed" },
        { on = 2018-01-30, recorded = 2018-02-05, kind = "home_visit_completed" },
    "#,
        ],
    );
    assert_eq!(story.on("2018-02-05").status(HomeVisit), Status::Done);
}

#[test]
fn what_a_new_sentence_finds_open_is_open_again() {
    let story = given(
        WHEN_SUPERVISION_ENDS,
        &[
            SUPERVISED,
            r#"
        { on = 2018-01-20, kind = "address_changed" },
        { on = 2018-01-31, kind = "supervision_ended", sentence_id = "s1", reason = "completed" },
        { on = 2018-06-01, kind = "supervision_started", sentence_id = "s2", sentence_type = "community_order", index_offence = "assault" },
    "#,
        ],
    );
    let visit = story.on("2018-06-01").the(HomeVisit).clone();
    assert_eq!((visit.status, visit.frozen_on, visit.handed_over), (Status::Overdue, None, false));
}
