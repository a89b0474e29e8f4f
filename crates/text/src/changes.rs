//! Differences as pages: a timeline step by step, two answers side by side, two policies.

use risk_core::assessment::Change;
use risk_core::compare::{Between, Comparison, Side};
use risk_core::event::Term;
use risk_core::event::vocabulary::{Audience, Handling};
use risk_core::explain::EventLine;
use risk_core::fold::run::Lens;
use risk_core::policy::model::Derived;
use risk_core::timeline::{Step, Timeline};
use risk_policy_tools::diff::{EntryChange, EntryDiff, FieldDiff, PolicyDiff};
use risk_reports::change_summary::{Perspective, SummaryKind, SummaryLine, summarise};
use serde_json::Value;

use super::action::caution;
use super::words::{self, capital, count, date, listed, moment, phrase};
use super::{Page, QUIET, STRONG, styled};

/// Renders a timeline.
#[must_use]
pub fn timeline(found: &Timeline) -> String {
    let mut page = Page::default();
    page.paragraph("", "", &styled(STRONG, &format!("Case {}", found.case_id)));
    page.paragraph("", "", &format!("What each step changed, up to {}", moment(found.at)));
    if found.lens == Lens::Hindsight {
        hindsight(&mut page);
    }
    if found.known_at != found.at {
        page.paragraph("", "", &format!("With what was recorded by {}", moment(found.known_at)));
    }
    reader(&mut page, found.audience);
    if found.steps.is_empty() {
        page.gap();
        page.paragraph("", "", "No record that this reader may see existed by then.");
    }
    for s in &found.steps {
        step(&mut page, s);
    }
    receipt(&mut page, &found.receipt.policy.id, &found.receipt.policy.version, &found.receipt.policy.digest);
    page.finish()
}

fn hindsight(page: &mut Page) {
    page.paragraph(
        "",
        "",
        "HINDSIGHT: everything known now, placed when it happened. For learning: it does not show what was known then.",
    );
}

fn reader(page: &mut Page, audience: Audience) {
    if audience != Audience::ResponsibleOfficer {
        page.paragraph("", "", &format!("For: {}", words::of(audience)));
    }
}

fn step(page: &mut Page, s: &Step) {
    page.heading(&moment(s.at));
    for r in &s.records {
        page.paragraph("  ", "    ", &record(r));
    }
    if s.records.is_empty() {
        let brought: Vec<String> = s.by_time.iter().map(|k| by_time(*k).to_owned()).collect();
        let brought = if brought.is_empty() { String::new() } else { format!(": {}", listed(&brought)) };
        page.paragraph("  ", "    ", &format!("Time alone{brought}"));
    }
    let sentences = summarise(&s.changes, Perspective::Successive);
    if sentences.is_empty() {
        let only = if s.changes.is_empty() { "nothing else changed" } else { "only details changed (--format json)" };
        page.indented(4, &styled(QUIET, only));
    }
    lines(page, "    ", &sentences);
}

fn record(r: &EventLine) -> String {
    let happened =
        if r.occurred_on == r.recorded_on { String::new() } else { format!(", happened {}", date(r.occurred_on)) };
    let mark = r.handling.map(|h| format!(", {}", words::of(h))).unwrap_or_default();
    let id = r.event_id.map(|id| format!(" {id}")).unwrap_or_default();
    format!("{}{happened}{mark}{id}", styled(STRONG, &capital(&phrase(&r.kind))))
}

fn by_time(kind: Derived) -> &'static str {
    match kind {
        Derived::ProtectiveOrderExpired => "a protective order expired",
        Derived::SupervisionEndReached => "the end of supervision came",
        Derived::DutyDue => "a round fell due",
        Derived::ActionOverdue => "something became overdue",
        Derived::AssessmentStale => "an assessment went out of date",
    }
}

/// Renders what changed from one answer to a later one, one line each. Empty if nothing changed that a reader would
/// want to know.
#[must_use]
pub fn change_summary(changes: &[Change]) -> String {
    let mut page = Page::default();
    lines(&mut page, "", &summarise(changes, Perspective::Successive));
    page.finish()
}

/// Writes changes, each with a sign for its kind, its rules and its caution. The reason for a caution is given once.
pub(super) fn lines(page: &mut Page, indent: &str, sentences: &[SummaryLine]) {
    let mut why_said: Vec<Handling> = Vec::new();
    for line in sentences {
        let sign = match line.kind {
            SummaryKind::Opened => '+',
            SummaryKind::Moved => '~',
            SummaryKind::Closed => '-',
            SummaryKind::Level => '=',
            SummaryKind::Note => '*',
        };
        let rules = if line.rules.is_empty() { String::new() } else { format!(" [{}]", line.rules.join(", ")) };
        let careful = match line.do_not_raise {
            None => String::new(),
            Some(h) if why_said.contains(&h) => format!(" {}.", styled(STRONG, "Do not raise")),
            Some(h) => {
                why_said.push(h);
                format!(" {}", caution(h))
            }
        };
        page.paragraph(&format!("{indent}{sign} "), &format!("{indent}  "), &format!("{}{careful}{rules}", line.text));
    }
}

