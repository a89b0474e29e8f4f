//! `risk store identify`: what the host calls a case.

use clap::Args;

use crate::failure::Failure;
use crate::identifier::{CaseName, Identifier};
use crate::output::Reply;
use crate::store::{OpenStore, StoreOptions};

/// Set identifiers of a case, such as crn:X123456, noms:A1234BC, team:north or officer:N07A001
///
/// An identifier replaces the previous one of the same scheme. A CRN or NOMS number belongs to one case. Identifiers of any other
/// scheme may be shared by many cases, for `--only` and `audit --by`. The change is recorded in the journal.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store identify 00000000-0000-4000-8000-000005000000 crn:X123456 team:north
  risk store identify crn:X123456 officer:N07A001
  risk store identify crn:X123456 --remove officer")]
pub struct Options {
    /// The case: its UUID, or an identifier that it has, as SCHEME:VALUE
    #[arg(value_parser = CaseName::parse)]
    case: CaseName,
    /// The identifiers to set
    #[arg(value_name = "SCHEME:VALUE", value_parser = Identifier::parse, required_unless_present = "remove")]
    identifiers: Vec<Identifier>,
    /// Remove the identifier of this scheme; can be repeated
    #[arg(long, value_name = "SCHEME")]
    remove: Vec<String>,
    #[command(flatten)]
    store: StoreOptions,
}

/// Sets and removes identifiers.
///
/// # Errors
/// [`Failure`] if an identifier belongs to another case, or the case has none of a scheme that is to be removed.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let OpenStore { store, by, .. } = options.store.operate()?;
    let case_id = options.case.find(&store)?;
    for scheme in &options.remove {
        store.unidentify(&by, case_id, scheme)?;
    }
    for Identifier { scheme, value } in &options.identifiers {
        store.identify(&by, case_id, scheme, value)?;
    }
    let called: Vec<String> =
        store.facts(case_id)?.identifiers.iter().map(|(scheme, value)| format!("{scheme}:{value}")).collect();
    let called = if called.is_empty() { "called nothing else".to_owned() } else { called.join(" ") };
    Ok(Reply::text(format!("case {case_id}: {called}\n")))
}
