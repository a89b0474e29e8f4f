//! What no rule says anything about: facts on which no rule of a kind fires, and kinds that no rule listens to.

use super::effect::Days;
use super::finding::Finding;
use super::region::{Region, Undecided};
use super::scene::Scene;
use super::space::Moment;
use risk_core::event::{Kind, Term};
use risk_core::policy::FindingKind;
use risk_core::policy::model::{EventSelector, Policy};

pub(super) fn find(policy: &Policy, days: Days, scenes: &[Scene<'_>]) -> Vec<Finding> {
    let silent = Kind::all()
        .iter()
        .filter(|kind| !scenes.iter().any(|s| s.space.moment == Moment::On(EventSelector::Kind(**kind))));
    let silent = silent.map(|kind| not_listened_to(policy, days, *kind));
    scenes.iter().filter(|s| s.space.moment != Moment::Standing).filter_map(gap).chain(silent).collect()
}

fn gap(scene: &Scene<'_>) -> Option<Finding> {
    let covers: Vec<&Region> = scene.speakers.iter().flat_map(|s| &s.regions).collect();
    let whole: Vec<Region> = scene.space.whole().into_iter().collect();
    let kind = scene.space.moment.name();
    match scene.left(&whole, &covers) {
        Ok(None) => None,
        Ok(Some(region)) => {
            let says = "no rule says anything where".to_owned();
            Some(Finding::new(FindingKind::Gap, kind, scene.days, says).on(kind).shown_by(scene.space.says(&region)))
        }
        Err(Undecided) => {
            let says = "whether some rule always says something would take too long to find out".to_owned();
            Some(Finding::new(FindingKind::Undecided, kind, scene.days, says).on(kind))
        }
    }
}

fn not_listened_to(policy: &Policy, days: Days, kind: Kind) -> Finding {
    let closing = policy.actions.iter().filter(|a| a.closed_by.iter().any(|t| t.on.contains(&kind)));
    let closes: Vec<String> = closing.map(|a| format!("`{}`", a.action)).collect();
    let feeds = policy.facts.iter().filter(|f| f.fed_by().contains(&kind)).count();
    let besides = match (closes.as_slice(), feeds) {
        ([], 0) => "and nothing else follows from it".to_owned(),
        ([], _) => "other rules ask whether it happened, or what it changed".to_owned(),
        (closes, _) => format!("it closes {}", closes.join(", ")),
    };
    Finding::new(FindingKind::NotListenedTo, kind.name(), days, format!("no rule listens to it; {besides}"))
        .on(kind.name())
}
