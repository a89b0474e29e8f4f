//! The beginning of a case: court, allocation, first appointment, first assessment and plan.

use risk_core::event::Kind;
use risk_core::event::vocabulary::SentenceType;
use serde_json::{Value, json};

use crate::case::{Case, Gravity, ORDER, SENTENCE, VICTIM};
use crate::proportions::Share;
use crate::requests::{Agency, ask};
use crate::story::{Reporter, Story};
use crate::when::When;

/// Adds the beginning and returns the moment of the first appointment.
pub(crate) fn open(story: &mut Story, case: &Case) -> When {
    before_sentence(story, case);
    sentence(story, case);
    allocation(story, case);
    first_appointment(story, case)
}

fn before_sentence(story: &mut Story, case: &Case) {
    if case.on_licence() {
        let release = case.start.date().to_string();
        let planned = story.office(case.start, -42);
        story.add(
            Reporter::Prison,
            planned,
            Kind::ReleasePlanned,
            json!({ "release_on": release, "address_known": "yes" }),
        );
        if story.does(Share::LicenceConditionsProposed) {
            let proposed = story.office(case.start, -28);
            story.add(Reporter::Officer, proposed, Kind::LicenceConditionsProposed, json!({ "person": VICTIM }));
        }
    } else if story.dice.chance(Share::ReportOrdered) {
        let ordered = story.office(case.start, -21);
        story.add(Reporter::Court, ordered, Kind::PreSentenceReportRequested, case.index());
    }
    let (about, child_charge) = match case.gravity {
        Gravity::HighAtAllocation => (
            json!({ "incident": "i0", "conduct": ["physical_violence"], "victims": [VICTIM, "c1"],
                "children_present": "yes", "child_injured": "yes", "serious_injury": "yes", "police_informed": "yes" }),
            false,
        ),
        Gravity::ChargeAtAllocation => (charge_of_harm_to_a_child(), true),
        Gravity::Usual | Gravity::HighLater | Gravity::ChargeLater => return,
    };
    let before = story.office(case.start, -14);
    let kind = if child_charge { Kind::Charged } else { Kind::IncidentReported };
    story.add(Reporter::Police, before, kind, about);
}

/// A charge such as Graham's.
pub(crate) fn charge_of_harm_to_a_child() -> Value {
    json!({ "offence": "child_cruelty", "victims": ["c1"], "victim_is_child": "yes", "on_bail": "yes" })
}

fn sentence(story: &mut Story, case: &Case) {
    let start = case.start;
    let by = if case.on_licence() { Reporter::Prison } else { Reporter::Court };
    let mut index = case.index();
    if let Some(index) = index.as_object_mut() {
        index.insert("ends_on".to_owned(), json!(case.sentence_ends.date().to_string()));
    }
    story.add(by, start, Kind::SupervisionStarted, index);
    if case.on_licence() {
        let known = if story.dice.chance(Share::AddressKnown) { "yes" } else { "unknown" };
        story.add(by, start, Kind::ReleasedFromCustody, json!({ "address_known": known }));
    } else if story.dice.chance(Share::ProtectiveBail) {
        let lifted = json!({ "protective": "yes", "protects": [VICTIM] });
        story.add(by, start, Kind::BailConditionsLifted, lifted);
    }
    for (requirement, days) in requirements(story, case) {
        let mut imposed = json!({ "sentence_id": SENTENCE, "requirement": requirement, "reason": "sentence" });
        if let (Some(days), Some(imposed)) = (days, imposed.as_object_mut()) {
            imposed.insert("days".to_owned(), json!(days));
        }
        story.add(by, start, Kind::RequirementImposed, imposed);
    }
    if case.order {
        let order = match case.sentence {
            SentenceType::Licence | SentenceType::PostSentenceSupervision => "non_contact_licence_condition",
            _ => story.dice.pick("restraining", &["restraining", "restraining", "exclusion_requirement"]),
        };
        let days = story.dice.pick(720, &[180, 360, 720]);
        let expires = if case.on_licence() { case.sentence_ends } else { start.after_days(days) };
        let made = json!({ "order_id": ORDER, "order": order, "protects": [VICTIM], "conditions": ["no_contact"],
            "expires_on": expires.date().to_string() });
        story.add(by, start, Kind::ProtectiveOrderMade, made);
    }
}

