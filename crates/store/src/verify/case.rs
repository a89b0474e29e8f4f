//! One case as it lies in the store, and what differs in it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, TimeDelta};
use risk_core::event::{Instant, Kind, Term};
use risk_core::log::{Tampered, verify};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::Verification;
use crate::checkpoint::{Checkpoint, Leaf};
use crate::directory::{self, FactAt};
use crate::error::{AttemptError, StoreError};
use crate::head::Head;
use crate::journal::{self, Act, DIRECTORY, Entry, JournalCheck, WHOLE_STORE};
use crate::journal_end;
use crate::names;
use crate::payload::Keys;
use crate::records;
use crate::sql::Tx;

/// How far a journal's time may go back: writers take their time before they wait for each other, and their clocks differ.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(60);

/// A case as it lies in the store.
pub(super) struct CaseCheck {
    pub(super) head: Head,
    kept: Vec<(u64, records::StoredRecord)>,
    journal: Vec<journal::StoredEntry>,
    evidence: BTreeMap<u64, Vec<u8>>,
}

/// What the columns and the journal are compared with in a record.
#[derive(Deserialize)]
struct RecordHeader {
    event_id: Uuid,
    case_id: Uuid,
    kind: String,
    data: Option<Value>,
}

impl RecordHeader {
    /// The record whose payload this one says was removed.
    fn erases(&self) -> Option<Uuid> {
        let data = self.data.as_ref().filter(|_| self.kind == Kind::PayloadErased.name())?;
        data.get("event_id")?.as_str()?.parse().ok()
    }
}

impl CaseCheck {
    pub(super) fn at(tx: &mut Tx<'_>, head: Head) -> Result<Self, AttemptError> {
        let case_id = head.case_id;
        let kept = records::kept_with_places(tx, case_id)?;
        let journal = journal::read(tx, case_id)?;
        let evidence = records::evidence_of(tx, case_id)?;
        Ok(Self { head, kept, journal, evidence })
    }

    /// Says what differs, and adds the facts that the journal states.
    pub(super) fn judge(
        &self,
        keys: Option<&Keys>,
        checkpoint: Option<&Checkpoint>,
        journals_since: Instant,
        facts: &mut BTreeSet<FactAt>,
        found: &mut Verification,
    ) {
        found.cases = found.cases.saturating_add(u64::from(self.head.case_id != WHOLE_STORE));
        found.records = found.records.saturating_add(count(self.kept.len()));
        found.entries = found.entries.saturating_add(count(self.journal.len()));
        let entries = self.entries(facts, found);
        if let Some((_, last)) = self.kept.last().filter(|_| self.journal.is_empty()) {
            if journal_end::is_due(&last.header, journals_since) {
                found.differs(self.head.case_id, journal_end::GONE);
            } else {
                let what = "records and no journal: a version of this software without journals took them in";
                found.remark(self.head.case_id, what);
            }
        }
        self.places(&entries, found);
        self.times(&entries, found);
        self.records(keys, &entries, found);
        self.all_end(checkpoint, count(entries.len()), found);
    }

    /// The facts that the directory names, where this is the directory.
    pub(super) fn pointers(&self, checkpoint: Option<&Checkpoint>, found: &mut Verification) -> BTreeSet<FactAt> {
        let mut facts = BTreeMap::new();
        let (mut previous, mut right) = (String::new(), 0);
        for (kept, position) in self.journal.iter().zip(1..) {
            match directory::pointer(kept, position, &previous) {
                // A fact whose journal was chained anew is named again, with its new hash.
                Ok(pointer) => facts.extend(pointer.fact.map(|fact| ((fact.case_id, fact.entry), fact))),
                Err(what) => {
                    found.differs(DIRECTORY, what);
                    break;
                }
            }
            right = position;
            previous.clone_from(&kept.hash);
        }
        if !self.kept.is_empty() || !self.evidence.is_empty() {
            found.differs(DIRECTORY, "expected no records in the directory of facts, found some");
        }
        self.all_end(checkpoint, right, found);
        facts.into_values().collect()
    }

