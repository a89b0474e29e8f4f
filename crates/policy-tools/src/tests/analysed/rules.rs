//! Rules that can never fire, redundant rules, rules that disagree, and gaps.

use super::{REVIEW, VISIT, found, line, pack, parameter};
use crate::analysis::{FindingKind, Trend, analyse};

#[test]
fn a_sound_policy_has_no_defect() {
    assert_eq!(analyse(&pack(&[]), None).defects().map(line).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_rule_that_uses_an_unset_parameter_never_fires_on_those_days() {
    let when = "on = \"police_call_out\"\nwhen = \"supervised and count(police_call_out, 30) >= param.many\"";
    let policy = pack(&[("many-call-outs", &format!("{when}\n{VISIT}"))]);
    assert_eq!(
        found(&policy, FindingKind::NeverFires),
        ["many-call-outs on police_call_out until 2018-01-01: count(police_call_out, 30) >= param.many"]
    );
}

#[test]
fn a_rule_whose_limits_exclude_each_other_only_by_a_parameter_never_fires() {
    let when = "on = \"police_call_out\"\nwhen = \"supervised and count(police_call_out, 30) > param.many and count(police_call_out, 30) < 4\"";
    let mut policy = pack(&[("between", &format!("{when}\n{VISIT}"))]);
    let shown = "between on police_call_out: count(police_call_out, 30) <= 3 and count(police_call_out, 30) > 3";
    assert!(
        found(&policy, FindingKind::NeverFires).contains(&shown.to_owned()),
        "{:?}",
        found(&policy, FindingKind::NeverFires)
    );
    parameter(&mut policy, "many").values[1].value = Some(2);
    assert!(!found(&policy, FindingKind::NeverFires).contains(&shown.to_owned()));
}

#[test]
fn facts_that_no_case_can_have_together_never_hold() {
    for (when, shown) in [
        ("person.protected = yes and order_in_force = no", "order_in_force = no and person.protected = yes"),
        (
            "ever(charged, offence = arson) and not ever(charged)",
            "ever(charged, offence = arson) = yes and ever(charged) = no",
        ),
        ("days_since(charged) < 5 and ever(charged) = no", "days_since(charged) <= 4 and ever(charged) = no"),
        ("count(charged, 30) > 2 and count(charged, 60) < 2", "count(charged, 30) >= 3 and count(charged, 60) <= 1"),
        (
            "days_since(charged, offence = arson) < 5 and days_since(charged) > 9",
            "days_since(charged, offence = arson) <= 4 and days_since(charged) >= 10",
        ),
        (
            "working(children) = low and recorded(children) = high",
            "recorded(children) = high and working(children) = low",
        ),
    ] {
        let policy = pack(&[("impossible", &format!("on = \"contact_reported\"\nwhen = \"{when}\"\n{VISIT}"))]);
        let all = found(&policy, FindingKind::NeverFires);
        let both: Vec<&str> = shown.split(" and ").collect();
        assert!(all.len() == 1 && both.iter().all(|part| all[0].contains(part)), "{when}: {all:?}");
    }
    // Similar but possible: as many in the shorter window as in the longer one.
    let as_many = "on = \"contact_reported\"\nwhen = \"count(charged, 30) = 3 and count(charged, 60) = 3\"";
    assert_eq!(
        found(&pack(&[("as-many", &format!("{as_many}\n{VISIT}"))]), FindingKind::NeverFires),
        Vec::<String>::new()
    );
    // A count of zero, if there has never been one.
    let none = "on = \"contact_reported\"\nwhen = \"count(charged, 30) = 0 and ever(charged) = no\"";
    assert_eq!(found(&pack(&[("none", &format!("{none}\n{VISIT}"))]), FindingKind::NeverFires), Vec::<String>::new());
    // Also possible: an event after this one, and none before it.
    let policy = pack(&[(
        "possible",
        &format!("on = \"contact_reported\"\nwhen = \"days_since(charged) = never and ever(charged)\"\n{VISIT}"),
    )]);
    assert_eq!(found(&policy, FindingKind::NeverFires), Vec::<String>::new());
}

#[test]
fn a_window_of_months_may_be_as_long_as_its_longest_and_as_short_as_its_shortest() {
    let two_months = "[[parameter]]\nid = \"two_months\"\ntitle = \"Two months\"\nunit = \"months\"\nrange = [1, 12]\n\
                      values = [{ from = 2014-06-01, value = 2, basis = \"assumed\" }]";
    for (when, impossible) in [
        ("count(charged, param.two_months) > 2 and count(charged, 62) < 2", true),
        ("count(charged, param.two_months) > 2 and count(charged, 61) < 2", false),
        ("count(charged, 56) > 2 and count(charged, param.two_months) < 2", true),
        ("count(charged, 57) > 2 and count(charged, param.two_months) < 2", false),
    ] {
        let rule = format!("on = \"contact_reported\"\nwhen = \"{when}\"\n{VISIT}\n{two_months}");
        assert_eq!(
            found(&pack(&[("two-windows", &rule)]), FindingKind::NeverFires).len(),
            usize::from(impossible),
            "{when}"
        );
    }
}

#[test]
fn a_finding_on_several_kinds_is_reported_once_and_names_each() {
    let on = "on = [\"charged\", \"police_call_out\", \"contact_reported\"]\nwhen = \"person.protected = yes and order_in_force = no\"";
    let policy = pack(&[("never", &format!("{on}\n{VISIT}"))]);
    let all = found(&policy, FindingKind::NeverFires);
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].starts_with("never on contact_reported, police_call_out, charged: "), "{all:?}");
}

