//! A store in a PostgreSQL database.

use postgres::{Client, Config, NoTls};

use super::Make;
use super::migrations::{self, Steps};
use crate::error::{StoreError, Trouble};

pub(crate) const STEPS: Steps = [
    ("V1__records", include_str!("../../migrations/postgres/V1__records.sql")),
    ("V2__journal", include_str!("../../migrations/postgres/V2__journal.sql")),
    ("V3__directory", include_str!("../../migrations/postgres/V3__directory.sql")),
];

/// What each connection sets for itself: a commit returns when it is on disk; nobody waits for ever, neither for a lock nor
/// for a writer that went away.
const SETTINGS: &str = "SET synchronous_commit = on; SET lock_timeout = '2s';
    SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning";

/// Taken by whoever makes or upgrades a store.
const UPGRADING: &str = "SELECT pg_advisory_lock(20180925, 0)";
const UPGRADED: &str = "SELECT pg_advisory_unlock(20180925, 0)";

pub(super) fn open(config: &Config, make: Make) -> Result<Client, Trouble> {
    let mut client = named(config).connect(NoTls).map_err(Trouble::postgres)?;
    client.batch_execute(SETTINGS).map_err(Trouble::postgres)?;
    match (form(&mut client)?, make) {
        (migrations::KNOWN, _) => return Ok(client),
        (0, Make::Never) => {
            let place = format!("database {}", config.get_dbname().unwrap_or("of that name"));
            return Err(StoreError::Missing(place).into());
        }
        _ => {}
    }
    client.batch_execute(UPGRADING).map_err(Trouble::postgres)?;
    // Somebody else may have done it meanwhile.
    let found = form(&mut client)?;
    migrations::upgrade(&mut client, found, &STEPS)?;
    client.batch_execute(UPGRADED).map_err(Trouble::postgres)?;
    Ok(client)
}

fn named(config: &Config) -> Config {
    let mut config = config.clone();
    if config.get_application_name().is_none() {
        config.application_name("risk-store");
    }
    config
}

/// The form that the database notes; 0 where there is no store in it.
fn form(client: &mut Client) -> Result<i64, Trouble> {
    let noted = client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&migrations::TABLE]);
    if !noted.and_then(|row| row.try_get(0)).map_err(Trouble::postgres)? {
        return Ok(0);
    }
    let version = client.query_one("SELECT coalesce(max(version), 0)::bigint FROM store_form", &[]);
    version.and_then(|row| row.try_get(0)).map_err(Trouble::postgres)
}
