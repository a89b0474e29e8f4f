//! The examples in C and C++, built as a user would build them, from a copy of the installation, because a prefix may
//! be moved.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Places;
use crate::step::{Failure, printed, run};
use crate::tools::compiler;

const LANGUAGES: [&str; 2] = ["c", "cpp"];

/// Lines that the output of each example must contain.
const PRINTED: [&str; 5] = [
    "WHAT THE CALL-OUT BRINGS",
    "+ To do: Review the risk of harm",
    "PROTECT NOW",
    "RISK_BAD_RECORD",
    "RISK_POSITION_CONFLICT",
];

/// Builds the examples with their Makefiles and pkg-config.
pub fn by_make(places: &Places<'_>) -> Result<(), Failure> {
    let moved = moved(places)?;
    for language in LANGUAGES {
        let program = places.work.join(format!("call_out_{language}_make"));
        let _ = fs::remove_file(&program);
        let mut make = Command::new("make");
        make.args(["--no-print-directory", "--directory"]).arg(example(places, language));
        make.arg(format!("PROGRAM={}", program.display()));
        run(make.env("PKG_CONFIG_PATH", moved.join("lib/pkgconfig")))?;
        prints_what_it_should(Command::new(&program).env("LD_LIBRARY_PATH", moved.join("lib")))?;
    }
    Ok(())
}

/// Builds the examples with CMake, with the shared and with the static library.
pub fn by_cmake(places: &Places<'_>) -> Result<(), Failure> {
    let moved = moved(places)?;
    for language in LANGUAGES {
        let build = places.work.join(format!("call_out_{language}_cmake"));
        fresh(&build)?;
        let mut configure = Command::new("cmake");
        configure.arg("-S").arg(example(places, language)).arg("-B").arg(&build);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", moved.display()));
        configure.arg(format!("-DCMAKE_C_COMPILER={}", name(&compiler("CC", "cc"))));
        configure.arg(format!("-DCMAKE_CXX_COMPILER={}", name(&compiler("CXX", "c++"))));
        run(configure.args(["-Wno-dev", "--log-level=WARNING"]))?;
        run(Command::new("cmake").arg("--build").arg(&build))?;
        for program in ["call_out", "call_out_static"] {
            prints_what_it_should(&mut Command::new(build.join(program)))?;
        }
    }
    Ok(())
}

fn prints_what_it_should(program: &mut Command) -> Result<(), Failure> {
    let shown = crate::step::shown(program);
    let found = printed(program)?;
    println!("   {shown}");
    match PRINTED.iter().find(|line| !found.contains(*line)) {
        None => Ok(()),
        Some(missing) => Err(Failure::Differs { what: shown, expected: format!("a line with `{missing}`"), found }),
    }
}

fn example(places: &Places<'_>, language: &str) -> PathBuf {
    places.root.join("examples").join(language)
}

/// Copies the installation to another folder.
fn moved(places: &Places<'_>) -> Result<PathBuf, Failure> {
    let moved = places.work.join("moved");
    fresh(&moved)?;
    run(Command::new("cp").arg("-a").arg(places.prefix.join("lib")).arg(places.prefix.join("include")).arg(&moved))?;
    Ok(moved)
}

fn fresh(folder: &Path) -> Result<(), Failure> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(|cause| Failure::File { path: folder.to_owned(), cause })
}

fn name(program: &Command) -> String {
    program.get_program().to_string_lossy().into_owned()
}
