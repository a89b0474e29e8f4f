//! How two packs differ in effect, and which protects at least as much.

use super::{VISIT, pack, parameter};
use crate::analysis::{Aspect, Protection, differences};
use risk_core::policy::Policy;

fn on_moves(when: &str, brings: &str) -> Policy {
    let when = if when.is_empty() { String::new() } else { format!("when = \"{when}\"\n") };
    pack(&[("a-rule", &format!("on = \"address_changed\"\n{when}{brings}"))])
}

/// Each difference as one line.
fn reported(first: &Policy, second: &Policy) -> Vec<String> {
    let line = |d: &crate::analysis::Difference| {
        let instead = d.instead.as_ref().map(|i| format!(" not {i}")).unwrap_or_default();
        format!(
            "{} {} on {}: {}{instead} where {}",
            d.second_protects,
            d.matter,
            d.on,
            d.brings,
            d.witness.join(" and ")
        )
    };
    differences(first, second).differences.iter().map(line).collect()
}

#[test]
fn a_pack_equals_itself_its_printed_form_and_its_reordered_rules() {
    let policy = on_moves("supervised = yes or person.victim = yes", VISIT);
    let printed = Policy::load(&[("printed", &policy.to_toml())]).unwrap();
    let mut reversed = policy.clone();
    reversed.rules.reverse();
    for other in [&policy, &printed, &reversed] {
        assert_eq!(reported(&policy, other), Vec::<String>::new());
        assert_eq!(differences(&policy, other).at_least_as_protective(), Some(true));
    }
}

#[test]
fn an_equivalent_condition_is_not_a_difference() {
    let (one, other) = ("domestic_abuse in [yes, unknown]", "not domestic_abuse = no");
    assert_eq!(reported(&on_moves(one, VISIT), &on_moves(other, VISIT)), Vec::<String>::new());
}

#[test]
fn a_narrower_condition_drops_an_action_where_it_no_longer_holds() {
    let (wide, narrow) = (on_moves("supervised = yes", VISIT), on_moves("supervised = yes and in_custody = no", VISIT));
    let shown = "on address_changed: `home_visit` where supervised = yes and in_custody = yes";
    assert_eq!(reported(&wide, &narrow), [format!("less action {shown}")]);
    assert_eq!(differences(&wide, &narrow).at_least_as_protective(), Some(false));
    assert_eq!(reported(&narrow, &wide), [format!("more action {shown}")]);
    assert_eq!(differences(&narrow, &wide).at_least_as_protective(), Some(true));
}

#[test]
fn a_rule_split_into_two_loses_nothing() {
    let one = on_moves("supervised = yes", VISIT);
    let rule = |when: &str| format!("on = \"address_changed\"\nwhen = \"supervised = yes and {when}\"\n{VISIT}");
    let two = pack(&[("with", &rule("person.victim = yes")), ("without", &rule("person.victim != yes"))]);
    assert_eq!(reported(&one, &two), Vec::<String>::new());
}

#[test]
fn a_lower_level_is_reported_with_its_replacement() {
    let indicates = |level: &str| format!("indicate = [{{ group = \"children\", level = \"{level}\" }}]");
    let (high, medium) = (on_moves("supervised", &indicates("high")), on_moves("supervised", &indicates("medium")));
    let levels = "the level high for children in community not the level medium for children in community";
    assert_eq!(reported(&high, &medium), [format!("less level on address_changed: {levels} where supervised = yes")]);
    assert_eq!(differences(&medium, &high).at_least_as_protective(), Some(true));
}

#[test]
fn a_larger_limit_makes_dates_later_and_a_larger_count_makes_rules_rarer() {
    let due = "require = [{ action = \"home_visit\", due = { within = \"a_week\" } }]";
    let (first, mut second) = (on_moves("", due), on_moves("", due));
    parameter(&mut second, "a_week").values[0].value = Some(8);
    let said = reported(&first, &second);
    assert!(said.iter().any(|d| d == "less due on address_changed: `home_visit` due 7 days after it was learnt not `home_visit` due 8 days after it was learnt where "), "{said:?}");
    assert_eq!(differences(&second, &first).at_least_as_protective(), Some(true));
    let (first, mut second) =
        (on_moves("count(charged, 30) >= param.many", VISIT), on_moves("count(charged, 30) >= param.many", VISIT));
    parameter(&mut second, "many").values[1].value = Some(4);
    let found = differences(&first, &second);
    let rarer: Vec<_> =
        found.less().filter(|d| d.on == "address_changed").map(|d| (d.witness.clone(), d.from.to_string())).collect();
    assert_eq!(rarer, [(vec!["count(charged, 30) = 3".to_owned()], "2018-01-01".to_owned())]);
}

