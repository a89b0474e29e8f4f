//! Redundant rules: on every kind of event, wherever the rule holds, other rules hold that together have the same
//! effects or stronger ones.

use super::effect::EffectEntry;
use super::finding::Finding;
use super::region::{Undecided, irreducible};
use super::situation::{ActiveRule, Situation};
use risk_core::policy::FindingKind;

pub(super) fn find(situations: &[Situation<'_>]) -> Vec<Finding> {
    let mut ids: Vec<&str> = situations.iter().flat_map(|s| s.rules.iter().map(|s| s.id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().flat_map(|id| of_rule(situations, id)).collect()
}

/// The situations in which a rule can fire, each with the rule.
type Occurrences<'s, 'a> = Vec<(&'s Situation<'a>, &'s ActiveRule<'a>)>;

fn of_rule(situations: &[Situation<'_>], id: &str) -> Vec<Finding> {
    let alive = |s: &&ActiveRule<'_>| s.id == id && !s.regions.is_empty();
    let occurrences: Occurrences<'_, '_> = situations
        .iter()
        .flat_map(|situation| situation.rules.iter().filter(alive).map(move |s| (situation, s)))
        .collect();
    let Some((situation, rule)) = occurrences.first().copied() else { return vec![] };
    let days = situation.days;
    let mut others: Vec<&str> = occurrences.iter().flat_map(|(s, _)| s.rules.iter().map(|s| s.id)).collect();
    others.sort_unstable();
    others.dedup();
    others.retain(|other| *other != id);
    let had: Result<Vec<bool>, Undecided> =
        (0..rule.items.len()).map(|item| had_by(&occurrences, &[item], &others)).collect();
    let Ok(had) = had else {
        let says = "whether others always have the same effects would take too long to find out".to_owned();
        return vec![with_occurrences(Finding::new(FindingKind::Undecided, id, days, says), &occurrences)];
    };
    let items: Vec<usize> = (0..had.len()).filter(|item| had.get(*item) == Some(&true)).collect();
    let show = |sort, items: &[usize], says: &dyn Fn(&str) -> String| {
        let by = irreducible(others.clone(), |some| had_by(&occurrences, items, some) == Ok(true));
        let by: Vec<String> = by.into_iter().map(ToOwned::to_owned).collect();
        let witness = rule.regions.first().map(|r| situation.space.conditions(r)).unwrap_or_default();
        let named: Vec<String> = by.iter().map(|id| format!("`{id}`")).collect();
        let finding = Finding::new(sort, id, days, says(&named.join(", "))).with(by).shown_by(witness);
        with_occurrences(finding, &occurrences)
    };
    if items.len() == had.len() {
        return vec![show(FindingKind::NothingNew, &items, &|by| format!("{by} already has all its effects"))];
    }
    items
        .into_iter()
        .filter_map(|item| Some((item, rule.items.get(item)?.0.first()?.in_words())))
        .map(|(item, effect)| {
            show(FindingKind::HadAlready, &[item], &|by| format!("{effect} already follows from {by}"))
        })
        .collect()
}

fn with_occurrences(finding: Finding, occurrences: &Occurrences<'_, '_>) -> Finding {
    occurrences.iter().fold(finding, |finding, (situation, _)| finding.on(situation.space.timing.name()))
}

/// Whether, wherever the rule holds, the other rules have each effect of these entries.
fn had_by(occurrences: &Occurrences<'_, '_>, items: &[usize], others: &[&str]) -> Result<bool, Undecided> {
    for (situation, rule) in occurrences {
        let effects = items.iter().filter_map(|item| rule.items.get(*item)).flat_map(|EffectEntry(effects)| effects);
        for effect in effects {
            let by = situation.rules.iter().filter(|s| others.contains(&s.id));
            if situation.left(&rule.regions, &situation.brought(*effect, by))?.is_some() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
