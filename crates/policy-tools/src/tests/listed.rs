//! The policy as text for people.

use risk_core::policy::Policy;

use super::{SAMPLE, sample};
use crate::{Style, guide, listing};

#[test]
fn a_rule_is_listed_with_its_condition_effects_and_sources() {
    let text = listing(&sample(), Style::Markdown);
    for line in [
        "# A sample policy, version 1.0.0",
        "### The Partner Link Worker reports raised risk",
        "- **Rule** raised-risk (inspectorate, from 2014-06-01 until before 2018-01-01)",
        "- **When** the Partner Link Worker reported what a victim or partner told, or what the worker learnt, where the event's raised risk is yes or unknown",
        "- **Then** the risk to known adult in community is at least medium",
        "- **Then** review risk: within 5 business days (review_time) from when the service learnt of it (protect now)",
        "- **Then** the flag domestic abuse perpetrator should be set",
        "- **Source** report, s4: \u{201c}she felt \"unsafe\"\u{201d}",
        "- **Covers** O1",
        "- **When** the police were called out or an incident was reported, where the number of police call out or incident reported, within the parameter \u{201c}How far back call-outs are counted\u{201d} is at least the parameter \u{201c}How many call-outs are many\u{201d} or (there has been charged, with offence assault or strangulation and it is not so that the number of days since home visit completed is at most 28)",
        "- **Source** none: this is assumed",
        "- **Then** home visit for each child: within a time that no source gives (visit_time) from when the service learnt of it (this week)",
        "- **While** supervised is yes and domestic abuse is yes or unknown and it is not so that recorded (known adult) is below low",
        "- **Then** request police information: every 3 months (check_interval), the first time on the day when the service learnt of it (this week)",
        "- **visit_time** A home visit after a move; no source gives a time: unset, from 2014-06-01 (assumed)",
        "- O3 Train staff: no event of a case shows it",
    ] {
        assert!(text.lines().any(|l| l == line), "expected the line\n{line}\nin\n{text}");
    }
}

#[test]
fn plain_text_is_at_most_eighty_columns_wide() {
    let text = listing(&sample(), Style::Text);
    assert!(text.lines().all(|l| l.chars().count() <= 80 || !l.trim().contains(' ')), "{text}");
    assert!(text.contains("- Rule: raised-risk (inspectorate, from 2014-06-01 until before 2018-01-01)\n"));
}

#[test]
fn markup_in_text_is_escaped() {
    let hostile = "<img src=x onerror=alert(1)> [a](javascript:b) `c`";
    let files =
        SAMPLE.map(|(name, text)| (name, text.replace("A sample policy", hostile).replace("Train staff", hostile)));
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let policy = Policy::load(&files).unwrap();
    for page in [listing(&policy, Style::Markdown), guide(&policy)] {
        assert!(page.contains("&lt;img src=x onerror=alert(1)> \\[a\\](javascript:b) \\`c\\`"), "{page}");
        assert!(!page.contains("<img") && !page.contains("[a]("), "{page}");
    }
    assert!(listing(&policy, Style::Text).contains("<img src=x"), "plain text has no markup to escape");
}
