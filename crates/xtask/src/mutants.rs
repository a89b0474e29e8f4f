//! `cargo xtask mutants`: is there a test for every line of the engine that could be wrong?

use std::path::Path;
use std::process::Command;

use crate::python::Python;
use crate::step::{Failure, cargo, run, works};

/// The tool, pinned.
const VERSION: &str = "27.1.0";

/// How many cases a law is tried on for each change: enough, with the other tests, to notice it, and quick.
const LAW_CASES: &str = "4";

/// Runs cargo-mutants over risk-core, or over a part of it; installs it first where it is not there.
///
/// # Errors
/// Where it cannot be installed, or a mutant survives.
pub fn mutants(root: &Path, shard: Option<&str>, files: &[String]) -> Result<(), Failure> {
    install(root)?;
    let mut command = cargo(root);
    command.args(["mutants", "--package", "risk-core"]).env("PROPTEST_CASES", LAW_CASES);
    if let Some(shard) = shard {
        command.args(["--shard", shard]);
    }
    run(of_files(&mut command, files))
}

/// Tries a random share of the same changes, built together.
///
/// # Errors
/// Where cargo-mutants cannot be installed, or a mutant survives.
pub fn sample(root: &Path, share: &str, seed: u32, files: &[String]) -> Result<(), Failure> {
    install(root)?;
    let mut command = Python::set_up(root)?.command();
    command.args(["tests/engine_mutants.py", "--share", share, "--seed", &seed.to_string()]);
    run(of_files(&mut command, files))
}

fn install(root: &Path) -> Result<(), Failure> {
    if works(cargo(root).args(["mutants", "--version"])) {
        return Ok(());
    }
    run(cargo(root).args(["install", "cargo-mutants", "--locked", "--version", VERSION]))
}

fn of_files<'c>(command: &'c mut Command, files: &[String]) -> &'c mut Command {
    command.args(files.iter().flat_map(|file| ["--file", file.as_str()]))
}
