//! Many writers at once, and whoever follows them.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use postgres_for_tests::Postgres;
use risk_core::event::vocabulary::Handling;
use risk_core::log::Record;
use risk_store::{Change, Options, Store};

use crate::place::{Place, feed, on_each};
use crate::records::{attended, call_out, case, erasure};
use crate::writer::{Acknowledged, WriterOrder};

const WRITERS: u128 = 8;

#[test]
fn eight_processes_that_append_to_cases_of_their_own_lose_nothing() {
    on_each(|place| together(place, |writer| 10 + writer * 2));
}

#[test]
fn eight_processes_that_append_to_the_same_two_cases_lose_nothing() {
    on_each(|place| together(place, |_| 10));
}

fn together(place: &Place, case_of: impl Fn(u128) -> u128) {
    let store = place.store();
    let writer = |w| WriterOrder { url: place.url.clone(), case: case_of(w), from: 1_000_000 * (w + 1), appends: 12 };
    let mut children: Vec<_> = (0..WRITERS).map(|w| writer(w).start()).collect();

    // Whoever follows meanwhile sees each record once, in the order of its place.
    let mut seen: Vec<Change> = Vec::new();
    while children.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
        follow(&store, &mut seen);
    }
    follow(&store, &mut seen);
    let mut said: Vec<Acknowledged> = children.iter_mut().flat_map(WriterOrder::finish).collect();
    said.sort();

    assert!(seen.windows(2).all(|two| two[0].place < two[1].place));
    let mut followed: Vec<Acknowledged> =
        seen.iter().map(|c| Acknowledged { case_id: c.case_id, event_id: sealed_id(&c.line) }).collect();
    followed.sort();
    assert!(followed == said, "a change was passed over or came twice: {} and {}", followed.len(), said.len());

    let mut lengths = BTreeMap::new();
    for change in &seen {
        // In each case positions rise one by one.
        let length = lengths.entry(change.case_id).or_insert(0);
        *length += 1;
        assert_eq!(change.position, *length);
    }
    for (case_id, length) in lengths {
        assert_eq!(store.log(&feed(), case_id).unwrap().len(), length);
    }
    assert!(store.verify(None, |_| ()).unwrap().is_intact());
}

fn sealed_id(line: &str) -> uuid::Uuid {
    Record::parse(line).unwrap().event_id
}

fn follow(store: &Store, seen: &mut Vec<Change>) {
    loop {
        let after = seen.last().map_or(0, |change| change.place);
        let changes = store.changes(&feed(), after, 7).unwrap();
        if changes.is_empty() {
            return;
        }
        seen.extend(changes);
    }
}

#[test]
fn changes_come_in_pages_and_none_after_the_last() {
    on_each(|place| {
        let store = place.store();
        assert_eq!(store.changes(&feed(), 0, 10).unwrap(), []);
        for n in 1..=5 {
            store.append(&feed(), case(n), vec![call_out(case(n), n)], None).unwrap();
        }
        let first = store.changes(&feed(), 0, 3).unwrap();
        assert_eq!(first.iter().map(|c| c.case_id).collect::<Vec<_>>(), [case(1), case(2), case(3)]);
        let rest = store.changes(&feed(), first[2].place, 10).unwrap();
        assert_eq!(rest.len(), 2);
        assert_eq!(store.changes(&feed(), rest[1].place, 10).unwrap(), []);
    });
}

/// A text of one record for each of some cases that is slow to read, so that the transaction which takes it in is slow too.
struct Slow {
    lines: Vec<String>,
    pause: Duration,
}

impl Slow {
    fn new(cases: impl Iterator<Item = u128>, pause: Duration) -> BufReader<Self> {
        let line = |n| format!("{}\n", call_out(case(n), n).to_line());
        let mut lines: Vec<String> = cases.map(line).collect();
        lines.reverse();
        BufReader::new(Self { lines, pause })
    }
}

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(line) = self.lines.pop() else { return Ok(0) };
        thread::sleep(self.pause);
        buffer[..line.len()].copy_from_slice(line.as_bytes());
        Ok(line.len())
    }
}

/// Follows until it is said to be enough, and then to the end; each record must come once, in the order of the places.
fn followed(url: &str, enough: &AtomicBool, pause: Duration) -> Vec<Change> {
    let store = Store::open(url, Options::default()).unwrap();
    let mut seen = Vec::new();
    while !enough.load(Ordering::Acquire) {
        follow(&store, &mut seen);
        thread::sleep(pause);
    }
    follow(&store, &mut seen);
    assert!(seen.windows(2).all(|two| two[0].place < two[1].place));
    seen
}

