//! What a store believes, and what it says where it must not.

use chrono::{DateTime, Duration, Utc};
use risk_core::event::vocabulary::{Audience, Handling};
use risk_store::{Options, Reader, Store, StoreError};

use crate::place::{Place, feed, on_each};
use crate::records::{attended, call_out, case, erasure, event};

fn reader(id: &str) -> Reader {
    Reader::new(id, Audience::Manager).unwrap()
}

#[test]
fn whoever_is_excluded_is_excluded_in_whatever_case_the_id_is_written() {
    on_each(|place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        store.exclude(&feed(), case(1), "n07a009").unwrap();
        for id in ["N07A009", "n07a009", "N07a009"] {
            let refused = store.consult(&reader(id), case(1), Utc::now()).unwrap_err();
            assert!(matches!(refused, StoreError::Excluded { .. }), "{id}: {refused}");
        }
        assert!(store.consult(&reader("N07A0099"), case(1), Utc::now()).is_ok());
        // Said again in another spelling it changes nothing; and any spelling takes it back.
        let entries = store.journal(Some(case(1))).unwrap().len();
        store.exclude(&feed(), case(1), "N07A009").unwrap();
        assert_eq!(store.journal(Some(case(1))).unwrap().len(), entries);
        store.admit(&feed(), case(1), "N07A009").unwrap();
        assert!(store.consult(&reader("n07a009"), case(1), Utc::now()).is_ok());
    });
}

#[test]
fn an_identifier_stands_for_one_case_in_whatever_case_it_is_written() {
    on_each(|place| {
        let store = place.store();
        store.identify(&feed(), case(1), "crn", "X800001").unwrap();
        for (scheme, value) in [("crn", "x800001"), ("CRN", "X800001"), ("Crn", "x800001")] {
            let taken = store.identify(&feed(), case(2), scheme, value).unwrap_err();
            assert!(matches!(taken, StoreError::Taken { case_id, .. } if case_id == case(1)), "{taken}");
            assert_eq!(store.cases_of(scheme, value).unwrap(), [case(1)]);
            // Of the same case it says nothing new.
            store.identify(&feed(), case(1), scheme, value).unwrap();
        }
        assert_eq!(store.facts(case(1)).unwrap().identifiers["crn"], "X800001");
        store.identify(&feed(), case(1), "team", "north").unwrap();
        let near = store.identify(&feed(), case(2), "TEAM", "North").unwrap_err();
        assert!(matches!(near, StoreError::NearDuplicate { .. }), "{near}");
        assert!(near.to_string().contains("team North differs only in case from north"), "{near}");
        assert!(store.facts(case(2)).is_err(), "nothing was written");
        store.unidentify(&feed(), case(1), "CRN").unwrap();
        store.identify(&feed(), case(2), "CRN", "x800001").unwrap();
        assert_eq!(store.cases_of("crn", "X800001").unwrap(), [case(2)]);
    });
}

#[test]
fn identifiers_that_differ_in_case_only_and_are_older_are_both_found() {
    let place = Place::file();
    let store = place.store();
    store.identify(&feed(), case(1), "crn", "X800001").unwrap();
    store.identify(&feed(), case(2), "crn", "X800002").unwrap();
    let old = old_form(&place, store);
    let raw = old.raw();
    // As a version wrote it that compared them byte by byte.
    let id = case(2);
    let text = format!(
        r#"{{"position":1,"at":"2026-11-02T10:00:00.000000Z","by":"night-feed","operation":"alteration","case_id":"{id}","act":"identified","scheme":"crn","value":"x800001"}}"#
    );
    let members = [("previous", ""), ("entry", text.as_str())];
    let hash = risk_core::log::chain::digest("risk-store/1 entry", members.into_iter());
    let values = rusqlite::params![id.as_bytes(), text, hash];
    raw.execute("UPDATE entry SET text = ?2, hash = ?3, subject = 'crn=' WHERE case_id = ?1", values).unwrap();
    let name = "UPDATE identifier SET name = 'crn=x800001', salt = '' WHERE case_id = ?1";
    raw.execute(name, [id.as_bytes()]).unwrap();
    raw.execute("UPDATE head SET entry_hash = ?2 WHERE case_id = ?1", rusqlite::params![id.as_bytes(), hash]).unwrap();
    drop(raw);
    let store = old.store();
    assert!(store.verify(None, |_| ()).unwrap().is_intact());
    assert_eq!(store.cases_of("crn", "X800001").unwrap(), [case(1), case(2)]);
    store.unidentify(&feed(), case(2), "crn").unwrap();
    assert_eq!(store.cases_of("crn", "X800001").unwrap(), [case(1)]);
}

