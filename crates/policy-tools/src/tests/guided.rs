//! The policy as a page for the people who work under it.

use super::sample;

#[test]
fn an_obligation_shows_its_trigger_actions_limits_and_sources() {
    let text = crate::guide(&sample());
    for line in [
        "# A sample policy",
        "<a id=\"raised-risk\"></a>**The Partner Link Worker reports raised risk** (`raised-risk`)",
        "- When: the Partner Link Worker reported what a victim or partner told, or what the worker learnt, where the event's raised risk is yes or unknown",
        "- Then: the risk to known adult in community is indicated as at least **medium**",
        "- Then: the flag *domestic abuse perpetrator* should be set",
    ] {
        assert!(text.lines().any(|l| l == line), "expected the line\n{line}\nin\n{text}");
    }
    let quoted = text.lines().find(|l| l.contains("she felt \"unsafe\"")).unwrap();
    assert!(quoted.starts_with("- Source: "), "{quoted}");
}

#[test]
fn undecidable_obligations_and_assumptions_are_marked() {
    let text = crate::guide(&sample());
    assert!(text.contains("No event can decide this: no event of a case shows it"), "{text}");
    assert!(text.contains("- Rests on: assumed: no source asks for it"), "{text}");
}

#[test]
fn every_rule_duty_and_obligation_is_written_in_full_once() {
    let policy = sample();
    let text = crate::guide(&policy);
    for o in &policy.obligations {
        assert_eq!(text.matches(&format!("\n## {}. ", o.id)).count(), 1, "{}", o.id);
    }
    let ids = policy.rules.iter().map(|r| &r.id).chain(policy.duties.iter().map(|d| &d.id));
    for id in ids {
        let versions = policy.rules.iter().filter(|r| r.id == *id).count().max(1);
        assert_eq!(text.matches(&format!("<a id=\"{id}\"></a>")).count(), versions, "{id}");
    }
}
