//! Messages of the HMPPS estate: domain events as a queue delivers them, to records.

use std::ffi::c_char;

use risk_binding::hmpps::{Hmpps, Imported};
use risk_binding::status::risk_status;
use risk_binding::{Fault, store as bound};

use crate::boundary::{self, Handle, call_with};
use crate::pointer::{Out, list, null, optional, optional_text, risk_buf, text};
use crate::store::risk_store;

/// Imports messages of the HMPPS estate. It never changes, and is used from any number of threads at once.
pub struct risk_hmpps(Handle<Hmpps>);

/// Makes an importer.
///
/// `options` is JSON, `{}` for none: `codes` (the host's own tables over those of the library: an object of TOML by the name of the
/// file), `case_map` (the host's own case ids: CSV with the columns `case_id` and `crn`, `noms` or both; without it the id of a case is
/// derived from the CRN), `erase` (true: a person is erased in a store where a message says so, which cannot be undone; otherwise
/// that is listed as not done). `secret` is at least 32 bytes that nobody can guess, the same for ever: the ids of records are
/// derived with it, so that what is told again is known again.
///
/// Ownership: `*out` is the caller's, to be freed with risk_hmpps_free(); the texts are copied. Threads: any. Errors: RISK_BAD_SIZE
/// for a secret that is too short; RISK_BAD_WORD for options, a table or a case map that cannot be used, with file, line and field
/// where they are known; RISK_NOT_UTF8, RISK_NULL_POINTER.
///
/// Example: `risk_hmpps_new("{}", 2, secret, sizeof secret, &hmpps);`
///
/// # Safety
/// `options` points to `len` bytes, `secret` to `secret_len`; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_hmpps_new(
    options: *const c_char,
    len: usize,
    secret: *const u8,
    secret_len: usize,
    out: *mut *mut risk_hmpps,
) -> risk_status {
    boundary::call(|| {
        // SAFETY: by this function's contract.
        let (options, secret, out) = unsafe {
            (text("options", options, len)?, list("secret", secret, secret_len)?, Out::required("out", out)?)
        };
        out.handle(risk_hmpps(Handle::new(Hmpps::new(options, secret)?)));
        Ok(())
    })
}

/// Frees an importer. NULL is allowed.
///
/// Ownership: the handle is the library's again. Threads: any, while no other call with this handle runs. Errors: none;
/// freeing twice is the caller's fault.
///
/// Example: `risk_hmpps_free(hmpps);`
///
/// # Safety
/// `hmpps` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_hmpps_free(hmpps: *mut risk_hmpps) {
    // SAFETY: by this function's contract.
    unsafe { boundary::free(hmpps) }
}

/// Imports messages into a store: appends what is new, all of it or none, and tells the store of identifiers and merges. One
/// message, an array of messages, or one on each line, in whatever wrapping of SNS and SQS. Given again, it changes nothing. When it
/// returns RISK_OK, what is settled is kept for good.
///
/// `*out` is JSON (`risk-hmpps-import/1`): `messages`, each with `place`, `event_type`, `case_id` and `outcome`: `recorded`, `known`,
/// `instructed` or `nothing` (with `why`), which are settled; `needed` (fetch `detail_url` and give both as `{"message": …, "fetched":
/// …}`); `waits` (give it again later); `unmapped` and `unreadable` (`field`, `expected`, `found`). Further `counts`, `cases` (those with
/// something new), `instructions`, `not_done`. It repeats no text of a message but types, addresses and identifiers.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors, on the importer: as
/// risk_store_append(); a message that cannot be read is told in `*out`, and is none.
///
/// Example: `risk_hmpps_import_into(hmpps, store, "queue", 5, message, strlen(message), &report);`
///
/// # Safety
/// `hmpps` and `store` are handles that are not freed; `operator_id` points to `operator_len` bytes, `messages` to `len`; `out` is a
/// place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_hmpps_import_into(
    hmpps: *const risk_hmpps,
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    messages: *const c_char,
    len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { optional(hmpps) }.map(|h| &h.0), HMPPS, |hmpps| {
        // SAFETY: by this function's contract.
        let (store, by, messages, out) = unsafe {
            (
                optional(store),
                text("operator", operator_id, operator_len)?,
                list("messages", messages.cast::<u8>(), len)?,
                Out::required("out", out)?,
            )
        };
        let store = store.ok_or_else(|| null("store"))?.0.get()?;
        out.text(hmpps.import_into(store, &bound::operator(by)?, messages)?);
        Ok(())
    })
}

/// Imports messages for a host that keeps its records itself: gives the new ones, as JSON Lines, those of one case in an order in
/// which a log takes them. `held` are the records that the host has of the cases concerned, plain, as JSON Lines, or NULL: by them
/// it is known what is told again, what a deletion takes back, and which request a reply answers.
///
/// `*report` is as risk_hmpps_import_into() gives it; the host itself follows its `instructions`.
///
/// Ownership: `*records` and `*report` are the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_RECORD and
/// RISK_EVENT_CONFLICT for `held`; RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED; a message that cannot be read is told in
/// `*report`, and is none.
///
/// Example: `risk_hmpps_import(hmpps, held, strlen(held), message, strlen(message), &records, &report);`
///
/// # Safety
/// `hmpps` is a handle that is not freed; `held` points to `held_len` bytes or is NULL, `messages` points to `len`; `records` and
/// `report` are two places for the results.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_hmpps_import(
    hmpps: *const risk_hmpps,
    held: *const c_char,
    held_len: usize,
    messages: *const c_char,
    len: usize,
    records: *mut risk_buf,
    report: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { optional(hmpps) }.map(|h| &h.0), HMPPS, |hmpps| {
        // SAFETY: by this function's contract.
        let (held, messages, records, report) = unsafe {
            (
                optional_text("held", held, held_len)?.unwrap_or_default(),
                list("messages", messages.cast::<u8>(), len)?,
                Out::required("records", records)?,
                Out::required("report", report)?,
            )
        };
        let imported: Imported = hmpps.import(messages, held)?;
        records.text(imported.records);
        report.text(imported.report);
        Ok(())
    })
}

/// As risk_last_error_message(), of the last call led by this handle that failed, on whatever thread. A copy.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER.
///
/// Example: `risk_hmpps_last_error_message(hmpps, &message);`
///
/// # Safety
/// `hmpps` is a handle that is not freed; `out` a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_hmpps_last_error_message(hmpps: *const risk_hmpps, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { boundary::last_error(optional(hmpps).map(|h| &h.0), HMPPS, out, |f| f.message().to_owned()) }
}

/// As risk_last_error_json(), of the last call led by this handle that failed, on whatever thread. A copy.
///
/// Ownership, threads, errors: as risk_hmpps_last_error_message().
///
/// Example: `risk_hmpps_last_error_json(hmpps, &json);`
///
/// # Safety
/// As risk_hmpps_last_error_message().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_hmpps_last_error_json(hmpps: *const risk_hmpps, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { boundary::last_error(optional(hmpps).map(|h| &h.0), HMPPS, out, Fault::json) }
}

/// What the importer is called in messages.
const HMPPS: &str = "hmpps";
