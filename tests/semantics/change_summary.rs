//! Summaries of changes: each way in which an action, a level or a flag can change, in the words that a reader sees.

use risk_core::assessment::Change;
use risk_core::assessment::answer::{
    Action, Caution, Classification, Decided, Flag, FlagState, GroupLevel, GroupStatus, Refused, Status, WaitingOn,
};
use risk_core::event::vocabulary::ActionKind::ReviewRisk;
use risk_core::event::vocabulary::Group::KnownAdult;
use risk_core::event::vocabulary::{ActionDecision, DecisionReason, Group, Handling, Level, Register, Role, Setting};
use risk_core::policy::model::{Basis, Priority};
use risk_reports::change_summary::{Perspective, SummaryKind, SummaryLine, summarise};

use crate::story::{SUPERVISED, Seen, day, e, given};

const RULES: &str = r#"
    [[parameter]]
    id = "review_time"
    value = 7
    [[action]]
    id = "review_risk"
    title = "Review the risk"
    closed_by = [{ on = "risk_assessed" }]
    [[rule]]
    id = "concern"
    on = "plw_disclosure"
    require = [{ action = "review_risk", due = { within = "review_time" } }]
    indicate = [{ group = "known_adult", level = "medium" }]
    flag = [{ register = "domestic_abuse_perpetrator" }]
"#;
/// No line.
const NOTHING: [String; 0] = [];
const TOLD: &str = r#"{ on = 2017-12-04, kind = "plw_disclosure", person = "p1", concerns = ["physical_violence"], raised_risk = "yes" },"#;

fn seen() -> Seen {
    given(RULES, &[SUPERVISED, TOLD]).on("2017-12-05")
}

/// An open review, due on 11 December, for one reason.
fn review() -> Action {
    let mut review = seen().the(ReviewRisk).clone();
    (review.caution, review.due_basis) = (None, Some(Basis::Policy));
    review
}

fn told(change: Change, voice: Perspective) -> Vec<SummaryLine> {
    summarise(&[change], voice)
}

/// The summary of a review that changed in this way.
fn moved(from: impl FnOnce(&mut Action), to: impl FnOnce(&mut Action), voice: Perspective) -> String {
    let (mut before, mut after) = (review(), review());
    from(&mut before);
    to(&mut after);
    let lines = told(Change::Moved { before: Box::new(before), after: Box::new(after), what: vec![] }, voice);
    lines.into_iter().map(|l| l.text.trim_start_matches("Review the risk: ").to_owned()).collect()
}

fn in_time(to: impl FnOnce(&mut Action)) -> String {
    moved(|_| {}, to, Perspective::Successive)
}

fn decided(decision: ActionDecision, accepted: bool) -> impl FnOnce(&mut Action) {
    move |a| {
        let (by, role, reason) = ("mo".to_owned(), Role::Manager, DecisionReason::Other);
        a.decided = Some(Decided { decision, by, role, reason, on: day("2017-12-05"), until: None, accepted });
    }
}

#[test]
fn each_status_is_told_with_the_day_that_it_is_about() {
    let status = |status: Status| in_time(move |a| a.status = status);
    assert_eq!(status(Status::Overdue), "overdue, as it was due 11 Dec 2017.");
    assert_eq!(status(Status::DueSoon), "due soon, on 11 Dec 2017.");
    assert_eq!(status(Status::Waiting), "waiting.");
    assert_eq!(moved(|a| a.status = Status::Waiting, |_| {}, Perspective::Successive), "no longer waiting.");
    assert_eq!(moved(|a| a.status = Status::Overdue, |_| {}, Perspective::Successive), "open.");
    assert_eq!(
        moved(|_| {}, |a| a.status = Status::Waiting, Perspective::SideBySide),
        "open in the first, waiting in the second."
    );
}

#[test]
fn a_date_and_a_priority_are_told_beside_what_they_were() {
    let later = |a: &mut Action| a.due = Some(day("2017-12-20"));
    assert_eq!(in_time(later), "due 20 Dec 2017 (due 11 Dec 2017 before).");
    assert_eq!(in_time(|a| a.due = None), "no due date (due 11 Dec 2017 before).");
    assert_eq!(moved(|_| {}, later, Perspective::SideBySide), "due 20 Dec 2017 (due 11 Dec 2017 in the first).");
    assert_eq!(in_time(|a| a.priority = Priority::ProtectNow), "now PROTECT NOW.");
    assert_eq!(
        moved(|_| {}, |a| a.priority = Priority::Planned, Perspective::SideBySide),
        "this week in the first, now planned in the second."
    );
}

