//! Where a command writes what it makes: standard output, a file, or whatever else a path names.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};

use risk_core::text::{inert, inert_json};
use risk_store::is_database;
use same_file::is_same_file;
use tempfile::{Builder, NamedTempFile};

use crate::failure::Failure;
use crate::output::Reply;

/// What lies beside a database under its name with this behind it, and is part of it.
const BESIDE: [&str; 4] = ["-wal", "-shm", "-journal", "-unjournalled"];
/// As many links as a system follows.
const MOST_LINKS: usize = 40;

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone, whoever could read what it replaces.
    OwnerAlone,
    /// Of a new file its owner alone; a file that is replaced keeps who may read it.
    AsBefore,
    /// Whoever the system lets read new files: it says nothing of anybody.
    Anybody,
}

/// Where to write.
#[derive(Debug)]
pub enum Destination {
    /// Standard output.
    Standard,
    /// A pipe, a terminal or another device: it is written to.
    Device(PathBuf),
    /// A file, which is replaced whole or not at all. Links to it are followed and stay.
    File(PathBuf),
}

impl Destination {
    /// What the path names: `-` is standard output.
    ///
    /// # Errors
    /// [`Failure::Write`] for a folder, and for links that lead nowhere.
    pub fn of(path: &Path) -> Result<Self, Failure> {
        if is_standard(path) {
            return Ok(Self::Standard);
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(unwritable(path, ErrorKind::IsADirectory.into())),
            // Another stream of this process is one, whatever it leads to.
            Ok(found) if !found.is_file() || is_descriptor(path) => Ok(Self::Device(path.to_owned())),
            Ok(_) => fs::canonicalize(path).map(Self::File).map_err(|error| unwritable(path, error)),
            Err(error) if error.kind() == ErrorKind::NotFound => end_of_links(path).map(Self::File),
            Err(error) => Err(unwritable(path, error)),
        }
    }

    /// The same for a command that may be given no path, and then writes to standard output.
    ///
    /// # Errors
    /// As [`Destination::of`].
    pub fn of_option(path: Option<&PathBuf>) -> Result<Self, Failure> {
        path.map_or(Ok(Self::Standard), |path| Self::of(path))
    }

    /// Refuses a file from which the command reads, and any database: what is written there would be all that is left.
    ///
    /// # Errors
    /// [`Failure::Replaces`].
    pub fn apart_from(self, inputs: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Self, Failure> {
        let Self::File(path) = &self else { return Ok(self) };
        let replaces = |what| Failure::Replaces { file: path.display().to_string(), what };
        if inputs.into_iter().any(|input| is_same_file(path, input).unwrap_or(false)) {
            return Err(replaces("from which the command reads"));
        }
        if BESIDE.iter().any(|suffix| is_beside_a_database(path, suffix)) {
            return Err(replaces("that belongs to the database beside it"));
        }
        if is_database(path) {
            return Err(replaces("that is a database"));
        }
        Ok(self)
    }

    /// Writes there, piece by piece. Nothing comes back where the reader of standard output has seen enough, which is no error.
    ///
    /// # Errors
    /// [`Failure::Write`], or that of what writes; a file that was there before is there still, as it was.
    pub fn write<T>(
        &self,
        access: Access,
        write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        match self {
            Self::Standard => match write_to(standard().as_mut(), "standard output".as_ref(), write) {
                Err(Failure::Write { error, .. }) if error.kind() == ErrorKind::BrokenPipe => Ok(None),
                written => written.map(Some),
            },
            Self::Device(path) => {
                let device = OpenOptions::new().append(true).open(path).map_err(|error| unwritable(path, error))?;
                write_to(&mut BufWriter::new(device), path, write).map(Some)
            }
            Self::File(path) => {
                let file = new_beside(path, access).map_err(|error| unwritable(path, error))?;
                let mut out = BufWriter::new(file);
                let written = write_to(&mut out, path, write)?;
                let kept = out.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| {
                    file.as_file().sync_all()?;
                    file.persist(path).map_err(|e| e.error)
                });
                kept.map(|_| Some(written)).map_err(|error| unwritable(path, error))
            }
        }
    }

