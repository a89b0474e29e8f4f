//! `risk store export`: whole logs, sealed as they are kept.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use risk_store::{Exported, StoreError};
use uuid::Uuid;

use crate::destination::{Access, Destination, shown};
use crate::failure::Failure;
use crate::identifier::CaseName;
use crate::output::Reply;
use crate::progress::counting;
use crate::store::{OpenStore, StoreOptions};
use risk_text::words::count;

/// Export whole logs, sealed, with their journals
///
/// The file is a backup that `risk store import` reads. It has every record of the cases, whatever its handling mark; what is erased
/// from the store later stays in the file. The export is recorded in the journal as a disclosure.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store export --output all.jsonl --store cases.risk
  risk store export --case crn:X123456 --output one.jsonl --no-journal
  risk store export --output - | age --recipient age1… > all.jsonl.age")]
pub struct Options {
    /// Only this case: its UUID, or an identifier as SCHEME:VALUE; can be repeated; default all
    #[arg(long, value_name = "CASE", value_parser = CaseName::parse)]
    case: Vec<CaseName>,
    /// Leave out journals and evidence
    #[arg(long)]
    no_journal: bool,
    /// Write there, a file whole or not at all, and readable by you alone, whoever could read it before. `-` for standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    store: StoreOptions,
}

/// Exports the logs.
///
/// # Errors
/// [`Failure`] if a case is not there or not as it was kept, or the file cannot be written.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let path = &options.output;
    let output = Destination::of(path)?.apart_from(options.store.inputs())?;
    let operated = options.store.operate()?;
    let cases = options.case.iter().map(|case| case.find(&operated.store)).collect::<Result<Vec<Uuid>, _>>()?;
    let cases = (!cases.is_empty()).then_some(cases);
    let cases = cases.as_deref();
    let exported = output.write(Access::OwnerAlone, |out| write(options, &operated, cases, out))?;
    let Some(Exported { cases, records }) = exported.filter(|_| !matches!(output, Destination::Standard)) else {
        return Ok(Reply::default());
    };
    let (cases, records) = (count(cases, "case", "cases"), count(records, "record", "records"));
    Ok(Reply::text(format!("{}: {cases}, {records}\n", shown(path))))
}

fn write(
    options: &Options,
    operated: &OpenStore,
    cases: Option<&[Uuid]>,
    out: &mut dyn Write,
) -> Result<Exported, Failure> {
    let bar = counting("cases");
    let OpenStore { store, by, .. } = operated;
    store.export(by, cases, !options.no_journal, out, |done| bar.set_position(done)).map_err(|e| match e {
        StoreError::File(error) => Failure::Write { file: options.output.display().to_string(), error },
        other => other.into(),
    })
}
