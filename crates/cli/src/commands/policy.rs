//! `risk policy`: check, show, test, mutate, analyse and compare policies.

mod analyse;
mod diff;
mod mutate;

use clap::{Args, Subcommand, ValueEnum};
use risk_core::calendar::BusinessCalendar;
use risk_core::policy::Policy;
use risk_policies::ENGLAND_WALES;
use risk_policy_tools::policy_tests::{self, TestResult};
use risk_policy_tools::{Style, guide, listing};

use crate::failure::Failure;
use crate::options::LocalOptions;
use crate::output::Reply;
use risk_text::analysis::sorts_in_words;
use risk_text::words::count;

/// Check, show, test or analyse a policy, or tell in what two differ
#[derive(Args)]
#[command(arg_required_else_help = true)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read a policy and name everything that is wrong with it
    ///
    /// Each error with file, line and column. What is allowed and deserves a look comes as a warning, which changes
    /// nothing of the exit code.
    #[command(after_long_help = "Example:
  risk policy check policies/england-wales --overlay wessex.toml --locality wessex")]
    Check(Which),
    /// Print a policy whole: documents, parameters, actions, rules, duties, audiences, obligations
    #[command(after_long_help = "Example:
  risk policy show --format markdown > england-wales.md")]
    Show {
        #[command(flatten)]
        which: Which,
        /// For people, for programs, or as a page of documentation
        #[arg(long, value_enum, default_value_t)]
        format: ShowFormat,
    },
    /// Run the tests that stand beside the rules
    ///
    /// Exit code 1 if one fails; each failure names the test, its place, what was expected and what came.
    #[command(after_long_help = "Example:
  risk policy test policies/england-wales")]
    Test(Which),
    /// Change each rule a little, and name every change that no test notices
    ///
    /// For each rule, duty, action and parameter: comparisons left out or turned round, limits moved by one, words of a list
    /// taken out, effects left out, priorities and due dates weakened. A change that no test beside the rules notices is
    /// something that nothing pins. Exit code 1 while there is one that the policy does not explain (`[[equivalent]]`).
    #[command(after_long_help = "Examples:
  risk policy mutate policies/england-wales
  risk policy mutate policies/england-wales --rule plw-raised-risk")]
    Mutate(mutate::Options),
    /// Find, for all cases at once and exactly, what is wrong with a policy and what is worth knowing
    ///
    /// Rules that can never fire, rules that say nothing new, a yes whose unknown leads nowhere, actions that nothing closes
    /// or requires, parameters that nothing uses, level conditions that are not monotone: these are defects. Facts on which
    /// no rule says anything, limits that differ, kinds that no rule listens to are worth knowing. Each comes with the
    /// smallest set of facts that shows it. What the author knows and accepts stands in the policy with the reason:
    /// `[[accepted]]` finding = "…", of = "…", why = "…".
    #[command(after_long_help = help_of_analyse())]
    Analyse(analyse::Options),
    /// Tell in what two policies differ, and over logs which cases would get another answer
    ///
    /// Entry by entry and field by field: documents, parameters (each dated value), actions, rules, duties, audiences and
    /// obligations; tests and comments do not count. Then, exactly and for any facts, where levels, actions, due dates,
    /// priorities, reviews, flags or what closes an action differ, each with the smallest set of facts that shows it. Over
    /// logs: the cases that would get another answer, and how many new lines agendas would get: actions that are nobody's
    /// step, those of one kind that open on one day in one line.
    #[command(after_long_help = "Examples:
  risk policy diff england-wales my-policy
  risk policy diff england-wales my-policy --at-least-as-protective
  risk policy diff england-wales my-policy --over examples/cases/*.jsonl --at 2018-04-23
  risk policy diff england-wales my-policy --over *.jsonl --groups officers.csv --by office --weeks 13

The second protects at least as much where, for any facts, it indicates no lower level, drops no action and no
review, gives no later due date, longer round or lower priority, and lets nothing close an action that stays open
under the first. Flags, handling, owners and views are not part of that.")]
    Diff(Box<diff::Options>),
}

fn help_of_analyse() -> String {
    let example = "Example:\n  risk policy analyse policies/england-wales --all";
    format!("{}\nExit code 1 where a defect is not accepted, else 0.\n\n{example}", sorts_in_words())
}

#[derive(Args)]
struct Which {
    /// The policy: `england-wales`, which is built in, or a folder of .toml files
    #[arg(value_name = "NAME|DIR", default_value = ENGLAND_WALES)]
    policy: String,
    #[command(flatten)]
    local: LocalOptions,
}

impl Which {
    fn load(&self) -> Result<Policy, Failure> {
        self.local.load(&self.policy)
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum ShowFormat {
    /// For people, at 80 columns
    #[default]
    Text,
    /// For programs: the fields of the policy language
    Json,
    /// A page of documentation: every rule and duty
    Markdown,
    /// A page for those who work under it: by obligation, in their words
    Guide,
}

/// Checks, shows, tests, analyses or compares.
///
/// # Errors
/// [`Failure`] where the policy cannot be used, with everything that is wrong with it.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    match &options.command {
        Command::Check(which) => Ok(check(&which.load()?)),
        Command::Show { which, format } => show(&which.load()?, *format),
        Command::Test(which) => Ok(test(&which.load()?)),
        Command::Mutate(options) => mutate::run(options),
        Command::Analyse(options) => analyse::run(options),
        Command::Diff(options) => diff::run(options),
    }
}

fn check(policy: &Policy) -> Reply {
    let counts = [
        (policy.documents.len(), "document", "documents"),
        (policy.parameters.len(), "parameter", "parameters"),
        (policy.actions.len(), "action", "actions"),
        (policy.rules.len(), "rule", "rules"),
        (policy.duties.len(), "duty", "duties"),
        (policy.tests.len(), "test", "tests"),
    ];
    let counts: Vec<String> = counts.iter().map(|(n, one, many)| count(*n, one, many)).collect();
    let mut text: String =
        policy.warnings(BusinessCalendar::last_year()).iter().map(|w| format!("warning: {w}\n")).collect();
    text += &format!("{} {}: no errors\n{}\n", policy.id, policy.version, counts.join(", "));
    text += &format!("digest {}\n", policy.digest);
    Reply::text(text)
}

fn show(policy: &Policy, format: ShowFormat) -> Result<Reply, Failure> {
    match format {
        ShowFormat::Json => Reply::document(&policy.to_json()),
        ShowFormat::Text => Ok(Reply::text(listing(policy, Style::Text))),
        ShowFormat::Markdown => Ok(Reply::text(listing(policy, Style::Markdown))),
        ShowFormat::Guide => Ok(Reply::text(guide(policy))),
    }
}

fn test(policy: &Policy) -> Reply {
    let results: Vec<TestResult> = policy_tests::run(policy).collect();
    let failed: Vec<&TestResult> = results.iter().filter(|r| !r.failures.is_empty()).collect();
    let remark = failed.iter().map(|r| failure(r)).collect();
    let summary = format!(
        "{} {}: {}, {} failed\n",
        policy.id,
        policy.version,
        count(results.len(), "test", "tests"),
        if failed.is_empty() { "none".to_owned() } else { failed.len().to_string() }
    );
    Reply { remark, no: !failed.is_empty(), ..Reply::text(summary) }
}

fn failure(result: &TestResult) -> String {
    let reasons: String = result.failures.iter().map(|f| format!("  {f}\n")).collect();
    format!("{}: test failed: {}\n{reasons}", result.place, result.name)
}
