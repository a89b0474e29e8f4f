//! The briefing contains everything that the reader may see, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use proptest::prelude::*;
use risk_core::assessment::answer::{Action, Status};
use risk_core::assessment::{Question, assess};
use risk_core::calendar::london_day;
use risk_core::event::vocabulary::Handling;
use risk_core::event::{Instant, Kind};
use risk_core::log::{Log, Record};
use risk_core::policy::Policy;
use risk_core::view::View;
use risk_reports::briefing::{Briefing, BriefingBuilder, BriefingLine, BriefingQuestion};
use uuid::Uuid;

use crate::ask::cases;
use crate::dice::Dice;
use crate::history::{History, Style, histories, log_of};
use crate::packs;
use crate::views::log_of_seen;

/// The text of a note, which is never shown.
const NOTE: &str = "what she said in confidence";

/// A morning in the history's time or soon after it, and a time before it.
fn mornings(history: &History, dice: &mut Dice) -> (Instant, Instant) {
    let moments = history.moments();
    let some = moments[usize::try_from(dice.below(moments.len() as u64)).unwrap()];
    let at = some + Duration::hours(i64::try_from(dice.below(30 * 24)).unwrap());
    (at - Duration::hours(1 + i64::try_from(dice.below(60 * 24)).unwrap()), at)
}

fn told(log: &Log, policy: &Policy, asked: &BriefingQuestion) -> Briefing {
    let mut collecting = BriefingBuilder::new(policy, asked.clone()).unwrap();
    collecting.add(log, &BTreeMap::new());
    collecting.finish()
}

fn json(briefing: &Briefing) -> String {
    serde_json::to_string(briefing).unwrap()
}

fn items<'a>(lines: impl IntoIterator<Item = &'a BriefingLine>) -> BTreeSet<Uuid> {
    lines.into_iter().flat_map(|line| &line.items).flat_map(|item| item.ids.iter().copied()).collect()
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn whatever_came_in_is_told_or_counted_and_every_call_out_is_told(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let log = history.log();
        let (since, at) = mornings(&history, &mut dice);
        for policy in packs::all() {
            for audience in policy.audiences.iter().map(|a| a.audience) {
                let found = told(&log, policy, &BriefingQuestion { at, since, audience, feeds: None });
                let view = View::of(policy, audience).unwrap();
                let came: Vec<&Record> = view
                    .records(log.records().iter())
                    .into_iter()
                    .filter(|r| since < r.recorded_at && r.recorded_at <= at)
                    .collect();
                let arrived = found.call_outs.iter().chain(&found.other_news).flat_map(|a| &a.records);
                let counted = found.unchanged.iter().flat_map(|u| &u.kinds).map(|k| k.records);
                prop_assert_eq!(arrived.count() + counted.sum::<usize>(), came.len());
                let mut expected: Vec<Instant> =
                    came.iter().filter(|r| r.kind() == Some(Kind::PoliceCallOut)).map(|r| r.recorded_at).collect();
                expected.sort();
                let call_outs = found.call_outs.iter().flat_map(|a| &a.records).filter(|r| r.call_out);
                prop_assert_eq!(call_outs.map(|r| r.recorded_at).collect::<Vec<_>>(), expected, "{}", audience);
                prop_assert!(found.other_news.iter().all(|a| !a.changed.is_empty() && !a.has_call_out()));
            }
        }
    }

    #[test]
    fn whatever_is_overdue_falls_due_or_waits_stands_where_it_is_looked_for(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let log = history.log();
        let (since, at) = mornings(&history, &mut dice);
        for policy in packs::all() {
            for audience in policy.audiences.iter().map(|a| a.audience) {
                let found = told(&log, policy, &BriefingQuestion { at, since, audience, feeds: None });
                let answer = assess(&log, policy, &Question::at(at, audience)).unwrap();
                let pending = |is: &dyn Fn(&Action) -> bool| -> BTreeSet<Uuid> {
                    answer.actions.iter().filter(|a| a.status.pending() && is(a)).map(|a| a.id).collect()
                };
                let live = |a: &Action| a.frozen_on.is_none();
                let days = london_day(at)..=found.due_through;
                let soon = |a: &Action| {
                    live(a) && a.status != Status::Overdue && a.due.is_some_and(|due| days.contains(&due))
                };
                prop_assert_eq!(
                    items(found.overdue.iter().flat_map(|o| &o.lines)),
                    pending(&|a| live(a) && a.status == Status::Overdue)
                );
                prop_assert_eq!(
                    items(found.due.iter().flat_map(|f| &f.days).flat_map(|d| &d.lines)),
                    pending(&soon)
                );
                prop_assert_eq!(
                    items(found.waiting.iter().flat_map(|w| &w.lines)),
                    pending(&|a| live(a) && a.waiting_on.is_some())
                );
                prop_assert_eq!(items(found.ended.iter().flat_map(|e| &e.lines)), pending(&|a| !live(a)));
                let agenda: Vec<Uuid> = found.cases[0].agenda.iter().map(|line| line.id).collect();
                prop_assert_eq!(&agenda, &answer.agenda.lines);
                prop_assert_eq!(found.cases[0].more, answer.agenda.more);
                for line in found.lines() {
                    prop_assert!(line.items.iter().all(|item| item.handling <= line.handling), "{:?}", line);
                    prop_assert_eq!(line.caution.is_some(), line.handling > Some(Handling::Staff), "{:?}", line);
                }
            }
        }
    }

    #[test]
    fn the_briefing_is_the_same_without_what_the_audience_may_not_see(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let noted = history.records.iter().map(|r| r.clone().with_note(NOTE)).collect();
        let log = log_of(noted);
        let (since, at) = mornings(&history, &mut dice);
        for policy in packs::all() {
            for audience in policy.audiences.iter().map(|a| a.audience) {
                let asked = BriefingQuestion { at, since, audience, feeds: None };
                let view = View::of(policy, audience).unwrap();
                let whole = json(&told(&log, policy, &asked));
                prop_assert!(!whole.contains(NOTE));
                // Visible records may refer to hidden ones; then they do not form a log by themselves.
                let Some(seen) = log_of_seen(&log, &view) else { continue };
                prop_assert_eq!(whole, json(&told(&seen, policy, &asked)), "{}", audience);
            }
        }
    }
}
