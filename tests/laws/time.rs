//! Time: nothing changes before `next_change_at` without an event, and something does at it.

use chrono::Duration;
use proptest::prelude::*;
use risk_core::assessment::changes;
use risk_core::event::Instant;
use risk_core::log::Log;
use risk_core::policy::Policy;

use crate::ask::{at, cases};
use crate::dice::Dice;
use crate::history::{Style, histories};
use crate::packs;

proptest! {
    #![proptest_config(cases(20))]

    #[test]
    fn nothing_changes_before_next_change_at_and_something_does_at_it(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let log = history.log();
        for policy in packs::all() {
            let mut when = history.last_recorded() + Duration::hours(i64::try_from(dice.below(24 * 30)).unwrap());
            for _ in 0..3 {
                let Some(next) = next_change(&log, policy, when, &mut dice)? else { break };
                when = next;
            }
        }
    }
}

fn next_change(log: &Log, policy: &Policy, when: Instant, dice: &mut Dice) -> Result<Option<Instant>, TestCaseError> {
    let now = at(log, policy, when);
    let until = now.next_change_at.unwrap_or(when + Duration::days(1500));
    prop_assert!(until > when);
    let minutes = u64::try_from((until - when).num_minutes()).unwrap();
    let mut samples: Vec<Instant> =
        (0..3).map(|_| when + Duration::minutes(i64::try_from(dice.below(minutes.max(1))).unwrap())).collect();
    samples.push(until - Duration::microseconds(1));
    for sample in samples.into_iter().filter(|s| *s > when) {
        let changed = changes(&now, &at(log, policy, sample));
        prop_assert!(
            changed.is_empty(),
            "from {} the next change is at {:?}, but at {}: {:?}",
            when,
            now.next_change_at,
            sample,
            changed
        );
    }
    if let Some(next) = now.next_change_at {
        prop_assert!(!changes(&now, &at(log, policy, next)).is_empty(), "nothing changes at {}", next);
    }
    Ok(now.next_change_at)
}
