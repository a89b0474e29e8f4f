//! A directory of facts that was taken back to an earlier end, where it is rightly chained, and journals that were removed whole.

use std::thread;

use chrono::Utc;
use risk_core::event::vocabulary::Audience;
use risk_core::log::chain::digest;
use risk_store::{Options, Reader, Store, StoreError};

use crate::place::{Place, feed, on_each};
use crate::records::{attended, call_out, case};

/// The case whose journal is the directory of facts.
const DIRECTORY: &str = "x'0000000000000000000000007269736b'";

/// The statements that take the directory back by so many facts.
pub fn taken_back(facts: u64) -> String {
    let of_directory = format!("FROM entry WHERE case_id = {DIRECTORY}");
    let last = format!("(SELECT coalesce(max(position), 0) {of_directory})");
    format!(
        "DELETE {of_directory} AND position > {last} - {facts};
         UPDATE head SET entries = {last},
         entry_hash = (SELECT hash {of_directory} ORDER BY position DESC LIMIT 1) WHERE case_id = {DIRECTORY}"
    )
}

fn reader(id: &str) -> Reader {
    Reader::new(id, Audience::Manager).unwrap()
}

fn is_altered<T: std::fmt::Debug>(read: Result<T, StoreError>) -> bool {
    matches!(read, Err(StoreError::Altered { case_id, .. }) if case_id == case(1))
}

/// Two cases, each with a name; from the first a reader is excluded, which is the newest fact.
fn filled(place: &Place) -> Store {
    let store = place.store();
    for n in 1..=2 {
        store.append(&feed(), case(n), vec![call_out(case(n), n)], None).unwrap();
        store.identify(&feed(), case(n), "crn", &format!("X{n}")).unwrap();
    }
    store.exclude(&feed(), case(1), "N07A001").unwrap();
    store
}

#[test]
fn an_exclusion_that_the_directory_no_longer_names_is_missed_by_every_reading() {
    on_each(|place| {
        let open_meanwhile = filled(place);
        assert!(open_meanwhile.consult(&reader("N07A002"), case(1), Utc::now()).is_ok());
        place.tamper(&taken_back(1));
        for store in [open_meanwhile, place.store()] {
            // Who is excluded is not known: no reader is answered.
            for id in ["N07A001", "N07A002"] {
                assert!(is_altered(store.consult(&reader(id), case(1), Utc::now())), "{id}");
            }
            assert!(is_altered(store.facts(case(1))));
            assert!(is_altered(store.append(&feed(), case(1), vec![attended(case(1), 9)], None)));
            assert!(is_altered(store.exclude(&feed(), case(1), "N07A003")));
            assert!(is_altered(store.identify(&feed(), case(1), "team", "north")));
            // Which name was taken away is not known.
            for name in ["X1", "X2", "X3"] {
                assert!(is_altered(store.cases_of("crn", name)), "{name}");
            }
            // Another case goes on.
            assert!(store.consult(&reader("N07A001"), case(2), Utc::now()).is_ok());
            store.append(&feed(), case(2), vec![attended(case(2), 9)], None).unwrap();
            let listed = |reader: &Reader| {
                let people = store.caseload(reader, Utc::now(), None).map(Result::unwrap);
                people.map(|p| (p.case_id, p.log.is_ok())).collect::<Vec<_>>()
            };
            assert_eq!(listed(&reader("N07A001")), [(case(1), false), (case(2), true)]);
            let found = store.verify(None, |_| ()).unwrap().differences;
            assert!(found.iter().any(|d| d.case_id == Some(case(1)) && d.what.contains("fact")), "{found:?}");
        }
    });
}

#[test]
fn a_directory_that_was_taken_back_and_grew_again_still_misses_what_was_taken() {
    on_each(|place| {
        let store = filled(place);
        place.tamper(&taken_back(1));
        // A fact of another case is now the newest.
        store.exclude(&feed(), case(2), "N07A005").unwrap();
        for store in [store, place.store()] {
            assert!(is_altered(store.consult(&reader("N07A001"), case(1), Utc::now())));
            assert!(is_altered(store.cases_of("crn", "x1")));
            assert_eq!(store.cases_of("crn", "X2").unwrap(), [case(2)]);
            assert!(!store.verify(None, |_| ()).unwrap().is_intact());
        }
    });
}

