//! Stores: the logs of many cases, kept for good in a file or in a database.

mod facts;
mod keeping;
mod opening;

use std::ffi::c_char;
use std::sync::RwLock;

use ::risk_store::Store;
use risk_binding::status::risk_status;
use risk_binding::{Fault, store as bound};

pub use self::facts::*;
pub use self::keeping::*;
pub use self::opening::*;
use crate::boundary::{self, Handle, call_with, live};
use crate::case::risk_case;
use crate::pointer::{Out, null, optional, risk_buf, risk_str, sized, text};
use crate::policy::risk_policy;
use crate::question::{self, risk_question};
use crate::risk_assessment;

/// A store of cases. Calls on one handle take turns, on however many threads; several processes may open one store at once.
pub struct risk_store(pub(crate) Handle<Store>);

boundary::handle!(risk_store, Store, b"riskstor");

/// A person who reads an answer. Each reading is written down in the store, with the audience of the question. Set it to zero,
/// then `size` and `id`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct risk_reader {
    /// sizeof(risk_reader), so that the struct may grow.
    pub size: u32,
    /// The host's own opaque id of the person: 1 to 64 letters, digits or `. _ : -`. It must be given.
    pub id: risk_str,
    /// What for: a word or a reference of the host's, such as `supervision` or `complaint:4711`, of the same form. Not given:
    /// none is written down.
    pub purpose: risk_str,
}

/// The first version had all of these members.
const LEAST_READER: usize = size_of::<risk_reader>();

/// What became of records that a store was given.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct risk_stored {
    /// How many are new; the store had the others already, with the same content.
    pub added: u64,
    /// Where the last one given stands in the log of its case, from 1.
    pub position: u64,
}

/// Appends records, all or none, of one case or of several: one, or many as JSON Lines, plain. When it returns RISK_OK they are
/// kept for good. A record that its case has already, with the same content, is taken and changes nothing, so that a delivery may
/// be repeated. The store seals them, and takes the time and the random bytes for it from the system.
///
/// `operator_id` is the host's own software or who works with it, to be written down: 1 to 64 letters, digits or `. _ : -`.
/// `expected_position` points to how many records the caller believes the one case to have, or is NULL; it is not asked where
/// nothing is new.
///
/// Ownership: the texts are copied; `out` may be NULL. Threads: any. Errors: RISK_BAD_RECORD, RISK_POSITION_CONFLICT and
/// RISK_EVENT_CONFLICT as risk_case_append(), with `case_id`; RISK_MISMATCH for a position expected of several cases;
/// RISK_BAD_WORD for another operator; RISK_TAMPERED; those of a store (80 and on), of which RISK_STORE_BUSY,
/// RISK_STORE_UNREACHABLE and RISK_STORE_UNCONFIRMED may be answered by the same call again; RISK_NOT_UTF8, RISK_NULL_POINTER,
/// RISK_POISONED.
///
/// Example: `risk_store_append(store, "night-feed", 10, lines, strlen(lines), NULL, &stored);`
///
/// # Safety
/// `store` is a handle that is not freed; `operator_id` points to `operator_len` bytes, `records` to `len`; `expected_position` and
/// `out` are NULL or what they should be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_append(
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    records: *const c_char,
    len: usize,
    expected_position: *const u64,
    out: *mut risk_stored,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, lines, expected) = unsafe {
            (
                text("operator", operator_id, operator_len)?,
                text("records", records, len)?,
                optional(expected_position).copied(),
            )
        };
        let bound::Stored { added, position } = bound::append(store, &bound::operator(by)?, lines, expected)?;
        // SAFETY: by this function's contract.
        if let Ok(out) = unsafe { Out::required("out", out) } {
            out.write(risk_stored { added, position });
        }
        Ok(())
    })
}

/// How a case of the store stands for a reader, and what somebody now has to do: of all cases that were known by then to be of the
/// same person. That the reader asked is written down, also where the reader is refused.
///
/// `reader` says who asks, `question.audience` as what.
///
/// Ownership: `*out` is the caller's, to be freed with risk_assessment_free(); it lives on without the store and the policy.
/// Threads: any. Errors: as risk_case_assess(); RISK_EXCLUDED for a reader who is not shown the case; RISK_NOT_FOUND;
/// RISK_NO_KEY; RISK_TAMPERED; RISK_BAD_WORD for the ids; those of a store (80 and on).
///
/// Example: `risk_store_assess(store, policy, &reader, case_id, 36, &question, &answer);`
///
/// # Safety
/// `store` and `policy` are handles that are not freed, `reader`, `question` and what they point to can be read, `case_id` points
/// to `len` bytes, `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_assess(
    store: *const risk_store,
    policy: *const risk_policy,
    reader: *const risk_reader,
    case_id: *const c_char,
    len: usize,
    question: *const risk_question,
    out: *mut *mut risk_assessment,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract; a struct of numbers and pointers may be all zero.
        let (policy, reader, case_id, asking, out) = unsafe {
            (
                live("policy", policy)?,
                sized("reader", reader, LEAST_READER)?,
                text("case_id", case_id, len)?,
                question::read(question)?,
                Out::required("out", out)?,
            )
        };
        let policy = policy.get()?;
        let reader = reader.ok_or_else(|| null("reader"))?;
        // SAFETY: by this function's contract.
        let (who, purpose) = unsafe { (reader.id.get("reader.id")?, reader.purpose.get("reader.purpose")?) };
        let purpose = purpose.filter(|purpose| !purpose.is_empty());
        let reader = bound::reader(who.unwrap_or_default(), asking.question.audience, purpose)?;
        let case_id = bound::id("case_id", case_id)?;
        let answer = asking.store(store).assess(&reader, case_id, policy, &asking.question)?;
        out.handle(risk_assessment(Handle::new(answer)));
        Ok(())
    })
}

