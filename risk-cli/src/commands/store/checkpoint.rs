//! `risk store checkpoint`: where every chain of a store ends, to be signed and kept elsewhere.

use std::path::PathBuf;

use clap::Args;

use crate::destination::{Access, Destination};
use crate::failure::Failure;
use crate::output::Reply;
use crate::store::StoreOptions;
use risk_text::words::count;

/// Write down where every case ends now, to be signed and kept elsewhere
///
/// The file holds ids and hashes and nothing of what any record says. Keep it where those who can write to the store cannot:
/// `risk store verify --checkpoint` then finds whatever was rewritten since. Its root alone is enough to prove single cases.
#[derive(Args)]
#[command(after_long_help = "Example:
  risk store checkpoint --output 2026-11-22.checkpoint --store cases.risk
  ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n risk-checkpoint 2026-11-22.checkpoint")]
pub struct Options {
    /// Write there, a file whole or not at all; a new file is readable by you alone. `-` for standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    store: StoreOptions,
}

/// Writes it down.
///
/// # Errors
/// [`Failure`] where the store cannot be read or the file cannot be written.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let output = Destination::of(&options.output)?.is_none_of(options.store.inputs())?;
    let (store, _) = options.store.open()?;
    let checkpoint = store.checkpoint()?;
    // One of the leaves is the journal of the store as a whole.
    let cases = checkpoint.leaves.iter().filter(|leaf| !leaf.case_id.is_nil()).count();
    let cases = count(u64::try_from(cases).unwrap_or(u64::MAX), "case", "cases");
    let said = |name: &str| format!("{name}: where {cases} and the store's journal end\nroot {}\n", checkpoint.root);
    output.deliver(Access::AsBefore, Reply::data(checkpoint.to_text()), said)
}
