//! From records to state: which versions are in force, in which order, and on which clock.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use uuid::Uuid;

use super::happening::{EventRef, Happening, persons_of};
use super::ledger::{Answer, How, Instance, Reason};
use super::levels::Cell;
use super::reason::{Naming, ReasonKey, RuleRef, Target};
use super::state::{Floors, State};
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, vocabulary};
use crate::event::{Kind, Nature};
use crate::log::versions::disputes;
use crate::log::{Entry, Epoch, Record, epochs};
use crate::policy::model::{Listens, Policy};
use crate::view::Seen;

vocabulary! {
    /// From where the case is looked at.
    Lens {
        /// What the service knew at a time.
        AsKnown,
        /// Everything known now, placed when it happened: for learning, and labelled so.
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
    /// Records whose accuracy somebody contests.
    pub disputed: BTreeSet<Uuid>,
    /// The same case with the records that are withheld from the reader, where there are any: only to see which levels they
    /// decided.
    with_withheld: Option<Box<State<'a, 'p>>>,
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

/// What a correction took away.
struct Withdrawn {
    line: Instance,
    /// Whether supervision had begun in the version of the log that caused it.
    begun: bool,
}

/// What to fold, and how.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Up to when the clock runs.
    pub at: Instant,
    /// What the service is taken to know: records recorded by then.
    pub known_at: Instant,
    /// From where.
    pub lens: Lens,
    /// A rule or duty whose evaluations are to be kept.
    pub watch: Option<RuleRef>,
}

/// Folds what an audience sees of a case.
#[must_use]
pub fn fold_seen<'a, 'p>(seen: &Seen<'a>, policy: &'p Policy, span: Span) -> Folded<'a, 'p> {
    let folded = fold(&seen.records, policy, span);
    if seen.withheld.is_empty() {
        return folded;
    }
    let with_withheld = fold(&seen.all(), policy, Span { watch: None, ..span }).state;
    Folded { with_withheld: Some(Box::new(with_withheld)), ..folded }
}

/// Folds a case's records. The order in which they are given does not matter.
#[must_use]
pub fn fold<'a, 'p>(records: &[&'a Record], policy: &'p Policy, span: Span) -> Folded<'a, 'p> {
    let mut versions = epochs(records.iter().copied(), span.known_at);
    if span.lens == Lens::Hindsight {
        // In hindsight only the last version counts: it was true all along.
        versions.drain(..versions.len().saturating_sub(1));
    }
    let mut known: BTreeMap<ReasonKey, Instant> = BTreeMap::new();
    let mut withdrawn: Vec<Withdrawn> = Vec::new();
    let mut before: Option<(State<'a, 'p>, bool)> = None;
    let mut rest = versions.into_iter().peekable();
    let mut last = None;
    while let Some(epoch) = rest.next() {
        let corrected = epoch.since.filter(|_| span.lens == Lens::AsKnown);
        if corrected.is_some_and(|s| s > span.at) {
            break;
        }
        // This version of the log held until the next correction was recorded.
        let until = match rest.peek().and_then(|next| next.since) {
            Some(next) if next <= span.at => next.checked_sub_signed(TimeDelta::microseconds(1)).unwrap_or(next),
            _ => span.at,
        };
        let span = Span { at: until, ..span };
        let start = beginning(&epoch, span);
        let since = corrected.map(|s| start.map_or(s, |b| s.max(b)));
        let mut state = State::new(policy, Floors { known: known.clone(), since });
        state.watch = span.watch;
        for step in in_order(&epoch, start, span).chunk_by(|a, b| a.clock == b.clock) {
            if let Some(first) = step.first() {
                state.step(first.clock, step);
            }
        }
        state.run_to(until);
        if let (Some((earlier, begun)), Some(since)) = (&before, corrected) {
            let by = epoch.by.iter().min().copied().unwrap_or_default();
            let gone = earlier.ledger.instances().filter_map(|i| withdraw(i, &state, by, since));
            withdrawn.extend(gone.map(|line| Withdrawn { line, begun: *begun }));
        }
        // What a later correction brought back is no longer withdrawn.
        for Withdrawn { line, .. } in &mut withdrawn {
            let gone: Vec<bool> = line.reasons.iter().map(|r| !still_arises(line, r, &state)).collect();
            let mut gone = gone.into_iter();
            line.reasons.retain(|_| gone.next().unwrap_or(true));
        }
        withdrawn.retain(|w| !w.line.reasons.is_empty());
        if rest.peek().is_some() {
            let mut arisen: BTreeMap<&ReasonKey, Instant> = BTreeMap::new();
            for (key, at) in &state.arisen {
                arisen.entry(key).and_modify(|first| *first = (*first).min(*at)).or_insert(*at);
            }
            for (key, at) in arisen {
                known.entry(key.clone()).or_insert(at);
            }
        }
        before = Some((state, start.is_some()));
        last = Some(epoch);
    }
    let (state, begun) = before.unwrap_or_else(|| (State::new(policy, Floors::default()), false));
    // What was caused before supervision began is background once it has begun, and leaves no line.
    let withdrawn = withdrawn.into_iter().filter(|w| w.begun || !begun).map(|w| w.line).collect();
    let epoch = last.as_ref();
    let clock = |r: &Record| if span.lens == Lens::AsKnown { r.recorded_at } else { r.occurred_at };
    Folded {
        withdrawn,
        withheld: epoch.map(|e| e.withheld.clone()).unwrap_or_default(),
        unrecognised: epoch
            .map(|e| e.unrecognised.iter().copied().filter(|r| clock(r) <= span.at).collect())
            .unwrap_or_default(),
        // That a record is contested is shown also where it has been taken out since.
        disputed: records
            .iter()
            .filter(|r| r.recorded_at <= span.known_at)
            .filter_map(|r| disputes(r.event()?))
            .collect(),
        with_withheld: None,
        state,
    }
}

/// Whether the corrected log has the reason too, perhaps under the name of an action that this one continues.
fn still_arises(instance: &Instance, reason: &Reason, now: &State<'_, '_>) -> bool {
    let earlier = |action: &ActionKind| Some(now.policy.action(*action)?.continues.as_ref()?.action);
    std::iter::successors(Some(instance.action), earlier).take(now.policy.actions.len()).any(|action| {
        let target = Target::Action(action, instance.subject.clone());
        let key = (reason.because.rule, reason.because.event, target);
        now.arisen.iter().any(|(known, _)| *known == key)
    })
}

/// What becomes of the reasons that the corrected log no longer has: a line of their own, beside the action where others
/// still stand for it, so that none goes without a trace.
fn withdraw(instance: &Instance, now: &State<'_, '_>, by: Uuid, since: Instant) -> Option<Instance> {
    let (still, gone): (Vec<Reason>, Vec<Reason>) =
        instance.reasons.iter().cloned().partition(|r| still_arises(instance, r, now));
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

/// When supervision first began, on the lens's clock: nothing is taken in before it.
fn beginning(epoch: &Epoch<'_>, span: Span) -> Option<Instant> {
    let entries = epoch.entries.iter().filter(|e| e.event.kind() == Kind::SupervisionStarted);
    entries.map(|e| own_clock(e, span.lens)).filter(|t| *t <= span.at).min()
}

fn own_clock(entry: &Entry<'_>, lens: Lens) -> Instant {
    match lens {
        Lens::AsKnown => entry.record.recorded_at,
        Lens::Hindsight => entry.occurred_at,
    }
}

/// What happens in one version of the log up to a moment: by the clock, and what has one clock by when it happened.
fn in_order<'a>(epoch: &Epoch<'a>, start: Option<Instant>, span: Span) -> Vec<Arc<Happening<'a>>> {
    let clamp = |t: Instant| start.map_or(t, |s| t.max(s));
    let mut happenings = Vec::with_capacity(epoch.entries.len());
    for entry in &epoch.entries {
        let clock = clamp(own_clock(entry, span.lens));
        if clock <= span.at {
            happenings.push(Arc::new(happening(entry, clock)));
        }
    }
    for record in &epoch.unrecognised {
        let clock = clamp(if span.lens == Lens::AsKnown { record.recorded_at } else { record.occurred_at });
        if clock <= span.at {
            happenings.push(Arc::new(unrecognised(record, clock)));
        }
    }
    happenings.sort_by_key(|h| (h.clock, h.order()));
    happenings
}

fn happening<'a>(entry: &Entry<'a>, clock: Instant) -> Happening<'a> {
    let event = match &entry.event {
        Cow::Borrowed(event) => EventRef::Kept(event),
        Cow::Owned(event) => EventRef::Corrected(Arc::new(event.clone())),
    };
    Happening {
        what: Listens::Kind(event.kind()),
        id: entry.record.event_id,
        persons: persons_of(&event),
        names: event.names().into_iter().map(|(_, id)| id).collect(),
        event: Some(event),
        subject: None,
        details: vec![],
        occurred_at: entry.occurred_at,
        recorded_at: entry.record.recorded_at,
        clock,
        handling: entry.handling,
    }
}

