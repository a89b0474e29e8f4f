//! `risk store scrub`: the files too hold nothing of what was erased.

use clap::Args;
use risk_store::Scrubbed;

use super::erase::{gone, pending};
use crate::failure::Failure;
use crate::output::Reply;
use crate::store::StoreOptions;

/// Remove from the store's files what was erased, where that could not be done at once
///
/// On SQLite somebody who reads the store may be in the way. On PostgreSQL the tables are written anew, which holds up writers
/// meanwhile. Exit code 1 where old bytes may still lie there.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    store: StoreOptions,
}

/// Scrubs.
///
/// # Errors
/// [`Failure`] where the store cannot be reached.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let (store, name) = options.store.open()?;
    Ok(match store.scrub()? {
        Scrubbed::Done => Reply::text(format!("{name}: scrubbed\n{}", gone(store.is_server()))),
        Scrubbed::Pending(why) => Reply { remark: pending(&why), no: true, ..Reply::default() },
    })
}
