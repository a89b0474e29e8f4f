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
//! `full_page_writes` left on. An append is atomic.
//!
//! What is read was checked: each case is a hash chain ([`risk_core::log::chain`]), and the store keeps apart where it ends.
//! Facts, such as who is excluded from a case, are entries of chained journals and read from those alone.
//! Someone who can write to the database can rewrite a case and all its hashes; that is found against an older
//! [`Checkpoint`] that was kept elsewhere.
//!
//! A [`Store`] may be shared by threads, which then take turns. Several processes may open one store at once.

mod changes;
mod checkpoint;
mod clock;
mod connection;
mod database_file;
mod directory;
mod erasure;
mod error;
mod exchange;
mod facts;
mod fence;
mod gap;
mod head;
mod identity;
mod interrupt;
mod journal;
mod journal_end;
mod listing;
mod names;
mod open;
mod payload;
mod person_erasure;
mod reading;
mod records;
mod sql;
mod verify;
mod waiting;
mod who;
mod work;

use std::num::NonZeroUsize;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{Timelike, Utc};
use lru::LruCache;
use parking_lot::{Mutex, MutexGuard};
use risk_core::event::Instant;
use risk_core::log::Log;
use uuid::Uuid;

pub use changes::Change;
pub use checkpoint::{Checkpoint, CheckpointError, Inclusion, Leaf};
pub use database_file::is_database;
pub use erasure::{Erased, Scrubbed};
pub use error::StoreError;
pub use exchange::{Exported, Imported};
pub use facts::Facts;
pub use identity::claimed;
pub use interrupt::Interrupt;
pub use journal::{Act, Entry, Operation, Places};
pub use listing::CaseListed;
pub use payload::Keys;
pub use person_erasure::{PersonErased, PersonErasure, random_record_id};
pub use reading::{CaseFilter, Consulted};
pub use records::Addition;
pub use verify::{Difference, Verification};
pub use waiting::{Waiting, WaitingState};
pub use who::{Operator, Reader};
pub use work::{Work, former_scheme};

use connection::{Connection, Location, Make, Will};
use error::AttemptError;
use gap::GapFile;
use open::OpenCases;
use sql::Tx;

/// How a store is opened.
pub struct Options {
    /// Gives the key of each case, with which its payloads are encrypted in the store; without it they are kept as they are.
    /// A key that is no longer given makes the payloads unreadable, in every copy of the store.
    pub keys: Option<Keys>,
    /// How long to wait for another writer, and to go on trying where the connection breaks.
    pub patience: Duration,
    /// Returns the time at which the store accepts records.
    pub clock: Box<dyn Fn() -> Instant + Send + Sync>,
    /// Ends calls early, the opening of the store included; see [`Store::cancelled_when`].
    pub interrupt: Interrupt,
}

impl Default for Options {
    /// No keys, ten seconds, the system's clock, calls that run to their end.
    fn default() -> Self {
        let interrupt = Interrupt::default();
        Self { keys: None, patience: Duration::from_secs(10), clock: Box::new(Utc::now), interrupt }
    }
}

/// A store of cases. A clone is another handle of the same open store.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    interrupt: Interrupt,
}

/// What all handles of an open store share.
struct Shared {
    inner: Mutex<Inner>,
    /// The thread that uses it, as [`this_thread`] names it; 0: none.
    user: AtomicUsize,
    /// Whether it lies in a database that many write to.
    server: bool,
    /// Where readings are kept that cannot be journalled; a database has none.
    gaps: Option<GapFile>,
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
    /// Opens the store at that place: a file, or a database as `postgres://USER@HOST/DATABASE?sslmode=verify-full` (`docs/store.md`
    /// has all parameters of the URL). One of an older form is brought up to date.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::NotAStore`], [`StoreError::Newer`], [`StoreError::Upgrade`],
    /// [`StoreError::Unreachable`], [`StoreError::Busy`].
    pub fn open(place: &str, options: Options) -> Result<Self, StoreError> {
        Self::at(place, options, Make::Never)
    }

