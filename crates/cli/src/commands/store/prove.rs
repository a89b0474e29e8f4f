//! `risk store prove`: that one case was in a checkpoint, shown without the others.

use std::path::PathBuf;

use clap::Args;
use risk_store::Checkpoint;

use crate::destination::{Access, Destination};
use crate::failure::Failure;
use crate::identifier::CaseName;
use crate::input::Text;
use crate::output::Reply;
use crate::store::StoreOptions;

/// Prove that one case was in a checkpoint, without showing any other
///
/// The proof is one line of JSON: the end of the case's chains at that time, and some twenty hashes. With the root of the checkpoint it
/// can be checked without the store: `risk store verify --proof FILE --root HEX`.
#[derive(Args)]
#[command(after_long_help = "Example:
  risk store prove crn:X123456 --checkpoint 2026-11-22.checkpoint --output case.proof --store cases.risk")]
pub struct Options {
    /// The case: its UUID, or, with the store at hand, an identifier as SCHEME:VALUE
    #[arg(value_parser = CaseName::parse)]
    case: CaseName,
    /// The checkpoint
    #[arg(long, value_name = "FILE")]
    checkpoint: String,
    /// Write to this file instead of standard output, completely or not at all; a new file is readable by you alone. `-` for standard
    /// output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    store: StoreOptions,
}

/// Writes the proof.
///
/// # Errors
/// [`Failure`] if the checkpoint is none, or the case is not in it.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let output = Destination::of_option(options.output.as_ref())?
        .apart_from(options.store.inputs().chain([&options.checkpoint]))?;
    let text = Text::read_file(&options.checkpoint)?;
    let wrong = |error| Failure::Checkpoint { file: text.name.clone(), error };
    let checkpoint = Checkpoint::parse(&text.text).map_err(wrong)?;
    let case_id = match &options.case {
        CaseName::Id(id) => *id,
        called @ CaseName::Called(_) => called.find(&options.store.open()?.0)?,
    };
    let proof = Reply::json(&checkpoint.prove(case_id).map_err(wrong)?)?;
    let said = |name: &str| format!("{name}: the proof for case {case_id}\nroot {}\n", checkpoint.root);
    output.deliver(Access::AsBefore, proof, said)
}
