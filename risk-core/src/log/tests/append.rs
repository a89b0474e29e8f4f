//! Appending: idempotent, all or nothing, and nothing less confidential than what it names.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    attended, call_out, case, correction, day, erasure, id, line, log_of, record, retraction, sealed, third_party,
};
use crate::event::vocabulary::Handling;
use crate::log::{AppendError, Appended, Log, Payload, Record};

fn refusal(log: &Log, record: Record) -> (String, String) {
    let mut after = log.clone();
    let e = after.append(record, None).unwrap_err();
    assert_eq!(after.to_jsonl(), log.to_jsonl(), "a refused append changes nothing");
    match e {
        AppendError::Refused { ref field, .. } => (field.clone(), e.to_string()),
        other => panic!("{other}"),
    }
}

#[test]
fn records_get_their_positions_in_turn() {
    let mut log = Log::new(case());
    assert_eq!(log.append(call_out(1, 4), Some(0)), Ok(Appended { position: 1, new: true }));
    assert_eq!(log.append(attended(2, 1), Some(1)), Ok(Appended { position: 2, new: true }), "out of recorded order");
}

#[test]
fn the_same_content_again_is_accepted_and_adds_nothing() {
    let mut log = log_of([call_out(1, 4), attended(2, 5)]);
    // The same members in the opposite order, with white space, and the mark that the kind has anyway left out.
    let line: serde_json::Map<_, _> = serde_json::from_str(&call_out(1, 4).to_line()).unwrap();
    let reversed: serde_json::Map<_, _> = line.into_iter().rev().filter(|(name, _)| name != "handling").collect();
    let reversed = serde_json::to_string_pretty(&reversed).unwrap();
    assert!(reversed.starts_with("{\n  \"data\""));
    for again in [call_out(1, 4), Record::parse(&reversed).unwrap()] {
        assert_eq!(log.append(again, Some(0)), Ok(Appended { position: 1, new: false }));
    }
    assert_eq!(log.len(), 2);
}

#[test]
fn other_content_under_the_same_id_is_a_conflict() {
    let mut log = log_of([attended(1, 4)]);
    let conflict = Err(AppendError::Conflict { event_id: id(1), position: 1 });
    assert_eq!(log.append(attended(1, 5), None), conflict);
    assert_eq!(log.append(attended(1, 4).with_note("x"), None), conflict);
    assert_eq!(log.append(call_out(1, 4), None), conflict);
    assert_eq!(
        log.append_all(vec![attended(2, 4), attended(2, 5)], None),
        Err(AppendError::Conflict { event_id: id(2), position: 2 })
    );
    assert_eq!(log.len(), 1);
}

#[test]
fn a_log_that_has_grown_meanwhile_refuses() {
    let mut log = log_of([attended(1, 4)]);
    assert_eq!(log.append(attended(2, 4), Some(0)), Err(AppendError::PositionConflict { expected: 0, actual: 1 }));
    assert_eq!(log.len(), 1);
}

#[test]
fn a_batch_is_taken_whole_or_not_at_all() {
    let mut log = log_of([attended(1, 4)]);
    assert!(log.append_all(vec![attended(2, 4), retraction(3, 5, 99)], None).is_err());
    assert_eq!(log.len(), 1);
}

#[test]
fn records_of_a_batch_may_name_each_other_in_any_order() {
    let log = log_of([retraction(3, 6, 2), attended(2, 4)]);
    assert_eq!(log.len(), 2);
}

#[test]
fn a_record_of_another_case_is_refused() {
    let mut other = attended(1, 4);
    other.case_id = id(7);
    assert_eq!(refusal(&Log::new(case()), other).0, "case_id");
}

#[test]
fn fields_changed_after_reading_are_checked_again() {
    let mut backwards = attended(1, 4);
    backwards.occurred_at = day(5);
    assert_eq!(refusal(&Log::new(case()), backwards).0, "occurred_at");
    assert_eq!(refusal(&Log::new(case()), call_out(1, 4).with_handling(Handling::Ordinary)).0, "handling");
    let mut moved = attended(1, 4);
    moved.recorded_at = day(6);
    let log = log_of([moved]);
    assert_eq!(Record::parse(&log.records()[0].to_line()).unwrap().recorded_at, day(6));
}

