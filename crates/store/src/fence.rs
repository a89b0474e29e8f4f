//! The order of all records of a store, and how to read it without a gap.
//!
//! A record's place is drawn when it is written, and seen when its transaction is committed. Where several write at once a
//! higher place may be seen before a lower one, and who reads "all after the last that I saw" would never see the lower one.
//! SQLite has one writer at a time, and needs none of what follows.
//!
//! Whoever writes a record first *enters*: it holds, until its transaction ends, a shared lock whose key is the highest place that was
//! committed when it entered. It draws its own places later, and so all of them are higher than its key. No process ever asks for
//! such a lock alone, so no process waits for one.
//!
//! Whoever follows reads first the highest committed place `M`, and then the keys of all locks that are held. Up to the lowest
//! of `M` and those keys, the *horizon*, everything is decided. For let `P` be a place up to it. `P` is at most `M`, which had
//! been drawn before it was read, and places rise; so `P` had been drawn, and its writer had entered, before the keys were read. If
//! that writer still held its lock, its key would be among them and lower than `P`, which is then above the horizon. So it has
//! ended; a lock is given back after its transaction is seen by others, and whoever reads up to the horizon in a transaction
//! that begins later sees `P`, if it is there at all.

use crate::error::AttemptError;
use crate::sql::Tx;

/// The lock's first key is the number of the store's own table, so that stores in one database do not see each other's; the
/// second has room for 32 bits of the place.
const ENTER: &str = "SELECT pg_advisory_xact_lock_shared('record'::regclass::oid::int4,
    (coalesce(max(place), 0) & 4294967295)::bit(32)::int4) FROM record";

const HELD: &str = "SELECT objid::bigint FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 2
    AND classid = 'record'::regclass::oid
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())";

/// Before a record is written, and until the end of the transaction.
pub(crate) fn enter(tx: &mut Tx<'_>) -> Result<(), AttemptError> {
    if tx.is_to_enter() {
        tx.execute(ENTER, &[])?;
    }
    Ok(())
}

/// The place up to which everything is decided, for transactions that begin later.
pub(crate) fn horizon(tx: &mut Tx<'_>) -> Result<u64, AttemptError> {
    let highest = tx.row("SELECT coalesce(max(place), 0) FROM record", &[], |row| row.number(0))?.unwrap_or(0);
    if !tx.is_postgres() {
        return Ok(highest);
    }
    let keys = tx.rows(HELD, &[], |row| row.number(0))?;
    Ok(keys.into_iter().map(|key| near(highest, key)).fold(highest, u64::min))
}

/// The place nearest to `highest` that has these low 32 bits: while one transaction is open no store grows by two thousand
/// million records.
fn near(highest: u64, key: u64) -> u64 {
    const ALL: u64 = 1 << 32;
    let ahead = key.wrapping_sub(highest) % ALL;
    if ahead < ALL / 2 { highest.saturating_add(ahead) } else { highest.saturating_sub(ALL.saturating_sub(ahead)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_32_bits_is_the_place_nearest_to_the_highest() {
        const TURN: u64 = 1 << 32;
        for (highest, place) in [
            (0, 0),
            (7, 7),
            (7, 3),
            (3, 7),
            (TURN + 5, TURN - 2),
            (TURN - 2, TURN + 5),
            (7 * TURN, 7 * TURN - 1),
            (7 * TURN + TURN / 2, 7 * TURN + 1),
        ] {
            assert_eq!(near(highest, place % TURN), place, "{place} seen from {highest}");
        }
    }
}
