//! Obstacles to writing: each has its own error, and nothing is lost or kept twice.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;
use postgres_for_tests::PrivateServer;
use risk_core::event::vocabulary::Audience;
use risk_store::{Act, Options, Reader, Store, StoreError};

use crate::place::{Place, feed};
use crate::records::{attended, call_out, case, event};

fn hasty() -> Options {
    Options { patience: Duration::from_millis(200), ..Options::default() }
}

#[test]
fn a_file_that_another_writer_holds_is_waited_for_and_then_said_to_be_in_use() {
    let place = Place::file();
    let store = place.store_with(hasty());
    let raw = place.raw();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let busy = store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap_err();
    assert!(matches!(busy, StoreError::Busy(_)), "{busy}");
    assert!(began.elapsed() >= Duration::from_millis(200));
    raw.execute_batch("COMMIT").unwrap();
    assert!(store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap()[0].new);
}

#[test]
fn a_writer_that_lets_go_in_time_is_only_waited_for() {
    let place = Place::file();
    let store = place.store();
    let raw = place.raw();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    thread::scope(|scope| {
        let append = scope.spawn(|| store.append(&feed(), case(1), vec![call_out(case(1), 1)], None));
        thread::sleep(Duration::from_millis(100));
        raw.execute_batch("COMMIT").unwrap();
        assert!(append.join().unwrap().unwrap()[0].new);
    });
}

/// Runs a test of this program again on a small disk of its own; `None` where the system does not let anybody make one.
fn on_a_small_disk(test: &str) -> Option<()> {
    let disk = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=512k tmpfs \"$1\" || exit 77; exec \"$2\" \"$3\" --exact --nocapture";
    let ran = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .arg(disk.path())
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env("RISK_STORE_SMALL_DISK", disk.path())
        .output();
    match ran {
        Ok(ran) if ran.status.code() != Some(77) && ran.status.code() != Some(1) => {
            let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
            assert!(ran.status.success(), "{said}");
            assert!(said.contains("1 passed"), "{said}");
            Some(())
        }
        other => {
            assert!(std::env::var_os("CI").is_none(), "a small disk could not be made: {other:?}");
            eprintln!("SKIPPED: {test} needs `unshare --map-root-user --mount`, which this system does not allow");
            None
        }
    }
}

#[test]
fn a_full_disk_is_said_to_be_full_and_what_was_acknowledged_before_is_there() {
    let Some(disk) = std::env::var_os("RISK_STORE_SMALL_DISK") else {
        on_a_small_disk("obstacles::a_full_disk_is_said_to_be_full_and_what_was_acknowledged_before_is_there");
        return;
    };
    let file = std::path::Path::new(&disk).join("cases.risk").display().to_string();
    let store = Store::create(&file, hasty()).unwrap();
    let mut kept = 0;
    let full = loop {
        match store.append(&feed(), case(1), (0..20).map(|i| attended(case(1), kept + i)).collect(), None) {
            Ok(_) => kept += 20,
            Err(e) => break e,
        }
        assert!(kept < 10_000, "the disk is never full");
    };
    assert!(matches!(full, StoreError::Full), "{full}");
    assert!(kept > 0);
    drop(store);
    // Room is freed: the copy is on a disk that has some.
    let elsewhere = tempfile::tempdir_in("/var/tmp").unwrap();
    for end in ["", "-wal"] {
        let (from, to) = (format!("{file}{end}"), elsewhere.path().join(format!("cases.risk{end}")));
        if std::path::Path::new(&from).exists() {
            std::fs::copy(from, to).unwrap();
        }
    }
    let store = Store::open(&elsewhere.path().join("cases.risk").display().to_string(), hasty()).unwrap();
    let verified = store.verify(None, |_| ()).unwrap();
    assert!(verified.is_intact(), "{:?}", verified.differences);
    assert_eq!(u128::from(verified.records), kept);
    assert!(store.append(&feed(), case(1), vec![attended(case(1), kept)], None).unwrap()[0].new);
}

/// Takes all room that is left on a disk.
fn filled(disk: &std::path::Path) -> std::path::PathBuf {
    use std::io::Write;
    let ballast = disk.join("ballast");
    let mut file = std::fs::File::create(&ballast).unwrap();
    for size in [4096, 512, 1] {
        while file.write_all(&vec![7; size]).and_then(|()| file.sync_data()).is_ok() {}
    }
    ballast
}

