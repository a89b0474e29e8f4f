//! An answer for somebody is the fold of the records that they may see, and of nothing else.

use risk_core::assessment::answer::{Caution, Status};
use risk_core::calendar::start_of_day;
use risk_core::event::vocabulary::ActionKind::{
    CompleteSentencePlan, HomeVisit, MaintainContact, ManagementOversight, ReviewRisk,
};
use risk_core::event::vocabulary::Audience::{Analyst, Inspector, Manager, ResponsibleOfficer, SupervisedPerson};
use risk_core::event::vocabulary::Group::KnownAdult;
use risk_core::event::vocabulary::Handling;

use crate::story::{SUPERVISED, bytes, day, given};

const A_PLAN_AND_A_REVIEW: &str = r#"
[[action]]
id = "complete_sentence_plan"
closed_by = [{ on = "sentence_plan_completed" }]

[[action]]
id = "review_risk"
handling = "staff"
closed_by = [{ on = "risk_assessed" }]

[[rule]]
id = "plan"
on = "initial_appointment_attended"
require = [{ action = "complete_sentence_plan" }]

[[rule]]
id = "told"
on = "plw_disclosure"
indicate = [{ group = "known_adult", level = "medium" }]
require = [{ action = "review_risk" }]

[[rule]]
id = "said"
on = "concern_disclosed"
require = [{ action = "review_risk" }]
"#;

const FIRST_APPOINTMENT: &str = r#"{ on = 2017-09-04, kind = "initial_appointment_attended" },"#;

#[test]
fn an_action_closed_in_confidence_looks_open_to_him_as_it_did() {
    let closed = |handling: &str| {
        let plan = format!(r#"{{ on = 2017-09-20, kind = "sentence_plan_completed", handling = "{handling}" }},"#);
        given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, FIRST_APPOINTMENT, &plan])
    };
    let openly = closed("ordinary");
    assert_eq!(openly.seen_by(SupervisedPerson, "2017-09-20").status(CompleteSentencePlan), Status::Done);
    let in_confidence = closed("partner_confidential");
    assert_eq!(in_confidence.on("2017-09-20").status(CompleteSentencePlan), Status::Done);
    let his = in_confidence.seen_by(SupervisedPerson, "2017-09-20");
    assert_eq!(his.status(CompleteSentencePlan), Status::Open);
    let without = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, FIRST_APPOINTMENT]);
    assert_eq!(bytes(&his.answer), bytes(&without.seen_by(SupervisedPerson, "2017-09-20").answer));
}

#[test]
fn an_action_is_as_confidential_as_the_strictest_of_its_reasons_and_says_so() {
    let said = r#"{ on = 2017-12-01, kind = "concern_disclosed", by = "practitioner", concerns = ["denial"] },"#;
    let told = r#"{ on = 2017-12-04, kind = "plw_disclosure", person = "p1" },"#;
    let story = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, said, told]);
    let before = story.on("2017-12-01").the(ReviewRisk).clone();
    assert_eq!((before.handling, before.caution), (Some(Handling::Staff), None));
    let seen = story.on("2017-12-04");
    let after = seen.the(ReviewRisk);
    assert_eq!(
        (after.handling, after.caution),
        (Some(Handling::PartnerConfidential), Some(Caution::DoNotRaiseWithPerson))
    );
    let indicated = seen.group(KnownAdult).indicated.as_ref().unwrap();
    assert_eq!((indicated.handling, indicated.caution), (after.handling, after.caution));
}

#[test]
fn what_is_restricted_is_not_in_the_officer_s_answer_and_its_receipt_does_not_count() {
    let restricted = r#"{ on = 2017-12-04, kind = "plw_disclosure", person = "p1", handling = "restricted" },"#;
    let story = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, restricted]);
    assert_eq!(story.seen_by(Inspector, "2017-12-04").status(ReviewRisk), Status::Open);
    assert_eq!(story.seen_by(Inspector, "2017-12-04").answer.receipt.records, Some(2));
    let officer = story.seen_by(ResponsibleOfficer, "2017-12-04").answer;
    let without = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED]).seen_by(ResponsibleOfficer, "2017-12-04").answer;
    assert_eq!(bytes(&officer), bytes(&without));
    assert_eq!(officer.receipt.records, None, "a number would give away that something was left out");
}

