//! What the library says of itself, and the last error of the calling thread.

use std::ffi::{CStr, c_char};

use risk_core::{assessment, log};

use crate::boundary;
use crate::last_error;
use crate::pointer::{Out, risk_buf, text};
use risk_binding::Fault;
use risk_binding::status::{self, RISK_BAD_WORD, risk_status};

/// The version of this header, in three parts.
pub const RISK_VERSION_MAJOR: u32 = 0;
/// The version of this header, in three parts.
pub const RISK_VERSION_MINOR: u32 = 1;
/// The version of this header, in three parts.
pub const RISK_VERSION_PATCH: u32 = 0;
/// The version of this header as one number: MAJOR * 1000000 + MINOR * 1000 + PATCH.
pub const RISK_VERSION_NUMBER: u32 = 1000;
/// The version of the binary interface: a program runs with a library that has the same.
pub const RISK_ABI_VERSION: u32 = 0;

const VERSION: &CStr = c"0.1.0";

/// The version of the library as one number, to be compared with RISK_VERSION_NUMBER.
///
/// Ownership: none. Threads: any. Errors: none.
///
/// Example: `assert(risk_version_number() == RISK_VERSION_NUMBER);`
#[unsafe(no_mangle)]
pub extern "C" fn risk_version_number() -> u32 {
    RISK_VERSION_NUMBER
}

/// The version of the library's binary interface, to be compared with RISK_ABI_VERSION when a program starts.
///
/// Ownership: none. Threads: any. Errors: none.
///
/// Example: `if (risk_abi_version() != RISK_ABI_VERSION) return refuse();`
#[unsafe(no_mangle)]
pub extern "C" fn risk_abi_version() -> u32 {
    RISK_ABI_VERSION
}

/// The version of the library as text, such as `0.1.0`.
///
/// Ownership: static, never freed. Threads: any. Errors: none.
///
/// Example: `printf("librisk %s\n", risk_version());`
#[unsafe(no_mangle)]
pub extern "C" fn risk_version() -> *const c_char {
    VERSION.as_ptr()
}

/// The name of a status, such as `RISK_BAD_RECORD`; `RISK_UNKNOWN_STATUS` for a number that this version does not know.
///
/// Ownership: static, never freed. Threads: any. Errors: none.
///
/// Example: `fprintf(stderr, "%s\n", risk_status_name(status));`
#[unsafe(no_mangle)]
pub extern "C" fn risk_status_name(status: risk_status) -> *const c_char {
    status::name_of(status).as_ptr()
}

/// What the last call that failed on this thread had to say, as one sentence or, for a policy, one a line: where, what was
/// expected, what was found. Empty where none has failed. It never tells a record's data or note.
///
/// Ownership: the library's; valid until the next call of this library on this thread. Threads: each has its own. Errors:
/// none; a call that succeeds leaves it as it is.
///
/// Example: `if (risk_policy_load(NULL, &policy) != RISK_OK) fprintf(stderr, "%s\n", risk_last_error_message());`
#[unsafe(no_mangle)]
pub extern "C" fn risk_last_error_message() -> *const c_char {
    last_error::last_message()
}

/// The same as JSON: `{"code":20,"name":"RISK_BAD_RECORD","message":"…"}`, and where they are known `file`, `line`,
/// `column`, `event_id`, `case_id`, `position`, `field`, `expected`, `found`; of a policy with errors also `errors`, a list of
/// `{file, line, column, message}`. Empty where no call has failed.
///
/// Ownership, threads, errors: as risk_last_error_message().
///
/// Example: `log_line(risk_last_error_json());`
#[unsafe(no_mangle)]
pub extern "C" fn risk_last_error_json() -> *const c_char {
    last_error::last_json()
}

/// The form of what the library reads and writes, as JSON Schema (2020-12): of a `record`, or of an `assessment`.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_WORD for another name.
///
/// Example: `risk_schema("record", 6, &schema);`
///
/// # Safety
/// `of` points to `len` bytes; `out` to a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_schema(of: *const c_char, len: usize, out: *mut risk_buf) -> risk_status {
    boundary::call(|| {
        // SAFETY: by this function's contract.
        let (of, out) = unsafe { (text("of", of, len)?, Out::required("out", out)?) };
        let schema = match of {
            "record" => log::schema(),
            "assessment" => assessment::schema(),
            other => {
                let found = risk_core::event::field::describe_text(other);
                return Err(Fault::mismatch(RISK_BAD_WORD, "of", "`record` or `assessment`", found));
            }
        };
        out.text(serde_json::to_string(&schema)?);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_package_in_every_form() {
        let parts = [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH")];
        let parts = parts.map(|part| part.parse::<u32>().unwrap_or(u32::MAX));
        assert_eq!(parts, [RISK_VERSION_MAJOR, RISK_VERSION_MINOR, RISK_VERSION_PATCH]);
        assert_eq!(RISK_VERSION_NUMBER, parts[0] * 1_000_000 + parts[1] * 1_000 + parts[2]);
        assert_eq!(VERSION.to_str(), Ok(env!("CARGO_PKG_VERSION")));
    }
}
