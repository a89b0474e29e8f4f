//! The classification in the shape of the Assess Risks and Needs API (ARNS), with what the engine knows beside it.
//!
//! The members of ARNS hold recorded levels only. What is not recorded is in none of them: it is unknown, which is not
//! low, and is listed in `notAssessed`. A widget that reads the members of ARNS needs no change; the others are the engine's own.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use risk_core::assessment::Assessment;
use risk_core::assessment::answer::{BecauseLine, Caution, Classification, GroupLevel, GroupStatus, Status};
use risk_core::event::vocabulary::{ActionKind, Audience, Group, Handling, Level, Setting};
use risk_core::event::{Instant, Term};
use risk_core::policy::model::{Basis, Priority};
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// A level as ARNS writes it. Unknown has no word there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RoshLevel {
    /// Identifiable indicators of very high risk, imminent.
    VeryHigh,
    /// High.
    High,
    /// Medium.
    Medium,
    /// Low.
    Low,
}

impl RoshLevel {
    fn of(level: Level) -> Option<Self> {
        match level {
            Level::Unknown => None,
            Level::Low => Some(Self::Low),
            Level::Medium => Some(Self::Medium),
            Level::High => Some(Self::High),
            Level::VeryHigh => Some(Self::VeryHigh),
        }
    }
}

impl From<RoshLevel> for Level {
    fn from(level: RoshLevel) -> Self {
        match level {
            RoshLevel::Low => Self::Low,
            RoshLevel::Medium => Self::Medium,
            RoshLevel::High => Self::High,
            RoshLevel::VeryHigh => Self::VeryHigh,
        }
    }
}

/// A group as ARNS spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum RoshGroup {
    /// Children.
    Children,
    /// The public.
    Public,
    /// A known adult.
    #[serde(rename = "Known Adult")]
    KnownAdult,
    /// Staff.
    Staff,
    /// Prisoners, who are at risk in custody only.
    Prisoners,
}

impl From<Group> for RoshGroup {
    fn from(group: Group) -> Self {
        match group {
            Group::Children => Self::Children,
            Group::KnownAdult => Self::KnownAdult,
            Group::Public => Self::Public,
            Group::Staff => Self::Staff,
            Group::Prisoners => Self::Prisoners,
        }
    }
}

impl From<RoshGroup> for Group {
    fn from(group: RoshGroup) -> Self {
        match group {
            RoshGroup::Children => Self::Children,
            RoshGroup::KnownAdult => Self::KnownAdult,
            RoshGroup::Public => Self::Public,
            RoshGroup::Staff => Self::Staff,
            RoshGroup::Prisoners => Self::Prisoners,
        }
    }
}

/// The groups of one setting by their recorded level, the highest first.
pub type ByLevel = BTreeMap<RoshLevel, Vec<RoshGroup>>;

/// The classification in the shape of ARNS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rosh {
    /// ARNS: recorded levels in the community.
    pub risk_in_community: ByLevel,
    /// ARNS: recorded levels in custody. Empty for a person in the community without recorded levels in custody.
    pub risk_in_custody: ByLevel,
    /// ARNS: the highest recorded level of either setting. `null` where it is not known: nothing is recorded, or low while a
    /// group is not assessed, or this reader does not see every group.
    pub overall_risk_level: Option<RoshLevel>,
    /// ARNS: the latest day on which one of these levels was recorded, as its first moment, since the time of day is not kept.
    #[serde(serialize_with = "first_moment")]
    pub assessed_on: Option<NaiveDate>,
    /// The cells whose recorded level is the one overall.
    pub decided_by: Vec<Cell>,
    /// The cells that apply and have no recorded level. Cells in the community always apply; those in custody if the person is in it.
    pub not_assessed: Vec<Cell>,
    /// The groups whose levels this reader may not see.
    pub not_shown: Vec<RoshGroup>,
    /// Where the person is.
    pub setting: Setting,
    /// Each cell that counts, with what is indicated and its status.
    pub cells: Vec<CellRisk>,
    /// The review that is to be made; `null` where none is, or the reader does not see it.
    pub review: Option<Review>,
    /// The case.
    pub case_id: Uuid,
    /// The moment asked about.
    pub at: Instant,
    /// The group at risk.
    pub audience: Audience,
}

/// A group in a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Who may be harmed.
    pub group: RoshGroup,
    /// Where.
    pub setting: Setting,
}

/// The level of one group in one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CellRisk {
    /// Of which group, and where.
    #[serde(flatten)]
    pub cell: Cell,
    /// The level that an assessor recorded.
    pub recorded: Option<RoshLevel>,
    /// When.
    pub recorded_on: Option<NaiveDate>,
    /// What the events indicate, with the reasons: a proposal to people, published nowhere as the classification.
    pub indicated: Option<Indicated>,
    /// Its status.
    pub status: GroupStatus,
    /// The strictest mark of the reasons for which it is under review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set if the person must not be told of those reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
}

