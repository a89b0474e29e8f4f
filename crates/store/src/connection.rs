//! Opening a store, bringing it up to date, and running transactions on it.

mod check;
mod file_place;
pub(crate) mod migrations;
mod reason;
mod schema;
mod server;
mod sqlite_file;
mod tls;
mod url;
pub(crate) mod wal;

use std::mem;
use std::time::{Duration, Instant};

use rusqlite::TransactionBehavior;

pub(crate) use file_place::FilePlace;
pub(crate) use reason::reason;
pub(crate) use server::{STEPS as POSTGRES_STEPS, Server, ServerTx};
pub(crate) use sqlite_file::{SCHEMA as OF_SQLITE, STEPS as SQLITE_STEPS, new_private_file, schema as sqlite_schema};

use crate::directory::Directory;
use crate::error::{AttemptError, StoreError};
use crate::interrupt::{Interrupt, STEP};
use crate::sql::{Database, Tx};

/// Whether a store may be made where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Make {
    IfMissing,
    Never,
}

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Will {
    /// It only reads, and waits for no other process.
    Look,
    /// It may write, and on a file waits for whoever writes.
    Write,
}

/// Where a store lies.
#[derive(Debug, Clone)]
pub(crate) enum Location {
    File(std::path::PathBuf),
    // Boxed, as it is several times as large as a path.
    Server(Box<url::Server>),
}

impl Location {
    pub(crate) fn parse(place: &str) -> Result<Self, StoreError> {
        if url::is_url(place) {
            return Ok(Self::Server(Box::new(url::Server::parse(place)?)));
        }
        match url::other_scheme(place) {
            None => Ok(Self::File(place.into())),
            Some(scheme) => {
                let expected = "a file, or a database as postgres://USER@HOST/DATABASE";
                Err(StoreError::argument("store", expected, format!("a URL that begins with {scheme}://")))
            }
        }
    }
}

/// An open store of either sort.
pub(crate) struct Connection {
    place: Location,
    patience: Duration,
    link: Option<Link>,
    /// The process that opened it: neither database bears that a child goes on with its parent's connection.
    process: u32,
    /// The facts of all cases, as far as they were read.
    directory: Directory,
}

enum Link {
    // Boxed, as a client is.
    File(Box<sqlite_file::StoreFile>),
    Server(Box<Server>),
}

impl Connection {
    pub(crate) fn open(
        place: Location,
        patience: Duration,
        make: Make,
        interrupt: &Interrupt,
    ) -> Result<Self, StoreError> {
        let process = std::process::id();
        let link = Some(Link::open(&place, patience, make, interrupt)?);
        Ok(Self { place, patience, link, process, directory: Directory::default() })
    }

    /// The file, if it is one.
    pub(crate) fn file(&mut self) -> Option<&mut rusqlite::Connection> {
        match &mut self.link {
            Some(Link::File(file)) => Some(&mut file.sqlite),
            _ => None,
        }
    }

    /// The server, if it is one and connected.
    pub(crate) fn server(&mut self) -> Option<&mut Server> {
        match &mut self.link {
            Some(Link::Server(server)) => Some(server),
            _ => None,
        }
    }

    /// Whether it is in a database on a server, connected or not.
    pub(crate) fn is_server(&self) -> bool {
        matches!(self.place, Location::Server(_))
    }

