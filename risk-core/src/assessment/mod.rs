//! The assessment: how a case stands at a moment, for an audience.

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

/// A question about a case: how does it stand at this moment, for this audience?
///
/// # Examples
/// ```
/// use risk_core::{Audience, Kind, Lens, Log, Policy, Question, assess};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let moment = "2018-03-10T12:00:00Z".parse()?;
/// let question = Question::at(moment, Audience::ResponsibleOfficer)
///     .with_lens(Lens::Hindsight)
///     .with_known_at("2018-03-31T12:00:00Z".parse()?)
///     .with_feeds([Kind::SupervisionStarted]);
/// assert_eq!(question.moment(), moment);
///
/// // No feed delivers call-outs, so the answer names the rule that cannot fire. Silence is not safety.
/// assert_eq!(assess(&log, &policy, &question)?.blind_to, ["call-out"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    // The fields are public for the crates of this workspace only; users have the getters.
    #[doc(hidden)]
    pub at: Instant,
    #[doc(hidden)]
    pub known_at: Option<Instant>,
    #[doc(hidden)]
    pub lens: Lens,
    #[doc(hidden)]
    pub audience: Audience,
    #[doc(hidden)]
    pub feeds: Option<BTreeSet<Kind>>,
}

impl Question {
    /// How the case stands at a moment, as the service knew it then.
    #[must_use]
    pub fn at(at: Instant, audience: Audience) -> Self {
        Self { at, known_at: None, lens: Lens::AsKnown, audience, feeds: None }
    }

    /// Sets the temporal lens. The default is [`Lens::AsKnown`].
    #[must_use]
    pub fn with_lens(self, lens: Lens) -> Self {
        Self { lens, ..self }
    }

    /// Ignores records that were recorded after `known_at`. By default the limit is the moment of the question if the lens is
    /// [`Lens::AsKnown`], and there is none if it is [`Lens::Hindsight`].
    #[must_use]
    pub fn with_known_at(self, known_at: Instant) -> Self {
        Self { known_at: Some(known_at), ..self }
    }

    /// States which kinds of event the host can deliver at all. The answer then lists the rules that cannot fire. By default all kinds.
    #[must_use]
    pub fn with_feeds(self, feeds: impl IntoIterator<Item = Kind>) -> Self {
        Self { feeds: Some(feeds.into_iter().collect()), ..self }
    }

    /// The moment that the question is about.
    #[must_use]
    pub fn moment(&self) -> Instant {
        self.at
    }

    /// The limit set by [`Question::with_known_at`].
    #[must_use]
    pub fn known_at(&self) -> Option<Instant> {
        self.known_at
    }

    /// The temporal lens.
    #[must_use]
    pub fn lens(&self) -> Lens {
        self.lens
    }

    /// The audience of the answer.
    #[must_use]
    pub fn audience(&self) -> Audience {
        self.audience
    }

    /// The kinds set by [`Question::with_feeds`].
    #[must_use]
    pub fn feeds(&self) -> Option<&BTreeSet<Kind>> {
        self.feeds.as_ref()
    }

    /// What the audience of the answer may see of these records.
    #[doc(hidden)]
    #[must_use]
    pub fn seen<'a>(&self, view: &View<'_>, records: impl IntoIterator<Item = &'a Record>) -> Seen<'a> {
        let known_at = self.known_at.or_else(|| (self.lens == Lens::AsKnown).then_some(self.at));
        view.seen(records.into_iter(), known_at)
    }

    /// The span that the fold covers, given the records that the audience may see.
    #[doc(hidden)]
    #[must_use]
    pub fn span(&self, records: &[&Record]) -> Span<'static> {
        let known_at = self.known_at.unwrap_or_else(|| match self.lens {
            Lens::AsKnown => self.at,
            Lens::Hindsight => records.iter().map(|r| r.recorded_at).max().map_or(self.at, |t| t.max(self.at)),
        });
        Span { at: self.at, known_at, lens: self.lens, watch: None, cancel: Cancel::NEVER }
    }

    /// Opens the audience's view of the log.
    #[doc(hidden)]
    pub fn open<'a, 'p>(&self, log: &'a Log, policy: &'p Policy, cancel: Cancel<'p>) -> Result<Opened<'a, 'p>, NoView> {
        let view = View::of(policy, self.audience)?;
        let seen = self.seen(&view, log.records());
        let span = Span { cancel, ..self.span(&seen.all()) };
        Ok(Opened { view, seen, span })
    }
}

