//! Requests to other agencies: the request, the reply if any, and reminders.

use risk_core::event::Kind;
use serde_json::json;
use uuid::Uuid;

use crate::proportions::Share;
use crate::story::{Reporter, Story};
use crate::when::When;

/// The agency that is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agency {
    Police,
    SocialCare,
}

const MOST_REMINDERS: u32 = 4;
const BETWEEN_REMINDERS: i64 = 16;

/// Adds a request and returns the id of its record.
pub(crate) fn ask(story: &mut Story, asked: Agency, stage: &str, at: When) -> Uuid {
    let request = story.next_request();
    let (of, about, reporter) = match asked {
        Agency::Police => ("police", "domestic_abuse_call_outs", Reporter::Police),
        Agency::SocialCare => ("childrens_social_care", "child_safeguarding", Reporter::SocialCare),
    };
    let requested = json!({ "request_id": request, "of": of, "about": about, "stage": stage });
    let id = story.add(Reporter::Officer, at, Kind::InformationRequested, requested);
    let answered_after = if story.dice.chance(Share::Answered) {
        let days = story.dice.between(2, 24);
        Some(story.office(at, days))
    } else {
        None
    };
    let chased = story.does(Share::Chased);
    let mut reminder = at;
    for _ in 0..story.dice.below(MOST_REMINDERS) {
        reminder = story.office(reminder, BETWEEN_REMINDERS);
        if !chased || answered_after.is_some_and(|reply| reply <= reminder) {
            break;
        }
        story.add(Reporter::Officer, reminder, Kind::InformationChased, json!({ "request_id": request }));
    }
    let Some(reply) = answered_after else { return id };
    let content = if story.dice.chance(Share::ReplyHoldsConcern) {
        "concern"
    } else {
        story.dice.pick("nothing_known", &["known"])
    };
    story.add(reporter, reply, Kind::InformationReceived, json!({ "request_id": request, "content": content }));
    id
}
