//! Incidents of a case besides routine, with the share of cases in which each occurs and the responses that it calls
//! for.

use risk_core::event::Kind;
use serde_json::json;
use uuid::Uuid;

use crate::case::{Case, Gravity, NEW_PARTNER, ORDER, VICTIM};
use crate::opening::charge_of_harm_to_a_child;
use crate::proportions::Share;
use crate::responses::{Response, respond};
use crate::story::{Reporter, Story};
use crate::when::When;

/// A type of incident.
struct Incident {
    /// The share of cases in which it occurs.
    share: Share,
    /// Whether it can occur in this case.
    can: fn(&Case) -> bool,
    /// Adds its records and returns the id of the main one.
    add: fn(&mut Story, &Case, When) -> Uuid,
    /// The responses of a good officer.
    calls_for: &'static [Response],
}

use Response::{
    AskPolice, AskSocialCare, CheckAccount, CheckOrder, ConsiderMarac, Oversee, PlanSafety, Review, TellLinkWorker,
    TellPolice, TellSocialCare, Visit,
};

fn always(_: &Case) -> bool {
    true
}
fn has_children(case: &Case) -> bool {
    case.known_child().is_some()
}

const INCIDENTS: &[Incident] = &[
    Incident {
        share: Share::CallOut,
        can: always,
        add: call_out,
        calls_for: &[Review, AskPolice, TellSocialCare, TellLinkWorker, Oversee, ConsiderMarac],
    },
    Incident {
        share: Share::Incident,
        can: always,
        add: incident,
        calls_for: &[Review, AskPolice, TellPolice, TellSocialCare, TellLinkWorker, Oversee, ConsiderMarac],
    },
    Incident {
        share: Share::Concern,
        can: always,
        add: concern,
        calls_for: &[Review, AskPolice, TellLinkWorker, Oversee],
    },
    Incident { share: Share::OwnAccount, can: always, add: own_account, calls_for: &[Review, CheckAccount] },
    Incident {
        share: Share::NewRelationship,
        can: always,
        add: new_relationship,
        calls_for: &[Review, AskPolice, TellPolice, TellSocialCare],
    },
    Incident { share: Share::Separation, can: |c| c.victim_is_partner, add: separation, calls_for: &[Review] },
    Incident {
        share: Share::BackToVictim,
        can: always,
        add: back_to_victim,
        calls_for: &[Review, AskPolice, AskSocialCare, TellPolice, TellSocialCare, TellLinkWorker, Visit, Oversee],
    },
    Incident { share: Share::Moves, can: always, add: moves, calls_for: &[Review, Visit] },
    Incident {
        share: Share::VictimContact,
        can: always,
        add: contact,
        calls_for: &[Review, CheckAccount, CheckOrder, TellLinkWorker, AskPolice],
    },
    Incident {
        share: Share::ChildContact,
        can: has_children,
        add: child_contact,
        calls_for: &[Review, AskSocialCare, TellSocialCare],
    },
    Incident {
        share: Share::KnownToSocialCare,
        can: has_children,
        add: social_care_acts,
        calls_for: &[Review, AskSocialCare],
    },
    Incident { share: Share::SocialCareCloses, can: has_children, add: social_care_closes, calls_for: &[Review] },
    Incident { share: Share::Pregnancy, can: always, add: pregnancy, calls_for: &[Review, TellSocialCare] },
    Incident { share: Share::OtherCharge, can: always, add: other_charge, calls_for: &[Review, AskPolice] },
    Incident { share: Share::FactorChanges, can: always, add: factor, calls_for: &[Review] },
    Incident { share: Share::Excused, can: always, add: excused, calls_for: &[] },
    Incident { share: Share::Transferred, can: always, add: transferred, calls_for: &[] },
    Incident { share: Share::Iom, can: always, add: iom, calls_for: &[AskPolice] },
    Incident { share: Share::MaracDiscussed, can: always, add: marac, calls_for: &[] },
];

/// Adds the incidents between the first appointment and the end.
pub(crate) fn happen(story: &mut Story, case: &Case, first: When, victim_reached: Option<When>) {
    for happening in INCIDENTS {
        if (happening.can)(case) && story.dice.chance(happening.share) {
            once(story, case, first, happening);
        }
    }
    if let Some(reached) = victim_reached.filter(|_| story.dice.chance(Share::Disclosure)) {
        disclosure(story, case, reached);
    }
    grave(story, case, first);
    missing(story, case, first);
}

