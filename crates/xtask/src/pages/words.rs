//! `risk-py/python/risk_of_harm/words.py`: the vocabularies as Python enums.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use risk_core::assessment::answer::{GroupStatus, Status};
use risk_core::event::vocabulary::{ActionKind, Audience, Group, Handling, Level, Register};
use risk_core::event::{Kind, Term, phrase};
use risk_core::fold::run::Lens;
use risk_core::policy::model::Priority;

/// The path of the module and its generated text.
pub fn page(root: &Path) -> (PathBuf, String) {
    let mut text = String::from(
        "\"\"\"The vocabularies of records and answers.\n\nGenerated from the engine's vocabulary by \
         `cargo xtask docs`; do not edit.\n\"\"\"\n\nfrom enum import Enum\n",
    );
    list::<ActionKind>(&mut text, "ActionKind", "An action to take.");
    list::<Audience>(&mut text, "Audience", "The audience of an answer.");
    list::<Group>(&mut text, "Group", "A group at risk.");
    list::<GroupStatus>(&mut text, "GroupStatus", "The status of a group's classification.");
    list::<Handling>(&mut text, "Handling", "The handling mark of a record.");
    list::<Kind>(&mut text, "Kind", "The kind of an event.");
    list::<Lens>(&mut text, "Lens", "The temporal lens of a question.");
    list::<Level>(&mut text, "Level", "A level of risk of serious harm. Unknown is not low.");
    list::<Priority>(&mut text, "Priority", "The priority of an action.");
    list::<Register>(&mut text, "Register", "A register flag of the case-management system.");
    list::<Status>(&mut text, "Status", "The status of an action.");
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
