//! The rules that apply to each kind of event, in each period in which the policy does not change.

use chrono::NaiveDate;

use super::effect::{self, Days, Effect, EffectEntry};
use super::implied::impossible;
use super::region::{Region, Undecided, outside};
use super::space::{Space, Timing};
use risk_core::policy::model::{Clause, Policy};

/// A rule or duty that applies in a situation.
#[derive(Debug)]
pub(super) struct ActiveRule<'a> {
    pub(super) id: &'a str,
    pub(super) clauses: &'a [Clause],
    /// The facts for which it holds, without impossible ones.
    pub(super) regions: Vec<Region>,
    /// Its effects.
    pub(super) items: Vec<EffectEntry>,
}

impl ActiveRule<'_> {
    /// Every effect.
    pub(super) fn effects(&self) -> impl Iterator<Item = Effect> {
        self.items.iter().flat_map(|i| i.0.iter().copied())
    }
}

/// A kind of event, or the current state for duties, in a period in which the policy does not change.
#[derive(Debug)]
pub(super) struct Situation<'a> {
    pub(super) days: Days,
    pub(super) space: Space<'a>,
    /// The rules that respond, in the policy's order.
    pub(super) rules: Vec<ActiveRule<'a>>,
    /// Combinations of facts that no case can have.
    pub(super) impossible: Vec<Region>,
}

/// A rule or duty as the policy defines it.
struct PolicyEntry<'a> {
    id: &'a str,
    timings: Vec<Timing>,
    clauses: &'a [Clause],
    items: Vec<EffectEntry>,
}

/// The periods in which no rule and no value changes; with `at`, only the period that contains it.
pub(super) fn epochs(policy: &Policy, at: Option<NaiveDate>) -> Vec<Days> {
    let begins: Vec<NaiveDate> = policy.boundaries().into_iter().collect();
    let ends = begins.iter().skip(1).copied().map(Some).chain([None]);
    let all = begins.iter().copied().zip(ends).map(|(from, to)| Days { from, to });
    all.filter(|days| at.is_none_or(|day| days.from <= day && days.to.is_none_or(|to| day < to))).collect()
}

fn entries(policy: &Policy, day: NaiveDate) -> Vec<PolicyEntry<'_>> {
    let rules = policy.rules.iter().filter(|r| policy.in_force(r.effective, &r.localities, day)).map(|r| {
        let mut timings: Vec<Timing> = r.on.iter().map(|kind| Timing::On(*kind)).collect();
        timings.sort_unstable();
        timings.dedup();
        PolicyEntry { id: &r.id, timings, clauses: &r.when.clauses, items: effect::of_rule(r, policy, day) }
    });
    let duties =
        policy.duties.iter().filter(|d| policy.in_force(d.effective, &d.localities, day)).map(|d| PolicyEntry {
            id: &d.id,
            timings: vec![Timing::While],
            clauses: &d.holds.clauses,
            items: effect::of_duty(d, policy, day),
        });
    rules.chain(duties).collect()
}

/// Every situation of a period; for one that could not be worked out, its timing.
pub(super) fn situations(policy: &Policy, days: Days) -> Vec<Result<Situation<'_>, Timing>> {
    let entries = entries(policy, days.from);
    let mut timings: Vec<Timing> = entries.iter().flat_map(|e| e.timings.iter().copied()).collect();
    timings.sort_unstable();
    timings.dedup();
    let situation = |timing| Situation::of(policy, days, timing, &entries, &[]).map_err(|Undecided| timing);
    timings.into_iter().map(situation).collect()
}

/// The rules of two policies on one kind of event, in a space that distinguishes whatever either policy
/// distinguishes.
pub(super) fn both<'a>(
    first: &'a Policy,
    second: &'a Policy,
    days: Days,
    timing: Timing,
) -> Result<(Situation<'a>, Vec<ActiveRule<'a>>), Undecided> {
    let (here, there) = (entries(first, days.from), entries(second, days.from));
    let situation = Situation::of(first, days, timing, &here, &there)?;
    let rules = situation.rules_of(&there)?;
    Ok((situation, rules))
}

impl<'a> Situation<'a> {
    fn of(
        policy: &'a Policy,
        days: Days,
        timing: Timing,
        entries: &[PolicyEntry<'a>],
        besides: &[PolicyEntry<'a>],
    ) -> Result<Self, Undecided> {
        let here = entries.iter().chain(besides).filter(|e| e.timings.contains(&timing));
        let space = Space::of(policy, timing, days.from, here.flat_map(|e| e.clauses))?;
        let mut situation = Self::bare(days, space);
        situation.rules = situation.rules_of(entries)?;
        Ok(situation)
    }

    /// A situation without rules.
    pub(super) fn bare(days: Days, space: Space<'a>) -> Self {
        let impossible = impossible(&space);
        Self { days, space, rules: Vec::new(), impossible }
    }

    fn rules_of(&self, entries: &[PolicyEntry<'a>]) -> Result<Vec<ActiveRule<'a>>, Undecided> {
        let here = entries.iter().filter(|e| e.timings.contains(&self.space.timing));
        here.map(|e| {
            let regions = self.possible(self.space.condition(e.clauses))?;
            Ok(ActiveRule { id: e.id, clauses: e.clauses, regions, items: e.items.clone() })
        })
        .collect()
    }

    /// The boxes that contain a possible case.
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

    /// A part of the boxes that contains a possible case and that none of the others includes, widened as far as
    /// possible within them.
    pub(super) fn left(&self, of: &[Region], covers: &[&Region]) -> Result<Option<Region>, Undecided> {
        let all: Vec<&Region> = covers.iter().copied().chain(&self.impossible).collect();
        let Some(found) = outside(of, &all)? else { return Ok(None) };
        let limits = of.iter().find(|r| found.within(r));
        // The widened box may contain impossible cases, but no possible case in it is included elsewhere.
        Ok(Some(limits.map_or_else(|| found.clone(), |limits| found.widened(limits, covers))))
    }

    /// The regions in which rules have an effect at least as strong as this one.
    pub(super) fn brought<'s>(
        &self,
        effect: Effect,
        by: impl IntoIterator<Item = &'s ActiveRule<'s>>,
    ) -> Vec<&'s Region> {
        let strong = |s: &&ActiveRule<'_>| s.effects().any(|e| e.covers(effect, self.days));
        by.into_iter().filter(strong).flat_map(|s| &s.regions).collect()
    }
}

impl Timing {
    /// The name in a policy.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::On(kind) => kind.name(),
            Self::While => "while",
        }
    }
}
