//! Synthetic caseloads: plausible domestic abuse cases, similar to the sample that HM Inspectorate of Probation read
//! in 2018, reproducible from a seed.
//!
//! All people are invented, and there is no free text, only ids, dates and words of the catalogue. Good and bad
//! practice occur in the report's proportions ([`Share`], one table). A caseload shows what rules do with cases like
//! these; it shows nothing about the world beyond the table.

mod case;
mod dice;
mod error;
mod incidents;
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

/// The maximum number of records of a case, if no number is requested.
const MOST: usize = 300;
/// The minimum number of records of a case.
pub const FEWEST: u32 = 20;

/// The type of a caseload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// The 112 cases of the inspection: sentences, offences, requirements, and what was and was not done.
    #[default]
    Inspection,
}

/// A caseload. A case depends only on the seed and its own number, so adding cases does not change others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caseload {
    /// The number of the first case.
    pub first: u32,
    /// The number of cases.
    pub cases: u32,
    /// The seed of all choices.
    pub seed: u64,
    /// The type of the cases.
    pub shape: Shape,
    /// The number of records of each case; `None` means as many as its story needs, from 20 to 300. With a number,
    /// routine events are added, or the story is cut off.
    pub events: Option<u32>,
}

impl Caseload {
    /// A caseload similar to the inspection's sample.
    #[must_use]
    pub const fn inspection(cases: u32, seed: u64) -> Self {
        Self { first: 0, cases, seed, shape: Shape::Inspection, events: None }
    }

    /// The last day of all logs: the end of the month in which the inspectors' fieldwork ended.
    #[must_use]
    pub fn read_on() -> NaiveDate {
        NaiveDate::from_ymd_opt(2018, 5, 31).unwrap_or_default()
    }

    /// The logs, in the order of case numbers.
    pub fn logs(&self) -> impl Iterator<Item = Result<Log, GenerateError>> + '_ {
        (self.first..self.first.saturating_add(self.cases)).map(|number| self.log(number))
    }

    /// The log of the case with this number, from 0.
    ///
    /// # Errors
    /// [`GenerateError`] if the generator has a defect.
    pub fn log(&self, number: u32) -> Result<Log, GenerateError> {
        let Shape::Inspection = self.shape;
        let until = When::on(Self::read_on()).after_minutes(8 * 60);
        let mut story = Story::new(Dice::new(self.seed, u64::from(number)), until);
        let case = Case::settle(&mut story);
        story.ends(case.sentence_ends);
        let first = generate(&mut story, &case);
        let wanted = self.events.unwrap_or(FEWEST).max(FEWEST);
        let wanted = usize::try_from(wanted).unwrap_or(MOST);
        fill(&mut story, &case, first, wanted);
        story.into_log(if self.events.is_some() { wanted } else { MOST })
    }
}

/// Generates the whole story and returns the moment of the first appointment.
fn generate(story: &mut Story, case: &Case) -> When {
    let first = opening::open(story, case);
    let custody = incidents::custody(story, case, first);
    let reached = programme::bbr(story, case);
    routine::supervise(story, case, first, custody);
    programme::of_others(story, case, first);
    incidents::happen(story, case, first, reached);
    incidents::order_breached(story, case, first);
    first
}

/// Adds routine events until there are as many records as requested.
fn fill(story: &mut Story, case: &Case, first: When, wanted: usize) {
    // Nearly every attempt adds a record; the limit is for a story without room for more.
    for _ in 0..wanted.saturating_mul(4) {
        if story.len() >= wanted {
            return;
        }
        if story.dice.below(10) == 0 {
            incidents::one_more(story, case, first);
        } else {
            let (from, to) = (first, story.until());
            let when = story.some_time(from, to);
            routine::appointment(story, when);
        }
    }
}
