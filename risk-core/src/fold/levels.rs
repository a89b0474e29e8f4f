//! Levels: what assessors decided, what events indicate, and how the second falls only by people, reason by reason.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::happening::Happening;
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
    pub fn take(&mut self, h: &Happening<'_>) {
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
                if e.decision == OversightDecision::Agrees && e.role.is_none_or(|r| r == Role::Manager) =>
            {
                let named = e.about.into_iter().chain(e.answers.iter().copied());
                self.agreements.extend(named.map(|about| Agreement { id: h.id, by: e.by.as_str().to_owned(), about }));
            }
            _ => {}
        }
    }

    /// Lets what [`Self::take`] took in answer reasons.
    pub fn answer(&mut self, h: &Happening<'_>) {
        match h.event.as_deref() {
            Some(Event::RiskAssessed(_)) => {
                if let Some(s) = self.statements.iter().find(|s| s.id == h.id).cloned() {
                    self.answer_by(&s, None);
                }
            }
            Some(Event::ManagementOversightRecorded(_)) => {
                let about: Vec<Uuid> = self.agreements.iter().filter(|a| a.id == h.id).map(|a| a.about).collect();
                let agreed: Vec<Statement> =
                    self.statements.iter().filter(|s| about.contains(&s.id)).cloned().collect();
                for s in &agreed {
                    self.agree_with(s);
                }
            }
            _ => {}
        }
    }

    /// Adds a reason, and lets assessments already taken in answer it, if they could have considered it.
    pub fn open(&mut self, cell: Cell, level: Level, because: Because) {
        let event = because.event;
        self.reasons.entry(cell).or_default().push(LevelReason { because, level, accepted: level, answered: None });
        let mut naming: Vec<Statement> =
            self.statements.iter().filter(|s| s.levels.contains_key(&cell)).cloned().collect();
        naming.sort_by_key(|s| s.recency(cell));
        for s in &naming {
            self.answer_by(s, Some(event));
        }
    }

    fn answer_by(&mut self, s: &Statement, only: Option<Uuid>) {
        for (cell, stated) in &s.levels {
            let current = self.statement(*cell).is_some_and(|c| c.id == s.id);
            let reasons = self.reasons.entry(*cell).or_default().iter_mut();
            for r in reasons.filter(|r| only.is_none_or(|e| r.because.event == e) && s.could_consider(&r.because)) {
                if *stated >= r.accepted {
                    if s.signed == Tri::Yes {
                        r.answered = Some(s.id);
                    }
                } else if current {
                    // A later, lower statement takes the answer back until somebody else agrees: no two steps down alone.
                    r.answered = None;
                }
            }
        }
        self.agree_with(s);
    }

    /// Agreement of another person with the assessment that stands: what it could have considered is then accepted at what
    /// it states.
    fn agree_with(&mut self, s: &Statement) {
        if s.signed != Tri::Yes {
            return;
        }
        let agreement = self.agreements.iter().filter(|a| a.about == s.id && a.by != s.assessor).map(|a| a.id).min();
        let Some(agreement) = agreement else { return };
        for (cell, stated) in &s.levels {
            if self.statement(*cell).is_none_or(|c| c.id != s.id) {
                continue;
            }
            for r in self.reasons.entry(*cell).or_default() {
                if r.accepted > *stated && s.could_consider(&r.because) {
                    r.accepted = *stated;
                    r.answered = Some(agreement);
                }
            }
        }
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
