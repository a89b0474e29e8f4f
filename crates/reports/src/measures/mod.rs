//! Measures over a caseload: what was required and with what outcome, in tables like the inspection's, for any
//! grouping of cases.
//!
//! Nothing is divided here. Each number is listed with its denominator, and the six outcomes of an action add up to
//! how often it was required, so a table can be checked by addition.

mod suppression;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use risk_core::assessment::answer::{Action, Assessment, Status};
use risk_core::assessment::{Opened, Question, answer};
use risk_core::cancel::Cancel;
use risk_core::event::Event;
use risk_core::event::vocabulary::{ActionDecision, ActionKind};
use risk_core::log::Log;
use risk_core::policy::model::Policy;
use risk_core::view::NoView;

/// The group of a case: one value for each column by which the caseload is grouped; `None` if not given.
pub type Group = Vec<Option<String>>;

/// The measures of one action in one group. `None` means that the number was suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionMeasure {
    /// The group.
    pub group: Group,
    /// The action.
    pub action: ActionKind,
    /// The number of cases in the group.
    pub cases: Option<u64>,
    /// Cases in which it was required at least once.
    pub cases_required: Option<u64>,
    /// How often it was required, once for each subject; the sum of the next six numbers.
    pub required: Option<u64>,
    /// Done and not late, including actions without a time limit.
    pub done_in_time: Option<u64>,
    /// Done after the due date.
    pub done_late: Option<u64>,
    /// Not done and overdue.
    pub overdue: Option<u64>,
    /// Not done and not overdue: open, due soon or waiting.
    pub not_yet_due: Option<u64>,
    /// Not needed, as a person decided.
    pub not_needed: Option<u64>,
    /// Superseded or withdrawn.
    pub superseded: Option<u64>,
    /// The median number of days from opening to completion; also `None` if none was done.
    pub median_days: Option<i64>,
}

/// How people responded to a rule in one group. `None` means that the number was suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleMeasure {
    /// The group.
    pub group: Group,
    /// The rule or duty.
    pub rule: String,
    /// The number of cases in the group.
    pub cases: Option<u64>,
    /// The number of actions with this rule as a reason.
    pub required: Option<u64>,
    /// Of these, the number that a person decided were not needed.
    pub decided_against: Option<u64>,
    /// Of these, the number with a disputed event.
    pub event_disputed: Option<u64>,
    /// How often the rule itself was disputed (`rule_disputed`).
    pub rule_disputed: Option<u64>,
}

/// The measures of a caseload under one lens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measures {
    /// By group and action. An action required in any group is listed in every group.
    pub actions: Vec<ActionMeasure>,
    /// By group and rule. A rule that occurs in any group is listed in every group.
    pub rules: Vec<RuleMeasure>,
}

/// Builds measures case by case. Builders for parts of a caseload can be merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeasuresBuilder(BTreeMap<Group, GroupCounts>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct GroupCounts {
    cases: u64,
    actions: BTreeMap<ActionKind, Outcomes>,
    rules: BTreeMap<String, RuleResponses>,
}

/// The outcomes of one action.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Outcomes {
    cases: u64,
    done_in_time: u64,
    done_late: u64,
    overdue: u64,
    not_yet_due: u64,
    not_needed: u64,
    superseded: u64,
    /// The number of completed actions by duration in days.
    days: BTreeMap<i64, u64>,
}

/// The responses to one rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct RuleResponses {
    required: u64,
    decided_against: u64,
    event_disputed: u64,
    rule_disputed: u64,
}

/// The rules disputed in a case, as far as the reader may see them; one entry for each dispute.
///
/// # Errors
/// [`NoView`] if the policy does not define the audience.
pub fn disputed_rules(log: &Log, policy: &Policy, question: &Question) -> Result<Vec<String>, NoView> {
    let Opened { seen, span, .. } = question.open(log, policy, Cancel::NEVER)?;
    let disputed = seen.records.iter().filter(|r| r.recorded_at <= span.known_at).filter_map(|r| match r.event() {
        Some(Event::RuleDisputed(disputed)) => Some(disputed.rule.to_string()),
        _ => None,
    });
    Ok(disputed.collect())
}