#[test]
fn an_alternative_that_never_holds_is_worth_knowing() {
    let when = "on = \"police_call_out\"\nwhen = \"supervised = yes or count(police_call_out, 30) >= param.many\"";
    let policy = pack(&[("either", &format!("{when}\n{VISIT}"))]);
    let all = found(&policy, FindingKind::AlternativeNeverHolds);
    assert!(
        all.contains(
            &"either on police_call_out until 2018-01-01: count(police_call_out, 30) >= param.many".to_owned()
        ),
        "{all:?}"
    );
    assert_eq!(analyse(&policy, None).defects().count(), 0);
}

#[test]
fn a_rule_contained_in_another_is_redundant() {
    let wide = format!("on = \"address_changed\"\nwhen = \"domestic_abuse in [yes, unknown]\"\n{VISIT}");
    let narrow = format!("on = \"address_changed\"\nwhen = \"domestic_abuse = unknown and supervised\"\n{VISIT}");
    let policy = pack(&[("wide", &wide), ("narrow", &narrow)]);
    assert_eq!(
        found(&policy, FindingKind::NothingNew),
        ["narrow with wide on address_changed: domestic_abuse = unknown and supervised = yes"]
    );
}

#[test]
fn a_rule_contained_in_several_others_together_is_redundant_and_they_are_named() {
    let rule = |when: &str| format!("on = \"address_changed\"\nwhen = \"{when}\"\n{VISIT}");
    let policy = pack(&[
        ("always", &rule("supervised = yes")),
        ("with-victim", &rule("person.victim = yes")),
        ("without-victim", &rule("person.victim in [no, unknown]")),
        ("beside", &rule("in_custody = yes")),
    ]);
    let all = found(&policy, FindingKind::NothingNew);
    assert!(
        all.contains(&"always with with-victim, without-victim on address_changed: supervised = yes".to_owned()),
        "{all:?}"
    );
    assert!(!all.iter().any(|l| l.starts_with("with-victim")), "{all:?}");
}

