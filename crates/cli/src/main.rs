//! The `risk` command as a program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(risk_cli::run(std::env::args_os()))
}
