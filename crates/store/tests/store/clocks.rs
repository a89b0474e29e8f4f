//! Clocks that differ, and one that goes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, Utc};
use risk_core::log::{AppendError, Record, verify};
use risk_store::{Options, Store, StoreError};
use serde_json::json;

use crate::place::{Place, feed, on_each};
use crate::records::{case, noted};

/// By this the machines go.
const NOON: &str = "2018-02-01T12:00:00Z";

/// A clock that can be set, in minutes after noon.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn set(&self, minutes: i64) {
        self.0.store(minutes, Ordering::SeqCst);
    }

    fn store(&self, place: &Place) -> Store {
        let minutes = Arc::clone(&self.0);
        let clock = move || noon() + Duration::minutes(minutes.load(Ordering::SeqCst));
        place.store_with(Options { clock: Box::new(clock), ..Options::default() })
    }
}

fn noon() -> DateTime<Utc> {
    NOON.parse().unwrap()
}

/// A record that another machine wrote so many minutes after noon.
fn recorded(of: u128, n: u128, minutes: i64) -> Record {
    let at = (noon() + Duration::minutes(minutes)).to_rfc3339();
    noted(case(of), n, "appointment_attended", json!({}), &at, None)
}

fn append(store: &Store, record: Record) -> Result<(), StoreError> {
    store.append(&feed(), record.case_id, vec![record], None).map(drop)
}

#[test]
fn a_clock_that_is_a_few_minutes_ahead_refuses_no_delivery_and_nothing_is_taken_before_it_was_recorded() {
    on_each(|place| {
        let store = Clock::default().store(place);
        for (n, minutes) in [(1, 0), (2, 4), (3, 1), (4, 5)] {
            append(&store, recorded(1, n, minutes)).unwrap();
        }
        let log = store.log(&feed(), case(1)).unwrap();
        assert!(log.records().iter().all(|r| r.appended_at.unwrap() >= r.recorded_at));
        verify(&log.to_jsonl(), log.head().as_deref()).unwrap();
        assert!(store.verify(None, |_| {}).unwrap().is_intact());
    });
}

#[test]
fn a_record_of_a_later_time_is_refused_with_this_machines_clock_and_nothing_of_its_delivery_is_kept() {
    on_each(|place| {
        let store = Clock::default().store(place);
        let refused = store.append(&feed(), case(1), vec![recorded(1, 1, 0), recorded(1, 2, 6)], None).unwrap_err();
        let StoreError::Append { error: AppendError::Refused { event_id, field, expected, found }, .. } = refused
        else {
            panic!("{refused}");
        };
        assert_eq!((event_id, field.as_str()), (recorded(1, 2, 6).event_id, "recorded_at"));
        assert_eq!(
            expected,
            "an instant at most 5 minutes after this machine's clock, 2018-02-01T12:00:00Z: one of the two clocks is wrong"
        );
        assert_eq!(found, "2018-02-01T12:06:00Z");
        assert!(matches!(store.log(&feed(), case(1)).unwrap_err(), StoreError::NotFound { .. }));
    });
}

#[test]
fn what_is_ahead_does_not_let_more_and_more_be_ahead() {
    let (place, clock) = (Place::file(), Clock::default());
    let store = clock.store(&place);
    append(&store, recorded(1, 1, 5)).unwrap();
    append(&store, recorded(1, 2, 9)).unwrap_err();
    append(&store, recorded(2, 3, 9)).unwrap_err();
    clock.set(4);
    append(&store, recorded(2, 3, 9)).unwrap();
}

#[test]
fn a_clock_that_was_set_back_stops_no_append() {
    on_each(|place| {
        let clock = Clock::default();
        let store = clock.store(place);
        append(&store, recorded(1, 1, 0)).unwrap();
        clock.set(-60);
        // Of this machine, by its own clock; of others, by the right one; again, what is there; and of a case that is new here.
        for (of, n, minutes) in [(1, 2, -60), (1, 3, 1), (1, 1, 0), (2, 4, -60), (2, 5, 30), (3, 6, 90)] {
            append(&store, recorded(of, n, minutes)).unwrap_or_else(|e| panic!("{of} {n}: {e}"));
        }
        for of in [1, 2, 3] {
            let log = store.log(&feed(), case(of)).unwrap();
            verify(&log.to_jsonl(), log.head().as_deref()).unwrap();
            let taken: Vec<_> = log.records().iter().map(|r| r.appended_at.unwrap()).collect();
            assert!(taken.is_sorted(), "{taken:?}");
        }
        append(&store, recorded(3, 7, 4 * 24 * 60)).unwrap_err();
    });
}
