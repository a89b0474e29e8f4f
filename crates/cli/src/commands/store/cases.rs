//! `risk store cases`: which cases there are.

use clap::Args;
use risk_core::text::inert;
use risk_store::CaseListed;
use serde_json::json;

use crate::failure::Failure;
use crate::identifier::Identifier;
use crate::options::Format;
use crate::output::Reply;
use crate::store::{OpenStore, StoreOptions};
use risk_text::words::{count, listed};
use risk_text::{Page, STRONG, styled};

/// List cases with their identifiers, numbers of records and excluded readers
///
/// For operators: the number of records is more than a reader may know. The listing is recorded in the journal of the store.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store cases --store cases.risk
  risk store cases --only team:north --format json")]
pub struct Options {
    /// Only the cases with this identifier, as SCHEME:VALUE
    #[arg(long, value_name = "SCHEME:VALUE", value_parser = Identifier::parse)]
    only: Option<Identifier>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    store: StoreOptions,
}

/// Lists.
///
/// # Errors
/// [`Failure`] if the store cannot be read.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let OpenStore { store, by, name } = options.store.operate()?;
    let only = match &options.only {
        Some(only) => Some(store.cases_of(&only.scheme, &only.value)?),
        None => None,
    };
    let is_asked_for = |case: &CaseListed| only.as_ref().is_none_or(|only| only.contains(&case.case_id));
    let mut cases = Vec::new();
    for case in store.cases(&by)? {
        cases.extend(Some(case?).filter(is_asked_for));
    }
    match options.format {
        Format::Json => Reply::json(&json!({ "cases": cases })),
        Format::Text => Ok(Reply::text(page(&name, &cases))),
    }
}

fn page(name: &str, cases: &[CaseListed]) -> String {
    let mut page = Page::default();
    page.paragraph("", "", &format!("{name}: {}", count(cases.len() as u64, "case", "cases")));
    if !cases.is_empty() {
        page.gap();
        page.paragraph("", "", &styled(STRONG, &format!("{:<36}  {:>7}  KNOWN AS", "CASE", "RECORDS")));
    }
    for case in cases {
        let called: Vec<String> = case.facts.identifiers.iter().map(|(s, v)| format!("{s}:{v}")).collect();
        let called = match case.facts.erased {
            Some(at) => format!("erased by law on {}", at.format("%Y-%m-%d")),
            None if called.is_empty() => "-".to_owned(),
            None => called.join(" "),
        };
        page.labelled(0, &format!("{}  {:>7} ", case.case_id, case.records), 46, &inert(&called));
        if let Some(into) = case.facts.merged_into {
            page.indented(2, &format!("answered under {into}"));
        }
        let excluded: Vec<String> = case.facts.excluded.iter().cloned().collect();
        if !excluded.is_empty() {
            page.indented(2, &inert(&format!("not shown to {}", listed(&excluded))));
        }
    }
    page.finish()
}
