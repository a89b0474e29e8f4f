//! An audience's answer is the fold of the records that it may see.

use risk_core::assessment::answer::{BeforeRelying, Caution, GroupStatus, Status};
use risk_core::assessment::{Assessment, Question};
use risk_core::calendar::start_of_day;
use risk_core::event::vocabulary::ActionKind::{
    CompleteSentencePlan, HomeVisit, MaintainContact, ManagementOversight, ReviewRisk,
};
use risk_core::event::vocabulary::Audience::{Analyst, Inspector, Manager, ResponsibleOfficer, SupervisedPerson};
use risk_core::event::vocabulary::Group::KnownAdult;
use risk_core::event::vocabulary::{Handling, Level};
use risk_core::explain::{Target, explain};
use risk_core::fold::run::Lens;
use risk_core::timeline::timeline;

use crate::story::{SUPERVISED, Story, bytes, day, e, given};

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
    // Two actions opened by one event are overdue; one of them also follows from a victim's disclosure.
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

/// A review is based on a victim's disclosure, one record's payload was removed by law, and a manager decided.
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
    assert_eq!(everything.withheld, [e(2)]);
    let review = |answer: &Assessment| answer.actions.iter().find(|a| a.action == ReviewRisk).cloned().unwrap();
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

/// An assessment of the known adult. The responsible officer of these stories does not see what is restricted.
fn assessed(on: &str, known_adult: &str) -> String {
    format!(r#"{{ on = {on}, kind = "risk_assessed", {} }},"#, stated(known_adult))
}

fn stated(known_adult: &str) -> String {
    format!(
        r#"levels = {{ known_adult = "{known_adult}" }}, stage = "review", signed = "yes", tool = "oasys", assessor = "a1", person_involved = "yes""#
    )
}

fn corrected(on: &str, event: &str, known_adult: &str, handling: &str) -> String {
    let data = stated(known_adult);
    format!(
        r#"{{ on = {on}, kind = "record_corrected", event_id = "{event}", handling = "{handling}", replacement = {{ data = {{ {data} }} }}, reason = "wrong_value", by = "a1" }},"#
    )
}

fn taken_out(on: &str, kind: &str, event: &str, handling: &str) -> String {
    format!(
        r#"{{ on = {on}, kind = "{kind}", event_id = "{event}", handling = "{handling}", reason = "wrong_person", by = "a1" }},"#
    )
}

/// The recorded level of the known adult and its status, in the responsible officer's answer.
fn told_officer(story: &Story, moment: &str) -> (Option<Level>, GroupStatus) {
    level(&story.seen_by(ResponsibleOfficer, moment).answer)
}

fn level(answer: &Assessment) -> (Option<Level>, GroupStatus) {
    let groups = &answer.classification.as_ref().unwrap().groups;
    let group = groups.iter().find(|g| g.group == KnownAdult).unwrap();
    (group.recorded.as_ref().map(|r| r.level), group.status)
}

const NOT_ASSESSED: (Option<Level>, GroupStatus) = (None, GroupStatus::NotAssessed);
const ASK_ABOUT_LOW: (Option<Level>, GroupStatus) = (Some(Level::Low), GroupStatus::AskResponsibleOfficer);

#[test]
fn a_hidden_correction_hides_both_versions_and_no_earlier_level_takes_their_place() {
    let (first, second) = (assessed("2017-10-01", "medium"), assessed("2017-10-10", "low"));
    let hidden = corrected("2017-10-20", "e3", "very_high", "restricted");
    let story = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, &first, &second, &hidden]);
    assert_eq!(level(&story.on("2017-10-20").answer), (Some(Level::VeryHigh), GroupStatus::Settled));
    // Before the correction was recorded, the first version was in force.
    assert_eq!(told_officer(&story, "2017-10-19"), ASK_ABOUT_LOW);
    assert_eq!(told_officer(&story, "2017-10-20"), NOT_ASSESSED);
    let as_known_then = Question {
        known_at: Some(story.question("2017-10-19").at),
        audience: ResponsibleOfficer,
        ..story.question("2017-10-25")
    };
    assert_eq!(level(&story.ask(&as_known_then).answer), ASK_ABOUT_LOW);
    // In hindsight it was wrong all along, also where the moment is before the correction.
    for moment in ["2017-10-12", "2017-10-25"] {
        let question = Question { lens: Lens::Hindsight, audience: ResponsibleOfficer, ..story.question(moment) };
        assert_eq!(level(&story.ask(&question).answer), NOT_ASSESSED, "{moment}");
    }
    // Nor does any other way of asking show the record.
    let question = Question { audience: ResponsibleOfficer, ..story.question("2017-10-20") };
    let explained = explain(&story.log, &story.policy, &question, Target::Group(KnownAdult)).unwrap();
    let steps = timeline(&story.log, &story.policy, &question).unwrap();
    for told in [serde_json::to_string(&explained).unwrap(), serde_json::to_string(&steps).unwrap()] {
        assert!(!told.contains(&e(3).to_string()) && !told.contains(&e(4).to_string()), "{told}");
        assert!(!told.contains("\"settled\""), "{told}");
    }
}

