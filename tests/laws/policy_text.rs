//! A policy read, written and read again; and why an answer says what it says.

use std::collections::BTreeMap;

use chrono::Duration;
use proptest::prelude::*;
use risk_core::calendar;
use risk_core::event::vocabulary::Audience;
use risk_core::explain::{Target, explain};
use risk_core::fold::reason::{Because, RuleRef};
use risk_core::policy::Policy;
use risk_core::policy::model::{Basis, Condition};
use risk_core::{assessment::Question, event::Instant};

use crate::ask::{cases, folded, text};
use crate::dice::Dice;
use crate::history::{Style, histories};
use crate::packs;

#[test]
fn parse_of_print_is_the_policy() {
    for policy in packs::all() {
        let again = packs::load(&vec![("printed.toml".to_owned(), policy.to_toml())]);
        assert_eq!(again.to_json(), policy.to_json());
        assert_eq!(again.digest, policy.digest);
        assert_eq!(again.to_toml(), policy.to_toml());
    }
}

/// Whether the facts kept with a reason satisfy the condition by themselves.
fn satisfied(policy: &Policy, condition: &Condition, because: &Because, moments: &[Instant]) -> bool {
    let values: BTreeMap<usize, _> = because.facts.iter().copied().collect();
    moments.iter().any(|moment| {
        let parameter = |p| policy.value(p, calendar::london_day(*moment)).and_then(|v| v.value);
        condition.clauses.iter().any(|clause| {
            let passes =
                |a: &risk_core::policy::model::Atom| values.get(&a.fact).is_some_and(|v| a.test.passes(*v, parameter));
            clause.0.iter().all(passes)
        })
    })
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn the_printed_policy_gives_the_same_answers(history in histories(Style::ANY)) {
        let when = history.last_recorded() + Duration::days(20);
        for (policy, again) in packs::all().into_iter().zip(PRINTED.iter()) {
            let question = Question::at(when, Audience::Inspector);
            let of = |p| text(&risk_core::assessment::assess(&history.log(), p, &question).unwrap());
            prop_assert_eq!(of(policy), of(again));
        }
    }

    #[test]
    fn the_facts_of_each_reason_satisfy_the_condition_of_its_rule(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let log = history.log();
        let when = history.last_recorded() + Duration::days(i64::try_from(dice.below(200)).unwrap());
        for policy in packs::all() {
            let folded = folded(&log, policy, when);
            let instances = folded.state.ledger.instances().chain(&folded.withdrawn);
            let actions = instances.flat_map(|i| i.reasons.iter().map(|r| &r.because));
            let levels = folded.state.levels.reasons().map(|(_, r)| &r.because);
            let flags = folded.state.flags.values().flatten().map(|f| &f.because);
            for because in actions.chain(levels).chain(flags) {
                prop_assert!(log.record(because.event).is_some(), "{:?}", because);
                let condition = match because.rule {
                    RuleRef::Rule(i) => &policy.rules[i].when,
                    RuleRef::Duty(i) => &policy.duties[i].holds,
                };
                let moments = [because.clock, because.recorded_at, because.occurred_at];
                prop_assert!(satisfied(policy, condition, because, &moments),
                    "{} found {:?}", because.rule.id(policy), because.facts);
            }
        }
    }

    #[test]
    fn every_pending_action_names_an_event_a_rule_and_a_source_or_the_word_assumed(
        history in histories(Style::ANY),
        seed: u64,
    ) {
        let mut dice = Dice::new(seed);
        let log = history.log();
        let when = history.last_recorded() + Duration::days(i64::try_from(dice.below(200)).unwrap());
        for policy in packs::all() {
            let question = Question::at(when, Audience::Inspector);
            let explanation = explain(&log, policy, &question, Target::Everything).unwrap();
            let pending = crate::ask::at(&log, policy, when).actions.iter().filter(|a| a.status.pending()).count();
            let explained = explanation.outcomes.iter().filter(|o| o.action.is_some()).count();
            prop_assert_eq!(pending, explained);
            for outcome in &explanation.outcomes {
                prop_assert!(!outcome.reasons.is_empty());
                // It gives the reasons that the answer gives, neither fewer nor others.
                let because = match (&outcome.action, &outcome.group) {
                    (Some(action), _) => action.because.clone(),
                    (None, Some(group)) => group.indicated.as_ref().unwrap().because.clone(),
                    (None, None) => vec![],
                };
                let told = |rule: &str, event| because.iter().any(|b| b.rule == rule && b.event_id == event);
                for reason in &outcome.reasons {
                    let event = reason.event.event_id.and_then(|id| log.record(id));
                    prop_assert!(event.is_some_and(|e| e.kind().unwrap().to_string() == reason.event.kind));
                    prop_assert!(policy.rules.iter().map(|r| &r.id).chain(policy.duties.iter().map(|d| &d.id))
                        .any(|id| *id == reason.rule.id));
                    prop_assert!(!reason.rule.sources.is_empty() || reason.rule.basis == Basis::Assumed);
                    prop_assert!(told(&reason.rule.id, reason.event.event_id), "{:?}", reason);
                }
                for line in &because {
                    prop_assert!(outcome.reasons.iter().any(|r| r.rule.id == line.rule && r.event.event_id == line.event_id));
                }
            }
        }
    }
}

/// The policies, printed and read again.
static PRINTED: std::sync::LazyLock<Vec<Policy>> = std::sync::LazyLock::new(|| {
    let print = |p: &Policy| packs::load(&vec![("printed.toml".to_owned(), p.to_toml())]);
    packs::all().into_iter().map(print).collect()
});
