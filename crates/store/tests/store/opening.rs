//! Opening what is there: a store, an older one, a newer one, something else, or nothing.

use std::fs;
use std::thread;

use risk_store::{Options, Store, StoreError};

use crate::place::{Place, feed, on_each};
use crate::records::{call_out, case};

fn refusal(url: &str) -> StoreError {
    Store::open(url, Options::default()).unwrap_err()
}

#[test]
fn a_store_that_is_not_there_is_not_made_unless_it_is_asked_for() {
    on_each(|place| {
        let missing = refusal(&place.url);
        assert!(matches!(missing, StoreError::Missing(_)), "{missing}");
        place.store();
        Store::open(&place.url, Options::default()).unwrap();
    });
}

#[test]
fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let place = Place::file();
    fs::write(&place.url, "dear diary, this is no database at all, whatever its name says".repeat(20)).unwrap();
    let before = fs::read(&place.url).unwrap();
    assert!(matches!(refusal(&place.url), StoreError::NotAStore { .. }), "{}", refusal(&place.url));
    assert_eq!(fs::read(&place.url).unwrap(), before);

    let place = Place::file();
    place.raw().execute_batch("CREATE TABLE recipe (name TEXT)").unwrap();
    let before = fs::read(&place.url).unwrap();
    assert!(matches!(refusal(&place.url), StoreError::NotAStore { .. }));
    assert!(Store::create(&place.url, Options::default()).is_err());
    assert_eq!(fs::read(&place.url).unwrap(), before);
}

#[test]
fn a_file_too_short_to_be_a_database_is_refused_and_left_as_it_is() {
    for text in ["x", "not a database", &"short".repeat(19)] {
        let place = Place::file();
        fs::write(&place.url, text).unwrap();
        for opened in [Store::open(&place.url, Options::default()), Store::create(&place.url, Options::default())] {
            assert!(matches!(opened, Err(StoreError::NotAStore { .. })), "{text}");
            assert_eq!(fs::read_to_string(&place.url).unwrap(), text);
        }
    }
    // An empty file becomes a store where one is to be made, and nowhere else.
    let place = Place::file();
    fs::write(&place.url, "").unwrap();
    assert!(refusal(&place.url).to_string().contains("an empty file"), "{}", refusal(&place.url));
    assert_eq!(fs::metadata(&place.url).unwrap().len(), 0);
    assert!(Store::create(&place.url, Options::default()).unwrap().cases(&feed()).unwrap().next().is_none());
}

#[test]
fn a_store_of_a_newer_form_is_refused_and_left_as_it_is() {
    let place = Place::file();
    place.store().append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    place
        .raw()
        .execute("INSERT INTO store_form SELECT 99, 'later', applied_on, checksum FROM store_form LIMIT 1", [])
        .unwrap();
    assert!(matches!(refusal(&place.url), StoreError::Newer { found: 99, known: 6 }), "{}", refusal(&place.url));
}

#[test]
fn a_store_of_an_older_form_is_brought_up_to_date_and_keeps_its_records() {
    let place = Place::file();
    let store = place.store();
    store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    let before = store.log(&feed(), case(1)).unwrap();
    drop(store);
    // What the second form added is taken away again.
    place
        .raw()
        .execute_batch(
            "DROP TABLE waiting; DROP TABLE waiting_for; DROP TABLE kept_value;
             DROP TABLE entry; DROP TABLE evidence; DROP TABLE identifier; ALTER TABLE head DROP COLUMN entries;
             ALTER TABLE head DROP COLUMN entry_hash; DELETE FROM store_form WHERE version >= 2;
             DELETE FROM head WHERE records = 0",
        )
        .unwrap();
    let store = Store::open(&place.url, Options::default()).unwrap();
    assert_eq!(store.log(&feed(), case(1)).unwrap().to_jsonl(), before.to_jsonl());
    assert!(store.verify(None, |_| ()).unwrap().is_intact());
}

#[test]
fn an_older_store_that_cannot_be_brought_up_to_date_says_why() {
    let place = Place::file();
    drop(place.store());
    // The user has a table of that name.
    place
        .raw()
        .execute_batch(
            "DROP TABLE waiting; DROP TABLE waiting_for; DROP TABLE kept_value;
             DROP TABLE entry; DROP TABLE evidence; DROP TABLE identifier; ALTER TABLE head DROP COLUMN entries;
             ALTER TABLE head DROP COLUMN entry_hash; DELETE FROM store_form WHERE version >= 2;
             CREATE TABLE evidence (mine TEXT)",
        )
        .unwrap();
    let message = refusal(&place.url);
    assert!(matches!(&message, StoreError::Upgrade { found: 1, known: 6, .. }), "{message}");
    assert!(message.to_string().contains("evidence"), "{message}");
}

#[test]
fn eight_that_make_one_store_at_once_all_get_it() {
    on_each(|place| {
        thread::scope(|scope| {
            for n in 1..=8 {
                scope.spawn(move || place.store().append(&feed(), case(n), vec![call_out(case(n), n)], None).unwrap());
            }
        });
        assert_eq!(place.store().cases(&feed()).unwrap().count(), 8);
    });
}

#[cfg(unix)]
#[test]
fn a_new_file_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::file();
    let store = place.store();
    store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    for file in [place.url.clone(), format!("{}-wal", place.url)] {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_url_with_a_password_that_cannot_be_read_is_not_repeated() {
    let message = refusal("postgres://risk:s3cret@host:port/x").to_string();
    assert!(message.contains("postgres://USER@HOST/DATABASE") && !message.contains("s3cret"), "{message}");
    let short = Options { patience: std::time::Duration::ZERO, ..Options::default() };
    let message = Store::open("postgres://risk:s3cret@127.0.0.1:1/x", short).unwrap_err();
    assert!(matches!(message, StoreError::Unreachable(_)), "{message}");
    assert!(!message.to_string().contains("s3cret"), "{message}");
}
