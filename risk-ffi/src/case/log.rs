//! The log of a case: making one, appending to it, and reading it out.

use std::ffi::c_char;
use std::sync::{PoisonError, RwLock};

use risk_binding::status::{RISK_BAD_WORD, risk_status};
use risk_binding::{Appended, Fault, append, erase, instant, read, report, sealed};
use risk_core::event::field::describe_text;
use risk_core::log::{Log, Stamp};
use uuid::Uuid;

use super::{CASE, held, risk_case};
use crate::boundary::{self, Handle, call_with, live};
use crate::pointer::{Out, list, optional, optional_text, risk_buf, text};

/// What the host adds to a record of a sealed log.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct risk_stamp {
    /// When the log takes the record, in microseconds since 1970 UTC: never before the record's `recorded_at`, nor before
    /// the last record's stamp.
    pub appended_at: i64,
    /// Fresh random bytes from a good source. They keep the record's digest from being guessed once its payload is erased.
    pub salt: [u8; 16],
}

/// What became of an append.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct risk_appended {
    /// How many records the log has now.
    pub length: u64,
    /// How many of those given are new; the log had the others already, with the same content.
    pub added: u64,
}

/// The empty log of a case.
///
/// `case_id` is the case's UUID as text.
///
/// Ownership: `*out` is the caller's, to be freed with risk_case_free(). Threads: any. Errors: RISK_BAD_WORD for text that is
/// no UUID; RISK_NOT_UTF8, RISK_NULL_POINTER.
///
/// Example: `risk_case_new("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11", 36, &the_case);`
///
/// # Safety
/// `case_id` points to `len` bytes; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_new(case_id: *const c_char, len: usize, out: *mut *mut risk_case) -> risk_status {
    boundary::call(|| {
        // SAFETY: by this function's contract.
        let (id, out) = unsafe { (text("case_id", case_id, len)?, Out::required("out", out)?) };
        let id =
            Uuid::try_parse(id).map_err(|_| Fault::mismatch(RISK_BAD_WORD, "case_id", "a UUID", describe_text(id)))?;
        out.handle(case_of(Log::new(id)));
        Ok(())
    })
}

/// A case from its records: JSON Lines, plain or sealed, in the log's order, as risk_case_records() gives them. A sealed log
/// is verified.
///
/// Ownership: `*out` is the caller's, to be freed with risk_case_free(); the text is copied. Threads: any. Errors:
/// RISK_BAD_RECORD with `line` and `field`, also for no record at all; RISK_TAMPERED; RISK_NOT_UTF8, RISK_NULL_POINTER.
///
/// Example: `risk_case_read(lines, strlen(lines), &the_case);`
///
/// # Safety
/// `records` points to `len` bytes; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_read(records: *const c_char, len: usize, out: *mut *mut risk_case) -> risk_status {
    boundary::call(|| {
        // SAFETY: by this function's contract.
        let (lines, out) = unsafe { (text("records", records, len)?, Out::required("out", out)?) };
        out.handle(case_of(read(lines)?));
        Ok(())
    })
}

/// Appends records, all or none: one, or many as JSON Lines. A record that the log has already, with the same content, is
/// taken and changes nothing, so that a delivery may be repeated. After an error the log is as it was.
///
/// `expected_length` points to how many records the caller believes the log to have, or is NULL; it is not asked where nothing
/// is new. `stamps` is NULL for a plain log; for a sealed one it points to as many stamps as there are records. An empty log
/// becomes what its first records are.
///
/// Ownership: the texts are copied; `out` may be NULL. Threads: any; it waits for other calls with this handle. Errors:
/// RISK_BAD_RECORD with `line`, `field`, `expected`, `found`; RISK_POSITION_CONFLICT with the lengths `expected` and `found`;
/// RISK_EVENT_CONFLICT with `event_id` and `position`; RISK_BAD_STAMP; RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `uint64_t seen = 40; risk_case_append(the_case, line, strlen(line), &seen, NULL, 0, &appended);`
///
/// # Safety
/// `the_case` is a handle that is not freed; `records` points to `len` bytes, `stamps` to `stamps_len` stamps; `expected_length` and
/// `out` are NULL or what they should be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_append(
    the_case: *mut risk_case,
    records: *const c_char,
    len: usize,
    expected_length: *const u64,
    stamps: *const risk_stamp,
    stamps_len: usize,
    out: *mut risk_appended,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let (lines, expected, stamps) = unsafe {
            (text("records", records, len)?, optional(expected_length).copied(), list("stamps", stamps, stamps_len)?)
        };
        let stamps = read_stamps(stamps)?;
        let stamps = (!stamps.is_empty()).then_some(stamps.as_slice());
        let appended = append(&mut changed(case), lines, expected, stamps)?;
        // SAFETY: by this function's contract.
        unsafe { tell(out, appended) };
        Ok(())
    })
}

/// Appends a `payload_erased` record, and removes data and note of the record that it names: what the law may demand. The
/// record stays in its place, and a sealed log stays intact. Done again, it changes nothing.
///
/// `stamp` is NULL for a plain log. A text that was read out of the log before is the host's to erase.
///
/// Ownership, threads: as risk_case_append(). Errors: as risk_case_append(); RISK_BAD_RECORD also where a correction still
/// holds data of the record, which is to be erased first.
///
/// Example: `risk_case_erase(the_case, erasure, strlen(erasure), NULL, NULL, NULL);`
///
/// # Safety
/// As risk_case_append(), with one stamp or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_erase(
    the_case: *mut risk_case,
    record: *const c_char,
    len: usize,
    expected_length: *const u64,
    stamp: *const risk_stamp,
    out: *mut risk_appended,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let (line, expected, stamp) =
            unsafe { (text("record", record, len)?, optional(expected_length).copied(), optional(stamp)) };
        let stamp = stamp.map(std::slice::from_ref).map(read_stamps).transpose()?;
        let stamp = stamp.and_then(|one| one.first().copied());
        let appended = erase(&mut changed(case), line, expected, stamp)?;
        // SAFETY: by this function's contract.
        unsafe { tell(out, appended) };
        Ok(())
    })
}