fn requirements(story: &mut Story, case: &Case) -> Vec<(&'static str, Option<i64>)> {
    if case.on_licence() {
        return Vec::new();
    }
    let mut imposed = Vec::new();
    if case.bbr {
        imposed.push(("bbr", None));
    }
    if case.bbr || story.dice.chance(Share::RarDays) {
        imposed.push(("rar", Some(i64::from(story.dice.pick(20_i32, &[10, 15, 25, 30])))));
    }
    if case.unpaid_work {
        imposed.push(("unpaid_work", None));
    }
    if case.alcohol_treatment {
        imposed.push(("alcohol_treatment", None));
    }
    imposed
}

fn allocation(story: &mut Story, case: &Case) {
    let start = case.start;
    let identified = if story.dice.chance(Share::IdentifiedAtOnce) {
        start.after_minutes(60)
    } else {
        let days = story.dice.between(30, 120);
        story.office(start, days)
    };
    let evidence = if case.domestic_abuse_offence { "conviction" } else { "call_out" };
    let role = json!({ "role": "perpetrator", "evidence": evidence });
    story.add(Reporter::CourtTeam, identified, Kind::DomesticAbuseIdentified, role);
    if story.does(Share::SaraFromCourt) {
        let sara = json!({ "risk_to_partner": case.known_adult, "risk_to_others": "low" });
        story.add(Reporter::CourtTeam, start.after_minutes(70), Kind::SaraCompleted, sara);
    }
    let levels = assessed(case, "court", "court-1", &[]);
    story.add(Reporter::CourtTeam, start.after_minutes(80), Kind::RiskAssessed, levels);

    let allocated = story.office(start, 1);
    let grade = story.dice.pick("pso", &["po"]);
    let complexity = if case.gravity == Gravity::Usual { "standard" } else { "complex" };
    let allocation = json!({ "provider": "crc", "grade": grade, "complexity": complexity });
    story.add(Reporter::Administrator, allocated, Kind::CaseAllocated, allocation);
    let for_the_nps = matches!(case.gravity, Gravity::HighAtAllocation | Gravity::ChargeAtAllocation);
    if for_the_nps && story.does(Share::SentToNps) {
        let asked = story.office(allocated, 1);
        story.add(Reporter::Officer, asked, Kind::CaseReturnRequested, json!({ "to": "nps" }));
        let taken = story.office(asked, 7);
        let accepted = json!({ "to": "nps", "decided_by": "nps", "outcome": "accepted", "reason": "risk_recognised" });
        story.add(Reporter::CourtTeam, taken, Kind::EscalationDecided, accepted);
    }
}

/// An assessment with the case's levels.
pub(crate) fn assessed(case: &Case, stage: &str, assessor: &str, considers: &[uuid::Uuid]) -> Value {
    json!({ "levels": case.levels(), "stage": stage, "signed": "yes", "tool": "oasys", "assessor": assessor,
        "person_involved": if stage == "court" { "no" } else { "yes" }, "considers": considers })
}

