//! Where a journal ends: whether it is there, and how many facts it states.
//!
//! The directory (see [`crate::directory`]) says which facts there are. Someone could take it back to an earlier end, where it is
//! rightly chained and leaves out the newest facts. So each entry of a journal counts the facts that the journal states with it,
//! and that number is compared with the directory whenever the facts of a case are asked for.

use chrono::{DateTime, Utc};
use risk_core::event::Instant;

use crate::clock;
use crate::error::{AttemptError, StoreError};
use crate::head::Head;
use crate::journal::{self, Entry};
use crate::sql::Tx;

/// What is said of a case whose journal was removed.
pub(crate) const GONE: &str = "expected a journal of its records, found none";

/// How many facts the journal states that ends where `head` says: a row is read, or the whole journal where an older version
/// of this software wrote the last entry.
///
/// # Errors
/// [`StoreError::Altered`] if the journal does not end there.
pub(crate) fn facts_stated(tx: &mut Tx<'_>, head: &Head) -> Result<u64, AttemptError> {
    if let Some(known) = head.facts {
        return Ok(known);
    }
    if head.entries == 0 {
        return Ok(0);
    }
    let last = journal::find(tx, head.case_id, head.entries)?.filter(|found| found.is(&head.entry_hash));
    let Some(last) = last else {
        let what = format!("expected {} journal entries, found another last one or none", head.entries);
        return Err(StoreError::Altered { case_id: head.case_id, what }.into());
    };
    let last: Entry =
        serde_json::from_str(&last.text).map_err(|_| StoreError::damaged("a journal entry that is none"))?;
    match last.facts {
        Some(facts) => Ok(facts),
        None => {
            let entries = journal::verified(tx, head)?;
            let facts = entries.iter().filter(|(entry, _)| entry.act.subject().is_some()).count();
            Ok(u64::try_from(facts).unwrap_or(u64::MAX))
        }
    }
}

/// Refuses a case that has records and no journal, unless it had its records before there were journals.
///
/// # Errors
/// [`StoreError::Altered`].
pub(crate) fn must_be_there(tx: &mut Tx<'_>, head: &Head) -> Result<(), AttemptError> {
    if head.records == 0 || head.entries > 0 {
        return Ok(());
    }
    let since = journals_since(tx)?;
    let last = tx.row(
        "SELECT header FROM record WHERE case_id = $1 AND position = $2",
        &[(&head.case_id).into(), head.records.into()],
        |row| row.text(0),
    )?;
    // A log without that record is refused as what it is.
    match last.filter(|header| is_due(header, since)) {
        Some(_) => Err(StoreError::Altered { case_id: head.case_id, what: GONE.to_owned() }.into()),
        None => Ok(()),
    }
}

/// Since when the store has journals. If that cannot be read it is taken to have had them always.
pub(crate) fn journals_since(tx: &mut Tx<'_>) -> Result<Instant, AttemptError> {
    let since = tx.row("SELECT applied_on FROM store_form WHERE version = 2", &[], |row| row.text(0))?;
    let since = since.and_then(|since| DateTime::parse_from_rfc3339(&since).ok());
    Ok(since.map_or(DateTime::<Utc>::MIN_UTC, |since| since.to_utc()))
}

/// Whether a record with this header was taken in when there were journals.
pub(crate) fn is_due(header: &str, journals_since: Instant) -> bool {
    clock::taken_at(header).is_none_or(|taken| taken > journals_since)
}