#[test]
fn what_is_named_must_be_in_the_log() {
    let log = log_of([attended(1, 4)]);
    let answering = record(2, 5, "home_visit_completed", json!({ "answers": [id(1).to_string(), id(9).to_string()] }));
    let (field, message) = refusal(&log, answering);
    assert_eq!(field, "data.answers");
    assert!(message.contains(&id(9).to_string()), "{message}");
    assert_eq!(refusal(&log, correction(2, 5, 9, json!({}))).0, "data.event_id");
    assert_eq!(refusal(&log, retraction(2, 5, 2)).0, "data.event_id", "a record cannot name itself");
}

#[test]
fn nothing_is_less_confidential_than_what_it_names() {
    let log = log_of([call_out(1, 4)]);
    let (field, message) = refusal(&log, retraction(2, 5, 1));
    assert_eq!(field, "handling");
    assert!(message.contains("`third_party` or stricter") && message.contains("found `staff`"), "{message}");
    let mut log = log;
    assert!(log.append(third_party(retraction(2, 5, 1)), None).is_ok());
}

fn request(n: u128, on: u32, of: &str) -> Record {
    record(
        n,
        on,
        "information_requested",
        json!({ "request_id": "r1", "of": of, "about": "other", "stage": "ongoing" }),
    )
}

fn chased(n: u128, on: u32) -> Record {
    record(n, on, "information_chased", json!({ "request_id": "r1" }))
}

/// All that may be said of a request.
fn replies(n: u128, on: u32) -> [Record; 3] {
    let received = json!({ "request_id": "r1", "content": "known" });
    [
        chased(n, on),
        record(n, on, "unanswered_request_escalated", json!({ "request_id": "r1" })),
        record(n, on, "information_received", received),
    ]
}

#[test]
fn nor_than_the_request_that_it_speaks_of() {
    let log = log_of([request(1, 4, "marac")]);
    for reply in replies(2, 5) {
        let (found, (_, message)) = (format!("found `{}`", reply.handling), refusal(&log, reply));
        assert!(message.contains("`partner_confidential` or stricter") && message.contains(&found), "{message}");
    }
    assert_eq!(log_of([request(1, 4, "police"), chased(2, 5)]).len(), 2);
}

#[test]
fn also_where_the_request_comes_into_the_log_after_its_reply() {
    for reply in replies(2, 5) {
        let expected = format!("`{}` or less strict", reply.handling);
        let (_, message) = refusal(&log_of([reply]), request(1, 4, "marac"));
        assert!(message.contains(&expected) && message.contains("found `partner_confidential`"), "{message}");
    }
}

#[test]
fn the_new_version_in_a_correction_is_read_as_the_kind_corrected() {
    let log = log_of([attended(1, 4)]);
    assert_eq!(
        refusal(&log, correction(2, 5, 1, json!({ "acceptable": "often" }))).0,
        "data.replacement.data.acceptable"
    );
    assert_eq!(refusal(&log, correction(2, 5, 1, json!({ "outcome": "arrest" }))).0, "data.replacement.data.outcome");
}

#[test]
fn a_correction_is_as_confidential_as_the_version_that_it_brings() {
    let told = record(1, 4, "concern_disclosed", json!({ "by": "practitioner", "concerns": ["stalking"] }));
    let by_child = correction(2, 5, 1, json!({ "by": "child", "concerns": ["stalking"] }));
    assert_eq!(refusal(&log_of([told.clone()]), by_child.clone()).0, "handling");
    assert_eq!(log_of([told, third_party(by_child)]).len(), 2);
}

#[test]
fn what_a_new_version_names_must_be_there_too() {
    let log = log_of([record(1, 4, "home_visit_completed", json!({}))]);
    let (field, _) = refusal(&log, correction(2, 5, 1, json!({ "answers": [id(9).to_string()] })));
    assert_eq!(field, "data.replacement.data.answers");
}

