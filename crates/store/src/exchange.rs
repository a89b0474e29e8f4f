//! Stores as text: out of one, and into another.
//!
//! An export is JSON Lines. For each case, in the order of the ids, its sealed log as it is kept, line by line; then, where it
//! was asked for, its journal, each entry as `{"entry":"…its exact text…","hash":"…"}`, and its evidence, each record as
//! `{"evidence":POSITION,"record":"…the line that it was…"}`. The journal of the store as a whole is not
//! in it: that is of the store, not of its cases.

use std::io::{BufRead, ErrorKind, Write};
use std::path::Path;

use risk_core::event::field::describe_text;
use risk_core::log::{Log, LogError, Record, RecordError};
use risk_core::text::{encoding, without_mark};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{AttemptError, StoreError};
use crate::head::Head;
use crate::interrupt::Interrupt;
use crate::journal::{self, Act, Entry, WHOLE_STORE, entry_hash};
use crate::names::{self, StoredName};
use crate::open::OpenCases;
use crate::payload::{self, Keys};
use crate::person_erasure::forget;
use crate::records::OpenCase;
use crate::sql::Tx;
use crate::who::Operator;
use crate::{Store, connection, fence, records};

const PAGE: u64 = 64;
/// How many pages of a file are copied at a time.
const PAGES_COPIED: i32 = 100;

/// How much went out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// Cases.
    pub cases: u64,
    /// Records.
    pub records: u64,
}

/// How much came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Cases in the text.
    pub cases: u64,
    /// Records that are new here.
    pub added: u64,
    /// Records that were here already.
    pub known: u64,
    /// Payloads that were removed here, as they are in the text.
    pub erased: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    entry: String,
    hash: String,
    /// What the case is called by it; nothing where it was erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<StoredName>,
}

/// A record whose payload is kept as evidence, as the line that it was.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceLine {
    evidence: u64,
    record: String,
}

impl Store {
    /// Writes out all cases, or those given; with their journals or without. `progress` receives the number of cases written.
    ///
    /// # Errors
    /// [`StoreError::File`] if the text cannot be written; [`StoreError::Tampered`] for a case that is not as it was kept.
    pub fn export(
        &self,
        by: &Operator,
        cases: Option<&[Uuid]>,
        journals: bool,
        out: &mut dyn Write,
        mut progress: impl FnMut(u64),
    ) -> Result<Exported, StoreError> {
        match cases {
            None => self.note_for_all(by, Act::Exported)?,
            Some(cases) => {
                for case_id in cases {
                    self.log(by, *case_id)?;
                }
            }
        }
        let mut exported = Exported::default();
        let mut after = WHOLE_STORE;
        loop {
            let keys = self.keys();
            let page = self.look(|tx| {
                let heads = match cases {
                    None => Head::page(tx, after, PAGE)?,
                    Some(cases) => next_of(tx, cases, after)?,
                };
                let text = |head: Head| {
                    let log = records::load(tx, &head, keys)?;
                    let entries = if journals { journal::verified(tx, &head)? } else { vec![] };
                    let evidence = if journals { evidence(tx, &log, keys)? } else { vec![] };
                    Ok((head.case_id, log, entries, evidence))
                };
                heads.into_iter().map(text).collect::<Result<Vec<_>, AttemptError>>()
            })?;
            let Some((last, ..)) = page.last() else { break };
            after = *last;
            for (_, log, entries, evidence) in page {
                self.go_on()?;
                out.write_all(log.to_jsonl().as_bytes())?;
                for (_, journal::StoredEntry { text: entry, hash, names, .. }) in entries {
                    let line =
                        serde_json::to_string(&EntryLine { entry, hash, names }).map_err(std::io::Error::from)?;
                    writeln!(out, "{line}")?;
                }
                for one in evidence {
                    writeln!(out, "{}", serde_json::to_string(&one).map_err(std::io::Error::from)?)?;
                }
                exported.cases = exported.cases.saturating_add(1);
                exported.records = exported.records.saturating_add(log.len());
            }
            progress(exported.cases);
        }
        out.flush()?;
        Ok(exported)
    }

