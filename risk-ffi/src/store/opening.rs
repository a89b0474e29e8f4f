//! Opening a store, and closing it.

use std::ffi::{c_char, c_void};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ::risk_store::{Interrupt, Keys};
use risk_binding::status::{RISK_BAD_WORD, risk_status};
use risk_binding::{Fault, store as bound};
use uuid::Uuid;

use super::{STORE, risk_store};
use crate::boundary::{self, Handle, live};
use crate::cancel::{CANCEL, risk_cancel};
use crate::pointer::{Out, null, risk_str, sized};

/// Gives the key of a case: writes 32 bytes to `key` and returns 1; or returns 0 where there is none, or none any more.
///
/// It is called within calls with the store, on the thread of that call and while other calls with it wait; so it must not call
/// the store itself, which gives RISK_REENTRANT_CALL, nor free it, and must return (no longjmp, no exception). `case_id` is the case's UUID as 36 characters with a NUL behind
/// them, and lives until it returns.
pub type risk_store_key =
    Option<unsafe extern "C" fn(context: *mut c_void, case_id: *const c_char, key: *mut u8) -> i32>;

/// How a store is opened. Set it to zero, then `size` and `place`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct risk_store_options {
    /// sizeof(risk_store_options), so that the struct may grow.
    pub size: u32,
    /// 1: make the store where there is none; a database has to be there. 0: there must be one.
    pub make: u32,
    /// A file, or a database as `postgres://USER@HOST/DATABASE?sslrootcert=PATH`, whose connection is encrypted and whose server's
    /// certificate is checked unless `sslmode` says otherwise: docs/store.md has all parameters. It must be given.
    pub place: risk_str,
    /// How long to wait for another writer, and to go on trying where the connection breaks, in milliseconds. 0: ten seconds.
    pub patience_ms: u64,
    /// Gives the key of each case, with which its payloads are encrypted in the store; NULL: they are kept as they are.
    pub key: risk_store_key,
    /// What `key` is called with. It must be such that any thread may use it, and live until the last handle of the store is freed.
    pub key_context: *mut c_void,
}

/// The first version had all of these members.
const LEAST: usize = size_of::<risk_store_options>();

/// Opens a store, in one SQLite file or in a PostgreSQL database. One of an older form is brought up to date.
///
/// Ownership: `*out` is the caller's, to be freed with risk_store_free(); the texts are copied. Threads: any. Errors:
/// RISK_STORE_MISSING; RISK_BAD_STORE for what is no store or has a newer form; RISK_STORE_UNREACHABLE, RISK_STORE_BUSY and the
/// others of a store (80 and on); RISK_BAD_WORD for a `make` that is neither, or a URL that is none; RISK_BAD_SIZE,
/// RISK_NOT_UTF8, RISK_NULL_POINTER. No error tells the password of a URL.
///
/// Example: `risk_store_options o = {0}; o.size = sizeof o; o.make = 1; o.place = RISK_STR("cases.risk"); risk_store_open(&o, &store);`
///
/// # Safety
/// `options` and what it points to can be read; `key`, if it is given, is as risk_store_key says; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_open(options: *const risk_store_options, out: *mut *mut risk_store) -> risk_status {
    boundary::call(|| {
        // SAFETY: by this function's contract; all zero is a value of the struct.
        let (out, options) = unsafe { (Out::required("out", out)?, sized("options", options, LEAST)?) };
        let options = options.ok_or_else(|| null("options"))?;
        // SAFETY: by this function's contract.
        let place = unsafe { options.place.get("options.place")? }.ok_or_else(|| null("options.place"))?;
        let make = match options.make {
            0 => false,
            1 => true,
            other => return Err(Fault::mismatch(RISK_BAD_WORD, "options.make", "0 or 1", other.to_string())),
        };
        let patience = (options.patience_ms > 0).then(|| Duration::from_millis(options.patience_ms));
        let keys = options.key.map(|ask| keys(HostKeys { ask, context: options.key_context }));
        out.handle(risk_store(Handle::new(bound::open(place, make, patience, keys, Interrupt::default())?)));
        Ok(())
    })
}

/// Another handle of the same open store, whose calls end early once `cancel` is requested, on whatever thread
/// (risk_cancel_request()): risk_store_verify() and any other call with it returns RISK_CANCELLED soon, also where it waits for
/// another writer, and changes nothing. A call that is done already is done. The handle that it is made from is not affected.
///
/// Ownership: `*out` is the caller's, to be freed with risk_store_free(); the store stays open until its last handle is freed. `cancel`
/// stays the caller's, and may be freed before `*out`. Threads: any. Errors: RISK_NULL_POINTER, RISK_BAD_HANDLE, RISK_POISONED.
///
/// Example: `risk_store_with_cancel(store, stop, &view); risk_store_verify(view, NULL, 0, &report);`
///
/// # Safety
/// `store` and `cancel` are handles that are not freed; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_with_cancel(
    store: *const risk_store,
    cancel: *const risk_cancel,
    out: *mut *mut risk_store,
) -> risk_status {
    // SAFETY: by this function's contract.
    boundary::call_with(unsafe { live(STORE, store) }, |store| {
        // SAFETY: by this function's contract.
        let (cancel, out) = unsafe { (live(CANCEL, cancel)?, Out::required("out", out)?) };
        let requested = Arc::clone(cancel.get()?);
        out.handle(risk_store(Handle::new(store.cancelled_when(move || requested.load(Ordering::Relaxed)))));
        Ok(())
    })
}

/// Frees a handle of a store; with the last one the store is closed. NULL is allowed. What was appended is kept; cases and answers read
/// from it live on.
///
/// Ownership: the handle is the library's again, and with the last one `key_context` the caller's. Threads: any, while no other call with
/// this handle runs. Errors: none; what is not a live handle is left alone, as far as that shows (RISK_BAD_HANDLE).
///
/// Example: `risk_store_free(store);`
///
/// # Safety
/// `store` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_store_free(store: *mut risk_store) {
    // SAFETY: by this function's contract.
    unsafe { boundary::free(STORE, store) }
}

/// The host's function for keys.
struct HostKeys {
    ask: unsafe extern "C" fn(*mut c_void, *const c_char, *mut u8) -> i32,
    context: *mut c_void,
}

// SAFETY: by the contract of `risk_store_open` any thread may use the context, and calls of one store take turns.
unsafe impl Send for HostKeys {}
// SAFETY: as above.
unsafe impl Sync for HostKeys {}

impl HostKeys {
    fn key_of(&self, case_id: Uuid) -> Option<[u8; 32]> {
        let mut text = [0_u8; uuid::fmt::Hyphenated::LENGTH + 1];
        case_id.hyphenated().encode_lower(&mut text);
        let mut key = [0; 32];
        // SAFETY: by the contract of `risk_store_open`; the text ends in a NUL, and there are 32 bytes for the key.
        let given = unsafe { (self.ask)(self.context, text.as_ptr().cast(), key.as_mut_ptr()) };
        (given == 1).then_some(key)
    }
}

fn keys(host: HostKeys) -> Keys {
    Box::new(move |case_id| host.key_of(case_id))
}
