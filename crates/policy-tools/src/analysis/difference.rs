//! In what two policies say otherwise, for any facts: levels, actions, due dates, priorities, reviews and flags, and what
//! closes an action. Each with the facts under which it shows.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::effect::{Days, Effect};
use super::joint::joint;
use super::region::{Region, Undecided};
use super::scene::{Scene, Speaker, both};
use super::space::{Moment, Space};
use super::words::in_words;
use risk_core::event::vocabulary::ActionKind;
use risk_core::event::{Kind, Term};
use risk_core::policy::model::{EventSelector, Policy};
use risk_core::vocabulary;

vocabulary! {
    /// What differs.
    Matter {
        /// An indicated level.
        Level,
        /// Whether an action is required.
        Action,
        /// How soon it matters.
        Priority,
        /// By when.
        Due,
        /// How long a round of a duty is.
        Round,
        /// What ends it besides an answer: an event with which the reason for it is over, or a death.
        Until,
        /// Whether a group is put under review.
        Review,
        /// Whether a flag should be set.
        Flag,
        /// Which events close an action.
        Closing,
    }
    /// Whether the second policy protects less there, or more.
    Way { Less, More }
}

/// Something that one policy brings and the other does not, for some facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What differs.
    pub matter: Matter,
    /// Whether the second policy protects less, or more.
    pub second_protects: Way,
    /// The kind of event; `while` for duties.
    pub on: String,
    /// The first day on which it is so.
    pub from: NaiveDate,
    /// The first day on which it is so no longer.
    pub to: Option<NaiveDate>,
    /// What the one policy brings, in words.
    pub brings: String,
    /// What the other brings instead, in words; `null` where nothing of the sort.
    pub instead: Option<String>,
    /// The rules or duties of the one policy that bring it.
    pub rules: Vec<String>,
    /// Facts under which it shows, as conditions of the language; none of them can be left out.
    pub witness: Vec<String>,
    /// The same in words.
    pub in_words: Vec<String>,
}

/// In what two policies say otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Differences {
    /// One for each matter, kind of event, thing that differs, and stretch of days.
    pub differences: Vec<Difference>,
    /// Kinds of event on which it would take too long to find out; nothing is known of them.
    pub undecided: Vec<String>,
}

impl Differences {
    /// Where the second policy protects less; a flag is a record and protects nobody by itself.
    pub fn less(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|d| d.second_protects == Way::Less && d.matter != Matter::Flag)
    }

    /// Whether the second policy, for any facts, indicates no lower level, drops no action and no review, gives no later due
    /// date, longer round or lower priority, and lets no event close an action that leaves it open in the first; `None` where
    /// nothing is found against it and something was left undecided.
    #[must_use]
    pub fn at_least_as_protective(&self) -> Option<bool> {
        match (self.less().next(), self.undecided.is_empty()) {
            (Some(_), _) => Some(false),
            (None, true) => Some(true),
            (None, false) => None,
        }
    }
}

