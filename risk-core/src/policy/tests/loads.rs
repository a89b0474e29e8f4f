//! Reading a whole policy, and writing it again.

use super::{SAMPLE, sample};
use crate::policy::Policy;
use crate::policy::model::{Condition, Place};

/// The policy with all places forgotten.
fn placeless(mut policy: Policy) -> Policy {
    let nowhere = |c: &mut Condition| c.place = Place::default();
    for p in &mut policy.parameters {
        p.place = Place::default();
    }
    for a in &mut policy.actions {
        a.place = Place::default();
        let triggers = a.closed_by.iter_mut().chain(&mut a.chased_by).chain(&mut a.refused_by);
        triggers.chain(a.waiting.iter_mut().map(|(t, _)| t)).for_each(|t| nowhere(&mut t.when));
    }
    for r in &mut policy.rules {
        r.place = Place::default();
        nowhere(&mut r.when);
    }
    for d in &mut policy.duties {
        d.place = Place::default();
        nowhere(&mut d.holds);
    }
    policy.audiences.iter_mut().for_each(|a| a.place = Place::default());
    policy.obligations.iter_mut().for_each(|o| o.place = Place::default());
    policy.accepted.iter_mut().for_each(|a| a.place = Place::default());
    policy.tests.iter_mut().for_each(|t| t.place = Place::default());
    policy.equivalents.iter_mut().for_each(|e| e.place = Place::default());
    policy
}

#[test]
fn a_policy_with_one_of_everything_loads() {
    let policy = sample();
    assert_eq!(policy.id, "sample");
    assert_eq!(
        (policy.documents.len(), policy.parameters.len(), policy.actions.len(), policy.rules.len()),
        (2, 5, 5, 4)
    );
    assert_eq!(
        (policy.duties.len(), policy.audiences.len(), policy.obligations.len(), policy.tests.len()),
        (1, 2, 3, 2)
    );
    assert_eq!(policy.accepted.len(), 1);
}

#[test]
fn parse_of_print_is_the_policy() {
    let policy = sample();
    let printed = policy.to_toml();
    let again = Policy::load(&[("printed.toml", &printed)]).unwrap_or_else(|e| panic!("{e}\n{printed}"));
    assert_eq!(placeless(again), placeless(policy));
}

#[test]
fn the_order_of_the_files_says_nothing() {
    let [head, rules] = SAMPLE;
    assert_eq!(Policy::load(&[rules, head]).unwrap(), sample());
}

fn load(files: &[(&str, String)]) -> Policy {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Policy::load(&files).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The sample with every occurrence of a text replaced.
fn with(from: &str, to: &str) -> Policy {
    assert!(SAMPLE.iter().any(|(_, text)| text.contains(from)), "the sample has no `{from}`");
    load(&SAMPLE.map(|(name, text)| (name, text.replace(from, to))))
}

#[test]
fn the_digest_is_of_the_meaning() {
    let digest = sample().digest;
    assert_eq!(digest.len(), 64);
    for (what, same) in [
        ("white space of a condition", with("when = \"supervised and ", "when = \"supervised   and  ")),
        ("parentheses that say nothing", with("when = \"supervised and ", "when = \"(supervised) and ")),
        ("a comment", with("[[duty]]", "# comes round\n\n[[duty]]")),
        ("a test", with("a review\"", "a review of risk\"")),
        (
            "the order of words of a list of kinds",
            with("count([police_call_out, incident", "count([police_call_out,incident"),
        ),
    ] {
        assert_eq!(same.digest, digest, "{what} changed the digest");
    }
    for (what, other) in [
        ("a number", with("value = 90", "value = 91")),
        ("a word of a condition", with("[yes, unknown] or", "[yes] or")),
        ("a quotation", with("within ten days", "within two weeks")),
        ("a date", with("reviewed_through = 2021-06-25", "reviewed_through = 2021-06-26")),
    ] {
        assert_ne!(other.digest, digest, "{what} did not change the digest");
    }
}

#[test]
fn the_digest_knows_no_order_of_entries_but_that_of_actions() {
    let moved = |header: &str| {
        // The first entry of the sort, put at the end of its file.
        load(&SAMPLE.map(|(name, text)| {
            let Some(start) = text.find(header) else { return (name, text.to_owned()) };
            let length = text[start + 2..].find("\n[[").map_or(text.len() - start, |at| at + 3);
            let (entry, rest) = (&text[start..start + length], [&text[..start], &text[start + length..]].concat());
            (name, format!("{rest}\n{entry}"))
        }))
    };
    for header in ["[[document]]", "[[parameter]]", "[[obligation]]", "[[rule]]", "[[audience]]"] {
        assert_eq!(moved(header).digest, sample().digest, "{header}");
    }
    assert_ne!(moved("[[action]]").digest, sample().digest);
}

#[test]
fn the_json_has_each_entry_with_the_fields_of_the_language() {
    let json = sample().to_json();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id",
            "version",
            "title",
            "reviewed_through",
            "digest",
            "documents",
            "parameters",
            "actions",
            "rules",
            "duties",
            "audiences",
            "obligations",
            "accepted",
            "tests",
            "equivalents"
        ]
    );
    let rule = &json["rules"][0];
    assert_eq!(rule["when"], "event.raised_risk in [yes, unknown]");
    assert_eq!(rule["effective"]["to"], "2018-01-01");
    assert_eq!(rule["require"][0]["due"]["within"], "review_time");
}

