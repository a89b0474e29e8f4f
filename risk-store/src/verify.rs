//! Whether a store is what was kept: every chain of every case, and against a checkpoint that was kept elsewhere.

use std::collections::BTreeSet;

use risk_core::log::{Tampered, verify};
use serde::Serialize;
use uuid::Uuid;

use crate::Store;
use crate::checkpoint::{Checkpoint, Leaf};
use crate::error::{StoreError, Trouble};
use crate::head::Head;
use crate::journal::{self, WHOLE_STORE, entry_hash};
use crate::payload::Keys;
use crate::records;
use crate::sql::Tx;

const PAGE: u64 = 64;

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Cases looked at.
    pub cases: u64,
    /// Records looked at.
    pub records: u64,
    /// Entries of journals looked at.
    pub entries: u64,
    /// Cases whose payloads are encrypted with a key that is not given: their headers chain, their payloads were not looked at.
    pub locked: Vec<Uuid>,
    /// What differs; nothing in an intact store.
    pub differences: Vec<Difference>,
}

/// One thing that is not as it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The case; none for the journal of the store as a whole, or its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Uuid>,
    /// What, in a sentence without what any record says.
    pub what: String,
}

impl Verification {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.differences.is_empty()
    }

    fn differs(&mut self, case_id: Uuid, what: impl Into<String>) {
        let case_id = (case_id != WHOLE_STORE).then_some(case_id);
        self.differences.push(Difference { case_id, what: what.into() });
    }
}

impl Store {
    /// Looks at every record and every entry of every journal: whether each chain is what was kept, and ends where it should;
    /// with a checkpoint, whether each case of it is there and goes on from where it ended then. On SQLite the file's own
    /// structure is looked at too. `progress` is told now and then how many cases were looked at.
    ///
    /// It shows nobody a record, and so is not written down; it can be done at any time.
    ///
    /// # Errors
    /// Where the store cannot be read at all.
    pub fn verify(
        &self,
        checkpoint: Option<&Checkpoint>,
        mut progress: impl FnMut(u64),
    ) -> Result<Verification, StoreError> {
        let mut found = Verification::default();
        if let Some(what) = self.damage()? {
            found.differs(WHOLE_STORE, what);
        }
        self.without_a_head(&mut found)?;
        let mut there = BTreeSet::new();
        let mut after = None;
        loop {
            self.go_on()?;
            let keys = self.keys.as_ref();
            let (page, last) = self.look(|tx| {
                let heads = match after {
                    None => Head::find(tx, WHOLE_STORE)?.into_iter().collect(),
                    Some(after) => Head::page(tx, after, PAGE)?,
                };
                let last = heads.last().map(|h| h.case_id);
                let cases: Result<Vec<_>, Trouble> = heads.into_iter().map(|head| Looked::at(tx, head)).collect();
                Ok((cases?, last))
            })?;
            for case in &page {
                case.judge(keys, checkpoint, &mut found);
                there.insert(case.head.case_id);
            }
            progress(found.cases);
            after = match (after, last) {
                (None, _) => Some(WHOLE_STORE),
                (_, Some(last)) => Some(last),
                (_, None) => break,
            };
        }
        for leaf in checkpoint.iter().flat_map(|c| &c.leaves).filter(|leaf| !there.contains(&leaf.case_id)) {
            let named = if leaf.case_id == WHOLE_STORE { "journal of the store as a whole" } else { "case" };
            found.differs(leaf.case_id, format!("expected the {named} that the checkpoint names, found none"));
        }
        Ok(found)
    }

    /// What SQLite says of its file.
    fn damage(&self) -> Result<Option<String>, StoreError> {
        let mut inner = self.inner();
        let Some(file) = inner.connection.file() else { return Ok(None) };
        let said = file.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
        match said.map_err(Trouble::sqlite) {
            Ok(said) if said == "ok" => Ok(None),
            Ok(said) => Ok(Some(format!("the file is damaged: {}", said.lines().last().unwrap_or_default()))),
            Err(Trouble::Final(StoreError::Damaged(why))) => Ok(Some(format!("the file is damaged: {why}"))),
            Err(Trouble::Final(e)) => Err(e),
            Err(_) => Err(StoreError::Busy(self.patience)),
        }
    }

    /// Rows of a case that the store does not know of.
    fn without_a_head(&self, found: &mut Verification) -> Result<(), StoreError> {
        let strays = self.look(|tx| {
            tx.rows(
                "SELECT DISTINCT case_id FROM record WHERE case_id NOT IN (SELECT case_id FROM head)
                 UNION SELECT DISTINCT case_id FROM entry WHERE case_id NOT IN (SELECT case_id FROM head)",
                &[],
                |row| row.id(0),
            )
        })?;
        for case_id in strays {
            found.differs(case_id, "expected no records or entries, as the store does not know the case, found some");
        }
        Ok(())
    }
}

