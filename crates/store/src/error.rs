//! Errors of a store.

use std::time::Duration;

use risk_core::cancel::Cancelled;
use risk_core::log::{AppendError, LogError, Tampering};
use risk_core::view::NoView;
use uuid::Uuid;

use crate::connection::reason;

/// Why a store operation failed. The store is unchanged, except for [`StoreError::Unconfirmed`].
///
/// Messages carry ids, fields and positions, never what a record says.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A record that the case's log does not take.
    #[error("case {case_id}: {error}")]
    Append {
        /// The case.
        case_id: Uuid,
        /// Why not.
        error: AppendError,
    },
    /// The store has nothing of that name.
    #[error("expected {expected}, found no {found}")]
    NotFound {
        /// What was asked for.
        expected: &'static str,
        /// Its name.
        found: String,
    },
    /// The reader may not see the case. The attempt is journalled.
    #[error("case {case_id} is not shown to {reader}, who is excluded from it")]
    Excluded {
        /// The case.
        case_id: Uuid,
        /// Who asked.
        reader: String,
    },
    /// The person was erased by law: there is no answer, and what comes late is for a person to decide.
    #[error(
        "case {case_id}: everything about this person was erased by law: there is nothing to answer from, and the case takes no more records"
    )]
    PersonErased {
        /// The case.
        case_id: Uuid,
    },
    /// An invalid argument.
    #[error("`{field}`: expected {expected}, found {found}")]
    Argument {
        /// Which.
        field: &'static str,
        /// What it should be.
        expected: String,
        /// What it was.
        found: String,
    },
    /// An identifier that belongs to another case.
    #[error(
        "{scheme} {value} belongs to case {case_id}: merge the two cases, or remove the identifier from that case first"
    )]
    Taken {
        /// Which sort of identifier.
        scheme: String,
        /// The identifier.
        value: String,
        /// The case that has it.
        case_id: Uuid,
    },
    /// The policy shows nothing to this reader.
    #[error(transparent)]
    NoView(#[from] NoView),
    /// The caller ended the work early, as [`crate::Store::cancelled_when`] lets it. Nothing was changed by what was ended.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A stored log that fails verification.
    #[error("case {case_id}: not as it was kept: {tampering}")]
    Tampered {
        /// The case.
        case_id: Uuid,
        /// Where and how it shows.
        tampering: Tampering,
    },
    /// A stored case that cannot be read as a log, or a file that is damaged.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Text that is not a log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The payloads of the case are encrypted, and its key is not given.
    #[error("case {case_id}: the payloads are encrypted and the case has no key: pass the key of the case")]
    NoKey {
        /// The case.
        case_id: Uuid,
    },
    /// The key given does not open the case's payloads, or they were changed.
    #[error(
        "case {case_id}, record {position}: the payload cannot be decrypted: the key is wrong, or the payload was changed"
    )]
    WrongKey {
        /// The case.
        case_id: Uuid,
        /// The record.
        position: u64,
    },
    /// Stored data that does not match its hash chain or commitment.
    #[error("{}: not as it was kept: {what}", named(*case_id))]
    Altered {
        /// The case; that of zeros is the store as a whole.
        case_id: Uuid,
        /// What, in a sentence without what any record says.
        what: String,
    },
    /// A store that is not what was kept, of which no checkpoint is made.
    #[error(
        "the store is not intact ({differences} differences, the first: {first}): no checkpoint was made; run `risk store verify` to list all"
    )]
    NotIntact {
        /// How many things differ.
        differences: usize,
        /// The first of them.
        first: String,
    },
    /// The file was moved, removed or replaced while it was open.
    #[error(
        "{0}: the file or its write-ahead log was moved, removed or replaced since the store was opened: nothing was written; open the store again"
    )]
    Moved(String),
    /// The write-ahead log beside a file does not continue that file.
    #[error(
        "{wal}: not the write-ahead log of {file}, which was replaced or restored while the log stayed: nothing was changed; move both `-wal` and `-shm` away to use the file as it is, or put the file back that the log belongs to"
    )]
    ForeignWal {
        /// The file.
        file: String,
        /// The log.
        wal: String,
    },
    /// A follower's place beyond the end of the store.
    #[error(
        "place {place} is beyond the end of the store, which is {end}: the store was restored or replaced; follow again from 0, or from a place that you know to be in this store"
    )]
    BeyondEnd {
        /// The place that was given.
        place: u64,
        /// The last place of the store.
        end: u64,
    },
    /// An identifier or a reader that differs from a known one in case only.
    #[error("{scheme} {found} differs only in case from {known}, which is in use: expected {known}")]
    NearDuplicate {
        /// Which sort of identifier.
        scheme: String,
        /// As it was given.
        found: String,
        /// As it is in use.
        known: String,
    },
    /// Another writer held the store for longer than the caller waits.
    #[error("the store is in use: waited {} s for another writer", .0.as_secs())]
    Busy(Duration),
    /// A call from within the function that gives this store its keys, which runs while the store is in use.
    #[error("the key function called the store that it serves: look up keys without using this store")]
    Reentered,
    /// The disk is full.
    #[error("the disk is full: nothing was written")]
    Full,
    /// The store is read-only.
    #[error("the store is read-only: nothing was written")]
    ReadOnly,
    /// There is no store, and creating one was not requested.
    #[error("{0}: expected a store, found none; `risk store init` makes one")]
    Missing(String),
    /// The location holds something other than a store.
    #[error("{place}: expected a store of this software, found {found}")]
    NotAStore {
        /// Where.
        place: String,
        /// What is there.
        found: String,
    },
    /// The store was made or upgraded by a newer version of this software.
    #[error("the store has format {found}, made by a newer version of this software: expected at most format {known}")]
    Newer {
        /// The form of the store.
        found: i64,
        /// The newest form that this version knows.
        known: i64,
    },
    /// An older store that could not be brought up to date; it stays as it was.
    #[error("{}", not_upgraded(*found, *known, why))]
    Upgrade {
        /// The form of the store.
        found: i64,
        /// The form that it should have.
        known: i64,
        /// What prevented it.
        why: String,
    },
    /// The file or the server cannot be reached.
    #[error("the store cannot be reached: {0}")]
    Unreachable(String),
    /// The connection broke while the server was asked to keep it: it was kept whole, or not at all. Append again: what is
    /// there already is not kept twice.
    #[error("the connection broke while the store was writing, and could not be made again in {} s: all of it was kept, or nothing; append again, as nothing is kept twice", .0.as_secs())]
    Unconfirmed(Duration),
    /// A file to write to or to read from.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// The operating system's random number generator failed.
    #[error("the operating system gave no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// Any other database error.
    #[error("database error: {0}")]
    Database(String),
}

