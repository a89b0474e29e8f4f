//! Building Better Relationships and the Partner Link Worker: referral, consent, waiting, start, cancellation; and
//! interventions by others.

use risk_core::event::Kind;
use risk_core::event::vocabulary::Sex;
use serde_json::{Value, json};

use crate::case::{BBR, Case, SENTENCE, VICTIM};
use crate::proportions::Share;
use crate::story::{Reporter, Story};
use crate::when::When;

/// The longest wait in days from acceptance to the first session; Sean waited seven months.
const LONGEST_WAIT: u32 = 220;

/// Adds BBR if it is required, and returns the moment from which the victim is in contact with the Partner Link
/// Worker.
pub(crate) fn bbr(story: &mut Story, case: &Case) -> Option<When> {
    if !case.bbr {
        return None;
    }
    let wait = referred_after(story)?;
    let referred = story.office(case.start, wait);
    let consent = json!({ "person": VICTIM, "given": "yes" });
    story.add(Reporter::Officer, referred, Kind::ProgrammeConsentGiven, consent);
    story.add(Reporter::Officer, referred.after_minutes(5), Kind::ProgrammeReferred, about(None));
    story.add(Reporter::Officer, referred.after_minutes(10), Kind::PlwReferred, json!({ "person": VICTIM }));
    let decided = story.office(referred, 20);
    let mut suitable = about(None);
    if let Some(suitable) = suitable.as_object_mut() {
        suitable.insert("outcome".to_owned(), json!("suitable"));
    }
    story.add(Reporter::Programmes, decided, Kind::ProgrammeSuitabilityDecided, suitable);
    course(story, decided);
    link_worker(story, referred)
}

fn referred_after(story: &mut Story) -> Option<i64> {
    if story.does(Share::BbrReferredInTime) {
        return Some(story.dice.between(1, 7));
    }
    // The share of those not referred in time that is referred at all.
    let late = u64::from(Share::BbrReferredLate.per_mille()).saturating_mul(1000);
    let rest = u64::from(1000_u32.saturating_sub(Share::BbrReferredInTime.per_mille()));
    let share = late.checked_div(rest).and_then(|s| u32::try_from(s).ok()).unwrap_or_default();
    (story.dice.per_mille() < share).then(|| story.dice.between(15, 90))
}

fn course(story: &mut Story, decided: When) {
    let cancelled = story.dice.chance(Share::BbrCancelled);
    let starts = story.dice.chance(Share::BbrStarted);
    let days = story.dice.between(30, LONGEST_WAIT);
    // Those who start do so before the day on which the cases are read.
    let left = story.until().day().saturating_sub(decided.day()).saturating_sub(14).max(8);
    let begins = story.office(decided, days.min(left));
    if starts {
        if days > 150 {
            let put_off = story.office(decided, 14);
            story.add(Reporter::Programmes, put_off, Kind::ProgrammeDeferred, about(Some("no_place")));
        }
        story.add(Reporter::Programmes, begins.after_days(-7), Kind::ProgrammeInducted, about(None));
        story.add(Reporter::Programmes, begins, Kind::ProgrammeStarted, about(None));
        sessions_missed(story, begins);
    }
    if cancelled {
        let after = story.dice.between(7, 80);
        let left = story.until().day().saturating_sub(begins.day()).saturating_sub(2).max(0);
        let when = story.office(begins, after.min(left));
        let reason = story.dice.pick("group_cancelled", &["employment", "childcare", "attitude", "health"]);
        story.add(Reporter::Programmes, when, Kind::ProgrammeWithdrawn, about(Some(reason)));
        if reason == "employment" || reason == "childcare" {
            let sought = json!({ "sentence_id": SENTENCE, "requirement": "bbr", "reason": reason });
            let later = story.office(when, 10);
            story.add(Reporter::Officer, later, Kind::RequirementRemovalSought, sought);
        }
    }
}

fn sessions_missed(story: &mut Story, begins: When) {
    let mut when = begins;
    for _ in 0..story.dice.below(4) {
        let weeks = story.dice.between(1, 5);
        when = story.office(when, weeks.saturating_mul(7));
        let reason = story.dice.pick("other", &["employment", "health", "childcare"]);
        story.add(Reporter::Programmes, when, Kind::ProgrammeSessionMissed, about(Some(reason)));
    }
}

fn about(reason: Option<&str>) -> Value {
    let mut data = json!({ "programme_id": BBR, "programme": "bbr" });
    if let (Some(reason), Some(data)) = (reason, data.as_object_mut()) {
        data.insert("reason".to_owned(), json!(reason));
    }
    data
}

fn link_worker(story: &mut Story, referred: When) -> Option<When> {
    let person = json!({ "person": VICTIM });
    let days = story.dice.between(2, 12);
    let first = story.office(referred, days);
    if !story.does(Share::PlwReached) {
        story.add(Reporter::LinkWorker, first, Kind::PlwContactAttempted, person);
        return None;
    }
    story.add(Reporter::LinkWorker, first, Kind::PlwContactMade, person);
    let outcome = story.dice.pick("accepted", &["accepted", "declined"]);
    let decided = json!({ "person": VICTIM, "outcome": outcome });
    story.add(Reporter::LinkWorker, first.after_minutes(30), Kind::PlwSupportDecided, decided);
    Some(first)
}

/// Adds alcohol treatment or a course for women, provided by others who have no access to the case record.
pub(crate) fn of_others(story: &mut Story, case: &Case, first: When) {
    let woman = case.sex == Sex::Female && story.does(Share::ProgressMade);
    if woman {
        let referred = story.office(first, 20);
        let course = json!({ "programme_id": "hr1", "programme": "healthy_relationships" });
        story.add(Reporter::Officer, referred, Kind::ProgrammeReferred, course);
    }
    if !(woman || case.alcohol_treatment) || !story.does(Share::AccountOfOthers) {
        return;
    }
    let provider = if woman { "womens-centre" } else { "alcohol-service" };
    let mut when = story.office(first, 30);
    while when <= story.until() {
        let attending = story.dice.pick("yes", &["yes", "no"]);
        let progress = json!({ "provider": provider, "attending": attending });
        story.add(Reporter::Provider, when, Kind::ProviderProgressReceived, progress);
        when = story.office(when, 30);
    }
}
