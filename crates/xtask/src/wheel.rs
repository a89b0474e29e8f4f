//! The Python package as users get it: built as a wheel, installed, and used, never from the source tree.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::python::Python;
use crate::step::{Failure, run};
use crate::tools::{Tool, Tools};

/// The packages for building and testing it.
const REQUIREMENTS: &str = "risk-py/tests/requirements.txt";

/// Builds the wheel and checks it in an environment with nothing else, and in one with all optional packages.
pub fn test(root: &Path) -> Result<(), Failure> {
    // If one is missing, the tests say which of them they skip.
    let tools = Tools::found_or_installed(&[Tool::Java, Tool::Postgres])?;
    tools.suffice("python: tests with Spark", &[Tool::Java]);
    tools.suffice("python: tests with PostgreSQL", &[Tool::Postgres]);
    let built = Wheel::build(root, "dev")?;

    println!("-- python: alone");
    let bare = Python::bare(root, &built.work.join("bare"))?;
    bare.install(&["--no-deps".as_ref(), built.file.as_os_str()])?;
    run(bare.command().current_dir(&built.work).args(["-I", "-W", "error"]).arg(root.join("risk-py/tests/alone.py")))?;

    println!("-- python: types");
    let python = built.installed(root)?;
    let in_work = |arguments: &[&str]| {
        let mut command = python.command();
        command.current_dir(&built.work).arg("-I").args(arguments);
        command
    };
    let config = root.join("risk-py/pyproject.toml");
    run(in_work(&["-m", "mypy", "--strict", "-p", "risk_of_harm", "--config-file"]).arg(&config))?;
    let allowed = root.join("risk-py/tests/stubtest-allowlist.txt");
    run(in_work(&["-m", "mypy.stubtest", "risk_of_harm", "--mypy-config-file"])
        .arg(&config)
        .arg("--allowlist")
        .arg(allowed))?;

    println!("-- python: tests");
    run(in_work(&["-m", "pytest", "--quiet", "-W", "error", "-m", "not exhaustive"])
        .arg("--config-file")
        .arg(&config)
        .arg(root.join("risk-py/tests")))?;

    println!("-- python: documentation");
    let site = built.work.join("site");
    run(python.command().args(["-I", "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir"]).arg(site))
}

/// The tests that are left out of [`test()`] because they take long: the marker `exhaustive`.
///
/// # Errors
/// If one fails, or something cannot be installed.
pub fn exhaustive(root: &Path) -> Result<(), Failure> {
    let tools = Tools::found_or_installed(&[Tool::Java, Tool::Postgres])?;
    tools.suffice("python: tests with Spark", &[Tool::Java]);
    let built = Wheel::build(root, "dev")?;
    let python = built.installed(root)?;
    let mut tests = python.command();
    tests.current_dir(&built.work).args([
        "-I",
        "-m",
        "pytest",
        "--quiet",
        "-W",
        "error",
        "-m",
        "exhaustive",
        "--config-file",
    ]);
    run(tests.arg(root.join("risk-py/pyproject.toml")).arg(root.join("risk-py/tests")))
}

/// Measures whole caseloads from Python: `benches/bulk.py` with the wheel.
pub fn bench(root: &Path) -> Result<(), Failure> {
    let built = Wheel::build(root, "release")?;
    let python = built.installed(root)?;
    let work = built.work.with_file_name("bench-bulk");
    run(python.command().arg(root.join("benches/bulk.py")).arg("--work").arg(work))
}

/// Python with the packages that the tests need, without the package itself.
///
/// # Errors
/// If there is no Python, or something cannot be installed.
pub fn python(root: &Path) -> Result<Python, Failure> {
    environment(root, &work(root))
}

/// A newly built wheel.
struct Wheel {
    file: PathBuf,
    work: PathBuf,
}

impl Wheel {
    /// Builds it in a cargo profile. The profile `dev` reuses what the tests of the crates have built.
    fn build(root: &Path, profile: &str) -> Result<Self, Failure> {
        let (target, work) = (target(root), work(root));
        let wheels = work.join("wheels");
        let failed = |cause| Failure::File { path: wheels.clone(), cause };
        // The newest wheel is the only relevant one.
        if wheels.exists() {
            fs::remove_dir_all(&wheels).map_err(failed)?;
        }
        fs::create_dir_all(&wheels).map_err(failed)?;
        let python = environment(root, &work)?;
        let mut maturin = python.command();
        maturin.current_dir(root.join("risk-py")).env("CARGO_TARGET_DIR", &target);
        maturin.args(["-m", "maturin", "build", "--profile", profile, "--locked", "--quiet", "--out"]);
        run(maturin.arg(&wheels))?;
        let file = fs::read_dir(&wheels).map_err(failed)?.filter_map(Result::ok).map(|entry| entry.path()).next();
        let file = file.ok_or_else(|| Failure::Unusable {
            path: wheels.clone(),
            problem: "expected the wheel that maturin built, found nothing".to_owned(),
        })?;
        Ok(Self { file, work })
    }

    fn installed(&self, root: &Path) -> Result<Python, Failure> {
        let python = environment(root, &self.work)?;
        let again: [&OsStr; 3] = ["--no-deps".as_ref(), "--force-reinstall".as_ref(), self.file.as_os_str()];
        python.install(&again)?;
        Ok(python)
    }
}

fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}

fn work(root: &Path) -> PathBuf {
    target(root).join("python")
}

fn environment(root: &Path, work: &Path) -> Result<Python, Failure> {
    Python::with(root, &work.join("venv"), Path::new(REQUIREMENTS))
}
