//! Policies: the rules that a case is folded with.

use risk_core::calendar::BusinessCalendar;
use risk_core::policy::{Policy, PolicyErrors};
use risk_policies::ENGLAND_WALES_FILES;
use serde::Serialize;

use crate::boundary::{self, Handle, call_with, live};
use crate::pointer::{Out, list, risk_buf, risk_str, sized};
use risk_binding::status::risk_status;
use risk_binding::{Fault, Remark, errors_of, warnings_of};

/// A policy: checked, compiled, and unchangeable. Any number of threads may use one at once.
pub struct risk_policy(pub(crate) Handle<Policy>);

boundary::handle!(risk_policy, Policy, b"riskpoli");

/// A file of a policy.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct risk_file {
    /// Its name, for messages: `england-wales/levels.toml`.
    pub name: risk_str,
    /// What it holds: TOML.
    pub text: risk_str,
}

/// Which policy. Set it to zero, then `size`, then what is wanted.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct risk_policy_options {
    /// sizeof(risk_policy_options), so that the struct may grow.
    pub size: u32,
    /// The files of the policy; NULL: the pack for England and Wales that is built in.
    pub files: *const risk_file,
    /// How many files.
    pub files_len: usize,
    /// Local overlays, which set parameters and add rules; NULL: none.
    pub overlays: *const risk_file,
    /// How many overlays.
    pub overlays_len: usize,
    /// The locality whose parameters and rules count; not given: none.
    pub locality: risk_str,
}

/// The first version had all of these members.
const LEAST_OPTIONS: usize = size_of::<risk_policy_options>();

/// Reads, checks and compiles a policy. Takes tens of milliseconds: do it once, and use it for every case.
///
/// `options` may be NULL: the pack for England and Wales that is built in, without anything local.
///
/// Ownership: `*out` is the caller's, to be freed with risk_policy_free(); the texts are copied. Threads: any. Errors:
/// RISK_BAD_POLICY, with everything that is wrong in the JSON of the error; RISK_BAD_SIZE, RISK_NOT_UTF8,
/// RISK_NULL_POINTER.
///
/// Example: `risk_policy *policy = NULL; risk_status s = risk_policy_load(NULL, &policy);`
///
/// # Safety
/// `options` and what it points to can be read; `out` is a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_policy_load(
    options: *const risk_policy_options,
    out: *mut *mut risk_policy,
) -> risk_status {
    boundary::call(|| {
        // SAFETY: by this function's contract.
        let (out, loaded) = unsafe { (Out::required("out", out)?, load(options)?) };
        out.handle(risk_policy(Handle::new(loaded?)));
        Ok(())
    })
}

/// Reads and checks a policy without keeping it, and says everything that is wrong with it as JSON:
/// `{"valid":true,"id":"…","version":"…","digest":"…","errors":[],"warnings":[{"file":…,"line":…,"column":…,"message":…}]}`.
/// The status is RISK_OK whether or not it is valid; `id`, `version` and `digest` are null where it is not.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any. Errors: RISK_BAD_SIZE,
/// RISK_NOT_UTF8, RISK_NULL_POINTER.
///
/// Example: `risk_policy_check(&options, &report); puts(report.data); risk_buf_free(&report);`
///
/// # Safety
/// As risk_policy_load().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_policy_check(options: *const risk_policy_options, out: *mut risk_buf) -> risk_status {
    boundary::call(|| {
        // SAFETY: by this function's contract.
        let (out, loaded) = unsafe { (Out::required("out", out)?, load(options)?) };
        out.text(serde_json::to_string(&Report::of(&loaded))?);
        Ok(())
    })
}

/// The digest of a policy's meaning: 64 hexadecimal digits, the same for the same rules however they are laid out. An answer
/// carries it in its receipt.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER,
/// RISK_POISONED.
///
/// Example: `risk_policy_digest(policy, &digest); puts(digest.data); risk_buf_free(&digest);`
///
/// # Safety
/// `policy` is a handle that is not freed; `out` a place for the result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_policy_digest(policy: *const risk_policy, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    let handle = unsafe { live("policy", policy) };
    call_with(handle, |policy| {
        // SAFETY: by this function's contract.
        let out = unsafe { Out::required("out", out)? };
        out.text(policy.digest.clone());
        Ok(())
    })
}

