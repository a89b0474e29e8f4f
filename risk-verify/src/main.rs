//! `risk-verify`: the rungs of `cargo xtask verify`, one command each.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use risk_core::fold::reason::RuleRef;
use risk_verify::packs;
use risk_verify::scope::passes::{long, ordinary};
use risk_verify::scope::walk::{Found, walk};
use risk_verify::stream::Stream;

/// Histories to compare engines on, small scopes taken whole, and hostile bytes.
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
        /// Which stream
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The first number
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many
        #[arg(long, default_value_t = 2000)]
        count: u64,
    },
    /// Take every sequence of events of a small scope, and check the laws on every step
    Exhaustive {
        /// The larger scopes: about ten minutes on two cores, in place of half a minute
        #[arg(long)]
        long: bool,
        /// How many threads; default as many as the machine has cores
        #[arg(long)]
        jobs: Option<usize>,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Histories { seed, from, count } => histories(seed, from, count),
        Command::Exhaustive { long, jobs } => exhaustive(long, jobs),
    };
    match outcome {
        Ok(code) => code,
        // Whoever reads the lines has seen enough.
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

fn exhaustive(more: bool, jobs: Option<usize>) -> io::Result<ExitCode> {
    let jobs = jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
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
