//! What the host calls its cases, and which of them are of one person.

use chrono::{DateTime, Utc};
use risk_core::log::AppendError;
use risk_store::{Options, StoreError};

use crate::place::{feed, officer, on_each};
use crate::records::{attended, call_out, case};

#[test]
fn a_crn_stands_for_one_case_until_it_is_taken_from_it() {
    on_each(|place| {
        let store = place.store();
        store.identify(&feed(), case(1), "crn", "X123456").unwrap();
        store.identify(&feed(), case(1), "crn", "X123456").unwrap();
        assert_eq!(store.cases_of("crn", "X123456").unwrap(), [case(1)]);
        let taken = store.identify(&feed(), case(2), "crn", "X123456").unwrap_err();
        assert!(matches!(taken, StoreError::Taken { case_id, .. } if case_id == case(1)), "{taken}");
        store.unidentify(&feed(), case(1), "crn").unwrap();
        assert!(store.cases_of("crn", "X123456").unwrap().is_empty());
        store.identify(&feed(), case(2), "crn", "X123456").unwrap();
        assert_eq!(store.cases_of("crn", "X123456").unwrap(), [case(2)]);
        assert!(matches!(store.unidentify(&feed(), case(1), "crn").unwrap_err(), StoreError::NotFound { .. }));
    });
}

#[test]
fn a_new_identifier_takes_the_place_of_the_one_before_and_many_cases_share_a_team() {
    on_each(|place| {
        let store = place.store();
        store.identify(&feed(), case(1), "team", "north").unwrap();
        store.identify(&feed(), case(2), "team", "north").unwrap();
        assert_eq!(store.cases_of("team", "north").unwrap(), [case(1), case(2)]);
        store.identify(&feed(), case(1), "team", "south").unwrap();
        assert_eq!(store.cases_of("team", "north").unwrap(), [case(2)]);
        assert_eq!(store.facts(case(1)).unwrap().identifiers["team"], "south");
    });
}

#[test]
fn merged_cases_are_answered_together_and_parted_again_each_has_its_own() {
    on_each(|place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![call_out(case(1), 1), attended(case(1), 5)], None).unwrap();
        store.append(&feed(), case(2), vec![call_out(case(2), 3)], None).unwrap();
        let heads = [1, 2].map(|n| store.log(&feed(), case(n)).unwrap().head());
        store.merge(&feed(), case(2), case(1)).unwrap();

        let read = |n| store.consult(&officer(), case(n), Utc::now()).unwrap();
        assert_eq!((read(1).len(), read(1).case_id()), (3, case(1)));
        assert_eq!((read(2).len(), read(2).case_id()), (3, case(1)), "asked for under either number");
        let people: Vec<_> = store.caseload(&officer(), Utc::now(), None).map(|c| c.unwrap().case_id).collect();
        assert_eq!(people, [case(1)]);
        // What still comes in under the old number is seen.
        store.append(&feed(), case(2), vec![attended(case(2), 4)], None).unwrap();
        assert_eq!(read(1).len(), 4);

        store.unmerge(&feed(), case(2), case(1)).unwrap();
        assert_eq!((read(1).len(), read(2).len()), (2, 2));
        assert_eq!(store.log(&feed(), case(1)).unwrap().head(), heads[0], "nothing was copied");
        assert!(store.verify(None, |_| ()).unwrap().is_intact());
    });
}

#[test]
fn before_it_was_known_that_they_are_one_each_is_answered_for_itself() {
    let at = |day: &str| day.parse::<DateTime<Utc>>().unwrap();
    on_each(|place| {
        let on =
            |day: &'static str| place.store_with(Options { clock: Box::new(move || at(day)), ..Options::default() });
        let store = on("2018-03-01T00:00:00Z");
        store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        store.append(&feed(), case(2), vec![call_out(case(2), 3)], None).unwrap();
        on("2018-04-01T00:00:00Z").merge(&feed(), case(2), case(1)).unwrap();
        let known = |n, day| on("2018-05-01T00:00:00Z").consult(&officer(), case(n), at(day)).unwrap();
        assert_eq!((known(1, "2018-03-15T00:00:00Z").len(), known(2, "2018-03-15T00:00:00Z").case_id()), (1, case(2)));
        assert_eq!((known(1, "2018-04-15T00:00:00Z").len(), known(2, "2018-04-15T00:00:00Z").case_id()), (2, case(1)));
    });
}