#[test]
fn an_earlier_limit_or_a_higher_priority_is_not_redundant() {
    let base = "on = \"address_changed\"\nrequire = [{ action = \"home_visit\", due = { within = \"a_week\" } }]";
    for (rule, new) in [
        ("require = [{ action = \"home_visit\", due = { within = \"a_week\" } }]", false),
        ("require = [{ action = \"home_visit\", due = \"immediately\" }]", true),
        ("require = [{ action = \"home_visit\", priority = \"this_week\" }]", true),
        // Five business days can end later than a week (a bank holiday), and earlier (from a Monday).
        ("require = [{ action = \"home_visit\", due = { within = \"five_business_days\" } }]", true),
        ("require = [{ action = \"home_visit\", about = \"person\" }]", true),
    ] {
        let narrow = format!("on = \"address_changed\"\nwhen = \"supervised = yes\"\n{rule}");
        let policy = pack(&[("base", base), ("narrow", &narrow)]);
        let had = found(&policy, FindingKind::NothingNew).iter().any(|l| l.starts_with("narrow with base"));
        assert_eq!(had, !new, "{rule}");
    }
}

#[test]
fn a_redundant_effect_of_a_needed_rule_is_worth_knowing() {
    let wide = format!("on = \"address_changed\"\n{VISIT}");
    let both = "on = \"address_changed\"\nwhen = \"supervised = yes\"\nrequire = [{ action = \"home_visit\" }, { action = \"review_risk\" }]";
    let policy = pack(&[("wide", &wide), ("both", both)]);
    assert_eq!(found(&policy, FindingKind::HadAlready), ["both with wide on address_changed: supervised = yes"]);
    assert_eq!(found(&policy, FindingKind::NothingNew), Vec::<String>::new());
}

#[test]
fn a_gap_is_reported_with_a_minimal_witness() {
    let rule = |when: &str| format!("on = \"police_call_out\"\nwhen = \"{when}\"\n{VISIT}");
    let one = rule("event.outcome = arrest and supervised = yes");
    let two = rule("event.outcome != arrest");
    let policy = pack(&[("one", &one), ("two", &two)]);
    assert!(
        found(&policy, FindingKind::Gap)
            .contains(&"police_call_out: event.outcome = arrest and supervised = no".to_owned())
    );
    let three = rule("supervised = no");
    let policy = pack(&[("one", &one), ("two", &two), ("three", &three)]);
    assert!(!found(&policy, FindingKind::Gap).iter().any(|l| l.starts_with("police_call_out")));
}

#[test]
fn lists_are_distinguished_by_the_words_that_rules_name() {
    let rule = |when: &str| format!("on = \"plw_disclosure\"\nwhen = \"{when}\"\n{VISIT}");
    let policy = pack(&[
        ("violence", &rule("event.concerns has [physical_violence, strangulation]")),
        ("strangulation", &rule("event.concerns has [strangulation]")),
        ("neither", &rule("not event.concerns has [physical_violence, strangulation]")),
    ]);
    assert_eq!(
        found(&policy, FindingKind::NothingNew),
        ["strangulation with violence on plw_disclosure: event.concerns has strangulation"]
    );
    assert!(!found(&policy, FindingKind::Gap).iter().any(|l| l.starts_with("plw_disclosure")));
}

#[test]
fn a_kind_without_rules_says_what_else_follows() {
    let policy = pack(&[]);
    let all = analyse(&policy, None).findings;
    let says = |kind: &str| {
        all.iter().find(|f| f.finding == FindingKind::NotListenedTo && f.of == kind).map(|f| f.says.clone())
    };
    assert_eq!(says("risk_assessed").unwrap(), "no rule responds to it; it closes `review_risk`");
    assert_eq!(says("iom_adopted").unwrap(), "no rule responds to it; and nothing else follows from it");
    assert_eq!(
        says("police_call_out").unwrap(),
        "no rule responds to it; other rules ask whether it happened, or what it changed"
    );
    assert_eq!(says("supervision_ended"), None);
}

