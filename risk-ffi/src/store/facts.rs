//! What the host tells a store of its cases: what it calls them, which are of one person, and who may not see which.

use std::ffi::c_char;

use risk_binding::status::risk_status;
use risk_binding::store as bound;

use super::{STORE, risk_store};
use crate::boundary::{call_with, live};
use crate::pointer::{Out, optional_text, risk_buf, text};

/// Says what the host calls a case, in place of any other identifier of that scheme: `crn` and `noms`, of which each stands for
/// one case, or another word of the host's, such as `team` or `officer`, which many cases share. `identifier` NULL: the case has
/// none of that scheme any more.
///
/// Ownership: the texts are copied. Threads: any. Errors: RISK_TAKEN where it stands for another case, whose id is in the error;
/// RISK_NOT_FOUND where there is none to be taken away; RISK_BAD_WORD for words of another form than 1 to 64 letters, digits or
/// `. _ : -`, and for the ids; those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_identify(store, "night-feed", 10, case_id, 36, "crn", 3, "X320741", 7);`
///
/// # Safety
/// As risk_store_exclude(), with the texts named here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_identify(
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    case_id: *const c_char,
    case_len: usize,
    scheme: *const c_char,
    scheme_len: usize,
    identifier: *const c_char,
    identifier_len: usize,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, case_id, scheme, identifier) = unsafe {
            (
                text("operator", operator_id, operator_len)?,
                text("case_id", case_id, case_len)?,
                text("scheme", scheme, scheme_len)?,
                optional_text("identifier", identifier, identifier_len)?,
            )
        };
        let (by, case_id) = (bound::operator(by)?, bound::id("case_id", case_id)?);
        match identifier {
            Some(identifier) => store.identify(&by, case_id, scheme, identifier)?,
            None => store.unidentify(&by, case_id, scheme)?,
        }
        Ok(())
    })
}

/// The cases that an identifier stands for, as a JSON array of ids: none, one, or for the host's own words many.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: those of a store (80 and on);
/// RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_find(store, "crn", 3, "X320741", 7, &ids);`
///
/// # Safety
/// As risk_store_facts(), with the texts named here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_find(
    store: *const risk_store,
    scheme: *const c_char,
    scheme_len: usize,
    identifier: *const c_char,
    identifier_len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (scheme, identifier, out) = unsafe {
            (
                text("scheme", scheme, scheme_len)?,
                text("identifier", identifier, identifier_len)?,
                Out::required("out", out)?,
            )
        };
        out.text(bound::find(store, scheme, identifier)?);
        Ok(())
    })
}

/// What the store was told of a case, as JSON: `identifiers` (scheme to identifier), `merged_into`, `merged_from` (case to since
/// when), `excluded` (readers).
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_NOT_FOUND; RISK_BAD_WORD for
/// the id; those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_facts(store, case_id, 36, &facts);`
///
/// # Safety
/// `store` is a handle that is not freed; `case_id` points to `case_len` bytes; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_facts(
    store: *const risk_store,
    case_id: *const c_char,
    case_len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (case_id, out) = unsafe { (text("case_id", case_id, case_len)?, Out::required("out", out)?) };
        out.text(bound::facts(store, bound::id("case_id", case_id)?)?);
        Ok(())
    })
}

/// Says that a case is of the same person as another, under which it is answered from now on. Both logs stay as they are.
///
/// Ownership: the texts are copied. Threads: any. Errors: RISK_NOT_FOUND; RISK_EVENT_CONFLICT where both have a record of one id
/// that says different things; RISK_BAD_WORD also for a case that is merged already, or with itself; those of a store (80 and
/// on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_merge(store, "night-feed", 10, from, 36, into, 36);`
///
/// # Safety
/// As risk_store_exclude(), with the texts named here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_merge(
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    from: *const c_char,
    from_len: usize,
    into: *const c_char,
    into_len: usize,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, from, into) = unsafe {
            (text("operator", operator_id, operator_len)?, text("from", from, from_len)?, text("into", into, into_len)?)
        };
        store.merge(&bound::operator(by)?, bound::id("from", from)?, bound::id("into", into)?)?;
        Ok(())
    })
}

/// Says that a case that was merged into another is of another person after all.
///
/// Ownership: the texts are copied. Threads: any. Errors: RISK_NOT_FOUND; RISK_BAD_WORD also where it is not merged into that one;
/// those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_unmerge(store, "night-feed", 10, from, 36, into, 36);`
///
/// # Safety
/// As risk_store_exclude(), with the texts named here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_unmerge(
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    from: *const c_char,
    from_len: usize,
    into: *const c_char,
    into_len: usize,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, from, into) = unsafe {
            (text("operator", operator_id, operator_len)?, text("from", from, from_len)?, text("into", into, into_len)?)
        };
        store.unmerge(&bound::operator(by)?, bound::id("from", from)?, bound::id("into", into)?)?;
        Ok(())
    })
}

/// Says that a reader is not to be shown a case: somebody who works in an agency and is in the case, or related to it. From then on
/// risk_store_assess() refuses them, and writes down that they asked.
///
/// Ownership: the texts are copied. Threads: any. Errors: RISK_NOT_FOUND; RISK_BAD_WORD for the ids; those of a store (80 and on);
/// RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_exclude(store, "night-feed", 10, case_id, 36, "N07A001", 7);`
///
/// # Safety
/// `store` is a handle that is not freed; each text points to as many bytes as its length says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_exclude(
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    case_id: *const c_char,
    case_len: usize,
    reader: *const c_char,
    reader_len: usize,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, case_id, reader) = unsafe {
            (
                text("operator", operator_id, operator_len)?,
                text("case_id", case_id, case_len)?,
                text("reader", reader, reader_len)?,
            )
        };
        store.exclude(&bound::operator(by)?, bound::id("case_id", case_id)?, reader)?;
        Ok(())
    })
}

/// Says that a reader may be shown a case again.
///
/// Ownership, threads: as risk_store_exclude(). Errors: as risk_store_exclude(); RISK_NOT_FOUND also where the reader is not
/// excluded.
///
/// Example: `risk_store_admit(store, "night-feed", 10, case_id, 36, "N07A001", 7);`
///
/// # Safety
/// As risk_store_exclude().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_admit(
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    case_id: *const c_char,
    case_len: usize,
    reader: *const c_char,
    reader_len: usize,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, case_id, reader) = unsafe {
            (
                text("operator", operator_id, operator_len)?,
                text("case_id", case_id, case_len)?,
                text("reader", reader, reader_len)?,
            )
        };
        store.admit(&bound::operator(by)?, bound::id("case_id", case_id)?, reader)?;
        Ok(())
    })
}
