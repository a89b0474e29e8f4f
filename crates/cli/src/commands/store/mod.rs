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
/// Records are append-only, and each case is a hash chain. A journal records who did what with which case. These commands are for
/// operators, who see every record. Readers get answers for an audience, with `risk assess`, `explain`, `timeline`, `compare` and
/// `briefing` and the option --store; each reading is recorded in the journal.
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
    /// From now on they are answered together, under INTO. Each keeps its own log, so that `risk store unmerge` can separate them. The
    /// merge is recorded in the journals of both.
    Merge(merge::Options),
    /// Undo a merge: the two cases are of different persons
    ///
    /// Each is answered separately again. The change is recorded in the journals of both.
    Unmerge(merge::Options),
    /// Exclude a reader from a case
    ///
    /// For a member of staff who is in the case, or is related to a person in it. The reader is refused, and the attempt is recorded in
    /// the journal.
    Exclude(exclude::Options),
    /// Lift the exclusion of a reader from a case
    ///
    /// The change is recorded in the journal of the case.
    Admit(exclude::Options),
    Access(access::Options),
    Verify(verify::Options),
    Checkpoint(checkpoint::Options),
    Prove(prove::Options),
    /// Erase the content of a record by law, permanently
    ///
    /// Salt, data and note of the record are removed from the store and its files. A `payload_erased` record is appended, actions that
    /// rested on the record are superseded, and a review opens. The chain still verifies. Copies made earlier are not changed. Exit code
    /// 1 if old bytes may still be in the files; then run `risk store scrub`.
    Erase(erase::Options),
    /// Remove the content of a record from its log, and keep it separately as evidence
    ///
    /// Like `risk store erase`, if the law requires it to be kept (Data Protection Act 2018, section 47(2)). No answer rests on it from
    /// then on. `risk store evidence` prints it.
    Restrict(erase::Options),
    ErasePerson(erase_person::Options),
    Evidence(evidence::Options),
    Scrub(scrub::Options),
}

/// Runs the command.
///
/// # Errors
/// [`Failure`] if the input or the store cannot be used.
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
