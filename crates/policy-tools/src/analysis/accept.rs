//! Findings that the policy accepts (`[[accepted]]`), each with the author's reason.

use super::effect::Days;
use super::finding::Finding;
use risk_core::policy::FindingKind;
use risk_core::policy::model::{Accepted, Policy};

/// Marks the findings that the policy accepts. If all days were analysed (`whole`), also reports acceptances that
/// match no finding.
pub(super) fn accepted(policy: &Policy, findings: &mut [Finding], days: Days, whole: bool) -> Vec<Finding> {
    let here = policy.accepted.iter().filter(|a| a.locality.is_none() || a.locality == policy.locality);
    let mut idle = Vec::new();
    for acceptance in here {
        for of in &acceptance.of {
            let mut any = false;
            for finding in findings.iter_mut().filter(|f| f.of == *of && accepts(acceptance, f)) {
                any = true;
                finding.accepted = Some(acceptance.why.clone());
            }
            if !any && whole {
                let says = format!("`{}` is accepted, but was not found", acceptance.finding);
                idle.push(Finding::new(FindingKind::AcceptsNothing, of, days, says));
            }
        }
    }
    idle
}

fn accepts(acceptance: &Accepted, finding: &Finding) -> bool {
    acceptance.finding == finding.finding
        && acceptance.fact == finding.fact
        && (acceptance.on.is_empty() || finding.on.iter().all(|kind| acceptance.on.contains(kind)))
}
