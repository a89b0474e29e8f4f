//! How two policies differ in effect, for any facts: levels, actions, due dates, priorities, reviews, flags, and what
//! closes an action. Each difference has a witness: facts for which the policies differ.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::effect::{Days, Effect};
use super::joint::joint;
use super::region::{Region, Undecided};
use super::situation::{ActiveRule, Situation, both};
use super::space::{Space, Timing};
use super::words::in_words;
use risk_core::event::vocabulary::ActionKind;
use risk_core::event::{Kind, Term};
use risk_core::policy::model::{EventSelector, Policy};
use risk_core::vocabulary;

vocabulary! {
    /// The aspect of an answer that differs.
    Aspect {
        /// An indicated level.
        Level,
        /// Whether an action is required.
        Action,
        /// The priority of an action.
        Priority,
        /// The due date of an action.
        Due,
        /// The length of a round of a duty.
        Round,
        /// What ends the need for an action without an answer: an event named by `until`, or a death.
        Until,
        /// Whether a group is put under review.
        Review,
        /// Whether a flag should be set.
        Flag,
        /// Which events close an action.
        Closing,
    }
    /// Whether the second policy protects less or more.
    Protection { Less, More }
}

/// An effect that one policy has and the other lacks, for some facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The aspect of an answer that differs.
    pub matter: Aspect,
    /// Whether the second policy protects less, or more.
    pub second_protects: Protection,
    /// The kind of event; `while` for duties.
    pub on: String,
    /// The first day of the difference.
    pub from: NaiveDate,
    /// The day after the last day of the difference.
    pub to: Option<NaiveDate>,
    /// The effect of the one policy, in words.
    pub brings: String,
    /// The effect of the other policy instead, in words; `null` if it has none of the same aspect.
    pub instead: Option<String>,
    /// The rules or duties of the one policy that have the effect.
    pub rules: Vec<String>,
    /// The witness: facts for which the policies differ, as conditions of the policy language. It is minimal.
    pub witness: Vec<String>,
    /// The witness in words.
    pub in_words: Vec<String>,
}

/// How two policies differ in effect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Differences {
    /// One entry for each aspect, kind of event, subject and period.
    pub differences: Vec<Difference>,
    /// Kinds of event for which the comparison exceeded its limit of steps; nothing is known about them.
    pub undecided: Vec<String>,
}

impl Differences {
    /// The differences in which the second policy protects less. Flags are not counted, because a flag alone protects
    /// no one.
    pub fn less(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|d| d.second_protects == Protection::Less && d.matter != Aspect::Flag)
    }

    /// Whether the second policy, for any facts, indicates no lower level, drops no action and no review, gives no
    /// later due date, longer round or lower priority, and lets no event close an action that stays open under the
    /// first. `None` if no counterexample was found but part of the comparison is undecided.
    #[must_use]
    pub fn at_least_as_protective(&self) -> Option<bool> {
        match (self.less().next(), self.undecided.is_empty()) {
            (Some(_), _) => Some(false),
            (None, true) => Some(true),
            (None, false) => None,
        }
    }
}

/// Compares the effects of two policies.
#[must_use]
pub fn differences(first: &Policy, second: &Policy) -> Differences {
    let begins: BTreeSet<NaiveDate> = first.boundaries().union(&second.boundaries()).copied().collect();
    let ends = begins.iter().skip(1).copied().map(Some).chain([None]);
    let mut all = Differences::default();
    for days in begins.iter().copied().zip(ends).map(|(from, to)| Days { from, to }) {
        let (here, there) = joint(first, second, days.from);
        for timing in timings(&here, &there) {
            match at_timing(&here, &there, days, timing) {
                Ok(found) => found.into_iter().for_each(|d| all.add(d)),
                Err(Undecided) => all.undecided.push(format!("{} from {}", timing.name(), days.from)),
            }
        }
        match closings(&here, &there, days) {
            Ok(found) => found.into_iter().for_each(|d| all.add(d)),
            Err(Undecided) => all.undecided.push(format!("what closes actions, from {}", days.from)),
        }
    }
    all
}

