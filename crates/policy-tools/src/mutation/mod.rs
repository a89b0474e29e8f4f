//! Mutation testing of a policy: every small change of its rules, and whether one of the policy's tests detects it.
//!
//! A change that no test detects could be made by mistake while all tests still pass. Either a test is added, or the
//! change does not alter the meaning, and the policy says so in an `[[equivalent]]` entry.

mod condition;
mod entry;
mod report;
mod runner;

pub use report::Report;
pub use runner::{BaselineFailure, MutantOutcome, MutationRunner};

use risk_core::policy::fact::Fact;
use risk_core::policy::index::Index;
use risk_core::policy::model::{ActionDef, Duty, Parameter, Place, Policy, Rule};

/// A policy with one small change.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// The id of the changed rule, duty, action or parameter.
    pub of: String,
    /// The position of that entry in its file.
    pub place: Place,
    /// The change, in the policy's own terms. It is stable as long as the entry is unchanged, so an `[[equivalent]]`
    /// entry can name it.
    pub change: String,
    /// The least that a test needs in order to detect it.
    pub hint: String,
    touches: Touches,
    edit: Edit,
    /// Facts that only the changed condition uses; their indices follow those of the policy.
    facts: Vec<Fact>,
    /// Why the changed condition cannot be compiled, if so.
    refused: Option<String>,
}

/// Which part of an entry a change affects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touches {
    /// The condition: the entry may now apply where it did not.
    Condition,
    /// The effect: nothing changes where the entry did not apply before.
    Effect,
}

/// A changed entry, with the index of the entry that it replaces.
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
