//! The last fault of a thread, as C reads it.

use std::cell::RefCell;
use std::ffi::{CString, c_char};

use risk_binding::Fault;

struct Kept {
    message: CString,
    json: CString,
}

thread_local! {
    static LAST: RefCell<Kept> = RefCell::new(Kept { message: CString::default(), json: CString::default() });
}

/// Keeps a fault for this thread.
pub(crate) fn keep(fault: &Fault) {
    let kept = Kept { message: without_nul(fault.message()), json: without_nul(&fault.json()) };
    // A thread that is ending has no place to keep it; the status says enough.
    let _ = LAST.try_with(|last| last.replace(kept));
}

/// The kept message of this thread: lives until the next fault on it.
pub(crate) fn last_message() -> *const c_char {
    LAST.try_with(|last| last.borrow().message.as_ptr()).unwrap_or(c"".as_ptr())
}

/// The kept JSON of this thread: lives until the next fault on it.
pub(crate) fn last_json() -> *const c_char {
    LAST.try_with(|last| last.borrow().json.as_ptr()).unwrap_or(c"".as_ptr())
}

/// A message may show a character of the caller's text; a NUL in it would end the C string.
fn without_nul(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}
