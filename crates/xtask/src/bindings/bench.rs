//! The programs that `cargo xtask bench ffi` measures: C and Java through the installed library.

use std::path::Path;
use std::process::Command;

use super::java::Java;
use super::{Places, prepare};
use crate::install;
use crate::step::{Failure, run};
use crate::tools::{Tool, Tools, compiler};

/// Installs the library and builds both programs. Returns for each the environment variable that the benchmark reads,
/// and the command, one argument per line.
///
/// # Errors
/// If a compiler or JNA is missing, or something does not build.
pub fn programs(root: &Path) -> Result<Vec<(&'static str, String)>, Failure> {
    Tools::found_or_installed(&[Tool::C, Tool::Java, Tool::Jna])?.all()?;
    let places = Places::new(root);
    prepare(&places)?;
    install::install(root, &places.prefix)?;
    let lib = places.lib();
    let program = places.work.join("bench-c");
    let mut cc = compiler("CC", "cc");
    cc.args(["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"]).arg(root.join("benches/ffi.c"));
    cc.arg("-I").arg(places.prefix.join("include")).arg("-L").arg(&lib).arg("-lrisk");
    run(cc.arg(format!("-Wl,-rpath,{}", lib.display())).arg("-o").arg(&program))?;
    let java = Java::new(&places);
    java.compile("main", &java.package("main"))?;
    java.compile("bench", &java.package("bench"))?;
    let machine = java.start("bench", &places.prefix, "riskofharm.Bench");
    Ok(vec![("RISK_BENCH_C", program.display().to_string()), ("RISK_BENCH_JAVA", lines(&machine))])
}

fn lines(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join("\n")
}
