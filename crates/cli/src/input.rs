//! Reading logs and policies, with messages that say where.

use std::fs::Metadata;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use risk_core::log::{AppendError, Log, LogError, Record};
use risk_core::policy::Policy;
use risk_core::text::{decoded, inert};
use risk_policies::{ENGLAND_WALES, ENGLAND_WALES_FILES, FolderFiles};

use crate::destination::is_descriptor;
use crate::failure::Failure;
use crate::output::remark;

/// A text with the name that messages give it.
#[derive(Debug)]
pub struct Text {
    /// The file's name, as people may see it.
    pub name: String,
    /// What it holds.
    pub text: String,
}

impl Text {
    /// Reads a file, or standard input for `-`. A byte order mark in front is passed over.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be read or is not UTF-8.
    pub fn read(path: &str) -> Result<Self, Failure> {
        Self::read_as("text", path)
    }

    /// The same for what a command goes by, and not for data that a stream may deliver: see [`must_be_a_file`].
    ///
    /// # Errors
    /// As [`Text::read`], and [`Failure::NotAFile`].
    pub fn read_file(path: &str) -> Result<Self, Failure> {
        Self::read_file_as("text", path)
    }

    /// The same for what has a name of its own in messages.
    fn read_file_as(sort: &'static str, path: &str) -> Result<Self, Failure> {
        if path != "-" {
            must_be_a_file(path)?;
        }
        Self::read_as(sort, path)
    }

    fn read_as(sort: &'static str, path: &str) -> Result<Self, Failure> {
        let (name, bytes) = read_bytes(path)?;
        Self::of(sort, &name, &bytes)
    }

    /// The text that the bytes are.
    ///
    /// # Errors
    /// [`Failure::Encoding`].
    pub fn of(sort: &'static str, name: &str, bytes: &[u8]) -> Result<Self, Failure> {
        let text = decoded(bytes).map_err(|error| Failure::Encoding { file: name.to_owned(), sort, error })?;
        Ok(Self { name: inert(name).into_owned(), text: text.to_owned() })
    }

    /// Each line that holds something, with its number.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.split('\n')).filter(|(_, line)| !line.trim().is_empty())
    }

    /// Where and why a log refuses one of the records of this text.
    #[must_use]
    pub fn place(&self, refused: AppendError) -> LogError {
        let id = match &refused {
            AppendError::Refused { event_id, .. } | AppendError::Conflict { event_id, .. } => Some(*event_id),
            AppendError::PositionConflict { .. } | AppendError::Stamp { .. } => None,
        };
        let is_it = |line: &str| Record::parse(line).is_ok_and(|r| Some(r.event_id) == id);
        let line = self.lines().find(|(_, line)| is_it(line)).map_or(1, |(number, _)| number);
        let (field, expected, found) = match refused {
            AppendError::Refused { field, expected, found, .. } => (field, expected, found),
            other => ("record".to_owned(), "a record that can be appended".to_owned(), other.to_string()),
        };
        LogError { file: self.name.clone(), line, field, expected, found }
    }

    /// The log that it holds.
    ///
    /// # Errors
    /// [`Failure::Log`] if it is none, or was tampered with.
    pub fn log(&self) -> Result<Log, Failure> {
        Ok(Log::parse(&self.name, &self.text)?)
    }
}

/// The bytes of a file, or of standard input for `-`, with the name that messages give it: for what says itself which bytes it can
/// read.
///
/// # Errors
/// [`Failure`] if it cannot be read.
pub fn read_bytes(path: &str) -> Result<(String, Vec<u8>), Failure> {
    let name = if path == "-" { "standard input" } else { path }.to_owned();
    let bytes = if path == "-" { from_standard_input() } else { fs::read(path) };
    match bytes {
        Ok(bytes) => Ok((name, bytes)),
        Err(_) if fs::metadata(path).is_ok_and(|found| found.is_dir()) => Err(Failure::a_folder(name)),
        Err(error) => Err(Failure::Read { file: name, error }),
    }
}

/// Refuses standard input for more than one input of a command: the second would find nothing in it.
///
/// # Errors
/// [`Failure::Mismatch`].
pub fn one_from_standard_input<'a>(inputs: impl Iterator<Item = &'a String>) -> Result<(), Failure> {
    let names = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
    let n = inputs.filter(|file| names.contains(&file.as_str())).count();
    if n < 2 {
        return Ok(());
    }
    let expected = "standard input for one input at most, and a path for each other";
    Err(Failure::Mismatch { option: "-", expected, found: format!("it for {n}") })
}

