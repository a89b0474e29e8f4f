//! The order of all records of a store, and how to read it without a gap.
//!
//! A record's place is drawn when it is written, and seen when its transaction is committed. Where several write at once a
//! higher place may be seen before a lower one, and who reads "all after the last that I saw" would never see the lower one.
//! So whoever appends enters a fence that many may share, before drawing a place; who follows changes takes the fence alone
//! for a moment: then no place is drawn that is not decided, and what lies up to the highest one seen is all there will be.
//! SQLite has one writer at a time, and needs none of it.

use crate::error::Trouble;
use crate::sql::Tx;

/// Before appending; until the end of the transaction.
pub(crate) fn enter(tx: &mut Tx<'_>) -> Result<(), Trouble> {
    if tx.is_postgres() {
        tx.execute("SELECT pg_advisory_xact_lock_shared(20180925, 1)", &[])?;
    }
    Ok(())
}

/// The place up to which everything is decided.
pub(crate) fn horizon(tx: &mut Tx<'_>) -> Result<u64, Trouble> {
    if tx.is_postgres() {
        tx.execute("SELECT pg_advisory_xact_lock(20180925, 1)", &[])?;
    }
    let highest = tx.row("SELECT coalesce(max(place), 0) FROM record", &[], |row| row.number(0))?;
    Ok(highest.unwrap_or(0))
}
