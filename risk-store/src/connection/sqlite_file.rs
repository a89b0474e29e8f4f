//! A store in one SQLite file.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::Make;
use super::migrations::{self, Steps};
use crate::error::{StoreError, Trouble};

/// `risk` in ASCII, in the file's header: whose file it is.
const APPLICATION_ID: i32 = 0x7269_736b;

const STEPS: Steps = [
    ("V1__records", include_str!("../../migrations/sqlite/V1__records.sql")),
    ("V2__journal", include_str!("../../migrations/sqlite/V2__journal.sql")),
    ("V3__identifiers", include_str!("../../migrations/sqlite/V3__identifiers.sql")),
];

/// What each connection sets for itself.
///
/// `synchronous=FULL`: a commit returns when the log of writes has been handed to the disk. `secure_delete`: what is deleted
/// is overwritten. `cell_size_check`: a damaged page is noticed when it is read. `temp_store`: no payload in other files.
const SETTINGS: &str = "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;
    PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;";

pub(super) fn open(path: &Path, patience: Duration, make: Make) -> Result<Connection, StoreError> {
    match make {
        Make::Never if !path.exists() => return Err(StoreError::Missing(path.display().to_string())),
        Make::Never => {}
        Make::IfMissing => match new_private_file(path) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e.into()),
            _ => {}
        },
    }
    must_be_writable(path)?;
    let began = Instant::now();
    loop {
        match try_open(path, patience) {
            Ok(file) => return Ok(file),
            Err(Trouble::Final(e)) => return Err(e),
            // Somebody else is making or upgrading the same file.
            Err(_) if began.elapsed() < patience => std::thread::sleep(Duration::from_millis(10)),
            Err(_) => return Err(StoreError::Busy(patience)),
        }
    }
}

/// A write-ahead log cannot even be read where nothing may be written.
fn must_be_writable(path: &Path) -> Result<(), StoreError> {
    let refused = |e: io::Error| match e.kind() {
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied if File::open(path).is_ok() => {
            StoreError::ReadOnly
        }
        _ => StoreError::Unreachable(format!("{}: {e}", path.display())),
    };
    OpenOptions::new().write(true).open(path).map(drop).map_err(refused)
}

/// Makes an empty file that its owner alone may read, where there is none.
pub(crate) fn new_private_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    // So that the file is there under its name after a loss of power too.
    #[cfg(unix)]
    File::open(path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

fn try_open(path: &Path, patience: Duration) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut file = Connection::open_with_flags(path, flags).map_err(Trouble::sqlite)?;
    file.busy_timeout(patience).map_err(Trouble::sqlite)?;
    let found = form(&file, path)?;
    file.execute_batch(SETTINGS).map_err(Trouble::sqlite)?;
    if found < migrations::KNOWN {
        file.execute_batch(&format!("PRAGMA application_id={APPLICATION_ID};")).map_err(Trouble::sqlite)?;
    }
    // Readers do not wait for the writer, and a commit is one write and one flush.
    let mode: String = file.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0)).map_err(Trouble::sqlite)?;
    if mode != "wal" {
        return Err(StoreError::Unreachable(format!(
            "expected a file system on which SQLite can keep a write-ahead log, found journal mode {mode}"
        ))
        .into());
    }
    match migrations::upgrade(&mut file, found, &STEPS) {
        // Two programs that make one file at once: the other was first.
        Err(StoreError::Upgrade { .. }) if form(&file, path)? == migrations::KNOWN => Ok(file),
        Err(e) => Err(e.into()),
        Ok(()) => Ok(file),
    }
}

/// The form that the file notes; 0 for an empty one.
fn form(file: &Connection, path: &Path) -> Result<i64, Trouble> {
    let one = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(Trouble::sqlite);
    let not_ours = |found: &str| StoreError::NotAStore { place: path.display().to_string(), found: found.to_owned() };
    let named = |table: &str| {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?1";
        file.query_row(sql, [table], |_| Ok(())).optional().map_err(Trouble::sqlite)
    };
    let tables = match one("SELECT count(*) FROM sqlite_schema") {
        Err(Trouble::Final(StoreError::Damaged(_))) => {
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
