//! Timelines: what each step changed, and what time alone changed.

use risk_core::assessment::{Change, Question, changes};
use risk_core::event::vocabulary::Audience;
use risk_core::fold::run::Lens;
use risk_core::timeline::{Timeline, timeline};
use risk_reports::change_summary::{Perspective, SummaryKind, summarise};

use crate::story::{SUPERVISED, Story, e, given};

const REVIEW: &str = r#"
    [[parameter]]
    id = "review_time"
    value = 7
    [[parameter]]
    id = "due_soon"
    value = 3
    [[action]]
    id = "review_risk"
    title = "Review the risk"
    closed_by = [{ on = "risk_assessed" }]
    decidable_by = ["manager"]
    [[action]]
    id = "home_visit"
    title = "Visit"
    closed_by = [{ on = "home_visit_completed" }]
    [[rule]]
    id = "concern"
    on = "plw_disclosure"
    require = [{ action = "review_risk", due = { within = "review_time" } }]
    indicate = [{ group = "known_adult", level = "medium" }]
    [[rule]]
    id = "expired"
    on = "protective_order_expired"
    require = [{ action = "home_visit" }]
"#;
const TOLD: &str = r#"{ on = 2017-12-04T10:00:00Z, recorded = 2017-12-05T09:00:00Z, kind = "plw_disclosure", person = "p1", concerns = ["physical_violence"], raised_risk = "yes" },"#;
const ORDER: &str = r#"{ on = 2017-09-02, kind = "protective_order_made", order_id = "o1", order = "restraining", protects = ["p1"], expires_on = 2017-12-31 },"#;
const REVIEWED: &str = r#"{ on = 2018-01-10, kind = "risk_assessed", levels = { known_adult = "medium" }, stage = "review", signed = "yes", assessor = "ann" },"#;

fn story() -> Story {
    given(REVIEW, &[SUPERVISED, ORDER, TOLD, REVIEWED])
}

fn told(story: &Story, question: &Question) -> Timeline {
    timeline(&story.log, &story.policy, question).unwrap()
}

fn sentences(found: &Timeline) -> Vec<String> {
    let of = |s: &risk_core::timeline::Step| {
        let kinds: Vec<&str> = s.records.iter().map(|r| r.kind.as_str()).collect();
        let by: String = if kinds.is_empty() { format!("{:?}", s.by_time) } else { kinds.join(" ") };
        let lines: Vec<String> = summarise(&s.changes, Perspective::Successive).into_iter().map(|l| l.text).collect();
        format!("{} {by}: {}", s.at.date_naive(), lines.join(" "))
    };
    found.steps.iter().map(of).collect()
}

#[test]
fn each_step_tells_its_records_and_what_they_opened_moved_and_closed() {
    let story = story();
    let found = told(&story, &story.question("2018-02-01"));
    assert_eq!(
        sentences(&found),
        [
            "2017-09-01 supervision_started: ",
            "2017-09-02 protective_order_made: ",
            "2017-12-05 plw_disclosure: To do: Review the risk: this week, due 12 Dec 2017 (limit: assumed). Risk to \
             known adult: medium indicated; work to MEDIUM.",
            "2017-12-09 []: Review the risk: due soon, on 12 Dec 2017.",
            "2017-12-13 [ActionOverdue]: Review the risk: overdue, as it was due 12 Dec 2017.",
            "2018-01-01 [ProtectiveOrderExpired]: To do: Visit: this week, no limit in any source.",
            "2018-01-10 risk_assessed: No longer pending: Review the risk: done late, due 12 Dec 2017, on 10 Jan 2018. \
             Risk to known adult: recorded medium on 10 Jan 2018; no indication left unanswered; settled.",
        ]
    );
}

#[test]
fn the_end_of_supervision_is_named_where_it_comes_by_time() {
    // Given an order with a known end, and a review that is never made,
    let ends = SUPERVISED.replace("index_offence", "ends_on = 2018-01-01, index_offence");
    let story = given(REVIEW, &[&ends, TOLD]);
    // then the step that freezes the line is shown as the end of supervision.
    let last = sentences(&told(&story, &story.question("2018-02-01"))).pop().unwrap();
    assert!(last.starts_with("2018-01-02 [SupervisionEndReached]: "), "{last}");
}

#[test]
fn every_line_carries_its_rules_and_what_the_person_must_not_hear_of() {
    let story = story();
    let found = told(&story, &story.question("2017-12-05"));
    let lines = summarise(&found.steps.last().unwrap().changes, Perspective::Successive);
    let review = lines.iter().find(|l| l.kind == SummaryKind::Opened).unwrap();
    assert_eq!(review.rules, ["concern"]);
    assert!(review.do_not_raise.is_some());
    let level = lines.iter().find(|l| l.kind == SummaryKind::Level).unwrap();
    assert!(level.do_not_raise.is_some());
}

