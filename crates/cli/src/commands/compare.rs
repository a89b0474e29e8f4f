//! `risk compare`: two answers to one case side by side.

use clap::Args;
use risk_core::event::Instant;
use risk_core::{Against, compare};

use crate::case::CaseOptions;
use crate::failure::Failure;
use crate::options::{Format, PolicyOptions, QuestionOptions, moment};
use crate::output::Reply;
use risk_text::changes;

/// Compare two answers for one case: as known and in hindsight, at two moments, or by two policies
///
/// Without --and and --other-policy, compares what was known at --at with what hindsight says of the same moment: what was recorded
/// after it happened, and how much of each delay is late information and how much is late action.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk compare examples/cases/sean.jsonl --at 2017-12-04
  risk compare examples/cases/sean.jsonl --at 2017-12-04 --and 2017-12-20
  risk compare examples/cases/sean.jsonl --at 2017-12-20 --other-policy my-policy")]
pub struct Options {
    #[command(flatten)]
    case: CaseOptions,
    /// The second moment; the first is --at
    #[arg(long, value_name = "MOMENT", value_parser = moment, conflicts_with = "other_policy")]
    and: Option<Instant>,
    /// The second policy; the first is --policy. Overlays apply to both
    #[arg(long, value_name = "NAME|DIR")]
    other_policy: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    question: QuestionOptions,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`] if the log, a policy or the question cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let policy = options.policy.load()?;
    let (log, question) = options.case.read_for_comparison(&options.question, options.and)?;
    let other = options.other_policy.as_ref().map(|name| options.policy.load_other(name)).transpose()?;
    let against = match (options.and, &other) {
        (Some(and), _) => Against::Moment(and),
        (None, Some(other)) => Against::Policy(other),
        (None, None) => Against::Hindsight,
    };
    let found = compare(&log, &policy, &question, against)?;
    match options.format {
        Format::Json => Reply::json(&found),
        Format::Text => Ok(Reply::text(changes::comparison(&found))),
    }
}