    /// Checks the journal; gives its entries as far as they are what was kept.
    fn entries(&self, facts: &mut BTreeSet<FactAt>, found: &mut Verification) -> Vec<Entry> {
        let case_id = self.head.case_id;
        let mut entries = Vec::new();
        let mut walk = JournalCheck::of(case_id);
        let erased = self.erasures().map(|(position, _)| position).max().unwrap_or(0);
        for (kept, position) in self.journal.iter().zip(1..) {
            match walk.next(kept) {
                Ok(entry) => {
                    if !kept.chained().is_ok_and(|entry| names::belong(&entry, &kept.names, position < erased)) {
                        found.differs(
                            case_id,
                            format!("journal entry {position}: expected its identifier, found another or none"),
                        );
                    }
                    if entry.act.subject().is_some() {
                        facts.insert(FactAt { case_id, entry: position, hash: kept.hash.clone() });
                    }
                    entries.push(entry);
                }
                Err(what) => {
                    found.differs(case_id, what);
                    break;
                }
            }
        }
        entries
    }

    /// The entries that the person was erased: the position of each, and from which entry on it had the journal chained anew.
    fn erasures(&self) -> impl Iterator<Item = (u64, Option<u64>)> {
        let entries =
            self.journal.iter().zip(1_u64..).filter_map(|(kept, position)| Some((kept.chained().ok()?, position)));
        entries.filter_map(|(entry, position)| match entry.act {
            Act::PersonErased { rechained_from, .. } => Some((position, rechained_from)),
            _ => None,
        })
    }

    /// Checks the order of all records, as far as the journal has it, and the columns that name case and position.
    fn places(&self, entries: &[Entry], found: &mut Verification) {
        let case_id = self.head.case_id;
        let mut said = BTreeMap::new();
        for run in entries.iter().flat_map(|entry| &entry.places) {
            for n in 0..run.records.min(count(self.kept.len())) {
                said.insert(run.position.saturating_add(n), run.place.saturating_add(n));
            }
        }
        let mut before = 0;
        for ((place, kept), position) in self.kept.iter().zip(1..) {
            let expected = said.get(&position);
            if kept.position != position || *place <= before || expected.is_some_and(|expected| expected != place) {
                let expected = expected.map_or_else(|| format!("one after {before}"), ToString::to_string);
                let what = format!(
                    "record {position}: expected place {expected} in the order of all records, found position {} at place {place}",
                    kept.position
                );
                found.differs(case_id, what);
                return;
            }
            before = *place;
        }
    }

    /// Reports a journal whose time runs backwards.
    fn times(&self, entries: &[Entry], found: &mut Verification) {
        let case_id = self.head.case_id;
        let mut latest: Option<(DateTime<FixedOffset>, u64)> = None;
        for entry in entries {
            let Ok(at) = DateTime::parse_from_rfc3339(&entry.at) else {
                found.differs(case_id, format!("journal entry {}: expected a time, found none", entry.position));
                continue;
            };
            match latest {
                Some((before, position)) if before.signed_duration_since(at) > CLOCKS_DIFFER => {
                    let what = format!(
                        "journal entry {}: its time, {}, is before that of entry {position}, {before}: the clock of a machine was set back, or runs late",
                        entry.position, entry.at
                    );
                    found.remark(case_id, what);
                }
                Some((before, _)) if at <= before => {}
                _ => latest = Some((at, entry.position)),
            }
        }
    }

    /// Checks the chain of records, and the evidence that is kept of some.
    fn records(&self, keys: Option<&Keys>, entries: &[Entry], found: &mut Verification) {
        let case_id = self.head.case_id;
        let mut lines = Vec::new();
        let mut locked = false;
        for (_, kept) in &self.kept {
            match kept.clone().line(keys) {
                Ok(line) => lines.push(line),
                Err(StoreError::NoKey { .. }) => {
                    locked = true;
                    lines.push(kept.header.clone());
                }
                Err(e) => return found.differs(case_id, e.to_string()),
            }
        }
        if locked {
            found.locked.push(case_id);
        }
        match verify(&text(&lines), None) {
            Ok(_) => {}
            // All headers chain, as that is looked at first.
            Err(t) if locked && t.what == Tampered::PayloadMissing => {}
            Err(_) if lines.is_empty() => {}
            Err(t) => return found.differs(case_id, t.to_string()),
        }
        let glances: Vec<Option<RecordHeader>> = lines.iter().map(|line| serde_json::from_str(line).ok()).collect();
        if glances.iter().any(|glance| glance.as_ref().is_none_or(|g| g.case_id != case_id)) {
            return found.differs(case_id, "expected records of this case, found some of another");
        }
        let glances: Vec<RecordHeader> = glances.into_iter().flatten().collect();
        let erased: BTreeSet<Uuid> = glances.iter().filter_map(RecordHeader::erases).collect();
        for ((glance, (_, kept)), position) in glances.iter().zip(&self.kept).zip(1_u64..) {
            if kept.payload.is_some() && erased.contains(&glance.event_id) {
                found.differs(case_id, format!("record {position}: expected no payload, as it was erased, found one"));
            }
        }
        self.evidence(keys, entries, &glances, lines, found);
    }

