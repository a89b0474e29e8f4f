//! `risk explain`: why the answer has an entry, or why it has none.

use clap::Args;
use risk_core::explain::{Target, explain, why_not};

use crate::case::CaseOptions;
use crate::failure::Failure;
use crate::options::{Format, PolicyOptions, QuestionOptions};
use crate::output::Reply;
use risk_text::explanation;

/// Explain why something is in the answer, or why a rule did not fire
///
/// Prints each outcome with the events behind it, the rule, and the place in the rule's source. With --why-not, prints each time that
/// the rule was evaluated, and what it needed.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk explain examples/cases/sean.jsonl review_risk --at 2017-12-20
  risk explain examples/cases/sean.jsonl known_adult --at 2017-12-20
  risk explain examples/cases/sean.jsonl --why-not plw-raised-risk --at 2017-12-04")]
pub struct Options {
    #[command(flatten)]
    case: CaseOptions,
    /// An action (`review_risk`, or its id in the answer) or a group at risk (`children`); default all that is open
    #[arg(value_name = "ACTION|GROUP", conflicts_with = "why_not")]
    of: Option<String>,
    /// Explain why this rule or duty did not fire
    #[arg(long, value_name = "RULE")]
    why_not: Option<String>,
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
/// [`Failure`] if the log, the policy, the question or what is to be explained cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let target = options.of.as_deref().map_or(Ok(Target::Everything), Target::parse)?;
    let policy = options.policy.load()?;
    let (log, question) = options.case.read(&options.question)?;
    if let Some(rule) = &options.why_not {
        let found = why_not(&log, &policy, &question, rule)?;
        return match options.format {
            Format::Json => Reply::json(&found),
            Format::Text => Ok(Reply::text(explanation::why_not(&found))),
        };
    }
    let found = explain(&log, &policy, &question, target)?;
    match options.format {
        Format::Json => Reply::json(&found),
        Format::Text => Ok(Reply::text(explanation::page(&found, &question, target, &policy))),
    }
}
