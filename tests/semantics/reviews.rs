//! A decision answers only what it could have considered.

use risk_core::assessment::answer::{GroupStatus, Status};
use risk_core::event::vocabulary::ActionKind::ReviewRisk;
use risk_core::event::vocabulary::Audience::ResponsibleOfficer;
use risk_core::event::vocabulary::Group::{Children, KnownAdult};
use risk_core::event::vocabulary::Level::{High, Medium};

use crate::story::{SUPERVISED, bytes, e, given};

const A_CONCERN_ASKS_FOR_A_REVIEW: &str = r#"
[[action]]
id = "review_risk"
closed_by = [{ on = "risk_assessed", when = "event.stage = review and event.signed = yes" }]
must_name = true

[[rule]]
id = "concern"
on = "concern_disclosed"
indicate = [{ group = "known_adult", level = "medium" }]
require = [{ action = "review_risk" }]
"#;

const CONCERN_OF_THE_4TH_LEARNT_ON_THE_5TH: &str = r#"
{ on = 2017-12-04, recorded = 2017-12-05, kind = "concern_disclosed", by = "practitioner", person = "p1", concerns = ["harassment"] },
"#;

#[test]
fn a_review_of_the_1st_typed_in_on_the_6th_has_not_considered_what_was_learnt_on_the_5th() {
    let story = given(
        A_CONCERN_ASKS_FOR_A_REVIEW,
        &[
            SUPERVISED,
            CONCERN_OF_THE_4TH_LEARNT_ON_THE_5TH,
            r#"
        { on = 2017-12-01, recorded = 2017-12-06, kind = "risk_assessed", levels = { known_adult = "high" }, stage = "review", signed = "yes", assessor = "ann" },
    "#,
        ],
    );
    let seen = story.on("2017-12-06");
    assert_eq!(seen.status(ReviewRisk), Status::Open);
    assert_eq!(seen.group(KnownAdult).status, GroupStatus::UnderReview);
    let indicated = seen.group(KnownAdult).indicated.as_ref().map(|i| i.level);
    assert_eq!(indicated, Some(Medium), "nor does it answer what is indicated, although it states more");
}

#[test]
fn nor_has_a_review_made_after_it_happened_and_before_it_was_learnt() {
    let story = given(
        A_CONCERN_ASKS_FOR_A_REVIEW,
        &[
            SUPERVISED,
            CONCERN_OF_THE_4TH_LEARNT_ON_THE_5TH,
            r#"
        { on = "2017-12-04T18:00:00Z", recorded = 2017-12-06, kind = "risk_assessed", levels = { known_adult = "high" }, stage = "review", signed = "yes", assessor = "ann" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-06").status(ReviewRisk), Status::Open);
}

#[test]
fn a_review_made_once_it_was_known_answers_it_and_the_lack_of_a_name_is_found() {
    let story = given(
        A_CONCERN_ASKS_FOR_A_REVIEW,
        &[
            SUPERVISED,
            CONCERN_OF_THE_4TH_LEARNT_ON_THE_5TH,
            r#"
        { on = 2017-12-06, kind = "risk_assessed", levels = { known_adult = "high" }, stage = "review", signed = "yes", assessor = "ann" },
    "#,
        ],
    );
    let seen = story.on("2017-12-06");
    assert_eq!(seen.status(ReviewRisk), Status::Done);
    assert_eq!(seen.the(ReviewRisk).findings, ["not_named"]);
    let officer = story.seen_by(ResponsibleOfficer, "2017-12-06");
    assert!(officer.the(ReviewRisk).findings.is_empty(), "findings go to inspectors, managers and analysts only");
}

#[test]
fn a_review_that_names_what_it_considers_answers_it_and_leaves_no_finding() {
    let story = given(
        A_CONCERN_ASKS_FOR_A_REVIEW,
        &[
            SUPERVISED,
            CONCERN_OF_THE_4TH_LEARNT_ON_THE_5TH,
            r#"
        { on = 2017-12-06, kind = "risk_assessed", levels = { known_adult = "high" }, stage = "review", signed = "yes", assessor = "ann", considers = ["e2"] },
    "#,
        ],
    );
    let seen = story.on("2017-12-06");
    assert_eq!(seen.status(ReviewRisk), Status::Done);
    assert!(seen.the(ReviewRisk).findings.is_empty());
    assert_eq!(seen.the(ReviewRisk).closed_by, [e(3)]);
    assert_eq!(seen.group(KnownAdult).indicated, None);
    assert_eq!(seen.group(KnownAdult).status, GroupStatus::Settled);
}

#[test]
fn an_assessment_that_is_not_signed_answers_nothing() {
    let story = given(
        A_CONCERN_ASKS_FOR_A_REVIEW,
        &[
            SUPERVISED,
            CONCERN_OF_THE_4TH_LEARNT_ON_THE_5TH,
            r#"
        { on = 2017-12-06, kind = "risk_assessed", levels = { known_adult = "high" }, stage = "review", signed = "no", assessor = "ann", considers = ["e2"] },
    "#,
        ],
    );
    let seen = story.on("2017-12-06");
    assert_eq!(seen.status(ReviewRisk), Status::Open);
    assert_eq!(seen.group(KnownAdult).working_level, Medium);
}

#[test]
fn of_a_review_and_a_concern_of_one_instant_neither_comes_first() {
    const A_NIGHT_S_FEED: [&str; 2] = [
        r#"
        { on = "2017-12-04T09:00:00Z", recorded = "2017-12-05T02:00:00Z", kind = "concern_disclosed", by = "practitioner", person = "p1", concerns = ["harassment"] },
    "#,
        r#"
        { on = "2017-12-05T02:00:00Z", kind = "risk_assessed", levels = { known_adult = "high", children = "high" }, stage = "review", signed = "yes", assessor = "ann" },
    "#,
    ];
    let concern_first = given(A_CONCERN_ASKS_FOR_A_REVIEW, &[SUPERVISED, A_NIGHT_S_FEED[0], A_NIGHT_S_FEED[1]]);
    let review_first = given(A_CONCERN_ASKS_FOR_A_REVIEW, &[SUPERVISED, A_NIGHT_S_FEED[1], A_NIGHT_S_FEED[0]]);
    for story in [&concern_first, &review_first] {
        let seen = story.on("2017-12-05");
        assert_eq!(seen.status(ReviewRisk), Status::Open, "what came in the same feed was not on the assessor's desk");
        assert_eq!(seen.group(KnownAdult).recorded.as_ref().map(|r| r.level), Some(High));
        assert_eq!(seen.group(Children).recorded.as_ref().map(|r| r.level), Some(High));
        let backwards = story.recorded_backwards().on("2017-12-05");
        assert_eq!(bytes(&seen.answer), bytes(&backwards.answer), "the order in which the log took them says nothing");
    }
}

#[test]
fn a_review_that_names_a_concern_of_its_own_instant_has_considered_it() {
    let story = given(
        A_CONCERN_ASKS_FOR_A_REVIEW,
        &[
            SUPERVISED,
            r#"
        { on = "2017-12-05T10:00:00Z", kind = "concern_disclosed", by = "practitioner", person = "p1", concerns = ["harassment"] },
        { on = "2017-12-05T10:00:00Z", kind = "risk_assessed", levels = { known_adult = "high" }, stage = "review", signed = "yes", assessor = "ann", considers = ["e2"] },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-05").status(ReviewRisk), Status::Done);
}
