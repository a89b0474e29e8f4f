//! `cargo xtask verify`: verifies the engine, rung by rung.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::bindings;
use crate::python::Python;
use crate::step::{Failure, cargo, run};
use crate::wheel;

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// A small share, as a step of `cargo xtask test`.
    Share,
    /// What `cargo xtask verify` runs.
    Whole,
    /// Larger scopes, for hours.
    Long,
}

impl Depth {
    /// How many histories are compared with the reference.
    fn histories(self) -> u32 {
        match self {
            Self::Share => 300,
            Self::Whole => 2_000,
            Self::Long => 1_000_000,
        }
    }

    /// How many writers to a store are killed. The ordinary tests kill a few.
    fn kills(self) -> Option<u32> {
        match self {
            Self::Share => None,
            Self::Whole => Some(500),
            Self::Long => Some(10_000),
        }
    }
}

/// How many random policies the solver z3 judges. The ordinary tests take some of them.
const PACKS: &str = "120";

/// The result of one rung.
struct Line {
    what: String,
    took: Duration,
}

/// Runs the rungs and prints how long each took; stops at the first that fails.
///
/// # Errors
/// The rung that failed.
pub fn verify(root: &Path, depth: Depth) -> Result<(), Failure> {
    let long = depth == Depth::Long;
    let long_flag: &[&str] = if long { &["--long"] } else { &[] };
    let histories = depth.histories();
    let mut lines = Vec::new();
    let mut rung = |what: String, work: &mut dyn FnMut() -> Result<(), Failure>| {
        println!("-- {what}");
        let began = Instant::now();
        let outcome = work();
        lines.push(Line { what: what.clone(), took: began.elapsed() });
        outcome.map_err(|cause| Failure::Step { name: what, cause: Box::new(cause) })
    };
    // An optimised build only pays off for long runs; the tests have already built it without optimisation.
    let profile = if long { "release" } else { "dev" };
    rung("build".to_owned(), &mut || {
        run(cargo(root).args(["build", "--profile", profile, "--locked", "--quiet", "--bin", "risk-verify"]))
    })?;
    rung("small scopes, taken whole".to_owned(), &mut || {
        run(risk_verify(root, profile).arg("exhaustive").args(long_flag))
    })?;
    rung("hostile bytes".to_owned(), &mut || run(risk_verify(root, profile).arg("fuzz").args(long_flag)))?;
    rung(format!("{histories} histories, against the reference"), &mut || {
        against_the_reference(root, profile, histories)
    })?;
    if let Some(kills) = depth.kills() {
        rung(format!("{kills} writers to a store, killed at random moments"), &mut || {
            let mut tests = cargo(root);
            tests.args(["test", "--workspace", "--test", "store", "--locked", "--quiet", "killed"]);
            run(tests.env("RISK_STORE_KILLS", kills.to_string()))
        })?;
        rung("the C library under valgrind".to_owned(), &mut || bindings::watch(root))?;
        rung("the Python package: long calls interrupted, several machines".to_owned(), &mut || {
            wheel::exhaustive(root)
        })?;
        rung(format!("analyses of {PACKS} random policies, by z3"), &mut || {
            let mut check = Python::set_up(root)?.command();
            check.args(["-m", "unittest", "discover", "-s", "tests", "-p", "analysis_z3_check.py"]);
            run(check.env("RISK_PACKS", PACKS))
        })?;
    }
    println!();
    for line in &lines {
        println!("{:>8.1?}  passed: {}", line.took, line.what);
    }
    Ok(())
}

/// Writes tests/conformance with the answers of the reference.
///
/// # Errors
/// If the reference does not answer.
pub fn conformance(root: &Path) -> Result<(), Failure> {
    let python = Python::set_up(root)?;
    run(risk_verify(root, "dev").args(["conformance", "--write"]).arg(python.interpreter()))
}

fn risk_verify(root: &Path, profile: &str) -> Command {
    let mut command = cargo(root);
    command.args(["run", "--profile", profile, "--locked", "--quiet", "--bin", "risk-verify", "--"]);
    command
}

/// Compares the engine with the reference on every history; the answers must be equal byte for byte.
fn against_the_reference(root: &Path, profile: &str, histories: u32) -> Result<(), Failure> {
    let mut asking = risk_verify(root, profile);
    asking.args(["histories", "--count", &histories.to_string()]).stdout(Stdio::piped());
    let mut asked =
        asking.spawn().map_err(|cause| Failure::Start { command: "risk-verify histories".to_owned(), cause })?;
    let mut reference = Python::set_up(root)?.command();
    let jobs = std::thread::available_parallelism().map_or(1, usize::from).to_string();
    reference.current_dir(root.join("tests")).args(["-m", "reference", "--jobs", &jobs]);
    if let Some(lines) = asked.stdout.take() {
        reference.stdin(lines);
    }
    let compared = run(&mut reference);
    let status = asked.wait().map_err(|cause| Failure::Start { command: "risk-verify histories".to_owned(), cause })?;
    compared?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Command { command: "risk-verify histories".to_owned(), status })
    }
}