/// Adds one more incident, for a longer log.
pub(crate) fn one_more(story: &mut Story, case: &Case, first: When) {
    let routine = [Share::CallOut, Share::Concern, Share::OwnAccount, Share::FactorChanges, Share::Excused];
    let share = story.dice.pick(Share::FactorChanges, &routine);
    if let Some(happening) = INCIDENTS.iter().find(|h| h.share == share) {
        once(story, case, first, happening);
    }
}

fn once(story: &mut Story, case: &Case, first: When, happening: &Incident) {
    let (from, to) = (first.after_days(14), story.until());
    let when = story.some_time(from, to);
    let id = (happening.add)(story, case, when);
    respond(story, case, id, when, happening.calls_for);
}

/// The evening before, for something learnt the next morning.
fn night_before(when: When) -> When {
    When::on_day(when.day().saturating_sub(1)).after_minutes(11 * 60)
}

fn call_out(story: &mut Story, case: &Case, when: When) -> Uuid {
    let present = children_present(story, case);
    let outcome = story.dice.pick("no_further_action", &["no_further_action", "arrest", "unknown"]);
    let data = json!({ "persons": [VICTIM], "children_present": present, "outcome": outcome });
    story.add_later(Reporter::Police, night_before(when), when, Kind::PoliceCallOut, data)
}

fn children_present(story: &mut Story, case: &Case) -> &'static str {
    if case.children.is_empty() { "no" } else { story.dice.pick("no", &["no", "yes", "unknown"]) }
}

fn incident(story: &mut Story, case: &Case, when: When) -> Uuid {
    let conduct = story.dice.pick("harassment", &["physical_violence", "criminal_damage", "emotional_abuse"]);
    let informed = story.dice.pick("yes", &["yes", "no"]);
    let data = json!({ "conduct": [conduct], "victims": [VICTIM], "children_present": children_present(story, case),
        "child_injured": "no", "serious_injury": "no", "police_informed": informed });
    story.add_later(Reporter::Officer, night_before(when), when, Kind::IncidentReported, data)
}

fn concern(story: &mut Story, case: &Case, when: When) -> Uuid {
    let by = story.dice.pick("family", &["facilitator", "practitioner", "partner_agency", "neighbour"]);
    // There is a facilitator only if there is a programme.
    let by = if by == "facilitator" && !case.bbr { "family" } else { by };
    let concern = story.dice.pick("harassment", &["attitudes_to_women", "denial", "coercive_control", "relapse"]);
    story.add(
        Reporter::Officer,
        when,
        Kind::ConcernDisclosed,
        json!({ "by": by, "person": VICTIM, "concerns": [concern] }),
    )
}

fn own_account(story: &mut Story, _: &Case, when: When) -> Uuid {
    let concern = story.dice.pick("wants_reconciliation", &["denial", "relapse", "self_harm"]);
    let data = json!({ "by": "supervised_person", "person": VICTIM, "concerns": [concern] });
    story.add(Reporter::Officer, when, Kind::ConcernDisclosed, data)
}

fn new_relationship(story: &mut Story, _: &Case, when: When) -> Uuid {
    let children = story.dice.pick("no", &["yes", "unknown"]);
    let data = json!({ "person": NEW_PARTNER, "children_in_household": children });
    story.add(Reporter::Officer, when, Kind::RelationshipStarted, data)
}

fn separation(story: &mut Story, _: &Case, when: When) -> Uuid {
    story.add(Reporter::Officer, when, Kind::RelationshipEnded, json!({ "person": VICTIM }))
}

fn back_to_victim(story: &mut Story, _: &Case, when: When) -> Uuid {
    let confirmed = story.dice.pick("yes", &["unknown"]);
    story.add(Reporter::Officer, when, Kind::CohabitationStarted, json!({ "person": VICTIM, "confirmed": confirmed }))
}

fn moves(story: &mut Story, _: &Case, when: When) -> Uuid {
    let id = story.add(Reporter::Officer, when, Kind::AddressChanged, json!({ "approved": "unknown" }));
    story.add(Reporter::Officer, when.after_minutes(3), Kind::AddressEstablished, json!({ "approved": "yes" }));
    id
}

fn contact(story: &mut Story, _: &Case, when: When) -> Uuid {
    let confirmed = story.dice.pick("yes", &["unknown", "unknown"]);
    story.add(Reporter::Officer, when, Kind::ContactReported, json!({ "person": VICTIM, "confirmed": confirmed }))
}

