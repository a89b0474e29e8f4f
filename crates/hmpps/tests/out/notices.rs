//! Domain events: what they say, and to whom.

use std::sync::LazyLock;

use proptest::prelude::*;
use risk_core::assessment::Question;
use risk_core::event::vocabulary::Audience::{self, Manager, ProgrammesTeam, ResponsibleOfficer};
use risk_core::event::vocabulary::Handling;
use risk_core::log::Log;
use risk_hmpps::notice::{Notice, NoticeAnswers, NoticeBuilder, NoticeError, Subscriber, notices};
use serde_json::{Value, json};

use crate::case::{Case, POLICY, moment};

static TELLER: LazyLock<NoticeBuilder<'static>> = LazyLock::new(|| NoticeBuilder::new(&POLICY));

fn answers(log: &Log, day: &str, audience: Audience) -> NoticeAnswers {
    TELLER.answers(log, &Question::at(moment(day), audience)).unwrap()
}

fn subscriber(confidential: bool) -> Subscriber {
    Subscriber {
        identifiers: vec![("CRN".to_owned(), "X123456".to_owned())],
        detail_url: "https://risk.example/cases/{crn}/{case_id}?for={audience}".to_owned(),
        confidential,
    }
}

/// What is told of the days between, to whoever is, or is not, named for confidential notices.
fn between(log: &Log, days: (&str, &str), confidential: bool) -> Vec<Notice> {
    let (before, after) = (answers(log, days.0, ResponsibleOfficer), answers(log, days.1, ResponsibleOfficer));
    notices(Some(&before), &after, &subscriber(confidential)).unwrap()
}

fn types(notices: &[Notice]) -> Vec<(&str, bool, bool)> {
    let reported = |n: &'_ Notice| (n.additional_information.protect_now, n.additional_information.caution.is_some());
    notices.iter().map(|n| (n.event_type, reported(n).0, reported(n).1)).collect()
}

const CHANGED: &str = "risk-of-harm.actions.changed";
const REVIEW: &str = "risk-of-harm.classification.under-review";
const DAYS: (&str, &str) = ("2017-10-01", "2017-10-03");

/// Everybody was assessed in September, and everything that an officer does first was done.
fn settled() -> Case {
    let levels = json!({ "children": "low", "known_adult": "medium", "public": "low", "staff": "low" });
    Case::supervised().assessed("2017-09-04", levels)
}

fn charged() -> Case {
    settled().and("2017-10-02", "charged", json!({ "offence": "assault", "victims": ["p1"] }))
}

fn disclosed(case: Case) -> Case {
    let data = json!({ "person": "p1", "concerns": ["strangulation"], "raised_risk": "yes" });
    case.and("2017-10-02", "plw_disclosure", data)
}

