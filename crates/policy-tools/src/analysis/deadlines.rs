//! Two rules that give one action different limits under the same facts. The earliest counts; this says which that is.

use super::effect::{Effect, Limit};
use super::finding::Finding;
use super::region::{Region, Undecided};
use super::scene::{Scene, Speaker};
use risk_core::event::vocabulary::ActionKind;
use risk_core::policy::FindingKind;
use risk_core::policy::model::About;

pub(super) fn find(scenes: &[Scene<'_>]) -> Vec<Finding> {
    let of_scene = |scene| pairs(scene).into_iter().filter_map(move |(a, b)| differ(scene, a, b)).flatten();
    scenes.iter().flat_map(of_scene).collect()
}

fn pairs<'s, 'a>(scene: &'s Scene<'a>) -> Vec<(&'s Speaker<'a>, &'s Speaker<'a>)> {
    let numbered = || scene.speakers.iter().enumerate();
    numbered().flat_map(|(i, a)| numbered().filter(move |(j, _)| i < *j).map(move |(_, b)| (a, b))).collect()
}

fn limits<'s>(speaker: &'s Speaker<'_>) -> impl Iterator<Item = (ActionKind, About, Limit)> + 's {
    speaker.effects().filter_map(|e| if let Effect::Due(a, about, limit) = e { Some((a, about, limit)) } else { None })
}

fn differ(scene: &Scene<'_>, a: &Speaker<'_>, b: &Speaker<'_>) -> Option<Vec<Finding>> {
    let differing: Vec<(Effect, Limit, Limit)> = limits(a)
        .flat_map(|(action, about, one)| {
            let same = limits(b).filter(move |(other, of, limit)| (*other, *of) == (action, about) && *limit != one);
            same.map(move |(.., other)| (Effect::Action(action, about), one, other))
        })
        .collect();
    if differing.is_empty() {
        return None;
    }
    let finding = |sort, says| Finding::new(sort, a.id, scene.days, says).on(scene.space.moment.name());
    let overlap = match overlap(scene, a, b) {
        Ok(overlap) => overlap?,
        Err(Undecided) => {
            let says = format!("whether it ever fires together with `{}` would take too long to find out", b.id);
            return Some(vec![finding(FindingKind::Undecided, says)]);
        }
    };
    let told = differing.into_iter().map(|(action, one, other)| {
        let wins = match (one.no_later_than(other, scene.days), other.no_later_than(one, scene.days)) {
            (true, false) => format!("`{}` comes first and counts", a.id),
            (false, true) => format!("`{}` comes first and counts", b.id),
            (true, true) | (false, false) => "whichever day comes first counts".to_owned(),
        };
        let action = action.in_words();
        let says = format!("{action} is due {}, by `{}` {}: {wins}", one.in_words(), b.id, other.in_words());
        finding(FindingKind::DeadlinesDiffer, says).with(vec![b.id.to_owned()]).shown_by(scene.space.says(&overlap))
    });
    Some(told.collect())
}

/// Where both hold: of the boxes, the one that fewest facts bound.
fn overlap(scene: &Scene<'_>, a: &Speaker<'_>, b: &Speaker<'_>) -> Result<Option<Region>, Undecided> {
    let meets = a.regions.iter().flat_map(|one| b.regions.iter().filter_map(|other| one.meet(other)));
    let possible = scene.possible(meets.collect())?;
    Ok(possible.into_iter().min_by_key(|r| scene.space.says(r).len()))
}
