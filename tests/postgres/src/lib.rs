//! PostgreSQL for tests: databases on the server named by `RISK_TEST_POSTGRES`, or on a server started for the tests.
//!
//! A test asks with `let Some(database) = Postgres::start_or_skip() else { return };`. If PostgreSQL is not
//! installed, it prints on standard error which test is skipped; if the variable `CI` is set, the test fails instead.

#![allow(clippy::panic, clippy::expect_used, reason = "only tests use it, and they must fail where it fails")]

mod private;

use std::env;
use std::io::{Write, stderr};
use std::sync::OnceLock;
use std::thread;

use postgres::{Client, NoTls};

pub use private::PrivateServer;

/// The URL of a server (`postgres://…`), with a user who may create databases.
const NAMED: &str = "RISK_TEST_POSTGRES";
const NO_SERVER: &str = "PostgreSQL is not installed, and RISK_TEST_POSTGRES names no server";

/// The server for all tests of this process, if none is named. It ends with the process.
static SHARED: OnceLock<Option<PrivateServer>> = OnceLock::new();
/// The same behind a PgBouncer.
static POOLED: OnceLock<Option<PrivateServer>> = OnceLock::new();

/// An empty database for one test. It is removed at the end, even with open connections.
#[derive(Debug)]
pub struct Postgres {
    name: String,
    /// Where the database is used.
    server: String,
    /// Where it is made and removed.
    admin: String,
}

impl Postgres {
    /// Creates a database; `None` if PostgreSQL is not installed.
    ///
    /// # Panics
    /// If PostgreSQL is missing and the variable `CI` is set, or the server refuses.
    #[must_use]
    pub fn start_or_skip() -> Option<Self> {
        let server = match env::var(NAMED) {
            Ok(url) if !url.is_empty() => url,
            _ => {
                SHARED.get_or_init(|| PrivateServer::start(&[])).as_ref().or_else(|| skip(NO_SERVER))?.url().to_owned()
            }
        };
        Some(Self::made(server.clone(), server))
    }

    /// Creates a database behind a PgBouncer in transaction mode; `None` if PostgreSQL or PgBouncer is not installed.
    ///
    /// # Panics
    /// If one of them is missing and the variable `CI` is set, or the server refuses.
    #[must_use]
    pub fn start_behind_pgbouncer_or_skip() -> Option<Self> {
        let pooled = POOLED.get_or_init(PrivateServer::start_behind_pgbouncer_or_skip).as_ref()?;
        Some(Self::made(pooled.url().to_owned(), pooled.socket_url()))
    }

    fn made(server: String, admin: String) -> Self {
        let chance = getrandom::u64().expect("the system gives no random numbers");
        let database = Self { name: format!("risk_test_{chance:016x}"), server, admin };
        // The path, so that a test finds the tables of a store by their names alone.
        for statement in ["CREATE DATABASE {}", "ALTER DATABASE {} SET search_path = risk_of_harm, public"] {
            let made = database.admin(&statement.replace("{}", &database.name));
            made.unwrap_or_else(|e| panic!("expected to make a database on the server of the tests: {e:?}"));
        }
        database
    }

    /// The URL of the database.
    #[must_use]
    pub fn url(&self) -> String {
        of_database(&self.server, &self.name)
    }

    /// A new connection to the database, as users of it have one.
    ///
    /// # Panics
    /// Where the server refuses.
    #[must_use]
    pub fn connect(&self) -> Client {
        Client::connect(&self.url(), NoTls).unwrap_or_else(|e| panic!("expected to connect to {}: {e:?}", self.name))
    }

    /// Does something that cannot be done from inside the database.
    fn admin(&self, statement: &str) -> Result<(), postgres::Error> {
        Client::connect(&self.admin, NoTls)?.batch_execute(statement)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A test that fails already must be heard.
        if let Err(e) = self.admin(&format!("DROP DATABASE {} WITH (FORCE)", self.name)) {
            say(&format!("the database {} is still there: {e:?}", self.name));
        }
    }
}

/// The URL of another database on the server of a URL.
fn of_database(server: &str, name: &str) -> String {
    let (address, options) = server.split_at(server.find('?').unwrap_or(server.len()));
    let (scheme, address) =
        address.split_once("://").unwrap_or_else(|| panic!("expected {NAMED} to be a URL: postgres://…"));
    let host = address.split('/').next().unwrap_or_default();
    format!("{scheme}://{host}/{name}{options}")
}

/// Reports that this test is skipped, and what is missing.
fn skip<T>(wanted: &str) -> Option<T> {
    assert!(env::var_os("CI").is_none(), "{wanted}; CI is set, so that nothing may be skipped");
    say(&format!("SKIPPED {}: {wanted}", thread::current().name().unwrap_or("a test")));
    None
}

/// Prints a message even if the output of passing tests is not shown.
fn say(text: &str) {
    // If standard error is closed, there is no reader.
    let _ = writeln!(stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(database: &Postgres) -> Vec<String> {
        let rows =
            database.connect().query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    fn names(database: &Postgres) -> Vec<String> {
        let rows = database.connect().query("SELECT datname FROM pg_database", &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    #[test]
    fn each_test_has_a_database_of_its_own_and_leaves_nothing() {
        let Some(one) = Postgres::start_or_skip() else { return };
        let Some(other) = Postgres::start_or_skip() else { return };
        let mut connected = one.connect();
        connected.batch_execute("CREATE TABLE record (position bigint)").unwrap();
        assert_eq!(tables(&one), ["record"]);
        assert_eq!(tables(&other), [""; 0]);
        let name = one.name.clone();
        assert!(names(&other).contains(&name));
        drop(one);
        assert!(!names(&other).contains(&name));
        assert!(connected.simple_query("SELECT 1").is_err());
    }

    #[test]
    fn a_server_may_be_named_by_any_url_and_with_any_options() {
        for (server, database) in [
            ("postgres://risk@/postgres?host=/tmp/x", "postgres://risk@/new?host=/tmp/x"),
            ("postgresql://me:secret@localhost:5433", "postgresql://me:secret@localhost:5433/new"),
            ("postgres://%2Fvar%2Frun/?sslmode=disable", "postgres://%2Fvar%2Frun/new?sslmode=disable"),
        ] {
            assert_eq!(of_database(server, "new"), database);
        }
    }
}
