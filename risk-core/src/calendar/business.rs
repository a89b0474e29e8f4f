//! Business days of England and Wales, and the statutory clock that counts hours.

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use super::bank_holidays::{BANK_HOLIDAYS, BankHoliday};
use super::civil::{london_day, start_of_day};
use crate::event::Instant;

/// A sum of days that reaches a year whose bank holidays are not in the data. It is never guessed: there are bank
/// holidays that no formula gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bank holidays of {year} are not known: the calendar holds {first_year} to {last_year}")]
pub struct OutsideCalendar {
    /// The first year that the sum touches and the calendar does not hold.
    pub year: i32,
    /// The first year that the calendar holds.
    pub first_year: i32,
    /// The last year that the calendar holds.
    pub last_year: i32,
}

/// The business days of England and Wales: Monday to Friday, without bank holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusinessCalendar;

impl BusinessCalendar {
    /// The name of this calendar with the years that it holds, for the receipt of an answer.
    pub const VERSION: &'static str = "england-wales-2012-2028";

    /// The first year whose bank holidays are known.
    #[must_use]
    pub fn first_year() -> i32 {
        BANK_HOLIDAYS.first().map_or(0, |h| h.date.year())
    }

    /// The last year whose bank holidays are known.
    #[must_use]
    pub fn last_year() -> i32 {
        BANK_HOLIDAYS.last().map_or(0, |h| h.date.year())
    }

    /// Whether that day is a business day; `None` in a year outside the data.
    #[must_use]
    pub fn is_business_day(d: NaiveDate) -> Option<bool> {
        covered(d).ok()?;
        Some(!is_weekend(d) && !is_bank_holiday(d))
    }

    /// The `n`th business day after `d`. Day 0 is `d` itself, business day or not.
    ///
    /// # Errors
    /// [`OutsideCalendar`] where `d`, or any day up to the result, lies in a year outside the data.
    pub fn add(d: NaiveDate, n: u32) -> Result<NaiveDate, OutsideCalendar> {
        covered(d)?;
        let mut day = d;
        let mut left = n;
        while left > 0 {
            day = next_day(day)?;
            if !is_weekend(day) && !is_bank_holiday(day) {
                left = left.saturating_sub(1);
            }
        }
        Ok(day)
    }

    /// The bank holidays of a year, in order of date; none for a year outside the data.
    #[must_use]
    pub fn bank_holidays(year: i32) -> &'static [BankHoliday] {
        let start = BANK_HOLIDAYS.partition_point(|h| h.date.year() < year);
        let end = BANK_HOLIDAYS.partition_point(|h| h.date.year() <= year);
        BANK_HOLIDAYS.get(start..end).unwrap_or_default()
    }
}

/// When a period of so many hours ends on the 48-hour clock of the Domestic Abuse Act 2021, section 29(3), which
/// disregards Sundays, Christmas Day, Good Friday and bank holidays; Saturdays count. Days are London's.
///
/// # Errors
/// [`OutsideCalendar`] where the period touches a year outside the data.
pub fn statutory_hours_end(from: Instant, hours: u32) -> Result<Instant, OutsideCalendar> {
    let mut left = TimeDelta::hours(i64::from(hours));
    let mut now = from;
    let mut day = london_day(from);
    covered(day)?;
    loop {
        if !is_disregarded(day) {
            let end = now.checked_add_signed(left);
            let midnight = day.succ_opt().map(start_of_day);
            match (end, midnight) {
                (Some(end), Some(midnight)) if end <= midnight => return Ok(end),
                (_, Some(midnight)) => left = left.checked_sub(&midnight.signed_duration_since(now)).unwrap_or(left),
                (_, None) => {}
            }
        }
        day = next_day(day)?;
        now = start_of_day(day);
    }
}

fn covered(d: NaiveDate) -> Result<(), OutsideCalendar> {
    let (year, first_year, last_year) = (d.year(), BusinessCalendar::first_year(), BusinessCalendar::last_year());
    if (first_year..=last_year).contains(&year) { Ok(()) } else { Err(OutsideCalendar { year, first_year, last_year }) }
}

