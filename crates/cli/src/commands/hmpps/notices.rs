//! `risk hmpps notices`: the domain events that follow from what changed.

use clap::Args;
use risk_core::assessment::Question;
use risk_core::event::Instant;
use risk_core::text::inert;
use risk_hmpps::notice::{Notice, NoticeBuilder, Subscriber, notices};
use risk_text::words::{capital, moment as moment_words, of};
use risk_text::{Page, STRONG, styled};

use crate::case::CaseOptions;
use crate::failure::Failure;
use crate::identifier::Identifier;
use crate::options::{Format, PolicyOptions, QuestionOptions, moment};
use crate::output::Reply;

/// Create domain events for other services: required actions changed, or a classification is under review
///
/// The output is bodies in the envelope of HMPPS domain events, ready to be published. They name no kind of event and no action, only the
/// case, whether protection is needed now, and where to get the answer. Changes that rest on anything more confidential than staff are
/// reported only with --confidential, in separate events; without it, the events are the same as if it had never been recorded.
/// Nothing is sent.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk hmpps notices examples/cases/sean.jsonl --since 2017-12-04 --at 2017-12-05 --identifier crn:X123456 \\
    --detail-url 'https://risk.example/cases/{crn}?for={audience}'
  risk hmpps notices crn:X123456 --store cases.risk --as publisher --audience responsible_officer \\
    --since 2017-12-04 --identifier crn:X123456 --confidential --format json \\
    --detail-url 'https://risk.example/cases/{case_id}'")]
pub struct Options {
    #[command(flatten)]
    case: CaseOptions,
    /// Report changes since this moment; if omitted, everything that is pending counts as changed
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    since: Option<Instant>,
    /// An identifier of the person, as SCHEME:VALUE, such as crn:X123456; can be repeated
    #[arg(long, value_name = "SCHEME:VALUE", value_parser = Identifier::parse, required = true)]
    identifier: Vec<Identifier>,
    /// Where to get the answer: a URL in which {case_id}, {crn} and {audience} are filled in
    #[arg(long, value_name = "TEMPLATE")]
    detail_url: String,
    /// Also what rests on anything more confidential than staff, for subscribers named for it
    #[arg(long)]
    confidential: bool,
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
/// [`Failure`] where the log, the policy or the question cannot be used, or the template cannot be filled in.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let policy = options.policy.load()?;
    let (log, question) = options.case.read(&options.question)?;
    let earlier = options.since.map(|since| before(&question, since)).transpose()?;
    let teller = NoticeBuilder::new(&policy);
    let earlier = earlier.map(|question| teller.answers(&log, &question)).transpose()?;
    let later = teller.answers(&log, &question)?;
    let identifiers = options.identifier.iter().map(|i| (i.scheme.to_uppercase(), i.value.clone())).collect();
    let to = Subscriber { identifiers, detail_url: options.detail_url.clone(), confidential: options.confidential };
    let found = notices(earlier.as_ref(), &later, &to)?;
    match options.format {
        Format::Json => Reply::json(&found),
        Format::Text => Ok(Reply::text(page(&found))),
    }
}

/// The same question, asked earlier, of what was known then.
fn before(question: &Question, since: Instant) -> Result<Question, Failure> {
    if since > question.at {
        let found = format!("{since}, which is after {}", question.at);
        return Err(Failure::Mismatch { option: "--since", expected: "a moment not after --at", found });
    }
    let known_at = question.known_at.map(|known| known.min(since));
    Ok(Question { at: since, known_at, ..question.clone() })
}

fn page(notices: &[Notice]) -> String {
    let mut page = Page::default();
    page.heading("DOMAIN EVENTS TO PUBLISH");
    if notices.is_empty() {
        page.indented(2, "None: nothing changed that this subscriber is told of.");
    }
    for notice in notices {
        let more = &notice.additional_information;
        page.paragraph("  - ", "    ", &styled(STRONG, notice.event_type));
        page.indented(4, &format!("{}.", notice.description));
        page.indented(4, &format!("{}, for: {}.", capital(&moment_words(notice.occurred_at)), of(more.audience)));
        if more.protect_now {
            page.indented(4, "Somebody may have to be protected now.");
        }
        if more.caution.is_some() {
            page.indented(4, "Only for subscribers named for it: do not raise with the person.");
        }
        page.indented(4, &inert(&notice.detail_url));
    }
    page.gap();
    page.paragraph("", "", "Nothing was sent, and nothing was changed in nDelius.");
    page.finish()
}
