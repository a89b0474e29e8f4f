//! Which files are databases, which nothing else may be written over or read as text.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How databases of SQLite and their write-ahead logs begin.
const DATABASES: [&[u8]; 3] = [b"SQLite format 3\0", b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"];

/// Whether a file begins as a database of SQLite or its write-ahead log does. What cannot be read does not; it is judged when it is
/// written.
///
/// A database that is in use is known by what lies beside it, and is not opened: closing the file again would release the locks
/// that this process has on it.
#[must_use]
pub fn is_database(path: &Path) -> bool {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        Path::new(&name).exists()
    };
    if !path.is_file() {
        return false;
    }
    if beside("-wal") || beside("-shm") {
        return true;
    }
    let mut beginning = Vec::new();
    let _ = File::open(path).and_then(|file| file.take(16).read_to_end(&mut beginning));
    DATABASES.iter().any(|database| beginning.starts_with(database))
}