#[test]
fn a_new_version_cannot_have_happened_after_it_was_recorded() {
    let log = log_of([attended(1, 4)]);
    let later = json!({ "event_id": id(1).to_string(), "replacement": { "occurred_at": "2017-12-05T00:00:00Z", "data": {} },
        "reason": "wrong_date", "by": "s1" });
    assert_eq!(refusal(&log, record(2, 6, "record_corrected", later)).0, "data.replacement.occurred_at");
}

#[test]
fn statements_about_the_log_stand_except_corrections() {
    let base = log_of([
        attended(1, 4),
        correction(2, 5, 1, json!({ "acceptable": "no" })),
        retraction(3, 6, 1),
        record(4, 6, "history_loaded", json!({ "from": "2014-06-01", "kinds": [] })),
    ]);
    for refused in [
        correction(9, 7, 2, json!({})),
        correction(9, 7, 3, json!({})),
        correction(9, 7, 4, json!({})),
        retraction(9, 7, 3),
        retraction(9, 7, 4),
        erasure(9, 7, 3),
        erasure(9, 7, 4),
    ] {
        assert_eq!(refusal(&base, refused).0, "data.event_id");
    }
    for taken in [retraction(9, 7, 2), erasure(9, 7, 2)] {
        assert!(base.clone().append(taken, None).is_ok());
    }
}

