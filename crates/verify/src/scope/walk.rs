//! The walk through all sequences of a scope.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::sync::Arc;

use chrono::Duration;
use risk_core::event::Instant;
use risk_core::event::vocabulary::Audience;
use risk_core::fold::reason::RuleRef;
use risk_core::fold::run::{Folded, Lens, Tracker};
use risk_core::log::{LocalIds, Record};
use risk_core::policy::Policy;
use risk_core::view::View;
use uuid::Uuid;

use super::alphabet::Symbol;
use super::laws::{self, Step, Violation};
use super::opening::{Opening, start};
use crate::dice::Dice;

/// A set of sequences.
pub struct Scope {
    /// A description of the scope.
    pub name: String,
    /// The records before each sequence.
    pub opening: Opening,
    /// The events of the sequences.
    pub symbols: Vec<Symbol>,
    /// The maximum length of a sequence.
    pub length: usize,
    /// One in how many sequences of full length is taken, by position; shorter ones are all taken.
    pub last_one_in: u64,
    /// One in how many steps is folded afresh and in hindsight.
    pub afresh_one_in: u64,
    /// One in how many steps has its answers compared, byte for byte.
    pub answers_one_in: u64,
}

/// The result of a walk.
#[derive(Debug, Default)]
pub struct Found {
    /// The number of events pushed, which equals the number of sequences, as each ends with one step.
    pub steps: u64,
    /// The number of sequences of full length.
    pub longest: u64,
    /// How often each costlier comparison was made.
    pub compared: laws::CheckCounts,
    /// Rules and duties that fired.
    pub fired: BTreeSet<RuleRef>,
    /// The violated laws, with the sequences.
    pub broken: Vec<String>,
}

impl Found {
    /// Adds the result of another walk.
    pub fn join(&mut self, other: Self) {
        self.steps += other.steps;
        self.longest += other.longest;
        for (what, n) in other.compared.0 {
            *self.compared.0.entry(what).or_default() += n;
        }
        self.fired.extend(other.fired);
        self.broken.extend(other.broken);
    }
}

/// Records of each symbol, by place in the sequence and days since its start.
type Table = BTreeMap<(usize, i64), Vec<Record>>;

