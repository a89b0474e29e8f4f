//! Where the files of an open store lie, and whether those of that name are still the ones that were opened.

use std::cell::Cell;
use std::fs::{self, Metadata};
use std::path::{self, Path, PathBuf};
use std::time::SystemTime;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::wal;
use crate::error::{AttemptError, StoreError};

/// Where the files of an open store lie.
#[derive(Debug)]
pub(crate) struct FilePlace {
    /// As it was named, which may be a link.
    named: PathBuf,
    /// As SQLite resolved it.
    real: PathBuf,
    file: Option<Identity>,
    wal: Option<Identity>,
    /// When the file was last written to, as far as was looked.
    written: Cell<Option<(SystemTime, u64)>>,
}

/// The file that a name refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

impl Identity {
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(path).ok().map(|found| Self(found.dev(), found.ino()))
    }

    /// Elsewhere a file that is open cannot be replaced.
    #[cfg(not(unix))]
    fn of(_: &Path) -> Option<Self> {
        None
    }
}

impl FilePlace {
    /// The place of a file that was just opened.
    pub(super) fn of(sqlite: &Connection, path: &Path) -> Result<Self, AttemptError> {
        // SQLite opens the write-ahead log when something is read.
        sqlite.query_row("PRAGMA schema_version", [], |_| Ok(())).map_err(AttemptError::sqlite)?;
        // The folder of the process may change.
        let (named, real) = (path::absolute(path)?, PathBuf::from(sqlite.path().unwrap_or_default()));
        let (file, wal) = (Identity::of(&named), Identity::of(&with_suffix(&real, "-wal")));
        let written = Cell::new(fs::metadata(&real).ok().and_then(|found| written(&found)));
        Ok(Self { named, real, file, wal, written })
    }

    /// Refuses to go on where the file or its write-ahead log was moved, removed or replaced since it was opened: what is
    /// written now would lie where no one looks for it.
    pub(crate) fn must_hold(&self, sqlite: &Connection) -> Result<(), AttemptError> {
        let checked = self.check(sqlite);
        if checked.is_err() {
            leave_as_it_is(sqlite);
        }
        checked
    }

    fn check(&self, sqlite: &Connection) -> Result<(), AttemptError> {
        let in_place =
            self.file == Identity::of(&self.named) && self.wal == Identity::of(&with_suffix(&self.real, "-wal"));
        if !in_place || has_moved(sqlite)? {
            return Err(StoreError::Moved(self.named.display().to_string()).into());
        }
        // Another file may have been copied into this one.
        let now = fs::metadata(&self.real).ok().and_then(|found| written(&found));
        if now != self.written.get() {
            // While a transaction has read something no one replaces the log.
            let _ = sqlite.query_row("PRAGMA schema_version", [], |_| Ok(()));
            wal::must_continue(&self.real)?;
            self.written.set(now);
        }
        Ok(())
    }
}

fn written(found: &Metadata) -> Option<(SystemTime, u64)> {
    found.modified().ok().map(|at| (at, found.len()))
}

#[cfg(unix)]
fn has_moved(sqlite: &Connection) -> Result<bool, AttemptError> {
    let mut moved = 0;
    let asked = sqlite.file_control(Some("main"), rusqlite::FileControl::HasMoved(&mut moved));
    asked.map(|()| moved != 0).map_err(AttemptError::sqlite)
}

#[cfg(not(unix))]
fn has_moved(_: &Connection) -> Result<bool, AttemptError> {
    Ok(false)
}

/// Closing the connection then neither folds the write-ahead log into the file nor removes it.
pub(super) fn leave_as_it_is(sqlite: &Connection) {
    // It is refused only where the connection is not open.
    let _ = sqlite.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
}

/// A file beside another: its name and what follows it.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
