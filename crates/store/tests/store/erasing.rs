//! What the law demands: a payload removed for good, or kept apart as evidence; and keys that can be destroyed.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use postgres_for_tests::PrivateServer;
use risk_core::assessment::{Question, assess};
use risk_core::event::vocabulary::{Audience, Handling};
use risk_core::fold::run::Lens;
use risk_core::log::{Log, Record, verify};
use risk_core::policy::Policy;
use risk_policies::ENGLAND_WALES_FILES;
use risk_store::{Act, Options, Scrubbed, Store, StoreError};
use serde_json::json;
use uuid::Uuid;

use crate::place::{Place, feed, officer, on_each};
use crate::records::{attended, case, erasure, event, noted};

/// A word in the note, and one in the data.
const WORDS: [&str; 2] = ["zanzibar-note", "p-zanzibar"];

fn disclosure(case_id: Uuid, n: u128) -> Record {
    let data = json!({ "person": WORDS[1], "concerns": ["weapon"], "raised_risk": "yes" });
    noted(case_id, n, "plw_disclosure", data, "2018-02-01T09:00:00Z", Some(WORDS[0]))
}

fn erasing(case_id: Uuid, n: u128, of: u128) -> Record {
    erasure(case_id, n, of).with_handling(Handling::PartnerConfidential)
}

fn fill(store: &Store) -> Log {
    store.append(&feed(), case(1), vec![attended(case(1), 1), disclosure(case(1), 2)], None).unwrap();
    store.log(&feed(), case(1)).unwrap()
}

