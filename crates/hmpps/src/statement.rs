//! Statements of one fact. Of two of one source the later replaces the earlier; of one moment the higher level counts. A statement
//! that says less never replaces one that says more, since not to say something is not to deny it.
//!
//! Nothing here depends on the order in which statements come: those of one moment are joined member by member (a join that is
//! commutative, associative and idempotent), and of the moments one is chosen.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use risk_core::event::vocabulary::{Level, Term};
use risk_core::event::{Event, Instant, Kind};
use serde_json::{Map, Value};

/// What was stated of a fact at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// When the estate stated it.
    pub stated: Instant,
    /// When it says that it happened.
    pub occurred: Instant,
    /// What it says.
    pub data: Map<String, Value>,
}

impl Statement {
    /// What an event says, stated at that moment.
    pub fn new(stated: Instant, occurred: Instant, event: &Event) -> Self {
        Self { stated, occurred, data: event.encode() }
    }

    /// How many members it has something in.
    fn says(&self) -> usize {
        self.data.values().filter(|value| !is_unsaid(value)).count()
    }

    /// Joins another of the same moment; `differing` gathers the members of which they say two things.
    fn join(&mut self, other: Self, differing: &mut BTreeSet<Difference>) {
        self.occurred = self.occurred.min(other.occurred);
        join(&mut self.data, other.data, differing);
    }
}

/// A member in which statements of one moment differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    member: String,
    /// Both say a level.
    of_levels: bool,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "two statements of one moment differ in `{}`: ", self.member)?;
        f.write_str(if self.of_levels { "the higher level was recorded" } else { "look at both, one was recorded" })
    }
}

/// All that was stated of one fact, by moment.
#[derive(Debug, Clone, Default)]
pub struct Statements {
    by_moment: BTreeMap<Instant, Statement>,
    /// The members in which statements of one moment differ.
    pub differing: BTreeSet<Difference>,
}

impl Statements {
    /// These.
    pub fn of(statements: impl IntoIterator<Item = Statement>) -> Self {
        let mut all = Self::default();
        for one in statements {
            match all.by_moment.entry(one.stated) {
                Entry::Occupied(mut held) => held.get_mut().join(one, &mut all.differing),
                Entry::Vacant(place) => drop(place.insert(one)),
            }
        }
        all
    }

    /// These and others.
    pub fn and(self, other: Self) -> Self {
        let mut all = Self::of(self.by_moment.into_values().chain(other.by_moment.into_values()));
        all.differing.extend(self.differing);
        all.differing.extend(other.differing);
        all
    }

    /// The one that counts, and the event that it is: of those that say most the latest, since the earliest that any of them says.
    /// Not every message says when it happened; of one that does not, it is the moment of the message, which is never too early.
    pub fn into_best(self, kind: Kind) -> Option<(Statement, Event)> {
        let occurred = self.by_moment.values().map(|one| one.occurred).min()?;
        let mut by_moment = self.by_moment;
        let stated = by_moment.values().max_by_key(|one| (one.says(), one.stated))?.stated;
        let best = by_moment.remove(&stated)?;
        // A level of a group that a later statement leaves out is not taken back.
        let mut data = best.data;
        for earlier in by_moment.range(..best.stated).rev().map(|(_, one)| one) {
            for (name, value) in &earlier.data {
                let (Value::Object(earlier), Some(Value::Object(held))) = (value, data.get_mut(name)) else { continue };
                for (of, value) in earlier {
                    held.entry(of.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        let best = Statement { occurred, data, stated: best.stated };
        let event = Event::decode(kind, &best.data).ok()?;
        Some((best, event))
    }
}

/// Whether a value says nothing: an unknown, or a request of which it is unknown what it answers.
fn is_unsaid(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text == "unknown" || text.contains("-unasked-"))
}

fn join(into: &mut Map<String, Value>, other: Map<String, Value>, differing: &mut BTreeSet<Difference>) {
    for (name, value) in other {
        match into.get_mut(&name) {
            None => drop(into.insert(name, value)),
            Some(held) if *held == value => {}
            Some(Value::Object(held)) if value.is_object() => {
                let Value::Object(value) = value else { continue };
                join(held, value, differing);
            }
            Some(held) => {
                if !is_unsaid(held) && !is_unsaid(&value) {
                    let level = |value: &Value| value.as_str().and_then(Level::parse).is_some();
                    let of_levels = level(held) && level(&value);
                    differing.insert(Difference { member: name.clone(), of_levels });
                }
                let other_counts = rank(&name, held) < rank(&name, &value);
                if other_counts {
                    *held = value;
                }
            }
        }
    }
}

/// Which of two values of one member counts: the greater. Something said comes before nothing, and a level by its height. An
/// assessment of which one statement says that it is not signed is not: it settles nothing.
fn rank(name: &str, value: &Value) -> (bool, Option<Level>, Option<u64>, bool, String) {
    let text = value.as_str();
    let not_signed = name == "signed" && text == Some("no");
    let level = text.and_then(Level::parse);
    (!is_unsaid(value), level, value.as_u64(), not_signed, value.to_string())
}
