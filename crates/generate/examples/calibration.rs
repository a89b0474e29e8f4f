//! The calibration report: the pack's answers to a synthetic caseload, compared with what inspectors judged in 112
//! cases.
//!
//! `cargo xtask calibration` runs it and writes its output to docs/calibration.md.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use chrono::NaiveDate;
use risk_core::assessment::answer::{Action, Assessment};
use risk_core::assessment::{Question, assess};
use risk_core::calendar::end_of_day;
use risk_core::event::Kind;
use risk_core::event::Term;
use risk_core::event::vocabulary::{ActionKind, Audience, Group, Level};
use risk_core::explain::{Explanation, Target, explain};
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_core::policy::model::Priority;
use risk_generate::{Caseload, Ground, Share};

const CASES: u32 = 2000;
const SEED: u64 = 2018;
const TOP: usize = 10;
/// Age classes of the newest reason: the maximum number of days since it was learnt, and a label.
const AGES: [(i64, &str); 4] =
    [(28, "four weeks"), (91, "three months"), (182, "six months"), (i64::MAX, "the case's whole life")];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("expected the folder of a policy, found no argument")?;
    let policy = pack(Path::new(&folder))?;
    let mut tally = Tally::default();
    for log in Caseload::inspection(CASES, SEED).logs() {
        let question = Question::at(end_of_day(Caseload::read_on()), Audience::Inspector);
        let log = log?;
        let answer = assess(&log, &policy, &question)?;
        tally.count(&answer);
        if live(&answer).any(|a| a.priority == Priority::ProtectNow) {
            tally.count_urgent(&Urgent::of(&policy, &explain(&log, &policy, &question, Target::Everything)?), &log);
        }
    }
    print!("{}", report(&policy, &tally)?);
    Ok(())
}

fn pack(folder: &Path) -> Result<Policy, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            files.push((path.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Ok(Policy::load(&files)?)
}

/// The number of cases with each feature.
#[derive(Default)]
struct Tally {
    cases: usize,
    supervised: usize,
    protect_now: usize,
    /// Cases with a `protect_now` action, by the age of the newest reason.
    ages: [usize; AGES.len()],
    /// Of these, cases in which the risk was reviewed since, but another action is left.
    reviewed_since: usize,
    for_the_nps: usize,
    high: BTreeMap<Group, usize>,
    indicated_children: usize,
    worked_children: usize,
    worked_adults: usize,
    under_review: usize,
    pending: Vec<usize>,
    lines: Vec<usize>,
    urgent: Vec<usize>,
    /// The rules behind `protect_now` lines, by the number of cases.
    rules: BTreeMap<String, usize>,
    /// The cases in which a single rule makes something urgent.
    alone: BTreeMap<String, usize>,
    actions: BTreeMap<ActionKind, usize>,
    all_rules: BTreeMap<String, usize>,
}

impl Tally {
    fn count(&mut self, answer: &Assessment) {
        let live: Vec<&Action> = live(answer).collect();
        let urgent: Vec<&&Action> = live.iter().filter(|a| a.priority == Priority::ProtectNow).collect();
        add(&mut self.cases, true);
        add(&mut self.supervised, answer.actions.iter().all(|a| a.frozen_on.is_none()));
        add(&mut self.protect_now, !urgent.is_empty());
        let nps = [ActionKind::ReturnToNps, ActionKind::EscalateToNps];
        add(&mut self.for_the_nps, live.iter().any(|a| nps.contains(&a.action)));
        let groups = answer.classification.iter().flat_map(|c| &c.groups);
        for group in groups {
            let indicated = group.indicated.as_ref().map_or(Level::Unknown, |i| i.level);
            add(self.high.entry(group.group).or_default(), indicated >= Level::High);
            if group.group == Group::Children {
                add(&mut self.indicated_children, indicated >= Level::Medium);
                add(&mut self.worked_children, group.working_level >= Level::Medium);
            }
            add(&mut self.worked_adults, group.group == Group::KnownAdult && group.working_level >= Level::Medium);
        }
        add(&mut self.under_review, live.iter().any(|a| a.action == ActionKind::ReviewRisk));
        self.pending.push(live.len());
        self.lines.push(answer.agenda.lines.len().saturating_add(answer.agenda.more));
        self.urgent.push(urgent.len());
        each(&mut self.all_rules, rules(live.iter().copied()));
        each(&mut self.actions, urgent.iter().map(|a| a.action).collect::<BTreeSet<_>>());
    }

    /// Counts a case with a `protect_now` action: its rules and the age of the newest reason.
    fn count_urgent(&mut self, urgent: &Urgent, log: &Log) {
        let age = Caseload::read_on().signed_duration_since(urgent.newest).num_days();
        let band = AGES.iter().position(|(most, _)| age <= *most).and_then(|band| self.ages.get_mut(band));
        band.into_iter().for_each(|n| add(n, true));
        let review = |r: &risk_core::log::Record| {
            r.kind() == Some(Kind::RiskAssessed) && r.recorded_at.date_naive() > urgent.newest
        };
        add(&mut self.reviewed_since, log.records().iter().any(review));
        if let Some(only) = urgent.rules.first().filter(|_| urgent.rules.len() == 1) {
            add(self.alone.entry(only.clone()).or_default(), true);
        }
        each(&mut self.rules, urgent.rules.iter().cloned());
    }
}

fn add(n: &mut usize, yes: bool) {
    *n = n.saturating_add(usize::from(yes));
}

/// The pending actions that are not frozen by the end of supervision.
fn live(answer: &Assessment) -> impl Iterator<Item = &Action> {
    answer.actions.iter().filter(|a| a.status.pending() && a.frozen_on.is_none())
}

/// The reasons for `protect_now` in a case.
struct Urgent {
    /// The rules that require it, each once.
    rules: BTreeSet<String>,
    /// The day on which the newest unanswered event was learnt.
    newest: NaiveDate,
}

impl Urgent {
    /// Collects the open reasons. An action has the highest priority of its reasons, so not every reason has this
    /// priority.
    fn of(policy: &Policy, explanation: &Explanation) -> Self {
        let mut found = Self { rules: BTreeSet::new(), newest: NaiveDate::MIN };
        for outcome in &explanation.outcomes {
            let Some(action) = outcome.action.as_ref().filter(|a| a.status.pending()) else { continue };
            for reason in outcome.reasons.iter().filter(|r| r.answered.is_none()) {
                if asks(policy, &reason.rule.id, action.action) {
                    found.rules.insert(reason.rule.id.clone());
                    found.newest = found.newest.max(reason.event.recorded_on);
                }
            }
        }
        found
    }
}

/// Whether the rule requires the action with `protect_now`.
fn asks(policy: &Policy, rule: &str, action: ActionKind) -> bool {
    let required = policy.rules.iter().filter(|r| r.id == rule).flat_map(|r| &r.require);
    required.into_iter().any(|require| require.action == action && require.priority == Priority::ProtectNow)
}

/// The rules behind the actions, each once.
fn rules<'a>(actions: impl Iterator<Item = &'a Action>) -> BTreeSet<String> {
    actions.flat_map(|a| &a.because).map(|b| b.rule.clone()).collect()
}

