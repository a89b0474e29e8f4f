//! The border itself: every call passes here, so that no panic crosses it and every fault is kept where it can be asked for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::last_error;
use crate::pointer::{Out, null, risk_buf};
use risk_binding::Fault;
use risk_binding::status::{RISK_BAD_HANDLE, RISK_OK, RISK_PANIC, RISK_POISONED, risk_status};

/// What a handle holds: each type has a magic word, which begins every handle of that type.
pub(crate) trait Held {
    /// The magic word of handles that hold this.
    const MAGIC: u64;
    /// The handle's type in C.
    const NAME: &'static str;
}

/// The magic word of a handle that was freed.
const FREED: u64 = u64::from_be_bytes(*b"riskgone");

/// What a handle points to: the thing, its last fault, and whether a call with it met a defect.
///
/// It begins with a magic word, so that a pointer to a freed handle, to a handle of another type or to anything else gives
/// RISK_BAD_HANDLE, as far as the memory that it points to can still be read.
///
/// `const` calls take `&self` from many threads: what is inside must be [`Sync`], which the compiler checks in [`call_with`].
#[repr(C)]
pub(crate) struct Handle<T> {
    magic: u64,
    inner: T,
    last: Mutex<Fault>,
    poisoned: AtomicBool,
}

impl<T: Held> Handle<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self { magic: T::MAGIC, inner, last: Mutex::new(Fault::default()), poisoned: AtomicBool::new(false) }
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

/// A handle that a call was given.
///
/// # Errors
/// RISK_NULL_POINTER, or RISK_BAD_HANDLE for what is not a live handle of the type.
///
/// # Safety
/// `handle` is NULL, or its first eight bytes can be read; where they are the magic word of `T`, it is a handle that is not freed.
pub(crate) unsafe fn live<'a, H: AsRef<Handle<T>>, T: Held + 'a>(
    name: &str,
    handle: *const H,
) -> Result<&'a Handle<T>, Fault> {
    if handle.is_null() {
        return Err(null(name));
    }
    let expected = || format!("a handle of the type {}", T::NAME);
    let bad = |found: &str| Err(Fault::mismatch(RISK_BAD_HANDLE, name, expected(), found));
    let handle: *const Handle<T> = handle.cast();
    if !handle.is_aligned() {
        return bad("a pointer to something else");
    }
    // SAFETY: aligned, and by this function's contract readable. Volatile, as the memory may be nobody's any more.
    match unsafe { handle.cast::<u64>().read_volatile() } {
        // SAFETY: by this function's contract a handle that is not freed.
        word if word == T::MAGIC => Ok(unsafe { &*handle }),
        FREED => bad("one that was freed"),
        _ => bad("one of another type, one that was freed, or a pointer to something else"),
    }
}

/// A call that a handle leads: its faults are kept there too, and a defect closes it.
pub(crate) fn call_with<T: Held + Sync + Send>(
    handle: Result<&Handle<T>, Fault>,
    work: impl FnOnce(&T) -> Result<(), Fault>,
) -> risk_status {
    let handle = match handle {
        Ok(handle) => handle,
        Err(fault) => return kept(&fault),
    };
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

/// Gives a copy of a handle's last fault. It works on a poisoned handle, and changes no last fault itself but for an argument that
/// cannot be used.
///
/// # Safety
/// `out` is NULL or a place for the result.
pub(crate) unsafe fn last_error<T: Held>(
    handle: Result<&Handle<T>, Fault>,
    out: *mut risk_buf,
    told: impl FnOnce(&Fault) -> String,
) -> risk_status {
    call(|| {
        let handle = handle?;
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        let last = handle.last();
        out.text(if last.status() == RISK_OK { String::new() } else { told(&last) });
        Ok(())
    })
}

/// Frees a handle; NULL is allowed. What is not a live handle is left alone, and is the thread's last error.
///
/// # Safety
/// As [`live`]; a live handle was made by `Out::handle`.
pub(crate) unsafe fn free<H: AsRef<Handle<T>>, T: Held>(name: &str, handle: *mut H) {
    if handle.is_null() {
        return;
    }
    // SAFETY: by this function's contract.
    if let Err(fault) = unsafe { live(name, handle.cast_const()) } {
        kept(&fault);
        return;
    }
    // SAFETY: a live handle, and the caller's alone. Volatile, so that the word is written although the memory is given back.
    let handle = unsafe {
        handle.cast::<u64>().write_volatile(FREED);
        Box::from_raw(handle)
    };
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(handle))) {
        kept(&defect(panic));
    }
}

/// Makes a handle's type in C, which must be declared in the sources for the header, one that [`live`] and [`free`] know.
macro_rules! handle {
    ($name:ident, $held:ty, $magic:literal) => {
        impl $crate::boundary::Held for $held {
            const MAGIC: u64 = u64::from_be_bytes(*$magic);
            const NAME: &'static str = stringify!($name);
        }

        impl AsRef<$crate::boundary::Handle<$held>> for $name {
            fn as_ref(&self) -> &$crate::boundary::Handle<$held> {
                &self.0
            }
        }

        // The magic word is what the pointer that C holds points to.
        const _: () = assert!(std::mem::offset_of!($name, 0) == 0);
    };
}
pub(crate) use handle;
