//! Whether a write-ahead log belongs to the file that it lies beside.
//!
//! SQLite applies a write-ahead log to whatever file has its name: a backup that was copied over the store would be
//! changed back, or mixed with pages of another layout. So every transaction of a store counts up `user_version`, which
//! lies on the first page of the file, and therefore in the log too. A log continues its file if one of its versions of
//! that page is the file's, or if its first one is the next after the file's. The schema cookie, on the same page,
//! distinguishes a copy: `VACUUM INTO` and the backup interface of SQLite both change it.
//!
//! The file is read with `immutable=1` by SQLite itself: closing another descriptor of it would release SQLite's locks.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::file_place::with_suffix;
use crate::error::{AttemptError, StoreError};

/// The form since which transactions are counted.
const COUNTED_SINCE: i64 = 4;

/// What a version of the first page is recognised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    /// `user_version`: how many transactions the store has seen.
    transactions: u32,
    /// How often the schema was changed.
    cookie: u32,
}

impl Version {
    fn precedes(self, other: Self) -> bool {
        other.cookie == self.cookie && other.transactions == next(self.transactions)
    }
}

/// The number of the transaction after one.
fn next(transactions: u32) -> u32 {
    transactions.checked_add(1).filter(|n| i32::try_from(*n).is_ok()).unwrap_or(1)
}

/// Counts a transaction that changed something.
pub(crate) fn count(tx: &rusqlite::Transaction<'_>) -> Result<(), AttemptError> {
    let counted: u32 = tx.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(AttemptError::sqlite)?;
    tx.execute_batch(&format!("PRAGMA user_version={}", next(counted))).map_err(AttemptError::sqlite)
}

/// Refuses a write-ahead log that does not continue the file. The caller holds a read transaction, so that neither is
/// replaced meanwhile.
///
/// # Errors
/// [`StoreError::ForeignWal`].
pub(super) fn must_continue(path: &Path) -> Result<(), AttemptError> {
    let wal = with_suffix(path, "-wal");
    let Some(versions) = fs::read(&wal).ok().and_then(|log| first_pages(&log)) else { return Ok(()) };
    let Some(first) = versions.first() else { return Ok(()) };
    let Some(file) = without_wal(path)? else { return Ok(()) };
    if versions.contains(&file) || file.precedes(*first) {
        return Ok(());
    }
    Err(StoreError::ForeignWal { file: path.display().to_string(), wal: wal.display().to_string() }.into())
}

/// The first page as it is in the file; `None` where the file is older than this check: new, or of an older form.
fn without_wal(path: &Path) -> Result<Option<Version>, AttemptError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Connection::open_with_flags(immutable(path), flags).map_err(AttemptError::sqlite)?;
    let form = file.query_row("SELECT coalesce(max(version), 0) FROM store_form", [], |row| row.get::<_, i64>(0));
    // A file without that table, or one that cannot be read by itself, has nothing to compare.
    if form.unwrap_or(0) < COUNTED_SINCE {
        return Ok(None);
    }
    let number = |sql: &str| file.query_row(sql, [], |row| row.get::<_, u32>(0)).map_err(AttemptError::sqlite);
    Ok(Some(Version { transactions: number("PRAGMA user_version")?, cookie: number("PRAGMA schema_version")? }))
}

fn immutable(path: &Path) -> PathBuf {
    // The characters that mean something in a URI.
    let escaped = path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    // An absolute path has an empty authority before it; a relative one has none.
    let authority = if escaped.starts_with('/') { "//" } else { "" };
    format!("file:{authority}{escaped}?immutable=1").into()
}

const HEADER: usize = 32;
const FRAME: usize = 24;

/// The versions of the first page in a write-ahead log, as far as it is committed; `None` for what is no such log.
///
/// The form is that of <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.
fn first_pages(log: &[u8]) -> Option<Vec<Version>> {
    let header = log.get(..HEADER)?;
    let word = |bytes: &[u8], at: usize| -> Option<u32> {
        Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
    };
    let big_endian = match word(header, 0)? {
        0x377f_0682 => false,
        0x377f_0683 => true,
        _ => return None,
    };
    let page = usize::try_from(word(header, 8)?).ok()?;
    let salt = header.get(16..24)?;
    let mut sum = Checksum { big_endian, words: (0, 0) };
    sum.add(header.get(..24)?);
    if sum.words != (word(header, 24)?, word(header, 28)?) {
        return None;
    }
    let (mut committed, mut open) = (Vec::new(), Vec::new());
    for frame in log.get(HEADER..)?.chunks_exact(FRAME.checked_add(page)?) {
        let (header, content) = frame.split_at_checked(FRAME)?;
        sum.add(header.get(..8)?);
        sum.add(content);
        // What follows is left over from before, or was never finished.
        if header.get(8..16)? != salt || sum.words != (word(header, 16)?, word(header, 20)?) {
            break;
        }
        if word(header, 0)? == 1 {
            open.push(Version { transactions: word(content, 60)?, cookie: word(content, 40)? });
        }
        if word(header, 4)? != 0 {
            committed.append(&mut open);
        }
    }
    Some(committed)
}

/// The checksum of a write-ahead log, which goes on from frame to frame.
struct Checksum {
    big_endian: bool,
    words: (u32, u32),
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        let word = |four: &[u8]| {
            let four = <[u8; 4]>::try_from(four).unwrap_or_default();
            if self.big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
        };
        let (mut one, mut other) = self.words;
        for eight in bytes.chunks_exact(8) {
            let (first, second) = eight.split_at(4);
            one = one.wrapping_add(word(first)).wrapping_add(other);
            other = other.wrapping_add(word(second)).wrapping_add(one);
        }
        self.words = (one, other);
    }
}
