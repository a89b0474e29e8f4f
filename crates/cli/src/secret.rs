//! Keys that lie in files: read only if no other user can read the file.

use std::fs::{File, Metadata};
use std::io::{Read, stdin};

use risk_hmpps::key::Key;

use crate::failure::Failure;
use crate::input::must_be_a_file;

/// The secret of `risk hmpps import`, from a file.
///
/// # Errors
/// As [`read`]; [`Failure::Table`] for one that can be guessed.
pub fn key(file: &str) -> Result<Key, Failure> {
    Key::new(&read(file)?).map_err(|e| Failure::Table { file: file.to_owned(), error: e.to_string() })
}

/// Reads a file that holds keys, or standard input for `-`.
///
/// # Errors
/// [`Failure::Read`]; [`Failure::NotAFile`] (see [`must_be_a_file`]); [`Failure::SharedKey`] where others may read the file,
/// [`Failure::ForeignKey`] if it is another user's. A stream that the shell hands over belongs to this process, and is read.
pub fn read(path: &str) -> Result<Vec<u8>, Failure> {
    let unreadable = |error| Failure::Read { file: path.to_owned(), error };
    let mut bytes = Vec::new();
    if path == "-" {
        stdin().lock().read_to_end(&mut bytes).map_err(unreadable)?;
        return Ok(bytes);
    }
    must_be_a_file(path)?;
    let mut file = File::open(path).map_err(unreadable)?;
    refuse_what_others_have(path, &file.metadata().map_err(unreadable)?)?;
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

#[cfg(unix)]
fn refuse_what_others_have(path: &str, found: &Metadata) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt;

    let own = rustix::process::geteuid().as_raw();
    let mode = found.mode() & 0o777;
    if !found.is_file() {
        return Ok(());
    }
    if found.uid() != own {
        return Err(Failure::ForeignKey { file: path.to_owned(), owner: found.uid(), own, word: word(path) });
    }
    if mode & 0o077 != 0 {
        return Err(Failure::SharedKey { file: path.to_owned(), mode, word: word(path) });
    }
    Ok(())
}

/// Systems without modes keep files of a user from others in ways of their own.
#[cfg(not(unix))]
fn refuse_what_others_have(_: &str, _: &Metadata) -> Result<(), Failure> {
    Ok(())
}

/// The path as a word of a shell.
#[cfg(unix)]
fn word(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%=,".contains(c);
    let ends_options = if path.starts_with('-') { "-- " } else { "" };
    if path.chars().all(plain) {
        format!("{ends_options}{path}")
    } else {
        format!("{ends_options}'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::word;

    #[test]
    fn a_path_is_quoted_where_a_shell_would_read_something_else() {
        assert_eq!(word("keys/hmpps.key"), "keys/hmpps.key");
        assert_eq!(word("my key"), "'my key'");
        assert_eq!(word("it's;rm"), r"'it'\''s;rm'");
        assert_eq!(word("-R"), "-- -R");
    }
}
