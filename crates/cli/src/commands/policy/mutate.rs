//! `risk policy mutate`: changes of a policy that no test detects.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use risk_core::policy::Policy;
use risk_policy_tools::mutation::{Mutant, MutantOutcome, MutationRunner, Report, mutants};
use serde::Serialize;

use super::PolicySelection;
use crate::failure::Failure;
use crate::options::Format;
use crate::output::Reply;
use risk_text::words::count;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    which: PolicySelection,
    /// Change only this rule, duty, action or parameter
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What a program reads.
#[derive(Serialize)]
struct MutationReport {
    policy: String,
    digest: String,
    mutants: usize,
    killed_by_tests: usize,
    refused_by_the_loader: usize,
    explained: Vec<MutationLine>,
    surviving: Vec<MutationLine>,
    explained_in_vain: Vec<MutationLine>,
}

/// A change, and the position of the entry that it changes.
#[derive(Serialize)]
struct MutationLine {
    of: String,
    file: String,
    line: usize,
    change: String,
    /// Why it changes nothing, or what a test would have to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// Tries every mutant.
///
/// # Errors
/// [`Failure`] if the policy cannot be used, has a test that fails, or has no entry of the name asked for.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let policy = options.which.load()?;
    let only = options.rule.as_deref();
    let chosen: Vec<Mutant> = mutants(&policy).into_iter().filter(|m| only.is_none_or(|id| id == m.of)).collect();
    if let Some(id) = only.filter(|_| chosen.is_empty()) {
        let found = format!("`{id}`");
        return Err(Failure::Unknown {
            sort: "entry",
            found,
            expected: "a rule, duty, action or parameter".to_owned(),
        });
    }
    let trials = MutationRunner::new(&policy)?;
    let report = Report::new(&policy, only, tried(&trials, chosen));
    let no = !report.is_clean();
    let reply = match options.format {
        Format::Json => Reply::json(&answer(&policy, &report))?,
        Format::Text => text(&policy, &report),
    };
    Ok(Reply { no, ..reply })
}

/// What became of each mutant, in order. Mutants are tried on as many threads as the machine has, each taking the next one.
fn tried(trials: &MutationRunner<'_>, mutants: Vec<Mutant>) -> Vec<(Mutant, MutantOutcome)> {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} changes, {eta} to go");
    let bar = ProgressBar::new(u64::try_from(mutants.len()).unwrap_or(u64::MAX))
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut fates = Vec::new();
        while let Some((place, mutant)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            mutants.get(place).map(|mutant| (place, mutant))
        } {
            fates.push((place, trials.outcome(mutant)));
            bar.inc(1);
        }
        fates
    };
    let mut fates: Vec<(usize, MutantOutcome)> = thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, Into::into);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        // A worker that ended by a panic has said so; what it had taken is missing and is found below.
        workers.into_iter().filter_map(|w| w.join().ok()).flatten().collect()
    });
    bar.finish_and_clear();
    fates.sort_unstable_by_key(|(place, _)| *place);
    let mut fates = fates.into_iter().peekable();
    let of = |(place, mutant): (usize, Mutant)| {
        // A change that was not tried to its end is one that no test has noticed.
        let fate = fates.next_if(|(tried, _)| *tried == place).map_or(MutantOutcome::Survives, |(_, fate)| fate);
        (mutant, fate)
    };
    mutants.into_iter().enumerate().map(of).collect()
}

fn text(policy: &Policy, report: &Report<'_>) -> Reply {
    let mut remark = String::new();
    for m in &report.surviving {
        remark += &format!("{}: nothing pins this: {}: {}\n  a test would need: {}\n", m.place, m.of, m.change, m.hint);
    }
    for e in &report.stale {
        remark +=
            &format!("{}: explained in vain: {}: {}: no surviving change is called so\n", e.place, e.of, e.change);
    }
    let text = format!(
        "{} {}: {}\n{} killed by tests, {} refused by the loader, {} explained, {} surviving\n",
        policy.id,
        policy.version,
        count(report.mutants, "change", "changes"),
        report.killed,
        report.refused,
        report.explained.len(),
        report.surviving.len()
    );
    Reply { remark, ..Reply::text(text) }
}

fn answer(policy: &Policy, report: &Report<'_>) -> MutationReport {
    let line = |m: &Mutant| MutationLine {
        of: m.of.clone(),
        file: m.place.file.clone(),
        line: m.place.line,
        change: m.change.clone(),
        why: None,
        hint: None,
    };
    let explained = report.explained.iter().map(|(m, e)| MutationLine { why: Some(e.why.clone()), ..line(m) });
    let surviving = report.surviving.iter().map(|m| MutationLine { hint: Some(m.hint.clone()), ..line(m) });
    let stale = report.stale.iter().map(|e| MutationLine {
        of: e.of.clone(),
        file: e.place.file.clone(),
        line: e.place.line,
        change: e.change.clone(),
        why: Some(e.why.clone()),
        hint: None,
    });
    MutationReport {
        policy: policy.id.clone(),
        digest: policy.digest.clone(),
        mutants: report.mutants,
        killed_by_tests: report.killed,
        refused_by_the_loader: report.refused,
        explained: explained.collect(),
        surviving: surviving.collect(),
        explained_in_vain: stale.collect(),
    }
}
