//! `risk store`: logs that last, and who did what with them. One file for each command.

mod access;
mod append;
mod cases;
mod checkpoint;
mod erase;
mod erase_person;
mod evidence;
mod exclude;
mod export;
mod identify;
mod import;
mod init;
mod merge;
mod prove;
mod scrub;
mod verify;

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::output::Reply;

/// Keep logs of cases in a store: a file, or a PostgreSQL database
///
/// What is appended stays as it was appended, and each case is a chain of hashes. The store keeps a journal of who did what
/// with which case. These commands are for those who look after it: they see every record. People read through `risk
/// assess`, `explain`, `timeline`, `compare` and `briefing` with --store, as an audience, and each reading is in the journal.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store init --store cases.risk
  risk store append case.jsonl --store cases.risk --as night-feed
  risk store identify 00000000-0000-4000-8000-000005000000 crn:X123456 team:north --store cases.risk
  risk assess crn:X123456 --store cases.risk --as N07A001 --audience responsible_officer
  risk store access crn:X123456 --store cases.risk")]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Options),
    Append(append::Options),
    Import(import::Options),
    Export(export::Options),
    Cases(cases::Options),
    Identify(identify::Options),
    /// Say that two cases are of one person
    ///
    /// They are answered together, under INTO, from this moment on; each keeps its own log, so that `risk store unmerge` can part
    /// them again. It is a fact of the store, written into the journals of both.
    Merge(merge::Options),
    /// Say that a case that was merged into another is of another person after all
    ///
    /// Each is answered for itself again. It is a fact of the store, written into the journals of both.
    Unmerge(merge::Options),
    /// Say that a reader is not shown a case
    ///
    /// For somebody who works in an agency and is in the case, or is related to somebody who is. Such a reader is refused, and
    /// that they asked is in the journal.
    Exclude(exclude::Options),
    /// Say that a reader who was excluded from a case is shown it again
    ///
    /// It is a fact of the store, written into the journal of the case.
    Admit(exclude::Options),
    Access(access::Options),
    Verify(verify::Options),
    Checkpoint(checkpoint::Options),
    Prove(prove::Options),
    /// Take out by law what a record says, for good
    ///
    /// Salt, data and note of the record are removed from the store and its files; a `payload_erased` record says so, what rested
    /// on it is superseded, and a review opens. The chain still verifies. Copies made before hold what they held. Exit code 1
    /// where old bytes may still lie in the files; `risk store scrub` then tries again.
    Erase(erase::Options),
    /// Take out what a record says, and keep it apart as evidence
    ///
    /// As `risk store erase` does, where the law asks for it to be kept all the same (Data Protection Act 2018, section 47(2)): no
    /// answer rests on it from then on, and `risk store evidence` reads it.
    Restrict(erase::Options),
    ErasePerson(erase_person::Options),
    Evidence(evidence::Options),
    Scrub(scrub::Options),
}

/// Runs the command.
///
/// # Errors
/// [`Failure`] where the input or the store cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    match &options.command {
        Command::Init(options) => init::run(options),
        Command::Append(options) => append::run(options),
        Command::Import(options) => import::run(options),
        Command::Export(options) => export::run(options),
        Command::Cases(options) => cases::run(options),
        Command::Identify(options) => identify::run(options),
        Command::Merge(options) => merge::merge(options),
        Command::Unmerge(options) => merge::unmerge(options),
        Command::Exclude(options) => exclude::exclude(options),
        Command::Admit(options) => exclude::admit(options),
        Command::Access(options) => access::run(options),
        Command::Verify(options) => verify::run(options),
        Command::Checkpoint(options) => checkpoint::run(options),
        Command::Prove(options) => prove::run(options),
        Command::Erase(options) => erase::erase(options),
        Command::Restrict(options) => erase::restrict(options),
        Command::ErasePerson(options) => erase_person::run(options),
        Command::Evidence(options) => evidence::run(options),
        Command::Scrub(options) => scrub::run(options),
    }
}
