//! Instants and the civil days and wall-clock times of London.

use chrono::{
    DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone,
    Timelike, Utc,
};
use chrono_tz::Europe::London;

use crate::event::Instant;
use crate::event::field::describe_text;

/// Why a moment could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {}, found {}", self.expected(), self.found())]
pub enum MomentError {
    /// It has none of the accepted forms.
    Form {
        /// What stood there: a term, or a description of its shape.
        found: String,
    },
    /// London's clocks went forward over it.
    Skipped {
        /// The wall-clock time.
        wall: NaiveDateTime,
    },
    /// London's clocks showed it twice.
    Twice {
        /// The wall-clock time.
        wall: NaiveDateTime,
        /// The first of the two, RFC 3339.
        first: String,
        /// The second of the two, RFC 3339.
        second: String,
    },
}

impl MomentError {
    /// What was expected.
    #[must_use]
    pub fn expected(&self) -> &'static str {
        match self {
            Self::Form { .. } => {
                "a date (2018-04-18), a London time (2018-02-06 15:00) or an RFC 3339 instant (2018-02-06T15:00:00Z)"
            }
            Self::Skipped { .. } => "a London time that exists",
            Self::Twice { .. } => "one moment",
        }
    }

    /// What stood there.
    #[must_use]
    pub fn found(&self) -> String {
        match self {
            Self::Form { found } => found.clone(),
            Self::Skipped { wall } => format!("{wall}, which was skipped when summer time began"),
            Self::Twice { wall, first, second } => format!(
                "{wall}, which London's clocks showed twice when summer time ended: write it with its offset, {first} or \
                 {second}"
            ),
        }
    }
}

/// The civil day, in London, on which an instant falls.
#[must_use]
pub fn london_day(t: Instant) -> NaiveDate {
    let utc = t.naive_utc();
    if let Some(summer) = summer_time(utc) {
        let ahead = if summer { SUMMER } else { TimeDelta::zero() };
        return utc.checked_add_signed(ahead).unwrap_or(utc).date();
    }
    let offset = London.offset_from_utc_datetime(&utc).fix();
    // At the very ends of representable time there is no local day; the day in UTC stands for it.
    utc.checked_add_offset(offset).unwrap_or(utc).date()
}

/// Midnight, London, at which a civil day begins.
#[must_use]
pub fn start_of_day(d: NaiveDate) -> Instant {
    at_wall_time(d.and_time(NaiveTime::MIN))
}

/// Twelve o'clock, London.
#[must_use]
pub fn noon(d: NaiveDate) -> Instant {
    const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
        Some(noon) => noon,
        None => NaiveTime::MIN,
    };
    at_wall_time(d.and_time(NOON))
}