#[test]
fn whom_it_waits_on_is_told_with_how_often_they_were_reminded() {
    let waits = |chased: usize| {
        in_time(move |a| {
            let (party, since) = ("childrens_social_care".to_owned(), day("2017-12-05"));
            a.waiting_on = Some(WaitingOn { party, since, chased, last_chased: None });
        })
    };
    assert_eq!(waits(0), "waits on children's social care since 5 Dec 2017.");
    assert_eq!(waits(1), "waits on children's social care since 5 Dec 2017, chased once.");
    assert_eq!(waits(2), "waits on children's social care since 5 Dec 2017, chased 2 times.");
}

#[test]
fn rounds_and_reasons_are_counted() {
    assert_eq!(in_time(|a| a.missed = Some(1)), "1 round missed.");
    assert_eq!(in_time(|a| a.missed = Some(2)), "2 rounds missed.");
    assert_eq!(moved(|a| a.missed = Some(1), |_| {}, Perspective::Successive), "");
    assert_eq!(in_time(|a| a.last_done = Some(day("2017-12-05"))), "last done on 5 Dec 2017.");
    let further = |n: usize| {
        in_time(move |a| {
            for number in 0..n {
                let mut reason = a.because[0].clone();
                reason.event_id = Some(e(9 + number));
                a.because.push(reason);
            }
        })
    };
    assert_eq!(further(1), "a further reason.");
    assert_eq!(further(2), "2 further reasons.");
    assert_eq!(in_time(|a| a.because.clear()), "one reason fewer.");
    let twice = |a: &mut Action| {
        let mut second = a.because[0].clone();
        second.event_id = Some(e(9));
        a.because.push(second);
    };
    assert_eq!(moved(twice, |a| a.because.clear(), Perspective::Successive), "2 reasons fewer.");
    assert_eq!(
        moved(|a| a.status = Status::Done, |a| (twice(a), a.status = Status::Done).0, Perspective::Successive),
        ""
    );
}

#[test]
fn what_people_decided_is_told_and_whether_it_counts() {
    let said = |decision, accepted| in_time(decided(decision, accepted));
    assert_eq!(said(ActionDecision::WillDo, true), "decided by mo (manager): will be done.");
    assert_eq!(said(ActionDecision::NotNeeded, true), "decided by mo (manager): not needed.");
    assert_eq!(said(ActionDecision::DoneElsewhere, true), "decided by mo (manager): done elsewhere.");
    assert_eq!(
        said(ActionDecision::Deferred, false),
        "decided by mo (manager): put off; this role may not decide that, so it has no effect."
    );
    let refused = |by: Option<&str>, reason: Option<&str>| {
        let (by, reason) = (by.map(str::to_owned), reason.map(str::to_owned));
        let on = day("2017-12-05");
        in_time(move |a| a.refused.push(Refused { by, reason, on, event_id: None }))
    };
    assert_eq!(refused(Some("nps"), Some("not_met")), "refused by NPS on 5 Dec 2017 (not met); it stays open.");
    assert_eq!(refused(None, None), "refused on 5 Dec 2017 (no reason recorded); it stays open.");
}

#[test]
fn what_becomes_of_a_line_is_told_once() {
    let once = |to: fn(&mut Action), said: &str| {
        assert_eq!(in_time(to), said);
        assert_eq!(moved(to, to, Perspective::Successive), "", "{said}");
        assert_eq!(moved(to, |_| {}, Perspective::Successive), "", "{said}");
    };
    once(|a| a.inherited = true, "inherited from an earlier holder.");
    once(|a| a.frozen_on = Some(day("2018-01-01")), "supervision ended: the status is frozen.");
    once(|a| a.basis_withdrawn = true, "its basis was withdrawn.");
    once(
        |a| a.caution = Some(Caution::DoNotRaiseWithPerson),
        "now has a reason that must not be raised with the person.",
    );
    let handed_over = |a: &mut Action| (a.frozen_on, a.handed_over) = (Some(day("2018-01-01")), true);
    assert_eq!(in_time(handed_over), "supervision ended: the status is frozen, and the action is handed over.");
}

