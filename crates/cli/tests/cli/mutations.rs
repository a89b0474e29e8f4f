//! `risk policy mutate`: what no test pins, for people and for programs.

use std::fs;

use serde_json::Value;

use crate::case::PACK;
use crate::command::{Ran, risk};

/// The small policy with more at its end.
fn mutated(more: &str, options: &[&str]) -> Ran {
    let text = fs::read_to_string("tests/cli/pack/policy.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.toml"), text + more).unwrap();
    let folder = folder.path().to_str().unwrap();
    risk(["policy", "mutate", folder, "--rule", "raised-risk"].into_iter().chain(options.iter().copied()))
}

const PIN: &str = "
[[test]]
name = \"what follows from raised risk, and from none\"
given = [
  { on = 2017-12-04, kind = \"plw_disclosure\", person = \"p1\" },
  { on = 2017-12-05, kind = \"plw_disclosure\", person = \"p1\", raised_risk = \"no\" },
]
at = 2017-12-06
then = { fires_on = { raised-risk = [\"e1\"] }, follows = { raised-risk = [\"review_risk of known_adult, protect_now, by 2017-12-11\", \"share_with_police, protect_now\", \"return_to_nps, this_week\", \"known_adult medium\", \"flag domestic_abuse_perpetrator\"] } }
";

#[test]
fn what_no_test_pins_is_told_with_its_place_and_what_a_test_would_need() {
    let ran = mutated("", &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.starts_with("small 1: "), "{}", ran.out);
    let output = "nothing pins this: raised-risk: when: `unknown` taken out of `event.raised_risk in [yes, unknown]`\n  \
                a test would need: an event for which `event.raised_risk` is `unknown`";
    assert!(ran.err.contains(output), "{}", ran.err);
    let line = fs::read_to_string("tests/cli/pack/policy.toml").unwrap();
    let line = line[..line.find("[[rule]]").unwrap()].matches('\n').count() + 1;
    assert!(ran.err.lines().next().unwrap().contains(&format!("policy.toml:{line}:")), "{}", ran.err);
}

#[test]
fn with_a_test_that_pins_them_all_nothing_survives() {
    let ran = mutated(PIN, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.ends_with("0 refused by the loader, 0 explained, 0 surviving\n"), "{}", ran.out);
}

#[test]
fn an_explanation_of_what_a_test_kills_is_in_vain() {
    let vain = "
[[equivalent]]
of = \"raised-risk\"
change = \"taken out\"
why = \"nobody would miss it\"
";
    let ran = mutated(&format!("{PIN}{vain}"), &[]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        ran.err.contains("explained in vain: raised-risk: taken out: no surviving change is called so"),
        "{}",
        ran.err
    );
}

#[test]
fn programs_read_counts_and_survivors() {
    let ran = mutated("", &["--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    let number = |name: &str| answer[name].as_u64().unwrap();
    let surviving = answer["surviving"].as_array().unwrap();
    assert!(!surviving.is_empty());
    let lines = u64::try_from(surviving.len()).unwrap();
    assert_eq!(number("mutants"), number("killed_by_tests") + number("refused_by_the_loader") + lines);
    for line in surviving {
        assert_eq!(line["of"], "raised-risk");
        assert!(line["line"].as_u64().unwrap() > 1 && line["hint"].is_string() && line["change"].is_string());
    }
}

#[test]
fn an_entry_that_is_not_there_and_a_policy_whose_tests_fail_are_refused() {
    risk(["policy", "mutate", PACK, "--rule", "nothing"]).refused(&["unknown entry `nothing`"]);
    let wrong = PIN.replace("2017-12-11", "2017-12-12");
    mutated(&wrong, &[]).refused(&["\"what follows from raised risk, and from none\" fails on the unchanged policy"]);
}
