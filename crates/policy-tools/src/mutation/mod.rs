//! Mutation of a policy: every small change of its rules, and whether a test beside the rules notices it.
//!
//! A change that no test notices says that nothing pins what was changed: somebody could change it by mistake, and all tests
//! would pass. Such a change is either tested for, or it is no change of meaning, which the policy then says itself
//! (`[[equivalent]]`).

mod condition;
mod entry;
mod report;
mod trial;

pub use report::Report;
pub use trial::{Fate, Trials, Unfit};

use risk_core::policy::fact::Fact;
use risk_core::policy::index::Index;
use risk_core::policy::model::{ActionDef, Duty, Parameter, Place, Policy, Rule};

/// A policy with one small change.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// The rule, duty, action or parameter that is changed, by its id.
    pub of: String,
    /// Where that stands.
    pub place: Place,
    /// What is changed, in the policy's own words. It is the same as long as the entry is, so that the policy can name it.
    pub change: String,
    /// The least that a test would have to say to notice it.
    pub hint: String,
    touches: Touches,
    edit: Edit,
    /// Facts that only the changed condition asks about; their places follow those of the policy.
    facts: Vec<Fact>,
    /// Why the changed condition cannot be compiled.
    refused: Option<String>,
}

/// How far a change reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touches {
    /// When something follows: it may follow where it did not.
    Condition,
    /// What follows: nothing is different where it did not follow before.
    Effect,
}

/// An entry to put in place of the one at its index.
#[derive(Debug, Clone)]
enum Edit {
    Rule(usize, Box<Rule>),
    Duty(usize, Box<Duty>),
    Action(usize, Box<ActionDef>),
    Parameter(usize, Box<Parameter>),
}

/// Every mutant of a policy, in the order of its parameters, actions, rules and duties.
#[must_use]
pub fn mutants(policy: &Policy) -> Vec<Mutant> {
    let parameters = policy.parameters.iter().enumerate().flat_map(|(i, p)| entry::parameter(policy, i, p));
    let actions = policy.actions.iter().enumerate().flat_map(|(i, a)| entry::action(policy, i, a));
    let rules = policy.rules.iter().enumerate().flat_map(|(i, r)| entry::rule(policy, i, r));
    let duties = policy.duties.iter().enumerate().flat_map(|(i, d)| entry::duty(policy, i, d));
    parameters.chain(actions).chain(rules).chain(duties).collect()
}

impl Mutant {
    /// The changed policy, without tests.
    fn policy(&self, policy: &Policy) -> Policy {
        let mut changed = policy.clone();
        fn put<E: Clone>(list: &mut [E], index: usize, entry: &E) {
            list.get_mut(index).into_iter().for_each(|old| *old = entry.clone());
        }
        match &self.edit {
            Edit::Rule(i, rule) => put(&mut changed.rules, *i, rule),
            Edit::Duty(i, duty) => put(&mut changed.duties, *i, duty),
            Edit::Action(i, action) => put(&mut changed.actions, *i, action),
            Edit::Parameter(i, parameter) => put(&mut changed.parameters, *i, parameter),
        }
        changed.facts.extend(self.facts.iter().cloned());
        let Policy { rules, actions, duties, facts, parameters, .. } = &changed;
        changed.index = Index::of(rules, actions, duties, facts, parameters);
        changed
    }
}

#[cfg(test)]
mod tests;
