//! Erasing everything of a person: all cases that are merged, their evidence, and what they are called.

use std::collections::BTreeSet;

use risk_core::event::catalogue::PayloadErased;
use risk_core::event::field::StaffId;
use risk_core::event::vocabulary::{CorrectionReason, SourceAgency};
use risk_core::event::{Event, Instant, Kind, Nature, Term};
use risk_core::log::{Payload, Record, RecordSource};
use serde::Deserialize;
use uuid::{Builder, Uuid};

use crate::erasure::Scrubbed;
use crate::error::{AttemptError, StoreError};
use crate::facts::{Facts, Person};
use crate::head::Head;
use crate::journal::{self, Act, Entry};
use crate::open::{OpenCases, must_exist};
use crate::records::OpenCase;
use crate::sql::Tx;
use crate::who::Operator;
use crate::{Store, directory, fence, identity, names, waiting};

/// The keyed digest of an identifier, from its scheme and value.
pub type Digest<'a> = &'a dyn Fn(&str, &str) -> String;

/// A fresh random id for the record that says of another that it was erased.
///
/// # Errors
/// [`StoreError::Random`] if the system gives no random bytes.
pub fn random_record_id(_erased: Uuid) -> Result<Uuid, StoreError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    Ok(Builder::from_random_bytes(random).into_uuid())
}

/// Who has a person erased, and why.
pub struct PersonErasure<'a> {
    /// Why.
    pub reason: CorrectionReason,
    /// Who decided it, as records name them.
    pub by: StaffId,
    /// The id of the record that says of another that it was erased.
    pub record_id: &'a dyn Fn(Uuid) -> Result<Uuid, StoreError>,
    /// A keyed digest of an identifier, by its scheme and value, kept so that what comes late under it is recognised. Without a
    /// secret key it could be tried out whose it is.
    pub digest: Option<Digest<'a>>,
    /// What whoever orders the erasure calls the person, by scheme and value: a digest of it is kept too.
    pub named: &'a [(&'a str, String)],
}

/// The result of the erasure of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonErased {
    /// The cases of the person, in the order of their ids.
    pub cases: Vec<Uuid>,
    /// How many records lost their payload now.
    pub records: u64,
    /// How many records of other cases lost their payload now: they were recorded there as of the wrong person, and are this one's.
    pub misplaced: u64,
    /// How many payloads that were kept as evidence are gone now.
    pub evidence: u64,
    /// How many identifiers are gone now.
    pub identifiers: u64,
    /// The ids of the messages about the person that waited and are gone now.
    pub waiting: Vec<Uuid>,
    /// What could not be erased and where it is, without what it says; empty if nothing remains.
    pub remains: Vec<String>,
    /// Cases that were merged with one of these and parted again. They are of another person, and were not touched.
    pub parted: Vec<Uuid>,
    /// Whether what was erased is gone from the store's files too.
    pub scrubbed: Scrubbed,
}

