//! Routine week by week: appointments, rehabilitation days, repeated checks, written reviews.

use risk_core::event::Kind;
use serde_json::{Value, json};

use crate::case::{Case, ORDER, SENTENCE};
use crate::opening::{assessed, update_plan};
use crate::proportions::Share;
use crate::requests::{Agency, ask};
use crate::story::{Reporter, Story};
use crate::when::When;

/// A span in custody, without appointments.
pub(crate) type Custody = Option<(When, When)>;

/// Adds the routine from the first appointment to the end.
pub(crate) fn supervise(story: &mut Story, case: &Case, first: When, custody: Custody) {
    appointments(story, first, custody);
    rehabilitation(story, case, first, custody);
    if case.unpaid_work {
        unpaid_work(story, first);
    }
    checks(story, case, first);
    reviews(story, case, first);
    home_visit(story, first);
    if story.does(Share::FlagReviewed) {
        let when = story.office(first, 170);
        story.add(Reporter::Officer, when, Kind::FlagReviewed, json!({ "register": "domestic_abuse_perpetrator" }));
    }
    if story.dice.chance(Share::Corrected) {
        clerical_error(story, case);
    }
    if case.sentence_ends <= story.until() {
        let ended = json!({ "sentence_id": SENTENCE, "reason": "completed" });
        story.add(Reporter::Officer, case.sentence_ends, Kind::SupervisionEnded, ended);
    }
}

/// All moments from `from` on, `days` apart, outside custody.
fn every(story: &mut Story, from: When, days: i64, custody: Custody) -> Vec<When> {
    let mut moments = Vec::new();
    let mut next = story.office(from, days);
    while next <= story.until() {
        if !custody.is_some_and(|(inside, out)| inside <= next && next < out) {
            moments.push(next);
        }
        next = story.office(next, days);
    }
    moments
}

fn appointments(story: &mut Story, first: When, custody: Custody) {
    let days =
        if story.does(Share::ContactProtects) { story.dice.pick(7, &[14, 14]) } else { story.dice.pick(28, &[21]) };
    story.add(Reporter::Officer, first.after_minutes(60), Kind::ContactFrequencySet, json!({ "days": days }));
    for when in every(story, first, days, custody) {
        appointment(story, when);
    }
}

/// Adds an appointment, attended or missed. A missed one may lead to a warning or to a question about the reason.
pub(crate) fn appointment(story: &mut Story, when: When) {
    if !story.dice.chance(Share::AppointmentMissed) {
        story.add(Reporter::Officer, when, Kind::AppointmentAttended, Value::Null);
        return;
    }
    let acceptable = story.dice.pick("yes", &["yes", "no", "no", "unknown"]);
    let missed = story.add(Reporter::Officer, when, Kind::AppointmentMissed, json!({ "acceptable": acceptable }));
    let later = story.office(when, 3);
    if acceptable == "no" && story.does(Share::Enforced) {
        let warning = json!({ "step": "warning", "answers": [missed] });
        story.add(Reporter::Officer, later, Kind::EnforcementStarted, warning);
    } else if acceptable == "unknown" && story.does(Share::ReasonAsked) {
        let checked = json!({ "event_id": missed, "with": "employer", "result": "confirmed", "answers": [missed] });
        story.add(Reporter::Officer, later, Kind::AccountChecked, checked);
    }
}

fn rehabilitation(story: &mut Story, case: &Case, first: When, custody: Custody) {
    if case.on_licence() {
        return;
    }
    let done = story.does(Share::ProgressMade);
    let domestic_abuse = if story.dice.below(2) == 0 { "yes" } else { "no" };
    let delivered: Vec<When> =
        every(story, first.after_days(30), 28, custody).into_iter().take(if done { 8 } else { 2 }).collect();
    for when in &delivered {
        let day = json!({ "days": 2, "domestic_abuse": domestic_abuse, "approved": "unknown" });
        story.add(Reporter::Officer, *when, Kind::RarActivityDelivered, day);
    }
    if let Some(last) = delivered.last().filter(|_| done && delivered.len() == 8) {
        let completed = json!({ "sentence_id": SENTENCE, "requirement": "rar", "reason": "completed" });
        story.add(Reporter::Officer, last.after_minutes(30), Kind::RequirementCompleted, completed);
    }
}

/// Unpaid work ends long before supervision.
fn unpaid_work(story: &mut Story, first: When) {
    let days = story.dice.between(120, 300);
    let when = story.office(first, days);
    let completed = json!({ "sentence_id": SENTENCE, "requirement": "unpaid_work", "reason": "completed" });
    story.add(Reporter::Officer, when, Kind::RequirementCompleted, completed);
}

fn checks(story: &mut Story, case: &Case, first: When) {
    if story.does(Share::CallOutsRepeated) {
        let days = story.dice.pick(60, &[75, 90]);
        for when in every(story, first, days, None) {
            ask(story, Agency::Police, "ongoing", when);
        }
    }
    if !case.children.is_empty() && story.does(Share::ChildChecksRepeated) {
        let days = story.dice.pick(60, &[75, 90]);
        for when in every(story, first, days, None) {
            ask(story, Agency::SocialCare, "ongoing", when);
        }
    }
    if case.order && story.does(Share::OrdersMonitored) {
        let days = story.dice.pick(28, &[42, 60]);
        for when in every(story, first, days, None) {
            let with = story.dice.pick("police", &["police", "victim_service"]);
            let checked = json!({ "order_id": ORDER, "with": with, "compliant": "yes" });
            story.add(Reporter::Officer, when, Kind::ProtectiveOrderChecked, checked);
        }
    }
}

/// A review of the whole case every few months, if reviews are written at all.
fn reviews(story: &mut Story, case: &Case, first: When) {
    if !story.does(Share::ReviewOnFile) {
        return;
    }
    let days = story.dice.pick(90, &[120, 150]);
    for when in every(story, first, days, None) {
        review(story, case, when, &[]);
    }
}

/// A written review with an updated plan.
pub(crate) fn review(story: &mut Story, case: &Case, when: When, considers: &[uuid::Uuid]) {
    story.add(Reporter::Officer, when, Kind::RiskAssessed, assessed(case, "review", &case.officer, considers));
    update_plan(story, when.after_minutes(20));
}

fn home_visit(story: &mut Story, first: When) {
    if story.does(Share::HomeVisited) {
        let days = story.dice.between(10, 60);
        let when = story.office(first, days);
        story.add(Reporter::Officer, when, Kind::HomeVisitCompleted, json!({ "concern": "no" }));
    }
}

/// An appointment that was recorded as attended by mistake.
fn clerical_error(story: &mut Story, case: &Case) {
    let Some((wrong, added)) = story.some_appointment() else { return };
    let when = story.office(added, 3);
    let correction = json!({ "event_id": wrong, "replacement": { "data": { "acceptable": "yes" } },
        "reason": "entered_in_error", "by": case.officer });
    story.add(Reporter::Officer, when, Kind::RecordCorrected, correction);
}
