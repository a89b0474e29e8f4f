//! The tests of the C library in C and C++: compiled against the installed library, and run both directly and under
//! checkers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Places;
use crate::install::VERSION;
use crate::pages::read;
use crate::step::{Failure, printed, run};
use crate::tools::compiler;

/// The programs of risk-ffi/tests/c.
const PROGRAMS: [&str; 11] = [
    "header",
    "statuses",
    "arguments",
    "errors",
    "log",
    "lifetimes",
    "threads",
    "conformance",
    "store",
    "hmpps",
    PROVOKED,
];
/// The program that needs the feature `provoke`.
const PROVOKED: &str = "provoked";

const STRICT: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"];
const SANITIZERS: [&str; 3] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];

const MEMCHECK: [&str; 3] = [
    "--leak-check=full",
    "--show-leak-kinds=definite,indirect,possible",
    "--errors-for-leak-kinds=definite,indirect,possible",
];
/// The store's dependencies keep some allocations in statics until the end (the pattern of a migration's name, the
/// main thread's handle), reached by interior pointers, which valgrind reports as possibly lost. A child process that
/// exits at once still has all of them.
const MEMCHECK_OF_STORE: [&str; 3] =
    ["--leak-check=full", "--show-leak-kinds=definite,indirect", "--errors-for-leak-kinds=definite,indirect"];
/// The programs that open a store.
const WITH_STORE: [&str; 3] = ["store", "hmpps", PROVOKED];

/// The first word of a line.
fn first_word(line: &str) -> Option<String> {
    line.split_whitespace().next().map(str::to_owned)
}

/// The checker under which a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// None; the whole program runs.
    Nothing,
    /// The compiler's sanitizers, in the C and C++ code; they also cover allocations of the library.
    Sanitizers,
    /// valgrind's memcheck, also in the library. Twenty to fifty times slower, so it runs fewer rounds.
    Memcheck,
    /// valgrind's helgrind, also in the library, for threads that only read. It cannot see the locks of Rust's
    /// standard library, which are not pthread locks, so it reports every change under such a lock as a race. Reading
    /// needs no lock, so any race found there is real, such as a cache filled by a `const` call.
    Helgrind,
}

impl Watch {
    fn flags(self) -> &'static [&'static str] {
        if self == Self::Sanitizers { &SANITIZERS } else { &[] }
    }

    fn folder(self) -> &'static str {
        if self == Self::Sanitizers { "sanitized" } else { "plain" }
    }

    /// The command that runs a program.
    fn running(self, program: &Path) -> Command {
        let mut command = match self {
            Self::Nothing | Self::Sanitizers => Command::new(program),
            Self::Memcheck if WITH_STORE.iter().any(|name| program.ends_with(name)) => {
                valgrind(&MEMCHECK_OF_STORE, program)
            }
            Self::Memcheck => valgrind(&MEMCHECK, program),
            Self::Helgrind => valgrind(&["--tool=helgrind"], program),
        };
        // The number of rounds of a loop, and of conformance cases; if omitted, all of them.
        let fewer: &[(&str, &str)] = match self {
            Self::Nothing => &[],
            Self::Sanitizers => &[("RISK_ROUNDS", "10"), ("RISK_MEMORY_IS_WATCHED_OTHERWISE", "1")],
            Self::Memcheck => &[("RISK_ROUNDS", "4"), ("RISK_CASES", "12"), ("RISK_MEMORY_IS_WATCHED_OTHERWISE", "1")],
            Self::Helgrind => &[("RISK_ROUNDS", "6"), ("RISK_READING_ONLY", "1")],
        };
        command.envs(fewer.iter().copied());
        command
    }
}

fn valgrind(arguments: &[&str], program: &Path) -> Command {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--quiet", "--error-exitcode=9", "--num-callers=30", "--fair-sched=yes"])
        .args(arguments)
        .arg(program);
    valgrind
}

/// The programs under test.
pub struct Checks<'a> {
    places: &'a Places<'a>,
}

impl<'a> Checks<'a> {
    /// Locates the tests.
    pub fn new(places: &'a Places<'a>) -> Self {
        Self { places }
    }

    /// Checks that the C header compiles in every supported language, and the C++ header in C++.
    pub fn header(&self) -> Result<(), Failure> {
        let source = self.tests("c").join("header.c");
        for standard in ["c99", "c11", "c17"] {
            let mut cc = compiler("CC", "cc");
            run(self.strictly(&mut cc, standard, &["-fsyntax-only"]).arg(&source))?;
        }
        for standard in ["c++17", "c++20"] {
            let mut cxx = compiler("CXX", "c++");
            run(self.strictly(&mut cxx, standard, &["-fsyntax-only", "-x", "c++"]).arg(&source))?;
            let mut cxx = compiler("CXX", "c++");
            let flags = ["-fsyntax-only", "-Wconversion", "-Wshadow"];
            run(self.strictly(&mut cxx, standard, &flags).arg(self.tests("cpp").join("elsewhere.cpp")))?;
        }
        Ok(())
    }

