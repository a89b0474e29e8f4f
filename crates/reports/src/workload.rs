//! The workload that a policy creates: how many new agenda lines officers get under each of two policies.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use risk_core::assessment::answer::Assessment;
use risk_core::calendar;
use risk_core::event::catalogue::Instant;
use risk_core::event::vocabulary::ActionKind;

/// New agenda lines over a caseload in the weeks before a moment. Nothing is divided here: each number of lines is
/// listed with its denominator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Workload {
    /// The day before the period.
    pub after: NaiveDate,
    /// The last day of the period.
    pub through: NaiveDate,
    /// The length of the period in weeks.
    pub weeks: u32,
    /// The name of the grouping, if any.
    pub by: Option<String>,
    /// The number of cases without a named officer; they count as cases but add no officer.
    pub without_officer: usize,
    /// The whole caseload.
    pub all: GroupWorkload,
    /// The groups, by name.
    pub groups: Vec<GroupWorkload>,
}

/// New agenda lines in a group of cases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GroupWorkload {
    /// The group; `null` for the whole caseload, and for cases without a group.
    pub group: Option<String>,
    /// The number of cases.
    pub cases: usize,
    /// The number of responsible officers.
    pub responsible_officers: usize,
    /// Officers times weeks: the denominator for lines per officer and week.
    pub officer_weeks: usize,
    /// The number of new lines under the first policy.
    pub first: usize,
    /// The number of new lines under the second policy.
    pub second: usize,
}

/// The officer and group of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assignment {
    /// The responsible officer.
    pub officer: Option<String>,
    /// The group of the case.
    pub group: Option<String>,
}

/// Builds a workload report case by case.
#[derive(Debug)]
pub struct WorkloadBuilder {
    through: NaiveDate,
    weeks: u32,
    by: Option<String>,
    without_officer: usize,
    groups: BTreeMap<Option<String>, (GroupWorkload, BTreeSet<String>)>,
    officers: BTreeSet<String>,
}

impl WorkloadBuilder {
    /// Starts a report on the weeks up to a moment.
    #[must_use]
    pub fn new(at: Instant, weeks: u32, by: Option<String>) -> Self {
        let through = calendar::london_day(at);
        let (groups, officers) = (BTreeMap::new(), BTreeSet::new());
        Self { through, weeks, by, without_officer: 0, groups, officers }
    }

    fn after(&self) -> NaiveDate {
        let back = chrono::Days::new(u64::from(self.weeks).saturating_mul(7));
        self.through.checked_sub_days(back).unwrap_or(NaiveDate::MIN)
    }

    /// Counts one case.
    pub fn add(&mut self, holder: &Assignment, first: &Assessment, second: &Assessment) {
        let (after, through) = (self.after(), self.through);
        let (load, officers) = self.groups.entry(holder.group.clone()).or_default();
        load.cases = load.cases.saturating_add(1);
        load.first = load.first.saturating_add(new_lines(first, after, through));
        load.second = load.second.saturating_add(new_lines(second, after, through));
        match &holder.officer {
            Some(officer) => {
                officers.insert(officer.clone());
                self.officers.insert(officer.clone());
            }
            None => self.without_officer = self.without_officer.saturating_add(1),
        }
    }

    /// Returns the report.
    #[must_use]
    pub fn finish(self) -> Workload {
        let weeks = usize::try_from(self.weeks).unwrap_or(usize::MAX);
        let with = |load: GroupWorkload, officers: usize| GroupWorkload {
            responsible_officers: officers,
            officer_weeks: officers.saturating_mul(weeks),
            ..load
        };
        let whole = self.groups.values().fold(GroupWorkload::default(), |all, (load, _)| GroupWorkload {
            cases: all.cases.saturating_add(load.cases),
            first: all.first.saturating_add(load.first),
            second: all.second.saturating_add(load.second),
            ..all
        });
        let (after, all) = (self.after(), with(whole, self.officers.len()));
        let group = |(group, (load, officers)): (Option<String>, (GroupWorkload, BTreeSet<String>))| {
            with(GroupWorkload { group, ..load }, officers.len())
        };
        let groups = if self.by.is_some() { self.groups.into_iter().map(group).collect() } else { vec![] };
        Workload {
            after,
            through: self.through,
            weeks: self.weeks,
            by: self.by,
            without_officer: self.without_officer,
            all,
            groups,
        }
    }
}

/// The number of new agenda lines in the period: actions that are not steps of another one, where actions of one kind
/// that open on the same day share a line, whether or not they are done by now.
fn new_lines(answer: &Assessment, after: NaiveDate, through: NaiveDate) -> usize {
    let new = answer.actions.iter().filter(|a| a.part_of.is_none() && after < a.opened && a.opened <= through);
    new.map(|a| (a.action, a.opened)).collect::<BTreeSet<(ActionKind, NaiveDate)>>().len()
}
