//! The programs that steps need besides Rust and Python, installed automatically if that needs no confirmation.

use std::path::Path;
use std::process::Command;

use crate::step::{Failure, run, works};

/// A program, or several that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// A C compiler, with its sanitizers.
    C,
    /// A C++ compiler.
    Cpp,
    /// A program that lists the symbols of a library.
    Binutils,
    /// make.
    Make,
    /// pkg-config.
    PkgConfig,
    /// CMake.
    Cmake,
    /// valgrind.
    Valgrind,
    /// The Java compiler and virtual machine.
    Java,
    /// JNA at Debian's path.
    Jna,
    /// The PostgreSQL server.
    Postgres,
    /// PgBouncer.
    PgBouncer,
}

/// The script that starts the test server and finds its programs.
const POSTGRES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/postgres/server.sh");

/// The path of the library in Debian's `libjna-java`.
pub const JNA: &str = "/usr/share/java/jna.jar";

impl Tool {
    /// The name of the tool.
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "a C compiler (cc, or CC)",
            Self::Cpp => "a C++ compiler (c++, or CXX)",
            Self::Binutils => "nm, readelf, objcopy and ar",
            Self::Make => "make",
            Self::PkgConfig => "pkg-config",
            Self::Cmake => "cmake",
            Self::Valgrind => "valgrind",
            Self::Java => "javac and java",
            Self::Jna => "JNA (/usr/share/java/jna.jar)",
            Self::Postgres => "the server of PostgreSQL, and openssl",
            Self::PgBouncer => "pgbouncer",
        }
    }

    /// The Debian packages that contain it.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::C => &["gcc", "libc6-dev"],
            Self::Cpp => &["g++"],
            Self::Binutils => &["binutils"],
            Self::Make => &["make"],
            Self::PkgConfig => &["pkg-config"],
            Self::Cmake => &["cmake"],
            Self::Valgrind => &["valgrind"],
            Self::Java => &["openjdk-17-jdk-headless"],
            Self::Jna => &["libjna-java", "libjna-jni"],
            Self::Postgres => &["postgresql", "openssl"],
            Self::PgBouncer => &["pgbouncer"],
        }
    }

    fn is_there(self) -> bool {
        let runs = |program: &str| works(Command::new(program).arg("--version"));
        match self {
            Self::C => works(compiler("CC", "cc").arg("--version")),
            Self::Cpp => works(compiler("CXX", "c++").arg("--version")),
            Self::Binutils => ["nm", "readelf", "objcopy", "ar"].into_iter().all(runs),
            Self::Make => runs("make"),
            Self::PkgConfig => runs("pkg-config"),
            Self::Cmake => runs("cmake"),
            Self::Valgrind => runs("valgrind"),
            Self::Java => runs("javac") && runs("java"),
            Self::Jna => Path::new(JNA).is_file(),
            Self::Postgres => {
                works(Command::new(POSTGRES).arg("--programs")) && works(Command::new("openssl").arg("version"))
            }
            // Debian installs it in a folder that is only on root's path.
            Self::PgBouncer => runs("pgbouncer") || runs("/usr/sbin/pgbouncer"),
        }
    }
}

/// The compiler named in the environment, or the default.
pub fn compiler(variable: &str, usual: &str) -> Command {
    Command::new(std::env::var_os(variable).unwrap_or_else(|| usual.into()))
}

/// Which of a step's tools the machine has.
pub struct Tools {
    missing: Vec<Tool>,
}

impl Tools {
    /// Finds the tools, and installs missing ones if this is Debian and permissions allow it.
    ///
    /// # Errors
    /// If CI is set and a tool is still missing.
    pub fn found_or_installed(wanted: &[Tool]) -> Result<Self, Failure> {
        let missing = || wanted.iter().copied().filter(|tool| !tool.is_there()).collect();
        let mut tools = Self { missing: missing() };
        let packages: Vec<&str> = tools.missing.iter().flat_map(|tool| tool.packages()).copied().collect();
        if !packages.is_empty() && install(&packages) {
            tools.missing = missing();
        }
        if std::env::var_os("CI").is_some() { tools.all() } else { Ok(tools) }
    }

    /// Requires all tools.
    ///
    /// # Errors
    /// If one is missing.
    pub fn all(self) -> Result<Self, Failure> {
        if self.missing.is_empty() { Ok(self) } else { Err(Failure::Missing { tools: names(&self.missing) }) }
    }

    /// Whether a part of the step that needs these tools can run; otherwise reports what is skipped and what is
    /// missing.
    pub fn suffice(&self, part: &str, needs: &[Tool]) -> bool {
        let missing: Vec<Tool> = self.missing.iter().copied().filter(|tool| needs.contains(tool)).collect();
        if !missing.is_empty() {
            println!("-- {part}: SKIPPED; missing: {}", names(&missing).join(", "));
        }
        missing.is_empty()
    }
}

fn names(tools: &[Tool]) -> Vec<&'static str> {
    tools.iter().map(|tool| tool.name()).collect()
}

/// Installs Debian packages, as root or with a sudo that needs no password. A failure shows as tools that are still
/// missing.
fn install(packages: &[&str]) -> bool {
    let apt_get = |arguments: &[&str]| {
        let mut command = if works(Command::new("sh").args(["-c", "test \"$(id -u)\" = 0"])) {
            Command::new("apt-get")
        } else {
            let mut sudo = Command::new("sudo");
            sudo.args(["--non-interactive", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            sudo
        };
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["--quiet", "--quiet"]).args(arguments);
        run(&mut command).inspect_err(|failure| println!("   {failure}")).is_ok()
    };
    works(Command::new("apt-get").arg("--version"))
        && apt_get(&["update"])
        && apt_get(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}
