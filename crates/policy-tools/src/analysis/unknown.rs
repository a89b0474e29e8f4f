//! Facts whose `yes` requires something, while their `unknown` requires neither the same nor that anyone find out.

use std::collections::BTreeSet;

use super::effect::Effect;
use super::finding::Finding;
use super::region::{Region, Undecided};
use super::situation::{ActiveRule, Situation};
use super::space::{Cells, bit};
use risk_core::event::vocabulary::ActionKind;
use risk_core::policy::FindingKind;
use risk_core::policy::fact::Fact;
use risk_core::policy::fact_text::fact_text;
use risk_core::policy::model::Policy;

pub(super) fn find(policy: &Policy, situations: &[Situation<'_>]) -> Vec<Finding> {
    situations.iter().flat_map(|situation| of_situation(policy, situation, situations)).collect()
}

fn of_situation(policy: &Policy, situation: &Situation<'_>, situations: &[Situation<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, dimension) in situation.space.dimensions.iter().enumerate() {
        let Cells::Words(words) = &dimension.cells else { continue };
        let code = |word: &str| words.iter().position(|w| *w == word).map(bit);
        let (Some(yes), Some(unknown)) = (code("yes"), code("unknown")) else { continue };
        let Some(fact) = policy.facts.get(dimension.fact) else { continue };
        let (name, finders) = (fact_text(fact, policy), finders(policy, fact));
        for rule in &situation.rules {
            let finding = |sort, says: String| {
                Finding::new(sort, rule.id, situation.days, says).on(situation.space.timing.name()).of_fact(&name)
            };
            // Where the rule would hold if `unknown` were treated as `yes`.
            let taken: Vec<Region> = rule
                .regions
                .iter()
                .filter(|r| r.along(place) & yes != 0 && r.along(place) & unknown == 0)
                .filter_map(|r| r.with(place, unknown))
                .collect();
            match left_out(situation, rule, &taken, &finders) {
                Err(Undecided) => {
                    let says = format!("what follows where `{name}` is unknown would take too long to find out");
                    found.push(finding(FindingKind::Undecided, says));
                }
                Ok(None) => {}
                Ok(Some((effect, region))) => {
                    let elsewhere = rules_that_find_out(situations, dimension.fact, unknown, &finders);
                    let (sort, rest) = if elsewhere.is_empty() {
                        (FindingKind::UnknownLeftOut, "and no action asks anyone to find out".to_owned())
                    } else {
                        let names: Vec<String> = elsewhere.iter().map(|id| format!("`{id}`")).collect();
                        (
                            FindingKind::UnknownElsewhere,
                            format!("and an action to find out is required only elsewhere ({})", names.join(", ")),
                        )
                    };
                    let effect = effect.in_words();
                    let says = format!("`{name} = yes` requires {effect}; `unknown` does not, {rest}");
                    found.push(finding(sort, says).with(elsewhere).shown_by(situation.space.conditions(&region)));
                }
            }
        }
    }
    found
}

/// The actions that establish the fact: those closed by an event that can state it. For a field of the event itself,
/// which no later event states, any action counts, because someone has to look.
fn finders(policy: &Policy, fact: &Fact) -> Vec<ActionKind> {
    let sources = fact.fed_by();
    let establishes =
        |on: &[risk_core::event::Kind]| matches!(fact, Fact::Event(_)) || on.iter().any(|k| sources.contains(k));
    let finding = policy.actions.iter().filter(|a| a.closed_by.iter().any(|t| establishes(&t.on)));
    finding.map(|a| a.action).collect()
}

fn finds_out(rule: &ActiveRule<'_>, finders: &[ActionKind]) -> bool {
    rule.effects().any(|e| matches!(e, Effect::Action(action, _) if finders.contains(&action)))
}

/// The first effect that `unknown` lacks, and where.
fn left_out(
    situation: &Situation<'_>,
    rule: &ActiveRule<'_>,
    taken: &[Region],
    finders: &[ActionKind],
) -> Result<Option<(Effect, Region)>, Undecided> {
    let seekers = || situation.rules.iter().filter(|s| finds_out(s, finders)).flat_map(|s| &s.regions);
    for effect in rule.effects().filter(|e| matches!(e, Effect::Level(..) | Effect::Action(..))) {
        let covers: Vec<&Region> = situation.brought(effect, &situation.rules).into_iter().chain(seekers()).collect();
        if let Some(region) = situation.left(taken, &covers)? {
            return Ok(Some((effect, region)));
        }
    }
    Ok(None)
}

/// The rules and duties that respond to this `unknown` by requiring one of the finding actions.
fn rules_that_find_out(
    situations: &[Situation<'_>],
    fact: usize,
    unknown: u128,
    finders: &[ActionKind],
) -> Vec<String> {
    let mut ids = BTreeSet::new();
    for situation in situations {
        let named = situation.space.dimensions.iter().enumerate().find(|(_, d)| d.fact == fact);
        let Some((place, dimension)) = named else { continue };
        let asks = |r: &Region| r.along(place) & unknown != 0 && r.along(place) != dimension.cells.all();
        let asking = situation.rules.iter().filter(|s| s.regions.iter().any(asks));
        ids.extend(asking.filter(|s| finds_out(s, finders)).map(|s| s.id.to_owned()));
    }
    ids.into_iter().collect()
}
