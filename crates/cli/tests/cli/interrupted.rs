//! Commands that Ctrl-C (SIGINT) or a request to terminate (SIGTERM) ends.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use risk_store::{Operator, Options, Store};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::case::{jsonl, record, supervision_started};
use crate::command::command;
use crate::stored::{CASE, Stored};

const SAID: &str = "error: interrupted: the command did not finish, and keeps nothing of what it was writing\n";

/// Starts the command, sends the signal while it is at work, and waits for its end. A command that was not yet listening, and was
/// ended by the system, is started again and given more time.
fn signalled(command: &mut Command, signal: Signal) -> Output {
    let output = [300, 1_000, 3_000, 6_000].into_iter().find_map(|delay| {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        sleep(Duration::from_millis(delay));
        Some(ended_by(child, signal)).filter(|output| output.status.signal().is_none())
    });
    output.unwrap()
}

/// The child's standard input stays open until its end.
fn ended_by(mut child: Child, signal: Signal) -> Output {
    let input = child.stdin.take();
    kill_process(Pid::from_child(&child), signal).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(input);
    output
}

fn code_and_error(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stderr.clone()).unwrap())
}

fn on<'a>(stored: &'a Stored, words: &[&'a str]) -> Command {
    command(words.iter().copied().chain(["--store", stored.place(), "--as", "N07A001"]))
}

/// Runs while another process holds the store's lock for writing, so that whoever would write waits for ten seconds.
fn while_another_writes(stored: &Stored, run: impl Fn()) {
    let store = Store::open(stored.place(), Options::default()).unwrap();
    let by = Operator::new("other").unwrap();
    let held = store.work(&by, |_| {
        run();
        Ok(())
    });
    held.unwrap();
}

fn names(folder: &str) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn whoever_waits_for_the_store_is_ended_with_the_exit_code_of_the_signal_and_writes_no_output() {
    let stored = Stored::with_a_case();
    let folder = stored.beside("out");
    fs::create_dir(&folder).unwrap();
    let kept = format!("{folder}/kept.html");
    fs::write(&kept, "the briefing of yesterday").unwrap();
    let all = format!("{folder}/all.jsonl");
    let commands: [&[&str]; 5] = [
        &["briefing", "--audience", "manager", "--format", "html", "--output", &kept],
        &["audit", "--audience", "analyst"],
        &["store", "export", "--output", &all],
        &["store", "exclude", CASE, "N07A002"],
        &["assess", CASE, "--audience", "manager"],
    ];
    while_another_writes(&stored, || {
        for words in commands {
            for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
                let output = signalled(&mut on(&stored, words), signal);
                assert_eq!(code_and_error(&output), (Some(code), SAID.to_owned()), "{words:?}");
                assert!(output.stdout.is_empty(), "{words:?}");
            }
        }
    });
    assert_eq!(names(&folder), ["kept.html"], "no file half written, under whatever name");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "the briefing of yesterday");
    assert_eq!(stored.acts(CASE), ["appended"]);
    stored.risk(&["store", "verify"]).fine();
}

#[test]
fn a_verification_is_ended_while_it_waits_for_a_store_that_another_process_holds_alone() {
    let stored = Stored::with_a_case();
    let other = rusqlite::Connection::open(stored.place()).unwrap();
    other.execute_batch("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let checkpoint = stored.beside("now.checkpoint");
    for words in [&["store", "verify"][..], &["store", "checkpoint", "--output", &checkpoint]] {
        let output = signalled(&mut command(words.iter().copied().chain(["--store", stored.place()])), Signal::INT);
        assert_eq!(code_and_error(&output), (Some(130), SAID.to_owned()), "{words:?}");
    }
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    assert!(fs::metadata(&checkpoint).is_err());
    stored.risk(&["store", "verify"]).fine();
}

/// A case with so many records that a briefing on each of them takes minutes.
fn long_case() -> Vec<Value> {
    let call_out = |n: u32| {
        let (day, hour) = (n / 24, n % 24);
        let at = format!("2017-{:02}-{:02}T{hour:02}:00:00Z", 10 + day / 28 % 3, 1 + day % 28);
        let mut one = record(
            0,
            "2017-10-01",
            "police_call_out",
            json!({ "outcome": "arrest", "persons": [format!("p{}", n % 97)] }),
        );
        one["event_id"] = json!(format!("00000000-0000-4000-8000-1{n:011}"));
        one["occurred_at"] = json!(at);
        one["recorded_at"] = json!(at);
        one
    };
    let mut all: Vec<Value> = (0..2_000).map(call_out).collect();
    all.sort_by_key(|one| one["recorded_at"].as_str().unwrap().to_owned());
    [vec![supervision_started()], all].concat()
}

#[test]
fn a_briefing_ends_by_itself_within_the_case_that_it_is_working_on() {
    let stored = Stored::empty();
    stored.reading(&jsonl(&long_case()), &["store", "append", "-"]).fine();
    let words = ["briefing", "--audience", "manager", "--since", "2017-09-18", "--at", "2018-01-31"];
    let output = signalled(&mut on(&stored, &words), Signal::INT);
    // Said by the command; the thread that ends a command which does not end by itself says nothing.
    assert_eq!(code_and_error(&output), (Some(130), SAID.to_owned()));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_command_that_waits_for_standard_input_is_ended_too() {
    let stored = Stored::with_a_case();
    for words in [&["store", "import", "-"][..], &["store", "append", "-"]] {
        let output = signalled(&mut on(&stored, words), Signal::TERM);
        assert_eq!(output.status.code(), Some(143), "{words:?}");
    }
    let output = signalled(&mut command(["assess", "-", "--audience", "manager"]), Signal::INT);
    assert_eq!(code_and_error(&output), (Some(130), String::new()));
    assert_eq!(stored.acts(CASE), ["appended"]);
}
