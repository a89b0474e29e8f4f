//! The cost of a store compared with the bare database: appends one by one and in batches, loading and assessing a
//! case, following changes; on SQLite, on PostgreSQL, and compared with the Python package `eventsourcing` on SQLite.
//!
//! The bare database does the same insert: the same bytes into a table of the same columns and indexes, in its own
//! transaction, kept as durably. It checks nothing, chains nothing, and writes no journal. `cargo xtask bench store`
//! says where Python and PostgreSQL are; what is missing is left out, and said to be. `benches/README.md` has the
//! figures.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run stops"
)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic, reason = "figures for a reader")]
#![allow(clippy::cast_precision_loss, reason = "figures for a reader")]

mod caseload;
#[allow(dead_code, reason = "the race of the other benchmarks is between two in one process")]
mod harness;

use std::cell::RefCell;
use std::process::Command;
use std::time::{Duration, Instant};

use postgres_for_tests::Postgres;
use risk_core::assessment::assess;
use risk_core::event::vocabulary::Audience::ResponsibleOfficer;
use risk_core::log::{Log, Record, Stamp, seal};
use risk_store::{Addition, Operator, Options, Reader, Store};
use uuid::Uuid;

use harness::median;

/// How long each pair is measured.
const BUDGET: Duration = Duration::from_secs(8);
const CASES: u32 = 200;
/// How many cases one batch fills.
const BATCH: usize = 20;
const FOLLOWED: u64 = 100_000;
const PAGE: u64 = 1000;

fn main() {
    let logs = caseload::cases(CASES);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    println!("store: {CASES} cases of {} events; medians of pairs measured in turn", caseload::EVENTS);

    let bare = Bare::file(&file("bare.db"));
    measure("store", &Store::create(&file("cases.risk"), Options::default()).unwrap(), &bare, &logs);
    match (Postgres::start_or_skip(), Postgres::start_or_skip()) {
        (Some(ours), Some(rival)) => {
            let store = Store::create(&ours.url(), Options::default()).unwrap();
            measure("store-postgres", &store, &Bare::database(rival.connect()), &logs);
        }
        _ => println!("store-postgres: left out, as there is no PostgreSQL"),
    }
    beside_python(&logs, &file("beside-python.risk"));
}

fn feed() -> Operator {
    Operator::new("bench").unwrap()
}

/// The bare database.
struct Bare(RefCell<Driver>);

enum Driver {
    File(rusqlite::Connection),
    Database(Box<postgres::Client>, postgres::Statement),
}

/// A row of records: case, position, header, payload.
type Kept = (Uuid, i64, String, Vec<u8>);

impl Bare {
    fn file(path: &str) -> Self {
        let file = rusqlite::Connection::open(path).unwrap();
        file.execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;
             CREATE TABLE record (place INTEGER PRIMARY KEY, case_id BLOB NOT NULL, position INTEGER NOT NULL,
                 header TEXT NOT NULL, payload BLOB, UNIQUE (case_id, position)) STRICT",
        )
        .unwrap();
        Self(RefCell::new(Driver::File(file)))
    }

    fn database(mut client: postgres::Client) -> Self {
        client
            .batch_execute(
                "CREATE TABLE record (place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id BYTEA NOT NULL,
                     position BIGINT NOT NULL, header TEXT NOT NULL, payload BYTEA, UNIQUE (case_id, position))",
            )
            .unwrap();
        let insert =
            client.prepare("INSERT INTO record (case_id, position, header, payload) VALUES ($1, $2, $3, $4)").unwrap();
        Self(RefCell::new(Driver::Database(Box::new(client), insert)))
    }

    /// Inserts rows in one transaction.
    fn insert(&self, rows: &[Kept]) {
        match &mut *self.0.borrow_mut() {
            Driver::File(file) => {
                let tx = file.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
                {
                    let mut insert = tx
                        .prepare_cached(
                            "INSERT INTO record (case_id, position, header, payload) VALUES (?1, ?2, ?3, ?4)",
                        )
                        .unwrap();
                    for (case_id, position, header, payload) in rows {
                        insert.execute(rusqlite::params![case_id.as_bytes(), position, header, payload]).unwrap();
                    }
                }
                tx.commit().unwrap();
            }
            Driver::Database(client, insert) => {
                let mut tx = client.transaction().unwrap();
                for (case_id, position, header, payload) in rows {
                    tx.execute(&*insert, &[&&case_id.as_bytes()[..], position, header, payload]).unwrap();
                }
                tx.commit().unwrap();
            }
        }
    }

    /// Reads the rows after a place and returns the place of the last one.
    fn page(&self, after: i64, limit: i64) -> (i64, usize) {
        let mut bytes = 0;
        let mut last = after;
        match &mut *self.0.borrow_mut() {
            Driver::File(file) => {
                let mut select = file
                    .prepare_cached(
                        "SELECT place, header, payload FROM record WHERE place > ?1 ORDER BY place LIMIT ?2",
                    )
                    .unwrap();
                let mut rows = select.query([after, limit]).unwrap();
                while let Some(row) = rows.next().unwrap() {
                    last = row.get(0).unwrap();
                    bytes += row.get::<_, String>(1).unwrap().len() + row.get::<_, Vec<u8>>(2).unwrap().len();
                }
            }
            Driver::Database(client, _) => {
                let select = "SELECT place, header, payload FROM record WHERE place > $1 ORDER BY place LIMIT $2";
                for row in client.query(select, &[&after, &limit]).unwrap() {
                    last = row.get(0);
                    bytes += row.get::<_, String>(1).len() + row.get::<_, Vec<u8>>(2).len();
                }
            }
        }
        (last, bytes)
    }
}

