//! The facts that the store holds about a case: its identifiers, which cases are of the same person, and who may not see it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use risk_core::event::Instant;
use serde::Serialize;
use uuid::Uuid;

use crate::directory::{self, folded};
use crate::error::{AttemptError, StoreError};
use crate::identity::{claimed, sort_of};
use crate::journal::{Act, Entry};
use crate::sql::Tx;

/// The facts that the store holds about a case, as of now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Scheme, in lower case, to identifier: `crn`, `noms`, and whatever else the host gave, such as `team`.
    pub identifiers: BTreeMap<String, String>,
    /// The case under which this one is answered.
    pub merged_into: Option<Uuid>,
    /// The cases that are answered here too, and since when.
    pub merged_from: BTreeMap<Uuid, Instant>,
    /// The readers who are not shown the case.
    pub excluded: BTreeSet<String>,
    /// Since when the person is erased: the case takes nothing any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<Instant>,
    /// Keyed digests of the identifiers that an erased person had.
    #[serde(skip)]
    pub(crate) former: BTreeSet<String>,
    /// Identifiers that were taken from the case, by their sort (see [`sort_of`]): they are another's.
    #[serde(skip)]
    taken: BTreeSet<(String, String)>,
    /// Identifiers that the case has or had, by their sort, and that no other case claims as far as the facts of the case say.
    #[serde(skip)]
    known_as: BTreeSet<(String, String)>,
    /// The places of the facts in the journal of the case.
    #[serde(skip)]
    pub(crate) positions: BTreeSet<u64>,
    /// A journal entry whose identifier is not in the store, as it should be unless the person is erased.
    #[serde(skip)]
    missing: Option<u64>,
}

impl Facts {
    /// The facts of a case, of entries that were found to be what was kept.
    pub(crate) fn of(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Self, AttemptError> {
        directory::facts(tx, case_id)
    }

    /// Whether an identifier, or the claim to it, was taken from the case, and not given to it again since.
    #[must_use]
    pub fn was_taken(&self, scheme: &str, value: &str) -> bool {
        self.taken.contains(&named(&folded(scheme), value))
    }

    /// Every identifier that the case has or had, by its sort (`crn`, `noms`) and in lower case, but for those that were taken from it
    /// and those to which it has no more than a claim.
    pub fn known_as(&self) -> impl Iterator<Item = (&str, &str)> {
        self.known_as.iter().map(|(sort, value)| (sort.as_str(), value.as_str()))
    }

    /// Whether the reader is not shown the case, in whatever case their id is written.
    pub(crate) fn excludes(&self, reader: &str) -> bool {
        self.excluded.iter().any(|known| folded(known) == folded(reader))
    }

    /// The entry whose identifier is missing although the person is not erased.
    pub(crate) fn missing(&self) -> Option<u64> {
        self.missing.filter(|_| self.erased.is_none())
    }

    pub(crate) fn take(&mut self, entry: Entry) -> Result<(), StoreError> {
        self.positions.insert(entry.position);
        match entry.act {
            Act::Identified { scheme, value: Some(value), .. } => {
                let scheme = folded(&scheme);
                let name = named(&scheme, &value);
                self.taken.remove(&name);
                // Who has an identifier claims it no longer; and to what several claim no case has more than a claim.
                let is_claim = claimed(&name.0) == scheme;
                let other = if is_claim { name.0.clone() } else { claimed(&scheme) };
                if self.identifiers.get(&other).is_some_and(|known| folded(known) == name.1) {
                    self.identifiers.remove(&other);
                }
                if is_claim {
                    self.known_as.remove(&name);
                } else {
                    self.known_as.insert(name);
                }
                self.identifiers.insert(scheme, value);
            }
            Act::Identified { scheme, value: None, .. } => {
                self.identifiers.remove(&folded(&scheme));
                self.missing = Some(entry.position);
            }
            Act::Unidentified { scheme } => {
                let scheme = folded(&scheme);
                if let Some(value) = self.identifiers.remove(&scheme) {
                    let name = named(&scheme, &value);
                    self.known_as.remove(&name);
                    self.taken.insert(name);
                }
            }
            Act::PersonErased { former, .. } => {
                let at = DateTime::parse_from_rfc3339(&entry.at).map_err(StoreError::damaged)?;
                self.erased.get_or_insert(at.to_utc());
                self.identifiers.clear();
                self.known_as.clear();
                self.former.extend(former);
            }
            Act::MergedInto { other } => self.merged_into = Some(other),
            Act::MergedFrom { other } => {
                let since = DateTime::parse_from_rfc3339(&entry.at).map_err(StoreError::damaged)?;
                self.merged_from.insert(other, since.to_utc());
            }
            Act::UnmergedFrom { other } => {
                self.merged_into = self.merged_into.filter(|into| *into != other);
                self.merged_from.remove(&other);
            }
            Act::ExcludedReader { reader } => {
                self.excluded.insert(reader);
            }
            Act::AdmittedReader { reader } => {
                self.excluded.retain(|known| folded(known) != folded(&reader));
            }
            Act::Appended { .. }
            | Act::Consulted
            | Act::ConsultedUnjournalled { .. }
            | Act::Read
            | Act::Followed { .. }
            | Act::Exported
            | Act::Counted
            | Act::Erased { .. }
            | Act::Restricted { .. }
            | Act::EvidenceRead { .. } => {}
        }
        Ok(())
    }
}

/// An identifier by its sort, as it is compared.
fn named(scheme: &str, value: &str) -> (String, String) {
    (sort_of(scheme).to_owned(), folded(value))
}

/// One person: the case under which they are answered, and all cases of theirs as far as it was known by then.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) case_id: Uuid,
    /// Each case with its facts; the first is the one that answers.
    pub(crate) cases: Vec<(Uuid, Facts)>,
}

impl Person {
    /// The person of a case: whatever the case was merged into, and all that was merged into that.
    pub(crate) fn of(tx: &mut Tx<'_>, case_id: Uuid, known_at: Instant) -> Result<Self, AttemptError> {
        let mut head = case_id;
        let mut facts = Facts::of(tx, head)?;
        while let Some(into) = facts.merged_into {
            let next = Facts::of(tx, into)?;
            // Before it was known that they are one, each was answered for itself.
            if next.merged_from.get(&head).is_none_or(|since| *since > known_at) {
                break;
            }
            (head, facts) = (into, next);
        }
        let mut cases = vec![(head, facts)];
        let mut seen = 0;
        while let Some((_, facts)) = cases.get(seen) {
            let known = facts.merged_from.iter().filter(|(_, since)| **since <= known_at);
            for other in known.map(|(id, _)| *id).collect::<Vec<_>>() {
                let facts = Facts::of(tx, other)?;
                cases.push((other, facts));
            }
            seen = seen.saturating_add(1);
        }
        Ok(Self { case_id: head, cases })
    }

    /// Why the reader is answered nothing of it: they are excluded from one of the cases, or the person is erased.
    pub(crate) fn refusal(&self, reader: &str) -> Option<StoreError> {
        let case_id = self.case_id;
        if self.cases.iter().any(|(_, facts)| facts.excludes(reader)) {
            return Some(StoreError::Excluded { case_id, reader: reader.to_owned() });
        }
        self.is_erased().then_some(StoreError::PersonErased { case_id })
    }

    /// Whether everything of the person was erased.
    pub(crate) fn is_erased(&self) -> bool {
        self.cases.iter().any(|(_, facts)| facts.erased.is_some())
    }
}