fn next_day(d: NaiveDate) -> Result<NaiveDate, OutsideCalendar> {
    // The data end long before representable time does, so `d` stands in for a day after the last.
    let next = d.succ_opt().unwrap_or(d);
    covered(next).map(|()| next)
}

fn is_weekend(d: NaiveDate) -> bool {
    matches!(d.weekday(), Weekday::Sat | Weekday::Sun)
}

fn is_bank_holiday(d: NaiveDate) -> bool {
    BANK_HOLIDAYS.binary_search_by_key(&d, |h| h.date).is_ok()
}

/// 25 December is named by section 29(3) itself, whichever day of the week it is. 26 December is a bank holiday even
/// on a Saturday (Banking and Financial Dealings Act 1971, Schedule 1, paragraph 1: "if it be not a Sunday"), although
/// the list of days kept then shows its substitute only.
fn is_disregarded(d: NaiveDate) -> bool {
    let christmas = d.month() == 12 && matches!(d.day(), 25 | 26);
    d.weekday() == Weekday::Sun || christmas || is_bank_holiday(d)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "an overflow fails the test")]
mod tests {
    use proptest::prelude::*;

    use super::super::civil::{add_days, parse_moment};
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn add(from: &str, n: u32) -> NaiveDate {
        BusinessCalendar::add(day(from), n).unwrap()
    }

    fn hours_end(from: &str, hours: u32) -> Instant {
        statutory_hours_end(parse_moment(from).unwrap(), hours).unwrap()
    }

    #[test]
    fn fifteen_business_days_across_easter_2018() {
        assert_eq!(add("2018-03-27", 15), day("2018-04-19"));
    }

    #[test]
    fn day_0_is_the_day_itself_even_a_sunday_and_the_first_day_after_a_friday_is_a_monday() {
        assert_eq!(add("2018-02-04", 0), day("2018-02-04"));
        assert_eq!(add("2018-02-04", 1), day("2018-02-05"));
        assert_eq!(add("2018-02-09", 1), day("2018-02-12"));
    }

    #[test]
    fn the_days_that_no_formula_gives_are_no_business_days() {
        for d in ["2012-06-05", "2020-05-08", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08"] {
            assert_eq!(BusinessCalendar::is_business_day(day(d)), Some(false), "{d}");
        }
        for moved_away in ["2012-05-28", "2020-05-04", "2022-05-30"] {
            assert_eq!(BusinessCalendar::is_business_day(day(moved_away)), Some(true), "{moved_away}");
        }
    }

    #[test]
    fn a_sum_that_touches_a_year_outside_the_data_is_an_error_that_names_the_years() {
        let outside = |year| OutsideCalendar { year, first_year: 2012, last_year: 2028 };
        assert_eq!(BusinessCalendar::add(day("2028-12-29"), 1), Err(outside(2029)));
        assert_eq!(BusinessCalendar::add(day("2011-12-29"), 0), Err(outside(2011)));
        assert_eq!(BusinessCalendar::add(day("2018-01-01"), u32::MAX), Err(outside(2029)));
        assert_eq!(BusinessCalendar::is_business_day(day("2029-01-02")), None);
        let far = statutory_hours_end(parse_moment("2028-12-30 12:00").unwrap(), 48);
        assert_eq!(far, Err(outside(2029)));
        assert_eq!(
            outside(2029).to_string(),
            "the bank holidays of 2029 are not known: the calendar holds 2012 to 2028"
        );
    }

    #[test]
    fn the_version_names_the_years_that_the_data_hold() {
        let (first, last) = (BusinessCalendar::first_year(), BusinessCalendar::last_year());
        assert_eq!(BusinessCalendar::VERSION, format!("england-wales-{first}-{last}"));
    }

