//! The effects of rules and duties, split into comparable parts: a level, an action, its priority, its due date.

use chrono::NaiveDate;

use risk_core::calendar::{self, BusinessCalendar};
use risk_core::event::vocabulary::{ActionKind, Group, Level, Register, Setting};
use risk_core::event::{Kind, Term};
use risk_core::policy::model::{About, Due, Duty, Policy, Priority, Requires, Rule, RunsFrom, Unit};

/// A time limit with its value on one day; `0` days is the day itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Limit {
    pub(super) count: u32,
    pub(super) unit: Unit,
    pub(super) from: RunsFrom,
}

/// One effect. Effects of the same aspect combine: the highest level, the earliest date, the highest priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    Level(Group, Setting, Level),
    Action(ActionKind, About),
    Priority(ActionKind, About, Priority),
    Due(ActionKind, About, Limit),
    /// The action is needed until an event of that kind; without a kind, until it is answered.
    Until(ActionKind, About, Option<Kind>),
    Round(ActionKind, About, Limit),
    Flag(Register, bool),
    Review(Group),
}

/// The effects of one entry of a rule: the first is the main one, and the others qualify it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EffectEntry(pub(super) Vec<Effect>);

/// A period of days; `from` is included, `to` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) from: NaiveDate,
    pub(super) to: Option<NaiveDate>,
}

impl Limit {
    fn of(due: &Due, policy: &Policy, day: NaiveDate) -> Option<Self> {
        match due {
            Due::Immediately(from) => Some(Self { count: 0, unit: Unit::Days, from: *from }),
            Due::Within(parameter, from) => Self::length(*parameter, *from, policy, day),
        }
    }

    fn length(parameter: usize, from: RunsFrom, policy: &Policy, day: NaiveDate) -> Option<Self> {
        let count = policy.value(parameter, day)?.value?;
        Some(Self { count, unit: policy.parameters.get(parameter)?.unit, from })
    }

    /// The due day of an action whose limit runs from `start`; `None` outside the calendar.
    fn day(self, start: NaiveDate) -> Option<NaiveDate> {
        match self.unit {
            Unit::Days => calendar::add_days(start, self.count),
            Unit::Months => calendar::add_months(start, self.count),
            Unit::BusinessDays => BusinessCalendar::add(start, self.count).ok(),
            Unit::Count => None,
        }
    }

    /// Whether this limit never gives a later day than the other, from any of these days.
    pub(super) fn no_later_than(self, other: Self, days: Days) -> bool {
        if self.from == RunsFrom::Learnt && other.from == RunsFrom::Occurred {
            return false;
        }
        if self.count == 0 || self.unit == other.unit {
            return self.count <= other.count;
        }
        let first = NaiveDate::from_ymd_opt(BusinessCalendar::first_year(), 1, 1);
        let last = NaiveDate::from_ymd_opt(BusinessCalendar::last_year(), 12, 31);
        let (Some(first), Some(last)) = (first, last) else { return false };
        let starts = days.from.max(first).iter_days().take_while(|d| *d <= last && days.to.is_none_or(|to| *d < to));
        // A day outside the calendar is not comparable.
        starts.into_iter().all(|d| match (self.day(d), other.day(d)) {
            (Some(here), Some(there)) => here <= there,
            _ => true,
        })
    }

    pub(super) fn in_words(self) -> String {
        let start = match self.from {
            RunsFrom::Learnt => "it was learnt",
            RunsFrom::Occurred => "it happened",
        };
        match self.count {
            0 => format!("on the day {start}"),
            count => format!("{count} {} after {start}", self.unit.name().replace('_', " ")),
        }
    }
}

impl Effect {
    /// Whether this effect is the same as the other, or stronger.
    pub(super) fn covers(self, other: Self, days: Days) -> bool {
        match (self, other) {
            (Self::Level(g, s, level), Self::Level(og, os, least)) => (g, s) == (og, os) && level >= least,
            (Self::Priority(a, about, p), Self::Priority(oa, oabout, op)) => (a, about) == (oa, oabout) && p <= op,
            (Self::Due(a, about, l), Self::Due(oa, oabout, ol))
            | (Self::Round(a, about, l), Self::Round(oa, oabout, ol)) => {
                (a, about) == (oa, oabout) && l.no_later_than(ol, days)
            }
            (Self::Until(a, about, until), Self::Until(oa, oabout, ountil)) => {
                (a, about) == (oa, oabout) && (until.is_none() || until == ountil)
            }
            (a, b) => a == b,
        }
    }

