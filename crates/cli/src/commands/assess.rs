//! `risk assess`: the current risk and the required actions.

use clap::Args;
use risk_core::assessment::assess;

use crate::case::CaseOptions;
use crate::failure::Failure;
use crate::options::{Format, PolicyOptions, QuestionOptions};
use crate::output::Reply;
use risk_text::assessment::{Detail, page};

/// Assess a case: the current risk, and who must do what by when
///
/// Prints the agenda first, the most urgent action at the top. With --all, also prints the steps of each action, everything
/// else that is open, and what was done.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk assess examples/cases/sean.jsonl --at 2017-12-20
  risk assess examples/cases/sean.jsonl --at 2017-12-20 --lens hindsight --all
  cat case.jsonl | risk assess - --audience manager --format json")]
pub struct Options {
    #[command(flatten)]
    case: CaseOptions,
    /// Also print the steps of each action, everything else that is open, and what was done
    #[arg(long)]
    all: bool,
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
    let answer = assess(&log, &policy, &question)?;
    match options.format {
        Format::Json => Reply::json(&answer),
        Format::Text => {
            let detail = if options.all { Detail::All } else { Detail::Agenda };
            Ok(Reply::text(page(&answer, &policy, detail)))
        }
    }
}