fn each<K: Ord>(counts: &mut BTreeMap<K, usize>, found: impl IntoIterator<Item = K>) {
    for key in found {
        let n = counts.entry(key).or_default();
        *n = n.saturating_add(1);
    }
}

/// A share in per cent, with one decimal.
fn share(part: usize, whole: usize) -> String {
    let tenths = part.saturating_mul(1000).saturating_add(whole.checked_div(2).unwrap_or(0)).checked_div(whole);
    let tenths = tenths.unwrap_or_default();
    format!("{}.{} %", tenths.checked_div(10).unwrap_or(0), tenths.checked_rem(10).unwrap_or(0))
}

/// The percentile of the values.
fn percentile(values: &[usize], hundredths: usize) -> usize {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = sorted.len().saturating_mul(hundredths).checked_div(100).unwrap_or(0);
    sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn top<K: Ord + Clone>(counts: &BTreeMap<K, usize>) -> Vec<(K, usize)> {
    let mut all: Vec<(K, usize)> = counts.iter().map(|(k, n)| (k.clone(), *n)).collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    all.truncate(TOP);
    all
}

fn report(policy: &Policy, tally: &Tally) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    let day = Caseload::read_on();
    writeln!(out, "# Calibration: does the pack speak as inspectors would, or does it shout?\n")?;
    writeln!(out, "<!-- Written by `cargo xtask calibration`; what stands under Findings is kept. -->\n")?;
    writeln!(
        out,
        "The pack `{} {}` read {CASES} **invented** cases (seed {SEED}) as an inspector, at the end of {day}. The cases \
         have the proportions of the inspection's 112 where the report gives one, and assumed ones where it does not \
         (the last table). So this page can show that a rule speaks far too often for cases of this shape, or that a \
         rule never speaks. It can prove nothing about real caseloads, and a figure that rests on an assumed proportion \
         is no better than the assumption. It is a report and no test: no number here is a target for a rule.\n",
        policy.id, policy.version
    )?;
    levels_and_actions(&mut out, tally)?;
    agenda(&mut out, tally)?;
    loudest(&mut out, tally)?;
    proportions(&mut out)?;
    Ok(out)
}