impl Store {
    /// Removes everything of a person by law, all of it or nothing: the payload of every record, of all cases that are merged
    /// now in either direction, what was kept as evidence, and the identifiers; and what was retracted in another case as of the
    /// wrong person, where this one has the same record, by reference, kind and time. The chains stay whole. From then on these cases
    /// take no record, no identifier and no merge. Done again, it changes nothing.
    ///
    /// Cases that were parted again are of another person, and are named and left alone. Copies made before hold what they held.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Argument`] if messages wait and no [`PersonErasure::digest`] is given;
    /// [`StoreError::NoKey`], [`StoreError::Tampered`] or [`StoreError::Damaged`] for a case that
    /// cannot be read; then nothing was erased.
    pub fn erase_person(
        &self,
        by: &Operator,
        case_id: Uuid,
        erasure: &PersonErasure<'_>,
    ) -> Result<PersonErased, StoreError> {
        let now = self.now();
        let mut erased = self.change(|tx, open| {
            fence::enter(tx)?;
            // No merge or unmerge can happen meanwhile.
            Head::of_the_facts(tx)?;
            must_exist(tx, case_id)?;
            // Once the identifiers are gone, the messages about the person could no longer be found.
            if erasure.digest.is_none() && waiting::count(tx)? > 0 {
                let expected = "the secret of the imports, as messages wait that may be about the person";
                return Err(StoreError::argument("secret", expected, "none").into());
            }
            // All merges count, also one whose time a clock ahead of this one gave.
            let person = Person::of(tx, case_id, Instant::MAX_UTC)?;
            let mut cases: Vec<Uuid> = person.cases.into_iter().map(|(id, _)| id).collect();
            cases.sort_unstable();
            let mut done = PersonErased {
                cases,
                records: 0,
                misplaced: 0,
                evidence: 0,
                identifiers: 0,
                waiting: vec![],
                remains: vec![],
                parted: vec![],
                scrubbed: Scrubbed::Done,
            };
            let order = ErasureOrder { by, now, erasure };
            let mut identifiers = Vec::new();
            for of_person in done.cases.clone() {
                identifiers.extend(order.erase_case(tx, open, (of_person, case_id), &mut done)?);
            }
            // What one case is called may be in the journal of another.
            for of_person in done.cases.clone() {
                let case = open.hold(tx, of_person)?;
                done.remains.extend(remains(tx, case, &identifiers)?);
            }
            done.misplaced = order.erase_misplaced(tx, open, &done.cases)?;
            let of_person = done.cases.clone();
            done.parted.retain(|id| !of_person.contains(id));
            done.parted.sort_unstable();
            done.parted.dedup();
            Ok(done)
        })?;
        erased.scrubbed = self.scrub()?;
        Ok(erased)
    }

    /// The case of an erased person who had an identifier with this digest (see [`PersonErasure::digest`]).
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn erased_as(&self, digest: &str) -> Result<Option<Uuid>, StoreError> {
        self.look(|tx| directory::erased_as(tx, digest))
    }
}

/// Refuses a case of an erased person.
pub(crate) fn must_not_be_erased(tx: &mut Tx<'_>, case_id: Uuid) -> Result<(), AttemptError> {
    match Facts::of(tx, case_id)?.erased {
        Some(_) => Err(StoreError::PersonErased { case_id }.into()),
        None => Ok(()),
    }
}

/// Whether a record has a payload that can be erased. What retracts, disputes or erases names a record and says nothing of it.
fn holds_data(record: &Record) -> bool {
    let statement =
        record.kind().is_some_and(|k| k.spec().nature == Nature::Housekeeping && k != Kind::RecordCorrected);
    !statement && record.payload != Payload::Erased
}

/// One erasure of a person while it is carried out.
struct ErasureOrder<'o> {
    by: &'o Operator,
    now: Instant,
    erasure: &'o PersonErasure<'o>,
}