fn child_contact(story: &mut Story, case: &Case, when: When) -> Uuid {
    let contact = story.dice.pick("sought", &["started", "restricted", "ended"]);
    let set_by = story.dice.pick("agreement", &["court", "childrens_social_care", "unknown"]);
    let data = json!({ "person": case.known_child(), "contact": contact, "set_by": set_by, "reason_recorded": "yes" });
    story.add(Reporter::Officer, when, Kind::ChildContactChanged, data)
}

fn social_care_acts(story: &mut Story, case: &Case, when: When) -> Uuid {
    let status = story.dice.pick("under_assessment", &["child_in_need", "child_protection_plan"]);
    let data = json!({ "person": case.known_child(), "status": status });
    let id = story.add(Reporter::SocialCare, when, Kind::ChildSafeguardingStatusChanged, data);
    if status == "child_protection_plan" {
        let meeting = story.office(when, 70);
        let attended = if story.does(Share::ReviewOnFile) { "yes" } else { "no" };
        let held = json!({ "meeting": "core_group", "attended": attended });
        story.add(Reporter::Officer, meeting, Kind::MultiAgencyMeeting, held);
    }
    id
}

fn social_care_closes(story: &mut Story, _: &Case, when: When) -> Uuid {
    let closed = json!({ "agency": "childrens_social_care", "decision": "case_closed" });
    story.add(Reporter::SocialCare, when, Kind::AgencyDecisionMade, closed)
}

fn pregnancy(story: &mut Story, _: &Case, when: When) -> Uuid {
    story.add(Reporter::Officer, when, Kind::PregnancyReported, json!({ "person": VICTIM }))
}

fn other_charge(story: &mut Story, _: &Case, when: When) -> Uuid {
    let offence = story.dice.pick("theft", &["motoring", "drugs", "assault", "public_order"]);
    let data = json!({ "offence": offence, "victim_is_child": "no", "on_bail": "yes" });
    story.add(Reporter::Police, when, Kind::Charged, data)
}

fn factor(story: &mut Story, _: &Case, when: When) -> Uuid {
    let factor = story.dice.pick("alcohol", &["drugs", "mental_health", "employment", "accommodation"]);
    let state = story.dice.pick("better", &["worse", "present"]);
    let data = json!({ "factor": factor, "state": state, "linked_to_domestic_abuse": "unknown" });
    story.add(Reporter::Officer, when, Kind::RiskFactorChanged, data)
}

fn excused(story: &mut Story, _: &Case, when: When) -> Uuid {
    let seen = if story.does(Share::EvidenceSeen) { "yes" } else { "no" };
    let reason = story.dice.pick("employment", &["childcare", "health"]);
    story.add(Reporter::Officer, when, Kind::AbsenceExcused, json!({ "reason": reason, "evidence_seen": seen }))
}

fn transferred(story: &mut Story, _: &Case, when: When) -> Uuid {
    let grade = story.dice.pick("pso", &["po"]);
    let data = json!({ "provider": "crc", "grade": grade, "complexity": "standard" });
    story.add(Reporter::Administrator, when, Kind::CaseTransferred, data)
}

fn iom(story: &mut Story, _: &Case, when: When) -> Uuid {
    story.add(Reporter::Officer, when, Kind::IomAdopted, json!({}))
}

fn marac(story: &mut Story, _: &Case, when: When) -> Uuid {
    let notes = story.dice.pick("yes", &["no"]);
    story.add(Reporter::Officer, when, Kind::MaracDiscussed, json!({ "person": VICTIM, "notes_obtained": notes }))
}

/// A victim's disclosure to the Partner Link Worker, who usually shares it with the police and the officer.
fn disclosure(story: &mut Story, case: &Case, reached: When) {
    let to = story.until();
    let when = story.some_time(reached.after_days(7), to);
    let concern = story.dice.pick("emotional_abuse", &["physical_violence", "harassment", "very_frightened"]);
    let raised = story.dice.pick("yes", &["yes", "no"]);
    let disclosed = json!({ "person": VICTIM, "concerns": [concern], "raised_risk": raised, "agrees_to_sharing": "yes",
        "safe_to_raise": "no" });
    let id = story.add_later(Reporter::LinkWorker, night_before(when), when, Kind::PlwDisclosure, disclosed);
    if !story.does(Share::Shared) {
        return;
    }
    let decided = json!({ "in_response_to": id, "decision": "share" });
    story.add(Reporter::LinkWorker, when.after_minutes(20), Kind::SharingDecided, decided);
    for (minutes, with) in [(30, "responsible_officer"), (40, "police")] {
        let shared = json!({ "about": [VICTIM], "persons": [VICTIM], "with": with, "answers": [id] });
        story.add(Reporter::LinkWorker, when.after_minutes(minutes), Kind::InformationShared, shared);
    }
    respond(story, case, id, when.after_minutes(60), &[Review, AskPolice, Oversee, ConsiderMarac]);
}

