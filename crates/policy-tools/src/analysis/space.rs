//! The combinations of facts that conditions can distinguish: each fact's values are split exactly where a condition
//! splits them.
//!
//! A number becomes the intervals between the limits that it is compared with, using the values of parameters on that
//! day. A list becomes, for each set of words that conditions treat alike, whether it has one of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::region::{Region, Undecided};
use risk_core::event::{Field, Kind, Shape};
use risk_core::policy::compile::intervals;
use risk_core::policy::event_field::{EventField, event_field};
use risk_core::policy::fact::{Domain, Fact};
use risk_core::policy::model::{Atom, Clause, EventSelector, Policy, Test};

/// When rules are evaluated: on an event of a kind, or (duties) while a state holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timing {
    /// On an event.
    On(EventSelector),
    /// While a state holds.
    While,
}

/// A fact, or one set of words of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dimension {
    /// The fact, as an index into the policy's list.
    pub(super) fact: usize,
    /// Its values.
    pub(super) cells: Cells,
}

/// The values that conditions distinguish, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cells {
    /// One for each word.
    Words(Vec<&'static str>),
    /// One for each level, unknown first.
    Levels,
    /// Intervals of numbers, both ends included; then, if the flag is set, `never` (or a missing value).
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

    /// All cells, one bit each.
    pub(super) fn all(&self) -> u128 {
        let over = u128::BITS.saturating_sub(u32::try_from(self.len()).unwrap_or(u128::BITS));
        u128::MAX.checked_shr(over).unwrap_or(0)
    }

    /// The ordered values, each as its bit, from the least; `unknown` and `never` are not among them.
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

/// The bits below the given one.
pub(super) fn bits_below(one: u128) -> u128 {
    one.saturating_sub(1)
}

/// The combinations of facts for one timing on one day.
#[derive(Debug)]
pub(super) struct Space<'a> {
    pub(super) policy: &'a Policy,
    pub(super) timing: Timing,
    day: NaiveDate,
    pub(super) dimensions: Vec<Dimension>,
}

/// A fact's possible values for a kind of event, with the minimum of a number and whether it may be missing.
struct Values {
    domain: Domain,
    least: u32,
    may_be_never: bool,
}

impl Values {
    fn of(fact: &Fact, timing: Timing) -> Option<Self> {
        let (Fact::Event(field), Timing::On(kind)) = (fact, timing) else {
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
    /// The combinations that these conditions can distinguish. Undecided if a number is compared with too many
    /// limits.
    pub(super) fn of<'c>(
        policy: &'a Policy,
        timing: Timing,
        day: NaiveDate,
        clauses: impl IntoIterator<Item = &'c Clause>,
    ) -> Result<Self, Undecided> {
        let mut asked: BTreeMap<usize, Vec<&Test>> = BTreeMap::new();
        for atom in clauses.into_iter().flat_map(|c| &c.0) {
            asked.entry(atom.fact).or_default().push(&atom.test);
        }
        let mut space = Self { policy, timing, day, dimensions: Vec::new() };
        for (fact, tests) in asked {
            let dimensions = space.dimensions_of(fact, &tests);
            space.dimensions.extend(dimensions.into_iter().map(|cells| Dimension { fact, cells }));
        }
        let bits = usize::try_from(u128::BITS).unwrap_or(0);
        if space.dimensions.iter().any(|d| d.cells.len() > bits) { Err(Undecided) } else { Ok(space) }
    }

    fn dimensions_of(&self, fact: usize, tests: &[&Test]) -> Vec<Cells> {
        let Some(values) = self.policy.facts.get(fact).and_then(|f| Values::of(f, self.timing)) else { return vec![] };
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

    /// The parameter's value on the day; `None` if it is unset.
    pub(super) fn value(&self, parameter: usize) -> Option<u32> {
        self.policy.value(parameter, self.day)?.value
    }

    /// The numbers that satisfy the comparison on the day.
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

    /// The box of all combinations.
    pub(super) fn whole(&self) -> Option<Region> {
        Region::new(self.dimensions.iter().map(|d| d.cells.all()).collect())
    }

    /// The boxes in which all of these comparisons hold.
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

    /// The parts in which one comparison holds, each as a dimension with its cells. `Has` gives several alternatives,
    /// any other test gives one.
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

    /// The boxes in which a condition holds.
    pub(super) fn condition(&self, clauses: &[Clause]) -> Vec<Region> {
        clauses.iter().flat_map(|c| self.clause(c)).collect()
    }

    /// The boxes in which one alternative of a condition holds.
    pub(super) fn clause(&self, clause: &Clause) -> Vec<Region> {
        // A list that has none of several words is one box: it lacks each set of words that are treated alike.
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

/// The sets of words that the tests treat alike, each as a mask; words that no test names are omitted.
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
