//! Nothing is changed in place: a correction applies from the moment at which it is recorded.

use risk_core::assessment::Question;
use risk_core::assessment::answer::{GroupStatus, Status};
use risk_core::calendar::parse_moment;
use risk_core::event::vocabulary::ActionKind::{ReadUnrecognisedRecord, ReviewRisk, ShareWithPolice};
use risk_core::event::vocabulary::Audience;
use risk_core::event::vocabulary::Group::KnownAdult;
use risk_core::event::vocabulary::Level::Medium;
use risk_core::explain::{Target, explain};
use risk_core::log::Record;

use crate::story::{SUPERVISED, day, e, given};

/// Only harassment requires a review; any disclosure is shared.
const RULES: &str = r#"
[[action]]
id = "review_risk"
closed_by = [{ on = "risk_assessed" }]

[[action]]
id = "share_with_police"
closed_by = [{ on = "information_shared" }]

[[action]]
id = "read_unrecognised_record"
closed_by = [{ on = "quality_reviewed" }]

[[rule]]
id = "harassment"
on = "concern_disclosed"
when = "event.concerns has harassment"
indicate = [{ group = "known_adult", level = "medium" }]
require = [{ action = "review_risk", due = { within = "week" } }]

[[rule]]
id = "share"
on = "concern_disclosed"
require = [{ action = "share_with_police", due = { within = "week" } }]

[[rule]]
id = "erased"
on = "payload_erased"
require = [{ action = "review_risk" }]

[[rule]]
id = "unreadable"
on = "unrecognised_record"
require = [{ action = "read_unrecognised_record" }]

[[parameter]]
id = "week"
value = 7
"#;

/// e2 on the 5th: no harassment.
const DENIAL: &str = r#"{ on = 2017-12-05, kind = "concern_disclosed", by = "practitioner", concerns = ["denial"] },"#;
/// e2 on the 5th: harassment.
const HARASSMENT: &str =
    r#"{ on = 2017-12-05, kind = "concern_disclosed", by = "practitioner", concerns = ["harassment"] },"#;
/// On the 10th: e2 was harassment.
const IT_WAS_HARASSMENT: &str = r#"
{ on = 2017-12-10, kind = "record_corrected", event_id = "e2", reason = "wrong_value", by = "ann", replacement = { data = { by = "practitioner", concerns = ["harassment"] } } },
"#;
/// On the 10th: e2 was no harassment.
const IT_WAS_DENIAL: &str = r#"
{ on = 2017-12-10, kind = "record_corrected", event_id = "e2", reason = "wrong_value", by = "ann", replacement = { data = { by = "practitioner", concerns = ["denial"] } } },
"#;
/// On the 10th: e2 was entered in error.
const RETRACTED: &str =
    r#"{ on = 2017-12-10, kind = "record_retracted", event_id = "e2", reason = "entered_in_error", by = "ann" },"#;

#[test]
fn before_a_correction_the_old_version_is_what_was_known() {
    let story = given(RULES, &[SUPERVISED, DENIAL, IT_WAS_HARASSMENT]);
    story.on("2017-12-09").asks_nothing_of(ReviewRisk);
    assert_eq!(story.on("2017-12-10").status(ReviewRisk), Status::Open);
    let other_way = given(RULES, &[SUPERVISED, HARASSMENT, IT_WAS_DENIAL]);
    assert_eq!(other_way.on("2017-12-09").status(ReviewRisk), Status::Open);
    assert_eq!(other_way.on("2017-12-10").status(ReviewRisk), Status::Superseded);
}

#[test]
fn what_only_the_new_version_causes_has_the_clock_of_the_correction() {
    let review = given(RULES, &[SUPERVISED, DENIAL, IT_WAS_HARASSMENT]).on("2017-12-11").the(ReviewRisk).clone();
    assert_eq!((review.opened, review.due), (day("2017-12-10"), Some(day("2017-12-17"))));
    assert_eq!(review.because[0].event_id, Some(e(2)), "the reason is the corrected event");
}

