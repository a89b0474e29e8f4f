//! One log has one answer, however its records arrived and however the policy is written.

use std::sync::Arc;

use chrono::Duration;
use proptest::prelude::*;
use risk_core::assessment::confidence::Confidence;
use risk_core::assessment::{CaseLine, Question, answer, assess};
use risk_core::event::Instant;
use risk_core::event::vocabulary::Audience;
use risk_core::fold::run::{Lens, Tracker};
use risk_core::log::{LocalIds, Log, Record};
use risk_core::policy::Policy;
use risk_core::view::View;

use crate::ask::{at, cases, text, without};
use crate::dice::Dice;
use crate::history::{CASE, History, Style, histories, log_of};
use crate::packs;

/// A moment up to half a year after the last record, or in the middle of the history.
fn some_time(history: &History, dice: &mut Dice) -> Instant {
    let moments = history.moments();
    let from = if dice.chance(70) { history.last_recorded() } else { *dice.pick(&moments) };
    from + Duration::hours(i64::try_from(dice.below(180 * 24)).unwrap())
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn the_same_inputs_give_the_same_bytes(history in histories(Style::ANY), seed: u64) {
        let log = history.log();
        let again = Log::parse("again.jsonl", &log.to_jsonl()).unwrap();
        let when = some_time(&history, &mut Dice::new(seed));
        for policy in packs::all() {
            prop_assert_eq!(text(&at(&log, policy, when)), text(&at(&again, policy, when)));
        }
    }

    #[test]
    fn records_appended_in_any_order_give_one_answer(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let when = some_time(&history, &mut dice);
        let mut records = history.records.clone();
        dice.shuffle(&mut records);
        for policy in packs::all() {
            prop_assert_eq!(text(&at(&history.log(), policy, when)), text(&at(&log_of(records.clone()), policy, when)));
        }
        let mut hindsight = Question::at(when, Audience::Inspector);
        hindsight.lens = Lens::Hindsight;
        let (one, other) = (history.log(), log_of(records));
        for policy in packs::all() {
            let (one, other) = (assess(&one, policy, &hindsight).unwrap(), assess(&other, policy, &hindsight).unwrap());
            prop_assert_eq!(text(&one), text(&other));
        }
    }

    #[test]
    fn the_order_of_records_of_one_instant_changes_nothing(history in histories(Style::PROMPT), seed: u64) {
        // A whole night's feed: everything happened, and was recorded, in a few moments.
        let squeezed = |r: &Record| {
            let day = r.occurred_at.date_naive();
            let to = day.and_hms_opt(23, 0, 0).unwrap().and_utc() - Duration::days(day.signed_duration_since(
                crate::history::beginning().date_naive()).num_days() % 60);
            let event = r.event().unwrap().clone();
            Record::new(r.event_id, r.case_id, to, to, r.source.clone(), event).with_handling(r.handling)
        };
        let mut records: Vec<Record> = history.records.iter().map(squeezed).collect();
        let one = log_of(records.clone());
        let mut dice = Dice::new(seed);
        let when = some_time(&history, &mut dice);
        dice.shuffle(&mut records);
        let other = log_of(records);
        for policy in packs::all() {
            prop_assert_eq!(text(&at(&one, policy, when)), text(&at(&other, policy, when)));
        }
    }

    #[test]
    fn delivering_an_event_twice_changes_nothing(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let when = some_time(&history, &mut dice);
        let once = history.log();
        let mut twice = once.clone();
        for _ in 0..3 {
            let again = Record::parse(&dice.pick(&history.records).to_line()).unwrap();
            prop_assert!(!twice.append(again, None).unwrap().new);
        }
        prop_assert_eq!(once.to_jsonl(), twice.to_jsonl());
        let doubled: Vec<Record> = history.records.iter().flat_map(|r| [r.clone(), r.clone()]).collect();
        let doubled = log_of(doubled);
        for policy in packs::all() {
            prop_assert_eq!(text(&at(&once, policy, when)), text(&at(&doubled, policy, when)));
        }
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn the_order_of_rules_in_the_policy_changes_nothing(
        histories in prop::collection::vec(histories(Style::ANY), 4),
        seed: u64,
    ) {
        let mut dice = Dice::new(seed);
        for (files, policy) in [
            (&*packs::ONE_OF_EACH_FILES, packs::all()[0]),
            (&*packs::ENGLAND_WALES_FILES, packs::all()[1]),
        ] {
            let other = packs::load(&packs::reordered(files, &mut dice));
            prop_assert_eq!(&policy.digest, &other.digest, "the digest of a policy is that of its meaning");
            for history in &histories {
                let when = some_time(history, &mut dice);
                prop_assert_eq!(text(&at(&history.log(), policy, when)), text(&at(&history.log(), &other, when)));
            }
        }
    }

    #[test]
    fn folding_step_by_step_equals_folding_afresh(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        for lens in [Lens::AsKnown, Lens::Hindsight] {
            let mut records = history.records.clone();
            // Mostly in the order of the clock, as a feed brings them; now and then one comes late.
            records.sort_by_key(|r| if lens == Lens::AsKnown { r.recorded_at } else { r.occurred_at });
            if dice.chance(30) {
                let (one, other) = (dice.below(records.len() as u64), dice.below(records.len() as u64));
                records.swap(usize::try_from(one).unwrap(), usize::try_from(other).unwrap());
            }
            for policy in packs::all() {
                step_by_step(policy, lens, &records, &mut dice)?;
            }
        }
    }
}

fn step_by_step(policy: &Policy, lens: Lens, records: &[Record], dice: &mut Dice) -> Result<(), TestCaseError> {
    let view = View::of(policy, Audience::Inspector).unwrap();
    let mut tracker = Tracker::new(policy, Arc::new(LocalIds::of(records)), lens);
    for (known, record) in (1..).zip(records) {
        tracker.push(record);
        if !dice.chance(30) && known < records.len() {
            continue;
        }
        let when = record.recorded_at + Duration::hours(i64::try_from(dice.below(60 * 24)).unwrap());
        let question = Question { lens, ..Question::at(when, Audience::Inspector) };
        let pushed: Vec<&Record> = records[..known].iter().collect();
        let span = question.span(&pushed);
        let folded = tracker.at(when);
        let confidence = Confidence::of_view(&pushed, &folded.state.local, &view, span);
        let case = CaseLine { id: CASE, records: known as u64, head: None };
        let stepwise = answer(&case, &folded, &confidence, &view, &question, span.known_at);
        let afresh = crate::ask::from_records(&pushed, policy, &question);
        prop_assert_eq!(text(&stepwise), text(&afresh), "after {} records, at {}", known, when);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn with_nothing_late_and_nothing_corrected_hindsight_equals_as_known(
        history in histories(Style::PROMPT),
        seed: u64,
    ) {
        let when = some_time(&history, &mut Dice::new(seed)).max(history.last_recorded());
        let log = history.log();
        for policy in packs::all() {
            let as_known = at(&log, policy, when);
            let hindsight = Question { lens: Lens::Hindsight, ..Question::at(when, Audience::Inspector) };
            let mut hindsight = assess(&log, policy, &hindsight).unwrap();
            // What hindsight adds is how late the information was: here, not at all.
            for action in &mut hindsight.actions {
                let late_by = action.late_by.take();
                let information = late_by.map(|late| late.information);
                prop_assert_eq!(information, Some(0), "{:?}", action.action);
            }
            let members = ["lens", "known_at"];
            prop_assert_eq!(without(&as_known, &members), without(&hindsight, &members));
        }
    }
}
