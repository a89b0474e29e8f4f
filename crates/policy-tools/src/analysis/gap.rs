//! Gaps: facts for which no rule fires on a kind of event, and kinds to which no rule responds.

use super::effect::Days;
use super::finding::Finding;
use super::region::{Region, Undecided};
use super::situation::Situation;
use super::space::Timing;
use risk_core::event::{Kind, Term};
use risk_core::policy::FindingKind;
use risk_core::policy::model::{EventSelector, Policy};

pub(super) fn find(policy: &Policy, days: Days, situations: &[Situation<'_>]) -> Vec<Finding> {
    let silent = Kind::all()
        .iter()
        .filter(|kind| !situations.iter().any(|s| s.space.timing == Timing::On(EventSelector::Kind(**kind))));
    let silent = silent.map(|kind| without_rules(policy, days, *kind));
    situations.iter().filter(|s| s.space.timing != Timing::While).filter_map(gap).chain(silent).collect()
}

fn gap(situation: &Situation<'_>) -> Option<Finding> {
    let covers: Vec<&Region> = situation.rules.iter().flat_map(|s| &s.regions).collect();
    let whole: Vec<Region> = situation.space.whole().into_iter().collect();
    let kind = situation.space.timing.name();
    match situation.left(&whole, &covers) {
        Ok(None) => None,
        Ok(Some(region)) => {
            let says = "no rule fires where".to_owned();
            Some(
                Finding::new(FindingKind::Gap, kind, situation.days, says)
                    .on(kind)
                    .shown_by(situation.space.conditions(&region)),
            )
        }
        Err(Undecided) => {
            let says = "whether some rule always fires would take too long to find out".to_owned();
            Some(Finding::new(FindingKind::Undecided, kind, situation.days, says).on(kind))
        }
    }
}

fn without_rules(policy: &Policy, days: Days, kind: Kind) -> Finding {
    let closing = policy.actions.iter().filter(|a| a.closed_by.iter().any(|t| t.on.contains(&kind)));
    let closes: Vec<String> = closing.map(|a| format!("`{}`", a.action)).collect();
    let feeds = policy.facts.iter().filter(|f| f.fed_by().contains(&kind)).count();
    let besides = match (closes.as_slice(), feeds) {
        ([], 0) => "and nothing else follows from it".to_owned(),
        ([], _) => "other rules ask whether it happened, or what it changed".to_owned(),
        (closes, _) => format!("it closes {}", closes.join(", ")),
    };
    Finding::new(FindingKind::NotListenedTo, kind.name(), days, format!("no rule responds to it; {besides}"))
        .on(kind.name())
}
