//! Warnings about a policy that its text alone shows. The crate `risk-policy-tools` analyses what follows for all cases.

use std::collections::BTreeSet;

use chrono::Datelike;

use super::condition::{Asks, Expression, Operand, Question};
use super::error::{Concern, Warning};
use super::model::{Condition, Due, Effective, Place, Policy, Test};

impl Policy {
    /// All warnings, in the order of the files. `calendar_last_year`: the last year whose bank holidays
    /// are known.
    #[doc(hidden)]
    #[must_use]
    pub fn warnings(&self, calendar_last_year: i32) -> Vec<Warning> {
        let mut warnings = [
            levels_left_out(self),
            obligations_not_covered(self),
            rules_not_tested(self),
            parameters_without_value(self),
            calendar_ends(self, calendar_last_year),
        ]
        .concat();
        warnings.sort();
        warnings.dedup();
        warnings
    }

    /// The conditions under which rules fire and duties stand.
    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.rules.iter().map(|r| &r.when).chain(self.duties.iter().map(|d| &d.holds))
    }

    /// Each rule and duty: its id, its interval, its place.
    fn dated(&self) -> impl Iterator<Item = (&str, Effective, &Place)> {
        let rules = self.rules.iter().map(|r| (r.id.as_str(), r.effective, &r.place));
        rules.chain(self.duties.iter().map(|d| (d.id.as_str(), d.effective, &d.place)))
    }
}

fn levels_left_out(policy: &Policy) -> Vec<Warning> {
    let left_out = |condition: &Condition| -> Vec<Warning> {
        let Ok(expression) = Expression::parse(&condition.text) else { return Vec::new() };
        let questions = expression.questions();
        let says_unknown = |fact: &str| questions.iter().any(|q| q.fact.to_string() == fact && asks_unknown(q));
        let ordered = questions.iter().filter(|q| orders_levels(q)).map(|q| (q.to_string(), q.fact.to_string()));
        let silent = ordered.filter(|(_, fact)| !says_unknown(fact));
        let concern = |(question, fact)| Concern::UnknownLevelLeftOut { question, fact };
        silent.map(|s| Warning { place: condition.place.clone(), concern: concern(s) }).collect()
    };
    policy.conditions().flat_map(left_out).collect()
}

fn orders_levels(question: &Question) -> bool {
    matches!(&question.asks, Asks::Compares(how, Operand::Word(_)) if how.is_order())
}

fn asks_unknown(question: &Question) -> bool {
    match &question.asks {
        Asks::Compares(_, Operand::Word(word)) => word.text == "unknown",
        Asks::OneOf(words) => words.iter().any(|w| w.text == "unknown"),
        Asks::IsYes | Asks::Has(_) | Asks::Compares(..) => false,
    }
}

fn obligations_not_covered(policy: &Policy) -> Vec<Warning> {
    let rules = policy.rules.iter().flat_map(|r| &r.covers);
    let covered: BTreeSet<_> = rules.chain(policy.duties.iter().flat_map(|d| &d.covers)).collect();
    let bare = policy.obligations.iter().filter(|o| o.not_executable.is_none() && !covered.contains(&o.id));
    let concern = |id: &str| Concern::NotCovered { obligation: id.to_owned() };
    bare.map(|o| Warning { place: o.place.clone(), concern: concern(&o.id) }).collect()
}

fn rules_not_tested(policy: &Policy) -> Vec<Warning> {
    let tested: BTreeSet<&str> = policy.tests.iter().flat_map(|t| &t.then.fires).map(String::as_str).collect();
    let untested = policy.dated().filter(|(id, ..)| !tested.contains(id));
    let concern = |id: &str| Concern::NotTested { rule: id.to_owned() };
    untested.map(|(id, _, place)| Warning { place: place.clone(), concern: concern(id) }).collect()
}

fn parameters_without_value(policy: &Policy) -> Vec<Warning> {
    let within = |due: &Option<Due>| match due {
        Some(Due::Within(parameter, _)) => Some(*parameter),
        Some(Due::Immediately(_)) | None => None,
    };
    let compared = |condition: &Condition| -> Vec<usize> {
        let tests = condition.clauses.iter().flat_map(|c| &c.0).map(|a| &a.test);
        tests.filter_map(|t| if let Test::Compare(_, parameter) = t { Some(*parameter) } else { None }).collect()
    };
    let by_rules = policy.rules.iter().map(|r| {
        let used: Vec<usize> = r.require.iter().filter_map(|q| within(&q.due)).chain(compared(&r.when)).collect();
        (r.id.as_str(), r.effective, &r.place, used)
    });
    let by_duties = policy.duties.iter().map(|d| {
        let used: Vec<usize> = d.every.into_iter().chain(within(&d.first)).collect();
        (d.id.as_str(), d.effective, &d.place, used)
    });
    let mut warnings = Vec::new();
    for (user, effective, place, used) in by_rules.chain(by_duties) {
        for parameter in used.iter().filter_map(|p| policy.parameters.get(*p)) {
            if !parameter.values.iter().any(|v| v.effective.contains(effective.from)) {
                let (parameter, user) = (parameter.id.clone(), user.to_owned());
                let concern = Concern::NoValueYet { parameter, user, day: effective.from };
                warnings.push(Warning { place: place.clone(), concern });
            }
        }
    }
    warnings
}

fn calendar_ends(policy: &Policy, last: i32) -> Vec<Warning> {
    let reviewed_through = policy.reviewed_through;
    let soon = last < reviewed_through.year().saturating_add(1);
    let concern = Concern::CalendarEnds { last, reviewed_through };
    soon.then(|| Warning { place: Place::default(), concern }).into_iter().collect()
}
