//! Moments as whole numbers, and units that were mistaken for each other.

use chrono::{DateTime, Datelike};

use crate::event::Instant;

/// A year, in microseconds.
const YEAR: i64 = 365 * 86_400 * 1_000_000;
/// The years in which a moment is believed to be meant.
const MEANT: std::ops::RangeInclusive<i32> = 1990..=2100;
/// Units that are mistaken for microseconds, with how many microseconds they have; nanoseconds have less than one.
const UNITS: [(&str, i64, i64); 3] = [("milliseconds", 1000, 1), ("seconds", 1_000_000, 1), ("nanoseconds", 1, 1000)];

/// The instant of so many microseconds since 1970 UTC. A number of seconds or of milliseconds, taken for microseconds, falls within a
/// year of 1970 until the year 2969; so every number that does is refused, and so is one of a year that RFC 3339 cannot write.
///
/// # Errors
/// What was found, with the unit that it looks to be in.
pub fn from_microseconds(microseconds: i64) -> Result<Instant, String> {
    let is_written = |t: &Instant| (0..=9999).contains(&t.year());
    let instant = DateTime::from_timestamp_micros(microseconds).filter(is_written);
    match instant.filter(|_| !(-YEAR..=YEAR).contains(&microseconds)) {
        Some(instant) => Ok(instant),
        None => Err(format!("{microseconds}{}", looks_like(microseconds))),
    }
}

/// Why an instant of a table cannot be meant: its unit was mistaken before it came here, where it falls within a year of 1970.
#[must_use]
pub fn mistaken_unit(instant: Instant) -> Option<String> {
    from_microseconds(instant.timestamp_micros()).err()
}

fn looks_like(number: i64) -> String {
    let meant = UNITS.iter().find_map(|(unit, times, part)| {
        let microseconds = number.checked_mul(*times)?.checked_div(*part)?;
        let instant = DateTime::from_timestamp_micros(microseconds).filter(|t| MEANT.contains(&t.year()))?;
        Some(format!(", which looks like {unit}: in {unit} it is {}", instant.format("%Y-%m-%d")))
    });
    let as_it_is = || DateTime::from_timestamp_micros(number).map(|t| format!(", which is {}", t.format("%Y-%m-%d")));
    meant.or_else(as_it_is).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::from_microseconds;

    #[test]
    fn microseconds_are_taken_and_other_units_are_named() {
        let day = |n| from_microseconds(n).unwrap().to_rfc3339();
        assert_eq!(day(1_517_929_200_000_000), "2018-02-06T15:00:00+00:00");
        assert_eq!(day(-62_135_596_800_000_000), "0001-01-01T00:00:00+00:00");
        let refused = |n| from_microseconds(n).unwrap_err();
        assert_eq!(refused(1_517_929_200), "1517929200, which looks like seconds: in seconds it is 2018-02-06");
        assert_eq!(
            refused(1_517_929_200_000),
            "1517929200000, which looks like milliseconds: in milliseconds it is 2018-02-06"
        );
        assert_eq!(
            refused(1_517_929_200_000_000_000),
            "1517929200000000000, which looks like nanoseconds: in nanoseconds it is 2018-02-06"
        );
        assert_eq!(refused(1), "1, which is 1970-01-01");
        assert_eq!(refused(-1), "-1, which is 1969-12-31");
        for n in [i64::MIN, i64::MAX] {
            assert_eq!(refused(n), n.to_string());
        }
    }
}
