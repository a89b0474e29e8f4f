//! `cargo xtask`: one command each to set up, test and measure the workspace.

mod archive;
mod bindings;
mod calibration;
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
    /// Needs Rust, installed by rustup, and Python 3.10 or later on the path. Safe to repeat: what is there already is
    /// left alone. `cargo xtask test` does this by itself.
    Setup,
    /// Run every check that a change must pass; stops at the first that fails
    ///
    /// The steps run in the order in which `--only` lists them, cheapest first. Exit code 0: all passed. 1: one failed,
    /// and a line that begins with FAILED names it.
    ///
    /// The step `tests` needs the server of PostgreSQL and PgBouncer, and `bindings` compilers and tools of C, C++ and Java. As root on Debian
    /// they install what is missing; elsewhere they say what they skip. Where the variable CI is set nothing is skipped: a
    /// missing tool fails. The tests with PostgreSQL use a server of their own, or the one whose URL is in RISK_TEST_POSTGRES.
    Test {
        /// Run this step only
        #[arg(long, value_name = "STEP")]
        only: Option<Step>,
    },
    /// Build the C library, and put it under a folder with its headers and what pkg-config and CMake need to find it
    ///
    /// Linux only. Says what it put where. What stood there of an earlier version with the same names is replaced, and a
    /// program that runs with it is not disturbed. docs/linking.md says how to go on.
    Install {
        /// The folder, such as /usr/local; made where it is not there
        #[arg(long, value_name = "FOLDER")]
        prefix: PathBuf,
    },
    /// Write the pages that are generated: docs/policies from the policy, docs/cases from the example cases
    ///
    /// `cargo xtask test` fails while one of them is not what this writes.
    Docs {
        /// Write nothing; fail if a page is not up to date
        #[arg(long)]
        check: bool,
    },
    /// Write docs/calibration.md: what the pack says of an invented caseload, beside what inspectors judged
    ///
    /// Takes some minutes where the release build is not there yet. What stands under Findings is kept.
    Calibration,
    /// Hold the engine against everything that could show it wrong, and say of each rung how much was tried
    ///
    /// Every short sequence of events, hostile bytes, and histories that an independent reading of the semantics answers
    /// too. A minute or two; `cargo xtask test` does this by itself. docs/verification.md says what is proven by it and what
    /// is not.
    Verify {
        /// Larger scopes, ten million texts, a million histories and 10,000 killed writers: a matter of hours, most of them for the
        /// histories
        #[arg(long)]
        long: bool,
    },
    /// Write tests/conformance: few cases that show every rule, action, law and kind of event, as the reference answers them
    Conformance,
    /// Change the engine line by line, and see whether a test notices
    ///
    /// Uses cargo-mutants, and installs it where it is not there. A whole run takes days: give it a part, such as
    /// `--shard 3/100`, or a file. With `--sample` the tests are built once for all changes of the sample, which makes a
    /// change some ten times cheaper. .cargo/mutants.toml says what is left out and why; mutants.out holds the results.
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
    /// Run a benchmark, or all: what the engine costs, beside a rival measured in turn in the same run
    ///
    /// Each but `bulk` takes under a minute once it is built. Its last line is `NAME ratio=R ours=A rival=B unit=U`: medians, and
    /// R is A / B. No test looks at a time. benches/README.md says what is measured, and what was found.
    Bench {
        /// Run this benchmark only
        benchmark: Option<Benchmark>,
    },
}

/// A benchmark in benches/.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Benchmark {
    /// The fold of 2,000 cases of 100 events, beside a fold written by hand for some of the rules
    Fold,
    /// JSON lines in to JSON answer out for a case of 100 events, beside reading the same lines as bare JSON
    Case,
    /// The rules' conditions compiled, beside walking their trees
    Conditions,
    /// An append and an answer for a case of 100 events through C and through Java, beside the same in Rust
    Ffi,
    /// Messages of the HMPPS estate to records, beside reading their JSON and nothing else
    Hmpps,
    /// A store's appends, loads and changes, beside the bare database and beside the Python package eventsourcing
    ///
    /// Some minutes. Not among those that run when no benchmark is named.
    Store,
    /// Whole caseloads from Python, beside only reading them; up to the national one of 26.5 million events
    ///
    /// The caseload is made once, which takes some minutes and half a gigabyte; then each run takes some minutes. Not among
    /// those that run when no benchmark is named.
    Bulk,
}

/// A step of `cargo xtask test`, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Every file is formatted
    Format,
    /// No lint complains, in any target
    Lints,
    /// The generated pages in docs/ are up to date
    Pages,
    /// The tests of all crates
    Tests,
    /// The library as C, C++ and Java programs use it: installed, linked, called from many threads, watched for errors of memory
    Bindings,
    /// The Python package as those who install it have it: a wheel, its types, its tests and its documentation
    Python,
    /// The documentation builds, and no link in it is broken
    Docs,
    /// The tests that stand beside the rules of the policy
    PolicyTests,
    /// The analysis of the policy finds nothing wrong with it
    Analysis,
    /// Every small change of a rule is noticed by one of its tests
    Mutation,
    /// What Python checks: the engine against independent readings
    PythonChecks,
    /// The engine holds against small scopes taken whole, hostile bytes and the reference
    Verify,
    /// The commands in README.md do what it says
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
            Self::PolicyTests => run(cargo(root).args(["run", "--quiet", "--locked", "--bin", "risk", "--"]).args([
                "policy",
                "test",
                "policies/england-wales",
            ])),
            Self::Analysis => with_and_without_overlay(root, "analyse"),
            Self::Mutation => with_and_without_overlay(root, "mutate"),
            Self::PythonChecks => python_checks(root),
            Self::Verify => verify::verify(root, false),
            Self::Readme => readme::check(root),
        }
    }

    /// The name by which `--only` knows it.
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Runs each `tests/*_check.py` in a process of its own, all at the same time: each works alone.
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

/// Asks something of the policy, as it stands and with its overlay.
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
        Command::Test { only } => test(&root, only),
        Command::Install { prefix } => install::install(&root, &prefix),
        Command::Docs { check: true } => pages::check(&root),
        Command::Docs { check: false } => pages::write(&root),
        Command::Calibration => calibration::write(&root),
        Command::Verify { long } => verify::verify(&root, long),
        Command::Conformance => verify::conformance(&root),
        Command::Mutants { sample: Some(share), seed, file, .. } => mutants::sample(&root, &share, seed, &file),
        Command::Mutants { shard, file, .. } => mutants::mutants(&root, shard.as_deref(), &file),
        Command::Bench { benchmark } => bench(&root, benchmark),
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
    // Which lies with the crate that it measures.
    let packages: &[&str] = match benchmark {
        Some(Benchmark::Hmpps) => &["risk-hmpps"],
        Some(_) => &["risk-generate"],
        None => &["risk-generate", "risk-hmpps"],
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

/// The workspace holds this crate.
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
