//! Levels: what assessors recorded, what events indicate, and how an indicated level falls: only by people, reason by reason.
//!
//! For each cell the assessments are kept in the order in which they were made, and each reason remembers how many of them it has been
//! settled with. A new assessment is therefore one step for each reason, and a new reason one step for each assessment that could have
//! considered it. Only what arrives out of order settles a cell from the beginning.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::fold_event::FoldEvent;
use super::reason::Because;
use crate::event::Event;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{Group, Handling, Level, OversightDecision, Role, Setting, Tri};

/// A group in a setting; nine in all.
pub type Cell = (Group, Setting);

/// The cells of OASys: prisoners are at risk in custody only.
pub const CELLS: [Cell; 9] = [
    (Group::Children, Setting::Community),
    (Group::KnownAdult, Setting::Community),
    (Group::Public, Setting::Community),
    (Group::Staff, Setting::Community),
    (Group::Children, Setting::Custody),
    (Group::KnownAdult, Setting::Custody),
    (Group::Public, Setting::Custody),
    (Group::Staff, Setting::Custody),
    (Group::Prisoners, Setting::Custody),
];

/// What an assessor stated.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The assessment.
    pub id: Uuid,
    /// When it was made.
    pub occurred_at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Who made it.
    pub assessor: String,
    /// Whether it is signed. One that is not signed is a draft and counts for nothing; unknown counts as stated, but
    /// answers nothing.
    pub signed: Tri,
    /// The events it says it considers, sorted.
    pub considers: Vec<Uuid>,
    /// Its mark.
    pub handling: Handling,
    /// The levels, without those stated as unknown: that states nothing.
    pub levels: BTreeMap<Cell, Level>,
}

impl Statement {
    fn could_consider(&self, because: &Because) -> bool {
        self.recorded_at >= because.recorded_at
            && ((self.occurred_at >= because.recorded_at && self.recorded_at > because.recorded_at)
                || self.considers.binary_search(&because.event).is_ok())
    }

    fn recency(&self, cell: Cell) -> (Instant, Instant, Option<Level>, Uuid) {
        (self.occurred_at, self.recorded_at, self.levels.get(&cell).copied(), self.id)
    }
}

/// A manager's agreement with an assessment.
#[derive(Debug, Clone)]
struct Agreement {
    id: Uuid,
    by: String,
    occurred_at: Instant,
}

/// Why a level is indicated.
#[derive(Debug, Clone)]
pub struct LevelReason {
    /// Event and rule.
    pub because: Because,
    /// The level that the rule indicates.
    pub level: Level,
    /// The level that people have agreed it supports: the rule's, until an assessment below it was countersigned.
    pub accepted: Level,
    /// The assessment or countersignature that answers it, while it is answered.
    pub answered: Option<Uuid>,
    /// How many of the cell's assessments it is settled with.
    settled: usize,
    /// `accepted` and `answered` without the last of them.
    before_last: (Level, Option<Uuid>),
}

impl LevelReason {
    fn reset(&mut self) {
        (self.accepted, self.answered, self.settled) = (self.level, None, 0);
        self.before_last = (self.level, None);
    }
}

/// What is known of one cell.
#[derive(Debug, Clone)]
struct CellLevels {
    /// The places of the assessments that state its level, in the order in which they were made; of one instant the higher is later. The
    /// last is the one in force.
    made: Vec<usize>,
    /// When the latest recorded of them was recorded.
    last_recorded: Instant,
    reasons: Vec<LevelReason>,
    /// The highest level that an unanswered reason supports.
    indicated: Level,
}

impl Default for CellLevels {
    fn default() -> Self {
        Self { made: vec![], last_recorded: Instant::MIN_UTC, reasons: vec![], indicated: Level::Unknown }
    }
}

/// All levels of a case.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    statements: Vec<Statement>,
    /// The place of each assessment, by id.
    places: BTreeMap<Uuid, usize>,
    /// The agreements with each assessment, by its id.
    agreements: BTreeMap<Uuid, Vec<Agreement>>,
    /// When the latest agreement was given.
    last_agreed: Option<Instant>,
    cells: [CellLevels; CELLS.len()],
}

fn place(cell: Cell) -> Option<usize> {
    CELLS.iter().position(|c| *c == cell)
}

