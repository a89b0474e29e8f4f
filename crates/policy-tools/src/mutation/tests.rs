//! Each type of change is made, survives without a test for it, and is killed by a test for it.
#![allow(clippy::arithmetic_side_effects, reason = "a test whose sums overflow fails, as it should")]

use super::{Mutant, MutantOutcome, MutationRunner, Report, mutants};
use risk_core::policy::Policy;

const HEAD: &str = r#"
[policy]
id = "tiny"
version = "1"
title = "A tiny policy"
reviewed_through = 2020-12-31

[[parameter]]
id = "review_within"
title = "Review"
unit = "days"
range = [1, 8]
values = [{ from = 2014-06-01, value = 7, basis = "assumed" }]

[[parameter]]
id = "unset_limit"
title = "A limit without a value"
unit = "days"
range = [1, 8]
values = [{ from = 2014-06-01, unset = true }]

[[action]]
id = "review_risk"
title = "Review"
owner = "responsible_officer"
priority = "this_week"
closed_by = [{ on = "risk_assessed", when = "event.signed = yes" }, { on = ["home_visit_completed", "home_visit_attempted"] }]

[[audience]]
id = "inspector"
marks = ["ordinary", "staff", "third_party", "partner_confidential", "restricted"]
kinds = "all"
actions = "all"
groups = ["children", "known_adult"]
flags = "all"
fields = []
"#;

fn rule(fields: &str) -> String {
    format!(
        "{HEAD}\n[[document]]\nid = \"d\"\ntitle = \"D\"\npublisher = \"P\"\ndate = 2018-09-01\nlocator = \"section\"\n
[[rule]]\nid = \"tried\"\ntitle = \"Tried\"\nsource = [{{ document = \"d\", at = \"s1\" }}]\nbasis = \"inspectorate\"
effective = {{ from = 2014-06-01 }}\n{fields}\n"
    )
}

fn duty(fields: &str) -> String {
    format!(
        "{HEAD}\n[[duty]]\nid = \"tried\"\ntitle = \"Tried\"\nbasis = \"assumed\"\neffective = {{ from = 2014-06-01 }}\naction = \"review_risk\"\n{fields}\n"
    )
}

fn test(name: &str, events: &str, then: &str) -> String {
    format!("\n[[test]]\nname = \"{name}\"\ngiven = [\n{STARTED}\n{events}\n]\nat = 2017-10-20\nthen = {{ {then} }}\n")
}

const STARTED: &str = r#"{ on = 2017-09-18, kind = "supervision_started", sentence_id = "s1", sentence_type = "community_order", index_offence = "assault" },"#;