/// Refuses what is not a file: a named pipe may have no writer, and a device may have no end. What the shell hands over as an open
/// stream, as it does for `<(…)`, is read.
///
/// # Errors
/// [`Failure::NotAFile`]; [`Failure::Read`] if there is nothing.
pub fn must_be_a_file(path: &str) -> Result<(), Failure> {
    let found = fs::metadata(path).map_err(|error| Failure::Read { file: path.to_owned(), error })?;
    let sort = sort_of(&found);
    let is_handed_over = is_descriptor(Path::new(path)) && sort == PIPE;
    if found.is_file() || is_handed_over { Ok(()) } else { Err(Failure::not_a_file(path, sort)) }
}

/// What is called a pipe.
const PIPE: &str = "a named pipe";

/// What is there instead of a file.
fn sort_of(found: &Metadata) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let sort = found.file_type();
        if sort.is_fifo() {
            return PIPE;
        }
        if sort.is_socket() {
            return "a socket";
        }
        if sort.is_char_device() || sort.is_block_device() {
            return "a device";
        }
    }
    if found.is_dir() { "a folder" } else { "something else" }
}

fn from_standard_input() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads the policy built in, or the one in a folder, with local overlays.
///
/// # Errors
/// [`Failure`] if there is none, or with everything that is wrong with it.
pub fn policy(name: &str, overlays: &[String], locality: Option<&str>) -> Result<Policy, Failure> {
    let overlays = overlays
        .iter()
        .map(|path| Text::read_file_as("an overlay of a policy", path))
        .collect::<Result<Vec<_>, _>>()?;
    let overlays = borrowed(&overlays);
    if name == ENGLAND_WALES {
        return Ok(Policy::load_with(ENGLAND_WALES_FILES, &overlays, locality)?);
    }
    let FolderFiles { files, passed_over, .. } = policy_folder(name)?;
    if !passed_over.is_empty() {
        remark(&format!("policy: hidden files and copies of editors are not read: {}", listed(&passed_over)));
    }
    let files = files.iter().map(|path| Text::read_file_as("a policy file", &path.display().to_string()));
    let files: Vec<Text> = files.collect::<Result<_, _>>()?;
    Ok(Policy::load_with(&borrowed(&files), &overlays, locality)?)
}

fn borrowed(texts: &[Text]) -> Vec<(&str, &str)> {
    texts.iter().map(|t| (t.name.as_str(), t.text.as_str())).collect()
}

/// What the folder of a policy holds: at least one file, and nothing that looks like one and is not read.
fn policy_folder(folder: &str) -> Result<FolderFiles, Failure> {
    let unreadable = |error| Failure::Read { file: folder.to_owned(), error };
    if !Path::new(folder).is_dir() {
        return Err(Failure::NoPolicy(folder.to_owned()));
    }
    let found = FolderFiles::of(Path::new(folder)).map_err(unreadable)?;
    if !found.not_read.is_empty() {
        let listed = listed(&found.not_read);
        return Err(Failure::NotRead { folder: folder.to_owned(), listed });
    }
    if found.files.is_empty() {
        return Err(Failure::NoPolicy(folder.to_owned()));
    }
    Ok(found)
}

/// Names of files, each in quotes, so that a blank at the end is seen.
fn listed(paths: &[PathBuf]) -> String {
    let name = |path: &PathBuf| format!("`{}`", inert(&path.file_name().unwrap_or_default().to_string_lossy()));
    let (first, rest) = paths.split_at(paths.len().min(10));
    let names: Vec<String> = first.iter().map(name).collect();
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    names.join(", ") + &more
}

/// The files from which a policy is read: its own where it is a folder, and the overlays.
#[must_use]
pub fn files_of_policy(name: &str, overlays: &[String]) -> Vec<String> {
    let own =
        if name == ENGLAND_WALES { vec![] } else { policy_folder(name).map_or_else(|_| vec![], |found| found.files) };
    own.iter().map(|path| path.display().to_string()).chain(overlays.iter().cloned()).collect()
}
