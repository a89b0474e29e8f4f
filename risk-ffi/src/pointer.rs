//! What crosses the border: texts and lists in, buffers and values out. All reading and writing of a caller's memory is here.

use std::ffi::c_char;
use std::{ptr, slice};

use risk_binding::Fault;
use risk_binding::status::{RISK_BAD_SIZE, RISK_NOT_UTF8, RISK_NULL_POINTER};

/// A text within a struct: UTF-8, not NUL-terminated, owned by the caller. No bytes, as in a struct set to zero: not
/// given. `RISK_STR("text")` makes one of a string literal.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct risk_str {
    /// The first byte.
    pub data: *const c_char,
    /// How many bytes.
    pub len: usize,
}

/// A text that the library gives. It belongs to the caller, who hands it to risk_buf_free() when done, and never to free().
#[repr(C)]
#[derive(Debug)]
pub struct risk_buf {
    /// UTF-8. A NUL stands behind the last byte, so that it can be printed as it is.
    pub data: *const c_char,
    /// How many bytes, without the NUL.
    pub len: usize,
    /// The library's own.
    pub owner: *mut std::ffi::c_void,
}

/// Frees what a buffer holds and empties it; freeing an empty one, or NULL, does nothing.
///
/// Ownership: what the buffer holds is the library's again. Threads: any, one at a time for one buffer. Errors: none; a copy of
/// the struct is not emptied with it: freeing the copy too is the caller's fault.
///
/// Example: `risk_buf_free(&json);`
///
/// # Safety
/// The buffer is one that the library filled, or all zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_buf_free(buf: *mut risk_buf) {
    // SAFETY: NULL, or the caller's own struct.
    let Some(buf) = (unsafe { buf.as_mut() }) else { return };
    let owner: *mut Vec<u8> = buf.owner.cast();
    *buf = risk_buf { data: ptr::null(), len: 0, owner: ptr::null_mut() };
    if !owner.is_null() {
        // SAFETY: made by `Box::into_raw` in `Out::text`, and taken out of the struct above.
        drop(unsafe { Box::from_raw(owner) });
    }
}

/// A text that must be given; it may be empty.
///
/// # Safety
/// `data` is NULL or points to `len` bytes that live and stay unchanged for `'a`.
pub(crate) unsafe fn text<'a>(name: &str, data: *const c_char, len: usize) -> Result<&'a str, Fault> {
    // SAFETY: as the caller's.
    unsafe { optional_text(name, data, len) }?.ok_or_else(|| null(name))
}

/// A text that may be left out by giving NULL.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn optional_text<'a>(name: &str, data: *const c_char, len: usize) -> Result<Option<&'a str>, Fault> {
    if data.is_null() {
        return if len == 0 { Ok(None) } else { Err(null(name)) };
    }
    // SAFETY: not NULL, and by contract `len` bytes.
    let bytes = unsafe { list(name, data.cast::<u8>(), len) }?;
    std::str::from_utf8(bytes).map(Some).map_err(|e| {
        let found = format!("a byte that is not, at {}", e.valid_up_to());
        Fault::mismatch(RISK_NOT_UTF8, name, "text in UTF-8", found)
    })
}

impl risk_str {
    /// The text, where it is given.
    ///
    /// # Safety
    /// As [`text`].
    pub(crate) unsafe fn get<'a>(self, name: &str) -> Result<Option<&'a str>, Fault> {
        // SAFETY: as the caller's.
        unsafe { optional_text(name, self.data, self.len) }
    }
}

/// A list; NULL with a length of 0 is the empty one.
///
/// # Safety
/// `data` is NULL or points to `len` values that live and stay unchanged for `'a`.
pub(crate) unsafe fn list<'a, T>(name: &str, data: *const T, len: usize) -> Result<&'a [T], Fault> {
    if data.is_null() {
        return if len == 0 { Ok(&[]) } else { Err(null(name)) };
    }
    let fits = len.checked_mul(size_of::<T>().max(1)).is_some_and(|bytes| isize::try_from(bytes).is_ok());
    if !fits {
        return Err(Fault::mismatch(RISK_BAD_SIZE, name, "a length that fits into memory", len.to_string()));
    }
    // SAFETY: not NULL, within an address space, and by contract `len` values.
    Ok(unsafe { slice::from_raw_parts(data, len) })
}

/// A struct that may grow: its first member says how many bytes the caller knows of. What the caller does not know counts as
/// zero; what this library does not know must be zero. `least` is the size of the first version; no version has a size between that
/// and the present one.
///
/// # Safety
/// `data` is NULL or points to as many readable bytes as its first member, a `uint32_t`, says. All zero is a value of `T`.
pub(crate) unsafe fn sized<T: Sized>(name: &str, data: *const T, least: usize) -> Result<Option<T>, Fault> {
    if data.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL; the struct begins with its size.
    let size = unsafe { data.cast::<u32>().read() } as usize;
    let refuse = |expected: String, found: String| Err(Fault::mismatch(RISK_BAD_SIZE, name, expected, found));
    let between = size > least && size < size_of::<T>();
    if size < least || between || size > 4096 {
        return refuse(format!("`size` = {}, as sizeof gives it", size_of::<T>()), size.to_string());
    }
    // SAFETY: by contract that many bytes.
    let bytes = unsafe { slice::from_raw_parts(data.cast::<u8>(), size) };
    let known = size.min(size_of::<T>());
    if bytes.iter().skip(known).any(|b| *b != 0) {
        return refuse("zero in members that came after this version of the library".to_owned(), "a value".to_owned());
    }
    let mut whole = std::mem::MaybeUninit::<T>::zeroed();
    // SAFETY: `known` is no more than either holds, and all zero is a value of `T` by contract.
    let whole = unsafe {
        ptr::copy_nonoverlapping(bytes.as_ptr(), whole.as_mut_ptr().cast::<u8>(), known);
        whole.assume_init()
    };
    Ok(Some(whole))
}

/// A value behind a pointer that may be NULL.
///
/// # Safety
/// NULL, or a value that lives and stays unchanged for `'a`.
pub(crate) unsafe fn optional<'a, T>(data: *const T) -> Option<&'a T> {
    // SAFETY: as the caller's.
    unsafe { data.as_ref() }
}

/// Where a result goes. Nothing is written before the call has succeeded.
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// A place that must be given.
    ///
    /// # Safety
    /// `to` is NULL, or a place that one `T` may be written to.
    pub(crate) unsafe fn required(name: &str, to: *mut T) -> Result<Self, Fault> {
        if to.is_null() { Err(null(name)) } else { Ok(Self(to)) }
    }

    pub(crate) fn write(self, value: T) {
        // SAFETY: not NULL, and by contract a place for it. What stood there is the caller's, and is not dropped.
        unsafe { self.0.write(value) }
    }
}

impl Out<risk_buf> {
    pub(crate) fn text(self, text: String) {
        let len = text.len();
        let mut bytes = text.into_bytes();
        bytes.push(0);
        let owner = Box::new(bytes);
        let data = owner.as_ptr().cast();
        self.write(risk_buf { data, len, owner: Box::into_raw(owner).cast() });
    }
}

impl<H> Out<*mut H> {
    pub(crate) fn handle(self, handle: H) {
        self.write(Box::into_raw(Box::new(handle)));
    }
}

pub(crate) fn null(name: &str) -> Fault {
    Fault::mismatch(RISK_NULL_POINTER, name, "a pointer", "NULL")
}
