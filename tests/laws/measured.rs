//! Measures over a caseload add up in any order and omit nothing.

use proptest::prelude::*;
use risk_core::assessment::Question;
use risk_core::event::vocabulary::{ActionKind, Audience};
use risk_core::log::Log;
use risk_reports::measures::{ActionMeasure, Measures, MeasuresBuilder, disputed_rules};
use serde_json::json;

use crate::ask::{at, cases};
use crate::examples::{call_out, january, on, supervised};
use crate::history::{Style, histories, log_of};
use crate::packs;

/// What a log adds to a group.
fn count(counting: &mut MeasuresBuilder, group: &str, log: &Log, day: i64) {
    let question = Question::at(january(day), Audience::Inspector);
    let disputed = disputed_rules(log, &packs::ONE_OF_EACH, &question).unwrap();
    counting.add(&[Some(group.to_owned())], &at(log, &packs::ONE_OF_EACH, january(day)), &disputed);
}

fn of<'a>(measures: &'a Measures, group: &str, action: ActionKind) -> &'a ActionMeasure {
    let same = |m: &&ActionMeasure| m.group == [Some(group.to_owned())] && m.action == action;
    measures.actions.iter().find(same).expect("the action was required somewhere")
}

#[test]
fn two_offices_are_told_apart_and_an_action_that_one_never_owed_stands_there_with_nought() {
    // Given a case in the north whose call-outs were never looked at, and one in the south with no news,
    let mut counting = MeasuresBuilder::default();
    count(&mut counting, "north", &log_of(vec![supervised(1, 1), call_out(2, 2), call_out(3, 3)]), 60);
    count(&mut counting, "south", &log_of(vec![supervised(1, 1)]), 60);
    // then a review was required of the north once and is overdue, and was required of the south in none of its cases.
    let measures = counting.finish(None);
    let north = of(&measures, "north", ActionKind::ReviewRisk);
    assert_eq!(
        (north.cases, north.cases_required, north.required, north.overdue),
        (Some(1), Some(1), Some(1), Some(1))
    );
    let south = of(&measures, "south", ActionKind::ReviewRisk);
    assert_eq!(
        (south.cases, south.cases_required, south.required, south.median_days),
        (Some(1), Some(0), Some(0), None)
    );
}

#[test]
fn a_rule_that_somebody_disputes_is_counted_once_it_is_known() {
    let dispute = on(4, 5, "rule_disputed", json!({ "rule": "any-rule", "by": "po1", "reason": "other" }));
    let log = log_of(vec![supervised(1, 1), dispute]);
    let counted = |day: i64| {
        let mut counting = MeasuresBuilder::default();
        count(&mut counting, "north", &log, day);
        counting.finish(None).rules.into_iter().find(|m| m.rule == "any-rule").and_then(|m| m.rule_disputed)
    };
    assert_eq!((counted(4), counted(5)), (None, Some(1)));
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn what_became_of_an_action_adds_up_to_how_often_it_was_required(
        histories in prop::collection::vec(histories(Style::ANY), 1..5)
    ) {
        let mut counting = MeasuresBuilder::default();
        let mut lines = 0;
        for (i, history) in histories.iter().enumerate() {
            let group = if i.is_multiple_of(2) { "north" } else { "south" };
            let log = history.log();
            count(&mut counting, group, &log, 400);
            lines += at(&log, &packs::ONE_OF_EACH, january(400)).actions.len() as u64;
        }
        let told = counting.finish(None);
        for m in &told.actions {
            let parts = [m.done_in_time, m.done_late, m.overdue, m.not_yet_due, m.not_needed, m.superseded];
            prop_assert_eq!(parts.into_iter().flatten().sum::<u64>(), m.required.unwrap());
            prop_assert!(m.cases_required <= m.required && m.cases_required <= m.cases);
        }
        prop_assert_eq!(told.actions.iter().filter_map(|m| m.required).sum::<u64>(), lines);
    }

    #[test]
    fn counting_in_parts_and_in_any_order_counts_the_same(
        histories in prop::collection::vec(histories(Style::ANY), 1..5), cut in 0_usize..5
    ) {
        let group = |i: usize| if i.is_multiple_of(2) { "north" } else { "south" };
        let logs: Vec<(usize, Log)> = histories.iter().map(|h| h.log()).enumerate().collect();
        let mut whole = MeasuresBuilder::default();
        logs.iter().for_each(|(i, log)| count(&mut whole, group(*i), log, 400));
        let (first, second) = logs.split_at(cut.min(logs.len()));
        let mut parts = MeasuresBuilder::default();
        second.iter().rev().for_each(|(i, log)| count(&mut parts, group(*i), log, 400));
        let mut others = MeasuresBuilder::default();
        first.iter().for_each(|(i, log)| count(&mut others, group(*i), log, 400));
        parts.merge(others);
        prop_assert_eq!(parts.finish(None), whole.finish(None));
    }
}
