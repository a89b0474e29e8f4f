//! `risk store evidence`: records that were removed from a log and kept.

use clap::Args;
use uuid::Uuid;

use crate::failure::Failure;
use crate::identifier::CaseName;
use crate::output::Reply;
use crate::store::{OpenStore, StoreOptions};

/// Print a record that was removed from its log and kept as evidence
///
/// The record is printed as its line of the sealed log, and is checked against its commitment first. The reading is recorded in the
/// journal as a disclosure.
#[derive(Args)]
#[command(after_long_help = "Example:
  risk store evidence crn:X123456 0f9c3f2e-6f0e-4c58-9d0a-0d1c5d3a7b11 --as manager-7 > evidence.jsonl")]
pub struct Options {
    /// The case: its UUID, or an identifier as SCHEME:VALUE
    #[arg(value_parser = CaseName::parse)]
    case: CaseName,
    /// The record: its event_id
    event: Uuid,
    #[command(flatten)]
    store: StoreOptions,
}

/// Prints the evidence.
///
/// # Errors
/// [`Failure`] if no evidence of it is kept.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let OpenStore { store, by, .. } = options.store.operate()?;
    let line = store.evidence(&by, options.case.find(&store)?, options.event)?;
    Ok(Reply::data(line + "\n"))
}
