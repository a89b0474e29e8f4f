//! Messages that a store keeps until what they speak of is there.
//!
//! Whoever keeps them seals them with a key of its own (XChaCha20-Poly1305, with the message's id as associated data), so that no
//! message lies in the store in clear. In a store with keys of cases, a message whose case is known and has a key is encrypted
//! with that first, so that the destruction of the case's key reaches it in every copy. A message is found by keyed digests of
//! the identifiers that it names, and goes when one of these persons is erased.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use chrono::DateTime;
use risk_core::event::Instant;
use uuid::Uuid;

use crate::error::{AttemptError, StoreError};
use crate::payload::{self, Keys};
use crate::sql::{Row, Tx, Value};

/// Why a message is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingState {
    /// It waits for something that is not there yet.
    Waits,
    /// It concerns nothing that is held, and is kept in case that comes later.
    NotHeld,
    /// It was carried out, and may still decide what an earlier one means that comes later.
    Done,
    /// It waited too long, which was reported.
    Unresolved,
}

impl WaitingState {
    const ALL: [Self; 4] = [Self::Waits, Self::NotHeld, Self::Done, Self::Unresolved];

    fn number(self) -> u64 {
        match self {
            Self::Waits => 1,
            Self::NotHeld => 2,
            Self::Done => 3,
            Self::Unresolved => 4,
        }
    }
}

/// A message that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Of the message: the same each time that it is delivered.
    pub id: Uuid,
    /// Why it is kept.
    pub sort: WaitingState,
    /// Since when.
    pub since: Instant,
    /// From when on it is to be looked at again, where it waits for a time.
    pub due: Option<Instant>,
    /// The case that it is about, where that is known.
    pub case_id: Option<Uuid>,
    /// Keyed digests by which it is found again.
    pub subjects: Vec<String>,
    /// The message; `None` where it cannot be opened, as the key is another, or is destroyed.
    pub text: Option<String>,
}

/// The subject of persons who were erased before anything of them was kept has this id in place of a message's.
const OF_NO_MESSAGE: Uuid = Uuid::nil();

const NONCE: usize = 24;

/// Keeps a message, or changes for what it is kept; since when it is kept stays.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    keys: Option<&Keys>,
    sealing: &[u8; 32],
    waiting: &Waiting,
) -> Result<(), AttemptError> {
    let text = waiting.text.as_deref().unwrap_or_default();
    let sealed = sealed(keys, sealing, waiting, text)?;
    let due = waiting.due.map_or(0, microseconds);
    let case_id = waiting.case_id.as_ref().map(|id| id.as_bytes().as_slice());
    tx.execute(
        "INSERT INTO waiting (id, sort, since, due, case_id, sealed) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET sort = excluded.sort, due = excluded.due, case_id = excluded.case_id,
         sealed = excluded.sealed",
        &[
            (&waiting.id).into(),
            waiting.sort.number().into(),
            microseconds(waiting.since).into(),
            due.into(),
            Value::Bytes(case_id),
            sealed.as_slice().into(),
        ],
    )?;
    for subject in &waiting.subjects {
        mark(tx, subject, waiting.id)?;
    }
    Ok(())
}

fn mark(tx: &mut Tx<'_>, subject: &str, id: Uuid) -> Result<(), AttemptError> {
    tx.execute(
        "INSERT INTO waiting_for (subject, id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        &[subject.into(), (&id).into()],
    )?;
    Ok(())
}

/// Says why a message is kept from now on.
pub(crate) fn keep_as(tx: &mut Tx<'_>, id: Uuid, sort: WaitingState) -> Result<(), AttemptError> {
    tx.execute("UPDATE waiting SET sort = $1 WHERE id = $2", &[sort.number().into(), (&id).into()])?;
    Ok(())
}

/// Removes a message.
pub(crate) fn remove(tx: &mut Tx<'_>, id: Uuid) -> Result<u64, AttemptError> {
    tx.execute("DELETE FROM waiting_for WHERE id = $1", &[(&id).into()])?;
    tx.execute("DELETE FROM waiting WHERE id = $1", &[(&id).into()])
}

/// Removes every message that names a person by an identifier with that digest; gives their ids.
pub(crate) fn erase(tx: &mut Tx<'_>, digest: &str) -> Result<Vec<Uuid>, AttemptError> {
    let ids = of_subject(tx, digest)?;
    for id in &ids {
        remove(tx, *id)?;
    }
    Ok(ids)
}

/// How many messages are kept, whoever they are about.
pub(crate) fn count(tx: &mut Tx<'_>) -> Result<u64, AttemptError> {
    Ok(tx.row("SELECT count(*) FROM waiting", &[], |row| row.number(0))?.unwrap_or(0))
}

/// Whether anything is kept under any subject, or a person is known to be erased.
pub(crate) fn is_empty(tx: &mut Tx<'_>) -> Result<bool, AttemptError> {
    Ok(tx.row("SELECT CAST(1 AS BIGINT) FROM waiting_for LIMIT 1", &[], |row| row.number(0))?.is_none())
}

/// The ids of the messages that name a person.
pub(crate) fn of_subject(tx: &mut Tx<'_>, subject: &str) -> Result<Vec<Uuid>, AttemptError> {
    tx.rows(
        "SELECT id FROM waiting_for WHERE subject = $1 AND id <> $2 ORDER BY id",
        &[subject.into(), (&OF_NO_MESSAGE).into()],
        |row| row.id(0),
    )
}

