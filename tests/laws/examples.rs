//! Small hand-written cases: errors that the laws found, and counterexamples to earlier versions of the laws.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeZone, Utc};
use risk_core::assessment::answer::{Action, Status};
use risk_core::event::vocabulary::{ActionKind, SourceAgency, Term};
use risk_core::event::{Event, Instant, Kind};
use risk_core::log::{Log, Record, RecordSource};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ask::at;
use crate::history::{CASE, log_of};
use crate::packs;

/// Noon in January 2016, or so many days after it began.
pub fn january(day: i64) -> Instant {
    Utc.with_ymd_and_hms(2015, 12, 31, 12, 0, 0).unwrap() + chrono::Duration::days(day)
}

pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A record of something that happened on one day and was recorded on another.
pub fn recorded(n: u128, happened: i64, known: i64, kind: &str, data: Value) -> Record {
    let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
    let data = data.as_object().unwrap().clone();
    let event = Event::decode(Kind::parse(kind).unwrap(), &data).unwrap();
    Record::new(id(n), CASE, january(happened), january(known), source, event)
}

/// A record of something recorded on the day on which it happened.
pub fn on(n: u128, day: i64, kind: &str, data: Value) -> Record {
    recorded(n, day, day, kind, data)
}

pub fn supervised(n: u128, day: i64) -> Record {
    let data = json!({ "sentence_id": "s1", "sentence_type": "community_order", "index_offence": "assault",
        "index_offence_is_domestic_abuse": "yes" });
    on(n, day, "supervision_started", data)
}

pub fn call_out(n: u128, day: i64) -> Record {
    on(n, day, "police_call_out", json!({ "children_present": "no", "outcome": "unknown" }))
}

pub fn retraction(n: u128, day: i64, of: u128) -> Record {
    on(n, day, "record_retracted", json!({ "event_id": id(of), "reason": "entered_in_error", "by": "ro1" }))
        .with_handling(risk_core::event::vocabulary::Handling::PartnerConfidential)
}

pub fn disclosure(n: u128, day: i64) -> Record {
    on(n, day, "plw_disclosure", json!({ "person": "p1", "raised_risk": "yes" }))
}

pub fn actions(log: &Log, day: i64, kind: ActionKind) -> Vec<Action> {
    at(log, &packs::ONE_OF_EACH, january(day)).actions.into_iter().filter(|a| a.action == kind).collect()
}

fn rules(action: &Action) -> BTreeSet<&str> {
    action.because.iter().map(|b| b.rule.as_str()).collect()
}

#[test]
fn what_came_before_supervision_is_taken_in_at_its_start() {
    // Given a disclosure on the 1st, whose urgent review was due ten business days later and never made,
    let before = vec![disclosure(1, 1)];
    // when nothing is known of any supervision on the 31st, then a manager must look at what was left undone;
    let oversight = |log: &Log| actions(log, 31, ActionKind::ManagementOversight);
    assert_eq!(oversight(&log_of(before.clone()))[0].because[0].rule, "left-undone");
    // but when supervision begins on the 30th, then the service owes the review from that day on, and nothing is late yet.
    let log = log_of([before, vec![supervised(2, 30)]].concat());
    assert!(oversight(&log).is_empty());
    let review = &actions(&log, 31, ActionKind::ReviewRisk)[0];
    assert_eq!(review.opened, NaiveDate::from_ymd_opt(2016, 1, 30).unwrap());
}

#[test]
fn an_overdue_action_that_becomes_urgent_is_raised_again() {
    // Given a review of call-outs that is overdue by the 20th, without immediate danger,
    let mut log = log_of(vec![supervised(1, 1), call_out(2, 2), call_out(3, 3)]);
    assert_eq!(actions(&log, 20, ActionKind::ReviewRisk)[0].status, Status::Overdue);
    assert!(actions(&log, 20, ActionKind::ManagementOversight).iter().all(|a| !rules(a).contains("left-undone")));
    // when the Partner Link Worker reports raised risk on the 21st, so that the same review becomes urgent,
    log.append(disclosure(4, 21), None).unwrap();
    // then a manager must look at what was left undone, at once.
    let oversight = actions(&log, 21, ActionKind::ManagementOversight);
    assert!(oversight.iter().any(|a| a.status.pending() && rules(a).contains("left-undone")), "{oversight:?}");
}

