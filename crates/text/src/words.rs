//! The field's terms, dates and numbers as people write them.

use std::fmt::Display;

use chrono::{DateTime, Datelike, NaiveDate};
use chrono_tz::Europe::London;
use risk_core::assessment::answer::BeforeRelying;
use risk_core::calendar::{end_of_day, london_day, start_of_day};
use risk_core::event::vocabulary::{Group, Register};
use risk_core::event::{Instant, Term};
use risk_core::policy::model::{Basis, Priority};

pub use risk_core::event::phrase;

/// [`phrase`] of a word of a list.
#[must_use]
pub fn of(term: impl Term) -> String {
    phrase(term.name())
}

/// That the person is recorded as having died on that day.
#[must_use]
pub fn died(on: NaiveDate) -> String {
    format!("The person is recorded as having died on {}.", date(on))
}

/// What a reader who does not see every record must do before anybody relies on a level: always the same words.
#[must_use]
pub fn before_relying(what: BeforeRelying) -> &'static str {
    match what {
        BeforeRelying::AskResponsibleOfficer => {
            "Each level shown was recorded on its day. Ask the responsible officer before anybody relies on it."
        }
    }
}

/// What is said where no level is recorded. A reader who does not see every record is not told that there is none.
#[must_use]
pub fn none_recorded(before_relying: Option<BeforeRelying>) -> String {
    if before_relying.is_some() { "no level shown" } else { "no level recorded" }.to_owned()
}

/// What an action is about, each thing as people write it: flags and groups are words, all else is an id.
#[must_use]
pub fn subjects(about: &[String]) -> Vec<String> {
    let is_word = |s: &str| Register::parse(s).is_some() || Group::parse(s).is_some();
    about.iter().map(|s| if is_word(s) { phrase(s) } else { s.clone() }).collect()
}

/// The text with a capital first.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `12 Dec 2017`.
#[must_use]
pub fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// `Wednesday 20 December 2017`, with the time in London unless it is the end of that day.
#[must_use]
pub fn moment(at: Instant) -> String {
    let day = london_day(at);
    // Beyond the years that people write, the bare instant is clearer than a name of the day.
    if !(1..=9999).contains(&day.year()) {
        return at.to_string();
    }
    let name = day.format("%A %-d %B %Y");
    if at == end_of_day(day) || at == start_of_day(day) {
        name.to_string()
    } else {
        format!("{name}, {}", wall_time(at))
    }
}

/// When something begins: the day alone, where that is when the day begins.
#[must_use]
pub fn beginning(at: Instant) -> String {
    let day = london_day(at);
    if at == start_of_day(day) { moment(end_of_day(day)) } else { moment(at) }
}

/// `21:10`, in London.
#[must_use]
pub fn wall_time(at: Instant) -> String {
    DateTime::with_timezone(&at, &London).format("%H:%M").to_string()
}

/// `1 day`, `2 days`.
#[must_use]
pub fn count<N: Display + PartialEq + From<bool>>(n: N, one: &str, many: &str) -> String {
    let is_one = n == N::from(true);
    format!("{n} {}", if is_one { one } else { many })
}

/// `once`, `twice`, `3 times`.
#[must_use]
pub fn times(n: usize) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

/// `a, b and c`.
#[must_use]
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// How soon it matters.
#[must_use]
pub fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::ProtectNow => "PROTECT NOW",
        Priority::ThisWeek => "THIS WEEK",
        Priority::Planned => "PLANNED",
    }
}

/// What a rule or a limit rests on.
#[must_use]
pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Statute => "statute",
        Basis::Policy => "policy",
        Basis::Inspectorate => "what inspectors expect",
        Basis::Measure => "a measure of the contract",
        Basis::Assumed => "assumed",
    }
}
