//! One fixed piece of work, done a given number of times, for a tool that counts instructions.
//!
//! `cargo xtask bench count` runs each piece of work once and twice under callgrind; the difference is what one run costs, without
//! start-up and set-up. Usage: `count NAME TIMES`. Without arguments it prints the names with how many things each one handles.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run stops")]

mod caseload;

use std::hint::black_box;

use risk_core::assessment::assess;
use risk_core::calendar;
use risk_core::event::vocabulary::Audience::{Inspector, ResponsibleOfficer};
use risk_core::fold::run::fold;
use risk_core::log::{Log, Record, Stamp};
use uuid::Uuid;

/// How many synthetic cases of 100 events are read.
const CASES: u32 = 60;

/// A piece of work: its name, what it is counted by, how many of those it handles, and the work itself, after its set-up.
struct Work {
    name: &'static str,
    unit: &'static str,
    set_up: fn() -> Box<dyn Fn() -> usize>,
}

const WORK: [Work; 5] = [
    Work { name: "fold", unit: "event", set_up: fold_events },
    Work { name: "answer", unit: "event", set_up: answer_with_marks },
    Work { name: "parse", unit: "record", set_up: parse_records },
    Work { name: "seal", unit: "record", set_up: seal_records },
    Work { name: "load", unit: "pack", set_up: load_the_pack },
];

fn fold_events() -> Box<dyn Fn() -> usize> {
    let policy = caseload::england_wales();
    let logs = caseload::cases(CASES);
    let span = caseload::question(Inspector).span(&[]);
    Box::new(move || {
        let mut events = 0_usize;
        for log in &logs {
            let records: Vec<&Record> = log.records().iter().collect();
            drop(black_box(fold(&records, &policy, span)));
            events = events.saturating_add(records.len());
        }
        events
    })
}

fn answer_with_marks() -> Box<dyn Fn() -> usize> {
    let policy = caseload::england_wales();
    let question = caseload::question(ResponsibleOfficer);
    let texts: Vec<String> = caseload::cases(CASES).iter().map(Log::to_jsonl).collect();
    Box::new(move || {
        let mut events = 0_usize;
        for text in &texts {
            let log = Log::parse("case", text).unwrap();
            black_box(serde_json::to_string(&assess(&log, &policy, &question).unwrap()).unwrap());
            events = events.saturating_add(log.records().len());
        }
        events
    })
}

fn parse_records() -> Box<dyn Fn() -> usize> {
    let text: String = caseload::cases(CASES).iter().map(Log::to_jsonl).collect();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    Box::new(move || {
        for line in &lines {
            drop(black_box(Record::parse(line).unwrap()));
        }
        lines.len()
    })
}

fn seal_records() -> Box<dyn Fn() -> usize> {
    let logs = caseload::cases(CASES);
    Box::new(move || {
        let mut records = 0_usize;
        for log in &logs {
            let sealed_at = log
                .records()
                .iter()
                .map(|r| r.recorded_at)
                .max()
                .unwrap_or(calendar::end_of_day(chrono::NaiveDate::MAX));
            let mut sealed = Log::new(log.case_id());
            for record in log.records() {
                let stamp = |_| Stamp { appended_at: sealed_at, salt: Uuid::nil().into_bytes() };
                sealed.append_sealed(vec![record.clone()], None, stamp).unwrap();
            }
            records = records.saturating_add(black_box(&sealed).records().len());
        }
        records
    })
}

fn load_the_pack() -> Box<dyn Fn() -> usize> {
    Box::new(|| {
        drop(black_box(caseload::england_wales()));
        1
    })
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [name, times] = arguments.as_slice() else {
        for work in WORK {
            println!("{} {} {}", work.name, work.unit, (work.set_up)()());
        }
        return;
    };
    let work = WORK.iter().find(|work| work.name == *name).unwrap_or_else(|| panic!("no such work: {name}"));
    let run = (work.set_up)();
    for _ in 0..times.parse::<u32>().unwrap() {
        black_box(run());
    }
}
