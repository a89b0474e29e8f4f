//! The forms that a store has had, and how one becomes the next.

use std::error::Error;
use std::iter;

use postgres::Client;
use refinery::{Migrate, Migration, Runner};
use refinery_core::traits::sync::{Query, Transaction};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::reason::reason;
use crate::error::{AttemptError, StoreError};

/// The table in which a store notes its form.
pub(super) const TABLE: &str = "store_form";
/// The newest form.
pub(super) const KNOWN: i64 = 6;

/// The steps to the newest form, for one of the databases.
pub(crate) type Steps = [(&'static str, &'static str); 6];

/// Brings a store of form `found` to the newest one, in one transaction.
pub(super) fn upgrade<C: Migrate>(connection: &mut C, found: i64, steps: &Steps) -> Result<(), AttemptError> {
    if found == KNOWN {
        return Ok(());
    }
    if found > KNOWN {
        return Err(StoreError::Newer { found, known: KNOWN }.into());
    }
    let failed = |e: refinery::Error| match is_busy(&e) {
        true => AttemptError::Contended,
        false => StoreError::Upgrade { found, known: KNOWN, why: reason(&e) }.into(),
    };
    let mut runner = Runner::new(&read(steps).map_err(failed)?).set_grouped(true);
    runner.set_migration_table_name(TABLE);
    runner.run(connection).map_err(failed)?;
    Ok(())
}

/// Whether another writer is in the way of SQLite.
fn is_busy(e: &refinery::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    let causes = iter::successors(e.source(), |cause| Error::source(*cause));
    let mut codes = causes.filter_map(|cause| cause.downcast_ref::<rusqlite::Error>()?.sqlite_error_code());
    codes.any(|code| matches!(code, DatabaseBusy | DatabaseLocked))
}

fn read(steps: &Steps) -> Result<Vec<Migration>, refinery::Error> {
    steps.iter().map(|(name, sql)| Migration::unapplied(name, sql)).collect()
}

/// The names of the tables and indexes that the steps after a form make.
pub(super) fn names_made(steps: &Steps, found: i64) -> Vec<String> {
    let after = |step: &&(&str, &str)| {
        let version = step.0.trim_start_matches('V').split("__").next().and_then(|n| n.parse::<i64>().ok());
        version.is_none_or(|version| version > found)
    };
    let made = |line: &str| {
        let mut words = line.strip_prefix("CREATE ")?.trim_start_matches("UNIQUE ").split_whitespace();
        let of_sort = |sort| ["TABLE", "INDEX"].contains(&sort);
        words.next().filter(|sort| of_sort(*sort))?;
        words.next().map(|name| name.trim_end_matches('(').to_owned())
    };
    steps.iter().filter(after).flat_map(|(_, sql)| sql.lines()).filter_map(made).collect()
}

/// A transaction of a PostgreSQL database that is open already, and that its owner commits.
pub(super) struct Within<'c>(pub(super) &'c mut Client);

impl Transaction for Within<'_> {
    type Error = postgres::Error;

    fn execute<'a, T: Iterator<Item = &'a str>>(&mut self, queries: T) -> Result<usize, Self::Error> {
        let mut count = 0_usize;
        for query in queries {
            self.0.batch_execute(query)?;
            count = count.saturating_add(1);
        }
        Ok(count)
    }
}

impl Query<Vec<Migration>> for Within<'_> {
    fn query(&mut self, query: &str) -> Result<Vec<Migration>, Self::Error> {
        let applied = |row: &postgres::Row| {
            let (on, checksum): (String, String) = (row.try_get(2)?, row.try_get(3)?);
            // What cannot be read differs from every step, which is then said.
            let on = OffsetDateTime::parse(&on, &Rfc3339).unwrap_or(OffsetDateTime::UNIX_EPOCH);
            Ok(Migration::applied(row.try_get(0)?, row.try_get(1)?, on, checksum.parse().unwrap_or(0)))
        };
        self.0.query_typed(query, &[])?.iter().map(applied).collect()
    }
}

impl Migrate for Within<'_> {}
/// What a store of the newest form notes of its forms: number, name and checksum of each.
pub(crate) fn noted(steps: &Steps) -> Result<Vec<(u64, String, String)>, StoreError> {
    let step = |(name, sql): &(&str, &str)| {
        let step = Migration::unapplied(name, sql).map_err(|e| StoreError::Database(e.to_string()))?;
        Ok((u64::try_from(step.version()).unwrap_or_default(), step.name().to_owned(), step.checksum().to_string()))
    };
    steps.iter().map(step).collect()
}
