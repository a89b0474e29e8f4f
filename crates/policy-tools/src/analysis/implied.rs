//! What one fact says of another: combinations of values that no case can have.

use super::region::Region;
use super::space::{Cells, Dimension, Space, bit, bits_below};
use risk_core::event::Kind;
use risk_core::policy::fact::{Concerning, Fact, Filter, Window};
use risk_core::policy::model::Unit;

/// The events that `ever`, `count` and `days_since` look at.
type Events<'a> = (&'a [Kind], Option<&'a Filter>, Concerning);

/// The boxes that no case can be in.
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

/// Values of the first fact with the values of the second that cannot stand beside them.
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
                // More events are looked at, or further back: there are not fewer of them.
                (
                    Fact::Count { within: short, .. },
                    Fact::Count { within: long, .. },
                    Cells::Numbers(few, _),
                    Cells::Numbers(many, _),
                ) if no_longer(space, short, long) => apart(few, many, |(low, _), (_, high)| low > high),
                // More events are looked at: the latest of them is not longer ago.
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

/// The pairs of intervals that cannot stand beside each other.
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

/// Whether each event that the first looks at is one that the second looks at.
fn within((kinds, filter, of): Events<'_>, (wide, any, case): Events<'_>) -> bool {
    let narrower = match (filter, any) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(a), Some(b)) => a.field == b.field && a.codes.iter().all(|c| b.codes.contains(c)),
    };
    narrower && kinds.iter().all(|k| wide.contains(k)) && (case == Concerning::Case || case == of)
}

/// The values which say that there is such an event.
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

/// The values which say that there is none, ever. A count says it only of its window, `days_since` only of the time before.
fn none(fact: &Fact) -> Option<u128> {
    matches!(fact, Fact::Ever { .. }).then_some(bit(1))
}
