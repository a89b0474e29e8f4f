//! Long work that the caller ends early.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;
use risk_core::event::field::StaffId;
use risk_core::event::vocabulary::CorrectionReason;
use risk_store::{CaseFilter, Interrupt, Options, PersonErasure, Store, StoreError, random_record_id};

use crate::place::{Place, feed, officer, on_each};
use crate::records::{attended, call_out, case, erasure};

/// Longer than any test may take: a call that returns before did not wait for it.
const VERY_PATIENT: Duration = Duration::from_secs(3600);

/// Asks to end once it was asked so often.
fn after(questions: u64) -> impl Fn() -> bool + Send + Sync + 'static {
    let asked = AtomicU64::new(0);
    move || asked.fetch_add(1, Ordering::Relaxed) >= questions
}

fn filled(place: &Place) -> Store {
    let store = place.store();
    for n in 1..=5 {
        store.append(&feed(), case(n), vec![call_out(case(n), n), attended(case(n), n + 100)], None).unwrap();
    }
    store.identify(&feed(), case(1), "crn", "X123456").unwrap();
    store
}

/// Every line of the store, with its journals.
fn all_of(store: &Store) -> Vec<u8> {
    let mut text = Vec::new();
    store.export(&feed(), None, false, &mut text, |_| ()).unwrap();
    text
}

/// A call to a store.
type Call = Box<dyn Fn(&Store) -> Result<(), StoreError>>;

/// Calls that read.
fn readings() -> Vec<(&'static str, Call)> {
    vec![
        ("consult", Box::new(|s| s.consult(&officer(), case(1), Utc::now()).map(drop))),
        ("caseload", Box::new(|s| s.caseload(&officer(), Utc::now(), None).try_for_each(|one| one.map(drop)))),
        (
            "caseload of one identifier",
            Box::new(|s| {
                let only = CaseFilter { scheme: "crn".to_owned(), value: "X123456".to_owned() };
                s.caseload(&officer(), Utc::now(), Some(&only)).try_for_each(|one| one.map(drop))
            }),
        ),
        ("counted", Box::new(|s| s.counted(&feed(), Utc::now(), None)?.try_for_each(|one| one.map(drop)))),
        ("cases", Box::new(|s| s.cases(&feed())?.try_for_each(|one| one.map(drop)))),
        ("log", Box::new(|s| s.log(&feed(), case(1)).map(drop))),
        ("changes", Box::new(|s| s.changes(&feed(), 0, u64::MAX).map(drop))),
        ("export", Box::new(|s| s.export(&feed(), None, true, &mut Vec::new(), |_| ()).map(drop))),
        ("verify", Box::new(|s| s.verify(None, |_| ()).map(|found| assert!(found.is_intact(), "{found:?}")))),
        ("checkpoint", Box::new(|s| s.checkpoint().map(drop))),
        ("journal", Box::new(|s| s.journal(Some(case(1))).map(drop))),
        ("facts", Box::new(|s| s.facts(case(1)).map(drop))),
        ("cases_of", Box::new(|s| s.cases_of("crn", "X123456").map(drop))),
    ]
}

/// Calls that change what is kept.
fn changes() -> Vec<(&'static str, Call)> {
    vec![
        ("append", Box::new(|s| s.append(&feed(), case(1), vec![attended(case(1), 900)], None).map(drop))),
        ("identify", Box::new(|s| s.identify(&feed(), case(2), "crn", "X222222"))),
        ("exclude", Box::new(|s| s.exclude(&feed(), case(3), "N07A002"))),
        ("merge", Box::new(|s| s.merge(&feed(), case(4), case(5)))),
        ("erase", Box::new(|s| s.erase(&feed(), case(2), erasure(case(2), 901, 102)).map(drop))),
        (
            "erase_person",
            Box::new(|s| {
                let order = PersonErasure {
                    reason: CorrectionReason::LegalErasure,
                    by: StaffId::new("manager-7").unwrap(),
                    record_id: &random_record_id,
                    digest: None,
                    named: &[],
                };
                s.erase_person(&feed(), case(3), &order).map(drop)
            }),
        ),
    ]
}

