//! Checks a store for tampering: every chain of every case, every column that is derived from one, the evidence, the
//! schema; and against a checkpoint that was kept elsewhere.

mod case;
mod schema;

use std::collections::BTreeSet;

use serde::Serialize;
use uuid::Uuid;

use crate::Store;
use crate::checkpoint::Checkpoint;
use crate::directory::FactAt;
use crate::error::{AttemptError, StoreError};
use crate::head::Head;
use crate::journal::{DIRECTORY, WHOLE_STORE};
use crate::journal_end;
use case::CaseCheck;

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
    /// Cases of erased persons whose journal was chained anew, as it held identifiers in the form of an older version of this
    /// software: it can be held against no checkpoint of before that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rechained: Vec<Uuid>,
    /// What differs; nothing in an intact store.
    pub differences: Vec<Difference>,
    /// What is as it was kept, and should be looked into all the same: a journal whose time runs backwards.
    pub remarks: Vec<Difference>,
}

/// One thing that is not as it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The case; none for the store as a whole: its journal, its directory of facts, its schema, its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Uuid>,
    /// What, in a sentence without what any record says.
    pub what: String,
}

impl Difference {
    fn of(case_id: Uuid, what: impl Into<String>) -> Self {
        let case_id = (case_id != WHOLE_STORE && case_id != DIRECTORY).then_some(case_id);
        Self { case_id, what: what.into() }
    }
}

impl Verification {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.differences.is_empty()
    }

    fn differs(&mut self, case_id: Uuid, what: impl Into<String>) {
        self.differences.push(Difference::of(case_id, what));
    }

    fn remark(&mut self, case_id: Uuid, what: impl Into<String>) {
        self.remarks.push(Difference::of(case_id, what));
    }
}

/// The facts that the directory names, and those that are in the journals. Others go on writing while a store is verified, so
/// the directory is looked at before the journals and after them.
#[derive(Default)]
struct FactsSeen {
    named_before: BTreeSet<FactAt>,
    there: BTreeSet<FactAt>,
    named_after: BTreeSet<FactAt>,
}

impl FactsSeen {
    fn compare(&self, found: &mut Verification) {
        for fact in self.named_before.difference(&self.there) {
            let what = format!("journal entry {}: expected the fact that the directory names, found none", fact.entry);
            found.differs(fact.case_id, what);
        }
        for fact in self.there.difference(&self.named_after) {
            let what = format!("journal entry {}: expected a fact that the directory names, found another", fact.entry);
            found.differs(fact.case_id, what);
        }
    }
}

impl Store {
    /// Looks at every record and every entry of every journal: whether each chain is what was kept, and ends where it should,
    /// whether every column that is derived from one says the same, and whether evidence is what was committed to; with a
    /// checkpoint, whether each case of it is there and goes on from where it ended then. Whatever the schema has that is not
    /// the store's own is a difference too; on SQLite the file's own structure is looked at. `progress` is called now and then with how
    /// many cases were looked at.
    ///
    /// It discloses no record, and so is not journalled; it can be done at any time.
    ///
    /// # Errors
    /// If the store cannot be read at all.
    pub fn verify(
        &self,
        checkpoint: Option<&Checkpoint>,
        progress: impl FnMut(u64),
    ) -> Result<Verification, StoreError> {
        Ok(self.verified_heads(checkpoint, progress)?.0)
    }

    /// The same, with the end of each chain as it was found.
    pub(crate) fn verified_heads(
        &self,
        checkpoint: Option<&Checkpoint>,
        mut progress: impl FnMut(u64),
    ) -> Result<(Verification, Vec<Head>), StoreError> {
        let mut found = Verification::default();
        if let Some(what) = self.damage()? {
            found.differs(WHOLE_STORE, what);
        }
        for what in readable_or(self.look(schema::differences), WHOLE_STORE, &mut found)?.unwrap_or_default() {
            found.differs(WHOLE_STORE, what);
        }
        self.without_a_head(&mut found)?;
        let journals_since = self.look(journal_end::journals_since)?;
        let mut facts = FactsSeen { named_before: self.named(&mut Verification::default())?, ..FactsSeen::default() };
        let mut ends = Vec::new();
        let mut after = None;
        loop {
            let page = self.look(|tx| {
                tx.steady()?;
                let heads = match after {
                    None => Head::find(tx, WHOLE_STORE)?.into_iter().collect(),
                    Some(after) => Head::page(tx, after, PAGE)?,
                };
                let last = heads.last().map(|h| h.case_id);
                let mut cases = Vec::new();
                for head in heads {
                    cases.push(readable(CaseCheck::at(tx, head.clone()))?.map_err(|what| (head.case_id, what)));
                }
                Ok((cases, last))
            });
            // Heads that cannot be read: which cases there are is not known from here on.
            let Some((page, last)) = readable_or(page, WHOLE_STORE, &mut found)? else { break };
            for case in page {
                self.go_on()?;
                match case {
                    Ok(case) => {
                        case.judge(self.keys(), checkpoint, journals_since, &mut facts.there, &mut found);
                        ends.push(case.head);
                    }
                    Err((case_id, what)) => found.differs(case_id, what),
                }
            }
            progress(found.cases);
            after = match (after, last) {
                (None, _) => Some(WHOLE_STORE),
                (_, Some(last)) => Some(last),
                (_, None) => break,
            };
        }
        match readable_or(self.directory(), DIRECTORY, &mut found)? {
            Some(Some(directory)) => {
                facts.named_after = directory.pointers(checkpoint, &mut found);
                ends.push(directory.head);
            }
            Some(None) => found.differs(DIRECTORY, "expected a directory of facts, found none"),
            None => {}
        }
        facts.compare(&mut found);
        ends.sort_by_key(|head| head.case_id);
        for leaf in checkpoint.iter().flat_map(|c| &c.leaves) {
            if ends.binary_search_by_key(&leaf.case_id, |head| head.case_id).is_err() {
                let named = match leaf.case_id {
                    WHOLE_STORE => "journal of the store as a whole",
                    DIRECTORY => "directory of facts",
                    _ => "case",
                };
                found.differs(leaf.case_id, format!("expected the {named} that the checkpoint names, found none"));
            }
        }
        Ok((found, ends))
    }