#[test]
fn what_the_old_version_already_caused_keeps_its_own_clock() {
    let story = given(RULES, &[SUPERVISED, DENIAL, IT_WAS_HARASSMENT]);
    let share = story.on("2017-12-11").the(ShareWithPolice).clone();
    assert_eq!((share.opened, share.due), (day("2017-12-05"), Some(day("2017-12-12"))));
}

#[test]
fn a_review_made_before_the_correction_has_not_considered_what_the_correction_says() {
    let review = |considers: &str| {
        format!(
            r#"{{ on = 2017-12-07, kind = "risk_assessed", levels = {{ known_adult = "medium" }}, stage = "review", signed = "yes", assessor = "ann" {considers} }},"#
        )
    };
    for considers in ["", ", considers = [\"e2\"]"] {
        let seen = given(RULES, &[SUPERVISED, DENIAL, &review(considers), r#"
            { on = 2017-12-10, kind = "record_corrected", event_id = "e2", reason = "wrong_value", by = "ann", replacement = { data = { by = "practitioner", concerns = ["harassment"] } } },
        "#]).on("2017-12-10");
        assert_eq!(seen.latest(ReviewRisk).status, Status::Open, "it considered what stood there then: {considers}");
        assert_eq!(seen.group(KnownAdult).indicated.as_ref().map(|i| i.level), Some(Medium), "{considers}");
    }
}

#[test]
fn a_review_made_after_the_correction_answers_it() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            DENIAL,
            IT_WAS_HARASSMENT,
            r#"
        { on = 2017-12-12, kind = "risk_assessed", levels = { known_adult = "medium" }, stage = "review", signed = "yes", assessor = "ann" },
    "#,
        ],
    );
    let seen = story.on("2017-12-12");
    assert_eq!(seen.status(ReviewRisk), Status::Done);
    assert_eq!(seen.group(KnownAdult).indicated, None);
}

#[test]
fn after_a_retraction_an_open_action_without_reasons_is_superseded() {
    let story = given(RULES, &[SUPERVISED, HARASSMENT, RETRACTED]);
    assert_eq!(story.on("2017-12-09").status(ReviewRisk), Status::Open);
    let seen = story.on("2017-12-10");
    let review = seen.the(ReviewRisk);
    assert_eq!((review.status, &review.closed_by), (Status::Superseded, &vec![e(3)]));
    assert!(!review.basis_withdrawn);
    assert_eq!(seen.group(KnownAdult).indicated, None, "and nothing is indicated any more");
}

#[test]
fn after_a_retraction_a_closed_action_stays_and_says_that_its_basis_was_withdrawn() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            HARASSMENT,
            r#"
        { on = 2017-12-07, kind = "information_shared", with = "police" },
        { on = 2017-12-10, kind = "record_retracted", event_id = "e2", reason = "entered_in_error", by = "ann" },
    "#,
        ],
    );
    assert!(!story.on("2017-12-09").the(ShareWithPolice).basis_withdrawn);
    let share = story.on("2017-12-10").the(ShareWithPolice).clone();
    assert_eq!((share.status, share.basis_withdrawn), (Status::Done, true));
    assert_eq!(share.closed_by, [e(3)]);
}

#[test]
fn an_action_with_another_reason_outlives_a_retraction() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            HARASSMENT,
            r#"
        { on = 2017-12-06, kind = "concern_disclosed", by = "practitioner", concerns = ["harassment"] },
        { on = 2017-12-10, kind = "record_retracted", event_id = "e2", reason = "entered_in_error", by = "ann" },
    "#,
        ],
    );
    let seen = story.on("2017-12-10");
    let review = seen.latest(ReviewRisk);
    assert_eq!((review.status, review.due), (Status::Open, Some(day("2017-12-13"))));
    // The removed reason does not vanish; it keeps a separate line.
    let statuses: Vec<Status> = seen.all(ReviewRisk).iter().map(|a| a.status).collect();
    assert_eq!(statuses, [Status::Superseded, Status::Open]);
}

#[test]
fn retracting_a_correction_brings_the_version_before_it_back() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            HARASSMENT,
            IT_WAS_DENIAL,
            r#"
        { on = 2017-12-12, kind = "record_retracted", event_id = "e3", reason = "entered_in_error", by = "ann" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-11").status(ReviewRisk), Status::Superseded);
    let review = story.on("2017-12-12").latest(ReviewRisk).clone();
    assert_eq!(review.status, Status::Open);
    assert_eq!(review.opened, day("2017-12-05"), "it was known since then");
    assert_eq!(story.on("2017-12-12").group(KnownAdult).working_level, Medium);
}

