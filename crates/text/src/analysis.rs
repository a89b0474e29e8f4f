//! What an analysis of a policy found, for those who write it.

use risk_core::event::Term;
use risk_core::policy::Policy;
use risk_policy_tools::analysis::{Analysis, Finding, FindingKind, Trend, Weight};

use super::words::{count, date, listed};
use super::{Page, QUIET, STRONG, styled};

/// The page. What is only worth knowing is counted, and told where `all` is asked for.
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

/// How many of each sort.
fn counts(page: &mut Page, title: &str, findings: &[&Finding]) {
    if findings.is_empty() {
        return;
    }
    page.heading(&format!("{title} (--all tells each)"));
    for sort in sorts(findings) {
        let n = findings.iter().filter(|f| f.finding == sort).count();
        page.paragraph("  ", "    ", &format!("{n} {}", heading(sort)));
    }
}

fn sorts(findings: &[&Finding]) -> Vec<FindingKind> {
    let mut sorts: Vec<FindingKind> = findings.iter().map(|f| f.finding).collect();
    sorts.dedup();
    sorts
}

fn section(page: &mut Page, title: &str, findings: &[&Finding], found: &Analysis) {
    if findings.is_empty() {
        return;
    }
    page.heading(&format!("{title} ({})", findings.len()));
    for sort in sorts(findings) {
        page.paragraph("  ", "    ", &styled(STRONG, &format!("{} ({sort})", heading(sort))));
        for finding in findings.iter().filter(|f| f.finding == sort) {
            line(page, finding, found);
        }
    }
}

fn line(page: &mut Page, f: &Finding, found: &Analysis) {
    // A duty is on no event, and a kind is itself.
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

/// When it is so, where that is not always.
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
    page.heading("HOW RULES GO WITH LEVELS AND NUMBERS");
    for m in &found.monotone {
        let goes = match m.goes {
            Trend::Rises => "holds for all that is higher, once it holds",
            Trend::Falls => "holds for all that is lower, once it holds",
            Trend::Neither => "holds between",
        };
        page.paragraph("    - ", "      ", &format!("{}, on {}: {} {goes}", m.rule, m.on, m.fact));
    }
}

fn heading(sort: FindingKind) -> &'static str {
    match sort {
        FindingKind::NeverFires => "rules that can never fire",
        FindingKind::AlternativeNeverHolds => "alternatives that can never hold",
        FindingKind::NothingNew => "rules that bring nothing that others do not bring already",
        FindingKind::HadAlready => "effects that others bring already",
        FindingKind::Gap => "kinds with facts on which no rule says anything",
        FindingKind::NotListenedTo => "kinds that no rule listens to",
        FindingKind::DeadlinesDiffer => "limits that differ for one action",
        FindingKind::NotUsed => "parameters that nothing uses",
        FindingKind::NotAsked => "lists of facts that no condition asks for",
        FindingKind::UnknownLeftOut => "unknowns that bring nothing where a yes would",
        FindingKind::UnknownElsewhere => "unknowns that bring something elsewhere only",
        FindingKind::NothingCloses => "actions that nothing can close",
        FindingKind::NothingRequires => "actions that nothing requires",
        FindingKind::NotMonotone => "rules that neither rise nor fall with a level",
        FindingKind::FallsWhileRiskRises => "rules that stop indicating a level as risk rises",
        FindingKind::AcceptsNothing => "acceptances of what was not found",
        FindingKind::Undecided => "questions left undecided, because they would take too long",
    }
}

/// The names of all sorts with what they are, for `--help`.
#[must_use]
pub fn sorts_in_words() -> String {
    let of = |weight: Weight| {
        let sorts = FindingKind::all().iter().filter(move |s| s.weight() == weight);
        sorts.map(|s| format!("  {:<24}{}\n", s.name(), heading(*s))).collect::<String>()
    };
    format!("Defects (exit code 1):\n{}\nWorth knowing:\n{}", of(Weight::Defect), of(Weight::WorthKnowing))
}
