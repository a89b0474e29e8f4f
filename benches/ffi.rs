//! The cost of the language boundary: append one event to a case and assess its 100 events, through C and Java,
//! compared with the same in Rust.
//!
//! `cargo xtask bench ffi` builds the library and the two programs, which answer each line with what a case took: all
//! three are measured in turn, round by round, on the same cases. `benches/README.md` has the figures and the method.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a benchmark that cannot run stops")]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic, reason = "figures for a reader")]

mod caseload;
#[allow(dead_code, reason = "the race of the other benchmarks is between two in one process")]
mod harness;

use std::fs;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use risk_core::assessment::{Question, assess};
use risk_core::event::vocabulary::Audience::ResponsibleOfficer;
use risk_core::log::{Log, Record};
use risk_core::policy::Policy;

use harness::median;

const CASES: u32 = 200;
/// Warm-up rounds, which are not counted, because a virtual machine compiles while it runs.
const WARM: usize = 10;
const ROUNDS: usize = 25;

fn main() {
    let samples: Vec<Sample> = caseload::cases(CASES).iter().map(Sample::of).collect();
    let question = caseload::question(ResponsibleOfficer);
    let at = question.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let path = std::env::temp_dir().join(format!("risk-bench-{}", std::process::id()));
    fs::write(&path, samples.iter().map(|s| s.frame(&at)).collect::<String>()).unwrap();
    let policy = caseload::england_wales();
    let mut programs: Vec<Program> = ["c", "java"].map(|name| Program::start(name, &path.display().to_string())).into();

    println!("ffi: {CASES} cases of {} events, {ROUNDS} rounds after {WARM} to warm up", caseload::EVENTS);
    let mut rust = Vec::new();
    for round in 0..WARM + ROUNDS {
        let took = nanoseconds_per_case(&policy, &question, &samples);
        let others: Vec<f64> = programs.iter_mut().map(Program::round).collect();
        if round >= WARM {
            rust.push(took);
            programs.iter_mut().zip(others).for_each(|(program, took)| program.taken.push(took));
        }
    }
    fs::remove_file(path).unwrap();
    let rust = median(rust) / 1000.0;
    for program in programs.into_iter().rev() {
        let ours = median(program.taken) / 1000.0;
        let of = if program.name == "c" { "ffi".to_owned() } else { format!("ffi-{}", program.name) };
        println!("{of} ratio={:.2} ours={ours:.2} rival={rust:.2} unit=us/case", ours / rust);
    }
}

/// A case without its last record, and that record.
struct Sample {
    log: String,
    record: String,
}

impl Sample {
    fn of(log: &Log) -> Self {
        let text = log.to_jsonl();
        let (log, record) = text.trim_end().rsplit_once('\n').unwrap();
        Self { log: format!("{log}\n"), record: record.to_owned() }
    }

    fn frame(&self, at: &str) -> String {
        let fields = [("log", self.log.as_str()), ("record", self.record.as_str()), ("at", at)];
        fields.map(|(name, text)| format!("{name} {}\n{text}\n", text.len())).concat() + "\n"
    }
}

fn nanoseconds_per_case(policy: &Policy, question: &Question, samples: &[Sample]) -> f64 {
    let logs: Vec<Log> = samples.iter().map(|s| Log::parse("case", &s.log).unwrap()).collect();
    let began = Instant::now();
    // The results are dropped after the time is taken, as in the other programs.
    let held: Vec<Log> = logs
        .into_iter()
        .zip(samples)
        .map(|(mut log, sample)| {
            log.append(Record::parse(&sample.record).unwrap(), None).unwrap();
            drop(black_box(serde_json::to_string(&assess(&log, policy, question).unwrap()).unwrap()));
            log
        })
        .collect();
    let took = began.elapsed();
    drop(held);
    took.as_nanos() as f64 / samples.len() as f64
}

/// A program that measures the same through the library.
struct Program {
    name: &'static str,
    _child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    taken: Vec<f64>,
}

impl Program {
    /// The command comes from the environment, one argument a line.
    fn start(name: &'static str, path: &str) -> Self {
        let variable = format!("RISK_BENCH_{}", name.to_uppercase());
        let line =
            std::env::var(&variable).unwrap_or_else(|_| panic!("run `cargo xtask bench ffi`, which sets {variable}"));
        let mut words = line.lines();
        let mut command = Command::new(words.next().unwrap());
        let mut child = command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (mut asks, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        writeln!(asks, "{path}").unwrap();
        Self { name, _child: child, asks, answers, taken: Vec::new() }
    }

    fn round(&mut self) -> f64 {
        writeln!(self.asks, "go").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim().parse().unwrap_or_else(|_| panic!("{}: expected nanoseconds, found {line:?}", self.name))
    }
}
