//! That the walk takes every sequence, and that the laws it checks can be broken.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests: a panic is the failure that they are for"
)]

use risk_core::cancel::Cancel;
use risk_core::event::{Instant, Kind};
use risk_core::fold::run::{Folded, Lens, Span, fold};
use risk_core::log::Record;
use risk_verify::packs;
use risk_verify::scope::alphabet::{Symbol, core, plain};
use risk_verify::scope::laws::{Step, of_time};
use risk_verify::scope::opening::{known_case, start};
use risk_verify::scope::walk::{Scope, walk};
use uuid::Uuid;

fn scope(symbols: Vec<Symbol>, length: usize) -> Scope {
    let name = "a few".to_owned();
    Scope { name, opening: known_case(), symbols, length, last_one_in: 1, afresh_one_in: 5, answers_one_in: 50 }
}

fn folded<'a>(records: &[&'a Record], at: Instant) -> Folded<'a, 'static> {
    fold(
        records,
        &packs::ENGLAND_WALES,
        Span { at, known_at: at, lens: Lens::AsKnown, watch: None, cancel: Cancel::NEVER },
    )
}

#[test]
fn a_walk_takes_every_sequence_up_to_its_length_once() {
    let three: Vec<Symbol> = plain(&[(9, 0)]).into_iter().filter(|s| !s.repeats()).take(4).collect();
    // None of the four speaks of another record, so that each may follow each.
    let found = walk(&scope(three, 3), &packs::ENGLAND_WALES, 2);
    assert_eq!((found.steps, found.longest), (4 + 16 + 64, 64));
    assert_eq!(found.broken, Vec::<String>::new());
}

#[test]
fn a_walk_does_not_depend_on_how_many_walk() {
    let counts = |jobs| {
        let found = walk(&scope(core(&[(9, 0)]).into_iter().take(8).collect(), 2), &packs::ENGLAND_WALES, jobs);
        (found.steps, found.longest, found.fired)
    };
    assert_eq!(counts(1), counts(3));
}

#[test]
fn a_reason_that_goes_and_a_level_that_falls_are_seen() {
    // Given a disclosure of violence that indicates a level and asks for a review,
    let opening = known_case();
    let disclosure = plain(&[(1, 0)]).into_iter().find(|s| s.kind == Kind::PlwDisclosure).unwrap();
    let when = start(opening.year);
    let record = disclosure.record(Uuid::from_u128(1), when, opening.records.last().unwrap());
    let mut records: Vec<&Record> = opening.records.iter().collect();
    let without = folded(&records, when);
    records.push(&record);
    let with = folded(&records, when);
    let policy = &packs::ENGLAND_WALES;
    // when time goes on without it, the laws speak;
    assert_eq!(of_time(policy, &without, &with), Ok(()));
    let (law, what) = of_time(policy, &with, &without).unwrap_err();
    assert_eq!(law, "an indicated level falls only by a person");
    assert!(what.contains("KnownAdult"), "{what}");
    // and so they do where a later record makes it go, or where another order of records gives another case.
    let call_out = plain(&[(1, 0)]).into_iter().find(|s| s.kind == Kind::HomeVisitCompleted).unwrap();
    let later = call_out.record(Uuid::from_u128(2), when + chrono::Duration::days(1), &record);
    let mut more = records.clone();
    more.push(&later);
    let clock = later.recorded_at;
    let step = Step { policy, before: &with, after: &without, records: &more, clock };
    assert_eq!(step.check().unwrap_err().0, "appending an event at the end never lowers a working level");
    assert_eq!(
        step.check_afresh().unwrap_err().0,
        "folding step by step equals folding afresh, in whatever order the records come"
    );
    let sound = folded(&more, clock);
    let step = Step { policy, before: &with, after: &sound, records: &more, clock };
    assert_eq!((step.check(), step.check_afresh()), (Ok(()), Ok(())));
}
