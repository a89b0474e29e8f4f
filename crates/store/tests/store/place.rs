//! Places for stores: a new file, and a new database where there is a server, behind a pool or not.

use postgres_for_tests::{Postgres, PrivateServer};
use risk_core::event::vocabulary::Audience;
use risk_store::{Operator, Options, Reader, Store};
use tempfile::TempDir;

/// A place for one store, which goes when the test ends.
pub struct Place {
    pub url: String,
    _kept: Kept,
}

#[allow(dead_code, reason = "held so that it goes with the place")]
enum Kept {
    Elsewhere,
    Folder(TempDir),
    Database(Postgres),
    Server(PrivateServer),
}

impl Place {
    pub fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { url: folder.path().join("cases.risk").display().to_string(), _kept: Kept::Folder(folder) }
    }

    /// A place that is held elsewhere.
    pub fn again(url: &str) -> Self {
        Self { url: url.to_owned(), _kept: Kept::Elsewhere }
    }

    pub fn database() -> Option<Self> {
        Postgres::start_or_skip().map(Self::in_database)
    }

    /// A database behind a PgBouncer in transaction mode.
    pub fn pooled() -> Option<Self> {
        Postgres::start_behind_pgbouncer_or_skip().map(Self::in_database)
    }

    /// A database on a server that takes encrypted connections alone.
    pub fn encrypted() -> Option<Self> {
        let server = PrivateServer::start_with_tls_or_skip()?;
        Some(Self { url: server.url().to_owned(), _kept: Kept::Server(server) })
    }

    fn in_database(database: Postgres) -> Self {
        Self { url: database.url(), _kept: Kept::Database(database) }
    }

    /// The store there, made if it is missing.
    pub fn store(&self) -> Store {
        self.store_with(Options::default())
    }

    pub fn store_with(&self, options: Options) -> Store {
        Store::create(&self.url, options).unwrap()
    }

    /// Runs statements behind the store's back; bytes are written as `x'…'`.
    pub fn tamper(&self, sql: &str) {
        let sql = self.in_its_words(sql);
        if self.url.contains("://") {
            postgres::Client::connect(&self.url, postgres::NoTls).unwrap().batch_execute(&sql).unwrap();
        } else {
            self.raw().execute_batch(&sql).unwrap();
        }
    }

    /// A statement that writes bytes as `x'…'`, as the database there has it.
    pub fn in_its_words(&self, sql: &str) -> String {
        if self.url.contains("://") { sql.replace("x'", r"'\x") } else { sql.to_owned() }
    }

    /// A connection to the file behind the store's back.
    pub fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.url).unwrap()
    }
}

/// Runs a test on each sort of store.
pub fn on_each(test: impl Fn(&Place)) {
    test(&Place::file());
    for database in [Place::database(), Place::pooled()].iter().flatten() {
        test(database);
    }
}

pub fn feed() -> Operator {
    Operator::new("night-feed").unwrap()
}

pub fn officer() -> Reader {
    Reader::new("N07A001", Audience::ResponsibleOfficer).unwrap()
}
