//! The laws that are cheap enough to check on every step of a sequence, directly on the folded case.
//!
//! They match the laws in tests/laws, which are tried on long random histories; these are tried on all short ones.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::assessment::confidence::Confidence;
use risk_core::assessment::{CaseLine, Question, answer, assess};
use risk_core::cancel::Cancel;
use risk_core::event::vocabulary::{ActionKind, Audience, Level};
use risk_core::event::{Event, Instant, Kind, Nature};
use risk_core::fold::fold_event::Subject;
use risk_core::fold::ledger::{How, Instance};
use risk_core::fold::levels::CELLS;
use risk_core::fold::reason::RuleRef;
use risk_core::fold::run::{Folded, Lens, Span, fold_seen};
use risk_core::fold::walk::Walk;
use risk_core::log::{Log, Record};
use risk_core::policy::Policy;
use risk_core::view::View;
use uuid::Uuid;

use crate::history::{CASE, about_records};

/// The name of a violated law, and how it was violated.
pub type Violation = (&'static str, String);

/// One step: the case before and after one more event.
pub struct Step<'s, 'a, 'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The case before the event, with the clock advanced to it.
    pub before: &'s Folded<'a, 'p>,
    /// The case after the event.
    pub after: &'s Folded<'a, 'p>,
    /// All records; the last is the new one.
    pub records: &'s [&'a Record],
    /// The clock of the event.
    pub clock: Instant,
}

/// Whether no record was corrected, retracted or erased.
fn nothing_corrected(records: &[&Record]) -> bool {
    !records.iter().any(|r| r.kind().is_some_and(about_records))
}

fn supervised(records: &[&Record]) -> bool {
    records.iter().any(|r| r.kind() == Some(Kind::SupervisionStarted))
}

/// Whether the record may lower a level: an assessment, a countersignature, or a change of a record.
fn by_a_person(record: &Record) -> bool {
    record.kind().is_some_and(|k| {
        matches!(k, Kind::RiskAssessed | Kind::ManagementOversightRecorded)
            || about_records(k) && k != Kind::RecordDisputed
    })
}

fn indicated(folded: &Folded<'_, '_>) -> [Level; 9] {
    CELLS.map(|(group, setting)| folded.state.levels.indicated(group, setting))
}

fn recorded(folded: &Folded<'_, '_>) -> [Level; 9] {
    CELLS.map(|(group, setting)| folded.state.levels.recorded(group, setting))
}

fn instances<'f>(folded: &'f Folded<'_, '_>) -> impl Iterator<Item = &'f Instance> {
    folded.state.ledger.instances().chain(&folded.withdrawn)
}

/// Checks that no level fell.
fn no_level_fell(law: &'static str, before: &Folded<'_, '_>, after: &Folded<'_, '_>) -> Result<(), Violation> {
    let (proposed, now_proposed) = (indicated(before), indicated(after));
    let (stated, now_stated) = (recorded(before), recorded(after));
    for (i, cell) in CELLS.iter().enumerate() {
        let (working, now_working) = (proposed[i].max(stated[i]), now_proposed[i].max(now_stated[i]));
        if now_proposed[i] < proposed[i] || now_working < working {
            let fell =
                format!("{cell:?} fell from {} and {working} to {} and {now_working}", proposed[i], now_proposed[i]);
            return Err((law, fell));
        }
    }
    Ok(())
}

/// Checks that time alone lowers no level and removes no reason.
///
/// # Errors
/// The violated law.
pub fn of_time(policy: &Policy, earlier: &Folded<'_, '_>, later: &Folded<'_, '_>) -> Result<(), Violation> {
    no_level_fell("an indicated level falls only by a person", earlier, later)?;
    no_reason_disappears(policy, earlier, later)
}

