//! The one reader of dates and times, for messages and for tables.

use std::fmt;

use chrono::{
    Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, TimeZone, Utc, Weekday,
};
use chrono_tz::Europe::London;
use risk_core::calendar::{london_day, start_of_day};
use risk_core::event::Instant;

/// When something happened, as exactly as it was stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At that instant.
    At(Instant),
    /// On that day, London.
    On(NaiveDate),
}

/// What the forms have in common, for messages.
pub const EXPECTED: &str = "a date with a year of four digits from 1900 to 2100 (2024-06-14, 14/06/2024, 14-JUN-2024), alone or \
                            with a time (2024-06-14T09:06:52+01:00, 14/06/2024 09:30, Fri Jun 14 09:06:52 BST 2024)";

/// What a time of day looks like that has a column of its own.
pub const EXPECTED_TIME: &str =
    "a time of day (09:30, 09:30:15, 9:30 am), the same as that of the date if the date has one";

/// The years of which anything can be recorded: another year is a slip, or a two-digit year.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// How a date is written, tried in this order. A day comes before its month, as in the UK: 06/07/2024 is 6 July.
const DATES: [&str; 8] =
    ["%Y-%m-%d", "%d/%m/%Y", "%d-%B-%Y", "%d %B %Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%B/%Y", "%Y/%m/%d"];

/// The names of zones, in lower case, with how far they are ahead of UTC in minutes; none: as London's clocks are at the time.
const ZONES: [(&str, Option<i32>); 6] = [
    ("z", Some(0)),
    ("utc", Some(0)),
    ("gmt", Some(0)),
    ("etc/utc", Some(0)),
    ("bst", Some(60)),
    ("europe/london", None),
];

/// The days that databases put before a time that has no day.
const NO_DAY: [Option<NaiveDate>; 2] = [NaiveDate::from_ymd_opt(1970, 1, 1), NaiveDate::from_ymd_opt(1900, 1, 1)];

/// The furthest that any clock on earth is ahead of UTC or behind it, in minutes.
const FURTHEST: i32 = 14 * 60;

/// Which of two columns cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// The one with the date.
    Date,
    /// The one with the time.
    Time,
}

impl When {
    /// Reads a date, alone or with a time; docs/hmpps.md lists the forms. A time without an offset or a zone is wall-clock time in
    /// London. Midnight in London is how the estate writes a day. A year of two digits is never read.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Written::read(text)?.resolved()
    }

    /// Reads a date and a time in a column of its own. A date that has a time already must have the same one, unless
    /// it is midnight, which is how a database writes a date.
    ///
    /// # Errors
    /// [`Unread`] for the column that cannot be read.
    pub fn read_with_time(date: &str, time: &str) -> Result<Self, Unread> {
        let written = Written::read(date).ok_or(Unread::Date)?;
        let when = written.resolved().ok_or(Unread::Date)?;
        // The day that is meant, if the date says no time.
        let day = match when {
            Self::On(day) => Some(day),
            Self::At(_) => (written.time == Some(NaiveTime::MIN)).then_some(written.day),
        };
        let (time, zone) = time_alone(time, day.unwrap_or(written.day)).ok_or(Unread::Time)?;
        let Some(day) = day else {
            let is_same = written.time == Some(time) && zone.is_none();
            return if is_same { Ok(when) } else { Err(Unread::Time) };
        };
        Written { day, time: Some(time), zone }.resolved().ok_or(Unread::Time)
    }

    fn of(at: Instant) -> Self {
        let day = london_day(at);
        if start_of_day(day) == at { Self::On(day) } else { Self::At(at) }
    }

    /// The instant, to the microsecond, which is what a record keeps: of a day, its beginning.
    #[must_use]
    pub fn instant(self) -> Instant {
        match self {
            Self::At(at) => at.trunc_subsecs(6),
            Self::On(day) => start_of_day(day),
        }
    }

    /// Whether it is on a later day than the other, London.
    #[must_use]
    pub fn is_on_a_later_day_than(self, other: Self) -> bool {
        self.day() > other.day()
    }

    /// The day, London.
    fn day(self) -> NaiveDate {
        match self {
            Self::At(at) => london_day(at),
            Self::On(day) => day,
        }
    }

    /// When it happened, if the estate first held it at `recorded`: never after that, and on the same day at that moment, as
    /// nothing states it more exactly.
    #[must_use]
    pub fn known_by(self, recorded: Instant) -> Instant {
        match self {
            Self::On(day) if day == london_day(recorded) => recorded,
            when => when.instant().min(recorded),
        }
    }
}

