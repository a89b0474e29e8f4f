//! The directory: where in all journals the facts are, in one chain of its own.
//!
//! Facts are entries in the journals of their cases, and the journals are long, as every reading is an entry. So each entry
//! that states a fact is also entered here, by its case, position and hash. The directory is chained as a journal is (that of
//! a case which is none), and its end is in every checkpoint. It says which facts there are; what they state is read from the
//! entries, each found to have the hash that the directory names. No fact can be hidden, changed or added by a change of
//! a column that no hash covers: an index is used to read many entries at once, and never believed.
//!
//! A directory that was taken back to an earlier end is rightly chained, and would leave out the newest facts. So it is compared with
//! the journals on every reading: the facts of a case with the number that the last entry of its journal counts, and, where a case is
//! looked up by what it is called, with the newest fact of all.
//!
//! The facts are kept in memory, and read on from where they were known: an answer costs three rows, not a journal.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{AttemptError, StoreError};
use crate::facts::Facts;
use crate::head::Head;
use crate::journal::{self, Act, ChainedEntry, DIRECTORY, Entry, StoredEntry, WHOLE_STORE, entry_hash};
use crate::journal_end;
use crate::names::{self, FORMER, StoredName};
use crate::sql::Tx;

/// How many new facts are worth reading with all others at once.
const MANY: usize = 64;

/// The facts of all cases, as far as the directory was read.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    entries: u64,
    hash: String,
    facts: BTreeMap<Uuid, Facts>,
    /// The cases that ever had an identifier, by [`folded`] scheme and value.
    called: BTreeMap<(String, String), BTreeSet<Uuid>>,
    /// The cases of which an identifier is missing (see [`Facts::missing`]).
    missing: BTreeSet<Uuid>,
}

/// One entry of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pointer {
    /// Its place in the directory, from 1.
    position: u64,
    /// Where the fact is: the case, and the place in its journal. The first entry of the directory points to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fact: Option<FactAt>,
}

/// Where a fact is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactAt {
    pub(crate) case_id: Uuid,
    pub(crate) entry: u64,
    pub(crate) hash: String,
}

/// How identifiers and readers are compared: without regard to case. They are ASCII and hold no blanks (see `who::opaque`),
/// but what is asked for may be anything.
pub(crate) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The facts that the store holds about a case.
pub(crate) fn facts(tx: &mut Tx<'_>, case_id: Uuid) -> Result<Facts, AttemptError> {
    // Before the directory, to which others may add meanwhile: it then names all that is counted here.
    let stated = match Head::find(tx, case_id)? {
        Some(head) => {
            journal_end::must_be_there(tx, &head)?;
            journal_end::facts_stated(tx, &head)?
        }
        None => 0,
    };
    refresh(tx)?;
    let facts = tx.directory.facts.get(&case_id).cloned().unwrap_or_default();
    let named = u64::try_from(facts.positions.len()).unwrap_or(u64::MAX);
    if named < stated {
        let what =
            format!("expected the {stated} facts that its journal states in the directory of facts, found {named}");
        return Err(StoreError::Altered { case_id, what }.into());
    }
    match facts.missing() {
        None => Ok(facts),
        Some(position) => {
            let what = format!("case {case_id}, journal entry {position}: the identifier is missing");
            Err(StoreError::damaged(what).into())
        }
    }
}

/// The cases that have an identifier now, in the order of their ids; of the scheme [`FORMER`], those of erased persons who had
/// an identifier with that digest.
pub(crate) fn cases_called(tx: &mut Tx<'_>, scheme: &str, value: &str) -> Result<Vec<Uuid>, AttemptError> {
    refresh_whole(tx)?;
    let Directory { facts, called, missing, .. } = &*tx.directory;
    let (scheme, value) = (folded(scheme), folded(value));
    let ever = called.get(&(scheme.clone(), value.clone()));
    let has_it = |id: &&Uuid| {
        let Some(facts) = facts.get(id) else { return false };
        if scheme == FORMER {
            return facts.former.contains(&value);
        }
        facts.identifiers.get(&scheme).is_some_and(|known| folded(known) == value)
    };
    let found: Vec<Uuid> = ever.into_iter().flatten().filter(has_it).copied().collect();
    match missing.iter().find_map(|id| Some((id, facts.get(id)?.missing()?))) {
        Some((id, position)) if found.is_empty() => {
            let what =
                format!("case {id}, journal entry {position}: the identifier is missing, and may be the one asked for");
            Err(StoreError::damaged(what).into())
        }
        _ => Ok(found),
    }
}

