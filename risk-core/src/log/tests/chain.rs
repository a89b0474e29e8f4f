//! Sealing: every change to a sealed log is found, and its place named.

use proptest::prelude::*;
use serde_json::json;

use super::{attended, call_out, case, erasure, id, log_of, record, retraction, sealed, stamp, third_party};
use crate::log::{AppendError, Appended, Log, Record, Stamp, Tampered, Tampering, seal, verify};

/// A log with a note, a retraction and an erasure in it.
fn small() -> Log {
    let mut log = sealed(&log_of([
        call_out(1, 4).with_note("caf\u{e9}"),
        attended(2, 5),
        third_party(retraction(3, 6, 1)),
        record(4, 6, "home_visit_completed", json!({ "concern": "yes" })),
    ]));
    log.erase_sealed(erasure(5, 7, 2), Some(4), stamp).unwrap();
    log
}

fn found(lines: &[&str]) -> Tampering {
    verify(&(lines.join("\n") + "\n"), None).unwrap_err()
}

#[test]
fn a_sealed_log_verifies_and_reads_back() {
    let log = small();
    let verified = verify(&log.to_jsonl(), log.head().as_deref()).unwrap();
    assert_eq!((verified.records, verified.expected_at), (5, Some(5)));
    assert_eq!(Some(verified.head), log.head());
    let read = Log::parse("x", &log.to_jsonl()).unwrap();
    assert_eq!((read.records(), read.to_jsonl()), (log.records(), log.to_jsonl()));
}

#[test]
fn a_sealed_line_in_two_parts_is_the_same_line_and_its_header_alone_is_what_an_erasure_leaves() {
    let log = small();
    for record in log.records() {
        let (header, payload) = record.sealed_parts().unwrap();
        assert_eq!(Record::sealed_line(&header, payload), record.to_line());
        assert_eq!(payload.is_none(), record.to_line() == header, "only the erased one has nothing else");
    }
    let erased: Vec<bool> = log.records().iter().map(|r| r.sealed_parts().unwrap().1.is_none()).collect();
    assert_eq!(erased, [false, true, false, false, false]);
    assert_eq!(call_out(1, 4).sealed_parts(), None, "a plain record has no such parts");
}

#[test]
fn the_logs_of_one_person_are_one_log_in_the_order_in_which_the_service_held_the_records() {
    let other = |n, day| {
        let mut record = attended(n, day);
        record.case_id = id(99);
        record
    };
    let mut elsewhere = Log::new(id(99));
    // The second came under both numbers.
    elsewhere.append_all(vec![other(7, 3), other(2, 5), other(8, 6)], None).unwrap();
    let joined = Log::joined(case(), &[small_plain(), elsewhere.clone()]).unwrap();
    let ids: Vec<_> = joined.records().iter().map(|r| r.event_id).collect();
    assert_eq!(ids, [id(7), id(1), id(2), id(8)]);
    assert!(joined.records().iter().all(|r| r.case_id == case()) && !joined.is_sealed());

    let mut contradicting = Log::new(id(99));
    contradicting.append(other(1, 4), None).unwrap();
    let refused = Log::joined(case(), &[small_plain(), contradicting]).unwrap_err();
    assert!(matches!(refused, AppendError::Conflict { event_id, .. } if event_id == id(1)), "{refused}");
}

fn small_plain() -> Log {
    sealed(&log_of([call_out(1, 4), attended(2, 5)]))
}

#[test]
fn sealing_keeps_what_every_record_says() {
    let plain = log_of([call_out(1, 4).with_note("n"), attended(2, 5)]);
    let sealed = sealed(&plain);
    for (before, after) in plain.records().iter().zip(sealed.records()) {
        assert!(before.same_content(after));
        assert_eq!(after.appended_at, Some(stamp(after.position().unwrap()).appended_at));
    }
    assert_eq!(seal(&sealed, stamp).unwrap().to_jsonl(), sealed.to_jsonl(), "sealing again changes nothing");
}

#[test]
fn the_format_is_the_one_written_down() {
    // Computed with another program from the module's description; it changes only with the format's name.
    let log = sealed(&log_of([attended(1, 4), call_out(2, 5).with_note("caf\u{e9} \"Rose\"")]));
    assert_eq!(log.to_jsonl(), include_str!("sealed-v1.jsonl"));
}

