//! Durable logs: a store of cases, in one SQLite file or in PostgreSQL, behind one interface.
//!
//! ```
//! use risk_core::event::vocabulary::Audience;
//! use risk_core::log::Record;
//! use risk_store::{Operator, Options, Reader, Store};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let place = folder.path().join("cases.risk").display().to_string();
//! let store = Store::create(&place, Options::default())?;
//! let record = Record::parse(r#"{"event_id":"0f9c3f2e-6f0e-4c58-9d0a-0d1c5d3a7b11",
//!     "case_id":"3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11","occurred_at":"2018-01-08T10:00:00Z",
//!     "recorded_at":"2018-01-08T10:00:00Z","source":{"agency":"police"},
//!     "kind":"police_call_out","data":{"outcome":"no_further_action"}}"#)?;
//! let case_id = record.case_id;
//! store.append(&Operator::new("night-feed")?, case_id, vec![record], None)?;
//! let officer = Reader::new("N07A001", Audience::ResponsibleOfficer)?;
//! let log = store.consult(&officer, case_id, chrono::Utc::now())?;
//! assert_eq!(log.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//!
//! When [`Store::append`] returns, its records are kept: they survive the end of the process at any moment, and the loss of
//! power as far as the disk keeps its word that what was flushed is there. On SQLite that is `synchronous=FULL` with a
//! write-ahead log: one flush for each append. On PostgreSQL it is `synchronous_commit=on`, with the server's `fsync` and
//! `full_page_writes` left on. An append is kept whole or not at all.
//!
//! What is read was checked: each case is a hash chain ([`risk_core::log::chain`]), and the store keeps apart where it ends.
//! Someone who can write to the database can rewrite a case and all its hashes; that is found against an older
//! [`Checkpoint`] that was kept elsewhere.
//!
//! A [`Store`] may be shared by threads, which then take turns. Several processes may open one store at once.

mod changes;
mod checkpoint;
mod clock;
mod connection;
mod erasure;
mod error;
mod exchange;
mod facts;
mod fence;
mod head;
mod identity;
mod journal;
mod listing;
mod open;
mod payload;
mod reading;
mod records;
mod sql;
mod verify;
mod who;

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{Timelike, Utc};
use lru::LruCache;
use risk_core::event::Instant;
use risk_core::log::Log;
use uuid::Uuid;

pub use changes::Change;
pub use checkpoint::{Checkpoint, CheckpointError, Inclusion, Leaf};
pub use erasure::{Erased, Scrubbed};
pub use error::StoreError;
pub use exchange::{Exported, Imported};
pub use facts::Facts;
pub use journal::{Act, Entry, Operation};
pub use listing::CaseListed;
pub use payload::Keys;
pub use reading::{Consulted, Only};
pub use records::Addition;
pub use verify::{Difference, Verification};
pub use who::{Operator, Reader};

use connection::{Connection, Make, Place, Will};
use error::Trouble;
use open::Open;
use sql::Tx;

/// How a store is opened.
pub struct Options {
    /// Gives the key of each case, with which its payloads are encrypted in the store; without it they are kept as they are.
    /// A key that is no longer given makes the payloads unreadable, in every copy of the store.
    pub keys: Option<Keys>,
    /// How long to wait for another writer, and to go on trying where the connection breaks.
    pub patience: Duration,
    /// Tells the time at which the store takes what it is given.
    pub clock: Box<dyn Fn() -> Instant + Send + Sync>,
}

impl Default for Options {
    /// No keys, ten seconds, the system's clock.
    fn default() -> Self {
        Self { keys: None, patience: Duration::from_secs(10), clock: Box::new(Utc::now) }
    }
}

/// A store of cases.
pub struct Store {
    inner: Mutex<Inner>,
    keys: Option<Keys>,
    patience: Duration,
    clock: Box<dyn Fn() -> Instant + Send + Sync>,
}

struct Inner {
    connection: Connection,
    /// Logs of cases that were in use lately, as they were then; each is compared with where the case ends now.
    logs: LruCache<Uuid, Log>,
    /// The place up to which everything was known to be decided.
    horizon: u64,
}

/// How many logs are kept in memory.
const LOGS: NonZeroUsize = NonZeroUsize::new(64).unwrap();

impl Store {
    /// Opens the store at that place: a file, or a database as `postgres://USER@HOST/DATABASE`. One of an older form is brought
    /// up to date.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::NotAStore`], [`StoreError::Newer`], [`StoreError::Upgrade`],
    /// [`StoreError::Unreachable`], [`StoreError::Busy`].
    pub fn open(place: &str, options: Options) -> Result<Self, StoreError> {
        Self::at(place, options, Make::Never)
    }

    /// The same, and makes the store where there is none: a new file is readable by its owner alone; a database has to be
    /// there.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn create(place: &str, options: Options) -> Result<Self, StoreError> {
        Self::at(place, options, Make::IfMissing)
    }

    fn at(place: &str, options: Options, make: Make) -> Result<Self, StoreError> {
        let Options { keys, patience, clock } = options;
        let connection = Connection::open(Place::parse(place)?, patience, make)?;
        let inner = Mutex::new(Inner { connection, logs: LruCache::new(LOGS), horizon: 0 });
        Ok(Self { inner, keys, patience, clock })
    }

    /// Whether it lies in a database that many write to.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.inner().connection.server().is_some()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // What a panic left half done was a transaction, and that is gone.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now, to the microsecond.
    fn now(&self) -> Instant {
        let now = (self.clock)();
        now.with_nanosecond(now.nanosecond().saturating_sub(now.nanosecond() % 1000)).unwrap_or(now)
    }

    /// Runs a transaction that only looks.
    fn look<T>(&self, work: impl FnMut(&mut Tx<'_>) -> Result<T, Trouble>) -> Result<T, StoreError> {
        self.inner().connection.transact(Will::Look, work)
    }

    /// Runs a transaction that changes cases; their logs are remembered once it is kept.
    fn change<T>(
        &self,
        mut work: impl FnMut(&mut Tx<'_>, &mut Open<'_>) -> Result<T, Trouble>,
    ) -> Result<T, StoreError> {
        let mut inner = self.inner();
        let Inner { connection, logs, .. } = &mut *inner;
        let mut held = Vec::new();
        let done = connection.transact(Will::Write, |tx| {
            let mut open = Open::new(logs, self.keys.as_ref());
            let done = work(tx, &mut open)?;
            held = open.into_logs();
            Ok(done)
        })?;
        for (case_id, log) in held {
            logs.put(case_id, log);
        }
        Ok(done)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
