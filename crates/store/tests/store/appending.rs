//! Appending: all or none, once only, and kept.

use risk_core::log::{AppendError, verify};
use risk_store::{Addition, Options, StoreError};

use chrono::{DateTime, Duration, Utc};

use crate::place::{feed, on_each};
use crate::records::{attended, call_out, case};

#[test]
fn what_was_appended_is_read_back_sealed_and_whole() {
    on_each(|place| {
        let store = place.store();
        let appended =
            store.append(&feed(), case(1), vec![call_out(case(1), 1), attended(case(1), 2)], Some(0)).unwrap();
        assert_eq!(appended.iter().map(|a| (a.position, a.new)).collect::<Vec<_>>(), [(1, true), (2, true)]);
        drop(store);
        let log = place.store().log(&feed(), case(1)).unwrap();
        assert_eq!(log.len(), 2);
        assert_eq!(verify(&log.to_jsonl(), log.head().as_deref()).unwrap().records, 2);
    });
}

#[test]
fn a_record_delivered_twice_is_kept_once_and_other_content_under_its_id_is_refused() {
    on_each(|place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        let again = store.append(&feed(), case(1), vec![call_out(case(1), 1)], Some(0)).unwrap();
        assert_eq!((again[0].position, again[0].new), (1, false));
        let other = store.append(&feed(), case(1), vec![attended(case(1), 1)], None).unwrap_err();
        assert!(
            matches!(other, StoreError::Append { error: AppendError::Conflict { position: 1, .. }, .. }),
            "{other}"
        );
        assert_eq!(store.log(&feed(), case(1)).unwrap().len(), 1);
    });
}

#[test]
fn a_batch_for_several_cases_is_kept_whole_or_not_at_all() {
    on_each(|place| {
        let store = place.store();
        let addition = |n, records, expected_position| Addition { case_id: case(n), records, expected_position };
        let refused = store
            .append_all(
                &feed(),
                &[addition(2, vec![call_out(case(2), 1)], None), addition(1, vec![call_out(case(1), 2)], Some(7))],
            )
            .unwrap_err();
        assert!(
            matches!(
                refused,
                StoreError::Append { error: AppendError::PositionConflict { expected: 7, actual: 0 }, .. }
            ),
            "{refused}"
        );
        assert!(matches!(store.log(&feed(), case(2)).unwrap_err(), StoreError::NotFound { .. }));
    });
}

#[test]
fn what_another_program_appended_meanwhile_is_seen_before_anything_is_appended_behind_it() {
    on_each(|place| {
        let (one, other) = (place.store(), place.store());
        one.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        other.append(&feed(), case(1), vec![attended(case(1), 2)], Some(1)).unwrap();
        let stale = one.append(&feed(), case(1), vec![attended(case(1), 3)], Some(1)).unwrap_err();
        assert!(
            matches!(stale, StoreError::Append { error: AppendError::PositionConflict { expected: 1, actual: 2 }, .. }),
            "{stale}"
        );
        assert_eq!(one.append(&feed(), case(1), vec![attended(case(1), 3)], Some(2)).unwrap()[0].position, 3);
        assert_eq!(other.log(&feed(), case(1)).unwrap().to_jsonl(), one.log(&feed(), case(1)).unwrap().to_jsonl());
    });
}

#[test]
fn the_time_at_which_the_store_takes_a_record_never_goes_back_and_is_never_before_the_record() {
    let at = |day: &str| day.parse::<DateTime<Utc>>().unwrap();
    on_each(|place| {
        let set = |now: DateTime<Utc>| place.store_with(Options { clock: Box::new(move || now), ..Options::default() });
        let noon = at("2018-06-01T12:00:00Z");
        set(noon).append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        set(noon - Duration::hours(1)).append(&feed(), case(1), vec![attended(case(1), 2)], None).unwrap();
        let log = set(noon).log(&feed(), case(1)).unwrap();
        assert_eq!(log.records().iter().map(|r| r.appended_at).collect::<Vec<_>>(), [Some(noon), Some(noon)]);
    });
    // Where no record says that the clock has gone back, what is recorded later than it says is refused.
    on_each(|place| {
        let early = at("2018-01-01T00:00:00Z");
        let store = place.store_with(Options { clock: Box::new(move || early), ..Options::default() });
        let refused = store.append(&feed(), case(2), vec![call_out(case(2), 3)], None).unwrap_err();
        assert!(matches!(refused, StoreError::Append { error: AppendError::Refused { .. }, .. }), "{refused}");
    });
}
