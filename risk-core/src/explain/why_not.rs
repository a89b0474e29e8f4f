//! Why a rule did not fire: the kinds that trigger it, and for each such event which comparisons of its condition failed.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use super::tree::rule_line;
use super::{ExplainError, FactLine, RuleLine, kind_name, words};
use crate::assessment::{Opened, Question};
use crate::calendar;
use crate::cancel::Cancel;
use crate::event::Term;
use crate::event::field::one_of;
use crate::fold::reason::RuleRef;
use crate::fold::run::{Span, fold};
use crate::fold::state;
use crate::log::Log;
use crate::policy::fact::FactValue;
use crate::policy::fact_text::fact_text;
use crate::policy::model::{Atom, Clause, Condition, EventSelector, Policy, ViewField};

/// Why a rule or duty fired or did not; see [`why_not`].
///
/// Plain data, like the parts in [`answer`](crate::answer).
///
/// # Examples
/// ```
/// use risk_core::{Audience, Log, Policy, Question, WhyNot, why_not};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let found: WhyNot = why_not(&log, &policy, &question, "call-out")?;
/// assert!(found.fired);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyNot {
    /// The rule or duty.
    pub rule: RuleLine,
    /// Whether it fired by the moment of the question.
    pub fired: bool,
    /// The kinds that trigger it; empty for a duty, which is evaluated after every step.
    pub listens_to: Vec<String>,
    /// Each evaluation. Empty if no event that triggers it is on record.
    pub trials: Vec<RuleEvaluation>,
}

/// One evaluation of a rule or duty.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleEvaluation {
    /// The id of the record; `null` for an audience that may not see event ids.
    pub event_id: Option<Uuid>,
    /// The name of the kind of the event.
    pub kind: String,
    /// The day.
    pub on: NaiveDate,
    /// Whether the rule was in force on that day, in the locality.
    pub in_force: bool,
    /// Whether it fired.
    pub fired: bool,
    /// The comparisons that failed, in the alternative of the condition with the fewest failures.
    pub failed: Vec<FactLine>,
}

/// Finds why a rule or duty did not fire, or that it did.
///
/// # Errors
/// [`ExplainError`] if the rule is unknown, or if the audience may not see reasons.
///
/// # Examples
/// ```
/// use risk_core::{Audience, Log, Policy, Question, why_not};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
///
/// // The same case, but no children were present.
/// let text = text("case.jsonl")?.replace(r#""children_present":"yes""#, r#""children_present":"no""#);
/// let log = Log::parse("case.jsonl", &text)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let found = why_not(&log, &policy, &question, "call-out")?;
/// assert!(!found.fired);
/// let failed = &found.trials[0].failed[0];
/// assert_eq!((failed.fact.as_str(), failed.value.as_str()), ("event.children_present", "no"));
/// assert_eq!(failed.wanted.as_deref(), Some("yes or unknown"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn why_not(log: &Log, policy: &Policy, question: &Question, rule: &str) -> Result<WhyNot, ExplainError> {
    evaluations(log, policy, question, rule, Cancel::NEVER)
}

/// [`why_not`] that can be cancelled.
///
/// # Errors
/// As [`why_not`], and if the work was cancelled or over budget.
///
/// # Examples
/// ```
/// use risk_core::{Audience, Cancel, Log, Policy, Question, why_not_until};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// assert!(why_not_until(&log, &policy, &question, "call-out", Cancel::NEVER)?.fired);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn why_not_until(
    log: &Log,
    policy: &Policy,
    question: &Question,
    rule: &str,
    cancel: Cancel<'_>,
) -> Result<WhyNot, ExplainError> {
    Ok(cancel.done(evaluations(log, policy, question, rule, cancel)?)?)
}