fn rows(log: &Log) -> Vec<Kept> {
    let mut n = 0;
    let sealed = seal(log, |_| {
        n += 1;
        Stamp { appended_at: chrono::Utc::now(), salt: [n; 16] }
    });
    let sealed = sealed.unwrap();
    let row = |r: &Record| {
        let (header, payload) = r.sealed_parts().unwrap();
        (r.case_id, i64::try_from(r.position().unwrap()).unwrap(), header, payload.unwrap().as_bytes().to_vec())
    };
    sealed.records().iter().map(row).collect()
}

/// The same records for another case and with other ids, because a case does not accept a record twice.
fn of_case(log: &Log, case_id: Uuid) -> Vec<Record> {
    let mut records = log.records().to_vec();
    records.iter_mut().for_each(|r| r.case_id = case_id);
    records
}

fn case(n: usize) -> Uuid {
    Uuid::from_u128(0x5000_0000_0000_4000_8000_0000_0000_0000 + u128::try_from(n).unwrap())
}

fn microseconds(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_nanos() as f64 / 1000.0
}

/// Measures two in turn, each going first every other time, until the time is up; prints the medians, and gives how often.
fn race(
    name: &str,
    unit: &str,
    per: f64,
    mut ours: impl FnMut(usize) -> f64,
    mut rival: impl FnMut(usize) -> f64,
) -> usize {
    let began = Instant::now();
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for turn in 0.. {
        if turn >= 5 && began.elapsed() > BUDGET {
            break;
        }
        if turn % 2 == 0 {
            a.push(ours(turn) / per);
            b.push(rival(turn) / per);
        } else {
            b.push(rival(turn) / per);
            a.push(ours(turn) / per);
        }
    }
    let runs = a.len();
    let (a, b) = (median(a), median(b));
    println!("{name} ratio={:.2} ours={a:.1} rival={b:.1} unit={unit} runs={runs}", a / b);
    runs
}