    /// Copies a store that is a file into another, which must not be there: as it is at this moment, while others go on writing.
    /// The copy is a store itself.
    ///
    /// # Errors
    /// [`StoreError::File`] if a file is there already or cannot be written; [`StoreError::Argument`] for a store in a
    /// database, of which the server's own tools make copies.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let mut inner = self.inner()?;
        let Some(file) = inner.connection.file() else {
            return Err(StoreError::argument("store", "a file", "a database; pg_dump makes a copy of it"));
        };
        connection::new_private_file(to)?;
        copy(file, to, &self.interrupt).map_err(|trouble| {
            // What is no copy is not left behind as one.
            let _ = std::fs::remove_file(to);
            match trouble {
                AttemptError::Final(e) => e,
                _ => StoreError::Busy(self.shared.patience),
            }
        })
    }

    /// Takes in logs, plain or sealed, each case's lines together, and journals where the text has them: all of it, or nothing.
    ///
    /// Sealed records of a case that is new here, or whose log here is the beginning of the one in the text, are kept as they
    /// are, so that heads and checkpoints of the other store hold here too; a payload that the text no longer has is removed here.
    /// A log that goes another way is refused. Plain records are appended and sealed. A journal is taken over where the case has
    /// none here. Taken in again, nothing changes.
    ///
    /// # Errors
    /// [`StoreError::Log`] with the line, for what is no log; [`StoreError::Tampered`]; [`StoreError::Append`].
    pub fn import(
        &self,
        by: &Operator,
        name: &str,
        text: &mut dyn BufRead,
        mut progress: impl FnMut(u64),
    ) -> Result<Imported, StoreError> {
        // Read once, and then kept in one transaction; that may be tried again only before anything was read.
        let cases = CaseTexts { name, lines: text, ahead: None, line: 0 };
        let mut cases = Some(cases);
        let now = self.now();
        self.change(|tx, open| {
            // Facts may come in, which are entered one at a time.
            Head::of_the_facts(tx)?;
            fence::enter(tx)?;
            let Some(mut cases) = cases.take() else {
                return Err(StoreError::Unconfirmed(self.shared.patience).into());
            };
            let mut imported = Imported::default();
            while let Some(case) = cases.next()? {
                self.go_on()?;
                case.take_in(tx, open, by, now, &mut imported)?;
                open.forget(case.case_id);
                imported.cases = imported.cases.saturating_add(1);
                progress(imported.cases);
            }
            Ok(imported)
        })
    }
}

/// Copies a database into an empty file.
fn copy(database: &Connection, to: &Path, interrupt: &Interrupt) -> Result<(), AttemptError> {
    let mut copy = Connection::open(to).map_err(AttemptError::sqlite)?;
    let copying = Backup::new(database, &mut copy).map_err(AttemptError::sqlite)?;
    loop {
        interrupt.go_on()?;
        match copying.step(PAGES_COPIED).map_err(AttemptError::sqlite)? {
            StepResult::More => {}
            StepResult::Done => return Ok(()),
            _ => return Err(AttemptError::Contended),
        }
    }
}

/// The evidence of a case, each found to be what its record committed to.
fn evidence(tx: &mut Tx<'_>, log: &Log, keys: Option<&Keys>) -> Result<Vec<EvidenceLine>, AttemptError> {
    let mut lines = Vec::new();
    for (position, payload) in records::evidence_of(tx, log.case_id())? {
        let record = records::evidence_line(log, position, payload, keys)?;
        lines.push(EvidenceLine { evidence: position, record });
    }
    Ok(lines)
}

/// The next of the cases given, in the order of their ids.
fn next_of(tx: &mut Tx<'_>, cases: &[Uuid], after: Uuid) -> Result<Vec<Head>, AttemptError> {
    let next = cases.iter().filter(|id| **id > after).min();
    Ok(match next {
        Some(id) => Head::find(tx, *id)?.into_iter().collect(),
        None => vec![],
    })
}