    /// A reply as it is to be printed: itself for standard output; else it is written there, and what is said of that comes back.
    ///
    /// # Errors
    /// As [`Destination::write`].
    pub fn deliver(&self, access: Access, reply: Reply, said: impl FnOnce(&str) -> String) -> Result<Reply, Failure> {
        let (Self::Device(path) | Self::File(path)) = self else { return Ok(reply) };
        let text = if reply.is_data { reply.text } else { risk_text::plain(&reply.text) };
        self.write(access, |out| out.write_all(text.as_bytes()).map_err(|error| unwritable(path, error)))?;
        Ok(Reply { text: said(&shown(path)), is_data: false, ..reply })
    }
}

/// A path as people may see it.
#[must_use]
pub fn shown(path: &Path) -> String {
    inert(&path.display().to_string()).into_owned()
}

/// Standard output for data: bytes as they are, but for a terminal, which must obey none of them.
pub fn standard() -> Box<dyn Write> {
    let out = stdout();
    if out.is_terminal() { Box::new(ForTerminal { out, line: Vec::new() }) } else { Box::new(BufWriter::new(out)) }
}

fn is_beside_a_database(path: &Path, suffix: &str) -> bool {
    let database = path.as_os_str().to_str().and_then(|path| path.strip_suffix(suffix)).map(Path::new);
    database.is_some_and(is_database)
}

fn unwritable(path: &Path, error: io::Error) -> Failure {
    Failure::Write { file: path.display().to_string(), error }
}

fn write_to<T>(
    out: &mut dyn Write,
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let written = write(&mut *out)?;
    out.flush().map_err(|error| unwritable(path, error))?;
    Ok(written)
}

fn is_standard(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
}

/// Whether it names another stream of this process.
pub fn is_descriptor(path: &Path) -> bool {
    ["/dev/stdin", "/dev/stderr"].iter().any(|name| path == Path::new(name))
        || ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.starts_with(folder))
}

/// Where a file that is not there is to be made: at the path, or where the links lead that stand there.
fn end_of_links(path: &Path) -> Result<PathBuf, Failure> {
    let mut end = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&end) {
            Ok(to) => end = folder_of(&end).join(to),
            Err(_) => return Ok(end),
        }
    }
    Err(unwritable(path, io::Error::other("too many links")))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file under another name beside the path, which goes away again unless it is put in its place.
fn new_beside(path: &Path, access: Access) -> io::Result<NamedTempFile> {
    let folder = folder_of(path);
    let replaced = fs::metadata(path).ok().map(|found| found.permissions());
    let mut builder = Builder::new();
    #[cfg(unix)]
    if access == Access::Anybody {
        // The system takes from it what the user does not want.
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    if let Some(before) = replaced.filter(|_| access != Access::OwnerAlone) {
        file.as_file().set_permissions(before)?;
    }
    Ok(file)
}

/// JSON Lines on their way to a terminal.
struct ForTerminal<W> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> ForTerminal<W> {
    fn write_out(&mut self, end: usize) -> io::Result<()> {
        let rest = self.line.split_off(end);
        let whole = std::mem::replace(&mut self.line, rest);
        self.out.write_all(inert_json(&String::from_utf8_lossy(&whole)).as_bytes())
    }
}

impl<W: Write> Write for ForTerminal<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if let Some(last) = self.line.iter().rposition(|b| *b == b'\n') {
            self.write_out(last.saturating_add(1))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_out(self.line.len())?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_given_the_same_json_in_whatever_pieces_it_comes() {
        let line = "{\"note\":\"a\u{9b}2J\u{202e}b\u{e0041}\"}\n";
        let mut out = ForTerminal { out: Vec::new(), line: Vec::new() };
        for byte in line.as_bytes().iter().chain(b"{}") {
            out.write_all(&[*byte]).unwrap();
        }
        out.flush().unwrap();
        let written = String::from_utf8(out.out).unwrap();
        assert_eq!(written, "{\"note\":\"a\\u009b2J\\u202eb\\udb40\\udc41\"}\n{}");
    }
}