    pub(super) fn in_words(self) -> String {
        let words = |t: &str| t.replace('_', " ");
        let about = |about: About| match about {
            About::Case => String::new(),
            other => format!(" for {}", words(other.name())),
        };
        match self {
            Self::Level(group, setting, level) => {
                format!("the level {} for {} in {setting}", words(level.name()), words(group.name()))
            }
            Self::Action(a, of) => format!("`{a}`{}", about(of)),
            Self::Priority(a, of, p) => format!("`{a}`{} as {}", about(of), words(p.name())),
            Self::Due(a, of, limit) => format!("`{a}`{} due {}", about(of), limit.in_words()),
            Self::Until(a, of, Some(kind)) => format!("`{a}`{} until {}", about(of), words(kind.name())),
            Self::Until(a, of, None) => format!("`{a}`{} until it is answered", about(of)),
            Self::Round(a, of, limit) => {
                format!("`{a}`{} every {} {}", about(of), limit.count, words(limit.unit.name()))
            }
            Self::Flag(register, true) => format!("the flag {register} set"),
            Self::Flag(register, false) => format!("the flag {register} not set"),
            Self::Review(group) => format!("a review of {}", words(group.name())),
        }
    }
}

/// The effects of a rule on a day, entry by entry.
pub(super) fn of_rule(rule: &Rule, policy: &Policy, day: NaiveDate) -> Vec<EffectEntry> {
    let levels = rule.indicate.iter().map(|i| EffectEntry(vec![Effect::Level(i.group, i.setting, i.level)]));
    let actions = rule.require.iter().map(|q| required(q, rule, policy, day));
    let flags = rule.flag.iter().map(|f| EffectEntry(vec![Effect::Flag(f.register, f.should_be_set)]));
    levels.chain(actions).chain(flags).collect()
}

fn required(q: &Requires, rule: &Rule, policy: &Policy, day: NaiveDate) -> EffectEntry {
    let mut effects = vec![Effect::Action(q.action, q.about), Effect::Priority(q.action, q.about, q.priority)];
    let limit = q.due.as_ref().and_then(|due| Limit::of(due, policy, day));
    effects.extend(limit.map(|limit| Effect::Due(q.action, q.about, limit)));
    effects.push(Effect::Until(q.action, q.about, rule.until));
    if q.action == ActionKind::ReviewRisk {
        let indicated: Vec<Group> = rule.indicate.iter().map(|i| i.group).collect();
        effects.extend(reviewed(&rule.review, &indicated).into_iter().map(Effect::Review));
    }
    EffectEntry(effects)
}

/// The groups put under review: those named, else those indicated, else all.
fn reviewed(named: &[Group], indicated: &[Group]) -> Vec<Group> {
    [named, indicated, Group::all()].into_iter().find(|groups| !groups.is_empty()).unwrap_or_default().to_vec()
}

/// The effects of a duty on a day. Without a limit for the first round, that round is due one period after the spell
/// begins.
pub(super) fn of_duty(duty: &Duty, policy: &Policy, day: NaiveDate) -> Vec<EffectEntry> {
    let (action, about) = (duty.action, duty.about);
    let mut effects = vec![Effect::Action(action, about), Effect::Priority(action, about, duty.priority)];
    let every = duty.every.and_then(|p| Limit::length(p, RunsFrom::Learnt, policy, day));
    let first = duty.first.as_ref().map_or(every, |due| Limit::of(due, policy, day));
    effects.extend(first.map(|limit| Effect::Due(action, about, limit)));
    effects.extend(every.map(|limit| Effect::Round(action, about, limit)));
    effects.push(Effect::Until(action, about, None));
    if action == ActionKind::ReviewRisk {
        effects.extend(reviewed(&duty.review, &[]).into_iter().map(Effect::Review));
    }
    vec![EffectEntry(effects)]
}
