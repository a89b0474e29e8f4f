//! Civil days in London as instants.

use chrono::{NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Europe::London;

use crate::event::Instant;

/// Noon of that day, London.
#[must_use]
pub fn noon(day: NaiveDate) -> Instant {
    at(day, 12, 0, 0)
}

/// The last second of that day, London.
#[must_use]
pub fn end_of_day(day: NaiveDate) -> Instant {
    at(day, 23, 59, 59)
}

fn at(day: NaiveDate, hour: u32, minute: u32, second: u32) -> Instant {
    let time = NaiveTime::from_hms_opt(hour, minute, second).unwrap_or(NaiveTime::MIN);
    let local = day.and_time(time);
    // London has never changed its clocks at noon or in the last second of a day; the fallback keeps this total.
    London.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |t| t.to_utc())
}
