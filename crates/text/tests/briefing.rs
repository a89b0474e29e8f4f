//! The two pages of a briefing: for a terminal and for a browser.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test says what it misses and stops"
)]

use std::collections::{BTreeMap, BTreeSet};

use risk_core::calendar::parse_moment;
use risk_core::event::vocabulary::Audience;
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_reports::briefing::{Briefing, BriefingBuilder, BriefingQuestion};
use risk_text::{briefing, briefing_page, plain};
use serde_json::{Value, json};
use uuid::Uuid;

/// The small policy of the CLI tests, with a rule for call-outs.
const SMALL: &str = include_str!("../../cli/tests/cli/pack/policy.toml");
const CALL_OUTS: &str = r#"
[[rule]]
id = "arrested"
title = "The police arrest the person"
source = [ { document = "report", at = "s3" } ]
basis = "inspectorate"
effective = { from = 2014-06-01 }
on = "police_call_out"
when = "event.outcome = arrest"
require = [ { action = "review_risk", priority = "protect_now", due = { within = "review_within", from = "learnt" } },
            { action = "share_with_police" } ]
"#;

/// A note, which is never shown.
const NOTE: &str = "what she said in confidence";

fn policy() -> Policy {
    Policy::load(&[("policy.toml", SMALL), ("call-outs.toml", CALL_OUTS)]).unwrap_or_else(|errors| panic!("{errors}"))
}

fn case(number: u8) -> Uuid {
    Uuid::from_u128(u128::from(number) << 64)
}

/// A record of a case: when it happened, when it was recorded, what it was.
fn record(case_number: u8, number: u8, happened: &str, recorded: &str, kind: &str, data: Value) -> String {
    json!({
        "event_id": Uuid::from_u128((u128::from(case_number) << 64) + u128::from(number)),
        "case_id": case(case_number),
        "occurred_at": happened,
        "recorded_at": recorded,
        "source": { "agency": "probation" },
        "kind": kind,
        "data": data,
        "note": NOTE,
    })
    .to_string()
}

fn started(number: u8) -> String {
    let data = json!({ "sentence_id": "s1", "sentence_type": "community_order", "index_offence": "assault" });
    record(number, 1, "2017-09-18T10:00:00Z", "2017-09-18T10:00:00Z", "supervision_started", data)
}

fn call_out(number: u8, event: u8, happened: &str, recorded: &str, outcome: &str) -> String {
    record(number, event, happened, recorded, "police_call_out", json!({ "outcome": outcome }))
}

/// Four cases: raised risk without an answer and a call-out last night; an old call-out recorded this morning without
/// consequence; a waiting request and a kept appointment; and a case that ended.
fn logs() -> Vec<Log> {
    let disclosed = json!({ "person": "p1", "concerns": ["physical_violence"], "raised_risk": "yes" });
    let assessed =
        json!({ "levels": { "known_adult": "low" }, "stage": "initial", "signed": "yes", "assessor": "ann" });
    let asked = json!({ "request_id": "r1", "of": "police", "about": "domestic_abuse_call_outs", "stage": "initial" });
    let ended = json!({ "sentence_id": "s1", "reason": "completed" });
    let at = |time: &str| format!("2017-12-{time}:00Z");
    let cases = [
        vec![
            started(1),
            record(1, 2, "2017-10-02T10:00:00Z", "2017-10-02T10:00:00Z", "risk_assessed", assessed),
            record(1, 3, &at("04T10:00"), &at("05T10:00"), "plw_disclosure", disclosed.clone()),
            call_out(1, 4, &at("19T22:10"), &at("20T07:15"), "arrest"),
        ],
        vec![started(2), call_out(2, 2, "2017-11-03T23:00:00Z", &at("20T07:15"), "no_further_action")],
        vec![
            started(3),
            record(3, 2, &at("01T09:00"), &at("01T09:00"), "information_requested", asked),
            record(3, 3, &at("11T09:00"), &at("11T09:00"), "information_chased", json!({ "request_id": "r1" })),
            record(3, 4, &at("15T09:00"), &at("19T16:00"), "plw_disclosure", disclosed.clone()),
            record(3, 5, &at("19T15:00"), &at("19T15:30"), "appointment_attended", json!({})),
        ],
        vec![
            started(4),
            record(4, 2, &at("04T10:00"), &at("04T10:00"), "plw_disclosure", disclosed),
            record(4, 3, &at("14T10:00"), &at("14T10:00"), "supervision_ended", ended),
        ],
    ];
    cases.iter().map(|lines| Log::parse("case", &format!("{}\n", lines.join("\n"))).unwrap()).collect()
}

