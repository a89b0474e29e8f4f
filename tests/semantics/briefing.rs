//! The briefing for a morning meeting: new records and what they changed, overdue, due and waiting actions.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::assessment::answer::GroupStatus;
use risk_core::calendar::parse_moment;
use risk_core::cancel::{Budget, Cancel, Cancelled};
use risk_core::event::Kind;
use risk_core::event::vocabulary::{ActionKind, Audience, Group, Role};
use risk_core::log::Log;
use risk_reports::briefing::{Briefing, BriefingBuilder, BriefingLine, BriefingQuestion, CallOuts};
use uuid::Uuid;

use crate::story::{SUPERVISED, Story, day, e, given};

const RULES: &str = r#"
    [[parameter]]
    id = "soon"
    value = 7
    [[parameter]]
    id = "at_once"
    value = 2
    [[parameter]]
    id = "later"
    value = 8
    [[action]]
    id = "home_visit"
    title = "Visit"
    priority = "planned"
    closed_by = [{ on = "home_visit_completed" }]
    [[action]]
    id = "review_risk"
    title = "Review the risk"
    closed_by = [{ on = "risk_assessed" }]
    [[action]]
    id = "management_oversight"
    title = "Look at it together"
    owner = "manager"
    part_of = ["review_risk"]
    closed_by = [{ on = "management_oversight_recorded" }]
    [[action]]
    id = "request_safeguarding_information"
    title = "Ask children's social care"
    part_of = ["review_risk"]
    waiting = [{ on = "information_requested", with = "event.of" }]
    chased_by = [{ on = "information_chased" }]
    closed_by = [{ on = "information_received" }]
    [[rule]]
    id = "arrested"
    on = "police_call_out"
    when = "event.outcome = arrest"
    require = [
        { action = "review_risk", priority = "protect_now", due = { within = "soon" } },
        { action = "management_oversight", due = { within = "at_once" } },
        { action = "request_safeguarding_information" },
    ]
    indicate = [{ group = "known_adult", level = "medium" }]
    [[rule]]
    id = "moved"
    on = "address_changed"
    require = [{ action = "home_visit", due = { within = "later" } }]
    [[rule]]
    id = "identified"
    on = "person_identified"
    require = [{ action = "home_visit", about = "person", due = { within = "soon" } }]
"#;