    /// Runs `work` in a transaction, which is atomic. Where another writer is in the way or the connection
    /// breaks it is tried again, for as long as the patience lasts: so `work` may run several times, and must give the same.
    ///
    /// # Errors
    /// Those of `work`; [`StoreError::Cancelled`] once that is requested, and then nothing is kept.
    pub(crate) fn transact<T>(
        &mut self,
        will: Will,
        interrupt: &Interrupt,
        mut work: impl FnMut(&mut Tx<'_>) -> Result<T, AttemptError>,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        let mut perhaps_kept = false;
        let mut pause = Duration::from_millis(2);
        loop {
            let trouble = match self.attempt(will, interrupt, &mut work, &mut perhaps_kept) {
                Ok(done) => return Ok(done),
                Err(AttemptError::Final(e)) => return Err(e),
                Err(trouble) => trouble,
            };
            let longest_pause = match trouble {
                // SQLite has waited for its lock by itself.
                AttemptError::Contended if !self.is_server() => STEP,
                _ => Duration::from_millis(250),
            };
            if let AttemptError::Broken(_) = trouble {
                self.link = None;
            }
            if began.elapsed() >= self.patience {
                return Err(match trouble {
                    _ if perhaps_kept => StoreError::Unconfirmed(self.patience),
                    AttemptError::Broken(why) => StoreError::Unreachable(why),
                    _ => StoreError::Busy(self.patience),
                });
            }
            if let Err(cancelled) = interrupt.pause(pause) {
                return Err(if perhaps_kept { StoreError::Unconfirmed(began.elapsed()) } else { cancelled });
            }
            pause = pause.saturating_mul(2).min(longest_pause);
        }
    }

    fn attempt<T>(
        &mut self,
        will: Will,
        interrupt: &Interrupt,
        work: &mut impl FnMut(&mut Tx<'_>) -> Result<T, AttemptError>,
        perhaps_kept: &mut bool,
    ) -> Result<T, AttemptError> {
        let mut tx = self.begin(will, interrupt)?;
        let worked = work(&mut tx).and_then(|done| {
            // A step that was ended may have been taken for one that failed.
            interrupt.go_on()?;
            let committed = tx.commit();
            *perhaps_kept |= matches!(committed, Err(AttemptError::Broken(_)));
            committed.map(|()| done)
        });
        worked.map_err(|trouble| match (trouble, &self.link) {
            (AttemptError::Broken(why), Some(Link::Server(server))) => {
                AttemptError::Broken(format!("{}: {why}", server.at()))
            }
            (trouble, _) => trouble,
        })
    }

    fn begin<'c>(&'c mut self, will: Will, interrupt: &'c Interrupt) -> Result<Tx<'c>, AttemptError> {
        interrupt.go_on()?;
        if self.process != std::process::id() {
            // Closing it would disturb the parent's.
            mem::forget(self.link.take());
            self.process = std::process::id();
        }
        if self.link.is_none() {
            self.link = Some(Link::connect(&self.place, self.patience, interrupt)?);
        }
        let database = match &mut self.link {
            Some(Link::File(file)) => {
                let behaviour = match will {
                    Will::Look => TransactionBehavior::Deferred,
                    Will::Write => TransactionBehavior::Immediate,
                };
                let sqlite_file::StoreFile { sqlite, place } = &mut **file;
                interrupt.watch(sqlite).map_err(AttemptError::sqlite)?;
                let tx = sqlite.transaction_with_behavior(behaviour).map_err(AttemptError::sqlite)?;
                place.must_hold(&tx)?;
                Database::Sqlite { changes: tx.total_changes(), tx, place }
            }
            Some(Link::Server(server)) => Database::Postgres(server.begin()?),
            None => return Err(AttemptError::Broken("no connection".to_owned())),
        };
        Ok(Tx::new(database, &mut self.directory, interrupt))
    }
}

impl Link {
    fn open(place: &Location, patience: Duration, make: Make, interrupt: &Interrupt) -> Result<Self, StoreError> {
        match place {
            Location::File(path) => Ok(Self::file(sqlite_file::open(path, patience, make, interrupt)?)),
            Location::Server(database) => {
                let began = Instant::now();
                loop {
                    match Server::open(database, make) {
                        Ok(server) => return Ok(Self::Server(Box::new(server))),
                        Err(AttemptError::Final(e)) => return Err(e),
                        Err(AttemptError::Contended) if began.elapsed() < patience => {
                            interrupt.pause(Duration::from_millis(20))?;
                        }
                        Err(AttemptError::Contended) => return Err(StoreError::Busy(patience)),
                        Err(AttemptError::Broken(why)) => return Err(StoreError::Unreachable(why)),
                    }
                }
            }
        }
    }

    /// Once more to a store that was open before.
    fn connect(place: &Location, patience: Duration, interrupt: &Interrupt) -> Result<Self, AttemptError> {
        match place {
            Location::File(path) => Ok(Self::file(sqlite_file::open(path, patience, Make::Never, interrupt)?)),
            Location::Server(database) => {
                Server::open(database, Make::Never).map(|server| Self::Server(Box::new(server)))
            }
        }
    }

    fn file(file: sqlite_file::StoreFile) -> Self {
        Self::File(Box::new(file))
    }
}
