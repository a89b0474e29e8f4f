//! Where a fact's `yes` requires something and its `unknown` neither the same nor somebody to find out.

use std::collections::BTreeSet;

use super::effect::Effect;
use super::finding::Finding;
use super::region::{Region, Undecided};
use super::scene::{Scene, Speaker};
use super::space::{Cells, bit};
use risk_core::event::vocabulary::ActionKind;
use risk_core::policy::FindingKind;
use risk_core::policy::fact::Fact;
use risk_core::policy::fact_text::fact_text;
use risk_core::policy::model::Policy;

pub(super) fn find(policy: &Policy, scenes: &[Scene<'_>]) -> Vec<Finding> {
    scenes.iter().flat_map(|scene| of_scene(policy, scene, scenes)).collect()
}

fn of_scene(policy: &Policy, scene: &Scene<'_>, scenes: &[Scene<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, dimension) in scene.space.dimensions.iter().enumerate() {
        let Cells::Words(words) = &dimension.cells else { continue };
        let code = |word: &str| words.iter().position(|w| *w == word).map(bit);
        let (Some(yes), Some(unknown)) = (code("yes"), code("unknown")) else { continue };
        let Some(fact) = policy.facts.get(dimension.fact) else { continue };
        let (name, finders) = (fact_text(fact, policy), finders(policy, fact));
        for speaker in &scene.speakers {
            let finding = |sort, says: String| {
                Finding::new(sort, speaker.id, scene.days, says).on(scene.space.moment.name()).of_fact(&name)
            };
            // What the rule would say of an unknown if it took it for a yes.
            let taken: Vec<Region> = speaker
                .regions
                .iter()
                .filter(|r| r.along(place) & yes != 0 && r.along(place) & unknown == 0)
                .filter_map(|r| r.with(place, unknown))
                .collect();
            match left_out(scene, speaker, &taken, &finders) {
                Err(Undecided) => {
                    let says = format!("what follows where `{name}` is unknown would take too long to find out");
                    found.push(finding(FindingKind::Undecided, says));
                }
                Ok(None) => {}
                Ok(Some((effect, region))) => {
                    let elsewhere = somebody_finds_out(scenes, dimension.fact, unknown, &finders);
                    let (sort, rest) = if elsewhere.is_empty() {
                        (FindingKind::UnknownLeftOut, "and nobody has to find out".to_owned())
                    } else {
                        let names: Vec<String> = elsewhere.iter().map(|id| format!("`{id}`")).collect();
                        (
                            FindingKind::UnknownElsewhere,
                            format!("and somebody has to find out only elsewhere ({})", names.join(", ")),
                        )
                    };
                    let effect = effect.in_words();
                    let says = format!("`{name} = yes` brings {effect}; `unknown` does not, {rest}");
                    found.push(finding(sort, says).with(elsewhere).shown_by(scene.space.says(&region)));
                }
            }
        }
    }
    found
}

/// The actions by which somebody finds the fact out: those that an event closes which can tell it. Of an event's own field,
/// which nothing tells later, any action will do: somebody has to look.
fn finders(policy: &Policy, fact: &Fact) -> Vec<ActionKind> {
    let telling = fact.fed_by();
    let tells =
        |on: &[risk_core::event::Kind]| matches!(fact, Fact::Event(_)) || on.iter().any(|k| telling.contains(k));
    let finding = policy.actions.iter().filter(|a| a.closed_by.iter().any(|t| tells(&t.on)));
    finding.map(|a| a.action).collect()
}

fn finds_out(speaker: &Speaker<'_>, finders: &[ActionKind]) -> bool {
    speaker.effects().any(|e| matches!(e, Effect::Action(action, _) if finders.contains(&action)))
}

/// The first effect that an unknown does not have, with where.
fn left_out(
    scene: &Scene<'_>,
    speaker: &Speaker<'_>,
    taken: &[Region],
    finders: &[ActionKind],
) -> Result<Option<(Effect, Region)>, Undecided> {
    let seekers = || scene.speakers.iter().filter(|s| finds_out(s, finders)).flat_map(|s| &s.regions);
    for effect in speaker.effects().filter(|e| matches!(e, Effect::Level(..) | Effect::Action(..))) {
        let covers: Vec<&Region> = scene.brought(effect, &scene.speakers).into_iter().chain(seekers()).collect();
        if let Some(region) = scene.left(taken, &covers)? {
            return Ok(Some((effect, region)));
        }
    }
    Ok(None)
}

/// The rules and duties that ask for this unknown, and have somebody find out.
fn somebody_finds_out(scenes: &[Scene<'_>], fact: usize, unknown: u128, finders: &[ActionKind]) -> Vec<String> {
    let mut ids = BTreeSet::new();
    for scene in scenes {
        let named = scene.space.dimensions.iter().enumerate().find(|(_, d)| d.fact == fact);
        let Some((place, dimension)) = named else { continue };
        let asks = |r: &Region| r.along(place) & unknown != 0 && r.along(place) != dimension.cells.all();
        let asking = scene.speakers.iter().filter(|s| s.regions.iter().any(asks));
        ids.extend(asking.filter(|s| finds_out(s, finders)).map(|s| s.id.to_owned()));
    }
    ids.into_iter().collect()
}
