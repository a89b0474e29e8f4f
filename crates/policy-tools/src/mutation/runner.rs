//! Runs a policy's tests on its mutants.

use std::collections::BTreeSet;

use super::{Edit, Mutant, Touches};
use crate::policy_tests::run_one;
use risk_core::event::vocabulary::ActionKind;
use risk_core::policy::model::{EventSelector, Place, Policy, PolicyTest, Rule};
use risk_core::policy::refusal;

/// The outcome of running the tests on a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MutantOutcome {
    /// A test failed.
    Killed {
        /// The name of the test.
        test: String,
    },
    /// The loader rejected it.
    Refused {
        /// The loader's message.
        problem: String,
    },
    /// No test failed.
    Survives,
}

/// A policy's own test fails, so its mutants cannot be tested.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: the test \"{test}\" fails on the unchanged policy; all tests must pass before mutants are tried")]
pub struct BaselineFailure {
    /// The position of the test.
    pub place: Place,
    /// The name of the test.
    pub test: String,
}

/// The tests of a policy, each run once on the unchanged policy, so that a mutant is only tried on tests that it can
/// affect.
#[derive(Debug)]
pub struct MutationRunner<'p> {
    policy: Policy,
    runs: Vec<Run<'p>>,
}

#[derive(Debug)]
struct Run<'p> {
    test: &'p PolicyTest,
    /// The kinds of event in the test.
    kinds: BTreeSet<EventSelector>,
    /// The rules and duties that fire.
    fired: BTreeSet<String>,
    /// The actions that are required at any time.
    actions: BTreeSet<ActionKind>,
}

impl<'p> MutationRunner<'p> {
    /// Runs every test on the unchanged policy.
    ///
    /// # Errors
    /// [`BaselineFailure`] if a test fails.
    pub fn new(policy: &'p Policy) -> Result<Self, BaselineFailure> {
        let bare = Policy { tests: vec![], equivalents: vec![], ..policy.clone() };
        let run = |test: &'p PolicyTest| {
            let result = run_one(&bare, test);
            if !result.failures.is_empty() {
                return Err(BaselineFailure { place: result.place, test: result.name });
            }
            let kinds =
                test.given.iter().map(|g| g.kind.map_or(EventSelector::Unrecognised, EventSelector::Kind)).collect();
            Ok(Run { test, kinds, fired: result.fired, actions: result.actions })
        };
        let runs = policy.tests.iter().map(run).collect::<Result<_, _>>()?;
        Ok(Self { policy: bare, runs })
    }

    /// Runs the tests on a mutant until one fails.
    #[must_use]
    pub fn outcome(&self, mutant: &Mutant) -> MutantOutcome {
        if let Some(problem) = &mutant.refused {
            return MutantOutcome::Refused { problem: problem.clone() };
        }
        let policy = mutant.policy(&self.policy);
        if let Some(problem) = refusal(&policy) {
            return MutantOutcome::Refused { problem: problem.to_string() };
        }
        let mut runs: Vec<&Run<'_>> = self.runs.iter().filter(|run| self.can_detect(run, mutant)).collect();
        // Tests that name the changed entry are the most likely to fail.
        runs.sort_by_key(|run| !names(run.test, &mutant.of));
        let detects = |run: &&&Run<'_>| !run_one(&policy, run.test).failures.is_empty();
        match runs.iter().find(detects) {
            Some(run) => MutantOutcome::Killed { test: run.test.name.clone() },
            None => MutantOutcome::Survives,
        }
    }

    /// Whether the mutant could affect the test; `false` only if it certainly cannot.
    fn can_detect(&self, run: &Run<'_>, mutant: &Mutant) -> bool {
        match (&mutant.edit, mutant.touches) {
            (Edit::Parameter(..), _) | (Edit::Duty(..), Touches::Condition) => true,
            // An entry that did not fire had no effect, and a changed effect does not make it fire.
            (Edit::Rule(..) | Edit::Duty(..), Touches::Effect) => run.fired.contains(&mutant.of),
            // A rule is evaluated only on events of its own kinds. Timer events can occur in any case.
            (Edit::Rule(_, rule), Touches::Condition) => responds_to(rule, run),
            // The triggers that close an action affect its lines, and the duties that require it.
            (Edit::Action(_, action), _) => {
                let mut duties = self.policy.duties.iter().filter(|d| d.action == action.action);
                run.actions.contains(&action.action) || duties.any(|d| run.fired.contains(&d.id))
            }
        }
    }
}

fn responds_to(rule: &Rule, run: &Run<'_>) -> bool {
    rule.on.iter().any(|kind| matches!(kind, EventSelector::Derived(_)) || run.kinds.contains(kind))
}

fn names(test: &PolicyTest, id: &str) -> bool {
    let then = &test.then;
    let listed = then.fires.iter().chain(&then.not_fires).chain(then.fires_on.keys()).chain(then.follows.keys());
    let actions = then.pending.iter().chain(&then.not_pending).chain(then.status.keys()).chain(then.answered_by.keys());
    listed.map(String::as_str).chain(actions.map(|a| risk_core::event::Term::name(*a))).any(|name| name == id)
}
