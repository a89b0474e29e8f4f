//! The outcome of each message, so that nothing is lost: recorded, known already, nothing to record and why, or what a person
//! still has to do.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::event::Instant;
use risk_core::log::Record;
use risk_core::text::inert;
use serde::Serialize;
use uuid::Uuid;

use crate::contact::LastStatement;
use crate::reason::{Reason, Then};

use crate::identity::{Doubt, DoubtBy};

/// The name and version of the report's form.
pub const SCHEMA: &str = "risk-hmpps-import/1";

/// The JSON Schema (2020-12) of a [`Report`] as it is written.
#[cfg(feature = "schema")]
#[must_use]
pub fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Report>();
    schema.insert("$id".to_owned(), serde_json::Value::from("urn:risk-of-harm:hmpps-import:1"));
    schema.to_value()
}

/// What came of an import.
#[derive(Debug, Default)]
pub struct Import {
    /// New records, those of one case in an order in which a log takes them. All of them, or none, are to be appended.
    pub records: Vec<Record>,
    /// What became of what was given.
    pub report: Report,
    /// Prison numbers that messages gave to erased persons.
    #[doc(hidden)]
    pub given_since: BTreeSet<String>,
    /// Those of them that belong to erased persons who were never held.
    #[doc(hidden)]
    pub given_to_unheld: BTreeSet<String>,
    /// The statement of each contact that counts from now on, by the digest of the contact, where that is news.
    #[doc(hidden)]
    pub contacts: BTreeMap<String, LastStatement>,
}

/// What became of what was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The form of the report and its version.
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA)))]
    pub schema: &'static str,
    /// How many messages came to each end.
    pub counts: BTreeMap<&'static str, u64>,
    /// Whether the import went into a store: then the store has the records, and has carried out `instructions` but for `not_done`.
    pub stored: bool,
    /// What became of each message, in the order given.
    pub messages: Vec<MessageReport>,
    /// What became of the rows of tables, by code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, CodeCount>,
    /// What the messages say of cases, in the order in which a store of cases takes it; with a store not what concerns nothing that is
    /// held, nor an identifier that a person took from the case. Without a store in the import, the host's own
    /// store carries it out. With one it is done already, but for what is in `not_done`: then it is for information alone.
    pub instructions: Vec<Instruction>,
    /// Those of `instructions` that the store of the import did not carry out, each with the reason: they are for a person, but for
    /// those that wait.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_done: Vec<NotDone>,
    /// Messages of earlier imports that the store kept, and that came to an outcome now; they are not in `counts`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waited: Vec<MessageReport>,
    /// The cases with something new.
    pub cases: BTreeSet<Uuid>,
}

impl Default for Report {
    fn default() -> Self {
        let (counts, messages, codes) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        Self {
            schema: SCHEMA,
            counts,
            stored: false,
            messages,
            codes,
            instructions: Vec::new(),
            not_done: Vec::new(),
            waited: Vec::new(),
            cases: BTreeSet::new(),
        }
    }
}

impl Report {
    /// Says what came of instructions that were not carried out: of each message that gave them, and of them.
    #[doc(hidden)]
    pub fn come_to(&mut self, came: &[(Instruction, Outcome)]) {
        if came.is_empty() {
            return;
        }
        let by_instruction: BTreeMap<&Instruction, &Outcome> =
            came.iter().map(|(one, outcome)| (one, outcome)).collect();
        for reported in &mut self.messages {
            let outcomes: Vec<&Outcome> =
                reported.tells.iter().filter_map(|one| by_instruction.get(one).copied()).collect();
            for outcome in outcomes {
                reported.held_back |= matches!(outcome, Outcome::Conflict { reason: Reason::DecidedByHand, .. });
                match outcome {
                    // What put it in doubt already says more than that the store found two claims.
                    Outcome::Conflict { reason: Reason::ClaimedTwice, .. }
                        if matches!(reported.outcome, Outcome::Conflict { .. }) => {}
                    Outcome::Conflict { reason: Reason::ClaimedTwice, scheme, cases, .. } => {
                        reported.contest(Doubt { scheme, cases: cases.clone(), by: DoubtBy::Claims });
                    }
                    outcome => reported.outcome = reported.outcome.clone().with(outcome),
                }
            }
        }
        // Of what concerns nothing, or one case alone, nothing was carried out.
        self.instructions.retain(|one| !matches!(by_instruction.get(one), Some(Outcome::Nothing { .. })));
        // What is known or nothing is done with.
        let is_open = |outcome: &Outcome| !matches!(outcome, Outcome::Nothing { .. } | Outcome::Known);
        let not_done = came.iter().filter(|(_, outcome)| is_open(outcome));
        self.not_done.extend(not_done.map(|(instruction, outcome)| {
            let (why, waits) = (outcome.why().unwrap_or_default(), matches!(outcome, Outcome::Waits { .. }));
            let why = if waits { format!("it waits for {why}") } else { why.to_owned() };
            NotDone { instruction: instruction.clone(), why, waits }
        }));
    }

