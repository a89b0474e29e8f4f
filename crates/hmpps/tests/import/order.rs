//! The same facts in any order and in any portions come to the same.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use risk_core::assessment::{Question, assess_now};
use risk_core::event::vocabulary::Audience;
use risk_core::fold::run::Lens;
use risk_core::policy::Policy;
use risk_hmpps::import::Given;
use risk_hmpps::report::Outcome;
use serde_json::{Value, json};

use crate::{Logs, importer};

const TYPES: [&str; 8] = ["RMRH", "RHRH", "ADVP", "RSTO", "REG15", "RCHD", "IMAR", "MAPP"];
const LEVELS: [&str; 4] = ["RSKL", "RSKM", "RSKH", "RSKV"];

fn at(minute: u32) -> String {
    format!("2026-06-{:02}T{:02}:{:02}:30.5+01:00", 1 + minute / 1440, minute / 60 % 24, minute % 60)
}

fn java(minute: u32) -> String {
    let day = 1 + minute / 1440;
    format!("Mon Jun {day:02} {:02}:{:02}:30 BST 2026", minute / 60 % 24, minute % 60)
}

fn message(event_type: &str, minute: u32, info: &Value) -> Value {
    json!({"eventType": event_type, "version": 1, "occurredAt": at(minute), "additionalInformation": info,
        "personReference": {"identifiers": [{"type": "CRN", "value": "X800500"}]}})
}

/// The life of one registration: begun, perhaps told by both producers, updated, ended or found wrong.
fn registration() -> impl Strategy<Value = Vec<Value>> {
    let numbers = (1u32..5, 0..TYPES.len(), 0..LEVELS.len(), 0u32..4000, 1u32..900);
    (numbers, any::<[bool; 4]>()).prop_map(|((id, of, level, begun, gap), [twin, updated, ended, wrong])| {
        // One id is one registration of one type.
        let (id, code) = (id * 10 + of as u32, TYPES[of]);
        let (level, higher) = (LEVELS[level], LEVELS[(level + 1) % 4]);
        let info = |more: Value| {
            let mut info = json!({"registrationId": id.to_string(), "registerTypeCode": code});
            info.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            info
        };
        let dates = |minute| json!({"registrationDate": "Mon Jun 01 00:00:00 BST 2026", "createdDateAndTime": java(minute)});
        let added = |level: Value| {
            let mut more = dates(begun);
            more.as_object_mut().unwrap().extend(level.as_object().unwrap().clone());
            message("probation-case.registration.added", begun, &info(more))
        };
        let mut reported = vec![added(json!({"registrationLevelCode": level}))];
        if twin {
            reported.push(added(json!({})));
        }
        if updated {
            let more = json!({"updatedDateAndTime": java(begun + gap), "registrationLevelCode": higher});
            reported.push(message("probation-case.registration.updated", begun + gap, &info(more)));
        }
        if ended {
            let minute = begun + 2 * gap;
            let more = json!({"deregistrationId": (id + 7000).to_string(), "registerTypeCode": code, "deregistrationDate": java(minute), "createdDateAndTime": java(minute)});
            reported.push(message("probation-case.registration.deregistered", minute, &more));
        }
        if wrong {
            let more = json!({"updatedDateAndTime": java(begun)});
            reported.push(message("probation-case.registration.deleted", begun + 3 * gap, &info(more)));
        }
        reported
    })
}

fn other() -> impl Strategy<Value = Vec<Value>> {
    (0u32..6000, 1u32..9, 0..3usize).prop_map(|(minute, id, of)| {
        let info = json!({"requirementId": id.to_string(), "eventNumber": "1", "requirementMainType": "Court - Accredited Programme", "requirementSubType": "Building Better Relationships"});
        match of {
            0 => vec![message("probation-case.requirement.created", minute, &info)],
            1 => vec![message("probation-case.requirement.created", minute, &info), message("probation-case.requirement.deleted", minute + 5, &info)],
            _ => vec![message("enforcement.breach.raised", minute, &json!({"eventId": id.to_string()}))],
        }
    })
}

