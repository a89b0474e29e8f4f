//! What the store was told of a case: its identifiers, of whom else's person it is, and who may not see it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use risk_core::event::Instant;
use serde::Serialize;
use uuid::Uuid;

use crate::directory::{self, folded};
use crate::error::{StoreError, Trouble};
use crate::journal::{Act, Entry};
use crate::sql::Tx;

/// What the store was told of a case, as it stands now.
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
}

impl Facts {
    /// The facts of a case, of entries that were found to be what was kept.
    pub(crate) fn of(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Self, Trouble> {
        directory::facts(tx, case_id)
    }

    /// Whether the reader is not shown the case, in whatever case their id is written.
    pub(crate) fn excludes(&self, reader: &str) -> bool {
        self.excluded.iter().any(|known| folded(known) == folded(reader))
    }

    pub(crate) fn take(&mut self, entry: Entry) -> Result<(), StoreError> {
        match entry.act {
            Act::Identified { scheme, value } => {
                self.identifiers.insert(folded(&scheme), value);
            }
            Act::Unidentified { scheme } => {
                self.identifiers.remove(&folded(&scheme));
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
        self.cases.iter().any(|(_, facts)| facts.excludes(reader))
    }
}
