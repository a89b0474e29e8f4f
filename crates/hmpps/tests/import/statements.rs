//! One fact that is stated twice: the later statement of one source replaces the earlier, of one moment the higher level counts, in
//! every order, in one delivery and in two.

use risk_core::event::{Event, Kind};
use risk_core::log::Record;
use risk_hmpps::import::Given;
use risk_hmpps::report::Import;
use serde_json::{Value, json};

use crate::{Logs, importer};

fn registration(level: &str, stated: &str) -> Value {
    json!({"eventType": "probation-case.registration.added", "version": 1, "occurredAt": stated,
        "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]},
        "additionalInformation": {"registerTypeCode": "REG15", "registrationId": "7", "registrationLevelCode": level,
            "registrationDate": "Fri Jun 14 00:00:00 BST 2024", "createdDateAndTime": "Fri Jun 14 09:06:52 BST 2024"}})
}

fn assessment(levels: &Value, stated: &str) -> Value {
    let mut one = json!({"dateCompleted": "2024-06-10T10:00:00", "assessmentStatus": "COMPLETE"});
    one.as_object_mut().unwrap().extend(levels.as_object().unwrap().clone());
    json!({"message": {"eventType": "assessment.summary.produced", "occurredAt": stated, "detailUrl": "https://oasys.example.invalid/COMPLETE",
        "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}}, "fetched": {"assessments": [one]}})
}

/// What each delivery came to, and in force in the end, of the record that they are about.
fn after(deliveries: &[&[&Value]]) -> (Vec<Import>, Value) {
    let mut logs = Logs::default();
    let mut imports = Vec::new();
    for messages in deliveries {
        imports.push(logs.deliver(&importer(), Given::Messages(json!(messages).to_string().as_bytes())));
    }
    let records: Vec<Record> = imports.iter().flat_map(|import| import.records.iter().cloned()).collect();
    let in_force = |record: &Record| match record.event() {
        Some(Event::RecordCorrected(correction)) => correction.replacement.data.clone(),
        event => Value::Object(event.unwrap().encode()),
    };
    let says = records.iter().filter(|record| record.kind() != Some(Kind::HistoryLoaded));
    let last = says.max_by_key(|record| record.recorded_at).map(in_force);
    (imports, last.unwrap_or_default())
}

/// Both statements, in every order and batching.
fn in_every_order(one: &Value, other: &Value, expected: &Value) {
    for deliveries in [
        &[&[one, other][..]][..],
        &[&[other, one]],
        &[&[one], &[other]],
        &[&[other], &[one]],
        &[&[one], &[other], &[one]],
    ] {
        let (_, in_force) = after(deliveries);
        let member = |name: &str| in_force.get(name).cloned().unwrap_or_default();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(member(name), *value, "{deliveries:?}");
        }
    }
}

const NOON: &str = "2024-06-14T12:00:00Z";
const LATER: &str = "2024-06-14T12:00:01Z";

#[test]
fn of_one_moment_the_higher_level_counts_and_the_report_says_so() {
    for (one, other) in [("RSKM", "RSKH"), ("RSKL", "RSKV"), ("RSKV", "RSKM")] {
        let names = ["RSKL", "RSKM", "RSKH", "RSKV"];
        let higher = names.iter().rposition(|name| [one, other].contains(name)).unwrap();
        let level = ["low", "medium", "high", "very_high"][higher];
        let expected = json!({ "level": level });
        in_every_order(&registration(one, NOON), &registration(other, NOON), &expected);
    }
    let (one, other) = (registration("RSKM", NOON), registration("RSKH", NOON));
    for deliveries in [&[&[&one, &other][..]][..], &[&[&one], &[&other]]] {
        let (imports, _) = after(deliveries);
        let last = imports.last().unwrap().report.messages.last().unwrap();
        assert_eq!(last.notes, ["two statements of one moment differ in `level`: the higher level was recorded"]);
    }
}

#[test]
fn a_later_statement_replaces_an_earlier_one_also_by_a_lower_level() {
    in_every_order(&registration("RSKH", NOON), &registration("RSKM", LATER), &json!({"level": "medium"}));
    in_every_order(&registration("RSKL", NOON), &registration("RSKV", LATER), &json!({"level": "very_high"}));
    // Not to say a level is not to take one back.
    in_every_order(&registration("RSKH", NOON), &registration("", LATER), &json!({"level": "high"}));
}

#[test]
fn of_two_statements_of_an_assessment_each_group_has_the_higher_level_of_one_moment() {
    let one = json!({"riskKnownAdultCommunity": "High", "riskChildrenCommunity": "Low", "riskPublicCommunity": "Low"});
    let other =
        json!({"riskKnownAdultCommunity": "Medium", "riskChildrenCommunity": "Medium", "riskStaffCommunity": "Low"});
    let expected = json!({"known_adult": "high", "children": "medium", "public": "low", "staff": "low"});
    in_every_order(&assessment(&one, NOON), &assessment(&other, NOON), &json!({ "levels": expected }));
    // Of a group that the later one leaves out the earlier level stays.
    let expected = json!({"known_adult": "medium", "children": "medium", "staff": "low", "public": "low"});
    in_every_order(&assessment(&one, NOON), &assessment(&other, LATER), &json!({ "levels": expected }));
}

#[test]
fn an_assessment_in_progress_that_changes_later_is_read_again() {
    let open = |level: &str, stated: &str| {
        let mut message = assessment(&json!({"riskKnownAdultCommunity": level, "dateCompleted": null}), stated);
        let one = message["fetched"]["assessments"][0].as_object_mut().unwrap();
        one.insert("assessmentStatus".to_owned(), json!("OPEN"));
        one.insert("initiationDate".to_owned(), json!("2024-06-10T10:00:00"));
        message
    };
    for (earlier, later, level) in [("Medium", "Very High", "very_high"), ("High", "Low", "low")] {
        let expected = json!({"levels": {"known_adult": level}, "signed": "no"});
        in_every_order(&open(earlier, NOON), &open(later, LATER), &expected);
    }
}

#[test]
fn three_statements_come_to_the_same_in_every_order() {
    let all = [registration("RSKV", NOON), registration("RSKM", LATER), registration("RSKH", LATER)];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let [a, b, c] = order.map(|n| &all[n]);
        for deliveries in [&[&[a, b, c][..]][..], &[&[a], &[b], &[c]], &[&[a, b], &[c]], &[&[a], &[b, c]]] {
            assert_eq!(after(deliveries).1["level"], "high", "{order:?}");
        }
    }
}
