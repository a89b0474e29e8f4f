//! What can be said of a policy for all cases at once, exactly and without trying any.
//!
//! Conditions compare bounded facts, so that each is a union of boxes in a space of facts, and every question here is one
//! about boxes: whether one is empty, whether others include it, what is left outside. Facts count as independent of each
//! other, but for what `implied` knows. Each stretch of days in which the policy stays the same is analysed by itself.

mod accept;
mod deadlines;
mod difference;
mod effect;
mod finding;
mod gap;
mod implied;
mod joint;
mod monotone;
mod never;
mod nothing_new;
mod region;
mod scene;
mod space;
mod unknown;
mod unused;
mod words;

use chrono::NaiveDate;
use serde::Serialize;

use self::effect::Days;
use self::finding::{going_on, joined};
use self::scene::{Scene, epochs, scenes};
use self::words::in_words;
pub use difference::{Difference, Differences, Matter, Way, differences};
pub use finding::{Finding, Monotone, Trend};
pub use risk_core::policy::{FindingKind, Weight};

use crate::diff::Named;
use risk_core::policy::model::Policy;

/// The name and version of an analysis's form.
pub const SCHEMA: &str = "risk-policy-analysis/1";

/// What was found in a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Analysis {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The policy.
    pub policy: Named,
    /// The locality whose rules and parameters count.
    pub locality: Option<String>,
    /// The first days of the stretches in which the policy stays the same, each analysed by itself.
    pub epochs: Vec<NaiveDate>,
    /// Everything found: defects first, then by sort, then in the order of the policy.
    pub findings: Vec<Finding>,
    /// How each rule goes with each level and number that matters to it.
    pub monotone: Vec<Monotone>,
}

impl Analysis {
    /// The defects that nobody has accepted.
    pub fn defects(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.weight == Weight::Defect && f.accepted.is_none())
    }
}

/// Analyses a policy in its locality, on all days, or on the days around `at` on which it says the same.
#[must_use]
pub fn analyse(policy: &Policy, at: Option<NaiveDate>) -> Analysis {
    let epochs = epochs(policy, at);
    let (mut findings, mut monotone) = (Vec::new(), Vec::new());
    for days in &epochs {
        let (found, ways) = of_epoch(policy, *days);
        findings.extend(joined(found));
        monotone.extend(ways);
    }
    let mut findings = going_on(findings);
    if let (Some(first), Some(last)) = (epochs.first(), epochs.last()) {
        let whole = Days { from: first.from, to: last.to };
        findings.extend(unused::find(policy, whole, &epochs));
        let idle = accept::accepted(policy, &mut findings, whole, at.is_none());
        findings.extend(idle);
    }
    for finding in &mut findings {
        finding.in_words = finding.witness.iter().map(|c| in_words(c, policy)).collect();
    }
    findings.sort_by_key(|f| (f.weight, f.finding));
    let policy_named = Named { id: policy.id.clone(), version: policy.version.clone(), digest: policy.digest.clone() };
    Analysis {
        schema: SCHEMA,
        policy: policy_named,
        locality: policy.locality.clone(),
        epochs: epochs.iter().map(|days| days.from).collect(),
        findings,
        monotone: finding::steady(monotone),
    }
}

fn of_epoch(policy: &Policy, days: Days) -> (Vec<Finding>, Vec<Monotone>) {
    let (mut ready, mut found): (Vec<Scene<'_>>, Vec<Finding>) = (Vec::new(), Vec::new());
    for scene in scenes(policy, days) {
        match scene {
            Ok(scene) => ready.push(scene),
            Err(moment) => {
                let says = "its rules compare a number with too many limits, or too much at once".to_owned();
                found.push(Finding::new(FindingKind::Undecided, moment.name(), days, says).on(moment.name()));
            }
        }
    }
    found.extend(never::find(&ready));
    found.extend(nothing_new::find(&ready));
    found.extend(unknown::find(policy, &ready));
    found.extend(deadlines::find(&ready));
    found.extend(gap::find(policy, days, &ready));
    let (findings, monotone) = monotone::find(&ready);
    found.extend(findings);
    (found, monotone)
}
