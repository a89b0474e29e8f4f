//! The step `bindings`: the library as programs in other languages use it.
//!
//! The library is installed under `target/bindings/prefix`, and everything here uses that installation, as a user
//! would.

mod bench;
mod c;
mod examples;
mod frames;
mod java;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::install;
use crate::step::Failure;
use crate::tools::{Tool, Tools};
pub use bench::programs;
use c::{Checks, Watch};

/// The tools that the parts of the step need.
const NEEDED: [Tool; 8] =
    [Tool::C, Tool::Cpp, Tool::Binutils, Tool::Make, Tool::PkgConfig, Tool::Cmake, Tool::Java, Tool::Jna];

/// The folders that the parts of the step use.
pub struct Places<'a> {
    /// The workspace.
    pub root: &'a Path,
    /// The folder for what is built here.
    pub work: PathBuf,
    /// The installed library.
    pub prefix: PathBuf,
    /// The installed library with the feature `provoke`.
    pub provoke: PathBuf,
    /// The conformance cases, as frames.
    pub frames: PathBuf,
}

impl<'a> Places<'a> {
    fn new(root: &'a Path) -> Self {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        let work = target.join("bindings");
        let place = |name: &str| work.join(name);
        Self { root, prefix: place("prefix"), provoke: place("provoke"), frames: place("conformance.frames"), work }
    }

    /// The folder in which the linker and a program that runs find the library.
    pub fn lib(&self) -> PathBuf {
        self.prefix.join("lib")
    }
}

/// Installs the library and runs every part for which the machine has the tools.
///
/// # Errors
/// The part that failed; if CI is set, also a missing tool.
pub fn test(root: &Path) -> Result<(), Failure> {
    let tools = Tools::found_or_installed(&NEEDED)?;
    let places = Places::new(root);
    prepare(&places)?;
    let checks = Checks::new(&places);
    let part = |name: &str, needs: &[Tool], work: &dyn Fn() -> Result<(), Failure>| part(&tools, name, needs, work);

    part("install", &[], &|| install(&places))?;
    part("header", &[Tool::C, Tool::Cpp], &|| checks.header())?;
    part("exported symbols", &[Tool::Binutils], &|| checks.symbols())?;
    part("static library beside another SQLite", &[Tool::C, Tool::PkgConfig], &|| checks.archive())?;
    part("C", &[Tool::C], &|| checks.c(Watch::Nothing))?;
    part("C, addresses and undefined behaviour", &[Tool::C], &|| checks.c(Watch::Sanitizers))?;
    part("C++", &[Tool::Cpp], &|| checks.cpp(Watch::Nothing))?;
    part("C++, addresses and undefined behaviour", &[Tool::Cpp], &|| checks.cpp(Watch::Sanitizers))?;
    part("examples, by pkg-config", &[Tool::C, Tool::Cpp, Tool::Make, Tool::PkgConfig], &|| {
        examples::by_make(&places)
    })?;
    part("examples, by CMake", &[Tool::C, Tool::Cpp, Tool::Make, Tool::Cmake], &|| examples::by_cmake(&places))?;
    part("Java", &[Tool::Java, Tool::Jna], &|| java::test(&places))?;
    Ok(())
}

/// Runs the C programs under valgrind: memory, and races between threads that only read.
///
/// # Errors
/// The part that failed; if CI is set, also a missing tool.
pub fn watch(root: &Path) -> Result<(), Failure> {
    let tools = Tools::found_or_installed(&[Tool::C, Tool::Valgrind])?;
    let places = Places::new(root);
    prepare(&places)?;
    install(&places)?;
    let checks = Checks::new(&places);
    part(&tools, "C, memory", &[Tool::C, Tool::Valgrind], &|| checks.c(Watch::Memcheck))?;
    part(&tools, "C, races", &[Tool::C, Tool::Valgrind], &|| checks.races())
}

/// The folder in which everything is built.
fn prepare(places: &Places<'_>) -> Result<(), Failure> {
    fs::create_dir_all(&places.work).map_err(|cause| Failure::File { path: places.work.clone(), cause })
}

fn install(places: &Places<'_>) -> Result<(), Failure> {
    install::build_for_tests(places.root, &[])?.put(places.root, &places.prefix)?;
    install::build_for_tests(places.root, &["provoke"])?.put(places.root, &places.provoke)?;
    let cases = frames::write(places.root, &places.frames)?;
    println!("   {cases} conformance cases in {}", places.frames.display());
    Ok(())
}

/// Runs a part, or reports that it is skipped and which tools are missing.
fn part(tools: &Tools, name: &str, needs: &[Tool], work: &dyn Fn() -> Result<(), Failure>) -> Result<(), Failure> {
    if !tools.suffice(name, needs) {
        return Ok(());
    }
    println!("-- {name}");
    let began = Instant::now();
    work().map_err(|cause| Failure::Step { name: name.to_owned(), cause: Box::new(cause) })?;
    println!("-- {name}: ok in {:.1?}", began.elapsed());
    Ok(())
}
