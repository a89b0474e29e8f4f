//! The ways in which the estate writes when something happened.

use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::London;
use risk_core::calendar::{london_day, start_of_day};
use risk_core::event::Instant;

/// When something happened, as exactly as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At that instant.
    At(Instant),
    /// On that day, London.
    On(NaiveDate),
}

/// What the forms have in common, for messages.
pub const EXPECTED: &str =
    "a date (2024-06-14), a date and time (2024-06-14T09:06:52+01:00) or `Fri Jun 14 09:06:52 BST 2024`";

impl When {
    /// Reads any of the forms: RFC 3339 with an offset or `Z`, up to nanoseconds, with `T` or a blank, and with or without a
    /// zone in brackets; the same without an offset, which is wall-clock time in London; `Date.toString()` of Java in GMT,
    /// UTC or BST; a date, also as 14/06/2024. Midnight in London is how the estate writes a day.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let date = ["%Y-%m-%d", "%d/%m/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
        let when = date.map(Self::On).or_else(|| instant(text).map(Self::of))?;
        // Years that a record can hold, also in UTC.
        (1..=9999).contains(&when.instant().year()).then_some(when)
    }

    fn of(at: Instant) -> Self {
        let day = london_day(at);
        if start_of_day(day) == at { Self::On(day) } else { Self::At(at) }
    }

    /// The instant: of a day, its beginning.
    #[must_use]
    pub fn instant(self) -> Instant {
        match self {
            Self::At(at) => at,
            Self::On(day) => start_of_day(day),
        }
    }

    /// When it happened, if the estate first held it at `recorded`: never after that, and on the same day at that moment, as
    /// nothing tells it more exactly.
    #[must_use]
    pub fn known_by(self, recorded: Instant) -> Instant {
        match self {
            Self::On(day) if day == london_day(recorded) => recorded,
            when => when.instant().min(recorded),
        }
    }
}

fn instant(text: &str) -> Option<Instant> {
    let text = text.split_once('[').map_or(text, |(before, _)| before).trim();
    let exact = DateTime::parse_from_rfc3339(text).map(|t| t.with_timezone(&Utc));
    exact.ok().or_else(|| wall_time(text)).or_else(|| java_date(text))
}

/// A date and time without a zone.
fn wall_time(text: &str) -> Option<Instant> {
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"];
    let wall = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    Some(in_london(wall))
}

/// That time on London's clocks: where they show it twice, the earlier; where they skip it, as if they had not yet been put on.
fn in_london(wall: NaiveDateTime) -> Instant {
    match London.from_local_datetime(&wall) {
        LocalResult::Single(t) | LocalResult::Ambiguous(t, _) => t.with_timezone(&Utc),
        LocalResult::None => wall.and_utc(),
    }
}

/// `Fri Jun 14 09:06:52 BST 2024`.
fn java_date(text: &str) -> Option<Instant> {
    let [_, month, day, time, zone, year] = text.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    let ahead = match zone {
        "GMT" | "UTC" => TimeDelta::zero(),
        "BST" => TimeDelta::hours(1),
        _ => return None,
    };
    let date = NaiveDate::parse_from_str(&format!("{day} {month} {year}"), "%d %b %Y").ok()?;
    let time = NaiveTime::parse_from_str(time, "%H:%M:%S").ok()?;
    date.and_time(time).and_utc().checked_sub_signed(ahead)
}

/// A day and, where it is told, the time on London's clocks.
#[must_use]
pub fn day_and_time(day: &str, time: Option<&str>) -> Option<When> {
    match (When::read(day)?, time) {
        (When::On(day), Some(time)) => {
            let forms = ["%H:%M", "%H:%M:%S"];
            let time = forms.iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok())?;
            Some(When::At(in_london(day.and_time(time))))
        }
        (when, _) => Some(when),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says so")]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match When::read(text) {
            Some(When::At(at)) => at.to_rfc3339(),
            Some(When::On(day)) => day.to_string(),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn every_form_that_the_estate_writes_is_read() {
        for (text, expected) in [
            ("2024-06-14T09:06:52.739+01:00", "2024-06-14T08:06:52.739+00:00"),
            ("2024-01-31T10:00:00Z", "2024-01-31T10:00:00+00:00"),
            ("2024-06-11T15:16:25.194617521+01:00", "2024-06-11T14:16:25.194617521+00:00"),
            ("2023-06-19T18:35:59.442+01:00[Europe/London]", "2023-06-19T17:35:59.442+00:00"),
            ("2025-07-02 13:32:00.209063+01:00", "2025-07-02T12:32:00.209063+00:00"),
            ("2024-12-19T16:57:25", "2024-12-19T16:57:25+00:00"),
            ("2024-06-19T16:57:25", "2024-06-19T15:57:25+00:00"),
            ("Fri Jun 14 09:06:52 BST 2024", "2024-06-14T08:06:52+00:00"),
            ("Mon Jan 15 09:06:52 GMT 2024", "2024-01-15T09:06:52+00:00"),
            ("Fri Jun 14 00:00:00 BST 2024", "2024-06-14"),
            ("Mon Jan  1 00:00:00 GMT 2024", "2024-01-01"),
            ("2024-06-14T00:00:00+01:00", "2024-06-14"),
            ("2024-06-14", "2024-06-14"),
            ("14/06/2024", "2024-06-14"),
            ("Fri Jun 14 09:06:52 CEST 2024", "none"),
            ("2024-06-31", "none"),
            ("0000-01-01", "none"),
            ("0001-01-01", "0001-01-01"),
            ("0000-12-31T23:59:59Z", "none"),
            ("10000-01-01", "none"),
            ("+10000-01-01T00:00:00Z", "none"),
            ("yesterday", "none"),
            ("", "none"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_day_is_its_beginning_unless_it_was_told_on_that_day() {
        let told = When::read("2024-06-14T09:06:52Z").unwrap().instant();
        let on = |day: &str| When::read(day).unwrap().known_by(told).to_rfc3339();
        assert_eq!(on("2024-06-13"), "2024-06-12T23:00:00+00:00");
        assert_eq!(on("2024-06-14"), "2024-06-14T09:06:52+00:00");
        assert_eq!(on("2024-07-01"), "2024-06-14T09:06:52+00:00", "nothing is known before it happens");
    }
}