/// The last microsecond of a civil day, London: all that happened on the day happened by then.
#[must_use]
pub fn end_of_day(d: NaiveDate) -> Instant {
    let next = add_days(d, 1).map(start_of_day);
    next.and_then(|t| t.checked_sub_signed(TimeDelta::microseconds(1))).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// So many civil days later; `None` beyond representable time.
#[must_use]
pub fn add_days(d: NaiveDate, n: u32) -> Option<NaiveDate> {
    d.checked_add_days(Days::new(u64::from(n)))
}

/// So many calendar months later, on the same day of the month or, where that month is shorter, on its last day;
/// `None` beyond representable time.
#[must_use]
pub fn add_months(d: NaiveDate, n: u32) -> Option<NaiveDate> {
    d.checked_add_months(Months::new(n))
}

/// Reads a moment as people write it: `2018-04-18` is the end of that day in London, `2018-02-06 15:00` (or with `T`,
/// or with seconds) is wall-clock time in London, and an RFC 3339 instant is that instant.
///
/// # Errors
/// [`MomentError`] where the text has none of these forms, or names a wall-clock time that London skipped or had twice.
pub fn parse_moment(text: &str) -> Result<Instant, MomentError> {
    if let Some(day) = exact_date(text) {
        return Ok(end_of_day(day));
    }
    if let Some(wall) = exact_wall_time(text) {
        let rfc3339 = |t: Instant| t.with_timezone(&London).to_rfc3339();
        return match instants_of(wall) {
            LocalResult::Single(t) => Ok(t),
            LocalResult::None => Err(MomentError::Skipped { wall }),
            LocalResult::Ambiguous(a, b) => Err(MomentError::Twice { wall, first: rfc3339(a), second: rfc3339(b) }),
        };
    }
    DateTime::parse_from_rfc3339(text)
        .map(|t| t.with_timezone(&Utc))
        .map_err(|_| MomentError::Form { found: describe_text(text) })
}

/// A date that reads back as it was written and starts with a digit, so that neither `2018-4-8` nor a signed or
/// five-digit year passes.
fn exact_date(text: &str) -> Option<NaiveDate> {
    let date = text.parse::<NaiveDate>().ok()?;
    (text.starts_with(|c: char| c.is_ascii_digit()) && date.to_string() == text).then_some(date)
}

fn exact_wall_time(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = text.split_once([' ', 'T'])?;
    let date = exact_date(date)?;
    ["%H:%M", "%H:%M:%S"].into_iter().find_map(|form| {
        let read = NaiveTime::parse_from_str(time, form).ok()?;
        (read.format(form).to_string() == time).then(|| date.and_time(read))
    })
}

/// The instant at which London's clocks show `wall`. Neither noon nor midnight has been skipped or repeated there since
/// standard time came in (1847); before it, and at the ends of representable time, UTC is near enough.
fn at_wall_time(wall: NaiveDateTime) -> Instant {
    instants_of(wall).earliest().unwrap_or_else(|| wall.and_utc())
}

/// The instants at which London's clocks show `wall`: none in the hour that is skipped, two in the one that comes twice.
fn instants_of(wall: NaiveDateTime) -> LocalResult<Instant> {
    let winter = wall.and_utc();
    let by_rule =
        wall.checked_sub_signed(SUMMER).and_then(|utc| Some((utc.and_utc(), summer_time(utc)?, summer_time(wall)?)));
    match by_rule {
        Some((summer, true, false)) => LocalResult::Ambiguous(summer, winter),
        Some((summer, true, true)) => LocalResult::Single(summer),
        Some((_, false, false)) => LocalResult::Single(winter),
        Some((_, false, true)) => LocalResult::None,
        None => London.from_local_datetime(&wall).map(|t| t.with_timezone(&Utc)),
    }
}

/// British Summer Time, an hour ahead of UTC.
const SUMMER: TimeDelta = TimeDelta::hours(1);

/// Whether London keeps summer time at an instant of UTC: from 01:00 on the last Sunday of March to 01:00 on the last Sunday
/// of October (Summer Time Order 2002; the same days since 1996, and as the law stands for ever). `None` for the years in
/// which it was otherwise: the time zone database knows. This is asked several times for every event, and looking it up there costs more than the
/// rest of the day's arithmetic.
fn summer_time(utc: NaiveDateTime) -> Option<bool> {
    if utc.year() < 1996 {
        return None;
    }
    // Both months have 31 days.
    let last_sunday = || utc.date().with_day(31).map(|end| 31_u32.saturating_sub(end.weekday().num_days_from_sunday()));
    let from_then = || Some((utc.day(), utc.hour()) >= (last_sunday()?, 1));
    match utc.month() {
        4..=9 => Some(true),
        3 => from_then(),
        10 => from_then().map(|over| !over),
        _ => Some(false),
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "an overflow fails the test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn instant(text: &str) -> Instant {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    #[test]
    fn in_summer_the_london_day_begins_an_hour_before_the_utc_day() {
        assert_eq!(london_day(instant("2018-07-01T22:59:59Z")), day("2018-07-01"));
        assert_eq!(london_day(instant("2018-07-01T23:00:00Z")), day("2018-07-02"));
        assert_eq!(london_day(instant("2018-12-01T23:30:00Z")), day("2018-12-01"));
    }

    #[test]
    fn the_day_on_which_summer_time_begins_has_23_hours_and_the_day_on_which_it_ends_25() {
        let hours = |d: &str| {
            let next = add_days(day(d), 1).unwrap();
            (start_of_day(next) - start_of_day(day(d))).num_hours()
        };
        assert_eq!(hours("2018-03-25"), 23);
        assert_eq!(hours("2018-10-28"), 25);
        assert_eq!(hours("2018-04-02"), 24);
    }

    #[test]
    fn a_day_starts_at_midnight_has_its_noon_and_ends_a_microsecond_before_the_next() {
        assert_eq!(start_of_day(day("2018-03-26")), instant("2018-03-25T23:00:00Z"));
        assert_eq!(noon(day("2018-03-26")), instant("2018-03-26T11:00:00Z"));
        assert_eq!(noon(day("2018-03-24")), instant("2018-03-24T12:00:00Z"));
        assert_eq!(end_of_day(day("2018-03-24")), instant("2018-03-24T23:59:59.999999Z"));
    }

    #[test]
    fn summer_time_is_what_the_time_zone_database_says_in_every_hour_of_every_year() {
        let mut t = instant("1994-01-01T00:30:00Z");
        while t < instant("2040-01-01T00:00:00Z") {
            let local = London.from_utc_datetime(&t.naive_utc());
            assert_eq!(london_day(t), local.date_naive(), "{t}");
            assert_eq!(start_of_day(local.date_naive()).with_timezone(&London).date_naive(), local.date_naive(), "{t}");
            assert!(start_of_day(local.date_naive()) <= t, "{t}");
            t += TimeDelta::hours(1);
        }
    }

    #[test]
    fn london_kept_summer_time_all_through_the_winter_of_1970() {
        assert_eq!(start_of_day(day("1970-01-01")), instant("1969-12-31T23:00:00Z"));
    }

    #[test]
    fn a_month_after_the_last_of_january_is_the_last_of_february() {
        assert_eq!(add_months(day("2018-01-31"), 1), Some(day("2018-02-28")));
        assert_eq!(add_months(day("2020-01-31"), 1), Some(day("2020-02-29")));
        assert_eq!(add_months(day("2018-05-14"), 6), Some(day("2018-11-14")));
    }

    #[test]
    fn a_sum_past_the_end_of_time_is_none_and_the_ends_of_time_do_not_panic() {
        assert_eq!(add_days(NaiveDate::MAX, 1), None);
        assert_eq!(add_months(NaiveDate::MAX, 1), None);
        for d in [NaiveDate::MIN, NaiveDate::MAX] {
            assert!(start_of_day(d) <= noon(d) && noon(d) <= end_of_day(d));
        }
        assert_eq!(london_day(DateTime::<Utc>::MIN_UTC), NaiveDate::MIN);
        assert_eq!(london_day(DateTime::<Utc>::MAX_UTC), NaiveDate::MAX);
    }

    #[test]
    fn a_date_alone_is_the_end_of_that_day_and_a_time_is_londons_wall_clock() {
        assert_eq!(parse_moment("2018-04-18"), Ok(instant("2018-04-18T22:59:59.999999Z")));
        assert_eq!(parse_moment("2018-02-06 15:00"), Ok(instant("2018-02-06T15:00:00Z")));
        assert_eq!(parse_moment("2018-07-06T15:00"), Ok(instant("2018-07-06T14:00:00Z")));
        assert_eq!(parse_moment("2018-07-06T15:00:30"), Ok(instant("2018-07-06T14:00:30Z")));
        assert_eq!(parse_moment("2018-07-06T15:00:00+02:00"), Ok(instant("2018-07-06T13:00:00Z")));
    }

    #[test]
    fn a_time_that_london_skipped_or_had_twice_is_refused_with_the_way_out() {
        let skipped = parse_moment("2018-03-25 01:30").unwrap_err().to_string();
        assert!(skipped.contains("2018-03-25 01:30:00, which was skipped"), "{skipped}");
        let twice = parse_moment("2018-10-28 01:30").unwrap_err().to_string();
        assert!(twice.contains("2018-10-28T01:30:00+01:00 or 2018-10-28T01:30:00+00:00"), "{twice}");
        assert_eq!(parse_moment("2018-10-28T01:30:00+00:00"), Ok(instant("2018-10-28T01:30:00Z")));
    }

    #[test]
    fn what_is_no_moment_is_refused_without_repeating_it() {
        for text in [
            "",
            "18/04/2018",
            "2018-4-8",
            "2018-02-30",
            "18-04-18",
            "2018-04-18 25:00",
            "+12018-04-18",
            "she said on Monday",
        ] {
            let message = parse_moment(text).unwrap_err().to_string();
            assert!(message.starts_with("expected a date (2018-04-18), a London time"), "{text}: {message}");
            assert!(!message.contains("Monday"), "{message}");
        }
    }

    proptest! {
        #[test]
        fn every_instant_lies_within_its_london_day(seconds in -5_000_000_000_i64..10_000_000_000) {
            let t = DateTime::from_timestamp(seconds, 0).unwrap();
            let d = london_day(t);
            prop_assert!(start_of_day(d) <= t && t <= end_of_day(d));
        }

        #[test]
        fn days_follow_each_other_without_gap_or_overlap(n in 0_u32..200_000) {
            let d = add_days(day("1850-01-01"), n).unwrap();
            let next = d.succ_opt().unwrap();
            prop_assert_eq!(end_of_day(d) + TimeDelta::microseconds(1), start_of_day(next));
            prop_assert_eq!(london_day(start_of_day(d)), d);
            prop_assert_eq!(london_day(end_of_day(d)), d);
            prop_assert_eq!(parse_moment(&d.to_string()), Ok(end_of_day(d)));
        }
    }
}
