//! What the store was told of a case: its identifiers, of whom else's person it is, and who may not see it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use risk_core::event::Instant;
use serde::Serialize;
use uuid::Uuid;

use crate::error::{StoreError, Trouble};
use crate::journal::{self, Act, Entry};
use crate::names;
use crate::sql::Tx;

/// What the store was told of a case, as it stands now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Scheme to identifier: `crn`, `noms`, and whatever else the host gave, such as `team`.
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
    /// Identifiers that were taken from the case, by scheme: they are another's.
    #[serde(skip)]
    taken: BTreeSet<(String, String)>,
}

impl Facts {
    pub(crate) fn of(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Self, Trouble> {
        let mut facts = Self::default();
        let mut missing = None;
        for entry in &journal::read_facts(tx, case_id)? {
            let entry = entry.read()?;
            if matches!(entry.act, Act::Identified { value: None, .. }) {
                missing = Some(entry.position);
            }
            facts.take(entry)?;
        }
        match missing.filter(|_| facts.erased.is_none()) {
            None => Ok(facts),
            Some(position) => {
                let what = format!("case {case_id}, journal entry {position}: the identifier is missing");
                Err(StoreError::damaged(what).into())
            }
        }
    }

    /// Whether an identifier was taken from the case, and not given to it again since.
    #[must_use]
    pub fn was_taken(&self, scheme: &str, value: &str) -> bool {
        self.taken.contains(&(scheme.to_owned(), value.to_owned()))
    }

    fn take(&mut self, entry: Entry) -> Result<(), StoreError> {
        match entry.act {
            Act::Identified { scheme, value: Some(value), .. } => {
                self.taken.remove(&(scheme.clone(), value.clone()));
                self.identifiers.insert(scheme, value);
            }
            Act::Identified { scheme, value: None, .. } => {
                self.identifiers.remove(&scheme);
            }
            Act::Unidentified { scheme } => {
                if let Some(value) = self.identifiers.remove(&scheme) {
                    self.taken.insert((scheme, value));
                }
            }
            Act::PersonErased { former, .. } => {
                let at = DateTime::parse_from_rfc3339(&entry.at).map_err(StoreError::damaged)?;
                self.erased.get_or_insert(at.to_utc());
                self.identifiers.clear();
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
                self.excluded.remove(&reader);
            }
            Act::Appended { .. }
            | Act::Consulted
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

/// The cases for which an identifier stands now, in the order of their ids.
pub(crate) fn cases_of(tx: &mut Tx<'_>, scheme: &str, value: &str) -> Result<Vec<Uuid>, Trouble> {
    let mut cases = Vec::new();
    for case_id in names::cases_called(tx, scheme, value)? {
        if Facts::of(tx, case_id)?.identifiers.get(scheme).is_some_and(|v| v == value) {
            cases.push(case_id);
        }
    }
    Ok(cases)
}

/// One person: the case under which they are answered, and all cases of theirs as far as it was known by then.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) case_id: Uuid,
    /// Each case with what was told of it; the first is the one that answers.
    pub(crate) cases: Vec<(Uuid, Facts)>,
}

impl Person {
    /// The person of a case: whatever the case was merged into, and all that was merged into that.
    pub(crate) fn of(tx: &mut Tx<'_>, case_id: Uuid, known_at: Instant) -> Result<Self, Trouble> {
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

    /// Whether the reader is excluded from any of it.
    pub(crate) fn excludes(&self, reader: &str) -> bool {
        self.cases.iter().any(|(_, facts)| facts.excluded.contains(reader))
    }
}