    /// Checks that the library exports exactly the listed symbols, and has the name that programs look for.
    pub fn symbols(&self) -> Result<(), Failure> {
        let library = self.places.lib().join(format!("librisk.so.{VERSION}"));
        let list = self.places.root.join("risk-ffi/abi/librisk.symbols");
        let expected: BTreeSet<String> = read(&list)?.lines().filter_map(first_word).collect();
        for (library, which) in [(&library, "--dynamic"), (&self.places.lib().join("librisk.a"), "--extern-only")] {
            let printed = printed(Command::new("nm").args([which, "--defined-only", "--format=posix"]).arg(library))?;
            // The members of an archive are named on separate lines that end in a colon.
            let found: BTreeSet<String> =
                printed.lines().filter_map(first_word).filter(|word| !word.ends_with(':')).collect();
            let differing: Vec<String> = expected.symmetric_difference(&found).cloned().collect();
            if !differing.is_empty() {
                let what = format!("{}: {}", library.display(), differing.join(", "));
                let (expected, found) = (format!("the symbols of {}", list.display()), "others".to_owned());
                return Err(Failure::Differs { what, expected, found });
            }
        }
        println!("   {} symbols", expected.len());
        let dynamic = printed(Command::new("readelf").arg("--dynamic").arg(&library))?;
        let soname = dynamic.lines().find(|line| line.contains("SONAME")).unwrap_or("none").trim().to_owned();
        if soname.ends_with("[librisk.so.0]") {
            return Ok(());
        }
        let (what, expected) = (library.display().to_string(), "the SONAME librisk.so.0".to_owned());
        Err(Failure::Differs { what, expected, found: soname })
    }

    /// Checks that a host with its own SQLite keeps it when it links the static library, in any order.
    pub fn archive(&self) -> Result<(), Failure> {
        let archive = self.places.lib().join("librisk.a");
        let native = printed(
            Command::new("pkg-config")
                .args(["--static", "--libs-only-l", "risk"])
                .env("PKG_CONFIG_PATH", self.places.lib().join("pkgconfig")),
        )?;
        let native: Vec<&str> = native.split_whitespace().filter(|library| *library != "-lrisk").collect();
        let folder = self.places.work.join("archive");
        std::fs::create_dir_all(&folder).map_err(|cause| Failure::File { path: folder.clone(), cause })?;
        let object = folder.join("sqlite_of_host.o");
        let mut cc = compiler("CC", "cc");
        self.strictly(&mut cc, "c99", &["-c"]).arg(self.tests("c").join("sqlite_of_host.c"));
        run(cc.arg("-o").arg(&object))?;
        for (name, order) in [("host_last", [&archive, &object]), ("host_first", [&object, &archive])] {
            let program = folder.join(name);
            let mut cc = compiler("CC", "cc");
            self.strictly(&mut cc, "c99", &[]).arg(self.tests("c").join("host.c")).args(order).args(&native);
            run(cc.arg("-o").arg(&program))?;
            run(&mut Command::new(&program))?;
        }
        Ok(())
    }

    /// Compiles and runs the programs in C.
    pub fn c(&self, watch: Watch) -> Result<(), Failure> {
        PROGRAMS.iter().try_for_each(|name| self.program(name, watch))
    }

    /// Runs the threads that only read under helgrind.
    pub fn races(&self) -> Result<(), Failure> {
        self.program("threads", Watch::Helgrind)
    }

    fn program(&self, name: &str, watch: Watch) -> Result<(), Failure> {
        let prefix = if name == PROVOKED { &self.places.provoke } else { &self.places.prefix };
        let mut cc = compiler("CC", "cc");
        self.strictly(&mut cc, "c99", watch.flags()).arg(self.tests("c").join(format!("{name}.c")));
        let program = self.linked(cc, name, prefix, watch)?;
        self.passes(watch, &program)
    }

    /// Compiles and runs the program in C++.
    pub fn cpp(&self, watch: Watch) -> Result<(), Failure> {
        let mut cxx = compiler("CXX", "c++");
        self.strictly(&mut cxx, "c++17", watch.flags()).args(["-Wconversion", "-Wshadow"]);
        cxx.args(["wrapper.cpp", "elsewhere.cpp"].map(|file| self.tests("cpp").join(file)));
        let program = self.linked(cxx, "wrapper", &self.places.prefix, watch)?;
        self.passes(watch, &program)
    }

    fn tests(&self, language: &str) -> PathBuf {
        self.places.root.join("risk-ffi/tests").join(language)
    }

    fn strictly<'c>(&self, compiler: &'c mut Command, standard: &str, flags: &[&str]) -> &'c mut Command {
        compiler.arg(format!("-std={standard}")).args(STRICT).args(flags);
        compiler.arg("-I").arg(self.places.prefix.join("include"))
    }

    /// Links a program with the library under a prefix.
    fn linked(&self, mut compiler: Command, name: &str, prefix: &Path, watch: Watch) -> Result<PathBuf, Failure> {
        let folder = self.places.work.join(watch.folder());
        std::fs::create_dir_all(&folder).map_err(|cause| Failure::File { path: folder.clone(), cause })?;
        let (program, lib) = (folder.join(name), prefix.join("lib"));
        compiler.arg("-o").arg(&program).arg("-L").arg(&lib).args(["-lrisk", "-pthread"]);
        run(compiler.arg(format!("-Wl,-rpath,{}", lib.display())))?;
        Ok(program)
    }

    fn passes(&self, watch: Watch, program: &Path) -> Result<(), Failure> {
        run(watch.running(program).env("RISK_FRAMES", &self.places.frames))
    }
}
