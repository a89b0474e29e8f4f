//! Records that came as no text: the same as those that did.

use serde_json::{Map, Value, json};

use super::{attended, call_out, case, correction, day, erasure, id, log_of, retraction, sealed, third_party};
use crate::event::Term;
use crate::event::vocabulary::{Handling, Role, SourceAgency};
use crate::log::{AppendError, Decoded, Log, Parts, Record, RecordError, RecordSource};

fn source() -> RecordSource {
    RecordSource { agency: SourceAgency::Probation, role: None, reference: None }
}

/// The record read member by member, as a table has it.
fn decoded(record: &Record, data: &Map<String, Value>) -> Result<Decoded, RecordError> {
    Decoded::read(Parts {
        event_id: record.event_id,
        case_id: record.case_id,
        occurred_at: record.occurred_at,
        recorded_at: record.recorded_at,
        source: record.source.clone(),
        handling: Some(record.handling),
        kind: record.kind().unwrap(),
        data,
        note: None,
    })
}

fn again(record: &Record) -> Decoded {
    decoded(record, &record.event().unwrap().encode()).unwrap()
}

#[test]
fn a_log_of_decoded_records_is_the_log_that_is_parsed_from_their_lines() {
    let records = [
        call_out(1, 4),
        third_party(attended(2, 5)),
        attended(3, 5),
        third_party(correction(4, 6, 1, json!({ "outcome": "arrest" }))),
        retraction(5, 7, 3),
    ];
    let parsed = log_of(records);
    let log = Log::of_decoded(case(), parsed.records().iter().map(again).collect()).unwrap();
    assert_eq!(log.records(), parsed.records());
    assert_eq!(log.to_jsonl(), parsed.to_jsonl());
    assert_eq!(Log::parse("log", &log.to_jsonl()).unwrap().to_jsonl(), parsed.to_jsonl());
}

#[test]
fn a_payload_that_is_gone_comes_as_a_line() {
    let mut parsed = log_of([attended(1, 4)]);
    parsed.erase(erasure(2, 5, 1), None).unwrap();
    let lines = parsed.records().iter().map(|r| Decoded::parse(&r.to_line()).unwrap()).collect();
    let log = Log::of_decoded(case(), lines).unwrap();
    assert_eq!(log.to_jsonl(), parsed.to_jsonl());
}

#[test]
fn what_a_log_refuses_is_refused_of_decoded_records_too() {
    let twice = vec![again(&attended(1, 4)), again(&call_out(2, 4)), again(&attended(2, 5))];
    let refused = Log::of_decoded(case(), twice).unwrap_err();
    assert_eq!(refused, (2, AppendError::Conflict { event_id: id(2), position: 2 }));
    let same = vec![again(&attended(1, 4)), again(&attended(1, 4))];
    assert_eq!(Log::of_decoded(case(), same).unwrap().len(), 1);
    let (place, e) = Log::of_decoded(case(), vec![again(&attended(1, 4)), again(&retraction(2, 5, 9))]).unwrap_err();
    assert!(place == 1 && e.to_string().contains("another record of this log"), "{e}");
    let (place, e) = Log::of_decoded(id(7), vec![again(&attended(1, 4))]).unwrap_err();
    assert!(place == 0 && e.to_string().contains("the log's case"), "{e}");
}

#[test]
fn a_member_that_is_wrong_is_refused_in_the_words_of_a_line() {
    let good = call_out(1, 4);
    let mut late = good.clone();
    late.occurred_at = day(5);
    let mut open = good.clone();
    open.handling = Handling::Ordinary;
    let mut named = good.clone();
    named.source.reference = Some("two words".to_owned());
    for (wrong, data) in [
        (&late, json!({})),
        (&open, json!({})),
        (&named, json!({})),
        (&good, json!({ "outcome": "nothing" })),
        (&good, json!({ "what": 1 })),
        (&good, json!({ "persons": "p1" })),
    ] {
        let data: Map<String, Value> = serde_json::from_value(data).unwrap();
        let mut line: Map<String, Value> = serde_json::from_str(&good.to_line()).unwrap();
        line.insert("occurred_at".to_owned(), json!(wrong.occurred_at));
        line.insert("handling".to_owned(), json!(wrong.handling.name()));
        if let Some(reference) = &wrong.source.reference {
            line.insert("source".to_owned(), json!({ "agency": "probation", "reference": reference }));
        }
        line.insert("data".to_owned(), Value::Object(data.clone()));
        let parsed = Record::parse(&Value::Object(line).to_string()).unwrap_err();
        assert_eq!(decoded(wrong, &data).unwrap_err(), parsed);
    }
}

#[test]
fn a_sealed_line_means_something_in_its_own_log_only() {
    let line = sealed(&log_of([attended(1, 4)])).records()[0].to_line();
    assert_eq!(Decoded::parse(&line).unwrap_err().field, "hash");
}

#[test]
fn a_line_is_written_from_what_the_fields_say_when_it_is_first_asked_for() {
    let mut record = attended(1, 4).with_note("x").with_handling(Handling::Staff);
    record.source = RecordSource { role: Some(Role::Manager), ..source() };
    let line = record.to_line();
    assert!(line.contains("manager") && line.contains("\"note\":\"x\"") && line.contains("\"staff\""), "{line}");
    assert_eq!(Record::parse(&line).unwrap(), record);
}
