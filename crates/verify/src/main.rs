//! `risk-verify`: the rungs of `cargo xtask verify`, one command each.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use clap::{Parser, Subcommand, ValueEnum};
use risk_core::fold::reason::RuleRef;
use risk_core::policy::Policy;
use risk_verify::conformance::files;
use risk_verify::fuzz::chunk::{Chunk, chunks};
use risk_verify::fuzz::seeds;
use risk_verify::fuzz::target::Target;
use risk_verify::interchange::{Exchange, Under};
use risk_verify::packs;
use risk_verify::scope::passes::{long, ordinary};
use risk_verify::scope::walk::{Found, walk};
use risk_verify::stream::Stream;
use serde_json::json;

/// Generate histories for comparing engines, check small scopes exhaustively, and fuzz every reader of text
#[derive(Parser)]
#[command(name = "risk-verify", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print questions with the engine's answers, one `risk-conformance/1` object a line
    ///
    /// The same seed gives the same lines; number N depends on the seed and N only.
    Histories {
        /// The seed of the stream
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The number of the first question
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// The number of questions
        #[arg(long, default_value_t = 2000)]
        count: u64,
    },
    /// Answer questions from standard input, one `risk-conformance/1` object a line, and print each with the engine's answer
    ///
    /// The answer in a question is replaced; if the question cannot be answered, it becomes an `error`. Each line is
    /// answered at once, so a program can send one question after another.
    Answer,
    /// Check the laws on every step of every sequence of events of a small scope
    Exhaustive {
        /// Use the larger scopes: about ten minutes on two cores instead of half a minute
        #[arg(long)]
        long: bool,
        /// The number of threads; by default, one per core
        #[arg(long)]
        jobs: Option<usize>,
    },
    /// Mutate real inputs of every reader of text, and check that each is accepted or rejected correctly
    ///
    /// An input that crashes a reader is kept in tests/corpus, where the tests try it from then on.
    Fuzz {
        /// Try ten million inputs instead of some 200,000
        #[arg(long)]
        long: bool,
        /// The number of parallel processes; by default, one per core
        #[arg(long)]
        jobs: Option<usize>,
        /// The seed of the inputs
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Keep the inputs of one chunk per reader that were accepted or rejected in a new way, in tests/corpus
        #[arg(long)]
        keep: bool,
    },
    /// Print the questions of the conformance cases, one `risk-conformance/1` object per line, or write the files
    ///
    /// The set is small, but covers every rule, action, law and kind of event.
    Conformance {
        /// Write tests/conformance with the answers of the reference, run by this Python
        #[arg(long, value_name = "PYTHON")]
        write: Option<String>,
    },
    /// Try one chunk of inputs; `fuzz` runs this in other processes
    #[command(hide = true)]
    FuzzChunk {
        /// The reader
        target: Target,
        /// The seed of the inputs
        seed: u64,
        /// The number of questions
        count: u64,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Histories { seed, from, count } => histories(seed, from, count),
        Command::Answer => answer(),
        Command::Exhaustive { long, jobs } => exhaustive(long, jobs),
        Command::Fuzz { keep: true, seed, .. } => keep(seed),
        Command::Fuzz { long, jobs, seed, .. } => fuzz(long, jobs.unwrap_or_else(cores), seed),
        Command::Conformance { write } => conformance(write.as_deref()),
        Command::FuzzChunk { target, seed, count } => {
            Chunk { target, seed, count }.run(|_, _, _| {});
            Ok(ExitCode::SUCCESS)
        }
    };
    match outcome {
        Ok(code) => code,
        // The reader of the output has closed it.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn histories(seed: u64, from: u64, count: u64) -> io::Result<ExitCode> {
    let stream = Stream::new(seed);
    let mut out = BufWriter::new(io::stdout().lock());
    for n in (from..).zip(0..count).map(|(n, _)| n) {
        serde_json::to_writer(&mut out, &stream.exchange(n))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn answer() -> io::Result<ExitCode> {
    let mut policies: BTreeMap<(Under, Option<String>), Result<Policy, String>> = BTreeMap::new();
    let mut out = io::stdout().lock();
    for line in io::stdin().lines() {
        let mut exchange: Exchange = serde_json::from_str(&line?)?;
        let under = (exchange.policy.clone(), exchange.locality.clone());
        let policy = policies.entry(under).or_insert_with_key(|(under, locality)| under.load(locality.as_deref()));
        exchange.answer = match policy {
            Ok(policy) => exchange.engine_answer(policy),
            Err(refused) => json!({ "error": refused }),
        };
        serde_json::to_writer(&mut out, &exchange)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

fn exhaustive(more: bool, jobs: Option<usize>) -> io::Result<ExitCode> {
    let jobs = jobs.unwrap_or_else(cores);
    let policy = &*packs::ENGLAND_WALES;
    let mut all = Found::default();
    for scope in ordinary().into_iter().chain(if more { long() } else { vec![] }) {
        let began = Instant::now();
        let found = walk(&scope, policy, jobs);
        let (steps, events, length) = (found.steps, scope.symbols.len(), scope.length);
        let share = if scope.last_one_in > 1 {
            format!(" (of the longest, one in {})", scope.last_one_in)
        } else {
            String::new()
        };
        println!(
            "{steps:>9} sequences in {:>6.1?}: {}, {}: {events} events, up to {length}{share}",
            began.elapsed(),
            scope.name,
            scope.opening.name
        );
        all.join(found);
    }
    for (what, n) in &all.compared.0 {
        println!("{n:>9} {what}");
    }
    let rules: Vec<RuleRef> =
        (0..policy.rules.len()).map(RuleRef::Rule).chain((0..policy.duties.len()).map(RuleRef::Duty)).collect();
    let silent: Vec<&str> = rules.iter().filter(|r| !all.fired.contains(r)).map(|r| r.id(policy)).collect();
    println!("{:>9} of {} rules and duties fired; not: {}", all.fired.len(), rules.len(), silent.join(", "));
    for broken in &all.broken {
        println!("BROKEN {broken}");
    }
    println!("{} sequences, {} laws broken", all.steps, all.broken.len());
    Ok(if all.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn fuzz(more: bool, jobs: usize, seed: u64) -> io::Result<ExitCode> {
    let mut failures = 0_usize;
    for target in Target::value_variants().iter().copied() {
        let began = Instant::now();
        let chunks = chunks(target, seed, more);
        let inputs: u64 = chunks.iter().map(|c| c.count).sum();
        let next = AtomicUsize::new(0);
        let work = || -> io::Result<Vec<String>> {
            let mut found = Vec::new();
            while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
                found.extend(chunk.first_failure()?);
            }
            Ok(found)
        };
        let found: Vec<io::Result<Vec<String>>> = thread::scope(|threads| {
            let workers: Vec<_> = (0..jobs).map(|_| threads.spawn(work)).collect();
            workers.into_iter().flat_map(thread::ScopedJoinHandle::join).collect()
        });
        println!("{inputs:>9} inputs in {:>6.1?}: {}", began.elapsed(), seeds::name(target));
        for text in found.into_iter().collect::<io::Result<Vec<_>>>()?.concat() {
            println!("CRASHED; input kept in {}", seeds::keep(target, &text)?.display());
            failures = failures.saturating_add(1);
        }
    }
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn keep(seed: u64) -> io::Result<ExitCode> {
    for target in Target::value_variants().iter().copied() {
        let Some(chunk) = chunks(target, seed, false).into_iter().next() else { continue };
        let mut found = Vec::new();
        chunk.run(|_, text, new| {
            if new.is_some() && text.len() < 600 {
                found.push(text.to_owned());
            }
        });
        for text in &found {
            seeds::keep(target, text)?;
        }
        println!("{:>9} inputs kept: {}", found.len(), seeds::name(target));
    }
    Ok(ExitCode::SUCCESS)
}

fn conformance(python: Option<&str>) -> io::Result<ExitCode> {
    if let Some(python) = python {
        files::write(python)?.iter().for_each(|line| println!("{line}"));
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    for case in files::selection().into_iter().flat_map(|(_, cases)| cases) {
        serde_json::to_writer(&mut out, &case)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
