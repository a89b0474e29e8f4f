//! Why something is in the answer: one event, under one rule or duty.

use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::fold_event::{FoldEvent, Subject};
use crate::calendar::{self, BusinessCalendar};
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Group, Handling, Register, Setting};
use crate::policy::fact::FactValue;
use crate::policy::model::{Basis, Due, EventSelector, Policy, RunsFrom, Unit};

/// A rule or a duty of the policy, by its place in the policy's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleRef {
    /// In `Policy::rules`.
    Rule(usize),
    /// In `Policy::duties`.
    Duty(usize),
}

impl RuleRef {
    /// The first rule or duty of the same id, by which it is known in every version of a log.
    #[must_use]
    pub fn known_as(self, policy: &Policy) -> Self {
        let first = |all: &[usize], place: usize| all.get(place).copied().unwrap_or(place);
        match self {
            Self::Rule(place) => Self::Rule(first(&policy.index.first_rules, place)),
            Self::Duty(place) => Self::Duty(first(&policy.index.first_duties, place)),
        }
    }

    /// Its id, as the policy's author gave it.
    #[must_use]
    pub fn id(self, policy: &Policy) -> &str {
        match self {
            Self::Rule(i) => policy.rules.get(i).map_or("", |r| r.id.as_str()),
            Self::Duty(i) => policy.duties.get(i).map_or("", |d| d.id.as_str()),
        }
    }
}

/// What a reason supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// An action about a subject.
    Action(ActionKind, Subject),
    /// A level of a group in a setting.
    Level(Group, Setting),
    /// A register flag.
    Flag(Register),
}

/// Identifies a reason across versions of the log: the same rule, event and target are the same reason.
pub type ReasonKey = (RuleRef, Uuid, Target);

/// The event and the rule behind something, with the facts that satisfied the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    /// The rule or duty.
    pub rule: RuleRef,
    /// The first rule or duty of its id: a rule that was written anew from a date is still that rule in another version of the log.
    pub known_as: RuleRef,
    /// The event; for what time brought about, the one behind it.
    pub event: Uuid,
    /// The kind on which the rule fired.
    pub fired_on: EventSelector,
    /// What the rule rests on.
    pub basis: Basis,
    /// The event's mark.
    pub handling: Handling,
    /// When the event happened.
    pub occurred_at: Instant,
    /// When the service first held it; for what only a correction brought, when that was recorded.
    pub recorded_at: Instant,
    /// When what it rests on came about, and when the service first held that: what parts late information from a late act. A
    /// duty's round comes about as it falls due.
    pub came_about: (Instant, Instant),
    /// The clock of the step in which the reason arose.
    pub clock: Instant,
    /// The comparisons that were true: the fact's place in the policy's list, and its value then.
    pub facts: Arc<[(usize, FactValue)]>,
}

impl Because {
    /// Whether this event could answer the reason. An act answers what had happened when it was done, or, where it says
    /// what it answers, only that. A decision answers what it names, or what was on record when it was made.
    #[must_use]
    pub fn answerable_by(&self, h: &FoldEvent<'_>) -> Option<Naming> {
        let named = h.names.contains(&self.event);
        if h.is_decision() {
            let by_time = h.occurred_at >= self.recorded_at && h.recorded_at > self.recorded_at;
            match (named && h.recorded_at >= self.recorded_at, by_time) {
                (true, _) => Some(Naming::Named),
                (false, true) => Some(Naming::ByTime),
                (false, false) => None,
            }
        } else {
            let answers = h.occurred_at >= self.occurred_at && (named || h.names.is_empty());
            answers.then_some(if named { Naming::Named } else { Naming::ByTime })
        }
    }
}

/// Whether an answer named the event or came after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// It named the event.
    Named,
    /// It was made when the event was known.
    ByTime,
}

/// By when an action is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deadline {
    /// No source gives a limit.
    None,
    /// The last day on which it is in time.
    By {
        /// That day.
        day: NaiveDate,
        /// What the limit rests on.
        basis: Basis,
        /// The parameter it comes from, if it comes from one.
        parameter: Option<usize>,
    },
    /// The limit touches a year that the calendar does not hold.
    Unknown {
        /// Why, in a sentence.
        reason: String,
        /// The parameter it comes from.
        parameter: usize,
    },
}

impl Deadline {
    /// The day, where there is one.
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Self::By { day, .. } => Some(*day),
            Self::None | Self::Unknown { .. } => None,
        }
    }

    /// The deadline that a limit gives to something learnt at `clock` that happened at `occurred`. Parameters count as they
    /// are on the day of `clock`.
    #[must_use]
    pub fn new(policy: &Policy, due: Option<&Due>, basis: Basis, clock: Instant, occurred: Instant) -> Self {
        let start = |from: &RunsFrom| match from {
            RunsFrom::Learnt => calendar::london_day(clock),
            RunsFrom::Occurred => calendar::london_day(occurred),
        };
        match due {
            None => Self::None,
            Some(Due::Immediately(from)) => Self::By { day: start(from), basis, parameter: None },
            Some(Due::Within(parameter, from)) => {
                Self::within(policy, *parameter, start(from), calendar::london_day(clock))
            }
        }
    }

    /// The deadline a parameter's count after `start`, with the parameter's value on the day `on`.
    #[must_use]
    pub fn within(policy: &Policy, parameter: usize, start: NaiveDate, on: NaiveDate) -> Self {
        let value = policy.value(parameter, on);
        let unit = policy.parameters.get(parameter).map(|p| p.unit);
        let (Some(value), Some(unit)) = (value, unit) else { return Self::None };
        let Some(count) = value.value else { return Self::None };
        let by = |day| Self::By { day, basis: value.basis, parameter: Some(parameter) };
        let beyond = || Self::Unknown { reason: "the date lies outside the calendar".to_owned(), parameter };
        match unit {
            Unit::Days => calendar::add_days(start, count).map_or_else(beyond, by),
            Unit::Months => calendar::add_months(start, count).map_or_else(beyond, by),
            Unit::BusinessDays => match BusinessCalendar::add(start, count) {
                Ok(day) => by(day),
                Err(outside) => Self::Unknown { reason: outside.to_string(), parameter },
            },
            Unit::Count => Self::None,
        }
    }
}
