//! How each rule depends on the levels and numbers that it uses: if it holds for a value, does it hold for all higher
//! values?

use super::effect::Effect;
use super::finding::{Finding, Monotone, Trend};
use super::region::{Region, Undecided};
use super::situation::{ActiveRule, Situation};
use risk_core::policy::FindingKind;
use risk_core::policy::fact::Fact;
use risk_core::policy::fact_text::fact_text;

/// The findings, and how each rule depends on each fact.
pub(super) fn find(situations: &[Situation<'_>]) -> (Vec<Finding>, Vec<Monotone>) {
    let (mut findings, mut all) = (Vec::new(), Vec::new());
    for situation in situations {
        for rule in situation.rules.iter().filter(|s| !s.regions.is_empty()) {
            for place in 0..situation.space.dimensions.len() {
                of_fact(situation, rule, place, &mut findings, &mut all);
            }
        }
    }
    (findings, all)
}

fn of_fact(
    situation: &Situation<'_>,
    rule: &ActiveRule<'_>,
    place: usize,
    findings: &mut Vec<Finding>,
    all: &mut Vec<Monotone>,
) {
    let Some(dimension) = situation.space.dimensions.get(place) else { return };
    let Some(fact) = situation.space.policy.facts.get(dimension.fact) else { return };
    let up = dimension.cells.ordered();
    let down: Vec<u128> = up.iter().rev().copied().collect();
    if up.len() < 2 {
        return;
    }
    let (name, timing) = (fact_text(fact, situation.space.policy), situation.space.timing.name());
    let finding = |sort, says| Finding::new(sort, rule.id, situation.days, says).on(timing).of_fact(&name);
    let (rises, falls) = match (lost(situation, rule, place, &up), lost(situation, rule, place, &down)) {
        (Ok(rises), Ok(falls)) => (rises, falls),
        _ => {
            let says = format!("how it depends on `{name}` would take too long to find out");
            findings.push(finding(FindingKind::Undecided, says));
            return;
        }
    };
    let goes = match (&rises, &falls) {
        // The rule does not depend on it.
        (None, None) => return,
        (None, Some(_)) => Trend::Rises,
        (Some(_), None) => Trend::Falls,
        (Some(_), Some(_)) => Trend::Neither,
    };
    let days = situation.days;
    all.push(Monotone {
        rule: rule.id.to_owned(),
        on: timing.to_owned(),
        fact: name.clone(),
        goes,
        from: days.from,
        to: days.to,
    });
    let level = matches!(fact, Fact::Recorded(_) | Fact::Indicated(_) | Fact::Working(_) | Fact::Event(_));
    let risk = level || matches!(fact, Fact::Count { .. });
    let shown = |lost: Option<Region>| lost.map(|r| situation.space.conditions(&r)).unwrap_or_default();
    match goes {
        Trend::Neither if level => {
            let says = format!("it fires for lower and for higher values of `{name}`, but not between, or the reverse");
            findings.push(finding(FindingKind::NotMonotone, says).shown_by(shown(rises)));
        }
        Trend::Falls | Trend::Neither if risk && rule.effects().any(|e| matches!(e, Effect::Level(..))) => {
            let says = format!("it indicates a level, and stops when `{name}` rises");
            findings.push(finding(FindingKind::FallsWhileRiskRises, says).shown_by(shown(rises)));
        }
        Trend::Rises | Trend::Falls | Trend::Neither => {}
    }
}

/// Possible facts for which the rule stops holding when the fact moves in this direction to another possible value.
fn lost(
    situation: &Situation<'_>,
    rule: &ActiveRule<'_>,
    place: usize,
    values: &[u128],
) -> Result<Option<Region>, Undecided> {
    for (n, before) in values.iter().enumerate() {
        for after in values.iter().skip(n.saturating_add(1)) {
            let moved = |regions: &[Region]| -> Vec<Region> {
                regions.iter().filter(|r| r.along(place) & before != 0).filter_map(|r| r.with(place, *after)).collect()
            };
            let from_nowhere = moved(&situation.impossible);
            let covers: Vec<&Region> = rule.regions.iter().chain(&from_nowhere).collect();
            if let Some(region) = situation.left(&moved(&rule.regions), &covers)? {
                return Ok(Some(region));
            }
        }
    }
    Ok(None)
}