/// As risk_last_error_message(), of the last call led by this handle that failed, on whatever thread. A copy.
///
/// Ownership: `*out` is the caller's, to be freed with risk_buf_free(). Threads: any, at once. Errors: RISK_NULL_POINTER.
///
/// Example: `risk_policy_last_error_message(policy, &message);`
///
/// # Safety
/// As risk_policy_digest().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_policy_last_error_message(policy: *const risk_policy, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { boundary::last_error(live("policy", policy), out, |f| f.message().to_owned()) }
}

/// As risk_last_error_json(), of the last call led by this handle that failed, on whatever thread. A copy.
///
/// Ownership, threads, errors: as risk_policy_last_error_message().
///
/// Example: `risk_policy_last_error_json(policy, &json);`
///
/// # Safety
/// As risk_policy_digest().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_policy_last_error_json(policy: *const risk_policy, out: *mut risk_buf) -> risk_status {
    // SAFETY: by this function's contract.
    unsafe { boundary::last_error(live("policy", policy), out, Fault::json) }
}

/// Frees a policy. NULL is allowed. Answers made with it live on.
///
/// Ownership: the handle is the library's again. Threads: any, while no other call with this handle runs. Errors: none;
/// what is not a live handle is left alone, as far as that shows (RISK_BAD_HANDLE).
///
/// Example: `risk_policy_free(policy);`
///
/// # Safety
/// `policy` is NULL or a handle that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn risk_policy_free(policy: *mut risk_policy) {
    // SAFETY: by this function's contract.
    unsafe { boundary::free("policy", policy) }
}

/// # Safety
/// As [`risk_policy_load`].
unsafe fn load(options: *const risk_policy_options) -> Result<Result<Policy, PolicyErrors>, Fault> {
    // SAFETY: by this function's contract; a struct of numbers and pointers may be all zero.
    let Some(options) = (unsafe { sized("options", options, LEAST_OPTIONS)? }) else {
        return Ok(Policy::load(ENGLAND_WALES_FILES));
    };
    // SAFETY: by this function's contract.
    let (given, overlays, locality) = unsafe {
        let given = if options.files.is_null() && options.files_len == 0 {
            None
        } else {
            Some(files("files", options.files, options.files_len)?)
        };
        (
            given,
            files("overlays", options.overlays, options.overlays_len)?,
            options.locality.get("locality")?.filter(|locality| !locality.is_empty()),
        )
    };
    Ok(Policy::load_with(given.as_deref().unwrap_or(ENGLAND_WALES_FILES), &overlays, locality))
}

/// # Safety
/// `files` points to `len` files, whose texts can be read for `'a`.
unsafe fn files<'a>(name: &str, files: *const risk_file, len: usize) -> Result<Vec<(&'a str, &'a str)>, Fault> {
    // SAFETY: by this function's contract.
    let files: &[risk_file] = unsafe { list(name, files, len)? };
    let read = |(i, file): (usize, &risk_file)| {
        let of = |member: &str| format!("{name}[{i}].{member}");
        // SAFETY: by this function's contract.
        let (file_name, text) = unsafe { (file.name.get(&of("name"))?, file.text.get(&of("text"))?) };
        Ok((file_name.ok_or_else(|| crate::pointer::null(&of("name")))?, text.unwrap_or_default()))
    };
    files.iter().enumerate().map(read).collect()
}

/// What [`risk_policy_check`] gives.
#[derive(Serialize)]
struct Report<'a> {
    valid: bool,
    id: Option<&'a str>,
    version: Option<&'a str>,
    digest: Option<&'a str>,
    errors: Vec<Remark>,
    warnings: Vec<Remark>,
}

impl<'a> Report<'a> {
    fn of(loaded: &'a Result<Policy, PolicyErrors>) -> Self {
        match loaded {
            Ok(policy) => Self {
                valid: true,
                id: Some(&policy.id),
                version: Some(&policy.version),
                digest: Some(&policy.digest),
                errors: Vec::new(),
                warnings: warnings_of(&policy.warnings(BusinessCalendar::last_year())),
            },
            Err(errors) => Self {
                valid: false,
                id: None,
                version: None,
                digest: None,
                errors: errors_of(errors),
                warnings: Vec::new(),
            },
        }
    }
}