impl MeasuresBuilder {
    /// Counts one case: its answer and the rules disputed in it.
    pub fn add(&mut self, group: &[Option<String>], answer: &Assessment, disputed: &[String]) {
        if !self.0.contains_key(group) {
            self.0.insert(group.to_vec(), GroupCounts::default());
        }
        if let Some(counted) = self.0.get_mut(group) {
            counted.add(&answer.actions, disputed);
        }
    }

    /// Adds the counts of another builder.
    pub fn merge(&mut self, other: Self) {
        for (group, counted) in other.0 {
            self.0.entry(group).or_default().merge(counted);
        }
    }

    /// Returns the measures. With `suppress_below`, numbers from 1 to one less than that are omitted, and so are
    /// numbers that would reveal them by addition or subtraction within the table, or together with the same table
    /// without groups.
    #[must_use]
    pub fn finish(&self, suppress_below: Option<u64>) -> Measures {
        Measures { actions: self.actions(suppress_below), rules: self.rules(suppress_below) }
    }

    fn actions(&self, suppress_below: Option<u64>) -> Vec<ActionMeasure> {
        let mut measures = Vec::new();
        for (action, rows) in self.by(|counted| &counted.actions) {
            let mut cells: Vec<_> = rows
                .iter()
                .map(|(_, cases, o)| [*cases, o.cases, o.required()].into_iter().chain(o.parts()))
                .map(suppression::row)
                .collect();
            suppression::suppress(&mut cells, suppress_below, 2);
            for ((group, _, outcomes), cells) in rows.into_iter().zip(cells) {
                let mut cells = cells.into_iter();
                let mut next = || cells.next().flatten();
                let mut measure = ActionMeasure {
                    group: group.clone(),
                    action,
                    cases: next(),
                    cases_required: next(),
                    required: next(),
                    done_in_time: next(),
                    done_late: next(),
                    overdue: next(),
                    not_yet_due: next(),
                    not_needed: next(),
                    superseded: next(),
                    median_days: None,
                };
                let shown = measure.done_in_time.is_some() && measure.done_late.is_some();
                measure.median_days = outcomes.median_days(suppress_below).filter(|_| shown);
                measures.push(measure);
            }
        }
        measures.sort_by(|a, b| (&a.group, a.action).cmp(&(&b.group, b.action)));
        measures
    }

    fn rules(&self, suppress_below: Option<u64>) -> Vec<RuleMeasure> {
        let mut measures = Vec::new();
        for (rule, rows) in self.by(|counted| &counted.rules) {
            let mut cells: Vec<_> = rows
                .iter()
                .map(|(_, cases, t)| [*cases, t.required, t.decided_against, t.event_disputed, t.rule_disputed])
                .map(suppression::row)
                .collect();
            suppression::suppress(&mut cells, suppress_below, usize::MAX);
            for ((group, ..), cells) in rows.into_iter().zip(cells) {
                let mut cells = cells.into_iter();
                let mut next = || cells.next().flatten();
                measures.push(RuleMeasure {
                    group: group.clone(),
                    rule: rule.clone(),
                    cases: next(),
                    required: next(),
                    decided_against: next(),
                    event_disputed: next(),
                    rule_disputed: next(),
                });
            }
        }
        measures.sort_by(|a, b| (&a.group, &a.rule).cmp(&(&b.group, &b.rule)));
        measures
    }

    /// The counts under each key, with a row for every group.
    fn by<K: Ord + Clone, V: Default + Clone>(
        &self,
        of: impl Fn(&GroupCounts) -> &BTreeMap<K, V>,
    ) -> BTreeMap<K, Vec<(&Group, u64, V)>> {
        let keys = self.0.values().flat_map(|counted| of(counted).keys().cloned());
        let rows = |key: &K| {
            let row = |(group, counted): (_, &GroupCounts)| {
                (group, counted.cases, of(counted).get(key).cloned().unwrap_or_default())
            };
            self.0.iter().map(row).collect()
        };
        let keys: BTreeSet<K> = keys.collect();
        keys.into_iter().map(|key| (key.clone(), rows(&key))).collect()
    }
}

