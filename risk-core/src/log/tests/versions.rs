//! Which version is in force when.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::{attended, call_out, correction, day, erasure, event, id, log_of, record, retraction, third_party};
use crate::event::Event;
use crate::event::vocabulary::{Handling, Tri};
use crate::log::{Epoch, Log, Record, epochs};

fn corrected(n: u128, on: u32, of: u128, acceptable: &str) -> Record {
    correction(n, on, of, json!({ "acceptable": acceptable }))
}

/// Whether record 1 was attended acceptably, as the epoch has it; `None` where it is not there.
fn says(epoch: &Epoch<'_>) -> Option<Tri> {
    epoch.entries.iter().find(|e| e.record.event_id == id(1)).map(|e| match e.event.as_ref() {
        Event::AppointmentAttended(a) => a.acceptable,
        other => panic!("{}", other.kind()),
    })
}

fn story(log: &Log, known_at: u32) -> Vec<(Option<u32>, Option<Tri>)> {
    use chrono::Datelike;
    let epochs = epochs(log.records().iter(), day(known_at));
    epochs.iter().map(|e| (e.since.map(|s| s.day()), says(e))).collect()
}

#[test]
fn without_corrections_there_is_one_epoch_with_what_was_known() {
    let log = log_of([attended(1, 4), attended(2, 9)]);
    let all = epochs(log.records().iter(), day(8));
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].since, all[0].entries.len()), (None, 1));
    assert_eq!(epochs(std::iter::empty(), day(8)).len(), 1);
}

#[test]
fn a_correction_is_in_force_from_when_it_is_recorded() {
    let log = log_of([attended(1, 4), corrected(2, 6, 1, "no"), attended(3, 8)]);
    assert_eq!(story(&log, 5), [(None, Some(Tri::Unknown))]);
    assert_eq!(story(&log, 9), [(None, Some(Tri::Unknown)), (Some(6), Some(Tri::No))]);
    let epochs = epochs(log.records().iter(), day(9));
    assert!(epochs.iter().all(|e| e.entries.len() == 3), "later records and the correction itself are there too");
    assert_eq!(epochs[1].by, [id(2)]);
    assert_eq!(epochs[1].entries[0].corrected_at, Some(day(6)));
    assert_eq!(epochs[1].entries[0].record.event_id, id(1));
}

#[test]
fn a_correction_of_the_date_moves_the_event() {
    let data = json!({ "event_id": id(1).to_string(), "reason": "wrong_date", "by": "s1",
        "replacement": { "occurred_at": "2017-12-01T12:00:00Z", "data": {} } });
    let log = log_of([attended(1, 4), record(2, 6, "record_corrected", data)]);
    let epochs = epochs(log.records().iter(), day(9));
    assert_eq!([epochs[0].entries[0].occurred_at, epochs[1].entries[0].occurred_at], [day(4), day(1)]);
}

#[test]
fn a_version_carries_the_stricter_mark() {
    let strict = corrected(2, 6, 1, "no").with_handling(Handling::Restricted);
    let log = log_of([attended(1, 4), strict]);
    let epochs = epochs(log.records().iter(), day(9));
    assert_eq!(
        [epochs[0].entries[0].handling, epochs[1].entries[0].handling],
        [Handling::Ordinary, Handling::Restricted]
    );
}

#[test]
fn a_retraction_takes_the_record_out_from_then_on() {
    let log = log_of([attended(1, 4), retraction(2, 6, 1)]);
    assert_eq!(story(&log, 9), [(None, Some(Tri::Unknown)), (Some(6), None)]);
}

#[test]
fn a_retracted_correction_puts_the_old_version_back() {
    let log = log_of([
        attended(1, 4),
        corrected(2, 5, 1, "no"),
        corrected(3, 6, 1, "yes"),
        retraction(4, 7, 3),
        retraction(5, 8, 2),
    ]);
    let story = story(&log, 9);
    let tri: Vec<_> = story.iter().map(|(_, t)| t.unwrap()).collect();
    assert_eq!(tri, [Tri::Unknown, Tri::No, Tri::Yes, Tri::No, Tri::Unknown]);
}

#[test]
fn of_two_corrections_the_later_recorded_counts_whichever_the_log_took_first() {
    let earlier = corrected(3, 6, 1, "no");
    let later = corrected(2, 7, 1, "yes");
    for batch in [vec![earlier.clone(), later.clone()], vec![later, earlier]] {
        let log = log_of(std::iter::once(attended(1, 4)).chain(batch));
        assert_eq!(story(&log, 9).last(), Some(&(Some(7), Some(Tri::Yes))));
    }
}

#[test]
fn corrections_of_one_moment_make_one_epoch_and_the_greater_id_counts() {
    let log = log_of([corrected(3, 6, 1, "yes"), corrected(2, 6, 1, "no"), attended(1, 4)]);
    assert_eq!(story(&log, 9), [(None, Some(Tri::Unknown)), (Some(6), Some(Tri::Yes))]);
    assert_eq!(epochs(log.records().iter(), day(9))[1].by, [id(2), id(3)]);
}

