//! A timeline is the answers of its moments, each asked for by itself, and leaves none out.

use chrono::Duration;
use proptest::prelude::*;
use risk_core::assessment::{Assessment, Question, assess, changes};
use risk_core::event::Instant;
use risk_core::event::vocabulary::Audience;
use risk_core::fold::run::Lens;
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_core::timeline::timeline;

use crate::ask::cases;
use crate::dice::Dice;
use crate::history::{History, Style, histories};
use crate::packs;

/// The answer at a moment of a timeline, by itself.
fn alone(log: &Log, policy: &Policy, question: &Question, known_at: Instant, at: Instant) -> Assessment {
    let known_at = if question.lens == Lens::AsKnown { known_at.min(at) } else { known_at };
    assess(log, policy, &Question { at, known_at: Some(known_at), ..question.clone() }).unwrap()
}

fn is_its_answers(log: &Log, policy: &Policy, question: &Question) -> Result<(), TestCaseError> {
    let Ok(told) = timeline(log, policy, question) else { return Ok(()) };
    let first = told.steps.first().map_or(question.at, |step| step.at - Duration::microseconds(1));
    let mut before = alone(log, policy, question, told.known_at, first);
    for step in &told.steps {
        let next = before.next_change_at.filter(|next| *next < step.at);
        prop_assert_eq!(next, None, "a change by time is left out before {}", step.at);
        let after = alone(log, policy, question, told.known_at, step.at);
        prop_assert_eq!(&step.changes, &changes(&before, &after), "at {}", step.at);
        prop_assert!(!step.records.is_empty() || before.next_change_at == Some(step.at), "nothing came at {}", step.at);
        before = after;
    }
    let next = before.next_change_at.filter(|next| *next <= question.at);
    prop_assert_eq!(next, None, "a change by time is left out at the end");
    prop_assert_eq!(told.receipt, alone(log, policy, question, told.known_at, question.at).receipt);
    Ok(())
}

fn asked(history: &History, dice: &mut Dice, lens: Lens) -> Question {
    let at = history.last_recorded() + Duration::hours(i64::try_from(dice.below(90 * 24)).unwrap());
    let audiences = [Audience::Inspector, Audience::Manager, Audience::PartnerAgency, Audience::SupervisedPerson];
    let mut question = Question::at(at, *dice.pick(&audiences));
    question.lens = lens;
    if dice.chance(30) {
        question.known_at = Some(*dice.pick(&history.moments()));
    }
    question
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn a_timeline_is_the_answers_of_its_moments_as_known(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        for policy in packs::all() {
            is_its_answers(&history.log(), policy, &asked(&history, &mut dice, Lens::AsKnown))?;
        }
    }

    #[test]
    fn a_timeline_is_the_answers_of_its_moments_in_hindsight(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        for policy in packs::all() {
            is_its_answers(&history.log(), policy, &asked(&history, &mut dice, Lens::Hindsight))?;
        }
    }
}
