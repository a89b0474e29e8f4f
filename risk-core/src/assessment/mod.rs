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
use crate::event::catalogue::Instant;
use crate::event::vocabulary::Audience;
use crate::event::{Event, Kind};
use crate::fold::run::{Folded, Lens, Span, fold};
use crate::log::{Log, Record};
use crate::policy::model::Policy;
use crate::view::{NoView, View};

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

    /// The span that the fold is to cover, given the records that the reader may see.
    #[must_use]
    pub fn span(&self, records: &[&Record]) -> Span {
        let known_at = self.known_at.unwrap_or_else(|| match self.lens {
            Lens::AsKnown => self.at,
            Lens::Hindsight => records.iter().map(|r| r.recorded_at).max().map_or(self.at, |t| t.max(self.at)),
        });
        Span { at: self.at, known_at, lens: self.lens, watch: None }
    }
}

/// Answers a question about a case. The same inputs give the same answer, to the byte.
///
/// # Errors
/// [`NoView`] where the policy does not provide for the audience.
pub fn assess(log: &Log, policy: &Policy, question: &Question) -> Result<Assessment, NoView> {
    let view = View::of(policy, question.audience)?;
    let records = view.records(log.records().iter());
    let span = question.span(&records);
    let answer = assess_records(log, &records, &view, question, span).0;
    Ok(with_all_later(answer, &records, span))
}

/// [`assess`] without looking ahead: `next_change_at` is left empty, and all else is the same. For whole caseloads, where
/// nobody waits for the next change and finding it costs more than the rest.
///
/// # Errors
/// As [`assess`].
pub fn assess_now(log: &Log, policy: &Policy, question: &Question) -> Result<Assessment, NoView> {
    let view = View::of(policy, question.audience)?;
    let records = view.records(log.records().iter());
    let span = question.span(&records);
    let answer = assess_records_now(log, &records, &view, question, span);
    Ok(with_all_later(answer, &records, span))
}

/// The answer, which says whether it was asked for a moment before everything that the reader may see.
fn with_all_later(mut answer: Assessment, records: &[&Record], span: Span) -> Assessment {
    answer.receipt.all_records_later = !records.is_empty() && !records.iter().any(|r| counts(r, span));
    answer
}

/// Whether the record, or the version that it puts in force, is of the moment asked about or earlier.
fn counts(record: &Record, span: Span) -> bool {
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

/// [`assess_now`], from the records that the reader may see.
pub(crate) fn assess_records_now(
    log: &Log,
    records: &[&Record],
    view: &View<'_>,
    question: &Question,
    span: Span,
) -> Assessment {
    let folded = fold(records, view.policy(), span);
    let confidence = Confidence::of_view(records, view, span);
    build::build(&case_line(log), &folded, &confidence, view, question, span.known_at)
}

/// The answer and the fold behind it, from the records that the reader may see.
pub(crate) fn assess_records<'a, 'p>(
    log: &Log,
    records: &[&'a Record],
    view: &View<'p>,
    question: &Question,
    span: Span,
) -> (Assessment, Folded<'a, 'p>) {
    let folded = fold(records, view.policy(), span);
    let case = case_line(log);
    let confidence = Confidence::of_view(records, view, span);
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

fn case_line(log: &Log) -> CaseLine {
    CaseLine { id: log.case_id(), records: log.len(), head: log.head() }
}

/// The answer that a folded case gives, with the moment at which it would next change by itself.
#[must_use]
pub fn answer(
    case: &CaseLine,
    folded: &Folded<'_, '_>,
    confidence: &Confidence,
    view: &View<'_>,
    question: &Question,
    known_at: Instant,
) -> Assessment {
    let mut now = build::build(case, folded, confidence, view, question, known_at);
    now.next_change_at = next_change(case, folded, confidence, view, question, known_at, &now);
    now
}

/// Runs time on, candidate by candidate, until the answer differs.
fn next_change(
    case: &CaseLine,
    folded: &Folded<'_, '_>,
    confidence: &Confidence,
    view: &View<'_>,
    question: &Question,
    known_at: Instant,
    now: &Assessment,
) -> Option<Instant> {
    let due_soon = status::due_soon(folded.state.policy, question.at);
    let mut later = folded.clone();
    let mut at = question.at;
    while let Some(candidate) = later.state.next_candidate(at, due_soon, |a| view.sees_action(a)) {
        later.state.run_to(candidate);
        let question = Question { at: candidate, ..question.clone() };
        let then = build::build(case, &later, confidence, view, &question, known_at);
        if changes::differs(now, &then) {
            return Some(candidate);
        }
        at = candidate;
    }
    None
}
