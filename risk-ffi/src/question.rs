//! What is asked of a case.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use risk_binding::status::RISK_BAD_TIME;
use risk_binding::{Fault, QuestionInput, When};
use risk_core::assessment::Question;
use risk_store::Store;

use crate::boundary::live;
use crate::cancel::risk_cancel;
use crate::pointer::{list, null, risk_str, sized};

/// What is asked of a case: the moment, from where, for whom. Set it to zero, then `size`, a moment and an audience.
///
/// A moment is given as microseconds since 1970 UTC, or as text: `2018-04-18` (the end of that day in London),
/// `2018-02-06 15:00` (London), `2018-02-06T15:00:00Z` (RFC 3339). Zero microseconds and no text: not given. A number within a year of
/// 1970 is refused, as it is one of seconds or of milliseconds; a moment there is given as text.
///
/// Example: `risk_question q = {0}; q.size = sizeof q; q.at_text = RISK_STR("2018-04-18"); q.audience = RISK_STR("manager");`
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct risk_question {
    /// sizeof(risk_question), so that the struct may grow.
    pub size: u32,
    /// The moment, in microseconds since 1970 UTC. Either this or `at_text` must be given.
    pub at: i64,
    /// Only what was recorded by then counts, in microseconds since 1970 UTC. Not given: as `at`, in hindsight everything.
    pub known_at: i64,
    /// The moment, as text.
    pub at_text: risk_str,
    /// The same as `known_at`, as text.
    pub known_at_text: risk_str,
    /// `as_known`: what the service knew, as it came to know it; `hindsight`: all that is known, placed when it happened. Not
    /// given: `as_known`.
    pub lens: risk_str,
    /// Who reads the answer: `responsible_officer`, `partner_link_worker`, `programmes_team`, `manager`, `inspector`,
    /// `analyst`, `partner_agency` or `supervised_person`. It must be given: the answer holds what the policy lets that
    /// reader see, and nothing else.
    pub audience: risk_str,
    /// The kinds of event that the host can deliver at all; the answer then names the rules that are blind. NULL: all.
    pub feeds: *const risk_str,
    /// How many kinds.
    pub feeds_len: usize,
    /// Ends the call early once it is requested, on whatever thread (risk_cancel_request()): the call returns RISK_CANCELLED. NULL: it
    /// goes on to its end.
    pub cancel: *const risk_cancel,
}

/// The first version had the members before `cancel`.
const LEAST: usize = std::mem::offset_of!(risk_question, cancel);

/// A question, and what ends the call that asks it.
pub(crate) struct Asking<'a> {
    pub(crate) question: Question,
    cancel: Option<&'a Arc<AtomicBool>>,
}

impl Asking<'_> {
    /// A handle of the store whose calls end with the question.
    pub(crate) fn store(&self, store: &Store) -> Store {
        match self.cancel.cloned() {
            Some(requested) => store.cancelled_when(move || requested.load(Ordering::Relaxed)),
            None => store.clone(),
        }
    }

    /// Whether the call is to end early.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.is_some_and(|requested| requested.load(Ordering::Relaxed))
    }
}

/// Reads a question.
///
/// # Safety
/// `question` is NULL or begins with the size of what can be read, and so can what it points to for `'a`; its `cancel` is a handle that
/// is not freed.
pub(crate) unsafe fn read<'a>(question: *const risk_question) -> Result<Asking<'a>, Fault> {
    // SAFETY: by this function's contract; a struct of numbers and pointers may be all zero.
    let q = unsafe { sized("question", question, LEAST)? }.ok_or_else(|| null("question"))?;
    // SAFETY: by this function's contract.
    let (at_text, known_at_text, lens, audience, kinds) = unsafe {
        (
            q.at_text.get("question.at_text")?,
            q.known_at_text.get("question.known_at_text")?,
            q.lens.get("question.lens")?.filter(|lens| !lens.is_empty()),
            q.audience.get("question.audience")?.unwrap_or_default(),
            list("question.feeds", q.feeds, q.feeds_len)?,
        )
    };
    let kind = |(i, kind): (usize, &risk_str)| {
        // SAFETY: by this function's contract.
        Ok(unsafe { kind.get(&format!("question.feeds[{i}]"))? }.unwrap_or_default())
    };
    let kinds: Vec<&str> = kinds.iter().enumerate().map(kind).collect::<Result<_, Fault>>()?;
    let asked = QuestionInput {
        at: when("question.at", q.at, at_text)?,
        known_at: when("question.known_at", q.known_at, known_at_text)?,
        lens,
        audience,
        feeds: (!q.feeds.is_null()).then_some(kinds),
    };
    let cancel = if q.cancel.is_null() {
        None
    } else {
        // SAFETY: by this function's contract.
        Some(unsafe { live("question.cancel", q.cancel)? }.get()?)
    };
    Ok(Asking { question: asked.question()?, cancel })
}

/// A moment given as a number or as text.
fn when<'a>(field: &str, microseconds: i64, text: Option<&'a str>) -> Result<When<'a>, Fault> {
    match (microseconds, text.filter(|text| !text.is_empty())) {
        (0, None) => Ok(When::NotGiven),
        (0, Some(text)) => Ok(When::Text(text)),
        (microseconds, None) => Ok(When::Microseconds(microseconds)),
        (_, Some(_)) => Err(Fault::mismatch(RISK_BAD_TIME, field, "a moment as a number or as text", "both")),
    }
}
