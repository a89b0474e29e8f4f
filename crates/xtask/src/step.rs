//! Running one command, and what to say when it fails.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// Why a step did not pass.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A step failed.
    #[error("step {name}: {cause}")]
    Step {
        /// Its name.
        name: String,
        /// What went wrong in it.
        cause: Box<Failure>,
    },
    /// A command ran and reported failure.
    #[error("`{command}` ended with {status}")]
    Command {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A command could not be started.
    #[error("`{command}` could not be started: {cause}")]
    Start {
        /// The command line.
        command: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A file could not be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// No Python that is recent enough.
    #[error("Python 3.10 or later was not found: install it, or set PYTHON to its path")]
    NoPython,
    /// A command of README.md printed something else than README.md shows.
    #[error("README.md:{line}: `{command}` does not print what README.md shows\n{difference}")]
    Readme {
        /// Where the output begins that README.md shows.
        line: usize,
        /// The command line.
        command: String,
        /// The first line that differs.
        difference: String,
    },
    /// A generated page is not what would be generated now.
    #[error("{}: expected what `cargo xtask docs` writes, found {found}: run it, and read what changed", path.display())]
    Stale {
        /// The page.
        path: PathBuf,
        /// What stands there.
        found: String,
    },
    /// What pages are generated from cannot be used.
    #[error("{}: {problem}", path.display())]
    Unusable {
        /// The file or folder.
        path: PathBuf,
        /// What was found and expected.
        problem: String,
    },
    /// A command was given where it cannot work.
    #[error("{what}: expected {expected}")]
    Unsupported {
        /// The command.
        what: &'static str,
        /// What it needs.
        expected: &'static str,
    },
    /// Programs that a step needs are not there.
    #[error("expected {}: not found, and nothing may be skipped here", tools.join(", "))]
    Missing {
        /// What each of them is called.
        tools: Vec<&'static str>,
    },
    /// Something is not as it should be.
    #[error("{what}: expected {expected}, found {found}")]
    Differs {
        /// What.
        what: String,
        /// How it should be.
        expected: String,
        /// How it is.
        found: String,
    },
    /// README.md could not be understood.
    #[error("README.md:{line}: {problem}")]
    ReadmeForm {
        /// Where.
        line: usize,
        /// What was found and expected.
        problem: String,
    },
}

/// The cargo that runs us, in the workspace.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Runs a command with its output shown.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    println!("   {}", shown(command));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Command { command: shown(command), status }),
        Err(cause) => Err(Failure::Start { command: shown(command), cause }),
    }
}

/// Runs commands at the same time, and shows the output of each when it has ended; fails after all with the first that failed.
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

/// Whether a command runs and succeeds; nothing is shown.
pub fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Installs a component of the Rust toolchain, if it is not there.
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
