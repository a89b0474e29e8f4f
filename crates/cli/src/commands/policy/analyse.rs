//! `risk policy analyse`: properties of a policy that hold for all cases.

use chrono::NaiveDate;
use clap::Args;
use risk_policy_tools::analyse;

use super::PolicySelection;
use crate::failure::Failure;
use crate::options::Format;
use crate::output::Reply;
use risk_text::analysis;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    which: PolicySelection,
    /// Analyse only the period around this day in which the policy does not change [default: all days]
    #[arg(long, value_name = "DATE")]
    at: Option<NaiveDate>,
    /// Also print accepted findings and those only worth knowing, each in full
    #[arg(long)]
    all: bool,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`] if the policy cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let policy = options.which.load()?;
    let found = analyse(&policy, options.at);
    let reply = match options.format {
        Format::Json => Reply::json(&found)?,
        Format::Text => Reply::text(analysis::page(&found, &policy, options.all)),
    };
    Ok(Reply { no: found.defects().next().is_some(), ..reply })
}