#[test]
fn a_merge_that_cannot_be_is_refused_and_changes_nothing() {
    on_each(|place| {
        let store = place.store();
        for n in 1..=3 {
            store.append(&feed(), case(n), vec![call_out(case(n), n)], None).unwrap();
        }
        // The same id in two cases, for two things.
        store.append(&feed(), case(4), vec![attended(case(4), 1)], None).unwrap();
        let other = store.merge(&feed(), case(4), case(1)).unwrap_err();
        assert!(matches!(other, StoreError::Append { error: AppendError::Conflict { .. }, .. }), "{other}");
        // And the same record in both, as a delivery that came under two numbers.
        store.append(&feed(), case(2), vec![call_out(case(2), 1)], None).unwrap();

        store.merge(&feed(), case(2), case(1)).unwrap();
        assert_eq!(store.consult(&officer(), case(1), Utc::now()).unwrap().len(), 2, "taken once");
        for (from, into) in [(1, 1), (2, 3), (1, 2), (2, 1), (9, 1), (1, 9)] {
            let refused = store.merge(&feed(), case(from), case(into));
            assert!(refused.is_err(), "{from} into {into}");
        }
        store.merge(&feed(), case(1), case(3)).unwrap();
        assert_eq!(store.consult(&officer(), case(2), Utc::now()).unwrap().case_id(), case(3));
        assert!(store.merge(&feed(), case(3), case(2)).is_err(), "a ring");
        assert!(store.unmerge(&feed(), case(2), case(3)).is_err());
    });
}

#[test]
fn whoever_is_excluded_from_one_of_two_merged_cases_is_shown_neither() {
    on_each(|place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
        store.append(&feed(), case(2), vec![call_out(case(2), 3)], None).unwrap();
        store.exclude(&feed(), case(2), "N07A001").unwrap();
        store.merge(&feed(), case(2), case(1)).unwrap();
        assert!(matches!(store.consult(&officer(), case(1), Utc::now()).unwrap_err(), StoreError::Excluded { .. }));
    });
}

#[test]
fn a_number_that_cases_claim_is_of_none_until_a_person_gives_it_or_takes_it() {
    on_each(|place| {
        let store = place.store();
        let (one, other, third) = (case(1), case(2), case(3));
        let identifiers = |of| store.facts(of).unwrap().identifiers;
        for (of, n) in [(one, 1), (other, 2)] {
            store.append(&feed(), of, vec![attended(of, n)], None).unwrap();
        }
        // The first had it: a claim of its own takes it back into doubt, without its being another's.
        store.identify(&feed(), one, "noms", "A1234BC").unwrap();
        store.identify(&feed(), other, "noms_claimed", "A1234BC").unwrap();
        store.identify(&feed(), one, "noms_claimed", "A1234BC").unwrap();
        assert!(!identifiers(one).contains_key("noms") && !store.facts(one).unwrap().was_taken("noms", "A1234BC"));
        assert_eq!(store.cases_of("noms", "A1234BC").unwrap(), [one, other]);
        assert_eq!(store.contested("NOMS", "a1234bc").unwrap(), [one, other]);
        // Claiming another since does not withdraw the claim.
        store.identify(&feed(), other, "noms_claimed", "B1234BC").unwrap();
        assert_eq!(store.contested("noms", "A1234BC").unwrap(), [one, other]);
        // One person's, it leads to their case.
        store.merge(&feed(), other, one).unwrap();
        assert!(store.contested("noms", "A1234BC").unwrap().is_empty());
        assert_eq!(store.cases_of("noms", "A1234BC").unwrap(), [one]);
        store.unmerge(&feed(), other, one).unwrap();
        assert_eq!(store.contested("noms", "A1234BC").unwrap(), [one, other]);
        // Given to one, it is no longer claimed by the other, who still claims the second number.
        store.identify(&feed(), one, "noms", "A1234BC").unwrap();
        assert!(store.contested("noms", "A1234BC").unwrap().is_empty());
        assert_eq!((identifiers(one)["noms"].as_str(), identifiers(one).len()), ("A1234BC", 1));
        assert_eq!(identifiers(other)["noms_claimed"], "B1234BC");
        assert!(store.facts(other).unwrap().was_taken("noms", "A1234BC"));
        assert!(!store.facts(other).unwrap().was_taken("noms", "B1234BC"));
        // Taken from whoever claims it, it is found under none.
        store.unidentify(&feed(), other, "noms").unwrap();
        assert!(store.cases_of("noms", "B1234BC").unwrap().is_empty());
        assert!(matches!(store.unidentify(&feed(), other, "noms").unwrap_err(), StoreError::NotFound { .. }));
        store.identify(&feed(), third, "noms", "B1234BC").unwrap();
        assert_eq!(store.facts(third).unwrap().known_as().collect::<Vec<_>>(), [("noms", "b1234bc")]);
        assert!(store.verify(None, |_| ()).unwrap().is_intact());
    });
}
