//! `risk hmpps reconcile`: what the registers of nDelius should say, beside what they do.

use chrono::NaiveDate;
use clap::Args;
use risk_core::assessment::{Assessment, assess};
use risk_core::calendar::london_day;
use risk_core::event::Term;
use risk_core::event::vocabulary::Level;
use risk_core::policy::Policy;
use risk_core::policy::model::ViewField;
use risk_core::view::View;
use risk_hmpps::registers::{Change, NotShown, Proposal, reconcile};
use risk_text::action::{caution, why};
use risk_text::words::{self, capital, date, moment};
use risk_text::{Page, STRONG, styled};

use super::CodesOptions;
use crate::case::CaseOptions;
use crate::failure::Failure;
use crate::options::{Format, PolicyOptions, QuestionOptions};
use crate::output::Reply;

/// Propose changes to nDelius registers
///
/// For each flag to add, remove, raise to the level that an assessor recorded, or review: the register type with its code, its level, the
/// date of the next review, and the reasons. A lower level is never proposed; for a flag above the recorded level, a review is proposed.
/// For a person who has died only removals are proposed.
/// The current state of the registers is read from the log (flag_recorded and flag_removed, as `risk hmpps import` writes them). Nothing
/// is changed in nDelius: a person decides, and enters it there.
///
/// With --format json, an array of objects: do (add, change_level, review, remove), register, code, description, level and
/// level_code where there are any, next_review_date, handling and caution where the reasons have them, because.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk hmpps reconcile examples/cases/sean.jsonl --at 2017-12-20
  risk hmpps reconcile examples/cases/sean.jsonl --at 2017-12-20 --format json
  risk hmpps reconcile crn:X123456 --store cases.risk --as n07a001 --audience responsible_officer \\
    --codes our-codes.toml")]
pub struct Options {
    #[command(flatten)]
    case: CaseOptions,
    /// The day on which the changes would be made, from which reviews are counted; default the day of --at
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    #[command(flatten)]
    codes: CodesOptions,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    question: QuestionOptions,
}

/// Proposes.
///
/// # Errors
/// [`Failure`] where the log, the policy, a table or the question cannot be used, or the audience does not see what it takes.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let policy = options.policy.load()?;
    let codes = options.codes.load()?;
    let (log, question) = options.case.read(&options.question)?;
    let not_shown = |NotShown { audience }| {
        let found = audience.name().to_owned();
        Failure::Mismatch { option: "--audience", expected: NotShown::EXPECTED, found }
    };
    if !View::of(&policy, question.audience)?.sees(ViewField::Flags) {
        return Err(not_shown(NotShown { audience: question.audience }));
    }
    let answer = assess(&log, &policy, &question)?;
    let on = options.on.unwrap_or_else(|| london_day(question.at));
    let proposals = reconcile(&answer, &codes, on).map_err(not_shown)?;
    match options.format {
        Format::Json => Reply::json(&proposals),
        Format::Text => Ok(Reply::text(page(&answer, &proposals, &policy))),
    }
}

fn page(answer: &Assessment, proposals: &[Proposal], policy: &Policy) -> String {
    let mut page = Page::default();
    page.paragraph("", "", &styled(STRONG, &format!("Case {}", answer.case_id)));
    page.paragraph("", "", &capital(&moment(answer.at)));
    if let Some(died) = &answer.died {
        page.paragraph("", "", &format!("{} Only removals are proposed.", words::died(died.on)));
    }
    page.heading("PROPOSED FOR THE REGISTERS OF NDELIUS");
    if proposals.is_empty() && answer.died.is_some() {
        page.indented(2, "Nothing.");
    } else if proposals.is_empty() {
        page.indented(2, "Nothing: as far as the log knows them, the registers say what they should.");
    }
    for proposal in proposals {
        page.paragraph("  - ", "    ", &line(proposal));
        let above = |recorded: &Level| proposal.change == Change::Review && proposal.level > Some(*recorded);
        if let Some(recorded) = proposal.recorded.filter(above) {
            page.indented(4, &format!("It stands above what assessors recorded, {}.", words::of(recorded)));
        }
        if let Some(why) = why(policy, proposal.because.iter()) {
            page.indented(4, &why);
        }
        if let Some(handling) = proposal.handling.filter(|_| proposal.caution.is_some()) {
            page.indented(4, &caution(handling));
        }
    }
    page.gap();
    page.paragraph("", "", "Nothing was changed in nDelius: a person decides, and enters it there.");
    page.finish()
}

fn line(p: &Proposal) -> String {
    let (verb, stands) = match p.change {
        Change::Add => ("Add", "at"),
        Change::ChangeLevel => ("Change", "to"),
        Change::Review if p.level == Some(Level::Low) => ("Review", "recorded as"),
        Change::Review => ("Review", "registered as"),
        Change::Remove => ("Remove", "registered as"),
    };
    let code = p.code.as_ref().map(|code| format!("{code}, ")).unwrap_or_default();
    // Where the type is the level, its name says it.
    let level = p.level.filter(|_| p.level_code.is_some() || p.code.is_none());
    let level_code = p.level_code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let level = level.map(|l| format!(", {stands} {}{level_code}", words::of(l))).unwrap_or_default();
    let next = p.next_review_date.map(|day| format!("; next review {}", date(day))).unwrap_or_default();
    format!("{} {code}{}{level}{next}", styled(STRONG, verb), p.description)
}