/// Renders a comparison.
#[must_use]
pub fn comparison(found: &Comparison) -> String {
    let mut page = Page::default();
    page.paragraph("", "", &styled(STRONG, &format!("Case {}", found.case_id)));
    page.labelled(0, "First:", 7, &side(&found.first, found.between));
    page.labelled(0, "Second:", 7, &side(&found.second, found.between));
    reader(&mut page, found.audience);
    if found.between == Between::Lenses {
        hindsight(&mut page);
        page.heading("RECORDED ON A LATER DAY THAN IT HAPPENED");
        for late in &found.recorded_later {
            let days = count(late.days, "day", "days");
            let recorded = date(late.record.recorded_on);
            page.paragraph("  - ", "    ", &format!("{}, recorded {recorded} ({days} later)", record(&late.record)));
        }
        if found.recorded_later.is_empty() {
            page.indented(2, "Nothing that this reader may see.");
        }
        page.heading("DELAYS: LATE INFORMATION, LATE ACTS");
        for d in &found.delays {
            let about = if d.about.is_empty() {
                String::new()
            } else {
                format!(" (about {})", listed(&words::subjects(&d.about)))
            };
            let parts = [
                (d.information > 0)
                    .then(|| format!("the service learnt of it after {}", count(d.information, "day", "days"))),
                (d.act > 0).then(|| {
                    format!("the act came {} past its date, or is still outstanding", count(d.act, "day", "days"))
                }),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            page.paragraph("  - ", "    ", &format!("{}{about}: {}.", d.title, listed(&parts)));
        }
        if found.delays.is_empty() {
            page.indented(2, "None.");
        }
    }
    page.heading("WHAT DIFFERS");
    let voice = if found.between == Between::Dates { Perspective::Successive } else { Perspective::SideBySide };
    let sentences = summarise(&found.changes, voice);
    if sentences.is_empty() {
        page.indented(2, "Nothing.");
    }
    lines(&mut page, "    ", &sentences);
    page.finish()
}

fn side(side: &Side, between: Between) -> String {
    let lens = if side.lens == Lens::Hindsight { "hindsight" } else { "as known" };
    let policy = &side.receipt.policy;
    let policy = match between {
        Between::Policies => format!(", under {} {} ({})", policy.id, policy.version, short(&policy.digest)),
        Between::Lenses | Between::Dates => String::new(),
    };
    let known = if side.known_at == side.at {
        String::new()
    } else {
        format!(", with what was recorded by {}", moment(side.known_at))
    };
    format!("{lens}, {}{known}{policy}", moment(side.at))
}

/// Renders the differences between two policies.
#[must_use]
pub fn policies(found: &PolicyDiff) -> String {
    let mut page = Page::default();
    let named = |n: &risk_policy_tools::diff::PolicyVersion| format!("{} {} ({})", n.id, n.version, short(&n.digest));
    page.labelled(0, "First:", 7, &named(&found.first));
    page.labelled(0, "Second:", 7, &named(&found.second));
    if found.entries.is_empty() {
        page.gap();
        page.paragraph("", "", "They mean the same.");
    }
    for became in [EntryChange::Changed, EntryChange::Added, EntryChange::Removed] {
        let entries: Vec<&EntryDiff> = found.entries.iter().filter(|e| e.became == became).collect();
        if !entries.is_empty() {
            page.heading(&capital(became.name()).to_uppercase());
        }
        for e in entries {
            page.paragraph("  - ", "    ", &styled(STRONG, &format!("{} {}", e.section, e.id)));
            for f in e.fields.iter().filter(|f| became == EntryChange::Changed || is_summary_field(f)) {
                field(&mut page, f, became);
            }
        }
    }
    page.finish()
}

/// Whether a field is shown for an entry that only one policy has. The JSON has all fields.
fn is_summary_field(f: &FieldDiff) -> bool {
    ["title", "on", "when", "while", "require", "indicate", "action", "effective"].contains(&f.field.as_str())
        || f.field.starts_with("value from")
}

fn field(page: &mut Page, f: &FieldDiff, became: EntryChange) {
    let text = |v: &Option<Value>| match v {
        None => "(absent)".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match became {
        EntryChange::Changed => {
            page.indented(6, &format!("{}:", f.field));
            page.labelled(8, "first", 6, &text(&f.first));
            page.labelled(8, "second", 6, &text(&f.second));
        }
        EntryChange::Added => page.indented(6, &format!("{}: {}", f.field, text(&f.second))),
        EntryChange::Removed => page.indented(6, &format!("{}: {}", f.field, text(&f.first))),
    }
}

/// Renders the answers that differ; empty if no log was given.
#[must_use]
pub fn answers(over: &[(String, Comparison)]) -> String {
    let mut page = Page::default();
    if over.is_empty() {
        return page.finish();
    }
    let differing: Vec<&(String, Comparison)> = over.iter().filter(|(_, c)| !c.changes.is_empty()).collect();
    page.heading("ANSWERS");
    let cases = count(u64::try_from(over.len()).unwrap_or(u64::MAX), "case", "cases");
    page.indented(2, &format!("{} of {cases} would get a different answer.", differing.len()));
    for (name, c) in differing {
        page.gap();
        page.paragraph("  ", "  ", &styled(STRONG, &format!("{name}, {}", moment(c.first.at))));
        let sentences = summarise(&c.changes, Perspective::SideBySide);
        if sentences.is_empty() {
            page.indented(4, "Only details differ (--format json).");
        }
        lines(&mut page, "    ", &sentences);
    }
    page.finish()
}

fn receipt(page: &mut Page, id: &str, version: &str, digest: &str) {
    page.gap();
    page.paragraph(
        "",
        "",
        &styled(QUIET, &format!("risk {}, {id} {version} ({})", env!("CARGO_PKG_VERSION"), short(digest))),
    );
}

fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
