//! `cargo xtask mutants`: is there a test for every line of the engine that could be wrong?

use std::path::Path;

use crate::step::{Failure, cargo, run, works};

/// The tool, pinned.
const VERSION: &str = "27.1.0";

/// Runs cargo-mutants over risk-core, or over a part of it; installs it first where it is not there.
///
/// # Errors
/// Where it cannot be installed, or a mutant survives.
pub fn mutants(root: &Path, shard: Option<&str>, files: &[String]) -> Result<(), Failure> {
    if !works(cargo(root).args(["mutants", "--version"])) {
        run(cargo(root).args(["install", "cargo-mutants", "--locked", "--version", VERSION]))?;
    }
    let mut command = cargo(root);
    command.args(["mutants", "--package", "risk-core"]);
    if let Some(shard) = shard {
        command.args(["--shard", shard]);
    }
    for file in files {
        command.args(["--file", file]);
    }
    run(&mut command)
}
