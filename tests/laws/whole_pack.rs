//! Properties of a whole pack: every rule can fire, every action can be closed, and every unknown leads to finding
//! out.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use chrono::Duration;
use proptest::prelude::*;
use risk_core::event::vocabulary::{ActionKind, Role, Term, Tri};
use risk_core::event::{Field, Kind, Shape};
use risk_core::fold::ledger::{How, Reason};
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_core::policy::fact::Fact;
use risk_core::policy::model::{Atom, EventSelector, Rule, Test};
use risk_policy_tools::policy_tests;

use crate::ask::{at, cases, folded};
use crate::history::{History, Style, histories, log_of};
use crate::packs;

#[test]
fn every_rule_and_duty_of_the_pack_fires_in_a_policy_test_or_a_case() {
    let policy = &*packs::ENGLAND_WALES;
    let mut fired: BTreeSet<String> = BTreeSet::new();
    for result in policy_tests::run(policy) {
        assert!(result.failures.is_empty(), "{}: {:?}", result.name, result.failures);
        fired.extend(result.fired);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/cases");
    for path in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if path.extension().is_some_and(|e| e == "jsonl") {
            let log = Log::parse("case", &std::fs::read_to_string(&path).unwrap()).unwrap();
            let last = log.records().iter().map(|r| r.recorded_at).max().unwrap();
            let folded = folded(&log, policy, last + Duration::days(400));
            fired.extend(folded.state.fired.iter().map(|r| r.id(policy).to_owned()));
        }
    }
    // No test that is data can hold a record of a newer schema.
    let mut newer = crate::examples::call_out(1, 1).to_line();
    newer = newer.replacen("\"kind\":\"police_call_out\"", "\"v\":2,\"kind\":\"drone_sighting\"", 1);
    let log = Log::parse("newer", &newer).unwrap();
    fired.extend(folded(&log, policy, crate::examples::january(2)).state.fired.iter().map(|r| r.id(policy).to_owned()));
    let ids = policy.rules.iter().map(|r| &r.id).chain(policy.duties.iter().map(|d| &d.id));
    let silent: Vec<&String> = ids.filter(|id| !fired.contains(*id)).collect();
    assert!(silent.is_empty(), "these never fire: {silent:?}");
}

#[test]
fn every_rule_that_is_in_force_here_fires_in_a_generated_history() {
    // So that the other laws speak of every feature of the language, and not of an empty case.
    let policy = &*packs::ONE_OF_EACH;
    let fired: RefCell<BTreeSet<String>> = RefCell::default();
    let mut runner = proptest::test_runner::TestRunner::new(cases(400));
    let many = Style { most: 40, ..Style::ANY };
    runner
        .run(&histories(many), |history| {
            let log = history.log();
            let folded = folded(&log, policy, history.last_recorded() + Duration::days(300));
            fired.borrow_mut().extend(folded.state.fired.iter().map(|r| r.id(policy).to_owned()));
            Ok(())
        })
        .unwrap();
    let fired = fired.into_inner();
    // No generated record is of a newer schema, and nothing here is in the north.
    let elsewhere = ["unread", "only-in-the-north"];
    let ids = policy.rules.iter().map(|r| r.id.as_str()).chain(policy.duties.iter().map(|d| d.id.as_str()));
    let silent: Vec<&str> = ids.filter(|id| !fired.contains(*id) && !elsewhere.contains(id)).collect();
    assert!(silent.is_empty(), "these never fire: {silent:?}");
}

proptest! {
    #![proptest_config(cases(24))]

    /// Every reason is for something that a manager may decide is not needed; it then is not pending any more.
    #[test]
    fn a_manager_can_close_every_pending_action(history in histories(Style { most: 12, ..Style::ANY })) {
        let log = history.log();
        let when = history.last_recorded() + Duration::days(5);
        for policy in packs::all() {
            let pending: BTreeSet<ActionKind> =
                at(&log, policy, when).actions.iter().filter(|a| a.status.pending()).map(|a| a.action).collect();
            for action in pending {
                let manager = policy.action(action).unwrap().decidable_by.contains(&Role::Manager);
                let decision = serde_json::json!({ "action": action, "decision": "not_needed", "by": "m1", "role": "manager",
                    "reason": "other" });
                let mut records = history.records.clone();
                let mut record = crate::examples::on(0xDEC1DE, 0, "action_decided", decision);
                record.occurred_at = when + Duration::minutes(1);
                record.recorded_at = record.occurred_at;
                records.push(record);
                let answer = at(&log_of(records), policy, when + Duration::minutes(1));
                let protects = |a: &&risk_core::assessment::answer::Action| {
                    a.priority == risk_core::policy::model::Priority::ProtectNow
                };
                for left in answer.actions.iter().filter(|a| a.action == action && a.status.pending()) {
                    prop_assert!(!manager && !protects(&left), "{:?}", left);
                    prop_assert_eq!(left.decided.as_ref().map(|d| d.accepted), Some(false), "{:?}", left);
                }
            }
        }
    }
}

