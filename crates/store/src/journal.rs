//! The journal: who did what with which case, as the law asks for, and the facts that the host stated.
//!
//! The Data Protection Act 2018, section 62, names the operations to be logged: collection, alteration, consultation,
//! disclosure, combination and erasure; for consultation and disclosure also why, when, and as far as possible by which person. Each
//! case has a journal of its own, and the store as a whole has one (of the case with the id of zeros).
//!
//! Entries are append-only and chained: the hash of an entry is the digest (see [`risk_core::log::chain`]) of the tag
//! `risk-store/1 entry` and the members `previous` (the hash before it; empty for the first) and `entry` (its exact text).
//! They hold ids and words, never what a record says. What a case is called lies apart from them (see [`crate::names`]). Each
//! counts the facts that its journal states (see [`crate::journal_end`]).

use std::collections::BTreeSet;

use chrono::SecondsFormat;
use risk_core::event::vocabulary::Audience;
use risk_core::event::{Instant, Term};
use risk_core::log::chain::digest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::directory;
use crate::error::{AttemptError, StoreError};
use crate::gap::Gap;
use crate::head::Head;
use crate::journal_end;
use crate::names::{self, StoredName};
use crate::sql::Tx;
use crate::who::{Operator, Reader};

/// The operations that the law names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Records came in.
    Collection,
    /// What is held was corrected, or what the store holds of a case was changed.
    Alteration,
    /// An answer was asked for.
    Consultation,
    /// Records were given out whole.
    Disclosure,
    /// Two cases were found to be of one person, or not to be.
    Combination,
    /// A payload was removed.
    Erasure,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Records were appended: how many, and up to which position.
    Appended {
        /// How many.
        records: u64,
        /// How many the case has since.
        length: u64,
        /// Whether one of them corrects, retracts or disputes another.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        corrects: bool,
    },
    /// An answer was asked for.
    Consulted,
    /// An answer was asked for while the journal could not be written to.
    ConsultedUnjournalled {
        /// When, in UTC.
        asked_at: String,
        /// Why it was answered all the same.
        reason: String,
    },
    /// The records of the case were read whole.
    Read,
    /// Records of all cases were given out after a place, up to another.
    Followed {
        /// After which place.
        after: u64,
        /// Up to which.
        to: u64,
    },
    /// The records of all cases were given out.
    Exported,
    /// All cases were counted, and no more than numbers given out.
    Counted,
    /// An identifier was set for the case, replacing any other of the same scheme.
    Identified {
        /// Which sort.
        scheme: String,
        /// The identifier; none once it is erased. A chained entry has it only where an older version of this software wrote it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// The salted commitment to the identifier, which the chained entry has in place of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        commitment: Option<String>,
    },
    /// The case no longer has an identifier of that sort.
    Unidentified {
        /// Which sort.
        scheme: String,
    },
    /// The case is of the same person as another, under which it is answered from now on.
    MergedInto {
        /// The other.
        other: Uuid,
    },
    /// Another case is of the same person, and is answered here.
    MergedFrom {
        /// The other.
        other: Uuid,
    },
    /// The case is not of the same person as that other after all.
    UnmergedFrom {
        /// The other.
        other: Uuid,
    },
    /// A reader is not shown the case.
    ExcludedReader {
        /// Who.
        reader: String,
    },
    /// A reader is shown the case again.
    AdmittedReader {
        /// Who.
        reader: String,
    },
    /// A payload was removed by law.
    Erased {
        /// Of which record.
        event_id: Uuid,
    },
    /// A payload was taken out of the log and kept as evidence.
    Restricted {
        /// Of which record.
        event_id: Uuid,
    },
    /// A payload that is kept as evidence was read.
    EvidenceRead {
        /// Of which record.
        event_id: Uuid,
    },
    /// Everything of the person was removed by law: payloads, evidence and identifiers. The case takes no record any more.
    PersonErased {
        /// Keyed digests of the identifiers, by which whoever has the key recognises what comes late; none where none were given.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        former: Vec<String>,
        /// The first entry that was chained anew, as it held an identifier in the form of an older version of this software.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rechained_from: Option<u64>,
    },
}