#[test]
fn a_correction_may_move_when_it_happened() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-05, kind = "concern_disclosed", by = "practitioner", concerns = ["harassment"] },
        { on = 2017-12-03, kind = "information_shared", with = "police" },
        { on = 2017-12-10, kind = "record_corrected", event_id = "e2", reason = "wrong_date", by = "ann", replacement = { occurred_at = "2017-12-02T12:00:00Z", data = { by = "practitioner", concerns = ["harassment"] } } },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-09").status(ShareWithPolice), Status::Open);
    assert_eq!(story.on("2017-12-10").status(ShareWithPolice), Status::Done, "it was shared the day after it happened");
}

#[test]
fn a_dispute_is_shown_and_changes_no_outcome() {
    let dispute =
        r#"{ on = 2017-12-08, kind = "record_disputed", event_id = "e2", reason = "accuracy_contested", by = "ann" },"#;
    let (before, after) = (given(RULES, &[SUPERVISED, HARASSMENT]), given(RULES, &[SUPERVISED, HARASSMENT, dispute]));
    let (calm, disputed) = (before.on("2017-12-08"), after.on("2017-12-08"));
    assert!(disputed.the(ReviewRisk).because[0].disputed);
    assert!(!after.on("2017-12-07").the(ReviewRisk).because[0].disputed, "not before it was");
    assert_eq!(disputed.status(ReviewRisk), calm.status(ReviewRisk));
    assert_eq!(disputed.the(ReviewRisk).due, calm.the(ReviewRisk).due);
    assert_eq!(disputed.group(KnownAdult).working_level, calm.group(KnownAdult).working_level);
}

#[test]
fn an_erased_payload_is_listed_what_rested_on_it_is_superseded_and_a_review_opens() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            HARASSMENT,
            r#"
        { on = 2017-12-10, kind = "payload_erased", event_id = "e2", reason = "legal_erasure", by = "ann" },
    "#,
        ],
    );
    assert!(story.on("2017-12-09").answer.withheld.is_empty());
    let seen = story.on("2017-12-10");
    assert_eq!(seen.answer.withheld, [e(2)]);
    assert_eq!(seen.status(ShareWithPolice), Status::Superseded);
    assert_eq!(seen.group(KnownAdult).indicated, None);
    let review = seen.latest(ReviewRisk);
    assert_eq!(review.status, Status::Open);
    assert_eq!(review.because.iter().map(|b| b.event_id).collect::<Vec<_>>(), [Some(e(3))], "because of the erasure");
}

#[test]
fn a_record_that_a_newer_version_wrote_is_listed_and_puts_the_case_under_review() {
    let mut story = given(
        RULES,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "risk_assessed", levels = { known_adult = "medium" }, stage = "initial", signed = "yes", assessor = "ann" },
    "#,
        ],
    );
    let newer = format!(
        r#"{{"v":99,"event_id":"{}","case_id":"{}","occurred_at":"2017-12-05T12:00:00Z","recorded_at":"2017-12-05T12:00:00Z","source":{{"agency":"probation"}},"handling":"staff","kind":"something_new","data":{{"what":"nobody knows"}}}}"#,
        e(3),
        story.log.case_id()
    );
    story.log.append(Record::parse(&newer).unwrap(), None).unwrap();
    let before = story.on("2017-12-04");
    assert_eq!(before.group(KnownAdult).status, GroupStatus::Settled);
    assert!(before.answer.unrecognised.is_empty());
    let seen = story.on("2017-12-05");
    assert_eq!(seen.group(KnownAdult).status, GroupStatus::UnderReview);
    assert_eq!(seen.answer.unrecognised.iter().map(|u| (u.event_id, u.v)).collect::<Vec<_>>(), [(e(3), 99)]);
    assert_eq!(seen.status(ReadUnrecognisedRecord), Status::Open);
}

