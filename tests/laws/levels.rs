//! Levels rise by events and fall only by people.

use chrono::Duration;
use proptest::prelude::*;
use risk_core::event::vocabulary::Level;
use risk_core::event::{Instant, Kind};
use risk_core::log::Record;
use risk_core::policy::Policy;

use crate::ask::{at, cases, folded, indicated, working};
use crate::history::{History, Style, about_records, histories, log_of};
use crate::packs;

/// Whether the record may lower a level: an assessment, a countersignature, or a change of a record.
fn by_a_person(record: &Record) -> bool {
    record.kind().is_some_and(|k| {
        matches!(k, Kind::RiskAssessed | Kind::ManagementOversightRecorded)
            || about_records(k) && k != Kind::RecordDisputed
    })
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn appending_an_event_at_the_end_never_lowers_a_working_level(history in histories(Style::ANY)) {
        let mut records = history.records.clone();
        let Some(last) = records.pop() else { return Ok(()) };
        let before = log_of(records.clone());
        // At the end: known after everything else.
        let end = records.iter().map(|r| r.recorded_at).max().unwrap_or(last.recorded_at) + Duration::minutes(1);
        let mut later = last.clone();
        later.recorded_at = end.max(last.recorded_at);
        let when = later.recorded_at;
        prop_assume!(!by_a_person(&later));
        records.push(later);
        let after = log_of(records);
        for policy in packs::all() {
            let (before, after) = (working(&at(&before, policy, when)), working(&at(&after, policy, when)));
            for (cell, level) in before {
                let now = after.get(&cell).copied().unwrap_or(Level::Unknown);
                prop_assert!(now >= level, "{:?} fell from {} to {}", cell, level, now);
            }
        }
    }

    #[test]
    fn an_indicated_level_falls_only_by_a_person(history in histories(Style::ANY)) {
        for policy in packs::all() {
            falls_only_by_a_person(policy, &history)?;
        }
    }

    #[test]
    fn an_assessment_answers_only_what_it_could_have_considered(history in histories(Style::ANY)) {
        let log = history.log();
        let when = history.last_recorded();
        for policy in packs::all() {
            let folded = folded(&log, policy, when);
            for (cell, reason) in folded.state.levels.reasons() {
                let Some(by) = reason.answered else { continue };
                let answer = log.record(by).expect("what answers is a record of the log");
                let kind = answer.kind().unwrap();
                prop_assert!(matches!(kind, Kind::RiskAssessed | Kind::ManagementOversightRecorded), "{}", kind);
                if corrected(&log, by) || corrected(&log, reason.because.event) {
                    continue; // Times and names may then be the correction's.
                }
                // Agreement reaches what the assessment could have considered.
                let assessments: Vec<&Record> = if kind == Kind::RiskAssessed {
                    vec![answer]
                } else {
                    let names = answer.event().unwrap().names();
                    names.iter().filter_map(|(_, id)| log.record(*id)).collect()
                };
                let could = assessments.iter().any(|a| {
                    let named = a.event().unwrap().names().iter().any(|(_, id)| *id == reason.because.event);
                    named || a.occurred_at >= reason.because.recorded_at || corrected(&log, a.event_id)
                });
                prop_assert!(could, "{:?} {:?} answered by {}", cell, reason, answer.to_line());
            }
        }
    }
}

/// Whether a later record changed that one.
pub fn corrected(log: &risk_core::log::Log, id: uuid::Uuid) -> bool {
    log.records().iter().any(|r| {
        r.kind().is_some_and(about_records)
            && r.event().is_some_and(|e| e.names().iter().any(|(_, named)| *named == id))
    })
}

fn falls_only_by_a_person(policy: &Policy, history: &History) -> Result<(), TestCaseError> {
    let log = history.log();
    let mut moments: Vec<(Instant, bool)> = Vec::new();
    for moment in history.moments() {
        let here = |r: &&Record| r.recorded_at == moment;
        moments.push((moment - Duration::microseconds(1), false));
        moments.push((moment, history.records.iter().filter(here).any(by_a_person)));
    }
    moments.push((history.last_recorded() + Duration::days(400), false));
    let mut before = indicated(&at(&log, policy, moments[0].0));
    for (moment, person) in moments {
        let now = indicated(&at(&log, policy, moment));
        if !person {
            for (cell, level) in &before {
                let found = now.get(cell).copied().unwrap_or(Level::Unknown);
                prop_assert!(found >= *level, "{:?} fell from {} to {} at {}", cell, level, found, moment);
            }
        }
        before = now;
    }
    Ok(())
}
