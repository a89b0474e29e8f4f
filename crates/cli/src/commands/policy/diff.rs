//! `risk policy diff`: how two policies differ, in which cases, and the effect on workload.

use clap::Args;
use risk_core::assessment::assess;
use risk_core::compare::{Comparison, of_policies};
use risk_policy_tools::analysis::{Differences, differences};
use risk_policy_tools::{PolicyDiff, diff};
use risk_reports::workload::{Workload, WorkloadBuilder};
use serde::Serialize;

use crate::failure::Failure;
use crate::groups::Groups;
use crate::input::Text;
use crate::options::{Format, LocalOptions, QuestionOptions};
use crate::output::Reply;
use risk_text::{changes, differences as page};

#[derive(Args)]
pub struct Options {
    /// The first policy: `england-wales`, which is built in, or a folder of .toml files
    #[arg(value_name = "FIRST")]
    first: String,
    /// The second
    #[arg(value_name = "SECOND")]
    second: String,
    /// Only decide whether the second policy protects at least as much as the first; if not, exit code 1 and the facts that show it
    #[arg(long, conflicts_with = "over")]
    at_least_as_protective: bool,
    /// Logs of cases: report which answers differ, how, and the number of new agenda entries
    #[arg(long, value_name = "LOG", num_args = 1..)]
    over: Vec<String>,
    /// Count new agenda entries over this many weeks up to --at
    #[arg(long, value_name = "N", default_value_t = 52, value_parser = clap::value_parser!(u32).range(1..=1040))]
    weeks: u32,
    /// A CSV file that assigns cases to officers: columns case_id, responsible_officer and any others
    #[arg(long, value_name = "FILE", requires = "over")]
    groups: Option<String>,
    /// Group new agenda entries by this column of the file, such as office or team
    #[arg(long, value_name = "COLUMN", requires = "groups")]
    by: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    local: LocalOptions,
    #[command(flatten)]
    question: QuestionOptions,
}

/// What a program reads.
#[derive(Serialize)]
struct DiffReport<'a> {
    #[serde(flatten)]
    diff: &'a PolicyDiff,
    /// What follows otherwise, for any facts.
    follows: &'a Differences,
    /// Whether the second policy protects at least as much; `null` where it would take too long to find out.
    at_least_as_protective: Option<bool>,
    /// One for each log, in the order given; without changes where the answer is the same.
    over: Vec<&'a Comparison>,
    /// What it asks of people, where logs are given.
    workload: Option<&'a Workload>,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`] if a policy, a log, the groups or the question cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let (first, second) = (options.local.load(&options.first)?, options.local.load(&options.second)?);
    let question = options.question.question();
    let groups = options.groups.as_ref().map(|file| Groups::read(file, options.by.as_deref())).transpose()?;
    let mut counting = WorkloadBuilder::new(question.at, options.weeks, options.by.clone());
    let mut over = Vec::new();
    for path in &options.over {
        let text = Text::read(path)?;
        let log = text.log()?;
        let (before, after) = (assess(&log, &first, &question)?, assess(&log, &second, &question)?);
        let holder = groups.as_ref().map(|g| g.holder(before.case_id)).unwrap_or_default();
        counting.add(&holder, &before, &after);
        over.push((text.name, of_policies(&before, after)));
    }
    let (found, follows) = (diff(&first, &second), differences(&first, &second));
    let protective = follows.at_least_as_protective();
    let workload = (!over.is_empty()).then(|| counting.finish());
    let no = options.at_least_as_protective && protective != Some(true);
    let reply = match options.format {
        Format::Json => Reply::json(&DiffReport {
            diff: &found,
            follows: &follows,
            at_least_as_protective: protective,
            over: over.iter().map(|(_, c)| c).collect(),
            workload: workload.as_ref(),
        })?,
        Format::Text if options.at_least_as_protective => Reply::text(page::protective(&follows)),
        Format::Text => {
            let parts = [
                changes::policies(&found),
                page::page(&follows),
                changes::answers(&over),
                workload.as_ref().map(page::workload).unwrap_or_default(),
            ];
            Reply::text(parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n"))
        }
    };
    Ok(Reply { no, ..reply })
}
