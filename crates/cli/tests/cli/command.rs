//! Running the command.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What came of it.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs `risk` in the folder of the workspace.
pub fn risk<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Ran {
    ran(command(arguments).output().unwrap())
}

/// Runs `risk` with something on standard input.
pub fn risk_reading<'a>(input: &str, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
    let mut child =
        command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Where the arguments are refused nothing is read.
    let written = child.stdin.take().unwrap().write_all(input.as_bytes());
    assert!(written.is_ok() || !child.wait().unwrap().success());
    ran(child.wait_with_output().unwrap())
}

pub fn command<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risk"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).args(arguments);
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "RISK_STORE", "RISK_AS"] {
        command.env_remove(variable);
    }
    command
}

pub fn ran(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

impl Ran {
    /// Everything went well; what was printed.
    pub fn fine(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// The input was refused with a message that has all of these, and nothing was printed.
    pub fn refused(self, message: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{}", self.err);
        for part in message {
            assert!(self.err.contains(part), "expected `{part}` in: {}", self.err);
        }
    }
}
