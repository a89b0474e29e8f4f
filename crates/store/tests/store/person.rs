//! Erasing a person: everything that is theirs, wherever it lies, and nothing new of them afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::Utc;
use postgres_for_tests::PrivateServer;
use risk_core::event::Term;
use risk_core::event::field::StaffId;
use risk_core::event::vocabulary::{CorrectionReason, Handling};
use risk_core::log::chain::digest as digest_of;
use risk_core::log::{Payload, Record, verify};
use risk_store::{Act, Options, PersonErased, PersonErasure, Scrubbed, Store, StoreError};
use serde_json::json;
use uuid::Uuid;

use crate::place::{Place, feed, officer, on_each};
use crate::records::{attended, case, erasure, event, noted, record};

/// What the person said and was called, and whom they named.
const WORDS: [&str; 6] = ["zanzibar-note", "p-zanzibar", "X987601", "X987602", "X987603", "A9876ZZ"];

fn digest(scheme: &str, value: &str) -> String {
    // A test's own: a host has a keyed hash for it.
    format!("digest-{}-{}", scheme.len(), value.bytes().map(u32::from).sum::<u32>())
}

fn erase(store: &Store, case_id: Uuid) -> Result<PersonErased, StoreError> {
    let erasure = PersonErasure {
        reason: CorrectionReason::LegalErasure,
        by: StaffId::new("manager-7").unwrap(),
        record_id: &|of| Ok(Uuid::from_u128(of.as_u128() ^ 0xffff)),
        digest: Some(&digest),
        named: &[],
    };
    store.erase_person(&feed(), case_id, &erasure)
}

fn disclosure(case_id: Uuid, n: u128) -> Record {
    let data = json!({ "person": WORDS[1], "concerns": ["weapon"], "raised_risk": "yes" });
    noted(case_id, n, "plw_disclosure", data, "2018-02-01T09:00:00Z", Some(WORDS[0]))
}

/// Three cases of one person, the first merged into the second and that into the third, with evidence, a correction and
/// identifiers, and one more case that was merged and parted again.
fn output(store: &Store) {
    for n in 1..=4 {
        store.append(&feed(), case(n), vec![attended(case(n), n * 10), disclosure(case(n), n * 10 + 1)], None).unwrap();
        store.identify(&feed(), case(n), "crn", &format!("X98760{n}")).unwrap();
    }
    store.identify(&feed(), case(2), "noms", "A9876ZZ").unwrap();
    let data = json!({ "person": WORDS[1], "concerns": ["weapon"], "raised_risk": "no" });
    let correction =
        json!({ "event_id": event(21), "replacement": { "data": data }, "reason": "wrong_value", "by": "N07A001" });
    let correction = noted(case(2), 22, "record_corrected", correction, "2018-02-03T09:00:00Z", Some(WORDS[0]));
    store.append(&feed(), case(2), vec![correction.with_handling(Handling::PartnerConfidential)], None).unwrap();
    let restricted = erasure(case(1), 12, 11).with_handling(Handling::PartnerConfidential);
    store.restrict(&feed(), case(1), restricted).unwrap();
    store.merge(&feed(), case(4), case(3)).unwrap();
    store.unmerge(&feed(), case(4), case(3)).unwrap();
    store.merge(&feed(), case(1), case(2)).unwrap();
    store.merge(&feed(), case(2), case(3)).unwrap();
}