/// The one form in which a moment is written, which [`When::read`] reads.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => f.write_str(&at.to_rfc3339()),
            Self::On(day) => write!(f, "{day}"),
        }
    }
}

/// The clock that shows a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    /// One that is so many minutes ahead of UTC.
    Ahead(i32),
    /// London's.
    London,
}

impl Zone {
    fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (_, ahead) = ZONES.iter().find(|(zone, _)| *zone == name)?;
        Some(ahead.map_or(Self::London, Self::Ahead))
    }

    /// `+01:00`, `+0100` or `+01`.
    fn offset(text: &str) -> Option<Self> {
        let (sign, digits) = match text.split_at_checked(1)? {
            ("+", digits) => (1, digits),
            ("-", digits) => (-1, digits),
            _ => return None,
        };
        let (hours, minutes) = match digits.len() {
            2 => (digits, "00"),
            4 => digits.split_at_checked(2)?,
            5 => digits.split_once(':').filter(|(hours, _)| hours.len() == 2)?,
            _ => return None,
        };
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i32>().ok()).flatten();
        let minutes = number(minutes).filter(|m| *m < 60)?;
        let ahead = number(hours)?.checked_mul(60)?.checked_add(minutes).filter(|ahead| *ahead <= FURTHEST)?;
        Some(Self::Ahead(ahead.checked_mul(sign)?))
    }
}

/// A date, and the time and zone that were written with it.
#[derive(Debug, Clone, Copy)]
struct Written {
    day: NaiveDate,
    time: Option<NaiveTime>,
    zone: Option<Zone>,
}

impl Written {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (text, bracketed) = match text.strip_suffix(']').map(|t| t.split_once('[')) {
            None => (text, None),
            Some(parts) => parts.map(|(before, zone)| (before.trim_end(), Some(zone)))?,
        };
        let in_order = without_weekday(text);
        let text = in_order.as_deref().unwrap_or(text);
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        // The separator of day and month distinguishes most forms, faster than trying them.
        let parts = text.find(|c: char| !c.is_ascii_digit()).and_then(|at| text.get(at..)?.chars().next());
        let may_be = |form: &&&str| form.contains(' ') || parts.is_some_and(|mark| form.contains(mark));
        let mut written = DATES.iter().filter(may_be).find_map(|form| Self::in_form(text, form))?;
        // Beside an offset the zone in brackets says nothing new.
        if let (Some(zone), None) = (bracketed, written.zone) {
            written.zone = Some(Zone::named(zone)?);
        }
        Some(written)
    }

    fn in_form(text: &str, form: &str) -> Option<Self> {
        let (day, rest) = NaiveDate::parse_and_remainder(text, form).ok()?;
        if !YEARS.contains(&day.year()) {
            return None;
        }
        let Some(time) = rest.strip_prefix(['T', 't', ',', ' ', '\t', '\u{a0}']) else {
            return rest.is_empty().then_some(Self { day, time: None, zone: None });
        };
        let (time, zone) = time_and_zone(time.trim_start())?;
        Some(Self { day, time: Some(time), zone })
    }

    fn resolved(self) -> Option<When> {
        let Some(time) = self.time else { return Some(When::On(self.day)) };
        let wall = self.day.and_time(time);
        let at = match self.zone {
            None | Some(Zone::London) => in_london(wall),
            Some(Zone::Ahead(minutes)) => wall.and_utc().checked_sub_signed(TimeDelta::minutes(minutes.into()))?,
        };
        Some(When::of(at)).filter(|when| YEARS.contains(&london_day(when.instant()).year()))
    }
}

/// Without the name of a weekday in front, which says nothing new; `Fri Jun 14 09:06:52 BST 2024`, as Java writes a date, in the
/// order of the others.
fn without_weekday(text: &str) -> Option<String> {
    let (first, rest) = text.split_once(char::is_whitespace)?;
    first.trim_end_matches(',').parse::<Weekday>().ok()?;
    match rest.split_whitespace().collect::<Vec<_>>()[..] {
        [month, day, time, zone, year] if month.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            Some(format!("{day} {month} {year} {time} {zone}"))
        }
        _ => Some(rest.trim_start().to_owned()),
    }
}

/// A time in a column of its own: alone, or after its date, or after the day that a database puts for none.
fn time_alone(text: &str, date: NaiveDate) -> Option<(NaiveTime, Option<Zone>)> {
    let text = text.trim();
    time_and_zone(text).or_else(|| {
        let written = Written::read(text)?;
        let no_day = NO_DAY.contains(&Some(written.day)) && written.zone.is_none();
        (no_day || written.day == date).then_some((written.time?, written.zone))
    })
}

