//! The rival: conditions evaluated as most rule engines do, by walking the tree and looking facts and words up by name.

use std::collections::HashMap;

use risk_core::explain::words;
use risk_core::policy::condition::{Asks, Expression, Operand, Question};
use risk_core::policy::fact::{Domain, FactValue, level_names};
use risk_core::policy::model::{Comparison, Listens, Policy};

/// The policy's conditions as trees.
pub struct Interpreter<'p> {
    trees: Vec<Option<Expression>>,
    facts: HashMap<String, usize>,
    domains: HashMap<(usize, Listens), Domain>,
    parameters: HashMap<&'p str, usize>,
}

impl<'p> Interpreter<'p> {
    pub fn new(policy: &'p Policy) -> Self {
        let parse = |text: &str| (!text.is_empty()).then(|| Expression::parse(text).unwrap());
        let facts = policy.facts.iter().enumerate().map(|(place, f)| (words::fact(policy, f), place)).collect();
        let kinds = policy.listeners.keys();
        let domains = kinds.flat_map(|kind| {
            policy.facts.iter().enumerate().map(|(place, f)| ((place, *kind), words::domain(f, Some(*kind))))
        });
        Self {
            trees: policy.rules.iter().map(|r| parse(&r.when.text)).collect(),
            facts,
            domains: domains.collect(),
            parameters: policy.parameters.iter().enumerate().map(|(place, p)| (p.id.as_str(), place)).collect(),
        }
    }

    pub fn holds(
        &self,
        rule: usize,
        kind: Listens,
        values: &[FactValue],
        parameter: &impl Fn(usize) -> Option<u32>,
    ) -> bool {
        self.trees[rule].as_ref().is_none_or(|tree| self.walk(tree, kind, values, parameter))
    }

    fn walk(
        &self,
        tree: &Expression,
        kind: Listens,
        values: &[FactValue],
        parameter: &impl Fn(usize) -> Option<u32>,
    ) -> bool {
        match tree {
            Expression::Is(question) => self.is(question, kind, values, parameter),
            Expression::Not(inner) => !self.walk(inner, kind, values, parameter),
            Expression::All(parts) => parts.iter().all(|p| self.walk(p, kind, values, parameter)),
            Expression::Any(parts) => parts.iter().any(|p| self.walk(p, kind, values, parameter)),
        }
    }

    fn is(
        &self,
        question: &Question,
        kind: Listens,
        values: &[FactValue],
        parameter: &impl Fn(usize) -> Option<u32>,
    ) -> bool {
        // A fact without arguments is looked up by its name as it stands; only one with arguments has to be written out.
        let place = if question.fact.arguments.is_empty() {
            self.facts[question.fact.name.text.as_str()]
        } else {
            self.facts[&question.fact.to_string()]
        };
        let value = values[place];
        let domain = &self.domains[&(place, kind)];
        let names: &[&str] = match domain {
            Domain::Terms(names) | Domain::ManyTerms(names) => names,
            Domain::Level => level_names(),
            Domain::Number { .. } => &[],
        };
        let code = |word: &str| names.iter().position(|n| *n == word).and_then(|n| u32::try_from(n).ok());
        let one = |word: &str| match value {
            FactValue::One(v) => code(word) == Some(v),
            FactValue::Never => word == "never",
            FactValue::Many(set) => code(word).is_some_and(|c| set & (1 << c) != 0),
        };
        match &question.asks {
            Asks::Stands => one("yes"),
            Asks::OneOf(list) | Asks::Has(list) => list.iter().any(|w| one(&w.text)),
            Asks::Compares(Comparison::Equal, Operand::Word(w)) => one(&w.text),
            Asks::Compares(Comparison::NotEqual, Operand::Word(w)) => !one(&w.text),
            Asks::Compares(how, Operand::Word(w)) => match (value, code(&w.text)) {
                (FactValue::One(v), Some(limit)) => v != 0 && limit != 0 && how.holds(v, limit),
                _ => false,
            },
            Asks::Compares(how, Operand::Number(n, _)) => matches!(value, FactValue::One(v) if how.holds(v, *n)),
            Asks::Compares(how, Operand::Parameter(id)) => {
                let limit = parameter(self.parameters[id.text.as_str()]);
                matches!((value, limit), (FactValue::One(v), Some(limit)) if how.holds(v, limit))
            }
        }
    }
}
