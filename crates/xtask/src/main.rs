//! `cargo xtask`: one command each to set up, test and measure the workspace.

mod archive;
mod bindings;
mod calibration;
mod count;
mod install;
mod mutants;
mod pages;
mod python;
mod readme;
mod step;
mod tools;
mod verify;
mod wheel;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand, ValueEnum};

use python::Python;
use step::{Failure, cargo, run, run_together};
use tools::{Tool, Tools};
use verify::Depth;

/// Set up, test and measure this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prepare a fresh machine: rustfmt, clippy and a Python environment in .venv
    ///
    /// Needs Rust, installed by rustup, and Python 3.10 or later on the path. Safe to repeat. `cargo xtask test` does this first.
    Setup,
    /// Run the fast checks: format, lints, unit tests and policy tests
    ///
    /// Use it while you work; at most two minutes once everything is built. Run `cargo xtask test` before you commit.
    Check,
    /// Run every check that a change must pass; stops at the first that fails
    ///
    /// The steps run in the order in which `--only` lists them, cheapest first. Exit code 0: all passed. Exit code 1: one failed,
    /// and a line that begins with FAILED names it.
    ///
    /// The step `tests` needs the server of PostgreSQL and PgBouncer; `bindings` needs compilers and tools for C, C++ and Java. As root on
    /// Debian, the command installs what is missing; on other systems it says which parts it skips. If the variable CI is set, nothing is
    /// skipped: a missing tool is an error. The tests with PostgreSQL start a server of their own, or use the one in RISK_TEST_POSTGRES.
    Test {
        /// Run this step only
        #[arg(long, value_name = "STEP")]
        only: Option<Step>,
    },
    /// Build the C library and install it with its headers and the files for pkg-config and CMake
    ///
    /// Linux only. Prints what it installed where. Files of an earlier version with the same names are replaced; programs that are
    /// running with them are not disturbed. docs/linking.md says how to go on.
    Install {
        /// The folder, such as /usr/local; created if it does not exist
        #[arg(long, value_name = "FOLDER")]
        prefix: PathBuf,
    },
    /// Write the pages that are generated: docs/policies from the policy, docs/cases from the example cases
    ///
    /// `cargo xtask test` fails if one of them is out of date.
    Docs {
        /// Write nothing; fail if a page is not up to date
        #[arg(long)]
        check: bool,
    },
    /// Write docs/calibration.md: the answers to a synthetic caseload, next to what inspectors found
    ///
    /// Takes some minutes if the release build does not exist yet. The text under Findings is kept.
    Calibration,
    /// Verify the engine against the reference implementation, exhaustive small scopes and hostile input
    ///
    /// Tries every short sequence of events, hostile bytes, and generated histories that the reference in tests/reference answers too.
    /// Also kills writers to a store, runs the C programs under valgrind and the slow tests of the Python package, and lets z3 judge random
    /// policies. Prints how much was tried. Takes some minutes; `cargo xtask test` includes a small share. docs/verification.md says what
    /// this proves and what it does not.
    Verify {
        /// Larger scopes, ten million texts, a million histories and 10,000 killed writers; takes hours
        #[arg(long)]
        long: bool,
    },
    /// Write tests/conformance: a small set of questions that covers every rule, action, law and event kind, with the reference's answers
    Conformance,
    /// Run mutation tests: change the engine line by line and check that a test fails
    ///
    /// Uses cargo-mutants, and installs it if needed. A whole run takes days: pass a part, such as `--shard 3/100`, or a file. With
    /// `--sample` the tests are built once for all changes of the sample, which makes each change about ten times cheaper.
    /// .cargo/mutants.toml says what is left out and why; the results are in mutants.out.
    Mutants {
        /// Part K of N
        #[arg(long, value_name = "K/N", conflicts_with = "sample")]
        shard: Option<String>,
        /// Only in these files
        #[arg(long, value_name = "FILE")]
        file: Vec<String>,
        /// A share of all changes, drawn at random, such as 0.25; 1 takes them all
        #[arg(long, value_name = "SHARE")]
        sample: Option<String>,
        /// The seed of the draw
        #[arg(long, value_name = "N", requires = "sample", default_value_t = 1)]
        seed: u32,
    },
    /// Run one benchmark, or all; each measures the engine and a rival in turn in the same run
    ///
    /// Each but `bulk` and `store` takes under a minute once it is built. The last line is `NAME ratio=R ours=A rival=B unit=U`, where A
    /// and B are medians and R is A / B. No test depends on a time. benches/README.md says what is measured and gives the results.
    Bench {
        /// Run this benchmark only
        benchmark: Option<Benchmark>,
        /// With `count`: write the counts to benches/counts.txt instead of comparing with it
        #[arg(long)]
        write: bool,
    },
}

