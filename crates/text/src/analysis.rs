//! The findings of a policy analysis, as a page for the policy's authors.

use risk_core::event::Term;
use risk_core::policy::Policy;
use risk_policy_tools::analysis::{Analysis, Finding, FindingKind, Trend, Weight};

use super::words::{count, date, listed};
use super::{Page, QUIET, STRONG, styled};

/// Renders the page. Findings that are only worth knowing are counted, and listed if `all` is set.
#[must_use]
pub fn page(found: &Analysis, policy: &Policy, all: bool) -> String {
    let mut page = Page::default();
    let place = found.locality.as_ref().map(|l| format!(", in {l}")).unwrap_or_default();
    page.paragraph("", "", &styled(STRONG, &format!("{} {}{place}", found.policy.id, found.policy.version)));
    let of = |weight, accepted| {
        found.findings.iter().filter(move |f| f.weight == weight && f.accepted.is_some() == accepted)
    };
    let defects: Vec<&Finding> = of(Weight::Defect, false).collect();
    let accepted: Vec<&Finding> = found.findings.iter().filter(|f| f.accepted.is_some()).collect();
    let known: Vec<&Finding> = of(Weight::WorthKnowing, false).collect();
    if defects.is_empty() {
        page.paragraph("", "", "No defect.");
    }
    section(&mut page, "DEFECTS", &defects, found);
    for (title, findings) in [("KNOWN, AND ACCEPTED", &accepted), ("WORTH KNOWING", &known)] {
        if all { section(&mut page, title, findings, found) } else { counts(&mut page, title, findings) }
    }
    if all {
        trends(&mut page, found);
    }
    page.gap();
    let stretches = count(found.epochs.len(), "stretch of days", "stretches of days");
    let rules = policy.rules.len().saturating_add(policy.duties.len());
    page.paragraph(
        "",
        "",
        &styled(QUIET, &format!("{rules} rules and duties, {stretches}. Digest {}", found.policy.digest)),
    );
    page.finish()
}

/// Writes the number of findings of each kind.
fn counts(page: &mut Page, title: &str, findings: &[&Finding]) {
    if findings.is_empty() {
        return;
    }
    page.heading(&format!("{title} (--all lists each)"));
    for kind in kinds(findings) {
        let n = findings.iter().filter(|f| f.finding == kind).count();
        page.paragraph("  ", "    ", &format!("{n} {}", heading(kind)));
    }
}

fn kinds(findings: &[&Finding]) -> Vec<FindingKind> {
    let mut kinds: Vec<FindingKind> = findings.iter().map(|f| f.finding).collect();
    kinds.dedup();
    kinds
}

fn section(page: &mut Page, title: &str, findings: &[&Finding], found: &Analysis) {
    if findings.is_empty() {
        return;
    }
    page.heading(&format!("{title} ({})", findings.len()));
    for kind in kinds(findings) {
        page.paragraph("  ", "    ", &styled(STRONG, &format!("{} ({kind})", heading(kind))));
        for finding in findings.iter().filter(|f| f.finding == kind) {
            line(page, finding, found);
        }
    }
}

fn line(page: &mut Page, f: &Finding, found: &Analysis) {
    // A duty has no kind of event, and a finding about a kind does not repeat it.
    let on: Vec<String> = f.on.iter().filter(|on| **on != f.of && *on != "while").cloned().collect();
    let on = if on.is_empty() { String::new() } else { format!(", on {}", listed(&on)) };
    let when = days(f, found);
    let shown = match (f.in_words.is_empty(), f.finding) {
        (true, _) => String::new(),
        (false, FindingKind::Gap) => format!(" {}", listed(&f.in_words)),
        (false, _) => format!(". Shown by: {}", listed(&f.in_words)),
    };
    page.paragraph("    - ", "      ", &format!("{}{on}{when}: {}{shown}", styled(STRONG, &f.of), f.says));
    if let Some(why) = &f.accepted {
        page.paragraph("      ", "      ", &styled(QUIET, &format!("Accepted: {why}")));
    }
}

/// The period of the finding, unless it always applies.
fn days(f: &Finding, found: &Analysis) -> String {
    let from = (Some(&f.from) != found.epochs.first() && found.epochs.contains(&f.from)).then(|| date(f.from));
    match (from, f.to.map(date)) {
        (None, None) => String::new(),
        (Some(from), None) => format!(", from {from}"),
        (None, Some(to)) => format!(", until before {to}"),
        (Some(from), Some(to)) => format!(", from {from} until before {to}"),
    }
}

fn trends(page: &mut Page, found: &Analysis) {
    if found.monotone.is_empty() {
        return;
    }
    page.heading("HOW RULES DEPEND ON LEVELS AND NUMBERS");
    for m in &found.monotone {
        let goes = match m.goes {
            Trend::Rises => "if it holds for a value, it holds for all higher values",
            Trend::Falls => "if it holds for a value, it holds for all lower values",
            Trend::Neither => "holds between",
        };
        page.paragraph("    - ", "      ", &format!("{}, on {}: {} {goes}", m.rule, m.on, m.fact));
    }
}

fn heading(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::NeverFires => "rules that can never fire",
        FindingKind::AlternativeNeverHolds => "alternatives that can never hold",
        FindingKind::NothingNew => "redundant rules: others always have the same effects",
        FindingKind::HadAlready => "redundant effects: others always have them",
        FindingKind::Gap => "kinds with facts for which no rule fires",
        FindingKind::NotListenedTo => "kinds that no rule responds to",
        FindingKind::DeadlinesDiffer => "limits that differ for one action",
        FindingKind::NotUsed => "parameters that nothing uses",
        FindingKind::NotAsked => "lists of facts that no condition asks for",
        FindingKind::UnknownLeftOut => "unknowns without an effect although a yes has one",
        FindingKind::UnknownElsewhere => "unknowns with an effect only elsewhere",
        FindingKind::NothingCloses => "actions that nothing can close",
        FindingKind::NothingRequires => "actions that nothing requires",
        FindingKind::NotMonotone => "rules that neither rise nor fall with a level",
        FindingKind::FallsWhileRiskRises => "rules that stop indicating a level as risk rises",
        FindingKind::AcceptsNothing => "acceptances that match no finding",
        FindingKind::Undecided => "questions left undecided, because they would take too long",
    }
}

/// The names of all kinds of finding with their descriptions, for `--help`.
#[must_use]
pub fn finding_kinds_in_words() -> String {
    let of = |weight: Weight| {
        let kinds = FindingKind::all().iter().filter(move |s| s.weight() == weight);
        kinds.map(|s| format!("  {:<24}{}\n", s.name(), heading(*s))).collect::<String>()
    };
    format!("Defects (exit code 1):\n{}\nWorth knowing:\n{}", of(Weight::Defect), of(Weight::WorthKnowing))
}