/// Changes one character to others, one of them a blank, at every place of the log.
#[test]
fn a_changed_byte_at_any_place_is_found_on_its_line() {
    let text = small().to_jsonl();
    let mut line = 1;
    for (at, byte) in text.bytes().enumerate() {
        for other in [byte ^ 0x01, byte ^ 0x20, b' '] {
            let mut changed = text.clone().into_bytes();
            changed[at] = other;
            // What is no text any more cannot be handed over as text at all.
            let Ok(changed) = String::from_utf8(changed) else { continue };
            if changed == text {
                continue;
            }
            let tampering = verify(&changed, None).expect_err(&format!("byte {at} changed to {other:#x} unnoticed"));
            assert_eq!(tampering.line, line, "byte {at} changed to {other:#x}: {tampering}");
            assert!(Log::parse("x", &changed).is_err());
        }
        line += usize::from(byte == b'\n');
    }
    assert_eq!(line, 6);
}

proptest! {
    #[test]
    fn a_character_put_in_or_taken_out_anywhere_is_found(at in 0usize..10_000, c in "[ -~]|\t|\r|\u{e9}") {
        let text = small().to_jsonl();
        let places: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
        let at = places[at % places.len()];
        let line = text[..at].matches('\n').count() + 1;
        let mut more = text.clone();
        more.insert_str(at, &c);
        let mut less = text.clone();
        let gone = less.remove(at);
        for changed in [more, less] {
            // Blanks on a line of their own, and the last line's end, are no part of a record.
            if gone == '\n' && at + 1 == text.len() && changed.len() < text.len() { continue; }
            let tampering = verify(&changed, None).unwrap_err();
            prop_assert_eq!(tampering.line, line);
        }
    }
}

#[test]
fn a_line_removed_is_found_where_it_stood() {
    let text = small().to_jsonl();
    let lines: Vec<&str> = text.lines().collect();
    for gone in 0..4 {
        let mut rest = lines.clone();
        rest.remove(gone);
        let t = found(&rest);
        assert_eq!((t.line, t.position, t.what), (gone + 1, gone as u64 + 1, Tampered::Position));
    }
}

#[test]
fn a_wrong_place_is_told_where_it_is_a_number_and_never_in_other_words() {
    let text = small().to_jsonl();
    let place = |position: &str| {
        let changed = text.replacen("\"position\":2,", &format!("\"position\":{position},"), 1);
        let t = found(&changed.lines().collect::<Vec<_>>());
        assert_eq!((t.line, t.what, t.expected.as_str()), (2, Tampered::Position, "position 2"));
        t.found
    };
    assert_eq!(place("7"), "position 7");
    assert_eq!(place("12345678901234567890"), "position 12345678901234567890");
    assert_eq!(place("123456789012345678901"), "no position");
    assert_eq!(place("\"she said\""), "no position");
}

#[test]
fn lines_swapped_doubled_or_put_in_are_found() {
    let text = small().to_jsonl();
    let lines: Vec<&str> = text.lines().collect();
    let mut swapped = lines.clone();
    swapped.swap(1, 2);
    assert_eq!(found(&swapped).line, 2);
    let mut doubled = lines.clone();
    doubled.insert(3, lines[2]);
    assert_eq!(found(&doubled).line, 4);
    let plain = attended(8, 5).to_line();
    let mut put_in = lines.clone();
    put_in.insert(1, &plain);
    let t = found(&put_in);
    assert_eq!((t.line, t.event_id, t.what), (2, Some(id(8)), Tampered::Unsealed));
    let other = sealed(&log_of([attended(8, 4), attended(9, 5)])).to_jsonl();
    let mut replaced = lines.clone();
    replaced[1] = other.lines().nth(1).unwrap();
    let t = found(&replaced);
    assert_eq!((t.line, t.what), (2, Tampered::Header));
}

#[test]
fn an_end_cut_off_shows_against_a_head_kept_elsewhere() {
    let log = small();
    let head = log.head().unwrap();
    let text = log.to_jsonl();
    let cut: String = text.lines().take(1).flat_map(|l| [l, "\n"]).collect();
    assert!(verify(&cut, None).is_ok(), "the rest is a log of its own");
    let t = verify(&cut, Some(&head)).unwrap_err();
    assert_eq!((t.line, t.what), (1, Tampered::Head));
    assert!(t.expected.contains(&head));
}