/// A benchmark in benches/.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Benchmark {
    /// The fold of 2,000 cases of 100 events, next to a hand-written fold for some of the rules
    Fold,
    /// JSON lines in to JSON answer out for a case of 100 events, next to a bare JSON parse
    Case,
    /// Compiled conditions, next to walking their syntax trees
    Conditions,
    /// An append and an answer for a case of 100 events through C and Java, next to the same in Rust
    Ffi,
    /// HMPPS messages to records, next to a bare JSON parse
    Hmpps,
    /// Instructions that fixed pieces of work take, compared with benches/counts.txt
    ///
    /// Needs valgrind, which it installs as root on Debian; takes some minutes. Fails if a count grew by more than five per cent. Runs only if
    /// named.
    Count,
    /// A store's appends, loads and changes, next to the bare database and the Python package eventsourcing
    ///
    /// Takes some minutes; runs only if named.
    Store,
    /// Whole caseloads from Python, next to only reading them; up to the national caseload of 26.5 million events
    ///
    /// Makes the caseload first, which takes some minutes and half a gigabyte; then each run takes some minutes. Runs only if named.
    Bulk,
}

/// A step of `cargo xtask test`, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Every file is formatted
    Format,
    /// No lint warns, in any target
    Lints,
    /// The generated pages in docs/ are up to date
    Pages,
    /// The tests of all crates
    Tests,
    /// The library as C, C++ and Java programs use it: installed, linked, called from many threads, checked for memory errors
    Bindings,
    /// The Python package as installed from a wheel: its types, tests and documentation
    Python,
    /// The documentation builds, and no link in it is broken
    Docs,
    /// The policy loads, and its own tests pass
    PolicyTests,
    /// The analysis of the policy finds no defect
    Analysis,
    /// Every small change of a rule fails one of the policy's tests
    Mutation,
    /// The engine against independent readings in Python
    PythonChecks,
    /// The engine against the reference, exhaustive small scopes and hostile input
    Verify,
    /// The commands in README.md print what it shows
    Readme,
}

