//! Readings that could not be written into the journal, because the disk was full.
//!
//! They are kept in a file beside the store's until there is room again. The file is made when the store is opened, with its
//! room already taken: writing into it needs none. As soon as the journal can be written to, they are entered there, each with
//! its time and the reason that was given.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::StoreError;

/// How much room the file has: some three hundred readings.
const ROOM: usize = 64 * 1024;

/// A reading that is not in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gap {
    pub(crate) at: String,
    pub(crate) by: String,
    pub(crate) audience: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) purpose: Option<String>,
    pub(crate) reason: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) refused: bool,
    pub(crate) cases: Vec<Uuid>,
}

/// The file in which they are kept.
#[derive(Debug)]
pub(crate) struct GapFile(PathBuf);

impl GapFile {
    /// The file beside a store's, with its room taken where the disk has any.
    pub(crate) fn beside(store: &Path) -> Self {
        let mut name = store.as_os_str().to_owned();
        name.push("-unjournalled");
        let file = Self(name.into());
        if !file.0.exists() {
            // Without it no reading is possible while the disk is full, and nothing else is wrong.
            let _ = file.make();
        }
        file
    }

    fn make(&self) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.0)?;
        let made = file.write_all(&vec![0; ROOM]).and_then(|()| file.sync_all());
        if made.is_err() {
            let _ = std::fs::remove_file(&self.0);
        }
        made
    }

    /// Opens the file, for this process alone until it is closed.
    fn open(&self) -> io::Result<File> {
        let file = OpenOptions::new().read(true).write(true).open(&self.0)?;
        file.lock()?;
        Ok(file)
    }

    /// Keeps a reading; it is on disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::Full`] if the file has no room, or is not there.
    pub(crate) fn keep(&self, gap: &Gap) -> Result<(), StoreError> {
        let kept = || -> io::Result<bool> {
            let mut file = self.open()?;
            let used = used(&mut file)?.len();
            let mut line = serde_json::to_vec(gap)?;
            line.push(b'\n');
            if used.saturating_add(line.len()) > ROOM {
                return Ok(false);
            }
            file.seek(SeekFrom::Start(u64::try_from(used).unwrap_or(u64::MAX)))?;
            file.write_all(&line)?;
            file.sync_data()?;
            Ok(true)
        };
        if kept().unwrap_or(false) { Ok(()) } else { Err(StoreError::Full) }
    }

    /// Whether anything is kept.
    pub(crate) fn is_empty(&self) -> bool {
        let mut first = [0];
        let read = File::open(&self.0).and_then(|mut file| file.read_exact(&mut first));
        read.is_err() || first == [0]
    }

    /// What is kept; no other process adds to it until it is let go of.
    pub(crate) fn hold(&self) -> io::Result<HeldGaps> {
        let mut file = self.open()?;
        let used = used(&mut file)?;
        // A line that is none was not kept whole, and nothing was answered for it.
        let lines = used.split(|byte| *byte == b'\n');
        let gaps = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        Ok(HeldGaps { file, length: used.len(), gaps })
    }
}

/// Readings that are being entered into the journal.
pub(crate) struct HeldGaps {
    file: File,
    length: usize,
    pub(crate) gaps: Vec<Gap>,
}

impl HeldGaps {
    /// Forgets them, as they are in the journal now.
    pub(crate) fn forget(mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&vec![0; self.length])?;
        self.file.sync_data()
    }
}

/// What was written into the file; the rest is zeros.
fn used(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(ROOM);
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    Ok(bytes)
}
