//! `risk store access`: who did what with a case.

use chrono::DateTime;
use clap::Args;
use risk_core::calendar::london_day;
use risk_core::text::inert;
use risk_store::{Act, Entry};
use serde_json::json;

use crate::failure::Failure;
use crate::identifier::CaseName;
use crate::options::Format;
use crate::output::Reply;
use crate::store::StoreOptions;
use risk_text::words::{count, date, phrase, wall_time};
use risk_text::{Page, STRONG, styled};

/// Print the journal: who did what with a case, when, and for which audience
///
/// It is the log that section 62 of the Data Protection Act 2018 requires: collection, alteration, consultation, disclosure, combination
/// and erasure. It is append-only; `risk store verify` finds changes to it.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store access crn:X123456 --store cases.risk
  risk store access --format json          what was done with the store as a whole")]
pub struct Options {
    /// The case: its UUID, or an identifier as SCHEME:VALUE; if omitted, the journal of the store as a whole
    #[arg(value_parser = CaseName::parse)]
    case: Option<CaseName>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    store: StoreOptions,
}

/// Prints the journal of a case or of the store.
///
/// # Errors
/// [`Failure`] if the case is not there.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let (store, name) = options.store.open()?;
    let case_id = options.case.as_ref().map(|case| case.find(&store)).transpose()?;
    let entries = store.journal(case_id)?;
    match options.format {
        Format::Json => Reply::json(&json!({ "case_id": case_id, "entries": entries })),
        Format::Text => Ok(Reply::text(page(
            &case_id.map_or_else(|| format!("{name}, as a whole"), |id| format!("case {id}")),
            &entries,
        ))),
    }
}

fn page(of: &str, entries: &[Entry]) -> String {
    let mut page = Page::default();
    page.paragraph("", "", &styled(STRONG, &format!("Journal of {of}")));
    let n = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    page.paragraph("", "", &format!("{}. The times are London's.", count(n, "entry", "entries")));
    page.gap();
    let mut erased = false;
    for entry in entries {
        let refused = if erased { "the person was erased" } else { "excluded from the case" };
        // A store that was changed behind our back may say anything.
        page.labelled(0, &inert(&when(&entry.at)), 17, &inert(&described(entry, refused)));
        erased |= matches!(entry.act, Act::PersonErased { .. });
    }
    page.finish()
}

fn when(at: &str) -> String {
    let described = |at: DateTime<chrono::Utc>| format!("{} {}", date(london_day(at)), wall_time(at));
    DateTime::parse_from_rfc3339(at).map_or_else(|_| at.to_owned(), |at| described(at.to_utc()))
}

/// What an entry says; `why` something was refused, where it was.
fn described(entry: &Entry, why: &str) -> String {
    let audience = entry.audience.as_deref().map(|a| format!(", as {}", phrase(a))).unwrap_or_default();
    let purpose = entry.purpose.as_deref().map(|p| format!(", for {p}")).unwrap_or_default();
    let refused = if entry.refused { format!(". REFUSED: {why}") } else { String::new() };
    format!("{} {}{audience}{purpose}{refused}", entry.by, act(&entry.act))
}

/// What was done, as the rest of a sentence that begins with who did it; including the operation in the law's terms.
fn act(act: &Act) -> String {
    let records = |n: u64| count(n, "record", "records");
    match act {
        Act::Appended { records: n, length, corrects: false } => {
            format!("appended {} (collection); the case has {length} since", records(*n))
        }
        Act::Appended { records: n, length, corrects: true } => {
            format!("appended {}, with a correction (alteration); the case has {length} since", records(*n))
        }
        Act::Consulted => "asked for an answer (consultation)".to_owned(),
        Act::ConsultedUnjournalled { asked_at, reason } => {
            format!("asked for an answer (consultation) at {asked_at}, which could not be journalled then: {reason}")
        }
        Act::Read => "read all records (disclosure)".to_owned(),
        Act::Followed { after, to } => format!("followed all cases from place {after} to {to} (disclosure)"),
        Act::Exported => "exported all cases (disclosure)".to_owned(),
        Act::Counted => "counted all cases (consultation)".to_owned(),
        Act::Identified { scheme, value: Some(value), .. } => format!("called it {scheme}:{value} (alteration)"),
        Act::Identified { scheme, value: None, .. } => format!("called it by a {scheme}, erased since (alteration)"),
        Act::Unidentified { scheme } => format!("took its {scheme} from it (alteration)"),
        Act::MergedInto { other } => format!("merged it into {other} (combination)"),
        Act::MergedFrom { other } => format!("merged {other} into it (combination)"),
        Act::UnmergedFrom { other } => format!("parted it from {other} (combination)"),
        Act::ExcludedReader { reader } => format!("excluded {reader} from it (alteration)"),
        Act::AdmittedReader { reader } => format!("admitted {reader} to it again (alteration)"),
        Act::PersonErased { .. } => "erased everything of the person, and what they were called (erasure)".to_owned(),
        Act::Erased { event_id } => format!("erased record {event_id} (erasure)"),
        Act::Restricted { event_id } => format!("took record {event_id} out, kept as evidence (alteration)"),
        Act::EvidenceRead { event_id } => format!("read the evidence {event_id} (disclosure)"),
    }
}