/// The ids of the messages whose time has come.
pub(crate) fn due(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<Uuid>, AttemptError> {
    tx.rows("SELECT id FROM waiting WHERE due > 0 AND due <= $1 ORDER BY id", &[microseconds(now).into()], |row| {
        row.id(0)
    })
}

/// The ids of the messages that are kept for that reason since before a time, the oldest first, as many as may be looked at at once.
pub(crate) fn older(tx: &mut Tx<'_>, sort: WaitingState, than: Instant) -> Result<Vec<Uuid>, AttemptError> {
    tx.rows(
        "SELECT id FROM waiting WHERE sort = $1 AND since < $2 ORDER BY since, id LIMIT 1000",
        &[sort.number().into(), microseconds(than).into()],
        |row| row.id(0),
    )
}

/// The ids of all messages that are kept.
pub(crate) fn ids(tx: &mut Tx<'_>) -> Result<Vec<Uuid>, AttemptError> {
    tx.rows("SELECT id FROM waiting ORDER BY since, id", &[], |row| row.id(0))
}

/// A message that is kept.
pub(crate) fn one(
    tx: &mut Tx<'_>,
    keys: Option<&Keys>,
    sealing: &[u8; 32],
    id: Uuid,
) -> Result<Option<Waiting>, AttemptError> {
    let found =
        tx.row("SELECT sort, since, due, case_id, sealed FROM waiting WHERE id = $1", &[(&id).into()], |row| {
            Ok((read(id, row)?, row.bytes(4)?.unwrap_or_default()))
        })?;
    let Some((mut waiting, sealed)) = found else { return Ok(None) };
    waiting.subjects =
        tx.rows("SELECT subject FROM waiting_for WHERE id = $1 ORDER BY subject", &[(&id).into()], |row| row.text(0))?;
    waiting.text = opened(keys, sealing, &waiting, &sealed);
    Ok(Some(waiting))
}

fn read(id: Uuid, row: &Row<'_>) -> Result<Waiting, StoreError> {
    let number = row.number(0)?;
    let sort = WaitingState::ALL.into_iter().find(|sort| sort.number() == number);
    let sort = sort.ok_or_else(|| StoreError::damaged("a message that is kept for no reason there is"))?;
    let due = Some(row.number(2)?).filter(|due| *due > 0).map(instant).transpose()?;
    let case_id = row.bytes(3)?.map(|id| Uuid::from_slice(&id)).transpose().map_err(StoreError::damaged)?;
    Ok(Waiting { id, sort, since: instant(row.number(1)?)?, due, case_id, subjects: Vec::new(), text: None })
}

/// Notes that a person without stored records was erased.
pub(crate) fn mark_erased(tx: &mut Tx<'_>, digest: &str) -> Result<(), AttemptError> {
    mark(tx, digest, OF_NO_MESSAGE)
}

/// Whether a person was erased before anything was kept.
pub(crate) fn is_marked_erased(tx: &mut Tx<'_>, digest: &str) -> Result<bool, AttemptError> {
    let sql = "SELECT CAST(1 AS BIGINT) FROM waiting_for WHERE subject = $1 AND id = $2";
    Ok(tx.row(sql, &[digest.into(), (&OF_NO_MESSAGE).into()], |row| row.number(0))?.is_some())
}

/// Whether any person was erased before anything was kept.
pub(crate) fn is_anybody_marked_erased(tx: &mut Tx<'_>) -> Result<bool, AttemptError> {
    let sql = "SELECT CAST(1 AS BIGINT) FROM waiting_for WHERE id = $1 LIMIT 1";
    Ok(tx.row(sql, &[(&OF_NO_MESSAGE).into()], |row| row.number(0))?.is_some())
}

/// A value that is kept under a name.
pub(crate) fn value(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>, AttemptError> {
    tx.row("SELECT value FROM kept_value WHERE name = $1", &[name.into()], |row| row.text(0))
}

/// Keeps a value under a name, in place of any other.
pub(crate) fn keep_value(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), AttemptError> {
    tx.execute(
        "INSERT INTO kept_value (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[name.into(), value.into()],
    )?;
    Ok(())
}

fn microseconds(at: Instant) -> u64 {
    u64::try_from(at.timestamp_micros()).unwrap_or(0)
}

fn instant(microseconds: u64) -> Result<Instant, StoreError> {
    let at = i64::try_from(microseconds).ok().and_then(DateTime::from_timestamp_micros);
    at.ok_or_else(|| StoreError::damaged("a time that is none"))
}

fn sealed(keys: Option<&Keys>, sealing: &[u8; 32], waiting: &Waiting, text: &str) -> Result<Vec<u8>, StoreError> {
    // A case of which there is no key yet is one of which nothing is kept yet.
    let has_key = |case_id: &Uuid| keys.is_some_and(|keys| keys(*case_id).is_some());
    let within = match waiting.case_id.filter(has_key) {
        Some(case_id) => payload::closed(keys, case_id, &waiting.id.to_string(), text)?,
        None => text.as_bytes().to_vec(),
    };
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce)?;
    let message = Payload { msg: &within, aad: waiting.id.as_bytes() };
    let sealed = XChaCha20Poly1305::new(&(*sealing).into())
        .encrypt(&XNonce::from(nonce), message)
        .map_err(|_| StoreError::Database("a message that is too long to be encrypted".to_owned()))?;
    Ok([&nonce[..], &sealed].concat())
}

fn opened(keys: Option<&Keys>, sealing: &[u8; 32], waiting: &Waiting, sealed: &[u8]) -> Option<String> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let message = Payload { msg: sealed, aad: waiting.id.as_bytes() };
    let within = XChaCha20Poly1305::new(&(*sealing).into()).decrypt(&XNonce::from(*nonce), message).ok()?;
    match waiting.case_id {
        Some(case_id) => payload::opened(keys, case_id, 0, &waiting.id.to_string(), within).ok(),
        None => String::from_utf8(within).ok(),
    }
}