#[test]
fn a_journal_of_an_older_version_that_counts_no_facts_is_counted_when_it_is_read() {
    let place = Place::file();
    let store = place.store();
    store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    drop(store);
    let raw = place.raw();
    let id = case(1);
    let previous: String =
        raw.query_row("SELECT entry_hash FROM head WHERE entries = 1 AND records = 1", [], |row| row.get(0)).unwrap();
    let text = format!(
        r#"{{"position":2,"at":"2026-11-02T10:00:00.000000Z","by":"night-feed","operation":"alteration","case_id":"{id}","act":"excluded_reader","reader":"N07A001"}}"#
    );
    let hash = digest("risk-store/1 entry", [("previous", previous.as_str()), ("entry", &text)].into_iter());
    let values = rusqlite::params![id.as_bytes(), text, hash];
    raw.execute("INSERT INTO entry (case_id, position, subject, text, hash) VALUES (?1, 2, 'reader', ?2, ?3)", values)
        .unwrap();
    raw.execute(
        "UPDATE head SET entries = 2, entry_hash = ?2 WHERE case_id = ?1",
        rusqlite::params![id.as_bytes(), hash],
    )
    .unwrap();
    place.tamper(&format!(
        "DELETE FROM entry WHERE case_id = {DIRECTORY}; DELETE FROM head WHERE case_id = {DIRECTORY};
         DROP TABLE waiting; DROP TABLE waiting_for; DROP TABLE kept_value;
         DROP INDEX entry_newest_fact; DELETE FROM store_form WHERE version >= 4"
    ));
    drop(raw);
    let store = place.store();
    assert!(matches!(store.consult(&reader("n07a001"), case(1), Utc::now()), Err(StoreError::Excluded { .. })));
    assert!(store.verify(None, |_| ()).unwrap().is_intact());
    // The next entry counts again.
    let counts = || store.journal(Some(case(1))).unwrap().iter().map(|entry| entry.facts).collect::<Vec<_>>();
    assert_eq!(counts(), [Some(0), None, Some(1)]);
    place.tamper("DELETE FROM entry WHERE position = 3; UPDATE head SET entries = 2, entry_hash = (SELECT hash FROM entry WHERE position = 2 AND subject = 'reader') WHERE entries = 3");
    place.tamper(&taken_back(1));
    assert!(is_altered(place.store().consult(&reader("N07A001"), case(1), Utc::now())));
}

#[test]
fn journals_that_were_removed_are_a_difference_and_their_cases_are_not_answered() {
    on_each(|place| {
        let store = filled(place);
        place.tamper("DELETE FROM entry; DELETE FROM identifier; UPDATE head SET entries = 0, entry_hash = ''");
        for store in [store, place.store()] {
            let found = store.verify(None, |_| ()).unwrap();
            for n in 1..=2 {
                let of_case = found.differences.iter().filter(|d| d.case_id == Some(case(n)));
                assert!(of_case.clone().any(|d| d.what.contains("expected a journal")), "{:?}", found.differences);
                let read = store.consult(&reader("N07A001"), case(n), Utc::now());
                assert!(matches!(read, Err(StoreError::Altered { .. })), "{read:?}");
            }
        }
    });
}

#[test]
fn whoever_reads_while_others_state_facts_is_never_refused() {
    on_each(|place| {
        filled(place);
        thread::scope(|scope| {
            for lane in 0..4_u32 {
                scope.spawn(move || {
                    let store = Store::open(&place.url, Options::default()).unwrap();
                    for i in 0..15 {
                        let n = u128::from(1 + (lane + i) % 2);
                        store.exclude(&feed(), case(n), &format!("N{lane}{i}")).unwrap();
                        store.consult(&reader("N07A002"), case(n), Utc::now()).unwrap();
                        assert_eq!(store.cases_of("crn", &format!("X{n}")).unwrap(), [case(n)]);
                        store.identify(&feed(), case(n), &format!("s{lane}"), &format!("v{i}")).unwrap();
                    }
                });
            }
        });
        assert!(place.store().verify(None, |_| ()).unwrap().is_intact());
    });
}
