//! `risk compare`: two answers to one case side by side.

use clap::Args;
use risk_core::compare::{dates, lenses, policies};
use risk_core::event::Instant;

use crate::case::CaseOptions;
use crate::failure::Failure;
use crate::options::{Format, PolicyOptions, QuestionOptions, moment};
use crate::output::Reply;
use risk_text::changes;

/// Two answers to one case: as known against hindsight, two dates, or two policies
///
/// Without --and and --other-policy, what was known at --at stands beside what hindsight says of the same moment: what was
/// recorded later than it happened, and what part of each delay is late information and what part a late act.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk compare examples/cases/sean.jsonl --at 2017-12-04
  risk compare examples/cases/sean.jsonl --at 2017-12-04 --and 2017-12-20
  risk compare examples/cases/sean.jsonl --at 2017-12-20 --other-policy my-policy")]
pub struct Options {
    #[command(flatten)]
    case: CaseOptions,
    /// The second moment, beside --at
    #[arg(long, value_name = "MOMENT", value_parser = moment, conflicts_with = "other_policy")]
    and: Option<Instant>,
    /// The second policy, beside --policy; its overlays are those of the first
    #[arg(long, value_name = "NAME|DIR")]
    other_policy: Option<String>,
    /// For people, or for programs
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    question: QuestionOptions,
}

/// Compares.
///
/// # Errors
/// [`Failure`] where the log, a policy or the question cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let policy = options.policy.load()?;
    let (log, question) = options.case.read_for_comparison(&options.question, options.and)?;
    let found = match (options.and, &options.other_policy) {
        (Some(and), _) => dates(&log, &policy, &question, and)?,
        (None, Some(other)) => policies(&log, &policy, &options.policy.load_other(other)?, &question)?,
        (None, None) => lenses(&log, &policy, &question)?,
    };
    match options.format {
        Format::Json => Reply::json(&found),
        Format::Text => Ok(Reply::text(changes::comparison(&found))),
    }
}