/// The whole log of a case as a case of its own, a copy: for the host's software, which may see every record. That it was read is
/// written down. What is appended to the copy does not come into the store.
///
/// Ownership: `*out` is the caller's, to be freed with risk_case_free(); it lives on without the store. Threads: any. Errors:
/// RISK_NOT_FOUND, RISK_TAMPERED, RISK_NO_KEY; RISK_BAD_WORD for the ids; those of a store (80 and on); RISK_NOT_UTF8,
/// RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_store_case(store, "night-feed", 10, case_id, 36, &the_case);`
///
/// # Safety
/// `store` is a handle that is not freed; `operator_id` points to `operator_len` bytes, `case_id` to `len`; `out` is a place for the
/// result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_case(
    store: *const risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    case_id: *const c_char,
    len: usize,
    out: *mut *mut risk_case,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, id, out) = unsafe {
            (text("operator", operator_id, operator_len)?, text("case_id", case_id, len)?, Out::required("out", out)?)
        };
        let log = store.log(&bound::operator(by)?, bound::id("case_id", id)?)?;
        out.handle(risk_case(Handle::new(RwLock::new(log))));
        Ok(())
    })
}

/// The records that came in after a place, of all cases, in one order, at most `limit`, as JSON Lines:
/// `{"place":7,"case_id":"…","position":2,"record":{…}}`; `record` is the line of the case's sealed log, byte for byte. Keep the
/// last `place`, and ask again with it: each record comes once and none is passed over, however many write. That it was read is
/// written down.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(); empty where there is nothing new. Threads: any. Errors:
/// RISK_NO_KEY; RISK_BAD_WORD for another operator; those of a store (80 and on); RISK_NOT_UTF8, RISK_NULL_POINTER,
/// RISK_POISONED.
///
/// Example: `risk_store_changes(store, "night-feed", 10, seen, 1000, &lines);`
///
/// # Safety
/// `store` is a handle that is not freed; `operator_id` points to `operator_len` bytes; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_changes(
    store: *const risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    after: u64,
    limit: u64,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (by, out) = unsafe { (text("operator", operator_id, operator_len)?, Out::required("out", out)?) };
        out.text(bound::changes(store, &bound::operator(by)?, after, limit)?);
        Ok(())
    })
}

/// As risk_last_error_message(), of the last call led by this handle that failed, on whatever thread. A copy.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER.
///
/// Example: `risk_store_last_error_message(store, &message);`
///
/// # Safety
/// `store` is a handle that is not freed; `out` a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_last_error_message(store: *const risk_store, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { boundary::last_error(live(STORE, store), out, |f| f.message().to_owned()) }
}

/// As risk_last_error_json(), of the last call led by this handle that failed, on whatever thread. A copy.
///
/// Ownership, threads, errors: as risk_store_last_error_message().
///
/// Example: `risk_store_last_error_json(store, &json);`
///
/// # Safety
/// As risk_store_last_error_message().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_last_error_json(store: *const risk_store, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { boundary::last_error(live(STORE, store), out, Fault::json) }
}

/// Meets a defect on purpose, so that tests see what becomes of a store then. No installed library has it.
///
/// Ownership: none. Threads: any. Errors: RISK_PANIC, and RISK_POISONED from then on.
///
/// Example: `assert(risk_provoke_panic_of_store(store) == RISK_PANIC);`
///
/// # Safety
/// As risk_store_last_error_message().
#[cfg(feature = "provoke")]
#[unsafe(no_mangle)]
#[allow(clippy::panic, reason = "a panic is what is asked for")]
pub unsafe extern "C" fn risk_provoke_panic_of_store(store: *const risk_store) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(STORE, store) }, |_| panic!("provoked, with a store"))
}

/// What the store is called in messages.
const STORE: &str = "store";
