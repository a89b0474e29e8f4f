//! One way to speak to both databases: the same statements, with `$1`, `$2` … in the order of the values.

use uuid::Uuid;

use crate::connection::{FilePlace, ServerTx, wal};
use crate::directory::Directory;
use crate::error::{AttemptError, StoreError};
use crate::head::Head;
use crate::interrupt::Interrupt;

/// A value of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Int(i64),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
}

impl From<u64> for Value<'_> {
    fn from(n: u64) -> Self {
        // No count of the store comes near.
        Self::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl<'a> From<&'a Uuid> for Value<'a> {
    fn from(id: &'a Uuid) -> Self {
        Self::Bytes(Some(id.as_bytes()))
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            Self::Int(n) => rusqlite::ToSql::to_sql(n),
            Self::Text(text) => rusqlite::ToSql::to_sql(text),
            Self::Bytes(bytes) => rusqlite::ToSql::to_sql(bytes),
        }
    }
}

/// A row of an answer; columns from 0.
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r postgres::Row),
}

impl Row<'_> {
    pub(crate) fn number(&self, column: usize) -> Result<u64, StoreError> {
        let number: i64 = self.get(column)?;
        u64::try_from(number).map_err(|_| StoreError::damaged(format!("a number below zero in column {column}")))
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, StoreError> {
        self.get(column)
    }

    pub(crate) fn optional_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        self.get(column)
    }

    pub(crate) fn id(&self, column: usize) -> Result<Uuid, StoreError> {
        let bytes: Vec<u8> = self.get(column)?;
        Uuid::from_slice(&bytes).map_err(|_| StoreError::damaged(format!("no UUID in column {column}")))
    }

    fn get<T>(&self, column: usize) -> Result<T, StoreError>
    where
        T: rusqlite::types::FromSql + for<'a> postgres::types::FromSql<'a>,
    {
        // The column's type is set by the migrations, unless it was changed by hand.
        match self {
            Self::Sqlite(row) => row.get(column).map_err(StoreError::damaged),
            Self::Postgres(row) => row.try_get(column).map_err(StoreError::damaged),
        }
    }
}

/// A transaction of either database, and the facts that are known so far.
pub(crate) struct Tx<'c> {
    pub(crate) database: Database<'c>,
    pub(crate) directory: &'c mut Directory,
    /// Where the directory ends, while this transaction holds it: no other transaction writes to it, so it need not be read again.
    pub(crate) facts: Option<Head>,
    /// Whether the directory that is held was found to name the newest fact.
    pub(crate) is_whole: bool,
    /// Asked before each statement.
    pub(crate) interrupt: &'c Interrupt,
}

pub(crate) enum Database<'c> {
    /// With how many changes the connection had seen before it.
    Sqlite {
        tx: rusqlite::Transaction<'c>,
        changes: u64,
        place: &'c FilePlace,
    },
    Postgres(ServerTx<'c>),
}

impl<'c> Tx<'c> {
    pub(crate) fn new(database: Database<'c>, directory: &'c mut Directory, interrupt: &'c Interrupt) -> Self {
        Self { database, directory, facts: None, is_whole: false, interrupt }
    }

    /// Runs a statement, and says how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, AttemptError> {
        self.interrupt.go_on()?;
        match &mut self.database {
            Database::Sqlite { tx, .. } => {
                let mut statement = tx.prepare_cached(sql).map_err(AttemptError::sqlite)?;
                let changed = statement.execute(rusqlite::params_from_iter(values)).map_err(AttemptError::sqlite)?;
                Ok(u64::try_from(changed).unwrap_or(u64::MAX))
            }
            Database::Postgres(tx) => tx.execute(sql, values),
        }
    }

    /// Runs a query, and reads each row.
    pub(crate) fn rows<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, AttemptError> {
        self.interrupt.go_on()?;
        match &mut self.database {
            Database::Sqlite { tx, .. } => {
                let mut statement = tx.prepare_cached(sql).map_err(AttemptError::sqlite)?;
                let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(AttemptError::sqlite)?;
                let mut all = Vec::new();
                while let Some(row) = rows.next().map_err(AttemptError::sqlite)? {
                    all.push(read(&Row::Sqlite(row))?);
                }
                Ok(all)
            }
            Database::Postgres(tx) => {
                let rows = tx.query(sql, values)?;
                Ok(rows.iter().map(|row| read(&Row::Postgres(row))).collect::<Result<_, _>>()?)
            }
        }
    }

    /// Runs a query that has one row, or none.
    pub(crate) fn row<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, AttemptError> {
        Ok(self.rows(sql, values, read)?.pop())
    }

    /// Before anything is read: all of it is then of one moment, though others go on writing.
    pub(crate) fn steady(&mut self) -> Result<(), AttemptError> {
        match &mut self.database {
            Database::Sqlite { .. } => Ok(()),
            Database::Postgres(tx) => tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", &[]).map(|_| ()),
        }
    }

    /// Whether it is one of PostgreSQL, for what only one of the databases has.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.database, Database::Postgres(..))
    }

    /// Whether the fence has still to be entered: on PostgreSQL, once in each transaction.
    pub(crate) fn is_to_enter(&mut self) -> bool {
        match &mut self.database {
            Database::Sqlite { .. } => false,
            Database::Postgres(tx) => !std::mem::replace(&mut tx.entered, true),
        }
    }

    pub(crate) fn commit(self) -> Result<(), AttemptError> {
        match self.database {
            Database::Sqlite { tx, changes, place } => {
                if tx.total_changes() != changes {
                    wal::count(&tx)?;
                    place.must_hold(&tx)?;
                }
                tx.commit().map_err(AttemptError::sqlite)
            }
            Database::Postgres(tx) => tx.commit(),
        }
    }
}
