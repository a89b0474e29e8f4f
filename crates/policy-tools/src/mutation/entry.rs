//! Every small change of a rule, a duty, an action or a parameter.

use super::condition::variants;
use super::{Edit, Mutant, Touches};
use risk_core::event::vocabulary::{ActionKind, Group, Level};
use risk_core::event::{Kind, Term};
use risk_core::policy::Expression;
use risk_core::policy::compile::{About, Compiler};
use risk_core::policy::fact::Fact;
use risk_core::policy::model::{
    ActionDef, Clause, Condition, Due, Duty, EventSelector, Parameter, Place, Policy, Priority, Rule, RunsFrom, Trigger,
};

/// The changes of one entry, each as a changed copy.
struct Changes<'p, E> {
    policy: &'p Policy,
    of: String,
    place: Place,
    edit: fn(usize, Box<E>) -> Edit,
    entry: &'p E,
    index: usize,
    mutants: Vec<Mutant>,
}

impl<E: Clone> Changes<'_, E> {
    fn add(&mut self, change: String, hint: impl Into<String>, touches: Touches, edit: impl FnOnce(&mut E)) {
        self.add_with(change, hint, touches, vec![], edit);
    }

    fn add_with(
        &mut self,
        change: String,
        hint: impl Into<String>,
        touches: Touches,
        facts: Vec<Fact>,
        edit: impl FnOnce(&mut E),
    ) {
        let mut entry = self.entry.clone();
        edit(&mut entry);
        self.mutants.push(Mutant {
            of: self.of.clone(),
            place: self.place.clone(),
            change,
            hint: hint.into(),
            touches,
            edit: (self.edit)(self.index, Box::new(entry)),
            facts,
            refused: None,
        });
    }

    /// Adds the changes of a condition that alter its meaning. `name` is its field in the policy: `when` or `while`.
    fn condition(&mut self, name: &str, condition: &Condition, about: About<'_>, set: impl Fn(&mut E, Condition)) {
        let Ok(expression) = Expression::parse(&condition.text) else { return };
        let mut seen = vec![condition.clauses.clone()];
        // One compiler for all changes, so that no two facts share an index.
        let mut compiler = Compiler { parameters: &self.policy.parameters, facts: self.policy.facts.clone() };
        for variant in variants(&expression) {
            let (text, clauses) = match &variant.condition {
                None => (String::new(), Ok(vec![Clause::default()])),
                Some(e) => (e.to_string(), compiler.compile(e, about)),
            };
            let change = format!("{name}: {}", variant.change);
            match clauses {
                Ok(clauses) => {
                    if seen.iter().any(|s| same(s, &clauses)) {
                        continue;
                    }
                    seen.push(clauses.clone());
                    let changed = Condition { text, clauses, place: condition.place.clone() };
                    let facts = compiler.facts.iter().skip(self.policy.facts.len()).cloned().collect();
                    self.add_with(change, variant.hint, Touches::Condition, facts, |e| set(e, changed));
                }
                Err(faults) => {
                    self.add(change, variant.hint, Touches::Condition, |_| {});
                    let refused = faults.first().map(|f| f.problem.to_string());
                    if let Some(last) = self.mutants.last_mut() {
                        last.refused = refused;
                    }
                }
            }
        }
    }

    fn due(&mut self, what: &str, due: Option<&Due>, set: impl Fn(&mut E, Option<Due>)) {
        let Some(due) = due.filter(|d| !matches!(d, Due::Within(p, _) if self.is_unset(*p))) else { return };
        let no_date = format!("a test of the due date: {what} has one");
        self.add(format!("{what}: due date left out"), no_date, Touches::Effect, |e| set(e, None));
        let learnt = match due {
            Due::Immediately(RunsFrom::Occurred) => Due::Immediately(RunsFrom::Learnt),
            Due::Within(p, RunsFrom::Occurred) => Due::Within(*p, RunsFrom::Learnt),
            Due::Immediately(RunsFrom::Learnt) | Due::Within(_, RunsFrom::Learnt) => return,
        };
        let hint = "an event recorded after it happened, and the resulting due date";
        self.add(format!("{what}: runs from when it was learnt"), hint, Touches::Effect, |e| set(e, Some(learnt)));
    }

    /// Whether the parameter has no value anywhere, so that a limit or period based on it does not exist.
    fn is_unset(&self, parameter: usize) -> bool {
        self.policy.parameters.get(parameter).is_some_and(|p| p.values.iter().all(|v| v.value.is_none()))
    }

    fn priority(&mut self, what: &str, priority: Priority, set: impl Fn(&mut E, Priority)) {
        let weaker = match priority {
            Priority::ProtectNow => Priority::ThisWeek,
            Priority::ThisWeek => Priority::Planned,
            Priority::Planned => return,
        };
        let hint = format!("a test of the priority: {what}, {priority}");
        self.add(format!("{what}: {priority} becomes {weaker}"), hint, Touches::Effect, |e| set(e, weaker));
    }

    /// `default`: the groups that apply if none is named.
    fn review(&mut self, review: &[Group], default: &[Group], set: impl Fn(&mut E, Vec<Group>)) {
        for out in review {
            let rest: Vec<Group> = review.iter().copied().filter(|g| g != out).collect();
            if rest.is_empty() && default == [*out] {
                continue;
            }
            let hint = format!("a test of the groups put under review: {out}");
            self.add(format!("review: `{out}` left out"), hint, Touches::Effect, |e| set(e, rest));
        }
    }
}

