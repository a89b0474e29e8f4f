//! A store as bindings see it: ids and records as text in, text and numbers out.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use risk_core::event::Term;
use risk_core::event::field::{StaffId, describe_text, one_of};
use risk_core::event::vocabulary::{Audience, CorrectionReason};
use risk_core::log::Record;
use risk_core::text::to_json;
use risk_hmpps::people::former;
use risk_hmpps_store::must_be_its_secret;
use risk_store::{
    Addition, Checkpoint, Erased, Interrupt, Keys, Operator, Options, PersonErasure, Reader, Scrubbed, Store,
    Verification, random_record_id,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::fault::Fault;
use crate::hmpps;
use crate::records::parse_each;
use crate::status::{RISK_BAD_WORD, RISK_MISMATCH};

/// The result of an append to a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// How many are new; the store had the others already, with the same content.
    pub added: u64,
    /// The position of the last one in the log of its case, from 1.
    pub position: u64,
}

/// Opens the store at a place, or makes it where there is none and that is asked for. `interrupt` ends the opening and all calls early.
///
/// # Errors
/// RISK_STORE_MISSING, RISK_BAD_STORE, RISK_STORE_BUSY, RISK_STORE_UNREACHABLE, RISK_BAD_WORD for a URL that is none, and the
/// others of a store.
pub fn open(
    place: &str,
    make: bool,
    patience: Option<Duration>,
    keys: Option<Keys>,
    interrupt: Interrupt,
) -> Result<Store, Fault> {
    let usual = Options::default();
    let options = Options { keys, patience: patience.unwrap_or(usual.patience), interrupt, ..usual };
    Ok(if make { Store::create(place, options) } else { Store::open(place, options) }?)
}

/// The id of a case.
///
/// # Errors
/// RISK_BAD_WORD for text that is no UUID.
pub fn id(field: &str, text: &str) -> Result<Uuid, Fault> {
    Uuid::try_parse(text).map_err(|_| Fault::mismatch(RISK_BAD_WORD, field, "a UUID", describe_text(text)))
}

/// The host's own software.
///
/// # Errors
/// RISK_BAD_WORD for an invalid id.
pub fn operator(id: &str) -> Result<Operator, Fault> {
    Ok(Operator::new(id)?)
}

/// A person who reads.
///
/// # Errors
/// RISK_BAD_WORD for an id or a purpose of another form.
pub fn reader(id: &str, audience: Audience, purpose: Option<&str>) -> Result<Reader, Fault> {
    let reader = Reader::new(id, audience)?;
    Ok(match purpose {
        Some(purpose) => reader.with_purpose(purpose)?,
        None => reader,
    })
}

/// Appends records, plain, of one case or of several: all or none.
///
/// # Errors
/// As [`crate::append`], with the case; RISK_MISMATCH for a position that is expected of several cases at once; those of a store.
pub fn append(store: &Store, by: &Operator, records: &str, expected: Option<u64>) -> Result<Stored, Fault> {
    let given = parse_each(records)?;
    let lines: BTreeMap<Uuid, usize> = given.iter().map(|(line, record)| (record.event_id, *line)).collect();
    let last = given.last().map(|(_, record)| record.case_id);
    let mut cases: BTreeMap<Uuid, Vec<Record>> = BTreeMap::new();
    for (_, record) in given {
        cases.entry(record.case_id).or_default().push(record);
    }
    if expected.is_some() && cases.len() > 1 {
        let found = format!("records of {}", cases.len());
        return Err(Fault::mismatch(RISK_MISMATCH, "expected_position", "records of one case", found));
    }
    let each = |(case_id, records)| Addition { case_id, records, expected_position: expected };
    let additions: Vec<Addition> = cases.into_iter().map(each).collect();
    let appended = store.append_all(by, &additions);
    let appended = appended.map_err(|e| Fault::from(e).on_line_of(|id| lines.get(&id).copied()))?;
    let added = appended.iter().flatten().filter(|one| one.new).count();
    let of_last = additions.iter().zip(&appended).find(|(addition, _)| Some(addition.case_id) == last);
    let position = of_last.and_then(|(_, positions)| positions.last()).map_or(0, |one| one.position);
    Ok(Stored { added: u64::try_from(added).unwrap_or(u64::MAX), position })
}

