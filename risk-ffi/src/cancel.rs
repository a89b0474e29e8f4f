//! Requests to end a call early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use risk_binding::status::risk_status;

use crate::boundary::{self, Handle, call, call_with, live};
use crate::pointer::Out;

/// A request to end calls early, made on one thread while a call runs on another. It is given with a question (`cancel`) or to a
/// handle of a store (risk_store_with_cancel()), to as many calls as the caller likes, and once made it stays made.
pub struct risk_cancel(pub(crate) Handle<Arc<AtomicBool>>);

boundary::handle!(risk_cancel, Arc<AtomicBool>, b"riskstop");

/// Makes a request that was not made yet.
///
/// Ownership: `*out` is the caller's, to be freed with risk_cancel_free() after the last call that was given it has returned. Threads:
/// any. Errors: RISK_NULL_POINTER.
///
/// Example: `risk_cancel *stop = NULL; risk_cancel_new(&stop); question.cancel = stop;`
///
/// # Safety
/// `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_cancel_new(out: *mut *mut risk_cancel) -> risk_status {
    call(|| {
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        out.handle(risk_cancel(Handle::new(Arc::new(AtomicBool::new(false)))));
        Ok(())
    })
}

/// Requests that the calls which were given this end early: they return RISK_CANCELLED soon, and so do later ones. What a call worked on
/// is thrown away. A call that is done already is done.
///
/// Ownership: none. Threads: any, at once, and while calls that were given it run. Errors: RISK_NULL_POINTER, RISK_BAD_HANDLE.
///
/// Example: `risk_cancel_request(stop);`
///
/// # Safety
/// `cancel` is a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_cancel_request(cancel: *const risk_cancel) -> risk_status {
    // SAFETY: by this function's contract.
    call_with(unsafe { live(CANCEL, cancel) }, |requested| {
        requested.store(true, Ordering::Relaxed);
        Ok(())
    })
}

/// Frees a request; NULL is allowed.
///
/// Ownership: takes it. Threads: any, but no call that was given it may be running. Errors: none.
///
/// Example: `risk_cancel_free(stop);`
///
/// # Safety
/// `cancel` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_cancel_free(cancel: *mut risk_cancel) {
    // SAFETY: by this function's contract.
    unsafe { boundary::free(CANCEL, cancel) }
}

/// What the request is called in messages.
pub(crate) const CANCEL: &str = "cancel";
