//! The combinations of facts that conditions can tell apart: each fact's values parted just where a condition parts them.
//!
//! A number becomes the intervals between the limits that it is compared with, parameters read as they stand on the day.
//! A list becomes, for each set of its words that conditions treat alike, whether it has one of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::region::{Region, Undecided};
use risk_core::event::{Field, Kind, Shape};
use risk_core::policy::compile::intervals;
use risk_core::policy::event_field::{EventField, event_field};
use risk_core::policy::fact::{Domain, Fact};
use risk_core::policy::model::{Atom, Clause, EventSelector, Policy, Test};

/// When rules speak: on an event of a kind, or (duties) while a state holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    /// On an event.
    On(EventSelector),
    /// While it is so.
    Standing,
}

/// A fact, or a part of the question whether a list has some words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dimension {
    /// The fact, by its place in the policy's list.
    pub(super) fact: usize,
    /// Its values.
    pub(super) cells: Cells,
}

/// The values that conditions tell apart, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cells {
    /// One for each word.
    Words(Vec<&'static str>),
    /// One for each level, unknown first.
    Levels,
    /// Intervals of numbers, both ends included, and last perhaps `never` (or: left out).
    Numbers(Vec<(u32, u32)>, bool),
    /// Without and with one of these words of a list.
    Has(u64),
}

const WITHOUT: u128 = 0b01;
const WITH: u128 = 0b10;

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Words(words) => words.len(),
            Self::Levels => risk_core::policy::fact::level_names().len(),
            Self::Numbers(intervals, never) => intervals.len().saturating_add(usize::from(*never)),
            Self::Has(_) => 2,
        }
    }

    /// One bit for each.
    pub(super) fn all(&self) -> u128 {
        let over = u128::BITS.saturating_sub(u32::try_from(self.len()).unwrap_or(u128::BITS));
        u128::MAX.checked_shr(over).unwrap_or(0)
    }

    /// The values that stand in an order, each as its bit, from the least; unknown and never have no place in it.
    pub(super) fn ordered(&self) -> Vec<u128> {
        let places = match self {
            Self::Levels => 1..self.len(),
            Self::Numbers(intervals, _) => 0..intervals.len(),
            Self::Words(_) | Self::Has(_) => 0..0,
        };
        places.map(bit).collect()
    }
}

pub(super) fn bit(place: usize) -> u128 {
    u32::try_from(place).ok().and_then(|n| 1_u128.checked_shl(n)).unwrap_or(0)
}

/// The bits below that one.
pub(super) fn bits_below(one: u128) -> u128 {
    one.saturating_sub(1)
}

/// The combinations of facts at one moment on one day.
#[derive(Debug)]
pub(super) struct Space<'a> {
    pub(super) policy: &'a Policy,
    pub(super) moment: Moment,
    day: NaiveDate,
    pub(super) dimensions: Vec<Dimension>,
}

/// A fact's values as that kind of event has them, with the least of a number and whether it may be left out.
struct Values {
    domain: Domain,
    least: u32,
    may_be_never: bool,
}

impl Values {
    fn of(fact: &Fact, moment: Moment) -> Option<Self> {
        let (Fact::Event(field), Moment::On(kind)) = (fact, moment) else {
            let may_be_never = matches!(fact, Fact::DaysSince { .. });
            return Some(Self { domain: fact.domain(), least: 0, may_be_never });
        };
        let EventField { domain, may_be_absent } = event_field(kind, *field)?;
        Some(Self { domain, least: least(kind, *field), may_be_never: may_be_absent })
    }
}

fn least(kind: EventSelector, field: Field) -> u32 {
    let of = |kind: Kind| kind.spec().fields.iter().find(|f| f.field == field).map(|f| (f.shape)());
    match kind {
        EventSelector::Kind(kind) => match of(kind) {
            Some(Shape::Integer { min, .. }) => u32::try_from(min).unwrap_or(0),
            _ => 0,
        },
        EventSelector::Derived(_) | EventSelector::Unrecognised => 0,
    }
}

