//! What an invented caseload must be: the same for the same seed, taken by the log, of the inspection's proportions, and
//! nobody's.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "a test that panics fails, as it should; tolerances are no figures of the engine"
)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::Datelike;
use risk_core::event::catalogue::SupervisionStarted;
use risk_core::event::field::{FieldValue, Shape};
use risk_core::event::vocabulary::{Level, Offence, Programme, Requirement, SentenceType, Sex, Tri};
use risk_core::event::{Event, Field, Kind, Term};
use risk_core::log::Log;
use risk_generate::{Caseload, FEWEST, Ground, Share};

const SEED: u64 = 2018;

/// A thousand cases, made once for all tests that only read them.
static THOUSAND: LazyLock<Vec<Log>> = LazyLock::new(|| caseload(1000));

fn caseload(cases: u32) -> Vec<Log> {
    Caseload::inspection(cases, SEED).logs().map(|log| log.expect("the log takes every case")).collect()
}

fn text(logs: &[Log]) -> String {
    logs.iter().map(Log::to_jsonl).collect()
}

fn events(log: &Log) -> impl Iterator<Item = &Event> {
    log.records().iter().filter_map(|r| r.event())
}

fn any(log: &Log, is: impl Fn(&Event) -> bool) -> bool {
    events(log).any(is)
}

/// How many in a thousand of `of` are so.
fn per_mille<'l>(of: impl IntoIterator<Item = &'l Log>, so: impl Fn(&Log) -> bool) -> u32 {
    let (mut all, mut yes) = (0_u32, 0_u32);
    for log in of {
        all += 1;
        yes += u32::from(so(log));
    }
    yes * 1000 / all.max(1)
}

/// About four standard deviations at a half for the number of cases, so that chance alone does not fail the test.
fn near(share: Share, found: u32, cases: u32) {
    let tolerance = 2000.0 / f64::from(cases).sqrt();
    let expected = f64::from(share.per_mille());
    assert!(
        (f64::from(found) - expected).abs() <= tolerance,
        "{share:?}: expected {expected} in a thousand, give or take {tolerance:.0}, found {found}"
    );
}

fn requires_bbr(log: &Log) -> bool {
    any(log, |e| matches!(e, Event::RequirementImposed(r) if r.requirement == Requirement::Bbr))
}