#[test]
fn a_line_that_comes_or_goes_is_told_with_its_date_and_what_the_date_rests_on() {
    let of = |change: fn(Box<Action>) -> Change, to: &dyn Fn(&mut Action), voice: Perspective| {
        let mut action = review();
        to(&mut action);
        let lines = told(change(Box::new(action)), voice);
        (lines[0].kind, lines[0].text.clone())
    };
    let opened = |action| Change::Opened { action };
    let gone = |action| Change::Gone { action };
    let closed = |action| Change::Closed { action };
    let as_it_is = |_: &mut Action| {};
    let open = "Review the risk: this week, due 11 Dec 2017.";
    assert_eq!(of(opened, &as_it_is, Perspective::Successive), (SummaryKind::Opened, format!("To do: {open}")));
    assert_eq!(
        of(opened, &as_it_is, Perspective::SideBySide),
        (SummaryKind::Opened, format!("Only in the second: {open}"))
    );
    assert_eq!(
        of(gone, &as_it_is, Perspective::SideBySide),
        (SummaryKind::Closed, format!("Only in the first: {open}"))
    );
    let no_longer = "No longer required, given what is known now: Review the risk.";
    assert_eq!(of(gone, &as_it_is, Perspective::Successive), (SummaryKind::Closed, no_longer.to_owned()));
    let text = |to: &dyn Fn(&mut Action)| of(opened, to, Perspective::Successive).1;
    assert_eq!(
        text(&|a| a.due_basis = Some(Basis::Assumed)),
        "To do: Review the risk: this week, due 11 Dec 2017 (limit: assumed)."
    );
    assert_eq!(text(&|a| a.status = Status::Overdue), "To do: Review the risk: this week, due 11 Dec 2017, overdue.");
    assert_eq!(text(&|a| a.due = None), "To do: Review the risk: this week, no limit in any source.");
    assert_eq!(
        text(&|a| (a.due, a.due_unknown) = (None, Some("no calendar".to_owned()))),
        "To do: Review the risk: this week, the due date is unknown: no calendar."
    );
    let late = |a: &mut Action| (a.status, a.closed) = (Status::DoneLate, Some(day("2017-12-20")));
    let done = |a: &mut Action| (a.status, a.closed) = (Status::Done, Some(day("2017-12-10")));
    let settled = "Required and settled at once: Review the risk: done, on 10 Dec 2017.";
    assert_eq!(of(opened, &done, Perspective::Successive), (SummaryKind::Closed, settled.to_owned()));
    let closed_late = "No longer pending: Review the risk: done late, due 11 Dec 2017, on 20 Dec 2017.";
    assert_eq!(of(closed, &late, Perspective::Successive), (SummaryKind::Closed, closed_late.to_owned()));
    let closed_beside = "Pending in the first, not in the second: Review the risk: done, on 10 Dec 2017.";
    assert_eq!(of(closed, &done, Perspective::SideBySide), (SummaryKind::Closed, closed_beside.to_owned()));
}

#[test]
fn lines_that_say_the_same_of_several_are_one_line_with_all_their_rules_and_the_strictest_mark() {
    let of = |about: &str, rule: &str, caution: bool| {
        let mut action = review();
        action.about = vec![about.to_owned()];
        action.because[0].rule = rule.to_owned();
        action.handling = Some(if caution { Handling::PartnerConfidential } else { Handling::ThirdParty });
        action.caution = caution.then_some(Caution::DoNotRaiseWithPerson);
        Change::Opened { action: Box::new(action) }
    };
    let mut urgent = review();
    urgent.priority = Priority::ProtectNow;
    let changes = [
        of("p2", "b", false),
        of("p1", "a", true),
        of("domestic_abuse_victim", "c", false),
        Change::Opened { action: Box::new(urgent) },
    ];
    let lines = summarise(&changes, Perspective::Successive);
    let texts: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "To do: Review the risk: PROTECT NOW, due 11 Dec 2017.",
            "To do: Review the risk (about domestic abuse victim, p1 and p2): this week, due 11 Dec 2017."
        ]
    );
    assert_eq!(lines[1].rules, ["a", "b", "c"]);
    assert_eq!((lines[0].do_not_raise, lines[1].do_not_raise), (None, Some(Handling::PartnerConfidential)));
}

/// The classification with one group as it is made.
fn levels(of: impl FnOnce(&mut GroupLevel)) -> Option<Box<Classification>> {
    let mut classification = seen().answer.classification.unwrap();
    classification.groups.retain(|g| g.group == KnownAdult && g.setting == Setting::Community);
    of(&mut classification.groups[0]);
    Some(Box::new(classification))
}

