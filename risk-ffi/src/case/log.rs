//! The log of a case: making one, appending to it, and reading it out.

use std::ffi::c_char;
use std::sync::{PoisonError, RwLock};

use risk_core::event::field::describe_text;
use risk_core::log::{Appended, Log, Record, RecordError, Stamp, Tampered, Verified, seal, verify};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{CASE, held, risk_case};
use crate::boundary::{self, Handle, call_with};
use crate::fault::Fault;
use crate::pointer::{Out, list, optional, optional_text, risk_buf, text};
use crate::question::instant;
use crate::status::{RISK_BAD_RECORD, RISK_BAD_STAMP, RISK_BAD_WORD, risk_status};

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
        let log = Log::parse("records", lines).map_err(|e| match verify(lines, None) {
            // What was never sealed cannot have been tampered with: then the log's own error says more.
            Err(t) if !matches!(t.what, Tampered::Unsealed | Tampered::Unreadable) => Fault::from(t),
            _ => Fault::from(e),
        })?;
        out.handle(case_of(log));
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
    call_with(unsafe { optional(the_case) }.map(|c| &c.0), CASE, |case| {
        // SAFETY: by this function's contract.
        let (lines, expected, stamps) = unsafe {
            (text("records", records, len)?, optional(expected_length).copied(), list("stamps", stamps, stamps_len)?)
        };
        let parsed = parse_each(lines)?;
        let line_of = |id| parsed.iter().find(|(_, record)| record.event_id == id).map(|(line, _)| *line);
        let batch: Vec<Record> = parsed.iter().map(|(_, record)| record.clone()).collect();
        let mut log = changed(case);
        let appended = if stamps.is_empty() {
            log.append_all(batch, expected)
        } else {
            let mut stamps = read_stamps(stamps, batch.len())?.into_iter();
            log.append_sealed(batch, expected, |_| stamps.next().unwrap_or(NO_STAMP))
        };
        let appended = appended.map_err(|e| Fault::from(e).on_line_of(line_of))?;
        tell(out, &log, &appended);
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
    call_with(unsafe { optional(the_case) }.map(|c| &c.0), CASE, |case| {
        // SAFETY: by this function's contract.
        let (line, expected, stamp) =
            unsafe { (text("record", record, len)?, optional(expected_length).copied(), optional(stamp)) };
        let erasure = Record::parse(line).map_err(|e| Fault::record(1, e))?;
        let mut log = changed(case);
        let appended = match stamp {
            None => log.erase(erasure, expected)?,
            Some(stamp) => {
                let stamp = read_stamp(0, stamp)?;
                log.erase_sealed(erasure, expected, |_| stamp)?
            }
        };
        tell(out, &log, &[appended]);
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
    call_with(unsafe { optional(the_case) }.map(|c| &c.0), CASE, |case| {
        // SAFETY: by this function's contract.
        let stamps = unsafe { list("stamps", stamps, stamps_len)? };
        let mut log = changed(case);
        if !log.is_sealed() {
            let mut stamps = read_stamps(stamps, log.records().len())?.into_iter();
            let sealed = seal(&log, |_| stamps.next().unwrap_or(NO_STAMP))?;
            *log = sealed;
        }
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
    call_with(unsafe { optional(the_case) }.map(|c| &c.0), CASE, |case| {
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
    call_with(unsafe { optional(the_case) }.map(|c| &c.0), CASE, |case| {
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
    call_with(unsafe { optional(the_case) }.map(|c| &c.0), CASE, |case| {
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
    call_with(unsafe { optional(the_case) }.map(|c| &c.0), CASE, |case| {
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
    call_with(unsafe { optional(the_case) }.map(|c| &c.0), CASE, |case| {
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

#[derive(Serialize)]
struct Intact<'a> {
    intact: bool,
    records: u64,
    head: &'a str,
    expected_at: Option<u64>,
}

fn report(lines: &str, head: Option<&str>) -> Result<String, Fault> {
    let Verified { records, head, expected_at } = verify(lines, head)?;
    Ok(serde_json::to_string(&Intact { intact: true, records, head: &head, expected_at })?)
}

fn case_of(log: Log) -> risk_case {
    risk_case(Handle::new(RwLock::new(log)))
}

fn changed(case: &RwLock<Log>) -> std::sync::RwLockWriteGuard<'_, Log> {
    case.write().unwrap_or_else(PoisonError::into_inner)
}

/// Records one after the other, each with the line on which it begins. A record may stand on several lines.
fn parse_each(records: &str) -> Result<Vec<(usize, Record)>, Fault> {
    let mut values = serde_json::Deserializer::from_str(records).into_iter::<&RawValue>();
    let mut parsed = Vec::new();
    loop {
        let rest = records.get(values.byte_offset()..).unwrap_or_default();
        let blank = rest.len().saturating_sub(rest.trim_start().len());
        let begins = values.byte_offset().saturating_add(blank);
        let line = records.get(..begins).unwrap_or_default().matches('\n').count().saturating_add(1);
        match values.next() {
            Some(Ok(raw)) => parsed.push((line, Record::parse(raw.get()).map_err(|e| Fault::record(line, e))?)),
            // The record's own reader says what is wrong with it, where this one only says that it is no JSON.
            Some(Err(_)) => {
                let faulty = Record::parse(rest.trim()).err();
                let unlike = || RecordError {
                    field: "record".to_owned(),
                    expected: "one JSON object a record".to_owned(),
                    found: "something else".to_owned(),
                };
                return Err(Fault::record(line, faulty.unwrap_or_else(unlike)));
            }
            None if parsed.is_empty() => {
                return Err(Fault::mismatch(RISK_BAD_RECORD, "records", "at least one record", "none"));
            }
            None => return Ok(parsed),
        }
    }
}

/// Stands where a stamp is asked for that was counted before: it is refused by its time, so that none can be forged.
const NO_STAMP: Stamp = Stamp { appended_at: risk_core::event::Instant::MIN_UTC, salt: [0; 16] };

fn read_stamps(stamps: &[risk_stamp], records: usize) -> Result<Vec<Stamp>, Fault> {
    if stamps.len() != records {
        let expected = format!("one for each record, {records}");
        return Err(Fault::mismatch(RISK_BAD_STAMP, "stamps", expected, stamps.len().to_string()));
    }
    stamps.iter().enumerate().map(|(i, stamp)| read_stamp(i, stamp)).collect()
}

fn read_stamp(i: usize, stamp: &risk_stamp) -> Result<Stamp, Fault> {
    if stamp.salt == [0; 16] {
        let expected = "16 random bytes";
        return Err(Fault::mismatch(RISK_BAD_STAMP, &format!("stamps[{i}].salt"), expected, "16 zeros"));
    }
    let appended_at = instant(&format!("stamps[{i}].appended_at"), stamp.appended_at)?;
    Ok(Stamp { appended_at, salt: stamp.salt })
}

/// Tells the caller who wants to know what became of an append.
fn tell(out: *mut risk_appended, log: &Log, appended: &[Appended]) {
    let added = appended.iter().filter(|a| a.new).count();
    let told = risk_appended { length: log.len(), added: u64::try_from(added).unwrap_or(u64::MAX) };
    // SAFETY: NULL, or by contract of the calls a place for the result.
    if let Ok(out) = unsafe { Out::required("out", out) } {
        out.write(told);
    }
}