fn labels(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
}

/// The briefing on the morning of the 20th, with the host's labels of the second case.
fn briefing_for(policy: &Policy, audience: Audience, of_the_second: &BTreeMap<String, String>) -> Briefing {
    let (at, since) = (parse_moment("2017-12-20T08:30:00Z").unwrap(), parse_moment("2017-12-19T08:30:00Z").unwrap());
    let mut builder = BriefingBuilder::new(policy, BriefingQuestion { at, since, audience, feeds: None }).unwrap();
    let names = [
        labels(&[("crn", "X320741"), ("officer", "ann"), ("team", "north")]),
        of_the_second.clone(),
        labels(&[("noms", "A1234BC")]),
        labels(&[]),
    ];
    for (log, labels) in logs().iter().zip(&names) {
        builder.add(log, labels);
    }
    builder.not_shown();
    builder.not_answered(case(9), &labels(&[("crn", "X320749")]), "its key is not at hand");
    builder.finish()
}

fn usual(policy: &Policy) -> Briefing {
    briefing_for(policy, Audience::ResponsibleOfficer, &labels(&[("crn", "X320742"), ("team", "south")]))
}

/// Removes the policy's digest and the engine's version, which change often.
fn without_digest(page: &str) -> String {
    let start = page.rfind("small 1 (").unwrap() + "small 1 (".len();
    format!("{}DIGEST{}", &page[..start], &page[start + 12..])
}

#[test]
fn the_terminal_page_starts_with_missing_cases_and_call_outs() {
    let policy = policy();
    insta::assert_snapshot!(without_digest(&plain(&briefing::page(&usual(&policy), &policy))));
}

#[test]
fn the_browser_page_has_the_same_content() {
    let policy = policy();
    let page = briefing_page::page(&usual(&policy), &policy);
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    insta::assert_snapshot!(without_digest(&format!("{before}<style>…</style>{after}")));
}

#[test]
fn cases_that_could_not_be_assessed_come_first_on_both_pages() {
    let policy = policy();
    let found = usual(&policy);
    let (text, page) = (plain(&briefing::page(&found, &policy)), briefing_page::page(&found, &policy));
    for (page, heading, first) in
        [(&text, "NOT ASSESSED\n", "POLICE CALL-OUTS"), (&page, "Not assessed</h2>", "Police call-outs</h2>")]
    {
        let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("expected {what} in {page}"));
        assert!(at("NOT ASSESSED: 1 case.") < at(heading) && at(heading) < at(first), "{page}");
        assert!(at("its key is not at hand") < at(first), "{page}");
        assert_eq!(page.matches("its key is not at hand").count(), 1);
    }
    let all_assessed = Briefing { not_answered: vec![], ..found };
    for page in [plain(&briefing::page(&all_assessed, &policy)), briefing_page::page(&all_assessed, &policy)] {
        assert!(!page.to_uppercase().contains("NOT ASSESSED</H2>") && !page.contains("NOT ASSESSED"), "{page}");
    }
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    let policy = policy();
    let page = plain(&briefing::page(&usual(&policy), &policy));
    let wide: Vec<&str> = page.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn the_browser_page_is_self_contained_and_every_link_resolves() {
    let policy = policy();
    let page = briefing_page::page(&usual(&policy), &policy);
    for outside in
        ["http:", "https:", "//", "src=", "<script", "<link", "<img", "<iframe", "@import", "url(", "onclick"]
    {
        assert!(!page.contains(outside), "the page contains {outside}");
    }
    let values = |attribute: &str| -> Vec<String> {
        page.split(attribute).skip(1).map(|rest| rest.split_once('"').unwrap().0.to_owned()).collect()
    };
    let ids = values(" id=\"");
    let once: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(once.len(), ids.len(), "duplicate id: {ids:?}");
    for target in values(" href=\"#").iter().chain(&values(" aria-labelledby=\"")) {
        assert!(once.contains(target), "no element has the id {target}");
    }
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en-GB\">"));
}