    /// The directory as it lies in the store.
    fn directory(&self) -> Result<Option<CaseCheck>, StoreError> {
        self.look(|tx| {
            tx.steady()?;
            Head::find(tx, DIRECTORY)?.map(|head| CaseCheck::at(tx, head)).transpose()
        })
    }

    /// The facts that the directory names.
    fn named(&self, found: &mut Verification) -> Result<BTreeSet<FactAt>, StoreError> {
        let directory = readable_or(self.directory(), DIRECTORY, found)?.flatten();
        Ok(directory.map(|directory| directory.pointers(None, found)).unwrap_or_default())
    }

    /// What SQLite says of its file.
    fn damage(&self) -> Result<Option<String>, StoreError> {
        let mut inner = self.inner()?;
        let Some(file) = inner.connection.file() else { return Ok(None) };
        self.interrupt.watch(file).map_err(|e| StoreError::Database(e.to_string()))?;
        let said = file.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
        match said.map_err(AttemptError::sqlite) {
            Ok(said) if said == "ok" => Ok(None),
            Ok(said) => Ok(Some(format!("the file is damaged: {}", said.lines().last().unwrap_or_default()))),
            Err(AttemptError::Final(StoreError::Damaged(why))) => Ok(Some(format!("the file is damaged: {why}"))),
            Err(AttemptError::Final(e)) => Err(e),
            Err(_) => Err(StoreError::Busy(self.shared.patience)),
        }
    }

    /// Rows of a case that the store does not know of.
    fn without_a_head(&self, found: &mut Verification) -> Result<(), StoreError> {
        let strays = self.look(|tx| {
            tx.rows(
                "SELECT DISTINCT case_id FROM record WHERE case_id NOT IN (SELECT case_id FROM head)
                 UNION SELECT DISTINCT case_id FROM entry WHERE case_id NOT IN (SELECT case_id FROM head)
                 UNION SELECT DISTINCT case_id FROM evidence WHERE case_id NOT IN (SELECT case_id FROM head)",
                &[],
                |row| row.bytes(0),
            )
        })?;
        for case_id in strays {
            let known = case_id.as_deref().and_then(|bytes| Uuid::from_slice(bytes).ok());
            found.differs(
                known.unwrap_or(WHOLE_STORE),
                "expected no records, entries or evidence, as the store does not know the case, found some",
            );
        }
        let unsaid = self.look(|tx| {
            tx.rows(
                "SELECT DISTINCT case_id FROM identifier
                 WHERE (case_id, position) NOT IN (SELECT case_id, position FROM entry)",
                &[],
                |row| row.id(0),
            )
        })?;
        for case_id in unsaid {
            found.differs(case_id, "expected an identifier of a journal entry, found one of none");
        }
        Ok(())
    }
}

/// The value, or a description of a column that the store never writes.
fn readable<T>(read: Result<T, AttemptError>) -> Result<Result<T, String>, AttemptError> {
    match read {
        Ok(read) => Ok(Ok(read)),
        Err(AttemptError::Final(StoreError::Damaged(what))) => Ok(Err(what)),
        Err(other) => Err(other),
    }
}

/// What was read; or nothing, and what is said of it is a difference.
fn readable_or<T>(read: Result<T, StoreError>, of: Uuid, found: &mut Verification) -> Result<Option<T>, StoreError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(StoreError::Damaged(what)) => {
            found.differs(of, what);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}