/// The store as the form before had it, without a directory of facts.
fn old_form(place: &Place, store: Store) -> Place {
    drop(store);
    let directory = "x'0000000000000000000000007269736b'";
    let raw = place.raw();
    for table in ["entry", "head"] {
        raw.execute(&format!("DELETE FROM {table} WHERE case_id = {directory}"), []).unwrap();
    }
    raw.execute_batch(
        "DROP TABLE waiting; DROP TABLE waiting_for; DROP TABLE kept_value;
         DROP INDEX entry_newest_fact; DELETE FROM store_form WHERE version >= 4",
    )
    .unwrap();
    Place::again(&place.url)
}

#[test]
fn a_store_without_a_directory_of_facts_gets_one_of_its_verified_journals_alone() {
    let filled = |place: &Place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        store.identify(&feed(), case(1), "crn", "X1").unwrap();
        store.exclude(&feed(), case(1), "N07A001").unwrap();
        old_form(place, store)
    };
    let place = Place::file();
    let store = filled(&place).store();
    assert!(store.facts(case(1)).unwrap().excluded.contains("N07A001"));
    assert_eq!(store.cases_of("crn", "X1").unwrap(), [case(1)]);
    assert!(store.verify(None, |_| ()).unwrap().is_intact());

    // Found by no index.
    let place = Place::file();
    let old = filled(&place);
    old.raw().execute("UPDATE entry SET subject = NULL", []).unwrap();
    let store = old.store();
    assert!(store.consult(&reader("N07A001"), case(1), Utc::now()).is_err());
    assert!(!store.verify(None, |_| ()).unwrap().is_intact());
}

#[test]
fn evidence_that_was_altered_or_is_gone_is_said_to_be_and_never_shown() {
    on_each(|place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![call_out(case(1), 1), attended(case(1), 2)], None).unwrap();
        let by_law = erasure(case(1), 9, 1).with_handling(Handling::ThirdParty);
        store.restrict(&feed(), case(1), by_law).unwrap();
        let line = store.evidence(&feed(), case(1), event(1)).unwrap();
        assert!(line.contains("no_further_action"));
        let is_server = store.is_server();
        let run = |sql: &str| {
            if is_server {
                postgres::Client::connect(&place.url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
            } else {
                place.raw().execute_batch(sql).unwrap();
            }
        };
        let replaced = if is_server {
            "UPDATE evidence SET payload = convert_to(replace(convert_from(payload, 'UTF8'), 'no_further', 'some_other'), 'UTF8')"
        } else {
            "UPDATE evidence SET payload = CAST(replace(payload, 'no_further', 'some_other') AS BLOB)"
        };
        for (sql, says) in [(replaced, "payload"), ("DELETE FROM evidence", "expected it, found none")] {
            run(sql);
            let refused = store.evidence(&feed(), case(1), event(1)).unwrap_err();
            assert!(matches!(refused, StoreError::Altered { .. }), "{sql}: {refused}");
            assert!(refused.to_string().contains(says), "{sql}: {refused}");
            let found = store.verify(None, |_| ()).unwrap().differences;
            assert!(found.len() == 1 && found[0].what.contains("evidence"), "{sql}: {found:?}");
            assert_eq!(found[0].case_id, Some(case(1)));
        }
        // One that never was restricted has none, and that is no alteration.
        assert!(matches!(store.evidence(&feed(), case(1), event(2)).unwrap_err(), StoreError::NotFound { .. }));
    });
}

#[test]
fn what_the_law_had_erased_and_someone_put_back_is_reported() {
    let place = Place::file();
    let store = place.store();
    store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    let raw = place.raw();
    raw.execute_batch("CREATE TEMP TABLE held AS SELECT place, payload FROM record").unwrap();
    store.erase(&feed(), case(1), erasure(case(1), 9, 1).with_handling(Handling::ThirdParty)).unwrap();
    raw.execute(
        "UPDATE record SET payload = (SELECT h.payload FROM held h WHERE h.place = record.place) WHERE position = 1",
        [],
    )
    .unwrap();
    let found = store.verify(None, |_| ()).unwrap().differences;
    assert!(found.len() == 1 && found[0].what.contains("as it was erased"), "{found:?}");
}