/// Reads the directory on, and refuses one that does not name the fact that was written last.
fn refresh_whole(tx: &mut Tx<'_>) -> Result<(), AttemptError> {
    if tx.is_whole {
        return refresh(tx);
    }
    // Before the directory, as for the facts of a case.
    let newest = newest_fact(tx)?;
    refresh(tx)?;
    if let Some((case_id, position)) = newest
        && !tx.directory.facts.get(&case_id).is_some_and(|facts| facts.positions.contains(&position))
    {
        let what =
            format!("journal entry {position}: expected the directory of facts to name it, found that it does not");
        return Err(StoreError::Altered { case_id, what }.into());
    }
    tx.is_whole = tx.facts.is_some();
    Ok(())
}

/// The fact that was written last, of all journals: found by an index, which only adds a reason to refuse.
fn newest_fact(tx: &mut Tx<'_>) -> Result<Option<(Uuid, u64)>, AttemptError> {
    tx.row("SELECT case_id, position FROM entry WHERE subject IS NOT NULL ORDER BY place DESC LIMIT 1", &[], |row| {
        Ok((row.id(0)?, row.number(1)?))
    })
}

/// The cases that have an identifier or had it before another of its scheme, but for those from which it was taken, in the order of
/// their ids.
pub(crate) fn cases_ever_called(tx: &mut Tx<'_>, scheme: &str, value: &str) -> Result<Vec<Uuid>, AttemptError> {
    refresh_whole(tx)?;
    let Directory { facts, called, .. } = &*tx.directory;
    let (scheme, value) = (folded(scheme), folded(value));
    let ever = called.get(&(scheme.clone(), value.clone())).into_iter().flatten();
    let is_theirs = |id: &&Uuid| facts.get(id).is_some_and(|facts| !facts.was_taken(&scheme, &value));
    Ok(ever.filter(is_theirs).copied().collect())
}

