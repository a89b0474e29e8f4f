//! Terms, dates and numbers as people write them.

use std::fmt::Display;

use chrono::{DateTime, Datelike, NaiveDate};
use chrono_tz::Europe::London;
use risk_core::assessment::answer::BeforeRelying;
use risk_core::calendar::{end_of_day, london_day, start_of_day};
use risk_core::event::vocabulary::{Group, Register};
use risk_core::event::{Instant, Term};
use risk_core::policy::model::{Basis, Priority};

pub use risk_core::event::phrase;

/// [`phrase`] of a term.
#[must_use]
pub fn of(term: impl Term) -> String {
    phrase(term.name())
}

/// The sentence that the person is recorded as having died on a day.
#[must_use]
pub fn died(on: NaiveDate) -> String {
    format!("The person is recorded as having died on {}.", date(on))
}

/// What a reader who does not see every record must do before relying on a level.
#[must_use]
pub fn before_relying(what: BeforeRelying) -> &'static str {
    match what {
        BeforeRelying::AskResponsibleOfficer => {
            "Each level shown was recorded on its day. Ask the responsible officer before relying on it."
        }
    }
}

/// The text for a missing recorded level. For a reader who does not see every record, it does not say that there is
/// none.
#[must_use]
pub fn none_recorded(before_relying: Option<BeforeRelying>) -> String {
    if before_relying.is_some() { "no level shown" } else { "no level recorded" }.to_owned()
}

/// The subjects of an action: flags and groups become words, and any other subject is an id.
#[must_use]
pub fn subjects(about: &[String]) -> Vec<String> {
    let is_word = |s: &str| Register::parse(s).is_some() || Group::parse(s).is_some();
    about.iter().map(|s| if is_word(s) { phrase(s) } else { s.clone() }).collect()
}

/// Capitalises the first letter.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Formats a day as in `12 Dec 2017`.
#[must_use]
pub fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// Formats a moment as in `Wednesday 20 December 2017`, with the time in London unless it is the end of that day.
#[must_use]
pub fn moment(at: Instant) -> String {
    let day = london_day(at);
    // Outside the usual years, the bare instant is clearer than a weekday.
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

/// Formats the beginning of something: the day alone, if it begins with that day.
#[must_use]
pub fn beginning(at: Instant) -> String {
    let day = london_day(at);
    if at == start_of_day(day) { moment(end_of_day(day)) } else { moment(at) }
}

/// Formats a time as in `21:10`, in London.
#[must_use]
pub fn wall_time(at: Instant) -> String {
    DateTime::with_timezone(&at, &London).format("%H:%M").to_string()
}

/// Formats a number with its noun, as in `1 day` or `2 days`.
#[must_use]
pub fn count<N: Display + PartialEq + From<bool>>(n: N, one: &str, many: &str) -> String {
    let is_one = n == N::from(true);
    format!("{n} {}", if is_one { one } else { many })
}

/// Formats a number of times, as in `once`, `twice` or `3 times`.
#[must_use]
pub fn times(n: usize) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

/// Joins items as in `a, b and c`.
#[must_use]
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The priority in words.
#[must_use]
pub fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::ProtectNow => "PROTECT NOW",
        Priority::ThisWeek => "THIS WEEK",
        Priority::Planned => "PLANNED",
    }
}

/// The basis of a rule or limit in words.
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