fn first_appointment(story: &mut Story, case: &Case) -> When {
    let days = story.dice.between(2, 7);
    let first = story.office(case.start, days);
    story.add(Reporter::Officer, first, Kind::InitialAppointmentAttended, json!({ "person_involved": "yes" }));
    if story.dice.chance(Share::AddressKnown) {
        story.add(
            Reporter::Officer,
            first.after_minutes(10),
            Kind::AddressEstablished,
            json!({ "approved": "unknown" }),
        );
    }
    people(story, case, first);
    if story.dice.chance(Share::Flagged) {
        let flag = json!({ "register": "domestic_abuse_perpetrator" });
        story.add(Reporter::Officer, first.after_minutes(40), Kind::FlagRecorded, flag);
    }
    for asked in [Agency::Police, Agency::SocialCare] {
        if story.dice.chance(Share::CheckedAtStart) {
            let when = story.office(first, 1);
            ask(story, asked, "initial", when);
        }
    }
    assessment_and_plan(story, case, first);
    first
}

fn people(story: &mut Story, case: &Case, first: When) {
    let relation = if case.victim_is_partner { "partner" } else { "ex_partner" };
    let victim = json!({ "person": VICTIM, "group": "known_adult", "relation": relation, "victim": "yes", "in_household": "no" });
    story.add(Reporter::Officer, first.after_minutes(15), Kind::PersonIdentified, victim);
    if !case.children_on_record {
        return;
    }
    for child in &case.children {
        let relation = story.dice.pick("child", &["child", "step_child"]);
        let child = json!({ "person": child, "group": "child", "relation": relation, "in_household": "no" });
        story.add(Reporter::Officer, first.after_minutes(20), Kind::PersonIdentified, child);
    }
    let household = json!({ "persons": [], "children_complete": "yes" });
    story.add(Reporter::Officer, first.after_minutes(25), Kind::HouseholdRecorded, household);
}

fn assessment_and_plan(story: &mut Story, case: &Case, first: When) {
    let days =
        if story.dice.chance(Share::PlanInTime) { story.dice.between(8, 18) } else { story.dice.between(25, 50) };
    let planned = story.office(first, days);
    let assessment =
        story.add(Reporter::Officer, planned, Kind::RiskAssessed, assessed(case, "initial", &case.officer, &[]));
    if story.does(Share::SaraLater) {
        let sara = json!({ "risk_to_partner": case.known_adult, "risk_to_others": "low" });
        story.add(Reporter::Officer, planned.after_minutes(20), Kind::SaraCompleted, sara);
    }
    let covers = plan_covers(story, case);
    story.plans_cover(covers);
    update_plan(story, planned.after_minutes(30));
    story.add(
        Reporter::Officer,
        planned.after_minutes(40),
        Kind::SentencePlanCompleted,
        json!({ "person_involved": "yes" }),
    );
    if story.does(Share::Overseen) {
        let seen = story.office(planned, 5);
        let oversight = json!({ "by": case.manager, "role": "manager", "decision": "agrees", "about": assessment });
        story.add(Reporter::Manager, seen, Kind::ManagementOversightRecorded, oversight);
    }
    if !case.bbr && story.does(Share::SupportArranged) {
        let arranged = story.office(planned, 3);
        story.add(Reporter::Officer, arranged, Kind::VictimSupportArranged, json!({ "person": VICTIM }));
    }
}

/// Adds a new or updated risk management plan.
pub(crate) fn update_plan(story: &mut Story, when: When) {
    let covers = json!({ "covers": story.covers() });
    story.add(Reporter::Officer, when, Kind::RiskManagementPlanUpdated, covers);
}

/// What the plans of a case cover. The report says in how many cases that was sufficient: victims in just over half,
/// children in about a third, orders in half. It counts cases, so an updated plan covers what it covered before. It
/// judges the content, so a plan that says too little about a person may still name them.
fn plan_covers(story: &mut Story, case: &Case) -> Vec<&'static str> {
    let parts = [
        (Share::PlanCoversVictims, "victims", true),
        (Share::PlanCoversChildren, "children", !case.children.is_empty()),
        (Share::OrdersInPlan, "protective_orders", case.order),
    ];
    let mut covers = vec!["contingency"];
    for (share, part, applies) in parts {
        if applies && (story.does(share) || story.does(Share::PlanNames)) {
            covers.push(part);
        }
    }
    covers
}
