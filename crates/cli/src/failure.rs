//! Errors of commands. Each has exit code 2.

use std::io;

use risk_core::explain::{ExplainError, UnknownTarget};
use risk_core::log::LogError;
use risk_core::policy::PolicyErrors;
use risk_core::text::NotUtf8;
use risk_core::view::NoView;
use risk_generate::GenerateError;
use risk_hmpps::notice::NoticeError;
use risk_store::{CheckpointError, StoreError};

use crate::identifier::Identifier;
use uuid::Uuid;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A file that cannot be read.
    #[error("cannot read {file}: {error}")]
    Read {
        /// The file.
        file: String,
        /// The operating system's reason.
        error: io::Error,
    },
    /// Not a file.
    #[error("{file}: expected a file, found {found}{advice}")]
    NotAFile {
        /// Its path.
        file: String,
        /// What it is.
        found: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A folder of a policy with something that looks like a part of it and is not read.
    #[error(
        "{folder}: expected .toml files of the policy alone, found what looks like a part of it and is not read: {listed}; name each file so that it ends in `.toml` and lies in the folder itself, or move it elsewhere"
    )]
    NotRead {
        /// The folder.
        folder: String,
        /// What is in it.
        listed: String,
    },
    /// A file that cannot be written.
    #[error("cannot write {file}: {error}")]
    Write {
        /// The file.
        file: String,
        /// The operating system's reason.
        error: io::Error,
    },
    /// A file that is not text.
    #[error("{file}:{}: expected {sort} in UTF-8, found {}", .error.line, .error.found.in_words())]
    Encoding {
        /// The file.
        file: String,
        /// What it should hold.
        sort: &'static str,
        /// Where it is none, and what it is instead.
        error: NotUtf8,
    },
    /// A file to be written that is read, or that is a database.
    #[error("{file}: cannot replace a file {what}")]
    Replaces {
        /// The file.
        file: String,
        /// What it is.
        what: &'static str,
    },
    /// A key that others can read.
    #[error(
        "{file}: others can read this key (mode {mode:04o}): expected one that only you can read; run `chmod 600 {word}`, and make a new key if it may have been read"
    )]
    SharedKey {
        /// The file.
        file: String,
        /// Who may do what with it.
        mode: u32,
        /// The file, as a shell takes it.
        word: String,
    },
    /// A key of another user.
    #[error(
        "{file}: this key belongs to another user (id {owner}): expected one of your own (id {own}); run `chown {own} {word}` as its owner may read and change it"
    )]
    ForeignKey {
        /// The file.
        file: String,
        /// Whose it is.
        owner: u32,
        /// Who asks.
        own: u32,
        /// The file, as a shell takes it.
        word: String,
    },
    /// A policy that is neither the one built in nor a folder of TOML files.
    #[error("{0}: no such policy: expected `england-wales` or a folder with .toml files")]
    NoPolicy(String),
    /// A name that nothing of that sort has.
    #[error("unknown {sort} {found}: expected {expected}")]
    Unknown {
        /// What it should name.
        sort: &'static str,
        /// The name.
        found: String,
        /// What there is.
        expected: String,
    },
    /// A table, or a secret, that cannot be used.
    #[error("{file}: {error}")]
    Table {
        /// The file.
        file: String,
        /// Where in it, what was expected and what was found.
        error: String,
    },
    /// Notices that cannot be made.
    #[error(transparent)]
    Notice(#[from] NoticeError),
    /// A log that cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A policy that cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyErrors),
    /// A question that has no answer.
    #[error(transparent)]
    Question(#[from] NoView),
    /// A policy whose rules cannot be changed to see what its tests say.
    #[error(transparent)]
    Unfit(#[from] risk_policy_tools::mutation::BaselineFailure),
    /// An outcome or a rule that cannot be explained.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// Nothing of that name can be explained.
    #[error(transparent)]
    Target(#[from] UnknownTarget),
    /// A folder that holds something already.
    #[error("{0}: the folder is not empty: pass a new or empty one")]
    NotEmpty(String),
    /// A line of a file that cannot be used.
    #[error("{file}:{line}: expected {expected}, found {found}")]
    Line {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// A store that does not do what it was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A store that does not open.
    #[error("{place}: {error}")]
    Opening {
        /// Where it is.
        place: String,
        /// Why not.
        error: Box<StoreError>,
    },
    /// An invalid id.
    #[error("{from}: {error}")]
    InvalidUser {
        /// Where it was found.
        from: &'static str,
        /// What is wrong with it.
        error: Box<StoreError>,
    },
    /// The user id is unknown.
    #[error("no user id: pass --as or set RISK_AS (this system gives no user name: {0})")]
    NoUser(io::Error),
    /// No place for the store that is taken where none is named.
    #[error("no store: pass --store or set RISK_STORE (this system has no data folder: {0})")]
    NoDataFolder(etcetera::HomeDirError),
    /// A name that is neither a UUID nor an identifier.
    #[error("{found}: expected a case of the store: its UUID, or an identifier as SCHEME:VALUE, such as crn:X123456")]
    NoCaseName {
        /// What was given.
        found: String,
    },
    /// An identifier that no case has.
    #[error("{0}: no case in the store has this identifier; `risk store cases` lists them")]
    NoSuchCase(Identifier),
    /// An identifier that several cases share.
    #[error("{identifier}: expected an identifier of one case, found {} cases that have it: name one by its UUID ({})", .cases.len(), listed(.cases))]
    ManyCases {
        /// The identifier.
        identifier: Identifier,
        /// The cases.
        cases: Vec<Uuid>,
    },
    /// An identifier that is claimed for the cases of several persons.
    #[error("{identifier}: several cases claim this identifier: {}. Ask for each by its UUID. To settle it: `risk store merge FROM INTO` if they are of one person, else `risk store identify CASE --remove {}` for a case that claims it and that it is not of", listed(.cases), risk_store::claimed(&.identifier.scheme.to_lowercase()))]
    Contested {
        /// The identifier.
        identifier: Identifier,
        /// The cases that have it or claim it.
        cases: Vec<Uuid>,
    },
    /// A name of a case where a file is expected.
    #[error("{0}: no such file; to read a stored case, pass --store or --as, or set RISK_STORE")]
    CaseWithoutStore(String),
    /// No audience, where there is no default.
    #[error("no audience: pass --audience, as a store has no default; one of: {0}")]
    NoAudience(String),
    /// An invalid checkpoint or proof.
    #[error("{file}: {error}")]
    Checkpoint {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: CheckpointError,
    },
    /// An option that does not fit the input.
    #[error("{option}: expected {expected}, found {found}")]
    Mismatch {
        /// The option.
        option: &'static str,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// A caseload that cannot be generated.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The operating system's random number generator failed.
    #[error("the operating system gave no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// An answer that has no form in JSON.
    #[error("the answer cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The ids of cases, the first ten of them.
fn listed(cases: &[Uuid]) -> String {
    let mut ids: Vec<String> = cases.iter().take(10).map(|id| format!("case {id}")).collect();
    if cases.len() > ids.len() {
        ids.push("…".to_owned());
    }
    ids.join(", ")
}

impl Failure {
    /// What is said of something that is no file, where a file is needed.
    #[must_use]
    pub fn not_a_file(path: &str, found: &'static str) -> Self {
        let advice = match found {
            "a folder" => "",
            _ => "; write what it gives into a file, or pass `-` and give it on standard input",
        };
        Self::NotAFile { file: path.to_owned(), found, advice }
    }

    /// What is said of a folder, where a file or a stream is needed.
    #[must_use]
    pub fn a_folder(file: String) -> Self {
        Self::NotAFile { file, found: "a folder", advice: "" }
    }

    /// Whether the command was ended early.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        match self {
            Self::Store(error) => matches!(error, StoreError::Cancelled(_)),
            Self::Opening { error, .. } => matches!(**error, StoreError::Cancelled(_)),
            _ => false,
        }
    }

    /// It in words: one line, or one for each thing that is wrong with a policy.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Policy(PolicyErrors(errors)) => errors.iter().map(ToString::to_string).collect(),
            other => vec![other.to_string()],
        }
    }
}
