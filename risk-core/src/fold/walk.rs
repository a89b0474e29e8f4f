//! A case folded up to one moment after another, each record taken in once: what an answer needs of one moment, and a timeline
//! of many.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use uuid::Uuid;

use super::fold_event::FoldEvent;
use super::ledger::Instance;
use super::reason::ReasonKey;
use super::run::{Arisen, Folded, Lens, Span, in_order, own_clock, still_arises, withdraw};
use super::state::{CorrectionBaseline, State};
use crate::event::Kind;
use crate::event::catalogue::Instant;
use crate::log::versions::{Epochs, disputes, follows_what_it_changes};
use crate::log::{Epoch, LocalIds, Record};
use crate::policy::model::Policy;
use crate::view::Seen;

/// What a correction took away.
#[derive(Debug, Clone)]
struct Withdrawn {
    line: Instance,
    /// Whether supervision had begun in the version of the log that caused it.
    begun: bool,
}

/// A case on its way through time. Moments are asked for in order.
pub struct Walk<'a, 'p> {
    records: Vec<&'a Record>,
    /// The ids of the case.
    local: Arc<LocalIds<'a>>,
    policy: &'p Policy,
    /// Up to the last moment that is asked for.
    span: Span<'p>,
    /// Which record is contested, and when that was recorded.
    disputes: Vec<(Instant, Uuid)>,
    /// Whether what was known at a time follows from what is known at the end: no record was changed before it was recorded.
    steady: bool,
    /// The moment up to which records are known, when the versions of the log were computed.
    known_at: Instant,
    /// The versions of the log that are still to come.
    rest: Epochs<'a>,
    /// When each reason of earlier versions arose for the service.
    known: BTreeMap<ReasonKey, Instant>,
    /// What earlier versions caused and later ones do not.
    withdrawn: Vec<Withdrawn>,
    /// The end of the version before, and whether supervision had begun in it.
    before: Option<(State<'a, 'p>, bool)>,
    /// The version in force; none where there is none any more.
    version: Option<Version<'a, 'p>>,
    /// How often the fold began anew.
    generation: u64,
    /// The same case with the records that are withheld from the reader, where there are any.
    with_withheld: Option<Box<Walk<'a, 'p>>>,
}

/// One version of the log, as far as it is folded.
struct Version<'a, 'p> {
    epoch: Epoch<'a>,
    /// When the correction that began it was recorded.
    corrected: Option<Instant>,
    /// When supervision first begins in it, on the lens's clock: nothing is taken in before that.
    begins: Option<Instant>,
    /// That moment, once the fold has reached it.
    start: Option<Instant>,
    /// What happens in it: by the clock, and what has one clock by when it happened.
    events: Vec<Arc<FoldEvent<'a>>>,
    /// How many of these were taken in.
    taken: usize,
    /// The state after the last of them. Time has run no further.
    state: State<'a, 'p>,
}

