//! Reasons: they are answered one by one, and none disappears.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use proptest::prelude::*;
use risk_core::assessment::answer::Assessment;
use risk_core::event::vocabulary::ActionKind;
use risk_core::event::{Event, Instant, Kind, Nature};
use risk_core::fold::fold_event::Subject;
use risk_core::fold::ledger::How;
use risk_core::fold::reason::RuleRef;
use risk_core::fold::run::Folded;
use risk_core::log::Record;
use risk_core::policy::Policy;
use uuid::Uuid;

use crate::ask::{at, cases, folded};
use crate::history::{History, Style, about_records, histories};
use crate::levels::corrected;
use crate::packs;

type Reason = (ActionKind, String, RuleRef, Uuid);

/// Every reason that the fold has: open, answered, decided, superseded or withdrawn.
fn reasons(folded: &Folded<'_, '_>) -> BTreeSet<Reason> {
    let instances = folded.state.ledger.instances().chain(&folded.withdrawn);
    instances
        .flat_map(|i| {
            i.reasons.iter().map(|r| (i.action, i.subject.text(&folded.state.local), r.because.rule, r.because.event))
        })
        .collect()
}

/// The names under which an action may go on.
fn later_names(policy: &Policy, action: ActionKind) -> Vec<ActionKind> {
    let continues = |d: &&risk_core::policy::model::ActionDef| d.continues.as_ref().is_some_and(|c| c.action == action);
    policy.actions.iter().filter(continues).map(|d| d.action).chain([action]).collect()
}

fn sampled(history: &History) -> Vec<Instant> {
    let last = history.last_recorded();
    history.moments().into_iter().chain([last + Duration::days(30), last + Duration::days(500)]).collect()
}

/// When the service first held that supervision had begun; none where that record was changed later.
fn supervision_known(history: &History) -> Option<Instant> {
    let started = history.records.iter().filter(|r| r.kind() == Some(Kind::SupervisionStarted));
    let first = started.min_by_key(|r| r.recorded_at)?;
    let changed =
        |r: &Record| r.kind().is_some_and(about_records) && r.event().is_some_and(|e| names(e, first.event_id));
    (!history.records.iter().any(changed)).then_some(first.recorded_at)
}

fn names(event: &Event, id: Uuid) -> bool {
    event.names().iter().any(|(_, named)| *named == id)
}

proptest! {
    #![proptest_config(cases(24))]

    /// From the start of supervision on: what came before is background, and is taken in at the start once that is known
    /// (see `what_came_before_supervision_is_taken_in_at_its_start`).
    #[test]
    fn no_reason_disappears(history in histories(Style::ANY)) {
        let log = history.log();
        let Some(start) = supervision_known(&history) else { return Ok(()) };
        for policy in packs::all() {
            let mut before: BTreeSet<Reason> = BTreeSet::new();
            for moment in sampled(&history).into_iter().filter(|m| *m >= start) {
                let now = reasons(&folded(&log, policy, moment));
                for (action, subject, rule, event) in &before {
                    let still = later_names(policy, *action)
                        .into_iter()
                        .any(|a| now.contains(&(a, subject.clone(), *rule, *event)));
                    prop_assert!(still, "{} about {:?} by {} of {} is gone at {}",
                        action, subject, rule.id(policy), event, moment);
                }
                before = now;
            }
        }
    }

    #[test]
    fn closing_never_precedes_opening(history in histories(Style::ANY)) {
        let log = history.log();
        for policy in packs::all() {
            for moment in sampled(&history) {
                let assessment = at(&log, policy, moment);
                for action in &assessment.actions {
                    prop_assert!(action.closed.is_none_or(|closed| closed >= action.opened), "{:?}", action);
                    prop_assert!(action.opened <= risk_core::calendar::london_day(moment), "{:?}", action);
                }
                let folded = folded(&log, policy, moment);
                for instance in folded.state.ledger.instances().chain(&folded.withdrawn) {
                    for reason in &instance.reasons {
                        if let Some(answer) = &reason.answer {
                            prop_assert!(answer.at >= reason.because.clock, "{:?}", reason);
                            prop_assert!(answer.at <= moment, "{:?}", reason);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_decision_answers_nothing_that_it_could_not_have_considered(history in histories(Style::ANY)) {
        let log = history.log();
        let when = history.last_recorded() + Duration::days(10);
        for policy in packs::all() {
            let folded = folded(&log, policy, when);
            for instance in folded.state.ledger.instances().chain(&folded.withdrawn) {
                for reason in &instance.reasons {
                    let Some(answer) = reason.answer.as_ref().filter(|a| a.how != How::Superseded) else { continue };
                    let by = log.record(answer.by).expect("what answers is a record of the log");
                    if corrected(&log, answer.by) || corrected(&log, reason.because.event) {
                        continue; // Times and names may then be the correction's.
                    }
                    let named = by.event().unwrap().names().iter().any(|(_, id)| *id == reason.because.event);
                    let decides = by.kind().unwrap().spec().nature == Nature::Decision;
                    let in_time = if decides {
                        by.occurred_at >= reason.because.recorded_at
                    } else {
                        by.occurred_at >= reason.because.occurred_at
                    };
                    prop_assert!(named || in_time, "{:?} answered by {}", reason, by.to_line());
                }
            }
        }
    }

    #[test]
    fn at_most_one_action_of_a_kind_about_a_subject_is_pending(history in histories(Style::ANY)) {
        let log = history.log();
        for policy in packs::all() {
            for moment in sampled(&history) {
                let folded = folded(&log, policy, moment);
                let mut pending: BTreeMap<(ActionKind, Subject), usize> = BTreeMap::new();
                for i in folded.state.ledger.instances().chain(&folded.withdrawn).filter(|i| i.pending()) {
                    *pending.entry((i.action, i.subject)).or_default() += 1;
                }
                prop_assert!(pending.values().all(|n| *n == 1), "{:?}", pending);
            }
        }
    }

    #[test]
    fn every_line_of_an_answer_has_an_id_of_its_own(history in histories(Style::ANY)) {
        let log = history.log();
        for policy in packs::all() {
            for moment in sampled(&history) {
                let assessment: Assessment = at(&log, policy, moment);
                let ids: BTreeSet<Uuid> = assessment.actions.iter().map(|a| a.id).collect();
                prop_assert_eq!(ids.len(), assessment.actions.len(), "two actions share an id");
                let known = |id: &Uuid| ids.contains(id);
                prop_assert!(assessment.agenda.lines.iter().all(known));
                prop_assert!(assessment.actions.iter().filter_map(|a| a.part_of.as_ref()).all(known));
            }
        }
    }
}
