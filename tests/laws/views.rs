//! Who may see what: what an audience may not see changes nothing of its answer, and nothing is less confidential than its
//! reasons.

use chrono::Duration;
use proptest::prelude::*;
use risk_core::assessment::answer::{BecauseLine, Caution};
use risk_core::assessment::{Question, assess};
use risk_core::event::vocabulary::{Audience, Handling};
use risk_core::explain::{Target, explain};
use risk_core::fold::run::Lens;
use risk_core::log::{Log, Record};
use risk_core::view::View;

use crate::ask::{at, cases, from_records, text};
use crate::dice::Dice;
use crate::history::{Style, histories};
use crate::packs;

proptest! {
    #![proptest_config(cases(16))]

    /// What goes with the confidential records: whatever names one of them is no less confidential, and goes too.
    #[test]
    fn the_answer_is_the_same_without_what_the_audience_may_not_see(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let log = history.log();
        for policy in packs::all() {
            for audience in policy.audiences.iter().map(|a| a.audience) {
                let view = View::of(policy, audience).unwrap();
                let when = history.last_recorded() - Duration::days(30)
                    + Duration::hours(i64::try_from(dice.below(90 * 24)).unwrap());
                let lens = if dice.chance(30) { Lens::Hindsight } else { Lens::AsKnown };
                let question = Question { lens, ..Question::at(when, audience) };
                let seen: Vec<&Record> = view.records(log.records().iter());
                let whole = assess(&log, policy, &question).unwrap();
                let bare = from_records(&seen, policy, &question);
                let hidden = seen.len() < log.records().len();
                prop_assert!(!hidden || !view.sees_everything());
                prop_assert_eq!(text(&whole), text(&bare), "{}", audience);
                // No id of a hidden record stands anywhere in the answer, or in its explanation.
                let explained = explain(&log, policy, &question, Target::Everything)
                    .map_or_else(|_| String::new(), |e| serde_json::to_string(&e).unwrap());
                for record in log.records().iter().filter(|r| !seen.iter().any(|s| s.event_id == r.event_id)) {
                    let id = record.event_id.to_string();
                    prop_assert!(!text(&whole).contains(&id), "{} is told of {}", audience, record.to_line());
                    prop_assert!(!explained.contains(&id), "{} is told of {}", audience, record.to_line());
                }
            }
        }
    }

    #[test]
    fn the_explanation_is_the_same_without_what_the_audience_may_not_see(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let log = history.log();
        let when = history.last_recorded() + Duration::days(i64::try_from(dice.below(60)).unwrap());
        for policy in packs::all() {
            for audience in policy.audiences.iter().map(|a| a.audience) {
                let view = View::of(policy, audience).unwrap();
                let question = Question::at(when, audience);
                let seen = log_of_seen(&log, &view);
                // What the audience sees may name what it does not see; then it makes no log by itself.
                let (Some(seen), Ok(whole)) = (seen, explain(&log, policy, &question, Target::Everything)) else { continue };
                let bare = explain(&seen, policy, &question, Target::Everything).unwrap();
                let json = |e| serde_json::to_string(&e).unwrap();
                prop_assert_eq!(json(whole), json(bare), "{}", audience);
            }
        }
    }

    #[test]
    fn nothing_is_less_confidential_than_its_reasons(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let log = history.log();
        let when = history.last_recorded() + Duration::days(i64::try_from(dice.below(90)).unwrap());
        let strictest = |because: &[BecauseLine]| {
            let events = because.iter().filter_map(|b| log.record(b.event_id?));
            events.map(|r| r.handling).max().unwrap_or(Handling::Ordinary)
        };
        let holds = |handling: Option<Handling>, caution: Option<Caution>, because: &[BecauseLine]| {
            handling.is_some_and(|h| h >= strictest(because) && caution.is_some() == (h > Handling::Staff))
        };
        for policy in packs::all() {
            let assessment = at(&log, policy, when);
            for a in &assessment.actions {
                prop_assert!(holds(a.handling, a.caution, &a.because), "{:?}", a);
                let least = policy.action(a.action).unwrap().handling;
                prop_assert!(a.handling >= Some(least), "{:?}", a);
            }
            for f in &assessment.flags {
                prop_assert!(holds(f.handling, f.caution, &f.because), "{:?}", f);
            }
            for level in assessment.classification.iter().flat_map(|c| &c.groups).filter_map(|g| g.indicated.as_ref()) {
                prop_assert!(holds(level.handling, level.caution, &level.because), "{:?}", level);
            }
        }
    }

    #[test]
    fn nothing_that_rests_on_what_a_victim_told_may_be_raised_with_the_person(history in histories(Style::ANY)) {
        // Whatever is not there without the records above `staff` carries the caution.
        let log = history.log();
        let when = history.last_recorded();
        for policy in packs::all() {
            let all: Vec<&Record> = log.records().iter().collect();
            let open: Vec<&Record> = all.iter().copied().filter(|r| r.handling <= Handling::Staff).collect();
            let question = Question::at(when, Audience::Inspector);
            let (whole, open) = (from_records(&all, policy, &question), from_records(&open, policy, &question));
            for action in whole.actions.iter().filter(|a| a.status.pending() && a.caution.is_none()) {
                let there = open.actions.iter().any(|o| o.action == action.action && o.about == action.about);
                prop_assert!(there, "{:?}", action);
            }
        }
    }
}

pub fn log_of_seen(log: &Log, view: &View<'_>) -> Option<Log> {
    let seen = view.records(log.records().iter()).into_iter().cloned().collect();
    let mut found = Log::new(log.case_id());
    found.append_all(seen, None).ok()?;
    // Numbers of records are for those who see them all.
    (!view.sees_everything() || found.len() == log.len()).then_some(found)
}