#[test]
fn a_rule_or_duty_that_asks_what_a_victim_told_is_as_confidential_as_what_was_told() {
    let rules = r#"
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "home_visit_completed" }]
        [[action]]
        id = "review_risk"
        closed_by = [{ on = "risk_assessed" }]
        [[action]]
        id = "maintain_contact"
        closed_by = [{ on = "appointment_attended" }]
        [[rule]]
        id = "moved-after-she-told"
        on = "address_changed"
        when = "ever(plw_disclosure)"
        require = [{ action = "home_visit" }]
        flag = [{ register = "domestic_abuse_perpetrator" }]
        [[duty]]
        id = "while-abuse-is-known"
        action = "review_risk"
        while = "supervised = yes and domestic_abuse = yes"
        [[rule]]
        id = "moved"
        on = "address_changed"
        require = [{ action = "maintain_contact" }]
    "#;
    let told_long_ago = r#"{ on = 2017-08-01, kind = "plw_disclosure", person = "p1" },"#;
    let moved = r#"{ on = 2017-12-04, kind = "address_changed" },"#;
    let seen = given(rules, &[told_long_ago, SUPERVISED, moved]).on("2017-12-04");
    for action in [HomeVisit, ReviewRisk] {
        let found = seen.the(action);
        assert_eq!(
            (found.handling, found.caution),
            (Some(Handling::PartnerConfidential), Some(Caution::DoNotRaiseWithPerson)),
            "{action}"
        );
    }
    let flag = &seen.answer.flags[0];
    assert_eq!(
        (flag.handling, flag.caution),
        (Some(Handling::PartnerConfidential), Some(Caution::DoNotRaiseWithPerson))
    );
    assert_eq!(seen.the(MaintainContact).caution, None, "what rests on the move alone may be raised");
}

#[test]
fn what_stands_for_an_open_reason_alone_is_as_open_as_that() {
    // Two actions that one event opened are overdue; of one of them a victim told, too.
    let rules = r#"
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "home_visit_completed" }]
        [[action]]
        id = "maintain_contact"
        closed_by = [{ on = "appointment_attended" }]
        [[action]]
        id = "management_oversight"
        closed_by = [{ on = "management_oversight_recorded" }]
        [[rule]]
        id = "moved"
        on = "address_changed"
        require = [{ action = "home_visit", due = "immediately" }, { action = "maintain_contact", due = "immediately" }]
        [[rule]]
        id = "she-told"
        on = "plw_disclosure"
        require = [{ action = "home_visit", due = "immediately" }]
        [[rule]]
        id = "overdue"
        on = "action_overdue"
        require = [{ action = "management_oversight" }]
    "#;
    let feed = r#"
        { on = 2017-12-04, kind = "address_changed" },
        { on = 2017-12-04, kind = "plw_disclosure", person = "p1" },
    "#;
    let seen = given(rules, &[SUPERVISED, feed]).on("2017-12-05");
    assert_eq!(seen.the(HomeVisit).handling, Some(Handling::PartnerConfidential));
    let oversight = seen.the(ManagementOversight);
    assert_eq!((oversight.handling, oversight.caution), (Some(Handling::Ordinary), None));
}

/// A review rests on what a victim told; one record's payload was removed by law, and a manager decided.
const TOLD_AND_ERASED: &str = r#"
    { on = 2017-09-04, kind = "initial_appointment_attended" },
    { on = 2017-12-04, kind = "plw_disclosure", person = "p1" },
    { on = 2017-12-05, kind = "action_decided", action = "review_risk", decision = "will_do", by = "mo", role = "manager", reason = "other" },
    { on = 2017-12-06, kind = "payload_erased", event_id = "e2", reason = "legal_erasure", by = "mo" },
