//! Explanations of outcomes and of rules that did not fire: the event, the rule and the values of the facts.

use risk_core::event::vocabulary::ActionKind::{CompleteSara, HomeVisit, ManagementOversight, ReviewRisk};
use risk_core::event::vocabulary::Audience::{self, Analyst, Inspector, Manager};
use risk_core::event::vocabulary::Group::{Children, KnownAdult};
use risk_core::event::vocabulary::Handling;
use risk_core::explain::{ExplainError, Explanation, ReasonLine, Target, WhyNot, explain, why_not};

use crate::story::{SUPERVISED, Story, day, e, given};

/// A visit, where the rule's condition holds; five call-outs are many.
fn visit(on: &str, when: &str) -> String {
    format!(
        r#"
        [[parameter]]
        id = "many"
        unit = "count"
        value = 5
        [[action]]
        id = "home_visit"
        closed_by = [{{ on = "home_visit_completed" }}]
        [[rule]]
        id = "visit"
        on = "{on}"
        when = "{when}"
        require = [{{ action = "home_visit" }}]
    "#
    )
}

const CALL_OUT: &str = r#"{ on = 2017-12-04, kind = "police_call_out", children_present = "no", outcome = "arrest" },"#;

fn asked(story: &Story, audience: Audience, rule: &str) -> Result<WhyNot, ExplainError> {
    let question = story.question("2017-12-10");
    why_not(&story.log, &story.policy, &risk_core::assessment::Question { audience, ..question }, rule)
}

/// Why the rule did not fire on its last event: each fact, with the value found and the value required.
fn failed(on: &str, when: &str, events: &[&str]) -> Vec<(String, String, String)> {
    let story = given(&visit(on, when), &[&[SUPERVISED], events].concat());
    let trial = asked(&story, Inspector, "visit").unwrap().trials.pop().unwrap();
    trial.failed.into_iter().map(|f| (f.fact, f.value, f.wanted.unwrap())).collect()
}

#[track_caller]
fn wanted(on: &str, when: &str, events: &[&str], value: &str, wanted: &str) {
    let found = failed(on, when, events);
    assert_eq!(found.len(), 1, "{when}: {found:?}");
    assert_eq!((found[0].1.as_str(), found[0].2.as_str()), (value, wanted), "{when}");
}

#[test]
fn a_rule_that_did_not_fire_tells_each_event_that_it_was_asked_of_and_the_nearest_alternative() {
    let when = "event.outcome = charge and event.children_present = yes or event.outcome = arrest and supervised = no";
    let story = given(&visit("police_call_out", when), &[SUPERVISED, CALL_OUT]);
    let why = asked(&story, Inspector, "visit").unwrap();
    assert!(!why.fired);
    assert_eq!((why.rule.id.as_str(), why.rule.condition.as_str()), ("visit", when));
    assert_eq!(why.listens_to, ["police_call_out"]);
    let trial = &why.trials[0];
    assert_eq!((trial.event_id, trial.kind.as_str(), trial.on), (Some(e(2)), "police_call_out", day("2017-12-04")));
    assert_eq!((why.trials.len(), trial.in_force, trial.fired), (1, true, false));
    let kept: Vec<(&str, &str, Option<&str>)> =
        trial.failed.iter().map(|f| (f.fact.as_str(), f.value.as_str(), f.wanted.as_deref())).collect();
    assert_eq!(kept, [("supervised", "yes", Some("no"))], "of the other alternative two comparisons fail");
}

#[test]
fn a_rule_that_fired_tells_when_and_one_that_heard_of_nothing_tells_that() {
    let story = given(&visit("police_call_out", "event.outcome = arrest"), &[SUPERVISED, CALL_OUT]);
    let why = asked(&story, Inspector, "visit").unwrap();
    assert!(why.fired && why.trials[0].fired && why.trials[0].failed.is_empty());
    let silent = given(&visit("charged", "supervised = yes"), &[SUPERVISED, CALL_OUT]);
    let why = asked(&silent, Inspector, "visit").unwrap();
    assert_eq!((why.fired, why.trials), (false, vec![]));
}

#[test]
fn a_rule_asked_outside_its_dates_tells_that_it_was_not_in_force() {
    let rule = visit("police_call_out", "event.outcome = arrest");
    let later = rule.replace("on = \"police", "effective = { from = 2018-01-01 }\non = \"police");
    let why = asked(&given(&later, &[SUPERVISED, CALL_OUT]), Inspector, "visit").unwrap();
    assert_eq!((why.fired, why.trials[0].in_force, why.trials[0].fired), (false, false, false));
}

