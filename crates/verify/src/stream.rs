//! A stream of questions with the engine's answers, for comparison with the reference.
//!
//! Question `n` depends only on the seed and `n`, so a run can be split and a single question repeated.

use std::collections::BTreeSet;

use chrono::{Datelike, Duration, NaiveDate};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use risk_core::assessment::Question;
use risk_core::calendar;
use risk_core::event::vocabulary::{Audience, Handling, SourceAgency};
use risk_core::event::{Event, Instant, Kind, Term};
use risk_core::fold::run::Lens;
use risk_core::log::{Log, Record, RecordSource, Stamp, seal};
use risk_core::policy::Policy;
use serde_json::json;
use uuid::Uuid;

use crate::dice::Dice;
use crate::history::{CASE, Style, beginning, histories, log_of};
use crate::hostile::{COMMON_YEARS, hostile};
use crate::interchange::{Exchange, Under};

/// A policy for a locality.
type Place = (Under, Option<&'static str>);

/// An endless stream of questions.
pub struct Stream {
    seed: u64,
    places: Vec<(Place, Policy)>,
}

impl Stream {
    /// The stream for a seed, under the pack with and without its overlay and locality, and under a small policy with
    /// one entry of every type.
    ///
    /// # Panics
    /// If a policy cannot be used.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let pack = Under::england_wales(&[]);
        let overlaid = Under::england_wales(&["northshire"]);
        let small = Under::one_of_each();
        // Most questions are about the pack alone.
        let places: Vec<Place> = vec![
            (pack.clone(), None),
            (pack, None),
            (overlaid.clone(), None),
            (overlaid, Some("northshire")),
            (small.clone(), None),
            (small, Some("north")),
        ];
        let load = |(under, locality): Place| {
            let policy = under.load(locality).unwrap_or_else(|e| panic!("{e}"));
            ((under, locality), policy)
        };
        Self { seed, places: places.into_iter().map(load).collect() }
    }

    /// Question `n`, with its answer.
    #[must_use]
    pub fn exchange(&self, n: u64) -> Exchange {
        let mut dice = Dice::new(self.seed ^ n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let ((under, locality), policy) = dice.pick(&self.places);
        let (what, log) = log(&mut dice);
        let question = question(&mut dice, &log, policy);
        let title = format!("{what}, seed {} number {n}", self.seed);
        Exchange::of(title, under, *locality, policy, &log, &question)
    }
}

/// A plain or sealed log from one of the generators, with a description of what is special about it.
fn log(dice: &mut Dice) -> (String, Log) {
    if dice.chance(15) {
        let log = std::iter::repeat_with(|| hostile(dice.next(), 16, COMMON_YEARS)).find(|l| !l.is_empty()).unwrap();
        return ("hostile".to_owned(), log);
    }
    let mut what = "plausible".to_owned();
    let style = style(dice);
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&dice.next().to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut records = histories(style).new_tree(&mut runner).unwrap().current().records;
    if dice.chance(50) {
        // In the order of recording; otherwise in the order in which they happened.
        records.sort_by_key(|r| r.recorded_at);
    }
    if dice.chance(6) {
        what += ", with a record of a newer version";
        let place = usize::try_from(dice.below(records.len() as u64)).unwrap();
        records.push(newer(&records[place], dice));
    }
    let last = records.iter().map(|r| r.recorded_at).max().unwrap();
    let mut log = log_of(records);
    if dice.chance(20) {
        what += ", sealed";
        log = sealed(&log, last);
    }
    if dice.chance(6) && erased(&mut log, last, dice) {
        what += ", with a payload removed";
    }
    (what, log)
}

/// Mostly short, from any year covered by a rule, and occasionally slow, only at midnight, or across a clock change.
fn style(dice: &mut Dice) -> Style {
    let begins: &[(i32, u32, u32, i64)] = &[
        (2016, 1, 4, 9 * 60),
        (2016, 1, 4, 9 * 60),
        (2014, 5, 20, 9 * 60),
        (2017, 12, 20, 12 * 60),
        // London midnight, in winter and in summer.
        (2016, 2, 1, 0),
        (2018, 6, 1, -60),
        // The nights on which the clocks change.
        (2016, 3, 26, 23 * 60),
        (2017, 10, 28, 23 * 60),
        (2018, 3, 25, 30),
        // When rules begin and end.
        (2019, 11, 1, 9 * 60),
        (2021, 5, 10, 9 * 60),
        (2022, 3, 1, 9 * 60),
        (2024, 10, 1, 9 * 60),
        (2028, 10, 1, 9 * 60),
    ];
    let (year, month, day, minutes) = *dice.pick(begins);
    let begin = NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    Style {
        late: dice.chance(70),
        corrected: dice.chance(60),
        most: *dice.pick(&[1, 2, 3, 4, 6, 8, 12, 20, 30]),
        from: (begin - beginning()).num_minutes() + minutes,
        grid: *dice.pick(&[1, 1, 1, 30, 24 * 60]),
        pace: *dice.pick(&[1, 1, 1, 4, 12]),
    }
}

/// A copy of a record with a kind that only a later version knows.
fn newer(like: &Record, dice: &mut Dice) -> Record {
    let event = Event::decode(Kind::PoliceCallOut, json!({ "outcome": "unknown" }).as_object().unwrap());
    let id = Uuid::from_u128(u128::from(dice.next()) << 64 | 0x4E);
    let source = RecordSource { agency: SourceAgency::Police, role: None, reference: None };
    let handling = *dice.pick(&[Handling::Staff, Handling::ThirdParty, Handling::Restricted]);
    let record = Record::new(id, CASE, like.occurred_at, like.recorded_at, source, event.unwrap());
    let line = record.with_handling(handling.max(Handling::ThirdParty)).to_line();
    let line = line.replacen("\"kind\":\"police_call_out\"", "\"v\":2,\"kind\":\"drone_sighting\"", 1);
    Record::parse(&line).expect("a record of a newer version is kept")
}

fn stamp(position: u64, last: Instant) -> Stamp {
    let mut dice = Dice::new(position);
    let salt = u128::from(dice.next()) << 64 | u128::from(dice.next());
    Stamp { appended_at: last + Duration::seconds(i64::try_from(position).unwrap()), salt: salt.to_be_bytes() }
}

fn sealed(log: &Log, last: Instant) -> Log {
    seal(log, |position| stamp(position, last)).expect("stamps are in order")
}

/// Removes the payload of one record, if the log allows it.
fn erased(log: &mut Log, last: Instant, dice: &mut Dice) -> bool {
    let target = dice.pick(log.records()).clone();
    let data = json!({ "event_id": target.event_id, "reason": "legal_erasure", "by": "m1" });
    let event = Event::decode(Kind::PayloadErased, data.as_object().unwrap()).unwrap();
    let when = last + Duration::days(1);
    let erasure = Record::new(Uuid::from_u128(0xE4A5E), CASE, when, when, target.source.clone(), event)
        .with_handling(target.handling.max(Handling::Staff));
    if log.is_sealed() {
        log.erase_sealed(erasure, None, |p| stamp(p, when + Duration::days(1))).is_ok()
    } else {
        log.erase(erasure, None).is_ok()
    }
}

fn question(dice: &mut Dice, log: &Log, policy: &Policy) -> Question {
    let audiences: Vec<Audience> = policy.audiences.iter().map(|a| a.audience).collect();
    // Half of the questions are for readers who see everything, because they reveal the most.
    let audience = if dice.chance(50) { Audience::Inspector } else { *dice.pick(&audiences) };
    let feeds =
        dice.chance(20).then(|| Kind::all().iter().copied().filter(|_| dice.chance(80)).collect::<BTreeSet<_>>());
    Question {
        at: moment(dice, log),
        known_at: if dice.chance(25) { Some(moment(dice, log)) } else { None },
        lens: if dice.chance(30) { Lens::Hindsight } else { Lens::AsKnown },
        audience,
        feeds,
    }
}

/// A moment before, among, at or after the records; on a London midnight; at a change of the clocks; or years later.
fn moment(dice: &mut Dice, log: &Log) -> Instant {
    let records = log.records();
    let some = dice.pick(records);
    let near = if dice.chance(50) { some.recorded_at } else { some.occurred_at };
    let last = records.iter().map(|r| r.recorded_at).max().unwrap();
    let first = records.iter().map(|r| r.occurred_at).min().unwrap();
    let hours = |dice: &mut Dice, most: u64| Duration::hours(i64::try_from(dice.below(most)).unwrap());
    match dice.below(20) {
        0 => first - hours(dice, 30 * 24),
        1..=3 => near,
        4 => near - Duration::microseconds(1),
        5 => near + Duration::minutes(1),
        6..=8 => calendar::start_of_day(calendar::london_day(near + hours(dice, 60 * 24))),
        9 => calendar::end_of_day(calendar::london_day(near + hours(dice, 60 * 24))),
        10 => clocks_change(calendar::london_day(near).year(), dice),
        11 => last + Duration::days(365) + hours(dice, 5 * 365 * 24),
        _ => last + hours(dice, 180 * 24),
    }
}

/// Within an hour and a half of a change of the clocks in that year.
fn clocks_change(year: i32, dice: &mut Dice) -> Instant {
    let (month, days) = *dice.pick(&[(3, 31), (10, 31)]);
    let last = NaiveDate::from_ymd_opt(year, month, days).unwrap();
    let sunday = last - Duration::days(i64::from(last.weekday().num_days_from_sunday()));
    let at_one = sunday.and_hms_opt(1, 0, 0).unwrap().and_utc();
    at_one + Duration::minutes(*dice.pick(&[-90, -60, -30, 0, 30, 60, 90]))
}
