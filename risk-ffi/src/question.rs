//! What is asked of a case.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike};
use risk_core::assessment::Question;
use risk_core::calendar::parse_moment;
use risk_core::event::field::{describe_text, one_of};
use risk_core::event::vocabulary::Audience;
use risk_core::event::{Instant, Kind, Term};
use risk_core::fold::run::Lens;

use crate::fault::Fault;
use crate::pointer::{list, null, risk_str, sized};
use crate::status::{RISK_BAD_TIME, RISK_BAD_WORD};

/// What is asked of a case: the moment, from where, for whom. Set it to zero, then `size`, a moment and an audience.
///
/// A moment is given as microseconds since 1970 UTC, or as text: `2018-04-18` (the end of that day in London),
/// `2018-02-06 15:00` (London), `2018-02-06T15:00:00Z` (RFC 3339). Zero microseconds and no text: not given.
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
}

/// The first version had all of these members.
const LEAST: usize = size_of::<risk_question>();

/// Reads a question.
///
/// # Safety
/// `question` is NULL or begins with the size of what can be read, and so can what it points to.
pub(crate) unsafe fn read(question: *const risk_question) -> Result<Question, Fault> {
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
    let feeds = kinds.iter().enumerate().map(|(i, kind)| {
        let field = format!("question.feeds[{i}]");
        // SAFETY: by this function's contract.
        let kind = unsafe { kind.get(&field)? }.unwrap_or_default();
        word::<Kind>(&field, kind)
    });
    let feeds: BTreeSet<Kind> = feeds.collect::<Result<_, Fault>>()?;
    let at = moment("question.at", q.at, at_text)?
        .ok_or_else(|| Fault::mismatch(RISK_BAD_TIME, "question.at", "a moment, here or in `at_text`", "none"))?;
    Ok(Question {
        at,
        known_at: moment("question.known_at", q.known_at, known_at_text)?,
        lens: lens.map_or(Ok(Lens::AsKnown), |lens| word("question.lens", lens))?,
        audience: word::<Audience>("question.audience", audience)?,
        feeds: (!q.feeds.is_null()).then_some(feeds),
    })
}

fn word<T: Term>(field: &str, text: &str) -> Result<T, Fault> {
    T::parse(text).ok_or_else(|| {
        let found = if text.is_empty() { "none".to_owned() } else { describe_text(text) };
        Fault::mismatch(RISK_BAD_WORD, field, one_of(T::names(), text), found)
    })
}

/// A moment given as a number or as text, if it is.
fn moment(field: &str, microseconds: i64, text: Option<&str>) -> Result<Option<Instant>, Fault> {
    match (microseconds, text.filter(|text| !text.is_empty())) {
        (0, None) => Ok(None),
        (0, Some(text)) => {
            let told = |e: risk_core::calendar::MomentError| Fault::new(RISK_BAD_TIME, format!("`{field}_text`: {e}"));
            parse_moment(text).map(Some).map_err(told)
        }
        (_, None) => instant(field, microseconds).map(Some),
        (_, Some(_)) => {
            let expected = "a moment as a number or as text";
            Err(Fault::mismatch(RISK_BAD_TIME, field, expected, "both"))
        }
    }
}

/// The instant of so many microseconds since 1970 UTC, in the years that RFC 3339 can write.
pub(crate) fn instant(field: &str, microseconds: i64) -> Result<Instant, Fault> {
    let instant = DateTime::from_timestamp_micros(microseconds).filter(|t| (0..=9999).contains(&t.year()));
    instant.ok_or_else(|| {
        let expected = "microseconds since 1970 UTC in the years 0 to 9999";
        Fault::mismatch(RISK_BAD_TIME, field, expected, microseconds.to_string())
    })
}
