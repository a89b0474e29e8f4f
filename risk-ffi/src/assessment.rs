//! Answers: how a case stands for a reader at a moment.

use risk_core::assessment::{Assessment, Change, changes};
use risk_text::assessment::{Detail, page};
use risk_text::changes::change_summary;
use risk_text::plain;

use crate::boundary::{self, Handle, call_with, live};
use crate::pointer::{Out, risk_buf};
use crate::policy::risk_policy;
use risk_binding::Fault;
use risk_binding::status::{RISK_BAD_WORD, RISK_MISMATCH, risk_status};

/// What risk_assessment_next_change() gives where nothing changes without a new event: the greatest int64_t.
pub const RISK_NEVER: i64 = i64::MAX;

/// For risk_assessment_text(): what matters now.
pub const RISK_AGENDA: i32 = 0;
/// For risk_assessment_text(): also the steps, whatever else is open, and what was done.
pub const RISK_ALL: i32 = 1;

/// An answer: unchangeable, and independent of the case and the policy that it was made with. Any number of threads may use
/// one at once.
pub struct risk_assessment(pub(crate) Handle<Assessment>);

boundary::handle!(risk_assessment, Assessment, b"riskansw");

/// The answer as JSON, on one line: the contract `risk-assessment/1`, of which risk_schema() gives the form. The same case,
/// policy and question give the same bytes.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER,
/// RISK_POISONED.
///
/// Example: `risk_assessment_json(answer, &json); puts(json.data); risk_buf_free(&json);`
///
/// # Safety
/// `assessment` is a handle that is not freed; `out` a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_assessment_json(assessment: *const risk_assessment, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live("assessment", assessment) }, |assessment| {
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        out.text(serde_json::to_string(assessment)?);
        Ok(())
    })
}

/// The answer as a page for people, in plain text of 80 columns: who is at risk, and what to do first, each line with its owner,
/// due date and reason. `detail`: RISK_AGENDA for what matters now, RISK_ALL for the steps of each line, whatever else is open,
/// and what was done.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_BAD_WORD for another
/// `detail`; RISK_MISMATCH for a policy that the answer was not made with; RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_assessment_text(answer, policy, RISK_AGENDA, &page); puts(page.data); risk_buf_free(&page);`
///
/// # Safety
/// `assessment` and `policy` are handles that are not freed; `out` a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_assessment_text(
    assessment: *const risk_assessment,
    policy: *const risk_policy,
    detail: i32,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live("assessment", assessment) }, |assessment| {
        // SAFETY: by this function's contract.
        let (policy, out) = unsafe { (live("policy", policy)?, Out::required("out", out)?) };
        let policy = policy.get()?;
        if assessment.receipt.policy.digest != policy.digest {
            let (expected, found) = ("the policy that the answer was made with", "another");
            return Err(Fault::mismatch(RISK_MISMATCH, "policy", expected, found));
        }
        let detail = match detail {
            RISK_AGENDA => Detail::Agenda,
            RISK_ALL => Detail::All,
            other => {
                return Err(Fault::mismatch(RISK_BAD_WORD, "detail", "RISK_AGENDA or RISK_ALL", other.to_string()));
            }
        };
        out.text(plain(&page(assessment, policy, detail)));
        Ok(())
    })
}

/// When this answer changes next with nothing new but time: something falls due, or becomes overdue. In microseconds since
/// 1970 UTC; RISK_NEVER where it does not. A host asks again then, and on every new record.
///
/// Ownership: none. Threads: any, at once. Errors: RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `int64_t again; risk_assessment_next_change(answer, &again); if (again != RISK_NEVER) remind_me(again);`
///
/// # Safety
/// As risk_assessment_json().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_assessment_next_change(assessment: *const risk_assessment, out: *mut i64) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live("assessment", assessment) }, |assessment| {
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        out.write(assessment.next_change_at.map_or(RISK_NEVER, |at| at.timestamp_micros()));
        Ok(())
    })
}

/// What opened, closed and moved from one answer to another about the same case for the same audience, as a JSON list of
/// `{"change":"opened","action":{…}}`, `closed`, `moved` (`before`, `after`, `what`), `gone`, `classification`, `flags` and
/// `other`. Running counts of days are no change.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_MISMATCH for
/// answers about two cases or for two audiences; RISK_NULL_POINTER, RISK_POISONED. Led by `after`.
///
/// Example: `risk_assessment_changes(yesterday, today, &changes);`
///
/// # Safety
/// `before` and `after` are handles that are not freed; `out` a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_assessment_changes(
    before: *const risk_assessment,
    after: *const risk_assessment,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { changed(before, after, out, |changes| Ok(serde_json::to_string(changes)?)) }
}

/// The same in sentences for people, a paragraph each in plain text of 80 columns, with a sign (`+` to do, `~` moved, `-` no
/// longer pending, `=` levels, `*` notes) and the ids of the rules behind it. Empty where nothing changed that a person would
/// want to know.
///
/// Ownership, threads, errors: as risk_assessment_changes().
///
/// Example: `risk_assessment_told(yesterday, today, &news); fputs(news.data, stdout);`
///
/// # Safety
/// As risk_assessment_changes().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_assessment_told(
    before: *const risk_assessment,
    after: *const risk_assessment,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { changed(before, after, out, |changes| Ok(plain(&change_summary(changes)))) }
}

/// As risk_last_error_message(), of the last call led by this handle that failed, on whatever thread. A copy.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER.
///
/// Example: `risk_assessment_last_error_message(answer, &message);`
///
/// # Safety
/// As risk_assessment_json().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_assessment_last_error_message(
    assessment: *const risk_assessment,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { boundary::last_error(live("assessment", assessment), out, |f| f.message().to_owned()) }
}

/// As risk_last_error_json(), of the last call led by this handle that failed, on whatever thread. A copy.
///
/// Ownership, threads, errors: as risk_assessment_last_error_message().
///
/// Example: `risk_assessment_last_error_json(answer, &json);`
///
/// # Safety
/// As risk_assessment_json().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_assessment_last_error_json(
    assessment: *const risk_assessment,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { boundary::last_error(live("assessment", assessment), out, Fault::json) }
}

/// Frees an answer. NULL is allowed.
///
/// Ownership: the handle is the library's again. Threads: any, while no other call with this handle runs. Errors: none;
/// what is not a live handle is left alone, as far as that shows (RISK_BAD_HANDLE).
///
/// Example: `risk_assessment_free(answer);`
///
/// # Safety
/// `assessment` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_assessment_free(assessment: *mut risk_assessment) {
    // SAFETY: by this function's contract.
    unsafe { boundary::free("assessment", assessment) }
}

/// What changed, put into words of some form.
///
/// # Safety
/// As [`risk_assessment_changes`].
unsafe fn changed(
    before: *const risk_assessment,
    after: *const risk_assessment,
    out: *mut risk_buf,
    form: impl FnOnce(&[Change]) -> Result<String, Fault>,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live("after", after) }, |after| {
        // SAFETY: by this function's contract.
        let (before, out) = unsafe { (live("before", before)?, Out::required("out", out)?) };
        let before = before.get()?;
        if before.case_id != after.case_id {
            return Err(Fault::mismatch(RISK_MISMATCH, "before", "an answer about the same case", "another case's"));
        }
        if before.audience != after.audience {
            let (expected, found) =
                (format!("an answer for the {}", after.audience), format!("one for the {}", before.audience));
            return Err(Fault::mismatch(RISK_MISMATCH, "before", expected, found));
        }
        out.text(form(&changes(before, after))?);
        Ok(())
    })
}
