//! `risk store verify`: check a store for tampering.

use clap::Args;
use risk_core::text::inert;
use risk_store::{Checkpoint, Difference, Inclusion, Verification};
use serde_json::json;

use crate::failure::Failure;
use crate::input::Text;
use crate::options::Format;
use crate::output::Reply;
use crate::progress::counting;
use crate::store::StoreOptions;
use risk_text::words::count;

/// Check a store for tampering: every record, every journal, every case
///
/// Every column is compared with the chained text that it is derived from, evidence with the commitment of its record, and the schema
/// with that of a new store. A journal whose time runs backwards is reported as a remark.
///
/// Anyone who can write to the store can rewrite a case with all its hashes. Only a checkpoint that was kept elsewhere shows that
/// (--checkpoint). With --proof no store is read: the command checks that one case was in the checkpoint with that root. Exit code 1
/// if anything differs.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store verify --store cases.risk
  risk store verify --store cases.risk --checkpoint 2026-11-22.checkpoint
  risk store verify --proof case.proof --root \"$ROOT_KEPT_ELSEWHERE\"")]
pub struct Options {
    /// A checkpoint that was kept elsewhere; records may have been appended since
    #[arg(long, value_name = "FILE", conflicts_with = "proof")]
    checkpoint: Option<String>,
    /// A proof that one case was in a checkpoint, from `risk store prove`
    #[arg(long, value_name = "FILE", requires = "root")]
    proof: Option<String>,
    /// The root of that checkpoint, kept elsewhere
    #[arg(long, value_name = "HEX", requires = "proof")]
    root: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    store: StoreOptions,
}

/// Checks the store, or a proof.
///
/// # Errors
/// [`Failure`] if the store, the checkpoint or the proof cannot be read at all.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    if let (Some(proof), Some(root)) = (&options.proof, &options.root) {
        return proven(&Text::read_file(proof)?, root, options.format);
    }
    let read = |file: &String| {
        let text = Text::read_file(file)?;
        Checkpoint::parse(&text.text).map_err(|error| Failure::Checkpoint { file: text.name, error })
    };
    let checkpoint = options.checkpoint.as_ref().map(read).transpose()?;
    let (store, name) = options.store.open()?;
    let bar = counting("cases");
    let found = store.verify(checkpoint.as_ref(), |done| bar.set_position(done))?;
    drop(bar);
    let no = !found.is_intact();
    match options.format {
        Format::Json => Ok(Reply { no, ..Reply::json(&json!({ "intact": !no, "found": found }))? }),
        Format::Text if no => Ok(Reply { no, remark: differences(&name, &found), ..Reply::default() }),
        Format::Text => Ok(Reply::text(intact(&name, &found, checkpoint.as_ref()))),
    }
}

fn intact(name: &str, found: &Verification, checkpoint: Option<&Checkpoint>) -> String {
    let against = match checkpoint {
        Some(Checkpoint { at, .. }) => format!("Every case goes on from the checkpoint of {at}.\n"),
        None => "A case that was rewritten with all its hashes shows only against a\n\
                 checkpoint kept elsewhere (--checkpoint).\n"
            .to_owned(),
    };
    format!(
        "{name}: intact, {}\n{against}{}{}{}",
        looked_at(found),
        locked(found),
        rechained(found),
        remarks(name, found)
    )
}

fn differences(name: &str, found: &Verification) -> String {
    let lines: String = found.differences.iter().map(|one| line(name, one)).collect();
    let n = count(found.differences.len() as u64, "difference", "differences");
    let after = [locked(found), rechained(found), remarks(name, found)].concat();
    format!("{name}: not as it was kept: {n}, in {}\n{lines}{after}", looked_at(found))
}

fn line(name: &str, Difference { case_id, what }: &Difference) -> String {
    // What was changed may say anything.
    match case_id {
        Some(case_id) => format!("case {case_id}: {}\n", inert(what)),
        None => format!("{name}: {}\n", inert(what)),
    }
}

/// What is as it was kept, and should be looked into all the same.
fn remarks(name: &str, found: &Verification) -> String {
    let lines: String = found.remarks.iter().map(|one| line(name, one)).collect();
    if lines.is_empty() { lines } else { format!("To be looked into:\n{lines}") }
}

fn looked_at(found: &Verification) -> String {
    let (cases, records) = (count(found.cases, "case", "cases"), count(found.records, "record", "records"));
    format!("{cases}, {records}, {}", count(found.entries, "journal entry", "journal entries"))
}

fn locked(found: &Verification) -> String {
    if found.locked.is_empty() {
        return String::new();
    }
    let n = count(found.locked.len() as u64, "case", "cases");
    format!("The payloads of {n} were not looked at, as their keys are not given (--keys).\n")
}

fn rechained(found: &Verification) -> String {
    let line =
        |case| format!("case {case}: its journal was chained anew at an erasure after the checkpoint; not compared.\n");
    found.rechained.iter().map(line).collect()
}

fn proven(text: &Text, root: &str, format: Format) -> Result<Reply, Failure> {
    let proof: Inclusion = serde_json::from_str(&text.text).map_err(|e| Failure::Line {
        file: text.name.clone(),
        line: u64::try_from(e.line()).unwrap_or(u64::MAX),
        expected: "a proof, as `risk store prove` writes it".to_owned(),
        found: "something else".to_owned(),
    })?;
    let (leads, leaf) = (proof.leads_to(root), &proof.leaf);
    let no = !leads;
    Ok(match format {
        Format::Json => Reply { no, ..Reply::json(&json!({ "proven": leads, "leaf": leaf }))? },
        Format::Text if no => {
            let said = format!("{}: case {}\nwas not so in the checkpoint of that root\n", text.name, leaf.case_id);
            Reply { no, remark: said, ..Reply::default() }
        }
        Format::Text => Reply::text(format!(
            "case {}\nwas in the checkpoint of that root, with {}\nhead {}\n\
             Its sealed log can be held against that head with `risk verify LOG --head`.\n",
            leaf.case_id,
            count(leaf.records, "record", "records"),
            leaf.head
        )),
    })
}
