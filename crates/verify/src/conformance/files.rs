//! Reading and writing the conformance files.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::candidates::{nine_cases, of_stream, policy_tests};
use super::choose::{cover, shown};
use super::laws::laws;
use crate::interchange::Exchange;

/// The folder of the conformance files.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance")
}

/// The cases by file, with the engine's answers: the nine cases, the laws, and whatever else is needed for full
/// coverage.
#[must_use]
pub fn selection() -> Vec<(&'static str, Vec<Exchange>)> {
    let (cases, laws) = (nine_cases(), laws());
    let mut already: BTreeSet<String> = cases.iter().chain(&laws).flat_map(shown).collect();
    let tests = cover(already.clone(), policy_tests());
    already.extend(tests.iter().flat_map(shown));
    let histories = cover(already, of_stream(3000));
    vec![("cases", cases), ("laws", laws), ("rules", tests), ("histories", histories)]
}

/// Every case of every file, with the file's name.
///
/// # Errors
/// If a file cannot be read or has other content.
pub fn read() -> io::Result<Vec<(String, Exchange)>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())?.map(|e| Ok(e?.path())).collect::<io::Result<_>>()?;
    paths.retain(|p| p.extension().is_some_and(|e| e == "json"));
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let cases: Vec<Exchange> = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        all.extend(cases.into_iter().map(|case| (name.clone(), case)));
    }
    Ok(all)
}

/// Writes the files with the answers of the reference, which `python` runs. Returns a line for each file with its
/// number of cases.
///
/// # Errors
/// If the reference cannot be run or does not answer.
pub fn write(python: &str) -> io::Result<Vec<String>> {
    let mut said = Vec::new();
    for (name, mut cases) in selection() {
        let answers = reference_answers(python, &cases)?;
        if answers.len() != cases.len() {
            return Err(io::Error::other(format!(
                "the reference gave {} answers to {} questions",
                answers.len(),
                cases.len()
            )));
        }
        for (case, answer) in cases.iter_mut().zip(answers) {
            case.answer = answer;
        }
        let path = folder().join(format!("{name}.json"));
        let lines: Vec<String> = cases.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        std::fs::write(&path, format!("[\n{}\n]\n", lines.join(",\n")))?;
        said.push(format!("{}: {} cases", path.display(), cases.len()));
    }
    Ok(said)
}

fn reference_answers(python: &str, cases: &[Exchange]) -> io::Result<Vec<Value>> {
    let mut child = Command::new(python)
        .args(["-m", "reference", "--answer"])
        .current_dir(folder().join("../.."))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("no pipe to the reference"));
    };
    let lines: Vec<String> = cases.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    let fed = std::thread::spawn(move || lines.iter().try_for_each(|line| writeln!(input, "{line}")));
    let answers = BufReader::new(output).lines().map(|line| Ok(serde_json::from_str(&line?)?)).collect();
    fed.join().map_err(|_| io::Error::other("the questions could not be sent to the reference"))??;
    if child.wait()?.success() { answers } else { Err(io::Error::other("the reference failed")) }
}
