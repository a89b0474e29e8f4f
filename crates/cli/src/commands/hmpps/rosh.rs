//! `risk hmpps rosh`: the recorded levels in the shape of the ARNS API.

use clap::Args;
use risk_core::assessment::answer::{BeforeRelying, GroupStatus};
use risk_core::assessment::{Assessment, assess};
use risk_core::event::Term;
use risk_core::event::vocabulary::{Group, Level, Setting};
use risk_core::policy::Policy;
use risk_hmpps::rosh::{ByLevel, Cell, Rosh, RoshGroup, RoshLevel, rosh};
use risk_text::action::{caution, why};
use risk_text::words::{self, capital, date, listed, moment};
use risk_text::{Page, STRONG, styled};

use crate::case::CaseOptions;
use crate::failure::Failure;
use crate::options::{Format, PolicyOptions, QuestionOptions};
use crate::output::Reply;

/// Print recorded levels in the shape of the Assess Risks and Needs API, and what events indicate
///
/// With --format json: riskInCommunity and riskInCustody (VERY_HIGH, HIGH, MEDIUM, LOW, with Children, Public, Known Adult, Staff and
/// Prisoners), overallRiskLevel and assessedOn, from recorded levels only, so that clients of that API need no change. In addition:
/// decidedBy, the groups and settings that decided the overall level; notAssessed, which is unknown and not low; notShown, what this
/// reader may not see; cells, one for each group and setting, with what events indicate, the reasons and the status; and review, the review
/// that is due.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk hmpps rosh examples/cases/sean.jsonl --at 2017-12-20
  risk hmpps rosh examples/cases/sean.jsonl --at 2017-12-20 --format json
  risk hmpps rosh crn:X123456 --store cases.risk --as arns --audience manager --format json")]
pub struct Options {
    #[command(flatten)]
    case: CaseOptions,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    question: QuestionOptions,
}

/// Tells.
///
/// # Errors
/// [`Failure`] where the log, the policy or the question cannot be used, or the audience sees no levels.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let policy = options.policy.load()?;
    let (log, question) = options.case.read(&options.question)?;
    let answer = assess(&log, &policy, &question)?;
    let Some(found) = rosh(&answer) else {
        let found = question.audience.name().to_owned();
        return Err(Failure::Mismatch { option: "--audience", expected: "an audience that sees levels", found });
    };
    match options.format {
        Format::Json => Reply::json(&found),
        Format::Text => Ok(Reply::text(page(&answer, &found, &policy))),
    }
}

fn page(answer: &Assessment, rosh: &Rosh, policy: &Policy) -> String {
    let mut page = Page::default();
    page.paragraph("", "", &styled(STRONG, &format!("Case {}", rosh.case_id)));
    page.paragraph("", "", &capital(&moment(rosh.at)));
    recorded(&mut page, rosh, answer.classification.as_ref().and_then(|c| c.before_relying));
    beside(&mut page, answer, policy);
    page.gap();
    page.paragraph(
        "",
        "",
        "Only a recorded level is the classification; what is indicated is for people to decide on.",
    );
    page.finish()
}

fn recorded(page: &mut Page, rosh: &Rosh, before_relying: Option<BeforeRelying>) {
    page.heading("RISK OF SERIOUS HARM AS RECORDED");
    let overall = match rosh.overall_risk_level {
        Some(level) => format!("{}, by {}", level_words(level), listed(&cells(&rosh.decided_by))),
        None => "not known".to_owned(),
    };
    page.labelled(2, "Overall", LABEL, &overall);
    page.labelled(2, "Community", LABEL, &by_level(&rosh.risk_in_community));
    page.labelled(2, "Custody", LABEL, &by_level(&rosh.risk_in_custody));
    if let Some(day) = rosh.assessed_on {
        page.labelled(2, "Assessed", LABEL, &date(day));
    }
    if !rosh.not_assessed.is_empty() {
        let groups = listed(&cells(&rosh.not_assessed));
        let unknown =
            if before_relying.is_some() { "No level is shown for" } else { "Nobody has recorded a level for" };
        page.indented(2, &format!("{unknown} {groups}. Unknown is not low."));
    }
    if !rosh.not_shown.is_empty() {
        let groups: Vec<String> = rosh.not_shown.iter().map(|g| group_words(*g)).collect();
        page.indented(2, &format!("Not shown to this reader: {}.", listed(&groups)));
    }
    if let Some(before_relying) = before_relying {
        page.indented(2, words::before_relying(before_relying));
    }
}

/// The column in which what is said of a line begins.
const LABEL: usize = 13;

/// What events indicate, and what is under review.
fn beside(page: &mut Page, answer: &Assessment, policy: &Policy) {
    let groups = || answer.classification.iter().flat_map(|c| &c.groups);
    if !groups().any(|g| g.indicated.is_some() || g.status == GroupStatus::UnderReview) {
        return;
    }
    page.heading("INDICATED, OR UNDER REVIEW");
    for group in groups() {
        let place = if group.setting == Setting::Custody { "in custody" } else { "in the community" };
        let name = format!("{} {place}", words::of(group.group));
        if let Some(indicated) = &group.indicated {
            let why = why(policy, indicated.because.iter()).map(|w| format!(": {w}")).unwrap_or_default();
            let text = format!("{}: {} is indicated{why}", capital(&name), words::of(indicated.level));
            page.paragraph("  - ", "    ", &text);
        } else if group.status == GroupStatus::UnderReview {
            page.paragraph("  - ", "    ", &format!("{}: under review", capital(&name)));
        } else {
            continue;
        }
        let indicated = group.indicated.as_ref();
        let mark = group.handling.max(indicated.and_then(|i| i.handling));
        let is_careful = group.caution.is_some() || indicated.is_some_and(|i| i.caution.is_some());
        if let Some(handling) = mark.filter(|_| is_careful) {
            page.indented(4, &caution(handling));
        }
    }
}

fn by_level(levels: &ByLevel) -> String {
    let each = levels.iter().map(|(level, groups)| {
        let groups: Vec<String> = groups.iter().map(|g| group_words(*g)).collect();
        format!("{}: {}", level_words(*level), listed(&groups))
    });
    let told = each.collect::<Vec<_>>().join("; ");
    if told.is_empty() { "no level recorded".to_owned() } else { told }
}

fn cells(cells: &[Cell]) -> Vec<String> {
    let word = |setting: Setting| if setting == Setting::Custody { " in custody" } else { "" };
    cells.iter().map(|c| format!("{}{}", group_words(c.group), word(c.setting))).collect()
}

fn level_words(level: RoshLevel) -> String {
    words::of(Level::from(level))
}

fn group_words(group: RoshGroup) -> String {
    words::of(Group::from(group))
}
