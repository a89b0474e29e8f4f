//! Where the two chains of a case end: that of its records and that of its journal.

use uuid::Uuid;

use crate::error::{AttemptError, StoreError};
use crate::journal::{DIRECTORY, WHOLE_STORE};
use crate::sql::{Row, Tx};

/// Where a case's chains end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) case_id: Uuid,
    pub(crate) records: u64,
    /// The last record's hash; empty where there is none.
    pub(crate) record_hash: String,
    pub(crate) entries: u64,
    pub(crate) entry_hash: String,
    /// How many facts the journal states, where that is known already (see [`crate::journal_end`]).
    pub(crate) facts: Option<u64>,
}

impl Head {
    fn new(case_id: Uuid) -> Self {
        Self { case_id, records: 0, record_hash: String::new(), entries: 0, entry_hash: String::new(), facts: None }
    }

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            case_id: row.id(0)?,
            records: row.number(1)?,
            record_hash: row.text(2)?,
            entries: row.number(3)?,
            entry_hash: row.text(4)?,
            facts: None,
        })
    }

    /// Takes hold of the case: until the transaction ends no other transaction appends to it. A case that is not there yet has an
    /// empty head.
    pub(crate) fn hold(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Self, AttemptError> {
        if !tx.is_postgres() {
            return Ok(Self::find(tx, case_id)?.unwrap_or_else(|| Self::new(case_id)));
        }
        let id = [(&case_id).into()];
        // The row is made where it is missing, so that there is something to hold.
        let held = "SELECT case_id, records, record_hash, entries, entry_hash FROM head WHERE case_id = $1 FOR UPDATE";
        if let Some(head) = tx.row(held, &id, Self::read)? {
            return Ok(head);
        }
        tx.execute("INSERT INTO head (case_id, records, record_hash) VALUES ($1, 0, '') ON CONFLICT DO NOTHING", &id)?;
        Ok(tx.row(held, &id, Self::read)?.unwrap_or_else(|| Self::new(case_id)))
    }

    /// The head of a case, without holding it.
    pub(crate) fn find(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Option<Self>, AttemptError> {
        tx.row(
            "SELECT case_id, records, record_hash, entries, entry_hash FROM head WHERE case_id = $1",
            &[(&case_id).into()],
            Self::read,
        )
    }

    /// Heads of cases in order of their ids, after one; with those whose journal alone there is, without the store's own.
    pub(crate) fn page(tx: &mut Tx<'_>, after: Uuid, limit: u64) -> Result<Vec<Self>, AttemptError> {
        tx.rows(
            "SELECT case_id, records, record_hash, entries, entry_hash FROM head WHERE case_id > $1
             AND case_id <> $2 ORDER BY case_id LIMIT $3",
            &[(&after).into(), (&DIRECTORY).into(), limit.into()],
            Self::read,
        )
    }

    /// The ids alone, so that a head that cannot be read does not prevent reading the others.
    pub(crate) fn ids(tx: &mut Tx<'_>, after: Uuid, limit: u64) -> Result<Vec<Uuid>, AttemptError> {
        tx.rows(
            "SELECT case_id FROM head WHERE case_id > $1 AND case_id <> $2 ORDER BY case_id LIMIT $3",
            &[(&after).into(), (&DIRECTORY).into(), limit.into()],
            |row| row.id(0),
        )
    }

    /// The cases that have records and no head: someone took it away.
    pub(crate) fn lost(tx: &mut Tx<'_>) -> Result<Vec<Uuid>, AttemptError> {
        tx.rows(
            "SELECT DISTINCT case_id FROM record WHERE case_id NOT IN (SELECT case_id FROM head) ORDER BY case_id",
            &[],
            |row| row.id(0),
        )
    }

    /// How many records there are, as far as the heads say.
    pub(crate) fn records(tx: &mut Tx<'_>) -> Result<u64, AttemptError> {
        let sum = tx.row("SELECT CAST(coalesce(sum(records), 0) AS BIGINT) FROM head", &[], |row| row.number(0))?;
        Ok(sum.unwrap_or(0))
    }

    /// Takes hold of the directory, before any case: facts are written by one transaction at a time. Who follows the store or
    /// appends to a case that has no new fact does not wait for it.
    pub(crate) fn of_the_facts(tx: &mut Tx<'_>) -> Result<Self, AttemptError> {
        if let Some(held) = &tx.facts {
            return Ok(held.clone());
        }
        let held = Self::hold(tx, DIRECTORY)?;
        tx.facts = Some(held.clone());
        Ok(held)
    }

    pub(crate) fn of_the_store(tx: &mut Tx<'_>) -> Result<Self, AttemptError> {
        Self::hold(tx, WHOLE_STORE)
    }

    pub(crate) fn keep(&self, tx: &mut Tx<'_>) -> Result<(), AttemptError> {
        tx.execute(
            "INSERT INTO head (case_id, records, record_hash, entries, entry_hash) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (case_id) DO UPDATE SET records = excluded.records, record_hash = excluded.record_hash,
             entries = excluded.entries, entry_hash = excluded.entry_hash",
            &[
                (&self.case_id).into(),
                self.records.into(),
                self.record_hash.as_str().into(),
                self.entries.into(),
                self.entry_hash.as_str().into(),
            ],
        )?;
        Ok(())
    }
}