/// A call-out that happened at one moment and was recorded at another.
fn call_out(happened: &str, recorded: &str, outcome: &str) -> String {
    format!(r#"{{ on = {happened}, recorded = {recorded}, kind = "police_call_out", outcome = "{outcome}" }},"#)
}

fn partner(on: &str, person: &str) -> String {
    format!(
        r#"{{ on = {on}, kind = "person_identified", person = "{person}", group = "known_adult", relation = "partner" }},"#
    )
}

const ATTENDED: &str = r#"{ on = 2017-12-05T08:00:00Z, kind = "appointment_attended" },"#;

fn asked(since: &str, at: &str, audience: Audience) -> BriefingQuestion {
    BriefingQuestion { at: parse_moment(at).unwrap(), since: parse_moment(since).unwrap(), audience, feeds: None }
}

/// The briefing of an inspector about one case, from the morning of one day to that of another.
fn briefed(story: &Story, since: &str, at: &str) -> Briefing {
    told(story, asked(&format!("{since}T08:30:00Z"), &format!("{at}T08:30:00Z"), Audience::Inspector))
}

fn told(story: &Story, asked: BriefingQuestion) -> Briefing {
    let mut collecting = BriefingBuilder::new(&story.policy, asked).unwrap();
    collecting.add(&story.log, &labels(&[("crn", "X1")]));
    collecting.finish()
}

fn labels(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
}

fn kinds(lines: &[BriefingLine]) -> Vec<ActionKind> {
    lines.iter().map(|line| line.action).collect()
}

/// The same records as those of another case.
fn as_case(story: &Story, case_id: Uuid) -> Log {
    let mut log = Log::new(case_id);
    for record in story.log.records() {
        let mut record = record.clone();
        record.case_id = case_id;
        log.append(record, None).unwrap();
    }
    log
}

#[test]
fn every_call_out_since_the_last_briefing_is_told_whether_or_not_it_changed_anything() {
    // Given an earlier call-out, one overnight without further action, one with an arrest, and a later one,
    let story = given(
        RULES,
        &[
            SUPERVISED,
            &call_out("2017-12-03T22:00:00Z", "2017-12-04T08:30:00Z", "arrest"),
            &call_out("2017-12-04T21:00:00Z", "2017-12-04T23:00:00Z", "no_further_action"),
            &call_out("2017-12-04T22:00:00Z", "2017-12-05T07:00:00Z", "arrest"),
            &call_out("2017-12-05T08:00:00Z", "2017-12-05T08:31:00Z", "arrest"),
        ],
    );
    // then the two of the last 24 hours are listed, in the order in which they were recorded, with what they changed.
    let found = briefed(&story, "2017-12-04", "2017-12-05");
    let told: Vec<(Option<Uuid>, usize)> =
        found.call_outs.iter().map(|a| (a.records[0].event_id, a.changed.len())).collect();
    assert_eq!(told.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [Some(e(3)), Some(e(4))]);
    assert_eq!(told[0].1, 0);
    assert_eq!(found.call_outs[1].changed[0].text, "Review the risk: a further reason.");
    assert_eq!(found.call_outs[1].changed[0].rules, ["arrested"]);
    assert!(found.call_outs[1].changed[0].caution.is_some(), "what the police told is not for the person");
    assert!(found.call_outs[1].records[0].caution.is_some());
}

#[test]
fn what_happened_long_ago_and_came_in_today_says_so() {
    let story = given(RULES, &[SUPERVISED, &call_out("2017-11-20T22:00:00Z", "2017-12-05T07:00:00Z", "arrest")]);
    let found = briefed(&story, "2017-12-04", "2017-12-05");
    assert_eq!(found.call_outs[0].records[0].days_later, 15);
    assert!(found.call_outs[0].changed.iter().any(|c| c.text.starts_with("To do: Review the risk: PROTECT NOW")));
}

#[test]
fn what_came_in_and_changed_nothing_is_counted_and_not_left_out() {
    let story = given(RULES, &[SUPERVISED, &partner("2017-12-04T10:00:00Z", "p1"), ATTENDED]);
    let found = briefed(&story, "2017-12-04", "2017-12-05");
    assert_eq!(found.other_news.len(), 1);
    assert_eq!(found.other_news[0].records[0].kind, "person_identified");
    assert_eq!(found.unchanged.len(), 1);
    assert_eq!(
        (found.unchanged[0].kinds[0].kind.as_str(), found.unchanged[0].kinds[0].records),
        ("appointment_attended", 1)
    );
    assert!(found.call_outs.is_empty() && found.call_outs_from == CallOuts::Delivered);
}

#[test]
fn what_time_alone_brought_about_is_not_laid_to_a_record_of_that_moment() {
    // Given a review due on the 12th, and an appointment recorded as the 13th began,
    let attended = r#"{ on = 2017-12-13T00:00:00Z, kind = "appointment_attended" },"#;
    let story = given(RULES, &[SUPERVISED, &call_out("2017-12-05", "2017-12-05", "arrest"), attended]);
    // then the review is overdue, and the appointment changed nothing.
    let found = briefed(&story, "2017-12-12", "2017-12-13");
    assert!(found.other_news.is_empty(), "{:?}", found.other_news);
    assert_eq!(found.unchanged.len(), 1);
    assert!(found.overdue.iter().any(|owed| kinds(&owed.lines) == [ActionKind::ReviewRisk]));
}

#[test]
fn a_record_that_was_taken_back_since_says_so_where_it_stands() {
    let retracted = format!(
        r#"{{ on = 2017-12-05T08:00:00Z, kind = "record_retracted", event_id = "{}", reason = "entered_in_error", by = "ro1", handling = "third_party" }},"#,
        e(2)
    );
    let story =
        given(RULES, &[SUPERVISED, &call_out("2017-12-04T22:00:00Z", "2017-12-05T07:00:00Z", "arrest"), &retracted]);
    let found = briefed(&story, "2017-12-04", "2017-12-05");
    assert_eq!(found.call_outs[0].records[0].since_then, [Kind::RecordRetracted]);
    assert_eq!(found.other_news[0].records[0].kind, "record_retracted");
    assert!(found.cases[0].agenda.is_empty());
}

#[test]
fn what_is_overdue_stands_with_its_owner_the_most_urgent_first_and_a_step_under_its_line() {
    // Given a visit due on the 9th, and an urgent review due on the 12th of which a manager's step is due on the 7th,
    let story =
        given(RULES, &[SUPERVISED, &partner("2017-12-02", "p1"), &call_out("2017-12-05", "2017-12-05", "arrest")]);
    // when the 10th comes, then the officer's visit is overdue and the manager's step, listed under its review;
    let found = briefed(&story, "2017-12-09", "2017-12-10");
    let owed: Vec<(Role, Vec<ActionKind>)> = found.overdue.iter().map(|o| (o.owner, kinds(&o.lines))).collect();
    assert_eq!(
        owed,
        [(Role::ResponsibleOfficer, vec![ActionKind::HomeVisit]), (Role::Manager, vec![ActionKind::ReviewRisk])]
    );
    let step = &found.overdue[1].lines[0].items[0];
    assert_eq!(
        (step.action, step.step, step.due, step.days_overdue),
        (ActionKind::ManagementOversight, true, Some(day("2017-12-07")), Some(3))
    );
    assert!(found.overdue[1].lines[0].caution.is_some());
    // and when the 13th comes, then the review comes before the visit, which has been overdue for longer.
    let found = briefed(&story, "2017-12-12", "2017-12-13");
    assert_eq!(kinds(&found.overdue[0].lines), [ActionKind::ReviewRisk, ActionKind::HomeVisit]);
    let review = &found.overdue[0].lines[0];
    assert!(review.items.iter().all(|item| !item.step), "the officer's other step has no limit");
    assert_eq!((review.items[0].due, review.steps), (Some(day("2017-12-12")), 2));
}

#[test]
fn several_subjects_that_stand_alike_are_one_item() {
    let together = [partner("2017-12-02", "p1"), partner("2017-12-02", "p2"), partner("2017-12-03", "p3")].concat();
    let found = briefed(&given(RULES, &[SUPERVISED, &together]), "2017-12-10", "2017-12-11");
    let line = &found.overdue[0].lines[0];
    assert_eq!(line.items.iter().map(|i| i.about.join(" ")).collect::<Vec<_>>(), ["p1 p2", "p3"]);
    assert_eq!(line.items[0].ids.len(), 2);
    assert_eq!(line.id, line.items[0].ids[0]);
}

#[test]
fn what_falls_due_stands_by_owner_and_day_from_today_through_the_seventh_day_after() {
    // Given visits due on the 11th, 12th, 18th, 19th and 20th, when it is the 12th,
    let moved = r#"{ on = 2017-12-12T08:00:00Z, kind = "address_changed" },"#;
    let days = ["2017-12-04", "2017-12-05", "2017-12-11", "2017-12-12T08:00:00Z"];
    let partners: String =
        days.iter().zip(["p1", "p2", "p3", "p4"]).map(|(day, person)| partner(day, person)).collect();
    let found = briefed(&given(RULES, &[SUPERVISED, &partners, moved]), "2017-12-11", "2017-12-12");
    // then the first is overdue, the next three fall due by the 19th, and the last does not yet.
    assert_eq!(found.due_through, day("2017-12-19"));
    let days: Vec<String> =
        found.due[0].days.iter().map(|d| format!("{} {}", d.day, d.lines[0].items[0].about.join(" "))).collect();
    assert_eq!(days, ["2017-12-12 p2", "2017-12-18 p3", "2017-12-19 p4"]);
    assert_eq!(found.overdue[0].lines[0].items[0].about, ["p1"]);
}

#[test]
fn what_waits_on_others_stands_apart_with_whom_since_when_and_how_often_they_were_chased() {
    let requested = r#"{ on = 2017-12-06, kind = "information_requested", request_id = "r1", of = "childrens_social_care", about = "child_safeguarding", stage = "ongoing" },"#;
    let chased = r#"{ on = 2017-12-08, kind = "information_chased", request_id = "r1" },"#;
    let story = given(RULES, &[SUPERVISED, &call_out("2017-12-05", "2017-12-05", "arrest"), requested, chased]);
    let found = briefed(&story, "2017-12-08", "2017-12-09");
    assert_eq!(found.waiting.len(), 1);
    assert_eq!(found.waiting[0].on, "childrens_social_care");
    let item = &found.waiting[0].lines[0].items[0];
    let waiting = item.waiting_on.as_ref().unwrap();
    assert_eq!(item.action, ActionKind::RequestSafeguardingInformation);
    assert_eq!((waiting.since, waiting.chased, waiting.last_chased), (day("2017-12-06"), 1, Some(day("2017-12-08"))));
}

#[test]
fn a_case_tells_its_agenda_without_steps_and_the_levels_under_review() {
    let assessed = r#"{ on = 2017-09-10, kind = "risk_assessed", levels = { known_adult = "low" }, stage = "initial", signed = "yes", assessor = "ann" },"#;
    let story = given(RULES, &[SUPERVISED, assessed, &call_out("2017-12-05", "2017-12-05", "arrest")]);
    let found = briefed(&story, "2017-12-05", "2017-12-06");
    let case = &found.cases[0];
    assert_eq!(kinds(&case.agenda), [ActionKind::ReviewRisk]);
    assert!(case.agenda[0].items.iter().all(|item| !item.step));
    assert_eq!((case.agenda[0].steps, case.more), (2, 0));
    assert_eq!(case.under_review.len(), 1, "{:?}", case.under_review);
    assert!(case.under_review[0].indicated.as_ref().unwrap().caution.is_some());
    assert_eq!(case.labels, labels(&[("crn", "X1")]));
}

#[test]
fn a_level_that_events_indicate_and_nobody_has_stated_is_told_too() {
    let story = given(RULES, &[SUPERVISED, &call_out("2017-12-05", "2017-12-05", "arrest")]);
    let found = briefed(&story, "2017-12-05", "2017-12-06");
    let told = &found.cases[0].under_review;
    assert_eq!((told.len(), told[0].group, told[0].status), (1, Group::KnownAdult, GroupStatus::NotAssessed));
}

#[test]
fn what_was_open_when_supervision_ended_stands_in_a_place_of_its_own() {
    let ended = r#"{ on = 2017-12-10, kind = "supervision_ended", sentence_id = "s1", reason = "completed" },"#;
    let story = given(RULES, &[SUPERVISED, &partner("2017-12-01", "p1"), ended]);
    let found = briefed(&story, "2018-01-09", "2018-01-10");
    assert!(found.overdue.is_empty() && found.due.is_empty() && found.waiting.is_empty());
    assert_eq!((found.ended[0].on, kinds(&found.ended[0].lines)), (day("2017-12-10"), vec![ActionKind::HomeVisit]));
    assert_eq!(found.ended[0].lines[0].items[0].days_overdue, Some(2), "as it stood that day");
}

#[test]
fn cases_not_shown_are_counted_and_cases_without_an_answer_are_named() {
    let story = given(RULES, &[SUPERVISED]);
    let mut collecting =
        BriefingBuilder::new(&story.policy, asked("2017-12-04", "2017-12-05", Audience::Inspector)).unwrap();
    collecting.not_shown();
    collecting.not_answered(Uuid::from_u128(7), &labels(&[("crn", "X7")]), "its key is not at hand");
    let found = collecting.finish();
    assert_eq!((found.not_shown, found.cases.len()), (1, 0));
    assert_eq!(
        (found.not_answered[0].case_id, found.not_answered[0].why.as_str()),
        (Uuid::from_u128(7), "its key is not at hand")
    );
}

#[test]
fn a_case_over_budget_is_named_as_not_answered_and_the_others_are_told_as_ever() {
    let small = as_case(&given(RULES, &[SUPERVISED, &partner("2017-12-01", "p1")]), Uuid::from_u128(1));
    let nights: Vec<String> = (2..21)
        .map(|n| call_out(&format!("2017-12-{n:02}T22:00:00Z"), &format!("2017-12-{n:02}T23:00:00Z"), "arrest"))
        .collect();
    let events: Vec<&str> = std::iter::once(SUPERVISED).chain(nights.iter().map(String::as_str)).collect();
    let large = given(RULES, &events);
    let (policy, large) = (&large.policy, as_case(&large, Uuid::from_u128(2)));
    let asked = asked("2017-12-01", "2017-12-31", Audience::Inspector);
    let told = |budget: u64, logs: &[&Log]| {
        let mut collecting = BriefingBuilder::new(policy, asked.clone()).unwrap().with_case_budget(budget);
        logs.iter().for_each(|log| collecting.add(log, &labels(&[("crn", "X1")])));
        collecting.finish()
    };
    let whole = told(Budget::OF_A_CASE, &[&small, &large]);
    assert!(whole.not_answered.is_empty() && whole.call_outs.len() == 19);
    // Each case has its own budget.
    let enough = |log: &Log| {
        let keeps_to = |budget: &u64| told(*budget, &[log]).not_answered.is_empty();
        (1..).find(keeps_to).unwrap()
    };
    let least = enough(&small);
    assert!(!told(least, &[&large]).not_answered.is_empty());
    let found = told(least, &[&large, &small]);
    assert_eq!(found.not_answered.iter().map(|n| n.case_id).collect::<Vec<_>>(), [large.case_id()]);
    let why = &found.not_answered[0].why;
    assert!(why.contains("over budget") && why.contains(&least.to_string()), "{why}");
    assert_eq!(found.not_answered[0].labels, labels(&[("crn", "X1")]));
    // Nothing of it is anywhere else, and all that is there is as without it.
    let alone = told(Budget::OF_A_CASE, &[&small]);
    assert_eq!(Briefing { not_answered: vec![], ..found.clone() }, alone);
    assert_eq!(told(least, &[&small, &large]), found);
    // Added again within its budget it is answered, and the other way round.
    let mut collecting = BriefingBuilder::new(policy, asked.clone()).unwrap().with_case_budget(least);
    collecting.add(&as_case(&given(RULES, &[SUPERVISED]), large.case_id()), &BTreeMap::new());
    collecting.add(&large, &BTreeMap::new());
    let found = collecting.finish();
    assert_eq!((found.cases.len(), found.not_answered.len()), (0, 1));
    // In JSON it comes before everything that it may be missing from.
    let json = serde_json::to_string(&found).unwrap();
    assert!(json.find("\"not_answered\"") < json.find("\"call_outs\""), "{json}");
}

#[test]
fn a_briefing_that_is_cancelled_adds_nothing_of_the_case() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    let story = given(RULES, &[SUPERVISED, &call_out("2017-12-04T22:00:00Z", "2017-12-05T07:00:00Z", "arrest")]);
    let asked = asked("2017-12-01", "2017-12-31", Audience::Inspector);
    let empty = BriefingBuilder::new(&story.policy, asked.clone()).unwrap().finish();
    let asked_for = AtomicUsize::new(0);
    let never = || {
        asked_for.fetch_add(1, Ordering::Relaxed);
        false
    };
    let mut collecting = BriefingBuilder::new(&story.policy, asked.clone()).unwrap();
    assert_eq!(collecting.add_until(&story.log, &BTreeMap::new(), Cancel::when(&never)), Ok(()));
    let mut as_ever = BriefingBuilder::new(&story.policy, asked.clone()).unwrap();
    as_ever.add(&story.log, &BTreeMap::new());
    assert_eq!(collecting.finish(), as_ever.finish(), "being asked changes nothing");
    for after in 0..asked_for.into_inner() {
        let left = AtomicUsize::new(after);
        let then = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_err();
        let mut collecting = BriefingBuilder::new(&story.policy, asked.clone()).unwrap();
        assert_eq!(collecting.add_until(&story.log, &BTreeMap::new(), Cancel::when(&then)), Err(Cancelled));
        assert_eq!(collecting.finish(), empty);
    }
}

