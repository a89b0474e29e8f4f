//! Alternatives made as small as they can be without changing what they say.

use super::model::{Atom, Clause, Test};

/// Without alternatives that cannot hold or that another includes; without comparisons that always hold.
pub(super) fn simplified(clauses: Vec<Clause>) -> Vec<Clause> {
    let mut kept: Vec<Clause> = Vec::new();
    for clause in clauses.into_iter().filter_map(merged) {
        if kept.iter().any(|k| includes(k, &clause)) {
            continue;
        }
        kept.retain(|k| !includes(&clause, k));
        kept.push(clause);
    }
    kept
}

/// Whether the wider alternative holds wherever the narrower does, as far as that shows in their comparisons.
fn includes(wider: &Clause, narrower: &Clause) -> bool {
    wider.0.iter().all(|atom| narrower.0.contains(atom))
}

/// The alternative with its comparisons of one fact made one; `None` where they exclude each other. In order of fact, so
/// that equal alternatives look equal.
fn merged(clause: Clause) -> Option<Clause> {
    let mut atoms: Vec<Atom> = Vec::new();
    for atom in clause.0 {
        add(&mut atoms, atom)?;
    }
    atoms.retain(|a| a.test != Test::Between(0, u32::MAX) && a.test != Test::HasNone(0));
    atoms.sort_by_key(|atom| (atom.fact, order(&atom.test)));
    Some(Clause(atoms))
}

/// Adds a comparison to others that must hold with it.
fn add(atoms: &mut Vec<Atom>, mut new: Atom) -> Option<()> {
    let mut i = 0_usize;
    while let Some(old) = atoms.get(i) {
        match (old.fact == new.fact).then(|| together(&old.test, &new.test)).flatten() {
            Some(Together::Never) => return None,
            Some(Together::As(test)) => {
                // What is now asked may exclude an earlier comparison, so that the search begins again.
                atoms.remove(i);
                new.test = test;
                i = 0;
            }
            None => i = i.saturating_add(1),
        }
    }
    if matches!(new.test, Test::In(0) | Test::Has(0)) {
        return None;
    }
    atoms.push(new);
    Some(())
}

enum Together {
    /// Both at once is one comparison.
    As(Test),
    /// They exclude each other.
    Never,
}

/// What two comparisons of one fact are together; `None` where both have to be kept.
fn together(a: &Test, b: &Test) -> Option<Together> {
    use Together::{As, Never};
    match (a, b) {
        (Test::Between(0, u32::MAX), other) | (other, Test::Between(0, u32::MAX)) => Some(As(other.clone())),
        (Test::In(a), Test::In(b)) => Some(if a & b == 0 { Never } else { As(Test::In(a & b)) }),
        (Test::HasNone(a), Test::HasNone(b)) => Some(As(Test::HasNone(a | b))),
        (Test::Has(has), Test::HasNone(none)) | (Test::HasNone(none), Test::Has(has)) if has & !none == 0 => {
            Some(Never)
        }
        (Test::Between(a, b), Test::Between(c, d)) => {
            let (low, high) = (*a.max(c), *b.min(d));
            Some(if low > high { Never } else { As(Test::Between(low, high)) })
        }
        (Test::Never(a), Test::Never(b)) if a != b => Some(Never),
        (Test::Never(true), Test::Between(..) | Test::Compare(..))
        | (Test::Between(..) | Test::Compare(..), Test::Never(true)) => Some(Never),
        // A number that compares with anything is not never.
        (Test::Never(false), number @ (Test::Between(..) | Test::Compare(..)))
        | (number @ (Test::Between(..) | Test::Compare(..)), Test::Never(false)) => Some(As(number.clone())),
        (a, b) => (a == b).then(|| As(a.clone())),
    }
}

/// A total order on comparisons, without meaning.
fn order(test: &Test) -> (u8, u64, u64) {
    match test {
        Test::In(mask) => (0, *mask, 0),
        Test::Has(mask) => (1, *mask, 0),
        Test::HasNone(mask) => (2, *mask, 0),
        Test::Between(low, high) => (3, u64::from(*low), u64::from(*high)),
        Test::Compare(how, parameter) => (4, *how as u64, u64::try_from(*parameter).unwrap_or(u64::MAX)),
        Test::Never(is) => (5, u64::from(*is), 0),
    }
}
