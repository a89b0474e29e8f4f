//! Who read what: written down, and refused to those who are excluded.

use risk_core::event::vocabulary::Audience;
use risk_store::{Act, CaseFilter, Operation, Reader, StoreError};

use crate::place::{feed, officer, on_each};
use crate::records::{call_out, case};
use chrono::Utc;

#[test]
fn every_reading_is_written_down_with_who_as_whom_what_for_and_when() {
    on_each(|place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        let manager = Reader::new("M-17", Audience::Manager).unwrap().with_purpose("complaint:4711").unwrap();
        store.consult(&manager, case(1), Utc::now()).unwrap();
        store.log(&feed(), case(1)).unwrap();
        let journal = store.journal(Some(case(1))).unwrap();
        let entries: Vec<_> = journal.iter().map(|e| (e.by.as_str(), e.operation, e.refused)).collect();
        assert_eq!(
            entries,
            [
                ("night-feed", Operation::Collection, false),
                ("M-17", Operation::Consultation, false),
                ("night-feed", Operation::Disclosure, false)
            ]
        );
        assert_eq!(
            (journal[1].audience.as_deref(), journal[1].purpose.as_deref()),
            (Some("manager"), Some("complaint:4711"))
        );
    });
}

#[test]
fn an_excluded_reader_is_refused_and_that_is_written_down_and_an_admitted_one_reads_again() {
    on_each(|place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        store.exclude(&feed(), case(1), "N07A001").unwrap();
        let refused = store.consult(&officer(), case(1), Utc::now()).unwrap_err();
        assert!(matches!(refused, StoreError::Excluded { .. }), "{refused}");
        let last = store.journal(Some(case(1))).unwrap().pop().unwrap();
        assert!(last.refused && last.by == "N07A001");
        let colleague = Reader::new("N07A002", Audience::ResponsibleOfficer).unwrap();
        assert!(store.consult(&colleague, case(1), Utc::now()).is_ok());
        store.admit(&feed(), case(1), "N07A001").unwrap();
        assert!(store.consult(&officer(), case(1), Utc::now()).is_ok());
        assert!(matches!(store.admit(&feed(), case(1), "N07A001").unwrap_err(), StoreError::NotFound { .. }));
    });
}

#[test]
fn in_a_caseload_an_excluded_case_is_told_as_such_and_shows_nothing() {
    on_each(|place| {
        let store = place.store();
        for n in 1..=3 {
            store.append(&feed(), case(n), vec![call_out(case(n), n)], None).unwrap();
            store.identify(&feed(), case(n), "team", if n == 3 { "south" } else { "north" }).unwrap();
        }
        store.exclude(&feed(), case(2), "N07A001").unwrap();
        let read = |only: Option<&CaseFilter>| -> Vec<_> {
            store
                .caseload(&officer(), Utc::now(), only)
                .map(|c| c.unwrap())
                .map(|c| (c.case_id, c.log.is_ok()))
                .collect()
        };
        assert_eq!(read(None), [(case(1), true), (case(2), false), (case(3), true)]);
        let north = CaseFilter { scheme: "team".to_owned(), value: "north".to_owned() };
        assert_eq!(read(Some(&north)), [(case(1), true), (case(2), false)]);
        assert_eq!(store.journal(Some(case(2))).unwrap().iter().filter(|e| e.refused).count(), 2);
    });
}

#[test]
fn a_caseload_of_several_pages_comes_whole_and_each_person_once() {
    on_each(|place| {
        let store = place.store();
        for n in 1..=130 {
            store.identify(&feed(), case(n), "team", "north").unwrap();
        }
        let read: Vec<_> = store.caseload(&officer(), Utc::now(), None).map(|c| c.unwrap().case_id).collect();
        assert_eq!(read, (1..=130).map(case).collect::<Vec<_>>());
        let counted = store.counted(&feed(), Utc::now(), None).unwrap().count();
        assert_eq!(counted, 130);
        assert!(store.journal(None).unwrap().iter().any(|e| e.act == Act::Counted));
    });
}

#[test]
fn ids_that_are_words_or_sentences_are_refused() {
    for id in ["", "Jo Bloggs", "N07A001\n", &"x".repeat(65)] {
        assert!(matches!(
            Reader::new(id, Audience::Manager).unwrap_err(),
            StoreError::Argument { field: "reader", .. }
        ));
    }
    assert!(officer().with_purpose("because I want to").is_err());
}