/// Reads a text case by case.
struct CaseTexts<'t> {
    name: &'t str,
    lines: &'t mut dyn BufRead,
    ahead: Option<(usize, String)>,
    line: usize,
}

/// The part of a text that is about one case.
struct CaseText<'t> {
    name: &'t str,
    case_id: Uuid,
    /// The number of each line of the log.
    numbers: Vec<usize>,
    log: String,
    journal: Vec<(usize, EntryLine)>,
    evidence: Vec<(usize, EvidenceLine)>,
}

/// The members of a line that say where it belongs.
#[derive(Default, Deserialize)]
struct LineScope {
    case_id: Option<Uuid>,
    entry: Option<String>,
    evidence: Option<u64>,
}

impl<'t> CaseTexts<'t> {
    fn next(&mut self) -> Result<Option<CaseText<'t>>, StoreError> {
        let mut case: Option<CaseText<'t>> = None;
        while let Some((number, line)) = self.line()? {
            let glance: LineScope = serde_json::from_str(&line).unwrap_or_default();
            if let (Some(_), Some(case)) = (glance.evidence, &mut case) {
                let evidence = serde_json::from_str(&line)
                    .map_err(|_| self.wrong(number, "evidence", "a position and its record", "another object"))?;
                case.evidence.push((number, evidence));
                continue;
            }
            match (glance.entry, &mut case) {
                (Some(_), Some(case)) => {
                    let entry = serde_json::from_str(&line)
                        .map_err(|_| self.wrong(number, "entry", "a journal entry and its hash", "another object"))?;
                    case.journal.push((number, entry));
                }
                (Some(_), None) => {
                    return Err(self.wrong(number, "entry", "a journal behind the records of its case", "one before"));
                }
                (None, Some(case)) if glance.case_id.is_none_or(|id| id == case.case_id) && case.journal.is_empty() => {
                    case.push(number, &line);
                }
                (None, Some(_)) => {
                    self.ahead = Some((number, line));
                    break;
                }
                (None, None) => {
                    let case_id = match glance.case_id {
                        Some(id) => id,
                        // The record's own reader says best what is wrong.
                        None => Record::parse(&line).map(|r| r.case_id).map_err(|e| located(self.name, number, e))?,
                    };
                    let (name, log) = (self.name, String::new());
                    let (numbers, journal, evidence) = (vec![], vec![], vec![]);
                    let first = case.insert(CaseText { name, case_id, numbers, log, journal, evidence });
                    first.push(number, &line);
                }
            }
        }
        Ok(case)
    }

    fn line(&mut self) -> Result<Option<(usize, String)>, StoreError> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        loop {
            let mut line = String::new();
            self.line = self.line.saturating_add(1);
            if self.line == 1
                && let Some(found) = encoding(self.lines.fill_buf()?)
            {
                return Err(self.wrong(1, "record", "text in UTF-8", found.in_words()));
            }
            let read = self.lines.read_line(&mut line).map_err(|e| match e.kind() {
                ErrorKind::InvalidData => self.wrong(self.line, "record", "text in UTF-8", "other bytes"),
                _ => e.into(),
            });
            if read? == 0 {
                return Ok(None);
            }
            if self.line == 1 {
                line = without_mark(&line).to_owned();
            }
            if !line.trim().is_empty() {
                let kept = line.trim_end_matches(['\n', '\r']).len();
                line.truncate(kept);
                return Ok(Some((self.line, line)));
            }
        }
    }

    fn wrong(&self, line: usize, field: &str, expected: &str, found: &str) -> StoreError {
        let (field, expected, found) = (field.to_owned(), expected.to_owned(), found.to_owned());
        LogError { file: self.name.to_owned(), line, field, expected, found }.into()
    }
}

fn located(file: &str, line: usize, e: RecordError) -> StoreError {
    let RecordError { field, expected, found } = e;
    LogError { file: file.to_owned(), line, field, expected, found }.into()
}