impl Act {
    /// Under which of the law's words it falls.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match self {
            Self::Appended { corrects: false, .. } => Operation::Collection,
            Self::Appended { corrects: true, .. }
            | Self::Identified { .. }
            | Self::Unidentified { .. }
            | Self::ExcludedReader { .. }
            | Self::AdmittedReader { .. }
            | Self::Restricted { .. } => Operation::Alteration,
            Self::Consulted | Self::ConsultedUnjournalled { .. } | Self::Counted => Operation::Consultation,
            Self::Read | Self::Followed { .. } | Self::Exported | Self::EvidenceRead { .. } => Operation::Disclosure,
            Self::MergedInto { .. } | Self::MergedFrom { .. } | Self::UnmergedFrom { .. } => Operation::Combination,
            Self::Erased { .. } | Self::PersonErased { .. } => Operation::Erasure,
        }
    }

    /// By what a fact is found again; none for what states no fact.
    pub(crate) fn subject(&self) -> Option<String> {
        match self {
            // The identifier itself is no part of what is chained.
            Self::Identified { scheme, .. } | Self::Unidentified { scheme } => Some(identifier(scheme, "")),
            Self::PersonErased { .. } => Some(ERASED.to_owned()),
            Self::MergedInto { .. } | Self::MergedFrom { .. } | Self::UnmergedFrom { .. } => Some("merge".to_owned()),
            Self::ExcludedReader { .. } | Self::AdmittedReader { .. } => Some("reader".to_owned()),
            Self::Appended { .. }
            | Self::Consulted
            | Self::ConsultedUnjournalled { .. }
            | Self::Read
            | Self::Followed { .. }
            | Self::Exported
            | Self::Counted
            | Self::Erased { .. }
            | Self::Restricted { .. }
            | Self::EvidenceRead { .. } => None,
        }
    }
}

/// The subject of the entry that a person was erased.
pub(crate) const ERASED: &str = "erased";

/// By what an identifier is found.
pub(crate) fn identifier(scheme: &str, value: &str) -> String {
    format!("{scheme}={value}")
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the journal of its case, from 1.
    pub position: u64,
    /// When, in UTC.
    pub at: String,
    /// The operator's or reader's id.
    pub by: String,
    /// As which audience, where a person read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// For what purpose, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The operation, in the law's word.
    pub operation: Operation,
    /// Which case; none in the journal of the store as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Uuid>,
    /// Whether it was refused, as the reader is excluded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
    /// Where the records that were written with it lie in the order of all records of the store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Places>,
    /// How many facts the journal states with this entry: identifiers, exclusions and the like. None where an older version of this
    /// software wrote the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<u64>,
    /// What was done.
    #[serde(flatten)]
    pub act: Act,
}

/// Where records of a case that follow each other lie in the order of all records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// The first one's position in the log of the case.
    pub position: u64,
    /// Its place in the order of all records.
    pub place: u64,
    /// How many follow each other in both, with the first.
    pub records: u64,
}

impl Places {
    /// Whether a record is the next in both.
    pub(crate) fn goes_on_with(&self, position: u64, place: u64) -> bool {
        position == self.position.saturating_add(self.records) && place == self.place.saturating_add(self.records)
    }
}

/// The records that are restricted: taken out of the log, kept as evidence, and not erased since.
pub(crate) fn restricted<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> BTreeSet<Uuid> {
    let mut restricted = BTreeSet::new();
    for entry in entries {
        match entry.act {
            Act::Restricted { event_id } => {
                restricted.insert(event_id);
            }
            Act::Erased { event_id } => {
                restricted.remove(&event_id);
            }
            Act::PersonErased { .. } => restricted.clear(),
            _ => {}
        }
    }
    restricted
}

/// The journal of the store as a whole is that of this case, which is none.
pub(crate) const WHOLE_STORE: Uuid = Uuid::nil();

/// The directory of facts is the journal of this case, which is none either: `risk` in ASCII.
pub(crate) const DIRECTORY: Uuid = Uuid::from_u128(0x7269_736b);

/// The author of an entry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By<'a> {
    id: &'a str,
    audience: Option<&'static str>,
    purpose: Option<&'a str>,
    refused: bool,
}

impl<'a> From<&'a Operator> for By<'a> {
    fn from(operator: &'a Operator) -> Self {
        Self { id: operator.id(), audience: None, purpose: None, refused: false }
    }
}

impl<'a> From<&'a Reader> for By<'a> {
    fn from(reader: &'a Reader) -> Self {
        Self { id: reader.id(), audience: Some(reader.audience().name()), purpose: reader.purpose(), refused: false }
    }
}

impl<'a> TryFrom<&'a Gap> for By<'a> {
    type Error = StoreError;

    fn try_from(gap: &'a Gap) -> Result<Self, StoreError> {
        let audience = Audience::parse(&gap.audience)
            .ok_or_else(|| StoreError::damaged("a reading that was not journalled, of an unknown audience"))?;
        Ok(Self { id: &gap.by, audience: Some(audience.name()), purpose: gap.purpose.as_deref(), refused: gap.refused })
    }
}

impl By<'_> {
    /// What was asked for was refused.
    pub(crate) fn refused(self) -> Self {
        Self { refused: true, ..self }
    }
}

