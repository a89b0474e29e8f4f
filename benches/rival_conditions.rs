//! The rival: a plain interpreter that walks the tree and compares words as text. Facts are looked up by name once,
//! when the tree is built, so that the rival is not slow on purpose.

use std::collections::HashMap;

use risk_core::explain::words;
use risk_core::policy::condition::{Asks, Expression, Operand, Question};
use risk_core::policy::fact::{Domain, FactValue, level_names};
use risk_core::policy::fact_text::fact_text;
use risk_core::policy::model::{Comparison, EventSelector, Policy};

/// A condition's tree, each question with the place of its fact.
enum Tree {
    Is(usize, Question),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

/// The policy's conditions as trees.
pub struct Interpreter<'p> {
    trees: Vec<Option<Tree>>,
    domains: HashMap<(usize, EventSelector), Domain>,
    parameters: HashMap<&'p str, usize>,
}

impl<'p> Interpreter<'p> {
    pub fn new(policy: &'p Policy) -> Self {
        let facts: HashMap<Vec<String>, usize> =
            policy.facts.iter().enumerate().map(|(place, f)| (key(&fact_text(f, policy)), place)).collect();
        let parse = |text: &str| (!text.is_empty()).then(|| planted(Expression::parse(text).unwrap(), &facts));
        let kinds = policy.index.listeners.keys();
        let domains = kinds.flat_map(|kind| {
            policy.facts.iter().enumerate().map(|(place, f)| ((place, *kind), words::domain(f, Some(*kind))))
        });
        Self {
            trees: policy.rules.iter().map(|r| parse(&r.when.text)).collect(),
            domains: domains.collect(),
            parameters: policy.parameters.iter().enumerate().map(|(place, p)| (p.id.as_str(), place)).collect(),
        }
    }

    pub fn holds(
        &self,
        rule: usize,
        kind: EventSelector,
        values: &[FactValue],
        parameter: &impl Fn(usize) -> Option<u32>,
    ) -> bool {
        self.trees[rule].as_ref().is_none_or(|tree| self.walk(tree, kind, values, parameter))
    }

    fn walk(
        &self,
        tree: &Tree,
        kind: EventSelector,
        values: &[FactValue],
        parameter: &impl Fn(usize) -> Option<u32>,
    ) -> bool {
        match tree {
            Tree::Is(place, question) => self.is(*place, question, kind, values, parameter),
            Tree::Not(inner) => !self.walk(inner, kind, values, parameter),
            Tree::All(parts) => parts.iter().all(|p| self.walk(p, kind, values, parameter)),
            Tree::Any(parts) => parts.iter().any(|p| self.walk(p, kind, values, parameter)),
        }
    }

    fn is(
        &self,
        place: usize,
        question: &Question,
        kind: EventSelector,
        values: &[FactValue],
        parameter: &impl Fn(usize) -> Option<u32>,
    ) -> bool {
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
            Asks::IsYes => one("yes"),
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

fn planted(tree: Expression, facts: &HashMap<Vec<String>, usize>) -> Tree {
    let all = |parts: Vec<Expression>| parts.into_iter().map(|p| planted(p, facts)).collect();
    match tree {
        Expression::Is(question) => Tree::Is(facts[&key(&question.fact.to_string())], question),
        Expression::Not(inner) => Tree::Not(Box::new(planted(*inner, facts))),
        Expression::All(parts) => Tree::All(all(parts)),
        Expression::Any(parts) => Tree::Any(all(parts)),
    }
}

/// A fact's name by its words in any order: the policy keeps lists in the catalogue's order, an author in another.
fn key(name: &str) -> Vec<String> {
    let mut words: Vec<String> = name.split([' ', ',', '(', ')', '[', ']']).map(str::to_owned).collect();
    words.retain(|word| !word.is_empty());
    words.sort();
    words
}