#[test]
fn what_we_cannot_read_may_be_retracted_but_not_corrected() {
    let newer = Record::parse(
        &attended(1, 4).to_line().replace("appointment_attended", "tag_fitted").replace(r#""kind""#, r#""v":2,"kind""#),
    );
    let newer = newer.unwrap().with_handling(Handling::Staff);
    assert!(matches!(newer.payload, Payload::Unrecognised { .. }));
    let log = log_of([newer]);
    assert_eq!(refusal(&log, correction(2, 5, 1, json!({}))).0, "data.event_id");
    assert!(log.clone().append(retraction(2, 5, 1), None).is_ok());
}

#[test]
fn a_correction_in_the_words_of_a_newer_schema_is_kept_unread() {
    let mut newer = correction(2, 5, 1, json!({ "acceptable": "partly" }));
    newer.v = 2;
    let mut log = log_of([attended(1, 4), newer.clone()]);
    assert!(matches!(log.records()[1].payload, Payload::Unrecognised { .. }));
    assert_eq!(log.append(newer, None), Ok(Appended { position: 2, new: false }));
    let read = Log::parse("x", &log.to_jsonl()).unwrap();
    assert_eq!(read.records(), log.records());
}

#[test]
fn what_a_newer_schema_added_survives_a_change_of_mark() {
    let text = attended(1, 4).to_line().replace(r#""kind""#, r#""v":2,"urgency":"high","kind""#);
    let record = Record::parse(&text).unwrap().with_handling(Handling::Restricted);
    assert!(record.to_line().contains(r#""urgency":"high""#));
    assert!(log_of([record]).to_jsonl().contains(r#""urgency":"high""#));
}

#[test]
fn what_a_newer_schema_added_is_part_of_what_a_record_says_and_how_it_is_written_is_not() {
    let newer = |kind: &str, data: Value, urgency: &str, occurred_at: &str| {
        let mut line = line(kind, data);
        for (name, value) in [("v", json!(2)), ("urgency", json!(urgency)), ("occurred_at", json!(occurred_at))] {
            line.insert(name.to_owned(), value);
        }
        Record::parse(&Value::Object(line).to_string()).unwrap()
    };
    let (utc, elsewhere) = ("2017-12-04T21:10:00Z", "2017-12-04T22:10:00+01:00");
    let again = |first: &Record, second: Record| log_of([first.clone()]).append(second, None).map(|done| done.new);
    for kind in ["appointment_attended", "tag_fitted"] {
        let first = newer(kind, json!({}), "high", utc);
        assert_eq!(again(&first, first.clone()), Ok(false));
        assert!(again(&first, newer(kind, json!({}), "low", utc)).is_err(), "another value of what it added");
        assert_eq!(again(&first, newer(kind, json!({}), "high", elsewhere)), Ok(false), "the same instant");
        assert!(sealed(&log_of([first.clone()])).records()[0].same_content(&first), "a seal is no content");
    }
    let (unsaid, said) = (json!({}), json!({ "acceptable": "unknown" }));
    let readable = newer("appointment_attended", unsaid.clone(), "high", utc);
    assert_eq!(
        again(&readable, newer("appointment_attended", said.clone(), "high", utc)),
        Ok(false),
        "it says the same"
    );
    let unreadable = newer("tag_fitted", unsaid, "high", utc);
    assert!(again(&unreadable, newer("tag_fitted", said, "high", utc)).is_err(), "nobody can tell what it says");
}

#[test]
fn a_log_that_cannot_be_read_says_file_and_line() {
    let good = attended(1, 4).to_line();
    let says = |text: &str| Log::parse("case.jsonl", text).unwrap_err().to_string();
    assert_eq!(says(""), "case.jsonl:1: field `record`: expected at least one record, found nothing");
    assert!(says(&format!("{good}\n\n{{")).starts_with("case.jsonl:3: field `record`: expected one JSON object"));
    assert!(says("{]}").ends_with("found text that is not JSON from column 2"), "{}", says("{]}"));
    assert!(says("[1]").ends_with("found JSON that is not an object"), "{}", says("[1]"));
    let unknown = retraction(2, 5, 9).to_line();
    assert!(says(&format!("{good}\n{unknown}\n")).starts_with("case.jsonl:2: field `data.event_id`"));
    let other_case = attended(3, 4).to_line().replace(&case().to_string(), &id(5).to_string());
    assert!(says(&format!("\n{good}\n{other_case}\n")).starts_with("case.jsonl:3: field `case_id`"));
    let conflict = attended(1, 5).to_line();
    assert!(says(&format!("{good}\n{conflict}\n")).starts_with("case.jsonl:2: field `event_id`"));
}

#[test]
fn a_record_delivered_twice_in_a_file_is_one_record() {
    let line = attended(1, 4).to_line();
    assert_eq!(Log::parse("x", &format!("{line}\n\n  \n{line}\r\n")).unwrap().len(), 1);
}

/// A batch in which records name each other, with its order drawn at random.
fn shuffled() -> impl Strategy<Value = Vec<Record>> {
    Just(vec![
        attended(1, 4),
        correction(2, 5, 1, json!({ "acceptable": "no" })),
        retraction(3, 6, 2),
        call_out(4, 3),
        request(5, 2, "police"),
        chased(6, 7),
        record(7, 8, "home_visit_completed", json!({ "answers": [id(1).to_string()] })),
    ])
    .prop_shuffle()
}

fn lines(log: &Log) -> Vec<String> {
    let mut lines: Vec<String> = log.records().iter().map(Record::to_line).collect();
    lines.sort();
    lines
}

proptest! {
    #[test]
    fn a_batch_in_any_order_gives_the_same_records(batch in shuffled()) {
        let as_written = log_of(batch.clone());
        let mut sorted = batch;
        sorted.sort_by_key(|r| r.event_id);
        prop_assert_eq!(lines(&as_written), lines(&log_of(sorted)));
    }

    #[test]
    fn delivering_any_part_again_changes_nothing(batch in shuffled(), part in 0usize..7) {
        let mut log = log_of(batch.clone());
        let before = log.to_jsonl();
        let again = log.append_all(batch[part..].to_vec(), None).unwrap();
        prop_assert!(again.iter().all(|a| !a.new));
        prop_assert_eq!(log.to_jsonl(), before);
    }

    #[test]
    fn a_log_read_back_is_the_log(batch in shuffled()) {
        let log = log_of(batch);
        let read = Log::parse("x", &log.to_jsonl()).unwrap();
        prop_assert_eq!(read.to_jsonl(), log.to_jsonl());
        prop_assert_eq!(read.records(), log.records());
    }
}
