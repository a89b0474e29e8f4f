//! One record: what is read, what is refused, what is never shown.

use serde_json::{Map, Value, json};

use super::{attended, call_out, line, log_of, seal, stamp};
use crate::event::Kind;
use crate::event::vocabulary::{Handling, Role};
use crate::log::{Payload, Record};

fn parse(line: &Map<String, Value>) -> Result<Record, crate::log::RecordError> {
    Record::parse(&Value::Object(line.clone()).to_string())
}

fn refused(line: &Map<String, Value>) -> String {
    parse(line).unwrap_err().to_string()
}

fn call_out_with(changes: &[(&str, Value)]) -> Map<String, Value> {
    let mut line = line("police_call_out", json!({}));
    for (name, v) in changes {
        line.insert((*name).to_owned(), v.clone());
    }
    line
}

#[test]
fn a_record_written_is_read_back_the_same() {
    let written = call_out(1, 4).with_note("kept").with_handling(Handling::Restricted);
    let read = Record::parse(&written.to_line()).unwrap();
    assert_eq!(read, written);
    assert_eq!(read.to_line(), written.to_line());
}

#[test]
fn the_text_is_kept_to_the_byte() {
    let text = Value::Object(line("police_call_out", json!({ "persons": ["p1"] }))).to_string().replace(':', " :  ");
    let text = text.replace("21 :  10 :  00", "21:10:00").replace("09 :  30 :  00", "09:30:00");
    assert_eq!(Record::parse(&text).unwrap().to_line(), text);
}

#[test]
fn a_record_over_several_lines_is_kept_on_one() {
    let text = serde_json::to_string_pretty(&line("police_call_out", json!({ "persons": ["p1"] }))).unwrap();
    let record = Record::parse(&text).unwrap();
    assert!(!record.to_line().contains('\n'));
    assert!(record.same_content(&Record::parse(&record.to_line()).unwrap()));
}

#[test]
fn the_mark_of_the_kind_holds_where_none_is_stated() {
    assert_eq!(parse(&call_out_with(&[])).unwrap().handling, Handling::ThirdParty);
    let told_by_family = line("concern_disclosed", json!({ "by": "family", "concerns": ["stalking"] }));
    assert_eq!(parse(&told_by_family).unwrap().handling, Handling::ThirdParty);
}

#[test]
fn a_stricter_mark_is_taken_and_a_less_strict_one_refused() {
    assert_eq!(parse(&call_out_with(&[("handling", json!("restricted"))])).unwrap().handling, Handling::Restricted);
    assert_eq!(
        refused(&call_out_with(&[("handling", json!("staff"))])),
        "field `handling`: expected `third_party` or stricter, as `police_call_out` is marked at least, found `staff`"
    );
}

#[test]
fn each_missing_member_is_named() {
    for name in ["event_id", "case_id", "occurred_at", "recorded_at", "source", "kind", "data"] {
        let mut line = call_out_with(&[]);
        line.remove(name);
        let e = parse(&line).unwrap_err();
        assert_eq!((e.field.as_str(), e.found.as_str()), (name, "nothing"));
    }
    assert_eq!(parse(&call_out_with(&[("source", json!({}))])).unwrap_err().field, "source.agency");
}

#[test]
fn members_of_another_form_are_refused_by_name() {
    for (name, v, field) in [
        ("event_id", json!("not-an-id"), "event_id"),
        ("case_id", json!(7), "case_id"),
        ("occurred_at", json!("2017-12-04"), "occurred_at"),
        ("recorded_at", json!("2017-13-04T00:00:00Z"), "recorded_at"),
        ("source", json!("probation"), "source"),
        ("source", json!({ "agency": "probatoin" }), "source.agency"),
        ("source", json!({ "agency": "probation", "role": "chief" }), "source.role"),
        ("source", json!({ "agency": "probation", "reference": "said by her mother" }), "source.reference"),
        ("source", json!({ "agency": "probation", "name": "x" }), "source"),
        ("handling", json!("secret"), "handling"),
        ("v", json!(0), "v"),
        ("v", json!("1"), "v"),
        ("kind", json!("police_callout"), "kind"),
        ("kind", json!(null), "kind"),
        ("data", json!([]), "data"),
        ("data", json!({ "outcome": "nothing" }), "data.outcome"),
        ("data", json!({ "outcom": "charge" }), "data.outcom"),
        ("note", json!(1), "note"),
        ("notes", json!("x"), "record"),
        ("position", json!(1), "appended_at"),
    ] {
        assert_eq!(parse(&call_out_with(&[(name, v)])).unwrap_err().field, field, "{name}");
    }
}

#[test]
fn a_mistyped_kind_gets_the_right_one_offered() {
    assert!(
        refused(&line("police_callout", json!({}))).contains("expected a kind of the catalogue: `police_call_out`")
    );
}