    /// Leaves out the identifiers that a person took from a case, with a note at each message that says otherwise.
    #[doc(hidden)]
    pub fn leave_out(&mut self, decided: &BTreeSet<Instruction>) {
        self.instructions.retain(|one| !decided.contains(one));
        for reported in &mut self.messages {
            for instruction in reported.tells.extract_if(.., |one| decided.contains(one)) {
                if let Instruction::Identify { case_id, scheme, .. } = instruction {
                    let note =
                        format!("a person decided that its {scheme} number is not of case {case_id}: that stays");
                    reported.notes.push(note);
                }
            }
        }
    }

    /// Adds what became of messages that were looked at again.
    #[doc(hidden)]
    pub fn also(&mut self, more: Self) {
        self.waited.extend(more.waited);
        self.not_done.extend(more.not_done);
        self.cases.extend(more.cases);
        for instruction in more.instructions {
            if !self.instructions.contains(&instruction) {
                self.instructions.push(instruction);
            }
        }
    }

    /// Says of each message why it came to its outcome and what to do with it, and counts them by that.
    #[doc(hidden)]
    pub fn finish(&mut self) {
        for reported in self.messages.iter_mut().chain(&mut self.waited) {
            (reported.reason, reported.then) = (reported.outcome.reason(), reported.outcome.then(reported.kept));
        }
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MessageReport {
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
    /// The id that the queue gave it, by which it is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Why, as a code for programs.
    pub reason: Reason,
    /// What to do with the message.
    pub then: Then,
    /// Caveats for anyone who relies on it: two levels for one group, an address that is not to be trusted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The store keeps it until what it speaks of is there: it may be deleted from the queue.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
    /// Its id among the messages that the store keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_id: Option<Uuid>,
    /// Nothing of it was done, as it is in doubt whose it is.
    #[serde(skip)]
    #[doc(hidden)]
    pub held_back: bool,
    /// It may say something of what comes later, though it was carried out.
    #[serde(skip)]
    #[doc(hidden)]
    pub lasting: bool,
    /// It was recorded that it was stated, though no record is made of what it says.
    #[serde(skip)]
    #[doc(hidden)]
    pub is_noted: bool,
    /// Until when it waits, where it waits for a time.
    #[serde(skip)]
    #[doc(hidden)]
    pub due: Option<Instant>,
    /// All its instructions to the store.
    #[serde(skip)]
    #[doc(hidden)]
    pub tells: Vec<Instruction>,
    /// Its instructions to the store other than those about identifiers.
    #[serde(skip)]
    #[doc(hidden)]
    pub instructs: Vec<Instruction>,
    /// Its instructions to the store about identifiers.
    #[serde(skip)]
    #[doc(hidden)]
    pub identifies: Vec<Instruction>,
    /// It is a row that could not be read, or waits, and is counted with its code.
    #[serde(skip)]
    pub(crate) of_a_row: bool,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It made records.
    Recorded {
        /// Their ids.
        records: Vec<Uuid>,
    },
    /// What it says is on record already.
    Known,
    /// It instructs the store about cases, and adds nothing to a log.
    Instructed,
    /// It speaks of a person who was erased by law. Nothing of it is kept: a person decides what becomes of it.
    Erased {
        /// What is to be decided.
        why: String,
    },
    /// An identifier is claimed for the cases of several persons, so that what goes by it belongs to none of them until that is
    /// settled. A message that names its case by another identifier as well is recorded there. Or a merge or an unmerge contradicts
    /// what a person decided by hand.
    Conflict {
        /// Why, as a code.
        #[serde(skip)]
        reason: Reason,
        /// Which sort of identifier.
        scheme: &'static str,
        /// The cases that claim it.
        cases: Vec<Uuid>,
        /// The records that it made all the same.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        records: Vec<Uuid>,
        /// How to settle it.
        why: String,
    },
    /// Its instruction to the store was not carried out, or not completely.
    NotDone {
        /// Why, as a code.
        #[serde(skip)]
        reason: Reason,
        /// Why, and what remains.
        why: String,
    },
    /// It makes no record.
    Nothing {
        /// Why, as a code.
        #[serde(skip)]
        reason: Reason,
        /// Why.
        why: String,
    },
    /// It carries no data. Fetch what it points to and give both, as `{"message": …, "fetched": …}`.
    Needed {
        /// Whether it is to be fetched, or looked up, as a code.
        #[serde(skip)]
        reason: Reason,
        /// Where it is, if the message says.
        #[serde(flatten)]
        detail: Option<Detail>,
        /// What is to be fetched, or looked up.
        what: String,
    },
    /// It speaks of something that is not there yet. Leave it on the queue, to be given again.
    Waits {
        /// For what, as a code.
        #[serde(skip)]
        reason: Reason,
        /// For what.
        what: String,
    },
    /// It waited in the store for as long as it may, and what it speaks of did not come: a person decides what becomes of it.
    Unresolved {
        /// For what it waited.
        what: String,
    },
    /// A type of event, or a code in it, that the tables do not have. Once a table laid over them has it, give it again.
    Unmapped {
        /// The table to extend: `events`, `movements`, `registers`, `requirements`, `licence_conditions`, `contacts` or `outcomes`.
        table: &'static str,
        /// The code, or the words, that it does not have.
        code: String,
        /// What it is the code of.
        what: String,
    },
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

impl MessageReport {
    /// A message or row that came to that outcome.
    #[doc(hidden)]
    pub fn of(
        file: Option<String>,
        place: usize,
        event_type: Option<String>,
        case_id: Option<Uuid>,
        outcome: Outcome,
    ) -> Self {
        Self {
            file,
            place,
            event_type,
            case_id,
            sentence_id: None,
            message_id: None,
            reason: outcome.reason(),
            then: outcome.then(false),
            outcome,
            notes: Vec::new(),
            kept: false,
            waiting_id: None,
            held_back: false,
            lasting: false,
            is_noted: false,
            due: None,
            tells: Vec::new(),
            instructs: Vec::new(),
            identifies: Vec::new(),
            of_a_row: false,
        }
    }

    /// Whether the store learns the identifiers that it names: those of its case, and of any message those that are one person's.
    /// No case is made for a merge, an unmerge or an erasure, or for what concerns nothing that is held.
    #[doc(hidden)]
    pub fn names_are_told(&self, is_held: impl FnOnce() -> bool) -> bool {
        let is_of_identity = self.instructs.iter().all(Instruction::is_of_identity);
        if is_of_identity && (self.is_noted || self.outcome.is_told_to_a_store()) {
            return true;
        }
        let erases = self.instructs.iter().any(Instruction::erases);
        let links = self.outcome.links() && !erases && self.identifies.len() > 1;
        links && ((is_of_identity && !self.outcome.is_not_held()) || is_held())
    }

    /// An identifier of it is claimed by these cases: not all of it is done, whatever it made. What is to be done with it for another
    /// reason stays.
    pub(crate) fn contest(&mut self, doubt: Doubt) {
        let records = match &mut self.outcome {
            Outcome::Recorded { records } | Outcome::Conflict { records, .. } => std::mem::take(records),
            Outcome::Known | Outcome::Instructed | Outcome::Nothing { .. } => Vec::new(),
            Outcome::Erased { .. } | Outcome::NotDone { .. } => return,
            Outcome::Needed { .. }
            | Outcome::Waits { .. }
            | Outcome::Unresolved { .. }
            | Outcome::Unmapped { .. }
            | Outcome::Unreadable { .. } => return self.note_contested(&doubt),
        };
        self.outcome = doubt.outcome(records);
    }

    /// Notes that an identifier of it is claimed by these cases.
    pub(crate) fn note_contested(&mut self, doubt: &Doubt) {
        let note = doubt.note();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// What it calls its person.
    #[doc(hidden)]
    pub fn names(&self) -> Vec<(&'static str, String)> {
        let names = self.identifies.iter().filter_map(|one| match one {
            Instruction::Identify { scheme, value, .. } => Some((*scheme, value.clone())),
            _ => None,
        });
        names.collect()
    }
}

/// Why a message about a person who is not held makes no record.
const NOT_HELD: &str = "not held";

/// Where a message says that more is to be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Detail {
    /// The address, with what could change how it is shown written out.
    pub detail_url: String,
    /// Whether its host is on the list of hosts that may be fetched from with credentials. Anybody who can send a message can put
    /// any address into it.
    pub detail_url_listed: bool,
}

impl Outcome {
    /// Of a message about an erased person.
    #[doc(hidden)]
    pub fn erased() -> Self {
        let why = "the person was erased by law: nothing of it is kept, and a person decides what becomes of it";
        Self::Erased { why: why.to_owned() }
    }

    /// Of a code that a table does not have.
    pub(crate) fn unmapped(table: &'static str, code: &str, what: &str) -> Self {
        let code = if table == "events" && is_event(code) { code.to_owned() } else { named(code) };
        Self::Unmapped { table, code, what: what.to_owned() }
    }

    /// Of what waits, and for what.
    #[doc(hidden)]
    pub fn waits(reason: Reason, what: impl Into<String>) -> Self {
        Self::Waits { reason, what: what.into() }
    }

    /// Of what the tables make no record of.
    pub(crate) fn no_record(why: impl Into<String>) -> Self {
        Self::Nothing { reason: Reason::NoRecordOfIt, why: why.into() }
    }

    /// About a person who is not held.
    #[doc(hidden)]
    pub fn not_held() -> Self {
        Self::Nothing { reason: Reason::NotHeld, why: NOT_HELD.to_owned() }
    }

    /// Whether it concerns nothing that is held.
    #[doc(hidden)]
    pub fn is_not_held(&self) -> bool {
        matches!(self, Self::Nothing { reason: Reason::NotHeld, .. })
    }

    /// Whether the store is to learn what the message says about its own case.
    #[doc(hidden)]
    pub fn is_told_to_a_store(&self) -> bool {
        matches!(self, Self::Recorded { .. } | Self::Known | Self::Instructed | Self::Conflict { .. })
    }

    /// Whether the identifiers that it names together are one person's, whatever else becomes of it.
    #[doc(hidden)]
    pub fn links(&self) -> bool {
        !matches!(self, Self::Erased { .. })
    }

    /// Why it is not done, where that is to be said.
    #[doc(hidden)]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Erased { why }
            | Self::Conflict { why, .. }
            | Self::NotDone { why, .. }
            | Self::Nothing { why, .. } => Some(why),
            Self::Waits { what, .. } | Self::Unresolved { what } => Some(what),
            _ => None,
        }
    }

    /// Joined with the result of the message's instruction to a store: the records that it made stay named.
    #[doc(hidden)]
    pub fn with(self, reported: &Self) -> Self {
        match (self, reported) {
            // What was recorded or is in conflict says more than that there was nothing else to do.
            (
                before @ (Self::Recorded { .. } | Self::Conflict { .. } | Self::NotDone { .. }),
                Self::Nothing { .. } | Self::Known,
            ) => before,
            (_, reported) => reported.clone(),
        }
    }

    /// Whether something is left that a person has to look at before the message is done with.
    #[must_use]
    pub fn is_for_a_person(&self) -> bool {
        matches!(
            self,
            Self::Unreadable { .. }
                | Self::Erased { .. }
                | Self::Conflict { .. }
                | Self::NotDone { .. }
                | Self::Unresolved { .. }
        )
    }

    /// Its name, as the JSON has it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Recorded { .. } => "recorded",
            Self::Known => "known",
            Self::Instructed => "instructed",
            Self::Erased { .. } => "erased",
            Self::Conflict { .. } => "conflict",
            Self::NotDone { .. } => "not_done",
            Self::Nothing { .. } => "nothing",
            Self::Needed { .. } => "needed",
            Self::Waits { .. } => "waits",
            Self::Unresolved { .. } => "unresolved",
            Self::Unmapped { .. } => "unmapped",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}

/// What became of the rows of one code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// How many are of persons who were erased by law, and were not kept.
    #[serde(skip_serializing_if = "is_none")]
    pub erased: u64,
    /// How many are dated later than now, and wait.
    #[serde(skip_serializing_if = "is_none")]
    pub waits: u64,
    /// How many have a code that the tables do not have.
    #[serde(skip_serializing_if = "is_none")]
    pub unmapped: u64,
    /// How many could not be read.
    #[serde(skip_serializing_if = "is_none")]
    pub unreadable: u64,
    /// How many made none, by the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub nothing: BTreeMap<String, u64>,
}

