//! Disclosure: hidden records do not affect an audience's answer, and nothing is less confidential than its reasons.

use std::collections::BTreeMap;

use chrono::Duration;
use proptest::prelude::*;
use risk_core::assessment::answer::{BecauseLine, Caution, GroupStatus};
use risk_core::assessment::{Question, assess};
use risk_core::calendar::london_day;
use risk_core::compare::{Against, compare};
use risk_core::event::field::Replacement;
use risk_core::event::vocabulary::{Audience, Group, Handling, Level, Setting, Tri};
use risk_core::event::{Event, Instant, Nature};
use risk_core::explain::{Target, explain};
use risk_core::fold::run::Lens;
use risk_core::log::{Log, Record, epochs};
use risk_core::timeline::timeline;
use risk_core::view::View;
use risk_verify::changed::changed;
use uuid::Uuid;

use crate::ask::{at, cases, from_records, text};
use crate::dice::Dice;
use crate::history::{Style, histories};
use crate::packs;

proptest! {
    #![proptest_config(cases(16))]

    /// What goes with the confidential records: whatever names one of them is no less confidential, and goes too. Of what is
    /// hidden only this counts, for a professional audience: which visible record a hidden record changed, and when.
    #[test]
    fn the_answer_is_the_same_without_what_the_audience_may_not_see(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let log = changed(&history, 6, dice.next()).log();
        for policy in packs::all() {
            for def in &policy.audiences {
                let audience = def.audience;
                let view = View::of(policy, audience).unwrap();
                let question = some_question(&log, audience, &mut dice);
                let visible: Vec<&Record> = view.records(log.records().iter());
                let hidden = visible.len() < log.records().len();
                prop_assert!(!hidden || !view.sees_everything());
                let visible = |id: Uuid| visible.iter().any(|s| s.event_id == id);
                let counts = |r: &Record| visible(r.event_id) || def.professional && changes_what_is(&log, r, visible);
                let kept: Vec<Record> = log.records().iter().filter(|r| counts(r)).map(blank_if(&log, visible)).collect();
                let kept: Vec<&Record> = kept.iter().collect();
                let whole = assess(&log, policy, &question).unwrap();
                prop_assert_eq!(text(&whole), text(&from_records(&kept, policy, &question)), "{}", audience);
                // No id of a hidden or withheld record occurs in the answer or its explanation.
                let explained = explain(&log, policy, &question, Target::Everything)
                    .map_or_else(|_| String::new(), |e| serde_json::to_string(&e).unwrap());
                // A timeline is many answers: now and then is enough.
                let told = if dice.chance(10) {
                    serde_json::to_string(&timeline(&log, policy, &question).unwrap()).unwrap()
                } else {
                    String::new()
                };
                let seen = question.seen(&view, log.records()).records;
                for record in log.records().iter().filter(|r| !seen.iter().any(|s| s.event_id == r.event_id)) {
                    let id = record.event_id.to_string();
                    for found in [&text(&whole), &explained, &told] {
                        prop_assert!(!found.contains(&id), "{} is told of {}", audience, record.to_line());
                    }
                }
            }
        }
    }

    #[test]
    fn no_professional_audience_is_shown_a_version_that_is_not_in_force(history in histories(Style::ANY), seed: u64) {
        let mut dice = Dice::new(seed);
        let log = changed(&history, 8, dice.next()).log();
        for policy in packs::all() {
            for def in policy.audiences.iter().filter(|a| a.professional) {
                let view = View::of(policy, def.audience).unwrap();
                let question = some_question(&log, def.audience, &mut dice);
                let seen = question.seen(&view, log.records());
                let answer = assess(&log, policy, &question).unwrap();
                // What counts as known: in hindsight, all there is.
                let known_at = match question.lens {
                    Lens::AsKnown => question.at,
                    Lens::Hindsight => Instant::MAX_UTC,
                };
                let truth = in_force(log.records().iter(), known_at);
                let shown = in_force(seen.records.iter().copied(), known_at);
                for (id, version) in &shown {
                    prop_assert_eq!(truth.get(id), Some(version), "{} is shown another version of {}", def.audience, id);
                }
                let withheld = in_force(seen.all().iter().copied(), known_at);
                let withheld: Vec<&Version> =
                    withheld.iter().filter(|(id, _)| !shown.contains_key(*id)).map(|(_, version)| version).collect();
                for group in answer.classification.iter().flat_map(|c| &c.groups) {
                    prop_assert!(view.sees_everything() || group.status != GroupStatus::Settled);
                    let Some(recorded) = &group.recorded else { continue };
                    let cell = (group.group, group.setting);
                    let states = |v: &&Version| level_of(&v.1, cell) == Some(recorded.level) && london_day(v.0) == recorded.on;
                    prop_assert!(shown.values().any(|v| states(&v)), "{}: {:?}", def.audience, group);
                    let decides = |v: &&&Version| level_of(&v.1, cell).is_some() && london_day(v.0) > recorded.on && v.0 <= question.at;
                    let later = withheld.iter().find(decides);
                    prop_assert!(later.is_none(), "{} is shown an earlier level in place of {:?}", def.audience, later);
                }
            }
        }
    }

    /// Corrections included: no change of a record is `ordinary`.
    #[test]
    fn the_supervised_person_is_told_the_same_without_any_record_above_ordinary(
        history in histories(Style::ANY),
        seed: u64,
    ) {
        let mut dice = Dice::new(seed);
        let log = changed(&history, 8, dice.next()).log();
        let ordinary: Vec<&Record> = log.records().iter().filter(|r| r.handling == Handling::Ordinary).collect();
        for policy in packs::all() {
            let question = some_question(&log, Audience::SupervisedPerson, &mut dice);
            let whole = assess(&log, policy, &question).unwrap();
            prop_assert_eq!(text(&whole), text(&from_records(&ordinary, policy, &question)));
            let mut alone = Log::new(log.case_id());
            if alone.append_all(ordinary.iter().map(|r| (*r).clone()).collect(), None).is_ok() {
                let json = |log| serde_json::to_string(&timeline(log, policy, &question).unwrap()).unwrap();
                prop_assert_eq!(json(&log), json(&alone));
                let json = |log| serde_json::to_string(&explain(log, policy, &question, Target::Everything).unwrap()).unwrap();
                prop_assert_eq!(json(&log), json(&alone));
                let json = |log| serde_json::to_string(&compare(log, policy, &question, Against::Hindsight).unwrap()).unwrap();
                prop_assert_eq!(json(&log), json(&alone));
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
                if question.seen(&view, log.records()).records.len() < view.records(log.records().iter()).len() {
                    // Something is withheld, by a change that these records alone do not hold.
                    continue;
                }
                let seen = log_of_seen(&log, &view);
                // Visible records may refer to hidden ones; then they do not form a log by themselves.
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

/// What a record is in force as: when it happened, and the event.
type Version = (Instant, Event);

/// The version in force of each record that does not change another, for a reader who knows these records.
fn in_force<'a>(records: impl Iterator<Item = &'a Record>, known_at: Instant) -> BTreeMap<Uuid, Version> {
    let last = epochs(records, known_at).pop().unwrap();
    let entries = last.entries.into_iter().filter(|e| e.event.kind().spec().nature != Nature::Housekeeping);
    entries.map(|e| (e.record.event_id, (e.occurred_at, e.event.into_owned()))).collect()
}

/// What an assessment that is no draft states for a group in a setting.
fn level_of(event: &Event, (group, setting): (Group, Setting)) -> Option<Level> {
    let Event::RiskAssessed(e) = event else { return None };
    let in_custody = e.custody_levels.as_ref().and_then(|l| l.0.get(&group));
    let own = if group == Group::Prisoners { Setting::Custody } else { Setting::Community };
    let stated = if setting == own {
        in_custody.filter(|_| setting == Setting::Custody).or(e.levels.0.get(&group))
    } else {
        in_custody
    };
    stated.copied().filter(|level| *level != Level::Unknown && e.signed != Tri::No)
}

/// Whether a record corrects, retracts or erases a visible record, or a change of one.
fn changes_what_is(log: &Log, record: &Record, visible: impl Fn(Uuid) -> bool + Copy) -> bool {
    let changed = match record.event() {
        Some(Event::RecordCorrected(c)) => c.event_id,
        Some(Event::RecordRetracted(r)) => r.event_id,
        Some(Event::PayloadErased(e)) => e.event_id,
        _ => return false,
    };
    visible(changed) || log.record(changed).is_some_and(|r| changes_what_is(log, r, visible))
}

/// A hidden correction as one that corrects nothing: what it says must not show.
fn blank_if<'a>(log: &'a Log, visible: impl Fn(Uuid) -> bool + 'a) -> impl Fn(&Record) -> Record + 'a {
    move |record| match record.event() {
        Some(Event::RecordCorrected(c)) if !visible(record.event_id) => {
            let mut blank = c.clone();
            let before = log.record(c.event_id).and_then(Record::event).unwrap();
            blank.replacement = Replacement { occurred_at: None, data: before.encode().into() };
            let (id, case, source) = (record.event_id, record.case_id, record.source.clone());
            let event = Event::RecordCorrected(blank);
            Record::new(id, case, record.occurred_at, record.recorded_at, source, event).with_handling(record.handling)
        }
        _ => record.clone(),
    }
}

/// A question at some moment between a month before the last record and two months after it, in either lens.
fn some_question(log: &Log, audience: Audience, dice: &mut Dice) -> Question {
    let last = log.records().iter().map(|r| r.recorded_at).max().unwrap();
    let when = last - Duration::days(30) + Duration::hours(i64::try_from(dice.below(90 * 24)).unwrap());
    let lens = if dice.chance(30) { Lens::Hindsight } else { Lens::AsKnown };
    Question { lens, ..Question::at(when, audience) }
}

pub fn log_of_seen(log: &Log, view: &View<'_>) -> Option<Log> {
    let seen = view.records(log.records().iter()).into_iter().cloned().collect();
    let mut found = Log::new(log.case_id());
    found.append_all(seen, None).ok()?;
    // Numbers of records are for those who see them all.
    (!view.sees_everything() || found.len() == log.len()).then_some(found)
}