impl Differences {
    /// Adds a difference, or extends the same difference of the period before.
    fn add(&mut self, new: Difference) {
        let same = |d: &Difference| Difference { from: new.from, to: new.to, ..d.clone() } == new;
        match self.differences.iter_mut().find(|d| d.to == Some(new.from) && same(d)) {
            Some(before) => before.to = new.to,
            None => self.differences.push(new),
        }
    }
}

fn timings(first: &Policy, second: &Policy) -> BTreeSet<Timing> {
    let kinds = first.rules.iter().chain(&second.rules).flat_map(|r| r.on.iter().map(|kind| Timing::On(*kind)));
    kinds.chain([Timing::While]).collect()
}

fn at_timing(first: &Policy, second: &Policy, days: Days, timing: Timing) -> Result<Vec<Difference>, Undecided> {
    let (situation, others) = both(first, second, days, timing)?;
    let mut found = one_way(&situation, &situation.rules, &others, Protection::Less)?;
    found.extend(one_way(&situation, &others, &situation.rules, Protection::More)?);
    Ok(found)
}

/// The effects that one side has and the other lacks.
fn one_way(
    situation: &Situation<'_>,
    one: &[ActiveRule<'_>],
    other: &[ActiveRule<'_>],
    way: Protection,
) -> Result<Vec<Difference>, Undecided> {
    // The strongest effect of each aspect first: one difference for each aspect and subject is enough.
    let effects: BTreeSet<Effect> = one.iter().flat_map(ActiveRule::effects).collect();
    let mut effects: Vec<Effect> = effects.into_iter().collect();
    effects.sort_by_key(|e| std::cmp::Reverse(matches!(e, Effect::Level(..)).then_some(*e)));
    let (mut found, mut reported): (Vec<Difference>, BTreeSet<(Aspect, String)>) = (Vec::new(), BTreeSet::new());
    for effect in effects {
        if reported.contains(&(effect.aspect(), effect.subject())) {
            continue;
        }
        let Some(region) = lost(situation, effect, one, other)? else { continue };
        reported.insert((effect.aspect(), effect.subject()));
        let brings = |s: &&ActiveRule<'_>| s.effects().any(|e| e.covers(effect, situation.days));
        let rules = one.iter().filter(brings).filter(|s| s.regions.iter().any(|r| r.meet(&region).is_some()));
        let rules: BTreeSet<String> = rules.map(|s| s.id.to_owned()).collect();
        let witness = situation.space.conditions(&region);
        found.push(Difference {
            matter: effect.aspect(),
            second_protects: way,
            on: situation.space.timing.name().to_owned(),
            from: situation.days.from,
            to: situation.days.to,
            brings: effect.in_words(),
            instead: instead(situation, effect, &region, other).map(Effect::in_words),
            rules: rules.into_iter().collect(),
            in_words: witness.iter().map(|c| in_words(c, situation.space.policy)).collect(),
            witness,
        });
    }
    Ok(found)
}

/// The facts for which one side has the effect and the other has none as strong. Priorities and due dates are
/// compared only where both sides require the action.
fn lost(
    situation: &Situation<'_>,
    effect: Effect,
    one: &[ActiveRule<'_>],
    other: &[ActiveRule<'_>],
) -> Result<Option<Region>, Undecided> {
    let here = situation.brought(effect, one).into_iter();
    let within: Vec<Region> = match effect {
        Effect::Priority(action, about, _)
        | Effect::Due(action, about, _)
        | Effect::Until(action, about, _)
        | Effect::Round(action, about, _) => {
            let there = situation.brought(Effect::Action(action, about), other);
            here.flat_map(|r| there.iter().filter_map(|o| r.meet(o))).collect()
        }
        Effect::Level(..) | Effect::Action(..) | Effect::Flag(..) | Effect::Review(_) => here.cloned().collect(),
    };
    situation.left(&within, &situation.brought(effect, other))
}

/// The strongest effect of the same aspect that the other side has throughout the region.
fn instead(situation: &Situation<'_>, effect: Effect, region: &Region, other: &[ActiveRule<'_>]) -> Option<Effect> {
    let there = other.iter().filter(|s| s.regions.iter().any(|r| region.within(r)));
    let same = there
        .flat_map(ActiveRule::effects)
        .filter(|e| e.aspect() == effect.aspect() && e.subject() == effect.subject());
    same.reduce(|best, next| if next.covers(best, situation.days) { next } else { best })
}

impl Effect {
    fn aspect(self) -> Aspect {
        match self {
            Self::Level(..) => Aspect::Level,
            Self::Action(..) => Aspect::Action,
            Self::Priority(..) => Aspect::Priority,
            Self::Due(..) => Aspect::Due,
            Self::Until(..) => Aspect::Until,
            Self::Round(..) => Aspect::Round,
            Self::Flag(..) => Aspect::Flag,
            Self::Review(_) => Aspect::Review,
        }
    }

    /// The subject of the effect: the group, the action or the flag.
    fn subject(self) -> String {
        match self {
            Self::Level(group, setting, _) => format!("{group} {setting}"),
            Self::Action(a, about)
            | Self::Priority(a, about, _)
            | Self::Due(a, about, _)
            | Self::Until(a, about, _)
            | Self::Round(a, about, _) => {
                format!("{a} {about}")
            }
            Self::Flag(register, set) => format!("{register} {set}"),
            Self::Review(group) => group.name().to_owned(),
        }
    }
}

/// Events that close an action in one policy and leave it open in the other. An action that only one policy defines
/// is reported under [`Aspect::Action`].
fn closings(first: &Policy, second: &Policy, days: Days) -> Result<Vec<Difference>, Undecided> {
    let mut found = Vec::new();
    for action in first.actions.iter().map(|a| a.action).filter(|a| second.action(*a).is_some()) {
        // Closing an action that the first policy keeps open protects less.
        found.extend(closing(action, second, first, days, Protection::Less)?);
        found.extend(closing(action, first, second, days, Protection::More)?);
        found.extend(ending_with_death(action, second, first, days, Protection::Less));
        found.extend(ending_with_death(action, first, second, days, Protection::More));
    }
    Ok(found)
}

/// An action that a death supersedes in one policy and leaves open in the other.
fn ending_with_death(
    action: ActionKind,
    one: &Policy,
    other: &Policy,
    days: Days,
    way: Protection,
) -> Option<Difference> {
    let ends = |policy: &Policy| policy.action(action).is_some_and(|a| a.ends_with_death);
    (ends(one) && !ends(other)).then(|| Difference {
        matter: Aspect::Until,
        second_protects: way,
        on: Kind::PersonDied.name().to_owned(),
        from: days.from,
        to: days.to,
        brings: format!("`{action}` is superseded once the person has died"),
        instead: Some(format!("`{action}` stays open")),
        rules: vec![],
        witness: vec![],
        in_words: vec![],
    })
}

fn closing(
    action: ActionKind,
    one: &Policy,
    other: &Policy,
    days: Days,
    way: Protection,
) -> Result<Vec<Difference>, Undecided> {
    let triggers = |policy: &'_ Policy| policy.action(action).map(|a| a.closed_by.clone()).unwrap_or_default();
    let (ours, theirs) = (triggers(one), triggers(other));
    let kinds: BTreeSet<_> = ours.iter().flat_map(|t| t.on.iter().copied()).collect();
    let mut found = Vec::new();
    for kind in kinds {
        let timing = Timing::On(EventSelector::Kind(kind));
        let here = ours.iter().filter(|t| t.on.contains(&kind)).flat_map(|t| &t.when.clauses);
        let there = theirs.iter().filter(|t| t.on.contains(&kind)).flat_map(|t| &t.when.clauses);
        let space = Space::of(one, timing, days.from, here.clone().chain(there.clone()))?;
        let situation = Situation::bare(days, space);
        let closes: Vec<Region> = here.flat_map(|c| situation.space.clause(c)).collect();
        let also: Vec<Region> = there.flat_map(|c| situation.space.clause(c)).collect();
        let Some(region) = situation.left(&closes, &also.iter().collect::<Vec<_>>())? else { continue };
        let witness = situation.space.conditions(&region);
        found.push(Difference {
            matter: Aspect::Closing,
            second_protects: way,
            on: kind.name().to_owned(),
            from: days.from,
            to: days.to,
            brings: format!("`{action}` is closed"),
            instead: Some(format!("`{action}` stays open")),
            rules: vec![],
            in_words: witness.iter().map(|c| in_words(c, one)).collect(),
            witness,
        });
    }
    Ok(found)
}