/// Every file under a folder in which one of the words is, whatever its case.
fn files_with(words: &[&str], folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(words, &path));
        } else if let Ok(bytes) = fs::read(&path) {
            let bytes = bytes.to_ascii_lowercase();
            let holds = |word: &str| {
                let word = word.to_ascii_lowercase();
                bytes.windows(word.len()).any(|window| window == word.as_bytes())
            };
            if words.iter().any(|word| holds(word)) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn a_person_is_erased_in_every_merged_case_in_either_direction_with_evidence_and_identifiers() {
    for asked in 1..=3 {
        on_each(|place| {
            let store = place.store();
            output(&store);
            let done = erase(&store, case(asked)).unwrap();
            assert_eq!(done.cases, [case(1), case(2), case(3)]);
            assert_eq!((done.records, done.evidence, done.identifiers), (6, 1, 4));
            assert_eq!((done.remains.len(), done.parted.as_slice()), (0, &[case(4)][..]), "{done:?}");
            assert_eq!(done.scrubbed, Scrubbed::Done);
            for n in 1..=3 {
                let log = store.log(&feed(), case(n)).unwrap();
                assert!(verify(&log.to_jsonl(), None).is_ok());
                let left = |r: &&Record| {
                    r.payload != Payload::Erased && r.kind().is_some_and(|k| k.name() != "payload_erased")
                };
                assert_eq!(log.records().iter().find(left), None);
                assert!(store.evidence(&feed(), case(n), event(n * 10 + 1)).is_err());
                assert!(store.facts(case(n)).unwrap().identifiers.is_empty());
                assert!(store.facts(case(n)).unwrap().erased.is_some());
            }
            for word in ["X987601", "X987602", "X987603"] {
                assert!(store.cases_of("crn", word).unwrap().is_empty());
            }
            assert_eq!(store.erased_as(&digest("noms", "A9876ZZ")).unwrap(), Some(case(2)));
            assert_eq!(store.cases_of("crn", "X987604").unwrap(), [case(4)], "of another person");
            assert_ne!(store.log(&feed(), case(4)).unwrap().records()[1].payload, Payload::Erased);
            let verified = store.verify(None, |_| ()).unwrap();
            assert!(verified.is_intact() && verified.rechained.is_empty(), "{verified:?}");
            // Done again, it changes nothing.
            let entries = store.journal(Some(case(2))).unwrap().len();
            let again = erase(&store, case(asked)).unwrap();
            assert_eq!((again.records, again.evidence, again.identifiers), (0, 0, 0));
            assert_eq!(store.journal(Some(case(2))).unwrap().len(), entries);
        });
    }
}

#[test]
fn nothing_of_an_erased_person_is_in_any_file() {
    for around in [3, 40, 99] {
        nothing_is_in_any_file(around);
    }
}

fn nothing_is_in_any_file(around: u128) {
    let place = Place::file();
    let folder = Path::new(&place.url).parent().unwrap().to_owned();
    let store = place.store();
    // Many records and names around it, so that pages are split and moved.
    for n in 0..around {
        store.append(&feed(), case(100 + n), vec![attended(case(100 + n), 1000 + n)], None).unwrap();
        store.identify(&feed(), case(100 + n), "crn", &format!("X{:06}", 987_500 + n)).unwrap();
        if n == around / 2 {
            output(&store);
        }
    }
    let words: Vec<&str> =
        WORDS.iter().copied().filter(|word| !["zanzibar-note", "p-zanzibar"].contains(word)).collect();
    assert!(!files_with(&words, &folder).is_empty() && !files_with(&WORDS[..2], &folder).is_empty());
    // The case that was parted has the same words.
    erase(&store, case(4)).unwrap();
    erase(&store, case(1)).unwrap();
    let write = |name: &str, text: &[u8]| fs::write(folder.join(name), text).unwrap();
    let mut export = Vec::new();
    store.export(&feed(), None, true, &mut export, |_| ()).unwrap();
    write("export.jsonl", &export);
    write("checkpoint", store.checkpoint().unwrap().to_text().as_bytes());
    write("journal.json", serde_json::to_string(&store.journal(Some(case(2))).unwrap()).unwrap().as_bytes());
    store.backup(&folder.join("copy.risk")).unwrap();
    let into = Store::create(folder.join("into.risk").to_str().unwrap(), Options::default()).unwrap();
    into.import(&feed(), "export", &mut export.as_slice(), |_| ()).unwrap();
    assert!(into.facts(case(1)).unwrap().erased.is_some());
    assert!(into.verify(None, |_| ()).unwrap().is_intact());
    assert_eq!(files_with(&WORDS, &folder), Vec::<PathBuf>::new());
}

#[test]
fn nothing_of_an_erased_person_is_in_any_table_of_the_server() {
    let Some(server) = PrivateServer::start_or_skip() else { return };
    let store = Store::create(server.url(), Options::default()).unwrap();
    let mut client = postgres::Client::connect(server.url(), postgres::NoTls).unwrap();
    output(&store);
    // The server's statistics hold values of columns.
    client.batch_execute("ANALYZE; CHECKPOINT").unwrap();
    let folder: String = client.query_one("SHOW data_directory", &[]).unwrap().get(0);
    let tables = Path::new(&folder).join("base");
    assert!(!files_with(&WORDS, &tables).is_empty(), "the words are there before");
    erase(&store, case(4)).unwrap();
    assert_eq!(erase(&store, case(1)).unwrap().scrubbed, Scrubbed::Done);
    client.batch_execute("CHECKPOINT").unwrap();
    assert_eq!(files_with(&WORDS, &tables), Vec::<PathBuf>::new());
}

#[test]
fn the_case_of_an_erased_person_takes_nothing_any_more() {
    on_each(|place| {
        let store = place.store();
        output(&store);
        store.append(&feed(), case(5), vec![attended(case(5), 50)], None).unwrap();
        let before = {
            let mut text = Vec::new();
            store.export(&feed(), Some(&[case(2)]), true, &mut text, |_| ()).unwrap();
            text
        };
        erase(&store, case(2)).unwrap();
        let refused = |result: Result<(), StoreError>| {
            let error = result.unwrap_err();
            assert!(matches!(error, StoreError::PersonErased { .. }), "{error}");
        };
        refused(store.append(&feed(), case(2), vec![attended(case(2), 29)], None).map(|_| ()));
        refused(store.identify(&feed(), case(2), "crn", "X987602"));
        refused(store.merge(&feed(), case(5), case(2)));
        refused(store.merge(&feed(), case(2), case(5)));
        let grown = record(case(2), 28, "appointment_attended", json!({})).to_line();
        refused(store.import(&feed(), "grown", &mut grown.as_bytes(), |_| ()).map(|_| ()));
        // An export of before brings nothing back.
        store.import(&feed(), "before", &mut before.as_slice(), |_| ()).unwrap();
        assert!(store.facts(case(2)).unwrap().identifiers.is_empty());
        let log = store.log(&feed(), case(2)).unwrap();
        assert!(WORDS.iter().all(|word| !log.to_jsonl().contains(word)));
        // What is there already is accepted, as ever.
        store.append(&feed(), case(2), vec![attended(case(2), 20)], None).unwrap();
        assert!(matches!(store.identify(&feed(), case(5), "former", "x").unwrap_err(), StoreError::Argument { .. }));
    });
}

#[test]
fn an_erasure_reaches_the_store_into_which_the_cases_are_taken() {
    on_each(|place| {
        let (store, other) = (place.store(), Place::file());
        output(&store);
        let other_store = other.store();
        let copy = || {
            let mut text = Vec::new();
            store.export(&feed(), None, true, &mut text, |_| ()).unwrap();
            other_store.import(&feed(), "export", &mut text.as_slice(), |_| ()).unwrap();
        };
        copy();
        assert_eq!(other_store.cases_of("crn", "X987602").unwrap(), [case(2)]);
        erase(&store, case(4)).unwrap();
        erase(&store, case(2)).unwrap();
        copy();
        assert!(other_store.cases_of("crn", "X987602").unwrap().is_empty());
        assert_eq!(other_store.erased_as(&digest("noms", "A9876ZZ")).unwrap(), Some(case(2)));
        assert_eq!(other_store.scrub().unwrap(), Scrubbed::Done);
        assert_eq!(files_with(&WORDS, Path::new(&other.url).parent().unwrap()), Vec::<PathBuf>::new());
        assert!(other_store.verify(None, |_| ()).unwrap().is_intact());
    });
}

#[test]
fn an_identifier_that_was_changed_or_removed_behind_the_store_is_found() {
    for change in [
        "DELETE FROM identifier",
        "UPDATE identifier SET name = 'crn=X000000'",
        "UPDATE identifier SET salt = '00'",
        "UPDATE identifier SET position = 99",
        "INSERT INTO identifier (case_id, position, name, salt) SELECT case_id, position, 'crn=X1', '' FROM identifier",
        "INSERT INTO identifier (case_id, position, name, salt) SELECT case_id, 1, 'crn=X1', '' FROM identifier",
    ] {
        let place = Place::file();
        let store = place.store();
        store.append(&feed(), case(1), vec![attended(case(1), 1)], None).unwrap();
        store.identify(&feed(), case(1), "crn", "X987601").unwrap();
        place.raw().execute_batch(change).unwrap();
        let verified = store.verify(None, |_| ()).unwrap();
        assert!(!verified.is_intact(), "{change}");
    }
}

/// Makes a store of the form before this one, in which an identifier is in the entry itself.
fn of_the_older_form() -> Place {
    let place = Place::file();
    let store = place.store();
    store.append(&feed(), case(1), vec![attended(case(1), 1), disclosure(case(1), 2)], None).unwrap();
    let leaf = store.checkpoint().unwrap().leaf(case(1)).unwrap().clone();
    drop(store);
    let raw = place.raw();
    raw.execute_batch(
        "DROP TABLE waiting; DROP TABLE waiting_for; DROP TABLE kept_value;
         DROP TABLE identifier; DROP INDEX entry_newest_fact; CREATE INDEX entry_subject ON entry (subject) WHERE subject IS NOT NULL;
         DELETE FROM entry WHERE case_id = x'0000000000000000000000007269736b';
         DELETE FROM head WHERE case_id = x'0000000000000000000000007269736b'; DELETE FROM store_form WHERE version >= 3",
    )
    .unwrap();
    let (mut previous, id) = (leaf.journal, case(1));
    for (position, at, value) in [(2, "02", "X987600"), (3, "03", "X987601")] {
        let text = format!(
            r#"{{"position":{position},"at":"2026-11-{at}T10:00:00.000000Z","by":"night-feed","operation":"alteration","case_id":"{id}","act":"identified","scheme":"crn","value":"{value}"}}"#
        );
        let hash = digest_of("risk-store/1 entry", [("previous", previous.as_str()), ("entry", &text)].into_iter());
        raw.execute(
            "INSERT INTO entry (case_id, position, subject, text, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
            rusqlite::params![id.as_bytes().as_slice(), position, format!("crn={value}"), text, hash],
        )
        .unwrap();
        raw.execute(
            "UPDATE head SET entries = ?1, entry_hash = ?2 WHERE case_id = ?3",
            rusqlite::params![position, hash, id.as_bytes().as_slice()],
        )
        .unwrap();
        previous = hash;
    }
    place
}

#[test]
fn a_store_of_an_older_form_is_found_by_its_identifiers_and_loses_them() {
    let place = of_the_older_form();
    let folder = Path::new(&place.url).parent().unwrap().to_owned();
    let store = place.store();
    assert!(store.verify(None, |_| ()).unwrap().is_intact());
    assert_eq!(store.cases_of("crn", "X987601").unwrap(), [case(1)]);
    assert!(store.cases_of("crn", "X987600").unwrap().is_empty());
    store.append(&feed(), case(2), vec![attended(case(2), 3)], None).unwrap();
    store.identify(&feed(), case(2), "crn", "X111111").unwrap();
    let before = store.checkpoint().unwrap();
    // A journal of the older form goes into another store as it is.
    let other = Place::file();
    let mut text = Vec::new();
    store.export(&feed(), None, true, &mut text, |_| ()).unwrap();
    other.store().import(&feed(), "export", &mut text.as_slice(), |_| ()).unwrap();
    assert_eq!(other.store().cases_of("crn", "X987601").unwrap(), [case(1)]);
    assert!(other.store().verify(None, |_| ()).unwrap().is_intact());

    let done = erase(&store, case(1)).unwrap();
    assert_eq!((done.records, done.identifiers, done.remains.len()), (2, 2, 0), "{done:?}");
    assert_eq!(files_with(&["X987600", "X987601", WORDS[0], WORDS[1]], &folder), Vec::<PathBuf>::new());
    assert_eq!(store.erased_as(&digest("crn", "X987600")).unwrap(), Some(case(1)));
    // The chain stays; against a checkpoint of before, the journal of that case alone cannot be held any more.
    let verified = store.verify(Some(&before), |_| ()).unwrap();
    assert!(verified.is_intact(), "{verified:?}");
    assert_eq!(verified.rechained, [case(1)]);
    let after = store.checkpoint().unwrap();
    assert!(store.verify(Some(&after), |_| ()).unwrap().rechained.is_empty());
    // Nobody hides a change of what was recorded behind it.
    place
        .raw()
        .execute_batch("UPDATE entry SET text = replace(text, 'night-feed', 'night-post') WHERE position = 1")
        .unwrap();
    assert!(!store.verify(Some(&before), |_| ()).unwrap().is_intact());
}

#[test]
fn an_erased_person_is_in_no_caseload_and_whoever_asks_is_said_that_they_were_erased() {
    on_each(|place| {
        let store = place.store();
        output(&store);
        erase(&store, case(2)).unwrap();
        for n in 1..=3 {
            let refused = store.consult(&officer(), case(n), Utc::now()).unwrap_err();
            assert!(matches!(refused, StoreError::PersonErased { .. }), "{refused}");
            assert!(refused.to_string().contains("erased by law: there is nothing to answer from"), "{refused}");
            // Of before the cases were merged, too.
            let before = "2018-03-01T00:00:00Z".parse().unwrap();
            let refused = store.consult(&officer(), case(n), before).unwrap_err();
            assert!(matches!(refused, StoreError::PersonErased { case_id } if case_id == case(n)), "{refused}");
        }
        let asked = store.journal(Some(case(3))).unwrap();
        assert!(asked.last().is_some_and(|entry| entry.refused && entry.act == Act::Consulted), "{asked:?}");
        let listed: Vec<Uuid> =
            store.caseload(&officer(), Utc::now(), None).map(|person| person.unwrap().case_id).collect();
        assert_eq!(listed, [case(4)]);
        let by = feed();
        let counted = store.counted(&by, Utc::now(), None).unwrap();
        assert_eq!(counted.map(|person| person.unwrap().case_id).collect::<Vec<_>>(), [case(4)]);
    });
}

#[test]
fn what_cannot_be_erased_is_named() {
    on_each(|place| {
        let store = place.store();
        store.append(&feed(), case(1), vec![attended(case(1), 1)], None).unwrap();
        let data = json!({ "event_id": event(1), "reason": "entered_in_error", "by": "N07A001" });
        let retraction = noted(case(1), 2, "record_retracted", data, "2018-02-09T09:00:00Z", Some(WORDS[0]));
        store.append(&feed(), case(1), vec![retraction], None).unwrap();
        store.identify(&feed(), case(1), "crn", "N07A001").unwrap();
        let done = erase(&store, case(1)).unwrap();
        assert!(
            done.remains.iter().any(|r| r.ends_with("record 2: the note of a statement about another record")),
            "{done:?}"
        );
        // An identifier that is a word of the estate's own.
        assert!(matches!(erase(&store, case(9)).unwrap_err(), StoreError::NotFound { .. }));
    });
}

#[test]
fn a_case_that_is_not_as_it_was_kept_is_not_erased_in_part() {
    let place = Place::file();
    let store = place.store();
    output(&store);
    drop(store);
    let id = case(1);
    place
        .raw()
        .execute("UPDATE entry SET hash = 'x' WHERE case_id = ?1 AND position = 2", [id.as_bytes().as_slice()])
        .unwrap();
    let store = place.store();
    assert!(matches!(erase(&store, case(3)).unwrap_err(), StoreError::Altered { .. }));
    assert_eq!(store.cases_of("crn", "X987602").unwrap(), [case(2)]);
    assert!(store.journal(Some(case(2))).unwrap().iter().all(|e| !matches!(e.act, Act::Erased { .. })));
}