    /// The same, and makes the store where there is none: a new file is readable by its owner alone; a database has to be
    /// there, and gets a schema `risk_of_harm`, or the one that the URL names by `options=-csearch_path%3DSCHEMA`.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn create(place: &str, options: Options) -> Result<Self, StoreError> {
        Self::at(place, options, Make::IfMissing)
    }

    fn at(place: &str, options: Options, make: Make) -> Result<Self, StoreError> {
        let Options { keys, patience, clock, interrupt } = options;
        let at = Location::parse(place)?;
        let mut connection = Connection::open(at.clone(), patience, make, &interrupt)?;
        if !connection.transact(Will::Look, &interrupt, directory::exists)? {
            match connection.transact(Will::Write, &interrupt, directory::make) {
                // So that it can be verified, which finds the same.
                Err(StoreError::Altered { .. }) => {}
                other => other?,
            }
        }
        let server = connection.is_server();
        let inner = Mutex::new(Inner { connection, logs: LruCache::new(LOGS), horizon: 0 });
        let gaps = match &at {
            Location::File(path) => Some(GapFile::beside(path)),
            Location::Server(_) => None,
        };
        let shared = Shared { inner, user: AtomicUsize::new(0), server, gaps, keys, patience, clock };
        let store = Self { shared: Arc::new(shared), interrupt };
        store.close_gaps();
        Ok(store)
    }

    /// Another handle of the same open store, whose calls end early with [`StoreError::Cancelled`] when the function returns true,
    /// or when those of this handle would. They end before the next statement, within a long statement of SQLite, within an
    /// answer, and while they wait for another thread, another writer or another attempt to connect. The transaction that a
    /// call is in is undone. A commit that has begun is finished.
    #[must_use]
    pub fn cancelled_when(&self, requested: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let interrupt = self.interrupt.or(Interrupt::when(requested));
        Self { shared: Arc::clone(&self.shared), interrupt }
    }

    /// Fails if the caller has requested cancellation.
    fn go_on(&self) -> Result<(), StoreError> {
        self.interrupt.go_on()
    }

    /// Whether it lies in a database that many write to.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.shared.server
    }

    /// Waits for other threads, and takes the connection for this one.
    ///
    /// # Errors
    /// [`StoreError::Reentered`] where this thread has it already, as the function for keys is called while it does;
    /// [`StoreError::Cancelled`].
    fn inner(&self) -> Result<InUse<'_>, StoreError> {
        let me = this_thread();
        let Shared { inner, user, .. } = &*self.shared;
        // Only this thread writes its own name here, so that what others write meanwhile does not matter.
        if user.load(Ordering::Relaxed) == me {
            return Err(StoreError::Reentered);
        }
        let inner = loop {
            self.go_on()?;
            if let Some(inner) = inner.try_lock_for(interrupt::STEP) {
                break inner;
            }
        };
        user.store(me, Ordering::Relaxed);
        Ok(InUse { inner, user })
    }

    /// Now, to the microsecond.
    fn now(&self) -> Instant {
        let now = (self.shared.clock)();
        now.with_nanosecond(now.nanosecond().saturating_sub(now.nanosecond() % 1000)).unwrap_or(now)
    }

    fn keys(&self) -> Option<&Keys> {
        self.shared.keys.as_ref()
    }

    /// Runs a transaction that only looks.
    fn look<T>(&self, work: impl FnMut(&mut Tx<'_>) -> Result<T, AttemptError>) -> Result<T, StoreError> {
        self.inner()?.connection.transact(Will::Look, &self.interrupt, work)
    }

    /// Runs a transaction that changes cases; their logs are remembered once it is kept.
    fn change<T>(
        &self,
        mut work: impl FnMut(&mut Tx<'_>, &mut OpenCases<'_>) -> Result<T, AttemptError>,
    ) -> Result<T, StoreError> {
        let mut inner = self.inner()?;
        let Inner { connection, logs, .. } = &mut *inner;
        let mut held = Vec::new();
        let done = connection.transact(Will::Write, &self.interrupt, |tx| {
            let mut open = OpenCases::new(logs, self.keys());
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

/// The connection, taken by this thread until it is dropped.
struct InUse<'s> {
    inner: MutexGuard<'s, Inner>,
    user: &'s AtomicUsize,
}

impl Deref for InUse<'_> {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl DerefMut for InUse<'_> {
    fn deref_mut(&mut self) -> &mut Inner {
        &mut self.inner
    }
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        // Before the lock is given back, which happens when the fields are dropped.
        self.user.store(0, Ordering::Relaxed);
    }
}

/// A number that no other thread has while this one lives, and never 0: where a value of its own lies.
fn this_thread() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
