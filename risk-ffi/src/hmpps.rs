//! The adapter to the HMPPS estate: domain events, contacts and registrations in, register proposals and levels out.

use std::ffi::c_char;

use risk_binding::hmpps::{self as bound, Hmpps, Imported};
use risk_binding::status::risk_status;
use risk_binding::{Fault, store as bound_store};

use crate::boundary::{self, Handle, call_with, live};
use crate::pointer::{Out, list, optional_text, risk_buf, text};
use crate::risk_assessment;
use crate::store::risk_store;

/// Imports messages of the HMPPS estate. It never changes, and is used from any number of threads at once.
pub struct risk_hmpps(Handle<Hmpps>);

boundary::handle!(risk_hmpps, Hmpps, b"riskhmpp");

/// Makes an importer.
///
/// `options` is JSON, `{}` for none: `codes` (the host's own tables over those of the library: an object of TOML by the name of the
/// file), `case_map` (the host's own case ids: CSV with the columns `case_id` and `crn`, `noms` or both; without it the id of a case is
/// derived from the CRN), `erase` (true: a person is erased in a store where a message says so, which cannot be undone; otherwise
/// that is listed as not done), `detail_hosts` (the hosts, such as `["oasys.example.com"]`, from which the host fetches with
/// credentials what a message points to; a report has `detail_url_listed: false` for every other address, which must never be
/// fetched with credentials). `secret` is at least 32 bytes that nobody can guess, the same for ever: the ids of records are
/// derived with it, so that what is told again is known again.
///
/// Ownership: `*out` is the caller's, to be freed with risk_hmpps_free(); the texts are copied. Threads: any. Errors: RISK_BAD_SIZE
/// for a secret that is too short; RISK_BAD_WORD for options, a table, a case map or a host that cannot be used, with file, line and
/// field where they are known; RISK_NOT_UTF8, RISK_NULL_POINTER.
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

/// Frees it; NULL is nothing.
///
/// Ownership: the handle is gone. Threads: any, when no other call with it runs. Errors: none.
///
/// Example: `risk_hmpps_free(hmpps);`
///
/// # Safety
/// `hmpps` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_hmpps_free(hmpps: *mut risk_hmpps) {
    // SAFETY: by this function's contract.
    unsafe { boundary::free(HMPPS, hmpps) }
}

/// Turns a delivery into records. `kind` is `messages` (a domain event, an array of them or one on each line, bare or as SNS and
/// SQS wrap it; or `{"message":…,"fetched":…}` with what its detailUrl led to), `contacts` or `registrations` (CSV). `held` is what
/// is on record of the cases concerned, as JSON Lines, plain or sealed, or NULL: nothing.
///
/// `*records` are the new records as JSON Lines, to be appended all or none; `*report` is JSON (`risk-hmpps-import/1`) that says of each
/// message what became of it: recorded, known, instructed, erased, conflict, not_done, nothing, needed, waits, unresolved, unmapped,
/// unreadable. A message that waits is to be delivered again, unless it says `kept`, which only a store does.
///
/// Ownership: both buffers are the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_BAD_WORD for
/// another kind, RISK_BAD_RECORD for a table without its columns and for records that are none; RISK_NOT_UTF8, RISK_NULL_POINTER,
/// RISK_POISONED. A message or a row that cannot be read is no error: the report says so, and counts it.
///
/// Example: `risk_hmpps_import(hmpps, "messages", 8, body, len, NULL, 0, &records, &report);`
///
/// # Safety
/// `hmpps` is a handle that is not freed; each text points to as many bytes as its length says; `records` and `report` are places for
/// the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_hmpps_import(
    hmpps: *const risk_hmpps,
    kind: *const c_char,
    kind_len: usize,
    delivery: *const u8,
    delivery_len: usize,
    held: *const c_char,
    held_len: usize,
    records: *mut risk_buf,
    report: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(HMPPS, hmpps) }, |adapter| {
        // SAFETY: by this function's contract.
        let (kind, delivery, held, records, report) = unsafe {
            (
                text("kind", kind, kind_len)?,
                list("delivery", delivery, delivery_len)?,
                optional_text("held", held, held_len)?,
                Out::required("records", records)?,
                Out::required("report", report)?,
            )
        };
        let imported: Imported = adapter.import(bound::given(kind, delivery)?, held.unwrap_or_default())?;
        records.text(imported.records);
        report.text(imported.report);
        Ok(())
    })
}

