//! The hash chain: how a log is sealed, and how a change to a sealed log is found and located.
//!
//! # Format of a sealed line, for implementations in other languages
//!
//! A sealed line is a JSON object without white space between its members, in this order:
//!
//! 1. the *header*: `event_id`, `case_id`, `occurred_at`, `recorded_at`, `appended_at`, `source`, `handling`, `v` (where
//!    it is not 1), `kind`, `position` (1 on the first line, one more on each), whatever members a newer schema has,
//!    and `commitment`;
//! 2. `hash`;
//! 3. the *payload*: `salt` (16 random bytes, 32 hexadecimal digits), `data`, and `note` where there is one.
//!
//! A *digest* of a tag and a list of members is the SHA-256, in 64 lower-case hexadecimal digits, of the tag and then of
//! each member's name and value, each of these texts preceded by its length in bytes as a 64-bit big-endian integer. A
//! value is the exact text between the colon and the comma, quotation marks included; nothing is ever re-serialised.
//!
//! - `commitment` is the digest of the tag `risk-log/1 payload` and the members of the payload in their order.
//! - `hash` is the digest of the tag `risk-log/1 record`, a first member named `previous` whose value is the line
//!   before's hash without quotation marks (64 zeros on the first line), and the members of the header in their order.
//!
//! A line is intact if it is, byte for byte, its members written again without white space in the order above, and if
//! commitment and hash are right. So no byte of a record can change unnoticed. Lines end with a line feed alone; empty
//! lines are ignored.
//!
//! Erasing a payload takes item 3 away; the header holds the commitment to it, and so the chain stays as it was. Such a
//! line is intact only where a `payload_erased` record of the same log names it.
//!
//! The chain has no secret: whoever can write the whole file can compute it anew from any line on, or cut off its end.
//! Only a head that was kept elsewhere shows that.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::AppendError;
use super::member::{Members, assemble, value};
use super::record::{PAYLOAD, Record, RecordError, borrowed, write_instant};
use crate::event::vocabulary::vocabulary;
use crate::event::{Instant, Kind, Term};
use crate::text::without_mark;

const PAYLOAD_TAG: &str = "risk-log/1 payload";
const RECORD_TAG: &str = "risk-log/1 record";
const BEFORE_THE_FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What the host adds when a record is sealed, because the engine has neither a clock nor randomness. See [`chain`](crate::chain).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// When the record is appended. Not before its `recorded_at`, nor before the stamp of the last record.
    pub appended_at: Instant,
    /// 16 bytes from a cryptographic random number generator, fresh for each record. They prevent guessing an erased payload from its
    /// commitment.
    pub salt: [u8; 16],
}

/// The result of verifying a log that is intact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The number of records.
    pub records: u64,
    /// The hash of the last record. If you keep it elsewhere, a later verification shows whether the end of the log was removed.
    pub head: String,
    /// The position of the record with the expected head. Less than `records` if the log has grown since.
    pub expected_at: Option<u64>,
}

vocabulary! {
    /// How a sealed log was changed.
    Tampered {
        /// There is no record at all, or a record without a seal.
        Unsealed,
        /// The line is not a JSON object.
        Unreadable,
        /// The line has other members, order or white space than a sealed line.
        Layout,
        /// A record was removed, moved, repeated or inserted.
        Position,
        /// The data, the note or the salt does not match the commitment.
        Payload,
        /// The header or the hash was changed, or the previous record was.
        Header,
        /// The payload is missing, and no `payload_erased` record names this one.
        PayloadMissing,
        /// The expected head is not in the log: its end was removed, or the log was rewritten.
        Head,
    }
}