/// In what the second policy says otherwise than the first.
#[must_use]
pub fn differences(first: &Policy, second: &Policy) -> Differences {
    let begins: BTreeSet<NaiveDate> = first.boundaries().union(&second.boundaries()).copied().collect();
    let ends = begins.iter().skip(1).copied().map(Some).chain([None]);
    let mut all = Differences::default();
    for days in begins.iter().copied().zip(ends).map(|(from, to)| Days { from, to }) {
        let (here, there) = joint(first, second, days.from);
        for moment in moments(&here, &there) {
            match on_moment(&here, &there, days, moment) {
                Ok(found) => found.into_iter().for_each(|d| all.add(d)),
                Err(Undecided) => all.undecided.push(format!("{} from {}", moment.name(), days.from)),
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
    /// Adds one, or lets the same of the days before go on.
    fn add(&mut self, new: Difference) {
        let same = |d: &Difference| Difference { from: new.from, to: new.to, ..d.clone() } == new;
        match self.differences.iter_mut().find(|d| d.to == Some(new.from) && same(d)) {
            Some(before) => before.to = new.to,
            None => self.differences.push(new),
        }
    }
}

fn moments(first: &Policy, second: &Policy) -> BTreeSet<Moment> {
    let kinds = first.rules.iter().chain(&second.rules).flat_map(|r| r.on.iter().map(|kind| Moment::On(*kind)));
    kinds.chain([Moment::Standing]).collect()
}

fn on_moment(first: &Policy, second: &Policy, days: Days, moment: Moment) -> Result<Vec<Difference>, Undecided> {
    let (scene, others) = both(first, second, days, moment)?;
    let mut found = one_way(&scene, &scene.speakers, &others, Way::Less)?;
    found.extend(one_way(&scene, &others, &scene.speakers, Way::More)?);
    Ok(found)
}

/// What the one side brings and the other does not.
fn one_way(
    scene: &Scene<'_>,
    one: &[Speaker<'_>],
    other: &[Speaker<'_>],
    way: Way,
) -> Result<Vec<Difference>, Undecided> {
    // The strongest of each sort first: one difference tells enough of a sort.
    let effects: BTreeSet<Effect> = one.iter().flat_map(Speaker::effects).collect();
    let mut effects: Vec<Effect> = effects.into_iter().collect();
    effects.sort_by_key(|e| std::cmp::Reverse(matches!(e, Effect::Level(..)).then_some(*e)));
    let (mut found, mut told): (Vec<Difference>, BTreeSet<(Matter, String)>) = (Vec::new(), BTreeSet::new());
    for effect in effects {
        if told.contains(&(effect.matter(), effect.thing())) {
            continue;
        }
        let Some(region) = lost(scene, effect, one, other)? else { continue };
        told.insert((effect.matter(), effect.thing()));
        let brings = |s: &&Speaker<'_>| s.effects().any(|e| e.covers(effect, scene.days));
        let rules = one.iter().filter(brings).filter(|s| s.regions.iter().any(|r| r.meet(&region).is_some()));
        let rules: BTreeSet<String> = rules.map(|s| s.id.to_owned()).collect();
        let witness = scene.space.says(&region);
        found.push(Difference {
            matter: effect.matter(),
            second_protects: way,
            on: scene.space.moment.name().to_owned(),
            from: scene.days.from,
            to: scene.days.to,
            brings: effect.in_words(),
            instead: instead(scene, effect, &region, other).map(Effect::in_words),
            rules: rules.into_iter().collect(),
            in_words: witness.iter().map(|c| in_words(c, scene.space.policy)).collect(),
            witness,
        });
    }
    Ok(found)
}

/// Where the one side brings the effect and the other nothing as strong. How soon an action matters and by when it is due
/// is compared where both require it.
fn lost(
    scene: &Scene<'_>,
    effect: Effect,
    one: &[Speaker<'_>],
    other: &[Speaker<'_>],
) -> Result<Option<Region>, Undecided> {
    let here = scene.brought(effect, one).into_iter();
    let within: Vec<Region> = match effect {
        Effect::Priority(action, about, _)
        | Effect::Due(action, about, _)
        | Effect::Until(action, about, _)
        | Effect::Round(action, about, _) => {
            let there = scene.brought(Effect::Action(action, about), other);
            here.flat_map(|r| there.iter().filter_map(|o| r.meet(o))).collect()
        }
        Effect::Level(..) | Effect::Action(..) | Effect::Flag(..) | Effect::Review(_) => here.cloned().collect(),
    };
    scene.left(&within, &scene.brought(effect, other))
}

/// The strongest of the sort that the other side brings all over the region.
fn instead(scene: &Scene<'_>, effect: Effect, region: &Region, other: &[Speaker<'_>]) -> Option<Effect> {
    let there = other.iter().filter(|s| s.regions.iter().any(|r| region.within(r)));
    let same =
        there.flat_map(Speaker::effects).filter(|e| e.matter() == effect.matter() && e.thing() == effect.thing());
    same.reduce(|best, next| if next.covers(best, scene.days) { next } else { best })
}

impl Effect {
    fn matter(self) -> Matter {
        match self {
            Self::Level(..) => Matter::Level,
            Self::Action(..) => Matter::Action,
            Self::Priority(..) => Matter::Priority,
            Self::Due(..) => Matter::Due,
            Self::Until(..) => Matter::Until,
            Self::Round(..) => Matter::Round,
            Self::Flag(..) => Matter::Flag,
            Self::Review(_) => Matter::Review,
        }
    }

    /// Of what it is the level, the date …
    fn thing(self) -> String {
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

/// Events that close an action in one policy and leave it open in the other. An action that only one has is told as an
/// action.
fn closings(first: &Policy, second: &Policy, days: Days) -> Result<Vec<Difference>, Undecided> {
    let mut found = Vec::new();
    for action in first.actions.iter().map(|a| a.action).filter(|a| second.action(*a).is_some()) {
        // What the second closes and the first does not protects less.
        found.extend(closing(action, second, first, days, Way::Less)?);
        found.extend(closing(action, first, second, days, Way::More)?);
        found.extend(ending_with_death(action, second, first, days, Way::Less));
        found.extend(ending_with_death(action, first, second, days, Way::More));
    }
    Ok(found)
}

/// An action that a death supersedes in the one policy and leaves open in the other.
fn ending_with_death(action: ActionKind, one: &Policy, other: &Policy, days: Days, way: Way) -> Option<Difference> {
    let ends = |policy: &Policy| policy.action(action).is_some_and(|a| a.ends_with_death);
    (ends(one) && !ends(other)).then(|| Difference {
        matter: Matter::Until,
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
    way: Way,
) -> Result<Vec<Difference>, Undecided> {
    let triggers = |policy: &'_ Policy| policy.action(action).map(|a| a.closed_by.clone()).unwrap_or_default();
    let (ours, theirs) = (triggers(one), triggers(other));
    let kinds: BTreeSet<_> = ours.iter().flat_map(|t| t.on.iter().copied()).collect();
    let mut found = Vec::new();
    for kind in kinds {
        let moment = Moment::On(EventSelector::Kind(kind));
        let here = ours.iter().filter(|t| t.on.contains(&kind)).flat_map(|t| &t.when.clauses);
        let there = theirs.iter().filter(|t| t.on.contains(&kind)).flat_map(|t| &t.when.clauses);
        let space = Space::of(one, moment, days.from, here.clone().chain(there.clone()))?;
        let scene = Scene::bare(days, space);
        let closes: Vec<Region> = here.flat_map(|c| scene.space.clause(c)).collect();
        let also: Vec<Region> = there.flat_map(|c| scene.space.clause(c)).collect();
        let Some(region) = scene.left(&closes, &also.iter().collect::<Vec<_>>())? else { continue };
        let witness = scene.space.says(&region);
        found.push(Difference {
            matter: Matter::Closing,
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
