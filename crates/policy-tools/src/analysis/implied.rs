//! Dependencies between facts: combinations of values that no case can have.

use super::region::Region;
use super::space::{Cells, Dimension, Space, bit, bits_below};
use risk_core::event::Kind;
use risk_core::policy::fact::{Concerning, Fact, Filter, Window};
use risk_core::policy::model::Unit;

/// The events that `ever`, `count` and `days_since` look at.
type Events<'a> = (&'a [Kind], Option<&'a Filter>, Concerning);

/// The boxes that contain no possible case.
pub(super) fn impossible(space: &Space<'_>) -> Vec<Region> {
    let named: Vec<(usize, &Dimension, &Fact)> = space
        .dimensions
        .iter()
        .enumerate()
        .filter_map(|(place, d)| Some((place, d, space.policy.facts.get(d.fact)?)))
        .collect();
    let pairs = named.iter().flat_map(|a| named.iter().map(move |b| (a, b))).filter(|(a, b)| a.0 != b.0);
    let excluded = pairs.flat_map(|((i, here, fact), (j, there, other))| {
        excluded(space, (fact, &here.cells), (other, &there.cells)).into_iter().map(move |(a, b)| (*i, a, *j, b))
    });
    excluded.filter_map(|(i, a, j, b)| space.whole()?.with(i, a)?.with(j, b)).collect()
}

/// Pairs of values of the first fact and values of the second that exclude each other.
fn excluded(space: &Space<'_>, (fact, cells): (&Fact, &Cells), (other, others): (&Fact, &Cells)) -> Vec<(u128, u128)> {
    let (yes, no) = (bit(0), bit(1));
    let no_order = matches!(other, Fact::OrderInForce(None));
    match (fact, other) {
        (Fact::OrderInForce(Some(_)) | Fact::PersonProtected | Fact::ThisOrderInForce, _) if no_order => {
            vec![(yes, no)]
        }
        (Fact::Recorded(group) | Fact::Indicated(group), Fact::Working(working)) if group == working => {
            cells.ordered().into_iter().map(|level| (level, bits_below(level))).collect()
        }
        _ => match (looks_at(fact), looks_at(other)) {
            (Some(narrow), Some(wide)) if within(narrow, wide) => match (fact, other, cells, others) {
                // The second counts more kinds of event, or looks further back, so its count is not lower.
                (
                    Fact::Count { within: short, .. },
                    Fact::Count { within: long, .. },
                    Cells::Numbers(few, _),
                    Cells::Numbers(many, _),
                ) if no_longer(space, short, long) => apart(few, many, |(low, _), (_, high)| low > high),
                // The second considers more kinds of event, so the latest of them is not longer ago.
                (Fact::DaysSince { .. }, Fact::DaysSince { .. }, Cells::Numbers(ago, _), Cells::Numbers(sooner, _)) => {
                    let never = (bits_below(bit(ago.len())), bit(sooner.len()));
                    let mut pairs = apart(ago, sooner, |(_, high), (low, _)| high < low);
                    pairs.push(never);
                    pairs
                }
                _ => some(fact, cells).zip(none(other)).into_iter().collect(),
            },
            _ => vec![],
        },
    }
}

type Interval = (u32, u32);

/// The pairs of intervals that exclude each other.
fn apart(here: &[Interval], there: &[Interval], cannot: fn(Interval, Interval) -> bool) -> Vec<(u128, u128)> {
    let pair = |(i, a): (usize, &Interval)| {
        let beside = there.iter().enumerate().filter(|(_, b)| cannot(*a, **b)).map(|(j, _)| bit(j));
        (bit(i), beside.fold(0, |all, one| all | one))
    };
    here.iter().enumerate().map(pair).filter(|(_, beside)| *beside != 0).collect()
}

/// Whether one window never reaches further back than another. A month has 28 to 31 days.
fn no_longer(space: &Space<'_>, short: &Window, long: &Window) -> bool {
    // In days: at most, and at least.
    let length = |window: &Window| match window {
        Window::Days(days) => Some((*days, *days)),
        Window::Parameter(place) => {
            let (value, unit) = (space.value(*place)?, space.policy.parameters.get(*place)?.unit);
            let months = |days: u32| if unit == Unit::Months { value.saturating_mul(days) } else { value };
            Some((months(31), months(28)))
        }
    };
    short == long || length(short).zip(length(long)).is_some_and(|(short, long)| short.0 <= long.1)
}

fn looks_at(fact: &Fact) -> Option<Events<'_>> {
    match fact {
        Fact::Ever { kinds, filter, of }
        | Fact::DaysSince { kinds, filter, of }
        | Fact::Count { kinds, filter, of, .. } => Some((kinds, filter.as_ref(), *of)),
        _ => None,
    }
}

/// Whether the second considers every event that the first considers.
fn within((kinds, filter, of): Events<'_>, (wide, any, case): Events<'_>) -> bool {
    let narrower = match (filter, any) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(a), Some(b)) => a.field == b.field && a.codes.iter().all(|c| b.codes.contains(c)),
    };
    narrower && kinds.iter().all(|k| wide.contains(k)) && (case == Concerning::Case || case == of)
}

/// The values that mean that there is such an event.
fn some(fact: &Fact, cells: &Cells) -> Option<u128> {
    match (fact, cells) {
        (Fact::Ever { .. }, _) => Some(bit(0)),
        (Fact::DaysSince { .. }, Cells::Numbers(intervals, _)) => Some(bits_below(bit(intervals.len()))),
        (Fact::Count { .. }, Cells::Numbers(intervals, _)) => {
            let counted = intervals.iter().enumerate().filter(|(_, (low, _))| *low > 0);
            Some(counted.fold(0, |all, (place, _)| all | bit(place)))
        }
        _ => None,
    }
}

/// The values that mean that there has never been such an event. A count covers only its window, and `days_since`
/// only the time before.
fn none(fact: &Fact) -> Option<u128> {
    matches!(fact, Fact::Ever { .. }).then_some(bit(1))
}