#[test]
fn of_two_versions_of_a_rule_each_is_told_only_while_it_is_in_force() {
    let version = |effective: &str, outcome: &str| {
        let rule = visit("police_call_out", &format!("event.outcome = {outcome}"));
        let rule = rule.replace("on = \"police", &format!("effective = {{ {effective} }}\non = \"police"));
        rule[rule.find("[[rule]]").unwrap()..].to_owned()
    };
    let head = visit("charged", "supervised = yes").split("[[rule]]").next().unwrap().to_owned();
    let earlier = version("from = 2014-06-01, to = 2017-12-01", "charge");
    let later = version("from = 2017-12-01", "arrest");
    let story = given(&[head, earlier, later].concat(), &[SUPERVISED, CALL_OUT]);
    let why = asked(&story, Inspector, "visit").unwrap();
    assert_eq!((why.fired, why.trials.len()), (true, 1));
}

#[test]
fn a_duty_tells_after_which_steps_it_was_looked_at() {
    let rules = r#"
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "home_visit_completed" }]
        [[duty]]
        id = "while-in-custody"
        action = "home_visit"
        while = "in_custody = yes"
    "#;
    let story = given(rules, &[SUPERVISED, r#"{ on = 2017-12-04, kind = "custody_entered" },"#]);
    let why = asked(&story, Inspector, "while-in-custody").unwrap();
    assert_eq!((why.fired, why.listens_to), (true, vec![]));
    let seen: Vec<(Option<uuid::Uuid>, bool, usize)> =
        why.trials.iter().map(|t| (t.event_id, t.fired, t.failed.len())).collect();
    assert_eq!(seen, [(Some(e(1)), false, 1), (Some(e(2)), true, 0)]);
    assert_eq!(why.trials[0].failed[0].wanted.as_deref(), Some("yes"));
}

#[test]
fn what_a_comparison_asks_for_is_told_in_its_own_words() {
    let on = "police_call_out";
    let call_out = [CALL_OUT];
    wanted(on, "event.outcome = charge", &call_out, "arrest", "charge");
    wanted(on, "event.outcome in [charge, unknown]", &call_out, "arrest", "charge or unknown");
    wanted(on, "recorded(known_adult) >= high", &call_out, "unknown", "high or very_high");
    wanted(on, "grade in [po, unknown]", &[ALLOCATED, CALL_OUT], "pso", "po or unknown");
    wanted(on, "event.outcome != arrest", &call_out, "arrest", "no_further_action or charge or unknown");
    let count = "count(police_call_out, 30)";
    wanted(on, &format!("{count} >= 3"), &call_out, "1", "at least 3");
    wanted(on, &format!("{count} = 3"), &call_out, "1", "3");
    wanted(on, &format!("{count} >= 2 and {count} <= 4"), &call_out, "1", "2 to 4");
    wanted(on, "days_since(charged) <= 3", &[CHARGED, CALL_OUT], "33", "at most 3");
    wanted(on, "days_since(charged) = never", &[CHARGED, CALL_OUT], "33", "never");
    wanted(on, "days_since(charged) != never", &call_out, "never", "ever");
    let reported = r#"{ on = 2017-12-04, kind = "incident_reported", conduct = ["harassment", "stalking"] },"#;
    let conduct = |when: &str, value: &str, asked: &str| wanted("incident_reported", when, &[reported], value, asked);
    conduct("event.conduct has strangulation", "stalking, harassment", "one with strangulation");
    conduct("not event.conduct has harassment", "stalking, harassment", "one without harassment");
}

const ALLOCATED: &str = r#"{ on = 2017-09-02, kind = "case_allocated", provider = "nps", grade = "pso" },"#;
const CHARGED: &str = r#"{ on = 2017-11-01, kind = "charged", offence = "assault", victims = ["p1"] },"#;

#[test]
fn a_number_is_compared_with_a_parameter_as_the_condition_says() {
    let count = |n: usize| -> Vec<String> {
        (1..=n).map(|d| CALL_OUT.replace("2017-12-04", &format!("2017-12-0{d}"))).collect()
    };
    for (how, words, holds) in [
        ("=", "exactly", [false, true, false]),
        ("!=", "anything but", [true, false, true]),
        ("<", "less than", [true, false, false]),
        ("<=", "at most", [true, true, false]),
        (">", "more than", [false, false, true]),
        (">=", "at least", [false, true, true]),
    ] {
        let when = format!("count(police_call_out, 30) {how} param.many");
        for (n, holds) in (4..).zip(holds) {
            let events = count(n);
            let events: Vec<&str> = events.iter().map(String::as_str).collect();
            let found = failed("police_call_out", &when, &events);
            let expected = (!holds).then(|| (n.to_string(), format!("{words} param.many")));
            assert_eq!(found.into_iter().map(|f| (f.1, f.2)).next(), expected, "{n} call-outs, {when}");
        }
    }
}

/// A disclosure asks for a review within a week, a SARA at once and a level; a visit has no limit.
const DISCLOSED: &str = r#"
    [[parameter]]
    id = "review_time"
    title = "Time for a review"
    value = 7
    [[action]]
    id = "review_risk"
    closed_by = [{ on = "risk_assessed" }]
    decidable_by = ["manager"]
    [[action]]
    id = "complete_sara"
    closed_by = [{ on = "sara_completed" }]
    [[action]]
    id = "home_visit"
    closed_by = [{ on = "home_visit_completed" }]
    [[rule]]
    id = "disclosed"
    on = "plw_disclosure"
    when = "event.raised_risk = yes"
    indicate = [{ group = "known_adult", level = "medium" }]
    require = [
        { action = "review_risk", due = { within = "review_time" } },
        { action = "complete_sara", due = "immediately" },
        { action = "home_visit" },
    ]
"#;
const TOLD: &str = r#"{ on = 2017-12-01, recorded = 2017-12-04, kind = "plw_disclosure", person = "p1", concerns = ["other"], raised_risk = "yes" },"#;
const VISITED: &str = r#"{ on = 2017-12-05, kind = "home_visit_completed" },"#;
const DECIDED: &str = r#"{ on = 2017-12-05, kind = "action_decided", handling = "partner_confidential", action = "review_risk", reasons = ["e2"], decision = "not_needed", by = "mo", role = "manager", reason = "other" },"#;

fn told(story: &Story, audience: Audience, target: Target) -> Explanation {
    let question = risk_core::assessment::Question { audience, ..story.question("2017-12-10") };
    explain(&story.log, &story.policy, &question, target).unwrap()
}

fn reason(story: &Story, audience: Audience, target: Target) -> ReasonLine {
    told(story, audience, target).outcomes.remove(0).reasons.remove(0)
}

#[test]
fn a_reason_is_told_with_its_event_its_rule_and_the_facts_that_counted() {
    let story = given(DISCLOSED, &[SUPERVISED, TOLD]);
    let why = reason(&story, Inspector, Target::Action(ReviewRisk));
    assert_eq!((why.event.event_id, why.event.kind.as_str()), (Some(e(2)), "plw_disclosure"));
    assert_eq!((why.event.occurred_on, why.event.recorded_on), (day("2017-12-01"), day("2017-12-04")));
    assert_eq!(why.event.handling, Some(Handling::PartnerConfidential));
    assert_eq!((why.rule.id.as_str(), why.rule.sources[0].document.as_str()), ("disclosed", "An invented manual"));
    let facts: Vec<(&str, &str)> = why.facts.iter().map(|f| (f.fact.as_str(), f.value.as_str())).collect();
    assert_eq!(facts, [("event.raised_risk", "yes")]);
    assert_eq!(why.answered, None);
}

#[test]
fn a_limit_is_told_with_its_parameter_and_one_at_once_without() {
    let story = given(DISCLOSED, &[SUPERVISED, TOLD]);
    let within = reason(&story, Inspector, Target::Action(ReviewRisk)).limit.unwrap();
    assert_eq!((within.due, within.value), (Some(day("2017-12-11")), Some(7)));
    assert_eq!(
        (within.parameter.as_deref(), within.title.as_deref()),
        (Some("review_time"), Some("Time for a review"))
    );
    let at_once = reason(&story, Inspector, Target::Action(CompleteSara)).limit.unwrap();
    assert_eq!((at_once.due, at_once.parameter), (Some(day("2017-12-04")), None));
    assert_eq!(reason(&story, Inspector, Target::Action(HomeVisit)).limit, None);
}

#[test]
fn an_answer_is_told_with_what_gave_it_and_whether_it_named_the_event() {
    let story = given(DISCLOSED, &[SUPERVISED, TOLD, VISITED, DECIDED]);
    let answered = |action| reason(&story, Inspector, Target::Action(action)).answered.unwrap();
    let visited = answered(HomeVisit);
    assert_eq!((visited.event_id, visited.how, visited.named), (Some(e(3)), "done", false));
    let decided = answered(ReviewRisk);
    assert_eq!((decided.event_id, decided.how, decided.named), (Some(e(4)), "not_needed", true));
    assert_eq!(decided.on, day("2017-12-05"));
}

#[test]
fn what_is_asked_about_is_what_is_explained() {
    let story = given(DISCLOSED, &[SUPERVISED, TOLD, VISITED]);
    let about = |target| -> Vec<String> {
        let name = |o: risk_core::explain::Outcome| {
            o.action.map(|a| a.action.to_string()).or(o.group.map(|g| g.group.to_string())).unwrap()
        };
        told(&story, Inspector, target).outcomes.into_iter().map(name).collect()
    };
    assert_eq!(about(Target::Everything), ["review_risk", "complete_sara", "known_adult"], "the visit is done");
    assert_eq!(about(Target::Action(HomeVisit)), ["home_visit"]);
    let id = story.on("2017-12-10").the(CompleteSara).id;
    assert_eq!(about(Target::Instance(id)), ["complete_sara"]);
    assert_eq!(about(Target::Group(KnownAdult)), ["known_adult"]);
    let of_children = told(&story, Inspector, Target::Group(Children)).outcomes;
    assert!(!of_children.is_empty() && of_children.iter().all(|o| o.reasons.is_empty()));
}

#[test]
fn who_may_see_no_event_ids_is_told_of_none_and_who_may_not_see_why_is_told_nothing() {
    let story = given(DISCLOSED, &[SUPERVISED, TOLD, VISITED]);
    let why = reason(&story, Analyst, Target::Action(HomeVisit));
    assert_eq!((why.event.event_id, why.event.handling), (None, None));
    assert_eq!((why.event.kind.as_str(), why.answered.unwrap().event_id), ("plw_disclosure", None));
    assert_eq!(asked(&story, Analyst, "disclosed").unwrap().trials[0].event_id, None);
    let question = risk_core::assessment::Question { audience: Manager, ..story.question("2017-12-10") };
    let refused = explain(&story.log, &story.policy, &question, Target::Everything);
    assert_eq!(refused, Err(ExplainError::NotForAudience(Manager)));
    assert_eq!(asked(&story, Manager, "disclosed"), Err(ExplainError::NotForAudience(Manager)));
}

#[test]
fn a_rule_that_the_policy_does_not_have_is_said_with_those_that_are_near() {
    let story = given(DISCLOSED, &[SUPERVISED]);
    let Err(ExplainError::UnknownRule { found, nearest }) = asked(&story, Inspector, "disclosd") else {
        panic!("there is no such rule");
    };
    assert_eq!(found, "disclosd");
    assert!(nearest.contains("`disclosed`"), "{nearest}");
}

/// A disclosure asks for a review within a week; when that is overdue, a manager is to look at it.
const OVERDUE: &str = r#"
    [[parameter]]
    id = "review_time"
    title = "Time for a review"
    value = 7
    [[action]]
    id = "review_risk"
    closed_by = [{ on = "risk_assessed" }]
    [[action]]
    id = "management_oversight"
    closed_by = [{ on = "management_oversight_recorded" }]
    [[rule]]
    id = "disclosed"
    on = "plw_disclosure"
    require = [{ action = "review_risk", priority = "protect_now", due = { within = "review_time" } }]
    [[rule]]
    id = "late"
    on = "action_overdue"
    when = "event.priority = protect_now"
    require = [{ action = "management_oversight" }]
"#;

#[test]
fn what_time_brought_about_has_its_own_day_and_the_event_behind_it_keeps_its_own() {
    let story = given(OVERDUE, &[SUPERVISED, TOLD]);
    let question = risk_core::assessment::Question { audience: Inspector, ..story.question("2017-12-20") };
    let told = explain(&story.log, &story.policy, &question, Target::Action(ManagementOversight)).unwrap();
    let why = &told.outcomes[0].reasons[0];
    assert_eq!((why.event.event_id, why.event.kind.as_str()), (Some(e(2)), "plw_disclosure"));
    assert_eq!((why.event.occurred_on, why.event.recorded_on), (day("2017-12-01"), day("2017-12-04")));
    let timer = why.timer.as_ref().unwrap();
    assert_eq!((timer.kind, timer.on), ("action_overdue", day("2017-12-12")));
    let facts: Vec<(&str, &str)> = why.facts.iter().map(|f| (f.fact.as_str(), f.value.as_str())).collect();
    assert_eq!(facts, [("event.priority", "protect_now")]);
}