#[test]
fn a_notice_is_the_envelope_of_the_estate_and_says_no_more_than_that_something_changed() {
    let reported = between(&charged().log(), DAYS, false);
    assert_eq!(types(&reported), [(CHANGED, true, false), (REVIEW, true, false)]);
    let expected = json!({
        "eventType": "risk-of-harm.actions.changed",
        "version": 1,
        "description": "What has to be done in a case has changed",
        "detailUrl": "https://risk.example/cases/X123456/00000000-0000-0000-0000-00000000ca5e?for=responsible_officer",
        "occurredAt": moment("2017-10-03"),
        "personReference": { "identifiers": [{ "type": "CRN", "value": "X123456" }] },
        "additionalInformation": {
            "caseId": "00000000-0000-0000-0000-00000000ca5e", "audience": "responsible_officer", "protectNow": true
        },
    });
    assert_eq!(serde_json::to_value(&reported[0]).unwrap(), expected);
    let text = serde_json::to_string(&reported).unwrap();
    for word in ["charge", "assault", "victim", "known_adult", "children", "p1"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[test]
fn nothing_new_is_no_notice_and_without_an_earlier_answer_all_that_is_pending_is_new() {
    let log = charged().log();
    assert_eq!(between(&log, ("2017-10-03", "2017-10-03"), true), []);
    let after = answers(&log, "2017-10-03", ResponsibleOfficer);
    let first = notices(None, &after, &subscriber(false)).unwrap();
    assert_eq!(types(&first), [(CHANGED, true, false), (REVIEW, true, false)]);
}

#[test]
fn what_a_victim_told_reaches_only_a_subscriber_named_for_it_in_a_notice_of_its_own() {
    let log = disclosed(settled()).log();
    assert_eq!(between(&log, DAYS, false), []);
    assert_eq!(types(&between(&log, DAYS, true)), [(CHANGED, true, true), (REVIEW, true, true)]);
    let both = disclosed(charged()).log();
    assert_eq!(between(&both, DAYS, false), between(&charged().log(), DAYS, false));
    let reported = between(&both, DAYS, true);
    assert_eq!(
        types(&reported),
        [(CHANGED, true, false), (REVIEW, true, false), (CHANGED, true, true), (REVIEW, true, true)]
    );
    let open = between(&charged().log(), DAYS, true);
    assert_eq!(types(&open), [(CHANGED, true, false), (REVIEW, true, false)], "nothing confidential changed");
}

#[test]
fn two_answers_that_are_not_to_one_question_and_a_template_that_cannot_be_filled_in_are_refused() {
    let log = charged().log();
    let (officer, manager) = (answers(&log, "2017-10-03", ResponsibleOfficer), answers(&log, "2017-10-03", Manager));
    let other = notices(Some(&officer), &manager, &subscriber(false)).unwrap_err();
    assert_eq!(
        other.to_string(),
        "the earlier answer: expected one to the same question as the later, found another audience"
    );
    let to = |detail_url: &str, identifiers| Subscriber {
        detail_url: detail_url.to_owned(),
        identifiers,
        confidential: false,
    };
    let refused = |to: Subscriber| notices(None, &officer, &to).unwrap_err();
    assert_eq!(refused(to("https://risk.example/{crn}", vec![])), NoticeError::NoCrn);
    let expected = "the template of the detail URL: expected {case_id}, {crn} or {audience} in braces, found {nhs}";
    assert_eq!(refused(to("https://risk.example/{nhs}", vec![])).to_string(), expected);
    let odd = to("https://risk.example/{crn}", vec![("crn".to_owned(), "X 1/2".to_owned())]);
    assert_eq!(notices(None, &officer, &odd).unwrap()[0].detail_url, "https://risk.example/X%201%2F2");
}

/// Something that happens on a day of October, with the kind's own mark or a stricter one.
fn happening() -> impl Strategy<Value = (u32, &'static str, Value, Option<&'static str>)> {
    let kinds = vec![
        ("charged", json!({ "offence": "assault", "victims": ["p1"] })),
        ("police_call_out", json!({ "persons": ["p1"], "outcome": "arrest" })),
        ("plw_disclosure", json!({ "person": "p1", "concerns": ["threat_to_kill"], "raised_risk": "yes" })),
        ("relationship_started", json!({ "person": "p2", "children_in_household": "yes" })),
        ("marac_discussed", json!({ "person": "p1", "notes_obtained": "no" })),
        ("home_visit_completed", json!({ "concern": "yes" })),
        ("information_shared", json!({ "about": ["p1"], "with": "childrens_social_care" })),
        ("management_oversight_recorded", json!({ "by": "m1", "decision": "noted" })),
        ("domestic_abuse_identified", json!({ "role": "perpetrator", "evidence": "call_out" })),
        (
            "risk_assessed",
            json!({ "levels": { "known_adult": "high" }, "stage": "review", "signed": "yes", "tool": "oasys", "assessor": "a1" }),
        ),
    ];
    let marks = prop_oneof![3 => Just(None), 1 => Just(Some("restricted"))];
    (1_u32..28, proptest::sample::select(kinds), marks).prop_map(|(day, (kind, data), mark)| (day, kind, data, mark))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// To the byte: neither their words nor their number nor their moment is another.
    #[test]
    fn notices_for_others_are_the_same_without_what_is_confidential(
        happenings in prop::collection::vec(happening(), 1..8),
        days in (1_u32..15, 15_u32..31),
    ) {
        let mut case = settled();
        for (day, kind, data, mark) in happenings {
            case = case.marked(mark, &format!("2017-10-{day:02}"), kind, data);
        }
        let (whole, open) = (case.log(), case.without(|r| r.handling > Handling::Staff));
        let (since, at) = (format!("2017-10-{:02}", days.0), format!("2017-10-{:02}", days.1));
        for audience in [ResponsibleOfficer, Manager, ProgrammesTeam] {
            let reported = |log: &Log, to: &Subscriber| {
                let (before, after) = (answers(log, &since, audience), answers(log, &at, audience));
                serde_json::to_string(&notices(Some(&before), &after, to).unwrap()).unwrap()
            };
            prop_assert_eq!(reported(&whole, &subscriber(false)), reported(&open, &subscriber(false)));
            // Who is named for it hears at least as much.
            prop_assert!(reported(&whole, &subscriber(true)).len() >= reported(&whole, &subscriber(false)).len());
        }
    }
}
