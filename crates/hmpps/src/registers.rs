//! What the registers of nDelius should say beside what they do: changes that are proposed to a person, with their reasons.
//!
//! Nothing is changed in nDelius from here. A level is only ever one that an assessor recorded, never one that is indicated; and a
//! registration is proposed for removal only where a rule says that the flag should not be set.

use chrono::{Months, NaiveDate};
use risk_core::assessment::Assessment;
use risk_core::assessment::answer::{Action, BecauseLine, Caution, Classification, Flag, FlagState};
use risk_core::event::vocabulary::{ActionKind, Audience, Group, Handling, Level, Register, Setting, Term};
use serde::Serialize;

use crate::codes::{Codes, RegisterType};

/// What is proposed for a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Register it.
    Add,
    /// Its level differs from the recorded one: change it to that one.
    ChangeLevel,
    /// Look whether it still holds.
    Review,
    /// De-register it.
    Remove,
}

/// A change of a register that is proposed to a person: one object of the JSON that `risk hmpps reconcile` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// What to do.
    #[serde(rename = "do")]
    pub change: Change,
    /// The register, as the engine knows it.
    pub register: Register,
    /// The code of the register type in nDelius; `null` where the tables name none, or it depends on a level that is not known.
    pub code: Option<String>,
    /// What nDelius calls it; without a code, the engine's word.
    pub description: String,
    /// The recorded level that it is to state; of a removal, or a review that is pending, its present level; of a group
    /// that is to be looked at because it is recorded as low, that. Left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The code of that level, for types that do not state it themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level_code: Option<String>,
    /// The level that assessors recorded, for a register that shows it. Absent if none is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Level>,
    /// When it is next to be reviewed: the day asked about and the type's months; `null` for a removal and for types without
    /// a review.
    pub next_review_date: Option<NaiveDate>,
    /// The strictest mark of its reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Set if the person must not be told of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
    /// Why: the reasons of the flag, or of the action that asks for its review.
    pub because: Vec<BecauseLine>,
}

/// The answer is for an audience that does not see what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {}, found {audience}", Self::EXPECTED)]
pub struct NotShown {
    /// The audience of the answer.
    pub audience: Audience,
}

impl NotShown {
    /// The audience whose answer it takes.
    pub const EXPECTED: &str = "an audience that sees flags, what actions are about, and the levels of every group";
}

/// The changes that would bring the registers into line with the answer, by register; none where they agree.
///
/// `on` is the day on which they would be made, and from which reviews are counted.
///
/// - A flag that should be set and is not: add it. Risk of serious harm by the level recorded overall, risk to children and
///   risk to a known adult with the higher recorded level of that group's settings. Where that level is not known there is no
///   code, and nothing is proposed; a group at low is not registered.
/// - A flag that is set and should not be: remove it.
/// - A flag that is set below the recorded level, or at no level: for risk of serious harm, whose level is the type, add the one
///   and remove the other; for a group, change the level.
/// - A flag that is set above the recorded level: review it, at its present level. A lower one is never proposed: who set
///   it may have known what is not here.
/// - A flag whose review is pending: review it, unless its removal is proposed.
/// - Of a person who is recorded as having died only the removal of flags that should not be set is proposed.
///
/// # Errors
/// [`NotShown`] where the answer does not show every group's level, or what a pending review is about: none would then not mean
/// that the registers are right. An answer does not show whether it may contain flags at all; the policy says which audiences see them.
pub fn reconcile(answer: &Assessment, codes: &Codes, on: NaiveDate) -> Result<Vec<Proposal>, NotShown> {
    let is_about_nothing = |a: &Action| a.action == ActionKind::ReviewFlag && a.status.pending() && a.about.is_empty();
    let levels = answer.classification.as_ref().filter(|levels| shows_all(levels));
    let levels = levels.filter(|_| !answer.actions.iter().any(is_about_nothing));
    let asked = Reconciling { answer, levels: levels.ok_or(NotShown { audience: answer.audience })?, codes, on };
    // The dead are not registered; a flag that a rule takes off may go.
    let has_died = answer.died.is_some();
    let flags = answer.flags.iter().filter(|flag| !has_died || flag.should_be == FlagState::Unset);
    let mut found: Vec<Proposal> = flags.flat_map(|flag| asked.flag(flag)).collect();
    for (register, action) in asked.reviews().filter(|_| !has_died) {
        asked.review(&mut found, register, action);
    }
    found.sort_by_key(|p| (p.register, p.change));
    Ok(found)
}

/// What the level of a registration is to be.
#[derive(Clone, Copy)]
enum Shows {
    /// The register has no level that an assessment records.
    Nothing,
    /// The level is not recorded.
    Unknown,
    /// The level is the type.
    AsType(Level),
    /// The level of a group.
    AsLevel(Level),
}

struct Reconciling<'a> {
    answer: &'a Assessment,
    levels: &'a Classification,
    codes: &'a Codes,
    on: NaiveDate,
}

