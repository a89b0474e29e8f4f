//! `risk seal`: plain records in, hash-chained records out.

use std::path::PathBuf;

use chrono::Utc;
use clap::Args;
use risk_core::event::Instant;
use risk_core::log::{AppendError, Log, Stamp, seal};

use crate::failure::Failure;
use crate::input::Text;
use crate::options::moment;
use crate::output::{Reply, write_file};
use risk_text::words::count;

/// Seal a log: plain records in, hash-chained records out
///
/// Each record gets its position, the time at which the log took it, and a hash over itself and all before it, so that
/// `risk verify` finds any later change. Keep the head (the last hash) somewhere else. A sealed log comes out as it is.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk seal case.jsonl --output case.sealed.jsonl
  risk seal case.jsonl | risk verify -")]
pub struct Options {
    /// The log; `-` for standard input
    log: String,
    /// Write there, whole or not at all, in place of standard output; a new file is readable by you alone
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// When the log took the records; default now
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    appended_at: Option<Instant>,
}

/// Seals.
///
/// # Errors
/// [`Failure`] where the log cannot be used, a record is later than the time given, or the file cannot be written.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let text = Text::read(&options.log)?;
    let log = text.log()?;
    let appended_at = options.appended_at.unwrap_or_else(Utc::now);
    let sealed = sealed(&log, appended_at)?.map_err(|refused| text.place(refused))?;
    let lines = sealed.to_jsonl();
    let Some(path) = &options.output else { return Ok(Reply::text(lines)) };
    write_file(path, &lines)?;
    let head = sealed.head().unwrap_or_default();
    Ok(Reply::text(format!("{}: {}\nhead {head}\n", path.display(), count(sealed.len(), "record", "records"))))
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
