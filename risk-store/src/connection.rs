//! Opening a store, bringing it up to date, and running transactions on it.

mod check;
mod migrations;
mod reason;
mod schema;
mod server;
mod sqlite_file;
mod tls;
mod url;

use std::mem;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::TransactionBehavior;

pub(crate) use reason::reason;
pub(crate) use server::{Server, ServerTx};
pub(crate) use sqlite_file::new_private_file;

use crate::error::{StoreError, Trouble};
use crate::sql::Tx;

/// Whether a store may be made where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Make {
    IfMissing,
    Never,
}

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Will {
    /// It only looks, and waits for nobody.
    Look,
    /// It may write, and on a file waits for whoever writes.
    Write,
}

/// Where a store lies.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    File(std::path::PathBuf),
    // Boxed, as it is several times as large as a path.
    Server(Box<url::Server>),
}

impl Place {
    pub(crate) fn parse(place: &str) -> Result<Self, StoreError> {
        if url::is_url(place) {
            Ok(Self::Server(Box::new(url::Server::parse(place)?)))
        } else {
            Ok(Self::File(place.into()))
        }
    }
}

/// An open store of either sort.
pub(crate) struct Connection {
    place: Place,
    patience: Duration,
    link: Option<Link>,
    /// The process that opened it: neither database bears that a child goes on with its parent's connection.
    process: u32,
}

enum Link {
    File(rusqlite::Connection),
    Server(Box<Server>),
}

impl Connection {
    pub(crate) fn open(place: Place, patience: Duration, make: Make) -> Result<Self, StoreError> {
        let process = std::process::id();
        let link = Some(Link::open(&place, patience, make)?);
        Ok(Self { place, patience, link, process })
    }

    /// The file, if it is one.
    pub(crate) fn file(&mut self) -> Option<&mut rusqlite::Connection> {
        match &mut self.link {
            Some(Link::File(file)) => Some(file),
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
        matches!(self.place, Place::Server(_))
    }

    /// Runs `work` in a transaction, which is kept whole or not at all. Where another writer is in the way or the connection
    /// breaks it is tried again, for as long as the patience lasts: so `work` may run several times, and must give the same.
    pub(crate) fn transact<T>(
        &mut self,
        will: Will,
        mut work: impl FnMut(&mut Tx<'_>) -> Result<T, Trouble>,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        let mut perhaps_kept = false;
        let mut pause = Duration::from_millis(2);
        loop {
            let trouble = match self.attempt(will, &mut work, &mut perhaps_kept) {
                Ok(done) => return Ok(done),
                Err(Trouble::Final(e)) => return Err(e),
                Err(trouble) => trouble,
            };
            if let Trouble::Broken(_) = trouble {
                self.link = None;
            }
            if began.elapsed() >= self.patience {
                return Err(match trouble {
                    _ if perhaps_kept => StoreError::Unconfirmed(self.patience),
                    Trouble::Broken(why) => StoreError::Unreachable(why),
                    _ => StoreError::Busy(self.patience),
                });
            }
            thread::sleep(pause);
            pause = pause.saturating_mul(2).min(Duration::from_millis(250));
        }
    }

    fn attempt<T>(
        &mut self,
        will: Will,
        work: &mut impl FnMut(&mut Tx<'_>) -> Result<T, Trouble>,
        perhaps_kept: &mut bool,
    ) -> Result<T, Trouble> {
        let mut tx = self.begin(will)?;
        let worked = work(&mut tx).and_then(|done| {
            let committed = tx.commit();
            *perhaps_kept |= matches!(committed, Err(Trouble::Broken(_)));
            committed.map(|()| done)
        });
        worked.map_err(|trouble| match (trouble, &self.link) {
            (Trouble::Broken(why), Some(Link::Server(server))) => Trouble::Broken(format!("{}: {why}", server.at())),
            (trouble, _) => trouble,
        })
    }

    fn begin(&mut self, will: Will) -> Result<Tx<'_>, Trouble> {
        if self.process != std::process::id() {
            // Closing it would disturb the parent's.
            mem::forget(self.link.take());
            self.process = std::process::id();
        }
        if self.link.is_none() {
            self.link = Some(Link::connect(&self.place, self.patience)?);
        }
        match &mut self.link {
            Some(Link::File(file)) => {
                let behaviour = match will {
                    Will::Look => TransactionBehavior::Deferred,
                    Will::Write => TransactionBehavior::Immediate,
                };
                let tx = file.transaction_with_behavior(behaviour);
                tx.map(Tx::Sqlite).map_err(Trouble::sqlite)
            }
            Some(Link::Server(server)) => server.begin().map(Tx::Postgres),
            None => Err(Trouble::Broken("no connection".to_owned())),
        }
    }
}

impl Link {
    fn open(place: &Place, patience: Duration, make: Make) -> Result<Self, StoreError> {
        match place {
            Place::File(path) => Ok(Self::File(sqlite_file::open(path, patience, make)?)),
            Place::Server(database) => {
                let began = Instant::now();
                loop {
                    match Server::open(database, make) {
                        Ok(server) => return Ok(Self::Server(Box::new(server))),
                        Err(Trouble::Final(e)) => return Err(e),
                        Err(Trouble::Contended) if began.elapsed() < patience => {
                            thread::sleep(Duration::from_millis(20));
                        }
                        Err(Trouble::Contended) => return Err(StoreError::Busy(patience)),
                        Err(Trouble::Broken(why)) => return Err(StoreError::Unreachable(why)),
                    }
                }
            }
        }
    }

    /// Once more to a store that was open before.
    fn connect(place: &Place, patience: Duration) -> Result<Self, Trouble> {
        match place {
            Place::File(path) => Ok(Self::File(sqlite_file::open(path, patience, Make::Never)?)),
            Place::Server(database) => Server::open(database, Make::Never).map(|server| Self::Server(Box::new(server))),
        }
    }
}
