//! A process that appends until it is killed, and says what was acknowledged.
//!
//! The tests start this program itself again, and tell it by a variable to be a writer.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use risk_store::{Addition, Options, Store};
use uuid::Uuid;

use crate::place::feed;
use crate::records::{attended, call_out, case};

const VARIABLE: &str = "RISK_STORE_TEST_WRITER";

/// The orders of a writer process.
#[derive(Debug, Clone)]
pub struct WriterOrder {
    pub url: String,
    /// The first of its two cases; the other is the next.
    pub case: u128,
    /// Its first record's number; the others follow.
    pub from: u128,
    /// How many appends; more than it lives for, where it is to be killed.
    pub appends: u128,
}

impl WriterOrder {
    /// Starts a writer; its output names each record when its append has returned.
    pub fn start(&self) -> Child {
        let order = format!("{}\n{}\n{}\n{}", self.url, self.case, self.from, self.appends);
        Command::new(std::env::current_exe().unwrap())
            .args(["writer::writes_what_it_is_told", "--exact", "--nocapture", "--test-threads=1"])
            .env(VARIABLE, order)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Waits for a writer that was not killed.
    pub fn finish(child: &mut Child) -> Vec<Acknowledged> {
        let acknowledged = acknowledged(child);
        assert!(child.wait().unwrap().success());
        acknowledged
    }
}

/// A record that was said to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acknowledged {
    pub case_id: Uuid,
    pub event_id: Uuid,
}

/// What a writer said until its output ended.
pub fn acknowledged(child: &mut Child) -> Vec<Acknowledged> {
    heard(String::new(), BufReader::new(child.stdout.take().unwrap()))
}

/// Kills a writer a while after it was started or, if it may first write, after the first append that it made; gives what it
/// said.
pub fn killed(mut child: Child, may_write: bool, after: Duration) -> Vec<Acknowledged> {
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while may_write && !said.contains("\nkept ") && output.read_line(&mut said).unwrap() > 0 {}
    thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    heard(said, output)
}

fn heard(mut said: String, mut output: BufReader<ChildStdout>) -> Vec<Acknowledged> {
    output.read_to_string(&mut said).unwrap();
    // A line that is not ended was not said.
    let whole = said.rfind('\n').map_or("", |end| &said[..end]);
    whole.lines().filter_map(|line| line.strip_prefix("kept ")).map(read).collect()
}

fn read(line: &str) -> Acknowledged {
    let (case_id, event_id) = line.split_once(' ').unwrap();
    Acknowledged { case_id: case_id.parse().unwrap(), event_id: event_id.parse().unwrap() }
}

/// As a test it asks for nothing, unless it runs as a writer.
#[test]
fn writes_what_it_is_told() {
    let Ok(order) = std::env::var(VARIABLE) else { return };
    let order: Vec<&str> = BufReader::new(order.as_bytes()).lines().map(|l| l.unwrap().leak() as &str).collect();
    let number = |i: usize| order[i].parse::<u128>().unwrap();
    let (first, from, appends) = (number(1), number(2), number(3));
    let store = Store::open(order[0], Options::default()).unwrap();
    for n in 0..appends {
        let id = from + n * 10;
        // One record for one case; then two for each of two cases, which are kept together or not at all.
        let kept = if n % 2 == 0 {
            vec![Addition { case_id: case(first), records: vec![attended(case(first), id)], expected_position: None }]
        } else {
            [(first, id), (first + 1, id + 2)]
                .map(|(of, id)| Addition {
                    case_id: case(of),
                    records: vec![call_out(case(of), id), attended(case(of), id + 1)],
                    expected_position: None,
                })
                .to_vec()
        };
        store.append_all(&feed(), &kept).unwrap();
        let said: String = kept
            .iter()
            .flat_map(|a| a.records.iter().map(|r| format!("kept {} {}\n", r.case_id, r.event_id)))
            .collect();
        // The test's own name is on the line before, without a line break.
        let said = format!("\n{said}");
        std::io::stdout().lock().write_all(said.as_bytes()).unwrap();
    }
}
