//! The border itself: every call passes here, so that no panic crosses it and every fault is kept where it can be asked for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::last_error;
use crate::pointer::{Out, null, risk_buf};
use risk_binding::Fault;
use risk_binding::status::{RISK_OK, RISK_PANIC, RISK_POISONED, risk_status};

/// What stands behind a handle: the thing, its last fault, and whether a defect was met in it.
///
/// `const` calls take `&self` from many threads: what is inside must be [`Sync`], which the compiler checks in
/// [`Handle::call`].
pub(crate) struct Handle<T> {
    inner: T,
    last: Mutex<Fault>,
    poisoned: AtomicBool,
}

impl<T> Handle<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self { inner, last: Mutex::new(Fault::default()), poisoned: AtomicBool::new(false) }
    }

    /// What is inside, for a call that another handle leads.
    pub(crate) fn get(&self) -> Result<&T, Fault> {
        if self.poisoned.load(Ordering::Acquire) {
            let message = "a defect of the library was met in an earlier call with this handle: it can only be freed";
            return Err(Fault::new(RISK_POISONED, message));
        }
        Ok(&self.inner)
    }

    fn keep(&self, fault: Fault) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// The last fault of a call with this handle, on whatever thread.
    pub(crate) fn last(&self) -> Fault {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A call that no handle leads.
pub(crate) fn call(work: impl FnOnce() -> Result<(), Fault>) -> risk_status {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => RISK_OK,
        Ok(Err(fault)) => kept(&fault),
        Err(panic) => kept(&defect(panic)),
    }
}

/// A call that a handle leads: its faults are kept there too, and a defect closes it.
pub(crate) fn call_with<T: Sync + Send>(
    handle: Option<&Handle<T>>,
    name: &str,
    work: impl FnOnce(&T) -> Result<(), Fault>,
) -> risk_status {
    let Some(handle) = handle else { return kept(&null(name)) };
    let fault = match catch_unwind(AssertUnwindSafe(|| work(handle.get()?))) {
        Ok(Ok(())) => return RISK_OK,
        Ok(Err(fault)) => fault,
        Err(panic) => {
            handle.poisoned.store(true, Ordering::Release);
            defect(panic)
        }
    };
    let status = kept(&fault);
    handle.keep(fault);
    status
}

fn kept(fault: &Fault) -> risk_status {
    last_error::keep(fault);
    fault.status()
}

/// What a panic says is for whoever mends the library, and is on standard error already; it may not tell a caller's data.
fn defect(panic: Box<dyn std::any::Any + Send>) -> Fault {
    // A message is dropped. Of anything else that could panic again.
    if !panic.is::<&'static str>() && !panic.is::<String>() {
        std::mem::forget(panic);
    }
    Fault::new(RISK_PANIC, "a defect of the library: nothing was written, and a handle of this call can only be freed")
}

/// Gives a copy of a handle's last fault. It works on a poisoned handle, and changes no last fault itself but for a NULL.
///
/// # Safety
/// `out` is NULL or a place for the result.
pub(crate) unsafe fn last_error<T>(
    handle: Option<&Handle<T>>,
    name: &str,
    out: *mut risk_buf,
    told: impl FnOnce(&Fault) -> String,
) -> risk_status {
    call(|| {
        let handle = handle.ok_or_else(|| null(name))?;
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        let last = handle.last();
        out.text(if last.status() == RISK_OK { String::new() } else { told(&last) });
        Ok(())
    })
}

/// Frees a handle; NULL is allowed.
///
/// # Safety
/// `handle` is NULL, or was made by `Out::handle` and is not freed.
pub(crate) unsafe fn free<H>(handle: *mut H) {
    if handle.is_null() {
        return;
    }
    // SAFETY: by this function's contract.
    let handle = unsafe { Box::from_raw(handle) };
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(handle))) {
        kept(&defect(panic));
    }
}
