//! `risk-verify`: the rungs of `cargo xtask verify`, one command each.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
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
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Histories { seed, from, count } => histories(seed, from, count),
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
