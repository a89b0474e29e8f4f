//! The assessment: the answer to "how does this case stand, for this reader, at this moment".

pub mod answer;
mod build;
mod changes;
pub mod confidence;
#[cfg(feature = "schema")]
mod schema;
mod status;

use std::collections::BTreeSet;

use uuid::Uuid;

pub use answer::Assessment;
pub(crate) use build::action_id;
pub use changes::{Change, Facet, changes};
#[cfg(feature = "schema")]
pub use schema::schema;

use self::confidence::Confidence;
use crate::cancel::{Cancel, Stopped};
use crate::event::catalogue::Instant;
use crate::event::vocabulary::Audience;
use crate::event::{Event, Kind};
use crate::fold::run::{Folded, Lens, Span, fold_seen};
use crate::log::{Log, Record};
use crate::policy::model::Policy;
use crate::view::{NoView, Seen, View};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The moment.
    pub at: Instant,
    /// What the service is taken to know; by default what it knew at `at`, in hindsight all there is.
    pub known_at: Option<Instant>,
    /// From where.
    pub lens: Lens,
    /// For whom.
    pub audience: Audience,
    /// The kinds that the host can deliver at all; `None`: all.
    pub feeds: Option<BTreeSet<Kind>>,
}

impl Question {
    /// How the case stands at a moment, as the service knew it then.
    #[must_use]
    pub fn at(at: Instant, audience: Audience) -> Self {
        Self { at, known_at: None, lens: Lens::AsKnown, audience, feeds: None }
    }

    /// What the reader of the answer may see of these records.
    #[must_use]
    pub fn seen<'a>(&self, view: &View<'_>, records: impl IntoIterator<Item = &'a Record>) -> Seen<'a> {
        let known_at = self.known_at.or_else(|| (self.lens == Lens::AsKnown).then_some(self.at));
        view.seen(records.into_iter(), known_at)
    }

    /// The span that the fold is to cover, given the records that the reader may see.
    #[must_use]
    pub fn span(&self, records: &[&Record]) -> Span<'static> {
        let known_at = self.known_at.unwrap_or_else(|| match self.lens {
            Lens::AsKnown => self.at,
            Lens::Hindsight => records.iter().map(|r| r.recorded_at).max().map_or(self.at, |t| t.max(self.at)),
        });
        Span { at: self.at, known_at, lens: self.lens, watch: None, cancel: Cancel::NEVER }
    }

    /// What the question is answered from: the reader's view of the log.
    #[doc(hidden)]
    pub fn open<'a, 'p>(&self, log: &'a Log, policy: &'p Policy, cancel: Cancel<'p>) -> Result<Opened<'a, 'p>, NoView> {
        let view = View::of(policy, self.audience)?;
        let seen = self.seen(&view, log.records());
        let span = Span { cancel, ..self.span(&seen.all()) };
        Ok(Opened { view, seen, span })
    }
}

/// What a question is answered from.
#[doc(hidden)]
#[derive(Debug)]
pub struct Opened<'a, 'p> {
    /// What the audience may see.
    pub view: View<'p>,
    /// The records that it may see.
    pub seen: Seen<'a>,
    /// What the fold is to cover.
    pub span: Span<'p>,
}

/// Answers a question about a case. The same inputs give the same answer, to the byte.
///
/// # Errors
/// [`NoView`] where the policy does not provide for the audience.
pub fn assess(log: &Log, policy: &Policy, question: &Question) -> Result<Assessment, NoView> {
    assessed(log, policy, question, Cancel::NEVER)
}

/// [`assess`], unless its caller ends it early.
///
/// # Errors
/// As [`assess`], and [`Stopped`] if it ended early.
pub fn assess_until(
    log: &Log,
    policy: &Policy,
    question: &Question,
    cancel: Cancel<'_>,
) -> Result<Assessment, Stopped> {
    Ok(cancel.done(assessed(log, policy, question, cancel)?)?)
}

/// The answer, or a part of it if it ended early.
pub(crate) fn assessed(
    log: &Log,
    policy: &Policy,
    question: &Question,
    cancel: Cancel<'_>,
) -> Result<Assessment, NoView> {
    let Opened { view, seen, span } = question.open(log, policy, cancel)?;
    let answer = assess_seen(log, &seen, &view, question, span).0;
    Ok(with_all_later(answer, &seen.records, span))
}

/// [`assess`] without looking ahead: `next_change_at` is left empty, and all else is the same. For whole caseloads, where
/// nobody waits for the next change and finding it costs more than the rest.
///
/// # Errors
/// As [`assess`].
pub fn assess_now(log: &Log, policy: &Policy, question: &Question) -> Result<Assessment, NoView> {
    assessed_now(log, policy, question, Cancel::NEVER)
}

/// [`assess_now`], unless it ends early.
///
/// # Errors
/// As [`assess`], and [`Stopped`] if it ended early.
pub fn assess_now_until(
    log: &Log,
    policy: &Policy,
    question: &Question,
    cancel: Cancel<'_>,
) -> Result<Assessment, Stopped> {
    Ok(cancel.done(assessed_now(log, policy, question, cancel)?)?)
}