#[test]
fn on_a_full_disk_whoever_gives_a_reason_is_answered_and_it_is_journalled_once_there_is_room() {
    let Some(disk) = std::env::var_os("RISK_STORE_SMALL_DISK") else {
        on_a_small_disk(
            "obstacles::on_a_full_disk_whoever_gives_a_reason_is_answered_and_it_is_journalled_once_there_is_room",
        );
        return;
    };
    let disk = std::path::Path::new(&disk);
    let file = disk.join("cases.risk").display().to_string();
    let reader = |id: &str| Reader::new(id, Audience::ResponsibleOfficer).unwrap();
    let urgent = |id: &str| reader(id).with_unjournalled_reason("call-out tonight, INC-4711").unwrap();
    let unjournalled = |store: &Store| -> Vec<(String, bool)> {
        let entries = store.journal(Some(case(1))).unwrap();
        let kept = entries.into_iter().filter(
            |e| matches!(&e.act, Act::ConsultedUnjournalled { reason, .. } if reason == "call-out tonight, INC-4711"),
        );
        kept.map(|e| (e.by, e.refused)).collect()
    };
    let expected = [("N07A001".to_owned(), false), ("N07A009".to_owned(), true), ("N07A001".to_owned(), false)];

    // With a handle that was opened while there was room, and then with one that is opened on the full disk.
    for opened_before in [true, false] {
        let store = Store::create(&file, hasty()).unwrap();
        if opened_before {
            store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
            store.exclude(&feed(), case(1), "N07A009").unwrap();
        }
        let before = unjournalled(&store).len();
        let store = if opened_before {
            Some(store)
        } else {
            drop(store);
            None
        };
        let ballast = filled(disk);
        let store = store.unwrap_or_else(|| Store::open(&file, hasty()).unwrap());
        assert!(matches!(store.consult(&reader("N07A001"), case(1), Utc::now()).unwrap_err(), StoreError::Full));
        assert_eq!(store.consult(&urgent("N07A001"), case(1), Utc::now()).unwrap().len(), 1);
        assert!(matches!(
            store.consult(&urgent("n07a009"), case(1), Utc::now()).unwrap_err(),
            StoreError::Excluded { .. }
        ));
        let listed: Vec<_> =
            store.caseload(&urgent("N07A001"), Utc::now(), None).map(|one| one.unwrap().log.is_ok()).collect();
        assert_eq!(listed, [true]);
        assert_eq!(unjournalled(&store).len(), before, "nothing could be written");
        std::fs::remove_file(ballast).unwrap();
        if opened_before {
            // The next reading of such a reader that can be journalled brings the others with it.
            store.consult(&urgent("N07A001"), case(1), Utc::now()).unwrap();
        } else {
            drop(store);
        }
        let store = Store::open(&file, hasty()).unwrap();
        let found: Vec<_> = unjournalled(&store)
            .split_off(before)
            .into_iter()
            .map(|(by, refused)| (by.to_uppercase(), refused))
            .collect();
        assert_eq!(found, expected);
        assert!(store.verify(None, |_| ()).unwrap().is_intact());
        drop(store);
        assert_eq!(unjournalled(&Store::open(&file, hasty()).unwrap()).len(), before + 3, "entered twice");
    }
}

#[test]
fn a_reason_for_a_reading_that_is_not_journalled_is_one_plain_line() {
    for reason in ["", "  ", "two\nlines", "\u{202e}turned", &"x".repeat(201)] {
        assert!(
            Reader::new("N07A001", Audience::Manager).unwrap().with_unjournalled_reason(reason).is_err(),
            "{reason:?}"
        );
    }
}

#[test]
fn a_file_that_may_only_be_read_is_said_to_be_and_stays_as_it_is() {
    let Some(disk) = std::env::var_os("RISK_STORE_SMALL_DISK") else {
        on_a_small_disk("obstacles::a_file_that_may_only_be_read_is_said_to_be_and_stays_as_it_is");
        return;
    };
    let file = std::path::Path::new(&disk).join("cases.risk").display().to_string();
    let store = Store::create(&file, hasty()).unwrap();
    store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    drop(store);
    let before = std::fs::read(&file).unwrap();
    assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(&disk).status().unwrap().success());
    let message = Store::open(&file, hasty())
        .and_then(|store| store.append(&feed(), case(1), vec![attended(case(1), 2)], None).map(drop))
        .unwrap_err();
    assert!(matches!(message, StoreError::ReadOnly), "{message}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn appends_go_on_through_restarts_and_kills_of_the_server_and_each_is_kept_once() {
    let Some(server) = PrivateServer::start_or_skip() else { return };
    go_on_through_restarts_and_kills(server);
}

#[test]
fn appends_go_on_through_restarts_and_kills_of_a_server_behind_a_pool() {
    let Some(server) = PrivateServer::start_behind_pgbouncer_or_skip() else { return };
    go_on_through_restarts_and_kills(server);
}

fn go_on_through_restarts_and_kills(mut server: PrivateServer) {
    let url = server.url().to_owned();
    let store = Store::create(&url, Options { patience: Duration::from_secs(30), ..Options::default() }).unwrap();
    let (tell, message) = std::sync::mpsc::channel();
    let writer = thread::spawn(move || {
        let mut kept = Vec::new();
        for n in 0.. {
            if message.try_recv().is_ok() {
                break;
            }
            store.append(&feed(), case(1), vec![attended(case(1), n)], None).unwrap();
            kept.push(event(n));
        }
        kept
    });
    for round in 0..4 {
        thread::sleep(Duration::from_millis(150));
        if round % 2 == 0 {
            server.restart();
        } else {
            server.kill();
            server.start_again();
        }
    }
    thread::sleep(Duration::from_millis(100));
    tell.send(()).unwrap();
    let kept = writer.join().unwrap();
    assert!(kept.len() > 8, "{}", kept.len());
    let store = Store::open(&url, Options::default()).unwrap();
    let log = store.log(&feed(), case(1)).unwrap();
    assert_eq!(log.records().iter().map(|r| r.event_id).collect::<Vec<_>>(), kept);
    assert!(store.verify(None, |_| ()).unwrap().is_intact());
}

#[test]
fn a_server_that_is_gone_is_said_to_be_out_of_reach_and_is_found_again_when_it_is_back() {
    let Some(mut server) = PrivateServer::start_or_skip() else { return };
    let store = Store::create(server.url(), hasty()).unwrap();
    store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    server.stop();
    let gone = store.append(&feed(), case(1), vec![attended(case(1), 2)], None).unwrap_err();
    assert!(matches!(gone, StoreError::Unreachable(_)), "{gone}");
    server.start_again();
    assert_eq!(store.append(&feed(), case(1), vec![attended(case(1), 2)], Some(1)).unwrap()[0].position, 2);
}
