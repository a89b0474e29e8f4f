//! If `yes` requires something, `unknown` must require it too, or require that someone find out.

use super::{REVIEW, VISIT, found, pack};
use crate::analysis::FindingKind;

fn rule(when: &str, brings: &str) -> String {
    format!("on = \"whereabouts_unknown\"\nwhen = \"{when}\"\n{brings}")
}

#[test]
fn an_unknown_without_effect_is_found_if_yes_has_one() {
    let policy = pack(&[("visit", &rule("domestic_abuse = yes and supervised", VISIT))]);
    assert_eq!(
        found(&policy, FindingKind::UnknownLeftOut),
        ["visit on whereabouts_unknown: domestic_abuse = unknown and supervised = yes"]
    );
}

#[test]
fn the_same_effect_of_another_rule_suffices_only_where_that_rule_holds() {
    let yes = rule("domestic_abuse = yes and supervised", VISIT);
    let policy = pack(&[("yes", &yes), ("unknown", &rule("domestic_abuse = unknown", VISIT))]);
    assert_eq!(found(&policy, FindingKind::UnknownLeftOut), Vec::<String>::new());
    let policy = pack(&[("yes", &yes), ("unknown", &rule("domestic_abuse = unknown and in_custody = no", VISIT))]);
    assert_eq!(
        found(&policy, FindingKind::UnknownLeftOut),
        ["yes on whereabouts_unknown: domestic_abuse = unknown and supervised = yes and in_custody = yes"]
    );
    let policy = pack(&[("yes", &yes), ("unknown", &rule("domestic_abuse = unknown", REVIEW))]);
    assert_eq!(found(&policy, FindingKind::UnknownLeftOut).len(), 1, "a review finds nothing out");
}

#[test]
fn an_action_to_find_out_suffices() {
    // A visit closes on `home_visit_completed`; identifying the children establishes whether they are known.
    let identify = "\n[[action]]\nid = \"identify_children\"\ntitle = \"Identify\"\nowner = \"responsible_officer\"\npriority = \"planned\"\nclosed_by = [{ on = \"person_identified\" }]";
    let yes = format!("{}\n{identify}", rule("children_known = yes", VISIT));
    let ask = rule("children_known = unknown", "require = [{ action = \"identify_children\" }]");
    let policy = pack(&[("yes", &yes), ("ask", &ask)]);
    assert_eq!(found(&policy, FindingKind::UnknownLeftOut), Vec::<String>::new());
    assert_eq!(found(&policy, FindingKind::UnknownElsewhere), Vec::<String>::new());
    // On another kind of event it is worth knowing.
    let elsewhere = ask.replace("whereabouts_unknown", "warrant_issued");
    let policy = pack(&[("yes", &yes), ("ask", &elsewhere)]);
    assert_eq!(found(&policy, FindingKind::UnknownLeftOut), Vec::<String>::new());
    assert_eq!(
        found(&policy, FindingKind::UnknownElsewhere),
        ["yes with ask on whereabouts_unknown: children_known = unknown"]
    );
}

#[test]
fn an_unknown_field_of_the_event_needs_any_action() {
    let yes =
        "on = \"police_call_out\"\nwhen = \"event.children_present = yes\"\nrequire = [{ action = \"home_visit\" }]";
    let policy = pack(&[("children-there", yes)]);
    assert_eq!(
        found(&policy, FindingKind::UnknownLeftOut),
        ["children-there on police_call_out: event.children_present = unknown"]
    );
    let policy = pack(&[("children-there", yes), ("review", &format!("on = \"police_call_out\"\n{REVIEW}"))]);
    assert_eq!(found(&policy, FindingKind::UnknownLeftOut), Vec::<String>::new());
}