/// The files beside a store's, with it, that contain one of the words.
fn files_with_the_words(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with_the_words(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            let holds = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
            if WORDS.iter().any(|word| holds(word)) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn an_erased_payload_is_gone_from_the_log_the_chain_holds_and_the_answer_says_so() {
    let policy = Policy::load(ENGLAND_WALES_FILES).unwrap();
    let question = Question {
        at: "2018-03-01T12:00:00Z".parse().unwrap(),
        known_at: None,
        lens: Lens::AsKnown,
        audience: Audience::Manager,
        feeds: None,
    };
    on_each(|place| {
        let store = place.store();
        fill(&store);
        let erased = store.erase(&feed(), case(1), erasing(case(1), 9, 2)).unwrap();
        assert_eq!((erased.appended.position, erased.scrubbed), (3, Scrubbed::Done));
        let again = store.erase(&feed(), case(1), erasing(case(1), 9, 2)).unwrap();
        assert!(!again.appended.new, "done again it changes nothing");
        let twice = store.erase(&feed(), case(1), erasing(case(1), 10, 2)).unwrap_err();
        assert!(matches!(twice, StoreError::NotFound { .. }), "{twice}");
        drop(store);

        let log = place.store().log(&feed(), case(1)).unwrap();
        assert_eq!(verify(&log.to_jsonl(), None).unwrap().records, 3);
        assert!(WORDS.iter().all(|word| !log.to_jsonl().contains(word)));
        let answer = serde_json::to_string(&assess(&log, &policy, &question).unwrap()).unwrap();
        assert!(answer.contains(&event(2).to_string()) && answer.contains("erased"), "{answer}");
        let acts: Vec<Act> = place.store().journal(Some(case(1))).unwrap().into_iter().map(|e| e.act).collect();
        assert_eq!(acts.iter().filter(|a| matches!(a, Act::Erased { event_id } if *event_id == event(2))).count(), 1);
    });
}

#[test]
fn the_erased_words_are_nowhere_in_the_file_its_log_of_writes_or_a_copy_made_after() {
    let place = Place::file();
    let folder = Path::new(&place.url).parent().unwrap().to_owned();
    let store = place.store();
    // Many records around it, so that pages are split and moved.
    for n in 0..60 {
        store.append(&feed(), case(2), vec![attended(case(2), 1000 + n)], None).unwrap();
        if n == 30 {
            fill(&store);
        }
    }
    assert!(!files_with_the_words(&folder).is_empty(), "the words stand there before");
    store.erase(&feed(), case(1), erasing(case(1), 9, 2)).unwrap();
    store.append(&feed(), case(1), vec![attended(case(1), 7)], None).unwrap();
    let copy = folder.join("copy.risk");
    store.backup(&copy).unwrap();
    assert_eq!(files_with_the_words(&folder), Vec::<String>::new());
    let copied = Store::open(&copy.display().to_string(), Options::default()).unwrap();
    assert_eq!(copied.log(&feed(), case(1)).unwrap().len(), 4);
}

#[test]
fn an_erasure_while_somebody_reads_is_done_and_says_that_the_bytes_are_still_there() {
    let place = Place::file();
    let options = Options { patience: std::time::Duration::from_millis(50), ..Options::default() };
    let store = place.store_with(options);
    fill(&store);
    let raw = place.raw();
    raw.execute_batch("BEGIN; SELECT count(*) FROM record").unwrap();
    raw.query_row("SELECT count(*) FROM record", [], |row| row.get::<_, i64>(0)).unwrap();
    let erased = store.erase(&feed(), case(1), erasing(case(1), 9, 2)).unwrap();
    assert!(matches!(erased.scrubbed, Scrubbed::Pending(_)));
    raw.execute_batch("COMMIT").unwrap();
    assert_eq!(store.scrub().unwrap(), Scrubbed::Done);
    assert_eq!(files_with_the_words(Path::new(&place.url).parent().unwrap()), Vec::<String>::new());
}

#[test]
fn the_erased_words_are_in_no_table_of_the_server_once_it_has_scrubbed() {
    let Some(server) = PrivateServer::start_or_skip() else { return };
    let store = Store::create(server.url(), Options::default()).unwrap();
    fill(&store);
    let mut client = postgres::Client::connect(server.url(), postgres::NoTls).unwrap();
    client.batch_execute("CHECKPOINT").unwrap();
    let folder: String = client.query_one("SHOW data_directory", &[]).unwrap().get(0);
    let tables = Path::new(&folder).join("base");
    assert!(!files_with_the_words(&tables).is_empty(), "the words stand there before");
    assert_eq!(store.erase(&feed(), case(1), erasing(case(1), 9, 2)).unwrap().scrubbed, Scrubbed::Done);
    client.batch_execute("CHECKPOINT").unwrap();
    assert_eq!(files_with_the_words(&tables), Vec::<String>::new());
}

#[test]
fn a_restricted_payload_is_in_no_answer_and_is_kept_as_the_evidence_that_it_was() {
    on_each(|place| {
        let store = place.store();
        let before = fill(&store);
        store.restrict(&feed(), case(1), erasing(case(1), 9, 2)).unwrap();
        let log = store.log(&feed(), case(1)).unwrap();
        assert!(WORDS.iter().all(|word| !log.to_jsonl().contains(word)));
        // The very line that was in the log, which its own commitment vouches for.
        let line = store.evidence(&feed(), case(1), event(2)).unwrap();
        assert_eq!(line, before.records()[1].to_line());
        assert!(matches!(store.evidence(&feed(), case(1), event(1)).unwrap_err(), StoreError::NotFound { .. }));
        assert!(store.journal(Some(case(1))).unwrap().iter().any(|e| matches!(e.act, Act::EvidenceRead { .. })));
        assert!(store.verify(None, |_| ()).unwrap().is_intact());
        // Erased after all, the evidence goes too.
        store.erase(&feed(), case(1), erasing(case(1), 10, 2)).unwrap();
        assert!(store.evidence(&feed(), case(1), event(2)).is_err());
    });
}

#[test]
fn what_cannot_be_erased_says_why_and_changes_nothing() {
    on_each(|place| {
        let store = place.store();
        let before = fill(&store);
        assert!(matches!(
            store.erase(&feed(), case(9), erasing(case(9), 9, 2)).unwrap_err(),
            StoreError::NotFound { .. }
        ));
        assert!(matches!(
            store.erase(&feed(), case(1), erasing(case(1), 9, 77)).unwrap_err(),
            StoreError::NotFound { .. }
        ));
        assert!(matches!(
            store.erase(&feed(), case(1), attended(case(1), 9)).unwrap_err(),
            StoreError::Argument { .. }
        ));
        // Less confidential than what it names.
        assert!(matches!(
            store.erase(&feed(), case(1), erasure(case(1), 9, 2)).unwrap_err(),
            StoreError::Append { .. }
        ));
        assert_eq!(store.log(&feed(), case(1)).unwrap().to_jsonl(), before.to_jsonl());
    });
}

#[test]
fn with_a_key_the_payload_lies_encrypted_and_without_it_no_copy_can_be_read() {
    on_each(|place| {
        let given = Arc::new(AtomicBool::new(true));
        let keys = |given: &Arc<AtomicBool>| {
            let given = Arc::clone(given);
            Options {
                keys: Some(Box::new(move |id| (given.load(Ordering::SeqCst) || id != case(1)).then_some([9; 32]))),
                ..Options::default()
            }
        };
        let store = place.store_with(keys(&given));
        let before = fill(&store);
        store.append(&feed(), case(2), vec![attended(case(2), 5)], None).unwrap();
        assert_eq!(place.store_with(keys(&given)).log(&feed(), case(1)).unwrap().to_jsonl(), before.to_jsonl());
        assert!(store.verify(None, |_| ()).unwrap().locked.is_empty());

        // The host destroys the key of one case.
        given.store(false, Ordering::SeqCst);
        let later = place.store_with(keys(&given));
        assert!(matches!(later.log(&feed(), case(1)).unwrap_err(), StoreError::NoKey { .. }));
        assert!(later.append(&feed(), case(1), vec![attended(case(1), 6)], None).is_err());
        assert_eq!(later.log(&feed(), case(2)).unwrap().len(), 1);
        let verified = later.verify(None, |_| ()).unwrap();
        assert!(verified.is_intact() && verified.locked == [case(1)], "{verified:?}");
        // A caseload reports it instead of leaving it out.
        let people: Vec<_> = later.caseload(&officer(), chrono::Utc::now(), None).map(Result::unwrap).collect();
        assert!(matches!(people[0].log, Err(StoreError::NoKey { .. })) && people[1].log.is_ok());

        let other = place.store_with(Options { keys: Some(Box::new(|_| Some([1; 32]))), ..Options::default() });
        assert!(matches!(other.log(&feed(), case(2)).unwrap_err(), StoreError::WrongKey { position: 1, .. }));
        assert!(matches!(place.store().log(&feed(), case(2)).unwrap_err(), StoreError::NoKey { .. }));
    });
    // And the file contains no word of it.
    let place = Place::file();
    fill(&place.store_with(Options { keys: Some(Box::new(|_| Some([9; 32]))), ..Options::default() }));
    assert_eq!(files_with_the_words(Path::new(&place.url).parent().unwrap()), Vec::<String>::new());
}