fn measure(name: &str, store: &Store, bare: &Bare, logs: &[Log]) {
    let feed = feed();
    let kept: Vec<Vec<Kept>> = logs.iter().map(rows).collect();
    // One by one: each case's records in their order, so that the store finds the case in memory but for its first record.
    let records: Vec<(Uuid, Record)> =
        (0..).zip(logs).flat_map(|(n, log)| of_case(log, case(n)).into_iter().map(move |r| (case(n), r))).collect();
    let single: Vec<&Kept> = kept.iter().flatten().collect();
    race(
        &format!("{name}-append"),
        "us/append",
        1.0,
        |turn| {
            let (case_id, record) = records[turn].clone();
            microseconds(|| drop(store.append(&feed, case_id, vec![record], None).unwrap()))
        },
        |turn| {
            let (_, position, header, payload) = single[turn];
            let row = [(case(turn / 100), *position, header.clone(), payload.clone())];
            microseconds(|| bare.insert(&row))
        },
    );
    // In batches: whole cases at a time, new ones each time.
    let fill = |turn: usize, i: usize| case(1_000_000 + turn * BATCH + i);
    let of_batch = |turn: usize| (turn * BATCH..(turn + 1) * BATCH).map(|n| n % logs.len());
    let batches = race(
        &format!("{name}-batch"),
        "us/record",
        (BATCH * 100) as f64,
        |turn| {
            let additions: Vec<Addition> = of_batch(turn)
                .enumerate()
                .map(|(i, n)| {
                    let case_id = fill(turn, i);
                    Addition { case_id, records: of_case(&logs[n], case_id), expected_position: None }
                })
                .collect();
            microseconds(|| drop(store.append_all(&feed, &additions).unwrap()))
        },
        |turn| {
            let batch: Vec<Kept> = of_batch(turn)
                .enumerate()
                .flat_map(|(i, n)| kept[n].iter().map(move |(_, p, h, l)| (fill(turn, i), *p, h.clone(), l.clone())))
                .collect();
            microseconds(|| bare.insert(&batch))
        },
    );
    // Load and assess: beside the same answer from the same text in memory. Each time another case, of more than a store keeps
    // in memory.
    let (policy, question) = (caseload::england_wales(), caseload::question(ResponsibleOfficer));
    let reader = Reader::new("bench", ResponsibleOfficer).unwrap();
    let texts: Vec<String> = logs.iter().map(sealed_text).collect();
    race(
        &format!("{name}-assess"),
        "us/case",
        1.0,
        |turn| {
            let n = turn % (batches * BATCH);
            let case_id = fill(n / BATCH, n % BATCH);
            microseconds(|| drop(store.assess(&reader, case_id, &policy, &question).unwrap()))
        },
        |turn| {
            let n = turn % texts.len();
            microseconds(|| drop(assess(&Log::parse("case", &texts[n]).unwrap(), &policy, &question).unwrap()))
        },
    );
    follow(name, store, bare);
}

fn sealed_text(log: &Log) -> String {
    seal(log, |_| Stamp { appended_at: chrono::Utc::now(), salt: [1; 16] }).unwrap().to_jsonl()
}

/// Follows a number of changes from the first, or all.
fn follow(name: &str, store: &Store, bare: &Bare) {
    let feed = feed();
    let mut counted = 0;
    let mut after = 0;
    let ours = microseconds(|| {
        while counted < FOLLOWED {
            let page = store.changes(&feed, after, PAGE).unwrap();
            let Some(last) = page.last() else { break };
            after = last.place;
            counted += page.len() as u64;
        }
    });
    let mut place = 0;
    let mut pages = 0;
    let rival = microseconds(|| {
        while pages < counted / PAGE {
            (place, _) = bare.page(place, i64::try_from(PAGE).unwrap());
            pages += 1;
        }
    });
    let per = |total: f64| total / counted as f64;
    println!(
        "{name}-follow ratio={:.2} ours={:.2} rival={:.2} unit=us/change changes={counted}",
        ours / rival,
        per(ours),
        per(rival)
    );
}

/// The same appends and loads by the Python package `eventsourcing` on SQLite, as it comes.
fn beside_python(logs: &[Log], file: &str) {
    let Ok(python) = std::env::var("RISK_BENCH_PYTHON") else {
        println!("store-python: left out; `cargo xtask bench store` says where Python is");
        return;
    };
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/rival_store.py");
    let ran = Command::new(python).arg(script).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let said = String::from_utf8(ran.stdout).unwrap();
    let rival: Vec<f64> = said.split_whitespace().map(|n| n.parse().unwrap()).collect();

    let store = Store::create(file, Options::default()).unwrap();
    let feed = feed();
    let log = &logs[0];
    let one = of_case(log, case(1));
    let singles = microseconds(|| {
        for record in &one {
            store.append(&feed, case(1), vec![record.clone()], None).unwrap();
        }
    });
    let batches = microseconds(|| {
        for n in 2..22 {
            store.append(&feed, case(n), of_case(log, case(n)), None).unwrap();
        }
    });
    let loads = microseconds(|| {
        for n in 2..22 {
            // A new handle each time, so that nothing is in memory.
            let store = Store::open(file, Options::default()).unwrap();
            assert_eq!(store.log(&feed, case(n)).unwrap().len(), 100);
        }
    });
    for (name, ours, rival) in [
        ("append", singles / 100.0, rival[0]),
        ("batch", batches / 2000.0, rival[1]),
        ("load", loads / 2000.0, rival[2]),
    ] {
        println!("store-python-{name} ratio={:.2} ours={ours:.1} rival={rival:.1} unit=us/event", ours / rival);
    }
}