fn unrecognised<'a>(record: &'a Record, clock: Instant) -> Happening<'a> {
    Happening {
        what: Listens::Unrecognised,
        id: record.event_id,
        event: None,
        subject: None,
        details: vec![],
        persons: None,
        names: vec![],
        occurred_at: record.occurred_at,
        recorded_at: record.recorded_at,
        clock,
        handling: record.handling,
    }
}

/// A case that is folded as its records arrive. It gives the same answer as folding afresh; it folds afresh by itself where a
/// record comes out of order, corrects another, or moves the beginning of supervision.
#[derive(Debug, Clone)]
pub struct Tracker<'a, 'p> {
    policy: &'p Policy,
    lens: Lens,
    records: Vec<&'a Record>,
    settled: State<'a, 'p>,
    open: Option<(Instant, Vec<Arc<Happening<'a>>>)>,
    in_order: bool,
}

impl<'a, 'p> Tracker<'a, 'p> {
    /// A case of which nothing is known yet.
    #[must_use]
    pub fn new(policy: &'p Policy, lens: Lens) -> Self {
        let settled = State::new(policy, Floors::default());
        Self { policy, lens, records: Vec::new(), settled, open: None, in_order: true }
    }

    /// Takes in the next record.
    pub fn push(&mut self, record: &'a Record) {
        self.records.push(record);
        let simple =
            record.kind().is_some_and(|k| k != Kind::SupervisionStarted && k.spec().nature != Nature::Housekeeping);
        let first = epochs([record].into_iter(), record.recorded_at);
        let entry = first.first().and_then(|e| e.entries.first());
        let begins = record.kind() == Some(Kind::SupervisionStarted) && self.records.len() == 1;
        let Some(entry) = entry.filter(|_| self.in_order && (simple || begins)) else {
            self.in_order = false;
            return;
        };
        let clock = own_clock(entry, self.lens);
        match &mut self.open {
            Some((at, happenings)) if *at == clock => {
                let h = Arc::new(happening(entry, clock));
                let place = happenings.partition_point(|other| other.order() <= h.order());
                happenings.insert(place, h);
            }
            Some((at, _)) if *at > clock => self.in_order = false,
            _ => {
                if let Some((at, happenings)) = self.open.take() {
                    self.settled.step(at, &happenings);
                }
                self.open = Some((clock, vec![Arc::new(happening(entry, clock))]));
            }
        }
    }

    /// The case at a moment, knowing every record pushed so far that the lens places by then.
    #[must_use]
    pub fn at(&self, at: Instant) -> Folded<'a, 'p> {
        let Some((clock, happenings)) = self.open.as_ref().filter(|(clock, _)| self.in_order && *clock <= at) else {
            let known_at = match self.lens {
                Lens::AsKnown => at,
                Lens::Hindsight => self.records.iter().map(|r| r.recorded_at).max().map_or(at, |t| t.max(at)),
            };
            return fold(&self.records, self.policy, Span { at, known_at, lens: self.lens, watch: None });
        };
        let mut state = self.settled.clone();
        state.step(*clock, happenings);
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
