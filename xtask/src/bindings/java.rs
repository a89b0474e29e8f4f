//! The Java classes: compiled without a warning, documented, and tested against the installed library; and the example.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::pages::listed;
use crate::step::{Failure, printed, run};

/// The oldest Java that they are written for.
const RELEASE: &str = "17";

/// What the example says on any machine.
const EXPECTED: [&str; 4] = [
    "What the police call-out brought",
    "PROTECT NOW: Review the risk of harm",
    "Refused: RISK_BAD_RECORD",
    "Refused: RISK_POSITION_CONFLICT",
];

/// The JNA classes: the file that `JNA_JAR` names, or Debian's `libjna-java`.
pub fn jna() -> PathBuf {
    env::var_os("JNA_JAR").unwrap_or_else(|| "/usr/share/java/jna.jar".into()).into()
}

/// Compiles the classes and runs their tests and the example.
///
/// `prefix` is where the library is installed, `frames` what [`super::frames::write`] wrote. Needs `javac`, `javadoc` and
/// `java` on the path, and [`jna`].
///
/// # Errors
/// Where a command fails, which says by itself what was wrong, or the example does not say what it should.
pub fn test(root: &Path, prefix: &Path, frames: &Path) -> Result<(), Failure> {
    let java = Java { sources: root.join("risk-ffi/java/src"), build: root.join("target/bindings/java"), prefix };
    java.clear()?;
    java.compile(&java.sources.join("main/java/riskofharm"), "main")?;
    java.document()?;
    for part in ["test", "bench"] {
        java.compile(&java.sources.join(part).join("java/riskofharm"), part)?;
    }
    run(java.start("test", "riskofharm.Tests").arg(frames).arg(root.join("examples/cases")))?;
    let example = root.join("examples/java");
    java.compile(&example, "example")?;
    says(&example.join("CallOut.java"), &printed(&mut java.start("example", "CallOut"))?)
}

/// Where things are, and how a Java program is made and started.
struct Java<'a> {
    sources: PathBuf,
    build: PathBuf,
    prefix: &'a Path,
}

impl Java<'_> {
    /// Takes away what an earlier run compiled, of sources that may be gone.
    fn clear(&self) -> Result<(), Failure> {
        match fs::remove_dir_all(&self.build) {
            Err(cause) if self.build.exists() => Err(Failure::File { path: self.build.clone(), cause }),
            _ => Ok(()),
        }
    }

    fn compile(&self, folder: &Path, part: &str) -> Result<(), Failure> {
        let mut javac = Command::new("javac");
        javac.args(["--release", RELEASE, "-Xlint:all", "-Werror", "-cp"]).arg(self.classes(part));
        run(javac.arg("-d").arg(self.build.join(part)).args(listed(folder, "java")?))
    }

    fn document(&self) -> Result<(), Failure> {
        let mut javadoc = Command::new("javadoc");
        javadoc.args(["-quiet", "--release", RELEASE, "-Xdoclint:all", "-Werror", "-cp"]).arg(self.classes("main"));
        let sources = listed(&self.sources.join("main/java/riskofharm"), "java")?;
        run(javadoc.arg("-d").arg(self.build.join("doc")).args(sources))
    }

    /// A Java that finds the library. A small heap of a fixed size, so that growth elsewhere shows. Debian's JNA takes its
    /// own native part from the system, which other JNAs have inside.
    fn start(&self, part: &str, class: &str) -> Command {
        let mut java = Command::new("java");
        java.args(["-Xms96m", "-Xmx96m", "-XX:+AlwaysPreTouch", "-Djna.nosys=false"]);
        java.arg(format!("-Djava.library.path=/usr/lib/{}-linux-gnu/jni:/usr/lib/jni", env::consts::ARCH));
        java.arg(format!("-Djna.library.path={}", self.prefix.join("lib").display()));
        java.arg("-cp").arg(self.classes(part)).arg(class);
        java
    }

    /// JNA, our classes, and those of one part.
    fn classes(&self, part: &str) -> OsString {
        let paths = [jna(), self.build.join("main"), self.build.join(part)];
        env::join_paths(&paths).unwrap_or_default()
    }
}

/// The example has said everything that it should.
fn says(example: &Path, output: &str) -> Result<(), Failure> {
    match EXPECTED.into_iter().find(|line| !output.contains(line)) {
        None => Ok(()),
        Some(missing) => Err(Failure::Unusable {
            path: example.to_owned(),
            problem: format!("it should print `{missing}`, and printed:\n{output}"),
        }),
    }
}
