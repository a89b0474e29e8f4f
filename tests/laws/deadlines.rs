//! Deadlines: tightening one takes no action away, and learning later makes nothing due earlier.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use proptest::prelude::*;
use risk_core::event::Event;
use risk_core::event::vocabulary::ActionDecision;
use risk_core::event::vocabulary::ActionKind;
use risk_core::fold::reason::RuleRef;
use risk_core::fold::run::Folded;
use risk_core::policy::Policy;
use risk_core::policy::fact::{Fact, Window};
use risk_core::policy::model::{Due, Test};
use uuid::Uuid;

use crate::ask::{cases, folded};
use crate::dice::Dice;
use crate::history::{Style, histories, log_of};
use crate::packs;

type Line = (ActionKind, String, BTreeSet<(RuleRef, Uuid)>);

/// Parameters for deadlines or periods that no condition uses.
fn deadline_parameters(policy: &Policy) -> Vec<usize> {
    let within = |due: &Option<Due>| match due {
        Some(Due::Within(p, _)) => Some(*p),
        _ => None,
    };
    let rules = policy.rules.iter().flat_map(|r| &r.require).filter_map(|r| within(&r.due));
    let duties = policy.duties.iter().flat_map(|d| within(&d.first).into_iter().chain(d.every));
    let all: BTreeSet<usize> = rules.chain(duties).collect();
    let asked = |p: usize| {
        let window =
            policy.facts.iter().any(|f| matches!(f, Fact::Count { within: Window::Parameter(w), .. } if *w == p));
        let conditions = policy.rules.iter().map(|r| &r.when).chain(policy.duties.iter().map(|d| &d.holds));
        let atoms = conditions.flat_map(|c| &c.clauses).flat_map(|c| &c.0);
        window || atoms.into_iter().any(|a| matches!(a.test, Test::Compare(_, q) if q == p))
    };
    all.into_iter().filter(|p| !asked(*p)).collect()
}

/// The policy with one deadline tighter.
fn tightened(policy: &Policy, dice: &mut Dice) -> Policy {
    let mut policy = policy.clone();
    let parameters = deadline_parameters(&policy);
    let parameter = *dice.pick(&parameters);
    let least = policy.parameters[parameter].range.0;
    for value in policy.parameters[parameter].values.iter_mut().filter_map(|v| v.value.as_mut()) {
        *value -= u32::try_from(dice.below(u64::from(*value - least) + 1)).unwrap();
    }
    policy
}

fn opened(folded: &Folded<'_, '_>) -> BTreeSet<(ActionKind, String, RuleRef, Uuid)> {
    let instances = folded.state.ledger.instances().chain(&folded.withdrawn);
    instances
        .flat_map(|i| {
            i.reasons.iter().map(|r| (i.action, i.subject.text(&folded.state.local), r.because.rule, r.because.event))
        })
        .collect()
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn tightening_a_deadline_never_removes_an_action(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let log = history.log();
        let when = history.last_recorded() + Duration::days(i64::try_from(dice.below(200)).unwrap());
        for policy in packs::all() {
            let tighter = tightened(policy, &mut dice);
            let (before, after) = (opened(&folded(&log, policy, when)), opened(&folded(&log, &tighter, when)));
            for reason in before {
                prop_assert!(after.contains(&reason), "{:?} by {} is gone", reason, reason.2.id(policy));
            }
        }
    }

    #[test]
    fn learning_later_never_makes_an_action_due_earlier(history in histories(Style { late: false, ..Style::ANY }), seed: u64) {
        let mut dice = Dice::new(seed);
        let mut late = history.records.clone();
        let place = usize::try_from(dice.below(late.len() as u64)).unwrap();
        let delayed = late[place].event_id;
        // A record that defers an action moves its date itself.
        let deferring = |r: &risk_core::log::Record| {
            matches!(r.event(), Some(Event::ActionDecided(d)) if d.decision == ActionDecision::Deferred)
        };
        prop_assume!(!late.iter().any(deferring));
        late[place].recorded_at += Duration::hours(i64::try_from(dice.below(40 * 24)).unwrap());
        // Records that name it are later than it.
        for _ in 0..late.len() {
            for i in 0..late.len() {
                let known = late[i].event().map(Event::names).unwrap_or_default().iter()
                    .filter_map(|(_, id)| late.iter().find(|r| r.event_id == *id)).map(|r| r.recorded_at).max();
                if let Some(known) = known { late[i].recorded_at = late[i].recorded_at.max(known); }
            }
        }
        let when = late.iter().map(|r| r.recorded_at).max().unwrap() + Duration::days(1);
        let (prompt, late) = (history.log(), log_of(late));
        let kind = prompt.record(delayed).and_then(risk_core::log::Record::kind);
        for policy in packs::all() {
            let (prompt, late) = (due(&folded(&prompt, policy, when)), due(&folded(&late, policy, when)));
            for (line, day) in prompt {
                let Some(later) = late.get(&line) else { continue };
                prop_assert!(later >= &day, "{:?} due {} and, learnt later, {} ({:?})", line, day, later, kind);
            }
        }
    }
}

/// When each action is due by all its reasons, answered ones too, by action, subject and reasons.
fn due(folded: &Folded<'_, '_>) -> BTreeMap<Line, chrono::NaiveDate> {
    let mut found = BTreeMap::new();
    for i in folded.state.ledger.instances() {
        let reasons: BTreeSet<(RuleRef, Uuid)> = i.reasons.iter().map(|r| (r.because.rule, r.because.event)).collect();
        if let Some(day) = i.reasons.iter().filter_map(|r| r.deadline.day()).min() {
            let line = (i.action, i.subject.text(&folded.state.local), reasons);
            found.entry(line).and_modify(|d: &mut chrono::NaiveDate| *d = (*d).min(day)).or_insert(day);
        }
    }
    found
}