fn supervised_as(log: &Log, sentence: SentenceType) -> bool {
    any(log, |e| matches!(e, Event::SupervisionStarted(s) if s.sentence_type == sentence))
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_another_caseload() {
    assert_eq!(text(&caseload(20)), text(&caseload(20)));
    let other: Vec<Log> = Caseload::inspection(20, SEED + 1).logs().map(Result::unwrap).collect();
    assert_ne!(text(&caseload(20)), text(&other));
}

#[test]
fn a_caseload_is_stable_across_versions() {
    // A change here is a change of what a seed means: say so in the changelog.
    let logs = caseload(3);
    let heads: Vec<(String, u64)> = logs.iter().map(|l| (l.case_id().to_string(), l.len())).collect();
    let expected: Vec<(String, u64)> = EXPECTED.iter().map(|(id, n)| ((*id).to_owned(), *n)).collect();
    assert_eq!(heads, expected);
}

const EXPECTED: [(&str, u64); 3] = [
    ("54b87754-6b27-40e7-8366-06cb4e5823e8", 75),
    ("699c00ae-ab7f-476a-abc0-a3a5f17dfbf3", 47),
    ("de44f2c0-ed39-4e81-a904-946336b3e9f9", 58),
];

#[test]
fn more_cases_change_none_of_those_before() {
    assert_eq!(text(&caseload(5)), text(&THOUSAND[..5]));
}

#[test]
fn every_log_reads_back_and_has_from_20_to_300_records() {
    for log in THOUSAND.iter() {
        assert!((20..=300).contains(&log.len()), "case {} has {} records", log.case_id(), log.len());
    }
    for log in &THOUSAND[..100] {
        let again = Log::parse("case", &log.to_jsonl()).expect("what was written reads back");
        assert_eq!(again.to_jsonl(), log.to_jsonl());
    }
}

#[test]
fn a_number_of_events_asked_for_is_kept() {
    for events in [FEWEST, 100, 500] {
        let caseload = Caseload { events: Some(events), ..Caseload::inspection(20, SEED) };
        for log in caseload.logs() {
            assert_eq!(log.unwrap().len(), u64::from(events));
        }
    }
}

#[test]
fn everything_happens_in_2017_and_2018_and_is_recorded_in_order() {
    for log in THOUSAND.iter() {
        for pair in log.records().windows(2) {
            assert!(pair[0].recorded_at <= pair[1].recorded_at);
        }
        for record in log.records() {
            assert!(record.occurred_at.date_naive().year() >= 2017);
            assert!(record.recorded_at.date_naive() <= Caseload::read_on());
        }
    }
}

#[test]
fn nobody_and_no_sentence_is_in_it() {
    let mut ids: BTreeSet<String> = BTreeSet::new();
    for log in &THOUSAND[..300] {
        for line in log.to_jsonl().lines() {
            assert!(!line.contains("\"note\""), "a note is free text");
        }
        for event in events(log) {
            for field in event.kind().spec().fields {
                match ((field.shape)(), event.get(field.field)) {
                    (Shape::Id(_), Some(FieldValue::Id(id))) => _ = ids.insert(id.to_owned()),
                    (Shape::Ids(_), Some(FieldValue::Ids(list))) => ids.extend(list.into_iter().map(str::to_owned)),
                    _ => {}
                }
            }
        }
    }
    let invented = |id: &str| {
        let named = ["court-1", "alcohol-service", "womens-centre", "bbr1", "hr1"];
        let numbered = ["p", "c", "s", "o", "r", "i", "ro-", "m-"];
        let number = |prefix: &str| id.strip_prefix(prefix).is_some_and(|n| n.parse::<u32>().is_ok());
        named.contains(&id) || numbered.into_iter().any(number)
    };
    let strange: Vec<&String> = ids.iter().filter(|id| !invented(id)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn people_sentences_and_offences_are_those_of_the_sample() {
    let logs = &THOUSAND[..];
    let index = |log: &Log, is: fn(&SupervisionStarted) -> bool| {
        any(log, |e| matches!(e, Event::SupervisionStarted(s) if is(s)))
    };
    type Is = fn(&SupervisionStarted) -> bool;
    let shares: [(Share, Is); 7] = [
        (Share::Men, |s| s.sex == Sex::Male),
        (Share::CommunityOrder, |s| s.sentence_type == SentenceType::CommunityOrder),
        (Share::SuspendedSentence, |s| s.sentence_type == SentenceType::SuspendedSentenceOrder),
        (Share::DomesticAbuseOffence, |s| s.index_offence_is_domestic_abuse == Tri::Yes),
        (Share::Assault, |s| s.index_offence == Offence::Assault),
        (Share::PublicOrder, |s| s.index_offence == Offence::PublicOrder),
        (Share::CriminalDamage, |s| s.index_offence == Offence::CriminalDamage),
    ];
    for (share, is) in shares {
        near(share, per_mille(logs, |log| index(log, is)), 1000);
    }
    let all = per_mille(logs, requires_bbr);
    assert!((220..=300).contains(&all), "BBR is a requirement in 26 per cent of cases, found {all} in a thousand");
}

#[test]
fn the_levels_are_those_that_the_crc_recorded() {
    let logs = &THOUSAND[..];
    let medium = |log: &Log, group: &str| {
        any(
            log,
            |e| matches!(e, Event::RiskAssessed(a) if a.levels.0.iter().any(|(g, l)| g.name() == group && *l == Level::Medium)),
        )
    };
    near(Share::KnownAdultMedium, per_mille(logs, |log| medium(log, "known_adult")), 1000);
    let children = per_mille(logs, |log| medium(log, "children"));
    assert!((410..=510).contains(&children), "children at medium in 46 per cent of cases, found {children}");
}

#[test]
fn courses_are_started_and_cancelled_as_in_the_sample() {
    let logs = &THOUSAND[..];
    let required: Vec<&Log> = logs.iter().filter(|log| requires_bbr(log)).collect();
    let cases = u32::try_from(required.len()).unwrap();
    let did = |kind: Kind| {
        per_mille(required.iter().copied(), |log| {
            any(log, |e| e.kind() == kind && e.get(Field::Programme) == Some(FieldValue::Code(Programme::Bbr.code())))
        })
    };
    near(Share::BbrStarted, did(Kind::ProgrammeStarted), cases);
    near(Share::BbrCancelled, did(Kind::ProgrammeWithdrawn), cases);
}

#[test]
fn conditions_of_licence_are_proposed_as_in_the_sample() {
    let logs = &THOUSAND[..];
    let licence: Vec<&Log> = logs.iter().filter(|log| supervised_as(log, SentenceType::Licence)).collect();
    let cases = u32::try_from(licence.len()).unwrap();
    let proposed = per_mille(licence.iter().copied(), |log| any(log, |e| e.kind() == Kind::LicenceConditionsProposed));
    near(Share::LicenceConditionsProposed, proposed, cases);
}

#[test]
fn good_practice_gathers_in_some_cases() {
    // Two things that a good officer does come together more often than chance would have it: 32 of 100 times 19 of 100
    // is 6 of 100.
    let logs = &THOUSAND[..];
    let visited = |log: &Log| any(log, |e| e.kind() == Kind::HomeVisitCompleted);
    let overseen = |log: &Log| any(log, |e| e.kind() == Kind::ManagementOversightRecorded);
    let both = per_mille(logs, |log| visited(log) && overseen(log));
    let apart = per_mille(logs, visited) * per_mille(logs, overseen) / 1000;
    assert!(both > apart + 20, "together in {both}, by chance in {apart} of a thousand");
}

#[test]
fn every_proportion_is_one_and_says_what_it_rests_on() {
    for share in Share::ALL {
        let line = share.proportion();
        let (Ground::Report(why) | Ground::Assumed(why)) = line.ground;
        assert!((1..1000).contains(&line.per_mille), "{share:?}");
        assert!(!line.of.is_empty() && !why.is_empty(), "{share:?}");
    }
}