#[test]
fn in_hindsight_the_disclosure_stands_on_the_day_on_which_it_happened() {
    let story = story();
    let clock_of = |lens: Lens| {
        let question = Question { lens, ..story.question("2018-02-01") };
        let found = told(&story, &question);
        let step = found.steps.into_iter().find(|s| s.records.iter().any(|r| r.event_id == Some(e(3)))).unwrap();
        step.at.date_naive().to_string()
    };
    assert_eq!(clock_of(Lens::AsKnown), "2017-12-05");
    assert_eq!(clock_of(Lens::Hindsight), "2017-12-04");
}

#[test]
fn all_steps_together_lead_from_nothing_to_the_answer_of_the_day() {
    let story = story();
    for moment in ["2017-12-04", "2017-12-05", "2017-12-13", "2018-01-01", "2018-01-11"] {
        let found = told(&story, &story.question(moment));
        let mut pending = std::collections::BTreeSet::new();
        for change in found.steps.iter().flat_map(|s| &s.changes) {
            match change {
                Change::Opened { action } if action.status.pending() => {
                    pending.insert(action.id);
                }
                Change::Closed { action } | Change::Gone { action } => {
                    pending.remove(&action.id);
                }
                _ => {}
            }
        }
        let answer = story.on(moment).answer;
        let of_the_day = answer.actions.iter().filter(|a| a.status.pending()).map(|a| a.id).collect();
        assert_eq!(pending, of_the_day, "{moment}");
    }
}

#[test]
fn between_two_steps_nothing_changes() {
    let story = story();
    let found = told(&story, &story.question("2018-02-01"));
    for pair in found.steps.windows(2) {
        let just_before = pair[1].at.checked_sub_signed(chrono::TimeDelta::microseconds(1)).unwrap();
        let at = |at| story.ask(&Question { at, ..story.question("2018-02-01") }).answer;
        assert_eq!(changes(&at(pair[0].at), &at(just_before)), [], "{} to {}", pair[0].at, pair[1].at);
    }
}

#[test]
fn a_correction_is_a_step_on_the_day_on_which_it_was_recorded() {
    let retracted = r#"{ on = 2017-12-08, kind = "record_retracted", handling = "partner_confidential", event_id = "e3", reason = "entered_in_error", by = "ann" },"#;
    let id = e(3).to_string();
    let story = given(REVIEW, &[SUPERVISED, ORDER, TOLD, &retracted.replace("\"e3\"", &format!("\"{id}\""))]);
    let found = told(&story, &story.question("2017-12-08"));
    let last = sentences(&found).pop().unwrap();
    assert!(last.starts_with("2017-12-08 record_retracted: No longer pending: Review the risk: superseded"), "{last}");
}

#[test]
fn the_supervised_person_s_timeline_is_the_same_without_what_they_may_not_see() {
    let (everything, own) = (story(), given(REVIEW, &[SUPERVISED]));
    let seen = |story: &Story| {
        let question = Question { audience: Audience::SupervisedPerson, ..story.question("2018-02-01") };
        serde_json::to_string(&told(story, &question)).unwrap()
    };
    assert_eq!(seen(&everything), seen(&own));
}

#[test]
fn a_timeline_that_is_cancelled_gives_nothing_and_asks_often_enough() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use risk_core::cancel::{Cancel, Cancelled, Stopped};
    use risk_core::timeline::timeline_until;

    let story = story();
    let question = story.question("2018-02-01");
    let asked = AtomicUsize::new(0);
    let never = || {
        asked.fetch_add(1, Ordering::Relaxed);
        false
    };
    let whole = timeline_until(&story.log, &story.policy, &question, Cancel::when(&never)).unwrap();
    assert_eq!(whole, told(&story, &question), "being asked changes nothing");
    let times = asked.load(Ordering::Relaxed);
    assert!(times > story.log.records().len());
    for after in 0..times {
        let left = AtomicUsize::new(after);
        let then = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_err();
        let cancelled = timeline_until(&story.log, &story.policy, &question, Cancel::when(&then));
        assert_eq!(cancelled, Err(Stopped::Cancelled(Cancelled)), "cancelled after {after} questions");
    }
}

#[test]
fn an_appointment_more_costs_a_timeline_as_much_as_the_one_before() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use risk_core::cancel::Cancel;
    use risk_core::timeline::timeline_until;

    let work = |appointments: u32| {
        let days: Vec<String> = (0..appointments)
            .map(|n| {
                format!(
                    "{{ on = 2018-01-{:02}T{:02}:{:02}:00Z, kind = \"appointment_attended\" }},",
                    n / 480 + 2,
                    n / 20 % 24,
                    n % 20
                )
            })
            .collect();
        let events: Vec<&str> = std::iter::once(SUPERVISED).chain(days.iter().map(String::as_str)).collect();
        let story = given(REVIEW, &events);
        let asked = AtomicUsize::new(0);
        let never = || {
            asked.fetch_add(1, Ordering::Relaxed);
            false
        };
        let found = timeline_until(&story.log, &story.policy, &story.question("2018-02-01"), Cancel::when(&never));
        assert_eq!(found.unwrap().steps.len(), events.len());
        asked.into_inner()
    };
    let (one, two) = (work(200), work(400));
    assert!(two < one * 5 / 2, "{one} units of work for 200 appointments, {two} for 400");
}
