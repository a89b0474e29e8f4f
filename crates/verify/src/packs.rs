//! The policies used for verification: the pack of this project, and a small policy with one entry of every type.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use risk_core::policy::Policy;

use crate::dice::Dice;

/// A policy's files: name and text.
pub type Files = Vec<(String, String)>;

/// The files of the pack `england-wales` in this repository.
pub static ENGLAND_WALES_FILES: LazyLock<Files> = LazyLock::new(|| files_of("england-wales"));

/// The folder `policies` of this repository.
fn policies() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

/// The files of a folder of `policies`.
///
/// # Panics
/// If they cannot be read.
#[must_use]
pub fn files_of(pack: &str) -> Files {
    let entries = std::fs::read_dir(policies().join(pack)).expect("a folder of policies");
    let paths = entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "toml"));
    let mut files: Files = paths.map(|p| file(&p)).collect();
    files.sort();
    files
}

/// The overlay of that name.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn overlay(name: &str) -> (String, String) {
    file(&policies().join("overlays").join(format!("{name}.toml")))
}

fn file(path: &Path) -> (String, String) {
    (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
}

/// The files in the form that the engine takes.
#[must_use]
pub fn borrowed(files: &Files) -> Vec<(&str, &str)> {
    files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect()
}

/// The small policy, as text.
pub static ONE_OF_EACH_FILES: LazyLock<Files> = LazyLock::new(|| {
    vec![("one-of-each.toml".to_owned(), include_str!("../../../tests/laws/one-of-each.toml").to_owned())]
});

/// The pack `england-wales`.
pub static ENGLAND_WALES: LazyLock<Policy> = LazyLock::new(|| load(&ENGLAND_WALES_FILES));
/// The small policy.
pub static ONE_OF_EACH: LazyLock<Policy> = LazyLock::new(|| load(&ONE_OF_EACH_FILES));

/// Both policies.
pub fn all() -> [&'static Policy; 2] {
    [&ONE_OF_EACH, &ENGLAND_WALES]
}

/// Loads a policy from files.
///
/// # Panics
/// If they do not form a policy.
pub fn load(files: &Files) -> Policy {
    Policy::load(&borrowed(files)).unwrap_or_else(|e| panic!("{e}"))
}

/// The same policy with its entries in another order. Actions keep their order, because it breaks ties on the agenda.
pub fn reordered(files: &Files, dice: &mut Dice) -> Files {
    files
        .iter()
        .map(|(name, text)| {
            let (actions, mut others): (Vec<String>, Vec<String>) =
                entries(text).into_iter().partition(|entry| entry.starts_with("[[action]]"));
            dice.shuffle(&mut others);
            // Occasionally an entry of another type precedes an action, so that the types are mixed.
            let mut mixed = Vec::new();
            let mut actions = actions.into_iter().peekable();
            for other in others {
                if dice.chance(50) {
                    mixed.extend(actions.next());
                }
                mixed.push(other);
            }
            mixed.extend(actions);
            (name.clone(), mixed.concat())
        })
        .collect()
}

/// The entries of a file, each with the lines up to the next. Lines before the first entry are omitted.
fn entries(text: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with("[[") || line.starts_with("[policy]") {
            entries.push(String::new());
        }
        if let Some(entry) = entries.last_mut() {
            entry.push_str(line);
            entry.push('\n');
        }
    }
    entries
}