/// The least that the events support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Indicated {
    /// The level.
    pub level: RoshLevel,
    /// The strictest mark of its reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set if the person must not be told of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// Why.
    pub because: Vec<Reason>,
}

/// The review of the risk that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// Its status.
    pub status: Status,
    /// How soon it matters.
    pub priority: Priority,
    /// Since when it is asked for.
    pub opened: NaiveDate,
    /// The last day on which it is in time.
    pub due: Option<NaiveDate>,
    /// The strictest mark of its reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set if the person must not be told of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// Why.
    pub because: Vec<Reason>,
}

/// A reason: event and rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// The rule.
    pub rule: String,
    /// The event; `null` for a reader who sees no event ids.
    pub event_id: Option<Uuid>,
    /// What the rule rests on.
    pub basis: Basis,
    /// Whether the event is contested.
    pub disputed: bool,
}

/// The answer's classification in the shape of ARNS; `None` where its audience sees no levels.
#[must_use]
pub fn rosh(answer: &Assessment) -> Option<Rosh> {
    let levels = answer.classification.as_ref()?;
    let not_shown = not_shown(levels);
    let overall = RoshLevel::of(levels.overall.recorded).filter(|_| not_shown.is_empty());
    let cells: Vec<CellRisk> = levels.groups.iter().map(cell_risk).collect();
    let which = |holds: &dyn Fn(&CellRisk) -> bool| cells.iter().filter(|c| holds(c)).map(|c| c.cell).collect();
    Some(Rosh {
        risk_in_community: by_level(&cells, Setting::Community),
        risk_in_custody: by_level(&cells, Setting::Custody),
        overall_risk_level: overall,
        assessed_on: cells.iter().filter_map(|c| c.recorded_on).max(),
        decided_by: which(&|c| overall.is_some() && c.recorded == overall),
        not_assessed: which(&|c| c.recorded.is_none()),
        not_shown,
        setting: levels.overall.setting,
        review: review(answer),
        cells,
        case_id: answer.case_id,
        at: answer.at,
        audience: answer.audience,
    })
}

/// The groups of which the answer has no cell. Of prisoners it has one only where custody counts.
fn not_shown(levels: &Classification) -> Vec<RoshGroup> {
    let custody_counts = levels.overall.setting == Setting::Custody;
    let shown = |group: Group| levels.groups.iter().any(|g| g.group == group);
    let counts = |group: Group| group != Group::Prisoners || custody_counts;
    Group::all().iter().filter(|g| counts(**g) && !shown(**g)).map(|g| (*g).into()).collect()
}

fn by_level(cells: &[CellRisk], setting: Setting) -> ByLevel {
    let mut found = ByLevel::new();
    for cell in cells.iter().filter(|c| c.cell.setting == setting) {
        if let Some(level) = cell.recorded {
            found.entry(level).or_default().push(cell.cell.group);
        }
    }
    found
}

fn cell_risk(group: &GroupLevel) -> CellRisk {
    let recorded = group.recorded.as_ref().and_then(|r| Some((RoshLevel::of(r.level)?, r.on)));
    CellRisk {
        cell: Cell { group: group.group.into(), setting: group.setting },
        recorded: recorded.map(|(level, _)| level),
        recorded_on: recorded.map(|(_, on)| on),
        indicated: group.indicated.as_ref().and_then(|indicated| {
            Some(Indicated {
                level: RoshLevel::of(indicated.level)?,
                handling: indicated.handling,
                caution: indicated.caution,
                because: reasons(&indicated.because),
            })
        }),
        status: group.status,
        handling: group.handling,
        caution: group.caution,
    }
}

fn review(answer: &Assessment) -> Option<Review> {
    let pending = |kind, status: Status| kind == ActionKind::ReviewRisk && status.pending();
    answer.actions.iter().find(|a| pending(a.action, a.status)).map(|a| Review {
        status: a.status,
        priority: a.priority,
        opened: a.opened,
        due: a.due,
        handling: a.handling,
        caution: a.caution,
        because: reasons(&a.because),
    })
}

fn reasons(because: &[BecauseLine]) -> Vec<Reason> {
    let reason = |line: &BecauseLine| Reason {
        rule: line.rule.clone(),
        event_id: line.event_id,
        basis: line.basis,
        disputed: line.disputed,
    };
    because.iter().map(reason).collect()
}

#[allow(clippy::ref_option, reason = "serde's signature")]
fn first_moment<S: Serializer>(day: &Option<NaiveDate>, s: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => s.collect_str(&format_args!("{day}T00:00:00")),
        None => s.serialize_none(),
    }
}
