//! From records to state: which versions are in force, in which order, and on which clock.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use super::fold_event::FoldEvent;
use super::ledger::{Answer, How, Instance, Reason};
use super::levels::Cell;
use super::reason::{Naming, ReasonKey, RuleRef, Target};
use super::state::{CorrectionBaseline, State};
use super::walk::Walk;
use crate::cancel::Cancel;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, vocabulary};
use crate::event::{Kind, Nature};
use crate::log::{Entry, Epoch, LocalIds, Record, epochs};
use crate::policy::model::Policy;
use crate::view::Seen;

vocabulary! {
    /// The temporal lens of an answer: by transaction time or by valid time.
    ///
    /// # Examples
    /// ```
    /// use risk_core::{Audience, Lens, Log, Policy, Question, assess};
    /// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
    /// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
    /// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
    ///
    /// // The call-out of 5 March was recorded on 7 March. On 6 March the service did not know of it.
    /// let question = Question::at("2018-03-06T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
    /// assert_eq!(question.lens(), Lens::AsKnown);
    /// assert!(assess(&log, &policy, &question)?.actions.is_empty());
    /// assert_eq!(assess(&log, &policy, &question.with_lens(Lens::Hindsight))?.actions.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Lens {
        /// What the service knew at the moment: records count from when they were recorded.
        AsKnown,
        /// What is known now about the moment: records count from when the event happened. For learning; answers are labelled with it.
        Hindsight,
    }
}

/// A case folded up to a moment.
#[derive(Debug, Clone)]
pub struct Folded<'a, 'p> {
    /// The state at that moment.
    pub state: State<'a, 'p>,
    /// Actions whose reasons a correction took away: superseded if they were open, else closed and marked.
    pub withdrawn: Vec<Instance>,
    /// Records whose payload was removed by law.
    pub withheld: Vec<Uuid>,
    /// Records that a newer version wrote.
    pub unrecognised: Vec<&'a Record>,
    /// Records whose accuracy is contested.
    pub disputed: BTreeSet<Uuid>,
    /// The same case with the records that are withheld from the reader, where there are any: only to see which levels they
    /// decided.
    pub(super) with_withheld: Option<Box<State<'a, 'p>>>,
}

impl Folded<'_, '_> {
    /// Runs time on to a moment, if no more is learnt.
    pub fn run_to(&mut self, at: Instant) {
        self.state.run_to(at);
        if let Some(other) = &mut self.with_withheld {
            other.run_to(at);
        }
    }

    /// The next moment at which something may change by itself; see [`State::next_candidate`].
    #[must_use]
    pub fn next_candidate(
        &self,
        after_this: Instant,
        due_soon: Option<u32>,
        shown: impl Fn(ActionKind) -> bool,
    ) -> Option<Instant> {
        let states = std::iter::once(&self.state).chain(self.with_withheld.as_deref());
        states.filter_map(|s| s.next_candidate(after_this, due_soon, &shown)).min()
    }

    /// Whether a record that is withheld from the reader decided the level of the cell: with it the level would be another,
    /// or another assessment's.
    #[must_use]
    pub fn decided_by_withheld(&self, cell: Cell) -> bool {
        let decided = |s: &State<'_, '_>| {
            let by = s.levels.statement(cell).map(|statement| statement.id);
            (by, s.levels.recorded(cell.0, cell.1).max(s.levels.indicated(cell.0, cell.1)))
        };
        self.with_withheld.as_deref().is_some_and(|other| decided(other) != decided(&self.state))
    }
}

/// What to fold, and how.
#[derive(Debug, Clone, Copy)]
pub struct Span<'c> {
    /// Up to when the clock runs.
    pub at: Instant,
    /// What the service is taken to know: records recorded by then.
    pub known_at: Instant,
    /// From where.
    pub lens: Lens,
    /// A rule or duty whose evaluations are to be kept.
    pub watch: Option<RuleRef>,
    /// Whether to end early. What is folded then is a part, and must not be answered from.
    pub cancel: Cancel<'c>,
}

/// Folds what an audience sees of a case.
#[must_use]
pub fn fold_seen<'a, 'p>(seen: &Seen<'a>, policy: &'p Policy, span: Span<'p>) -> Folded<'a, 'p> {
    Walk::of_seen(seen, policy, span).into_folded()
}

/// Folds a case's records. The order in which they are given does not matter.
#[must_use]
pub fn fold<'a, 'p>(records: &[&'a Record], policy: &'p Policy, span: Span<'p>) -> Folded<'a, 'p> {
    let local = Arc::new(LocalIds::of(records.iter().copied()));
    Walk::new(records, local, policy, span).into_folded()
}

/// Whether the corrected log has the reason too, perhaps under the name of an action that this one continues.
pub(super) fn still_arises(instance: &Instance, reason: &Reason, now: &Arisen<'_>) -> bool {
    let earlier = |action: &ActionKind| Some(now.policy.action(*action)?.continues.as_ref()?.action);
    std::iter::successors(Some(instance.action), earlier).take(now.policy.actions.len()).any(|action| {
        let target = Target::Action(action, instance.subject);
        now.keys.contains(&(reason.because.known_as, reason.because.event, target))
    })
}

/// The reasons that arose in a version of the log.
pub(super) struct Arisen<'s> {
    policy: &'s Policy,
    keys: BTreeSet<&'s ReasonKey>,
    cancel: Cancel<'s>,
}

impl<'s> Arisen<'s> {
    pub(super) fn of(state: &'s State<'_, '_>) -> Self {
        let keys = state.arisen.iter().map(|(key, _)| key).collect();
        Self { policy: state.policy, keys, cancel: state.cancel }
    }
}

