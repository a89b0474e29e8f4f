//! The static library, reduced to one public namespace: `risk_*`.
//!
//! As the Rust compiler writes it, `librisk.a` exports everything it is built from, including all of SQLite. A host
//! that links it together with its own SQLite gets two definitions of one symbol or, worse, the other copy. So all
//! objects are linked into one, in which only the symbols of the header are public.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::step::{Failure, run};
use crate::tools::compiler;

/// The symbols that stay public, as a pattern for objcopy.
const PUBLIC: &str = "risk_*";

/// Sections of bitcode from Rust's standard library, which some linker plugins cannot read after objects are
/// combined.
const BITCODE: [&str; 2] = [".llvmbc", ".llvmcmd"];

/// Writes the archive `from` to `to`, with all symbols local except those that the header declares.
///
/// # Errors
/// If the C compiler, objcopy or ar is missing or fails, or a file cannot be written.
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
