//! `risk store append`: new records of one case or of several.

use std::collections::BTreeMap;

use clap::Args;
use risk_core::log::{LogError, Record};
use risk_store::Addition;
use uuid::Uuid;

use super::checkpoint::Automatic;
use crate::failure::Failure;
use crate::input::Text;
use crate::output::Reply;
use crate::store::{OpenStore, StoreOptions, located};
use risk_text::words::count;

/// Append records, all of them or none
///
/// The input is plain records, one JSON object on a line, of one case or of several. A record that the store has already, with the
/// same content, is accepted and not kept twice, so a delivery can be repeated. When the command returns, the records are on disk.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store append news.jsonl --store cases.risk --as night-feed
  risk store append one-case.jsonl --expected 41
  producer | risk store append -")]
pub struct Options {
    /// The records; `-` is standard input
    #[arg(value_name = "FILE")]
    records: String,
    /// Refuse unless the case has this many records now; for records of one case
    #[arg(long, value_name = "N")]
    expected: Option<u64>,
    #[command(flatten)]
    automatic: Automatic,
    #[command(flatten)]
    store: StoreOptions,
}

/// Appends.
///
/// # Errors
/// [`Failure`] if a record cannot be taken, with its line. Then nothing was appended.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let text = Text::read(&options.records)?;
    let additions = additions(&text, options.expected)?;
    let OpenStore { store, by, name } = options.store.operate()?;
    let appended = store.append_all(&by, &additions).map_err(|e| located(&text, e))?;
    let new = appended.iter().flatten().filter(|a| a.new).count();
    let known = appended.iter().map(Vec::len).sum::<usize>().saturating_sub(new);
    let cases = count(count_of(additions.len()), "case", "cases");
    let known = if known == 0 { String::new() } else { format!(", {known} known already") };
    let new = count(count_of(new), "new record", "new records");
    Ok(options.automatic.after(&store, &format!("{name}: {new}{known}, in {cases}\n")))
}

fn count_of(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// The records by case, each case's in the order of the text.
fn additions(text: &Text, expected_position: Option<u64>) -> Result<Vec<Addition>, Failure> {
    let mut cases: BTreeMap<Uuid, Vec<Record>> = BTreeMap::new();
    for (line, one) in text.lines() {
        let wrong = |field: String, expected: String, found: String| LogError {
            file: text.name.clone(),
            line,
            field,
            expected,
            found,
        };
        let record = Record::parse(one).map_err(|e| wrong(e.field, e.expected, e.found))?;
        if record.position().is_some() {
            let expected = "a plain record; `risk store import` takes sealed logs";
            return Err(wrong("position".to_owned(), expected.to_owned(), "a sealed one".to_owned()).into());
        }
        cases.entry(record.case_id).or_default().push(record);
    }
    if expected_position.is_some() && cases.len() != 1 {
        let found = format!("{} cases", cases.len());
        return Err(Failure::Mismatch { option: "--expected", expected: "records of one case", found });
    }
    let addition = |(case_id, records)| Addition { case_id, records, expected_position };
    Ok(cases.into_iter().map(addition).collect())
}