#[test]
fn what_is_hidden_counts_only_by_what_it_changed_and_when() {
    let assessment = assessed("2017-10-10", "low");
    let hidden = [
        corrected("2017-10-20", "e2", "very_high", "restricted"),
        corrected("2017-10-20", "e2", "low", "restricted"),
        taken_out("2017-10-20", "record_retracted", "e2", "restricted"),
        taken_out("2017-10-20", "payload_erased", "e2", "restricted"),
    ];
    let answers: Vec<String> = hidden
        .iter()
        .map(|change| {
            let story = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, &assessment, change]);
            bytes(&story.seen_by(ResponsibleOfficer, "2017-10-25").answer)
        })
        .collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    // Without the record at all, it is the same too, but for the classification.
    let without = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED]);
    assert_eq!(answers[0], bytes(&without.seen_by(ResponsibleOfficer, "2017-10-25").answer));
}

#[test]
fn an_open_change_is_in_force_for_all_who_see_the_record() {
    let (first, second) = (assessed("2017-10-01", "low"), assessed("2017-10-10", "very_high"));
    let changed = |change: &str| given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, &first, &second, change]);
    let corrected = changed(&corrected("2017-10-20", "e3", "high", "staff"));
    assert_eq!(told_officer(&corrected, "2017-10-20").0, Some(Level::High));
    for kind in ["record_retracted", "payload_erased"] {
        let gone = changed(&taken_out("2017-10-20", kind, "e3", "staff"));
        assert_eq!(told_officer(&gone, "2017-10-20"), ASK_ABOUT_LOW, "{kind}: the first stands again");
    }
}

#[test]
fn of_a_chain_of_changes_only_the_version_in_force_is_ever_shown() {
    let assessment = assessed("2017-10-10", "low");
    let shown = |changes: &[String]| {
        let events: Vec<&str> =
            [SUPERVISED, &assessment].into_iter().chain(changes.iter().map(String::as_str)).collect();
        told_officer(&given(A_PLAN_AND_A_REVIEW, &events), "2017-10-30")
    };
    let hidden = corrected("2017-10-20", "e2", "medium", "restricted");
    let open = |on| corrected(on, "e2", "very_high", "staff");
    let very_high = (Some(Level::VeryHigh), GroupStatus::AskResponsibleOfficer);
    // The later of two corrections counts, whichever is hidden.
    assert_eq!(shown(&[hidden.clone(), open("2017-10-21")]), very_high);
    assert_eq!(shown(&[open("2017-10-19"), hidden.clone()]), NOT_ASSESSED);
    // A hidden correction that was taken out again changed nothing.
    let undone = |kind| shown(&[hidden.clone(), taken_out("2017-10-22", kind, "e3", "restricted")]);
    assert_eq!([undone("record_retracted"), undone("payload_erased")], [ASK_ABOUT_LOW; 2]);
    // An open correction that was taken out: openly, the first version is in force again; in confidence, neither is
    // shown.
    let retracted =
        |handling| shown(&[open("2017-10-19"), taken_out("2017-10-22", "record_retracted", "e3", handling)]);
    assert_eq!([retracted("staff"), retracted("restricted")], [ASK_ABOUT_LOW, NOT_ASSESSED]);
    // What is gone by an open retraction stays gone, whatever is hidden besides.
    assert_eq!(shown(&[taken_out("2017-10-19", "record_retracted", "e2", "staff"), hidden]), NOT_ASSESSED);
}