impl CaseText<'_> {
    fn push(&mut self, number: usize, line: &str) {
        self.numbers.push(number);
        self.log.push_str(line);
        self.log.push('\n');
    }

    fn take_in(
        &self,
        tx: &mut Tx<'_>,
        open: &mut OpenCases<'_>,
        by: &Operator,
        now: risk_core::event::Instant,
        imported: &mut Imported,
    ) -> Result<(), AttemptError> {
        let log = Log::parse(self.name, &self.log).map_err(|e| LogError { line: self.number(e.line), ..e })?;
        let case = open.hold(tx, self.case_id)?;
        let fresh = case.head.entries == 0 && case.head.records == 0;
        if fresh {
            self.take_over_journal(tx, &mut case.head)?;
        }
        let (before, given) = (case.log.len(), log.len());
        if log.is_sealed() {
            imported.erased = imported.erased.saturating_add(self.go_on(tx, open, log)?);
            let case = open.hold(tx, self.case_id)?;
            if !fresh {
                case.may_grow(tx)?;
            }
            let records = case.keep_new(tx)?;
            if records > 0 {
                case.note(tx, by.into(), now, Act::Appended { records, length: case.head.records, corrects: false })?;
            }
        } else {
            case.append(tx, by.into(), now, log.records().to_vec(), None)?;
        }
        if fresh {
            self.take_over_evidence(tx, open)?;
        } else {
            let case = open.hold(tx, self.case_id)?;
            self.forget_too(tx, case, by, now)?;
        }
        let added = open.hold(tx, self.case_id)?.head.records.saturating_sub(before);
        imported.added = imported.added.saturating_add(added);
        imported.known = imported.known.saturating_add(given.saturating_sub(added));
        Ok(())
    }

    /// Takes the sealed log in place of the one that is its beginning; gives how many payloads that removed.
    fn go_on(&self, tx: &mut Tx<'_>, open: &mut OpenCases<'_>, log: Log) -> Result<u64, AttemptError> {
        let case = open.hold(tx, self.case_id)?;
        let mut erased = 0_u64;
        for (ours, theirs) in case.log.records().iter().zip(log.records()) {
            if ours.hash() != theirs.hash() {
                let expected = "a log that goes on from the one in the store";
                let found = format!("another record at position {}", theirs.position().unwrap_or(0));
                let line = usize::try_from(theirs.position().unwrap_or(1)).unwrap_or(1);
                let e = RecordError { field: "hash".to_owned(), expected: expected.to_owned(), found };
                return Err(located(self.name, self.number(line), e).into());
            }
            let gone = |r: &Record| r.sealed_parts().is_none_or(|(_, payload)| payload.is_none());
            if gone(theirs) && !gone(ours) {
                let position = theirs.position().unwrap_or(0);
                let place = [(&self.case_id).into(), position.into()];
                tx.execute("UPDATE record SET payload = NULL WHERE case_id = $1 AND position = $2", &place)?;
                erased = erased.saturating_add(1);
            }
        }
        // The one in the store may have gone on further, and may have lost payloads that the text still has.
        if log.len() > case.log.len() {
            case.log = if erased == 0 { self.without_erased(&case.log, log)? } else { log };
        }
        Ok(erased)
    }

    /// The longer log, without the payloads that the shorter one no longer has.
    fn without_erased(&self, ours: &Log, theirs: Log) -> Result<Log, StoreError> {
        let text: String = theirs
            .records()
            .iter()
            .enumerate()
            .flat_map(|(i, record)| {
                let line = ours.records().get(i).map_or_else(|| record.to_line(), Record::to_line);
                [line, "\n".to_owned()]
            })
            .collect();
        Ok(Log::parse(self.name, &text)?)
    }

    /// The journal of a case that is new here, as it is in the text.
    fn take_over_journal(&self, tx: &mut Tx<'_>, head: &mut Head) -> Result<(), AttemptError> {
        let erased = self.former().is_some();
        let mut facts = 0_u64;
        for (number, EntryLine { entry, hash, names }) in &self.journal {
            let wrong = |expected: &str| {
                let e = RecordError {
                    field: "entry".to_owned(),
                    expected: expected.to_owned(),
                    found: describe_text(hash).to_string(),
                };
                located(self.name, *number, e)
            };
            if entry_hash(&head.entry_hash, entry) != *hash {
                return Err(wrong("the hash of this entry behind the one before it").into());
            }
            let position = head.entries.saturating_add(1);
            let (text, hash) = (entry.clone(), hash.clone());
            let kept = journal::StoredEntry { position, subject: None, text, hash, names: names.clone() };
            let next = |e: &Entry| e.case_id == Some(self.case_id) && e.position == position;
            let read = kept.read().ok().filter(next).ok_or_else(|| wrong("the next entry of this case"))?;
            let chained = kept.chained()?;
            // Exports of older versions have identifiers in their entries alone.
            let names = if names.is_empty() { names::of_act(&chained.act) } else { names.clone() };
            if !names::belong(&chained, &names, erased) {
                return Err(wrong("the identifier of this entry beside it").into());
            }
            let subject = read.act.subject();
            facts = facts.saturating_add(u64::from(subject.is_some()));
            if read.facts.is_some_and(|counted| counted != facts) {
                return Err(wrong("an entry that counts the facts of its journal").into());
            }
            journal::write_kept(tx, head, subject.as_deref(), entry, &names)?;
        }
        head.keep(tx)
    }

    /// The digests of what an erased person was called, where the journal in the text says that the person was erased.
    fn former(&self) -> Option<Vec<String>> {
        let entries = self.journal.iter().filter_map(|(_, line)| serde_json::from_str::<Entry>(&line.entry).ok());
        let erased = entries.filter_map(|entry| match entry.act {
            Act::PersonErased { former, .. } => Some(former),
            _ => None,
        });
        erased.reduce(|all, more| [all, more].concat())
    }

    /// Forgets here what the person was called, and the evidence, where the text says that the person was erased.
    fn forget_too(
        &self,
        tx: &mut Tx<'_>,
        case: &mut OpenCase<'_>,
        by: &Operator,
        now: risk_core::event::Instant,
    ) -> Result<(), AttemptError> {
        let Some(former) = self.former() else { return Ok(()) };
        forget(tx, case, by, now, former).map(|_| ())
    }

    /// The evidence of a case that is new here.
    fn take_over_evidence(&self, tx: &mut Tx<'_>, open: &mut OpenCases<'_>) -> Result<(), AttemptError> {
        let keys = open.keys();
        for (number, EvidenceLine { evidence: position, record }) in &self.evidence {
            let log = &open.hold(tx, self.case_id)?.log;
            let given =
                Record::parse(record).ok().and_then(|r| r.sealed_parts().map(|(h, p)| (h, p.map(str::to_owned))));
            let (header, payload) = given.and_then(|(header, payload)| Some((header, payload?))).unwrap_or_default();
            let right = records::evidence_line(log, *position, payload.clone().into_bytes(), None);
            if right.ok().as_ref() != Some(record) {
                let expected = "the record of that position, with the payload that it committed to".to_owned();
                let e = RecordError { field: "evidence".to_owned(), expected, found: "another".to_owned() };
                return Err(located(self.name, *number, e).into());
            }
            let kept = payload::closed(keys, self.case_id, &header, &payload)?;
            tx.execute(
                "INSERT INTO evidence (case_id, position, payload) VALUES ($1, $2, $3)",
                &[(&self.case_id).into(), (*position).into(), kept.as_slice().into()],
            )?;
        }
        Ok(())
    }

    /// The line number in the whole text of that line of the log.
    fn number(&self, line: usize) -> usize {
        self.numbers.get(line.saturating_sub(1)).copied().unwrap_or(1)
    }
}
