//! How two policies differ.

use serde_json::{Value, json};

use super::{SAMPLE, sample};
use crate::diff::{EntryChange, PolicyDiff, diff};
use risk_core::policy::Policy;

/// The sample with one text replaced by another.
fn with(from: &str, to: &str) -> Policy {
    assert!(SAMPLE.iter().any(|(_, text)| text.contains(from)), "the sample has `{from}`");
    let files = SAMPLE.map(|(name, text)| (name, text.replace(from, to)));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Policy::load(&files).unwrap_or_else(|errors| panic!("{errors}"))
}

fn reported(found: &PolicyDiff) -> Vec<(&'static str, String, EntryChange, Vec<String>)> {
    let fields = |e: &crate::diff::EntryDiff| e.fields.iter().map(|f| f.field.clone()).collect();
    found.entries.iter().map(|e| (e.section, e.id.clone(), e.became, fields(e))).collect()
}

#[test]
fn a_policy_equals_itself_and_its_printed_form() {
    assert_eq!(diff(&sample(), &sample()).entries, []);
    let printed = Policy::load(&[("printed", &sample().to_toml())]).unwrap();
    assert_eq!(diff(&sample(), &printed).entries, []);
}

#[test]
fn a_changed_title_shows_the_old_and_the_new_text() {
    let found = diff(&sample(), &with("The Partner Link Worker reports raised risk", "Raised risk is reported"));
    let versions = ["raised-risk from 2014-06-01", "raised-risk from 2018-01-01"];
    let title = || vec!["title".to_owned()];
    assert_eq!(reported(&found), versions.map(|id| ("rule", id.to_owned(), EntryChange::Changed, title())));
    let field = &found.entries[0].fields[0];
    assert_eq!(field.first, Some(Value::from("The Partner Link Worker reports raised risk")));
    assert_eq!(field.second, Some(Value::from("Raised risk is reported")));
}

#[test]
fn a_renamed_entry_is_one_removed_and_one_added() {
    let found = diff(&sample(), &with("id = \"O3\"", "id = \"O4\""));
    let short: Vec<(&str, &str, EntryChange)> =
        found.entries.iter().map(|e| (e.section, e.id.as_str(), e.became)).collect();
    assert_eq!(short, [("obligation", "O3", EntryChange::Removed), ("obligation", "O4", EntryChange::Added)]);
    assert!(found.entries[1].fields.iter().all(|f| f.first.is_none() && f.second.is_some()));
}

#[test]
fn each_guard_is_compared_separately() {
    let guarded = |mark: &str| {
        let guard = |audience: &str, mark: &str| {
            format!("[[guard]]\naudience = \"{audience}\"\nnever_above = \"{mark}\"\nwhy = \"safety\"\n\n")
        };
        let guards = [guard("supervised_person", "ordinary"), guard("responsible_officer", mark)].concat();
        with("[[obligation]]\nid = \"O3\"", &format!("{guards}[[obligation]]\nid = \"O3\""))
    };
    let found = diff(&guarded("restricted"), &guarded("partner_confidential"));
    let of = "responsible_officer".to_owned();
    assert_eq!(reported(&found), [("guard", of, EntryChange::Changed, vec!["never_above".to_owned()])]);
    assert_eq!(diff(&sample(), &guarded("restricted")).entries.len(), 2);
    // Printed and parsed, the guards are the same.
    let printed = Policy::load(&[("printed", &guarded("restricted").to_toml())]).unwrap();
    assert_eq!(diff(&guarded("restricted"), &printed).entries, []);
}

#[test]
fn a_new_version_is_a_difference_of_the_head() {
    let found = diff(&sample(), &with("version = \"1.0.0\"", "version = \"1.1.0\""));
    assert_eq!(reported(&found), [("policy", "head".to_owned(), EntryChange::Changed, vec!["version".to_owned()])]);
}

#[test]
fn a_parameter_differs_value_by_value() {
    let mut other = sample();
    let parameter = other.parameters.iter_mut().find(|p| p.id == "review_time").unwrap();
    parameter.values[0].value = Some(6);
    let from = parameter.values[0].effective.from;
    let place = parameter.values[0].locality.as_ref().map(|l| format!(", {l}")).unwrap_or_default();
    let field = format!("value from {from}{place}");
    let found = diff(&sample(), &other);
    assert_eq!(reported(&found), [("parameter", "review_time".to_owned(), EntryChange::Changed, vec![field])]);
    assert_eq!(found.entries[0].fields[0].second.as_ref().unwrap()["value"], json!(6));
}

#[test]
fn the_order_of_actions_matters_and_that_of_rules_does_not() {
    let (mut rules, mut actions) = (sample(), sample());
    rules.rules.reverse();
    actions.actions.reverse();
    assert_eq!(diff(&sample(), &rules).entries, []);
    let order = vec!["order".to_owned()];
    assert_eq!(reported(&diff(&sample(), &actions)), [("action", "all".to_owned(), EntryChange::Changed, order)]);
}

#[test]
fn every_added_rule_is_reported_and_is_removed_in_the_opposite_direction() {
    let mut fewer = sample();
    let gone = fewer.rules.pop().unwrap();
    for (found, became) in
        [(diff(&fewer, &sample()), EntryChange::Added), (diff(&sample(), &fewer), EntryChange::Removed)]
    {
        let short: Vec<(&str, EntryChange)> = found.entries.iter().map(|e| (e.section, e.became)).collect();
        assert_eq!(short, [("rule", became)]);
        assert!(found.entries[0].id.starts_with(&gone.id), "{}", found.entries[0].id);
    }
}
