//! The static library with one public name space: `risk_*`.
//!
//! As the Rust compiler writes it, `librisk.a` exports everything that it is built from, a whole SQLite among it. A host that links
//! it with an SQLite of its own then gets either two definitions of one symbol or, worse, the other copy. So all objects are linked
//! into one, in which every symbol but those of the header is local.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::step::{Failure, run};
use crate::tools::compiler;

/// The symbols that stay public, as objcopy's pattern.
const PUBLIC: &str = "risk_*";

/// Bitcode of Rust's standard library, which some linkers' plugins cannot read once it is put together.
const BITCODE: [&str; 2] = [".llvmbc", ".llvmcmd"];

/// Writes the archive `from` to `to`, with every symbol local that the header does not declare.
///
/// # Errors
/// Where the C compiler, objcopy or ar is missing or fails, or a file cannot be written.
pub fn publish(from: &Path, to: &Path) -> Result<(), Failure> {
    let object = to.with_extension("o");
    let written = partly_linked(from, &object).and_then(|()| hidden(&object)).and_then(|()| archived(&object, to));
    let _ = fs::remove_file(&object);
    written
}

/// Links all objects of an archive into one object.
fn partly_linked(archive: &Path, object: &Path) -> Result<(), Failure> {
    let mut cc = compiler("CC", "cc");
    cc.args(["-r", "-nostdlib", "-Wl,--whole-archive"]).arg(archive).arg("-o").arg(object);
    run(&mut cc)
}

fn hidden(object: &Path) -> Result<(), Failure> {
    let mut objcopy = Command::new("objcopy");
    objcopy.arg("--wildcard").arg(format!("--keep-global-symbol={PUBLIC}"));
    objcopy.args(BITCODE.map(|section| format!("--remove-section={section}")));
    run(objcopy.arg(object))
}

fn archived(object: &Path, to: &Path) -> Result<(), Failure> {
    run(Command::new("ar").arg("rcs").arg(to).arg(object))
}