#[test]
fn of_a_group_only_what_changed_is_told() {
    let said = |before: Option<Box<Classification>>, after: Option<Box<Classification>>| -> Vec<String> {
        told(Change::Classification { before, after }, Perspective::Successive).into_iter().map(|l| l.text).collect()
    };
    let none = |g: &mut GroupLevel| {
        (g.indicated, g.working_level, g.status) = (None, Level::Unknown, GroupStatus::NotAssessed);
    };
    let now = levels(|_| {});
    let all_of_it = ["Risk to known adult: medium indicated; work to MEDIUM."];
    assert_eq!(said(None, now.clone()), all_of_it);
    assert_eq!(said(levels(none), now.clone()), all_of_it);
    assert_eq!(said(now.clone(), now.clone()), NOTHING);
    assert_eq!(said(now.clone(), None), NOTHING);
    assert_eq!(
        said(now.clone(), levels(none)),
        ["Risk to known adult: no indication left unanswered; work to UNKNOWN."]
    );
    for (status, words) in [
        (GroupStatus::Settled, "settled"),
        (GroupStatus::UnderReview, "under review"),
        (GroupStatus::Stale, "assessment out of date"),
    ] {
        assert_eq!(said(now.clone(), levels(|g| g.status = status)), [format!("Risk to known adult: {words}.")]);
        assert_eq!(said(levels(|g| g.status = status), now.clone()), ["Risk to known adult: not assessed."]);
    }
    let custody = levels(|g| g.setting = Setting::Custody);
    assert_eq!(
        said(now.clone(), custody.clone()),
        ["Risk to known adult: no longer shown.", "Risk to known adult, in custody: medium indicated; work to MEDIUM."]
    );
    assert_eq!(said(custody, levels(|g| g.group = Group::Children)).len(), 2);
}

#[test]
fn a_level_is_told_with_its_rules_and_with_the_stricter_of_its_marks() {
    let mark = |group: Option<Handling>, indicated: Option<Handling>| {
        let after = levels(|g| {
            (g.handling, g.caution) = (group, group.map(|_| Caution::DoNotRaiseWithPerson));
            let i = g.indicated.as_mut().unwrap();
            (i.handling, i.caution) = (indicated, indicated.map(|_| Caution::DoNotRaiseWithPerson));
        });
        let line = told(Change::Classification { before: None, after }, Perspective::Successive).remove(0);
        assert_eq!(line.rules, ["concern"]);
        line.do_not_raise
    };
    assert_eq!(mark(None, None), None);
    assert_eq!(mark(Some(Handling::Restricted), None), Some(Handling::Restricted));
    assert_eq!(mark(None, Some(Handling::PartnerConfidential)), Some(Handling::PartnerConfidential));
    assert_eq!(mark(Some(Handling::ThirdParty), Some(Handling::Restricted)), Some(Handling::Restricted));
    let without_caution = levels(|g| (g.caution, g.indicated.as_mut().unwrap().caution) = (None, None));
    let lines = told(Change::Classification { before: None, after: without_caution }, Perspective::Successive);
    assert_eq!(lines[0].do_not_raise, None);
}

#[test]
fn a_flag_is_told_where_it_stands_otherwise_and_where_no_rule_speaks_of_it_any_more() {
    let flag = |should_be, is| {
        let mut flag = seen().answer.flags[0].clone();
        (flag.should_be, flag.is) = (should_be, is);
        flag
    };
    let said = |before: Vec<Flag>, after: Vec<Flag>| -> Vec<String> {
        told(Change::Flags { before, after }, Perspective::Successive).into_iter().map(|l| l.text).collect()
    };
    let (set, unset) = (FlagState::Set, FlagState::Unset);
    for (should_be, is, words) in [
        (set, unset, "should be set, and is not"),
        (unset, set, "is set, and should not be"),
        (set, set, "set, as it should be"),
        (unset, unset, "not set, as it should be"),
    ] {
        assert_eq!(said(vec![], vec![flag(should_be, is)]), [format!("Flag domestic abuse perpetrator: {words}.")]);
    }
    assert_eq!(said(vec![flag(set, set)], vec![flag(set, set)]), NOTHING, "nothing of what stands as it stood");
    let mut other = flag(set, set);
    other.register = Register::Marac;
    assert_eq!(
        said(vec![flag(set, set), other.clone()], vec![other]),
        ["Flag domestic abuse perpetrator: no rule applies to it any more."]
    );
    let line = told(Change::Flags { before: vec![], after: vec![flag(set, unset)] }, Perspective::Successive).remove(0);
    assert_eq!((line.rules, line.do_not_raise), (vec!["concern".to_owned()], Some(Handling::PartnerConfidential)));
    let mut open = flag(set, unset);
    open.caution = None;
    let lines = told(Change::Flags { before: vec![], after: vec![open] }, Perspective::Successive);
    assert_eq!(lines[0].do_not_raise, None);
}

#[test]
fn what_the_answer_says_of_itself_is_told_where_it_matters_to_a_reader() {
    let said = |member| -> Vec<String> {
        told(Change::Other { member }, Perspective::Successive).into_iter().map(|l| l.text).collect()
    };
    assert_eq!(said("blind_to"), ["The list of rules that cannot fire because a feed is missing has changed."]);
    assert_eq!(said("unrecognised"), ["A record arrived that only a newer version can read."]);
    assert_eq!(said("withheld"), ["The content of a record was removed by law."]);
    assert_eq!(said("receipt"), ["The policy is past its review date, or another policy was used."]);
    assert_eq!(said("agenda"), NOTHING);
}