/// Adds what makes the case one for the NPS after its start.
fn grave(story: &mut Story, case: &Case, first: When) {
    let (from, to) = (first.after_days(14), story.until());
    let when = story.some_time(from, to);
    let id = match case.gravity {
        Gravity::HighLater => {
            let data = json!({ "conduct": ["physical_violence"], "victims": [VICTIM, "c1"], "children_present": "yes",
                "child_injured": "yes", "serious_injury": "yes", "police_informed": "yes" });
            story.add_later(Reporter::Police, night_before(when), when, Kind::IncidentReported, data)
        }
        Gravity::ChargeLater => story.add(Reporter::Police, when, Kind::Charged, charge_of_harm_to_a_child()),
        Gravity::Usual | Gravity::HighAtAllocation | Gravity::ChargeAtAllocation => return,
    };
    respond(story, case, id, when, &[Review, AskPolice, TellSocialCare, Oversee, ConsiderMarac]);
    if story.does(Share::SentToNps) {
        let asked = story.office(when, 2);
        story.add(Reporter::Officer, asked, Kind::CaseEscalated, json!({ "to": "nps", "answers": [id] }));
        let taken = story.office(asked, 6);
        let accepted = json!({ "to": "nps", "decided_by": "nps", "outcome": "accepted", "reason": "risk_recognised" });
        story.add(Reporter::CourtTeam, taken, Kind::EscalationDecided, accepted);
    }
}

fn missing(story: &mut Story, case: &Case, first: When) {
    if !story.dice.chance(Share::Missing) {
        return;
    }
    let (from, to) = (first.after_days(14), story.until());
    let when = story.some_time(from, to);
    let id = story.add(Reporter::Officer, when, Kind::WhereaboutsUnknown, json!({}));
    respond(story, case, id, when, &[TellSocialCare, TellLinkWorker, Review]);
    if story.dice.chance(Share::Warrant) {
        let breach = story.office(when, 14);
        story.add(Reporter::Officer, breach, Kind::EnforcementStarted, json!({ "step": "breach" }));
        let issued = story.office(breach, 14);
        let warrant = story.add(Reporter::Court, issued, Kind::WarrantIssued, json!({ "with_bail": "no" }));
        respond(story, case, warrant, issued, &[TellPolice, TellSocialCare]);
    }
    let days = story.dice.between(3, 60);
    let found = story.office(when, days);
    story.add(Reporter::Officer, found, Kind::PersonLocated, json!({}));
}

/// Adds a spell in custody with its beginning and end, and returns the span.
pub(crate) fn custody(story: &mut Story, case: &Case, first: When) -> Option<(When, When)> {
    if !story.dice.chance(Share::Recall) {
        return None;
    }
    let (from, to) = (first.after_days(30), story.until());
    let inside = story.some_time(from, to);
    let days = story.dice.between(14, 60);
    let out = story.office(inside, days);
    story.add(Reporter::Prison, inside, Kind::CustodyEntered, json!({ "address_known": "unknown" }));
    let known = if story.dice.chance(Share::AddressKnown) { "yes" } else { "unknown" };
    let released = story.add(Reporter::Prison, out, Kind::ReleasedFromCustody, json!({ "address_known": known }));
    respond(story, case, released, out, &[Review, PlanSafety, TellLinkWorker]);
    Some((inside, out))
}

/// Adds a breach of an order, which is rare and rarely learnt.
pub(crate) fn order_breached(story: &mut Story, case: &Case, first: When) {
    if !case.order || !story.dice.chance(Share::OrderBreached) {
        return;
    }
    let (from, to) = (first.after_days(14), story.until());
    let when = story.some_time(from, to);
    let confirmed = story.dice.pick("unknown", &["yes"]);
    let data = json!({ "order_id": ORDER, "confirmed": confirmed });
    let id = story.add_later(Reporter::Police, night_before(when), when, Kind::ProtectiveOrderBreached, data);
    respond(story, case, id, when, &[Review, TellPolice, TellLinkWorker, CheckOrder, Oversee]);
}
