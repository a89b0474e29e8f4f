//! Reading logs and policies, with messages that say where.

use std::io::Read;
use std::path::Path;
use std::{fs, io};

use risk_core::log::{AppendError, Log, LogError, Record};
use risk_core::policy::Policy;
use risk_policies::{ENGLAND_WALES, ENGLAND_WALES_FILES};

use crate::failure::Failure;

/// A text with the name that messages give it.
#[derive(Debug)]
pub struct Text {
    /// The file's name.
    pub name: String,
    /// What it holds.
    pub text: String,
}

impl Text {
    /// Reads a file, or standard input for `-`.
    ///
    /// # Errors
    /// [`Failure`] where it cannot be read or is not UTF-8.
    pub fn read(path: &str) -> Result<Self, Failure> {
        let (name, bytes) = read_bytes(path)?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(e) => {
                let good = e.as_bytes().get(..e.utf8_error().valid_up_to()).unwrap_or_default();
                let line = good.iter().filter(|b| **b == b'\n').count().saturating_add(1);
                let (expected, found) = ("text in UTF-8".to_owned(), "other bytes".to_owned());
                Err(LogError { file: name, line, field: "record".to_owned(), expected, found }.into())
            }
        }
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
    let overlays = overlays.iter().map(|path| Text::read(path)).collect::<Result<Vec<_>, _>>()?;
    let overlays = borrowed(&overlays);
    if name == ENGLAND_WALES {
        return Ok(Policy::load_with(ENGLAND_WALES_FILES, &overlays, locality)?);
    }
    let files = toml_files(name)?;
    Ok(Policy::load_with(&borrowed(&files), &overlays, locality)?)
}

fn borrowed(texts: &[Text]) -> Vec<(&str, &str)> {
    texts.iter().map(|t| (t.name.as_str(), t.text.as_str())).collect()
}

fn toml_files(folder: &str) -> Result<Vec<Text>, Failure> {
    if !Path::new(folder).is_dir() {
        return Err(Failure::NoPolicy(folder.to_owned()));
    }
    let unreadable = |error| Failure::Read { file: folder.to_owned(), error };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            paths.push(path.display().to_string());
        }
    }
    if paths.is_empty() {
        return Err(Failure::NoPolicy(folder.to_owned()));
    }
    paths.sort();
    paths.iter().map(|path| Text::read(path)).collect()
}