#[test]
fn a_follower_beyond_the_end_is_refused_with_its_place_and_the_end() {
    on_each(|place| {
        let store = place.store();
        for n in 1..=5 {
            store.append(&feed(), case(n), vec![call_out(case(n), n)], None).unwrap();
        }
        let last = store.changes(&feed(), 0, 100).unwrap().last().unwrap().place;
        assert_eq!(store.changes(&feed(), last, 100).unwrap(), []);
        for beyond in [last + 1, 1000, u64::MAX] {
            let refused = store.changes(&feed(), beyond, 100).unwrap_err();
            assert!(
                matches!(refused, StoreError::BeyondEnd { place, end } if place == beyond && end == last),
                "{refused}"
            );
            assert!(refused.to_string().contains(&last.to_string()), "{refused}");
        }
    });
    // A store that was taken in anew has another order, and is shorter.
    let (one, other) = (Place::file(), Place::file());
    let store = one.store();
    for n in 1..=5 {
        store.append(&feed(), case(1), vec![attended(case(1), n)], None).unwrap();
    }
    let mut text = Vec::new();
    store.export(&feed(), None, true, &mut text, |_| ()).unwrap();
    let restored = other.store();
    restored.import(&feed(), "all.jsonl", &mut text.as_slice(), |_| ()).unwrap();
    assert!(restored.verify(None, |_| ()).unwrap().is_intact());
    assert!(matches!(restored.changes(&feed(), 6, 10).unwrap_err(), StoreError::BeyondEnd { place: 6, end: 5 }));
}

#[test]
fn a_journal_whose_time_runs_backwards_is_reported_and_is_no_difference() {
    let at = |day: &str| day.parse::<DateTime<Utc>>().unwrap();
    on_each(|place| {
        let on = |now: DateTime<Utc>| place.store_with(Options { clock: Box::new(move || now), ..Options::default() });
        let noon = at("2018-06-01T12:00:00Z");
        on(noon).append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        // As far as writers wait for each other, it says nothing of a clock.
        on(noon - Duration::seconds(20)).append(&feed(), case(1), vec![attended(case(1), 2)], None).unwrap();
        assert_eq!(on(noon).verify(None, |_| ()).unwrap().remarks, []);
        on(noon - Duration::hours(1)).append(&feed(), case(1), vec![attended(case(1), 3)], None).unwrap();
        let found = on(noon).verify(None, |_| ()).unwrap();
        assert!(found.is_intact());
        assert_eq!(found.remarks.len(), 1, "{:?}", found.remarks);
        assert_eq!(found.remarks[0].case_id, Some(case(1)));
        assert!(
            found.remarks[0].what.contains("journal entry 3") && found.remarks[0].what.contains("2018-06-01T11:00:00")
        );
    });
}

#[test]
fn a_checkpoint_is_made_of_an_intact_store_alone_and_of_one_that_continues_the_older() {
    on_each(|place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        let older = store.checkpoint().unwrap();
        assert_eq!(store.records_since(Some(&older)).unwrap(), 0);
        store.append(&feed(), case(1), vec![attended(case(1), 2)], None).unwrap();
        assert_eq!((store.records_since(Some(&older)).unwrap(), store.records_since(None).unwrap()), (1, 2));
        store.checkpoint_extending(Some(&older), |_| ()).unwrap();

        let other = Place::file();
        let anew = other.store();
        anew.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        let refused = anew.checkpoint_extending(Some(&older), |_| ()).unwrap_err();
        assert!(matches!(refused, StoreError::NotIntact { .. }), "{refused}");
        assert!(refused.to_string().contains(&case(1).to_string()), "{refused}");
    });
    let place = Place::file();
    let store = place.store();
    store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    place.raw().execute("UPDATE head SET records = 7 WHERE records = 1", []).unwrap();
    assert!(matches!(store.checkpoint().unwrap_err(), StoreError::NotIntact { .. }));
}

#[test]
fn a_case_that_cannot_be_read_stops_no_caseload_and_is_listed() {
    on_each(|place| {
        let store = place.store();
        for n in 1..=4 {
            store.append(&feed(), case(n), vec![call_out(case(n), n)], None).unwrap();
        }
        let id = |n: u128| {
            if store.is_server() { format!("'\\x{}'", case(n).simple()) } else { format!("x'{}'", case(n).simple()) }
        };
        for sql in [
            format!("DELETE FROM head WHERE case_id = {}", id(1)),
            format!("UPDATE head SET records = -1 WHERE case_id = {}", id(2)),
            format!("UPDATE record SET header = '' WHERE case_id = {}", id(3)),
        ] {
            if store.is_server() {
                postgres::Client::connect(&place.url, postgres::NoTls).unwrap().batch_execute(&sql).unwrap();
            } else {
                place.raw().execute_batch(&sql).unwrap();
            }
        }
        let store = place.store();
        let listed = |people: Vec<risk_store::Consulted>| {
            let mut listed: Vec<_> = people.into_iter().map(|p| (p.case_id, p.log.is_ok())).collect();
            listed.sort();
            assert_eq!(listed, [(case(1), false), (case(2), false), (case(3), false), (case(4), true)]);
        };
        let reader = reader("N07A002");
        listed(store.caseload(&reader, Utc::now(), None).map(Result::unwrap).collect());
        listed(store.counted(&feed(), Utc::now(), None).unwrap().map(Result::unwrap).collect());
    });
}
