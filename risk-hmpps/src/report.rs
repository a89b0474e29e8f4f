//! What became of each message, told so that nothing is lost: recorded, known already, nothing to record and why, or what
//! somebody still has to do.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::event::Instant;
use risk_core::log::Record;
use serde::Serialize;
use uuid::Uuid;

/// The name and version of the report's form.
pub const SCHEMA: &str = "risk-hmpps-import/1";

/// What came of an import.
#[derive(Debug, Default)]
pub struct Import {
    /// New records, those of one case in an order in which a log takes them. All of them, or none, are to be appended.
    pub records: Vec<Record>,
    /// What became of what was given.
    pub report: Report,
}

/// What became of what was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The form of the report and its version.
    pub schema: &'static str,
    /// How many messages came to each end.
    pub counts: BTreeMap<&'static str, u64>,
    /// What became of each message, in the order given.
    pub messages: Vec<Told>,
    /// What became of the rows of tables, by code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, CodeCount>,
    /// What the store of cases is to be told, in this order; a store that is imported into has been told, but for what was not done.
    pub instructions: Vec<Instruction>,
    /// What a store that was imported into was not told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_done: Vec<NotDone>,
    /// The cases with something new.
    pub cases: BTreeSet<Uuid>,
}

impl Default for Report {
    fn default() -> Self {
        let (counts, messages, codes) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        Self {
            schema: SCHEMA,
            counts,
            messages,
            codes,
            instructions: Vec::new(),
            not_done: Vec::new(),
            cases: BTreeSet::new(),
        }
    }
}

impl Report {
    /// Counts the messages by what became of them.
    pub(crate) fn count(&mut self) {
        self.counts.clear();
        let ends = self.messages.iter().filter(|m| !m.of_a_row).map(|m| (m.outcome.name(), 1));
        let rows = self.codes.values().flat_map(CodeCount::ends);
        for (end, n) in ends.chain(rows).filter(|(_, n)| *n > 0) {
            let count = self.counts.entry(end).or_default();
            *count = count.saturating_add(n);
        }
    }
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The file, as the host calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its line, or its place in an array, from 1.
    pub place: usize,
    /// The type of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// The case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Uuid>,
    /// The sentence that it is about, as records name it: for those that the host makes itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence_id: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What somebody should know who relies on it: two levels for one group, an address that is not to be trusted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What it tells the store, where it tells anything else than identifiers.
    #[serde(skip)]
    pub(crate) instructs: Vec<Instruction>,
    /// It is a row that could not be read, or waits, and is counted with its code.
    #[serde(skip)]
    pub(crate) of_a_row: bool,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It made records.
    Recorded {
        /// Their ids.
        records: Vec<Uuid>,
    },
    /// What it tells is on record.
    Known,
    /// It tells the store something about cases, and nothing for a log.
    Instructed,
    /// It makes no record.
    Nothing {
        /// Why.
        why: String,
    },
    /// It carries no data. Fetch what it points to and give both, as `{"message": …, "fetched": …}`.
    Needed {
        /// Where it is, if the message says.
        #[serde(flatten)]
        detail: Option<Detail>,
        /// What is to be fetched, or looked up.
        what: String,
    },
    /// It speaks of something that is not there yet. Leave it on the queue, to be given again.
    Waits {
        /// For what.
        what: String,
    },
    /// A type of event that the tables do not have.
    Unmapped,
    /// It is no message.
    Unreadable {
        /// Where.
        field: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
}

/// Where a message says that more is to be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// The address, with what could change how it is shown written out.
    pub detail_url: String,
    /// Whether its host is on the list of hosts that may be fetched from with credentials. Anybody who can send a message can put
    /// any address into it.
    pub detail_url_listed: bool,
}

impl Outcome {
    /// Its name, as the JSON has it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Recorded { .. } => "recorded",
            Self::Known => "known",
            Self::Instructed => "instructed",
            Self::Nothing { .. } => "nothing",
            Self::Needed { .. } => "needed",
            Self::Waits { .. } => "waits",
            Self::Unmapped => "unmapped",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}

/// What became of the rows of one code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CodeCount {
    /// What the estate calls it, where the tables have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many rows there were.
    pub rows: u64,
    /// How many of them made new records.
    pub recorded: u64,
    /// How many were on record already.
    pub known: u64,
    /// How many are dated later than now, and wait.
    #[serde(skip_serializing_if = "is_none")]
    pub waits: u64,
    /// How many could not be read.
    #[serde(skip_serializing_if = "is_none")]
    pub unreadable: u64,
    /// How many made none, by the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub nothing: BTreeMap<String, u64>,
}

impl CodeCount {
    /// How many rows came to each end.
    fn ends(&self) -> [(&'static str, u64); 5] {
        let nothing = self.nothing.values().fold(0, |sum: u64, n| sum.saturating_add(*n));
        [
            ("recorded", self.recorded),
            ("known", self.known),
            ("nothing", nothing),
            ("waits", self.waits),
            ("unreadable", self.unreadable),
        ]
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_none(n: &u64) -> bool {
    *n == 0
}

/// The longest text from outside that is shown, in characters.
const LONGEST: usize = 400;

/// A text from outside as it may be shown anywhere: what ends a line, steers a terminal or turns the direction of what follows is
/// written out, as `\u{202e}`, and what is longer than an address ever is, is cut.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(LONGEST) {
        if c.is_control() || is_unseen(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Characters without a shape of their own, which join, part or turn others.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// What a store of cases is to be told. They are ordered: who is who, then who is whom, in the order in which the estate did so,
/// then what is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Instruction {
    /// The case has this identifier.
    Identify {
        /// The case.
        case_id: Uuid,
        /// `crn` or `noms`.
        scheme: &'static str,
        /// The identifier.
        value: String,
    },
    /// Two cases are of one person.
    Merge {
        /// This one goes on under the other.
        from: Uuid,
        /// The other.
        into: Uuid,
        /// When the estate did so.
        at: Instant,
    },
    /// Two cases are of two persons after all.
    Unmerge {
        /// This one stands alone again.
        from: Uuid,
        /// It was merged into this one.
        into: Uuid,
        /// When the estate did so.
        at: Instant,
    },
    /// Everything about the person is to be removed, by law.
    Erase {
        /// The case.
        case_id: Uuid,
    },
}

/// An instruction that a store was not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotDone {
    /// Which.
    #[serde(flatten)]
    pub instruction: Instruction,
    /// Why.
    pub why: String,
}

impl Instruction {
    /// In which order a store is told.
    pub(crate) fn order(&self) -> (u8, Option<Instant>, &Self) {
        match self {
            Self::Identify { .. } => (0, None, self),
            Self::Merge { at, .. } | Self::Unmerge { at, .. } => (1, Some(*at), self),
            Self::Erase { .. } => (2, None, self),
        }
    }
}