impl ErasureOrder<'_> {
    /// Erases a case of the person, who was `asked` for by one of them; gives what it was called.
    fn erase_case(
        &self,
        tx: &mut Tx<'_>,
        open: &mut OpenCases<'_>,
        (case_id, asked): (Uuid, Uuid),
        done: &mut PersonErased,
    ) -> Result<Vec<(String, String)>, AttemptError> {
        let case = open.hold(tx, case_id)?;
        let entries: Vec<Entry> = journal::verified(tx, &case.head)?.into_iter().map(|(entry, _)| entry).collect();
        let identifiers = names::ever(&entries);
        done.parted.extend(entries.iter().filter_map(|entry| match entry.act {
            Act::UnmergedFrom { other } => Some(other),
            _ => None,
        }));
        let records = self.erase_records(tx, case, |_| true)?;
        let PersonErasure { named, digest, .. } = self.erasure;
        let named = named.iter().filter(|_| case_id == asked).map(|(scheme, value)| (*scheme, value.as_str()));
        let had = identifiers.iter().map(|(scheme, value)| (scheme.as_str(), value.as_str()));
        let mut former = Vec::new();
        for (scheme, value) in had.chain(named) {
            let Some(digest) = digest.map(|of| of(scheme, value)) else { continue };
            // What goes by an identifier that another case has or claims may be about another person.
            if !identity::is_anothers(tx, case_id, scheme, value)? {
                done.waiting.extend(waiting::erase(tx, &digest)?);
            }
            former.push(digest);
        }
        let forgotten = forget(tx, case, self.by, self.now, former)?;
        done.records = done.records.saturating_add(records);
        done.evidence = done.evidence.saturating_add(forgotten.evidence);
        done.identifiers = done.identifiers.saturating_add(forgotten.identifiers);
        Ok(identifiers)
    }

    /// Removes the payloads of those records of a case: corrections before what they correct, as they hold its data.
    fn erase_records(
        &self,
        tx: &mut Tx<'_>,
        case: &mut OpenCase<'_>,
        which: impl Fn(&Record) -> bool,
    ) -> Result<u64, AttemptError> {
        let held = case.log.records().iter().filter(|record| holds_data(record) && which(record)).cloned();
        let (corrections, others): (Vec<Record>, Vec<Record>) =
            held.partition(|r| r.kind() == Some(Kind::RecordCorrected));
        let mut records = 0_u64;
        for held in corrections.into_iter().chain(others) {
            let event_id = held.event_id;
            let PersonErasure { reason, by, record_id, .. } = self.erasure;
            let event = Event::PayloadErased(PayloadErased { event_id, reason: *reason, by: by.clone() });
            let at = self.now.max(held.recorded_at);
            let reference = held.source.reference.clone().unwrap_or_else(|| "erasure".to_owned());
            let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: Some(reference) };
            let least = event.least_handling();
            let id = record_id(event_id)?;
            let record = Record::new(id, held.case_id, at, at, source, event).with_handling(held.handling.max(least));
            case.erase(tx, self.now, record)?;
            let place = [(&held.case_id).into(), held.position().unwrap_or(0).into()];
            tx.execute("UPDATE record SET payload = NULL WHERE case_id = $1 AND position = $2", &place)?;
            case.note(tx, self.by.into(), self.now, Act::Erased { event_id })?;
            records = records.saturating_add(1);
        }
        Ok(records)
    }

    /// Removes the payloads of records that are of the person and were recorded in other cases, where they were retracted.
    fn erase_misplaced(&self, tx: &mut Tx<'_>, open: &mut OpenCases<'_>, cases: &[Uuid]) -> Result<u64, AttemptError> {
        let mut of_person = BTreeSet::new();
        for case_id in cases {
            of_person.extend(open.hold(tx, *case_id)?.log.records().iter().filter_map(same));
        }
        let references: BTreeSet<&str> = of_person.iter().map(|(reference, ..)| reference.as_str()).collect();
        let retracting = tx.rows(
            "SELECT case_id, header FROM record WHERE header LIKE '%\"kind\":\"record_retracted\"%'",
            &[],
            |row| {
                let header: Header = serde_json::from_str(&row.text(1)?).map_err(StoreError::damaged)?;
                let named = header.source.reference.is_some_and(|reference| references.contains(reference.as_str()));
                Ok(named.then_some(row.id(0)?))
            },
        )?;
        let retracting: BTreeSet<Uuid> = retracting.into_iter().flatten().collect();
        let mut records = 0_u64;
        for case_id in retracting.into_iter().filter(|id| !cases.contains(id)) {
            let case = open.hold(tx, case_id)?;
            let wrong: BTreeSet<Uuid> = case
                .log
                .records()
                .iter()
                .filter_map(|r| match r.event()? {
                    Event::RecordRetracted(e) if e.reason == CorrectionReason::WrongPerson => Some(e.event_id),
                    _ => None,
                })
                .filter(|id| case.log.record(*id).and_then(same).is_some_and(|one| of_person.contains(&one)))
                .collect();
            let erased = self.erase_records(tx, case, |r| match r.event() {
                Some(Event::RecordCorrected(e)) => wrong.contains(&e.event_id),
                _ => wrong.contains(&r.event_id),
            })?;
            records = records.saturating_add(erased);
            for id in &wrong {
                let position = case.log.record(*id).and_then(Record::position).unwrap_or(0);
                let evidence = "DELETE FROM evidence WHERE case_id = $1 AND position = $2";
                if tx.execute(evidence, &[(&case_id).into(), position.into()])? > 0 {
                    case.note(tx, self.by.into(), self.now, Act::Erased { event_id: *id })?;
                }
            }
        }
        Ok(records)
    }
}

