//! `risk-py/python/risk_of_harm/words.py`: the closed lists of words as enums of Python.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use risk_core::assessment::answer::{GroupStatus, Status};
use risk_core::event::vocabulary::{ActionKind, Audience, Group, Handling, Level, Register};
use risk_core::event::{Kind, Term, phrase};
use risk_core::fold::run::Lens;
use risk_core::policy::model::Priority;

/// The module, and what it should say.
pub fn page(root: &Path) -> (PathBuf, String) {
    let mut text = String::from(
        "\"\"\"The words of the field, as they stand in records and answers.\n\nGenerated from the engine's vocabulary by \
         `cargo xtask docs`; do not edit.\n\"\"\"\n\nfrom enum import Enum\n",
    );
    list::<ActionKind>(&mut text, "ActionKind", "What somebody is to do.");
    list::<Audience>(&mut text, "Audience", "Who reads an answer.");
    list::<Group>(&mut text, "Group", "Who is at risk.");
    list::<GroupStatus>(&mut text, "GroupStatus", "How a group's classification stands.");
    list::<Handling>(&mut text, "Handling", "Who may know of a record.");
    list::<Kind>(&mut text, "Kind", "What happened.");
    list::<Lens>(&mut text, "Lens", "From where a case is looked at.");
    list::<Level>(&mut text, "Level", "Risk of serious harm. Unknown is not low.");
    list::<Priority>(&mut text, "Priority", "How much an action presses.");
    list::<Register>(&mut text, "Register", "The flags of the case-management system.");
    list::<Status>(&mut text, "Status", "How an action stands.");
    (root.join("risk-py/python/risk_of_harm/words.py"), text)
}

fn list<T: Term>(text: &mut String, name: &str, meaning: &str) {
    let _ = write!(text, "\n\nclass {name}(str, Enum):\n    \"\"\"{meaning}\n\n");
    if let Some(word) = T::names().first() {
        let _ = writeln!(text, "    >>> import risk_of_harm\n    >>> risk_of_harm.{name}(\"{word}\")");
        let _ = writeln!(text, "    <{name}.{}: '{word}'>\n    \"\"\"\n", word.to_uppercase());
    }
    for word in T::names() {
        let _ = writeln!(text, "    {} = \"{word}\"", word.to_uppercase());
        let _ = writeln!(text, "    \"\"\"{}.\"\"\"", capital(&phrase(word)));
    }
    text.push_str("\n    def __str__(self) -> str:\n        return self.value\n");
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
