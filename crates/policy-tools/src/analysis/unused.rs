//! Unused parts of a policy: parameters, facts, and actions that nothing requires or nothing can close.

use std::collections::BTreeSet;

use super::effect::Days;
use super::finding::Finding;
use super::space::{Space, Timing};
use risk_core::event::Term;
use risk_core::policy::FindingKind;
use risk_core::policy::fact::{Fact, Window};
use risk_core::policy::fact_name::fact_names;
use risk_core::policy::fact_text::fact_text;
use risk_core::policy::model::{ActionDef, Condition, Due, EventSelector, Policy, Test};

/// Finds unused parts; `days` is the whole analysed period.
pub(super) fn find(policy: &Policy, days: Days, epochs: &[Days]) -> Vec<Finding> {
    let parameters = parameters(policy)
        .into_iter()
        .map(|id| Finding::new(FindingKind::NotUsed, id, days, "nothing uses the parameter".to_owned()));
    let required = required(policy);
    let actions = policy.actions.iter().filter(|a| !required.contains(a.action.name())).map(|a| {
        Finding::new(FindingKind::NothingRequires, a.action.name(), days, "no rule and no duty requires it".to_owned())
    });
    let closing = |a: &&ActionDef| !epochs.iter().any(|days| can_be_closed(policy, a, *days));
    let stuck = policy.actions.iter().filter(closing).map(|a| {
        Finding::new(
            FindingKind::NothingCloses,
            a.action.name(),
            days,
            "no event that may come can close it".to_owned(),
        )
    });
    parameters.chain(actions).chain(stuck).chain(not_asked(policy, days)).collect()
}

/// All conditions of a policy.
fn conditions(policy: &Policy) -> impl Iterator<Item = &Condition> {
    let rules = policy.rules.iter().map(|r| &r.when).chain(policy.duties.iter().map(|d| &d.holds));
    let actions = policy.actions.iter().flat_map(|a| {
        let triggers = a.closed_by.iter().chain(&a.chased_by).chain(&a.refused_by);
        triggers.chain(a.waiting.iter().map(|(t, _)| t)).map(|t| &t.when)
    });
    rules.chain(actions)
}

fn parameters(policy: &Policy) -> Vec<&str> {
    let within = |due: &Option<Due>| match due {
        Some(Due::Within(parameter, _)) => Some(*parameter),
        Some(Due::Immediately(_)) | None => None,
    };
    let limits = policy.rules.iter().flat_map(|r| r.require.iter().filter_map(|q| within(&q.due)));
    let rounds = policy.duties.iter().flat_map(|d| d.every.into_iter().chain(within(&d.first)));
    let tests = conditions(policy).flat_map(|c| c.clauses.iter().flat_map(|c| &c.0)).map(|a| &a.test);
    let compared = tests.filter_map(|t| if let Test::Compare(_, parameter) = t { Some(*parameter) } else { None });
    let windows = policy.facts.iter().filter_map(|f| match f {
        Fact::Count { within: Window::Parameter(parameter), .. } => Some(*parameter),
        _ => None,
    });
    let own = [policy.index.due_soon, policy.index.stale_after].into_iter().flatten();
    let used: BTreeSet<usize> = limits.chain(rounds).chain(compared).chain(windows).chain(own).collect();
    policy.parameters.iter().enumerate().filter(|(i, _)| !used.contains(i)).map(|(_, p)| p.id.as_str()).collect()
}

/// The actions that a rule or duty requires, and those that continue a required one.
fn required(policy: &Policy) -> BTreeSet<&'static str> {
    let rules = policy.rules.iter().flat_map(|r| r.require.iter().map(|q| q.action));
    let mut required: BTreeSet<&str> =
        rules.chain(policy.duties.iter().map(|d| d.action)).map(|action| action.name()).collect();
    for _ in &policy.actions {
        let on =
            policy.actions.iter().filter(|a| a.continues.as_ref().is_some_and(|c| required.contains(c.action.name())));
        let on: Vec<&str> = on.map(|a| a.action.name()).collect();
        required.extend(on);
    }
    required
}

/// Whether some kind of event can close the action. An undecided question counts as yes.
fn can_be_closed(policy: &Policy, action: &ActionDef, days: Days) -> bool {
    action.closed_by.iter().any(|trigger| {
        trigger.on.iter().any(|kind| {
            let timing = Timing::On(EventSelector::Kind(*kind));
            let space = Space::of(policy, timing, days.from, &trigger.when.clauses);
            space.is_ok_and(|space| !space.condition(&trigger.when.clauses).is_empty())
        })
    })
}

fn not_asked(policy: &Policy, days: Days) -> Option<Finding> {
    let asked: BTreeSet<String> =
        policy.facts.iter().map(|f| fact_text(f, policy).split('(').next().unwrap_or_default().to_owned()).collect();
    let idle: Vec<&str> = fact_names().into_iter().filter(|name| !asked.contains(*name)).collect();
    let says = format!("no condition asks for {}", idle.join(", "));
    (!idle.is_empty()).then(|| Finding::new(FindingKind::NotAsked, &policy.id, days, says))
}
