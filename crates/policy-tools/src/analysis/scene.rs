//! Who speaks when: for each stretch of days in which the policy stays the same, and each kind of event, its rules.

use chrono::NaiveDate;

use super::effect::{self, Days, Effect, Item};
use super::implied::impossible;
use super::region::{Region, Undecided, outside};
use super::space::{Moment, Space};
use risk_core::policy::model::{Clause, Policy};

/// A rule or a duty at a moment.
#[derive(Debug)]
pub(super) struct Speaker<'a> {
    pub(super) id: &'a str,
    pub(super) clauses: &'a [Clause],
    /// Where it holds; what no case can be in is left out.
    pub(super) regions: Vec<Region>,
    /// What it brings.
    pub(super) items: Vec<Item>,
}

impl Speaker<'_> {
    /// Every effect.
    pub(super) fn effects(&self) -> impl Iterator<Item = Effect> {
        self.items.iter().flat_map(|i| i.0.iter().copied())
    }
}

/// A kind of event (or the standing state) on days on which the policy stays the same.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) days: Days,
    pub(super) space: Space<'a>,
    /// The rules that listen, in the policy's order.
    pub(super) speakers: Vec<Speaker<'a>>,
    /// Where no case can be.
    pub(super) impossible: Vec<Region>,
}

/// A rule or a duty as the policy has it.
struct Entry<'a> {
    id: &'a str,
    moments: Vec<Moment>,
    clauses: &'a [Clause],
    items: Vec<Item>,
}

/// The stretches of days in which neither a rule nor a value changes; with `at`, the one that it lies in.
pub(super) fn epochs(policy: &Policy, at: Option<NaiveDate>) -> Vec<Days> {
    let begins: Vec<NaiveDate> = policy.boundaries().into_iter().collect();
    let ends = begins.iter().skip(1).copied().map(Some).chain([None]);
    let all = begins.iter().copied().zip(ends).map(|(from, to)| Days { from, to });
    all.filter(|days| at.is_none_or(|day| days.from <= day && days.to.is_none_or(|to| day < to))).collect()
}

fn entries(policy: &Policy, day: NaiveDate) -> Vec<Entry<'_>> {
    let rules = policy.rules.iter().filter(|r| policy.in_force(r.effective, &r.localities, day)).map(|r| {
        let mut moments: Vec<Moment> = r.on.iter().map(|kind| Moment::On(*kind)).collect();
        moments.sort_unstable();
        moments.dedup();
        Entry { id: &r.id, moments, clauses: &r.when.clauses, items: effect::of_rule(r, policy, day) }
    });
    let duties = policy.duties.iter().filter(|d| policy.in_force(d.effective, &d.localities, day)).map(|d| Entry {
        id: &d.id,
        moments: vec![Moment::Standing],
        clauses: &d.holds.clauses,
        items: effect::of_duty(d, policy, day),
    });
    rules.chain(duties).collect()
}

/// Every scene of a stretch of days; in place of one that could not be worked out, its moment.
pub(super) fn scenes(policy: &Policy, days: Days) -> Vec<Result<Scene<'_>, Moment>> {
    let entries = entries(policy, days.from);
    let mut moments: Vec<Moment> = entries.iter().flat_map(|e| e.moments.iter().copied()).collect();
    moments.sort_unstable();
    moments.dedup();
    let scene = |moment| Scene::of(policy, days, moment, &entries, &[]).map_err(|Undecided| moment);
    moments.into_iter().map(scene).collect()
}

/// The rules of two policies on one kind of event, in a space that can tell apart what either tells apart.
pub(super) fn both<'a>(
    first: &'a Policy,
    second: &'a Policy,
    days: Days,
    moment: Moment,
) -> Result<(Scene<'a>, Vec<Speaker<'a>>), Undecided> {
    let (here, there) = (entries(first, days.from), entries(second, days.from));
    let scene = Scene::of(first, days, moment, &here, &there)?;
    let speakers = scene.speakers_of(&there)?;
    Ok((scene, speakers))
}

impl<'a> Scene<'a> {
    fn of(
        policy: &'a Policy,
        days: Days,
        moment: Moment,
        entries: &[Entry<'a>],
        besides: &[Entry<'a>],
    ) -> Result<Self, Undecided> {
        let here = entries.iter().chain(besides).filter(|e| e.moments.contains(&moment));
        let space = Space::of(policy, moment, days.from, here.flat_map(|e| e.clauses))?;
        let mut scene = Self::bare(days, space);
        scene.speakers = scene.speakers_of(entries)?;
        Ok(scene)
    }

    /// A scene without speakers.
    pub(super) fn bare(days: Days, space: Space<'a>) -> Self {
        let impossible = impossible(&space);
        Self { days, space, speakers: Vec::new(), impossible }
    }

    fn speakers_of(&self, entries: &[Entry<'a>]) -> Result<Vec<Speaker<'a>>, Undecided> {
        let here = entries.iter().filter(|e| e.moments.contains(&self.space.moment));
        here.map(|e| {
            let regions = self.possible(self.space.condition(e.clauses))?;
            Ok(Speaker { id: e.id, clauses: e.clauses, regions, items: e.items.clone() })
        })
        .collect()
    }

    /// Those of the boxes that some case can be in.
    pub(super) fn possible(&self, regions: Vec<Region>) -> Result<Vec<Region>, Undecided> {
        let none: Vec<&Region> = self.impossible.iter().collect();
        let mut kept = Vec::new();
        for region in regions {
            if region.outside(&none)?.is_some() {
                kept.push(region);
            }
        }
        Ok(kept)
    }

    /// A part of the boxes, that some case can be in, and that none of the others includes: made as wide within them as can
    /// be.
    pub(super) fn left(&self, of: &[Region], covers: &[&Region]) -> Result<Option<Region>, Undecided> {
        let all: Vec<&Region> = covers.iter().copied().chain(&self.impossible).collect();
        let Some(found) = outside(of, &all)? else { return Ok(None) };
        let limits = of.iter().find(|r| found.within(r));
        // What is impossible may lie in it: of what is possible there, none is included elsewhere.
        Ok(Some(limits.map_or_else(|| found.clone(), |limits| found.widened(limits, covers))))
    }

    /// Where speakers bring an effect as strong as this.
    pub(super) fn brought<'s>(&self, effect: Effect, by: impl IntoIterator<Item = &'s Speaker<'s>>) -> Vec<&'s Region> {
        let strong = |s: &&Speaker<'_>| s.effects().any(|e| e.covers(effect, self.days));
        by.into_iter().filter(strong).flat_map(|s| &s.regions).collect()
    }
}

impl Moment {
    /// As a policy writes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::On(kind) => kind.name(),
            Self::Standing => "while",
        }
    }
}
