//! Moments of a story, counted in minutes, so that no choice depends on a clock or a time zone.

use chrono::{Days, NaiveDate, TimeDelta};
use risk_core::calendar::BusinessCalendar;
use risk_core::event::Instant;

const MINUTES_A_DAY: i64 = 24 * 60;
/// Nine in the morning in London in winter, ten in summer.
const MORNING: i64 = 9 * 60;

/// Minutes since the first of January 2017, midnight UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct When(i64);

impl When {
    /// That many days after the first of January 2017, in the morning.
    pub(crate) fn on_day(day: i64) -> Self {
        Self(day.saturating_mul(MINUTES_A_DAY).saturating_add(MORNING))
    }

    /// The morning of a date.
    pub(crate) fn on(date: NaiveDate) -> Self {
        Self::on_day(date.signed_duration_since(beginning()).num_days())
    }

    /// Days after the first of January 2017.
    pub(crate) fn day(self) -> i64 {
        self.0.div_euclid(MINUTES_A_DAY)
    }

    pub(crate) fn after_days(self, days: i64) -> Self {
        self.after_minutes(days.saturating_mul(MINUTES_A_DAY))
    }

    pub(crate) fn after_minutes(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes))
    }

    /// This moment, or the morning of the next business day if offices are closed.
    pub(crate) fn in_office(self) -> Self {
        let mut when = self;
        while BusinessCalendar::is_business_day(when.date()) == Some(false) {
            when = Self::on_day(when.day().saturating_add(1));
        }
        when
    }

    /// The civil date.
    pub(crate) fn date(self) -> NaiveDate {
        let days = Days::new(self.day().unsigned_abs());
        let date = if self.0 < 0 { beginning().checked_sub_days(days) } else { beginning().checked_add_days(days) };
        date.unwrap_or_default()
    }

    /// The instant.
    pub(crate) fn instant(self) -> Instant {
        let midnight = beginning().and_time(chrono::NaiveTime::MIN).and_utc();
        TimeDelta::try_minutes(self.0).and_then(|t| midnight.checked_add_signed(t)).unwrap_or(midnight)
    }
}

fn beginning() -> NaiveDate {
    NaiveDate::from_ymd_opt(2017, 1, 1).unwrap_or_default()
}