#[test]
fn a_member_twice_is_refused_at_any_depth() {
    let text = Value::Object(call_out_with(&[])).to_string();
    let doubled = text.replacen('{', r#"{"kind":"police_call_out","#, 1);
    assert_eq!(
        Record::parse(&doubled).unwrap_err().to_string(),
        "field `record`: expected each member once, found the member `kind` twice"
    );
    let inside = text.replace(r#""data":{}"#, r#""data":{"outcome":"charge","outcome":"arrest"}"#);
    let e = Record::parse(&inside).unwrap_err();
    assert_eq!(e.field, "data");
    assert!(e.found.starts_with("the member `outcome` twice"), "{e}");
}

#[test]
fn what_happened_cannot_have_been_recorded_before() {
    assert_eq!(
        refused(&call_out_with(&[("occurred_at", json!("2017-12-06T00:00:00Z"))])),
        "field `occurred_at`: expected an instant not after `recorded_at`, 2017-12-05T09:30:00Z, found 2017-12-06T00:00:00Z"
    );
}

#[test]
fn times_are_kept_to_the_microsecond() {
    let fine = parse(&call_out_with(&[("occurred_at", json!("2017-12-04T21:10:00.123456789+01:00"))])).unwrap();
    assert_eq!(super::super::record::write_instant(fine.occurred_at), "2017-12-04T20:10:00.123456Z");
}

#[test]
fn a_record_of_a_newer_schema_is_kept_where_we_cannot_read_it() {
    let newer = [("v", json!(2)), ("kind", json!("drone_sighted")), ("urgency", json!("high"))];
    let record = parse(&call_out_with(&newer)).unwrap();
    assert_eq!(record.payload, Payload::Unrecognised { kind: "drone_sighted".to_owned() });
    assert_eq!(record.handling, Handling::Restricted);
    assert_eq!(record.kind(), None);
    assert!(record.to_line().contains(r#""urgency":"high""#));
}

#[test]
fn a_record_of_a_newer_schema_is_an_event_where_we_can_read_it() {
    let record = parse(&call_out_with(&[("v", json!(2)), ("data", json!({ "outcome": "arrest" }))])).unwrap();
    assert_eq!(record.kind(), Some(Kind::PoliceCallOut));
    let new_word = parse(&call_out_with(&[("v", json!(2)), ("data", json!({ "outcome": "mediation" }))])).unwrap();
    assert!(matches!(new_word.payload, Payload::Unrecognised { .. }));
}

#[test]
fn two_records_are_equal_where_content_and_place_are() {
    let (one, other) = (attended(1, 4), attended(1, 5));
    let log = |n: u64| seal(&log_of([one.clone()]), |p| stamp(p + n)).unwrap().records()[0].clone();
    assert_eq!(one, one.clone());
    assert_ne!(one, other, "another content");
    assert_eq!(log(0), log(0));
    assert_ne!(one, log(0), "the same content without a place");
    assert_ne!(log(0), log(1), "the same content in another place");
}

#[test]
fn a_number_that_is_not_whole_is_refused_where_it_stands() {
    let bbr = json!({ "sentence_id": "s1", "requirement": "bbr", "days": 1.5 });
    let e = parse(&line("requirement_imposed", bbr)).unwrap_err();
    assert_eq!((e.field.as_str(), e.found.as_str()), ("data.days", "1.5"));
}

#[test]
fn the_envelope_of_a_newer_record_must_still_be_readable() {
    assert_eq!(
        parse(&call_out_with(&[("v", json!(2)), ("recorded_at", json!("soon"))])).unwrap_err().field,
        "recorded_at"
    );
}

#[test]
fn the_source_is_read_whole() {
    let source = json!({ "agency": "victim_service", "role": "partner_link_worker", "reference": "n-17" });
    let record = parse(&call_out_with(&[("source", source)])).unwrap();
    assert_eq!((record.source.role, record.source.reference.as_deref()), (Some(Role::PartnerLinkWorker), Some("n-17")));
}

#[test]
fn neither_note_nor_data_shows_in_any_message() {
    let secret = "she said he will kill her";
    let record =
        parse(&call_out_with(&[("note", json!(secret)), ("data", json!({ "persons": ["p-secret"] }))])).unwrap();
    let shown = format!("{record:?} {record} {:?}", record.payload);
    assert!(!shown.contains("kill") && !shown.contains("p-secret"), "{shown}");
    for (name, v) in [
        ("note", json!({ "a": secret })),
        ("data", json!(secret)),
        ("data", json!({ "outcome": secret })),
        ("data", json!({ secret: 1 })),
        ("kind", json!(secret)),
        ("occurred_at", json!(secret)),
        (secret, json!(1)),
    ] {
        let e = parse(&call_out_with(&[(name, v)])).unwrap_err();
        assert!(!format!("{e} {e:?}").contains("kill"), "{e}");
    }
    let broken = Value::Object(call_out_with(&[])).to_string().replace(r#""data":{}"#, &format!(r#""data":"{secret}"#));
    assert!(!Record::parse(&broken).unwrap_err().to_string().contains("kill"));
    assert!(!Record::parse(&format!("\"{secret}\"")).unwrap_err().to_string().contains("kill"));
}
