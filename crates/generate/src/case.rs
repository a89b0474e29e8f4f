//! The fixed attributes of a case: the people, the sentence, the offence.

use risk_core::event::Term;
use risk_core::event::vocabulary::{Offence, SentenceType, Sex};
use serde_json::{Value, json};

use crate::proportions::Share;
use crate::story::Story;
use crate::when::When;

/// The sentence's id; each case has one.
pub(crate) const SENTENCE: &str = "s1";
/// The victim of the index offence, or of the abuse that is known.
pub(crate) const VICTIM: &str = "p1";
/// A new partner, whom the person meets later.
pub(crate) const NEW_PARTNER: &str = "p2";
/// The order that protects the victim, if any.
pub(crate) const ORDER: &str = "o1";
/// The place on the BBR programme.
pub(crate) const BBR: &str = "bbr1";

const CHILDREN: [&str; 3] = ["c1", "c2", "c3"];
/// The report's fieldwork was in April and May 2018; cases begin up to fifteen months before its end.
const FIRST_START: i64 = 60;
const LAST_START: u32 = 330;

/// Why a case belongs with the NPS (report, section 5.1: 7 of 112).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gravity {
    Usual,
    /// Serious injury and an injured child, known at allocation.
    HighAtAllocation,
    /// The same, through a new incident.
    HighLater,
    /// A charge of harm to a child, open at allocation.
    ChargeAtAllocation,
    /// The same, charged later.
    ChargeLater,
}

/// The attributes of a case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) sex: Sex,
    pub(crate) sentence: SentenceType,
    pub(crate) offence: Offence,
    pub(crate) domestic_abuse_offence: bool,
    pub(crate) bbr: bool,
    pub(crate) unpaid_work: bool,
    pub(crate) alcohol_treatment: bool,
    pub(crate) order: bool,
    pub(crate) children: Vec<&'static str>,
    pub(crate) children_on_record: bool,
    pub(crate) victim_is_partner: bool,
    pub(crate) gravity: Gravity,
    pub(crate) known_adult: &'static str,
    pub(crate) children_level: &'static str,
    pub(crate) start: When,
    pub(crate) sentence_ends: When,
    pub(crate) officer: String,
    pub(crate) manager: String,
}

impl Case {
    pub(crate) fn settle(story: &mut Story) -> Self {
        let sentence = sentence(story);
        let sex = if story.dice.chance(Share::Men) { Sex::Male } else { Sex::Female };
        let gravity = gravity(story);
        let parent = story.dice.chance(Share::Children) || gravity != Gravity::Usual;
        let few = usize::try_from(story.dice.between(1, 3)).unwrap_or(1);
        let children: Vec<&str> = if parent { CHILDREN.into_iter().take(few).collect() } else { Vec::new() };
        let on_record = if parent { Share::ChildrenNamed } else { Share::NoChildrenRecorded };
        let order = if on_licence(sentence) { Share::LicenceCondition } else { Share::OrderMade };
        let eligible = sex == Sex::Male && !on_licence(sentence);
        let start = When::on_day(FIRST_START.saturating_add(i64::from(story.dice.below(LAST_START)))).in_office();
        let months = match sentence {
            SentenceType::CommunityOrder => story.dice.pick(12, &[12, 18, 18, 24]),
            SentenceType::SuspendedSentenceOrder => story.dice.pick(12, &[18, 18, 24, 24]),
            SentenceType::Licence | SentenceType::PostSentenceSupervision => story.dice.pick(12, &[12, 12, 14, 18]),
        };
        Self {
            sex,
            sentence,
            offence: if gravity == Gravity::HighAtAllocation { Offence::SeriousAssault } else { offence(story) },
            domestic_abuse_offence: story.dice.chance(Share::DomesticAbuseOffence),
            unpaid_work: !on_licence(sentence) && story.dice.chance(Share::UnpaidWork),
            alcohol_treatment: !on_licence(sentence) && story.dice.chance(Share::AlcoholTreatment),
            bbr: eligible && story.dice.chance(Share::BbrRequired),
            order: story.dice.chance(order),
            children_on_record: story.dice.chance(on_record),
            victim_is_partner: story.dice.below(2) == 0,
            gravity,
            known_adult: level(story.dice.chance(Share::KnownAdultMedium)),
            children_level: level(parent && story.dice.chance(Share::ChildrenMedium)),
            children,
            start,
            sentence_ends: start.after_days(30_i64.saturating_mul(months)),
            officer: format!("ro-{}", story.dice.between(1, 40)),
            manager: format!("m-{}", story.dice.between(1, 8)),
        }
    }

    /// The CRC's levels, in the form of an assessment.
    pub(crate) fn levels(&self) -> Value {
        json!({ "known_adult": self.known_adult, "children": self.children_level, "public": "low", "staff": "low" })
    }

    /// The first child, if there are children on record.
    pub(crate) fn known_child(&self) -> Option<&'static str> {
        self.children.first().copied().filter(|_| self.children_on_record)
    }

    pub(crate) fn on_licence(&self) -> bool {
        on_licence(self.sentence)
    }

    /// The data that the court and the start of supervision share.
    pub(crate) fn index(&self) -> Value {
        json!({
            "sentence_id": SENTENCE,
            "sentence_type": self.sentence.name(),
            "index_offence": self.offence.name(),
            "index_offence_is_domestic_abuse": if self.domestic_abuse_offence { "yes" } else { "no" },
            "sex": self.sex.name(),
        })
    }
}

fn on_licence(sentence: SentenceType) -> bool {
    sentence == SentenceType::Licence
}

fn level(medium: bool) -> &'static str {
    if medium { "medium" } else { "low" }
}

fn sentence(story: &mut Story) -> SentenceType {
    let shares = [
        (Share::CommunityOrder, SentenceType::CommunityOrder),
        (Share::SuspendedSentence, SentenceType::SuspendedSentenceOrder),
    ];
    one_of(story, &shares).unwrap_or(SentenceType::Licence)
}

fn offence(story: &mut Story) -> Offence {
    let shares = [
        (Share::Assault, Offence::Assault),
        (Share::StalkingOrHarassment, Offence::StalkingOrHarassment),
        (Share::PublicOrder, Offence::PublicOrder),
        (Share::CriminalDamage, Offence::CriminalDamage),
    ];
    let others = [Offence::BreachOfOrder, Offence::Theft, Offence::Burglary, Offence::Drugs];
    one_of(story, &shares).unwrap_or_else(|| story.dice.pick(Offence::ThreatsToKill, &others))
}

fn gravity(story: &mut Story) -> Gravity {
    let shares = [
        (Share::HighAtAllocation, Gravity::HighAtAllocation),
        (Share::HighLater, Gravity::HighLater),
        (Share::ChargeAtAllocation, Gravity::ChargeAtAllocation),
        (Share::ChildChargeLater, Gravity::ChargeLater),
    ];
    one_of(story, &shares).unwrap_or(Gravity::Usual)
}

/// One of several exclusive alternatives; none if their shares add up to less than one.
fn one_of<T: Copy>(story: &mut Story, shares: &[(Share, T)]) -> Option<T> {
    let number = story.dice.per_mille();
    let mut below: u32 = 0;
    shares.iter().find_map(|(share, value)| {
        below = below.saturating_add(share.per_mille());
        (number < below).then_some(*value)
    })
}