fn levels_and_actions(out: &mut String, tally: &Tally) -> Result<(), std::fmt::Error> {
    let high = |group| share(tally.high.get(&group).copied().unwrap_or_default(), tally.cases);
    let rows = [
        (
            "something to protect somebody now",
            share(tally.protect_now, tally.cases),
            "immediate action asked in 7 of 112 (6.3 %)",
        ),
        (
            "return or escalation to the NPS pending",
            share(tally.for_the_nps, tally.cases),
            "right in 7 of 112 (6.3 %); done in 1",
        ),
        ("high indicated for known adults", high(Group::KnownAdult), "2 of 112 (1.8 %)"),
        ("high indicated for children", high(Group::Children), "3 of 112 (2.7 %)"),
        (
            "children worked at medium or above",
            share(tally.worked_children, tally.cases),
            "74 medium and 3 high of 112 (68.8 %); the CRCs: 51 (45.5 %)",
        ),
        ("children: medium or above indicated by events", share(tally.indicated_children, tally.cases), ""),
        (
            "known adults worked at medium or above",
            share(tally.worked_adults, tally.cases),
            "105 medium and 2 high of 112 (95.5 %); the CRCs: 100 (89.3 %)",
        ),
        ("a review of the risk pending", share(tally.under_review, tally.cases), "risk decisions not updated in 66 %"),
    ];
    writeln!(out, "## Beside the inspectors\n\n| | this caseload | the inspectors |\n|---|---|---|")?;
    rows.iter().try_for_each(|(what, ours, theirs)| writeln!(out, "| {what} | {ours} | {theirs} |"))?;
    ages(out, tally)?;
    let ended = tally.cases.saturating_sub(tally.supervised);
    writeln!(
        out,
        "\nIn {} of the cases supervision had ended with something left open; what froze then is not counted.\n",
        share(ended, tally.cases)
    )
}

/// Writes the ages of the newest reasons for `protect_now`.
fn ages(out: &mut String, tally: &Tally) -> std::fmt::Result {
    writeln!(out, "\n| newest open reason to protect somebody now, learnt within | cases |\n|---|---|")?;
    for ((_, within), n) in AGES.iter().zip(tally.ages) {
        writeln!(out, "| {within} | {} |", share(n, tally.cases))?;
    }
    writeln!(
        out,
        "\nEach case stands in one line only. In {} of all cases the risk was reviewed after that reason, and something \
         else that it calls for was left.",
        share(tally.reviewed_since, tally.cases)
    )
}

fn agenda(out: &mut String, tally: &Tally) -> Result<(), std::fmt::Error> {
    writeln!(
        out,
        "## How much there is to read\n\n| of a case | median | 90th percentile | most |\n|---|---|---|---|"
    )?;
    let rows = [
        ("lines of the agenda, shown and further", &tally.lines),
        ("actions pending, with steps", &tally.pending),
        ("actions to protect somebody now", &tally.urgent),
    ];
    for (what, values) in rows {
        writeln!(
            out,
            "| {what} | {} | {} | {} |",
            percentile(values, 50),
            percentile(values, 90),
            percentile(values, 100)
        )?;
    }
    writeln!(out)
}

fn loudest(out: &mut String, tally: &Tally) -> Result<(), std::fmt::Error> {
    writeln!(out, "## The loudest\n\nRules that ask for a pending action as `protect_now`, by the share of cases.\n")?;
    writeln!(out, "| rule | cases | alone |\n|---|---|---|")?;
    for (rule, cases) in top(&tally.rules) {
        let alone = tally.alone.get(&rule).copied().unwrap_or_default();
        writeln!(out, "| `{rule}` | {} | {} |", share(cases, tally.cases), share(alone, tally.cases))?;
    }
    writeln!(
        out,
        "\n*Alone*: nothing else made that case urgent.\n\n| action to protect somebody now | cases |\n|---|---|"
    )?;
    for (action, cases) in top(&tally.actions) {
        writeln!(out, "| `{}` | {} |", action.name(), share(cases, tally.cases))?;
    }
    writeln!(out, "\nRules behind any pending action.\n\n| rule | cases |\n|---|---|")?;
    for (rule, cases) in top(&tally.all_rules) {
        writeln!(out, "| `{rule}` | {} |", share(cases, tally.cases))?;
    }
    writeln!(out)
}

fn proportions(out: &mut String) -> Result<(), std::fmt::Error> {
    writeln!(
        out,
        "## What the caseload is made of\n\nHM Inspectorate of Probation, *Domestic abuse: the work undertaken by Community Rehabilitation Companies*, September 2018 (`hmip-2018`), where a place is given.\n"
    )?;
    writeln!(out, "| in a thousand | of | rests on |\n|---|---|---|")?;
    for share in Share::ALL {
        let line = share.proportion();
        let ground = match line.ground {
            Ground::Report(place) => place.to_owned(),
            Ground::Assumed(why) => format!("*assumed*: {why}"),
        };
        writeln!(out, "| {} | {} | {ground} |", line.per_mille, line.of)?;
    }
    Ok(())
}