/// A case, or the store as a whole.
fn named(case_id: Uuid) -> String {
    if case_id.is_nil() { "the store".to_owned() } else { format!("case {case_id}") }
}

impl StoreError {
    /// Of something given in another form than it is taken in.
    pub fn argument(field: &'static str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Argument { field, expected: expected.into(), found: found.into() }
    }

    pub(crate) fn damaged(what: impl std::fmt::Display) -> Self {
        Self::Damaged(what.to_string())
    }
}

fn not_upgraded(found: i64, known: i64, why: &str) -> String {
    if found == 0 {
        format!("the store could not be created: {why}")
    } else {
        format!("the store has format {found} and could not be upgraded to format {known}: {why}")
    }
}

/// A database error, and whether the operation may be retried.
#[derive(Debug)]
pub(crate) enum AttemptError {
    /// Another writer is in the way: nothing was done.
    Contended,
    /// The connection is gone. What was asked last may have been done.
    Broken(String),
    /// Anything else.
    Final(StoreError),
}

impl<E: Into<StoreError>> From<E> for AttemptError {
    fn from(e: E) -> Self {
        Self::Final(e.into())
    }
}

impl AttemptError {
    /// What is in the way, for a person.
    pub(crate) fn why(&self) -> String {
        match self {
            Self::Contended => "another transaction is in the way".to_owned(),
            Self::Broken(why) => why.clone(),
            Self::Final(e) => e.to_string(),
        }
    }

    pub(crate) fn sqlite(e: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        let rusqlite::Error::SqliteFailure(code, _) = &e else { return StoreError::Database(e.to_string()).into() };
        match code.code {
            C::DatabaseBusy | C::DatabaseLocked => Self::Contended,
            C::DiskFull => StoreError::Full.into(),
            // By `Interrupt::watch`.
            C::OperationInterrupted => StoreError::from(Cancelled).into(),
            C::ReadOnly => StoreError::ReadOnly.into(),
            C::DatabaseCorrupt | C::NotADatabase => StoreError::damaged(e).into(),
            C::CannotOpen | C::SystemIoFailure | C::PermissionDenied => StoreError::Unreachable(e.to_string()).into(),
            _ => StoreError::Database(e.to_string()).into(),
        }
    }

    pub(crate) fn postgres(e: postgres::Error) -> Self {
        use postgres::error::SqlState as S;
        let Some(server) = e.as_db_error() else {
            return if e.is_closed() || std::error::Error::source(&e).is_some_and(is_passing) {
                Self::Broken(reason(&e))
            } else {
                StoreError::Database(reason(&e)).into()
            };
        };
        let said = || format!("{} ({})", server.message(), server.code().code());
        // A pool says so of the server behind it.
        if server.code().code().starts_with("08") {
            return Self::Broken(said());
        }
        match server.code() {
            // Two writers of one case meet where one of them did not wait for the other.
            &S::T_R_SERIALIZATION_FAILURE
            | &S::T_R_DEADLOCK_DETECTED
            | &S::LOCK_NOT_AVAILABLE
            | &S::UNIQUE_VIOLATION => Self::Contended,
            &S::ADMIN_SHUTDOWN
            | &S::CRASH_SHUTDOWN
            | &S::CANNOT_CONNECT_NOW
            | &S::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
            | &S::TOO_MANY_CONNECTIONS => Self::Broken(said()),
            &S::DISK_FULL => StoreError::Full.into(),
            &S::READ_ONLY_SQL_TRANSACTION | &S::INSUFFICIENT_PRIVILEGE => StoreError::ReadOnly.into(),
            &S::DATA_CORRUPTED | &S::INDEX_CORRUPTED => StoreError::damaged(said()).into(),
            _ => StoreError::Database(said()).into(),
        }
    }
}

/// Whether it is an error of the network or the system, which may be gone at the next attempt; a certificate that is refused is
/// one in this form too, and is refused again.
fn is_passing(cause: &(dyn std::error::Error + 'static)) -> bool {
    let system = cause.downcast_ref::<std::io::Error>();
    system.is_some_and(|e| !e.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()))
}