/// A change as its line has it.
#[derive(Serialize)]
struct ChangeLine<'a> {
    place: u64,
    case_id: Uuid,
    position: u64,
    record: &'a RawValue,
}

/// The records after a place, at most so many, as JSON Lines: `{"place":7,"case_id":"…","position":2,"record":{…}}`, where the
/// record is the line of the case's sealed log, byte for byte.
///
/// # Errors
/// Those of a store.
pub fn changes(store: &Store, by: &Operator, after: u64, limit: u64) -> Result<String, Fault> {
    let mut lines = String::new();
    for change in store.changes(by, after, limit)? {
        let record: &RawValue = serde_json::from_str(&change.line)?;
        let line = ChangeLine { place: change.place, case_id: change.case_id, position: change.position, record };
        // Writing to a text does not fail.
        let _ = writeln!(lines, "{}", serde_json::to_string(&line)?);
    }
    Ok(lines)
}

/// The result of an erasure, as its JSON has it.
#[derive(Serialize)]
struct ErasureResult {
    position: u64,
    new: bool,
    scrubbed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<String>,
}

/// Removes the payload of the record that a `payload_erased` record names; `keep`: restricted, and kept apart as evidence. Gives
/// JSON: `{"position":9,"new":true,"scrubbed":true}`; where the files may still hold it, `scrubbed` is false and `pending` says why.
///
/// # Errors
/// RISK_BAD_RECORD, RISK_NOT_FOUND; those of a store.
pub fn erase(store: &Store, by: &Operator, record: &str, keep: bool) -> Result<String, Fault> {
    let record = Record::parse(record).map_err(|e| Fault::record(1, e))?;
    let case_id = record.case_id;
    let Erased { appended, scrubbed } =
        if keep { store.restrict(by, case_id, record)? } else { store.erase(by, case_id, record)? };
    let pending = match scrubbed {
        Scrubbed::Done => None,
        Scrubbed::Pending(why) => Some(why),
    };
    let result = ErasureResult { position: appended.position, new: appended.new, scrubbed: pending.is_none(), pending };
    Ok(serde_json::to_string(&result)?)
}

/// Which person is to be erased, and on whose decision.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonOrder {
    /// A case of the person.
    case_id: String,
    /// Who decided it: a member of staff, as records name them.
    by: String,
    /// Why: a reason of `payload_erased`.
    #[serde(default)]
    reason: Option<String>,
}

/// The result of the erasure of a person, as its JSON has it.
#[derive(Serialize)]
struct PersonErasureResult<'a> {
    cases: &'a [Uuid],
    records: u64,
    misplaced: u64,
    evidence: u64,
    identifiers: u64,
    remains: &'a [String],
    parted: &'a [Uuid],
    scrubbed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<&'a str>,
}

