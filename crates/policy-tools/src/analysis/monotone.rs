//! How each rule goes with the levels and numbers that it asks about: once it holds, does it hold for all that is higher?

use super::effect::Effect;
use super::finding::{Finding, Monotone, Trend};
use super::region::{Region, Undecided};
use super::scene::{Scene, Speaker};
use risk_core::policy::FindingKind;
use risk_core::policy::fact::Fact;
use risk_core::policy::fact_text::fact_text;

/// What was found, and how every rule goes.
pub(super) fn find(scenes: &[Scene<'_>]) -> (Vec<Finding>, Vec<Monotone>) {
    let (mut findings, mut all) = (Vec::new(), Vec::new());
    for scene in scenes {
        for speaker in scene.speakers.iter().filter(|s| !s.regions.is_empty()) {
            for place in 0..scene.space.dimensions.len() {
                of_fact(scene, speaker, place, &mut findings, &mut all);
            }
        }
    }
    (findings, all)
}

fn of_fact(
    scene: &Scene<'_>,
    speaker: &Speaker<'_>,
    place: usize,
    findings: &mut Vec<Finding>,
    all: &mut Vec<Monotone>,
) {
    let Some(dimension) = scene.space.dimensions.get(place) else { return };
    let Some(fact) = scene.space.policy.facts.get(dimension.fact) else { return };
    let up = dimension.cells.ordered();
    let down: Vec<u128> = up.iter().rev().copied().collect();
    if up.len() < 2 {
        return;
    }
    let (name, moment) = (fact_text(fact, scene.space.policy), scene.space.moment.name());
    let finding = |sort, says| Finding::new(sort, speaker.id, scene.days, says).on(moment).of_fact(&name);
    let (rises, falls) = match (lost(scene, speaker, place, &up), lost(scene, speaker, place, &down)) {
        (Ok(rises), Ok(falls)) => (rises, falls),
        _ => {
            let says = format!("how it goes with `{name}` would take too long to find out");
            findings.push(finding(FindingKind::Undecided, says));
            return;
        }
    };
    let goes = match (&rises, &falls) {
        // It does not matter to the rule.
        (None, None) => return,
        (None, Some(_)) => Trend::Rises,
        (Some(_), None) => Trend::Falls,
        (Some(_), Some(_)) => Trend::Neither,
    };
    let days = scene.days;
    all.push(Monotone {
        rule: speaker.id.to_owned(),
        on: moment.to_owned(),
        fact: name.clone(),
        goes,
        from: days.from,
        to: days.to,
    });
    let level = matches!(fact, Fact::Recorded(_) | Fact::Indicated(_) | Fact::Working(_) | Fact::Event(_));
    let risk = level || matches!(fact, Fact::Count { .. });
    let shown = |lost: Option<Region>| lost.map(|r| scene.space.says(&r)).unwrap_or_default();
    match goes {
        Trend::Neither if level => {
            let says = format!(
                "it fires for lower and for higher values of `{name}`, and not between, or the other way round"
            );
            findings.push(finding(FindingKind::NotMonotone, says).shown_by(shown(rises)));
        }
        Trend::Falls | Trend::Neither if risk && speaker.effects().any(|e| matches!(e, Effect::Level(..))) => {
            let says = format!("it indicates a level, and stops when `{name}` rises");
            findings.push(finding(FindingKind::FallsWhileRiskRises, says).shown_by(shown(rises)));
        }
        Trend::Rises | Trend::Falls | Trend::Neither => {}
    }
}

/// Where the rule no longer holds when the fact goes in this direction, from what is possible to what is possible.
fn lost(scene: &Scene<'_>, speaker: &Speaker<'_>, place: usize, values: &[u128]) -> Result<Option<Region>, Undecided> {
    for (n, before) in values.iter().enumerate() {
        for after in values.iter().skip(n.saturating_add(1)) {
            let moved = |regions: &[Region]| -> Vec<Region> {
                regions.iter().filter(|r| r.along(place) & before != 0).filter_map(|r| r.with(place, *after)).collect()
            };
            let from_nowhere = moved(&scene.impossible);
            let covers: Vec<&Region> = speaker.regions.iter().chain(&from_nowhere).collect();
            if let Some(region) = scene.left(&moved(&speaker.regions), &covers)? {
                return Ok(Some(region));
            }
        }
    }
    Ok(None)
}
