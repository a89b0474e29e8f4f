//! Policy tests that name a locality.

use risk_core::policy::Policy;

use super::SAMPLE;
use crate::policy_tests::run;

const OVERLAY: &str = r#"
[overlay]
of = "sample"
locality = "south"

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
fn a_test_runs_in_its_own_locality_whatever_the_policy_was_loaded_for() {
    for locality in [None, Some("north"), Some("south")] {
        let policy = Policy::load_with(&SAMPLE, &[("south.toml", OVERLAY)], locality).unwrap();
        let results: Vec<_> = run(&policy).filter(|r| r.name == "the south visits").collect();
        assert_eq!((results.len(), &results[0].failures), (1, &vec![]), "{locality:?}");
    }
}
