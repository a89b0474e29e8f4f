//! `risk hmpps`: what the services of the estate send, and what is proposed to them. One file for each command.

mod codes;
mod import;
mod notices;
mod reconcile;
mod rosh;
mod waiting;

use clap::{Args, Subcommand};
use risk_hmpps::codes::Codes;

use crate::failure::Failure;
use crate::input::Text;
use crate::output::Reply;

/// Import messages of HMPPS services, and propose changes to nDelius registers
///
/// `import` turns domain events, and tables of nDelius contacts and registrations, into records, and reports for each message what to
/// do with it: delete, retry or park. `reconcile`, `rosh` and `notices` turn an answer into proposed register changes, levels in the
/// shape of the ARNS API, and messages about what changed. These commands change nothing in nDelius and use no network.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk hmpps import messages/*.json --key-file hmpps.key --store cases.risk --as queue
  risk hmpps reconcile crn:X123456 --store cases.risk --as n07a001 --audience responsible_officer
  risk hmpps rosh examples/cases/sean.jsonl --at 2017-12-20 --format json
  risk hmpps codes registers")]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(import::Options),
    Waiting(waiting::Options),
    Reconcile(reconcile::Options),
    Rosh(rosh::Options),
    Notices(notices::Options),
    Codes(codes::Options),
}

/// Tables of the host's own.
#[derive(Args)]
pub struct CodesOptions {
    /// A table of codes that extends or replaces entries of the built-in ones (docs/hmpps.md describes the form); may be given more
    /// than once
    #[arg(long, value_name = "FILE")]
    codes: Vec<String>,
}

impl CodesOptions {
    /// The files that are read.
    pub fn inputs(&self) -> impl Iterator<Item = &String> {
        self.codes.iter()
    }

    /// The tables.
    ///
    /// # Errors
    /// [`Failure`] with the file and the place in it.
    pub fn load(&self) -> Result<Codes, Failure> {
        self.codes.iter().try_fold(embedded()?, |codes, file| {
            let text = Text::read_file(file)?;
            codes.with(&text.name, &text.text).map_err(|e| Failure::Table { file: e.file, error: e.reason })
        })
    }
}

fn embedded() -> Result<Codes, Failure> {
    Codes::embedded().map_err(|e| Failure::Table { file: e.file, error: e.reason })
}

/// Runs one of them.
///
/// # Errors
/// [`Failure`] where its input cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    match &options.command {
        Command::Import(options) => import::run(options),
        Command::Waiting(options) => waiting::run(options),
        Command::Reconcile(options) => reconcile::run(options),
        Command::Rosh(options) => rosh::run(options),
        Command::Notices(options) => notices::run(options),
        Command::Codes(options) => codes::run(options),
    }
}