#[test]
fn when_an_act_turns_out_not_to_have_been_done_its_action_is_open_again_by_its_own_date() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            HARASSMENT,
            r#"
        { on = 2017-12-06, kind = "information_shared", with = "police" },
        { on = 2017-12-20, kind = "record_retracted", event_id = "e3", reason = "entered_in_error", by = "ann" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-19").status(ShareWithPolice), Status::Done);
    let share = story.on("2017-12-20").the(ShareWithPolice).clone();
    assert_eq!((share.status, share.due), (Status::Overdue, Some(day("2017-12-12"))));
}

#[test]
fn when_an_assessment_is_retracted_what_it_answered_is_indicated_again() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            HARASSMENT,
            r#"
        { on = 2017-12-07, kind = "risk_assessed", levels = { known_adult = "high" }, stage = "review", signed = "yes", assessor = "ann" },
        { on = 2017-12-20, kind = "record_retracted", event_id = "e3", reason = "entered_in_error", by = "ann" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-19").group(KnownAdult).indicated, None);
    let seen = story.on("2017-12-20");
    assert_eq!(seen.group(KnownAdult).indicated.as_ref().map(|i| i.level), Some(Medium));
    assert_eq!(seen.group(KnownAdult).recorded, None);
    assert_eq!(seen.status(ReviewRisk), Status::Overdue);
}

#[test]
fn when_a_decision_is_retracted_what_it_closed_is_open_again() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            HARASSMENT,
            r#"
        { on = 2017-12-07, kind = "action_decided", action = "share_with_police", decision = "done_elsewhere", by = "ann", role = "manager", reason = "already_done" },
        { on = 2017-12-08, kind = "record_retracted", event_id = "e3", reason = "entered_in_error", by = "ann" },
    "#,
        ],
    );
    assert!(story.on("2017-12-08").pending(ShareWithPolice));
}

#[test]
fn a_correction_of_what_supervision_rests_on_loses_nothing() {
    let start = r#"{ on = 2017-12-10, kind = "record_corrected", event_id = "e1", reason = "wrong_date", by = "ann", replacement = { occurred_at = "2017-08-25T12:00:00Z", data = { sentence_id = "s1", sentence_type = "community_order", index_offence = "robbery" } } },"#;
    let (calm, corrected) = (given(RULES, &[SUPERVISED, HARASSMENT]), given(RULES, &[SUPERVISED, HARASSMENT, start]));
    assert_eq!(calm.on("2017-12-10").answer.actions, corrected.on("2017-12-10").answer.actions);
}

#[test]
fn what_was_withdrawn_and_learnt_again_from_another_record_is_asked_for_again() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            HARASSMENT,
            RETRACTED,
            r#"
        { on = 2017-12-05, recorded = 2017-12-15, kind = "concern_disclosed", by = "practitioner", concerns = ["harassment"] },
    "#,
        ],
    );
    let seen = story.on("2017-12-15");
    assert_eq!(seen.all(ReviewRisk).len(), 2, "the superseded one stays in sight");
    let again = seen.latest(ReviewRisk);
    assert_eq!((again.status, again.opened), (Status::Open, day("2017-12-15")));
}

#[test]
fn each_line_of_one_action_is_explained_by_its_own_reasons() {
    // Both reasons arose on one day and both lines are closed: one was taken out, the other answered.
    let story = given(
        RULES,
        &[
            SUPERVISED,
            HARASSMENT,
            r#"
        { on = 2017-12-05, kind = "concern_disclosed", by = "practitioner", concerns = ["harassment"] },
        { on = 2017-12-10, kind = "record_retracted", event_id = "e2", reason = "entered_in_error", by = "ann" },
        { on = 2017-12-11, kind = "risk_assessed", levels = { known_adult = "medium" }, stage = "review", signed = "yes", assessor = "bob" },
    "#,
        ],
    );
    let at = parse_moment("2017-12-12").unwrap();
    let question = Question::at(at, Audience::Inspector);
    let told = explain(&story.log, &story.policy, &question, Target::Action(ReviewRisk)).unwrap();
    assert_eq!(told.outcomes.len(), 2);
    for outcome in &told.outcomes {
        let said: Vec<_> = outcome.action.as_ref().unwrap().because.iter().map(|b| b.event_id).collect();
        let explained: Vec<_> = outcome.reasons.iter().map(|r| r.event.event_id).collect();
        assert_eq!(explained, said);
    }
}