#[test]
fn each_call_ends_at_whatever_question_the_answer_is_yes_and_leaves_the_store_usable() {
    let place = Place::file();
    let store = filled(&place);
    let before = all_of(&store);
    for (name, call) in readings() {
        let ended = ended_at_each_question(&store, name, &call, || {});
        assert!(ended > 2, "{name} is asked before each of its statements, not {ended} times");
    }
    assert_eq!(all_of(&store), before);
}

#[test]
fn a_change_that_is_ended_is_kept_whole_or_not_at_all() {
    let place = Place::file();
    let store = filled(&place);
    for (name, call) in changes() {
        let ended = ended_at_each_question(&store, name, &call, || assert_intact(&store, name));
        assert!(ended > 2, "{name} is asked before each of its statements, not {ended} times");
        assert_intact(&store, name);
    }
}

fn assert_intact(store: &Store, after: &str) {
    let found = store.verify(None, |_| ()).unwrap();
    assert!(found.is_intact(), "after {after}: {found:?}");
}

/// Ends the call at its first question, then at its second and so on, until it is done. Returns at how many it was ended.
fn ended_at_each_question(store: &Store, name: &str, call: &Call, between: impl Fn()) -> u64 {
    let mut questions = 0;
    loop {
        match call(&store.cancelled_when(after(questions))) {
            Ok(()) => return questions,
            Err(StoreError::Cancelled(_)) => between(),
            Err(other) => panic!("{name}, ended at question {questions}: {other}"),
        }
        questions += 1;
    }
}

#[test]
fn a_writer_that_waits_for_the_lock_of_another_process_is_ended() {
    let place = Place::file();
    filled(&place);
    let patient = place.store_with(Options { patience: VERY_PATIENT, ..Options::default() });
    let other = place.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for (name, call) in changes() {
        let ended = call(&patient.cancelled_when(after(20)));
        assert!(matches!(ended, Err(StoreError::Cancelled(_))), "{name}: {ended:?}");
    }
    other.execute_batch("ROLLBACK").unwrap();
    patient.append(&feed(), case(1), vec![attended(case(1), 902)], None).unwrap();
}

#[test]
fn a_writer_still_waits_as_long_as_it_is_patient_and_gets_the_lock() {
    let place = Place::file();
    let store = filled(&place);
    let other = place.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let writer = thread::spawn(move || store.append(&feed(), case(1), vec![attended(case(1), 903)], None).unwrap());
    thread::sleep(Duration::from_millis(700));
    assert!(!writer.is_finished());
    other.execute_batch("ROLLBACK").unwrap();
    writer.join().unwrap();
}

