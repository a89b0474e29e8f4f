//! The state of a case after some steps, and how effects join it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::facts::Facts;
use super::fold_event::{FoldEvent, Subject};
use super::ledger::{Ledger, Reason};
use super::levels::{Cell, Levels};
use super::read::FactEvaluator;
use super::reason::{Because, ReasonKey, RuleRef};
use super::spells::Duties;
use super::timer_event::TimerEvent;
use super::triggers::{may_close, triggered};
use crate::calendar;
use crate::cancel::Cancel;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Level, Register};
use crate::log::LocalIds;
use crate::policy::fact::FactValue;
use crate::policy::model::Policy;

/// A rule's evaluation on one event, kept to explain why the rule did not fire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleEvaluation {
    /// The event.
    pub event: Uuid,
    /// The clock.
    pub clock: Instant,
    /// Whether the rule was in force.
    pub in_force: bool,
    /// Whether it fired.
    pub fired: bool,
    /// The value of every fact that its condition asks about.
    pub facts: Vec<(usize, FactValue)>,
}

/// A flag that a rule holds should be set, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagReason {
    /// Event and rule.
    pub because: Because,
    /// Set, or not.
    pub should_be_set: bool,
}

/// An effect ready to be joined to the state.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    Open(ActionKind, Subject, Box<Reason>),
    Indicate(Cell, Level, Because),
    Flag(Register, FlagReason),
}

/// Since when reasons count that an earlier version of the log did not have.
#[derive(Debug, Clone, Default)]
pub struct CorrectionBaseline {
    /// When each reason of earlier versions arose for the service.
    pub known: BTreeMap<ReasonKey, Instant>,
    /// What no earlier version had: when the correction that brought it was recorded.
    pub since: Option<Instant>,
}

/// An instant, with the day that it is in London then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub at: Instant,
    pub day: NaiveDate,
}

impl Moment {
    pub fn of(at: Instant) -> Self {
        Self { at, day: calendar::london_day(at) }
    }

    pub fn start_of(day: NaiveDate) -> Self {
        Self { at: calendar::start_of_day(day), day }
    }
}

/// The state of a case after some steps.
#[derive(Debug, Clone)]
pub struct State<'a, 'p> {
    /// The policy it is folded under.
    pub policy: &'p Policy,
    /// The ids of the case.
    pub local: Arc<LocalIds<'a>>,
    /// What is known.
    pub facts: Facts<'a>,
    /// Levels.
    pub levels: Levels,
    /// Actions.
    pub ledger: Ledger,
    /// Flags.
    pub flags: BTreeMap<Register, Vec<FlagReason>>,
    /// Duties.
    pub duties: Duties,
    /// The clock: how far time has been run.
    pub(super) now: Option<Moment>,
    /// Every rule and duty that fired.
    pub fired: BTreeSet<RuleRef>,
    /// Every reason that arose, and when: the same one more than once where it arose again.
    pub arisen: Vec<(ReasonKey, Instant)>,
    pub(super) floors: CorrectionBaseline,
    pub(super) deferred: Vec<(Instant, ReasonKey, Effect)>,
    pub(super) raised: BTreeSet<TimerEvent>,
    /// Nothing falls due by itself before that day; `None` if that has to be computed again.
    pub(super) quiet_before: Option<NaiveDate>,
    /// The rule or duty whose evaluations are kept.
    pub watch: Option<RuleRef>,
    /// Its evaluations.
    pub trials: Vec<RuleEvaluation>,
    /// Whether the fold is to end early.
    pub(super) cancel: Cancel<'p>,
}

impl<'a, 'p> State<'a, 'p> {
    /// The state before anything happened.
    #[must_use]
    pub fn new(policy: &'p Policy, local: Arc<LocalIds<'a>>, floors: CorrectionBaseline) -> Self {
        Self {
            policy,
            local,
            facts: Facts::default(),
            levels: Levels::default(),
            ledger: Ledger::default(),
            flags: BTreeMap::new(),
            duties: Duties::default(),
            now: None,
            fired: BTreeSet::new(),
            arisen: Vec::new(),
            floors,
            deferred: Vec::new(),
            raised: BTreeSet::new(),
            quiet_before: None,
            watch: None,
            trials: Vec::new(),
            cancel: Cancel::NEVER,
        }
    }

    /// Counts a unit of work that is about to be done. Returns whether the fold is to end early instead.
    #[must_use]
    pub fn spend(&self) -> bool {
        self.cancel.spend()
    }

    /// Whether the clock is at that moment.
    pub(super) fn is_at(&self, at: Instant) -> bool {
        self.now.is_some_and(|now| now.at == at)
    }

    /// Whether time brings nothing about up to that moment, as far as that is known without looking.
    pub(super) fn is_quiet_until(&self, at: Instant) -> bool {
        self.now.is_none() || self.is_at(at) || self.quiet_before.is_some_and(|day| day > calendar::london_day(at))
    }

    pub(super) fn reader(&self) -> FactEvaluator<'_, 'a> {
        FactEvaluator { facts: &self.facts, levels: &self.levels, policy: self.policy }
    }

    /// Joins an effect now, or when the correction that brought it is recorded.
    pub(super) fn arise(&mut self, key: ReasonKey, mut because: Because, effect: impl FnOnce(Because) -> Effect) {
        let floor = match self.floors.since {
            Some(since) => Some(self.floors.known.get(&key).copied().unwrap_or(since)),
            None => None,
        };
        let at = floor.map_or(because.clock, |f| f.max(because.clock));
        self.arisen.push((key, at));
        if at > because.clock {
            because.clock = at;
            because.recorded_at = because.recorded_at.max(at);
            self.deferred.push((at, key, effect(because)));
        } else {
            let effect = effect(because);
            self.join(effect);
        }
    }

    pub(super) fn join(&mut self, effect: Effect) {
        match effect {
            Effect::Indicate((group, setting), level, because) => self.levels.open((group, setting), level, because),
            Effect::Flag(register, reason) => self.flags.entry(register).or_default().push(reason),
            Effect::Open(action, subject, reason) => {
                self.ledger.open(action, &subject, *reason);
                self.answer_from_history(action, &subject);
            }
        }
    }

    /// What was already done, or decided by name, answers a reason the moment it arises: the action is born done.
    pub(super) fn answer_from_history(&mut self, action: ActionKind, subject: &Subject) {
        let policy = self.policy;
        let Some(def) = policy.action(action) else { return };
        let (facts, levels) = (&self.facts, &self.levels);
        let reader = FactEvaluator { facts, levels, policy };
        let cancel = self.cancel;
        let closing = def.closed_by.iter().flat_map(|t| facts.of_kinds(&t.on)).take_while(|_| !cancel.spend());
        let mut earlier: Vec<&FoldEvent<'a>> = closing.filter(|h| h.concerns(subject)).collect();
        earlier.sort_by_key(|h| h.order());
        for h in earlier {
            if triggered(&reader, &def.closed_by, h, subject, h.clock) && may_close(levels, h, subject) {
                self.ledger.answer_line(action, subject, h, levels);
            }
        }
    }
}