impl Step<'_, '_, '_> {
    /// Checks the laws that are cheap enough for every step.
    ///
    /// # Errors
    /// The violated law.
    pub fn check(&self) -> Result<(), Violation> {
        let Some(record) = self.records.last() else { return Ok(()) };
        if !by_a_person(record) {
            no_level_fell("appending an event at the end never lowers a working level", self.before, self.after)?;
        }
        // Records before supervision are background, and are applied at its start once that is known. Records of one
        // instant are one step, so effects of only some of them never existed.
        let earlier = &self.records[..self.records.len() - 1];
        let later = earlier.last().is_some_and(|r| r.recorded_at < record.recorded_at);
        if later && supervised(earlier) && record.kind() != Some(Kind::SupervisionStarted) {
            no_reason_disappears(self.policy, self.before, self.after)?;
        }
        self.closing_never_precedes_opening()?;
        self.one_line_is_pending()?;
        self.answers_could_be_given(record)
    }

    fn closing_never_precedes_opening(&self) -> Result<(), Violation> {
        let law = "closing never precedes opening";
        for reason in instances(self.after).flat_map(|i| &i.reasons) {
            let out = |t: Instant| t < reason.because.clock || t > self.clock;
            if reason.because.clock > self.clock || reason.answer.as_ref().is_some_and(|a| out(a.at)) {
                return Err((law, format!("{reason:?}")));
            }
        }
        Ok(())
    }

    fn one_line_is_pending(&self) -> Result<(), Violation> {
        let law = "at most one action of a kind about a subject is pending";
        let mut pending: BTreeSet<(ActionKind, Subject)> = BTreeSet::new();
        for i in instances(self.after).filter(|i| i.pending()) {
            if !pending.insert((i.action, i.subject)) {
                return Err((law, format!("{} about {}", i.action, i.subject.text(&self.after.state.local))));
            }
        }
        Ok(())
    }

    /// Checks that the record answers only reasons that it could have considered.
    fn answers_could_be_given(&self, record: &Record) -> Result<(), Violation> {
        let law = "a decision answers nothing that it could not have considered";
        if !nothing_corrected(self.records) {
            return Ok(());
        }
        let names: Vec<Uuid> = record.event().map(Event::names).unwrap_or_default().iter().map(|(_, id)| *id).collect();
        let decides = record.kind().is_some_and(|k| k.spec().nature == Nature::Decision);
        for reason in instances(self.after).flat_map(|i| &i.reasons) {
            let Some(answer) = reason.answer.as_ref() else { continue };
            if answer.by != record.event_id || answer.how == How::Superseded {
                continue;
            }
            let because = &reason.because;
            let since = if decides { because.recorded_at } else { because.occurred_at };
            if !names.contains(&because.event) && record.occurred_at < since {
                return Err((law, format!("{reason:?}")));
            }
        }
        Ok(())
    }

    /// Checks that a fresh fold of the records in opposite order gives the same case.
    ///
    /// # Errors
    /// The violated law.
    pub fn check_afresh(&self) -> Result<(), Violation> {
        let backwards: Vec<&Record> = self.records.iter().rev().copied().collect();
        let span =
            Span { at: self.clock, known_at: self.clock, lens: Lens::AsKnown, watch: None, cancel: Cancel::NEVER };
        // With the same ids, so that subjects can be compared.
        let afresh = Walk::new(&backwards, self.after.state.local.clone(), self.policy, span).into_folded();
        same(self.after, &afresh)
            .map_err(|d| ("folding step by step equals folding afresh, in whatever order the records come", d))
    }

    /// Checks that hindsight gives the same result if nothing was late or corrected. Returns whether this applied.
    ///
    /// # Errors
    /// The violated law.
    pub fn check_hindsight(&self) -> Result<bool, Violation> {
        if !nothing_corrected(self.records) || self.records.iter().any(|r| r.occurred_at != r.recorded_at) {
            return Ok(false);
        }
        let span =
            Span { at: self.clock, known_at: self.clock, lens: Lens::Hindsight, watch: None, cancel: Cancel::NEVER };
        let hindsight = Walk::new(self.records, self.after.state.local.clone(), self.policy, span).into_folded();
        same(self.after, &hindsight)
            .map_err(|d| ("with nothing late and nothing corrected hindsight equals as known", d))?;
        Ok(true)
    }

    /// Checks that the bytes of the answer are the same when computed again, from a log with each record delivered
    /// twice, and from the tracker; and for every audience from its visible records. Returns whether the records form
    /// a log.
    ///
    /// # Errors
    /// The violated law.
    pub fn check_answers(&self, views: &[(Audience, View<'_>)]) -> Result<bool, Violation> {
        let mut log = Log::new(CASE);
        let twice = self.records.iter().flat_map(|r| [(*r).clone(), (*r).clone()]).collect();
        if log.append_all(twice, None).is_err() {
            return Ok(false);
        }
        let all: Vec<&Record> = log.records().iter().collect();
        for (audience, view) in views {
            let question = Question::at(self.clock, *audience);
            let seen = question.seen(view, all.iter().copied());
            let whole =
                bytes(&assess(&log, self.policy, &question).map_err(|e| ("every reader has a view", e.to_string()))?);
            let span = question.span(&seen.all());
            let case = CaseLine { id: CASE, records: seen.records.len() as u64, head: None };
            let folded = fold_seen(&seen, self.policy, span);
            let confidence = Confidence::of_view(&seen.records, &folded.state.local, view, span);
            let bare = bytes(&answer(&case, &folded, &confidence, view, &question, span.known_at));
            if whole != bare {
                return Err((
                    "the answer is the same without what the audience may not see",
                    format!("{audience}: {}", first_difference(&whole, &bare)),
                ));
            }
            if view.sees_everything() && *audience == Audience::Inspector {
                let local = &self.after.state.local;
                let confidence = Confidence::of_view(&seen.records, local, view, span);
                let stepwise = bytes(&answer(&case, self.after, &confidence, view, &question, span.known_at));
                if stepwise != whole {
                    return Err(("the same inputs give the same bytes", first_difference(&stepwise, &whole)));
                }
            }
        }
        Ok(true)
    }
}

fn bytes(answer: &risk_core::assessment::Assessment) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}