const OVERLAY: &str = r#"
[overlay]
of = "sample"
locality = "south"

[[parameter]]
id = "review_time"
values = [{ from = 2014-06-01, value = 3, basis = "assumed" }]

[[rule]]
id = "south-visits"
title = "In the south every move is visited"
basis = "assumed"
effective = { from = 2014-06-01 }
on = "address_changed"
require = [{ action = "home_visit" }]

[[test]]
name = "the south visits"
locality = "south"
audience = "responsible_officer"
given = [{ on = 2014-07-01, kind = "address_changed" }]
at = 2014-07-02
then = { fires = ["south-visits"] }
"#;

#[test]
fn an_overlay_sets_values_and_adds_rules_in_its_locality_only() {
    let day = chrono::NaiveDate::from_ymd_opt(2018, 6, 1).unwrap();
    let value = |locality| {
        let policy = Policy::load_with(&SAMPLE, &[("south.toml", OVERLAY)], locality).unwrap();
        let rule = policy.rules.iter().find(|r| r.id == "south-visits").unwrap();
        let in_force = policy.in_force(rule.effective, &rule.localities, day);
        (policy.value(0, day).unwrap().value, in_force)
    };
    assert_eq!(value(Some("south")), (Some(3), true));
    assert_eq!(value(Some("north")), (Some(7), false));
    assert_eq!(value(None), (Some(5), false));
}

#[test]
fn a_policy_with_an_overlay_is_written_as_one() {
    let policy = Policy::load_with(&SAMPLE, &[("south.toml", OVERLAY)], Some("south")).unwrap();
    let printed = policy.to_toml();
    let again = Policy::load_with(&[("printed.toml", &printed)], &[], Some("south")).unwrap();
    assert_eq!(placeless(again), placeless(policy));
}

#[test]
fn an_overlay_may_set_values_and_add_rules_and_nothing_else() {
    let refused = |overlay: &str, locality, expected: &str| {
        let errors = Policy::load_with(&SAMPLE, &[("south.toml", overlay)], locality).unwrap_err().to_string();
        assert!(errors.contains(expected), "expected {expected}\nfound {errors}");
    };
    let with = |from: &str, to: &str| OVERLAY.replacen(from, to, 1);
    refused(&format!("{OVERLAY}\n[[document]]\nid = \"own\""), None, "south.toml:26:3: unknown entry `document`");
    refused(
        &with("id = \"review_time\"", "id = \"review_time\"\nunit = \"days\""),
        None,
        "south.toml:8:1: unknown field `unit`",
    );
    refused(
        &with("id = \"review_time\"", "id = \"review_tim\""),
        None,
        "south.toml:7:6: unknown parameter `review_tim`",
    );
    refused(
        &with("of = \"sample\"", "of = \"example\""),
        None,
        "south.toml:3:6: expected `sample`, the policy that it is given with",
    );
    refused(
        &with("basis = \"assumed\" }", "basis = \"assumed\", locality = \"north\" }"),
        None,
        "south.toml:8:11: expected values in the overlay's own locality, `south`",
    );
    refused(
        &with("[overlay]\nof = \"sample\"\nlocality = \"south\"", ""),
        None,
        "south.toml:1:1: the file has no `overlay`",
    );
    refused(
        &with("value = 3", "value = 31"),
        None,
        "south.toml:8:40: the value 31 of `review_time` is out of its range",
    );
    refused(OVERLAY, Some("sout"), "unknown locality `sout`: expected one of `south`, or another of north, south");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn parse_of_print_is_the_policy_whatever_its_conditions(condition in super::language::expression()) {
        let (was, now) = ("when = \"event.raised_risk in [yes, unknown]\"", format!("when = \"{condition}\""));
        let files = SAMPLE.map(|(name, text)| (name, text.replacen(was, &now, 1)));
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        // A condition that can never hold, or is too large, makes no policy.
        if let Ok(policy) = Policy::load(&files) {
            let again = Policy::load(&[("printed.toml", &policy.to_toml())]).unwrap();
            proptest::prop_assert_eq!(&again.digest, &policy.digest);
            proptest::prop_assert_eq!(placeless(again), placeless(policy));
        }
    }
}