/// The case of an erased person who had an identifier with this digest.
pub(crate) fn erased_as(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Uuid>, AttemptError> {
    Ok(cases_called(tx, FORMER, digest)?.first().copied())
}

/// Whether any person was erased who is recognised by a digest.
pub(crate) fn is_anybody_erased(tx: &mut Tx<'_>) -> Result<bool, AttemptError> {
    refresh_whole(tx)?;
    Ok(tx.directory.facts.values().any(|facts| !facts.former.is_empty()))
}

/// Enters a fact that was just written into the journal of its case, which ends with it, and takes it into memory.
pub(crate) fn enter(tx: &mut Tx<'_>, of: &Head, text: &str, names: &[StoredName]) -> Result<(), AttemptError> {
    let fact = FactAt { case_id: of.case_id, entry: of.entries, hash: of.entry_hash.clone() };
    let entry = entry(&fact, text.to_owned(), names.to_vec())?;
    let before = Head::of_the_facts(tx)?;
    let case_id = fact.case_id;
    let now = write(tx, before.clone(), Some(fact))?;
    // What others wrote before it is still to be read, and it with that.
    if tx.directory.is_at(&before) {
        tx.directory.take(case_id, entry)?;
        (tx.directory.entries, tx.directory.hash) = (now.entries, now.entry_hash);
    }
    Ok(())
}

/// Enters again a fact whose journal was chained anew, with its new hash.
pub(crate) fn enter_anew(tx: &mut Tx<'_>, case_id: Uuid, entry: u64, hash: String) -> Result<(), AttemptError> {
    let head = Head::of_the_facts(tx)?;
    write(tx, head, Some(FactAt { case_id, entry, hash })).map(|_| ())
}

/// Writes an entry behind the end of the directory; gives where it ends then.
fn write(tx: &mut Tx<'_>, mut head: Head, fact: Option<FactAt>) -> Result<Head, AttemptError> {
    let pointer = Pointer { position: head.entries.saturating_add(1), fact };
    let text = serde_json::to_string(&pointer).map_err(|e| StoreError::Database(e.to_string()))?;
    journal::chain(tx, &mut head, None, &text)?;
    head.keep(tx)?;
    tx.facts = Some(head.clone());
    Ok(head)
}

/// Makes the directory of a store that has none yet, from the journals of all its cases.
pub(crate) fn make(tx: &mut Tx<'_>) -> Result<(), AttemptError> {
    let head = Head::of_the_facts(tx)?;
    if exists(tx)? {
        return Ok(());
    }
    write(tx, head, None)?;
    let mut after = WHOLE_STORE;
    loop {
        let page = Head::page(tx, after, 64)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.case_id;
        for Head { case_id, .. } in page {
            let head = Head::hold(tx, case_id)?;
            for (entry, kept) in journal::verified(tx, &head)? {
                if entry.act.subject().is_some() {
                    enter_anew(tx, case_id, entry.position, kept.hash)?;
                }
            }
        }
    }
}

/// Whether the store has a directory, or what is left of one: its first entry is written before any fact.
pub(crate) fn exists(tx: &mut Tx<'_>) -> Result<bool, AttemptError> {
    if Head::find(tx, DIRECTORY)?.is_some_and(|head| head.entries > 0) {
        return Ok(true);
    }
    let left = tx.rows("SELECT position FROM entry WHERE case_id = $1 LIMIT 1", &[(&DIRECTORY).into()], |_| Ok(()))?;
    Ok(!left.is_empty())
}

/// Reads on to where the directory ends now.
fn refresh(tx: &mut Tx<'_>) -> Result<(), AttemptError> {
    if tx.facts.as_ref().is_some_and(|held| held.entries > 0 && tx.directory.is_at(held)) {
        return Ok(());
    }
    let head = Head::find(tx, DIRECTORY)?.filter(|head| head.entries > 0);
    let head = head.ok_or_else(|| altered("expected a directory of facts, found none"))?;
    if tx.directory.is_at(&head) {
        return Ok(());
    }
    let from = std::mem::take(tx.directory);
    let begins = from.entries;
    match read_on(tx, from, &head) {
        Ok(read) => *tx.directory = read,
        // What was known may be of a transaction that came to nothing.
        Err(AttemptError::Final(StoreError::Altered { .. })) if begins > 0 => {
            *tx.directory = read_on(tx, Directory::default(), &head)?;
        }
        Err(other) => return Err(other),
    }
    Ok(())
}

fn read_on(tx: &mut Tx<'_>, mut directory: Directory, head: &Head) -> Result<Directory, AttemptError> {
    let mut pointers = Vec::new();
    for (kept, position) in journal::between(tx, DIRECTORY, directory.entries, head.entries)?
        .iter()
        .zip(directory.entries.saturating_add(1)..)
    {
        let pointer = pointer(kept, position, &directory.hash).map_err(|what| altered(&what))?;
        directory.hash.clone_from(&kept.hash);
        directory.entries = position;
        pointers.extend(pointer.fact);
    }
    if !directory.is_at(head) {
        return Err(altered(&format!("expected {} entries in the directory of facts, found others", head.entries)));
    }
    let mut at_once = if pointers.len() > MANY { indexed(tx)? } else { HashMap::new() };
    let mut names = if pointers.len() > MANY { names::of_all(tx)? } else { BTreeMap::new() };
    // A fact whose journal was chained anew is named again, with its new hash.
    let last: HashMap<(Uuid, u64), usize> = pointers.iter().map(|fact| (fact.case_id, fact.entry)).zip(0..).collect();
    for (fact, at) in pointers.into_iter().zip(0_usize..) {
        let key = (fact.case_id, fact.entry);
        if last.get(&key) != Some(&at) {
            continue;
        }
        let text = match at_once.remove(&key).filter(|found| found.is(&fact.hash)) {
            Some(found) => found.text,
            None => look_up(tx, &fact)?,
        };
        let names = match names.remove(&key) {
            Some(names) => names,
            None => names::of_entry(tx, fact.case_id, fact.entry)?,
        };
        directory.take(fact.case_id, entry(&fact, text, names)?)?;
    }
    Ok(directory)
}

/// An entry of the directory, found to be the one of that place behind the one with the hash `previous`; else what differs.
pub(crate) fn pointer(kept: &StoredEntry, position: u64, previous: &str) -> Result<Pointer, String> {
    let read = serde_json::from_str::<Pointer>(&kept.text).ok().filter(|pointer| pointer.position == position);
    let right = entry_hash(previous, &kept.text) == kept.hash && kept.position == position && kept.subject.is_none();
    read.filter(|_| right)
        .ok_or_else(|| format!("directory entry {position}: expected the one that was kept, found another"))
}

/// The entries that an index has as facts.
fn indexed(tx: &mut Tx<'_>) -> Result<HashMap<(Uuid, u64), ChainedEntry>, AttemptError> {
    let found = tx.rows(
        "SELECT e.case_id, e.position, e.text, p.hash FROM entry e
         LEFT JOIN entry p ON p.case_id = e.case_id AND p.position = e.position - 1 WHERE e.subject IS NOT NULL",
        &[],
        |row| {
            let previous = row.optional_text(3)?.unwrap_or_default();
            Ok(((row.id(0)?, row.number(1)?), ChainedEntry { text: row.text(2)?, previous }))
        },
    )?;
    Ok(found.into_iter().collect())
}

fn look_up(tx: &mut Tx<'_>, fact: &FactAt) -> Result<String, AttemptError> {
    let found = journal::find(tx, fact.case_id, fact.entry)?;
    let differs = || StoreError::Altered {
        case_id: fact.case_id,
        what: format!(
            "journal entry {}: expected the fact that the directory names, found another or none",
            fact.entry
        ),
    };
    Ok(found.filter(|found| found.is(&fact.hash)).ok_or_else(differs)?.text)
}

fn entry(fact: &FactAt, text: String, names: Vec<StoredName>) -> Result<Entry, StoreError> {
    let kept = StoredEntry { position: fact.entry, subject: None, text, hash: fact.hash.clone(), names };
    let entry = kept.read()?;
    if entry.case_id == Some(fact.case_id) && entry.position == fact.entry {
        return Ok(entry);
    }
    let what = format!("journal entry {}: expected an entry of this case, found one of another", fact.entry);
    Err(StoreError::Altered { case_id: fact.case_id, what })
}

fn altered(what: &str) -> AttemptError {
    StoreError::Altered { case_id: WHOLE_STORE, what: what.to_owned() }.into()
}

impl Directory {
    fn is_at(&self, head: &Head) -> bool {
        (self.entries, &self.hash) == (head.entries, &head.entry_hash)
    }

    fn take(&mut self, case_id: Uuid, entry: Entry) -> Result<(), StoreError> {
        match &entry.act {
            Act::Identified { scheme, value: Some(value), .. } => {
                self.called.entry((folded(scheme), folded(value))).or_default().insert(case_id);
            }
            Act::PersonErased { former, .. } => {
                // Nothing in memory names the person any more.
                for cases in self.called.values_mut() {
                    cases.remove(&case_id);
                }
                self.called.retain(|_, cases| !cases.is_empty());
                for digest in former {
                    self.called.entry((FORMER.to_owned(), folded(digest))).or_default().insert(case_id);
                }
            }
            _ => {}
        }
        let facts = self.facts.entry(case_id).or_default();
        facts.take(entry)?;
        if facts.missing().is_some() {
            self.missing.insert(case_id);
        } else {
            self.missing.remove(&case_id);
        }
        Ok(())
    }

    /// Another spelling in which an identifier or its scheme is in use.
    pub(crate) fn other_spelling(&self, scheme: &str, value: &str) -> Option<String> {
        let ever = self.called.get(&(folded(scheme), folded(value)));
        let mut in_use = ever.into_iter().flatten().filter_map(|id| self.facts.get(id)?.identifiers.get(scheme));
        in_use.find(|known| *known != value && folded(known) == folded(value)).cloned()
    }
}