impl<'a, 'p> Walk<'a, 'p> {
    /// Before the first record. `span` says up to when it will go.
    #[must_use]
    pub fn new(records: &[&'a Record], local: Arc<LocalIds<'a>>, policy: &'p Policy, span: Span<'p>) -> Self {
        let known = || records.iter().filter(|r| r.recorded_at <= span.known_at);
        let mut rest = Epochs::of(records.iter().copied(), span.known_at);
        if span.lens == Lens::Hindsight {
            // In hindsight only the last version counts: it was true all along.
            rest.skip_to_last();
        }
        let mut walk = Self {
            records: records.to_vec(),
            local,
            policy,
            span,
            disputes: known().filter_map(|r| Some((r.recorded_at, disputes(r.event()?)?))).collect(),
            steady: span.lens == Lens::Hindsight || follows_what_it_changes(known().copied()),
            known_at: span.known_at,
            rest,
            known: BTreeMap::new(),
            withdrawn: Vec::new(),
            before: None,
            version: None,
            generation: 0,
            with_withheld: None,
        };
        walk.open();
        walk
    }

    /// Before the first record that an audience sees.
    #[must_use]
    pub fn of_seen(seen: &Seen<'a>, policy: &'p Policy, span: Span<'p>) -> Self {
        let ids_of = |records: &[&'a Record]| Arc::new(LocalIds::of(records.iter().copied()));
        let mut walk = Self::new(&seen.records, ids_of(&seen.records), policy, span);
        if !seen.withheld.is_empty() {
            let all = seen.all();
            walk.with_withheld = Some(Box::new(Self::new(&all, ids_of(&all), policy, Span { watch: None, ..span })));
        }
        walk
    }

    /// The ids of the case.
    #[must_use]
    pub fn local_ids(&self) -> &Arc<LocalIds<'a>> {
        &self.local
    }

    /// Takes in what happens up to that moment.
    pub fn to(&mut self, at: Instant, known_at: Instant) {
        if !self.steady && known_at != self.known_at {
            let afresh = Self::new(&self.records, self.local.clone(), self.policy, Span { at, known_at, ..self.span });
            let generation = self.generation.saturating_add(afresh.generation);
            let (span, disputes) = (self.span, std::mem::take(&mut self.disputes));
            let with_withheld = self.with_withheld.take();
            *self = Self { span, disputes, steady: false, generation, with_withheld, ..afresh };
        }
        if let Some(other) = &mut self.with_withheld {
            other.to(at, known_at);
        }
        let as_known = self.span.lens == Lens::AsKnown;
        while let Some(next) = self.rest.next_since().filter(|since| as_known && *since <= at) {
            if self.span.cancel.spend() {
                return;
            }
            // This version of the log held until the next correction was recorded.
            let until = next.checked_sub_signed(TimeDelta::microseconds(1)).unwrap_or(next);
            self.advance(until);
            self.close(until);
            self.open();
        }
        self.advance(at);
    }

    /// Begins the next version of the log.
    fn open(&mut self) {
        let Some(epoch) = self.rest.next() else { return };
        let lens = self.span.lens;
        let begins = epoch.entries.iter().filter(|e| e.event.kind() == Kind::SupervisionStarted);
        let begins = begins.map(|e| own_clock(e, lens)).min();
        let corrected = epoch.since.filter(|_| lens == Lens::AsKnown);
        let state = State::new(self.policy, self.local.clone(), CorrectionBaseline::default());
        let version = Version { epoch, corrected, begins, start: None, events: vec![], taken: 0, state };
        self.version = Some(version);
        self.begin(None);
    }

    /// Begins the fold of the version, once it is known when supervision began.
    fn begin(&mut self, start: Option<Instant>) {
        let next = self.rest.next_since().filter(|next| self.span.lens == Lens::AsKnown && *next <= self.span.at);
        let Some(version) = &mut self.version else { return };
        let until = next.and_then(|next| next.checked_sub_signed(TimeDelta::microseconds(1)));
        let span = Span { at: until.unwrap_or(self.span.at), ..self.span };
        // What happens before supervision begins is known when it begins: until then each version of it is small.
        let limit =
            if start.is_none() { version.begins.map_or(span.at, |begins| begins.min(span.at)) } else { span.at };
        let since = version.corrected.map(|s| start.map_or(s, |b| s.max(b)));
        version.start = start;
        version.events = in_order(&version.epoch, &self.local, start, Span { at: limit, ..span });
        version.taken = 0;
        version.state =
            State::new(self.policy, self.local.clone(), CorrectionBaseline { known: self.known.clone(), since });
        version.state.watch = span.watch;
        version.state.cancel = span.cancel;
        self.generation = self.generation.saturating_add(1);
    }

    /// Steps through the records of the version up to a moment.
    fn advance(&mut self, until: Instant) {
        let start = self.version.as_ref().and_then(|v| v.begins).filter(|begins| *begins <= until);
        if self.version.as_ref().is_some_and(|v| v.start != start) {
            self.begin(start);
        }
        let Some(Version { events, taken, state, .. }) = &mut self.version else { return };
        let to_come = events.get(*taken..).unwrap_or_default();
        for step in to_come.chunk_by(|a, b| a.clock == b.clock) {
            let Some(first) = step.first().filter(|first| first.clock <= until && !self.span.cancel.spend()) else {
                return;
            };
            state.step(first.clock, step);
            *taken = taken.saturating_add(step.len());
        }
    }

    /// Ends the version at that moment, and keeps what the next one is reconciled with.
    fn close(&mut self, until: Instant) {
        let Some(mut version) = self.version.take() else { return };
        version.state.run_to(until);
        self.withdrawn = self.reconciled(&version, &version.state);
        let mut arisen: BTreeMap<&ReasonKey, Instant> = BTreeMap::new();
        for (key, at) in &version.state.arisen {
            arisen.entry(key).and_modify(|first| *first = (*first).min(*at)).or_insert(*at);
        }
        for (key, at) in arisen {
            self.known.entry(*key).or_insert(at);
        }
        self.before = Some((version.state, version.start.is_some()));
    }

    /// What is withdrawn with the version in that state.
    fn reconciled(&self, version: &Version<'a, 'p>, state: &State<'a, 'p>) -> Vec<Withdrawn> {
        if self.withdrawn.is_empty() && self.before.is_none() {
            return Vec::new();
        }
        let mut withdrawn = self.withdrawn.clone();
        let arisen = Arisen::of(state);
        if let (Some((earlier, begun)), Some(since)) = (&self.before, version.corrected) {
            let by = version.epoch.by.iter().min().copied().unwrap_or_default();
            let gone = earlier.ledger.instances().filter_map(|i| withdraw(i, &arisen, by, since));
            withdrawn.extend(gone.map(|line| Withdrawn { line, begun: *begun }));
        }
        // What a later correction brought back is no longer withdrawn.
        for Withdrawn { line, .. } in &mut withdrawn {
            let gone: Vec<bool> = line.reasons.iter().map(|r| !still_arises(line, r, &arisen)).collect();
            let mut gone = gone.into_iter();
            line.reasons.retain(|_| gone.next().unwrap_or(true));
        }
        withdrawn.retain(|w| !w.line.reasons.is_empty());
        withdrawn
    }

    /// The case in a state of the version in force.
    fn folded(
        &self,
        version: &Version<'a, 'p>,
        state: State<'a, 'p>,
        at: Instant,
        known_at: Instant,
    ) -> Folded<'a, 'p> {
        let begun = version.start.is_some();
        let clock = |r: &Record| if self.span.lens == Lens::AsKnown { r.recorded_at } else { r.occurred_at };
        let recorded = |id: &Uuid| self.records.iter().any(|r| r.event_id == *id && r.recorded_at <= known_at);
        Folded {
            // What was caused before supervision began is background once it has begun, and leaves no line.
            withdrawn: self
                .reconciled(version, &state)
                .into_iter()
                .filter(|w| w.begun || !begun)
                .map(|w| w.line)
                .collect(),
            withheld: version.epoch.withheld.iter().copied().filter(recorded).collect(),
            unrecognised: version.epoch.unrecognised.iter().copied().filter(|r| clock(r) <= at).collect(),
            // That a record is contested is shown also where it has been taken out since.
            disputed: self.disputes.iter().filter(|(on, _)| *on <= known_at).map(|(_, id)| *id).collect(),
            with_withheld: self.with_withheld.as_ref().map(|other| Box::new(other.state_at(at))),
            state,
        }
    }

    /// Looks at the case at a moment, of which was known what was recorded by `known_at`.
    pub fn look<R>(&mut self, at: Instant, known_at: Instant, look: impl FnOnce(&Folded<'a, 'p>) -> R) -> R {
        self.to(at, known_at);
        let Some(mut version) = self.version.take() else { return look(&nothing(self.policy, self.local.clone())) };
        if version.state.is_at(at) {
            let state = std::mem::replace(
                &mut version.state,
                State::new(self.policy, self.local.clone(), CorrectionBaseline::default()),
            );
            let folded = self.folded(&version, state, at, known_at);
            let found = look(&folded);
            version.state = folded.state;
            self.version = Some(version);
            return found;
        }
        let mut state = version.state.clone();
        state.run_to(at);
        let found = look(&self.folded(&version, state, at, known_at));
        self.version = Some(version);
        found
    }

    /// The case at the last moment.
    #[must_use]
    pub fn into_folded(mut self) -> Folded<'a, 'p> {
        let Span { at, known_at, .. } = self.span;
        self.to(at, known_at);
        let Some(mut version) = self.version.take() else { return nothing(self.policy, self.local.clone()) };
        let mut state = std::mem::replace(
            &mut version.state,
            State::new(self.policy, self.local.clone(), CorrectionBaseline::default()),
        );
        state.run_to(at);
        self.folded(&version, state, at, known_at)
    }

    /// Every reason that arose by a moment and was not given before, with the number of those that will not change: `given`
    /// is that number, and the number of times the fold had begun anew, as the call before gave them.
    pub fn arisen(
        &mut self,
        at: Instant,
        known_at: Instant,
        given: (u64, usize),
        mut take: impl FnMut(&ReasonKey),
    ) -> (u64, usize) {
        self.to(at, known_at);
        let Some(version) = &self.version else { return (self.generation, 0) };
        let from = if given.0 == self.generation { given.1 } else { 0 };
        let state = &version.state;
        if state.is_quiet_until(at) {
            state.arisen.iter().skip(from).for_each(|(key, _)| take(key));
        } else {
            let mut later = state.clone();
            later.run_to(at);
            later.arisen.iter().skip(from).for_each(|(key, _)| take(key));
        }
        (self.generation, state.arisen.len())
    }

    /// The state at a moment, no earlier than the one that was gone to, if no more is learnt.
    #[must_use]
    pub fn state_at(&self, at: Instant) -> State<'a, 'p> {
        let version = self.version.as_ref();
        let mut state = version.map_or_else(
            || State::new(self.policy, self.local.clone(), CorrectionBaseline::default()),
            |v| v.state.clone(),
        );
        state.run_to(at);
        state
    }

    /// The next moment at which something may fall due by itself after that one, which is no earlier than the one that was gone
    /// to: that one itself where it cannot be known without going there.
    #[must_use]
    pub fn next_due_by_itself(&self, at: Instant) -> Option<Instant> {
        let state = &self.version.as_ref()?.state;
        if state.is_quiet_until(at) { state.next_due_by_itself(at) } else { Some(at) }
    }

    /// How often the fold began anew: reasons that arose before may then have gone.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

fn nothing<'a, 'p>(policy: &'p Policy, local: Arc<LocalIds<'a>>) -> Folded<'a, 'p> {
    Folded {
        state: State::new(policy, local, CorrectionBaseline::default()),
        withdrawn: vec![],
        withheld: vec![],
        unrecognised: vec![],
        disputed: BTreeSet::new(),
        with_withheld: None,
    }
}