/// Seals a plain log: each record gets its place in a hash chain, so that a later change of any of them is found. A log that is
/// sealed already stays as it is, and needs no stamps.
///
/// Ownership: nothing is kept of `stamps`, of which there are as many as records. Threads: any; it waits for other calls with
/// this handle. Errors: RISK_BAD_STAMP; RISK_BAD_RECORD for a stamp before its record; RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_case_seal(the_case, stamps, length);`
///
/// # Safety
/// `the_case` is a handle that is not freed; `stamps` points to `stamps_len` stamps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_seal(
    the_case: *mut risk_case,
    stamps: *const risk_stamp,
    stamps_len: usize,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let stamps = unsafe { list("stamps", stamps, stamps_len)? };
        let stamps = read_stamps(stamps)?;
        let mut log = changed(case);
        *log = sealed(&log, &stamps)?;
        Ok(())
    })
}

/// The records after a position, as JSON Lines in the exact bytes as kept: what a host stores. `after` = 0: all of them.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(); empty where there are none. Threads: any, at once.
/// Errors: RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_case_records(the_case, stored, &lines);`
///
/// # Safety
/// As risk_case_id().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_records(the_case: *const risk_case, after: u64, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        let log = held(case);
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        out.text(log.records().iter().skip(after).flat_map(|record| [record.to_line(), "\n".to_owned()]).collect());
        Ok(())
    })
}

/// The case's UUID as text.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER,
/// RISK_POISONED.
///
/// Example: `risk_case_id(the_case, &id); puts(id.data); risk_buf_free(&id);`
///
/// # Safety
/// `the_case` is a handle that is not freed; `out` a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_id(the_case: *const risk_case, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        out.text(held(case).case_id().to_string());
        Ok(())
    })
}

/// How many records the log has: what the next risk_case_append() may expect.
///
/// Ownership: none. Threads: any, at once. Errors: RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `uint64_t length; risk_case_length(the_case, &length);`
///
/// # Safety
/// As risk_case_id().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_length(the_case: *const risk_case, out: *mut u64) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        out.write(held(case).len());
        Ok(())
    })
}

/// The hash of a sealed log's last record, 64 hexadecimal digits: kept elsewhere, it shows later that no end was cut off.
/// Empty for a plain log.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER,
/// RISK_POISONED.
///
/// Example: `risk_case_head(the_case, &head);`
///
/// # Safety
/// As risk_case_id().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_head(the_case: *const risk_case, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        out.text(held(case).head().unwrap_or_default());
        Ok(())
    })
}

/// Whether a sealed case is what was sealed, and goes on from a head kept elsewhere (NULL: none was), as JSON:
/// `{"intact":true,"records":40,"head":"…","expected_at":38}`; `expected_at` is the position of that head, or null.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_TAMPERED with the
/// `line`, the `position`, and in `field` how it showed: `unsealed`, `unreadable`, `layout`, `position`, `payload`, `header`,
/// `payload_missing` or `head`; RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_case_verify(the_case, kept_head, 64, &report);`
///
/// # Safety
/// As risk_case_id(); `expected_head` points to `len` bytes or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_verify(
    the_case: *const risk_case,
    expected_head: *const c_char,
    len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let (head, out) = unsafe { (optional_text("expected_head", expected_head, len)?, Out::required("out", out)?) };
        let lines = held(case).to_jsonl();
        out.text(report(&lines, head)?);
        Ok(())
    })
}

/// The same for records that are not held as a case: a sealed log as it lies in a store.
///
/// Ownership, errors: as risk_case_verify(). Threads: any.
///
/// Example: `risk_records_verify(lines, strlen(lines), NULL, 0, &report);`
///
/// # Safety
/// `records` points to `len` bytes, `expected_head` to `head_len` or is NULL; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_records_verify(
    records: *const c_char,
    len: usize,
    expected_head: *const c_char,
    head_len: usize,
    out: *mut risk_buf,
) -> risk_status {
    boundary::call(|| {
        // SAFETY: by this function's contract.
        let (lines, head, out) = unsafe {
            (
                text("records", records, len)?,
                optional_text("expected_head", expected_head, head_len)?,
                Out::required("out", out)?,
            )
        };
        out.text(report(lines, head)?);
        Ok(())
    })
}

fn case_of(log: Log) -> risk_case {
    risk_case(Handle::new(RwLock::new(log)))
}

fn changed(case: &RwLock<Log>) -> std::sync::RwLockWriteGuard<'_, Log> {
    case.write().unwrap_or_else(PoisonError::into_inner)
}

fn read_stamps(stamps: &[risk_stamp]) -> Result<Vec<Stamp>, Fault> {
    let read = |(i, stamp): (usize, &risk_stamp)| {
        let appended_at = instant(&format!("stamps[{i}].appended_at"), stamp.appended_at)?;
        Ok(Stamp { appended_at, salt: stamp.salt })
    };
    stamps.iter().enumerate().map(read).collect()
}

/// Tells the caller who wants to know what became of an append.
///
/// # Safety
/// `out` is NULL or a place for the result.
unsafe fn tell(out: *mut risk_appended, Appended { length, added }: Appended) {
    // SAFETY: by this function's contract.
    if let Ok(out) = unsafe { Out::required("out", out) } {
        out.write(risk_appended { length, added });
    }
}
