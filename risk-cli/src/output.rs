//! What a command says, and how it reaches the terminal, a pipe or a file.

use std::fs::{self, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::failure::Failure;

/// The exit code where the input cannot be used.
pub const BAD_INPUT: u8 = 2;
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// What a command says, worked out whole before any of it is written.
#[derive(Debug, Default)]
pub struct Reply {
    /// For standard output.
    pub text: String,
    /// For standard error.
    pub remark: String,
    /// The answer is no: exit code 1.
    pub no: bool,
}

impl Reply {
    /// A text for standard output.
    #[must_use]
    pub fn text(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// A value as one line of JSON: the bytes that every binding gives.
    ///
    /// # Errors
    /// [`Failure::Json`] where the value has no form in JSON.
    pub fn json(value: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self::text(serde_json::to_string(value)? + "\n"))
    }

    /// A document as JSON that people can read and compare.
    ///
    /// # Errors
    /// [`Failure::Json`] where the value has no form in JSON.
    pub fn document(value: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self::text(serde_json::to_string_pretty(value)? + "\n"))
    }
}

/// Writes a reply. A reader that has seen enough (`| head`) is no error.
///
/// # Errors
/// [`Failure::Write`] where standard output takes nothing more for another reason.
pub fn print(reply: &Reply) -> Result<u8, Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(reply.text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err(Failure::Write { file: "standard output".to_owned(), error });
        }
        _ => {}
    }
    // Nobody is left to tell where standard error is closed.
    let _ = anstream::stderr().write_all(reply.remark.as_bytes());
    Ok(u8::from(reply.no))
}

/// Says something on standard error at once.
pub fn remark(text: &str) {
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Says on standard error why nothing was done.
#[must_use]
pub fn complain(failure: &Failure) -> u8 {
    let _ = writeln!(anstream::stderr(), "{ERROR}error:{ERROR:#} {failure}");
    BAD_INPUT
}

/// Writes a file whole or not at all: under another name beside it, then renamed.
///
/// # Errors
/// [`Failure::Write`]; what stood there before stands there still.
pub fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure::Write { file: path.display().to_string(), error };
    write_whole(path, |out| out.write_all(text.as_bytes()).map_err(failed))
}

/// [`write_file`] for what is written piece by piece.
///
/// # Errors
/// [`Failure::Write`], or that of what writes; what stood there before stands there still.
pub fn write_whole<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>) -> Result<T, Failure> {
    let failed = |error| Failure::Write { file: path.display().to_string(), error };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Readable by its owner alone, as a case is nobody else's; what is replaced keeps who may read it.
    let file = NamedTempFile::new_in(folder).map_err(failed)?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out)?;
    let file = out.into_inner().map_err(|e| failed(e.into_error()))?;
    if let Some(before) = permissions(path) {
        file.as_file().set_permissions(before).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(written)
}

/// Writes a file that says nothing of anybody: whoever may read the folder may read it.
///
/// # Errors
/// [`Failure::Write`] where the place cannot be written to.
pub fn write_public_file(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::Write { file: path.display().to_string(), error })
}

fn permissions(path: &Path) -> Option<Permissions> {
    fs::metadata(path).ok().map(|m| m.permissions())
}