    #[test]
    fn every_year_is_whole_in_order_and_on_weekdays() {
        for year in BusinessCalendar::first_year()..=BusinessCalendar::last_year() {
            let of_year = BusinessCalendar::bank_holidays(year);
            assert!((8..=10).contains(&of_year.len()), "{year} has {}", of_year.len());
            assert!(of_year.windows(2).all(|w| w[0].date < w[1].date), "{year}");
            assert!(of_year.iter().all(|h| h.date.year() == year && !is_weekend(h.date)), "{year}");
            for name in ["New Year's Day", "Good Friday", "Easter Monday", "Christmas Day", "Boxing Day"] {
                assert_eq!(of_year.iter().filter(|h| h.name.starts_with(name)).count(), 1, "{year}: {name}");
            }
        }
        assert!(BusinessCalendar::bank_holidays(2029).is_empty());
    }

    #[test]
    fn on_the_statutory_clock_saturdays_count_and_sundays_do_not() {
        assert_eq!(hours_end("2025-02-06 10:00", 48), parse_moment("2025-02-08 10:00").unwrap());
        assert_eq!(hours_end("2025-02-07 10:00", 48), parse_moment("2025-02-10 10:00").unwrap());
    }

    #[test]
    fn a_notice_given_on_maundy_thursday_runs_over_easter() {
        // Thursday 14 hours, Saturday 24, and the ten that are left on Tuesday.
        assert_eq!(hours_end("2025-04-17 10:00", 48), parse_moment("2025-04-22 10:00").unwrap());
    }

    #[test]
    fn a_notice_given_on_a_disregarded_day_starts_to_run_when_that_day_ends() {
        assert_eq!(hours_end("2025-02-09 10:00", 48), parse_moment("2025-02-12 00:00").unwrap());
    }

    #[test]
    fn boxing_day_on_a_saturday_is_disregarded_and_so_is_its_substitute() {
        // 2026: Friday 25, Saturday 26, Sunday 27 and Monday 28 December do not count.
        assert_eq!(hours_end("2026-12-24 12:00", 48), parse_moment("2026-12-30 12:00").unwrap());
    }

    #[test]
    fn christmas_day_on_a_saturday_is_disregarded() {
        // 2027: Saturday 25 to Tuesday 28 December do not count.
        assert_eq!(hours_end("2027-12-24 12:00", 24), parse_moment("2027-12-29 12:00").unwrap());
    }

    #[test]
    fn no_hours_end_at_once_on_a_day_that_counts() {
        assert_eq!(hours_end("2025-02-06 10:00", 0), parse_moment("2025-02-06 10:00").unwrap());
    }

    prop_compose! {
        fn some_day()(n in 0_u32..5_000) -> NaiveDate { add_days(day("2012-01-01"), n).unwrap() }
    }

    proptest! {
        #[test]
        fn adding_n_then_m_is_adding_n_plus_m(d in some_day(), n in 0_u32..100, m in 0_u32..100) {
            let stepwise = BusinessCalendar::add(BusinessCalendar::add(d, n).unwrap(), m);
            prop_assert_eq!(stepwise, BusinessCalendar::add(d, n + m));
        }

        #[test]
        fn a_sum_of_business_days_ends_on_one(d in some_day(), n in 1_u32..100) {
            let end = BusinessCalendar::add(d, n).unwrap();
            prop_assert_eq!(BusinessCalendar::is_business_day(end), Some(true));
        }

        #[test]
        fn one_more_business_day_is_always_later(d in some_day(), n in 0_u32..100) {
            prop_assert!(BusinessCalendar::add(d, n).unwrap() < BusinessCalendar::add(d, n + 1).unwrap());
        }

        #[test]
        fn the_statutory_clock_never_outruns_time_and_more_hours_end_later(d in some_day(), hours in 0_u32..200) {
            let from = parse_moment(&format!("{d} 09:30")).unwrap();
            let end = statutory_hours_end(from, hours).unwrap();
            prop_assert!(end >= from + TimeDelta::hours(i64::from(hours)));
            prop_assert!(statutory_hours_end(from, hours + 1).unwrap() > end);
        }
    }
}
