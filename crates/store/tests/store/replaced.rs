//! Files that are moved, replaced or restored under a store, and other handles of the same process: nothing that was
//! acknowledged is lost, and nothing is acknowledged that no one will find.

use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use risk_store::{Options, Store, StoreError};

use crate::place::{Place, feed};
use crate::records::{attended, call_out, case};

const VARIABLE: &str = "RISK_STORE_TEST_BACKUP";

fn append(store: &Store, n: u128) -> Result<(), StoreError> {
    store.append(&feed(), case(1), vec![attended(case(1), n)], None).map(drop)
}

fn beside(place: &Place, suffix: &str) -> String {
    format!("{}{suffix}", place.url)
}

/// As another process, it makes a copy of the store and closes it, as `sqlite3 FILE "VACUUM INTO …"` does.
#[test]
fn copies_what_it_is_told() {
    let Ok(order) = std::env::var(VARIABLE) else { return };
    let (from, to) = order.split_once('\n').unwrap();
    rusqlite::Connection::open(from).unwrap().execute("VACUUM INTO ?1", [to]).unwrap();
}

fn copied_by_another_process(place: &Place, to: &str) {
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["replaced::copies_what_it_is_told", "--exact"])
        .env(VARIABLE, format!("{}\n{to}", place.url))
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
}

/// How many locks of this process the system knows on a file.
#[cfg(target_os = "linux")]
fn locks(file: &str) -> usize {
    use std::os::unix::fs::MetadataExt;
    let inode = format!(":{}", fs::metadata(file).unwrap().ino());
    let process = std::process::id().to_string();
    let is_ours = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.get(4) == Some(&process.as_str()) && words.get(5).is_some_and(|place| place.ends_with(&inode))
    };
    fs::read_to_string("/proc/locks").unwrap().lines().filter(is_ours).count()
}

#[cfg(target_os = "linux")]
#[test]
fn whatever_else_this_process_does_with_the_store_its_locks_stay() {
    let place = Place::file();
    let store = place.store();
    append(&store, 1).unwrap();
    let before = locks(&place.url);
    assert!(before > 0);
    let folder = Path::new(&place.url).parent().unwrap();
    let link = folder.join("link.risk");
    std::os::unix::fs::symlink(&place.url, &link).unwrap();
    type Deed<'a> = (&'a str, Box<dyn Fn() + 'a>);
    let deeds: Vec<Deed<'_>> = vec![
        ("a second handle that stays", Box::new(|| drop(Store::open(&place.url, Options::default()).unwrap()))),
        ("made where it is there already", Box::new(|| drop(place.store()))),
        ("by a link", Box::new(|| drop(Store::open(&link.display().to_string(), Options::default()).unwrap()))),
        ("verified", Box::new(|| assert!(store.verify(None, |_| ()).unwrap().is_intact()))),
        ("a checkpoint", Box::new(|| drop(store.checkpoint().unwrap()))),
        ("a copy", Box::new(|| store.backup(&folder.join("copy.risk")).unwrap())),
        ("a copy onto itself", Box::new(|| assert!(store.backup(Path::new(&place.url)).is_err()))),
        ("scrubbed", Box::new(|| drop(store.scrub().unwrap()))),
        ("another writer", Box::new(|| append(&place.store(), 2).unwrap())),
        (
            "read by threads",
            Box::new(|| {
                std::thread::scope(|scope| {
                    for _ in 0..4 {
                        scope.spawn(|| drop(place.store().facts(case(1))));
                    }
                });
            }),
        ),
    ];
    for (what, deed) in deeds {
        deed();
        assert!(locks(&place.url) >= before, "{what}");
    }
}

#[test]
fn a_second_handle_and_a_copy_by_another_process_lose_nothing_that_is_acknowledged() {
    let place = Place::file();
    let one = place.store();
    append(&one, 1).unwrap();
    let two = place.store();
    let copy = beside(&place, ".copy");
    copied_by_another_process(&place, &copy);
    assert!(Path::new(&beside(&place, "-wal")).exists(), "the other process took the log for left over");
    append(&one, 2).unwrap();
    drop(two);
    copied_by_another_process(&place, &beside(&place, ".other"));
    append(&one, 3).unwrap();
    // As if the process were killed: what the files hold now.
    let later = snapshot(&place);
    assert_eq!(later.store().log(&feed(), case(1)).unwrap().len(), 3);
}

