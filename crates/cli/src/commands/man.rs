//! `risk man`: the manual pages.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Command};
use clap_mangen::Man;

use crate::destination::{Access, Destination, shown};
use crate::failure::Failure;
use crate::output::Reply;

/// Write the manual pages to a folder: risk.1, risk-assess.1, …
#[derive(Args)]
#[command(after_long_help = "Example:
  risk man --output ~/.local/share/man/man1")]
pub struct Options {
    /// The folder, created if it does not exist; `-` prints the pages to standard output
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
}

/// Writes them, and names each.
///
/// # Errors
/// [`Failure::Write`] if the folder cannot be written to.
pub fn run(options: &Options, command: Command) -> Result<Reply, Failure> {
    let unwritable = |error| Failure::Write { file: options.output.display().to_string(), error };
    let mut pages = Vec::new();
    // The pages know each other's names only once the command is built.
    let mut command = command.disable_help_subcommand(true);
    command.build();
    collect(&command, &mut pages).map_err(unwritable)?;
    if matches!(Destination::of(&options.output), Ok(Destination::Standard)) {
        return Ok(Reply::text(pages.into_iter().map(|(_, page)| page).collect()));
    }
    fs::create_dir_all(&options.output).map_err(unwritable)?;
    let mut text = String::new();
    for (name, page) in pages {
        let path = options.output.join(name);
        let written = |out: &mut dyn Write| out.write_all(page.as_bytes()).map_err(unwritable);
        Destination::of(&path)?.write(Access::Anybody, written)?;
        text += &format!("{}\n", shown(&path));
    }
    Ok(Reply::text(text))
}

/// The page of a command and those of its subcommands.
fn collect(command: &Command, pages: &mut Vec<(String, String)>) -> std::io::Result<()> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page)?;
    pages.push((man.get_filename(), String::from_utf8_lossy(&page).into_owned()));
    command.get_subcommands().try_for_each(|sub| collect(sub, pages))
}
