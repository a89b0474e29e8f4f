//! Appending: all or none, once only, and kept.

use risk_core::log::{AppendError, verify};
use risk_store::{Addition, StoreError};

use crate::place::{feed, officer, on_each};
use crate::records::{attended, call_out, case, erasure, event, noted};
use chrono::Utc;
use serde_json::json;

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
fn smoke_of_everything_else() {
    on_each(|place| {
        let store = place.store();
        let told = noted(
            case(1),
            1,
            "plw_disclosure",
            json!({"person": "p1", "concerns": ["weapon"]}),
            "2018-02-01T09:00:00Z",
            Some("zebra"),
        );
        store.append(&feed(), case(1), vec![told, attended(case(1), 2)], None).unwrap();
        store.append(&feed(), case(2), vec![call_out(case(2), 3)], None).unwrap();
        store.identify(&feed(), case(1), "crn", "X1").unwrap();
        store.exclude(&feed(), case(2), "N07A001").unwrap();
        assert!(store.consult(&officer(), case(2), Utc::now()).is_err());
        let checkpoint = store.checkpoint().unwrap();
        assert_eq!(risk_store::Checkpoint::parse(&checkpoint.to_text()).unwrap(), checkpoint);
        let proof = checkpoint.prove(case(2)).unwrap();
        assert!(proof.leads_to(&checkpoint.root));
        assert_eq!(store.changes(&feed(), 0, 10).unwrap().len(), 3);
        let erased = store
            .erase(
                &feed(),
                case(1),
                erasure(case(1), 9, 1).with_handling(risk_core::event::vocabulary::Handling::PartnerConfidential),
            )
            .unwrap();
        println!("{erased:?}");
        store.merge(&feed(), case(2), case(1)).unwrap();
        let verified = store.verify(Some(&checkpoint), |_| ()).unwrap();
        assert!(verified.is_intact(), "{verified:?}");
        let mut out = Vec::new();
        store.export(&feed(), None, true, &mut out, |_| ()).unwrap();
        let other = crate::place::Place::file();
        let copy = other.store();
        println!("{:?}", copy.import(&feed(), "x", &mut out.as_slice(), |_| ()).unwrap());
        println!("{:?}", copy.import(&feed(), "x", &mut out.as_slice(), |_| ()).unwrap());
        let verified = copy.verify(Some(&checkpoint), |_| ()).unwrap();
        println!("{verified:?}");
        println!("{:?}", copy.facts(case(2)));
        let people: Vec<_> = store.caseload(&officer(), Utc::now(), None).collect();
        println!("{people:?}");
        for e in store.journal(Some(case(2))).unwrap() {
            println!("{}", serde_json::to_string(&e).unwrap());
        }
        let _ = event(1);
    });
}
