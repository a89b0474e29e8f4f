//! What an analysis finds, each with the facts that show it.

use chrono::NaiveDate;
use serde::Serialize;

use super::effect::Days;
use risk_core::policy::{FindingKind, Weight};
use risk_core::vocabulary;

vocabulary! {
    /// How a rule's condition goes with a fact that has an order.
    Trend {
        /// Once it holds it holds for all that is higher.
        Rises,
        /// Once it holds it holds for all that is lower.
        Falls,
        /// Neither.
        Neither,
    }
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Its sort.
    pub finding: FindingKind,
    /// Defect, or worth knowing.
    pub weight: Weight,
    /// The rule, duty, action, parameter or kind that it is about.
    pub of: String,
    /// The kinds of event on which it is so; `while` for duties.
    pub on: Vec<String>,
    /// The fact that it is about, for findings about one.
    pub fact: Option<String>,
    /// Other rules or duties that it rests on.
    pub with: Vec<String>,
    /// The first day on which it is so.
    pub from: NaiveDate,
    /// The first day on which it is so no longer.
    pub to: Option<NaiveDate>,
    /// What was found, in a sentence.
    pub says: String,
    /// The facts that show it, as conditions of the language; none of them can be left out.
    pub witness: Vec<String>,
    /// The same in words.
    pub in_words: Vec<String>,
    /// Why the author of the policy accepts it, where that is written.
    pub accepted: Option<String>,
}

impl Finding {
    pub(super) fn new(finding: FindingKind, of: &str, days: Days, says: String) -> Self {
        Self {
            finding,
            weight: finding.weight(),
            of: of.to_owned(),
            on: vec![],
            fact: None,
            with: vec![],
            from: days.from,
            to: days.to,
            says,
            witness: vec![],
            in_words: vec![],
            accepted: None,
        }
    }

    pub(super) fn on(mut self, moment: &str) -> Self {
        self.on.push(moment.to_owned());
        self
    }

    pub(super) fn of_fact(mut self, fact: &str) -> Self {
        self.fact = Some(fact.to_owned());
        self
    }

    pub(super) fn with(mut self, others: Vec<String>) -> Self {
        self.with = others;
        self
    }

    pub(super) fn shown_by(mut self, witness: Vec<String>) -> Self {
        self.witness = witness;
        self
    }

    /// Whether both say the same, apart from when and on what kinds.
    fn like(&self, other: &Self) -> bool {
        (self.finding, &self.of, &self.with, &self.says) == (other.finding, &other.of, &other.with, &other.says)
    }
}

/// How a rule goes with a fact that has an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Monotone {
    /// The rule or duty.
    pub rule: String,
    /// The kind of event; `while` for duties.
    pub on: String,
    /// The fact.
    pub fact: String,
    /// How its condition goes with it.
    pub goes: Trend,
    /// The first day on which it is so.
    pub from: NaiveDate,
    /// The first day on which it is so no longer.
    pub to: Option<NaiveDate>,
}

/// Findings of one stretch of days that differ only in the kind of event, as one; the first of them shows it.
pub(super) fn joined(findings: Vec<Finding>) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for finding in findings {
        match all.iter_mut().find(|f| f.like(&finding) && f.from == finding.from) {
            Some(same) => {
                let new: Vec<String> = finding.on.into_iter().filter(|kind| !same.on.contains(kind)).collect();
                same.on.extend(new);
            }
            None => all.push(finding),
        }
    }
    all
}

/// Findings that go on from one stretch of days to the next, as one.
pub(super) fn going_on(findings: Vec<Finding>) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for finding in findings {
        let before = all.iter_mut().find(|f| {
            f.like(&finding) && f.on == finding.on && f.to == Some(finding.from) && f.witness == finding.witness
        });
        match before {
            Some(same) => same.to = finding.to,
            None => all.push(finding),
        }
    }
    all
}

/// How rules go, where that stays so from one stretch of days to the next, as one.
pub(super) fn steady(ways: Vec<Monotone>) -> Vec<Monotone> {
    let mut all: Vec<Monotone> = Vec::new();
    for way in ways {
        let same = |m: &Monotone| (&m.rule, &m.on, &m.fact, m.goes) == (&way.rule, &way.on, &way.fact, way.goes);
        match all.iter_mut().find(|m| same(m) && m.to == Some(way.from)) {
            Some(before) => before.to = way.to,
            None => all.push(way),
        }
    }
    all
}