impl GroupCounts {
    fn add(&mut self, actions: &[Action], disputed: &[String]) {
        more(&mut self.cases);
        for action in actions.iter().map(|line| line.action).collect::<BTreeSet<_>>() {
            more(&mut self.actions.entry(action).or_default().cases);
        }
        for line in actions {
            self.actions.entry(line.action).or_default().add(line);
            for rule in line.because.iter().map(|because| because.rule.as_str()).collect::<BTreeSet<_>>() {
                self.rule(rule).add(rule, line);
            }
        }
        for rule in disputed {
            more(&mut self.rule(rule).rule_disputed);
        }
    }

    fn rule(&mut self, rule: &str) -> &mut RuleResponses {
        self.rules.entry(rule.to_owned()).or_default()
    }

    fn merge(&mut self, other: Self) {
        sum(&mut self.cases, other.cases);
        for (action, outcomes) in other.actions {
            self.actions.entry(action).or_default().merge(outcomes);
        }
        for (rule, takings) in other.rules {
            self.rules.entry(rule).or_default().merge(&takings);
        }
    }
}

impl Outcomes {
    fn add(&mut self, line: &Action) {
        more(match line.status {
            Status::Done => &mut self.done_in_time,
            Status::DoneLate => &mut self.done_late,
            Status::NotNeeded => &mut self.not_needed,
            Status::Superseded => &mut self.superseded,
            Status::Overdue => &mut self.overdue,
            Status::Open | Status::DueSoon | Status::Waiting => &mut self.not_yet_due,
        });
        let done = matches!(line.status, Status::Done | Status::DoneLate);
        if let Some(closed) = line.closed.filter(|_| done) {
            more(self.days.entry(closed.signed_duration_since(line.opened).num_days()).or_default());
        }
    }

    fn merge(&mut self, other: Self) {
        sum(&mut self.cases, other.cases);
        sum(&mut self.done_in_time, other.done_in_time);
        sum(&mut self.done_late, other.done_late);
        sum(&mut self.overdue, other.overdue);
        sum(&mut self.not_yet_due, other.not_yet_due);
        sum(&mut self.not_needed, other.not_needed);
        sum(&mut self.superseded, other.superseded);
        for (days, count) in other.days {
            sum(self.days.entry(days).or_default(), count);
        }
    }

    fn parts(&self) -> [u64; 6] {
        [self.done_in_time, self.done_late, self.overdue, self.not_yet_due, self.not_needed, self.superseded]
    }

    fn required(&self) -> u64 {
        self.parts().into_iter().fold(0, u64::saturating_add)
    }

    /// The smallest number of days within which half of the completed actions were done; `None` if there are fewer
    /// than `at_least`.
    fn median_days(&self, at_least: Option<u64>) -> Option<i64> {
        let done = self.days.values().copied().fold(0, u64::saturating_add);
        if done < at_least.unwrap_or(1) {
            return None;
        }
        let mut within = 0_u64;
        self.days
            .iter()
            .find(|(_, count)| {
                within = within.saturating_add(**count);
                within >= done.div_ceil(2)
            })
            .map(|(days, _)| *days)
    }
}

impl RuleResponses {
    fn add(&mut self, rule: &str, line: &Action) {
        more(&mut self.required);
        let against = |decided: &answer::Decided| decided.accepted && decided.decision == ActionDecision::NotNeeded;
        if line.status == Status::NotNeeded && line.decided.as_ref().is_some_and(against) {
            more(&mut self.decided_against);
        }
        if line.because.iter().any(|because| because.rule == rule && because.disputed) {
            more(&mut self.event_disputed);
        }
    }

    fn merge(&mut self, other: &Self) {
        sum(&mut self.required, other.required);
        sum(&mut self.decided_against, other.decided_against);
        sum(&mut self.event_disputed, other.event_disputed);
        sum(&mut self.rule_disputed, other.rule_disputed);
    }
}

fn more(count: &mut u64) {
    sum(count, 1);
}

fn sum(count: &mut u64, by: u64) {
    *count = count.saturating_add(by);
}
