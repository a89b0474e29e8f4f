//! What was required over a caseload, and what became of it, as tables of 80 columns.

use risk_core::assessment::answer::Receipt;
use risk_core::event::Instant;
use risk_core::measures::{ActionMeasure, Group, Measures};

use super::words::{self, capital, phrase};
use super::{Page, QUIET, STRONG, styled};

/// How wide the name of an action is told; the numbers stand behind it.
const NAME: usize = 26;
/// What the columns hold, in two lines.
const COLUMNS: [(&str, &str); 9] = [
    ("", "cases"),
    ("re-", "quired"),
    ("in", "time"),
    ("", "late"),
    ("over-", "due"),
    ("not", "yet"),
    ("not", "need"),
    ("super", "seded"),
    ("med.", "days"),
];

/// The page: a table for each lens and group.
#[must_use]
pub fn page<'m>(
    at: Instant,
    tables: impl IntoIterator<Item = (&'m str, &'m Measures)>,
    by: &[String],
    suppress_below: Option<u64>,
    receipt: &Receipt,
) -> String {
    let mut page = Page::default();
    page.paragraph("", "", &words::moment(at));
    for (lens, measures) in tables {
        page.heading(&phrase(lens).to_uppercase());
        if measures.actions.is_empty() {
            page.indented(2, "No action was required.");
        }
        let mut group: Option<&Group> = None;
        for measure in &measures.actions {
            if group != Some(&measure.group) {
                begin(&mut page, measure, by);
            }
            group = Some(&measure.group);
            page.labelled(0, &shortened(measure), NAME, &numbers(measure));
        }
    }
    page.gap();
    notes(&mut page, suppress_below);
    let policy = &receipt.policy;
    let digest: String = policy.digest.chars().take(12).collect();
    page.paragraph(
        "",
        "",
        &styled(QUIET, &format!("risk {}, {} {} ({digest})", receipt.engine, policy.id, policy.version)),
    );
    page.finish()
}

fn notes(page: &mut Page, suppress_below: Option<u64>) {
    let told = "Cases: in which it was required; then how often it was required, once for each subject, which is the sum of the \
                six numbers behind it. Half of those done were done within the median days.";
    page.paragraph("", "", told);
    if let Some(least) = suppress_below {
        let told = format!(
            "`*` stands for a number from 1 to {} that is left out, or for one that would give such a number away.",
            least.saturating_sub(1)
        );
        page.paragraph("", "", &told);
    }
}

fn begin(page: &mut Page, measure: &ActionMeasure, by: &[String]) {
    let name = |(scheme, value): (&String, &Option<String>)| {
        format!("{}: {}", phrase(scheme), value.as_deref().map_or_else(|| "(not said)".to_owned(), phrase))
    };
    let named: Vec<String> = by.iter().zip(&measure.group).map(name).collect();
    let named = if named.is_empty() { "all cases".to_owned() } else { named.join(", ") };
    page.gap();
    let cases = measure.cases.map_or_else(|| "*".to_owned(), |n| n.to_string());
    page.paragraph("", "", &styled(STRONG, &format!("{} ({cases} cases)", capital(&named))));
    for line in [COLUMNS.map(|(first, _)| first), COLUMNS.map(|(_, second)| second)] {
        page.labelled(0, "", NAME, &cells(&line.map(str::to_owned)));
    }
}

/// The action's name, in as many letters as there is room for.
fn shortened(measure: &ActionMeasure) -> String {
    let name = words::of(measure.action);
    if name.chars().count() <= NAME { name } else { name.chars().take(NAME.saturating_sub(1)).chain(['…']).collect() }
}

fn numbers(m: &ActionMeasure) -> String {
    let number = |n: Option<u64>| n.map_or_else(|| "*".to_owned(), |n| n.to_string());
    let counts = [
        m.cases_required,
        m.required,
        m.done_in_time,
        m.done_late,
        m.overdue,
        m.not_yet_due,
        m.not_needed,
        m.superseded,
    ];
    let mut told: Vec<String> = counts.into_iter().map(number).collect();
    // Also where nothing was done.
    told.push(m.median_days.map_or_else(|| "-".to_owned(), |n| n.to_string()));
    cells(&told)
}

/// Beneath each other, to the right; the first of a line is never a blank, which wrapping would take away.
fn cells(cells: &[String]) -> String {
    cells.iter().map(|cell| format!("{cell:>5}")).collect::<Vec<_>>().join("")
}