impl Levels {
    /// Takes in an assessment or a countersignature as a fact. What it answers is decided by [`Self::answer`].
    pub fn take(&mut self, h: &FoldEvent<'_>) {
        match h.event.as_deref() {
            Some(Event::RiskAssessed(e)) if e.signed != Tri::No => {
                let community = e.levels.0.iter().map(|(g, l)| {
                    let setting = if *g == Group::Prisoners { Setting::Custody } else { Setting::Community };
                    ((*g, setting), *l)
                });
                let custody =
                    e.custody_levels.iter().flat_map(|c| c.0.iter().map(|(g, l)| ((*g, Setting::Custody), *l)));
                let mut considers = e.considers.clone();
                considers.sort_unstable();
                self.state(Statement {
                    id: h.id,
                    occurred_at: h.occurred_at,
                    recorded_at: h.recorded_at,
                    assessor: e.assessor.as_str().to_owned(),
                    signed: e.signed,
                    considers,
                    handling: h.handling,
                    levels: community.chain(custody).filter(|(_, l)| *l != Level::Unknown).collect(),
                });
            }
            Some(Event::ManagementOversightRecorded(e))
                if e.decision == OversightDecision::Agrees && e.role == Some(Role::Manager) =>
            {
                for about in e.about.into_iter().chain(e.answers.iter().copied()) {
                    let agreement = Agreement { id: h.id, by: e.by.as_str().to_owned(), occurred_at: h.occurred_at };
                    self.agree(about, agreement);
                }
            }
            _ => {}
        }
    }

    /// Adds an assessment to the cells whose level it states.
    fn state(&mut self, statement: Statement) {
        let new = self.statements.len();
        self.places.insert(statement.id, new);
        self.statements.push(statement);
        let Some(statement) = self.statements.last() else { return };
        // An agreement counts only while the assessment was in force: one given later may no longer count.
        let ends_agreements = self.last_agreed.is_some_and(|at| at >= statement.occurred_at);
        for (cell, levels) in CELLS.iter().zip(&mut self.cells) {
            if !statement.levels.contains_key(cell) {
                continue;
            }
            let earlier = |place: &usize| {
                self.statements.get(*place).is_some_and(|s| s.recency(*cell) <= statement.recency(*cell))
            };
            let at = levels.made.partition_point(earlier);
            if at < levels.made.len() || ends_agreements {
                levels.reasons.iter_mut().for_each(LevelReason::reset);
            }
            levels.made.insert(at, new);
            levels.last_recorded = levels.last_recorded.max(statement.recorded_at);
        }
    }

    /// Adds an agreement with an assessment.
    fn agree(&mut self, about: Uuid, agreement: Agreement) {
        self.last_agreed = self.last_agreed.max(Some(agreement.occurred_at));
        self.agreements.entry(about).or_default().push(agreement);
        let Some(place) = self.places.get(&about) else { return };
        for levels in &mut self.cells {
            let from_end = levels.made.iter().rev().position(|made| made == place);
            let made = levels.made.len();
            for r in &mut levels.reasons {
                match from_end {
                    None => {}
                    Some(0) if r.settled == made => {
                        (r.accepted, r.answered) = r.before_last;
                        r.settled = made.saturating_sub(1);
                    }
                    Some(from_end) if r.settled.saturating_add(from_end) < made => {}
                    Some(_) => r.reset(),
                }
            }
        }
    }

    /// Lets what [`Self::take`] took in answer reasons.
    pub fn answer(&mut self, h: &FoldEvent<'_>) {
        if matches!(h.event.as_deref(), Some(Event::RiskAssessed(_) | Event::ManagementOversightRecorded(_))) {
            for place in 0..CELLS.len() {
                self.settle(place);
            }
        }
    }

    /// Adds a reason, and lets assessments already taken in answer it, if they could have considered it.
    pub fn open(&mut self, cell: Cell, level: Level, because: Because) {
        let Some((place, levels)) = place(cell).and_then(|place| Some((place, self.cells.get_mut(place)?))) else {
            return;
        };
        let mut reason =
            LevelReason { because, level, accepted: level, answered: None, settled: 0, before_last: (level, None) };
        if levels.last_recorded < reason.because.recorded_at {
            // None of the assessments could have considered it.
            reason.settled = levels.made.len();
        }
        levels.reasons.push(reason);
        self.settle(place);
    }

