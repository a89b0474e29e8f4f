//! Keeping a store: erasure by law, the journal of who did what, checkpoints, and whether it is what was kept.

use std::ffi::c_char;

use risk_binding::status::risk_status;
use risk_binding::store as bound;

use super::{STORE, risk_store};
use crate::boundary::{call_with, live};
use crate::pointer::{Out, list, optional_text, risk_buf, text};

/// Removes salt, data and note of a record by law: appends `record`, a `payload_erased` record that names it, and removes them from
/// the store and its files. The chain stays whole. Done again, it changes nothing, and tries again to clear the files.
///
/// `*out` is JSON: `{"position":9,"new":true,"scrubbed":true}`; where the files may still hold old pages, `scrubbed` is false and
/// `pending` says why. Copies made before hold what they held, but for payloads whose key is no longer given.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_RECORD also where a
/// correction still holds data of the record, which is to be erased first; RISK_NOT_FOUND for a record that is not there, or
/// whose payload is gone already; RISK_BAD_WORD for another operator, or another kind of record; those of a store (80 and on);
/// RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_erase(store, "night-feed", 10, erasure, strlen(erasure), &told);`
///
/// # Safety
/// `store` is a handle that is not freed; each text points to as many bytes as its length says; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_erase(
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    record: *const c_char,
    len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, record, out) = unsafe {
            (text("operator", operator_id, operator_len)?, text("record", record, len)?, Out::required("out", out)?)
        };
        out.text(bound::erase(store, &bound::operator(by)?, record, false)?);
        Ok(())
    })
}

/// As risk_store_erase(), where the law asks for the payload to be kept as evidence all the same: no answer rests on it from then on;
/// it lies apart, sealed as it was.
///
/// `*out` is JSON: `{"position":9,"new":true,"scrubbed":true}`; where the files may still hold old pages, `scrubbed` is false and
/// `pending` says why. Copies made before hold what they held, but for payloads whose key is no longer given.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_RECORD also where a
/// correction still holds data of the record, which is to be erased first; RISK_NOT_FOUND for a record that is not there, or
/// whose payload is gone already; RISK_BAD_WORD for another operator, or another kind of record; those of a store (80 and on);
/// RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_restrict(store, "night-feed", 10, erasure, strlen(erasure), &told);`
///
/// # Safety
/// As risk_store_erase().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_restrict(
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    record: *const c_char,
    len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, record, out) = unsafe {
            (text("operator", operator_id, operator_len)?, text("record", record, len)?, Out::required("out", out)?)
        };
        out.text(bound::erase(store, &bound::operator(by)?, record, true)?);
        Ok(())
    })
}

/// Removes everything of a person by law, for good, whole or not at all: the payload of every record of every case that is merged with
/// the one named, in either direction, what was kept as evidence, and the identifiers, from the store and its files. The chains stay
/// whole. From then on these cases take no record, no identifier and no merge. Done again, it changes nothing, and tries again to
/// clear the files.
///
/// `order` is JSON: `{"case_id":"…","by":"manager-7"}`, where `by` is the member of staff who decided it; with `"reason"`, if it is
/// another than `legal_erasure`. `secret` is that of risk_hmpps_new(), or NULL: with it keyed digests of the identifiers stay, by
/// which messages that come late are recognised as of an erased person.
///
/// `*out` is JSON: `cases` and `parted` (ids; those that were parted again are of another person, and were left alone), `records`,
/// `misplaced`, `evidence` and `identifiers` (how many are gone now), `remains` (what could not be erased and where it is; look at
/// it), `scrubbed`, and if that is false `pending`, as of risk_store_erase(). Copies made before hold what they held, but for
/// payloads whose key is no longer given.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_WORD for an order that cannot be
/// used and for another operator; RISK_BAD_SIZE for a secret that is too short; RISK_NOT_FOUND; RISK_NO_KEY and RISK_TAMPERED for a
/// case that cannot be read whole; those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED. Then nothing was
/// erased.
///
/// Example: `risk_store_erase_person(store, "night-feed", 10, order, strlen(order), NULL, 0, &told);`
///
/// # Safety
/// As risk_store_erase(); `secret` points to `secret_len` bytes or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_erase_person(
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    order: *const c_char,
    len: usize,
    secret: *const u8,
    secret_len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, order, given, out) = unsafe {
            (
                text("operator", operator_id, operator_len)?,
                text("order", order, len)?,
                list("secret", secret, secret_len)?,
                Out::required("out", out)?,
            )
        };
        let secret = (!secret.is_null()).then_some(given);
        out.text(bound::erase_person(store, &bound::operator(by)?, order, secret)?);
        Ok(())
    })
}

/// Who did what with a case, in order, as JSON Lines: `position`, `at`, `by`, `audience`, `purpose`, `operation` (the word of the
/// Data Protection Act 2018, section 62), `case_id`, `refused`, `act`. `case_id` NULL: with the store as a whole. Entries are never
/// changed or removed, and chained as records are.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_NOT_FOUND; RISK_BAD_WORD for
/// the id; those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_journal(store, case_id, 36, &entries);`
///
/// # Safety
/// `store` is a handle that is not freed; `case_id` points to `case_len` bytes or is NULL; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_journal(
    store: *const risk_store,
    case_id: *const c_char,
    case_len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (case_id, out) = unsafe { (optional_text("case_id", case_id, case_len)?, Out::required("out", out)?) };
        let case_id = case_id.map(|id| bound::id("case_id", id)).transpose()?;
        out.text(bound::journal(store, case_id)?);
        Ok(())
    })
}

/// Where every chain of the store ends now, as text, with the root of its tree in the first line: to be signed, and kept where those
/// who can write to the store cannot.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: those of a store (80 and on);
/// RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_checkpoint(store, &checkpoint);`
///
/// # Safety
/// As risk_store_last_error_message().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_checkpoint(store: *const risk_store, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        out.text(store.checkpoint()?.to_text());
        Ok(())
    })
}

/// Whether every chain of the store is what was kept, and goes on from a checkpoint (NULL: none was kept), as JSON:
/// `{"intact":true,"cases":2,"records":9,"entries":14,"locked":[],"differences":[]}`. A difference has `case_id` and `what`; `locked`
/// are cases whose key is not given. The status is RISK_OK whether or not it is intact.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_RECORD and RISK_TAMPERED for
/// a text that is no checkpoint; RISK_CANCELLED with a handle of risk_store_with_cancel(); those of a store (80 and on) that cannot be
/// read at all; RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_verify(store, checkpoint, strlen(checkpoint), &report);`
///
/// # Safety
/// `store` is a handle that is not freed; `checkpoint` points to `len` bytes or is NULL; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_verify(
    store: *const risk_store,
    checkpoint: *const c_char,
    len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (checkpoint, out) = unsafe { (optional_text("checkpoint", checkpoint, len)?, Out::required("out", out)?) };
        out.text(bound::verify(store, checkpoint)?);
        Ok(())
    })
}
