//! Running a command, and the errors of a step.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A step failed.
    #[error("step {name}: {cause}")]
    Step {
        /// The name of the step.
        name: String,
        /// The error.
        cause: Box<Failure>,
    },
    /// A command failed.
    #[error("`{command}` ended with {status}")]
    Command {
        /// The command line.
        command: String,
        /// Its exit status.
        status: ExitStatus,
    },
    /// A command could not be started.
    #[error("`{command}` could not be started: {cause}")]
    Start {
        /// The command line.
        command: String,
        /// The error of the operating system.
        cause: io::Error,
    },
    /// A file could not be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// The error of the operating system.
        cause: io::Error,
    },
    /// No recent enough Python was found.
    #[error("Python 3.10 or later was not found: install it, or set PYTHON to its path")]
    NoPython,
    /// A command of README.md printed something other than README.md shows.
    #[error("README.md:{line}: `{command}` does not print what README.md shows\n{difference}")]
    Readme {
        /// The line of README.md where the shown output begins.
        line: usize,
        /// The command line.
        command: String,
        /// The first line that differs.
        difference: String,
    },
    /// A generated page is out of date.
    #[error("{}: expected what `cargo xtask docs` writes, found {found}: run it, and read what changed", path.display())]
    Stale {
        /// The page.
        path: PathBuf,
        /// What is wrong with it.
        found: String,
    },
    /// The source of a page cannot be used.
    #[error("{}: {problem}", path.display())]
    Unusable {
        /// The file or folder.
        path: PathBuf,
        /// What was found and expected.
        problem: String,
    },
    /// A command cannot work on this system.
    #[error("{what}: expected {expected}")]
    Unsupported {
        /// The command.
        what: &'static str,
        /// What it needs.
        expected: &'static str,
    },
    /// Programs that a step needs are missing.
    #[error("expected {}: not found, and nothing may be skipped here", tools.join(", "))]
    Missing {
        /// Their names.
        tools: Vec<&'static str>,
    },
    /// A check failed.
    #[error("{what}: expected {expected}, found {found}")]
    Differs {
        /// What was checked.
        what: String,
        /// The expected state.
        expected: String,
        /// The actual state.
        found: String,
    },
    /// README.md could not be understood.
    #[error("README.md:{line}: {problem}")]
    ReadmeForm {
        /// The place.
        line: usize,
        /// What was found and expected.
        problem: String,
    },
}

/// The cargo command that runs this program, in the workspace.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Runs a command and shows its output.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    println!("   {}", shown(command));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Command { command: shown(command), status }),
        Err(cause) => Err(Failure::Start { command: shown(command), cause }),
    }
}

/// Runs commands in parallel, and shows the output of each when it ends. If any failed, returns the first failure
/// after all have ended.
pub fn run_together(commands: impl Iterator<Item = Command>) -> Result<(), Failure> {
    let start = |mut command: Command| {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        (shown(&command), child)
    };
    let running: Vec<(String, io::Result<Child>)> = commands.map(start).collect();
    let outcomes = running.into_iter().map(|(command, child)| {
        let output = child.and_then(Child::wait_with_output);
        let output = output.map_err(|cause| Failure::Start { command: command.clone(), cause })?;
        println!("   {command}");
        print!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(()) } else { Err(Failure::Command { command, status: output.status }) }
    });
    outcomes.fold(Ok(()), Result::and)
}

/// Runs a command and returns what it printed to standard output.
pub fn printed(command: &mut Command) -> Result<String, Failure> {
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|cause| Failure::Start { command: shown(command), cause })?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Failure::Command { command: shown(command), status: output.status })
    }
}

/// Whether a command runs and succeeds, without output.
pub fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Installs a component of the Rust toolchain if it is missing.
pub fn ensure_component(root: &Path, component: &str) -> Result<(), Failure> {
    let subcommand = if component == "rustfmt" { "fmt" } else { component };
    if works(cargo(root).args([subcommand, "--version"])) {
        return Ok(());
    }
    run(Command::new("rustup").current_dir(root).args(["component", "add", component]))
}

/// The command line as a person would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
