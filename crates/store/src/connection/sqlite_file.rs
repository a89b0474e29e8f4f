//! A store in one SQLite file.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::file_place::{FilePlace, leave_as_it_is, with_suffix};
use super::migrations::{self, Steps};
use super::{Make, wal};
use crate::error::{AttemptError, StoreError};
use crate::interrupt::{Interrupt, STEP};

/// `risk` in ASCII, in the file's header: whose file it is.
const APPLICATION_ID: i32 = 0x7269_736b;

pub(crate) const STEPS: Steps = [
    ("V1__records", include_str!("../../migrations/sqlite/V1__records.sql")),
    ("V2__journal", include_str!("../../migrations/sqlite/V2__journal.sql")),
    ("V3__identifiers", include_str!("../../migrations/sqlite/V3__identifiers.sql")),
    ("V4__directory", include_str!("../../migrations/sqlite/V4__directory.sql")),
    ("V5__newest_fact", include_str!("../../migrations/sqlite/V5__newest_fact.sql")),
    ("V6__waiting", include_str!("../../migrations/sqlite/V6__waiting.sql")),
];

/// What each connection sets for itself.
///
/// `synchronous=FULL`: a commit returns when the log of writes has been handed to the disk. `secure_delete`: what is deleted
/// is overwritten. `cell_size_check`: a damaged page is noticed when it is read. `temp_store`: no payload in other files.
/// `trusted_schema`: the schema calls no function that could do harm.
const SETTINGS: &str = "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;
    PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;";

/// How many compiled statements a connection keeps: more than the store has, so that each is compiled once.
const STATEMENTS: usize = 256;

/// What whoever can write to the file must not make a connection do: obey its triggers and views, or write to its schema. And the
/// plan of a query does not depend on its values, or SQLite compiles each query of a table that has a partial index again.
const CONFIGURED: [(DbConfig, bool); 4] = [
    (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
    (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
    (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
];

/// Held while a file is made or opened. Closing a descriptor releases all POSIX locks that the process has on its file, so no
/// other connection of this process may come into being between the making of a file and the closing of its descriptor.
static OPENING: Mutex<()> = Mutex::new(());

/// An open file of a store, and where it was found.
pub(super) struct StoreFile {
    pub(super) sqlite: Connection,
    pub(super) place: FilePlace,
}

impl Drop for StoreFile {
    fn drop(&mut self) {
        // Where another file is there now, closing must not touch what lies beside it.
        let _ = self.place.must_hold(&self.sqlite);
    }
}

pub(super) fn open(
    path: &Path,
    patience: Duration,
    make: Make,
    interrupt: &Interrupt,
) -> Result<StoreFile, StoreError> {
    match make {
        Make::Never if !path.exists() => return Err(StoreError::Missing(path.display().to_string())),
        Make::Never => {}
        Make::IfMissing => match new_private_file(path) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e.into()),
            _ => {}
        },
    }
    let began = Instant::now();
    let mut sharing = Sharing::WithOthers;
    loop {
        match try_open(path, patience.min(STEP), sharing, make) {
            // There is no room for what processes share; where no other has the file open, there need not be any.
            Err(AttemptError::Final(StoreError::Unreachable(_) | StoreError::Full))
                if sharing == Sharing::WithOthers =>
            {
                sharing = Sharing::Alone;
            }
            Ok(file) => return Ok(file),
            Err(AttemptError::Final(e)) => return Err(e),
            // Another process is creating or upgrading the same file.
            Err(_) if began.elapsed() < patience => interrupt.pause(Duration::from_millis(10))?,
            Err(_) => return Err(StoreError::Busy(patience)),
        }
    }
}

/// Makes an empty file that its owner alone may read, where there is none.
pub(crate) fn new_private_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    {
        let _alone = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        options.open(path)?;
    }
    // So that the file is there under its name after a loss of power too.
    #[cfg(unix)]
    File::open(path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// Whether others may have the file open too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharing {
    WithOthers,
    Alone,
}

/// Opens the file. SQLite waits for other writers for that long at a time, now and in every transaction: who calls it waits longer by
/// trying again, so that the wait can be ended.
fn try_open(path: &Path, wait: Duration, sharing: Sharing, make: Make) -> Result<StoreFile, AttemptError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = {
        let _alone = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        Connection::open_with_flags(path, flags)
    };
    let mut file = opened.map_err(|e| named(path, e))?;
    file.busy_timeout(wait).map_err(AttemptError::sqlite)?;
    file.set_prepared_statement_cache_capacity(STATEMENTS);
    for (config, on) in CONFIGURED {
        file.set_db_config(config, on).map_err(AttemptError::sqlite)?;
    }
    // A write-ahead log cannot even be read where nothing may be written.
    if file.is_readonly("main").map_err(AttemptError::sqlite)? {
        return Err(StoreError::ReadOnly.into());
    }
    if sharing == Sharing::Alone {
        file.execute_batch("PRAGMA locking_mode=EXCLUSIVE").map_err(AttemptError::sqlite)?;
    }
    must_have_its_own_wal(&file)?;
    let found = form(&file, path)?;
    if found == 0 {
        must_be_made(&file, path, make)?;
    }
    file.execute_batch(SETTINGS).map_err(AttemptError::sqlite)?;
    if found < migrations::KNOWN {
        file.execute_batch(&format!("PRAGMA application_id={APPLICATION_ID};")).map_err(AttemptError::sqlite)?;
    }
    // Readers do not wait for the writer, and a commit is one write and one flush.
    let mode: String = file.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0)).map_err(AttemptError::sqlite)?;
    if mode != "wal" {
        return Err(StoreError::Unreachable(format!(
            "expected a file system on which SQLite can keep a write-ahead log, found journal mode {mode}"
        ))
        .into());
    }
    match migrations::upgrade(&mut file, found, &STEPS) {
        // Two programs that make one file at once: the other was first.
        Err(AttemptError::Final(StoreError::Upgrade { .. })) if form(&file, path)? == migrations::KNOWN => {}
        other => other?,
    }
    let place = FilePlace::of(&file, path)?;
    Ok(StoreFile { sqlite: file, place })
}

