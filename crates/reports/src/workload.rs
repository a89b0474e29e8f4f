//! What a policy asks of the people who carry a caseload: how many new lines their agendas get, under one policy and another.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use risk_core::assessment::answer::Assessment;
use risk_core::calendar;
use risk_core::event::catalogue::Instant;
use risk_core::event::vocabulary::ActionKind;

/// New agenda lines over a caseload in the weeks before a moment. Nothing is divided here: each number of lines stands beside
/// what it is to be divided by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Workload {
    /// The day after which a line counts.
    pub after: NaiveDate,
    /// The last day on which it counts.
    pub through: NaiveDate,
    /// How many weeks that is.
    pub weeks: u32,
    /// By what the caseload is grouped.
    pub by: Option<String>,
    /// Cases of which nobody said who is responsible; they count as cases, and add no officer.
    pub without_officer: usize,
    /// The whole caseload.
    pub all: Load,
    /// Each group, by name.
    pub groups: Vec<Load>,
}

/// New agenda lines of a group of cases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Load {
    /// The group; `null` for the whole, and for cases of which nobody said.
    pub group: Option<String>,
    /// How many cases.
    pub cases: usize,
    /// How many responsible officers they have.
    pub responsible_officers: usize,
    /// Officers times weeks: what lines are divided by for lines per officer and week.
    pub officer_weeks: usize,
    /// New lines under the first policy.
    pub first: usize,
    /// New lines under the second.
    pub second: usize,
}

/// Whose case it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// The responsible officer.
    pub officer: Option<String>,
    /// The group that the case belongs to.
    pub group: Option<String>,
}

/// Counts case by case.
#[derive(Debug)]
pub struct Counting {
    through: NaiveDate,
    weeks: u32,
    by: Option<String>,
    without_officer: usize,
    groups: BTreeMap<Option<String>, (Load, BTreeSet<String>)>,
    officers: BTreeSet<String>,
}

impl Counting {
    /// Begins to count the lines of so many weeks up to a moment.
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
    pub fn add(&mut self, holder: &Holder, first: &Assessment, second: &Assessment) {
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

    /// What was counted.
    #[must_use]
    pub fn told(self) -> Workload {
        let weeks = usize::try_from(self.weeks).unwrap_or(usize::MAX);
        let with = |load: Load, officers: usize| Load {
            responsible_officers: officers,
            officer_weeks: officers.saturating_mul(weeks),
            ..load
        };
        let whole = self.groups.values().fold(Load::default(), |all, (load, _)| Load {
            cases: all.cases.saturating_add(load.cases),
            first: all.first.saturating_add(load.first),
            second: all.second.saturating_add(load.second),
            ..all
        });
        let (after, all) = (self.after(), with(whole, self.officers.len()));
        let group = |(group, (load, officers)): (Option<String>, (Load, BTreeSet<String>))| {
            with(Load { group, ..load }, officers.len())
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

/// The lines that an agenda got in those days: actions that are nobody's step, those of one kind that open on one day in one
/// line, whether or not they are done by now.
fn new_lines(answer: &Assessment, after: NaiveDate, through: NaiveDate) -> usize {
    let new = answer.actions.iter().filter(|a| a.part_of.is_none() && after < a.opened && a.opened <= through);
    new.map(|a| (a.action, a.opened)).collect::<BTreeSet<(ActionKind, NaiveDate)>>().len()
}
