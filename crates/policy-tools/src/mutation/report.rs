//! A summary of all mutants, with the policy's explanations of those that survive.

use super::{Mutant, MutantOutcome};
use risk_core::policy::Policy;
use risk_core::policy::model::Equivalent;

/// A summary of the mutants of a policy.
#[derive(Debug, Clone, Default)]
pub struct Report<'p> {
    /// The number of mutants.
    pub mutants: usize,
    /// The number that a test detected.
    pub killed: usize,
    /// The number that the loader rejected.
    pub refused: usize,
    /// Mutants that no test detected and that the policy explains as equivalent.
    pub explained: Vec<(Mutant, &'p Equivalent)>,
    /// Mutants that no test detected and that the policy does not explain.
    pub surviving: Vec<Mutant>,
    /// Explanations that match no surviving mutant.
    pub stale: Vec<&'p Equivalent>,
}

impl<'p> Report<'p> {
    /// Summarises the mutants of a policy, or of one entry (`only`).
    #[must_use]
    pub fn new(policy: &'p Policy, only: Option<&str>, fates: Vec<(Mutant, MutantOutcome)>) -> Self {
        let mut report = Self { mutants: fates.len(), ..Self::default() };
        for (mutant, fate) in fates {
            match fate {
                MutantOutcome::Killed { .. } => report.killed = report.killed.saturating_add(1),
                MutantOutcome::Refused { .. } => report.refused = report.refused.saturating_add(1),
                MutantOutcome::Survives => match policy.equivalents.iter().find(|e| explains(e, &mutant)) {
                    Some(equivalent) => report.explained.push((mutant, equivalent)),
                    None => report.surviving.push(mutant),
                },
            }
        }
        let relevant = policy.equivalents.iter().filter(|e| only.is_none_or(|id| id == e.of));
        report.stale = relevant.filter(|e| report.explained.iter().all(|(m, _)| !explains(e, m))).collect();
        report
    }

    /// Whether every mutant is detected, rejected or explained, and every explanation is needed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.surviving.is_empty() && self.stale.is_empty()
    }
}

fn explains(equivalent: &Equivalent, mutant: &Mutant) -> bool {
    equivalent.of == mutant.of && equivalent.change == mutant.change
}
