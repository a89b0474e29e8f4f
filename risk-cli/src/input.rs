//! Reading logs and policies, with messages that say where.

use std::io::Read;
use std::path::Path;
use std::{fs, io};

use risk_core::log::{AppendError, Log, LogError, Record};
use risk_core::policy::Policy;
use risk_core::text::{decoded, inert};
use risk_policies::{ENGLAND_WALES, ENGLAND_WALES_FILES};

use crate::failure::Failure;

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
    /// [`Failure`] where it cannot be read or is not UTF-8.
    pub fn read(path: &str) -> Result<Self, Failure> {
        Self::read_as("text", path)
    }

    /// The same for what has a name of its own in messages.
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
    /// [`Failure::Log`] where it is none, or was tampered with.
    pub fn log(&self) -> Result<Log, Failure> {
        Ok(Log::parse(&self.name, &self.text)?)
    }
}

/// The bytes of a file, or of standard input for `-`, with the name that messages give it: for what says itself which bytes it can
/// read.
///
/// # Errors
/// [`Failure`] where it cannot be read.
pub fn read_bytes(path: &str) -> Result<(String, Vec<u8>), Failure> {
    let name = if path == "-" { "standard input" } else { path }.to_owned();
    let bytes = if path == "-" { from_standard_input() } else { fs::read(path) };
    match bytes {
        Ok(bytes) => Ok((name, bytes)),
        Err(error) => Err(Failure::Read { file: name, error }),
    }
}

fn from_standard_input() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads the policy built in, or the one in a folder, with local overlays.
///
/// # Errors
/// [`Failure`] where there is none, or with everything that is wrong with it.
pub fn policy(name: &str, overlays: &[String], locality: Option<&str>) -> Result<Policy, Failure> {
    let overlays =
        overlays.iter().map(|path| Text::read_as("an overlay of a policy", path)).collect::<Result<Vec<_>, _>>()?;
    let overlays = borrowed(&overlays);
    if name == ENGLAND_WALES {
        return Ok(Policy::load_with(ENGLAND_WALES_FILES, &overlays, locality)?);
    }
    let files = policy_files(name)?;
    let files: Vec<Text> = files.iter().map(|path| Text::read_as("a policy file", path)).collect::<Result<_, _>>()?;
    Ok(Policy::load_with(&borrowed(&files), &overlays, locality)?)
}

fn borrowed(texts: &[Text]) -> Vec<(&str, &str)> {
    texts.iter().map(|t| (t.name.as_str(), t.text.as_str())).collect()
}

/// The files of a policy in a folder, by name.
fn policy_files(folder: &str) -> Result<Vec<String>, Failure> {
    let unreadable = |error| Failure::Read { file: folder.to_owned(), error };
    if !Path::new(folder).is_dir() {
        return Err(Failure::NoPolicy(folder.to_owned()));
    }
    let files = risk_policies::files_in(Path::new(folder)).map_err(unreadable)?;
    if files.is_empty() {
        return Err(Failure::NoPolicy(folder.to_owned()));
    }
    Ok(files.iter().map(|path| path.display().to_string()).collect())
}

/// The files from which a policy is read: its own where it is a folder, and the overlays.
#[must_use]
pub fn files_of_policy(name: &str, overlays: &[String]) -> Vec<String> {
    let own = if name == ENGLAND_WALES { Ok(vec![]) } else { policy_files(name) };
    own.unwrap_or_default().into_iter().chain(overlays.iter().cloned()).collect()
}
