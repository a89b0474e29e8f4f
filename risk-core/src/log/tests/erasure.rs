//! Erasure: the payload goes, the log stays whole, and nothing brings the payload back.

use serde_json::json;

use super::{attended, call_out, case, correction, erasure, id, log_of, sealed, stamp, third_party};
use crate::event::Kind;
use crate::event::vocabulary::Handling;
use crate::log::{AppendError, Appended, Log, Payload, Record, Tampered, verify};

fn with_note() -> Record {
    call_out(1, 4).with_note("what she said")
}

fn erasing() -> Record {
    third_party(erasure(2, 6, 1))
}

#[test]
fn in_a_plain_log_the_envelope_stays_and_data_and_note_go() {
    let mut log = log_of([with_note()]);
    assert_eq!(log.erase(erasing(), Some(1)), Ok(Appended { position: 2, new: true }));
    let text = log.to_jsonl();
    let first = text.lines().next().unwrap();
    assert!(!first.contains("\"data\"") && !first.contains("she said"));
    let erased = &log.records()[0];
    assert_eq!(
        (&erased.payload, erased.kind(), erased.handling),
        (&Payload::Erased, Some(Kind::PoliceCallOut), Handling::ThirdParty)
    );
    assert_eq!(Log::parse("x", &text).unwrap().to_jsonl(), text);
}

#[test]
fn the_mark_stays_though_nothing_is_left_to_tell_it_from() {
    let line = with_note().to_line().replace(r#","handling":"third_party""#, "");
    let mut log = log_of([Record::parse(&line).unwrap()]);
    log.erase(erasing(), None).unwrap();
    assert!(log.records()[0].to_line().contains(r#""handling":"third_party""#));
}

#[test]
fn in_a_sealed_log_the_salt_goes_too_and_the_chain_holds() {
    let mut log = sealed(&log_of([with_note(), attended(3, 5)]));
    let head = log.head().unwrap();
    log.erase_sealed(erasing(), None, stamp).unwrap();
    let text = log.to_jsonl();
    let first = text.lines().next().unwrap();
    assert!(!first.contains("\"data\"") && !first.contains("she said") && !first.contains("\"salt\""));
    assert!(first.contains("\"commitment\""));
    assert_eq!(verify(&text, Some(&head)).unwrap().expected_at, Some(2));
    assert_eq!(Log::parse("x", &text).unwrap().records(), log.records());
}

#[test]
fn a_log_with_an_erased_record_can_be_sealed() {
    let mut log = log_of([with_note()]);
    log.erase(erasing(), None).unwrap();
    assert!(verify(&sealed(&log).to_jsonl(), None).is_ok());
}

#[test]
fn a_payload_missing_without_an_erasure_is_refused() {
    let mut plain = log_of([with_note()]);
    plain.erase(erasing(), None).unwrap();
    let bare = plain.to_jsonl().lines().next().unwrap().to_owned();
    let e = Log::parse("x", &bare).unwrap_err();
    assert_eq!((e.line, e.field.as_str()), (1, "data"));
    assert_eq!(Record::parse(&bare).unwrap_err().field, "data");

    let intact = sealed(&log_of([with_note(), attended(3, 5)])).to_jsonl();
    let (header, _) = intact.split_once(r#","salt""#).unwrap();
    let second = intact.lines().nth(1).unwrap();
    let t = verify(&format!("{header}}}\n{second}\n"), None).unwrap_err();
    assert_eq!((t.line, t.event_id, t.what), (1, Some(id(1)), Tampered::PayloadMissing));
}

#[test]
fn a_note_alone_cannot_be_taken_away() {
    let text = sealed(&log_of([with_note()])).to_jsonl().replace(r#","note":"what she said""#, "");
    assert_eq!(verify(&text, None).unwrap_err().what, Tampered::Payload);
}

#[test]
fn erasing_again_changes_nothing() {
    let mut log = log_of([with_note()]);
    log.erase(erasing(), None).unwrap();
    let before = log.to_jsonl();
    assert_eq!(log.erase(erasing(), None), Ok(Appended { position: 2, new: false }));
    assert_eq!(log.to_jsonl(), before);
}

#[test]
fn an_erasure_appended_without_being_carried_out_can_be_carried_out_later() {
    let mut log = log_of([with_note(), erasing()]);
    assert!(log.records()[0].event().is_some());
    log.erase(erasing(), None).unwrap();
    assert_eq!(log.records()[0].payload, Payload::Erased);
}

#[test]
fn the_record_delivered_again_does_not_bring_its_payload_back() {
    let mut log = log_of([with_note()]);
    log.erase(erasing(), None).unwrap();
    assert_eq!(log.append(with_note(), None), Ok(Appended { position: 1, new: false }));
    assert_eq!(log.records()[0].payload, Payload::Erased);
    assert_eq!(log.append(call_out(1, 5), None), Err(AppendError::Conflict { event_id: id(1), position: 1 }));
}

#[test]
fn an_erased_record_cannot_be_corrected() {
    let mut log = log_of([with_note()]);
    log.erase(erasing(), None).unwrap();
    assert!(log.append(third_party(correction(3, 7, 1, json!({}))), None).is_err());
}

#[test]
fn corrections_hold_data_too_and_are_erased_first() {
    let mut log = log_of([attended(1, 4), correction(3, 5, 1, json!({ "acceptable": "no" }))]);
    let before = log.to_jsonl();
    let e = log.erase(erasure(2, 6, 1), None).unwrap_err();
    assert!(e.to_string().contains(&id(3).to_string()), "{e}");
    assert_eq!(log.to_jsonl(), before);
    log.erase(erasure(4, 6, 3), None).unwrap();
    log.erase(erasure(2, 6, 1), None).unwrap();
    assert!(log.records()[..2].iter().all(|r| r.payload == Payload::Erased));
    assert!(Log::parse("x", &log.to_jsonl()).is_ok());
}

#[test]
fn a_refused_erasure_removes_nothing() {
    let mut log = log_of([with_note()]);
    let before = log.to_jsonl();
    assert!(log.erase(erasure(2, 6, 1), None).is_err(), "less confidential than what it names");
    assert!(log.erase(erasing(), Some(7)).is_err());
    assert!(log.erase(attended(3, 6), None).is_err(), "no erasure");
    assert_eq!(log.to_jsonl(), before);
}

#[test]
fn a_log_with_erasures_can_be_copied_into_another() {
    let mut log = log_of([with_note()]);
    log.erase(erasing(), None).unwrap();
    let mut copy = Log::new(case());
    copy.append_all(log.records().to_vec(), None).unwrap();
    assert_eq!(copy.to_jsonl(), log.to_jsonl());
}
