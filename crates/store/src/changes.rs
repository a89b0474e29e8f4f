//! Following a store: every record of every case, in one order, without a gap.

use uuid::Uuid;

use crate::Store;
use crate::error::StoreError;
use crate::fence;
use crate::head::Head;
use crate::journal::{self, Act};
use crate::records::StoredRecord;
use crate::who::Operator;

/// A record as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place in the order of all records. Places rise, and some are left out.
    pub place: u64,
    /// The case.
    pub case_id: Uuid,
    /// Its position in the case's log, from 1.
    pub position: u64,
    /// The line of the case's sealed log, as it is kept now: without its payload where that was erased since.
    pub line: String,
}

impl Store {
    /// The records after a place, at most so many, in the order of their places. Asked again with the last place that it gave
    /// it goes on from there, and whatever is appended meanwhile, by however many writers, comes once and is not passed over.
    /// None: there is nothing new, or nothing that is decided: while a writer holds its transaction open, what came in since it
    /// began is held back, and no writer waits for whoever follows.
    ///
    /// # Errors
    /// [`StoreError::BeyondEnd`] for a place that the store has not reached: it is of another store, or this one was restored from
    /// an older copy; and where the store cannot be reached or read.
    pub fn changes(&self, by: &Operator, after: u64, limit: u64) -> Result<Vec<Change>, StoreError> {
        let horizon = self.horizon(after)?;
        if horizon < after {
            return Err(StoreError::BeyondEnd { place: after, end: horizon });
        }
        if horizon == after {
            return Ok(vec![]);
        }
        let now = self.now();
        self.change(|tx, open| {
            let kept = tx.rows(
                "SELECT place, case_id, position, header, payload FROM record WHERE place > $1 AND place <= $2
                 ORDER BY place LIMIT $3",
                &[after.into(), horizon.into(), limit.into()],
                |row| {
                    let (case_id, position) = (row.id(1)?, row.number(2)?);
                    let kept = StoredRecord { case_id, position, header: row.text(3)?, payload: row.bytes(4)? };
                    Ok((row.number(0)?, kept))
                },
            )?;
            let mut changes = Vec::with_capacity(kept.len());
            for (place, kept) in kept {
                let (case_id, position) = (kept.case_id, kept.position);
                changes.push(Change { place, case_id, position, line: kept.line(open.keys())? });
            }
            if let Some(last) = changes.last() {
                let mut head = Head::of_the_store(tx)?;
                journal::write(tx, &mut head, by.into(), now, Act::Followed { after, to: last.place })?;
                head.keep(tx)?;
            }
            Ok(changes)
        })
    }

    /// A place after `after` up to which everything is decided; asked of the database only where it is not known yet.
    fn horizon(&self, after: u64) -> Result<u64, StoreError> {
        let known = self.inner()?.horizon;
        if known > after {
            return Ok(known);
        }
        // A transaction of its own, as what is decided is seen by those that begin later.
        let horizon = self.look(fence::horizon)?;
        self.inner()?.horizon = horizon;
        Ok(horizon)
    }
}
