//! The policies that the laws are tested under: the pack of this project, and a small one with one of each thing that the
//! language has.

use std::path::Path;
use std::sync::LazyLock;

use risk_core::policy::Policy;

use crate::dice::Dice;

/// A policy's files: name and text.
pub type Files = Vec<(String, String)>;

/// The pack `england-wales`, as it stands in the repository.
pub static ENGLAND_WALES_FILES: LazyLock<Files> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/england-wales");
    let entries = std::fs::read_dir(&folder).expect("the folder policies/england-wales");
    let mut files: Files = entries
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&p).unwrap()))
        .collect();
    files.sort();
    files
});

/// The small policy.
pub static ONE_OF_EACH_FILES: LazyLock<Files> =
    LazyLock::new(|| vec![("one-of-each.toml".to_owned(), include_str!("one-of-each.toml").to_owned())]);

pub static ENGLAND_WALES: LazyLock<Policy> = LazyLock::new(|| load(&ENGLAND_WALES_FILES));
pub static ONE_OF_EACH: LazyLock<Policy> = LazyLock::new(|| load(&ONE_OF_EACH_FILES));

/// Both.
pub fn all() -> [&'static Policy; 2] {
    [&ONE_OF_EACH, &ENGLAND_WALES]
}

pub fn load(files: &Files) -> Policy {
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    Policy::load(&files).unwrap_or_else(|e| panic!("{e}"))
}

/// The same policy with its entries in another order; actions keep theirs, because it breaks ties on the agenda.
pub fn reordered(files: &Files, dice: &mut Dice) -> Files {
    files
        .iter()
        .map(|(name, text)| {
            let (actions, mut others): (Vec<String>, Vec<String>) =
                entries(text).into_iter().partition(|entry| entry.starts_with("[[action]]"));
            dice.shuffle(&mut others);
            // Now and then an entry of another sort before an action, so that the two are mixed.
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

/// A file's entries, each with the lines up to the next; what stands before the first is left out.
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
