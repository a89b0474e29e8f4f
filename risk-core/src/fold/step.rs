//! One step of the fold: all records of one clock together, on one set of facts.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::fold_event::{FoldEvent, Subject};
use super::ledger::Reason;
use super::read::{FactContext, FactEvaluator};
use super::reason::{Because, Deadline, RuleRef, Target};
use super::state::{Effect, FlagReason, Moment, RuleEvaluation, State};
use super::triggers::{may_close, triggered};
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Group};
use crate::event::{Event, Kind};
use crate::policy::fact::FactValue;
use crate::policy::model::{Basis, Condition};

/// A rule that fired.
#[derive(Debug, Clone)]
struct Firing<'a> {
    rule: usize,
    fold_event: Arc<FoldEvent<'a>>,
    facts: Arc<[(usize, FactValue)]>,
}

impl<'a> State<'a, '_> {
    /// Takes one step: every record of one clock, in the order of events.
    pub fn step(&mut self, clock: Instant, events: &[Arc<FoldEvent<'a>>]) {
        let now = Moment::of(clock);
        self.run(now);
        let children = events.iter().any(|h| h.kind() == Some(Kind::PersonIdentified)).then(|| self.children());
        for h in events {
            self.facts.take(h);
            self.levels.take(h);
        }
        let index = &self.policy.index;
        if events.iter().any(|h| h.kind().is_none_or(|k| moves_a_date(k) || index.waiting.contains(&k))) {
            self.quiet_before = None;
        }
        self.evaluate_step(now, events);
        if let Some(children) = children {
            self.include_new_children(&children, clock, events);
        }
        self.now = Some(now);
        self.run(now);
    }

    /// Evaluates rules, lets answers answer, joins effects, and looks at the duties.
    pub(super) fn evaluate_step(&mut self, now: Moment, events: &[Arc<FoldEvent<'a>>]) {
        let clock = now.at;
        self.rename_continued(now.day);
        let mut firings = Vec::new();
        let cancel = self.cancel;
        let going_on = |_: &&Arc<FoldEvent<'a>>| !cancel.spend();
        for h in events.iter().take_while(going_on) {
            self.fire(h, now, &mut firings);
        }
        for h in events.iter().take_while(going_on) {
            self.answer(h);
        }
        let late: Vec<_> = self.deferred.extract_if(.., |(at, ..)| *at <= clock).collect();
        let joined_late = !late.is_empty();
        for (_, _, effect) in late {
            self.join(effect);
        }
        // Levels first: whether an assessment states less than is indicated depends on them.
        for pass in [true, false] {
            for firing in firings.iter().take_while(|_| !cancel.spend()) {
                self.apply(firing, clock, pass);
            }
        }
        self.drop_needless_countersignatures(clock, events);
        self.drop_what_ends_with_death(clock);
        self.drop_what_has_ended(clock, events, joined_late);
        self.look_at_duties(now, events);
    }

    /// The rules that fire on one event, with the facts known now.
    fn fire(&mut self, h: &Arc<FoldEvent<'a>>, now: Moment, fired: &mut Vec<Firing<'a>>) {
        let policy = self.policy;
        for index in policy.index.listeners.get(&h.what).into_iter().flatten() {
            let Some(rule) = policy.rules.get(*index) else { continue };
            let in_force = policy.in_force(rule.effective, &rule.localities, now.day);
            let asking = FactContext { event: Some(h), subject: h.subject.as_ref(), now: now.at };
            let satisfied = if in_force { self.satisfied(&rule.when, asking) } else { None };
            if self.watch == Some(RuleRef::Rule(*index)) {
                let facts = rule.when.facts().into_iter().map(|f| (f, self.reader().read(f, asking))).collect();
                let fired = satisfied.is_some();
                self.trials.push(RuleEvaluation { event: h.id, clock: now.at, in_force, fired, facts });
            }
            if let Some(facts) = satisfied {
                self.fired.insert(RuleRef::Rule(*index));
                fired.push(Firing { rule: *index, fold_event: h.clone(), facts: facts.into() });
            }
        }
    }

    /// The comparisons of the first clause that holds, with the values found.
    pub(super) fn satisfied(
        &self,
        condition: &Condition,
        asking: FactContext<'_, '_>,
    ) -> Option<Vec<(usize, FactValue)>> {
        let reader = self.reader();
        let clause = condition.holds(|f| reader.read(f, asking), |p| reader.parameter_on(p, asking.now))?;
        let mut facts: Vec<(usize, FactValue)> = Vec::new();
        for atom in &clause.0 {
            if !facts.iter().any(|(f, _)| *f == atom.fact) {
                facts.push((atom.fact, reader.read(atom.fact, asking)));
            }
        }
        Some(facts)
    }

    /// Lets one event answer open reasons.
    fn answer(&mut self, h: &FoldEvent<'a>) {
        self.levels.answer(h);
        let policy = self.policy;
        let concerned = h.kind().and_then(|k| policy.index.answered.get(&k));
        for def in concerned.into_iter().flatten().filter_map(|place| policy.actions.get(*place)) {
            let (facts, levels, cancel) = (&self.facts, &self.levels, self.cancel);
            self.ledger.answer(def.action, h, levels, |subject| {
                let reader = FactEvaluator { facts, levels, policy };
                !cancel.spend()
                    && triggered(&reader, &def.closed_by, h, subject, h.clock)
                    && may_close(levels, h, subject)
            });
            self.perform_duties(def, h);
        }
        if let Some(Event::ActionDecided(e)) = h.event.as_deref() {
            let def = policy.action(e.action);
            for subject in self.ledger.decide(h, e, def, &self.local) {
                self.performed(e.action, &subject, h);
            }
        }
    }

    /// Joins what one firing brings about: levels and flags in the first pass, actions in the second.
    fn apply(&mut self, firing: &Firing<'a>, clock: Instant, levels_and_flags: bool) {
        let policy = self.policy;
        let Some(rule) = policy.rules.get(firing.rule) else { return };
        let because =
            self.because(RuleRef::Rule(firing.rule), rule.basis, &firing.fold_event, clock, firing.facts.clone());
        if levels_and_flags {
            for i in &rule.indicate {
                let key = (because.known_as, because.event, Target::Level(i.group, i.setting));
                self.arise(key, because.clone(), |because| Effect::Indicate((i.group, i.setting), i.level, because));
            }
            for f in &rule.flag {
                let key = (because.known_as, because.event, Target::Flag(f.register));
                self.arise(key, because.clone(), |because| {
                    Effect::Flag(f.register, FlagReason { because, should_be_set: f.should_be_set })
                });
            }
            return;
        }
        let named: Vec<Group> = if rule.review.is_empty() {
            rule.indicate.iter().map(|i| i.group).collect::<BTreeSet<_>>().into_iter().collect()
        } else {
            rule.review.clone()
        };
        for r in &rule.require {
            for subject in
                self.subjects(r.about, Some((&firing.fold_event, rule.flag.first().map(|f| f.register))), clock)
            {
                let key = (because.known_as, because.event, Target::Action(r.action, subject));
                let review = if r.action == ActionKind::ReviewRisk { named.clone() } else { vec![] };
                self.arise(key, because.clone(), |because| {
                    let (clock, occurred) = (because.clock, because.occurred_at);
                    let deadline = Deadline::new(policy, r.due.as_ref(), because.basis, clock, occurred);
                    let (about, priority) = (r.about, r.priority);
                    let reason =
                        Reason { because, about, priority, deadline, review, assessed: BTreeSet::new(), answer: None };
                    Effect::Open(r.action, subject, Box::new(reason))
                });
            }
        }
    }

    pub(super) fn because(
        &self,
        rule: RuleRef,
        basis: Basis,
        h: &FoldEvent<'a>,
        clock: Instant,
        facts: Arc<[(usize, FactValue)]>,
    ) -> Because {
        Because {
            rule,
            known_as: rule.known_as(self.policy),
            event: h.id,
            fired_on: h.what,
            basis,
            handling: h.handling,
            occurred_at: h.occurred_at,
            recorded_at: h.recorded_at,
            came_about: (h.occurred_at, h.recorded_at),
            clock,
            facts,
        }
    }

    /// A countersignature is no longer needed when its assessment is not in force any more, or no longer states less.
    fn drop_needless_countersignatures(&mut self, now: Instant, events: &[Arc<FoldEvent<'a>>]) {
        let assessed = events.iter().filter(|h| h.kind() == Some(Kind::RiskAssessed)).map(|h| h.id).max();
        let Some(by) = assessed.or_else(|| events.iter().map(|h| h.id).max()) else { return };
        let levels = &self.levels;
        self.ledger.supersede(ActionKind::CountersignLowerLevel, now, |subject, _| match subject {
            Subject::Statement { group, setting, assessment } => {
                (!levels.states_lower(*assessment, (*group, *setting))).then_some(by)
            }
            _ => None,
        });
    }

    /// What can only be done with the person is moot once they have died.
    fn drop_what_ends_with_death(&mut self, now: Instant) {
        let Some(death) = self.facts.died_by(now) else { return };
        let policy = self.policy;
        for def in policy.actions.iter().filter(|def| def.ends_with_death) {
            self.ledger.supersede(def.action, now, |_, _| Some(death.by));
        }
    }

    /// What a rule requires until something ends is moot once that has ended. Only a step in which such an end or such a reason
    /// came can bring the two together.
    fn drop_what_has_ended(&mut self, now: Instant, events: &[Arc<FoldEvent<'a>>], joined_late: bool) {
        let policy = self.policy;
        for (place, rule) in policy.index.until.iter().filter_map(|place| Some((*place, policy.rules.get(*place)?))) {
            let Some(until) = rule.until else { continue };
            let concerned = |h: &Arc<FoldEvent<'a>>| h.kind() == Some(until) || rule.on.contains(&h.what);
            if !joined_late && !events.iter().any(concerned) {
                continue;
            }
            let ends: Vec<(Instant, Uuid)> = self.facts.of_kinds(&[until]).map(FoldEvent::order).collect();
            let end_after = |t: Instant| ends.get(ends.partition_point(|(at, _)| *at <= t)).map(|(_, by)| *by);
            for def in policy.actions.iter().filter(|_| !ends.is_empty()) {
                self.ledger.supersede(def.action, now, |_, reason| {
                    let because = &reason.because;
                    (because.rule == RuleRef::Rule(place)).then(|| end_after(because.occurred_at)).flatten()
                });
            }
        }
    }

    /// An action kind that goes on under another name from a date.
    fn rename_continued(&mut self, today: NaiveDate) {
        let policy = self.policy;
        for (to, c) in policy.index.continued.iter().filter(|(_, c)| today >= c.from) {
            self.ledger.rename(c.action, *to);
        }
    }
}

/// The kinds that change by themselves when something falls due: of orders, sentences and assessments, and what is known to
/// be complete. What changes actions and duties is seen where they change.
fn moves_a_date(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::HistoryLoaded
            | Kind::SupervisionStarted
            | Kind::SupervisionEnded
            | Kind::PersonDied
            | Kind::ProtectiveOrderMade
            | Kind::ProtectiveOrderVaried
            | Kind::ProtectiveOrderDischarged
            | Kind::RiskAssessed
    )
}