#[test]
fn every_element_that_is_opened_is_closed_in_its_order() {
    let policy = policy();
    let page = briefing_page::page(&usual(&policy), &policy);
    let mut open: Vec<String> = Vec::new();
    for element in page.split('<').skip(2).map(|rest| rest.split_once('>').unwrap().0) {
        let name = element.split([' ', '\n']).next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name)),
            None if name == "meta" => {}
            None => open.push(name.to_owned()),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn labels_cannot_control_the_terminal_or_inject_markup() {
    let policy = policy();
    let hostile =
        labels(&[("crn", "\"><script>alert(1)</script>"), ("te\u{1b}[31mam", "a\u{1b}]0;x\u{7}\nb\u{202E}c & 'd'")]);
    let found = briefing_for(&policy, Audience::ResponsibleOfficer, &hostile);
    let page = briefing_page::page(&found, &policy);
    assert!(page.contains("CRN &quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script"));
    let styled = briefing::page(&found, &policy);
    for text in [&page, &plain(&styled)] {
        assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202E}'), "{text}");
    }
    // No escape sequence in the coloured page comes from a label.
    assert!(!styled.contains("]0;x\u{7}") && !styled.contains("te\u{1b}[31mam"));
}

#[test]
fn notes_are_never_shown() {
    let policy = policy();
    for audience in [Audience::ResponsibleOfficer, Audience::Inspector, Audience::SupervisedPerson] {
        let found = briefing_for(&policy, audience, &labels(&[]));
        let json = serde_json::to_string(&found).unwrap();
        let (text, page) = (briefing::page(&found, &policy), briefing_page::page(&found, &policy));
        assert!(!json.contains(NOTE) && !text.contains(NOTE) && !page.contains(NOTE));
    }
}

#[test]
fn the_supervised_person_sees_no_call_out_and_nothing_confidential() {
    let policy = policy();
    let found = briefing_for(&policy, Audience::SupervisedPerson, &labels(&[("crn", "X320742")]));
    for page in [plain(&briefing::page(&found, &policy)), briefing_page::page(&found, &policy)] {
        assert!(page.contains("Not shown to this reader, so an empty list means nothing."));
        assert!(!page.contains("call-outs came in") && !page.contains("Do not raise with"));
        assert!(!page.contains("X320742") && !page.contains("Review the risk"));
    }
}

#[test]
fn a_level_in_custody_is_named_as_such() {
    let assessed = json!({
        "levels": { "known_adult": "medium" }, "custody_levels": { "known_adult": "low", "staff": "low" },
        "stage": "initial", "signed": "yes", "assessor": "ann",
    });
    let disclosed = json!({ "person": "p1", "concerns": ["physical_violence"], "raised_risk": "yes" });
    let moment = |day: &str| format!("2017-{day}T10:00:00Z");
    let lines = [
        started(1),
        record(1, 2, &moment("10-02"), &moment("10-02"), "risk_assessed", assessed),
        record(1, 3, &moment("11-01"), &moment("11-01"), "custody_entered", json!({})),
        record(1, 4, &moment("12-18"), &moment("12-18"), "plw_disclosure", disclosed),
    ];
    let log = Log::parse("case", &format!("{}\n", lines.join("\n"))).unwrap();
    let policy = policy();
    let (at, since) = (parse_moment("2017-12-20T08:30:00Z").unwrap(), parse_moment("2017-12-19T08:30:00Z").unwrap());
    let question = BriefingQuestion { at, since, audience: Audience::ResponsibleOfficer, feeds: None };
    let mut builder = BriefingBuilder::new(&policy, question).unwrap();
    builder.add(&log, &BTreeMap::new());
    let text = plain(&briefing::page(&builder.finish(), &policy));
    assert!(text.contains("Known adult in custody under review"), "{text}");
}
