//! Invented caseloads: plausible domestic abuse cases of the shape of the sample that HM Inspectorate of Probation read in
//! 2018, the same for the same seed.
//!
//! Nobody in them exists, and no text is free: ids, dates and words of the catalogue only. Good and bad practice come in
//! the report's proportions ([`Share`], one table). What a caseload can show is what rules do with cases of that shape;
//! it can show nothing about the world beyond the table.

mod case;
mod dice;
mod error;
mod happenings;
mod opening;
mod programme;
mod proportions;
mod requests;
mod responses;
mod routine;
mod story;
mod when;

use chrono::NaiveDate;
use risk_core::log::Log;

use case::Case;
use dice::Dice;
pub use error::GenerateError;
pub use proportions::{Ground, Proportion, Share};
use story::Story;
use when::When;

/// The most records that a case has, where no number is asked for.
const MOST: usize = 300;
/// The fewest.
pub const FEWEST: u32 = 20;

/// What a caseload is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// The 112 cases of the inspection: sentences, offences, requirements, and what was and was not done.
    #[default]
    Inspection,
}

/// A caseload. A case depends on the seed and its own number alone: more cases change none of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caseload {
    /// The number of the first case.
    pub first: u32,
    /// How many cases.
    pub cases: u32,
    /// What the choices follow from.
    pub seed: u64,
    /// What the cases are like.
    pub shape: Shape,
    /// How many records each case has; `None`: as many as its story, from 20 to 300. With a number, more of the ordinary
    /// happens, or the story breaks off.
    pub events: Option<u32>,
}

impl Caseload {
    /// A caseload of the inspection's shape.
    #[must_use]
    pub const fn inspection(cases: u32, seed: u64) -> Self {
        Self { first: 0, cases, seed, shape: Shape::Inspection, events: None }
    }

    /// The last day of which anything is told: the end of the month in which the inspectors' fieldwork ended.
    #[must_use]
    pub fn read_on() -> NaiveDate {
        NaiveDate::from_ymd_opt(2018, 5, 31).unwrap_or_default()
    }

    /// The logs, in the order of their numbers.
    pub fn logs(&self) -> impl Iterator<Item = Result<Log, GenerateError>> + '_ {
        (self.first..self.first.saturating_add(self.cases)).map(|number| self.log(number))
    }

    /// The log of the case of that number, from 0.
    ///
    /// # Errors
    /// [`GenerateError`] where the generator is at fault.
    pub fn log(&self, number: u32) -> Result<Log, GenerateError> {
        let Shape::Inspection = self.shape;
        let until = When::on(Self::read_on()).after_minutes(8 * 60);
        let mut story = Story::new(Dice::new(self.seed, u64::from(number)), until);
        let case = Case::settle(&mut story);
        story.ends(case.sentence_ends);
        let first = tell(&mut story, &case);
        let wanted = self.events.unwrap_or(FEWEST).max(FEWEST);
        let wanted = usize::try_from(wanted).unwrap_or(MOST);
        fill(&mut story, &case, first, wanted);
        story.into_log(if self.events.is_some() { wanted } else { MOST })
    }
}

/// Tells the whole story; gives the moment of the first appointment.
fn tell(story: &mut Story, case: &Case) -> When {
    let first = opening::open(story, case);
    let custody = happenings::custody(story, case, first);
    let reached = programme::bbr(story, case);
    routine::supervise(story, case, first, custody);
    programme::of_others(story, case, first);
    happenings::happen(story, case, first, reached);
    happenings::order_breached(story, case, first);
    first
}

/// Tells of the ordinary until there are as many records as wanted.
fn fill(story: &mut Story, case: &Case, first: When, wanted: usize) {
    // Nearly every attempt tells something; the limit is for a story that leaves no room.
    for _ in 0..wanted.saturating_mul(4) {
        if story.len() >= wanted {
            return;
        }
        if story.dice.below(10) == 0 {
            happenings::one_more(story, case, first);
        } else {
            let (from, to) = (first, story.until());
            let when = story.some_time(from, to);
            routine::appointment(story, when);
        }
    }
}
