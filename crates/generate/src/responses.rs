//! Responses to new information.

use risk_core::event::Kind;
use serde_json::json;
use uuid::Uuid;

use crate::case::{Case, ORDER, VICTIM};
use crate::opening::update_plan;
use crate::proportions::Share;
use crate::requests::{Agency, ask};
use crate::routine::review;
use crate::story::{Reporter, Story};
use crate::when::When;

/// A response of a good officer or manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Response {
    Review,
    AskPolice,
    AskSocialCare,
    TellPolice,
    TellSocialCare,
    TellLinkWorker,
    CheckOrder,
    PlanSafety,
    Visit,
    CheckAccount,
    ConsiderMarac,
    Oversee,
}

impl Response {
    /// Whether the response is possible in this case.
    fn applies(self, case: &Case) -> bool {
        match self {
            Self::AskSocialCare | Self::TellSocialCare => !case.children.is_empty(),
            Self::TellLinkWorker => case.bbr,
            Self::CheckOrder => case.order,
            _ => true,
        }
    }

    /// The share of occasions on which it is done.
    fn share(self) -> Share {
        match self {
            Self::Review => Share::RiskUpdated,
            Self::AskPolice => Share::CallOutsRepeated,
            Self::AskSocialCare | Self::TellSocialCare => Share::ChildChecksRepeated,
            Self::TellPolice | Self::CheckOrder => Share::OrdersMonitored,
            Self::TellLinkWorker => Share::AccountOfOthers,
            Self::PlanSafety => Share::PlanCoversVictims,
            Self::Visit => Share::HomeVisited,
            Self::CheckAccount => Share::AccountOfOthers,
            Self::ConsiderMarac => Share::MaracConsidered,
            Self::Oversee => Share::Overseen,
        }
    }

    /// The maximum number of days until it is done, if at all.
    fn within(self) -> u32 {
        match self {
            Self::TellPolice | Self::TellSocialCare | Self::TellLinkWorker | Self::PlanSafety => 4,
            Self::AskPolice | Self::AskSocialCare | Self::CheckAccount | Self::CheckOrder => 7,
            Self::Review | Self::Oversee | Self::ConsiderMarac => 14,
            Self::Visit => 28,
        }
    }
}

/// Adds the responses to a record.
pub(crate) fn respond(story: &mut Story, case: &Case, to: Uuid, learnt: When, calls_for: &[Response]) {
    for response in calls_for {
        if !response.applies(case) || !story.does(response.share()) {
            continue;
        }
        let days = story.dice.between(0, response.within());
        let when = story.office(learnt, days);
        act(story, case, *response, to, when);
    }
}

fn act(story: &mut Story, case: &Case, response: Response, to: Uuid, when: When) {
    match response {
        Response::Review => review(story, case, when, &[to]),
        Response::AskPolice => {
            ask(story, Agency::Police, "ongoing", when);
        }
        Response::AskSocialCare => {
            ask(story, Agency::SocialCare, "ongoing", when);
        }
        Response::TellPolice => share(story, &[VICTIM], "police", to, when),
        Response::TellSocialCare => share(story, &case.children, "childrens_social_care", to, when),
        Response::TellLinkWorker => share(story, &[VICTIM], "partner_link_worker", to, when),
        Response::CheckOrder => {
            let checked = json!({ "order_id": ORDER, "with": "police", "compliant": "yes", "answers": [to] });
            story.add(Reporter::Officer, when, Kind::ProtectiveOrderChecked, checked);
        }
        Response::PlanSafety => update_plan(story, when),
        Response::Visit => {
            story.add(
                Reporter::Officer,
                when,
                Kind::HomeVisitCompleted,
                json!({ "concern": "unknown", "answers": [to] }),
            );
        }
        Response::CheckAccount => {
            let checked = json!({ "event_id": to, "with": "partner_agency", "result": "confirmed", "answers": [to] });
            story.add(Reporter::Officer, when, Kind::AccountChecked, checked);
        }
        Response::ConsiderMarac => {
            let person = json!({ "person": VICTIM, "answers": [to] });
            story.add(Reporter::Officer, when, Kind::MaracConsidered, person.clone());
            if story.does(Share::MaracReferred) {
                story.add(Reporter::Officer, when.after_minutes(20), Kind::MaracReferred, person.clone());
                story.add(Reporter::Officer, when.after_minutes(30), Kind::IdvaReferred, person);
            }
        }
        Response::Oversee => {
            let oversight = json!({ "by": case.manager, "role": "manager", "decision": "instructs", "about": to });
            story.add(Reporter::Manager, when, Kind::ManagementOversightRecorded, oversight);
        }
    }
}

fn share(story: &mut Story, about: &[&str], with: &str, to: Uuid, when: When) {
    let shared = json!({ "about": about, "persons": about, "with": with, "answers": [to] });
    story.add(Reporter::Officer, when, Kind::InformationShared, shared);
}
