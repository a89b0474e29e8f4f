//! How a payload lies in the store: as it is, or encrypted with the key of its case.
//!
//! An encrypted payload is the byte 1, a nonce of 24 random bytes, and what XChaCha20-Poly1305 makes of it, with the record's
//! header as associated data: so it opens for its own record only. One that is not encrypted begins with a quotation mark.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use uuid::Uuid;

use crate::error::StoreError;

/// Gives the key of a case; `None` where there is none, or none any more.
pub type Keys = Box<dyn Fn(Uuid) -> Option<[u8; 32]> + Send + Sync>;

const ENCRYPTED: u8 = 1;
const NONCE: usize = 24;

/// A payload as it is to be kept.
pub(crate) fn closed(keys: Option<&Keys>, case_id: Uuid, header: &str, payload: &str) -> Result<Vec<u8>, StoreError> {
    let Some(keys) = keys else { return Ok(payload.as_bytes().to_vec()) };
    let key = keys(case_id).ok_or(StoreError::NoKey { case_id })?;
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce)?;
    let message = Payload { msg: payload.as_bytes(), aad: header.as_bytes() };
    let encrypted = XChaCha20Poly1305::new(&key.into())
        .encrypt(&XNonce::from(nonce), message)
        .map_err(|_| StoreError::Database("a payload that is too long to be encrypted".to_owned()))?;
    Ok([&[ENCRYPTED], &nonce[..], &encrypted].concat())
}

/// A payload as it was given.
pub(crate) fn opened(
    keys: Option<&Keys>,
    case_id: Uuid,
    position: u64,
    header: &str,
    kept: Vec<u8>,
) -> Result<String, StoreError> {
    let plain = match kept.split_first() {
        Some((&ENCRYPTED, rest)) => {
            let key = keys.and_then(|keys| keys(case_id)).ok_or(StoreError::NoKey { case_id })?;
            let wrong = || StoreError::WrongKey { case_id, position };
            let (nonce, encrypted) = rest.split_first_chunk::<NONCE>().ok_or_else(wrong)?;
            let message = Payload { msg: encrypted, aad: header.as_bytes() };
            XChaCha20Poly1305::new(&key.into()).decrypt(&XNonce::from(*nonce), message).map_err(|_| wrong())?
        }
        _ => kept,
    };
    String::from_utf8(plain).map_err(|_| StoreError::damaged(format!("case {case_id}, record {position}: no text")))
}