/// A case as it lies in the store.
struct Looked {
    head: Head,
    kept: Vec<records::Kept>,
    journal: Vec<journal::Kept>,
}

impl Looked {
    fn at(tx: &mut Tx<'_>, head: Head) -> Result<Self, Trouble> {
        let (kept, journal) = (records::kept(tx, head.case_id)?, journal::read(tx, head.case_id)?);
        Ok(Self { head, kept, journal })
    }

    fn judge(&self, keys: Option<&Keys>, checkpoint: Option<&Checkpoint>, found: &mut Verification) {
        let case_id = self.head.case_id;
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        found.cases = found.cases.saturating_add(u64::from(case_id != WHOLE_STORE));
        found.records = found.records.saturating_add(count(self.kept.len()));
        found.entries = found.entries.saturating_add(count(self.journal.len()));
        let hashes = self.records(keys, found);
        let entries = self.entries(found);
        let noted = Leaf::from(&self.head);
        let kept = checkpoint.and_then(|c| c.leaf(case_id));
        let ends = [Some(("the store notes", true, &noted)), kept.map(|leaf| ("the checkpoint says", false, leaf))];
        for (who, very, leaf) in ends.into_iter().flatten() {
            self.ends(&hashes, &End { who, very, count: leaf.records, of: "records", hash: &leaf.head }, found);
            self.ends(
                &entries,
                &End { who, very, count: leaf.entries, of: "journal entries", hash: &leaf.journal },
                found,
            );
        }
    }

    /// Checks the chain of records; gives the hash of each.
    fn records(&self, keys: Option<&Keys>, found: &mut Verification) -> Vec<String> {
        let case_id = self.head.case_id;
        let mut text = String::new();
        let mut locked = false;
        for kept in &self.kept {
            let header = kept.header.clone();
            let line = records::Kept { header, payload: kept.payload.clone(), ..*kept }.line(keys);
            text.push_str(match &line {
                Ok(line) => line,
                Err(StoreError::NoKey { .. }) => {
                    locked = true;
                    &kept.header
                }
                Err(e) => {
                    found.differs(case_id, e.to_string());
                    return self.hashes();
                }
            });
            text.push('\n');
        }
        if locked {
            found.locked.push(case_id);
        }
        match verify(&text, None) {
            Ok(_) => {}
            // All headers chain, as that is looked at first.
            Err(t) if locked && t.what == Tampered::PayloadMissing => {}
            Err(_) if text.is_empty() => {}
            Err(t) => found.differs(case_id, t.to_string()),
        }
        self.hashes()
    }

    /// The hash that each record's header ends with.
    fn hashes(&self) -> Vec<String> {
        let hash = |header: &str| {
            let from = header.len().saturating_sub(66);
            header.get(from..).and_then(|end| end.strip_suffix("\"}")).unwrap_or_default().to_owned()
        };
        self.kept.iter().map(|kept| hash(&kept.header)).collect()
    }

    /// Checks the chain of the journal; gives the hash of each entry.
    fn entries(&self, found: &mut Verification) -> Vec<String> {
        let mut hashes: Vec<String> = Vec::new();
        for (kept, position) in self.journal.iter().zip(1..) {
            let previous = hashes.last().map_or("", String::as_str);
            let right = entry_hash(previous, &kept.text) == kept.hash
                && kept.read().is_ok_and(|entry| entry.position == position);
            if !right {
                found.differs(
                    self.head.case_id,
                    format!("journal entry {position}: expected the one that was kept, found another"),
                );
                break;
            }
            hashes.push(kept.hash.clone());
        }
        hashes
    }

    /// Whether a chain has come by that end; or, for what the store notes itself, ends there.
    fn ends(&self, hashes: &[String], end: &End<'_>, found: &mut Verification) {
        let End { who, very, count, of, hash } = *end;
        let last = usize::try_from(count).unwrap_or(usize::MAX);
        let there = match last.checked_sub(1) {
            None => Some(""),
            Some(last) => hashes.get(last).map(String::as_str),
        };
        let beyond = very && hashes.len() > last;
        if there == Some(hash) && !beyond {
            return;
        }
        let instead = match there {
            Some(other) if !beyond => format!("the hash {other} there"),
            _ => format!("{} {of}", hashes.len()),
        };
        found.differs(self.head.case_id, format!("{who} {count} {of}, the last with the hash {hash}: found {instead}"));
    }
}

/// Where a chain should have an end.
struct End<'a> {
    who: &'static str,
    /// Whether it should be the very end.
    very: bool,
    count: u64,
    of: &'static str,
    hash: &'a str,
}
