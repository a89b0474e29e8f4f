//! `risk store scrub`: remove remains of erased data from the files.

use clap::Args;
use risk_store::Scrubbed;

use super::erase::{gone, pending};
use crate::failure::Failure;
use crate::output::Reply;
use crate::store::StoreOptions;

/// Remove remains of erased data from the store's files
///
/// Use it if an erasure reported that old bytes remain. On SQLite a concurrent reader can prevent it. On PostgreSQL the tables are
/// rewritten, and writers wait meanwhile. Exit code 1 if old bytes may still be in the files.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    store: StoreOptions,
}

/// Removes the remains.
///
/// # Errors
/// [`Failure`] if the store cannot be reached.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let (store, name) = options.store.open()?;
    Ok(match store.scrub()? {
        Scrubbed::Done => Reply::text(format!("{name}: scrubbed\n{}", gone(store.is_server()))),
        Scrubbed::Pending(why) => Reply { remark: pending(&why), no: true, ..Reply::default() },
    })
}