#[test]
fn the_order_of_the_cases_and_how_they_were_shared_out_do_not_show() {
    let calm = given(RULES, &[SUPERVISED, &partner("2017-12-01", "p1")]);
    let urgent = given(RULES, &[SUPERVISED, &call_out("2017-12-04T22:00:00Z", "2017-12-05T07:00:00Z", "arrest")]);
    let logs =
        [as_case(&calm, Uuid::from_u128(1)), as_case(&urgent, Uuid::from_u128(2)), as_case(&calm, Uuid::from_u128(3))];
    let asked = asked("2017-12-04", "2017-12-12", Audience::Inspector);
    let collect = |places: &[usize]| {
        let mut collecting = BriefingBuilder::new(&calm.policy, asked.clone()).unwrap();
        places.iter().for_each(|place| collecting.add(&logs[*place], &BTreeMap::new()));
        collecting
    };
    let all = collect(&[0, 1, 2]).finish();
    // The case with a `protect_now` action comes first.
    assert_eq!(all.cases.iter().map(|c| c.case_id.as_u128()).collect::<Vec<_>>(), [2, 1, 3]);
    assert_eq!(collect(&[2, 1, 0, 1]).finish(), all, "also where a case is added again");
    let mut parts = collect(&[2]);
    parts.merge(collect(&[1, 0]));
    assert_eq!(parts.finish(), all);
}

