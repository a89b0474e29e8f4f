#![allow(non_camel_case_types, reason = "the names of C, where the numbers are frozen")]
//! The status numbers. A number is never given another meaning, and never used again.

/// How a call ended: 0, or what was wrong. Numbers are frozen; a later version may add to them.
pub type risk_status = i32;

/// Done.
pub const RISK_OK: i32 = 0;

/// The caller: a pointer that must be given is NULL.
pub const RISK_NULL_POINTER: i32 = 1;
/// The caller: a text is not UTF-8.
pub const RISK_NOT_UTF8: i32 = 2;
/// The caller: a `size` that no version of the struct has, a tail of it that is not zero, or a length that cannot be.
pub const RISK_BAD_SIZE: i32 = 3;
/// The caller: a moment that is none, or none where one is needed, or two where one is meant.
pub const RISK_BAD_TIME: i32 = 4;
/// The caller: a word that is not of its list: a lens, an audience, a kind, an action, a group, a rule, a schema.
pub const RISK_BAD_WORD: i32 = 5;
/// The caller: two things that do not belong together, such as answers about two cases.
pub const RISK_MISMATCH: i32 = 6;
/// The caller: a handle that was freed, or a pointer to something else than the handle that was expected. It is detected as far as
/// the memory behind the pointer shows it.
pub const RISK_BAD_HANDLE: i32 = 7;
/// The caller: a call with a store from within the function that gives that store its keys.
pub const RISK_REENTRANT_CALL: i32 = 8;

/// A record that is malformed, or that the log cannot take.
pub const RISK_BAD_RECORD: i32 = 20;

/// The log has grown, or is another, since the caller read it.
pub const RISK_POSITION_CONFLICT: i32 = 40;
/// The log has a record of that event_id which says something else.
pub const RISK_EVENT_CONFLICT: i32 = 41;
/// A sealed log and no stamps, a plain one and stamps, too few of them, or one that cannot be.
pub const RISK_BAD_STAMP: i32 = 42;
/// A sealed log is not what was sealed.
pub const RISK_TAMPERED: i32 = 43;

/// A policy that has errors.
pub const RISK_BAD_POLICY: i32 = 60;
/// The policy grants this audience no answer.
pub const RISK_NO_VIEW: i32 = 61;
/// The policy does not let this audience see why.
pub const RISK_NO_REASONS: i32 = 62;

/// The work was ended early by the caller's request.
pub const RISK_CANCELLED: i32 = 70;
/// The case takes more work than its budget allows.
pub const RISK_OVER_BUDGET: i32 = 71;

/// There is no store at that place.
pub const RISK_STORE_MISSING: i32 = 80;
/// What is at that place is no store, or has a form that this version does not read: a newer one, or an older one that cannot be
/// brought up to date.
pub const RISK_BAD_STORE: i32 = 81;
/// The store is in use: another writer went on for longer than the caller's patience. Nothing was written.
pub const RISK_STORE_BUSY: i32 = 82;
/// The file or the server cannot be reached. Nothing was written.
pub const RISK_STORE_UNREACHABLE: i32 = 83;
/// The connection broke while the store was writing: all of it was kept, or nothing. Done again, nothing is kept twice.
pub const RISK_STORE_UNCONFIRMED: i32 = 84;
/// There is no room for what is to be written. Nothing was written.
pub const RISK_STORE_FULL: i32 = 85;
/// The store may not be written to. Nothing was written.
pub const RISK_STORE_READ_ONLY: i32 = 86;
/// The store is damaged.
pub const RISK_STORE_DAMAGED: i32 = 87;
/// The database or the system says something that has no number here. Nothing was written.
pub const RISK_STORE_FAILED: i32 = 88;
/// Nothing of that name is in the store.
pub const RISK_NOT_FOUND: i32 = 89;
/// The reader is excluded from the case. That it was asked for is written down.
pub const RISK_EXCLUDED: i32 = 90;
/// The case's payloads are encrypted, and the key is not given, or is another.
pub const RISK_NO_KEY: i32 = 91;
/// The identifier stands for another case.
pub const RISK_TAKEN: i32 = 92;
/// The file of the store, or its write-ahead log, was moved, removed or replaced. Nothing was written.
pub const RISK_STORE_MOVED: i32 = 95;
/// The place of a follower is beyond the end of the store, which was restored or replaced.
pub const RISK_BEYOND_END: i32 = 96;

