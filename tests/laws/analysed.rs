//! The analysis of this repository's packs finds no defect that is not accepted with a reason.

use risk_core::policy::Policy;
use risk_policy_tools::analysis::analyse;

use crate::packs;

fn unaccepted(policy: &Policy) -> Vec<String> {
    analyse(policy, None).defects().map(|f| format!("{} {}: {} {:?}", f.finding, f.of, f.says, f.witness)).collect()
}

#[test]
fn the_pack_has_no_defect_but_those_that_it_accepts() {
    assert_eq!(unaccepted(&packs::ENGLAND_WALES), Vec::<String>::new());
}

#[test]
fn nor_has_the_pack_with_the_local_overlay() {
    let overlay = include_str!("../../policies/overlays/northshire.toml");
    let files: Vec<(&str, &str)> = packs::ENGLAND_WALES_FILES.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    let policy = Policy::load_with(&files, &[("northshire.toml", overlay)], Some("northshire")).unwrap();
    assert_eq!(unaccepted(&policy), Vec::<String>::new());
}