#[test]
fn a_dispute_marks_and_begins_nothing() {
    let data = json!({ "event_id": id(1).to_string(), "reason": "accuracy_contested", "by": "s1" });
    let log = log_of([attended(1, 4), record(2, 6, "record_disputed", data)]);
    assert!(!epochs(log.records().iter(), day(5))[0].entries[0].disputed);
    let later = epochs(log.records().iter(), day(9));
    assert_eq!(later.len(), 1);
    assert!(later[0].entries[0].disputed && !later[0].entries[1].disputed);
}

#[test]
fn a_record_whose_erasure_is_recorded_but_not_carried_out_stands_before_it_only() {
    let log = log_of([attended(1, 4), erasure(2, 6, 1)]);
    assert_eq!(story(&log, 9), [(None, Some(Tri::Unknown)), (Some(6), None)]);
    let epochs = epochs(log.records().iter(), day(9));
    assert_eq!((epochs[0].withheld.as_slice(), epochs[1].withheld.as_slice()), (&[][..], &[id(1)][..]));
}

#[test]
fn a_record_whose_payload_is_gone_is_in_no_epoch() {
    let mut log = log_of([attended(1, 4)]);
    log.erase(erasure(2, 6, 1), None).unwrap();
    assert_eq!(story(&log, 9), [(None, None), (Some(6), None)]);
    assert!(epochs(log.records().iter(), day(9)).iter().all(|e| e.withheld == [id(1)]));
}

#[test]
fn a_correction_of_what_the_reader_cannot_see_is_an_entry_and_nothing_more() {
    let log =
        log_of([call_out(1, 4), third_party(correction(2, 6, 1, json!({ "outcome": "arrest" }))), attended(3, 5)]);
    let seen = log.records().iter().filter(|r| r.event_id != id(1));
    let epochs = epochs(seen, day(9));
    assert_eq!(epochs.len(), 1);
    assert_eq!(epochs[0].entries.len(), 2);
}

#[test]
fn an_epoch_shown_shows_no_data() {
    let log = log_of([record(1, 4, "police_call_out", json!({ "persons": ["p-secret"] }))]);
    assert!(!format!("{:?}", epochs(log.records().iter(), day(9))).contains("p-secret"));
}

#[test]
fn what_is_not_recognised_is_listed_until_it_is_retracted() {
    let newer =
        attended(1, 4).to_line().replace("appointment_attended", "tag_fitted").replace(r#""kind""#, r#""v":2,"kind""#);
    let log = log_of([Record::parse(&newer).unwrap(), retraction(2, 6, 1)]);
    let epochs = epochs(log.records().iter(), day(9));
    assert_eq!([epochs[0].unrecognised.len(), epochs[1].unrecognised.len()], [1, 0]);
}

/// Corrections of record 1, and retractions of some of them, at random times of a few days.
fn history() -> impl Strategy<Value = Vec<Record>> {
    let step = (6u32..12, prop_oneof![Just("yes"), Just("no")], prop::option::of(6u32..12));
    prop::collection::vec(step, 0..6).prop_map(|steps| {
        let mut records = vec![attended(1, 4)];
        for (n, (on, acceptable, retracted)) in (10u128..).step_by(2).zip(steps) {
            records.push(corrected(n, on, 1, acceptable));
            records.extend(retracted.map(|on| retraction(n + 1, on, n)));
        }
        records
    })
}

/// The same, worked out the slow way: take the history up to each moment, and look for the last correction not retracted.
fn worked_out(records: &[Record], moment: u32) -> Tri {
    let by_then: Vec<&Record> = records.iter().filter(|r| r.recorded_at <= day(moment)).collect();
    let retracted =
        |id: Uuid| by_then.iter().any(|r| matches!(r.event(), Some(Event::RecordRetracted(x)) if x.event_id == id));
    let mut standing = BTreeMap::new();
    for r in &by_then {
        if let Some(Event::RecordCorrected(c)) = r.event()
            && !retracted(r.event_id)
        {
            standing.insert((r.recorded_at, r.event_id), c.replacement.data.clone());
        }
    }
    standing.into_values().next_back().map_or(Tri::Unknown, |data| match event("appointment_attended", data) {
        Event::AppointmentAttended(a) => a.acceptable,
        other => panic!("{}", other.kind()),
    })
}

proptest! {
    #[test]
    fn the_last_epoch_known_is_the_history_known(records in history().prop_shuffle(), moment in 5u32..13) {
        let log = log_of(records.clone());
        let story = story(&log, moment);
        prop_assert_eq!(story.last().unwrap().1, Some(worked_out(&records, moment)));
        for (since, tri) in &story[1..] {
            prop_assert_eq!(*tri, Some(worked_out(&records, since.unwrap())));
        }
    }
}