struct Walk<'a, 'p> {
    scope: &'a Scope,
    policy: &'p Policy,
    table: &'a Table,
    views: Vec<(Audience, View<'p>)>,
    found: Found,
    /// The share of this walker: the remainder and the divisor for the number of the first event.
    share: (usize, usize),
    /// The number of sequences of full length seen so far.
    longest_met: u64,
}

struct Node<'a, 'p> {
    tracker: Tracker<'a, 'p>,
    records: Vec<&'a Record>,
    /// Days since the start.
    day: i64,
}

/// Walks the scope with `jobs` threads.
#[must_use]
pub fn walk(scope: &Scope, policy: &Policy, jobs: usize) -> Found {
    let table = table(scope);
    let mut all = Found::default();
    let found: Vec<Found> = std::thread::scope(|threads| {
        let walkers: Vec<_> = (0..jobs)
            .map(|share| {
                threads.spawn({
                    let table = &table;
                    move || walker(scope, policy, table, (share, jobs))
                })
            })
            .collect();
        walkers.into_iter().map(|w| w.join().expect("a walker finishes")).collect()
    });
    found.into_iter().for_each(|f| all.join(f));
    all
}

fn walker(scope: &Scope, policy: &Policy, table: &Table, share: (usize, usize)) -> Found {
    let views =
        policy.audiences.iter().map(|a| (a.audience, View::of(policy, a.audience).expect("its view"))).collect();
    let mut walk = Walk { scope, policy, table, views, found: Found::default(), share, longest_met: 0 };
    let records = scope.opening.records.iter().chain(table.values().flatten());
    let mut tracker = Tracker::new(policy, Arc::new(LocalIds::of(records)), Lens::AsKnown);
    scope.opening.records.iter().for_each(|r| tracker.push(r));
    let records = scope.opening.records.iter().collect();
    walk.visit(&Node { tracker, records, day: 0 }, 0);
    walk.found
}

/// The id of the record at a position.
fn id_at(place: usize) -> Uuid {
    // Ids are not in the order of positions.
    Uuid::from_u128([0xB0, 0xA0, 0xD0, 0xC0].get(place).copied().unwrap_or(0xE0 + place as u128))
}

fn moment(scope: &Scope, day: i64) -> Instant {
    start(scope.opening.year) + Duration::days(day)
}

fn table(scope: &Scope) -> Table {
    let mut table = Table::new();
    let mut days = BTreeSet::from([0]);
    let gaps: BTreeSet<i64> = scope.symbols.iter().map(|s| s.gap.num_days()).collect();
    let before = scope.opening.records.last().expect("an opening has a record");
    for place in 0..scope.length {
        for day in &days {
            let record = |s: &Symbol| {
                let mut previous = before.clone();
                if let Some(place) = place.checked_sub(1) {
                    previous.event_id = id_at(place);
                }
                s.record(id_at(place), moment(scope, day + s.gap.num_days()), &previous)
            };
            table.insert((place, *day), scope.symbols.iter().map(record).collect());
        }
        days = days.iter().flat_map(|d| gaps.iter().map(move |g| d + g)).collect();
    }
    table
}

impl<'a, 'p> Walk<'a, 'p> {
    fn visit<'n>(&mut self, node: &Node<'n, 'p>, place: usize)
    where
        'a: 'n,
    {
        let (scope, table) = (self.scope, self.table);
        let mut before: BTreeMap<i64, Folded<'n, 'p>> = BTreeMap::new();
        let here = node.tracker.at(moment(scope, node.day));
        for (number, symbol) in scope.symbols.iter().enumerate() {
            if place == 0 && number % self.share.1 != self.share.0 {
                continue;
            }
            let last = place + 1 == scope.length;
            let previous = node.records.last().expect("an opening has a record");
            if !symbol.may_follow(previous) || last && self.passed_over() {
                continue;
            }
            let day = node.day + symbol.gap.num_days();
            if let Entry::Vacant(place) = before.entry(day) {
                let later = place.insert(node.tracker.at(moment(scope, day)));
                if let Err(broken) = laws::of_time(self.policy, &here, later) {
                    self.report(&broken, &node.records);
                }
            }
            let own;
            let record: &Record = if symbol.repeats() {
                own = symbol.record(id_at(place), moment(scope, day), previous);
                &own
            } else {
                &table[&(place, node.day)][number]
            };
            let mut next = Node { tracker: node.tracker.clone(), records: node.records.clone(), day };
            next.tracker.push(record);
            next.records.push(record);
            self.step(&before[&day], &next);
            if last {
                self.found.longest += 1;
            } else {
                self.visit(&next, place + 1);
            }
        }
    }

    /// Whether this sequence of full length is skipped. The sequences taken are evenly spread and always the same.
    fn passed_over(&mut self) -> bool {
        self.longest_met += 1;
        Dice::new(self.longest_met).below(self.scope.last_one_in) != 0
    }

    fn step<'n>(&mut self, before: &Folded<'n, 'p>, node: &Node<'n, 'p>) {
        let clock = moment(self.scope, node.day);
        let after = node.tracker.at(clock);
        self.found.steps += 1;
        let turn = |one_in: u64| self.found.steps.is_multiple_of(one_in);
        let (afresh, answers) = (turn(self.scope.afresh_one_in), turn(self.scope.answers_one_in));
        let step = Step { policy: self.policy, before, after: &after, records: &node.records, clock };
        let outcome = self.check(&step, afresh, answers);
        if let Err(broken) = outcome {
            self.report(&broken, &node.records);
        }
        self.found.fired.extend(after.state.fired.iter().copied());
    }

    fn check(&mut self, step: &Step<'_, '_, '_>, afresh: bool, answers: bool) -> Result<(), Violation> {
        step.check()?;
        if afresh {
            step.check_afresh()?;
            self.found.compared.count("folded afresh, the records in opposite order");
            if step.check_hindsight()? {
                self.found.compared.count("folded in hindsight");
            }
        }
        if answers {
            let made = step.check_answers(&self.views)?;
            self.found.compared.count(if made {
                "answers for every audience compared, byte for byte"
            } else {
                "no log takes the sequence"
            });
        }
        Ok(())
    }

    fn report(&mut self, (law, how): &Violation, records: &[&Record]) {
        // A few are enough to diagnose the problem.
        if self.found.broken.len() < 20 {
            let own = records.iter().skip(self.scope.opening.records.len());
            let lines: String = own.map(|r| format!("    {}\n", r.to_line())).collect();
            self.found.broken.push(format!("{law}: {how}\n    after {}:\n{lines}", self.scope.opening.name));
        }
    }
}