/// What makes two records one that was recorded under two cases.
fn same(record: &Record) -> Option<(String, &'static str, Instant)> {
    Some((record.source.reference.clone()?, record.kind()?.name(), record.occurred_at))
}

/// Of a record's header, where it comes from.
#[derive(Deserialize)]
struct Header {
    source: Origin,
}

#[derive(Deserialize)]
struct Origin {
    reference: Option<String>,
}

/// What [`forget`] removed.
pub(crate) struct Forgotten {
    evidence: u64,
    identifiers: u64,
}

/// Removes evidence and identifiers of a case, and marks it as that of an erased person, unless it is marked and nothing is new.
pub(crate) fn forget(
    tx: &mut Tx<'_>,
    case: &mut OpenCase<'_>,
    by: &Operator,
    now: Instant,
    mut former: Vec<String>,
) -> Result<Forgotten, AttemptError> {
    let case_id = case.head.case_id;
    let known = Facts::of(tx, case_id)?;
    former.retain(|digest| !known.former.contains(digest));
    former.sort();
    former.dedup();
    let kept = journal::read(tx, case_id)?;
    let rechained_from = names::chain_anew(tx, &mut case.head, &kept)?;
    let evidence = tx.execute("DELETE FROM evidence WHERE case_id = $1", &[(&case_id).into()])?;
    let identifiers = names::erase(tx, case_id)?;
    if known.erased.is_none() || evidence > 0 || identifiers > 0 || !former.is_empty() {
        case.note(tx, by.into(), now, Act::PersonErased { former, rechained_from })?;
    }
    Ok(Forgotten { evidence, identifiers })
}

/// What is still there: notes of statements, which the log keeps, and identifiers in what is chained.
fn remains(
    tx: &mut Tx<'_>,
    case: &OpenCase<'_>,
    identifiers: &[(String, String)],
) -> Result<Vec<String>, AttemptError> {
    let case_id = case.head.case_id;
    let of_record =
        |record: &Record, what: &str| format!("case {case_id}, record {}: {what}", record.position().unwrap_or(0));
    let noted = case.log.records().iter().filter(|record| record.has_note());
    let mut remains: Vec<String> =
        noted.map(|record| of_record(record, "the note of a statement about another record")).collect();
    // An identifier that many cases share names no person.
    let own = identifiers.iter().filter(|(scheme, _)| identity::is_of_one_person(scheme));
    let own: Vec<String> = own.map(|(_, value)| value.to_ascii_lowercase()).collect();
    let names_it = |text: &str| {
        let text = text.to_ascii_lowercase();
        let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)));
        words.any(|word| own.iter().any(|value| value == word))
    };
    for record in case.log.records() {
        if record.sealed_parts().is_some_and(|(header, _)| names_it(&header)) {
            remains.push(of_record(record, "its header holds an identifier of the person"));
        }
    }
    for (kept, position) in journal::read(tx, case_id)?.iter().zip(1_u64..) {
        if names_it(&kept.text) {
            remains.push(format!("case {case_id}, journal entry {position}: it holds an identifier of the person"));
        }
    }
    Ok(remains)
}
