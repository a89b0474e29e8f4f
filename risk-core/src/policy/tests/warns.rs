//! What is allowed and deserves a look.

use super::{SAMPLE, sample};
use crate::policy::Policy;

fn warnings(from: &str, to: &str) -> Vec<String> {
    let files = SAMPLE.map(|(name, text)| (name, text.replacen(from, to, 1)));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let policy = Policy::load(&files).unwrap_or_else(|errors| panic!("{errors}"));
    policy.warnings(2030).iter().map(ToString::to_string).collect()
}

/// After the change, there is a warning that ends so; before it, there is none.
fn warned(from: &str, to: &str, ending: &str) {
    let ends = |all: &[String]| all.iter().any(|w| w.ends_with(ending));
    assert!(!ends(&warnings("", "")), "the sample itself is warned of: {ending}");
    let after = warnings(from, to);
    assert!(ends(&after), "expected …{ending}\nfound {after:#?}");
}

#[test]
fn a_level_compared_without_a_word_on_unknown() {
    let when = "when = \"supervised and person.in_household != no\"";
    warned(
        when,
        "when = \"recorded(children) < high\"",
        "8: `recorded(children) < high` leaves an unknown level out: say `or recorded(children) = unknown` where that is not meant",
    );
    let said = warnings(when, "when = \"recorded(children) < high or recorded(children) = unknown\"");
    assert!(!said.iter().any(|w| w.contains("recorded(children)")), "{said:#?}");
}

#[test]
fn obligations_nothing_covers_and_rules_no_test_expects() {
    warned(
        "covers = [\"O2\"]",
        "covers = [\"O1\"]",
        ": no rule and no duty covers `O2`, and it does not say why none could (`not_executable`)",
    );
    warned("fires = [\"repeat-checks\"], ", "", ": no test expects `repeat-checks` to fire");
}

#[test]
fn a_parameter_used_before_it_has_a_value() {
    warned(
        "from = 2014-06-01, value = 3",
        "from = 2015-06-01, value = 3",
        ": `check_interval` has no value on 2014-06-01, when `repeat-checks` comes into force",
    );
}

#[test]
fn bank_holidays_that_end_within_a_year_of_the_review() {
    let ends =
        |last| sample().warnings(last).iter().any(|w| w.to_string().contains("the bank holidays known end with"));
    assert!(ends(2021));
    assert!(!ends(2022));
}