#[test]
fn a_reason_that_a_retraction_takes_out_does_not_go_without_a_trace() {
    // Given a review for two reasons,
    let mut log = log_of(vec![supervised(1, 1), call_out(2, 2), call_out(3, 3), disclosure(4, 4)]);
    let both = BTreeSet::from(["many-call-outs", "raised-risk"]);
    assert_eq!(rules(&actions(&log, 5, ActionKind::ReviewRisk)[0]), both);
    // when one of them is retracted,
    log.append(retraction(5, 6, 4), None).unwrap();
    // then the review remains for the other, and a separate line says that the first was withdrawn.
    let reviews = actions(&log, 7, ActionKind::ReviewRisk);
    let found: Vec<(bool, BTreeSet<&str>)> = reviews.iter().map(|a| (a.status.pending(), rules(a))).collect();
    let expected = [(true, BTreeSet::from(["many-call-outs"])), (false, BTreeSet::from(["raised-risk"]))];
    assert!(expected.iter().all(|e| found.contains(e)), "{found:?}");
    let withdrawn = reviews.iter().find(|a| !a.status.pending()).unwrap();
    assert_eq!((withdrawn.status, &withdrawn.closed_by), (Status::Superseded, &vec![id(5)]));
}

#[test]
fn an_action_that_goes_on_under_another_name_is_not_withdrawn_by_somebody_elses_correction() {
    // Given a return that became an escalation on 1 June,
    let mut log = log_of(vec![supervised(1, 1), call_out(2, 150), call_out(3, 151), call_out(4, 160)]);
    assert_eq!(actions(&log, 155, ActionKind::EscalateToNps).len(), 1);
    // when a record that it does not rest on is retracted,
    log.append(retraction(5, 161, 4), None).unwrap();
    // then there is still one escalation, and it is pending.
    let escalations = actions(&log, 162, ActionKind::EscalateToNps);
    let pending: Vec<bool> =
        escalations.iter().filter(|a| rules(a).contains("many-call-outs")).map(|a| a.status.pending()).collect();
    assert!(pending.contains(&true), "{escalations:?}");
    let ids: BTreeSet<Uuid> = escalations.iter().map(|a| a.id).collect();
    assert_eq!(ids.len(), escalations.len(), "no line stands twice");
}

#[test]
fn a_line_opened_after_supervision_ended_still_says_when_it_changes() {
    let order = json!({ "order_id": "o1", "order": "restraining", "protects": ["p1"], "expires_on": "2016-02-01" });
    let ended = json!({ "sentence_id": "s1", "reason": "completed" });
    let log =
        log_of(vec![supervised(1, 1), on(2, 2, "protective_order_made", order), on(3, 10, "supervision_ended", ended)]);
    let answer = at(&log, &packs::ONE_OF_EACH, january(33));
    let review = answer.actions.iter().find(|a| a.action == ActionKind::ReviewAfterOrderExpiry).unwrap();
    assert_eq!((review.status, review.due), (Status::Open, NaiveDate::from_ymd_opt(2016, 2, 16)));
    assert_eq!(answer.next_change_at.unwrap().to_rfc3339(), "2016-02-13T00:00:00+00:00");
}

#[test]
fn an_order_varied_so_that_it_protects_nobody_says_so_when_it_is_read_again() {
    let varied = on(1, 1, "protective_order_varied", json!({ "order_id": "o1", "protects": [] }));
    assert_eq!(Record::parse(&varied.to_line()).unwrap().event(), varied.event());
    assert!(varied.to_line().contains("\"protects\":[]"), "{}", varied.to_line());
}

#[test]
fn what_is_frozen_when_supervision_ends_does_not_fall_overdue_after_it() {
    // Given an urgent review, and supervision that ends before it is due,
    let ended = json!({ "sentence_id": "s1", "reason": "completed" });
    let log = log_of(vec![supervised(1, 1), disclosure(2, 4), on(3, 6, "supervision_ended", ended)]);
    // when its date goes by, then its status is frozen, and no one is asked why it was left undone.
    assert_eq!(actions(&log, 40, ActionKind::ReviewRisk)[0].status, Status::Open);
    assert!(actions(&log, 40, ActionKind::ManagementOversight).is_empty());
}
