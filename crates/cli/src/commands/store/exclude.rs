//! `risk store exclude` and `admit`: who is not shown a case.

use clap::Args;

use crate::failure::Failure;
use crate::identifier::CaseName;
use crate::output::Reply;
use crate::store::{OpenStore, StoreOptions};

/// A case and a reader. The command says what is done.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store exclude crn:X123456 N07A001
  risk store admit crn:X123456 N07A001")]
pub struct Options {
    /// The case: its UUID, or an identifier as SCHEME:VALUE
    #[arg(value_parser = CaseName::parse)]
    case: CaseName,
    /// The reader: the id that is given with --as
    reader: String,
    #[command(flatten)]
    store: StoreOptions,
}

/// Excludes a reader.
///
/// # Errors
/// [`Failure`] if the case is not there.
pub fn exclude(options: &Options) -> Result<Reply, Failure> {
    let OpenStore { store, by, .. } = options.store.operate()?;
    let case_id = options.case.find(&store)?;
    store.exclude(&by, case_id, &options.reader)?;
    Ok(Reply::text(format!("case {case_id}: not shown to {}\n", options.reader)))
}

/// Admits again.
///
/// # Errors
/// [`Failure`] if the reader is not excluded.
pub fn admit(options: &Options) -> Result<Reply, Failure> {
    let OpenStore { store, by, .. } = options.store.operate()?;
    let case_id = options.case.find(&store)?;
    store.admit(&by, case_id, &options.reader)?;
    Ok(Reply::text(format!("case {case_id}: shown to {} again\n", options.reader)))
}