/// An earlier call with this handle met a defect of the library. The handle can only be freed.
pub const RISK_POISONED: i32 = 98;
/// A defect of the library. Nothing was written; the handle can from now on only be freed.
pub const RISK_PANIC: i32 = 99;

/// Every status with its name.
const NAMES: &[(risk_status, &std::ffi::CStr)] = &[
    (RISK_OK, c"RISK_OK"),
    (RISK_NULL_POINTER, c"RISK_NULL_POINTER"),
    (RISK_NOT_UTF8, c"RISK_NOT_UTF8"),
    (RISK_BAD_SIZE, c"RISK_BAD_SIZE"),
    (RISK_BAD_TIME, c"RISK_BAD_TIME"),
    (RISK_BAD_WORD, c"RISK_BAD_WORD"),
    (RISK_MISMATCH, c"RISK_MISMATCH"),
    (RISK_BAD_HANDLE, c"RISK_BAD_HANDLE"),
    (RISK_REENTRANT_CALL, c"RISK_REENTRANT_CALL"),
    (RISK_BAD_RECORD, c"RISK_BAD_RECORD"),
    (RISK_POSITION_CONFLICT, c"RISK_POSITION_CONFLICT"),
    (RISK_EVENT_CONFLICT, c"RISK_EVENT_CONFLICT"),
    (RISK_BAD_STAMP, c"RISK_BAD_STAMP"),
    (RISK_TAMPERED, c"RISK_TAMPERED"),
    (RISK_BAD_POLICY, c"RISK_BAD_POLICY"),
    (RISK_NO_VIEW, c"RISK_NO_VIEW"),
    (RISK_NO_REASONS, c"RISK_NO_REASONS"),
    (RISK_CANCELLED, c"RISK_CANCELLED"),
    (RISK_OVER_BUDGET, c"RISK_OVER_BUDGET"),
    (RISK_STORE_MISSING, c"RISK_STORE_MISSING"),
    (RISK_BAD_STORE, c"RISK_BAD_STORE"),
    (RISK_STORE_BUSY, c"RISK_STORE_BUSY"),
    (RISK_STORE_UNREACHABLE, c"RISK_STORE_UNREACHABLE"),
    (RISK_STORE_UNCONFIRMED, c"RISK_STORE_UNCONFIRMED"),
    (RISK_STORE_FULL, c"RISK_STORE_FULL"),
    (RISK_STORE_READ_ONLY, c"RISK_STORE_READ_ONLY"),
    (RISK_STORE_DAMAGED, c"RISK_STORE_DAMAGED"),
    (RISK_STORE_FAILED, c"RISK_STORE_FAILED"),
    (RISK_NOT_FOUND, c"RISK_NOT_FOUND"),
    (RISK_EXCLUDED, c"RISK_EXCLUDED"),
    (RISK_NO_KEY, c"RISK_NO_KEY"),
    (RISK_TAKEN, c"RISK_TAKEN"),
    (RISK_STORE_MOVED, c"RISK_STORE_MOVED"),
    (RISK_BEYOND_END, c"RISK_BEYOND_END"),
    (RISK_POISONED, c"RISK_POISONED"),
    (RISK_PANIC, c"RISK_PANIC"),
];

/// The name of a status, as in this header; `RISK_UNKNOWN_STATUS` for a number that this version does not know.
#[must_use]
pub fn name_of(status: risk_status) -> &'static std::ffi::CStr {
    NAMES.iter().find(|(number, _)| *number == status).map_or(c"RISK_UNKNOWN_STATUS", |(_, name)| name)
}
