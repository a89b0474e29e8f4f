//! The Java classes: compiled without warnings, documented, and tested against the installed library, with their
//! examples.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Places;
use crate::pages::listed;
use crate::step::{Failure, printed, run};
use crate::tools::JNA;

/// The oldest supported Java release.
const RELEASE: &str = "17";

/// Lines that the call-out example must print.
const CALL_OUT_SAYS: [&str; 5] = [
    "What the police call-out brought",
    "+ To do: Review the risk of harm",
    "PROTECT NOW: Review the risk of harm",
    "Refused: the mistyped call-out (BAD_RECORD)",
    "Refused: the appointment of a second writer (POSITION_CONFLICT)",
];

/// Lines that the queue service example must print.
const SERVICE_SAYS: [&str; 9] = [
    "02-registration-added.json: RECORDED (made_records)",
    "08-delivered-again.json: KNOWN (on_record)",
    "11-tier-calculation.json: NOTHING (no_record_of_it): a tier says",
    "12-prisoner-received.json: WAITS (person_unknown)",
    "  and what the store had kept, 00000000-0000-4000-8000-000000000012: RECORDED (made_records)",
    "10-assessment-produced.json: https://oasys.example.com/",
    "14-prisoner-unheard-of.json: WAITS (person_unknown)",
    "15-type-nobody-knows.json: UNMAPPED (type_unknown)",
    "THIS WEEK: Refer the victim to the Partner Link Worker",
];

/// Compiles the classes and runs their tests and their examples. Needs `javac`, `javadoc`, `java` and JNA.
///
/// # Errors
/// If a command fails, which reports its own error, or an example does not print what it should.
pub fn test(places: &Places<'_>) -> Result<(), Failure> {
    let java = Java::new(places);
    java.clear()?;
    java.compile("main", &java.package("main"))?;
    java.document()?;
    java.compile("test", &java.package("test"))?;
    java.compile("bench", &java.package("bench"))?;
    let tests = |prefix: &Path, part: &str| {
        let mut tests = java.start("test", prefix, "riskofharm.Tests");
        run(tests.arg(&places.frames).arg(places.root.join("examples/cases")).arg(part))
    };
    tests(&places.prefix, "")?;
    tests(&places.provoke, "panic")?;
    call_out(places, &java)?;
    service(places, &java)
}

fn call_out(places: &Places<'_>, java: &Java) -> Result<(), Failure> {
    let example = places.root.join("examples/java");
    java.compile("example", &example)?;
    let output = printed(&mut java.start("example", &places.prefix, "CallOut"))?;
    says(&example.join("CallOut.java"), &CALL_OUT_SAYS, &output)
}

/// The service removes messages from its queue, so it gets a copy of them.
fn service(places: &Places<'_>, java: &Java) -> Result<(), Failure> {
    let example = places.root.join("examples/hmpps");
    java.compile("service", &example)?;
    let place = |name: &str| java.work.join(name);
    run(Command::new("cp").arg("-R").arg(example.join("queue")).arg(place("queue")))?;
    let secret = place("secret");
    fs::write(&secret, "no secret at all, but long enough")
        .map_err(|cause| Failure::File { path: secret.clone(), cause })?;
    let mut service = java.start("service", &places.prefix, "Service");
    service.arg(place("queue")).arg(place("cases.risk")).arg(secret);
    service.args(["N07A001", "responsible_officer", "2026-11-20T17:00:00Z"]);
    says(&example.join("Service.java"), &SERVICE_SAYS, &printed(&mut service)?)
}

/// The folders of the sources and of the results.
pub(super) struct Java {
    sources: PathBuf,
    work: PathBuf,
}

impl Java {
    pub(super) fn new(places: &Places<'_>) -> Self {
        Self { sources: places.root.join("risk-ffi/java/src"), work: places.work.join("java") }
    }

    /// Removes the classes of an earlier run, whose sources may no longer exist.
    fn clear(&self) -> Result<(), Failure> {
        match fs::remove_dir_all(&self.work) {
            Err(cause) if self.work.exists() => Err(Failure::File { path: self.work.clone(), cause }),
            _ => Ok(()),
        }
    }

    pub(super) fn package(&self, part: &str) -> PathBuf {
        self.sources.join(part).join("java/riskofharm")
    }

    pub(super) fn compile(&self, part: &str, folder: &Path) -> Result<(), Failure> {
        // javac warns about a class path that does not exist yet.
        let classes = self.work.join(part);
        fs::create_dir_all(&classes).map_err(|cause| Failure::File { path: classes.clone(), cause })?;
        let mut javac = Command::new("javac");
        javac.args(["--release", RELEASE, "-Xlint:all", "-Werror", "-cp"]).arg(self.classes(part));
        run(javac.arg("-d").arg(classes).args(listed(folder, "java")?))
    }

    fn document(&self) -> Result<(), Failure> {
        let mut javadoc = Command::new("javadoc");
        javadoc.args(["-quiet", "--release", RELEASE, "-Xdoclint:all", "-Werror", "-cp"]).arg(self.classes("main"));
        run(javadoc.arg("-d").arg(self.work.join("doc")).args(listed(&self.package("main"), "java")?))
    }

    /// A Java command that finds the library under `prefix`. Its heap is small and of fixed size, so that growth
    /// elsewhere is visible. Debian's JNA takes its native part from the system.
    pub(super) fn start(&self, part: &str, prefix: &Path, class: &str) -> Command {
        let mut java = Command::new("java");
        java.args(["-Xms96m", "-Xmx96m", "-XX:+AlwaysPreTouch", "-Djna.nosys=false"]);
        java.arg(format!("-Djava.library.path=/usr/lib/{}-linux-gnu/jni:/usr/lib/jni", env::consts::ARCH));
        java.arg(format!("-Djna.library.path={}", prefix.join("lib").display()));
        java.arg("-cp").arg(self.classes(part)).arg(class);
        java
    }

    /// The class path: JNA, the library's classes, and those of one part.
    fn classes(&self, part: &str) -> OsString {
        env::join_paths([JNA.into(), self.work.join("main"), self.work.join(part)]).unwrap_or_default()
    }
}

/// Checks that the example printed everything that it should.
fn says(example: &Path, expected: &[&str], output: &str) -> Result<(), Failure> {
    match expected.iter().find(|line| !output.contains(**line)) {
        None => Ok(()),
        Some(missing) => Err(Failure::Unusable {
            path: example.to_owned(),
            problem: format!("it should print `{missing}`, and printed:\n{output}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_that_leaves_something_out_is_told_with_what_it_printed() {
        let failure = says(Path::new("CallOut.java"), &CALL_OUT_SAYS, "nothing much").unwrap_err().to_string();
        assert!(failure.contains("What the police call-out brought") && failure.contains("nothing much"), "{failure}");
        assert!(says(Path::new("CallOut.java"), &CALL_OUT_SAYS, &CALL_OUT_SAYS.join("\n")).is_ok());
    }
}
