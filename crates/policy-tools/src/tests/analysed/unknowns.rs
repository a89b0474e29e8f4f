//! Where a yes leads somewhere, an unknown leads there too, or to somebody who finds out.

use super::{REVIEW, VISIT, found, pack};
use crate::analysis::FindingKind;

fn rule(when: &str, brings: &str) -> String {
    format!("on = \"whereabouts_unknown\"\nwhen = \"{when}\"\n{brings}")
}

#[test]
fn a_yes_that_leads_somewhere_with_an_unknown_that_leads_nowhere() {
    let policy = pack(&[("visit", &rule("domestic_abuse = yes and supervised", VISIT))]);
    assert_eq!(
        found(&policy, FindingKind::UnknownLeftOut),
        ["visit on whereabouts_unknown: domestic_abuse = unknown and supervised = yes"]
    );
}

#[test]
fn the_same_by_another_rule_is_enough_and_only_where_that_rule_holds() {
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
fn somebody_who_finds_out_is_enough() {
    // A visit closes on `home_visit_completed`; who identifies the children tells whether they are known.
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
fn a_field_of_the_event_that_is_unknown_needs_anybody_to_look() {
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