fn load(text: &str) -> Policy {
    Policy::load(&[("tiny.toml", text)]).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

fn changes(text: &str, of: &str) -> Vec<String> {
    mutants(&load(text)).into_iter().filter(|m| m.of == of).map(|m| m.change).collect()
}

fn fate(text: &str, change: &str) -> MutantOutcome {
    let policy = load(text);
    let all = mutants(&policy);
    let named: Vec<&Mutant> = all.iter().filter(|m| m.change == change).collect();
    let made: Vec<&str> = all.iter().map(|m| m.change.as_str()).collect();
    assert_eq!(named.len(), 1, "expected one change `{change}` among {made:#?}");
    MutationRunner::new(&policy).unwrap().outcome(named[0])
}

/// Without the test the change survives; with it, it does not.
fn pinned(pack: &str, change: &str, events: &str, then: &str) {
    assert_eq!(fate(pack, change), MutantOutcome::Survives, "{change}");
    let with = format!("{pack}{}", test("pins it", events, then));
    assert_eq!(fate(&with, change), MutantOutcome::Killed { test: "pins it".to_owned() }, "{change}");
}

#[test]
fn every_small_change_of_a_rule_is_made_once() {
    let found = changes(
        &rule(
            r#"on = ["plw_disclosure"]
when = "event.raised_risk in [yes, unknown] and event.concerns has weapon and count(plw_disclosure, 30, raised_risk = yes) >= 2"
indicate = [{ group = "known_adult", level = "medium" }]
require = [{ action = "review_risk", priority = "protect_now", due = { immediately = true, from = "occurred" } }]
flag = [{ register = "domestic_abuse_perpetrator" }]
review = ["children"]"#,
        ),
        "tried",
    );
    let count = "count(plw_disclosure, 30, raised_risk = yes)";
    let expected = [
        "taken out",
        "when: `event.raised_risk in [yes, unknown]` left out",
        "when: `event.raised_risk in [yes, unknown]` becomes `not event.raised_risk in [yes, unknown]`",
        "when: `yes` taken out of `event.raised_risk in [yes, unknown]`",
        "when: `unknown` taken out of `event.raised_risk in [yes, unknown]`",
        "when: `event.concerns has weapon` left out",
        "when: `event.concerns has weapon` becomes `not event.concerns has weapon`",
        &format!("when: `{count} >= 2` left out"),
        // `>= 3` has the same meaning, so it is not another change.
        &format!("when: `{count} >= 2` becomes `{count} > 2`"),
        &format!("when: `{count} >= 2` becomes `{count} >= 1`"),
        &format!("when: 29 days in `{count} >= 2`"),
        &format!("when: 31 days in `{count} >= 2`"),
        &format!("when: `raised_risk = yes` left out of `{count} >= 2`"),
        "require review_risk: left out",
        "require review_risk: protect_now becomes this_week",
        "require review_risk: due date left out",
        "require review_risk: runs from when it was learnt",
        "indicate known_adult medium: left out",
        "indicate known_adult medium: low",
        "flag domestic_abuse_perpetrator: left out",
        "review: `children` left out",
    ];
    assert_eq!(found, expected);
}

#[test]
fn levels_lists_of_kinds_and_nested_conditions_are_changed() {
    let found = changes(
        &rule(
            r#"on = ["charged", "convicted"]
when = "recorded(children) >= medium or not (supervised and ever([charged, convicted], offence in [arson, theft]))"
require = [{ action = "review_risk" }]"#,
        ),
        "tried",
    );
    for expected in [
        "on: `charged` left out",
        "on: `convicted` left out",
        "when: `recorded(children) >= medium` becomes `recorded(children) >= low`",
        "when: `recorded(children) >= medium` becomes `recorded(children) > medium`",
        "when: `supervised` left out",
        "when: `supervised` becomes `not supervised`",
        "when: `charged` taken out of `ever([charged, convicted], offence in [arson, theft])`",
        "when: `theft` taken out of `ever([charged, convicted], offence in [arson, theft])`",
        "when: `offence in [arson, theft]` left out of `ever([charged, convicted], offence in [arson, theft])`",
    ] {
        assert!(found.iter().any(|c| c == expected), "expected {expected} among {found:#?}");
    }
}

#[test]
fn every_small_change_of_a_duty_an_action_and_a_parameter_is_made() {
    let pack = duty(
        "while = \"supervised = yes\"\nevery = \"review_within\"\nfirst = { within = \"review_within\", from = \"occurred\" }\n",
    );
    assert_eq!(
        changes(&pack, "tried"),
        [
            "taken out",
            "while: `supervised = yes` left out",
            "while: `supervised = yes` becomes `supervised != yes`",
            "every: left out",
            "first: due date left out",
            "first: runs from when it was learnt",
            "action review_risk: this_week becomes planned",
        ]
    );
    assert_eq!(
        changes(&pack, "review_risk"),
        [
            "closed_by risk_assessed: left out",
            "closed_by risk_assessed: `event.signed = yes` left out",
            "closed_by risk_assessed: `event.signed = yes` becomes `event.signed != yes`",
            "closed_by home_visit_completed, home_visit_attempted: left out",
            "closed_by home_visit_completed, home_visit_attempted: `home_visit_completed` left out",
            "closed_by home_visit_completed, home_visit_attempted: `home_visit_attempted` left out",
        ]
    );
    assert_eq!(
        changes(&pack, "review_within"),
        ["value from 2014-06-01: 7 becomes 6", "value from 2014-06-01: 7 becomes 8"]
    );
    // A parameter without a value has none to shift, and a limit based on it is no limit.
    let unset = duty("while = \"supervised = yes\"\nevery = \"unset_limit\"\nfirst = { within = \"unset_limit\" }\n");
    assert!(changes(&unset, "unset_limit").is_empty());
    assert!(changes(&unset, "tried").iter().all(|c| !c.starts_with("every") && !c.starts_with("first")));
}

#[test]
fn a_value_is_not_moved_out_of_its_range() {
    let pack = duty("while = \"supervised = yes\"\n").replace("range = [1, 8]", "range = [7, 7]");
    assert!(changes(&pack, "review_within").is_empty());
}

#[test]
fn a_test_on_both_sides_of_a_limit_pins_it() {
    let pack =
        rule("on = \"dash_completed\"\nwhen = \"event.yes_answers >= 14\"\nrequire = [{ action = \"review_risk\" }]");
    let events = "{ on = 2017-10-01, kind = \"dash_completed\", yes_answers = 13 },\n{ on = 2017-10-02, kind = \"dash_completed\", yes_answers = 14 },";
    for moved in ["> 14", ">= 13"] {
        let change = format!("when: `event.yes_answers >= 14` becomes `event.yes_answers {moved}`");
        pinned(&pack, &change, events, "fires_on = { tried = [\"e3\"] }");
    }
    // A test on one side alone does not.
    let above = test("above", events.split_once('\n').unwrap().1, "fires = [\"tried\"]");
    let change = "when: `event.yes_answers >= 14` becomes `event.yes_answers >= 13`";
    assert_eq!(fate(&format!("{pack}{above}"), change), MutantOutcome::Survives);
}

const DISCLOSED: &str =
    "{ on = 2017-10-01, recorded = 2017-10-03, kind = \"plw_disclosure\", person = \"p1\", concerns = [\"weapon\"] },";

#[test]
fn a_test_of_what_follows_pins_each_effect() {
    let pack = rule(
        r#"on = "plw_disclosure"
when = "event.concerns has [weapon, stalking]"
indicate = [{ group = "known_adult", level = "medium" }]
require = [{ action = "review_risk", priority = "protect_now", due = { within = "review_within", from = "occurred" } }]
flag = [{ register = "domestic_abuse_perpetrator" }]
review = ["children"]"#,
    );
    let follows = "follows = { tried = [\"review_risk of children, protect_now, by 2017-10-08\", \"known_adult medium\", \"flag domestic_abuse_perpetrator\"] }";
    for change in [
        "taken out",
        "when: `weapon` taken out of `event.concerns has [weapon, stalking]`",
        "when: `event.concerns has [weapon, stalking]` becomes `not event.concerns has [weapon, stalking]`",
        "require review_risk: left out",
        "require review_risk: protect_now becomes this_week",
        "require review_risk: due date left out",
        "require review_risk: runs from when it was learnt",
        "indicate known_adult medium: left out",
        "indicate known_adult medium: low",
        "flag domestic_abuse_perpetrator: left out",
        "review: `children` left out",
        "value from 2014-06-01: 7 becomes 6",
        "value from 2014-06-01: 7 becomes 8",
    ] {
        pinned(&pack, change, DISCLOSED, follows);
    }
    // The same test does not cover stalking, nor a disclosure of something else.
    let with = format!("{pack}{}", test("pins it", DISCLOSED, follows));
    for left in [
        "`stalking` taken out of `event.concerns has [weapon, stalking]`",
        "`event.concerns has [weapon, stalking]` left out",
    ] {
        assert_eq!(fate(&with, &format!("when: {left}")), MutantOutcome::Survives);
    }
}

#[test]
fn a_test_of_what_answers_pins_what_closes_an_action() {
    let pack = rule("on = \"plw_disclosure\"\nrequire = [{ action = \"review_risk\" }]");
    let assessed = |day: &str, signed: &str| {
        format!(
            "{{ on = {day}, kind = \"risk_assessed\", levels = {{ known_adult = \"low\" }}, stage = \"review\", signed = \"{signed}\", assessor = \"a1\" }},"
        )
    };
    let events = format!("{DISCLOSED}\n{}\n{}", assessed("2017-10-05", "no"), assessed("2017-10-06", "yes"));
    for change in ["left out", "`event.signed = yes` left out", "`event.signed = yes` becomes `event.signed != yes`"] {
        pinned(
            &pack,
            &format!("closed_by risk_assessed: {change}"),
            &events,
            "answered_by = { review_risk = [\"e4\"] }",
        );
    }
}

#[test]
fn a_test_of_a_case_in_which_it_does_not_hold_pins_the_condition_of_a_duty() {
    let pack = duty("while = \"supervised = yes and in_custody = no\"\n");
    let custody = "{ on = 2017-09-18, kind = \"custody_entered\" },";
    let change = "while: `in_custody = no` left out";
    pinned(&pack, change, custody, "not_fires = [\"tried\"]");
}

#[test]
fn a_mutant_that_the_loader_rejects_is_refused_not_killed() {
    let never = rule(
        "on = \"dash_completed\"\nwhen = \"event.high_by_judgement = yes and event.high_by_judgement in [yes, no]\"\nrequire = [{ action = \"review_risk\" }]",
    );
    let change = "when: `yes` taken out of `event.high_by_judgement in [yes, no]`";
    assert!(matches!(fate(&never, change), MutantOutcome::Refused { .. }));
    assert!(matches!(fate(&never, "require review_risk: left out"), MutantOutcome::Refused { .. }));
    let endless = duty("while = \"supervised = yes\"\n");
    assert!(matches!(fate(&endless, "while: `supervised = yes` left out"), MutantOutcome::Refused { .. }));
}

fn report(policy: &Policy, only: Option<&str>) -> (usize, usize, Vec<String>, Vec<String>) {
    let trials = MutationRunner::new(policy).unwrap();
    let chosen = mutants(policy).into_iter().filter(|m| only.is_none_or(|id| m.of == id));
    let report = Report::new(policy, only, chosen.map(|m| (m.clone(), trials.outcome(&m))).collect());
    let left = report.killed + report.refused;
    let surviving = report.surviving.iter().map(|m| m.change.clone()).collect();
    let stale = report.stale.iter().map(|e| e.change.clone()).collect();
    assert_eq!(report.mutants, left + report.explained.len() + report.surviving.len());
    assert_eq!(report.is_clean(), report.surviving.is_empty() && report.stale.is_empty());
    (left, report.explained.len(), surviving, stale)
}

#[test]
fn a_survivor_is_explained_by_its_change_and_an_unneeded_explanation_is_reported() {
    let explain = |change: &str| {
        format!("\n[[equivalent]]\nof = \"tried\"\nchange = \"{change}\"\nwhy = \"it changes nothing\"\n")
    };
    let pack = rule("on = \"plw_disclosure\"\nrequire = [{ action = \"review_risk\" }]");
    let pack = format!("{pack}{}", test("fires", DISCLOSED, "fires = [\"tried\"]"));
    let priority = "require review_risk: this_week becomes planned";
    assert_eq!(report(&load(&pack), Some("tried")), (2, 0, vec![priority.to_owned()], vec![]));
    let explained = format!("{pack}{}", explain(priority));
    assert_eq!(report(&load(&explained), Some("tried")), (2, 1, vec![], vec![]));
    // A killed change needs no explanation, nor does a change that is not made.
    let in_vain = format!("{explained}{}{}", explain("taken out"), explain("turned round"));
    let (.., stale) = report(&load(&in_vain), Some("tried"));
    assert_eq!(stale, ["taken out", "turned round"]);
    // A report on another entry does not mention this one.
    let (.., stale) = report(&load(&in_vain), Some("review_risk"));
    assert!(stale.is_empty());
}

#[test]
fn a_policy_whose_own_tests_fail_is_rejected() {
    let pack = rule("on = \"plw_disclosure\"\nrequire = [{ action = \"review_risk\" }]");
    let policy = load(&format!("{pack}{}", test("wrong", DISCLOSED, "not_fires = [\"tried\"]")));
    let failure = MutationRunner::new(&policy).unwrap_err();
    assert!(failure.to_string().contains("the test \"wrong\" fails on the unchanged policy"), "{failure}");
}

#[test]
fn an_explanation_must_name_an_existing_entry() {
    let pack = rule("on = \"plw_disclosure\"\nrequire = [{ action = \"review_risk\" }]");
    let wrong = format!("{pack}\n[[equivalent]]\nof = \"tired\"\nchange = \"taken out\"\nwhy = \"so\"\n");
    let errors = Policy::load(&[("tiny.toml", &wrong)]).unwrap_err().to_string();
    assert!(errors.contains("unknown rule, duty, action or parameter `tired`"), "{errors}");
}

#[test]
fn expectations_of_reasons_survive_printing_and_parsing() {
    let pack = rule("on = \"plw_disclosure\"\nrequire = [{ action = \"review_risk\" }]");
    let then = "fires_on = { tried = [\"e2\"] }, follows = { tried = [\"review_risk, this_week\"] }, answered_by = { review_risk = [] }";
    let explained = "\n[[equivalent]]\nof = \"tried\"\nchange = \"c\"\nwhy = \"w\"\n";
    let policy = load(&format!("{pack}{}{explained}", test("t", DISCLOSED, then)));
    let again = load(&policy.to_toml());
    assert_eq!(again.tests[0].then, policy.tests[0].then);
    assert_eq!((&again.equivalents[0].of, &again.equivalents[0].change), (&"tried".to_owned(), &"c".to_owned()));
    // Neither alters the meaning, which the digest covers.
    assert_eq!(policy.digest, load(&pack).digest);
}
