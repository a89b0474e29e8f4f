//! Python environments with pinned packages: `.venv` for the checks, and others for testing the Python package.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{Failure, run, works};

/// The path of the interpreter in an environment.
const INTERPRETER: &str = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
/// A program that succeeds if Python is recent enough.
const IS_RECENT: &str = "import sys; sys.exit(sys.version_info < (3, 10))";

/// A Python with the required packages.
pub struct Python {
    root: PathBuf,
    interpreter: PathBuf,
}

impl Python {
    /// The environment of the checks, created or updated if necessary.
    pub fn set_up(root: &Path) -> Result<Self, Failure> {
        Self::with(root, &root.join(".venv"), Path::new("tests/requirements.txt"))
    }

    /// The environment in a folder, with the packages of a requirements file, created or updated if necessary.
    pub fn with(root: &Path, venv: &Path, requirements: &Path) -> Result<Self, Failure> {
        let python = Self { root: root.to_owned(), interpreter: venv.join(INTERPRETER) };
        // The list of installed packages is kept beside it, so that a change of the pins is noticed.
        let installed = venv.join("requirements.installed");
        let wanted = read(&root.join(requirements))?;
        let sound = works(python.command().args(["-c", IS_RECENT]));
        if sound && fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
            return Ok(python);
        }
        if !sound {
            run(system_python(root)?.args(["-m", "venv", "--clear"]).arg(venv))?;
        }
        python.install(&["--requirement".as_ref(), requirements.as_os_str()])?;
        fs::write(&installed, wanted).map_err(|cause| Failure::File { path: installed, cause })?;
        Ok(python)
    }

    /// A new, empty environment in a folder.
    pub fn bare(root: &Path, venv: &Path) -> Result<Self, Failure> {
        run(system_python(root)?.args(["-m", "venv", "--clear"]).arg(venv))?;
        Ok(Self { root: root.to_owned(), interpreter: venv.join(INTERPRETER) })
    }

    /// Installs with pip.
    pub fn install(&self, what: &[&OsStr]) -> Result<(), Failure> {
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(self.command().args(pip).args(what))
    }

    /// The folder of the environment.
    pub fn interpreter(&self) -> &Path {
        &self.interpreter
    }

    /// A command that runs this Python in the workspace folder.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.interpreter);
        command.current_dir(&self.root);
        command
    }
}

/// The first Python on this machine that is recent enough.
fn system_python(root: &Path) -> Result<Command, Failure> {
    let named = std::env::var("PYTHON").ok();
    let candidates = named.into_iter().chain(["python3", "python"].map(str::to_owned));
    candidates
        .map(|name| {
            let mut command = Command::new(name);
            command.current_dir(root);
            command
        })
        .find_map(|command| {
            let mut trial = Command::new(command.get_program());
            works(trial.args(["-c", IS_RECENT])).then_some(command)
        })
        .ok_or(Failure::NoPython)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}
