//! Static analysis of a policy: exact statements about all cases, without trying any.
//!
//! Conditions compare bounded facts, so each condition is a union of boxes in a space of facts. Every question here
//! is about boxes: whether one is empty, whether others include it, what is left outside. Facts are treated as
//! independent of each other, except as `implied` says. Each period in which the policy does not change is analysed
//! separately.

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
mod situation;
mod space;
mod unknown;
mod unused;
mod words;

use chrono::NaiveDate;
use serde::Serialize;

use self::effect::Days;
use self::finding::{going_on, joined};
use self::situation::{Situation, epochs, situations};
use self::words::in_words;
pub use difference::{Aspect, Difference, Differences, Protection, differences};
pub use finding::{Finding, Monotone, Trend};
pub use risk_core::policy::{FindingKind, Weight};

use crate::diff::PolicyVersion;
use risk_core::policy::model::Policy;

/// The schema of an [`Analysis`] as JSON.
pub const SCHEMA: &str = "risk-policy-analysis/1";

/// The result of an analysis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Analysis {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The policy.
    pub policy: PolicyVersion,
    /// The locality whose rules and parameters apply.
    pub locality: Option<String>,
    /// The first day of each period in which the policy does not change. Each period is analysed separately.
    pub epochs: Vec<NaiveDate>,
    /// All findings: defects first, then by kind, then in the order of the policy.
    pub findings: Vec<Finding>,
    /// How each rule depends on each level and number that it uses.
    pub monotone: Vec<Monotone>,
}

impl Analysis {
    /// The defects that the policy does not accept.
    pub fn defects(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.weight == Weight::Defect && f.accepted.is_none())
    }
}

/// Analyses a policy in its locality: on all days, or in the period that contains `at`.
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
    let policy_named =
        PolicyVersion { id: policy.id.clone(), version: policy.version.clone(), digest: policy.digest.clone() };
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
    let (mut ready, mut found): (Vec<Situation<'_>>, Vec<Finding>) = (Vec::new(), Vec::new());
    for situation in situations(policy, days) {
        match situation {
            Ok(situation) => ready.push(situation),
            Err(timing) => {
                let says = "its rules compare a number with too many limits, or too much at once".to_owned();
                found.push(Finding::new(FindingKind::Undecided, timing.name(), days, says).on(timing.name()));
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