/// Every action has an event that closes it: for each, one is found among the events of the kinds that it names.
#[test]
fn every_action_can_be_closed_by_an_event() {
    for policy in packs::all() {
        let open: RefCell<BTreeSet<ActionKind>> = RefCell::new(policy.actions.iter().map(|a| a.action).collect());
        let mut runner = proptest::test_runner::TestRunner::new(cases(600));
        let closes = |history: History| {
            let log = history.log();
            let folded = folded(&log, policy, history.last_recorded());
            for i in folded.state.ledger.instances() {
                let done = |r: &Reason| r.answer.as_ref().is_some_and(|a| a.how == How::Done);
                if i.reasons.iter().any(done) {
                    open.borrow_mut().remove(&i.action);
                }
            }
            Ok(())
        };
        runner.run(&histories(Style { most: 40, ..Style::PROMPT }), closes).unwrap();
        // What no generated history closes: at least one of its triggers must be satisfiable in the fields of its event.
        let stuck: Vec<ActionKind> = open.into_inner().into_iter().filter(|a| !satisfiable(policy, *a)).collect();
        assert!(stuck.is_empty(), "{}: nothing closes {stuck:?}", policy.id);
    }
}

fn satisfiable(policy: &Policy, action: ActionKind) -> bool {
    policy.action(action).unwrap().closed_by.iter().any(|t| {
        t.on.iter().any(|kind| {
            t.when.clauses.iter().any(|c| {
                c.0.iter().all(|a| match (&policy.facts[a.fact], &a.test) {
                    (Fact::Event(field), Test::In(mask)) => {
                        words(*kind, *field).is_none_or(|n| mask & ((1 << n) - 1) != 0)
                    }
                    _ => true,
                })
            })
        })
    })
}

/// How many words the field has, with unknown for one that may be left out.
fn words(kind: Kind, field: Field) -> Option<u32> {
    let spec = kind.spec().fields.iter().find(|f| f.field == field)?;
    match (spec.shape)() {
        Shape::Term { names, .. } => Some(u32::try_from(names.len()).unwrap() + 1),
        _ => None,
    }
}

/// What is checked, of each rule that asks for a level or an action where a yes-or-no field of its event is `yes`,
/// and does not where it is `unknown`: that some rule of the same kind, in force on the same day, asks for something
/// where the field is `unknown`. So whatever `yes` requires, `unknown` requires it too, or requires that someone find
/// out.
#[test]
fn where_a_yes_requires_something_an_unknown_requires_it_too_or_somebody_to_find_out() {
    let policy = &*packs::ENGLAND_WALES;
    let mut silent = Vec::new();
    for rule in policy.rules.iter().filter(|r| !r.require.is_empty() || !r.indicate.is_empty()) {
        for kind in rule.on.iter().filter_map(kind_of) {
            for (field, spec) in kind.spec().fields.iter().map(|f| (f.field, (f.shape)())) {
                if !matches!(spec, Shape::Term { list: "Tri", .. }) || !only_where_yes(policy, rule, field) {
                    continue;
                }
                let asks = |r: &&Rule| {
                    r.on.contains(&EventSelector::Kind(kind))
                        && !r.require.is_empty()
                        && in_force_together(r, rule)
                        && where_unknown(policy, r, field)
                };
                if !policy.rules.iter().any(|r| asks(&r)) {
                    silent.push(format!("{}: event.{field} of {kind}", rule.id));
                }
            }
        }
    }
    assert!(silent.is_empty(), "an unknown brings nothing: {silent:#?}");
}

fn kind_of(on: &EventSelector) -> Option<Kind> {
    match on {
        EventSelector::Kind(kind) => Some(*kind),
        EventSelector::Derived(_) | EventSelector::Unrecognised => None,
    }
}

/// The masks that each alternative of the rule's condition puts on the field; `None` where one does not ask it.
fn masks(policy: &Policy, rule: &Rule, field: Field) -> Vec<Option<u64>> {
    let asks = |a: &Atom| matches!(&policy.facts[a.fact], Fact::Event(f) if *f == field);
    let mask = |t: &Test| if let Test::In(mask) = t { Some(*mask) } else { None };
    rule.when.clauses.iter().map(|c| c.0.iter().find(|a| asks(a)).and_then(|a| mask(&a.test))).collect()
}

fn has(mask: u64, value: Tri) -> bool {
    mask & (1 << value.code()) != 0
}

fn only_where_yes(policy: &Policy, rule: &Rule, field: Field) -> bool {
    let masks = masks(policy, rule, field);
    let yes_only = |m: &Option<u64>| m.is_some_and(|m| has(m, Tri::Yes) && !has(m, Tri::Unknown));
    masks.iter().any(yes_only) && !masks.iter().any(|m| m.is_none_or(|m| has(m, Tri::Unknown)))
}

/// An alternative of the rule that does not ask the field holds for unknown as well.
fn where_unknown(policy: &Policy, rule: &Rule, field: Field) -> bool {
    masks(policy, rule, field).into_iter().any(|m| m.is_none_or(|m| has(m, Tri::Unknown)))
}

fn in_force_together(one: &Rule, other: &Rule) -> bool {
    one.effective.to.is_none_or(|to| other.effective.from < to)
        && other.effective.to.is_none_or(|to| one.effective.from < to)
}

#[test]
fn the_law_of_the_unknown_would_notice_a_rule_that_leaves_it_out() {
    let mut files = packs::ENGLAND_WALES_FILES.clone();
    let rule = "\n[[rule]]\nid = \"only-yes\"\ntitle = \"x\"\nbasis = \"assumed\"\neffective = { from = 2014-06-01 }\n\
        on = \"warrant_issued\"\nwhen = \"event.with_bail = yes\"\nrequire = [{ action = \"review_risk\" }]\n";
    files.push(("zz.toml".to_owned(), rule.to_owned()));
    let policy = packs::load(&files);
    let rule = policy.rules.iter().find(|r| r.id == "only-yes").unwrap();
    assert!(only_where_yes(&policy, rule, Field::WithBail) && !where_unknown(&policy, rule, Field::WithBail));
}