"#;

#[test]
fn what_a_view_does_not_name_is_nowhere_in_its_answer() {
    let story = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, TOLD_AND_ERASED]);
    let everything = story.seen_by(Inspector, "2017-12-07").answer;
    assert_eq!(everything.withheld, [crate::story::e(2)]);
    let review = |answer: &risk_core::assessment::answer::Assessment| {
        answer.actions.iter().find(|a| a.action == ReviewRisk).cloned().unwrap()
    };
    let seen = review(&everything);
    assert!(seen.decided.is_some() && seen.handling.is_some() && seen.caution.is_some() && !seen.because.is_empty());
    // No ids, no marks and no decisions.
    let analyst = story.seen_by(Analyst, "2017-12-07").answer;
    assert!(analyst.withheld.is_empty(), "not even that this one was removed");
    let blank = review(&analyst);
    assert_eq!((blank.decided.clone(), blank.handling, blank.caution, blank.closed_by.len()), (None, None, None, 0));
    assert_eq!(blank.because[0].event_id, None);
    assert!(!bytes(&analyst).contains("p1"));
    // Event ids, and no word on what the records lack.
    let his = story.seen_by(SupervisedPerson, "2017-12-07").answer;
    assert_eq!((his.withheld.len(), his.blind_to.len(), his.classification.is_some()), (0, 0, false));
    // An agenda, and no reason for any of it.
    let manager = story.seen_by(Manager, "2017-12-07").answer;
    assert_eq!(
        (manager.classification.is_some(), manager.flags.len(), manager.agenda.lines.is_empty()),
        (false, 0, false)
    );
    assert_eq!(review(&manager).because, []);
}

#[test]
fn that_a_reason_is_no_longer_confidential_is_a_change_and_the_answer_says_when() {
    let rules = r#"
        [[action]]
        id = "maintain_contact"
        closed_by = [{ on = "appointment_attended" }]
        [[duty]]
        id = "seen-every-month"
        action = "maintain_contact"
        while = "supervised = yes and domestic_abuse = yes"
        every = "month"
        effective = { from = 2017-09-10 }
        [[parameter]]
        id = "month"
        value = 30
    "#;
    // She told it before the duty came into force, which rests on the sentence; what staff recorded later says it openly.
    let told = r#"{ on = 2017-09-05, kind = "plw_disclosure", person = "p1" },"#;
    let identified =
        r#"{ on = 2017-09-25, kind = "domestic_abuse_identified", role = "perpetrator", evidence = "disclosure" },"#;
    let story = given(rules, &[SUPERVISED, told, identified]);
    let before = story.on("2017-10-20");
    assert_eq!(before.the(MaintainContact).due, Some(day("2017-10-10")));
    assert_eq!(before.the(MaintainContact).handling, Some(Handling::PartnerConfidential));
    let openly = start_of_day(day("2017-10-25"));
    assert_eq!(before.answer.next_change_at, Some(openly), "when the open records alone ask for it");
    assert_eq!(story.on("2017-10-25").the(MaintainContact).handling, Some(Handling::Staff));
}

#[test]
fn a_reader_without_ids_cannot_learn_from_the_order_of_reasons_which_record_is_contested() {
    let reasons = |contested: &str| {
        let events = format!(
            r#"{{ on = 2017-12-04, kind = "plw_disclosure", person = "p1" }},
               {{ on = 2017-12-04, kind = "plw_disclosure", person = "p1" }},
               {{ on = 2017-12-05, kind = "record_disputed", event_id = "{contested}", reason = "wrong_value", by = "ann", handling = "partner_confidential" }},"#
        );
        let seen = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, &events]).seen_by(Analyst, "2017-12-05");
        seen.the(ReviewRisk).because.clone()
    };
    assert_eq!(reasons("e2").iter().map(|line| line.disputed).collect::<Vec<_>>(), [false, true]);
    assert_eq!(reasons("e2"), reasons("e3"));
}
