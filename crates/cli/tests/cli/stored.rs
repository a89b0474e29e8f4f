//! A store in a folder of its own, and the commands run on it.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::case::{jsonl, records};
use crate::command::{Ran, risk, risk_reading};

/// The case of [`records`].
pub const CASE: &str = "00000000-0000-4000-8000-000000000000";
/// Another.
pub const OTHER: &str = "00000000-0000-4000-8000-000000000099";
pub const OFFICER: [&str; 2] = ["--audience", "responsible_officer"];

/// A store, and what it lies in.
pub struct Stored {
    folder: TempDir,
    place: String,
}

impl Stored {
    /// An empty one, in a file.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("cases.risk").display().to_string();
        Self::made(folder, place)
    }

    /// An empty one, at that URL.
    pub fn at(url: String) -> Self {
        Self::made(tempfile::tempdir().unwrap(), url)
    }

    /// With the case of [`records`].
    pub fn with_a_case() -> Self {
        let stored = Self::empty();
        stored.reading(&jsonl(&records()), &["store", "append", "-"]).fine();
        stored
    }

    fn made(folder: TempDir, place: String) -> Self {
        let stored = Self { folder, place };
        stored.risk(&["store", "init"]).fine();
        stored
    }

    /// Runs a command on it, as the host's software.
    pub fn risk(&self, arguments: &[&str]) -> Ran {
        risk(self.with_options(arguments))
    }

    /// The same with something on standard input.
    pub fn reading(&self, input: &str, arguments: &[&str]) -> Ran {
        risk_reading(input, self.with_options(arguments))
    }

    /// Runs a command on it, as a named user.
    pub fn named(&self, who: &str, arguments: &[&str]) -> Ran {
        risk(arguments.iter().copied().chain(["--store", &self.place, "--as", who]))
    }

    fn with_options<'a>(&'a self, arguments: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
        arguments.iter().copied().chain(["--store", &self.place, "--as", "host"])
    }

    /// What a command says as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let all: Vec<&str> = arguments.iter().copied().chain(["--format", "json"]).collect();
        serde_json::from_str(&self.risk(&all).fine()).unwrap()
    }

    /// How the cases stand: ids, numbers of records and heads.
    pub fn heads(&self) -> Vec<(Value, Value, Value)> {
        let listed = self.json(&["store", "cases"]);
        let one = |case: &Value| (case["case_id"].clone(), case["records"].clone(), case["head"].clone());
        listed["cases"].as_array().unwrap().iter().map(one).collect()
    }

    /// What the journal of a case says was done, in order.
    pub fn acts(&self, case: &str) -> Vec<String> {
        let journal = self.json(&["store", "access", case]);
        journal["entries"].as_array().unwrap().iter().map(|e| e["act"].as_str().unwrap().to_owned()).collect()
    }

    /// A place beside it.
    pub fn beside(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Where it is.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Every byte of every file beside it and of its own.
    pub fn bytes(&self) -> Vec<u8> {
        let files = fs::read_dir(self.folder.path()).unwrap();
        let paths: Vec<PathBuf> = files.map(|f| f.unwrap().path()).collect();
        paths.into_iter().flat_map(|path| fs::read(path).unwrap()).collect()
    }
}
