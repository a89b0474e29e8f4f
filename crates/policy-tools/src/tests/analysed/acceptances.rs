//! Findings that the author accepts, with the reason.

use super::{VISIT, found, line, pack};
use crate::analysis::{FindingKind, analyse};
use risk_core::policy::Policy;

fn accepting(acceptance: &str) -> Policy {
    let rule = |when: &str| format!("on = [\"charged\", \"warrant_issued\"]\nwhen = \"{when}\"\n{VISIT}");
    let narrow = format!("{}\n[[accepted]]\n{acceptance}\n", rule("supervised = yes and in_custody = no"));
    pack(&[("wide", &rule("supervised = yes")), ("narrow", &narrow)])
}

#[test]
fn an_accepted_defect_is_listed_with_its_reason_and_no_longer_counts() {
    let policy = accepting("finding = \"nothing_new\"\nof = \"narrow\"\nwhy = \"it cites another source\"");
    let found = analyse(&policy, None);
    assert_eq!(found.defects().count(), 0);
    let accepted: Vec<_> =
        found.findings.iter().filter_map(|f| Some((f.of.as_str(), f.accepted.as_deref()?))).collect();
    assert_eq!(accepted, [("narrow", "it cites another source")]);
}

#[test]
fn an_acceptance_covers_only_its_own_finding_rule_and_kinds() {
    for other in [
        "finding = \"never_fires\"\nof = \"narrow\"\nwhy = \"x\"",
        "finding = \"nothing_new\"\nof = \"wide\"\nwhy = \"x\"",
        "finding = \"nothing_new\"\nof = \"narrow\"\non = [\"charged\"]\nwhy = \"x\"",
        "finding = \"nothing_new\"\nof = \"narrow\"\nfact = \"supervised\"\nwhy = \"x\"",
    ] {
        let policy = accepting(other);
        let defects: Vec<String> = analyse(&policy, None).defects().map(line).collect();
        assert!(defects.iter().any(|l| l.starts_with("narrow with wide")), "{other}: {defects:?}");
        // An acceptance that matches nothing is itself a defect, so that acceptances do not outlive their reason.
        assert_eq!(found(&policy, FindingKind::AcceptsNothing).len(), 1, "{other}");
    }
    let both =
        accepting("finding = \"nothing_new\"\nof = \"narrow\"\non = [\"charged\", \"warrant_issued\"]\nwhy = \"x\"");
    assert_eq!(analyse(&both, None).defects().count(), 0);
}

#[test]
fn an_acceptance_for_another_locality_is_neither_applied_nor_missed_here() {
    let policy = accepting("finding = \"never_fires\"\nof = \"narrow\"\nlocality = \"north\"\nwhy = \"x\"");
    assert_eq!(found(&policy, FindingKind::AcceptsNothing), Vec::<String>::new());
}

#[test]
fn an_acceptance_is_printed_and_does_not_alter_the_meaning() {
    let acceptance = "finding = \"nothing_new\"\nof = [\"narrow\", \"wide\"]\nfact = \"x\"\non = [\"charged\"]\nlocality = \"north\"\nwhy = \"it cites another source\"";
    let policy = accepting(acceptance);
    let again = Policy::load(&[("printed", &policy.to_toml())]).unwrap();
    let short = |p: &Policy| {
        p.accepted
            .iter()
            .map(|a| (a.finding, a.of.clone(), a.fact.clone(), a.on.clone(), a.locality.clone(), a.why.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(short(&again), short(&policy));
    let none = accepting("finding = \"gap\"\nof = \"charged\"\nwhy = \"x\"");
    assert_eq!(policy.digest, none.digest);
}
