//! From one store into another.

use risk_core::log::Log;
use risk_store::{Imported, Store, StoreError};

use crate::place::{Place, feed, on_each};
use crate::records::{attended, call_out, case, erasure};

fn exported(store: &Store, journals: bool) -> String {
    let mut out = Vec::new();
    store.export(&feed(), None, journals, &mut out, |_| ()).unwrap();
    String::from_utf8(out).unwrap()
}

fn import(store: &Store, text: &str) -> Result<Imported, StoreError> {
    store.import(&feed(), "cases.jsonl", &mut text.as_bytes(), |_| ())
}

fn filled() -> (Place, Store) {
    let place = Place::file();
    let store = place.store();
    for n in 1..=3 {
        store.append(&feed(), case(n), vec![call_out(case(n), n * 10), attended(case(n), n * 10 + 1)], None).unwrap();
    }
    store.identify(&feed(), case(1), "crn", "X1").unwrap();
    store.exclude(&feed(), case(2), "N07A001").unwrap();
    (place, store)
}

#[test]
fn a_store_moves_with_its_hashes_its_identifiers_and_its_exclusions() {
    let (_place, store) = filled();
    let checkpoint = store.checkpoint().unwrap();
    let text = exported(&store, true);
    on_each(|place| {
        let other = place.store();
        let imported = import(&other, &text).unwrap();
        assert_eq!((imported.cases, imported.added, imported.known), (3, 6, 0));
        assert_eq!(other.cases_of("crn", "X1").unwrap(), [case(1)]);
        assert!(other.facts(case(2)).unwrap().excluded.contains("N07A001"));
        let differences = other.verify(Some(&checkpoint), |_| ()).unwrap().differences;
        // Only the journal of the store as a whole is its own.
        assert!(differences.iter().all(|d| d.case_id.is_none()), "{differences:?}");
        let before = other.checkpoint().unwrap().root;
        let again = import(&other, &text).unwrap();
        assert_eq!((again.added, again.known), (0, 6));
        assert_eq!(other.checkpoint().unwrap().root, before, "taken in again, nothing changes");
    });
}

#[test]
fn evidence_moves_with_its_store_and_is_checked_on_the_way() {
    let (_place, store) = filled();
    store.restrict(&feed(), case(1), erasure_of(10)).unwrap();
    let line = store.evidence(&feed(), case(1), crate::records::event(10)).unwrap();
    let text = exported(&store, true);
    on_each(|place| {
        let other = place.store();
        let changed = text.replace("no_further_action", "some_other_action");
        let refused = import(&other, &changed).unwrap_err().to_string();
        assert!(refused.starts_with("cases.jsonl:"), "{refused}");
        import(&other, &text).unwrap();
        assert_eq!(other.evidence(&feed(), case(1), crate::records::event(10)).unwrap(), line);
        let verified = other.verify(None, |_| ()).unwrap();
        assert!(verified.is_intact(), "{:?}", verified.differences);
        assert_eq!(import(&other, &text).unwrap().added, 0);
    });
    // Without its journal nothing says that it was restricted, and none is given out.
    assert!(!exported(&store, false).contains("evidence"));
}

#[test]
fn what_an_export_holds_of_a_case_is_its_sealed_log() {
    let (_place, store) = filled();
    let text = exported(&store, false);
    let logs: Vec<String> = (1..=3).map(|n| store.log(&feed(), case(n)).unwrap().to_jsonl()).collect();
    assert_eq!(text, logs.concat());
    let mut one = Vec::new();
    store.export(&feed(), Some(&[case(2)]), false, &mut one, |_| ()).unwrap();
    assert_eq!(String::from_utf8(one).unwrap(), logs[1]);
}

#[test]
fn a_later_export_goes_on_from_an_earlier_one_and_takes_what_was_erased_away() {
    let (_place, store) = filled();
    let early = exported(&store, false);
    store.append(&feed(), case(1), vec![attended(case(1), 77)], None).unwrap();
    store.erase(&feed(), case(1), erasure_of(10)).unwrap();
    let late = exported(&store, false);
    on_each(|place| {
        let other = place.store();
        import(&other, &early).unwrap();
        let imported = import(&other, &late).unwrap();
        assert_eq!((imported.added, imported.known, imported.erased), (2, 6, 1));
        assert_eq!(exported(&other, false), late);
        // The earlier one again brings no payload back.
        assert_eq!(import(&other, &early).unwrap().added, 0);
        assert_eq!(exported(&other, false), late);
        drop(other);
        assert_eq!(exported(&place.store(), false), late, "not only in memory");
    });
}

fn erasure_of(n: u128) -> risk_core::log::Record {
    erasure(case(1), 78, n).with_handling(risk_core::event::vocabulary::Handling::ThirdParty)
}

#[test]
fn plain_logs_are_sealed_as_they_come_in() {
    let mut plain = Log::new(case(5));
    plain.append_all(vec![call_out(case(5), 50), attended(case(5), 51)], None).unwrap();
    on_each(|place| {
        let store = place.store();
        assert_eq!(import(&store, &plain.to_jsonl()).unwrap().added, 2);
        assert!(store.log(&feed(), case(5)).unwrap().is_sealed());
        assert_eq!(import(&store, &plain.to_jsonl()).unwrap().known, 2);
    });
}

#[test]
fn what_is_wrong_on_one_line_is_named_and_nothing_is_taken_in() {
    let (_place, store) = filled();
    let text = exported(&store, true);
    let lines = text.lines().count();
    let changes: [(&str, &str, &str); 4] = [
        ("a record with another hash", "no_further_action", "arrest"),
        ("a journal entry of another", "night-feed", "N07A009"),
        ("no JSON", "{\"event_id\"", "{event_id"),
        ("a kind that nobody knows", "\"kind\":\"police_call_out\"", "\"kind\":\"police_callout\""),
    ];
    on_each(|place| {
        let other = place.store();
        for (what, from, to) in changes {
            // In the last case, so that the others were taken in before it.
            let at = text.rfind(from).unwrap();
            let changed = format!("{}{to}{}", &text[..at], &text[at + from.len()..]);
            let refused = import(&other, &changed).unwrap_err().to_string();
            let line: usize = refused.strip_prefix("cases.jsonl:").unwrap().split(':').next().unwrap().parse().unwrap();
            assert!(line > lines / 2, "{what}: {refused}");
            assert_eq!(other.cases(&feed()).unwrap().count(), 0, "{what}");
        }
    });
}

#[test]
fn a_log_that_goes_another_way_than_the_one_in_the_store_is_refused() {
    on_each(|place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        let elsewhere = Place::file().store_of_one();
        let refused = import(&store, &elsewhere).unwrap_err().to_string();
        assert!(
            refused.contains("cases.jsonl:1") && refused.contains("goes on from the one in the store"),
            "{refused}"
        );
    });
}

impl Place {
    /// A sealed log of the same case with another history.
    fn store_of_one(self) -> String {
        let store = self.store();
        store.append(&feed(), case(1), vec![attended(case(1), 2)], None).unwrap();
        exported(&store, false)
    }
}
