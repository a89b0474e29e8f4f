//! `risk store merge` and `unmerge`: two cases that are of one person, or are not.

use clap::Args;

use crate::failure::Failure;
use crate::identifier::CaseName;
use crate::output::Reply;
use crate::store::{OpenStore, StoreOptions};

/// Two cases. The command says what is done with them.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store merge crn:X123456 crn:X654321      the first is answered under the second
  risk store unmerge crn:X123456 crn:X654321")]
pub struct Options {
    /// The case that is answered under the other: its UUID, or an identifier as SCHEME:VALUE
    #[arg(value_parser = CaseName::parse)]
    from: CaseName,
    /// The other
    #[arg(value_parser = CaseName::parse)]
    into: CaseName,
    #[command(flatten)]
    store: StoreOptions,
}

/// Merges two cases.
///
/// # Errors
/// [`Failure`] if one of them is not there, or is merged already.
pub fn merge(options: &Options) -> Result<Reply, Failure> {
    let OpenStore { store, by, .. } = options.store.operate()?;
    let (from, into) = (options.from.find(&store)?, options.into.find(&store)?);
    store.merge(&by, from, into)?;
    Ok(Reply::text(format!("case {from}\nis answered under {into} from now on\n")))
}

/// Separates two merged cases.
///
/// # Errors
/// [`Failure`] if they are not merged.
pub fn unmerge(options: &Options) -> Result<Reply, Failure> {
    let OpenStore { store, by, .. } = options.store.operate()?;
    let (from, into) = (options.from.find(&store)?, options.into.find(&store)?);
    store.unmerge(&by, from, into)?;
    Ok(Reply::text(format!("case {from}\nis answered for itself again, and no longer under {into}\n")))
}
