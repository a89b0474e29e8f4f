//! Bars on standard error, where that is a terminal, for what may take long.

use std::io::Read;

use indicatif::{ProgressBar, ProgressBarIter, ProgressFinish, ProgressStyle};

/// Counts what is done, where the total is unknown.
#[must_use]
pub fn counting(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {pos} {msg}");
    ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        .with_message(what)
        .with_finish(ProgressFinish::AndClear)
}

/// Reads through a bar of so many bytes.
pub fn reading<R: Read>(reader: R, bytes: u64) -> ProgressBarIter<R> {
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes}, {eta} to go");
    ProgressBar::new(bytes)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_finish(ProgressFinish::AndClear)
        .wrap_read(reader)
}