#[test]
fn opening_a_store_that_another_process_holds_is_ended() {
    let place = Place::file();
    drop(filled(&place));
    let other = place.raw();
    other.execute_batch("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let interrupt = Interrupt::when(after(20));
    let opened = Store::open(&place.url, Options { patience: VERY_PATIENT, interrupt, ..Options::default() });
    assert!(matches!(opened, Err(StoreError::Cancelled(_))), "{opened:?}");
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    assert_intact(&place.store(), "opening");
}

#[test]
fn a_writer_that_waits_for_a_lock_in_a_database_is_ended() {
    let Some(place) = Place::database() else { return };
    filled(&place);
    let patient = place.store_with(Options { patience: VERY_PATIENT, ..Options::default() });
    let mut other = postgres::Client::connect(&place.url, postgres::NoTls).unwrap();
    other.batch_execute("BEGIN; LOCK TABLE risk_of_harm.head IN ACCESS EXCLUSIVE MODE").unwrap();
    let ends = Arc::new(AtomicBool::new(false));
    let requested = Arc::clone(&ends);
    let store = patient.cancelled_when(move || requested.load(Ordering::Relaxed));
    let writer = thread::spawn(move || store.append(&feed(), case(1), vec![attended(case(1), 904)], None));
    thread::sleep(Duration::from_millis(300));
    assert!(!writer.is_finished());
    ends.store(true, Ordering::Relaxed);
    let ended = writer.join().unwrap();
    assert!(matches!(ended, Err(StoreError::Cancelled(_))), "{ended:?}");
    other.batch_execute("ROLLBACK").unwrap();
    patient.append(&feed(), case(1), vec![attended(case(1), 904)], None).unwrap();
}

#[test]
fn a_call_that_waits_for_another_thread_is_ended() {
    let place = Place::file();
    let (entered, is_inside) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let key = move |_| {
        entered.send(()).unwrap();
        let _ = released.lock().unwrap().recv();
        Some([7; 32])
    };
    let store = place.store_with(Options { keys: Some(Box::new(key)), ..Options::default() });
    let held = store.clone();
    let other = thread::spawn(move || held.append(&feed(), case(1), vec![attended(case(1), 1)], None));
    is_inside.recv().unwrap();
    let ended = store.cancelled_when(after(5)).cases(&feed()).map(|_| ());
    assert!(matches!(ended, Err(StoreError::Cancelled(_))), "{ended:?}");
    drop(release);
    other.join().unwrap().unwrap();
}

#[test]
fn one_long_statement_is_ended_too() {
    let place = Place::file();
    let store = filled(&place);
    let ends = Arc::new(AtomicBool::new(false));
    // As large a file as makes the check of its structure long enough to be ended on its way.
    let mut raw = place.raw();
    let tx = raw.transaction().unwrap();
    tx.execute_batch(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
         INSERT INTO evidence (case_id, position, payload) SELECT randomblob(16), i, x'00' FROM n",
    )
    .unwrap();
    tx.commit().unwrap();
    let began = Instant::now();
    store.verify(None, |_| ()).unwrap();
    let whole = began.elapsed();
    let requested = Arc::clone(&ends);
    let ending = store.cancelled_when(move || requested.load(Ordering::Relaxed));
    let verifying = thread::spawn(move || ending.verify(None, |_| ()));
    thread::sleep(whole / 10);
    ends.store(true, Ordering::Relaxed);
    let ended = verifying.join().unwrap();
    assert!(matches!(ended, Err(StoreError::Cancelled(_))), "{ended:?}");
}

#[test]
fn a_copy_that_is_ended_is_not_left_behind() {
    let place = Place::file();
    let store = filled(&place);
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("copy.risk");
    let ended = store.cancelled_when(after(1)).backup(&to);
    assert!(matches!(ended, Err(StoreError::Cancelled(_))), "{ended:?}");
    assert!(!to.exists());
    store.backup(&to).unwrap();
}

#[test]
fn an_import_that_is_ended_early_keeps_nothing_and_a_row_of_calls_stops_at_the_next() {
    let filled = Place::file();
    let store = filled.store();
    for n in 1..=40 {
        store.append(&feed(), case(n), vec![attended(case(n), n)], None).unwrap();
    }
    let mut text = Vec::new();
    store.export(&feed(), None, true, &mut text, |_| ()).unwrap();
    on_each(|place| {
        let whole = place.store();
        let store = whole.cancelled_when(after(20));
        let ended = store.import(&feed(), "export", &mut text.as_slice(), |_| ()).unwrap_err();
        assert!(matches!(ended, StoreError::Cancelled(_)), "{ended}");
        let refused = store.append(&feed(), case(1), vec![attended(case(1), 1)], None).unwrap_err();
        assert!(matches!(refused, StoreError::Cancelled(_)), "{refused}");
        assert!(matches!(store.log(&feed(), case(1)), Err(StoreError::Cancelled(_))));
        assert_eq!(whole.cases(&feed()).unwrap().count(), 0, "nothing was kept");
        whole.import(&feed(), "export", &mut text.as_slice(), |_| ()).unwrap();
        assert!(whole.verify(None, |_| ()).unwrap().is_intact());
    });
}
