//! `risk generate`: an invented caseload.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use risk_core::log::Log;
use risk_generate::{Caseload, FEWEST, Shape};
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::output::Reply;
use risk_text::words::count;

/// Invent a caseload: logs of cases that nobody lived
///
/// The cases have the shape of the 112 that HM Inspectorate of Probation read in 2018: sentences, offences and
/// requirements in the same proportions, good practice as often as there and no oftener, from 20 to 300 events a case, all
/// between January 2017 and May 2018. The same seed gives the same cases; more cases change none of those before.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk generate --cases 112 --seed 2018 --output caseload
  risk generate --cases 2000 --seed 1 --one-file --output caseload.jsonl
  risk generate --cases 1 --seed 7 | risk assess - --at 2018-05-31")]
pub struct Options {
    /// How many cases
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    cases: u32,
    /// Leave out so many before: what several processes write side by side is what one would have written
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: u32,
    /// What the cases follow from: any number
    #[arg(long, value_name = "S")]
    seed: u64,
    /// What the caseload is like
    #[arg(long, value_enum, default_value_t)]
    shape: ShapeOption,
    /// So many events in each case, for measuring; default as many as its story has
    #[arg(long, value_name = "K", value_parser = RangedU64ValueParser::<u32>::new().range(u64::from(FEWEST)..=100_000))]
    events: Option<u32>,
    /// A new or empty folder, which gets one file a case; with --one-file a file; `-` for standard output, case by case
    #[arg(long, short, value_name = "DIR|FILE|-", default_value = "-")]
    output: PathBuf,
    /// All cases in one file, case by case
    #[arg(long)]
    one_file: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ShapeOption {
    /// That of the inspection's 112 cases
    #[default]
    Inspection,
}

/// Generates. Unlike other commands it writes as it goes, because a caseload may be larger than memory.
///
/// # Errors
/// [`Failure`] where the output cannot be written, or the folder holds something already.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let ShapeOption::Inspection = options.shape;
    let caseload = Caseload {
        first: options.skip,
        cases: options.cases,
        seed: options.seed,
        shape: Shape::Inspection,
        events: options.events,
    };
    let path = &options.output;
    if path.as_os_str() == "-" {
        if options.one_file {
            return Err(Failure::Missing { option: "--one-file", expected: "a file, named by --output" });
        }
        return to_standard_output(&caseload);
    }
    let records = if options.one_file { to_file(&caseload, path)? } else { to_folder(&caseload, path)? };
    let cases = count(u64::from(options.cases), "invented case", "invented cases");
    Ok(Reply::text(format!("{}: {cases}, {}\n", path.display(), count(records, "record", "records"))))
}

fn to_standard_output(caseload: &Caseload) -> Result<Reply, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write_all(caseload, &mut out, "standard output") {
        // A reader that has seen enough is no error.
        Err(Failure::Write { error, .. }) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(failure) => return Err(failure),
        Ok(_) => {}
    }
    Ok(Reply::default())
}

fn to_file(caseload: &Caseload, path: &Path) -> Result<u64, Failure> {
    let name = path.display().to_string();
    let failed = |error| Failure::Write { file: name.clone(), error };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder).map_err(failed)?;
    let records = write_all(caseload, &mut BufWriter::new(&mut file), &name)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(records)
}

/// Writes every case; gives the number of records.
fn write_all(caseload: &Caseload, out: &mut impl Write, name: &str) -> Result<u64, Failure> {
    let failed = |error| Failure::Write { file: name.to_owned(), error };
    let mut records: u64 = 0;
    for log in with_progress(caseload) {
        let log = log?;
        records = records.saturating_add(log.len());
        out.write_all(log.to_jsonl().as_bytes()).map_err(failed)?;
    }
    out.flush().map_err(failed)?;
    Ok(records)
}

fn to_folder(caseload: &Caseload, folder: &Path) -> Result<u64, Failure> {
    let name = folder.display().to_string();
    let failed = |error| Failure::Write { file: name.clone(), error };
    fs::create_dir_all(folder).map_err(failed)?;
    // Two caseloads in one folder could not be told apart again.
    if fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(Failure::NotEmpty(name));
    }
    let mut records: u64 = 0;
    for log in with_progress(caseload) {
        let log = log?;
        records = records.saturating_add(log.len());
        let path = folder.join(format!("{}.jsonl", log.case_id()));
        let unwritable = |error| Failure::Write { file: path.display().to_string(), error };
        fs::write(&path, log.to_jsonl()).map_err(unwritable)?;
    }
    Ok(records)
}

/// The logs, with a bar on standard error where that is a terminal.
fn with_progress(caseload: &Caseload) -> impl Iterator<Item = Result<Log, Failure>> + '_ {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} cases, {eta} to go");
    let bar = ProgressBar::new(u64::from(caseload.cases))
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_finish(ProgressFinish::AndClear);
    bar.wrap_iter(caseload.logs().map(|log| Ok(log?)))
}