/// The files of a store as they are now, elsewhere: what a process finds after this one was killed.
fn snapshot(place: &Place) -> Place {
    let copy = Place::file();
    for suffix in ["", "-wal"] {
        if Path::new(&beside(place, suffix)).exists() {
            fs::copy(beside(place, suffix), beside(&copy, suffix)).unwrap();
        }
    }
    copy
}

#[cfg(unix)]
#[test]
fn a_store_that_is_moved_or_replaced_while_it_is_open_takes_nothing_more() {
    type Deed = (&'static str, fn(&Place, &str));
    let deeds: [Deed; 7] = [
        ("moved, and a backup in its place", |place, backup| {
            fs::rename(&place.url, beside(place, ".old")).unwrap();
            fs::copy(backup, &place.url).unwrap();
        }),
        ("moved", |place, _| fs::rename(&place.url, beside(place, ".old")).unwrap()),
        ("removed", |place, _| fs::remove_file(&place.url).unwrap()),
        ("replaced", |place, backup| fs::rename(backup, &place.url).unwrap()),
        ("a backup copied into it", |place, backup| {
            fs::copy(backup, &place.url).unwrap();
        }),
        ("its log removed", |place, _| fs::remove_file(beside(place, "-wal")).unwrap()),
        ("its log replaced", |place, _| {
            fs::copy(beside(place, "-wal"), beside(place, ".log")).unwrap();
            fs::rename(beside(place, ".log"), beside(place, "-wal")).unwrap();
        }),
    ];
    for (what, deed) in deeds {
        let place = Place::file();
        let store = place.store();
        append(&store, 1).unwrap();
        let backup = beside(&place, ".backup");
        copied_by_another_process(&place, &backup);
        append(&store, 2).unwrap();
        deed(&place, &backup);
        let there = |suffix: &str| fs::read(beside(&place, suffix)).ok();
        let (file, log) = (there(""), there("-wal"));
        for n in 3..5 {
            let refused = append(&store, n).unwrap_err();
            assert!(matches!(refused, StoreError::Moved(_) | StoreError::ForeignWal { .. }), "{what}: {refused}");
            assert!(refused.to_string().contains(&place.url), "{what}: {refused}");
        }
        assert!(store.facts(case(1)).is_err(), "{what}: read all the same");
        drop(store);
        assert!((there(""), there("-wal")) == (file, log), "{what}: closing changed what lies there");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_elsewhere_now_is_noticed_and_one_that_stays_is_no_matter() {
    let (first, second, linked) = (Place::file(), Place::file(), Place::file());
    drop((first.store(), second.store()));
    std::os::unix::fs::symlink(&first.url, &linked.url).unwrap();
    let store = linked.store();
    append(&store, 1).unwrap();
    append(&store, 2).unwrap();
    fs::remove_file(&linked.url).unwrap();
    std::os::unix::fs::symlink(&second.url, &linked.url).unwrap();
    assert!(matches!(append(&store, 3).unwrap_err(), StoreError::Moved(_)));
}

/// Copies of a store of each sort, each with its name.
fn copies(place: &Place, store: &Store, n: u128) -> Vec<(String, String)> {
    let (vacuumed, backed_up) = (beside(place, &format!(".vacuum{n}")), beside(place, &format!(".backup{n}")));
    place.raw().execute("VACUUM INTO ?1", [&vacuumed]).unwrap();
    store.backup(Path::new(&backed_up)).unwrap();
    vec![(format!("VACUUM INTO after {n}"), vacuumed), (format!("a backup after {n}"), backed_up)]
}

#[test]
fn a_backup_copied_over_a_store_whose_log_stayed_is_refused_and_opens_without_the_log() {
    let place = Place::file();
    let store = place.store();
    let mut backups = Vec::new();
    for n in 1..=12 {
        append(&store, n).unwrap();
        if n == 7 {
            // From here on the log begins anew.
            store.scrub().unwrap();
        }
        backups.extend(copies(&place, &store, n));
    }
    append(&store, 20).unwrap();
    let left = snapshot(&place);
    for (what, backup) in backups {
        let restored = snapshot(&left);
        fs::copy(&backup, &restored.url).unwrap();
        let before = (fs::read(&restored.url).unwrap(), fs::read(beside(&restored, "-wal")).unwrap());
        for _ in 0..2 {
            let refused = Store::open(&restored.url, Options::default()).unwrap_err();
            assert!(matches!(refused, StoreError::ForeignWal { .. }), "{what}: {refused}");
            assert!(refused.to_string().contains("-wal") && refused.to_string().contains("move"), "{refused}");
        }
        let after = (fs::read(&restored.url).unwrap(), fs::read(beside(&restored, "-wal")).unwrap());
        assert!(after == before, "{what}: the files were changed");
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(beside(&restored, suffix));
        }
        let store = restored.store();
        assert!(store.verify(None, |_| ()).unwrap().is_intact(), "{what}");
        append(&store, 99).unwrap();
    }
}

#[test]
fn a_log_of_an_earlier_time_or_of_another_store_is_refused() {
    let place = Place::file();
    let store = place.store();
    append(&store, 1).unwrap();
    let early = snapshot(&place);
    append(&store, 2).unwrap();
    store.scrub().unwrap();
    append(&store, 3).unwrap();
    store.scrub().unwrap();
    append(&store, 4).unwrap();
    let other = Place::file();
    let foreign = other.store();
    for n in 1..=9 {
        foreign.append(&feed(), case(2), vec![call_out(case(2), n)], None).unwrap();
    }
    foreign.scrub().unwrap();
    foreign.append(&feed(), case(2), vec![call_out(case(2), 50)], None).unwrap();
    for log in [beside(&early, "-wal"), beside(&other, "-wal")] {
        let mixed = snapshot(&place);
        fs::copy(log, beside(&mixed, "-wal")).unwrap();
        let refused = Store::open(&mixed.url, Options::default()).unwrap_err();
        assert!(matches!(refused, StoreError::ForeignWal { .. }), "{refused}");
    }
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Append,
    Checkpoint,
    Scrub,
    OpenAnew,
    SecondHandle,
    Kill,
    CutLog(u64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let one = prop_oneof![
        6 => Just(Deed::Append),
        1 => Just(Deed::Checkpoint),
        1 => Just(Deed::Scrub),
        1 => Just(Deed::OpenAnew),
        1 => Just(Deed::SecondHandle),
        2 => Just(Deed::Kill),
        1 => (0..9000u64).prop_map(Deed::CutLog),
    ];
    prop::collection::vec(one, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_log_that_belongs_to_its_file_is_never_refused(deeds in deeds()) {
        let mut place = Place::file();
        let mut store = place.store();
        let mut second = None;
        let mut folded = false;
        for (deed, n) in deeds.into_iter().zip(1..) {
            match deed {
                Deed::Append => append(&store, n).unwrap(),
                Deed::Checkpoint => {
                    place.raw().query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
                    folded = true;
                }
                Deed::Scrub => {
                    store.scrub().unwrap();
                    folded = false;
                }
                Deed::OpenAnew => store = place.store(),
                Deed::SecondHandle => second = Some(place.store()),
                Deed::Kill | Deed::CutLog(_) => {
                    let left = snapshot(&place);
                    if let (Deed::CutLog(bytes), false) = (deed, folded) {
                        // The end of the log was not on the disk yet; what was folded into the file was.
                        if let Ok(log) = fs::OpenOptions::new().write(true).open(beside(&left, "-wal")) {
                            let length = log.metadata().unwrap().len();
                            log.set_len(length.saturating_sub(bytes)).unwrap();
                        }
                    }
                    second = None;
                    store = left.store();
                    place = left;
                }
            }
        }
        drop(second);
        prop_assert!(store.verify(None, |_| ()).unwrap().is_intact());
    }
}