/// What becomes of the reasons that the corrected log no longer has: a line of their own, beside the action where others
/// remain for it, so that none disappears without a trace.
pub(super) fn withdraw(instance: &Instance, now: &Arisen<'_>, by: Uuid, since: Instant) -> Option<Instance> {
    let reasons = instance.reasons.iter().take_while(|_| !now.cancel.spend());
    let (still, gone): (Vec<Reason>, Vec<Reason>) = reasons.cloned().partition(|r| still_arises(instance, r, now));
    if gone.is_empty() {
        return None;
    }
    let mut withdrawn = Instance { reasons: gone, part_withdrawn: !still.is_empty(), ..instance.clone() };
    withdrawn.basis_withdrawn = !withdrawn.pending();
    for r in withdrawn.reasons.iter_mut().filter(|r| r.answer.is_none()) {
        r.answer = Some(Answer { by, how: How::Superseded, at: since, done: since, naming: Naming::ByTime });
    }
    Some(withdrawn)
}

pub(super) fn own_clock(entry: &Entry<'_>, lens: Lens) -> Instant {
    match lens {
        Lens::AsKnown => entry.record.recorded_at,
        Lens::Hindsight => entry.occurred_at,
    }
}

/// What happens in one version of the log up to a moment: by the clock, and what has one clock by when it happened.
pub(super) fn in_order<'a>(
    epoch: &Epoch<'a>,
    local: &LocalIds<'a>,
    start: Option<Instant>,
    span: Span<'_>,
) -> Vec<Arc<FoldEvent<'a>>> {
    let clamp = |t: Instant| start.map_or(t, |s| t.max(s));
    let mut events = Vec::with_capacity(epoch.entries.len());
    for entry in &epoch.entries {
        let clock = clamp(own_clock(entry, span.lens));
        if clock <= span.at {
            events.push(Arc::new(FoldEvent::of(entry, local, clock)));
        }
    }
    for record in &epoch.unrecognised {
        let clock = clamp(if span.lens == Lens::AsKnown { record.recorded_at } else { record.occurred_at });
        if clock <= span.at {
            events.push(Arc::new(FoldEvent::unrecognised(record, clock)));
        }
    }
    events.sort_by_key(|h| (h.clock, h.order()));
    events
}

/// An incremental projection: a case that is folded as its records arrive. It gives the same answer as a fold from the start. It folds
/// from the start by itself if a record comes out of order, corrects another, moves the beginning of supervision, or has an id that was
/// not announced.
#[derive(Debug, Clone)]
pub struct Tracker<'a, 'p> {
    policy: &'p Policy,
    lens: Lens,
    local: Arc<LocalIds<'a>>,
    records: Vec<&'a Record>,
    committed: State<'a, 'p>,
    open: Option<(Instant, Vec<Arc<FoldEvent<'a>>>)>,
    in_order: bool,
}

impl<'a, 'p> Tracker<'a, 'p> {
    /// A case without records. `local` has the ids that its records will name.
    #[must_use]
    pub fn new(policy: &'p Policy, local: Arc<LocalIds<'a>>, lens: Lens) -> Self {
        let committed = State::new(policy, local.clone(), CorrectionBaseline::default());
        Self { policy, lens, local, records: Vec::new(), committed, open: None, in_order: true }
    }

    /// Takes in the next record.
    pub fn push(&mut self, record: &'a Record) {
        self.records.push(record);
        let simple =
            record.kind().is_some_and(|k| k != Kind::SupervisionStarted && k.spec().nature != Nature::Housekeeping);
        let first = epochs([record].into_iter(), record.recorded_at);
        let entry = first.first().and_then(|e| e.entries.first());
        let begins = record.kind() == Some(Kind::SupervisionStarted) && self.records.len() == 1;
        if LocalIds::of([record]).texts().any(|id| self.local.find(id).is_none()) {
            self.local = Arc::new(LocalIds::of(self.records.iter().copied()));
            self.in_order = false;
        }
        let Some(entry) = entry.filter(|_| self.in_order && (simple || begins)) else {
            self.in_order = false;
            return;
        };
        let clock = own_clock(entry, self.lens);
        match &mut self.open {
            Some((at, events)) if *at == clock => {
                let h = Arc::new(FoldEvent::of(entry, &self.local, clock));
                let place = events.partition_point(|other| other.order() <= h.order());
                events.insert(place, h);
            }
            Some((at, _)) if *at > clock => self.in_order = false,
            _ => {
                if let Some((at, events)) = self.open.take() {
                    self.committed.step(at, &events);
                }
                self.open = Some((clock, vec![Arc::new(FoldEvent::of(entry, &self.local, clock))]));
            }
        }
    }

    /// The case at a moment, knowing every record pushed so far that the lens places by then.
    #[must_use]
    pub fn at(&self, at: Instant) -> Folded<'a, 'p> {
        let Some((clock, events)) = self.open.as_ref().filter(|(clock, _)| self.in_order && *clock <= at) else {
            let known_at = match self.lens {
                Lens::AsKnown => at,
                Lens::Hindsight => self.records.iter().map(|r| r.recorded_at).max().map_or(at, |t| t.max(at)),
            };
            let span = Span { at, known_at, lens: self.lens, watch: None, cancel: Cancel::NEVER };
            return Walk::new(&self.records, self.local.clone(), self.policy, span).into_folded();
        };
        let mut state = self.committed.clone();
        state.step(*clock, events);
        state.run_to(at);
        Folded {
            state,
            withdrawn: vec![],
            withheld: vec![],
            unrecognised: vec![],
            disputed: BTreeSet::new(),
            with_withheld: None,
        }
    }
}