/// `09:30`, `09:30:15`, `09:30:15.123456`, also with dots, with am or pm, and with an offset or a zone.
fn time_and_zone(text: &str) -> Option<(NaiveTime, Option<Zone>)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')));
    let (clock, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let rest = rest.trim_start();
    let (half, rest) = match rest.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("am") => (Some(0), rest.get(2..)?.trim_start()),
        Some("pm") => (Some(12), rest.get(2..)?.trim_start()),
        _ => (None, rest),
    };
    let zone = if rest.is_empty() { None } else { Some(Zone::named(rest).or_else(|| Zone::offset(rest))?) };
    Some((time_of_day(clock, half)?, zone))
}

/// A time of day; `half` is the hour at which the half of the day begins that am or pm names.
fn time_of_day(clock: &str, half: Option<u32>) -> Option<NaiveTime> {
    let separator = clock.find([':', '.']).and_then(|at| clock.get(at..)?.chars().next())?;
    let mut parts = clock.splitn(3, separator);
    let (hour, minute) = (parts.next()?, digits(parts.next()?, 2)?);
    let hour = digits(hour, hour.len()).filter(|_| hour.len() <= 2)?;
    let (second, nanosecond) = match parts.next() {
        None => (0, 0),
        Some(rest) => match rest.split_once(['.', ',']) {
            None => (digits(rest, 2)?, 0),
            Some((second, part)) if (1..=9).contains(&part.len()) => {
                (digits(second, 2)?, digits(&format!("{part:0<9}"), 9)?)
            }
            Some(_) => return None,
        },
    };
    let hour = match half {
        None => hour,
        Some(begins) if (1..=12).contains(&hour) => (hour % 12).checked_add(begins)?,
        Some(_) => return None,
    };
    NaiveTime::from_hms_nano_opt(hour, minute, second, nanosecond)
}

