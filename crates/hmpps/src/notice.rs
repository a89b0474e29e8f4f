//! Domain events for other services of the estate: that something in a case has changed, and where to ask what.
//!
//! A message travels further than the answer behind it, and is kept in more places. So it says as little as it can: that
//! required actions changed, or that a classification is under review, for which audience, and whether an action protects
//! someone now. Details are behind `detailUrl`, for those who may see them.
//!
//! What depends on a record above `staff` goes into a message of its own, to subscribers named for it only. To
//! everybody else the messages are those of a case in which it was never recorded: they are made from the fold of the other
//! records, so that not even their number or moment gives it away.

use risk_core::assessment::answer::{Action, Assessment, BecauseLine, Caution, GroupLevel, GroupStatus, Status};
use risk_core::assessment::{Change, Question, assess, changes};
use risk_core::event::Instant;
use risk_core::event::vocabulary::{ActionKind, Audience, Handling, Term};
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_core::policy::model::Priority;
use risk_core::view::NoView;
use serde::Serialize;
use uuid::Uuid;

/// The required actions of a case have changed.
pub const ACTIONS_CHANGED: &str = "risk-of-harm.actions.changed";
/// The classification of a case is under review.
pub const UNDER_REVIEW: &str = "risk-of-harm.classification.under-review";

/// A policy, and the same for readers who see nothing more confidential than `staff`.
#[derive(Debug)]
pub struct NoticeBuilder<'p> {
    policy: &'p Policy,
    open: Policy,
}

/// The answers to one question: of all that its audience sees, and of what is no more confidential than `staff`.
#[derive(Debug, Clone)]
pub struct NoticeAnswers {
    all: Assessment,
    open: Assessment,
}

impl<'p> NoticeBuilder<'p> {
    /// Of that policy.
    #[must_use]
    pub fn new(policy: &'p Policy) -> Self {
        let mut open = policy.clone();
        for audience in &mut open.audiences {
            audience.marks.retain(|mark| *mark <= Handling::Staff);
            // A notice must give no sign of what is confidential, and so not of a confidential correction either.
            audience.professional = false;
        }
        Self { policy, open }
    }

    /// The answers at one moment, to be set beside those at another.
    ///
    /// # Errors
    /// [`NoView`] where the policy does not provide for the audience.
    pub fn answers(&self, log: &Log, question: &Question) -> Result<NoticeAnswers, NoView> {
        let mut reported =
            NoticeAnswers { all: assess(log, self.policy, question)?, open: assess(log, &self.open, question)? };
        // Some actions are confidential by their kind, whatever they rest on.
        let is_open = |a: &Action| self.policy.action(a.action).is_some_and(|def| def.handling <= Handling::Staff);
        reported.open.actions.retain(|a| is_open(a) && a.handling.is_none_or(|mark| mark <= Handling::Staff));
        Ok(reported)
    }
}

/// A receiver of notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// The person it is about: type and value, such as `CRN` and `X123456`.
    pub identifiers: Vec<(String, String)>,
    /// Where the answer is to be had: a URL in which `{case_id}`, `{crn}` and `{audience}` are filled in.
    pub detail_url: String,
    /// Whether it also receives what depends on records above `staff`.
    pub confidential: bool,
}

/// The body of a domain event, as the estate's envelope has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// [`ACTIONS_CHANGED`] or [`UNDER_REVIEW`].
    pub event_type: &'static str,
    /// The version of this form.
    pub version: u32,
    /// What it says, for people; the same for every case.
    pub description: &'static str,
    /// Where the answer is to be had.
    pub detail_url: String,
    /// The moment of the later answer.
    pub occurred_at: Instant,
    /// The person it is about.
    pub person_reference: PersonReference,
    /// What a subscriber can sort by.
    pub additional_information: AdditionalInformation,
}

/// The person a notice is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonReference {
    /// Every identifier that the subscriber was given.
    pub identifiers: Vec<PersonIdentifier>,
}

/// One identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonIdentifier {
    /// `CRN`, `NOMS`.
    #[serde(rename = "type")]
    pub scheme: String,
    /// Its value.
    pub value: String,
}

/// What a subscriber can sort by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdditionalInformation {
    /// The case.
    pub case_id: Uuid,
    /// The audience whose answer has changed.
    pub audience: Audience,
    /// Whether something has to be done now to protect someone.
    pub protect_now: bool,
    /// Set if the person must not be told, in notices to subscribers named for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caution: Option<Caution>,
}

/// Why there are no notices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// The two answers are not to one question.
    #[error("the earlier answer: expected one to the same question as the later, found another {what}")]
    OtherQuestion {
        /// In what they differ.
        what: &'static str,
    },
    /// A template that cannot be filled in.
    #[error(
        "the template of the detail URL: expected {{case_id}}, {{crn}} or {{audience}} in braces, found {{{found}}}"
    )]
    Placeholder {
        /// The text in the braces.
        found: String,
    },
    /// A template that names what is not known.
    #[error("the template of the detail URL: expected an identifier of type CRN for {{crn}}, found none")]
    NoCrn,
}

