//! The explanation of an outcome: the rules behind it, their sources, and the events.

use chrono::SecondsFormat;
use uuid::Uuid;

use super::{
    AnswerLine, EventLine, ExplainError, Explanation, FactLine, LimitLine, Outcome, ReasonLine, RuleLine, SCHEMA,
    Target, TimerLine, kind_name, parameter_line, sources, words,
};
use crate::assessment::{Opened, Question, action_id, assess_seen};
use crate::calendar;
use crate::cancel::Cancel;
use crate::event::Instant;
use crate::event::vocabulary::Handling;
use crate::fold::ledger::{How, Reason};
use crate::fold::reason::{Because, Deadline, RuleRef};
use crate::fold::run::Folded;
use crate::log::versions::epochs;
use crate::log::{Log, Record};
use crate::policy::fact::FactValue;
use crate::policy::fact_text::fact_text;
use crate::policy::model::{EventSelector, Policy, ViewField};
use crate::view::View;

/// Explains outcomes of the answer that [`assess`](crate::assess) gives to the same question.
///
/// # Errors
/// [`ExplainError`] if the policy does not define the audience, or does not let it see reasons.
///
/// # Examples
/// ```
/// use risk_core::terms::ActionKind;
/// use risk_core::{Audience, Log, Policy, Question, Target, explain};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let explanation = explain(&log, &policy, &question, Target::Action(ActionKind::ReviewRisk))?;
/// let reason = &explanation.outcomes[0].reasons[0];
/// assert_eq!(reason.event.kind, "police_call_out");
/// assert_eq!(reason.rule.id, "call-out");
/// assert_eq!(reason.rule.sources[0].quote.as_deref(), Some("within five days of a call-out"));
/// assert_eq!(reason.facts[0].fact, "event.children_present");
/// assert_eq!(reason.facts[0].value, "yes");
/// assert_eq!(reason.limit.as_ref().unwrap().due, "2018-03-12".parse().ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn explain(log: &Log, policy: &Policy, question: &Question, target: Target) -> Result<Explanation, ExplainError> {
    explained(log, policy, question, target, Cancel::NEVER)
}

/// [`explain()`](crate::explain()) that can be cancelled.
///
/// # Errors
/// As [`explain()`](crate::explain()), and if the work was cancelled or over budget.
///
/// # Examples
/// ```
/// use risk_core::{Audience, Cancel, ExplainError, Log, Policy, Question, Target, explain_until};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::ResponsibleOfficer);
/// let result = explain_until(&log, &policy, &question, Target::Everything, Cancel::when(&|| true));
/// assert!(matches!(result, Err(ExplainError::Cancelled(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn explain_until(
    log: &Log,
    policy: &Policy,
    question: &Question,
    target: Target,
    cancel: Cancel<'_>,
) -> Result<Explanation, ExplainError> {
    Ok(cancel.done(explained(log, policy, question, target, cancel)?)?)
}

fn explained(
    log: &Log,
    policy: &Policy,
    question: &Question,
    target: Target,
    cancel: Cancel<'_>,
) -> Result<Explanation, ExplainError> {
    let Opened { view, seen, span } = question.open(log, policy, cancel)?;
    if !view.sees(ViewField::Because) {
        return Err(ExplainError::NotForAudience(question.audience));
    }
    let (assessment, folded) = assess_seen(log, &seen, &view, question, span);
    let explainer =
        Explainer { log, records: &seen.records, known_at: span.known_at, policy, view: &view, folded: &folded };
    let mut outcomes = Vec::new();
    for action in &assessment.actions {
        if cancel.spend() {
            break;
        }
        let included = match target {
            Target::Everything => action.status.pending(),
            Target::Action(kind) => action.action == kind,
            Target::Instance(id) => action.id == id,
            Target::Group(_) => false,
        };
        if included {
            let mut instances = folded.state.ledger.instances().chain(&folded.withdrawn);
            let instance = instances.find(|i| action_id(log.case_id(), &folded.state.local, i) == action.id);
            let reasons = instance.map(|i| i.reasons.iter().map(|r| explainer.reason(r)).collect()).unwrap_or_default();
            outcomes.push(Outcome { action: Some(Box::new(action.clone())), group: None, reasons });
        }
    }
    for group in assessment.classification.iter().flat_map(|c| &c.groups) {
        let included = match target {
            Target::Everything => group.indicated.is_some(),
            Target::Group(g) => group.group == g,
            Target::Action(_) | Target::Instance(_) => false,
        };
        if included {
            let levels = folded.state.levels.unanswered((group.group, group.setting));
            let reasons = levels.map(|r| explainer.line(&r.because, None)).collect();
            outcomes.push(Outcome { action: None, group: Some(Box::new(group.clone())), reasons });
        }
    }
    Ok(Explanation {
        schema: SCHEMA,
        case_id: assessment.case_id,
        at: question.at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        lens: question.lens,
        audience: question.audience,
        receipt: assessment.receipt,
        outcomes,
    })
}

struct Explainer<'t, 'a, 'p> {
    log: &'t Log,
    records: &'t [&'a Record],
    known_at: Instant,
    policy: &'p Policy,
    view: &'t View<'p>,
    folded: &'t Folded<'a, 'p>,
}