impl Reconciling<'_> {
    fn flag(&self, flag: &Flag) -> Vec<Proposal> {
        let propose = |change, level| self.proposal(change, flag.register, level, Why::flag(flag));
        let is_set = flag.is == FlagState::Set;
        match self.shows(flag.register) {
            _ if flag.should_be == FlagState::Unset && is_set => vec![propose(Change::Remove, flag.level)],
            _ if flag.should_be == FlagState::Unset => vec![],
            Shows::Nothing if is_set => vec![],
            Shows::Nothing => vec![propose(Change::Add, None)],
            Shows::Unknown => vec![],
            Shows::AsType(level) | Shows::AsLevel(level) if is_set && flag.level == Some(level) => vec![],
            // It may have been set after that assessment, for reasons that are not on record here.
            Shows::AsType(level) | Shows::AsLevel(level) if is_set && flag.level > Some(level) => {
                vec![propose(Change::Review, flag.level)]
            }
            Shows::AsType(level) => {
                let other = flag.level.filter(|_| is_set).map(|other| propose(Change::Remove, Some(other)));
                [propose(Change::Add, Some(level))].into_iter().chain(other).collect()
            }
            Shows::AsLevel(Level::Low) if is_set => vec![propose(Change::Review, Some(Level::Low))],
            Shows::AsLevel(Level::Low) => vec![],
            Shows::AsLevel(level) if is_set => vec![propose(Change::ChangeLevel, Some(level))],
            Shows::AsLevel(level) => vec![propose(Change::Add, Some(level))],
        }
    }

    fn shows(&self, register: Register) -> Shows {
        let known = |level: Level, shows: fn(Level) -> Shows| match level {
            Level::Unknown => Shows::Unknown,
            level => shows(level),
        };
        match register {
            Register::RiskOfSeriousHarm => known(self.levels.overall.recorded, Shows::AsType),
            Register::RiskToChildren => known(of_group(self.levels, Group::Children), Shows::AsLevel),
            Register::RiskToKnownAdult => known(of_group(self.levels, Group::KnownAdult), Shows::AsLevel),
            _ => Shows::Nothing,
        }
    }

    /// The reviews that are pending, by the register that they are about.
    fn reviews(&self) -> impl Iterator<Item = (Register, &Action)> {
        let pending = self.answer.actions.iter().filter(|a| a.action == ActionKind::ReviewFlag && a.status.pending());
        pending.flat_map(|a| a.about.iter().filter_map(move |subject| Some((Register::parse(subject)?, a))))
    }

    /// Adds what a pending review asks for, to a review that is proposed already or beside what else is.
    fn review(&self, found: &mut Vec<Proposal>, register: Register, action: &Action) {
        let mut of_register = found.iter_mut().filter(|p| p.register == register);
        if let Some(reported) = of_register.find(|p| matches!(p.change, Change::Review | Change::Remove)) {
            if reported.change == Change::Review {
                reported.because.extend(
                    action.because.iter().filter(|line| !reported.because.contains(line)).cloned().collect::<Vec<_>>(),
                );
                reported.handling = reported.handling.max(action.handling);
                reported.caution = reported.caution.or(action.caution);
            }
            return;
        }
        let level = self.answer.flags.iter().find(|f| f.register == register).and_then(|f| f.level);
        found.push(self.proposal(Change::Review, register, level, Why::action(action)));
    }

    fn proposal(&self, change: Change, register: Register, level: Option<Level>, why: Why<'_>) -> Proposal {
        let of_type = self.type_of(register, level);
        let is_type_of_level = of_type.is_some_and(|t| t.level.is_some());
        let level_code = level.filter(|_| !is_type_of_level && of_type.is_some()).and_then(|l| self.level_code(l));
        let months = of_type.map_or(0, |t| t.review_months);
        let is_reviewed = change != Change::Remove && months > 0;
        Proposal {
            change,
            register,
            code: of_type.map(|t| t.code.clone()),
            description: of_type.map_or_else(|| register.name().replace('_', " "), |t| t.description.clone()),
            level,
            level_code,
            recorded: match self.shows(register) {
                Shows::AsType(level) | Shows::AsLevel(level) => Some(level),
                Shows::Nothing | Shows::Unknown => None,
            },
            next_review_date: self.on.checked_add_months(Months::new(months)).filter(|_| is_reviewed),
            handling: why.handling,
            caution: why.caution,
            because: why.because.to_vec(),
        }
    }

    /// The type of a register: the one that states the level, where the level is the type.
    fn type_of(&self, register: Register, level: Option<Level>) -> Option<&RegisterType> {
        self.codes.registers().find(|t| t.flag == Some(register) && (t.level.is_none() || t.level == level))
    }

    fn level_code(&self, level: Level) -> Option<String> {
        self.codes.levels().find(|d| d.level == Some(level)).map(|d| d.code.clone())
    }
}

/// The reasons of a flag or an action, with what they must not be told to.
struct Why<'a> {
    handling: Option<Handling>,
    caution: Option<Caution>,
    because: &'a [BecauseLine],
}

impl<'a> Why<'a> {
    fn flag(flag: &'a Flag) -> Self {
        Self { handling: flag.handling, caution: flag.caution, because: &flag.because }
    }

    fn action(action: &'a Action) -> Self {
        Self { handling: action.handling, caution: action.caution, because: &action.because }
    }
}

/// Whether every group that counts is there: the highest level may be that of one that is not.
fn shows_all(levels: &Classification) -> bool {
    let shows = |group: Group| levels.groups.iter().any(|g| g.group == group);
    let in_custody = levels.overall.setting == Setting::Custody;
    Group::all().iter().all(|group| shows(*group) || (*group == Group::Prisoners && !in_custody))
}

/// The higher of the recorded levels of a group's settings: one registration covers both.
fn of_group(levels: &Classification, group: Group) -> Level {
    let cells = levels.groups.iter().filter(|g| g.group == group);
    cells.filter_map(|g| g.recorded.as_ref()).map(|r| r.level).max().unwrap_or(Level::Unknown)
}
