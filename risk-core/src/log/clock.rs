//! The time at which records are appended, if the clocks of the machines differ.

use chrono::TimeDelta;

use super::error::AppendError;
use super::record::{Record, RecordError, write_instant};
use crate::event::Instant;

/// How far the clock of another machine may be ahead of this machine's.
pub const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

/// The time at which the records are appended: now by the clock of this machine, but not before `earliest`, and not before any of them was
/// recorded, unless that is after `limit`. So no record is appended before it was recorded.
///
/// # Errors
/// [`AppendError::Refused`] for a record that was recorded after `limit`: one of the two clocks is wrong.
pub fn time_of_taking<'r>(
    records: impl IntoIterator<Item = &'r Record>,
    clock: Instant,
    earliest: Option<Instant>,
    limit: Instant,
) -> Result<Instant, AppendError> {
    let now = earliest.map_or(clock, |earliest| earliest.max(clock));
    let latest = records.into_iter().max_by_key(|record| record.recorded_at);
    let Some(latest) = latest.filter(|record| record.recorded_at > now) else { return Ok(now) };
    if latest.recorded_at <= limit {
        return Ok(latest.recorded_at);
    }
    let expected = format!(
        "an instant at most {} minutes after this machine's clock, {}: one of the two clocks is wrong",
        CLOCKS_DIFFER.num_minutes(),
        write_instant(clock)
    );
    let e = RecordError::new("recorded_at", expected, write_instant(latest.recorded_at));
    Err(AppendError::refused(latest.event_id, e))
}
