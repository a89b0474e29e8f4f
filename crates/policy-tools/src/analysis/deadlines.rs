//! Pairs of rules that give one action different limits under the same facts. The earlier limit applies; the finding
//! says which one that is.

use super::effect::{Effect, Limit};
use super::finding::Finding;
use super::region::{Region, Undecided};
use super::situation::{ActiveRule, Situation};
use risk_core::event::vocabulary::ActionKind;
use risk_core::policy::FindingKind;
use risk_core::policy::model::About;

pub(super) fn find(situations: &[Situation<'_>]) -> Vec<Finding> {
    let of_situation =
        |situation| pairs(situation).into_iter().filter_map(move |(a, b)| differ(situation, a, b)).flatten();
    situations.iter().flat_map(of_situation).collect()
}

fn pairs<'s, 'a>(situation: &'s Situation<'a>) -> Vec<(&'s ActiveRule<'a>, &'s ActiveRule<'a>)> {
    let numbered = || situation.rules.iter().enumerate();
    numbered().flat_map(|(i, a)| numbered().filter(move |(j, _)| i < *j).map(move |(_, b)| (a, b))).collect()
}

fn limits<'s>(rule: &'s ActiveRule<'_>) -> impl Iterator<Item = (ActionKind, About, Limit)> + 's {
    rule.effects().filter_map(|e| if let Effect::Due(a, about, limit) = e { Some((a, about, limit)) } else { None })
}

fn differ(situation: &Situation<'_>, a: &ActiveRule<'_>, b: &ActiveRule<'_>) -> Option<Vec<Finding>> {
    let differing: Vec<(Effect, Limit, Limit)> = limits(a)
        .flat_map(|(action, about, one)| {
            let same = limits(b).filter(move |(other, of, limit)| (*other, *of) == (action, about) && *limit != one);
            same.map(move |(.., other)| (Effect::Action(action, about), one, other))
        })
        .collect();
    if differing.is_empty() {
        return None;
    }
    let finding = |sort, says| Finding::new(sort, a.id, situation.days, says).on(situation.space.timing.name());
    let overlap = match overlap(situation, a, b) {
        Ok(overlap) => overlap?,
        Err(Undecided) => {
            let says = format!("whether it ever fires together with `{}` would take too long to find out", b.id);
            return Some(vec![finding(FindingKind::Undecided, says)]);
        }
    };
    let findings = differing.into_iter().map(|(action, one, other)| {
        let wins = match (one.no_later_than(other, situation.days), other.no_later_than(one, situation.days)) {
            (true, false) => format!("`{}` comes first and counts", a.id),
            (false, true) => format!("`{}` comes first and counts", b.id),
            (true, true) | (false, false) => "whichever day comes first counts".to_owned(),
        };
        let action = action.in_words();
        let says = format!("{action} is due {}, by `{}` {}: {wins}", one.in_words(), b.id, other.in_words());
        finding(FindingKind::DeadlinesDiffer, says)
            .with(vec![b.id.to_owned()])
            .shown_by(situation.space.conditions(&overlap))
    });
    Some(findings.collect())
}

/// The part of the fact space in which both rules hold; of several boxes, the one with the fewest bounds.
fn overlap(situation: &Situation<'_>, a: &ActiveRule<'_>, b: &ActiveRule<'_>) -> Result<Option<Region>, Undecided> {
    let meets = a.regions.iter().flat_map(|one| b.regions.iter().filter_map(|other| one.meet(other)));
    let possible = situation.possible(meets.collect())?;
    Ok(possible.into_iter().min_by_key(|r| situation.space.conditions(r).len()))
}
