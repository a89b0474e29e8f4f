//! Whoever can write to the database can change what it says, and is found.

use proptest::prelude::*;
use risk_core::log::{Log, Record, Stamp, seal};
use risk_store::{Checkpoint, Leaf, Store};
use rusqlite::params;

use crate::place::{Place, feed, officer};
use crate::records::{attended, call_out, case};

/// Three cases of three records, and a journal with a reading in it.
fn three_cases() -> (Place, Store) {
    let place = Place::file();
    let store = place.store();
    for n in 1..=3 {
        let records = vec![call_out(case(n), n * 10), attended(case(n), n * 10 + 1), attended(case(n), n * 10 + 2)];
        store.append(&feed(), case(n), records, None).unwrap();
    }
    store.consult(&officer(), case(2), chrono::Utc::now()).unwrap();
    (place, store)
}

fn differences(store: &Store, checkpoint: Option<&Checkpoint>) -> Vec<String> {
    let verified = store.verify(checkpoint, |_| ()).unwrap();
    verified.differences.iter().map(|d| format!("{:?} {}", d.case_id, d.what)).collect()
}

fn changed(place: &Place, sql: &str) {
    assert!(place.raw().execute(sql, []).unwrap() > 0, "{sql} changed nothing");
}

/// Writes another log in place of a case's, with every hash as it should be.
fn rewritten(place: &Place, n: u128, records: &[Record]) {
    let mut plain = Log::new(case(n));
    plain.append_all(records.to_vec(), None).unwrap();
    let log = seal(&plain, |_| Stamp { appended_at: chrono::Utc::now(), salt: [7; 16] }).unwrap();
    let raw = place.raw();
    for record in log.records() {
        let (header, payload) = record.sealed_parts().unwrap();
        let id = case(n);
        let values =
            params![id.as_bytes(), record.position().unwrap().cast_signed(), header, payload.unwrap().as_bytes()];
        raw.execute("UPDATE record SET header = ?3, payload = ?4 WHERE case_id = ?1 AND position = ?2", values)
            .unwrap();
    }
    let id = case(n);
    let values = params![id.as_bytes(), log.head().unwrap()];
    raw.execute("UPDATE head SET record_hash = ?2 WHERE case_id = ?1", values).unwrap();
}

#[test]
fn an_intact_store_differs_in_nothing_and_goes_on_from_an_older_checkpoint() {
    let (_place, store) = three_cases();
    let checkpoint = store.checkpoint().unwrap();
    store.append(&feed(), case(2), vec![attended(case(2), 99)], None).unwrap();
    store.append(&feed(), case(4), vec![attended(case(4), 98)], None).unwrap();
    assert_eq!(differences(&store, Some(&checkpoint)), Vec::<String>::new());
}

#[test]
fn a_case_rewritten_with_all_its_hashes_is_found_against_an_older_checkpoint_and_nowhere_else() {
    let (place, store) = three_cases();
    let checkpoint = store.checkpoint().unwrap();
    // The call-out never happened.
    rewritten(&place, 2, &[attended(case(2), 20), attended(case(2), 21), attended(case(2), 22)]);
    assert_eq!(differences(&store, None), Vec::<String>::new(), "by itself the store looks whole");
    let found = differences(&store, Some(&checkpoint));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains(&case(2).to_string()) && found[0].contains("the checkpoint says 3 records"), "{found:?}");
}

#[test]
fn a_change_without_its_hashes_is_found_without_a_checkpoint_and_named() {
    let changes = [
        (
            "UPDATE record SET payload = CAST(replace(payload, 'no_further_action', 'arrest') AS BLOB) WHERE position = 1",
            "payload",
        ),
        (
            "UPDATE record SET header = replace(header, 'police_call_out', 'home_visit_completed') WHERE position = 1",
            "header",
        ),
        ("UPDATE record SET payload = NULL WHERE position = 2", "payload_missing"),
        ("DELETE FROM record WHERE position = 2", "position"),
        ("DELETE FROM record WHERE position = 3", "3 records"),
        ("UPDATE head SET records = 2", "2 records"),
        ("UPDATE entry SET text = replace(text, 'N07A001', 'N07A009')", "journal entry 2"),
        ("DELETE FROM entry WHERE position = 2", "journal entries"),
        ("DELETE FROM head WHERE records > 0", "does not know the case"),
    ];
    for (sql, says) in changes {
        let (place, store) = three_cases();
        changed(&place, sql);
        let found = differences(&store, None);
        assert!(found.iter().any(|what| what.contains(says)), "{sql}: {found:?}");
    }
}