fn first_difference(one: &str, other: &str) -> String {
    let at = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(60);
    let cut = |s: &str| s.chars().skip(at).take(200).collect::<String>();
    format!("…{}… and …{}…", cut(one), cut(other))
}

/// The subject as text, as a new id changes the numbers of the others.
type Key = (ActionKind, String, RuleRef, Uuid);

fn keys(folded: &Folded<'_, '_>) -> Vec<Key> {
    let reasons = instances(folded).flat_map(|i| i.reasons.iter().map(move |r| (i, r)));
    let subject = |i: &Instance| i.subject.text(&folded.state.local);
    let mut keys: Vec<Key> = reasons.map(|(i, r)| (i.action, subject(i), r.because.rule, r.because.event)).collect();
    keys.sort_unstable();
    keys
}

fn no_reason_disappears(policy: &Policy, before: &Folded<'_, '_>, after: &Folded<'_, '_>) -> Result<(), Violation> {
    let now = keys(after);
    for (action, subject, rule, event) in keys(before) {
        // The action may continue under another name.
        let later = |d: &&risk_core::policy::model::ActionDef| d.continues.as_ref().is_some_and(|c| c.action == action);
        let there = |a: ActionKind| now.binary_search(&(a, subject.clone(), rule, event)).is_ok();
        if !there(action) && !policy.actions.iter().filter(later).any(|d| there(d.action)) {
            let gone = format!("{action} about {} by {} of {event}", subject, rule.id(policy));
            return Err(("no reason disappears", gone));
        }
    }
    Ok(())
}

/// The instances of a case, with instances and their reasons sorted.
fn lines(folded: &Folded<'_, '_>) -> Vec<Instance> {
    let mut lines: Vec<Instance> = folded.state.ledger.instances().cloned().collect();
    for line in &mut lines {
        line.reasons.sort_by_key(|r| (r.because.rule, r.because.event, r.because.clock));
        line.decisions.sort_by_key(|d| d.event);
    }
    lines.sort_by_key(|l| (l.action, l.subject, l.opened()));
    lines
}

/// Checks that two folds are equal; otherwise returns the first difference.
fn same(one: &Folded<'_, '_>, other: &Folded<'_, '_>) -> Result<(), String> {
    let direct = one.state.ledger.instances().eq(other.state.ledger.instances());
    if !direct {
        let (a, b) = (lines(one), lines(other));
        if let Some((x, y)) = a.iter().zip(&b).find(|(x, y)| x != y) {
            return Err(format!("{x:?}\n      and {y:?}"));
        }
        if a.len() != b.len() {
            return Err(format!("{} lines and {}", a.len(), b.len()));
        }
    }
    if indicated(one) != indicated(other) || recorded(one) != recorded(other) {
        return Err("levels differ".to_owned());
    }
    let flags = |f: &Folded<'_, '_>| {
        let mut found: Vec<_> = f
            .state
            .flags
            .iter()
            .flat_map(|(r, all)| all.iter().map(|x| (*r, x.because.rule, x.because.event, x.should_be_set)))
            .collect();
        found.sort_unstable();
        found
    };
    if flags(one) != flags(other) {
        return Err("flags differ".to_owned());
    }
    if one.state.fired != other.state.fired {
        return Err(format!("fired {:?} and {:?}", one.state.fired, other.state.fired));
    }
    Ok(())
}

/// How often each law was checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckCounts(pub BTreeMap<&'static str, u64>);

impl CheckCounts {
    /// Counts one check.
    pub fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }
}