/// Erases everything of a person by law, for good: the payloads of every case that is merged with this one, what was kept as
/// evidence, and the identifiers. `order` is JSON, `{"case_id":"…","by":"manager-7","reason":"legal_erasure"}`, where the reason may be
/// left out. With the `secret` of the HMPPS adapter, keyed digests of the identifiers stay, by which messages that come late are
/// recognised. Gives JSON: `cases`, `records`, `misplaced`, `evidence`, `identifiers`, `remains`, `parted`, `scrubbed` and where that
/// is false `pending`.
///
/// # Errors
/// RISK_BAD_WORD for an order that cannot be used, RISK_BAD_SIZE for a secret that is too short; RISK_NOT_FOUND, RISK_NO_KEY,
/// RISK_TAMPERED; those of a store. Then nothing was erased.
pub fn erase_person(store: &Store, by: &Operator, order: &str, secret: Option<&[u8]>) -> Result<String, Fault> {
    let order: PersonOrder = serde_json::from_str(order).map_err(|e| {
        let expected = "a JSON object of `case_id`, `by` and, if it is another than `legal_erasure`, `reason`";
        Fault::mismatch(RISK_BAD_WORD, "order", expected, e.to_string())
    })?;
    let case_id = id("order.case_id", &order.case_id)?;
    let decided_by =
        StaffId::new(&order.by).map_err(|e| Fault::mismatch(RISK_BAD_WORD, "order.by", e.expected, e.found))?;
    let reason = match order.reason.as_deref() {
        None => CorrectionReason::LegalErasure,
        Some(word) => CorrectionReason::parse(word).ok_or_else(|| {
            let expected = one_of(CorrectionReason::names(), word);
            Fault::mismatch(RISK_BAD_WORD, "order.reason", expected, describe_text(word))
        })?,
    };
    let key = secret.map(hmpps::key).transpose()?;
    if let Some(key) = &key {
        must_be_its_secret(key, store, by)?;
    }
    let digest = key.as_ref().map(|key| move |scheme: &str, value: &str| former(key, scheme, value));
    let erasure = PersonErasure {
        reason,
        by: decided_by,
        record_id: &random_record_id,
        digest: digest.as_ref().map(|digest| digest as &dyn Fn(&str, &str) -> String),
        named: &[],
    };
    let done = store.erase_person(by, case_id, &erasure)?;
    let pending = match &done.scrubbed {
        Scrubbed::Done => None,
        Scrubbed::Pending(why) => Some(why.as_str()),
    };
    to_json(&PersonErasureResult {
        cases: &done.cases,
        records: done.records,
        misplaced: done.misplaced,
        evidence: done.evidence,
        identifiers: done.identifiers,
        remains: &done.remains,
        parted: &done.parted,
        scrubbed: pending.is_none(),
        pending,
    })
    .map_err(Fault::from)
}

/// The cases that have an identifier, as a JSON array.
///
/// # Errors
/// Those of a store.
pub fn find(store: &Store, scheme: &str, value: &str) -> Result<String, Fault> {
    Ok(serde_json::to_string(&store.cases_of(scheme, value)?)?)
}

/// The facts that the store holds about a case, as JSON.
///
/// # Errors
/// RISK_NOT_FOUND; those of a store.
pub fn facts(store: &Store, case_id: Uuid) -> Result<String, Fault> {
    Ok(to_json(&store.facts(case_id)?)?)
}

/// Who did what with a case, or with the store as a whole, as JSON Lines.
///
/// # Errors
/// RISK_NOT_FOUND; those of a store.
pub fn journal(store: &Store, case_id: Option<Uuid>) -> Result<String, Fault> {
    let mut lines = String::new();
    for entry in store.journal(case_id)? {
        let _ = writeln!(lines, "{}", to_json(&entry)?);
    }
    Ok(lines)
}

/// What a verification found, as its JSON has it.
#[derive(Serialize)]
struct VerificationResult<'a> {
    intact: bool,
    #[serde(flatten)]
    found: &'a Verification,
}

/// Whether every chain is what was kept, and goes on from a checkpoint, as JSON: `intact`, `cases`, `records`, `entries`,
/// `locked`, `differences`, `remarks`.
///
/// # Errors
/// RISK_BAD_RECORD and RISK_TAMPERED for a text that is no checkpoint; those of a store that cannot be read at all.
pub fn verify(store: &Store, checkpoint: Option<&str>) -> Result<String, Fault> {
    let checkpoint = checkpoint.map(Checkpoint::parse).transpose()?;
    let found = store.verify(checkpoint.as_ref(), |_| {})?;
    Ok(to_json(&VerificationResult { intact: found.is_intact(), found: &found })?)
}
