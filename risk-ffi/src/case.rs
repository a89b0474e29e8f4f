//! Cases: a log that the caller holds, and what is asked of it.

mod log;

use std::ffi::c_char;
use std::sync::{PoisonError, RwLock};

use risk_core::assessment::assess_until;
use risk_core::cancel::Cancel;
use risk_core::explain::{Target, explain_until, why_not_until};
use risk_core::log::Log;

pub use self::log::*;
use crate::boundary::{self, Handle, call_with, live};
use crate::pointer::{Out, optional_text, risk_buf, text};
use crate::policy::risk_policy;
use crate::question::{self, risk_question};
use crate::risk_assessment;
use risk_binding::Fault;
use risk_binding::status::risk_status;

/// The log of one case. `const` calls may run on any number of threads at once; calls that change it wait for each other and
/// for those.
pub struct risk_case(pub(crate) Handle<RwLock<Log>>);

boundary::handle!(risk_case, RwLock<Log>, b"riskcase");

/// The log, to be read. A panic while it was changed has closed the handle, so that nobody reads half of a change.
fn held(case: &RwLock<Log>) -> std::sync::RwLockReadGuard<'_, Log> {
    case.read().unwrap_or_else(PoisonError::into_inner)
}

/// How the case stands, and what somebody now has to do.
///
/// Ownership: `*out` is the caller's, to be freed with risk_assessment_free(); it lives on without the case and the policy.
/// Threads: any, at once. Errors: RISK_BAD_TIME and RISK_BAD_WORD for the question, RISK_NO_VIEW where the policy grants the
/// audience nothing; RISK_CANCELLED; RISK_BAD_SIZE, RISK_NOT_UTF8, RISK_NULL_POINTER, RISK_POISONED.
///
/// Example: `risk_assessment *answer = NULL; risk_status s = risk_case_assess(the_case, policy, &question, &answer);`
///
/// # Safety
/// `the_case` and `policy` are handles that are not freed, `question` and what it points to can be read, `out` is a place for
/// the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_assess(
    the_case: *const risk_case,
    policy: *const risk_policy,
    question: *const risk_question,
    out: *mut *mut risk_assessment,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let (policy, asking, out) =
            unsafe { (live("policy", policy)?, question::read(question)?, Out::required("out", out)?) };
        let policy = policy.get()?;
        let requested = || asking.is_cancelled();
        let answer = assess_until(&held(case), policy, &asking.question, Cancel::when(&requested))?;
        out.handle(risk_assessment(Handle::new(answer)));
        Ok(())
    })
}

/// Why something stands in the answer, as JSON (`risk-explanation/1`): each outcome with the events behind it, the rule that
/// made it follow, and the place in the source that says so.
///
/// `of` is an action (`review_risk`, or its id in the answer) or a group at risk (`children`); NULL: all that is open.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: as
/// risk_case_assess(); RISK_NO_REASONS where the audience may not see why; RISK_BAD_WORD for another `of`.
///
/// Example: `risk_case_explain(the_case, policy, &question, "review_risk", 11, &why);`
///
/// # Safety
/// As risk_case_assess(); `of` points to `len` bytes or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_explain(
    the_case: *const risk_case,
    policy: *const risk_policy,
    question: *const risk_question,
    of: *const c_char,
    len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let (policy, asking, of, out) = unsafe {
            (
                live("policy", policy)?,
                question::read(question)?,
                optional_text("of", of, len)?,
                Out::required("out", out)?,
            )
        };
        let policy = policy.get()?;
        let target = of.map_or(Ok(Target::Everything), Target::parse)?;
        let requested = || asking.is_cancelled();
        let told = explain_until(&held(case), policy, &asking.question, target, Cancel::when(&requested))?;
        out.text(serde_json::to_string(&told)?);
        Ok(())
    })
}

/// Why a rule or duty did not fire, as JSON: each time that it was looked at, the comparisons that failed with the values
/// found, and what it would have asked for.
///
/// Ownership, threads: as risk_case_explain(). Errors: as risk_case_explain(); RISK_BAD_WORD for an id that no rule has.
///
/// Example: `risk_case_why_not(the_case, policy, &question, "plw-raised-risk", 15, &why);`
///
/// # Safety
/// As risk_case_assess(); `rule` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_why_not(
    the_case: *const risk_case,
    policy: *const risk_policy,
    question: *const risk_question,
    rule: *const c_char,
    len: usize,
    out: *mut risk_buf,
) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        // SAFETY: by this function's contract.
        let (policy, asking, rule, out) = unsafe {
            (live("policy", policy)?, question::read(question)?, text("rule", rule, len)?, Out::required("out", out)?)
        };
        let policy = policy.get()?;
        let requested = || asking.is_cancelled();
        let told = why_not_until(&held(case), policy, &asking.question, rule, Cancel::when(&requested))?;
        out.text(serde_json::to_string(&told)?);
        Ok(())
    })
}

/// As risk_last_error_message(), of the last call led by this handle that failed, on whatever thread. A copy.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER.
///
/// Example: `risk_case_last_error_message(the_case, &message);`
///
/// # Safety
/// As risk_case_id().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_last_error_message(the_case: *const risk_case, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { boundary::last_error(live(CASE, the_case), out, |f| f.message().to_owned()) }
}

/// As risk_last_error_json(), of the last call led by this handle that failed, on whatever thread. A copy.
///
/// Ownership, threads, errors: as risk_case_last_error_message().
///
/// Example: `risk_case_last_error_json(the_case, &json);`
///
/// # Safety
/// As risk_case_id().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_last_error_json(the_case: *const risk_case, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { boundary::last_error(live(CASE, the_case), out, Fault::json) }
}

/// Frees a case. NULL is allowed. Answers made from it live on.
///
/// Ownership: the handle is the library's again. Threads: any, while no other call with this handle runs. Errors: none;
/// what is not a live handle is left alone, as far as that shows (RISK_BAD_HANDLE).
///
/// Example: `risk_case_free(the_case);`
///
/// # Safety
/// `the_case` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_case_free(the_case: *mut risk_case) {
    // SAFETY: by this function's contract.
    unsafe { boundary::free(CASE, the_case) }
}

/// Meets a defect on purpose, so that tests see what becomes of a handle then. No installed library has it.
///
/// Ownership: none. Threads: any. Errors: RISK_PANIC, and RISK_POISONED from then on.
///
/// Example: `assert(risk_provoke_panic(the_case) == RISK_PANIC);`
///
/// # Safety
/// As [`risk_case_id`].
#[cfg(feature = "provoke")]
#[unsafe(no_mangle)]
#[allow(clippy::panic, reason = "a panic is what is asked for")]
pub unsafe extern "C" fn risk_provoke_panic(the_case: *const risk_case) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CASE, the_case) }, |case| {
        let _held = case.write();
        panic!("provoked, while a case is held")
    })
}

/// What the case is called in messages.
const CASE: &str = "the_case";
