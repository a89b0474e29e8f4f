//! What a command says, and how it reaches the terminal or a pipe. All of it goes through here, and nothing of it can make a terminal
//! do more than show it.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use risk_core::text::{inert, inert_json, to_json};
use risk_text::shown;
use serde::Serialize;

use crate::destination::standard;
use crate::failure::Failure;

/// The exit code where the input cannot be used.
pub const BAD_INPUT: u8 = 2;
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// What a command says, worked out whole before any of it is written.
#[derive(Debug, Default)]
pub struct Reply {
    /// For standard output.
    pub text: String,
    /// For standard error.
    pub remark: String,
    /// The answer is no: exit code 1.
    pub no: bool,
    /// The text is data, of which every byte counts: JSON Lines as they are kept.
    pub is_data: bool,
}

impl Reply {
    /// A text for standard output.
    #[must_use]
    pub fn text(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// JSON Lines for standard output, byte for byte.
    #[must_use]
    pub fn data(text: String) -> Self {
        Self { text, is_data: true, ..Self::default() }
    }

    /// A value as one line of JSON: the bytes that every binding gives.
    ///
    /// # Errors
    /// [`Failure::Json`] if the value has no form in JSON.
    pub fn json(value: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self::text(to_json(value)? + "\n"))
    }

    /// A document as JSON that people can read and compare.
    ///
    /// # Errors
    /// [`Failure::Json`] if the value has no form in JSON.
    pub fn document(value: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self::text(inert_json(&serde_json::to_string_pretty(value)?).into_owned() + "\n"))
    }
}

/// Writes a reply. A reader that has seen enough (`| head`) is no error.
///
/// # Errors
/// [`Failure::Write`] if standard output takes nothing more for another reason.
pub fn print(reply: &Reply) -> Result<u8, Failure> {
    let written = if reply.is_data {
        let mut out = standard();
        out.write_all(reply.text.as_bytes()).and_then(|()| out.flush())
    } else {
        let mut out = anstream::stdout().lock();
        out.write_all(shown(&reply.text).as_bytes()).and_then(|()| out.flush())
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err(Failure::Write { file: "standard output".to_owned(), error });
        }
        _ => {}
    }
    // There is no way to report that standard error is closed.
    let _ = anstream::stderr().write_all(shown(&reply.remark).as_bytes());
    Ok(u8::from(reply.no))
}

/// Says something on standard error at once.
pub fn remark(text: &str) {
    // There is no way to report that standard error is closed.
    let _ = writeln!(anstream::stderr(), "{}", shown(text));
}

/// Says on standard error why nothing was done.
#[must_use]
pub fn complain(failure: &Failure) -> u8 {
    say_error(&failure.lines());
    BAD_INPUT
}

/// Writes an error to standard error.
pub fn say_error(lines: &[impl AsRef<str>]) {
    let lines: Vec<String> = lines.iter().map(|line| inert(line.as_ref()).into_owned()).collect();
    let _ = writeln!(anstream::stderr(), "{ERROR}error:{ERROR:#} {}", lines.join("\n"));
}
