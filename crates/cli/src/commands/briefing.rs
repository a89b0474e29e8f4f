//! `risk briefing`: what a morning's meeting over a caseload needs to hear.

use std::path::PathBuf;

use chrono::{TimeDelta, Utc};
use clap::{Args, ValueEnum};
use risk_core::event::{Instant, Kind};
use risk_core::policy::Policy;
use risk_reports::briefing::{Briefing, BriefingBuilder, BriefingQuestion, NotAnswered};
use risk_store::{Consulted, StoreError};

use crate::destination::{Access, Destination};
use crate::failure::Failure;
use crate::identifier::{Identifier, only};
use crate::interrupt;
use crate::options::{AudienceOptions, BudgetOptions, PolicyOptions, moment, term};
use crate::output::Reply;
use crate::progress::counting;
use crate::store::ReadingOptions;
use risk_text::{briefing, briefing_page};

/// Print the paper for a daily meeting about a caseload
///
/// Lists every police call-out since the last briefing, then what else came in and what it changed; what is overdue and since when, what
/// falls due in the week ahead, and what waits on others, by owner; then the agenda of each case. The store's journal records each listed
/// case as read. Cases from which the reader is excluded are counted but not shown. Cases that cannot be read or exceed the budget come
/// first, by name and with the reason, and also go to standard error.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk briefing --audience responsible_officer --only officer:N07A001
  risk briefing --audience manager --only team:north --since 2017-12-15 --at 2017-12-18
  risk briefing --audience manager --format html --output briefing.html")]
pub struct Options {
    /// Only cases with this identifier, as SCHEME:VALUE, such as team:north [default: all cases of the store]
    #[arg(long, value_name = "SCHEME:VALUE", value_parser = Identifier::parse)]
    only: Option<Identifier>,
    /// The moment [default: now]; later records are ignored
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    at: Option<Instant>,
    /// Report as new what was recorded after this moment [default: 24 hours before --at]
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    since: Option<Instant>,
    /// The event kinds that your system can deliver; the briefing then names the rules that cannot fire
    #[arg(long, value_name = "KIND,…", value_parser = term::<Kind>(), value_delimiter = ',', hide_possible_values = true)]
    feeds: Option<Vec<Kind>>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: BriefingFormat,
    /// Write to this file instead of standard output, completely or not at all; only you can read a new file. `-` is standard
    /// output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    budget: BudgetOptions,
    #[command(flatten)]
    reading: ReadingOptions,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    audience: AudienceOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum BriefingFormat {
    /// Text of 80 columns
    #[default]
    Text,
    /// One self-contained web page, for screen and paper
    Html,
    /// JSON on one line
    Json,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`] if the store, the policy or the question cannot be used, or the file cannot be written.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let inputs = options.policy.inputs().into_iter().chain(options.reading.inputs().cloned());
    let output = Destination::of_option(options.output.as_ref())?.apart_from(inputs)?;
    let policy = options.policy.load()?;
    let briefing = collected(options, &policy)?;
    let not_assessed = |case: &NotAnswered| format!("case {} is not assessed: {}\n", case.case_id, case.why);
    let remark = briefing.not_answered.iter().map(not_assessed).collect();
    let reply = match options.format {
        BriefingFormat::Json => Reply::json(&briefing)?,
        BriefingFormat::Html => Reply::text(briefing_page::page(&briefing, &policy)),
        BriefingFormat::Text => Reply::text(briefing::page(&briefing, &policy)),
    };
    output.deliver(Access::AsBefore, Reply { remark, ..reply }, |_| String::new())
}

fn collected(options: &Options, policy: &Policy) -> Result<Briefing, Failure> {
    let audience = options.audience.named()?;
    let at = options.at.unwrap_or_else(Utc::now);
    let since = options.since.unwrap_or_else(|| at.checked_sub_signed(TimeDelta::days(1)).unwrap_or(at));
    if since > at {
        let found = format!("{since}, which is after {at}");
        return Err(Failure::Mismatch { option: "--since", expected: "a moment not after --at", found });
    }
    let feeds = options.feeds.as_ref().map(|kinds| kinds.iter().copied().collect());
    let mut collecting = BriefingBuilder::new(policy, BriefingQuestion { at, since, audience, feeds })?
        .with_case_budget(options.budget.units());
    let (store, reader) = options.reading.open(audience)?;
    let only = only(options.only.as_ref(), &store)?;
    let bar = counting("cases");
    for consulted in store.caseload(&reader, at, only.as_ref()) {
        let Consulted { case_id, identifiers, log } = consulted?;
        match log {
            Ok(log) => {
                collecting.add_until(&log, &identifiers, interrupt::of_answer()).map_err(StoreError::from)?;
            }
            Err(StoreError::Excluded { .. }) => collecting.not_shown(),
            Err(why) => collecting.not_answered(case_id, &identifiers, &why.to_string()),
        }
        bar.inc(1);
    }
    Ok(collecting.finish())
}