    /// Checks the evidence: it is there for each record that was restricted, and is what the record committed to.
    fn evidence(
        &self,
        keys: Option<&Keys>,
        entries: &[Entry],
        glances: &[RecordHeader],
        mut lines: Vec<String>,
        found: &mut Verification,
    ) {
        let case_id = self.head.case_id;
        let restricted = journal::restricted(entries);
        let expected: BTreeSet<u64> = glances
            .iter()
            .zip(1_u64..)
            .filter(|(glance, _)| restricted.contains(&glance.event_id))
            .map(|(_, position)| position)
            .collect();
        for position in expected.iter().filter(|position| !self.evidence.contains_key(position)) {
            found.differs(
                case_id,
                format!("record {position}: expected its evidence, as it was restricted, found none"),
            );
        }
        for (position, payload) in &self.evidence {
            if !expected.contains(position) {
                found.differs(
                    case_id,
                    format!("record {position}: expected no evidence, as it was not restricted, found some"),
                );
                continue;
            }
            let at = usize::try_from(*position).unwrap_or(usize::MAX).saturating_sub(1);
            let Some(((_, kept), line)) = self.kept.get(at).zip(lines.get_mut(at)) else { continue };
            match (records::StoredRecord { payload: Some(payload.clone()), ..kept.clone() }).line(keys) {
                Ok(whole) => *line = whole,
                Err(StoreError::NoKey { .. }) => {}
                Err(e) => found.differs(case_id, format!("evidence: {e}")),
            }
        }
        match verify(&text(&lines), None) {
            Err(t) if t.what != Tampered::PayloadMissing && !lines.is_empty() => {
                found.differs(case_id, format!("evidence: {t}"))
            }
            _ => {}
        }
    }

    /// Whether both chains have come by the ends that a checkpoint says, and end where the store notes. `entries`: how many
    /// entries are what was kept.
    fn all_end(&self, checkpoint: Option<&Checkpoint>, entries: u64, found: &mut Verification) {
        let hashes: Vec<&str> = self.kept.iter().map(|(_, kept)| ending_hash(&kept.header)).collect();
        let right = usize::try_from(entries).unwrap_or(usize::MAX);
        let entry_hashes: Vec<&str> = self.journal.iter().take(right).map(|kept| kept.hash.as_str()).collect();
        let noted = Leaf::from(&self.head);
        let kept = checkpoint.and_then(|c| c.leaf(self.head.case_id));
        let ends = [Some(("the store notes", true, &noted)), kept.map(|leaf| ("the checkpoint says", false, leaf))];
        let rechained = self.erasures().find_map(|(until, from)| Some(from?..until));
        for (who, very, leaf) in ends.into_iter().flatten() {
            self.ends(&hashes, &ExpectedEnd { who, very, count: leaf.records, of: "records", hash: &leaf.head }, found);
            if !very && rechained.as_ref().is_some_and(|anew| anew.contains(&leaf.entries)) {
                found.rechained.push(self.head.case_id);
                continue;
            }
            let of = "journal entries";
            self.ends(&entry_hashes, &ExpectedEnd { who, very, count: leaf.entries, of, hash: &leaf.journal }, found);
        }
    }

    /// Whether a chain has come by that end; or, for what the store notes itself, ends there.
    fn ends(&self, hashes: &[&str], end: &ExpectedEnd<'_>, found: &mut Verification) {
        let ExpectedEnd { who, very, count, of, hash } = *end;
        let last = usize::try_from(count).unwrap_or(usize::MAX);
        let there = match last.checked_sub(1) {
            None => Some(""),
            Some(last) => hashes.get(last).copied(),
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
struct ExpectedEnd<'a> {
    who: &'static str,
    /// Whether it should be the very end.
    very: bool,
    count: u64,
    of: &'static str,
    hash: &'a str,
}

/// The hash that a record's header ends with.
fn ending_hash(header: &str) -> &str {
    let from = header.len().saturating_sub(66);
    header.get(from..).and_then(|end| end.strip_suffix("\"}")).unwrap_or_default()
}

fn text(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
