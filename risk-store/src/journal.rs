//! The journal: who did what with which case, as the law asks for, and what the store was told of it.
//!
//! The Data Protection Act 2018, section 62, names the operations to be logged: collection, alteration, consultation,
//! disclosure, combination and erasure; for consultation and disclosure also why, when, and as far as possible by whom. Each
//! case has a journal of its own, and the store as a whole has one (of the case with the id of zeros).
//!
//! Entries are append-only and chained: the hash of an entry is the digest (see [`risk_core::log::chain`]) of the tag
//! `risk-store/1 entry` and the members `previous` (the hash before it; empty for the first) and `entry` (its exact text).
//! They hold ids and words, never what a record says. What a case is called lies apart from them (see [`crate::names`]).

use chrono::SecondsFormat;
use risk_core::event::{Instant, Term};
use risk_core::log::chain::digest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{StoreError, Trouble};
use crate::head::Head;
use crate::names::{self, Name};
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
    /// Somebody asked for an answer.
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
    /// An identifier now stands for the case, in place of any other of the same scheme.
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
            Self::Consulted | Self::Counted => Operation::Consultation,
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
    /// By whom: an operator's or a reader's id.
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
    /// What was done.
    #[serde(flatten)]
    pub act: Act,
}

/// The journal of the store as a whole is that of this case, which is none.
pub(crate) const WHOLE_STORE: Uuid = Uuid::nil();

/// By whom an entry is.
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

impl By<'_> {
    /// What was asked for was refused.
    pub(crate) fn refused(self) -> Self {
        Self { refused: true, ..self }
    }
}

/// Writes down what was done with a case, behind what was before; `head` moves on.
pub(crate) fn write(tx: &mut Tx<'_>, head: &mut Head, by: By<'_>, at: Instant, act: Act) -> Result<(), Trouble> {
    let (act, names) = names::apart(act)?;
    let subject = act.subject();
    let entry = Entry {
        position: head.entries.saturating_add(1),
        at: at.to_rfc3339_opts(SecondsFormat::Micros, true),
        by: by.id.to_owned(),
        audience: by.audience.map(str::to_owned),
        purpose: by.purpose.map(str::to_owned),
        operation: act.operation(),
        case_id: (head.case_id != WHOLE_STORE).then_some(head.case_id),
        refused: by.refused,
        act,
    };
    let text = serde_json::to_string(&entry).map_err(|e| StoreError::Database(e.to_string()))?;
    write_kept(tx, head, subject.as_deref(), &text, &names)
}

/// Writes an entry's text, which is in its form already, and the names under which the case is found by it.
pub(crate) fn write_kept(
    tx: &mut Tx<'_>,
    head: &mut Head,
    subject: Option<&str>,
    text: &str,
    names: &[Name],
) -> Result<(), Trouble> {
    head.entries = head.entries.saturating_add(1);
    head.entry_hash = entry_hash(&head.entry_hash, text);
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
    names.iter().try_for_each(|name| name.keep(tx, head.case_id, head.entries))
}

/// The hash of an entry behind another.
pub(crate) fn entry_hash(previous: &str, text: &str) -> String {
    digest("risk-store/1 entry", [("previous", previous), ("entry", text)].into_iter())
}

/// An entry as it lies in the store.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) text: String,
    pub(crate) hash: String,
    /// The names under which the case is found by it, as they lie apart.
    pub(crate) names: Vec<Name>,
}

impl Kept {
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

/// The journal of a case, in order.
pub(crate) fn read(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Vec<Kept>, Trouble> {
    read_where(tx, "SELECT position, text, hash FROM entry WHERE case_id = $1 ORDER BY position", case_id)
}

/// Of the journal of a case what states facts, in order.
pub(crate) fn read_facts(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Vec<Kept>, Trouble> {
    let sql = "SELECT position, text, hash FROM entry WHERE case_id = $1 AND subject IS NOT NULL ORDER BY position";
    read_where(tx, sql, case_id)
}

fn read_where(tx: &mut Tx<'_>, sql: &'static str, case_id: Uuid) -> Result<Vec<Kept>, Trouble> {
    let mut names = names::of_case(tx, case_id)?;
    tx.rows(sql, &[(&case_id).into()], |row| {
        let names = names.remove(&row.number(0)?).unwrap_or_default();
        Ok(Kept { text: row.text(1)?, hash: row.text(2)?, names })
    })
}