#[test]
fn while_a_writer_is_slow_and_four_follow_appends_take_milliseconds() {
    for place in [Place::database(), Place::pooled()].iter().flatten() {
        let store = place.store();
        let enough = AtomicBool::new(false);
        thread::scope(|scope| {
            let followers: Vec<_> =
                (0..4).map(|_| scope.spawn(|| followed(&place.url, &enough, Duration::from_millis(20)))).collect();
            let slow = scope.spawn(|| {
                let mut text = Slow::new(1..6, Duration::from_millis(600));
                place.store().import(&feed(), "slow", &mut text, |_| ()).unwrap()
            });
            // The first case is in, and the others are waited for.
            thread::sleep(Duration::from_millis(1500));
            let mut took: Vec<Duration> = (100..120)
                .map(|n| {
                    let began = Instant::now();
                    store.append(&feed(), case(n), vec![attended(case(n), n)], None).unwrap();
                    began.elapsed()
                })
                .collect();
            assert!(!slow.is_finished(), "the slow writer was too fast");
            took.sort_unstable();
            assert!(took[10] < Duration::from_millis(100), "half of the appends took longer than {:?}", took[10]);
            assert!(took[19] < Duration::from_millis(1000), "an append took {:?}", took[19]);
            assert_eq!(slow.join().unwrap().added, 5);
            enough.store(true, Ordering::Release);
            for follower in followers {
                assert_eq!(follower.join().unwrap().len(), 25);
            }
        });
    }
}

#[test]
fn what_is_decided_before_a_slow_writer_is_followed_at_once_and_what_came_later_when_it_ends() {
    let Some(place) = Place::database() else { return };
    let store = place.store();
    let append = |n| store.append(&feed(), case(n), vec![attended(case(n), n)], None).unwrap();
    (1..4).for_each(|n| drop(append(n)));
    let cases = |changes: &[Change]| changes.iter().map(|c| c.case_id).collect::<Vec<_>>();
    thread::scope(|scope| {
        let slow = scope.spawn(|| {
            place.store().import(&feed(), "slow", &mut Slow::new(10..12, Duration::from_millis(2500)), |_| ()).unwrap()
        });
        thread::sleep(Duration::from_millis(3000));
        append(4);
        let began = Instant::now();
        let seen = store.changes(&feed(), 0, 100).unwrap();
        assert_eq!(cases(&seen), [case(1), case(2), case(3)]);
        assert_eq!(store.changes(&feed(), seen[2].place, 100).unwrap(), []);
        assert!(began.elapsed() < Duration::from_millis(300), "{:?}", began.elapsed());
        slow.join().unwrap();
        let mut rest = cases(&store.changes(&feed(), seen[2].place, 100).unwrap());
        rest.sort_unstable();
        assert_eq!(rest, [case(4), case(10), case(11)]);
    });
}

#[test]
fn a_restriction_that_is_slow_is_not_passed_over() {
    let Some(database) = Postgres::start_or_skip() else { return };
    let store = Store::create(&database.url(), Options::default()).unwrap();
    let append = |n| store.append(&feed(), case(n), vec![call_out(case(n), n)], None).unwrap();
    append(1);
    let seen = store.changes(&feed(), 0, 10).unwrap();
    assert_eq!(seen.len(), 1);
    // The record that is restricted is held, so that the restriction's own record has its place and waits.
    let mut raw = database.connect();
    let mut holding = raw.transaction().unwrap();
    holding.query("SELECT 1 FROM record FOR UPDATE", &[]).unwrap();
    thread::scope(|scope| {
        let restricted = scope.spawn(|| {
            let store = Store::open(&database.url(), Options::default()).unwrap();
            let of_third_party = erasure(case(1), 9, 1).with_handling(Handling::ThirdParty);
            store.restrict(&feed(), case(1), of_third_party).unwrap()
        });
        thread::sleep(Duration::from_millis(800));
        append(2);
        assert_eq!(store.changes(&feed(), seen[0].place, 10).unwrap(), []);
        holding.commit().unwrap();
        restricted.join().unwrap();
    });
    let mut rest: Vec<_> = store.changes(&feed(), seen[0].place, 10).unwrap().iter().map(|c| c.case_id).collect();
    rest.sort_unstable();
    assert_eq!(rest, [case(1), case(2)]);
}

#[test]
fn followers_of_many_writers_quick_slow_and_undone_miss_nothing() {
    for place in [Place::database(), Place::pooled()].iter().flatten() {
        drop(place.store());
        let enough = AtomicBool::new(false);
        thread::scope(|scope| {
            let enough = &enough;
            let followers: Vec<_> = [0, 3, 11]
                .map(|pause| scope.spawn(move || followed(&place.url, enough, Duration::from_millis(pause))))
                .into_iter()
                .collect();
            let writers: Vec<_> = (1..=8_u128)
                .map(|w| {
                    scope.spawn(move || {
                        let store = place.store();
                        let first = w * 10_000;
                        for round in 0..10 {
                            let n = first + round * 100;
                            let pause = Duration::from_millis(u64::try_from(w * round % 7).unwrap());
                            match w % 3 {
                                0 => drop(store.append(&feed(), case(n), vec![attended(case(n), n)], None).unwrap()),
                                1 => drop(
                                    store.import(&feed(), "slow", &mut Slow::new(n..n + 4, pause), |_| ()).unwrap(),
                                ),
                                // One that draws places, and then finds a line that is no record.
                                _ => {
                                    let undone = Slow::new(n..n + 3, pause).chain(&b"no record\n"[..]);
                                    store.import(&feed(), "undone", &mut BufReader::new(undone), |_| ()).unwrap_err();
                                }
                            }
                        }
                    })
                })
                .collect();
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            enough.store(true, Ordering::Release);
            for follower in followers {
                // Two that append, three that import four at a time.
                assert_eq!(follower.join().unwrap().len(), 2 * 10 + 3 * 10 * 4);
            }
        });
        assert!(place.store().verify(None, |_| ()).unwrap().is_intact());
    }
}