/// Writes down what was done with a case, behind what was before; `head` moves on.
pub(crate) fn write(tx: &mut Tx<'_>, head: &mut Head, by: By<'_>, at: Instant, act: Act) -> Result<(), AttemptError> {
    write_placed(tx, head, by, at, act, vec![])
}

/// The same, with where the records lie that were written with it.
pub(crate) fn write_placed(
    tx: &mut Tx<'_>,
    head: &mut Head,
    by: By<'_>,
    at: Instant,
    act: Act,
    places: Vec<Places>,
) -> Result<(), AttemptError> {
    let (act, names) = names::apart(act)?;
    let subject = act.subject();
    let facts = journal_end::facts_stated(tx, head)?.saturating_add(u64::from(subject.is_some()));
    let entry = Entry {
        position: head.entries.saturating_add(1),
        at: written(at),
        by: by.id.to_owned(),
        audience: by.audience.map(str::to_owned),
        purpose: by.purpose.map(str::to_owned),
        operation: act.operation(),
        case_id: (head.case_id != WHOLE_STORE).then_some(head.case_id),
        refused: by.refused,
        places,
        facts: Some(facts),
        act,
    };
    let text = serde_json::to_string(&entry).map_err(|e| StoreError::Database(e.to_string()))?;
    write_kept(tx, head, subject.as_deref(), &text, &names)?;
    head.facts = Some(facts);
    Ok(())
}

