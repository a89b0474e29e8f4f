//! `risk store import`: whole logs, out of another store or out of files.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};

use clap::Args;
use risk_store::StoreError;

use super::checkpoint::Automatic;
use crate::failure::Failure;
use crate::output::Reply;
use crate::progress::reading;
use crate::store::{OpenStore, StoreOptions};
use risk_text::words::count;

/// Import whole logs, plain or sealed, all of them or none
///
/// The lines of a case must be together. Sealed records are kept as they are, so that heads and checkpoints of the store that they
/// come from remain valid; plain records are sealed. A sealed log that does not continue the case in this store is refused. Journals are
/// imported if the input has them and the case is new in this store. Importing the same logs again changes nothing.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store export --output all.jsonl --store cases.risk
  risk store import all.jsonl --store 'postgres://risk@/cases?host=/run/postgresql'
  risk generate --cases 112 --seed 2018 | risk store import - --store invented.risk")]
pub struct Options {
    /// The logs; `-` is standard input
    #[arg(value_name = "FILE")]
    logs: String,
    #[command(flatten)]
    automatic: Automatic,
    #[command(flatten)]
    store: StoreOptions,
}

/// Imports the logs.
///
/// # Errors
/// [`Failure`] if a log cannot be taken, with its line. Then nothing was taken.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let file = &options.logs;
    let (file_name, mut lines): (&str, Box<dyn BufRead>) = if file == "-" {
        ("standard input", Box::new(BufReader::new(stdin().lock())))
    } else {
        let unreadable = |error| Failure::Read { file: file.clone(), error };
        let opened = File::open(file).map_err(unreadable)?;
        let bytes = opened.metadata().map_err(unreadable)?.len();
        (file, Box::new(BufReader::new(reading(opened, bytes))))
    };
    let OpenStore { store, by, name } = options.store.operate()?;
    let came = store.import(&by, file_name, &mut *lines, |_| {}).map_err(|e| match e {
        StoreError::File(error) => Failure::Read { file: file_name.to_owned(), error },
        other => other.into(),
    })?;
    let mut said = format!("{name}: {}", count(came.cases, "case", "cases"));
    said.push_str(&format!(", {}", count(came.added, "new record", "new records")));
    for (n, what) in [(came.known, "known already"), (came.erased, "erased, as in the text")] {
        if n > 0 {
            said.push_str(&format!(", {n} {what}"));
        }
    }
    Ok(options.automatic.after(&store, &(said + "\n")))
}
