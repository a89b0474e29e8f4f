//! Rules that can never fire, and alternatives that can never hold.

use super::finding::Finding;
use super::region::{Undecided, irreducible};
use super::scene::Scene;
use risk_core::policy::FindingKind;
use risk_core::policy::model::{Atom, Clause};

pub(super) fn find(scenes: &[Scene<'_>]) -> Vec<Finding> {
    scenes.iter().flat_map(of_scene).collect()
}

fn of_scene(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for speaker in &scene.speakers {
        let dead: Result<Vec<&Clause>, Undecided> = speaker
            .clauses
            .iter()
            .filter_map(|c| match empty(scene, &c.0) {
                Ok(true) => Some(Ok(c)),
                Ok(false) => None,
                Err(undecided) => Some(Err(undecided)),
            })
            .collect();
        let name = scene.space.moment.name();
        let (sort, says) = match &dead {
            Err(Undecided) => (FindingKind::Undecided, "whether it can fire would take too long to find out"),
            Ok(none) if none.is_empty() => continue,
            Ok(all) if all.len() == speaker.clauses.len() => (FindingKind::NeverFires, "it can never fire"),
            Ok(_) => (FindingKind::AlternativeNeverHolds, "an alternative of its condition can never hold"),
        };
        let first = dead.ok().and_then(|dead| dead.first().copied());
        let witness = first.map(|c| conflict(scene, c)).unwrap_or_default();
        found.push(Finding::new(sort, speaker.id, scene.days, says.to_owned()).on(name).shown_by(witness));
    }
    found
}

fn empty(scene: &Scene<'_>, atoms: &[Atom]) -> Result<bool, Undecided> {
    let regions = scene.space.clause(&Clause(atoms.to_vec()));
    Ok(scene.possible(regions)?.is_empty())
}

/// The comparisons that exclude one another.
fn conflict(scene: &Scene<'_>, clause: &Clause) -> Vec<String> {
    let atoms = irreducible(clause.0.clone(), |some| empty(scene, some) == Ok(true));
    atoms.iter().map(|a| scene.space.atom_text(a)).collect()
}
