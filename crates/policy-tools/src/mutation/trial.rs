//! Whether a test notices a mutant.

use std::collections::BTreeSet;

use super::{Edit, Mutant, Touches};
use crate::policy_tests::run_one;
use risk_core::event::vocabulary::ActionKind;
use risk_core::policy::model::{EventSelector, Place, Policy, PolicyTest, Rule};
use risk_core::policy::refusal;

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A test fails under it.
    Killed {
        /// The test's name.
        test: String,
    },
    /// The loader would not take it.
    Refused {
        /// What it would say.
        problem: String,
    },
    /// No test notices.
    Survives,
}

/// Why mutants of a policy cannot be tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{place}: the test \"{test}\" fails under the policy itself: expected every test to pass before its rules are changed"
)]
pub struct Unfit {
    /// Where the test stands.
    pub place: Place,
    /// Its name.
    pub test: String,
}

/// The tests of a policy, each run once under the policy itself, so that no mutant is tried on a test that it cannot touch.
#[derive(Debug)]
pub struct Trials<'p> {
    policy: Policy,
    runs: Vec<Run<'p>>,
}

#[derive(Debug)]
struct Run<'p> {
    test: &'p PolicyTest,
    /// The kinds of event that it is given.
    kinds: BTreeSet<EventSelector>,
    /// The rules and duties that fire in it.
    fired: BTreeSet<String>,
    /// The actions that somebody is asked for in it.
    actions: BTreeSet<ActionKind>,
}

impl<'p> Trials<'p> {
    /// Runs every test under the policy.
    ///
    /// # Errors
    /// [`Unfit`] where a test fails.
    pub fn new(policy: &'p Policy) -> Result<Self, Unfit> {
        let bare = Policy { tests: vec![], equivalents: vec![], ..policy.clone() };
        let run = |test: &'p PolicyTest| {
            let result = run_one(&bare, test);
            if !result.failures.is_empty() {
                return Err(Unfit { place: result.place, test: result.name });
            }
            let kinds =
                test.given.iter().map(|g| g.kind.map_or(EventSelector::Unrecognised, EventSelector::Kind)).collect();
            Ok(Run { test, kinds, fired: result.fired, actions: result.actions })
        };
        let runs = policy.tests.iter().map(run).collect::<Result<_, _>>()?;
        Ok(Self { policy: bare, runs })
    }

    /// What becomes of a mutant.
    #[must_use]
    pub fn fate(&self, mutant: &Mutant) -> Fate {
        if let Some(problem) = &mutant.refused {
            return Fate::Refused { problem: problem.clone() };
        }
        let policy = mutant.policy(&self.policy);
        if let Some(problem) = refusal(&policy) {
            return Fate::Refused { problem: problem.to_string() };
        }
        let mut runs: Vec<&Run<'_>> = self.runs.iter().filter(|run| self.may_notice(run, mutant)).collect();
        // The tests that name what is changed are the likeliest to notice.
        runs.sort_by_key(|run| !names(run.test, &mutant.of));
        let notices = |run: &&&Run<'_>| !run_one(&policy, run.test).failures.is_empty();
        match runs.iter().find(notices) {
            Some(run) => Fate::Killed { test: run.test.name.clone() },
            None => Fate::Survives,
        }
    }

    /// Whether the mutant could make a difference to the test: false only where that is certain.
    fn may_notice(&self, run: &Run<'_>, mutant: &Mutant) -> bool {
        match (&mutant.edit, mutant.touches) {
            (Edit::Parameter(..), _) | (Edit::Duty(..), Touches::Condition) => true,
            // What did not fire had no effect, and still has none.
            (Edit::Rule(..) | Edit::Duty(..), Touches::Effect) => run.fired.contains(&mutant.of),
            // A rule is asked of events of its own kinds only. Derived kinds may come in any case.
            (Edit::Rule(_, rule), Touches::Condition) => listens_to(rule, run),
            // What closes an action matters to its lines, and to the duties that ask for it.
            (Edit::Action(_, action), _) => {
                let mut duties = self.policy.duties.iter().filter(|d| d.action == action.action);
                run.actions.contains(&action.action) || duties.any(|d| run.fired.contains(&d.id))
            }
        }
    }
}

fn listens_to(rule: &Rule, run: &Run<'_>) -> bool {
    rule.on.iter().any(|kind| matches!(kind, EventSelector::Derived(_)) || run.kinds.contains(kind))
}

fn names(test: &PolicyTest, id: &str) -> bool {
    let then = &test.then;
    let listed = then.fires.iter().chain(&then.not_fires).chain(then.fires_on.keys()).chain(then.follows.keys());
    let actions = then.pending.iter().chain(&then.not_pending).chain(then.status.keys()).chain(then.answered_by.keys());
    listed.map(String::as_str).chain(actions.map(|a| risk_core::event::Term::name(*a))).any(|name| name == id)
}
