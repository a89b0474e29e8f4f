//! Rules that can never fire, and alternatives that can never hold.

use super::finding::Finding;
use super::region::{Undecided, irreducible};
use super::situation::Situation;
use risk_core::policy::FindingKind;
use risk_core::policy::model::{Atom, Clause};

pub(super) fn find(situations: &[Situation<'_>]) -> Vec<Finding> {
    situations.iter().flat_map(of_situation).collect()
}

fn of_situation(situation: &Situation<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in &situation.rules {
        let dead: Result<Vec<&Clause>, Undecided> = rule
            .clauses
            .iter()
            .filter_map(|c| match empty(situation, &c.0) {
                Ok(true) => Some(Ok(c)),
                Ok(false) => None,
                Err(undecided) => Some(Err(undecided)),
            })
            .collect();
        let name = situation.space.timing.name();
        let (sort, says) = match &dead {
            Err(Undecided) => (FindingKind::Undecided, "whether it can fire would take too long to find out"),
            Ok(none) if none.is_empty() => continue,
            Ok(all) if all.len() == rule.clauses.len() => (FindingKind::NeverFires, "it can never fire"),
            Ok(_) => (FindingKind::AlternativeNeverHolds, "an alternative of its condition can never hold"),
        };
        let first = dead.ok().and_then(|dead| dead.first().copied());
        let witness = first.map(|c| conflict(situation, c)).unwrap_or_default();
        found.push(Finding::new(sort, rule.id, situation.days, says.to_owned()).on(name).shown_by(witness));
    }
    found
}

fn empty(situation: &Situation<'_>, atoms: &[Atom]) -> Result<bool, Undecided> {
    let regions = situation.space.clause(&Clause(atoms.to_vec()));
    Ok(situation.possible(regions)?.is_empty())
}

/// The comparisons that exclude each other.
fn conflict(situation: &Situation<'_>, clause: &Clause) -> Vec<String> {
    let atoms = irreducible(clause.0.clone(), |some| empty(situation, some) == Ok(true));
    atoms.iter().map(|a| situation.space.atom_text(a)).collect()
}
