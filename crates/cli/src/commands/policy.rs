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
use risk_text::analysis::finding_kinds_in_words;
use risk_text::words::count;

/// Check, show, test or analyse a policy, or compare two
#[derive(Args)]
#[command(arg_required_else_help = true)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check a policy and report every error in it
    ///
    /// Each error has file, line and column. Warnings do not change the exit code.
    #[command(after_long_help = "Example:
  risk policy check policies/england-wales --overlay wessex.toml --locality wessex")]
    Check(PolicySelection),
    /// Print a policy: documents, parameters, actions, rules, duties, audiences, obligations
    #[command(after_long_help = "Example:
  risk policy show --format markdown > england-wales.md")]
    Show {
        #[command(flatten)]
        which: PolicySelection,
        /// The output format
        #[arg(long, value_enum, default_value_t)]
        format: ShowFormat,
    },
    /// Run the policy's own tests
    ///
    /// Exit code 1 if one fails; each failure gives the test, its place, and what was expected and found.
    #[command(after_long_help = "Example:
  risk policy test policies/england-wales")]
    Test(PolicySelection),
    /// Run mutation tests: change each rule slightly and report every change that no test detects
    ///
    /// For each rule, duty, action and parameter: removes or inverts comparisons, moves limits by one, removes words from lists, removes
    /// effects, weakens priorities and due dates. A change that no test of the policy detects shows that a test is missing. Exit code 1
    /// if there is one that the policy does not explain (`[[equivalent]]`).
    #[command(after_long_help = "Examples:
  risk policy mutate policies/england-wales
  risk policy mutate policies/england-wales --rule plw-raised-risk")]
    Mutate(mutate::Options),
    /// Analyse a policy exactly, for all possible cases at once
    ///
    /// Reports as defects: rules that can never fire, rules without an effect of their own, a `yes` whose `unknown` leads nowhere, actions
    /// that nothing closes or requires, unused parameters, and level conditions that are not monotone. Reports as worth knowing: facts
    /// that no rule covers, limits that differ, and event kinds that no rule uses. Each finding comes with the smallest set of facts that
    /// shows it. To accept a finding, state the reason in the policy: `[[accepted]]` finding = "…", of = "…", why = "…".
    #[command(after_long_help = help_of_analyse())]
    Analyse(analyse::Options),
    /// Compare two policies, and find the cases whose answers differ
    ///
    /// Compares entries field by field: documents, parameters (each dated value), actions, rules, duties, audiences and obligations; tests
    /// and comments are ignored. Then reports exactly, for all possible facts, where levels, actions, due dates, priorities, reviews, flags
    /// or the ways to close an action differ, each with the smallest set of facts that shows it. With --over, also lists the logs whose
    /// answers differ, and counts the new agenda entries: actions that are not a step of another, those of one kind and day as one.
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
    format!("{}\nExit code 1 where a defect is not accepted, else 0.\n\n{example}", finding_kinds_in_words())
}

#[derive(Args)]
struct PolicySelection {
    /// The policy: `england-wales`, which is built in, or a folder of .toml files
    #[arg(value_name = "NAME|DIR", default_value = ENGLAND_WALES)]
    policy: String,
    #[command(flatten)]
    local: LocalOptions,
}

impl PolicySelection {
    fn load(&self) -> Result<Policy, Failure> {
        self.local.load(&self.policy)
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum ShowFormat {
    /// Text of 80 columns
    #[default]
    Text,
    /// JSON with the fields of the policy language
    Json,
    /// A documentation page of every rule and duty
    Markdown,
    /// A page for practitioners, by obligation
    Guide,
}

/// Checks, shows, tests, analyses or compares.
///
/// # Errors
/// [`Failure`] if the policy cannot be used, with everything that is wrong with it.
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
