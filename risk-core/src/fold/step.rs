//! One step of the fold: all records of one clock together, on one set of facts; and what time alone brings about.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::duties::{Duties, Spell};
use super::facts::Facts;
use super::happening::{Happening, Subject};
use super::ledger::{Ledger, Reason};
use super::levels::{CELLS, Levels};
use super::read::{Asking, Reader};
use super::reason::{Because, Deadline, ReasonKey, RuleRef, Target};
use crate::calendar;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Group, Handling, Level, Register, Term};
use crate::event::{Event, Kind};
use crate::policy::fact::FactValue;
use crate::policy::model::{About, ActionDef, Basis, Condition, Derived, Listens, Policy, Trigger};

/// The parameter that, where a policy has it, says after how many days an assessment is stale.
pub const STALE_AFTER: &str = "assessment_stale_after";

/// A rule's evaluation on one event, kept where somebody asked why it did not fire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The event.
    pub event: Uuid,
    /// The clock.
    pub clock: Instant,
    /// Whether the rule was in force.
    pub in_force: bool,
    /// Whether it fired.
    pub fired: bool,
    /// The value of every fact that its condition asks about.
    pub facts: Vec<(usize, FactValue)>,
}

/// A flag that a rule holds should be set, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagReason {
    /// Event and rule.
    pub because: Because,
    /// Set, or not.
    pub should_be_set: bool,
}

/// A rule that fired.
#[derive(Debug, Clone)]
struct Firing<'a> {
    rule: usize,
    happening: Happening<'a>,
    facts: Vec<(usize, FactValue)>,
}

/// An effect ready to be joined to the state.
#[derive(Debug, Clone)]
enum Effect {
    Open(ActionKind, Subject, Box<Reason>),
    Indicate(super::levels::Cell, Level, Because),
    Flag(Register, FlagReason),
}

/// Since when reasons count that an earlier version of the log did not have (DESIGN 6.11).
#[derive(Debug, Clone, Default)]
pub struct Floors {
    /// When each reason of earlier versions arose for the service.
    pub known: BTreeMap<ReasonKey, Instant>,
    /// What no earlier version had: when the correction that brought it was recorded.
    pub since: Option<Instant>,
}

/// The state of a case after some steps.
#[derive(Debug, Clone)]
pub struct State<'a, 'p> {
    /// The policy it is folded under.
    pub policy: &'p Policy,
    /// What is known.
    pub facts: Facts<'a>,
    /// Levels.
    pub levels: Levels,
    /// Actions.
    pub ledger: Ledger,
    /// Flags.
    pub flags: BTreeMap<Register, Vec<FlagReason>>,
    /// Duties.
    pub duties: Duties,
    /// The clock: how far time has been run.
    pub now: Option<Instant>,
    /// Every rule and duty that fired.
    pub fired: BTreeSet<RuleRef>,
    /// Every reason that arose, and when.
    pub arisen: BTreeMap<ReasonKey, Instant>,
    floors: Floors,
    deferred: Vec<(Instant, ReasonKey, Effect)>,
    raised: BTreeSet<(Derived, String)>,
    /// The rule or duty whose evaluations are kept.
    pub watch: Option<RuleRef>,
    /// Its evaluations.
    pub trials: Vec<Trial>,
}

impl<'a, 'p> State<'a, 'p> {
    /// The state before anything happened.
    #[must_use]
    pub fn new(policy: &'p Policy, floors: Floors) -> Self {
        Self {
            policy,
            facts: Facts::default(),
            levels: Levels::default(),
            ledger: Ledger::default(),
            flags: BTreeMap::new(),
            duties: Duties::default(),
            now: None,
            fired: BTreeSet::new(),
            arisen: BTreeMap::new(),
            floors,
            deferred: Vec::new(),
            raised: BTreeSet::new(),
            watch: None,
            trials: Vec::new(),
        }
    }

    fn reader(&self) -> Reader<'_, 'a> {
        Reader { facts: &self.facts, levels: &self.levels, policy: self.policy }
    }

    /// Takes one step: every record of one clock.
    pub fn step(&mut self, clock: Instant, mut happenings: Vec<Happening<'a>>) {
        self.run_to(clock);
        happenings.sort_by_key(Happening::order);
        let children = self.children();
        for h in &happenings {
            self.facts.take(h);
            self.levels.take(h);
        }
        self.turn(clock, &happenings);
        self.include_new_children(&children, clock, &happenings);
        self.now = Some(clock);
        self.run_to(clock);
    }

    /// Runs time on, raising what falls due, up to and including that moment.
    pub fn run_to(&mut self, until: Instant) {
        let Some(mut now) = self.now else { return };
        while let Some((at, derived)) = self.next_derived(now).filter(|(at, _)| *at <= until) {
            now = now.max(at);
            self.now = Some(now);
            self.raise(now, derived);
        }
        self.now = Some(now.max(until));
    }