#[test]
fn an_analyst_is_told_of_no_subject_no_label_and_no_event() {
    let story = given(
        RULES,
        &[SUPERVISED, &partner("2017-12-02", "p-secret"), &call_out("2017-12-05", "2017-12-05", "arrest")],
    );
    let found = told(&story, asked("2017-12-01", "2017-12-20", Audience::Analyst));
    assert!(!found.overdue.is_empty() && found.call_outs.len() == 1);
    let json = serde_json::to_string(&found).unwrap();
    let events: BTreeSet<String> = story.log.records().iter().map(|r| r.event_id.to_string()).collect();
    for secret in events.iter().map(String::as_str).chain(["p-secret", "X1"]) {
        assert!(!json.contains(secret), "{secret} stands in {json}");
    }
}

#[test]
fn no_call_outs_is_told_apart_from_none_that_could_be_seen_or_delivered() {
    let story = given(RULES, &[SUPERVISED, &call_out("2017-12-04T22:00:00Z", "2017-12-05T07:00:00Z", "arrest")]);
    let person = told(&story, asked("2017-12-04", "2017-12-05", Audience::SupervisedPerson));
    assert_eq!((person.call_outs_from, person.call_outs.len()), (CallOuts::NotForThisReader, 0));
    let feeds = Some(BTreeSet::from([Kind::SupervisionStarted]));
    let blind = told(&story, BriefingQuestion { feeds, ..asked("2017-12-05", "2017-12-06", Audience::Inspector) });
    assert_eq!(blind.call_outs_from, CallOuts::NoFeed);
    assert!(blind.blind_to.contains(&"arrested".to_owned()));
}