/// Whether two lists hold the same alternatives, in any order.
fn same(a: &[Clause], b: &[Clause]) -> bool {
    a.len() == b.len() && a.iter().all(|clause| b.contains(clause))
}

fn never() -> Condition {
    Condition { clauses: vec![], ..Condition::always() }
}

/// A list without one of its items; nothing if there is only one.
fn without_each<T: Clone + PartialEq>(items: &[T]) -> Vec<(T, Vec<T>)> {
    let several = if items.len() > 1 { items } else { &[] };
    several.iter().map(|out| (out.clone(), several.iter().filter(|i| *i != out).cloned().collect())).collect()
}

pub(super) fn rule(policy: &Policy, index: usize, rule: &Rule) -> Vec<Mutant> {
    let (of, place) = (rule.id.clone(), rule.place.clone());
    let mut c = Changes { policy, of, place, edit: Edit::Rule, entry: rule, index, mutants: vec![] };
    c.add("taken out".to_owned(), "an event on which it fires", Touches::Effect, |r| r.when = never());
    for (kind, rest) in without_each(&rule.on) {
        let kind = kind.name();
        let hint = format!("an event `{kind}` on which it fires");
        c.add(format!("on: `{kind}` left out"), hint, Touches::Effect, |r| r.on = rest);
    }
    c.condition("when", &rule.when, About::Events(&rule.on), |r, when| r.when = when);
    for (i, q) in rule.require.iter().enumerate() {
        let what = format!("require {}", q.action);
        let hint = format!("a test in which {} follows from this rule", q.action);
        c.add(format!("{what}: left out"), hint, Touches::Effect, |r| {
            r.require.remove(i);
        });
        let at = |r: &mut Rule, set: &dyn Fn(&mut risk_core::policy::model::Requires)| {
            r.require.get_mut(i).into_iter().for_each(set)
        };
        c.priority(&what, q.priority, |r, priority| at(r, &|q| q.priority = priority));
        c.due(&what, q.due.as_ref(), |r, due| at(r, &|q| q.due = due.clone()));
    }
    for (i, indicated) in rule.indicate.iter().enumerate() {
        let what = format!("indicate {} {}", indicated.group, indicated.level);
        let hint = format!("a test in which {} {} follows from this rule", indicated.group, indicated.level);
        c.add(format!("{what}: left out"), hint.clone(), Touches::Effect, |r| {
            r.indicate.remove(i);
        });
        let lower = Level::all().iter().copied().filter(|l| *l != Level::Unknown && *l < indicated.level).max();
        if let Some(lower) = lower {
            let set = |r: &mut Rule| r.indicate.get_mut(i).into_iter().for_each(|x| x.level = lower);
            c.add(format!("{what}: {lower}"), hint, Touches::Effect, set);
        }
    }
    for (i, flag) in rule.flag.iter().enumerate() {
        let hint = format!("a test in which the flag {} follows from this rule", flag.register);
        c.add(format!("flag {}: left out", flag.register), hint, Touches::Effect, |r| {
            r.flag.remove(i);
        });
    }
    if let Some(until) = rule.until {
        let hint = format!("a test with an event `{}` after one on which the rule fires", until.name());
        c.add(format!("until {}: left out", until.name()), hint, Touches::Effect, |r| r.until = None);
    }
    if rule.require.iter().any(|q| q.action == ActionKind::ReviewRisk) {
        let mut indicated: Vec<Group> = rule.indicate.iter().map(|i| i.group).collect();
        indicated.dedup();
        c.review(&rule.review, &indicated, |r, review| r.review = review);
    }
    c.mutants
}