/// As risk_hmpps_import(), straight into a store: what is on record comes from there, what is new is appended, all or none, and
/// the store is told which case has which identifier and which cases are one person's. Delivered again, nothing changes.
///
/// Ownership: `*report` is the caller's, to be freed with risk_buf_free(). Threads: any; calls on one store take turns. Errors: as
/// risk_hmpps_import(); those of risk_store_append().
///
/// Example: `risk_hmpps_import_into(hmpps, store, "queue", 5, "messages", 8, body, len, &report);`
///
/// # Safety
/// `hmpps` and `store` are handles that are not freed; each text points to as many bytes as its length says; `report` is a place for
/// the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_hmpps_import_into(
    hmpps: *const risk_hmpps,
    store: *mut risk_store,
    operator_id: *const c_char,
    operator_len: usize,
    kind: *const c_char,
    kind_len: usize,
    delivery: *const u8,
    delivery_len: usize,
    report: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(HMPPS, hmpps) }, |adapter| {
        // SAFETY: by this function's contract.
        let (store, by, kind, delivery, report) = unsafe {
            (
                live("store", store.cast_const())?.get()?,
                text("operator", operator_id, operator_len)?,
                text("kind", kind, kind_len)?,
                list("delivery", delivery, delivery_len)?,
                Out::required("report", report)?,
            )
        };
        let by = bound_store::operator(by)?;
        report.text(adapter.import_into(store, &by, bound::given(kind, delivery)?)?);
        Ok(())
    })
}

/// The changes of nDelius registers that an answer proposes, as a JSON array: `do`, `code`, `level`, `next_review_date`, `because`
/// and more. They are for people to decide on; nothing is changed anywhere.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NO_VIEW for an audience
/// that does not see every level, or what actions are about; RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_hmpps_reconcile(hmpps, answer, &proposals);`
///
/// # Safety
/// `hmpps` and `assessment` are handles that are not freed; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_hmpps_reconcile(
    hmpps: *const risk_hmpps,
    assessment: *const risk_assessment,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(HMPPS, hmpps) }, |adapter| {
        // SAFETY: by this function's contract.
        let (answer, out) = unsafe { (live("assessment", assessment)?, Out::required("out", out)?) };
        let answer = answer.get()?;
        out.text(adapter.reconcile(answer)?);
        Ok(())
    })
}

/// The levels of an answer in the shape of the ARNS API, as JSON: `riskInCommunity`, `riskInCustody`, `overallRiskLevel`, `assessedOn`,
/// which hold recorded levels only; beside them what is indicated, why, and what is not assessed.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NO_VIEW for an audience
/// that sees no levels; RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_assessment_rosh(answer, &rosh);`
///
/// # Safety
/// `assessment` is a handle that is not freed; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_assessment_rosh(assessment: *const risk_assessment, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live("assessment", assessment) }, |answer| {
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        out.text(bound::levels(answer)?);
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
    unsafe { boundary::last_error(live(HMPPS, hmpps), out, |f| f.message().to_owned()) }
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
    unsafe { boundary::last_error(live(HMPPS, hmpps), out, Fault::json) }
}

/// Meets a defect on purpose, so that tests see what becomes of the handle then. No installed library has it.
///
/// Ownership: none. Threads: any. Errors: RISK_PANIC, and RISK_POISONED from then on.
///
/// Example: `assert(risk_provoke_panic_of_hmpps(hmpps) == RISK_PANIC);`
///
/// # Safety
/// As risk_hmpps_last_error_message().
#[cfg(feature = "provoke")]
#[unsafe(no_mangle)]
#[allow(clippy::panic, reason = "a panic is what is asked for")]
pub unsafe extern "C" fn risk_provoke_panic_of_hmpps(hmpps: *const risk_hmpps) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(HMPPS, hmpps) }, |_| panic!("provoked, with the adapter"))
}

/// What the handle is called in messages.
const HMPPS: &str = "hmpps";
