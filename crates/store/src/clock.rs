//! This machine's clock beside those of the machines that records come from.

use chrono::{DateTime, TimeDelta};
use risk_core::event::Instant;
use risk_core::log::{AppendError, CLOCKS_DIFFER, Log, Record, time_of_taking};
use serde::Deserialize;

use crate::error::{AttemptError, StoreError};
use crate::sql::Tx;

/// How far what is recorded may be ahead of what the store took last, where this machine's clock has gone back and says nothing.
const WITHOUT_A_CLOCK: TimeDelta = TimeDelta::days(1);

/// Of a record's header, when the store took it.
#[derive(Deserialize)]
struct Taken {
    appended_at: DateTime<chrono::Utc>,
}

/// When a log takes those of the records that it does not have. It never goes back, even where the machine's clock does; and it is not
/// before a record was recorded on a machine whose clock is a few minutes ahead.
///
/// Where this machine's clock is evidently slow, as the store has taken records at a later time, it refuses nothing: what is recorded on
/// other machines meanwhile is taken all the same.
pub(crate) fn appended_at(
    tx: &mut Tx<'_>,
    clock: Instant,
    log: &Log,
    records: &[Record],
) -> Result<Result<Instant, AppendError>, AttemptError> {
    let earliest = log.records().last().and_then(|r| r.appended_at);
    let by = |limit| {
        let fresh = records.iter().filter(|record| log.record(record.event_id).is_none());
        time_of_taking(fresh, clock, earliest, limit)
    };
    let soon = later(clock, CLOCKS_DIFFER);
    let taken = by(soon);
    if taken.is_ok() {
        return Ok(taken);
    }
    let last = last_taken(tx)?.into_iter().chain(earliest).max().filter(|last| *last > soon);
    Ok(last.map_or(taken, |last| by(later(last, WITHOUT_A_CLOCK))))
}

/// The latest time at which one of the records was taken that came last.
fn last_taken(tx: &mut Tx<'_>) -> Result<Option<Instant>, AttemptError> {
    let taken = tx.rows("SELECT header FROM record ORDER BY place DESC LIMIT 64", &[], |row| {
        let header: Taken = serde_json::from_str(&row.text(0)?).map_err(StoreError::damaged)?;
        Ok(header.appended_at)
    })?;
    Ok(taken.into_iter().max())
}

/// When the store took the record with this header, if the header says so.
pub(crate) fn taken_at(header: &str) -> Option<Instant> {
    serde_json::from_str::<Taken>(header).ok().map(|taken| taken.appended_at)
}

fn later(instant: Instant, by: TimeDelta) -> Instant {
    instant.checked_add_signed(by).unwrap_or(instant)
}
