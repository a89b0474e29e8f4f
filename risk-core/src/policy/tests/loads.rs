//! Reading a whole policy, and writing it again.

use super::{SAMPLE, sample};
use crate::policy::Policy;
use crate::policy::model::{Condition, Place};

/// The policy with all places forgotten.
fn placeless(mut policy: Policy) -> Policy {
    let nowhere = |c: &mut Condition| c.place = Place::default();
    for p in &mut policy.parameters {
        p.place = Place::default();
    }
    for a in &mut policy.actions {
        a.place = Place::default();
        let triggers = a.closed_by.iter_mut().chain(&mut a.chased_by).chain(&mut a.refused_by);
        triggers.chain(a.waiting.iter_mut().map(|(t, _)| t)).for_each(|t| nowhere(&mut t.when));
    }
    for r in &mut policy.rules {
        r.place = Place::default();
        nowhere(&mut r.when);
    }
    for d in &mut policy.duties {
        d.place = Place::default();
        nowhere(&mut d.holds);
    }
    policy.audiences.iter_mut().for_each(|a| a.place = Place::default());
    policy.obligations.iter_mut().for_each(|o| o.place = Place::default());
    policy.tests.iter_mut().for_each(|t| t.place = Place::default());
    policy
}

#[test]
fn a_policy_with_one_of_everything_loads() {
    let policy = sample();
    assert_eq!(policy.id, "sample");
    assert_eq!(
        (policy.documents.len(), policy.parameters.len(), policy.actions.len(), policy.rules.len()),
        (2, 5, 5, 4)
    );
    assert_eq!(
        (policy.duties.len(), policy.audiences.len(), policy.obligations.len(), policy.tests.len()),
        (1, 2, 3, 2)
    );
}

#[test]
fn parse_of_print_is_the_policy() {
    let policy = sample();
    let printed = policy.to_toml();
    let again = Policy::load(&[("printed.toml", &printed)]).unwrap_or_else(|e| panic!("{e}\n{printed}"));
    assert_eq!(placeless(again), placeless(policy));
}

#[test]
fn the_order_of_the_files_says_nothing() {
    let [head, rules] = SAMPLE;
    assert_eq!(Policy::load(&[rules, head]).unwrap(), sample());
}