impl CodeCount {
    /// How many rows came to each end.
    fn ends(&self) -> [(&'static str, u64); 7] {
        let nothing = self.nothing.values().fold(0, |sum: u64, n| sum.saturating_add(*n));
        [
            ("recorded", self.recorded),
            ("known", self.known),
            ("nothing", nothing),
            ("erased", self.erased),
            ("waits", self.waits),
            ("unmapped", self.unmapped),
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

/// A text from outside as it may be shown anywhere (see [`inert`]); what is longer than an address ever is, is cut.
#[must_use]
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => inert(text).into_owned(),
        Some((end, _)) => inert(text.get(..end).unwrap_or_default()).into_owned() + "…",
    }
}

/// The longest name of an event that is shown, in characters.
const LONGEST_EVENT: usize = 100;

/// The type of an event as it may be shown: letters, digits, `.`, `_`, `-` and `:`. Any other form may contain someone's words, and is
/// left out.
#[must_use]
#[doc(hidden)]
pub fn named_event(name: &str) -> String {
    if is_event(name) { name.to_owned() } else { format!("left out, as it is no name of an event: {}", counted(name)) }
}

fn is_event(name: &str) -> bool {
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || "._-:".contains(c);
    (1..=LONGEST_EVENT).contains(&name.len()) && name.chars().all(is_of_a_name)
}

/// The longest code that is shown, in characters.
const LONGEST_CODE: usize = 40;

/// A code as it may be shown: capital letters, digits, `.`, `_`, `-` and `:`. Any other form may contain someone's words.
#[must_use]
pub(crate) fn named(code: &str) -> String {
    let is_of_a_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "._-:".contains(c);
    let is_code = (1..=LONGEST_CODE).contains(&code.len()) && code.chars().all(is_of_a_code);
    if is_code { code.to_owned() } else { counted(code) }
}

/// A text of a message of which no more may be shown than how long it is.
#[must_use]
pub(crate) fn counted(text: &str) -> String {
    format!("text of {} characters", text.chars().count())
}

/// The longest name of a type that is shown.
const LONGEST_NAME: usize = 80;

/// The names of a main and a sub type as they may be shown: those that have the form of a code, or no word but those of the tables.
#[must_use]
pub(crate) fn named_types(names: &[String], known: &BTreeSet<String>) -> String {
    let shown = |name: &String| {
        let lower = name.to_ascii_lowercase();
        let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let is_name = name.is_ascii() && name.len() <= LONGEST_NAME && words.all(|word| known.contains(word));
        if is_name { inert(name).into_owned() } else { named(name) }
    };
    names.iter().filter(|name| !name.is_empty()).map(shown).collect::<Vec<_>>().join(" / ")
}

/// An instruction to a store of cases. They are ordered: identifiers first, then merges and unmerges in the order of the estate,
/// then what is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
        /// This case is separate again.
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

/// An instruction that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotDone {
    /// Which.
    #[serde(flatten)]
    pub instruction: Instruction,
    /// Why.
    pub why: String,
    /// The store keeps the message that says it, and carries it out once what it waits for is there: it is not for a person yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
}

impl Instruction {
    /// The cases that it is about.
    #[doc(hidden)]
    pub fn cases(&self) -> Vec<Uuid> {
        match self {
            Self::Identify { case_id, .. } | Self::Erase { case_id } => vec![*case_id],
            Self::Merge { from, into, .. } | Self::Unmerge { from, into, .. } => vec![*from, *into],
        }
    }

    /// Whether it says that a case has an identifier of that scheme.
    pub(crate) fn is_of_scheme(&self, of: &str) -> bool {
        matches!(self, Self::Identify { scheme, .. } if *scheme == of)
    }

    /// Whether it says that a person is to be erased.
    #[doc(hidden)]
    pub fn erases(&self) -> bool {
        matches!(self, Self::Erase { .. })
    }

    /// Whether it says what a case is called.
    #[doc(hidden)]
    pub fn is_of_identity(&self) -> bool {
        matches!(self, Self::Identify { .. })
    }

    /// The order in which a store carries them out.
    #[doc(hidden)]
    pub fn order(&self) -> (u8, Option<Instant>, &Self) {
        match self {
            Self::Identify { .. } => (0, None, self),
            Self::Merge { at, .. } | Self::Unmerge { at, .. } => (1, Some(*at), self),
            Self::Erase { .. } => (2, None, self),
        }
    }
}
