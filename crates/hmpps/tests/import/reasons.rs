//! A report on which a service can act: which message it was, why it came to its outcome, and what to do with it.

use std::collections::BTreeSet;

use risk_hmpps::import::Given;
use risk_hmpps::reason::{Reason, Then};
use risk_hmpps::report::Outcome;
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
    report["messages"].as_array().unwrap().iter().map(|reported| &reported[member]).collect()
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
        let reported = &report["messages"][0];
        assert_eq!((&reported["reason"], &reported["then"]), (&json!(reason), &json!(then)), "{reported}");
    }
    let twice = json!([registration("X800001", "ADVP"), registration("X800001", "ADVP")]);
    assert_eq!(of(&report(&twice.to_string()), "reason"), ["made_records", "on_record"]);
}

/// An outcome of each sort that has this reason.
fn outcomes(reason: Reason) -> Vec<Outcome> {
    let text = || "text".to_owned();
    let unreadable = |field: &str, found: &str| Outcome::Unreadable {
        field: field.to_owned(),
        expected: text(),
        found: found.to_owned(),
    };
    match reason {
        Reason::MadeRecords => vec![Outcome::Recorded { records: vec![] }],
        Reason::OnRecord => vec![Outcome::Known],
        Reason::AboutCases => vec![Outcome::Instructed],
        Reason::PersonErased => vec![Outcome::Erased { why: text() }],
        Reason::ClaimedTwice | Reason::DecidedByHand => {
            vec![Outcome::Conflict { reason, scheme: "noms", cases: vec![], records: vec![], why: text() }]
        }
        Reason::ErasureNotAskedFor | Reason::ErasureRefused | Reason::ErasureIncomplete | Reason::MergedByAThird => {
            vec![Outcome::NotDone { reason, why: text() }]
        }
        Reason::NotHeld | Reason::NoRecordOfIt | Reason::OneCaseAlready | Reason::TooLittleSaid => {
            vec![Outcome::Nothing { reason, why: text() }]
        }
        Reason::ToFetch | Reason::ToLookUp => vec![Outcome::Needed { reason, detail: None, what: text() }],
        Reason::PersonUnknown
        | Reason::RecordUnknown
        | Reason::CaseUnknown
        | Reason::MergeUnknown
        | Reason::LaterThanNow => vec![Outcome::Waits { reason, what: text() }],
        Reason::StoreRefuses => {
            vec![Outcome::Waits { reason, what: text() }, Outcome::NotDone { reason, why: text() }]
        }
        Reason::WaitedTooLong => vec![Outcome::Unresolved { what: text() }],
        Reason::TypeUnknown => vec![Outcome::Unmapped { table: "events", code: text(), what: text() }],
        Reason::CodeUnknown => vec![Outcome::Unmapped { table: "registers", code: text(), what: text() }],
        Reason::NotAMessage => vec![unreadable("message", "nothing"), unreadable("eventType", "a number")],
        Reason::MemberMissing => vec![unreadable("crn", "nothing")],
        Reason::MemberUnreadable => vec![unreadable("crn", "a number")],
        Reason::SeveralPersons => vec![unreadable("personReference.identifiers", "several that differ")],
    }
}

/// The word of a code in JSON.
fn word(code: impl serde::Serialize) -> String {
    serde_json::to_value(code).unwrap().as_str().unwrap().to_owned()
}

/// What a consumer does with messages of these outcomes, as the page writes it.
fn then_of(outcomes: &[Outcome]) -> Vec<String> {
    let one = |outcome: &Outcome| {
        let [kept, not_kept] = [true, false].map(|kept| word(outcome.then(kept)));
        if kept == not_kept { format!("`{kept}`") } else { format!("`{kept}` if `kept`, else `{not_kept}`") }
    };
    let mut all: Vec<String> = Vec::new();
    for then in outcomes.iter().map(one) {
        if !all.contains(&then) {
            all.push(then);
        }
    }
    all
}

/// The cells of each row of the page's table whose first column has that title.
fn table(title: &str) -> Vec<Vec<&'static str>> {
    let page = include_str!("../../../../docs/hmpps.md");
    let rows = page.lines().skip_while(|line| !line.starts_with(&format!("| `{title}` |"))).skip(2);
    rows.take_while(|line| line.starts_with('|')).map(|line| line.split('|').skip(1).map(str::trim).collect()).collect()
}

#[test]
fn the_documented_reasons_are_those_of_the_code_each_with_its_outcome_and_what_to_do() {
    let rows = table("reason");
    let documented: BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
    let reasons: BTreeSet<String> = Reason::all().into_iter().map(|reason| format!("`{}`", word(reason))).collect();
    assert_eq!(documented, reasons.iter().map(String::as_str).collect::<BTreeSet<_>>());
    assert_eq!(rows.len(), Reason::all().len(), "each reason once");
    for reason in Reason::all() {
        let outcomes = outcomes(reason);
        let name = format!("`{}`", word(reason));
        let row = rows.iter().find(|row| row[0] == name).unwrap();
        for outcome in &outcomes {
            assert_eq!(outcome.reason(), reason);
            assert!(row[1].contains(&format!("`{}`", outcome.name())), "{row:?}: {}", outcome.name());
        }
        assert_eq!(row[1].matches('`').count(), 2 * distinct(&outcomes), "{row:?}: these outcomes and no others");
        let then = then_of(&outcomes);
        assert!(then.iter().all(|then| row[2].contains(then)), "{row:?}: expected {then:?}");
        let words: usize = then.iter().map(|then| then.matches('`').count()).sum();
        let named = if then.len() > 1 { 2 * (then.len() - 1) } else { 0 };
        assert_eq!(row[2].matches('`').count(), words + named, "{row:?}: {then:?} and nothing else");
    }
}

/// How many sorts of outcome these are.
fn distinct(outcomes: &[Outcome]) -> usize {
    outcomes.iter().map(Outcome::name).collect::<BTreeSet<_>>().len()
}

#[test]
fn the_documented_outcomes_are_those_of_the_code_each_with_what_to_do() {
    let all: Vec<Outcome> = Reason::all().into_iter().flat_map(outcomes).collect();
    let rows = table("outcome");
    let names: BTreeSet<String> = all.iter().map(|outcome| format!("`{}`", outcome.name())).collect();
    assert_eq!(rows.iter().map(|row| row[0].to_owned()).collect::<BTreeSet<_>>(), names);
    assert_eq!(rows.len(), names.len(), "each outcome once");
    for row in rows {
        let of_this: Vec<Outcome> =
            all.iter().filter(|outcome| row[0] == format!("`{}`", outcome.name())).cloned().collect();
        assert_eq!(row[1], then_of(&of_this).join(" or "), "{row:?}");
    }
}

#[test]
fn what_to_do_is_documented_for_each_word_of_then() {
    let rows = table("then");
    let documented: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(documented, [Then::Delete, Then::Retry, Then::Park].map(|then| format!("`{}`", word(then))));
}
