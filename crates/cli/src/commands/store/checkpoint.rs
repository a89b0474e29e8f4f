//! `risk store checkpoint`: where every chain of a store ends, to be signed and kept elsewhere.

use std::fs;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use chrono::{SecondsFormat, Utc};
use clap::Args;
use risk_store::{Checkpoint, Store};

use crate::destination::{Access, Destination};
use crate::failure::Failure;
use crate::input::Text;
use crate::output::Reply;
use crate::progress::counting;
use crate::store::StoreOptions;
use risk_text::words::count;

/// How the names of checkpoints end that are made automatically.
const SUFFIX: &str = ".checkpoint";

/// Verify the store, and write a checkpoint: the end of every chain, to be signed and kept elsewhere
///
/// The file has ids and hashes and no content of records. Keep it where no one who can write to the store can change it:
/// `risk store verify --checkpoint` then finds anything that was rewritten since. Its root alone is enough to prove single cases.
/// No checkpoint is written if the store was altered, or if it does not continue the checkpoint given with --extends.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store checkpoint --output 2026-11-22.checkpoint --store cases.risk
  risk store checkpoint --extends 2026-11-22.checkpoint --output 2026-11-23.checkpoint --store cases.risk
  ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n risk-checkpoint 2026-11-22.checkpoint")]
pub struct Options {
    /// Write there, a file whole or not at all; a new file is readable by you alone. `-` for standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Refuse unless the store continues this older checkpoint
    #[arg(long, value_name = "FILE")]
    extends: Option<String>,
    #[command(flatten)]
    store: StoreOptions,
}

/// Sets and removes identifiers.
///
/// # Errors
/// [`Failure`] if the store cannot be read, is not as it was kept, or the file cannot be written.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let inputs = options.store.inputs().chain(&options.extends);
    let output = Destination::of(&options.output)?.apart_from(inputs)?;
    let older = options.extends.as_deref().map(read).transpose()?;
    let (store, _) = options.store.open()?;
    write(&store, older.as_ref(), &output)
}

fn read(file: &str) -> Result<Checkpoint, Failure> {
    let text = Text::read_file(file)?;
    Checkpoint::parse(&text.text).map_err(|error| Failure::Checkpoint { file: text.name, error })
}

fn write(store: &Store, older: Option<&Checkpoint>, output: &Destination) -> Result<Reply, Failure> {
    let bar = counting("cases");
    let checkpoint = store.checkpoint_extending(older, |done| bar.set_position(done))?;
    drop(bar);
    let cases = checkpoint.leaves.iter().filter(|leaf| leaf.is_of_a_case()).count();
    let cases = count(u64::try_from(cases).unwrap_or(u64::MAX), "case", "cases");
    let said = |name: &str| format!("{name}: where {cases} and the store's journal end\nroot {}\n", checkpoint.root);
    output.deliver(Access::AsBefore, Reply::data(checkpoint.to_text()), said)
}

/// Checkpoints that a command makes by itself when enough has come in.
#[derive(Args)]
pub struct Automatic {
    /// Write a checkpoint into this folder, named by its time, once enough came in since the newest one there, which it extends
    #[arg(long, value_name = "FOLDER")]
    checkpoints: Option<PathBuf>,
    /// How many records are enough for --checkpoints
    #[arg(long, value_name = "N", default_value = "1000", requires = "checkpoints")]
    checkpoint_every: NonZeroU64,
}

impl Automatic {
    /// What a command says that is done: `said`, and which checkpoint it wrote where one was due. That none could be written
    /// undoes nothing, and is exit code 1.
    #[must_use]
    pub fn after(&self, store: &Store, said: &str) -> Reply {
        match self.written(store) {
            Ok(written) => Reply::text(format!("{said}{written}")),
            Err(e) => {
                let remark = format!("What was given is in the store, but no checkpoint was written: {e}\n");
                Reply { no: true, remark, ..Reply::text(said.to_owned()) }
            }
        }
    }

    fn written(&self, store: &Store) -> Result<String, Failure> {
        let Some(folder) = &self.checkpoints else { return Ok(String::new()) };
        let newest = newest(folder)?.map(|path| read(&path.display().to_string())).transpose()?;
        if store.records_since(newest.as_ref())? < self.checkpoint_every.get() {
            return Ok(String::new());
        }
        // Sorted by name they are sorted by time.
        let name = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true).replace(':', "");
        write(store, newest.as_ref(), &Destination::of(&folder.join(name + SUFFIX))?).map(|reply| reply.text)
    }
}

fn newest(folder: &Path) -> Result<Option<PathBuf>, Failure> {
    let unreadable = |error| Failure::Read { file: folder.display().to_string(), error };
    let mut newest = None;
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.to_string_lossy().ends_with(SUFFIX) {
            newest = newest.max(Some(path));
        }
    }
    Ok(newest)
}
