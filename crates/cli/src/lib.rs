//! The `risk` command: the current risk of a case, the required actions and the reasons; and maintenance of logs, stores and policies.
//!
//! A thin skin over `risk-core`. Each command reads its input whole, works out what to say, and only then is anything
//! written, so that bad input leaves nothing behind.

mod case;
mod commands;
mod destination;
mod failure;
mod groups;
mod identifier;
mod input;
mod interrupt;
mod options;
mod output;
mod progress;
mod secret;
mod store;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::{CommandFactory, Parser, Subcommand};
use risk_core::text::inert;
use risk_store::StoreError;

use commands::{
    assess, audit, briefing, compare, completions, explain, generate, hmpps, man, policy, schema, seal,
    store as stores, timeline, verify,
};
use destination::{Access, Destination};
use failure::Failure;
use options::Color;
use output::{BAD_INPUT, Reply, print};

/// Assess a domestic abuse case: the current risk, who must do what by when, and why.
///
/// A case is a log of events, one JSON object per line; a policy defines what follows from them. The answer proposes; people
/// decide. It never lowers a level, and it never treats missing information as safety.
#[derive(Parser)]
#[command(name = "risk", version, max_term_width = 100, propagate_version = false, arg_required_else_help = true)]
#[command(after_long_help = "Exit codes:
  0  done
  1  the answer is no: a log or a store was tampered with, a test of the policy failed, or what was erased
     may still lie in a file
  2  the input cannot be used: the message says where, what was found and what was expected;
     nothing was written
  130, 143  interrupted by Ctrl-C (SIGINT) or SIGTERM: the transaction that was open is undone, and an
     output file is not written

Example:
  risk assess examples/cases/sean.jsonl --at 2017-12-20")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colour; colour never carries meaning of its own
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
}

#[derive(Subcommand)]
enum Command {
    Assess(assess::Options),
    Explain(explain::Options),
    Timeline(timeline::Options),
    Compare(compare::Options),
    Briefing(briefing::Options),
    Audit(audit::Options),
    Store(stores::Options),
    Hmpps(hmpps::Options),
    Verify(verify::Options),
    Seal(seal::Options),
    Policy(policy::Options),
    Generate(generate::Options),
    Schema(schema::Options),
    Completions(completions::Options),
    Man(man::Options),
}

impl Command {
    fn run(&self) -> Result<Reply, Failure> {
        match self {
            Self::Assess(options) => assess::run(options),
            Self::Explain(options) => explain::run(options),
            Self::Timeline(options) => timeline::run(options),
            Self::Compare(options) => compare::run(options),
            Self::Briefing(options) => briefing::run(options),
            Self::Audit(options) => audit::run(options),
            Self::Store(options) => stores::run(options),
            Self::Hmpps(options) => hmpps::run(options),
            Self::Verify(options) => verify::run(options),
            Self::Seal(options) => seal::run(options),
            Self::Policy(options) => policy::run(options),
            Self::Generate(options) => generate::run(options),
            Self::Schema(options) => schema::run(*options),
            Self::Completions(options) => completions::run(*options, Cli::command()),
            Self::Man(options) => man::run(options, Cli::command()),
        }
    }
}

/// Writes a file that its owner alone may read, whole or not at all; a pipe or a device is written to. For the bindings.
///
/// # Errors
/// [`StoreError::File`] if it cannot be written; that of what writes.
#[doc(hidden)]
pub fn write_private<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let as_of_store = |failure| match failure {
        Failure::Store(error) => error,
        Failure::Write { error, .. } => StoreError::File(error),
        other => StoreError::File(io::Error::other(other.to_string())),
    };
    // Standard output has no name here.
    let path = Path::new(".").join(path);
    let to = Destination::of(&path).and_then(|to| to.apart_from([] as [&Path; 0])).map_err(as_of_store)?;
    let written = to.write(Access::OwnerAlone, |out| Ok(write(out)?)).map_err(as_of_store)?;
    written.ok_or_else(|| StoreError::File(io::ErrorKind::BrokenPipe.into()))
}

/// Runs the command as if it had been called with these arguments, the first of which is its own name, and gives the exit
/// code. It writes to standard output and standard error, and handles SIGINT and SIGTERM from then on.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(refused) => {
            // What is said of arguments may repeat them: it is said of arguments that nothing can obey.
            let inert = arguments.iter().map(|argument| inert(&argument.to_string_lossy()).into_owned());
            let refused = Cli::try_parse_from(inert).err().unwrap_or(refused);
            // There is no way to report that the stream is closed.
            let _ = refused.print();
            return u8::try_from(refused.exit_code()).unwrap_or(BAD_INPUT);
        }
    };
    cli.color.apply();
    interrupt::listen();
    let failure = match cli.command.run().and_then(|reply| print(&reply)) {
        Ok(code) => return code,
        Err(failure) => failure,
    };
    match interrupt::exit_code().filter(|_| failure.is_cancelled()) {
        Some(code) => {
            output::say_error(&["interrupted: the command did not finish, and keeps nothing of what it was writing"]);
            code
        }
        None => output::complain(&failure),
    }
}
