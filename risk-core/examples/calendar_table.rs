//! Prints the calendar as comma-separated lines, for `tests/calendar_cross_check.py` and for anybody who wants to look:
//!
//! ```text
//! bank_holiday,2018-03-30,Good Friday
//! fifteen_business_days_after,2018-03-27,2018-04-19
//! begins,2018-07-01,2018-06-30T23:00:00+00:00
//! ```

use std::io::{self, BufWriter, Write};

use risk_core::calendar::{BusinessCalendar, start_of_day};

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let years = BusinessCalendar::first_year()..=BusinessCalendar::last_year();
    for holiday in years.clone().flat_map(BusinessCalendar::bank_holidays) {
        writeln!(out, "bank_holiday,{},{}", holiday.date, holiday.name)?;
    }
    let first = chrono::NaiveDate::from_ymd_opt(*years.start(), 1, 1);
    let days = std::iter::successors(first, chrono::NaiveDate::succ_opt);
    for day in days.take_while(|d| BusinessCalendar::is_business_day(*d).is_some()) {
        if let Ok(later) = BusinessCalendar::add(day, 15) {
            writeln!(out, "fifteen_business_days_after,{day},{later}")?;
        }
        writeln!(out, "begins,{day},{}", start_of_day(day).to_rfc3339())?;
    }
    out.flush()
}
