//! Two policies on one day with a common list of facts: a fact has the same index in both, so that their effects can
//! be compared.

use chrono::NaiveDate;

use risk_core::policy::fact::{Fact, Window};
use risk_core::policy::model::{Condition, Due, Parameter, Policy, Test, Unit};

/// Both policies, with one list of facts and one list of parameters. Parts that refer to neither are omitted.
pub(super) fn joint(first: &Policy, second: &Policy, day: NaiveDate) -> (Policy, Policy) {
    let shift = first.parameters.len();
    let parameters: Vec<Parameter> = first.parameters.iter().chain(&second.parameters).cloned().collect();
    // The value of each parameter on the day, so that a window has one name whichever parameter it is named by.
    let said = |policy: &Policy| -> Vec<(Unit, Option<u32>)> {
        let value = |(place, p): (usize, &Parameter)| (p.unit, policy.value(place, day).and_then(|v| v.value));
        policy.parameters.iter().enumerate().map(value).collect()
    };
    let said: Vec<(Unit, Option<u32>)> = said(first).into_iter().chain(said(second)).collect();
    let mut facts: Vec<Fact> = Vec::new();
    let here = moved(first, 0, &said, &mut facts);
    let there = moved(second, shift, &said, &mut facts);
    let with = |policy: Policy| Policy { parameters: parameters.clone(), facts: facts.clone(), ..policy };
    (with(here), with(there))
}

fn moved(policy: &Policy, shift: usize, said: &[(Unit, Option<u32>)], facts: &mut Vec<Fact>) -> Policy {
    let mut other = Policy { tests: vec![], documents: vec![], obligations: vec![], ..policy.clone() };
    let places: Vec<usize> = policy.facts.iter().map(|f| place(resolved(f, shift, said), facts)).collect();
    let condition = |c: &mut Condition| {
        for atom in c.clauses.iter_mut().flat_map(|c| &mut c.0) {
            atom.fact = places.get(atom.fact).copied().unwrap_or(atom.fact);
            if let Test::Compare(_, parameter) = &mut atom.test {
                *parameter = parameter.saturating_add(shift);
            }
        }
    };
    let due = |due: &mut Due| {
        if let Due::Within(parameter, _) = due {
            *parameter = parameter.saturating_add(shift);
        }
    };
    for rule in &mut other.rules {
        condition(&mut rule.when);
        rule.require.iter_mut().filter_map(|q| q.due.as_mut()).for_each(due);
    }
    for duty in &mut other.duties {
        condition(&mut duty.holds);
        duty.first.iter_mut().for_each(due);
        duty.every = duty.every.map(|parameter| parameter.saturating_add(shift));
    }
    for trigger in other.actions.iter_mut().flat_map(|a| &mut a.closed_by) {
        condition(&mut trigger.when);
    }
    other
}

/// The fact with its window on that day: in days, or named by the first parameter of that length.
fn resolved(fact: &Fact, shift: usize, said: &[(Unit, Option<u32>)]) -> Fact {
    let Fact::Count { kinds, within: Window::Parameter(parameter), filter, of } = fact else { return fact.clone() };
    let moved = parameter.saturating_add(shift);
    let within = match said.get(moved) {
        Some((Unit::Days, Some(days))) => Window::Days(*days),
        length => Window::Parameter(said.iter().position(|other| Some(other) == length).unwrap_or(moved)),
    };
    Fact::Count { kinds: kinds.clone(), within, filter: filter.clone(), of: *of }
}

fn place(fact: Fact, facts: &mut Vec<Fact>) -> usize {
    facts.iter().position(|known| *known == fact).unwrap_or_else(|| {
        facts.push(fact);
        facts.len().saturating_sub(1)
    })
}