#[test]
fn a_log_grown_since_its_head_was_kept_is_intact() {
    let mut log = sealed(&log_of([attended(1, 4)]));
    let kept = log.head().unwrap();
    log.append_sealed(vec![attended(2, 5)], Some(1), stamp).unwrap();
    assert_eq!(verify(&log.to_jsonl(), Some(&kept)).unwrap().expected_at, Some(1));
}

#[test]
fn a_tail_written_anew_shows_against_the_head() {
    let log = sealed(&log_of([attended(1, 4), call_out(2, 5)]));
    let forged = sealed(&log_of([attended(1, 4), attended(2, 5)]));
    assert!(verify(&forged.to_jsonl(), None).is_ok());
    assert_eq!(verify(&forged.to_jsonl(), log.head().as_deref()).unwrap_err().what, Tampered::Head);
}

#[test]
fn a_plain_log_does_not_verify() {
    assert_eq!(verify(&log_of([attended(1, 4)]).to_jsonl(), None).unwrap_err().what, Tampered::Unsealed);
    assert_eq!(verify("", None).unwrap_err().what, Tampered::Unsealed);
}

#[test]
fn a_log_is_plain_or_sealed_and_never_both() {
    let mut plain = log_of([attended(1, 4)]);
    assert_eq!(plain.append_sealed(vec![attended(2, 5)], None, stamp), Err(AppendError::Stamp { sealed: false }));
    let mut sealed = sealed(&plain);
    assert_eq!(sealed.append(attended(2, 5), None), Err(AppendError::Stamp { sealed: true }));
    let mixed = sealed.to_jsonl() + &attended(2, 5).to_line();
    assert_eq!(Log::parse("x", &mixed).unwrap_err().line, 2);
    let mixed = attended(2, 5).to_line() + "\n" + &sealed.to_jsonl();
    assert_eq!(Log::parse("x", &mixed).unwrap_err().line, 2);
}

#[test]
fn a_sealed_log_grows_as_if_it_had_been_sealed_whole() {
    let mut grown = Log::new(case());
    for r in [call_out(1, 4), attended(2, 5)] {
        grown.append_sealed(vec![r], None, stamp).unwrap();
    }
    assert_eq!(grown.to_jsonl(), sealed(&log_of([call_out(1, 4), attended(2, 5)])).to_jsonl());
    let again: Record = grown.records()[0].clone();
    assert_eq!(grown.append_sealed(vec![again], None, stamp), Ok(vec![Appended { position: 1, new: false }]));
}

#[test]
fn a_sealed_record_taken_into_another_log_leaves_its_seal_behind() {
    let sealed = sealed(&log_of([attended(1, 4)]));
    let log = log_of(sealed.records().iter().cloned());
    assert_eq!(log.to_jsonl(), log_of([attended(1, 4)]).to_jsonl());
    let changed = sealed.records()[0].clone().with_note("n");
    assert_eq!((changed.position(), changed.appended_at), (None, None), "what was sealed said something else");
}

#[test]
fn a_log_takes_nothing_before_it_was_recorded_and_never_goes_back() {
    let log = log_of([attended(1, 4), attended(2, 5)]);
    let early = |_| Stamp { appended_at: super::day(4), salt: [0; 16] };
    let e = seal(&log, early).unwrap_err();
    assert!(
        matches!(e, AppendError::Refused { event_id, ref field, .. } if event_id == id(2) && field == "recorded_at"),
        "{e}"
    );
    let backwards = |p: u64| Stamp { appended_at: super::day(if p == 1 { 20 } else { 10 }), salt: [0; 16] };
    let e = seal(&log, backwards).unwrap_err();
    assert!(matches!(e, AppendError::Refused { ref field, .. } if field == "appended_at"), "{e}");
}

#[test]
fn a_record_sealed_twice_is_refused_though_the_chain_holds() {
    let once = log_of([attended(1, 4)]);
    let doubled = sealed(&once.with_records([once.records(), once.records()].concat()));
    assert!(verify(&doubled.to_jsonl(), None).is_ok());
    assert_eq!(
        Log::parse("x", &doubled.to_jsonl()).unwrap_err().to_string(),
        "x:2: field `event_id`: expected each record of a sealed log once, found a repeated record"
    );
}