/// The domain events that follow from the change of one answer to another; without an earlier one, from all that is pending.
///
/// A host that publishes whenever something is recorded lets the moment of a message tell what the message does not; one that asks
/// at fixed times, every few minutes or each morning, does not.
///
/// # Errors
/// [`NoticeError`] where the answers are not to one question, or the template of the URL cannot be filled in.
pub fn notices(
    before: Option<&NoticeAnswers>,
    after: &NoticeAnswers,
    to: &Subscriber,
) -> Result<Vec<Notice>, NoticeError> {
    before.map_or(Ok(()), |before| same_question(&before.all, &after.all))?;
    let detail_url = filled(&to.detail_url, &after.all, to)?;
    let open = News::between(before.map(|b| &b.open), &after.open);
    let mut found = open.notices(None);
    if to.confidential {
        let all = News::between(before.map(|b| &b.all), &after.all);
        found.extend(all.beyond(&open).notices(Some(Caution::DoNotRaiseWithPerson)));
    }
    let identifiers: Vec<PersonIdentifier> =
        to.identifiers.iter().cloned().map(|(scheme, value)| PersonIdentifier { scheme, value }).collect();
    let notice = |(event_type, description, protect_now, caution)| Notice {
        event_type,
        version: 1,
        description,
        detail_url: detail_url.clone(),
        occurred_at: after.all.at,
        person_reference: PersonReference { identifiers: identifiers.clone() },
        additional_information: AdditionalInformation {
            case_id: after.all.case_id,
            audience: after.all.audience,
            protect_now,
            caution,
        },
    };
    Ok(found.into_iter().map(notice).collect())
}

fn same_question(before: &Assessment, after: &Assessment) -> Result<(), NoticeError> {
    let differs = [
        ("case", before.case_id != after.case_id),
        ("audience", before.audience != after.audience),
        ("lens", before.lens != after.lens),
    ];
    let other = differs.into_iter().find(|(_, differs)| *differs);
    other.map_or(Ok(()), |(what, _)| Err(NoticeError::OtherQuestion { what }))
}

/// What is new for one reader: actions that are or were pending, and cells that came under review or are so for another reason.
struct News<'a> {
    actions: Vec<Action>,
    cells: Vec<&'a GroupLevel>,
    review_protects: bool,
}

impl<'a> News<'a> {
    fn between(before: Option<&Assessment>, after: &'a Assessment) -> Self {
        let cells = |a: &'a Assessment| a.classification.iter().flat_map(|c| &c.groups);
        let stood = |cell: &GroupLevel| {
            let groups = before.and_then(|b| b.classification.as_ref()).map(|c| &c.groups);
            groups.is_some_and(|groups| groups.contains(cell))
        };
        let protects = |a: &Action| a.action == ActionKind::ReviewRisk && is_to_protect_now(a);
        Self {
            actions: changed(before, after),
            cells: cells(after).filter(|c| c.status == GroupStatus::UnderReview && !stood(c)).collect(),
            review_protects: after.actions.iter().any(protects),
        }
    }

    /// What the other does not report already.
    fn beyond(mut self, open: &News<'_>) -> Self {
        self.actions.retain(|a| !open.actions.iter().any(|reported| essence(reported) == essence(a)));
        self.cells.retain(|cell| !open.cells.contains(cell));
        self
    }

    fn notices(&self, caution: Option<Caution>) -> Vec<(&'static str, &'static str, bool, Option<Caution>)> {
        let actions = (!self.actions.is_empty()).then(|| {
            let protect_now = self.actions.iter().any(is_to_protect_now);
            (ACTIONS_CHANGED, "What has to be done in a case has changed", protect_now, caution)
        });
        let review = (!self.cells.is_empty()).then(|| {
            let description = "The risk of serious harm classification of a case is under review";
            (UNDER_REVIEW, description, self.review_protects, caution)
        });
        actions.into_iter().chain(review).collect()
    }
}

/// Required actions that changed: as they are now, or as they were if they are gone.
fn changed(before: Option<&Assessment>, after: &Assessment) -> Vec<Action> {
    let Some(before) = before else {
        return after.actions.iter().filter(|a| a.status.pending()).cloned().collect();
    };
    let reported = changes(before, after).into_iter().filter_map(|change| match change {
        Change::Opened { action } => action.status.pending().then_some(action),
        // It is gone, so it is not required any more.
        Change::Gone { mut action } => action.status.pending().then(|| {
            action.status = Status::Superseded;
            action
        }),
        Change::Closed { action } => Some(action),
        Change::Moved { before, after, .. } => (before.status.pending() || after.status.pending()).then_some(after),
        Change::Classification { .. } | Change::Flags { .. } | Change::Other { .. } => None,
    });
    reported.map(|action| *action).collect()
}

/// What makes an action the same for its owner.
fn essence(a: &Action) -> (ActionKind, &[String], Status, Priority, Option<chrono::NaiveDate>, &[BecauseLine]) {
    (a.action, &a.about, a.status, a.priority, a.due, &a.because)
}

fn is_to_protect_now(a: &Action) -> bool {
    a.status.pending() && a.priority == Priority::ProtectNow
}

/// The URL with its braces filled in.
fn filled(template: &str, answer: &Assessment, to: &Subscriber) -> Result<String, NoticeError> {
    let mut parts = template.split('{');
    let mut url = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        match name {
            "case_id" => url.push_str(&answer.case_id.to_string()),
            "audience" => url.push_str(answer.audience.name()),
            "crn" => url.push_str(&encoded(crn(to)?)),
            other => return Err(NoticeError::Placeholder { found: other.to_owned() }),
        }
        url.push_str(rest);
    }
    Ok(url)
}

fn crn(to: &Subscriber) -> Result<&str, NoticeError> {
    let crn = to.identifiers.iter().find(|(scheme, _)| scheme.eq_ignore_ascii_case("crn"));
    crn.map(|(_, value)| value.as_str()).ok_or(NoticeError::NoCrn)
}

/// A value as a part of a URL: what is not a letter, a digit or one of `-._~` is written in percent (RFC 3986).
fn encoded(value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let part = |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    value.bytes().map(part).collect()
}