/// On 1 June, before any sentence.
const BEFORE_ANY_SENTENCE: &str =
    r#"{ on = 2017-06-01, kind = "concern_disclosed", by = "practitioner", concerns = ["harassment"] },"#;

#[test]
fn a_start_of_supervision_that_was_taken_out_as_it_was_entered_moves_nothing() {
    let taken_out =
        r#"{ on = 2017-09-01, kind = "record_retracted", event_id = "e2", reason = "wrong_person", by = "ann" },"#;
    let seen = given(RULES, &[BEFORE_ANY_SENTENCE, SUPERVISED, taken_out]).on("2017-10-01");
    let review = seen.the(ReviewRisk);
    assert_eq!((review.opened, review.due), (day("2017-06-01"), Some(day("2017-06-08"))), "known since June");
}

#[test]
fn what_was_taken_out_before_supervision_began_leaves_no_line_once_it_has() {
    let taken_out =
        r#"{ on = 2017-07-01, kind = "record_retracted", event_id = "e1", reason = "entered_in_error", by = "ann" },"#;
    let story = given(RULES, &[BEFORE_ANY_SENTENCE, taken_out, SUPERVISED]);
    let before = story.on("2017-08-01").the(ReviewRisk).clone();
    assert_eq!((before.status, before.closed), (Status::Superseded, Some(day("2017-07-01"))));
    story.on("2017-09-01").asks_nothing_of(ReviewRisk);
}

#[test]
fn what_was_taken_out_was_superseded_that_day_though_supervision_began_anew_later() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            HARASSMENT,
            r#"
        { on = 2017-12-10, kind = "record_retracted", event_id = "e1", reason = "wrong_person", by = "ann" },
        { on = 2017-12-10, kind = "record_retracted", event_id = "e2", reason = "wrong_person", by = "ann" },
        { on = 2018-01-15, kind = "supervision_started", sentence_id = "s2", sentence_type = "licence", index_offence = "assault" },
    "#,
        ],
    );
    for on in ["2017-12-31", "2018-01-31"] {
        let review = story.on(on).the(ReviewRisk).clone();
        assert_eq!((review.status, review.closed), (Status::Superseded, Some(day("2017-12-10"))), "{on}");
    }
}

#[test]
fn what_was_contested_and_taken_out_says_both() {
    let dispute =
        r#"{ on = 2017-12-08, kind = "record_disputed", event_id = "e2", reason = "accuracy_contested", by = "ann" },"#;
    let seen = given(RULES, &[SUPERVISED, HARASSMENT, dispute, RETRACTED]).on("2017-12-10");
    let review = seen.the(ReviewRisk);
    assert_eq!((review.status, review.because[0].disputed), (Status::Superseded, true));
}

#[test]
fn a_rule_that_was_written_anew_from_a_date_is_still_that_rule_in_another_version() {
    // The first start was wrong, so that the disclosure is background of a period that began after the rule was written anew.
    let rules = RULES
        .replace("id = \"harassment\"\n", "id = \"harassment\"\neffective = { from = 2014-06-01, to = 2017-12-08 }\n")
        + r#"
[[rule]]
id = "harassment"
effective = { from = 2017-12-08 }
on = "concern_disclosed"
when = "event.concerns has [harassment, stalking]"
indicate = [{ group = "known_adult", level = "medium" }]
require = [{ action = "review_risk", due = { within = "week" } }]
"#;
    let story = given(
        &rules,
        &[
            SUPERVISED,
            HARASSMENT,
            r#"
        { on = 2017-12-09, kind = "supervision_started", sentence_id = "s2", sentence_type = "community_order", index_offence = "assault" },
        { on = 2017-12-11, kind = "record_retracted", event_id = "e1", reason = "entered_in_error", by = "ann" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-12-10").the(ReviewRisk).opened, day("2017-12-05"));
    let seen = story.on("2017-12-11");
    let review = seen.the(ReviewRisk);
    assert_eq!((review.status, review.opened, review.due), (Status::Open, day("2017-12-09"), Some(day("2017-12-16"))));
}