/// Each registration, requirement and event has an id of its own.
fn of_its_own(message: &Value, life: usize) -> Value {
    let mut message = message.clone();
    for (member, id) in message["additionalInformation"].as_object_mut().unwrap().iter_mut() {
        if ["registrationId", "deregistrationId", "requirementId", "eventId"].contains(&member.as_str()) {
            *id = json!(format!("{}{life}", id.as_str().unwrap()));
        }
    }
    message
}

/// Whether two messages tell of the beginning of one registration, one of them less.
fn told_twice(lives: &[Vec<Value>]) -> bool {
    let begins = |message: &&Value| message["eventType"] == "probation-case.registration.added";
    lives.iter().any(|life| life.iter().filter(begins).count() > 1)
}

/// Delivers portions until nothing waits any more, as a queue would; what waits for ever is given up.
fn delivered(portions: &[Vec<Value>]) -> Logs {
    let (mut logs, importer) = (Logs::default(), importer());
    let mut waiting: Vec<Value> = Vec::new();
    for portion in portions.iter().chain([&Vec::new(), &Vec::new()]) {
        let all: Vec<Value> = portion.iter().chain(&waiting).cloned().collect();
        let import = logs.deliver(&importer, Given::Messages(json!(all).to_string().as_bytes()));
        let reported = import.report.messages.iter().zip(&all);
        waiting =
            reported.filter(|(m, _)| matches!(m.outcome, Outcome::Waits { .. })).map(|(_, v)| v.clone()).collect();
    }
    logs
}

fn answers(logs: &Logs, lens: Lens) -> Vec<Value> {
    static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::load(risk_policies::ENGLAND_WALES_FILES).unwrap());
    let at = "2026-07-01T12:00:00Z".parse().unwrap();
    logs.held
        .logs()
        .map(|log| {
            let question = Question { lens, known_at: Some(at), ..Question::at(at, Audience::Manager) };
            let mut answer = serde_json::to_value(assess_now(log, &POLICY, &question).unwrap()).unwrap();
            // How many statements it took differs; what they come to does not.
            answer["receipt"]["records"] = Value::Null;
            answer
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_and_any_portions_give_the_same_answer(
        lives in prop::collection::vec(prop_oneof![3 => registration(), 1 => other()], 1..6),
        shuffled in prop::collection::vec((any::<Index>(), any::<Index>(), 0..3usize), 40),
    ) {
        let in_order: Vec<Value> = lives.iter().enumerate().flat_map(|(i, life)| life.iter().map(move |m| of_its_own(m, i))).collect();
        let mut mixed = in_order.clone();
        for (one, other, _) in &shuffled {
            mixed.swap(one.index(in_order.len()), other.index(in_order.len()));
        }
        let mut portions: Vec<Vec<Value>> = vec![Vec::new(); 3];
        for (i, message) in mixed.iter().enumerate() {
            portions[shuffled[i % 40].2].push(message.clone());
            if i % 5 == 0 {
                portions[2].push(message.clone());
            }
        }
        let (once, often) = (delivered(&[in_order]), delivered(&portions));
        prop_assert_eq!(answers(&once, Lens::Hindsight), answers(&often, Lens::Hindsight));
        // As the service knew it by the end, the same flags are set; and all of it is the same, where no fuller telling of a fact
        // came later than a poorer one: that was learnt when it was learnt, and what follows from it then.
        let is_set = |flag: &&Value| flag["is"] == "set";
        let set = |answer: &Value| answer["flags"].as_array().unwrap().iter().filter(is_set).map(|f| f["register"].clone()).collect::<Vec<_>>();
        let flags = |logs: &Logs| answers(logs, Lens::AsKnown).iter().map(set).collect::<Vec<_>>();
        prop_assert_eq!(flags(&once), flags(&often));
        if !lives.iter().flatten().any(|m| m["eventType"] == "probation-case.registration.updated") && !told_twice(&lives) {
            prop_assert_eq!(answers(&once, Lens::AsKnown), answers(&often, Lens::AsKnown));
        }
    }
}