impl Step {
    fn run(self, root: &Path) -> Result<(), Failure> {
        match self {
            Self::Format => run(cargo(root).args(["fmt", "--all", "--check"])),
            Self::Lints => {
                run(cargo(root).args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
            }
            Self::Pages => pages::check(root),
            Self::Tests => {
                let tools = Tools::found_or_installed(&[Tool::Postgres, Tool::PgBouncer])?;
                tools.suffice("tests with PostgreSQL", &[Tool::Postgres]);
                tools.suffice("tests with PgBouncer", &[Tool::Postgres, Tool::PgBouncer]);
                run(cargo(root).args(["test", "--workspace", "--locked", "--quiet"]))
            }
            Self::Bindings => bindings::test(root),
            Self::Python => wheel::test(root),
            Self::Docs => run(cargo(root).env("RUSTDOCFLAGS", "-D warnings").args([
                "doc",
                "--workspace",
                "--no-deps",
                "--locked",
            ])),
            Self::PolicyTests => ["check", "test"].into_iter().try_for_each(|what| {
                let risk =
                    ["run", "--quiet", "--locked", "--bin", "risk", "--", "policy", what, "policies/england-wales"];
                run(cargo(root).args(risk))
            }),
            Self::Analysis => with_and_without_overlay(root, "analyse"),
            Self::Mutation => with_and_without_overlay(root, "mutate"),
            Self::PythonChecks => python_checks(root),
            Self::Verify => verify::verify(root, Depth::Share),
            Self::Readme => readme::check(root),
        }
    }

    /// The name of the step for `--only`.
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Runs each `tests/*_check.py` in a separate process, all at the same time.
fn python_checks(root: &Path) -> Result<(), Failure> {
    let python = Python::set_up(root)?;
    let names =
        pages::listed(&root.join("tests"), "py")?.into_iter().filter_map(|path| Some(path.file_name()?.to_owned()));
    let checks = names.filter(|name| name.to_string_lossy().ends_with("_check.py")).map(|name| {
        let mut check = python.command();
        check.args(["-m", "unittest", "discover", "-s", "tests", "-p"]).arg(name);
        check
    });
    run_together(checks)
}

/// Runs a command on the policy, alone and with its overlay.
fn with_and_without_overlay(root: &Path, command: &str) -> Result<(), Failure> {
    let overlay = ["--overlay", "policies/overlays/northshire.toml", "--locality", "northshire"];
    [&[][..], &overlay].into_iter().try_for_each(|local| {
        run(cargo(root)
            .args(["run", "--quiet", "--locked", "--bin", "risk", "--"])
            .args(["policy", command, "policies/england-wales"])
            .args(local))
    })
}

fn main() -> ExitCode {
    let root = workspace_root();
    let outcome = match Cli::parse().command {
        Command::Setup => set_up(&root),
        Command::Check => check(&root),
        Command::Test { only } => test(&root, only),
        Command::Install { prefix } => install::install(&root, &prefix),
        Command::Docs { check: true } => pages::check(&root),
        Command::Docs { check: false } => pages::write(&root),
        Command::Calibration => calibration::write(&root),
        Command::Verify { long } => verify::verify(&root, if long { Depth::Long } else { Depth::Whole }),
        Command::Conformance => verify::conformance(&root),
        Command::Mutants { sample: Some(share), seed, file, .. } => mutants::sample(&root, &share, seed, &file),
        Command::Mutants { shard, file, .. } => mutants::mutants(&root, shard.as_deref(), &file),
        Command::Bench { benchmark: Some(Benchmark::Count), write } => count::count(&root, write),
        Command::Bench { benchmark, .. } => bench(&root, benchmark),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("FAILED: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn bench(root: &Path, benchmark: Option<Benchmark>) -> Result<(), Failure> {
    if benchmark == Some(Benchmark::Bulk) {
        return wheel::bench(root);
    }
    if benchmark == Some(Benchmark::Store) {
        let python = wheel::python(root)?;
        let mut command = cargo(root);
        command.args(["bench", "--bench", "store", "--locked"]);
        return run(command.env("RISK_BENCH_PYTHON", python.interpreter()));
    }
    // The benchmark belongs to the crate that it measures.
    let packages: &[&str] = match benchmark {
        Some(Benchmark::Hmpps) => &["risk-hmpps-store"],
        Some(_) => &["risk-generate"],
        None => &["risk-generate", "risk-hmpps-store"],
    };
    let name = benchmark.and_then(|one| one.to_possible_value());
    let name = name.as_ref().map_or("*", |value| value.get_name());
    let mut command = cargo(root);
    command
        .arg("bench")
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .args(["--bench", name, "--locked"]);
    if benchmark.is_none_or(|one| one == Benchmark::Ffi) {
        command.envs(bindings::programs(root)?);
    }
    run(&mut command)
}

/// The fast checks.
fn check(root: &Path) -> Result<(), Failure> {
    let began = Instant::now();
    for component in ["rustfmt", "clippy"] {
        step::ensure_component(root, component)?;
    }
    timed("format", || Step::Format.run(root))?;
    timed("lints", || Step::Lints.run(root))?;
    timed("unit-tests", || run(cargo(root).args(["test", "--workspace", "--lib", "--locked", "--quiet"])))?;
    timed("policy-tests", || Step::PolicyTests.run(root))?;
    println!("all passed in {:.1?}", began.elapsed());
    Ok(())
}

fn test(root: &Path, only: Option<Step>) -> Result<(), Failure> {
    let began = Instant::now();
    timed("set-up", || set_up(root))?;
    for step in Step::value_variants().iter().filter(|step| only.is_none_or(|one| one == **step)) {
        timed(&step.name(), || step.run(root))?;
    }
    println!("all passed in {:.1?}", began.elapsed());
    Ok(())
}

fn set_up(root: &Path) -> Result<(), Failure> {
    for component in ["rustfmt", "clippy"] {
        step::ensure_component(root, component)?;
    }
    Python::set_up(root).map(drop)
}

/// Runs a step between a line that names it and a line that says how long it took.
fn timed(name: &str, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("== {name}");
    let began = Instant::now();
    let outcome = work();
    let took = began.elapsed();
    match &outcome {
        Ok(()) => println!("== {name}: ok in {took:.1?}\n"),
        Err(_) => println!("== {name}: failed after {took:.1?}\n"),
    }
    outcome.map_err(|cause| Failure::Step { name: name.to_owned(), cause: Box::new(cause) })
}

/// The root of the workspace, which contains this crate.
fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_generated_pages_are_what_would_be_generated_now() {
        pages::check(&workspace_root()).unwrap();
    }

    #[test]
    fn a_step_is_named_as_the_command_line_names_it() {
        assert_eq!(Step::PythonChecks.name(), "python-checks");
    }

    #[test]
    fn the_first_step_that_fails_is_named_with_its_cause() {
        let failed = timed("lints", || Err(Failure::NoPython)).unwrap_err().to_string();
        assert!(failed.starts_with("step lints: Python 3.10"), "{failed}");
    }
}
