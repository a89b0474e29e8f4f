//! A report on which a service can act: which message it was, why it came to its outcome, and what to do with it.

use risk_hmpps::import::Given;
use risk_hmpps::reason::{Reason, Then};
use serde_json::{Value, json};

use crate::{Logs, importer};

fn registration(crn: &str, code: &str) -> Value {
    json!({"eventType": "probation-case.registration.added", "version": 1, "occurredAt": "2026-06-14T09:06:52Z",
        "personReference": {"identifiers": [{"type": "CRN", "value": crn}]},
        "additionalInformation": {"registerTypeCode": code, "registrationId": "7", "createdDateAndTime": "2026-06-14T09:06:52Z"}})
}

/// The report of one delivery, as its JSON has it.
fn report(delivery: &str) -> Value {
    let import = Logs::default().deliver(&importer(), Given::Messages(delivery.as_bytes()));
    serde_json::to_value(&import.report).unwrap()
}

fn of<'r>(report: &'r Value, member: &str) -> Vec<&'r Value> {
    report["messages"].as_array().unwrap().iter().map(|told| &told[member]).collect()
}

#[test]
fn each_message_of_a_batch_has_its_place_and_the_id_that_the_queue_gave_it() {
    let sns = |crn: &str| {
        json!({"Type": "Notification", "MessageId": "sns", "Message": registration(crn, "ADVP").to_string()})
            .to_string()
    };
    let sqs = json!({"Messages": [
        {"MessageId": "m-1", "Body": sns("X800001")},
        {"MessageId": "m-2", "Body": "no JSON"},
        {"MessageId": "m-3", "Body": registration("X800003", "ADVP").to_string()},
    ]});
    let report = report(&sqs.to_string());
    assert_eq!(of(&report, "place"), [1, 2, 3]);
    assert_eq!(of(&report, "message_id"), ["m-1", "m-2", "m-3"]);
    assert_eq!(of(&report, "outcome"), ["recorded", "unreadable", "recorded"]);
    let lambda = json!({"Records": [{"messageId": "l-1", "body": sns("X800001")}, {"messageId": "l-2", "body": sns("X800002")}]});
    let report = self::report(&lambda.to_string());
    assert_eq!(
        (of(&report, "place"), of(&report, "message_id")),
        (vec![&json!(1), &json!(2)], vec![&json!("l-1"), &json!("l-2")])
    );
    let lines = format!("{}\n\n{}\n", sns("X800001"), sns("X800002"));
    let report = self::report(&lines);
    assert_eq!(
        (of(&report, "place"), of(&report, "message_id")),
        (vec![&json!(1), &json!(3)], vec![&json!("sns"), &json!("sns")])
    );
    let bare = self::report(&json!([registration("X800001", "ADVP"), registration("X800002", "ADVP")]).to_string());
    assert_eq!(
        (of(&bare, "place"), of(&bare, "message_id")),
        (vec![&json!(1), &json!(2)], vec![&Value::Null, &Value::Null])
    );
}

#[test]
fn the_type_is_named_also_where_the_message_cannot_be_read() {
    let mut undated = registration("X800001", "ADVP");
    undated["occurredAt"] = json!("soon");
    let mut nameless = registration("he said so", "ADVP");
    nameless["additionalInformation"] = json!({});
    for body in [undated, nameless] {
        for wrapped in [body.to_string(), json!({"MessageId": "m", "Body": body.to_string()}).to_string()] {
            let report = report(&wrapped);
            assert_eq!(of(&report, "outcome"), ["unreadable"]);
            assert_eq!(of(&report, "event_type"), ["probation-case.registration.added"], "{wrapped}");
        }
    }
    let attribute = json!({"MessageId": "m", "Message": "{", "MessageAttributes": {"eventType": {"Type": "String", "Value": "assessment.summary.produced"}}});
    assert_eq!(of(&report(&attribute.to_string()), "event_type"), ["assessment.summary.produced"]);
}

#[test]
fn each_outcome_says_why_and_what_to_do_with_the_message() {
    let with = |member: &str, value: Value| {
        let mut message = registration("X800001", "ADVP");
        message[member] = value;
        message
    };
    let of_type = |event_type: &str| with("eventType", json!(event_type));
    let mut by_noms = of_type("prison-offender-events.prisoner.received");
    by_noms["personReference"] = json!({"identifiers": [{"type": "NOMS", "value": "A8000AA"}]});
    by_noms["additionalInformation"] = json!({"reason": "ADMISSION", "nomisMovementReasonCode": "N"});
    let mut deleted = of_type("probation-case.registration.deleted");
    deleted["additionalInformation"] = json!({"registrationId": "99", "registerTypeCode": "ADVP"});
    let mut assessment = of_type("assessment.summary.produced");
    assessment["detailUrl"] = json!("https://oasys.example.invalid/1");
    for (message, reason, then) in [
        (registration("X800001", "ADVP"), "made_records", "delete"),
        (registration("X800001", "INVI"), "no_record_of_it", "delete"),
        (registration("X800001", "QQ1"), "code_unknown", "park"),
        (of_type("nobody-knows.this"), "type_unknown", "park"),
        (of_type("probation-case.engagement.created"), "about_cases", "delete"),
        (assessment, "to_fetch", "retry"),
        (of_type("probation-case.sentence.created"), "to_look_up", "park"),
        (by_noms, "person_unknown", "retry"),
        (deleted, "record_unknown", "retry"),
        (with("occurredAt", json!("soon")), "member_unreadable", "park"),
        (with("personReference", json!({})), "member_missing", "park"),
        (json!([]), "not_a_message", "park"),
        (json!({"nothing": 1}), "not_a_message", "park"),
    ] {
        let report = report(&json!([message]).to_string());
        let told = &report["messages"][0];
        assert_eq!((&told["reason"], &told["then"]), (&json!(reason), &json!(then)), "{told}");
    }
    let twice = json!([registration("X800001", "ADVP"), registration("X800001", "ADVP")]);
    assert_eq!(of(&report(&twice.to_string()), "reason"), ["made_records", "on_record"]);
}

#[test]
fn the_documented_list_of_reasons_is_whole() {
    let page = include_str!("../../../docs/hmpps.md");
    for reason in Reason::all() {
        let named = serde_json::to_value(reason).unwrap();
        assert!(page.contains(&format!("| `{}` |", named.as_str().unwrap())), "{reason:?}");
    }
    for then in [Then::Delete, Then::Retry, Then::Park] {
        assert!(page.contains(&format!("`{}`", serde_json::to_value(then).unwrap().as_str().unwrap())), "{then:?}");
    }
}