/// A moment as the journal writes it.
pub(crate) fn written(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Writes an entry's text, which is in its form already, and the names under which the case is found by it; a fact is entered in
/// the directory too.
pub(crate) fn write_kept(
    tx: &mut Tx<'_>,
    head: &mut Head,
    subject: Option<&str>,
    text: &str,
    names: &[StoredName],
) -> Result<(), AttemptError> {
    chain(tx, head, subject, text)?;
    names.iter().try_for_each(|name| name.keep(tx, head.case_id, head.entries))?;
    match subject {
        Some(_) => directory::enter(tx, head, text, names),
        None => Ok(()),
    }
}

/// Writes a text behind the last entry of a journal.
pub(crate) fn chain(tx: &mut Tx<'_>, head: &mut Head, subject: Option<&str>, text: &str) -> Result<(), AttemptError> {
    head.entries = head.entries.saturating_add(1);
    head.entry_hash = entry_hash(&head.entry_hash, text);
    head.facts = None;
    tx.execute(
        "INSERT INTO entry (case_id, position, subject, text, hash) VALUES ($1, $2, $3, $4, $5)",
        &[
            (&head.case_id).into(),
            head.entries.into(),
            crate::sql::Value::Text(subject),
            text.into(),
            head.entry_hash.as_str().into(),
        ],
    )?;
    Ok(())
}

/// The hash of an entry behind another.
pub(crate) fn entry_hash(previous: &str, text: &str) -> String {
    digest("risk-store/1 entry", [("previous", previous), ("entry", text)].into_iter())
}

/// An entry as it lies in the store.
#[derive(Debug, Clone)]
pub(crate) struct StoredEntry {
    pub(crate) position: u64,
    /// By what it is found; an index that is never believed.
    pub(crate) subject: Option<String>,
    pub(crate) text: String,
    pub(crate) hash: String,
    /// The names under which the case is found by it, as they lie apart.
    pub(crate) names: Vec<StoredName>,
}

impl StoredEntry {
    /// The entry, found to be the one of that place in the journal of a case, behind the entry with the hash `previous`, with
    /// every column as its text says; else what differs.
    fn at(&self, case_id: Uuid, position: u64, previous: &str) -> Result<Entry, String> {
        let differs = |what: &str| format!("journal entry {position}: expected {what}");
        if entry_hash(previous, &self.text) != self.hash {
            return Err(differs("the one that was kept, found another"));
        }
        let entry = self.read().map_err(|e| match e {
            StoreError::Damaged(what) => differs(&format!("an entry as it was written, found {what}")),
            other => differs(&format!("an entry, found {other}")),
        })?;
        if self.position != position || entry.position != position {
            let found = format!("position {} in its column and {} in its text", self.position, entry.position);
            return Err(differs(&format!("position {position}, found {found}")));
        }
        if entry.case_id != (case_id != WHOLE_STORE).then_some(case_id) {
            return Err(differs("an entry of this case, found one of another"));
        }
        if entry.act.subject() != self.subject {
            return Err(differs("the subject of what its text states, found another"));
        }
        if entry.operation != entry.act.operation() {
            return Err(differs("the law's word for what was done, found another"));
        }
        Ok(entry)
    }

    /// The entry, with the identifier that its commitment is to, where that is there.
    pub(crate) fn read(&self) -> Result<Entry, StoreError> {
        let mut entry = self.chained()?;
        names::put_together(&mut entry.act, &self.names)?;
        Ok(entry)
    }

    /// The entry as it is chained.
    pub(crate) fn chained(&self) -> Result<Entry, StoreError> {
        serde_json::from_str(&self.text).map_err(|_| StoreError::damaged("a journal entry that is none"))
    }
}

/// The text of an entry, with the hash of the one before it, as they lie in the store.
pub(crate) struct ChainedEntry {
    pub(crate) text: String,
    pub(crate) previous: String,
}

impl ChainedEntry {
    /// Whether it is the entry with that hash.
    pub(crate) fn is(&self, hash: &str) -> bool {
        entry_hash(&self.previous, &self.text) == hash
    }
}

/// The entry of that place in a journal, if there is any.
pub(crate) fn find(tx: &mut Tx<'_>, case_id: Uuid, position: u64) -> Result<Option<ChainedEntry>, AttemptError> {
    tx.row(
        "SELECT e.text, p.hash FROM entry e LEFT JOIN entry p ON p.case_id = e.case_id AND p.position = e.position - 1
         WHERE e.case_id = $1 AND e.position = $2",
        &[(&case_id).into(), position.into()],
        |row| Ok(ChainedEntry { text: row.text(0)?, previous: row.optional_text(1)?.unwrap_or_default() }),
    )
}

/// The journal of a case as it lies in the store, in order.
pub(crate) fn read(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Vec<StoredEntry>, AttemptError> {
    between(tx, case_id, 0, u64::MAX)
}

/// The entries of a journal after one position, up to another, as they lie in the store.
pub(crate) fn between(tx: &mut Tx<'_>, case_id: Uuid, after: u64, to: u64) -> Result<Vec<StoredEntry>, AttemptError> {
    let mut names = names::of_case(tx, case_id)?;
    tx.rows(
        "SELECT position, subject, text, hash FROM entry WHERE case_id = $1 AND position > $2 AND position <= $3
         ORDER BY position",
        &[(&case_id).into(), after.into(), to.into()],
        |row| {
            let (position, subject) = (row.number(0)?, row.optional_text(1)?);
            let names = names.remove(&(case_id, position)).unwrap_or_default();
            Ok(StoredEntry { position, subject, text: row.text(2)?, hash: row.text(3)?, names })
        },
    )
}

/// The journal that ends where `head` says, found to be what was kept.
///
/// # Errors
/// [`StoreError::Altered`].
pub(crate) fn verified(tx: &mut Tx<'_>, head: &Head) -> Result<Vec<(Entry, StoredEntry)>, AttemptError> {
    let case_id = head.case_id;
    let altered = |what: String| StoreError::Altered { case_id, what };
    let mut walk = JournalCheck::of(case_id);
    let mut entries = Vec::new();
    for kept in between(tx, case_id, 0, head.entries)? {
        entries.push((walk.next(&kept).map_err(altered)?, kept));
    }
    let erased = entries.iter().rposition(|(entry, _)| matches!(entry.act, Act::PersonErased { .. })).unwrap_or(0);
    for (i, (entry, kept)) in entries.iter().enumerate() {
        if !kept.chained().is_ok_and(|chained| names::belong(&chained, &kept.names, i < erased)) {
            let what = format!("journal entry {}: expected its identifier, found another or none", entry.position);
            return Err(altered(what).into());
        }
    }
    if (walk.entries, &walk.hash) != (head.entries, &head.entry_hash) {
        let what = format!("expected {} journal entries, found {}, or another last one", head.entries, walk.entries);
        return Err(altered(what).into());
    }
    Ok(entries)
}

/// Reads a journal in order, each entry found to be the next.
pub(crate) struct JournalCheck {
    case_id: Uuid,
    /// How many entries were read, and the hash of the last.
    pub(crate) entries: u64,
    hash: String,
    /// How many facts they state.
    pub(crate) facts: u64,
}

impl JournalCheck {
    pub(crate) fn of(case_id: Uuid) -> Self {
        Self { case_id, entries: 0, hash: String::new(), facts: 0 }
    }

    /// The entry, if it is the next; else what differs.
    pub(crate) fn next(&mut self, kept: &StoredEntry) -> Result<Entry, String> {
        let position = self.entries.saturating_add(1);
        let entry = kept.at(self.case_id, position, &self.hash)?;
        let facts = self.facts.saturating_add(u64::from(entry.act.subject().is_some()));
        if let Some(counted) = entry.facts.filter(|counted| *counted != facts) {
            return Err(format!("journal entry {position}: expected it to count {facts} facts, found {counted}"));
        }
        self.entries = position;
        self.hash.clone_from(&kept.hash);
        self.facts = facts;
        Ok(entry)
    }
}
