//! `risk completions`: the file from which a shell learns to complete `risk`.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::failure::Failure;
use crate::output::Reply;

/// Print what a shell needs to complete this command
///
/// Put it where your shell looks for completions, or read it in from the file that your shell reads first.
#[derive(Debug, Clone, Copy, Args)]
#[command(after_long_help = "Examples:
  risk completions bash > ~/.local/share/bash-completion/completions/risk
  risk completions zsh > ~/.zfunc/_risk
  risk completions fish > ~/.config/fish/completions/risk.fish")]
pub struct Options {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints them.
///
/// # Errors
/// None, in practice: memory takes what is written to it.
pub fn run(options: Options, mut command: Command) -> Result<Reply, Failure> {
    let mut bytes = Vec::new();
    generate(options.shell, &mut command, "risk", &mut bytes);
    Ok(Reply::text(String::from_utf8_lossy(&bytes).into_owned()))
}