    /// Evaluates rules, lets answers answer, joins effects, and looks at the duties.
    fn turn(&mut self, clock: Instant, happenings: &[Happening<'a>]) {
        self.rename_continued(clock);
        let firings: Vec<Firing<'a>> = happenings.iter().flat_map(|h| self.fire(h, clock)).collect();
        for h in happenings {
            self.answer(h);
        }
        let (due, later) = std::mem::take(&mut self.deferred).into_iter().partition(|(at, ..)| *at <= clock);
        self.deferred = later;
        for (_, _, effect) in due {
            self.join(effect);
        }
        // Levels first: whether an assessment states less than is indicated is asked of what stands then.
        for pass in [true, false] {
            for firing in &firings {
                self.apply(firing, clock, pass);
            }
        }
        self.drop_needless_countersignatures(clock, happenings);
        self.look_at_duties(clock, happenings);
    }

    /// The rules that fire on one event, on the facts as they stand.
    fn fire(&mut self, h: &Happening<'a>, clock: Instant) -> Vec<Firing<'a>> {
        let policy = self.policy;
        let day = calendar::london_day(clock);
        let mut fired = Vec::new();
        for index in policy.listeners.get(&h.what).into_iter().flatten() {
            let Some(rule) = policy.rules.get(*index) else { continue };
            let in_force = policy.in_force(rule.effective, &rule.localities, day);
            let asking = Asking { event: Some(h), subject: h.subject.as_ref(), now: clock };
            let satisfied = if in_force { self.satisfied(&rule.when, asking) } else { None };
            if self.watch == Some(RuleRef::Rule(*index)) {
                let facts = rule.when.facts().into_iter().map(|f| (f, self.reader().read(f, asking))).collect();
                let fired = satisfied.is_some();
                self.trials.push(Trial { event: h.id, clock, in_force, fired, facts });
            }
            if let Some(facts) = satisfied {
                self.fired.insert(RuleRef::Rule(*index));
                fired.push(Firing { rule: *index, happening: h.clone(), facts });
            }
        }
        fired
    }

    /// The comparisons of the first clause that holds, with the values found.
    fn satisfied(&self, condition: &Condition, asking: Asking<'_, '_>) -> Option<Vec<(usize, FactValue)>> {
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

    /// Lets one event answer what stands open.
    fn answer(&mut self, h: &Happening<'a>) {
        self.levels.answer(h);
        let policy = self.policy;
        for def in &policy.actions {
            self.perform_duties(def, h);
            if let Some(trigger) = self.closing(def, h) {
                let (facts, levels) = (&self.facts, &self.levels);
                let now = h.clock;
                self.ledger.answer(def.action, h, |subject| {
                    let reader = Reader { facts, levels, policy };
                    triggered(&reader, trigger, h, subject, now) && may_close(levels, h, subject)
                });
            }
        }
        if let Some(Event::ActionDecided(e)) = h.event.as_deref() {
            let def = policy.action(e.action);
            for subject in self.ledger.decide(h, e, def) {
                self.performed(e.action, &subject, h);
            }
        }
    }

    /// The first of the action's closing triggers that listens to this kind.
    fn closing<'d>(&self, def: &'d ActionDef, h: &Happening<'a>) -> Option<&'d [Trigger]> {
        let kind = h.kind()?;
        def.closed_by.iter().any(|t| t.on.contains(&kind)).then_some(def.closed_by.as_slice())
    }

    /// Joins what one firing brings about: levels and flags in the first pass, actions in the second.
    fn apply(&mut self, firing: &Firing<'a>, clock: Instant, levels_and_flags: bool) {
        let policy = self.policy;
        let Some(rule) = policy.rules.get(firing.rule) else { return };
        let because = self.because(RuleRef::Rule(firing.rule), rule.basis, &firing.happening, clock, &firing.facts);
        if levels_and_flags {
            for i in &rule.indicate {
                let key = (because.rule, because.event, Target::Level(i.group, i.setting));
                self.arise(key, because.clone(), |because| Effect::Indicate((i.group, i.setting), i.level, because));
            }
            for f in &rule.flag {
                let key = (because.rule, because.event, Target::Flag(f.register));
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
                self.subjects(r.about, Some((&firing.happening, rule.flag.first().map(|f| f.register))), clock)
            {
                let key = (because.rule, because.event, Target::Action(r.action, subject.clone()));
                let review = if r.action == ActionKind::ReviewRisk { named.clone() } else { vec![] };
                self.arise(key, because.clone(), |because| {
                    let (clock, occurred) = (because.clock, because.occurred_at);
                    let deadline = Deadline::new(policy, r.due.as_ref(), because.basis, clock, occurred);
                    let (about, priority) = (r.about, r.priority);
                    let reason = Reason { because, about, priority, deadline, review, answer: None };
                    Effect::Open(r.action, subject, Box::new(reason))
                });
            }
        }
    }

    fn because(
        &self,
        rule: RuleRef,
        basis: Basis,
        h: &Happening<'a>,
        clock: Instant,
        facts: &[(usize, FactValue)],
    ) -> Because {
        Because {
            rule,
            event: h.id,
            basis,
            handling: h.handling,
            occurred_at: h.occurred_at,
            recorded_at: h.recorded_at,
            clock,
            facts: facts.to_vec(),
        }
    }

    /// Joins an effect now, or when the correction that brought it is recorded.
    fn arise(&mut self, key: ReasonKey, mut because: Because, effect: impl FnOnce(Because) -> Effect) {
        let floor = match self.floors.since {
            Some(since) => Some(self.floors.known.get(&key).copied().unwrap_or(since)),
            None => None,
        };
        let at = floor.map_or(because.clock, |f| f.max(because.clock));
        self.arisen.entry(key.clone()).and_modify(|known| *known = (*known).min(at)).or_insert(at);
        if at > because.clock {
            because.clock = at;
            because.recorded_at = because.recorded_at.max(at);
            self.deferred.push((at, key, effect(because)));
        } else {
            let effect = effect(because);
            self.join(effect);
        }
    }

    fn join(&mut self, effect: Effect) {
        match effect {
            Effect::Indicate((group, setting), level, because) => self.levels.open((group, setting), level, because),
            Effect::Flag(register, reason) => self.flags.entry(register).or_default().push(reason),
            Effect::Open(action, subject, reason) => {
                self.ledger.open(action, subject.clone(), *reason);
                self.answer_from_history(action, &subject);
            }
        }
    }

    /// What was already done, or decided by name, answers a reason the moment it arises: the action is born done.
    fn answer_from_history(&mut self, action: ActionKind, subject: &Subject) {
        let policy = self.policy;
        let Some(def) = policy.action(action) else { return };
        let kinds: Vec<Kind> = def.closed_by.iter().flat_map(|t| t.on.iter().copied()).collect();
        let mut earlier: Vec<Happening<'a>> = self.facts.of_kinds(&kinds).cloned().collect();
        earlier.sort_by_key(Happening::order);
        let (facts, levels) = (&self.facts, &self.levels);
        for h in &earlier {
            self.ledger.answer(action, h, |s| {
                let reader = Reader { facts, levels, policy };
                s == subject && triggered(&reader, &def.closed_by, h, s, h.clock) && may_close(levels, h, s)
            });
        }
    }

    /// The subjects of an effect.
    fn subjects(&self, about: About, of: Option<(&Happening<'a>, Option<Register>)>, now: Instant) -> Vec<Subject> {
        let event = of.map(|(h, _)| h);
        let at = [now, event.map_or(now, |h| h.occurred_at)];
        let id = |field: &str| event.and_then(|h| h.id_of(field)).map(str::to_owned);
        let or_case = |subject: Option<Subject>| vec![subject.unwrap_or(Subject::Case)];
        let from_subject = |wanted: fn(&Subject) -> bool| event.and_then(|h| h.subject.clone()).filter(|s| wanted(s));
        match about {
            About::Case => vec![Subject::Case],
            About::Person => {
                let persons = event.and_then(Happening::persons).unwrap_or_default();
                if persons.is_empty() {
                    vec![Subject::Case]
                } else {
                    persons.into_iter().map(|p| Subject::Person(p.to_owned())).collect()
                }
            }
            About::Order => {
                or_case(from_subject(|s| matches!(s, Subject::Order(_))).or_else(|| id("order_id").map(Subject::Order)))
            }
            About::Request => or_case(id("request_id").map(Subject::Request)),
            About::Programme => or_case(id("programme_id").map(Subject::Programme)),
            About::Provider => or_case(id("provider").map(Subject::Provider)),
            About::Requirement => or_case(event.and_then(requirement_of).map(Subject::Requirement)),
            About::Register => {
                let named = of.and_then(|(h, flag)| flag.or_else(|| register_of(h)));
                or_case(named.map(Subject::Register))
            }
            About::EachChild => {
                let children: Vec<Subject> = self.facts.children().map(|c| Subject::Person(c.to_owned())).collect();
                if children.is_empty() { vec![Subject::UnknownChild] } else { children }
            }
            About::EachProtectedPerson => {
                let protected: BTreeSet<String> =
                    self.facts.orders_in_force(at).flat_map(|(_, o)| o.protects.or(BTreeSet::new())).collect();
                protected.into_iter().map(Subject::Person).collect()
            }
            About::EachOrderInForce => {
                self.facts.orders_in_force(at).map(|(id, _)| Subject::Order(id.to_owned())).collect()
            }
            About::EachOrderProtectingPerson => {
                let persons = event.and_then(Happening::persons).unwrap_or_default();
                self.facts
                    .orders_in_force(at)
                    .filter(|(_, o)| o.protects.get().is_some_and(|p| persons.iter().any(|id| p.contains(*id))))
                    .map(|(id, _)| Subject::Order(id.to_owned()))
                    .collect()
            }
            About::EachOutstandingRequest => {
                self.facts.outstanding().map(|(id, _)| Subject::Request(id.to_owned())).collect()
            }
            About::EachLowerStatement => {
                let assessment = event.map(|h| h.id);
                assessment
                    .map(|assessment| {
                        let cells = self.levels.stated_lower(assessment).into_iter();
                        cells.map(|(group, setting)| Subject::Statement { group, setting, assessment }).collect()
                    })
                    .unwrap_or_default()
            }
        }
    }

    /// A countersignature falls away when the assessment it was about no longer stands, or no longer states less.
    fn drop_needless_countersignatures(&mut self, now: Instant, happenings: &[Happening<'a>]) {
        let Some(by) = happenings.iter().map(|h| h.id).min() else { return };
        let levels = &self.levels;
        self.ledger.supersede(by, now, |instance, _| match &instance.subject {
            Subject::Statement { group, setting, assessment } => {
                !levels.stated_lower(*assessment).contains(&(*group, *setting))
            }
            _ => false,
        });
    }

    fn children(&self) -> BTreeSet<String> {
        self.facts.children().map(str::to_owned).collect()
    }

    /// A child who becomes known is included in what stands open about each child; what was about nobody yet is superseded.
    fn include_new_children(&mut self, before: &BTreeSet<String>, now: Instant, happenings: &[Happening<'a>]) {
        let new: Vec<String> = self.children().difference(before).cloned().collect();
        let Some(by) = happenings.iter().filter(|h| h.kind() == Some(Kind::PersonIdentified)).map(|h| h.id).min()
        else {
            return;
        };
        let open: Vec<(ActionKind, Reason)> = self
            .ledger
            .instances()
            .flat_map(|i| i.reasons.iter().map(move |r| (i.action, r)))
            .filter(|(_, r)| r.answer.is_none() && r.about == About::EachChild)
            .map(|(action, r)| (action, r.clone()))
            .collect();
        for child in &new {
            for (action, reason) in &open {
                let subject = Subject::Person(child.clone());
                let key = (reason.because.rule, reason.because.event, Target::Action(*action, subject.clone()));
                if !self.arisen.contains_key(&key) {
                    self.arisen.insert(key, reason.because.clock);
                    self.join(Effect::Open(*action, subject, Box::new(reason.clone())));
                }
            }
        }
        if !new.is_empty() {
            self.ledger.supersede(by, now, |instance, _| instance.subject == Subject::UnknownChild);
        }
    }

    /// An action kind that goes on under another name from a date.
    fn rename_continued(&mut self, now: Instant) {
        let policy = self.policy;
        for def in &policy.actions {
            if let Some(c) = def.continues.as_ref().filter(|c| calendar::london_day(now) >= c.from) {
                self.ledger.rename(c.action, def.action);
            }
        }
    }
}

/// Duties.
impl<'a> State<'a, '_> {
    /// Begins and ends spells, and opens what a beginning spell asks for.
    fn look_at_duties(&mut self, now: Instant, happenings: &[Happening<'a>]) {
        if self.facts.supervision_ended_by(now).is_some() {
            return; // What stands open freezes as it is; nothing falls away because supervision ended.
        }
        let policy = self.policy;
        for (index, duty) in policy.duties.iter().enumerate() {
            let in_force = policy.in_force(duty.effective, &duty.localities, calendar::london_day(now));
            let candidates: BTreeSet<Subject> = self.subjects(duty.about, None, now).into_iter().collect();
            let mut holding = BTreeMap::new();
            for subject in candidates {
                let asking = Asking { event: None, subject: Some(&subject), now };
                if let Some(facts) = self.satisfied(&duty.holds, asking) {
                    holding.insert(subject, facts);
                }
            }
            if self.watch == Some(RuleRef::Duty(index)) {
                self.watch_duty(duty.holds.facts(), &holding, now, in_force, happenings);
            }
            let ended: Vec<Subject> = self
                .duties
                .spells
                .keys()
                .filter(|(d, s)| *d == index && !holding.contains_key(s))
                .map(|(_, s)| s.clone())
                .collect();
            for subject in ended {
                self.end_spell(index, &subject, now, happenings);
            }
            if in_force {
                for (subject, facts) in holding {
                    if !self.duties.spells.contains_key(&(index, subject.clone())) {
                        self.begin_spell(index, subject, &facts, now, happenings);
                    }
                }
            }
        }
    }

    fn watch_duty(
        &mut self,
        facts: Vec<usize>,
        holding: &BTreeMap<Subject, Vec<(usize, FactValue)>>,
        now: Instant,
        in_force: bool,
        happenings: &[Happening<'a>],
    ) {
        let subject = holding.keys().next().cloned().unwrap_or(Subject::Case);
        let asking = Asking { event: None, subject: Some(&subject), now };
        let facts = facts.into_iter().map(|f| (f, self.reader().read(f, asking))).collect();
        let event = happenings.iter().map(|h| h.id).min().unwrap_or_default();
        let fired = in_force && !holding.is_empty();
        self.trials.push(Trial { event, clock: now, in_force, fired, facts });
    }

    /// The records of the step that bear on the duty's condition; all of them where none does.
    fn origin(
        &self,
        index: usize,
        facts: &[(usize, FactValue)],
        now: Instant,
        happenings: &[Happening<'a>],
    ) -> Option<Because> {
        let policy = self.policy;
        let duty = policy.duties.get(index)?;
        let fed_by: BTreeSet<Kind> =
            facts.iter().filter_map(|(f, _)| policy.facts.get(*f)).flat_map(|f| f.fed_by()).collect();
        let bears = |h: &&Happening<'a>| h.kind().is_some_and(|k| fed_by.contains(&k));
        let chosen = happenings.iter().filter(bears).max_by_key(|h| h.order());
        let chosen = chosen.or_else(|| happenings.iter().max_by_key(|h| h.order()));
        let strictest = happenings.iter().filter(bears).map(|h| h.handling).max();
        let mut because = match chosen {
            Some(h) => self.because(RuleRef::Duty(index), duty.basis, h, now, facts),
            // The duty itself came into force: it rests on the supervision that runs.
            None => {
                let s = self.facts.sentences.values().max_by_key(|s| (s.started, s.by))?;
                Because {
                    rule: RuleRef::Duty(index),
                    event: s.by,
                    basis: duty.basis,
                    handling: s.handling,
                    occurred_at: now,
                    recorded_at: now,
                    clock: now,
                    facts: facts.to_vec(),
                }
            }
        };
        because.handling = because.handling.max(strictest.unwrap_or(Handling::Ordinary));
        because.clock = now;
        Some(because)
    }

    fn begin_spell(
        &mut self,
        index: usize,
        subject: Subject,
        facts: &[(usize, FactValue)],
        now: Instant,
        happenings: &[Happening<'a>],
    ) {
        let policy = self.policy;
        let Some(duty) = policy.duties.get(index) else { return };
        let Some(origin) = self.origin(index, facts, now, happenings) else { return };
        self.fired.insert(RuleRef::Duty(index));
        let last_performed = self.last_performance(duty.action, &subject);
        let spell = Spell { origin: origin.clone(), last_performed, next_due: Deadline::None, raised: None };
        let next_due = self.next_round(index, &spell, now);
        let spell = Spell { next_due: next_due.clone(), ..spell };
        let recurs = duty.every.is_some() && next_due != Deadline::None;
        self.duties.spells.insert((index, subject.clone()), spell);
        if recurs && !waits_through(policy, duty.action) {
            return; // The round opens when it falls due.
        }
        let deadline = if recurs {
            next_due
        } else {
            Deadline::new(policy, duty.first.as_ref(), duty.basis, now, origin.occurred_at)
        };
        self.open_round(index, &subject, origin, deadline);
    }

    fn open_round(&mut self, index: usize, subject: &Subject, because: Because, deadline: Deadline) {
        let policy = self.policy;
        let Some(duty) = policy.duties.get(index) else { return };
        let key = (because.rule, because.event, Target::Action(duty.action, subject.clone()));
        let review = if duty.action == ActionKind::ReviewRisk { duty.review.clone() } else { vec![] };
        let began = because.clock;
        self.arise(key, because, |because| {
            // What only a correction brought is due from then on, never before anybody could know.
            let deadline = match deadline {
                Deadline::By { day, basis, parameter } if because.clock > began => {
                    Deadline::By { day: day.max(calendar::london_day(because.clock)), basis, parameter }
                }
                other => other,
            };
            let (about, priority) = (duty.about, duty.priority);
            let reason = Reason { because, about, priority, deadline, review, answer: None };
            Effect::Open(duty.action, subject.clone(), Box::new(reason))
        });
    }

    fn end_spell(&mut self, index: usize, subject: &Subject, now: Instant, happenings: &[Happening<'a>]) {
        self.duties.spells.remove(&(index, subject.clone()));
        let Some(duty) = self.policy.duties.get(index) else { return };
        let Some(by) = happenings.iter().max_by_key(|h| h.order()).map(|h| h.id) else { return };
        self.ledger.supersede(by, now, |instance, r| {
            instance.action == duty.action && instance.subject == *subject && r.because.rule == RuleRef::Duty(index)
        });
        // A round still waiting for its correction never opens.
        let target = Target::Action(duty.action, subject.clone());
        self.deferred.retain(|(_, key, _)| key.0 != RuleRef::Duty(index) || key.2 != target);
    }

    /// When the next round is due: a period after the last performance, or by the first deadline of the spell.
    fn next_round(&self, index: usize, spell: &Spell, now: Instant) -> Deadline {
        let policy = self.policy;
        let Some(duty) = policy.duties.get(index) else { return Deadline::None };
        let Some(every) = duty.every else { return Deadline::None };
        let today = calendar::london_day(now);
        match (spell.last_performed, &duty.first) {
            (Some(done), _) => Deadline::within(policy, every, calendar::london_day(done), today),
            (None, Some(first)) => {
                Deadline::new(policy, Some(first), duty.basis, spell.origin.clock, spell.origin.occurred_at)
            }
            (None, None) => {
                let start =
                    if waits_through(policy, duty.action) { spell.origin.occurred_at } else { spell.origin.clock };
                Deadline::within(policy, every, calendar::london_day(start), today)
            }
        }
    }

    /// When the action was last performed about that subject, in all that is known.
    fn last_performance(&self, action: ActionKind, subject: &Subject) -> Option<Instant> {
        let def = self.policy.action(action)?;
        let triggers = performing(def);
        let kinds: Vec<Kind> = triggers.iter().flat_map(|t| t.on.iter().copied()).collect();
        self.facts
            .of_kinds(&kinds)
            .filter(|h| h.concerns(subject) && triggered(&self.reader(), triggers, h, subject, h.clock))
            .map(|h| h.occurred_at)
            .max()
    }

    /// Lets an event count as a performance of every duty of that action.
    fn perform_duties(&mut self, def: &ActionDef, h: &Happening<'a>) {
        let triggers = performing(def);
        if !h.kind().is_some_and(|k| triggers.iter().any(|t| t.on.contains(&k))) {
            return;
        }
        let policy = self.policy;
        let subjects: BTreeSet<Subject> = self
            .duties
            .spells
            .keys()
            .filter(|(d, s)| policy.duties.get(*d).is_some_and(|d| d.action == def.action) && h.concerns(s))
            .map(|(_, s)| s.clone())
            .collect();
        for subject in subjects {
            if triggered(&self.reader(), triggers, h, &subject, h.clock) {
                self.performed(def.action, &subject, h);
            }
        }
    }

    fn performed(&mut self, action: ActionKind, subject: &Subject, h: &Happening<'a>) {
        let policy = self.policy;
        let duties = policy.duties.iter().enumerate().filter(|(_, d)| d.action == action);
        for (index, _) in duties {
            let key = (index, subject.clone());
            let Some(mut spell) = self.duties.spells.get(&key).cloned() else { continue };
            if spell.last_performed.is_some_and(|t| t >= h.occurred_at) {
                continue;
            }
            spell.last_performed = Some(h.occurred_at);
            spell.next_due = self.next_round(index, &spell, h.clock);
            spell.raised = None;
            if waits_through(policy, action) {
                self.ledger.move_round(action, subject, RuleRef::Duty(index), &spell.next_due);
            }
            self.duties.spells.insert(key, spell);
        }
    }
}

/// What time brings about.
impl<'a> State<'a, '_> {
    /// The next event that the fold raises by itself, after what it has raised already.
    fn next_derived(&self, now: Instant) -> Option<(Instant, Raising)> {
        let mut next: Option<(Instant, Raising)> = None;
        let mut offer = |at: Instant, raising: Raising| {
            let candidate = (at.max(now), raising);
            if next.as_ref().is_none_or(|n| candidate < *n) {
                next = Some(candidate);
            }
        };
        for (id, order) in &self.facts.orders {
            if let Some(last) =
                order.last_day().filter(|last| order.discharged.is_none_or(|d| calendar::london_day(d) > *last))
            {
                let mark = (Derived::ProtectiveOrderExpired, format!("{id} {last}"));
                if !self.raised.contains(&mark) {
                    offer(after(last), Raising::OrderExpired(id.clone(), last));
                }
            }
        }
        for (id, s) in &self.facts.sentences {
            if let Some(last) = s.ends_on.filter(|last| s.ended.is_none_or(|e| calendar::london_day(e) > *last)) {
                if !self.raised.contains(&(Derived::SupervisionEndReached, format!("{id} {last}"))) {
                    offer(after(last), Raising::SupervisionEnd(id.clone(), last));
                }
            }
        }
        let frozen = self.facts.supervision_ended_by(now).is_some();
        for ((index, subject), spell) in self.duties.spells.iter().filter(|_| !frozen) {
            let Some(duty) = self.policy.duties.get(*index) else { continue };
            if let Some(day) = spell.next_due.day().filter(|d| spell.raised != Some(*d)) {
                let runs = self.policy.in_force(duty.effective, &duty.localities, day) && duty.every.is_some();
                if runs && !waits_through(self.policy, duty.action) {
                    offer(calendar::start_of_day(day), Raising::DutyDue(*index, subject.clone(), day));
                }
            }
        }
        if self.policy.listeners.contains_key(&Listens::Derived(Derived::ActionOverdue)) {
            for i in self.ledger.instances().filter(|i| i.pending()) {
                if let (Some(day), Some((_, opened_by))) = (i.deadline().day(), i.opened()) {
                    let raising = Raising::Overdue(i.action, i.subject.clone(), day, opened_by);
                    if !self.raised.contains(&raising.mark()) && !self.absence_unknown(i.action, day) {
                        offer(after(day), raising);
                    }
                }
            }
        }
        for (cell, day) in self.stale_from() {
            let raising = Raising::Stale(cell.0, day);
            if !self.raised.contains(&raising.mark()) {
                offer(calendar::start_of_day(day), raising);
            }
        }
        for duty in &self.policy.duties {
            let at = calendar::start_of_day(duty.effective.from);
            if at > now {
                offer(at, Raising::InForce(duty.effective.from));
            }
        }
        next
    }

    fn raise(&mut self, now: Instant, raising: Raising) {
        self.raised.insert(raising.mark());
        let derived = |what, id, subject, handling, details| Happening {
            what: Listens::Derived(what),
            id,
            event: None,
            subject,
            details,
            occurred_at: now,
            recorded_at: now,
            clock: now,
            handling,
        };
        let happening = match raising {
            Raising::OrderExpired(id, _) => self.facts.orders.get(&id).map(|o| {
                let details = vec![("order", o.kind.code())];
                derived(Derived::ProtectiveOrderExpired, o.by, Some(Subject::Order(id.clone())), o.handling, details)
            }),
            Raising::SupervisionEnd(id, _) => self
                .facts
                .sentences
                .get(&id)
                .map(|s| derived(Derived::SupervisionEndReached, s.by, None, s.handling, vec![])),
            Raising::DutyDue(index, subject, day) => {
                self.raise_round(index, &subject, day, now);
                None
            }
            Raising::Overdue(action, subject, ..) => self.ledger.pending(action, &subject).and_then(|i| {
                let handling = i.handling(Handling::Ordinary);
                let details = vec![("action", action.code()), ("priority", i.priority().code())];
                let (_, opened_by) = i.opened()?;
                Some(derived(Derived::ActionOverdue, opened_by, Some(subject.clone()), handling, details))
            }),
            Raising::Stale(group, _) => {
                let statement = CELLS.into_iter().filter(|c| c.0 == group).find_map(|c| self.levels.statement(c));
                statement.map(|s| {
                    let details = vec![("group", group.code())];
                    derived(Derived::AssessmentStale, s.id, Some(Subject::Group(group)), s.handling, details)
                })
            }
            Raising::InForce(_) => None,
        };
        let happenings: Vec<Happening<'a>> = happening.into_iter().collect();
        self.turn(now, &happenings);
    }

    /// Opens a duty's round on the day it falls due.
    fn raise_round(&mut self, index: usize, subject: &Subject, day: NaiveDate, now: Instant) {
        let key = (index, subject.clone());
        let Some(spell) = self.duties.spells.get_mut(&key) else { return };
        spell.raised = Some(day);
        let mut because = spell.origin.clone();
        let deadline = spell.next_due.clone();
        // Whatever was done since the last time answers the round.
        because.occurred_at = spell.last_performed.map_or(because.occurred_at, |t| t.max(because.occurred_at));
        because.recorded_at = now;
        because.clock = now;
        if spell.last_performed.is_some_and(|t| t >= because.occurred_at) {
            because.occurred_at =
                because.occurred_at.checked_add_signed(chrono::TimeDelta::microseconds(1)).unwrap_or(now);
        }
        self.open_round(index, subject, because, deadline);
    }

    /// The groups with a recorded level, and from when it is stale, where a parameter sets an age.
    #[must_use]
    pub fn stale_from(&self) -> Vec<(super::levels::Cell, NaiveDate)> {
        let Some(parameter) = self.policy.parameters.iter().position(|p| p.id == STALE_AFTER) else { return vec![] };
        CELLS
            .into_iter()
            .filter_map(|cell| {
                let made = calendar::london_day(self.levels.statement(cell)?.occurred_at);
                let last = Deadline::within(self.policy, parameter, made, made).day()?;
                Some((cell, calendar::add_days(last, 1)?))
            })
            .collect()
    }

    /// Whether records of what would close the action are known to be incomplete on that day: absence is then unknown.
    #[must_use]
    pub fn absence_unknown(&self, action: ActionKind, day: NaiveDate) -> bool {
        let kinds = self.policy.action(action).into_iter().flat_map(|d| d.closed_by.iter().flat_map(|t| &t.on));
        kinds.filter_map(|k| self.facts.complete_from.get(k)).any(|from| day < *from)
    }

    /// Every later moment at which the answer could change with no new event; the earliest is a candidate only.
    #[must_use]
    pub fn next_candidate(&self, after_this: Instant, due_soon: Option<u32>) -> Option<Instant> {
        let mut moments: Vec<Instant> = self.next_derived(after_this).map(|(at, _)| at).into_iter().collect();
        for i in self.ledger.instances().filter(|i| i.pending()) {
            let Some(day) = i.deadline().day() else { continue };
            moments.push(after(day));
            if let Some(soon) = due_soon.and_then(|n| day.checked_sub_days(chrono::Days::new(u64::from(n)))) {
                moments.push(calendar::start_of_day(soon));
            }
            moments.extend(self.missed_rounds(i, None).into_iter().map(after));
        }
        moments.extend(self.stale_from().into_iter().map(|(_, day)| calendar::start_of_day(day)));
        moments.push(after(self.policy.reviewed_through));
        moments.into_iter().filter(|t| *t > after_this).min()
    }

    /// The days on which further rounds of a pending duty fell due: all up to a day, or the next one only.
    #[must_use]
    pub fn missed_rounds(&self, instance: &super::ledger::Instance, through: Option<NaiveDate>) -> Vec<NaiveDate> {
        let mut days = Vec::new();
        for r in instance.reasons.iter().filter(|r| r.answer.is_none()) {
            let RuleRef::Duty(index) = r.because.rule else { continue };
            let Some(every) = self.policy.duties.get(index).and_then(|d| d.every) else { continue };
            let Some(mut day) = r.deadline.day() else { continue };
            let limit = through.or_else(|| self.now.map(calendar::london_day)).unwrap_or(day);
            while let Some(next) = Deadline::within(self.policy, every, day, day).day().filter(|n| *n > day) {
                if next >= limit {
                    if through.is_none() {
                        days.push(next);
                    }
                    break;
                }
                if through.is_some() {
                    days.push(next);
                }
                day = next;
            }
        }
        days
    }
}

/// What the fold is about to raise. The order of variants is the order within one instant (DESIGN 6.3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Raising {
    OrderExpired(String, NaiveDate),
    SupervisionEnd(String, NaiveDate),
    DutyDue(usize, Subject, NaiveDate),
    Overdue(ActionKind, Subject, NaiveDate, Uuid),
    Stale(Group, NaiveDate),
    InForce(NaiveDate),
}

impl Raising {
    /// What marks it as raised, once for each deadline.
    fn mark(&self) -> (Derived, String) {
        match self {
            Self::OrderExpired(id, day) => (Derived::ProtectiveOrderExpired, format!("{id} {day}")),
            Self::SupervisionEnd(id, day) => (Derived::SupervisionEndReached, format!("{id} {day}")),
            Self::DutyDue(index, subject, day) => (Derived::DutyDue, format!("{index} {subject:?} {day}")),
            Self::Overdue(action, subject, day, by) => {
                (Derived::ActionOverdue, format!("{action} {subject:?} {day} {by}"))
            }
            Self::Stale(group, day) => (Derived::AssessmentStale, format!("{group} {day}")),
            Self::InForce(day) => (Derived::DutyDue, format!("in force {day}")),
        }
    }
}

/// The first moment after a day.
fn after(day: NaiveDate) -> Instant {
    calendar::start_of_day(calendar::add_days(day, 1).unwrap_or(day))
}

fn triggered(
    reader: &Reader<'_, '_>,
    triggers: &[Trigger],
    h: &Happening<'_>,
    subject: &Subject,
    now: Instant,
) -> bool {
    triggers.iter().any(|t| {
        h.kind().is_some_and(|k| t.on.contains(&k))
            && t.when.holds(|f| reader.read_of(f, h, subject, now), |p| reader.parameter_on(p, now)).is_some()
    })
}

/// Nobody countersigns an assessment of his own.
fn may_close(levels: &Levels, h: &Happening<'_>, subject: &Subject) -> bool {
    match (subject, h.event.as_deref()) {
        (Subject::Statement { assessment, .. }, Some(Event::ManagementOversightRecorded(e))) => {
            !levels.assessor_is(*assessment, e.by.as_str())
        }
        _ => true,
    }
}

/// An action that waits on somebody stays open through its rounds: a reminder moves its date on.
fn waits_through(policy: &Policy, action: ActionKind) -> bool {
    policy.action(action).is_some_and(|d| !d.chased_by.is_empty())
}

/// What counts as performing a duty's action: reminding, where it waits on somebody; else whatever closes it.
fn performing(def: &ActionDef) -> &[Trigger] {
    if def.chased_by.is_empty() { &def.closed_by } else { &def.chased_by }
}

fn requirement_of(h: &Happening<'_>) -> Option<crate::event::vocabulary::Requirement> {
    match h.event.as_deref()? {
        Event::RequirementImposed(e) => Some(e.requirement),
        Event::RequirementCompleted(e) => Some(e.requirement),
        Event::RequirementRemovalSought(e) => Some(e.requirement),
        Event::RequirementRemoved(e) => Some(e.requirement),
        _ => None,
    }
}

fn register_of(h: &Happening<'_>) -> Option<Register> {
    match h.event.as_deref()? {
        Event::FlagRecorded(e) => Some(e.register),
        Event::FlagReviewed(e) => Some(e.register),
        Event::FlagRemoved(e) => Some(e.register),
        _ => None,
    }
}