/// A change to a sealed log, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, record {position}: {what}: expected {expected}, found {found}")]
pub struct Tampering {
    /// The line, from 1.
    pub line: usize,
    /// The position that the record should have, from 1.
    pub position: u64,
    /// The id of the record, if it can be read.
    pub event_id: Option<Uuid>,
    /// The kind of change.
    pub what: Tampered,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

/// Seals plain records behind the last of a log of that length.
pub(super) fn seal_behind(
    last: Option<&Record>,
    length: u64,
    records: &[Record],
    stamp: &mut dyn FnMut(u64) -> Stamp,
) -> Result<Vec<Record>, AppendError> {
    let mut sealed: Vec<Record> = Vec::with_capacity(records.len());
    for (record, position) in records.iter().zip(length.saturating_add(1)..) {
        let previous = sealed.last().or(last);
        let next = seal_record(record, position, previous, stamp(position))
            .map_err(|e| AppendError::refused(record.event_id, e))?;
        sealed.push(next);
    }
    Ok(sealed)
}

/// The time at which a log takes a record never goes back.
pub(super) fn refuse_going_back(previous: Option<&Record>, appended_at: Option<Instant>) -> Result<(), RecordError> {
    match (previous.and_then(|p| p.appended_at), appended_at) {
        (Some(before), Some(at)) if at < before => Err(RecordError::new(
            "appended_at",
            format!("an instant not before that of the record before, {}", write_instant(before)),
            write_instant(at),
        )),
        _ => Ok(()),
    }
}

/// Seals one plain record behind `previous`.
fn seal_record(record: &Record, position: u64, previous: Option<&Record>, stamp: Stamp) -> Result<Record, RecordError> {
    refuse_going_back(previous, Some(stamp.appended_at))?;
    let (payload, envelope): (Vec<_>, Vec<_>) =
        record.plain_members().into_iter().partition(|(name, _)| PAYLOAD.contains(&name.as_str()));
    let quoted = |name: &str, text: &str| (name.to_owned(), format!("\"{text}\""));
    let salt = quoted("salt", &hexadecimal(&stamp.salt));
    // A payload erased before the sealing has nothing to be committed to.
    let payload: Vec<_> = if payload.is_empty() { payload } else { std::iter::once(salt).chain(payload).collect() };

    let mut header = Vec::new();
    for (name, raw) in envelope {
        let (recorded, kind) = (name == "recorded_at", name == "kind");
        header.push((name, raw));
        if recorded {
            header.push(quoted("appended_at", &write_instant(stamp.appended_at)));
        }
        if kind {
            header.push(("position".to_owned(), position.to_string()));
        }
    }
    header.push(quoted("commitment", &digest(PAYLOAD_TAG, borrowed(&payload))));
    let previous = previous.and_then(Record::hash).unwrap_or(BEFORE_THE_FIRST);
    let hash = quoted("hash", &record_hash(previous, borrowed(&header)));
    Record::parse_kept(&assemble(
        borrowed(&header).chain([(hash.0.as_str(), hash.1.as_str())]).chain(borrowed(&payload)),
    ))
}

/// Checks the text of a sealed log, and that it has come from the head `expected_head`, if one was kept elsewhere.
///
/// A byte order mark in front of the text is passed over. A log that has grown since its head was kept is intact; see [`Verified::expected_at`].
///
/// # Errors
/// [`Tampering`], at the first line where the log is not what was sealed.
pub fn verify(text: &str, expected_head: Option<&str>) -> Result<Verified, Tampering> {
    let mut checked: Vec<CheckedLine> = Vec::new();
    let lines = (1..).zip(without_mark(text).split('\n')).filter(|(_, line)| !line.trim().is_empty());
    for ((line, text), position) in lines.zip(1u64..) {
        let previous = checked.last().map_or(BEFORE_THE_FIRST, |c| c.hash.as_str());
        let next = CheckedLine::check(text, line, position, previous)?;
        checked.push(next);
    }
    refuse_missing_payloads(&checked)?;

    let Some(last) = checked.last() else {
        let found = "nothing".to_owned();
        return Err(Tampering {
            line: 1,
            position: 1,
            event_id: None,
            what: Tampered::Unsealed,
            expected: "a sealed record".to_owned(),
            found,
        });
    };
    let expected_at = match expected_head {
        None => None,
        Some(head) => match checked.iter().find(|c| c.hash.eq_ignore_ascii_case(head.trim())) {
            Some(c) => Some(c.position),
            None => {
                let expected = format!("a record with the hash {head:.64}");
                return Err(last.tampering(Tampered::Head, expected, format!("the end of the log, {}", last.hash)));
            }
        },
    };
    Ok(Verified { records: last.position, head: last.hash.clone(), expected_at })
}

fn refuse_missing_payloads(checked: &[CheckedLine]) -> Result<(), Tampering> {
    let erased: BTreeSet<Uuid> = checked.iter().filter_map(|c| c.erases).collect();
    match checked.iter().find(|c| c.payload_gone && !c.event_id.is_some_and(|id| erased.contains(&id))) {
        None => Ok(()),
        Some(c) => {
            let expected = format!("a payload, or a {} record that names this one", Kind::PayloadErased.name());
            Err(c.tampering(Tampered::PayloadMissing, expected, "neither".to_owned()))
        }
    }
}

/// A line whose own bytes are right.
struct CheckedLine {
    line: usize,
    position: u64,
    event_id: Option<Uuid>,
    hash: String,
    payload_gone: bool,
    erases: Option<Uuid>,
}

impl CheckedLine {
    fn check(text: &str, line: usize, position: u64, previous: &str) -> Result<Self, Tampering> {
        let fault = |event_id, what, expected: &str, found: &str| Tampering {
            line,
            position,
            event_id,
            what,
            expected: expected.to_owned(),
            found: found.to_owned(),
        };
        let members = Members::read(text).map_err(|e| fault(None, Tampered::Unreadable, &e.expected, &e.found))?;
        let event_id = members.get("event_id").and_then(quoted_id);
        let fault = |what, expected: &str, found: &str| fault(event_id, what, expected, found);

        let hash = members.get("hash").unwrap_or_default();
        if hash.is_empty() {
            return Err(fault(Tampered::Unsealed, "a sealed record", "one without `hash`"));
        }
        let payload: Vec<(&str, &str)> = PAYLOAD.iter().filter_map(|n| Some((*n, members.get(n)?))).collect();
        let header: Vec<(&str, &str)> =
            members.iter().filter(|(name, _)| !PAYLOAD.contains(name) && *name != "hash").collect();
        let layout = header.iter().copied().chain([("hash", hash)]).chain(payload.iter().copied());
        if assemble(layout) != text {
            return Err(fault(
                Tampered::Layout,
                "header, hash and payload without white space",
                "the same members in other bytes",
            ));
        }
        let place = members.get("position").unwrap_or("none");
        if place != position.to_string() {
            let number = place.len() <= 20 && place.bytes().all(|b| b.is_ascii_digit());
            let found = if number { format!("position {place}") } else { "no position".to_owned() };
            return Err(fault(Tampered::Position, &format!("position {position}"), &found));
        }
        let commitment = members.get("commitment").unwrap_or_default();
        if !payload.is_empty() && commitment != format!("\"{}\"", digest(PAYLOAD_TAG, payload.iter().copied())) {
            return Err(fault(Tampered::Payload, "the payload that was committed to", "another"));
        }
        let computed = record_hash(previous, header.iter().copied());
        if hash != format!("\"{computed}\"") {
            return Err(fault(Tampered::Header, "the header that was sealed, behind the record before it", "another"));
        }
        let erases = members
            .get("data")
            .filter(|_| members.get("kind").is_some_and(|k| k.trim_matches('"') == Kind::PayloadErased.name()));
        Ok(Self {
            line,
            position,
            event_id,
            hash: computed,
            payload_gone: payload.is_empty(),
            erases: erases.and_then(|data| value("data", data).ok()?.get("event_id")?.as_str()?.parse().ok()),
        })
    }

    fn tampering(&self, what: Tampered, expected: String, found: String) -> Tampering {
        Tampering { line: self.line, position: self.position, event_id: self.event_id, what, expected, found }
    }
}

fn quoted_id(raw: &str) -> Option<Uuid> {
    value("event_id", raw).ok()?.as_str()?.parse().ok()
}

fn record_hash<'m>(previous: &'m str, header: impl Iterator<Item = (&'m str, &'m str)>) -> String {
    digest(RECORD_TAG, std::iter::once(("previous", previous)).chain(header))
}

/// The digest of a tag and a list of members, as it is described above: 64 lower-case hexadecimal digits.
#[must_use]
pub fn digest<'m>(tag: &'m str, members: impl Iterator<Item = (&'m str, &'m str)>) -> String {
    let mut sha = Sha256::new();
    for text in std::iter::once(tag).chain(members.flat_map(|(name, raw)| [name, raw])) {
        // Lengths first, so that no two lists of texts run together into the same bytes.
        sha.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        sha.update(text.as_bytes());
    }
    hexadecimal(&sha.finalize())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
