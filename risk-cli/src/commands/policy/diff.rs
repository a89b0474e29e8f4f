//! `risk policy diff`: in what two policies differ, and for whom.

use clap::Args;
use risk_core::compare::{Comparison, policies};
use risk_core::policy::{PolicyDiff, diff};
use serde::Serialize;

use crate::failure::Failure;
use crate::input::Text;
use crate::options::{Format, LocalOptions, QuestionOptions};
use crate::output::Reply;
use crate::text::changes;

#[derive(Args)]
pub struct Options {
    /// The first policy: `england-wales`, which is built in, or a folder of .toml files
    #[arg(value_name = "FIRST")]
    first: String,
    /// The second
    #[arg(value_name = "SECOND")]
    second: String,
    /// Logs of cases: which of them would get another answer, and how
    #[arg(long, value_name = "LOG", num_args = 1..)]
    over: Vec<String>,
    /// For people, or for programs
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    local: LocalOptions,
    #[command(flatten)]
    question: QuestionOptions,
}

/// What a program reads.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    diff: &'a PolicyDiff,
    /// One for each log, in the order given; without changes where the answer is the same.
    over: Vec<&'a Comparison>,
}

/// Tells.
///
/// # Errors
/// [`Failure`] where a policy, a log or the question cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let (first, second) = (options.local.load(&options.first)?, options.local.load(&options.second)?);
    let question = options.question.question();
    let mut over = Vec::new();
    for path in &options.over {
        let text = Text::read(path)?;
        over.push((text.name.clone(), policies(&text.log()?, &first, &second, &question)?));
    }
    let found = diff(&first, &second);
    match options.format {
        Format::Json => Reply::json(&Answer { diff: &found, over: over.iter().map(|(_, c)| c).collect() }),
        Format::Text => Ok(Reply::text(changes::policies(&found, &over))),
    }
}