/// A number of exactly so many digits.
fn digits(text: &str, many: usize) -> Option<u32> {
    (many > 0 && text.len() == many && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// That time on London's clocks: where they show it twice, the earlier; where they skip it, as if they had not yet been put on.
fn in_london(wall: NaiveDateTime) -> Instant {
    match London.from_local_datetime(&wall) {
        LocalResult::Single(t) | LocalResult::Ambiguous(t, _) => t.with_timezone(&Utc),
        LocalResult::None => wall.and_utc(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says so")]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        When::read(text).map_or_else(|| "none".to_owned(), |when| when.to_string())
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
            ("10000-01-01", "none"),
            ("+10000-01-01T00:00:00Z", "none"),
            ("yesterday", "none"),
            ("", "none"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn forms_of_the_uk_of_oracle_and_of_iso_are_one_moment() {
        for text in [
            "14/06/2024 09:30:15",
            "14/06/2024, 09:30:15",
            "14-06-2024 09:30:15",
            "14.06.2024 09.30.15",
            "14-JUN-2024 09:30:15",
            "14-Jun-2024 09.30.15.000000 AM",
            "14-JUN-2024 09.30.15.000000 AM +01:00",
            "14-JUN-2024 09.30.15.000000 EUROPE/LONDON",
            "14 June 2024 9:30:15am",
            "Friday 14 June 2024 09:30:15",
            "Fri, 14 Jun 2024 08:30:15 GMT",
            "2024-06-14 09:30:15",
            "2024/06/14 09:30:15",
            "2024-06-14T09:30:15,000",
            "2024-06-14t08:30:15z",
            "2024-06-14T08:30:15 UTC",
            "2024-06-14T09:30:15+0100",
            "2024-06-14T09:30:15+01",
            "2024-06-14T09:30:15 +01:00",
            "2024-06-14T09:30:15[Europe/London]",
            "2024-06-14T08:30:15[UTC]",
            "2024-06-14T03:30:15-05:00",
        ] {
            assert_eq!(read(text), "2024-06-14T08:30:15+00:00", "{text}");
        }
        for (text, expected) in [
            ("2024-06-14T09:30Z", "2024-06-14T09:30:00+00:00"),
            ("2024-06-14 09:30:15.123456", "2024-06-14T08:30:15.123456+00:00"),
            ("14/06/2024 12:05 am", "2024-06-13T23:05:00+00:00"),
            ("14/06/2024 12:05pm", "2024-06-14T11:05:00+00:00"),
            ("14/06/2024 00:00", "2024-06-14"),
            ("6/7/2024", "2024-07-06"),
            ("1/2/1900", "1900-02-01"),
            ("31/12/2100", "2100-12-31"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_may_be_another_day_is_not_read() {
        for text in [
            "14/06/24",
            "24-06-14",
            "1/1/5",
            "14-Jun-24",
            "14-JUN-24 09.30.15.123456 AM",
            "Fri Jun 14 09:06:52 BST 24",
            "14.6.24 09:30",
            "0024-06-14",
            "0001-01-01",
            "31/12/1899",
            "01/01/2101",
            "31-DEC-4712",
            "9999-12-31T23:59:59Z",
            "06/14/2024",
            "30/02/2024",
            "2024-06",
            "2024-06-14T",
            "2024-06-14T09",
            "2024-06-14T9:5",
            "2024-06-14T24:00",
            "2024-06-14T23:59:60Z",
            "2024-06-14T09:30:15.",
            "2024-06-14T13:30 pm",
            "2024-06-14T0:30 am",
            "2024-06-14T09:30+1",
            "2024-06-14T09:30+25:00",
            "2024-06-14T09:30 CEST",
            "2024-06-14T09:30[Europe/Paris]",
            "2024-06-14T09:30:15+01:00]",
            "2024-06-14 09:30 10:30",
            "20240614",
            "1718352612739",
            "45457",
            "１４/06/2024",
        ] {
            assert_eq!(read(text), "none", "{text}");
        }
    }

    #[test]
    fn a_time_may_stand_in_a_column_of_its_own() {
        let read = |date: &str, time: &str| match When::read_with_time(date, time) {
            Ok(when) => when.to_string(),
            Err(column) => format!("{column:?}"),
        };
        for date in
            ["14/06/2024", "14/06/2024 00:00", "2024-06-14T00:00:00", "2024-06-14T00:00:00Z", "2024-06-13T23:00:00Z"]
        {
            for time in ["09:30", "09:30:00", "9:30", "9:30 AM", "2024-06-14 09:30", "01-JAN-1970 09:30:00"] {
                assert_eq!(read(date, time), "2024-06-14T08:30:00+00:00", "{date} {time}");
            }
        }
        assert_eq!(read("14/06/2024", "09:30:15"), "2024-06-14T08:30:15+00:00");
        assert_eq!(read("14/06/2024 09:30", "09:30:00"), "2024-06-14T08:30:00+00:00");
        assert_eq!(read("14/06/2024", "00:00"), "2024-06-14");
        for (date, time, column) in [
            ("14/06/2024 10:00", "09:30", "Time"),
            ("14/06/2024", "15/06/2024 09:30", "Time"),
            ("14/06/2024", "930", "Time"),
            ("14/06/2024", "0.395833", "Time"),
            ("14/06/2024", "morning", "Time"),
            ("14/06/24", "09:30", "Date"),
        ] {
            assert_eq!(read(date, time), column, "{date} {time}");
        }
    }

    #[test]
    fn the_hour_that_comes_twice_is_the_first_and_the_hour_that_is_missing_is_put_on() {
        assert_eq!(read("27/10/2024 01:30"), "2024-10-27T00:30:00+00:00");
        assert_eq!(read("2024-10-27T01:30[Europe/London]"), "2024-10-27T00:30:00+00:00");
        assert_eq!(read("2024-10-27T01:30 GMT"), "2024-10-27T01:30:00+00:00");
        assert_eq!(
            read("31/03/2024 01:30"),
            "2024-03-31T01:30:00+00:00",
            "that is 02:30 on the clocks that were put on"
        );
    }

    #[test]
    fn what_was_read_is_read_again_from_its_own_form() {
        for text in ["14/06/2024", "14/06/2024 09:30:15", "2025-07-02 13:32:00.209063+01:00", "27/10/2024 01:30"] {
            let when = When::read(text).unwrap();
            assert_eq!(When::read(&when.to_string()), Some(when), "{text}");
        }
    }

    #[test]
    fn a_day_is_its_beginning_unless_it_was_told_on_that_day() {
        let reported = When::read("2024-06-14T09:06:52Z").unwrap().instant();
        let on = |day: &str| When::read(day).unwrap().known_by(reported).to_rfc3339();
        assert_eq!(on("2024-06-13"), "2024-06-12T23:00:00+00:00");
        assert_eq!(on("2024-06-14"), "2024-06-14T09:06:52+00:00");
        assert_eq!(on("2024-07-01"), "2024-06-14T09:06:52+00:00", "nothing is known before it happens");
    }
}