fn evaluations(
    log: &Log,
    policy: &Policy,
    question: &Question,
    rule: &str,
    cancel: Cancel<'_>,
) -> Result<WhyNot, ExplainError> {
    let Opened { view, seen, span } = question.open(log, policy, cancel)?;
    if !view.sees(ViewField::Because) {
        return Err(ExplainError::NotForAudience(question.audience));
    }
    let Some(watch) = find(policy, rule) else {
        let ids: Vec<&str> =
            policy.rules.iter().map(|r| r.id.as_str()).chain(policy.duties.iter().map(|d| d.id.as_str())).collect();
        return Err(ExplainError::UnknownRule { found: rule.to_owned(), nearest: one_of(&ids, rule) });
    };
    // A rule can have several versions, each in force for a time. All are evaluated.
    let mut trials: Vec<(RuleRef, state::RuleEvaluation)> = Vec::new();
    for version in watch.iter().copied() {
        let folded = fold(&seen.records, policy, Span { watch: Some(version), ..span });
        trials.extend(folded.state.trials.into_iter().map(|t| (version, t)));
    }
    trials.retain(|(_, t)| t.in_force || watch.len() == 1);
    trials.sort_by_key(|(_, t)| (t.clock, t.event));
    let lines: Vec<RuleEvaluation> = trials
        .iter()
        .map(|(version, t)| {
            let kind = log.record(t.event).and_then(crate::log::Record::kind);
            let listens = kind.map(EventSelector::Kind).filter(|_| matches!(version, RuleRef::Rule(_)));
            RuleEvaluation {
                event_id: view.sees(ViewField::EventIds).then_some(t.event),
                kind: kind_name(kind),
                on: calendar::london_day(t.clock),
                in_force: t.in_force,
                fired: t.fired,
                failed: if t.fired { vec![] } else { failed(policy, *version, listens, t) },
            }
        })
        .collect();
    let first = watch.first().copied().unwrap_or(RuleRef::Rule(usize::MAX));
    Ok(WhyNot {
        rule: rule_line(policy, first),
        fired: lines.iter().any(|t| t.fired),
        listens_to: listens_to(policy, first),
        trials: lines,
    })
}

fn find(policy: &Policy, id: &str) -> Option<Vec<RuleRef>> {
    let rules = policy.rules.iter().enumerate().filter(|(_, r)| r.id == id).map(|(i, _)| RuleRef::Rule(i));
    let duties = policy.duties.iter().enumerate().filter(|(_, d)| d.id == id).map(|(i, _)| RuleRef::Duty(i));
    let found: Vec<RuleRef> = rules.chain(duties).collect();
    (!found.is_empty()).then_some(found)
}

fn condition(policy: &Policy, rule: RuleRef) -> Option<&Condition> {
    match rule {
        RuleRef::Rule(i) => policy.rules.get(i).map(|r| &r.when),
        RuleRef::Duty(i) => policy.duties.get(i).map(|d| &d.holds),
    }
}

fn listens_to(policy: &Policy, rule: RuleRef) -> Vec<String> {
    let RuleRef::Rule(i) = rule else { return vec![] };
    let on = policy.rules.get(i).map(|r| r.on.clone()).unwrap_or_default();
    on.into_iter()
        .map(|l| match l {
            EventSelector::Kind(k) => k.name().to_owned(),
            EventSelector::Derived(d) => d.name().to_owned(),
            EventSelector::Unrecognised => "unrecognised_record".to_owned(),
        })
        .collect()
}

/// The comparisons that fail in the alternative with the fewest.
fn failed(
    policy: &Policy,
    rule: RuleRef,
    listens: Option<EventSelector>,
    trial: &state::RuleEvaluation,
) -> Vec<FactLine> {
    let Some(condition) = condition(policy, rule) else { return vec![] };
    let day = calendar::london_day(trial.clock);
    let found = |a: &Atom| trial.facts.iter().find(|(f, _)| *f == a.fact).map_or(FactValue::Never, |(_, v)| *v);
    let fails = |clause: &Clause| -> Vec<Atom> {
        let parameter = |p| policy.value(p, day).and_then(|v| v.value);
        clause.0.iter().filter(|a| !a.test.passes(found(a), parameter)).cloned().collect()
    };
    let nearest = condition.clauses.iter().map(fails).min_by_key(Vec::len).unwrap_or_default();
    nearest
        .iter()
        .filter_map(|a| {
            let fact = policy.facts.get(a.fact)?;
            let domain = words::domain(fact, listens);
            Some(FactLine {
                fact: fact_text(fact, policy),
                meaning: fact.meaning(),
                value: words::value(&domain, found(a)),
                wanted: Some(words::wanted(policy, &domain, a)),
            })
        })
        .collect()
}
