//! Levels: what assessors decided, what events indicate, and how the second falls only by people, reason by reason.

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
    /// The events it says it considers.
    pub considers: Vec<Uuid>,
    /// Its mark.
    pub handling: Handling,
    /// The levels, without those stated as unknown: that states nothing.
    pub levels: BTreeMap<Cell, Level>,
}

impl Statement {
    fn could_consider(&self, because: &Because) -> bool {
        self.recorded_at >= because.recorded_at
            && (self.considers.contains(&because.event)
                || (self.occurred_at >= because.recorded_at && self.recorded_at > because.recorded_at))
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
    about: Uuid,
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
}

/// All levels of a case.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    statements: Vec<Statement>,
    /// The place of the assessment that stands for each cell.
    standing: [Option<usize>; CELLS.len()],
    agreements: Vec<Agreement>,
    reasons: BTreeMap<Cell, Vec<LevelReason>>,
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
                self.statements.push(Statement {
                    id: h.id,
                    occurred_at: h.occurred_at,
                    recorded_at: h.recorded_at,
                    assessor: e.assessor.as_str().to_owned(),
                    signed: e.signed,
                    considers: e.considers.clone(),
                    handling: h.handling,
                    levels: community.chain(custody).filter(|(_, l)| *l != Level::Unknown).collect(),
                });
                self.stand();
            }
            Some(Event::ManagementOversightRecorded(e))
                if e.decision == OversightDecision::Agrees && e.role == Some(Role::Manager) =>
            {
                let named = e.about.into_iter().chain(e.answers.iter().copied());
                self.agreements.extend(named.map(|about| Agreement {
                    id: h.id,
                    by: e.by.as_str().to_owned(),
                    about,
                    occurred_at: h.occurred_at,
                }));
            }
            _ => {}
        }
    }

    /// Lets what [`Self::take`] took in answer reasons.
    pub fn answer(&mut self, h: &FoldEvent<'_>) {
        if matches!(h.event.as_deref(), Some(Event::RiskAssessed(_) | Event::ManagementOversightRecorded(_))) {
            for cell in CELLS {
                self.settle(cell);
            }
        }
    }

    /// Adds a reason, and lets assessments already taken in answer it, if they could have considered it.
    pub fn open(&mut self, cell: Cell, level: Level, because: Because) {
        self.reasons.entry(cell).or_default().push(LevelReason { because, level, accepted: level, answered: None });
        self.settle(cell);
    }

    /// Works out what the assessments of a cell leave of each reason, one after the other as they were made: so it does not
    /// matter which of them was learnt last.
    fn settle(&mut self, cell: Cell) {
        let Some(mut reasons) = self.reasons.remove(&cell) else { return };
        let mut made: Vec<&Statement> = self.statements.iter().filter(|s| s.levels.contains_key(&cell)).collect();
        made.sort_by_key(|s| s.recency(cell));
        for r in &mut reasons {
            (r.accepted, r.answered) = (r.level, None);
            for s in made.iter().filter(|s| s.could_consider(&r.because)) {
                let stated = s.levels.get(&cell).copied().unwrap_or(Level::Unknown);
                if stated >= r.accepted {
                    if s.signed == Tri::Yes {
                        r.answered = Some(s.id);
                    }
                } else if let Some(agreement) = self.agreement(s, &made) {
                    (r.accepted, r.answered) = (stated, Some(agreement));
                } else {
                    // A later, lower statement takes the answer back until somebody else agrees: no two steps down alone.
                    r.answered = None;
                }
            }
        }
        self.reasons.insert(cell, reasons);
    }

    /// A manager's agreement with an assessment that is signed, given by somebody else while it stood.
    fn agreement(&self, s: &Statement, made: &[&Statement]) -> Option<Uuid> {
        let replaced = made.iter().map(|later| later.occurred_at).filter(|t| *t > s.occurred_at).min();
        let stood = |at: Instant| at >= s.occurred_at && replaced.is_none_or(|t| at < t);
        let agreed = |a: &&Agreement| a.about == s.id && a.by != s.assessor && stood(a.occurred_at);
        self.agreements.iter().filter(agreed).map(|a| a.id).min().filter(|_| s.signed == Tri::Yes)
    }

    /// Works out which assessment stands for each cell: the latest made; of two at one instant, the higher.
    fn stand(&mut self) {
        for (cell, standing) in CELLS.iter().zip(&mut self.standing) {
            let stated = self.statements.iter().enumerate().filter(|(_, s)| s.levels.contains_key(cell));
            *standing = stated.max_by_key(|(_, s)| s.recency(*cell)).map(|(place, _)| place);
        }
    }

    /// The assessment that stands for the cell.
    #[must_use]
    pub fn statement(&self, cell: Cell) -> Option<&Statement> {
        let (_, standing) = CELLS.iter().zip(&self.standing).find(|(c, _)| **c == cell)?;
        self.statements.get((*standing)?)
    }

    /// The level that stands recorded.
    #[must_use]
    pub fn recorded(&self, group: Group, setting: Setting) -> Level {
        let cell = (group, setting);
        self.statement(cell).and_then(|s| s.levels.get(&cell)).copied().unwrap_or(Level::Unknown)
    }

    /// The groups whose level is on record: in the community, of prisoners in custody.
    #[must_use]
    pub fn groups_on_record(&self) -> Vec<Group> {
        let counts = |(group, setting): &Cell| *group == Group::Prisoners || *setting == Setting::Community;
        let standing = CELLS.iter().zip(&self.standing).filter(|(cell, at)| counts(cell) && at.is_some());
        standing.map(|((group, _), _)| *group).collect()
    }

    /// The least level that unanswered reasons support.
    #[must_use]
    pub fn indicated(&self, group: Group, setting: Setting) -> Level {
        self.unanswered((group, setting)).map(|r| r.accepted).max().unwrap_or(Level::Unknown)
    }

    /// Reasons that nobody has answered.
    pub fn unanswered(&self, cell: Cell) -> impl Iterator<Item = &LevelReason> {
        self.reasons.get(&cell).into_iter().flatten().filter(|r| r.answered.is_none())
    }

    /// Every reason there was.
    pub fn reasons(&self) -> impl Iterator<Item = (Cell, &LevelReason)> {
        self.reasons.iter().flat_map(|(cell, list)| list.iter().map(|r| (*cell, r)))
    }

    /// The cells for which that assessment stands, is signed, and states less than what it could have considered supports.
    #[must_use]
    pub fn stated_lower(&self, assessment: Uuid) -> Vec<Cell> {
        CELLS
            .into_iter()
            .filter(|cell| {
                self.statement(*cell).is_some_and(|s| {
                    s.id == assessment
                        && s.signed == Tri::Yes
                        && s.levels.get(cell).is_some_and(|stated| {
                            self.unanswered(*cell).any(|r| r.accepted > *stated && s.could_consider(&r.because))
                        })
                })
            })
            .collect()
    }

    /// Whether that person made that assessment.
    #[must_use]
    pub fn assessor_is(&self, assessment: Uuid, person: &str) -> bool {
        self.statements.iter().any(|s| s.id == assessment && s.assessor == person)
    }
}
