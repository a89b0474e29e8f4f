//! `risk seal`: plain records in, hash-chained records out.

use std::path::PathBuf;

use chrono::Utc;
use clap::Args;
use risk_core::event::Instant;
use risk_core::log::{AppendError, CLOCKS_DIFFER, Log, Stamp, seal, time_of_taking};

use crate::destination::{Access, Destination};
use crate::failure::Failure;
use crate::input::Text;
use crate::options::moment;
use crate::output::Reply;
use risk_text::words::count;

/// Seal a log: add a hash chain to its records
///
/// Adds to each record its position, the time at which the log accepted it, and a hash over it and all earlier records, so that
/// `risk verify` detects any later change. Keep the head (the last hash) in another place. A sealed log is not changed.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk seal case.jsonl --output case.sealed.jsonl
  risk seal case.jsonl | risk verify -")]
pub struct Options {
    /// The log; `-` is standard input
    log: String,
    /// Write to this file instead of standard output, completely or not at all; only you can read it. It must not be the log itself.
    /// `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The time at which the log accepted the records [default: now]
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    appended_at: Option<Instant>,
}

/// Seals.
///
/// # Errors
/// [`Failure`] if the log cannot be used, a record is later than the time given, or the file cannot be written.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let output = Destination::of_option(options.output.as_ref())?.apart_from([&options.log])?;
    let text = Text::read(&options.log)?;
    let log = text.log()?;
    let now = Utc::now();
    let taken = || time_of_taking(log.records(), now, None, now.checked_add_signed(CLOCKS_DIFFER).unwrap_or(now));
    // What is sealed already keeps its times.
    let appended_at = match options.appended_at {
        Some(at) => at,
        None if log.is_sealed() => now,
        None => taken().map_err(|refused| text.place(refused))?,
    };
    let sealed = sealed(&log, appended_at)?.map_err(|refused| text.place(refused))?;
    let head = sealed.head().unwrap_or_default();
    let said = |name: &str| format!("{name}: {}\nhead {head}\n", count(sealed.len(), "record", "records"));
    output.deliver(Access::OwnerAlone, Reply::data(sealed.to_jsonl()), said)
}

/// The sealed log, with salts fresh from the system.
fn sealed(log: &Log, appended_at: Instant) -> Result<Result<Log, AppendError>, Failure> {
    let mut random = Ok(());
    let sealed = seal(log, |_| {
        let mut salt = [0; 16];
        if let Err(e) = getrandom::fill(&mut salt) {
            random = Err(e);
        }
        Stamp { appended_at, salt }
    });
    // A log whose salts are not random is never given out.
    random?;
    Ok(sealed)
}