#[test]
fn a_later_assessment_decides_again_and_one_before_does_not() {
    let (low, hidden) = (assessed("2017-10-10", "low"), corrected("2017-10-20", "e2", "very_high", "restricted"));
    let later = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, &low, &hidden, &assessed("2017-10-22", "high")]);
    assert_eq!(told_officer(&later, "2017-10-22"), (Some(Level::High), GroupStatus::AskResponsibleOfficer));
    // Made before, and recorded after: the withheld one is the later of the two.
    let late = assessed("2017-10-05, recorded = 2017-10-22", "high");
    let before = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, &low, &hidden, &late]);
    assert_eq!(told_officer(&before, "2017-10-22"), NOT_ASSESSED);
}

#[test]
fn a_group_is_not_assessed_where_what_raised_its_level_has_a_hidden_correction() {
    let said = r#"{ on = 2017-10-15, kind = "plw_disclosure", person = "p1" },"#;
    let hidden = r#"{ on = 2017-10-20, kind = "record_corrected", event_id = "e3", handling = "restricted", replacement = { data = { person = "p2" } }, reason = "wrong_value", by = "a1" },"#;
    let seen = |level: &str| {
        let story = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, &assessed("2017-10-10", level), said, hidden]);
        told_officer(&story, "2017-10-20")
    };
    assert_eq!(seen("low"), NOT_ASSESSED, "the level to work to was the one that it indicated");
    assert_eq!(seen("high"), (Some(Level::High), GroupStatus::AskResponsibleOfficer), "it decided nothing");
}

#[test]
fn who_does_not_see_every_record_is_never_told_that_a_level_is_settled() {
    let story = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED, &assessed("2017-10-10", "low")]);
    let officer = story.seen_by(ResponsibleOfficer, "2017-10-10").answer;
    assert_eq!(level(&officer), ASK_ABOUT_LOW);
    let before_relying = |answer: &Assessment| answer.classification.as_ref().unwrap().before_relying;
    assert_eq!(before_relying(&officer), Some(BeforeRelying::AskResponsibleOfficer));
    // It is there whatever the records are.
    let nothing = given(A_PLAN_AND_A_REVIEW, &[SUPERVISED]).seen_by(ResponsibleOfficer, "2017-10-10").answer;
    assert_eq!(before_relying(&nothing), before_relying(&officer));
    let everything = story.seen_by(Inspector, "2017-10-10").answer;
    assert_eq!((level(&everything).1, before_relying(&everything)), (GroupStatus::Settled, None));
}

#[test]
fn what_staff_correct_changes_nothing_for_the_person_supervised() {
    let plan = r#"{ on = 2017-09-20, kind = "sentence_plan_completed" },"#;
    let events = [SUPERVISED, FIRST_APPOINTMENT, plan];
    let without = given(A_PLAN_AND_A_REVIEW, &events).seen_by(SupervisedPerson, "2017-10-10").answer;
    for change in [
        r#"{ on = 2017-09-25, kind = "record_corrected", event_id = "e3", replacement = { occurred_at = 2017-09-15, data = {} }, reason = "wrong_value", by = "a1" },"#.to_owned(),
        taken_out("2017-09-25", "record_retracted", "e3", "staff"),
        taken_out("2017-09-25", "payload_erased", "e3", "restricted"),
    ] {
        let story = given(A_PLAN_AND_A_REVIEW, &[&events[..], &[&change]].concat());
        assert_eq!(bytes(&story.seen_by(SupervisedPerson, "2017-10-10").answer), bytes(&without), "{change}");
        if !change.contains("record_corrected") {
            assert_eq!(story.on("2017-10-10").status(CompleteSentencePlan), Status::Open, "staff see it: {change}");
        }
    }
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
    // The disclosure precedes the duty, which is based on the sentence; a later record of staff states it openly.
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
