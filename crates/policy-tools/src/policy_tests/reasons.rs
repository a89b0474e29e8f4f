//! Expectations about the reasons behind an answer: the event on which each rule fired, its effects, and the events
//! that answered it.

use std::collections::BTreeSet;
use std::fmt::Display;

use uuid::Uuid;

use risk_core::event::vocabulary::{Setting, Term};
use risk_core::fold::ledger::{How, Reason};
use risk_core::fold::reason::{Deadline, RuleRef};
use risk_core::fold::state::State;
use risk_core::policy::model::PolicyTest;

/// The expectations that failed, one sentence each.
pub(super) fn compare(test: &PolicyTest, state: &State<'_, '_>) -> Vec<String> {
    let then = &test.then;
    let mut failures = Vec::new();
    let mut expect = |what: String, expected: String, found: String| {
        if expected != found {
            failures.push(format!("expected {what} {expected}, found {found}"));
        }
    };
    for (rule, events) in &then.fires_on {
        let found = fired_on(state, rule);
        expect(format!("`{rule}` to fire on"), numbers(events), numbers(&found));
    }
    for (rule, phrases) in &then.follows {
        expect(format!("from `{rule}` to follow"), list(phrases), list(followed(state, rule)));
    }
    for (action, events) in &then.answered_by {
        let answers = state.ledger.instances().filter(|i| i.action == *action).flat_map(|i| &i.reasons);
        let done = answers.filter_map(|r| r.answer.as_ref()).filter(|a| a.how == How::Done);
        let found = done.map(|a| number(a.by)).collect();
        expect(format!("{action} to be answered by"), numbers(events), numbers(&found));
    }
    failures
}

/// The events that gave a reason under the rule or duty with that id.
fn fired_on(state: &State<'_, '_>, rule: &str) -> BTreeSet<usize> {
    let keys = state.arisen.iter().map(|(key, _)| key);
    keys.filter(|(by, ..)| by.id(state.policy) == rule).map(|(_, event, _)| number(*event)).collect()
}

/// The effects of the rule or duty with that id, as phrases.
fn followed(state: &State<'_, '_>, rule: &str) -> BTreeSet<String> {
    let by_rule = |by: RuleRef| by.id(state.policy) == rule;
    let actions = state.ledger.instances().flat_map(|i| {
        let reasons = i.reasons.iter().filter(|r| by_rule(r.because.rule));
        reasons.map(|r| required(i.action.name(), i.subject.ids(&state.local), r))
    });
    let levels = state.levels.reasons().filter(|(_, r)| by_rule(r.because.rule)).map(|((group, setting), r)| {
        let custody = if setting == Setting::Custody { " in custody" } else { "" };
        format!("{group} {}{custody}", r.level)
    });
    let flags = state.flags.iter().flat_map(|(register, reasons)| {
        let reasons = reasons.iter().filter(|r| by_rule(r.because.rule));
        reasons.map(move |r| format!("flag {register}{}", if r.should_be_set { "" } else { " unset" }))
    });
    actions.chain(levels).chain(flags).collect()
}

/// `review_risk of children and known_adult, protect_now, by 2017-12-12`.
fn required(action: &str, ids: Vec<String>, reason: &Reason) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| named(&id)).collect();
    let groups: Vec<&str> = reason.review.iter().map(|g| g.name()).collect();
    let about = if ids.is_empty() { String::new() } else { format!(" about {}", ids.join(" ")) };
    let of = if groups.is_empty() { String::new() } else { format!(" of {}", groups.join(" and ")) };
    let by = match &reason.deadline {
        Deadline::None => String::new(),
        Deadline::By { day, .. } => format!(", by {day}"),
        Deadline::Unknown { .. } => ", by a day outside the calendar".to_owned(),
    };
    format!("{action}{about}{of}, {}{by}", reason.priority)
}

/// An event's id as its number in the test; any other id unchanged.
fn named(id: &str) -> String {
    Uuid::parse_str(id).map_or_else(|_| id.to_owned(), |id| format!("e{}", number(id)))
}

/// The number of a test's event, which is its id.
fn number(event: Uuid) -> usize {
    usize::try_from(event.as_u128()).unwrap_or(usize::MAX)
}

fn numbers(events: &BTreeSet<usize>) -> String {
    list(events.iter().map(|n| format!("e{n}")))
}

fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|i| format!("\"{i}\"")).collect();
    format!("[{}]", items.join(", "))
}