    /// Works out what the assessments of a cell leave of each reason, one after the other as they were made: so it does not
    /// matter which of them was learnt last.
    fn settle(&mut self, place: usize) {
        let (Some(cell), Some(levels)) = (CELLS.get(place), self.cells.get_mut(place)) else { return };
        let mut reasons = std::mem::take(&mut levels.reasons);
        let made = std::mem::take(&mut levels.made);
        let first = reasons.iter().map(|r| r.settled).min().unwrap_or(made.len());
        for (number, s) in
            made.iter().enumerate().skip(first).filter_map(|(n, at)| Some((n, self.statements.get(*at)?)))
        {
            let stated = s.levels.get(cell).copied().unwrap_or(Level::Unknown);
            let agreement = self.agreement(s, made.get(number..).unwrap_or_default());
            for r in reasons.iter_mut().filter(|r| r.settled == number) {
                r.settled = number.saturating_add(1);
                r.before_last = (r.accepted, r.answered);
                if !s.could_consider(&r.because) {
                    continue;
                }
                if stated >= r.accepted {
                    if s.signed == Tri::Yes {
                        r.answered = Some(s.id);
                    }
                } else if let Some(agreement) = agreement {
                    (r.accepted, r.answered) = (stated, Some(agreement));
                } else {
                    // A later, lower statement takes the answer back until another person agrees: two steps down are no loophole.
                    r.answered = None;
                }
            }
        }
        let indicated = reasons.iter().filter(|r| r.answered.is_none()).map(|r| r.accepted).max();
        if let Some(levels) = self.cells.get_mut(place) {
            (levels.made, levels.reasons) = (made, reasons);
            levels.indicated = indicated.unwrap_or(Level::Unknown);
        }
    }

    /// A manager's agreement with a signed assessment, given by another person while it was in force: until the next was made.
    /// `from` are the cell's assessments from this one on.
    fn agreement(&self, s: &Statement, from: &[usize]) -> Option<Uuid> {
        let given = self.agreements.get(&s.id).filter(|_| s.signed == Tri::Yes)?;
        let later = from.iter().filter_map(|place| self.statements.get(*place)).map(|later| later.occurred_at);
        let replaced = later.into_iter().find(|at| *at > s.occurred_at);
        let in_force = |at: Instant| at >= s.occurred_at && replaced.is_none_or(|replaced| at < replaced);
        let agreed = |a: &&Agreement| a.by != s.assessor && in_force(a.occurred_at);
        given.iter().filter(agreed).map(|a| a.id).min()
    }

    fn cell(&self, cell: Cell) -> Option<&CellLevels> {
        self.cells.get(place(cell)?)
    }

    /// The assessment in force for the cell: the latest made; of two at one instant, the higher.
    #[must_use]
    pub fn statement(&self, cell: Cell) -> Option<&Statement> {
        self.statements.get(*self.cell(cell)?.made.last()?)
    }

    /// The level recorded by the assessment in force.
    #[must_use]
    pub fn recorded(&self, group: Group, setting: Setting) -> Level {
        let cell = (group, setting);
        self.statement(cell).and_then(|s| s.levels.get(&cell)).copied().unwrap_or(Level::Unknown)
    }

    /// The groups whose level is on record: in the community, of prisoners in custody.
    #[must_use]
    pub fn groups_on_record(&self) -> Vec<Group> {
        let counts = |(group, setting): &Cell| *group == Group::Prisoners || *setting == Setting::Community;
        let on_record = CELLS.iter().zip(&self.cells).filter(|(cell, levels)| counts(cell) && !levels.made.is_empty());
        on_record.map(|((group, _), _)| *group).collect()
    }

    /// The least level that unanswered reasons support.
    #[must_use]
    pub fn indicated(&self, group: Group, setting: Setting) -> Level {
        self.cell((group, setting)).map_or(Level::Unknown, |levels| levels.indicated)
    }

    /// The unanswered reasons.
    pub fn unanswered(&self, cell: Cell) -> impl Iterator<Item = &LevelReason> {
        self.cell(cell).into_iter().flat_map(|levels| &levels.reasons).filter(|r| r.answered.is_none())
    }

    /// Every reason there was.
    pub fn reasons(&self) -> impl Iterator<Item = (Cell, &LevelReason)> {
        CELLS.iter().zip(&self.cells).flat_map(|(cell, levels)| levels.reasons.iter().map(|r| (*cell, r)))
    }

    /// The cells for which that assessment is in force, is signed, and states less than what it could have considered supports.
    #[must_use]
    pub fn stated_lower(&self, assessment: Uuid) -> Vec<Cell> {
        CELLS.into_iter().filter(|cell| self.states_lower(assessment, *cell)).collect()
    }

    /// Whether that assessment is one of [`Self::stated_lower`] for the cell.
    #[must_use]
    pub fn states_lower(&self, assessment: Uuid, cell: Cell) -> bool {
        self.statement(cell).is_some_and(|s| {
            s.id == assessment
                && s.signed == Tri::Yes
                && s.levels.get(&cell).is_some_and(|stated| {
                    self.unanswered(cell).any(|r| r.accepted > *stated && s.could_consider(&r.because))
                })
        })
    }

    /// Whether that person made that assessment.
    #[must_use]
    pub fn assessor_is(&self, assessment: Uuid, person: &str) -> bool {
        let made = self.places.get(&assessment).and_then(|place| self.statements.get(*place));
        made.is_some_and(|s| s.assessor == person)
    }
}
