//! The Python environment of the checks: `.venv` with the pinned packages of `tests/requirements.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{Failure, run, works};

const REQUIREMENTS: &str = "tests/requirements.txt";
/// Succeeds where Python is recent enough.
const IS_RECENT: &str = "import sys; sys.exit(sys.version_info < (3, 10))";

/// A Python with the packages that the checks need.
pub struct Python {
    root: PathBuf,
    interpreter: PathBuf,
}

impl Python {
    /// Makes the environment, or brings it up to date, if it is not so already.
    pub fn set_up(root: &Path) -> Result<Self, Failure> {
        let venv = root.join(".venv");
        let interpreter = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        let python = Self { root: root.to_owned(), interpreter };
        // What was last installed is kept beside it, so that a change of the pins is noticed.
        let installed = venv.join("requirements.installed");
        let wanted = read(&root.join(REQUIREMENTS))?;
        let sound = works(python.command().args(["-c", IS_RECENT]));
        if sound && fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
            return Ok(python);
        }
        if !sound {
            run(system_python(root)?.args(["-m", "venv", "--clear", ".venv"]))?;
        }
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS];
        run(python.command().args(pip))?;
        fs::write(&installed, wanted).map_err(|cause| Failure::File { path: installed, cause })?;
        Ok(python)
    }

    /// Where it is.
    pub fn interpreter(&self) -> &Path {
        &self.interpreter
    }

    /// A command that runs this Python in the workspace.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.interpreter);
        command.current_dir(&self.root);
        command
    }
}

/// The first Python of the machine that is recent enough.
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
