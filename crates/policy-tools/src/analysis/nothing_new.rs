//! Rules whose effects others always have already: on every kind of event, wherever the rule holds, one or several others
//! hold and bring the same or more.

use super::effect::Item;
use super::finding::Finding;
use super::region::{Undecided, irreducible};
use super::scene::{Scene, Speaker};
use risk_core::policy::FindingKind;

pub(super) fn find(scenes: &[Scene<'_>]) -> Vec<Finding> {
    let mut ids: Vec<&str> = scenes.iter().flat_map(|s| s.speakers.iter().map(|s| s.id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().flat_map(|id| of_rule(scenes, id)).collect()
}

/// The scenes in which a rule can fire.
type Stage<'s, 'a> = Vec<(&'s Scene<'a>, &'s Speaker<'a>)>;

fn of_rule(scenes: &[Scene<'_>], id: &str) -> Vec<Finding> {
    let alive = |s: &&Speaker<'_>| s.id == id && !s.regions.is_empty();
    let stage: Stage<'_, '_> =
        scenes.iter().flat_map(|scene| scene.speakers.iter().filter(alive).map(move |s| (scene, s))).collect();
    let Some((scene, speaker)) = stage.first().copied() else { return vec![] };
    let days = scene.days;
    let mut others: Vec<&str> = stage.iter().flat_map(|(s, _)| s.speakers.iter().map(|s| s.id)).collect();
    others.sort_unstable();
    others.dedup();
    others.retain(|other| *other != id);
    let had: Result<Vec<bool>, Undecided> =
        (0..speaker.items.len()).map(|item| had_by(&stage, &[item], &others)).collect();
    let Ok(had) = had else {
        let says = "whether others always bring the same would take too long to find out".to_owned();
        return vec![on_stage(Finding::new(FindingKind::Undecided, id, days, says), &stage)];
    };
    let items: Vec<usize> = (0..had.len()).filter(|item| had.get(*item) == Some(&true)).collect();
    let show = |sort, items: &[usize], says: &dyn Fn(&str) -> String| {
        let by = irreducible(others.clone(), |some| had_by(&stage, items, some) == Ok(true));
        let by: Vec<String> = by.into_iter().map(ToOwned::to_owned).collect();
        let witness = speaker.regions.first().map(|r| scene.space.says(r)).unwrap_or_default();
        let named: Vec<String> = by.iter().map(|id| format!("`{id}`")).collect();
        let finding = Finding::new(sort, id, days, says(&named.join(", "))).with(by).shown_by(witness);
        on_stage(finding, &stage)
    };
    if items.len() == had.len() {
        return vec![show(FindingKind::NothingNew, &items, &|by| {
            format!("all that it brings is brought by {by} already")
        })];
    }
    items
        .into_iter()
        .filter_map(|item| Some((item, speaker.items.get(item)?.0.first()?.in_words())))
        .map(|(item, effect)| {
            show(FindingKind::HadAlready, &[item], &|by| format!("{effect} is brought by {by} already"))
        })
        .collect()
}

fn on_stage(finding: Finding, stage: &Stage<'_, '_>) -> Finding {
    stage.iter().fold(finding, |finding, (scene, _)| finding.on(scene.space.moment.name()))
}

/// Whether, wherever the rule holds, these others bring each effect of these lines.
fn had_by(stage: &Stage<'_, '_>, items: &[usize], others: &[&str]) -> Result<bool, Undecided> {
    for (scene, speaker) in stage {
        let effects = items.iter().filter_map(|item| speaker.items.get(*item)).flat_map(|Item(effects)| effects);
        for effect in effects {
            let by = scene.speakers.iter().filter(|s| others.contains(&s.id));
            if scene.left(&speaker.regions, &scene.brought(*effect, by))?.is_some() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