impl Explainer<'_, '_, '_> {
    fn event_id(&self, id: Uuid) -> Option<Uuid> {
        self.view.sees(ViewField::EventIds).then_some(id)
    }

    /// The time of occurrence of a record, in the version in force.
    fn occurred_at(&self, record: &Record) -> Instant {
        let epochs = epochs(self.records.iter().copied(), self.known_at);
        let entries = epochs.last().into_iter().flat_map(|epoch| &epoch.entries);
        let corrected = entries.filter(|entry| entry.record.event_id == record.event_id).map(|entry| entry.occurred_at);
        corrected.last().unwrap_or(record.occurred_at)
    }

    fn reason(&self, r: &Reason) -> ReasonLine {
        let mut line = self.line(&r.because, Some(&r.deadline));
        line.answered = r.answer.as_ref().map(|a| AnswerLine {
            event_id: self.event_id(a.by),
            how: match a.how {
                How::Done => "done",
                How::DoneElsewhere => "done_elsewhere",
                How::NotNeeded => "not_needed",
                How::Superseded => "superseded",
            },
            on: calendar::london_day(a.at),
            named: a.naming == crate::fold::reason::Naming::Named,
        });
        line
    }

    fn line(&self, because: &Because, deadline: Option<&Deadline>) -> ReasonLine {
        let record = self.log.record(because.event);
        let kind = record.and_then(Record::kind);
        let handling: Handling = because.handling;
        let listens = match because.rule {
            RuleRef::Rule(_) => Some(because.fired_on),
            RuleRef::Duty(_) => None,
        };
        let timer = match because.fired_on {
            EventSelector::Derived(_) => {
                let (on, kind) = (calendar::london_day(because.came_about.0), because.fired_on.name());
                Some(TimerLine { kind, on })
            }
            EventSelector::Kind(_) | EventSelector::Unrecognised => None,
        };
        let (occurred_at, recorded_at) = match record.filter(|_| timer.is_some()) {
            Some(record) => (self.occurred_at(record), record.recorded_at),
            None => (because.occurred_at, because.recorded_at),
        };
        ReasonLine {
            event: EventLine {
                event_id: self.event_id(because.event),
                kind: kind_name(kind),
                occurred_on: calendar::london_day(occurred_at),
                recorded_on: calendar::london_day(recorded_at),
                handling: self.view.sees(ViewField::Handling).then_some(handling),
            },
            timer,
            rule: rule_line(self.policy, because.rule),
            facts: facts(self.policy, listens, &because.facts),
            limit: deadline.and_then(|d| self.limit(d, because)),
            answered: None,
        }
    }

    fn limit(&self, deadline: &Deadline, because: &Because) -> Option<LimitLine> {
        let of = |parameter: usize| {
            let p = self.folded.state.policy.parameters.get(parameter)?;
            let value = self.policy.value(parameter, calendar::london_day(because.clock));
            Some(parameter_line(self.policy, p, value))
        };
        match deadline {
            Deadline::None => None,
            Deadline::By { day, parameter: Some(p), .. } => of(*p).map(|line| LimitLine { due: Some(*day), ..line }),
            Deadline::By { day, basis, parameter: None } => Some(LimitLine {
                due: Some(*day),
                parameter: None,
                title: None,
                value: None,
                unit: None,
                basis: Some(*basis),
                sources: vec![],
                unknown: None,
            }),
            Deadline::Unknown { reason, parameter } => {
                of(*parameter).map(|line| LimitLine { unknown: Some(reason.clone()), ..line })
            }
        }
    }
}

/// The line of a rule or duty.
pub(super) fn rule_line(policy: &Policy, rule: RuleRef) -> RuleLine {
    let of =
        |id: &str, title: &str, basis, effective: crate::policy::model::Effective, covers: &[String], when: &str, s| {
            RuleLine {
                id: id.to_owned(),
                title: title.to_owned(),
                basis,
                from: effective.from,
                to: effective.to,
                covers: covers.to_vec(),
                condition: when.to_owned(),
                sources: sources(policy, s),
            }
        };
    match rule {
        RuleRef::Rule(i) => {
            policy.rules.get(i).map(|r| of(&r.id, &r.title, r.basis, r.effective, &r.covers, &r.when.text, &r.source))
        }
        RuleRef::Duty(i) => {
            policy.duties.get(i).map(|d| of(&d.id, &d.title, d.basis, d.effective, &d.covers, &d.holds.text, &d.source))
        }
    }
    .unwrap_or_else(|| RuleLine {
        id: String::new(),
        title: String::new(),
        basis: crate::policy::model::Basis::Assumed,
        from: policy.reviewed_through,
        to: None,
        covers: vec![],
        condition: String::new(),
        sources: vec![],
    })
}

/// The lines of facts, with the values found.
pub(super) fn facts(policy: &Policy, listens: Option<EventSelector>, found: &[(usize, FactValue)]) -> Vec<FactLine> {
    found
        .iter()
        .filter_map(|(place, value)| {
            let fact = policy.facts.get(*place)?;
            let domain = words::domain(fact, listens);
            Some(FactLine {
                fact: fact_text(fact, policy),
                meaning: fact.meaning(),
                value: words::value(&domain, *value),
                wanted: None,
            })
        })
        .collect()
}
