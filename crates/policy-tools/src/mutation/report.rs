//! What came of all mutants, with what the policy itself says of those that survive.

use super::{Fate, Mutant};
use risk_core::policy::Policy;
use risk_core::policy::model::Equivalent;

/// What came of the mutants of a policy.
#[derive(Debug, Clone, Default)]
pub struct Report<'p> {
    /// How many were made.
    pub mutants: usize,
    /// How many a test noticed.
    pub killed: usize,
    /// How many the loader would not take.
    pub refused: usize,
    /// Those that no test noticed and the policy explains: they change nothing.
    pub explained: Vec<(Mutant, &'p Equivalent)>,
    /// Those that no test noticed: nothing pins what they change.
    pub surviving: Vec<Mutant>,
    /// Explanations of changes that no surviving mutant makes.
    pub stale: Vec<&'p Equivalent>,
}

impl<'p> Report<'p> {
    /// Sorts out the mutants of a policy, or of one entry of it (`only`).
    #[must_use]
    pub fn new(policy: &'p Policy, only: Option<&str>, fates: Vec<(Mutant, Fate)>) -> Self {
        let mut report = Self { mutants: fates.len(), ..Self::default() };
        for (mutant, fate) in fates {
            match fate {
                Fate::Killed { .. } => report.killed = report.killed.saturating_add(1),
                Fate::Refused { .. } => report.refused = report.refused.saturating_add(1),
                Fate::Survives => match policy.equivalents.iter().find(|e| explains(e, &mutant)) {
                    Some(equivalent) => report.explained.push((mutant, equivalent)),
                    None => report.surviving.push(mutant),
                },
            }
        }
        let asked = policy.equivalents.iter().filter(|e| only.is_none_or(|id| id == e.of));
        report.stale = asked.filter(|e| report.explained.iter().all(|(m, _)| !explains(e, m))).collect();
        report
    }

    /// Whether everything is tested or explained, and nothing explained that need not be.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.surviving.is_empty() && self.stale.is_empty()
    }
}

fn explains(equivalent: &Equivalent, mutant: &Mutant) -> bool {
    equivalent.of == mutant.of && equivalent.change == mutant.change
}