impl<'a> Space<'a> {
    /// The combinations that these conditions can tell apart. Undecided where a number is compared with too many limits.
    pub(super) fn of<'c>(
        policy: &'a Policy,
        moment: Moment,
        day: NaiveDate,
        clauses: impl IntoIterator<Item = &'c Clause>,
    ) -> Result<Self, Undecided> {
        let mut asked: BTreeMap<usize, Vec<&Test>> = BTreeMap::new();
        for atom in clauses.into_iter().flat_map(|c| &c.0) {
            asked.entry(atom.fact).or_default().push(&atom.test);
        }
        let mut space = Self { policy, moment, day, dimensions: Vec::new() };
        for (fact, tests) in asked {
            let dimensions = space.dimensions_of(fact, &tests);
            space.dimensions.extend(dimensions.into_iter().map(|cells| Dimension { fact, cells }));
        }
        let bits = usize::try_from(u128::BITS).unwrap_or(0);
        if space.dimensions.iter().any(|d| d.cells.len() > bits) { Err(Undecided) } else { Ok(space) }
    }

    fn dimensions_of(&self, fact: usize, tests: &[&Test]) -> Vec<Cells> {
        let Some(values) = self.policy.facts.get(fact).and_then(|f| Values::of(f, self.moment)) else { return vec![] };
        match values.domain {
            Domain::Terms(words) => vec![Cells::Words(words)],
            Domain::Level => vec![Cells::Levels],
            Domain::ManyTerms(words) => alike(words.len(), tests).into_iter().map(Cells::Has).collect(),
            Domain::Number { max } => {
                let limits = tests
                    .iter()
                    .flat_map(|t| self.numbers(t, max))
                    .flat_map(|(low, high)| [Some(low), high.checked_add(1)].into_iter().flatten());
                let begins: BTreeSet<u32> =
                    limits.filter(|n| (values.least..=max).contains(n)).chain([values.least]).collect();
                let ends = begins.iter().skip(1).map(|n| n.saturating_sub(1)).chain([max]);
                vec![Cells::Numbers(begins.iter().copied().zip(ends).collect(), values.may_be_never)]
            }
        }
    }

    /// The parameter's value on the day; `None` where it is unset.
    pub(super) fn value(&self, parameter: usize) -> Option<u32> {
        self.policy.value(parameter, self.day)?.value
    }

    /// The numbers that pass the comparison on the day.
    fn numbers(&self, test: &Test, max: u32) -> Vec<(u32, u32)> {
        let pairs = |tests: Vec<Test>| -> Vec<(u32, u32)> {
            tests.iter().filter_map(|t| if let Test::Between(a, b) = t { Some((*a, *b)) } else { None }).collect()
        };
        match test {
            Test::Between(low, high) => vec![(*low, *high)],
            Test::Never(false) => vec![(0, max)],
            Test::Compare(how, parameter) => {
                self.value(*parameter).map(|n| pairs(intervals(*how, n, max))).unwrap_or_default()
            }
            Test::Never(true) | Test::In(_) | Test::Has(_) | Test::HasNone(_) => vec![],
        }
    }

    /// Every combination.
    pub(super) fn whole(&self) -> Option<Region> {
        Region::new(self.dimensions.iter().map(|d| d.cells.all()).collect())
    }

    /// Where all of these comparisons hold.
    pub(super) fn holds(&self, atoms: &[Atom]) -> Vec<Region> {
        atoms.iter().fold(self.whole().into_iter().collect(), |regions: Vec<Region>, atom| {
            let parts = self.passes(atom);
            regions
                .iter()
                .flat_map(|r| {
                    parts.iter().filter_map(|(dimension, cells)| r.with(*dimension, r.along(*dimension) & cells))
                })
                .collect()
        })
    }

    /// The parts where one comparison holds, each as a dimension with its cells; `Has` is any of several, all else one.
    fn passes(&self, atom: &Atom) -> Vec<(usize, u128)> {
        let here = self.dimensions.iter().enumerate().filter(|(_, d)| d.fact == atom.fact);
        match &atom.test {
            Test::Has(words) => {
                let asked = here.filter(|(_, d)| matches!(&d.cells, Cells::Has(set) if set & words != 0));
                asked.map(|(place, _)| (place, WITH)).collect()
            }
            test => here.map(|(place, d)| (place, self.cells(&d.cells, test))).collect(),
        }
    }

    pub(super) fn cells(&self, cells: &Cells, test: &Test) -> u128 {
        match (cells, test) {
            (Cells::Words(_) | Cells::Levels, Test::In(mask)) => u128::from(*mask) & cells.all(),
            (Cells::Numbers(of, never), test) => {
                let max = of.last().map_or(0, |(_, high)| *high);
                let passing = self.numbers(test, max);
                let inside = |n: u32| passing.iter().any(|(low, high)| (*low..=*high).contains(&n));
                let never = if *never && matches!(test, Test::Never(true)) { bit(of.len()) } else { 0 };
                let numbers = of.iter().enumerate().filter(|(_, (low, _))| inside(*low)).map(|(place, _)| bit(place));
                numbers.fold(never, |all, one| all | one)
            }
            (Cells::Words(_) | Cells::Levels | Cells::Has(_), Test::Between(0, u32::MAX)) => cells.all(),
            _ => 0,
        }
    }

    /// Where a condition holds.
    pub(super) fn condition(&self, clauses: &[Clause]) -> Vec<Region> {
        clauses.iter().flat_map(|c| self.clause(c)).collect()
    }

    /// Where one alternative holds.
    pub(super) fn clause(&self, clause: &Clause) -> Vec<Region> {
        // A list without any of several words is one box: each set of words that are treated alike is missing.
        let (none, others): (Vec<Atom>, Vec<Atom>) =
            clause.0.iter().cloned().partition(|a| matches!(a.test, Test::HasNone(_)));
        let without = |region: Region| {
            none.iter().try_fold(region, |region, atom| {
                let Test::HasNone(words) = atom.test else { return Some(region) };
                self.dimensions.iter().enumerate().try_fold(region, |region, (place, d)| match &d.cells {
                    Cells::Has(set) if d.fact == atom.fact && set & words != 0 => {
                        region.with(place, region.along(place) & WITHOUT)
                    }
                    _ => Some(region),
                })
            })
        };
        self.holds(&others).into_iter().filter_map(without).collect()
    }
}

/// The sets of words that the tests treat alike, each as a mask; words that none of them names are left out.
fn alike(words: usize, tests: &[&Test]) -> Vec<u64> {
    let masks: Vec<u64> = tests
        .iter()
        .filter_map(|t| match t {
            Test::Has(mask) | Test::HasNone(mask) => Some(*mask),
            Test::In(_) | Test::Between(..) | Test::Compare(..) | Test::Never(_) => None,
        })
        .collect();
    let mut sets: BTreeMap<Vec<bool>, u64> = BTreeMap::new();
    for word in (0..words).filter_map(|place| u64::try_from(bit(place)).ok()) {
        let named: Vec<bool> = masks.iter().map(|m| m & word != 0).collect();
        if named.contains(&true) {
            let set = sets.entry(named).or_default();
            *set |= word;
        }
    }
    sets.into_values().collect()
}
