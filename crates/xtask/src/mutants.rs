//! `cargo xtask mutants`: mutation testing of the engine, with cargo-mutants.

use std::path::Path;
use std::process::Command;

use crate::python::Python;
use crate::step::{Failure, cargo, run, works};

/// The pinned version of the tool.
const VERSION: &str = "27.1.0";

/// How many cases a law is tried on for each change: few enough to be quick, and with the other tests enough to
/// detect it.
const LAW_CASES: &str = "4";

/// Runs cargo-mutants on risk-core or a part of it; installs it first if needed.
///
/// # Errors
/// If it cannot be installed, or a mutant survives.
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
/// If cargo-mutants cannot be installed, or a mutant survives.
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
