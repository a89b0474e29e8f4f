//! Civil time in Europe/London, and the days that count towards a deadline in England and Wales.
//!
//! Everything here is computed from its arguments and from data compiled in. Nothing reads a clock.

mod bank_holidays;
mod business;
mod civil;
mod unit;

pub use bank_holidays::BankHoliday;
pub use business::{BusinessCalendar, OutsideCalendar, statutory_hours_end};
pub use civil::{MomentError, add_days, add_months, end_of_day, london_day, noon, parse_moment, start_of_day};
pub use unit::{from_microseconds, mistaken_unit};
