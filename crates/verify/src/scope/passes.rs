//! The scopes of the ordinary and the long run.

use super::alphabet::{Symbol, Timing, broad, core, plain, rare};
use super::opening::{Opening, before_sentence, known_case, supervised};
use super::walk::Scope;

/// Nine days, long enough for immediate actions to become overdue.
const ON: Timing = (9, 0);
/// In the same instant as the record before.
const AT_ONCE: Timing = (0, 0);
/// At once, the next day, after a month, after a long silence, and the next day but about an old event.
const TIMINGS: &[Timing] = &[AT_ONCE, (1, 0), (35, 0), (200, 0), (1, 40)];

/// Openings in the year to which most rules apply, and before and after the probation service was reunified.
fn openings() -> [Opening; 5] {
    [
        before_sentence(),
        supervised("under supervision in 2018", 2018),
        known_case(),
        supervised("under supervision in 2015", 2015),
        supervised("under supervision in 2022", 2022),
    ]
}

fn scope(name: &str, opening: Opening, symbols: Vec<Symbol>, length: usize) -> Scope {
    let name = name.to_owned();
    Scope { name, opening, symbols, length, last_one_in: 1, afresh_one_in: 10, answers_one_in: 307 }
}

/// The scopes of an ordinary run (half a minute on two cores).
#[must_use]
pub fn ordinary() -> Vec<Scope> {
    let alone =
        openings().map(|o| Scope { afresh_one_in: 5, ..scope("every value of every field", o, broad(TIMINGS), 1) });
    let pair = |opening| scope("every kind after every kind", opening, plain(&[ON]), 2);
    let hard =
        |length, timings| Scope { afresh_one_in: 2, ..scope("the hard events", known_case(), core(timings), length) };
    let longer = [pair(before_sentence()), pair(known_case()), hard(2, &[AT_ONCE, ON, (1, 40)]), hard(3, &[ON])];
    let [_, new, known, _, later] = openings();
    let rare = [new, known, later].map(|o| scope("rare values", o, rare(&[ON]), 3));
    alone.into_iter().chain(longer).chain(rare).collect()
}

/// The additional scopes of a long run (some ten minutes on two cores).
#[must_use]
pub fn long() -> Vec<Scope> {
    let timed = |opening| scope("every kind after every kind, at five times", opening, plain(TIMINGS), 2);
    let mut scopes: Vec<Scope> = openings().map(timed).into_iter().collect();
    scopes.push(scope("every value after every value", known_case(), broad(&[ON]), 2));
    scopes.push(Scope {
        last_one_in: 200,
        ..scope("three of every kind, and some fourth", known_case(), plain(&[ON]), 4)
    });
    scopes.push(scope("the hard events, at once, later and late", known_case(), core(&[AT_ONCE, ON, (1, 40)]), 3));
    scopes.push(scope("four hard events", known_case(), core(&[ON]), 4));
    scopes
}
