//! Parameters that nothing uses, and actions that nothing requires or closes.

use super::{VISIT, found, pack};
use crate::analysis::{FindingKind, analyse};

#[test]
fn a_parameter_that_nothing_uses() {
    let spare = "\n[[parameter]]\nid = \"spare\"\ntitle = \"Spare\"\nunit = \"days\"\nrange = [1, 9]\nvalues = [{ from = 2014-06-01, value = 2, basis = \"assumed\" }]";
    let policy = pack(&[("visit", &format!("on = \"charged\"\n{VISIT}\n{spare}"))]);
    assert_eq!(found(&policy, FindingKind::NotUsed), ["spare: "]);
    // Each way of using a parameter counts.
    for used in ["when = \"count(charged, param.spare) > 1\"", "when = \"days_since(charged) > param.spare\""] {
        let policy = pack(&[("visit", &format!("on = \"charged\"\n{used}\n{VISIT}\n{spare}"))]);
        assert_eq!(found(&policy, FindingKind::NotUsed), Vec::<String>::new(), "{used}");
    }
    let duty = "while = \"supervised\"\naction = \"home_visit\"\nevery = \"spare\"";
    assert_eq!(found(&pack(&[("round", &format!("{duty}\n{spare}"))]), FindingKind::NotUsed), Vec::<String>::new());
}

#[test]
fn an_action_that_nothing_requires_and_one_that_nothing_can_close() {
    let action = |closed: &str| {
        format!(
            "\n[[action]]\nid = \"locate_person\"\ntitle = \"Find\"\nowner = \"manager\"\npriority = \"planned\"\nclosed_by = [{closed}]"
        )
    };
    let rule = format!("on = \"charged\"\n{VISIT}");
    let policy = pack(&[("visit", &format!("{rule}{}", action("{ on = \"person_located\" }")))]);
    assert_eq!(found(&policy, FindingKind::NothingRequires), ["locate_person: "]);
    assert_eq!(found(&policy, FindingKind::NothingCloses), Vec::<String>::new());
    let never = "{ on = \"contact_frequency_set\", when = \"event.days > 100 and event.days < param.a_week\" }";
    let policy = pack(&[("visit", &format!("{rule}{}", action(never)))]);
    assert_eq!(found(&policy, FindingKind::NothingCloses), ["locate_person: "]);
    // An action that continues a required one is required as well.
    let continues =
        action("{ on = \"person_located\" }") + "\ncontinues = { action = \"home_visit\", from = 2019-01-01 }";
    assert_eq!(
        found(&pack(&[("visit", &format!("{rule}{continues}"))]), FindingKind::NothingRequires),
        Vec::<String>::new()
    );
}

#[test]
fn the_facts_that_no_condition_uses_are_one_finding() {
    let all = analyse(&pack(&[("visit", &format!("on = \"charged\"\nwhen = \"supervised\"\n{VISIT}"))]), None).findings;
    let says: Vec<&str> = all.iter().filter(|f| f.finding == FindingKind::NotAsked).map(|f| f.says.as_str()).collect();
    assert_eq!(says.len(), 1);
    assert!(says[0].contains("in_custody") && !says[0].contains("supervised"), "{says:?}");
}
