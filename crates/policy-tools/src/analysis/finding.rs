//! Findings of an analysis, each with its witness.

use chrono::NaiveDate;
use serde::Serialize;

use super::effect::Days;
use risk_core::policy::{FindingKind, Weight};
use risk_core::vocabulary;

vocabulary! {
    /// How a rule's condition depends on a fact with ordered values.
    Trend {
        /// If it holds for a value, it holds for all higher values.
        Rises,
        /// If it holds for a value, it holds for all lower values.
        Falls,
        /// Neither of the two.
        Neither,
    }
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The kind of finding.
    pub finding: FindingKind,
    /// Whether it is a defect or only worth knowing.
    pub weight: Weight,
    /// The rule, duty, action, parameter or kind that it is about.
    pub of: String,
    /// The kinds of event that it applies to; `while` for duties.
    pub on: Vec<String>,
    /// The fact that it is about, if any.
    pub fact: Option<String>,
    /// The other rules or duties involved.
    pub with: Vec<String>,
    /// The first day of the period.
    pub from: NaiveDate,
    /// The day after the last day of the period.
    pub to: Option<NaiveDate>,
    /// The finding in one sentence.
    pub says: String,
    /// The witness, as conditions of the policy language. It is minimal.
    pub witness: Vec<String>,
    /// The witness in words.
    pub in_words: Vec<String>,
    /// The author's reason for accepting it, if the policy gives one.
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

    pub(super) fn on(mut self, timing: &str) -> Self {
        self.on.push(timing.to_owned());
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

    /// Whether both are the same, apart from the period and the kinds of event.
    fn like(&self, other: &Self) -> bool {
        (self.finding, &self.of, &self.with, &self.says) == (other.finding, &other.of, &other.with, &other.says)
    }
}

/// How a rule depends on a fact with ordered values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Monotone {
    /// The rule or duty.
    pub rule: String,
    /// The kind of event; `while` for duties.
    pub on: String,
    /// The fact.
    pub fact: String,
    /// How the condition depends on it.
    pub goes: Trend,
    /// The first day of the period.
    pub from: NaiveDate,
    /// The day after the last day of the period.
    pub to: Option<NaiveDate>,
}

/// Merges findings of one period that differ only in the kind of event; the witness of the first is kept.
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

/// Merges findings that continue from one period to the next.
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

/// Merges dependences that continue from one period to the next.
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
