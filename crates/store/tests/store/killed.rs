//! A writer that is killed at any moment has lost nothing that was acknowledged, and left nothing half done.

use std::thread;
use std::time::Duration;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use risk_core::log::Log;
use risk_store::Store;
use uuid::Uuid;

use crate::place::{Place, feed};
use crate::records::case;
use crate::writer::{WriterOrder, killed};

/// How many writers are killed: 50, or as many as the variable says.
fn kills() -> u64 {
    std::env::var("RISK_STORE_KILLS").map_or(50, |n| n.parse().expect("RISK_STORE_KILLS is a number"))
}

#[test]
fn of_writers_killed_at_random_moments_every_acknowledged_record_is_in_the_file() {
    all_killed(&Place::file(), kills());
}

#[test]
fn of_writers_killed_at_random_moments_every_acknowledged_record_is_in_the_database() {
    let Some(place) = Place::database() else { return };
    all_killed(&place, (kills() / 10).max(10));
}

#[test]
fn of_writers_killed_over_tls_every_acknowledged_record_is_in_the_database() {
    let Some(place) = Place::encrypted() else { return };
    all_killed(&place, (kills() / 10).max(10));
}

fn all_killed(place: &Place, kills: u64) {
    let store = place.store();
    let (mut said, mut kept) = (0, 0);
    thread::scope(|scope| {
        // Two at a time, so that they also get into each other's way.
        let lanes = [0, 1].map(|lane| {
            let store = &store;
            let mine = (0..kills / 2).map(move |i| u128::from(i * 2 + lane));
            scope.spawn(move || mine.map(|i| one_kill(store, place, i)).collect::<Vec<_>>())
        });
        for (s, k) in lanes.into_iter().flat_map(|lane| lane.join().unwrap()) {
            said += s;
            kept += k;
        }
    });
    assert!(said > kills, "the writers were killed before they wrote: {said} records acknowledged");
    assert!(kept >= said);
    let verified = store.verify(None, |_| ()).unwrap();
    assert!(verified.is_intact(), "{:?}", verified.differences);
    // A server goes on with what it was given last.
    let in_flight = if store.is_server() { 2 * kills } else { 0 };
    assert!((kept..=kept + in_flight).contains(&verified.records), "{} records of {kept}", verified.records);
}

/// The logs of two cases, once nothing is added to them any more: a server ends what it was given, although no client waits for it.
fn at_rest(store: &Store, cases: [Uuid; 2]) -> [Option<Log>; 2] {
    let read = || cases.map(|id| store.log(&feed(), id).ok());
    let lengths = |logs: &[Option<Log>; 2]| logs.each_ref().map(|log| log.as_ref().map_or(0, Log::len));
    let mut logs = read();
    while store.is_server() {
        thread::sleep(Duration::from_millis(50));
        let later = read();
        let rests = lengths(&later) == lengths(&logs);
        logs = later;
        if rests {
            break;
        }
    }
    logs
}

/// Kills one writer; gives how many records were acknowledged and how many are there.
fn one_kill(store: &Store, place: &Place, i: u128) -> (u64, u64) {
    let first = 10 + i * 2;
    let child = WriterOrder { url: place.url.clone(), case: first, from: 1_000_000 * (i + 1), appends: 10_000 }.start();
    let mut random = ChaCha8Rng::seed_from_u64(u64::try_from(i).unwrap());
    // One in five is killed as it starts, opens the store and begins; the others as they write.
    let after = Duration::from_micros(random.random_range(0..20_000));
    let said = killed(child, !i.is_multiple_of(5), after);

    let logs = at_rest(store, [case(first), case(first + 1)]);
    for one in &said {
        let there = logs.iter().flatten().any(|log| log.case_id() == one.case_id && log.record(one.event_id).is_some());
        assert!(there, "an acknowledged record is gone: {one:?}");
    }
    let [a, b] = logs.map(|log| log.map_or(0, |log| log.len()));
    // Of the two cases the first has one and then two more for each two of the second.
    let pairs = b / 2;
    assert!(b % 2 == 0 && (a == pairs * 3 || a == pairs * 3 + 1), "an append is half there: {a} and {b}");
    let said = u64::try_from(said.len()).unwrap();
    assert!(a + b - said <= 4, "more than the last append was not acknowledged");
    (said, a + b)
}
