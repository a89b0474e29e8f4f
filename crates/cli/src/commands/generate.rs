//! `risk generate`: an invented caseload.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use risk_core::log::Log;
use risk_generate::{Caseload, FEWEST, Shape};

use crate::destination::{Access, Destination, shown};
use crate::failure::Failure;
use crate::output::Reply;
use risk_text::words::count;

/// Generate a synthetic caseload
///
/// The cases resemble the 112 that HM Inspectorate of Probation read in 2018: sentences, offences and requirements in the same
/// proportions, good practice as often as found there, and 20 to 300 events per case between January 2017 and May 2018. The same seed
/// gives the same cases, and a larger caseload begins with the same cases as a smaller one.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk generate --cases 112 --seed 2018 --output caseload
  risk generate --cases 2000 --seed 1 --one-file --output caseload.jsonl
  risk generate --cases 1 --seed 7 | risk assess - --at 2018-05-31")]
pub struct Options {
    /// The number of cases
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    cases: u32,
    /// Skip this many cases first, so that several processes can write parts of one caseload
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: u32,
    /// The seed: any number
    #[arg(long, value_name = "S")]
    seed: u64,
    /// The profile of the caseload
    #[arg(long, value_enum, default_value_t)]
    shape: ShapeOption,
    /// The number of events per case, for benchmarks; by default, as many as the case's story has
    #[arg(long, value_name = "K", value_parser = RangedU64ValueParser::<u32>::new().range(u64::from(FEWEST)..=100_000))]
    events: Option<u32>,
    /// A new or empty folder, which gets one file per case; with --one-file, a file; `-` is standard output
    #[arg(long, short, value_name = "DIR|FILE|-", default_value = "-")]
    output: PathBuf,
    /// Write all cases to one file, one after another
    #[arg(long)]
    one_file: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ShapeOption {
    /// The profile of the inspection's 112 cases
    #[default]
    Inspection,
}

/// Generates. Unlike other commands it writes as it goes, because a caseload may be larger than memory.
///
/// # Errors
/// [`Failure`] if the output cannot be written, or the folder holds something already.
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
    let records = match Destination::of(path) {
        // A pipe takes one stream, as standard output does.
        Ok(stream @ (Destination::Standard | Destination::Device(_))) => to_stream(&caseload, &stream)?,
        Ok(file) if options.one_file => to_stream(&caseload, &file.apart_from([] as [&Path; 0])?)?,
        Err(failure) if options.one_file => return Err(failure),
        Ok(Destination::File(_)) | Err(_) => Some(to_folder(&caseload, path)?),
    };
    let Some(records) = records else { return Ok(Reply::default()) };
    let cases = count(u64::from(options.cases), "invented case", "invented cases");
    Ok(Reply::text(format!("{}: {cases}, {}\n", shown(path), count(records, "record", "records"))))
}

/// Writes all cases one behind the other; gives the number of records, unless that would stand among them.
fn to_stream(caseload: &Caseload, stream: &Destination) -> Result<Option<u64>, Failure> {
    let name = match stream {
        Destination::Standard => "standard output".to_owned(),
        Destination::Device(path) | Destination::File(path) => path.display().to_string(),
    };
    let written = stream.write(Access::AsBefore, |out| write_all(caseload, out, &name))?;
    Ok(written.filter(|_| !matches!(stream, Destination::Standard)))
}

/// Writes every case; gives the number of records.
fn write_all(caseload: &Caseload, out: &mut dyn Write, name: &str) -> Result<u64, Failure> {
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

/// A file for each case. Where one cannot be written, those before it go again.
fn to_folder(caseload: &Caseload, folder: &Path) -> Result<u64, Failure> {
    let name = folder.display().to_string();
    let failed = |error| Failure::Write { file: name.clone(), error };
    let is_new = !folder.exists();
    fs::create_dir_all(folder).map_err(failed)?;
    // Two caseloads in one folder could not be separated again.
    if fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(Failure::NotEmpty(name));
    }
    let mut written = Vec::new();
    let records = write_each(caseload, folder, &mut written);
    if records.is_err() {
        // The failure is reported; what cannot be taken away either stays.
        written.iter().for_each(|path| drop(fs::remove_file(path)));
        drop(is_new.then(|| fs::remove_dir(folder)));
    }
    records
}

fn write_each(caseload: &Caseload, folder: &Path, written: &mut Vec<PathBuf>) -> Result<u64, Failure> {
    let mut records: u64 = 0;
    for log in with_progress(caseload) {
        let log = log?;
        records = records.saturating_add(log.len());
        let path = folder.join(format!("{}.jsonl", log.case_id()));
        written.push(path.clone());
        fs::write(&path, log.to_jsonl()).map_err(|error| Failure::Write { file: path.display().to_string(), error })?;
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