pub(super) fn duty(policy: &Policy, index: usize, duty: &Duty) -> Vec<Mutant> {
    let (of, place) = (duty.id.clone(), duty.place.clone());
    let mut c = Changes { policy, of, place, edit: Edit::Duty, entry: duty, index, mutants: vec![] };
    c.add("taken out".to_owned(), "a case in which it is due", Touches::Effect, |d| d.holds = never());
    c.condition("while", &duty.holds, About::State, |d, holds| d.holds = holds);
    if duty.every.is_some_and(|p| !c.is_unset(p)) {
        let hint = "a test with a second round";
        c.add("every: left out".to_owned(), hint, Touches::Effect, |d| d.every = None);
    }
    c.due("first", duty.first.as_ref(), |d, first| d.first = first);
    c.priority(&format!("action {}", duty.action), duty.priority, |d, priority| d.priority = priority);
    if duty.action == ActionKind::ReviewRisk {
        c.review(&duty.review, &[], |d, review| d.review = review);
    }
    c.mutants
}

type Lists = [(&'static str, fn(&mut ActionDef) -> Vec<&mut Trigger>, fn(&mut ActionDef, usize)); 4];
/// The lists of triggers of an action: for each, how to read it and how to remove one trigger.
const LISTS: Lists = [
    ("closed_by", |a| a.closed_by.iter_mut().collect(), |a, i| drop(a.closed_by.remove(i))),
    ("waiting", |a| a.waiting.iter_mut().map(|(t, _)| t).collect(), |a, i| drop(a.waiting.remove(i))),
    ("chased_by", |a| a.chased_by.iter_mut().collect(), |a, i| drop(a.chased_by.remove(i))),
    ("refused_by", |a| a.refused_by.iter_mut().collect(), |a, i| drop(a.refused_by.remove(i))),
];

pub(super) fn action(policy: &Policy, index: usize, action: &ActionDef) -> Vec<Mutant> {
    let (of, place) = (action.action.name().to_owned(), action.place.clone());
    let mut c = Changes { policy, of, place, edit: Edit::Action, entry: action, index, mutants: vec![] };
    for (list, triggers, remove) in LISTS {
        let mut own = action.clone();
        for (i, trigger) in triggers(&mut own).into_iter().enumerate() {
            let kinds = trigger.on.iter().map(|k| k.name()).collect::<Vec<_>>().join(", ");
            let what = format!("{list} {kinds}");
            let at =
                |a: &mut ActionDef, set: &dyn Fn(&mut Trigger)| triggers(a).into_iter().skip(i).take(1).for_each(set);
            let hint = format!("a test in which `{kinds}` alone answers it ({list})");
            let place = if trigger.when.text.is_empty() { action.place.clone() } else { trigger.when.place.clone() };
            c.place = place;
            // The loader rejects an action that nothing closes, so this one is closed by a record that never occurs.
            let only = list == "closed_by" && action.closed_by.len() == 1;
            let left_out = |a: &mut ActionDef| if only { at(a, &|t| t.when = never()) } else { remove(a, i) };
            c.add(format!("{what}: left out"), hint, Touches::Effect, left_out);
            for (kind, rest) in without_each(&trigger.on) {
                let hint = format!("a test in which `{}` alone answers it ({list})", kind.name());
                c.add(format!("{what}: `{}` left out", kind.name()), hint, Touches::Effect, |a| {
                    at(a, &|t| t.on = rest.clone())
                });
            }
            let kinds: Vec<EventSelector> = trigger.on.iter().map(|k: &Kind| EventSelector::Kind(*k)).collect();
            c.condition(&what, &trigger.when, About::Events(&kinds), |a, when| at(a, &|t| t.when = when.clone()));
        }
    }
    c.mutants
}

pub(super) fn parameter(policy: &Policy, index: usize, parameter: &Parameter) -> Vec<Mutant> {
    let (of, place) = (parameter.id.clone(), parameter.place.clone());
    let mut c = Changes { policy, of, place, edit: Edit::Parameter, entry: parameter, index, mutants: vec![] };
    for (i, v) in parameter.values.iter().enumerate() {
        let Some(value) = v.value else { continue };
        let place = v.locality.as_ref().map(|l| format!(" in {l}")).unwrap_or_default();
        let both = [value.checked_sub(1), value.checked_add(1)].into_iter().flatten();
        for moved in both.filter(|m| (parameter.range.0..=parameter.range.1).contains(m)) {
            let change = format!("value from {}{place}: {value} becomes {moved}", v.effective.from);
            let hint = "a test of the last day or number that it allows, and of the next one";
            c.add(change, hint, Touches::Effect, |p| {
                p.values.get_mut(i).into_iter().for_each(|v| v.value = Some(moved))
            });
        }
    }
    c.mutants
}
