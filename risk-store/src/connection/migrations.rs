//! The forms that a store has had, and how one becomes the next.

use refinery::{Migrate, Migration, Runner};

use crate::error::StoreError;

/// The table in which a store notes its form.
pub(super) const TABLE: &str = "store_form";
/// The newest form.
pub(super) const KNOWN: i64 = 3;

/// The steps to the newest form, for one of the databases.
pub(crate) type Steps = [(&'static str, &'static str); 3];

/// Brings a store of form `found` to the newest one, in one transaction.
pub(super) fn upgrade<C: Migrate>(connection: &mut C, found: i64, steps: &Steps) -> Result<(), StoreError> {
    if found == KNOWN {
        return Ok(());
    }
    if found > KNOWN {
        return Err(StoreError::Newer { found, known: KNOWN });
    }
    let failed = |e: refinery::Error| StoreError::Upgrade { found, known: KNOWN, why: e.to_string() };
    let steps: Result<Vec<Migration>, _> = steps.iter().map(|(name, sql)| Migration::unapplied(name, sql)).collect();
    let mut runner = Runner::new(&steps.map_err(failed)?).set_grouped(true);
    runner.set_migration_table_name(TABLE);
    runner.run(connection).map_err(failed)?;
    Ok(())
}

/// What a store of the newest form notes of its forms: number, name and checksum of each.
pub(crate) fn noted(steps: &Steps) -> Result<Vec<(u64, String, String)>, StoreError> {
    let step = |(name, sql): &(&str, &str)| {
        let step = Migration::unapplied(name, sql).map_err(|e| StoreError::Database(e.to_string()))?;
        Ok((u64::try_from(step.version()).unwrap_or_default(), step.name().to_owned(), step.checksum().to_string()))
    };
    steps.iter().map(step).collect()
}
