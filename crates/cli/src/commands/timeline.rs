//! `risk timeline`: what each event changed.

use clap::Args;
use risk_core::timeline::timeline;

use crate::case::CaseOptions;
use crate::failure::Failure;
use crate::options::{Format, PolicyOptions, QuestionOptions};
use crate::output::Reply;
use risk_text::changes;

/// Show what each event of a case changed, and what changed with time alone
///
/// Each step up to --at lists the records of one moment, what they opened (+), moved (~) and closed (-), and which levels changed (=),
/// with the rules in brackets. A step without records is a change by time alone.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk timeline examples/cases/sean.jsonl --at 2017-12-20
  risk timeline examples/cases/sean.jsonl --at 2017-12-20 --lens hindsight --format json")]
pub struct Options {
    #[command(flatten)]
    case: CaseOptions,
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
/// [`Failure`] if the log, the policy or the question cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let policy = options.policy.load()?;
    let (log, question) = options.case.read(&options.question)?;
    let found = timeline(&log, &policy, &question)?;
    match options.format {
        Format::Json => Reply::json(&found),
        Format::Text => Ok(Reply::text(changes::timeline(&found))),
    }
}