#[test]
fn a_case_that_was_taken_out_whole_is_named_by_the_checkpoint() {
    let (place, store) = three_cases();
    let checkpoint = store.checkpoint().unwrap();
    let id = format!("x'{}'", case(2).simple());
    for table in ["record", "entry", "head"] {
        changed(&place, &format!("DELETE FROM {table} WHERE case_id = {id}"));
    }
    assert_eq!(differences(&store, None), Vec::<String>::new());
    let found = differences(&store, Some(&checkpoint));
    assert!(found.len() == 1 && found[0].contains(&case(2).to_string()), "{found:?}");
}

#[test]
fn a_changed_case_is_never_read_as_if_it_were_whole() {
    let (place, _) = three_cases();
    changed(
        &place,
        "UPDATE record SET payload = CAST(replace(payload, 'no_further_action', 'arrest') AS BLOB) WHERE position = 1",
    );
    // A store that has the case in memory would answer from there.
    let store = place.store();
    assert!(matches!(store.log(&feed(), case(2)).unwrap_err(), risk_store::StoreError::Tampered { .. }));
    assert!(store.append(&feed(), case(2), vec![attended(case(2), 70)], None).is_err());
}

#[test]
fn a_checkpoint_with_a_changed_line_is_none() {
    let (_place, store) = three_cases();
    let text = store.checkpoint().unwrap().to_text();
    // The time before it is signed with the root, and not in the tree.
    let from = text.find("\"cases\"").unwrap();
    for (i, byte) in text.bytes().enumerate().skip(from).filter(|(_, b)| b.is_ascii_hexdigit()) {
        let mut other = text.clone().into_bytes();
        other[i] = if byte == b'1' { b'2' } else { b'1' };
        let changed = String::from_utf8(other).unwrap();
        assert!(Checkpoint::parse(&changed).is_err(), "byte {i}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn one_case_is_shown_to_be_in_a_checkpoint_without_the_others(cases in 1u128..40, which in any::<prop::sample::Index>()) {
        let leaf = |n: u128| Leaf { case_id: case(n), records: 1, head: format!("{n:064x}"), entries: 0, journal: String::new() };
        let lines: String = (0..cases).map(|n| serde_json::to_string(&leaf(n)).unwrap() + "\n").collect();
        // The root comes out of the refusal of a wrong one.
        let with_root = |root: &str| format!("{{\"schema\":\"risk-checkpoint/1\",\"at\":\"2018-01-01T00:00:00Z\",\"cases\":{cases},\"root\":\"{root}\"}}\n{lines}");
        let refused = Checkpoint::parse(&with_root("00")).unwrap_err();
        let risk_store::CheckpointError::Root { found: root, .. } = refused else { panic!("{refused}") };
        let checkpoint = Checkpoint::parse(&with_root(&root)).unwrap();
        let which = case(u128::try_from(which.index(usize::try_from(cases).unwrap())).unwrap());
        let proof = checkpoint.prove(which).unwrap();
        prop_assert!(proof.leads_to(&root));
        let other = format!("{:064x}", 5);
        prop_assert!(!proof.leads_to(&other));
        let text = serde_json::to_string(&proof).unwrap();
        let tampered: risk_store::Inclusion = serde_json::from_str(&text.replace("\"records\":1", "\"records\":2")).unwrap();
        prop_assert!(!tampered.leads_to(&root));
        prop_assert!(checkpoint.prove(case(99)).is_err());
    }
}