/// Every object of the schema of a file, one a line.
pub(crate) const SCHEMA: &str =
    "SELECT type || ' ' || name || ' of ' || tbl_name || ': ' || coalesce(sql, 'made with it') FROM sqlite_schema";

/// The schema of a new store.
pub(crate) fn schema() -> Result<BTreeSet<String>, AttemptError> {
    let mut new = Connection::open_in_memory().map_err(AttemptError::sqlite)?;
    migrations::upgrade(&mut new, 0, &STEPS)?;
    let mut objects = new.prepare(SCHEMA).map_err(AttemptError::sqlite)?;
    let objects = objects.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(AttemptError::sqlite)?;
    Ok(objects)
}

/// Why a file does not open, by its name.
fn named(path: &Path, e: rusqlite::Error) -> AttemptError {
    match AttemptError::sqlite(e) {
        AttemptError::Final(StoreError::Unreachable(why)) => {
            StoreError::Unreachable(format!("{}: {why}", path.display())).into()
        }
        other => other,
    }
}

/// Refuses a file with a write-ahead log of another; both stay as they are.
fn must_have_its_own_wal(file: &Connection) -> Result<(), AttemptError> {
    // As SQLite resolved it, which puts the log beside the file that a link leads to.
    let path = Path::new(file.path().unwrap_or_default());
    let has_wal = fs::metadata(with_suffix(path, "-wal")).is_ok_and(|wal| wal.len() > 0);
    if !has_wal {
        return Ok(());
    }
    // While something is read no one replaces the log.
    let read = file.execute_batch("BEGIN; PRAGMA schema_version").map_err(AttemptError::sqlite);
    let checked = match read {
        Ok(()) | Err(AttemptError::Final(StoreError::Damaged(_))) => wal::must_continue(path),
        Err(other) => Err(other),
    };
    if checked.is_err() {
        leave_as_it_is(file);
    }
    if !file.is_autocommit() {
        file.execute_batch("ROLLBACK").map_err(AttemptError::sqlite)?;
    }
    checked
}

/// Refuses to make a store of a file that holds something else, or where none is to be made.
fn must_be_made(file: &Connection, path: &Path, make: Make) -> Result<(), AttemptError> {
    let pages: i64 = file.query_row("PRAGMA page_count", [], |row| row.get(0)).map_err(AttemptError::sqlite)?;
    // SQLite takes whatever is shorter than a header for an empty database, and would write over it.
    let is_empty = fs::metadata(path).is_ok_and(|about| about.len() == 0);
    let found = match (pages, is_empty) {
        (0, false) => "a file that is not a database",
        (0, true) if make == Make::Never => "an empty file; `risk store init` makes a store of it",
        _ => return Ok(()),
    };
    Err(StoreError::NotAStore { place: path.display().to_string(), found: found.to_owned() }.into())
}

/// The form that the file notes; 0 for an empty one.
fn form(file: &Connection, path: &Path) -> Result<i64, AttemptError> {
    let one = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(AttemptError::sqlite);
    let not_ours = |found: &str| StoreError::NotAStore { place: path.display().to_string(), found: found.to_owned() };
    let named = |table: &str| {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?1";
        file.query_row(sql, [table], |_| Ok(())).optional().map_err(AttemptError::sqlite)
    };
    let tables = match one("SELECT count(*) FROM sqlite_schema") {
        Err(AttemptError::Final(StoreError::Damaged(_))) => {
            return Err(not_ours("no SQLite file, or a damaged one").into());
        }
        other => other?,
    };
    if tables == 0 {
        return Ok(0);
    }
    if one("PRAGMA application_id")? != i64::from(APPLICATION_ID) {
        return Err(not_ours("another program's SQLite file").into());
    }
    match named(migrations::TABLE)? {
        Some(()) => one("SELECT coalesce(max(version), 0) FROM store_form"),
        None => Ok(0),
    }
}