/// The input of an answer: the audience's view of a log.
#[doc(hidden)]
#[derive(Debug)]
pub struct Opened<'a, 'p> {
    /// The view that the policy grants.
    pub view: View<'p>,
    /// The records that the audience may see.
    pub seen: Seen<'a>,
    /// The span that the fold covers.
    pub span: Span<'p>,
}

/// Answers a question about a case: classification, actions, agenda and flags. The same inputs give the same answer, byte for byte.
///
/// # Errors
/// [`NoView`] if the policy does not define the audience.
///
/// # Examples
/// ```
/// use risk_core::terms::Level;
/// use risk_core::{Audience, Log, Policy, Question, assess};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let assessment = assess(&log, &policy, &question)?;
/// assert_eq!(assessment.classification.unwrap().overall.recorded, Level::Unknown, "no assessor has recorded a level");
/// assert_eq!(assessment.agenda.lines.len(), 1);
/// assert_eq!(assessment.receipt.policy.id, "example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn assess(log: &Log, policy: &Policy, question: &Question) -> Result<Assessment, NoView> {
    assessed(log, policy, question, Cancel::NEVER)
}

/// [`assess`] that can be cancelled.
///
/// # Errors
/// [`Stopped`] if the work was cancelled or over budget, or if the policy does not define the audience.
///
/// # Examples
/// ```
/// use risk_core::{Audience, Budget, Cancel, Log, Policy, Question, assess, assess_until};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let budget = Budget::new(Budget::OF_A_CASE);
/// let assessment = assess_until(&log, &policy, &question, Cancel::NEVER.within(&budget))?;
/// assert_eq!(assessment, assess(&log, &policy, &question)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn assess_until(
    log: &Log,
    policy: &Policy,
    question: &Question,
    cancel: Cancel<'_>,
) -> Result<Assessment, Stopped> {
    Ok(cancel.done(assessed(log, policy, question, cancel)?)?)
}

/// The answer, or a part of it if the work was cancelled.
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

/// [`assess`] without `next_change_at`, which costs more than the rest of the answer. For whole caseloads.
///
/// # Errors
/// As [`assess`].
pub fn assess_now(log: &Log, policy: &Policy, question: &Question) -> Result<Assessment, NoView> {
    assessed_now(log, policy, question, Cancel::NEVER)
}

/// [`assess_now`] that can be cancelled.
///
/// # Errors
/// As [`assess_until`].
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

/// Notes in the receipt whether all records that the audience may see are later than the moment of the question.
#[doc(hidden)]
#[must_use]
pub fn with_all_later(mut answer: Assessment, records: &[&Record], span: Span<'_>) -> Assessment {
    answer.receipt.all_records_later = !records.is_empty() && !records.iter().any(|r| counts(r, span));
    answer
}

/// Whether the record, or the version that it puts in force, is not later than the moment of the question.
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

/// [`assess_now`], from an opened view.
#[doc(hidden)]
#[must_use]
pub fn assess_seen_now(log: &Log, seen: &Seen<'_>, view: &View<'_>, question: &Question, span: Span<'_>) -> Assessment {
    let folded = fold_seen(seen, view.policy(), span);
    let confidence = Confidence::of_view(&seen.records, &folded.state.local, view, span);
    build::build(&case_line(log), &folded, confidence.marks(), view, question, span.known_at)
}

/// The answer and the fold behind it, from an opened view.
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

/// What the receipt contains about the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// The id of the case.
    pub id: Uuid,
    /// The number of records.
    pub records: u64,
    /// The hash of the last record.
    pub head: Option<String>,
}

pub(crate) fn case_line(log: &Log) -> CaseLine {
    CaseLine { id: log.case_id(), records: log.len(), head: log.head() }
}

/// The answer of a folded case, with the moment at which it next changes by time alone.
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

/// [`answer`], looking ahead no further than `last`.
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

/// Advances time from candidate to candidate until the answer differs.
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
    // Most answers of a timeline change with the next record before they change by time, and need no copy.
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