fn assessed_now(log: &Log, policy: &Policy, question: &Question, cancel: Cancel<'_>) -> Result<Assessment, NoView> {
    let Opened { view, seen, span } = question.open(log, policy, cancel)?;
    Ok(with_all_later(assess_seen_now(log, &seen, &view, question, span), &seen.records, span))
}

/// The answer, which says whether it was asked for a moment before everything that the reader may see.
#[doc(hidden)]
#[must_use]
pub fn with_all_later(mut answer: Assessment, records: &[&Record], span: Span<'_>) -> Assessment {
    answer.receipt.all_records_later = !records.is_empty() && !records.iter().any(|r| counts(r, span));
    answer
}

/// Whether the record, or the version that it puts in force, is of the moment asked about or earlier.
fn counts(record: &Record, span: Span<'_>) -> bool {
    let corrected = match record.event() {
        Some(Event::RecordCorrected(c)) => c.replacement.occurred_at,
        _ => None,
    };
    let clock = match span.lens {
        Lens::AsKnown => record.recorded_at,
        Lens::Hindsight => corrected.map_or(record.occurred_at, |at| at.min(record.occurred_at)),
    };
    clock <= span.at && record.recorded_at <= span.known_at
}

/// [`assess_now`], from what the reader may see.
#[doc(hidden)]
#[must_use]
pub fn assess_seen_now(log: &Log, seen: &Seen<'_>, view: &View<'_>, question: &Question, span: Span<'_>) -> Assessment {
    let folded = fold_seen(seen, view.policy(), span);
    let confidence = Confidence::of_view(&seen.records, &folded.state.local, view, span);
    build::build(&case_line(log), &folded, confidence.marks(), view, question, span.known_at)
}

/// The answer and the fold behind it, from what the reader may see.
#[doc(hidden)]
#[must_use]
pub fn assess_seen<'a, 'p>(
    log: &Log,
    seen: &Seen<'a>,
    view: &View<'p>,
    question: &Question,
    span: Span<'p>,
) -> (Assessment, Folded<'a, 'p>) {
    let folded = fold_seen(seen, view.policy(), span);
    let case = case_line(log);
    let confidence = Confidence::of_view(&seen.records, &folded.state.local, view, span);
    let answer = answer(&case, &folded, &confidence, view, question, span.known_at);
    (answer, folded)
}

/// What the receipt says of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// The case.
    pub id: Uuid,
    /// How many records its log has.
    pub records: u64,
    /// The hash of the last record.
    pub head: Option<String>,
}

pub(crate) fn case_line(log: &Log) -> CaseLine {
    CaseLine { id: log.case_id(), records: log.len(), head: log.head() }
}

/// The answer that a folded case gives, with the moment at which it would next change by itself.
#[must_use]
pub fn answer(
    case: &CaseLine,
    folded: &Folded<'_, '_>,
    confidence: &Confidence<'_, '_>,
    view: &View<'_>,
    question: &Question,
    known_at: Instant,
) -> Assessment {
    answer_to(case, folded, confidence, view, question, known_at, Instant::MAX_UTC)
}

/// [`answer`], looking ahead no further than to that moment.
pub(crate) fn answer_to(
    case: &CaseLine,
    folded: &Folded<'_, '_>,
    confidence: &Confidence<'_, '_>,
    view: &View<'_>,
    question: &Question,
    known_at: Instant,
    last: Instant,
) -> Assessment {
    let mut now = build::build(case, folded, confidence.marks(), view, question, known_at);
    now.next_change_at = next_change(case, folded, confidence, view, question, &now, last);
    now
}

/// Runs time on, candidate by candidate, until the answer differs.
fn next_change(
    case: &CaseLine,
    folded: &Folded<'_, '_>,
    confidence: &Confidence<'_, '_>,
    view: &View<'_>,
    question: &Question,
    now: &Assessment,
    last: Instant,
) -> Option<Instant> {
    let known_at = now.known_at;
    let next = |folded: &Folded<'_, '_>, at| {
        let due_soon = status::due_soon(folded.state.policy, at);
        let candidate = folded.next_candidate(at, due_soon, |a| view.sees_action(a));
        candidate.filter(|candidate| *candidate <= last && !folded.state.spend())
    };
    let mut at = question.at;
    // Most answers of a timeline change with the next record before they change by time: they need no copy.
    if next(folded, at).is_none() && confidence.next_candidate(at).is_none_or(|t| t > last) {
        return None;
    }
    let (mut later, mut ahead) = (folded.clone(), confidence.ahead(at));
    loop {
        let candidate = next(&later, at);
        let until = candidate.or(Some(last).filter(|last| *last < Instant::MAX_UTC));
        let candidate = ahead.run_until_more_open(at, until).or(candidate)?;
        later.run_to(candidate);
        let question = Question { at: candidate, ..question.clone() };
        let then = build::build(case, &later, ahead.marks(), view, &question, known_at);
        if changes::differs(now, &then) {
            return Some(candidate);
        }
        at = candidate;
    }
}
