//! `cargo xtask bench count`: how many instructions fixed pieces of work take.
//!
//! A time differs from run to run; a number of instructions does not, for the same compiler and the same processor features. So the
//! numbers are kept in benches/counts.txt, and growth by more than a twentieth is a failure.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::step::{Failure, cargo, printed, shown};
use crate::tools::{Tool, Tools};

const COUNTS: &str = "benches/counts.txt";
const HEADER: &str = "\
# Instructions per unit of fixed work, as `cargo xtask bench count` counts them. Rewrite with `cargo xtask bench count --write`.
";
/// Growth beyond this share, in percent, is a failure.
const TOLERATED: u64 = 5;

/// Counts each piece of work, and compares the counts with those on file or writes them there.
pub fn count(root: &Path, write: bool) -> Result<(), Failure> {
    Tools::found_or_installed(&[Tool::Valgrind])?;
    let path = root.join(COUNTS);
    let file_error = |cause| Failure::File { path: path.clone(), cause };
    let on_file = if write { String::new() } else { std::fs::read_to_string(&path).map_err(file_error)? };
    let on_file = on_file.lines().filter_map(entry).collect::<BTreeMap<_, _>>();
    let mut text = HEADER.to_owned();
    let mut grown = Vec::new();
    for line in printed(&mut program(root, &[]))?.lines() {
        let mut words = line.split_whitespace();
        let (Some(name), Some(unit), Some(number)) = (words.next(), words.next(), words.next()) else { continue };
        let number: u64 = number.parse().unwrap_or(1).max(1);
        let both = [1, 2].map(|times| instructions(root, name, times));
        let [once, twice] = both;
        let each = twice?.saturating_sub(once?).checked_div(number).unwrap_or_default();
        let before = on_file.get(name).copied();
        println!(
            "{name}: {each} instructions per {unit}{}",
            before.map_or_else(String::new, |n| format!(", on file {n}"))
        );
        text.push_str(&format!("{name} {each} per {unit}\n"));
        if before.is_some_and(|n| each.saturating_mul(100) > n.saturating_mul(100_u64.saturating_add(TOLERATED))) {
            grown.push(name.to_owned());
        }
    }
    if write {
        return std::fs::write(&path, text).map_err(file_error);
    }
    if grown.is_empty() {
        return Ok(());
    }
    Err(Failure::Differs {
        what: COUNTS.to_owned(),
        expected: format!("growth of at most {TOLERATED} per cent"),
        found: format!("more in {}: look at the profile, or write the new counts with --write", grown.join(", ")),
    })
}

/// `fold 15000 per event`.
fn entry(line: &str) -> Option<(&str, u64)> {
    let (name, rest) = line.split_once(' ')?;
    Some((name, rest.split_whitespace().next()?.parse().ok()?))
}

fn program(root: &Path, runner: &[&str]) -> Command {
    let mut command = cargo(root);
    command.args(["bench", "--quiet", "--package", "risk-generate", "--bench", "count", "--locked"]);
    if !runner.is_empty() {
        command.arg("--config").arg(format!("target.'cfg(all())'.runner={runner:?}"));
    }
    command
}

/// How many instructions a process takes that does the work so many times.
fn instructions(root: &Path, name: &str, times: u32) -> Result<u64, Failure> {
    let mut command = program(root, &["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.args(["--", name, &times.to_string()]);
    let output = command.output().map_err(|cause| Failure::Start { command: shown(&command), cause })?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    collected.ok_or_else(|| Failure::Command { command: shown(&command), status: output.status })
}