#[test]
fn a_window_named_by_a_parameter_is_the_window_of_its_value() {
    let (first, mut second) =
        (on_moves("count(charged, 7) >= 1", VISIT), on_moves("count(charged, param.a_week) >= 1", VISIT));
    assert_eq!(reported(&first, &second), Vec::<String>::new());
    // A shorter window includes no more events, and a longer one no fewer.
    parameter(&mut second, "a_week").values[0].value = Some(6);
    second.rules.retain(|r| r.id != "uses-the-rest");
    let of_rule = |first: &Policy, second: &Policy| {
        differences(first, second)
            .differences
            .iter()
            .filter(|d| d.on == "address_changed")
            .map(|d| d.second_protects)
            .collect::<Vec<_>>()
    };
    assert_eq!(of_rule(&first, &second), [Protection::Less]);
    assert_eq!(of_rule(&second, &first), [Protection::More]);
}

#[test]
fn a_lower_priority_and_a_group_no_longer_reviewed_protect_less() {
    let visit =
        |priority: &str| on_moves("", &format!("require = [{{ action = \"home_visit\", priority = \"{priority}\" }}]"));
    let found = differences(&visit("this_week"), &visit("planned"));
    assert_eq!(found.less().map(|d| d.matter).collect::<Vec<_>>(), [Aspect::Priority]);
    let review =
        |groups: &str| on_moves("", &format!("require = [{{ action = \"review_risk\" }}]\nreview = [{groups}]"));
    let found = differences(&review("\"children\", \"staff\""), &review("\"children\""));
    assert_eq!(found.less().map(|d| d.brings.as_str()).collect::<Vec<_>>(), ["a review of staff"]);
}

#[test]
fn a_flag_is_reported_but_not_counted_as_protection() {
    let flag = "\nflag = [{ register = \"marac\" }]";
    let found = differences(&on_moves("", &format!("{VISIT}{flag}")), &on_moves("", VISIT));
    assert_eq!(
        found.differences.iter().map(|d| (d.matter, d.second_protects)).collect::<Vec<_>>(),
        [(Aspect::Flag, Protection::Less)]
    );
    assert_eq!(found.at_least_as_protective(), Some(true));
}

#[test]
fn an_event_that_closes_more_protects_less() {
    let closing = |closed: &str| {
        let action = format!(
            "[[action]]\nid = \"locate_person\"\ntitle = \"Find\"\nowner = \"manager\"\npriority = \"planned\"\nclosed_by = [{closed}]"
        );
        on_moves("", &format!("require = [{{ action = \"locate_person\" }}]\n\n{action}"))
    };
    let strict = closing("{ on = \"risk_assessed\", when = \"event.signed = yes\" }");
    let loose = closing("{ on = \"risk_assessed\" }");
    let shown = "on risk_assessed: `locate_person` is closed not `locate_person` stays open where event.signed != yes";
    assert_eq!(reported(&strict, &loose), [format!("less closing {shown}")]);
    assert_eq!(reported(&loose, &strict), [format!("more closing {shown}")]);
}

#[test]
fn duties_are_compared_like_rules_and_a_longer_round_protects_less() {
    let duty = |fields: &str| pack(&[("round", &format!("while = \"supervised\"\naction = \"home_visit\"\n{fields}"))]);
    let (week, mut longer) =
        (duty("every = \"a_week\"\nfirst = \"immediately\""), duty("every = \"a_week\"\nfirst = \"immediately\""));
    parameter(&mut longer, "a_week").values[0].value = Some(9);
    let found = differences(&week, &longer);
    let standing: Vec<_> = found.less().filter(|d| d.on == "while").map(|d| d.matter).collect();
    assert_eq!(standing, [Aspect::Round]);
    assert_eq!(differences(&longer, &week).at_least_as_protective(), Some(true));
}

#[test]
fn a_temporary_difference_states_its_period() {
    let from = |date: &str| format!("on = \"address_changed\"\neffective = {{ from = {date} }}\n{VISIT}");
    let (early, late) = (pack(&[("a-rule", &from("2014-06-01"))]), pack(&[("a-rule", &from("2016-01-01"))]));
    let found = differences(&early, &late);
    let when: Vec<_> = found.less().map(|d| (d.from.to_string(), d.to.map(|t| t.to_string()))).collect();
    assert_eq!(when, [("2014-06-01".to_owned(), Some("2016-01-01".to_owned()))]);
}

#[test]
fn what_ends_with_an_event_or_a_death_protects_less() {
    let out = |until: &str| {
        let rule = "require = [{ action = \"home_visit\" }]";
        on_moves("", &format!("{rule}{until}"))
    };
    let (lasting, ending) = (out(""), out("\nuntil = \"temporary_release_ended\""));
    let found = differences(&lasting, &ending);
    assert_eq!(found.less().map(|d| d.matter).collect::<Vec<_>>(), [Aspect::Until]);
    assert_eq!(found.less().next().unwrap().brings, "`home_visit` until it is answered");
    assert_eq!(differences(&ending, &lasting).at_least_as_protective(), Some(true));
    let other = out("\nuntil = \"custody_entered\"");
    assert_eq!(differences(&ending, &other).at_least_as_protective(), Some(false));

    let mut with_death = out("");
    with_death.actions.iter_mut().for_each(|action| action.ends_with_death = true);
    assert_eq!(differences(&lasting, &with_death).at_least_as_protective(), Some(false));
    assert_eq!(differences(&with_death, &lasting).at_least_as_protective(), Some(true));
}