#[test]
fn different_limits_say_which_applies() {
    let rule = |when: &str, due: &str| {
        format!("on = \"address_changed\"\nwhen = \"{when}\"\nrequire = [{{ action = \"home_visit\", due = {due} }}]")
    };
    let (week, now) = (rule("supervised = yes", "{ within = \"a_week\" }"), rule("in_custody = no", "\"immediately\""));
    let policy = pack(&[("week", &week), ("now", &now)]);
    let all = analyse(&policy, None).findings;
    let reported: Vec<_> =
        all.iter().filter(|f| f.finding == FindingKind::DeadlinesDiffer).map(|f| (line(f), f.says.clone())).collect();
    assert_eq!(reported, [(
        "week with now on address_changed: supervised = yes and in_custody = no".to_owned(),
        "`home_visit` is due 7 days after it was learnt, by `now` on the day it was learnt: `now` comes first and counts".to_owned(),
    )]);
    // Rules that never fire together cannot disagree.
    let never = rule("supervised = no", "\"immediately\"");
    assert_eq!(found(&pack(&[("week", &week), ("now", &never)]), FindingKind::DeadlinesDiffer), Vec::<String>::new());
}

#[test]
fn a_level_condition_that_skips_a_level_is_not_monotone() {
    let rule = |when: &str| format!("on = \"contact_reported\"\nwhen = \"{when}\"\n{REVIEW}");
    let policy = pack(&[("skips", &rule("recorded(children) in [low, high, very_high]"))]);
    let all = found(&policy, FindingKind::NotMonotone);
    assert_eq!(all, ["skips on contact_reported: recorded(children) = medium"]);
    for (when, goes) in
        [("recorded(children) >= medium", Trend::Rises), ("recorded(children) in [unknown, low]", Trend::Falls)]
    {
        let policy = pack(&[("goes", &rule(when))]);
        assert_eq!(found(&policy, FindingKind::NotMonotone), Vec::<String>::new());
        let ways: Vec<Trend> =
            analyse(&policy, None).monotone.iter().filter(|m| m.rule == "goes").map(|m| m.goes).collect();
        assert_eq!(ways, [goes], "{when}");
    }
}

#[test]
fn the_dependence_of_a_rule_is_reported_once_for_the_whole_period() {
    let rule = |when: &str| format!("on = \"contact_reported\"\nwhen = \"{when}\"\n{VISIT}");
    let policy = pack(&[
        ("rises", &rule("recorded(children) >= medium")),
        ("rises-too", &rule("recorded(public) >= medium")),
        ("falls", &rule("recorded(children) <= low")),
        (
            "for-a-year",
            &format!("effective = {{ from = 2015-01-01, to = 2016-01-01 }}\n{}", rule("recorded(staff) >= medium")),
        ),
        (
            "turns",
            &rule(
                "recorded(known_adult) >= medium and count(police_call_out, 30) >= param.many or recorded(known_adult) >= high",
            ),
        ),
    ]);
    let reported: Vec<String> = analyse(&policy, None)
        .monotone
        .iter()
        .filter(|m| m.fact.starts_with("recorded"))
        .map(|m| format!("{} {:?} {}..{:?}", m.rule, m.goes, m.from, m.to.map(|to| to.to_string())))
        .collect();
    assert_eq!(
        reported,
        [
            "rises Rises 2014-06-01..None",
            "rises-too Rises 2014-06-01..None",
            "falls Falls 2014-06-01..None",
            "turns Rises 2014-06-01..None",
            "for-a-year Rises 2015-01-01..Some(\"2016-01-01\")",
        ]
    );
}

#[test]
fn a_level_indicated_only_while_call_outs_are_few_is_reported() {
    let rule = "on = \"police_call_out\"\nwhen = \"count(police_call_out, 30) <= 2\"\nindicate = [{ group = \"children\", level = \"medium\" }]";
    let policy = pack(&[("few", rule)]);
    assert_eq!(
        found(&policy, FindingKind::FallsWhileRiskRises),
        ["few on police_call_out: count(police_call_out, 30) >= 3"]
    );
}
