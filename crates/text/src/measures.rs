//! Measures over a caseload as tables of 80 columns.

use risk_core::assessment::answer::Receipt;
use risk_core::event::Instant;
use risk_reports::measures::{ActionMeasure, Group, Measures};
use textwrap::{Options, WordSplitter};

use super::words::{self, capital, phrase};
use super::{Page, QUIET, STRONG, styled};

/// The width of the column of action names. The numbers follow the last line of a name.
const NAME: usize = 25;
/// The headings of the columns, in two lines.
const COLUMNS: [(&str, &str); 9] = [
    ("", "cases"),
    ("how", "often"),
    ("in", "time"),
    ("", "late"),
    ("over-", "due"),
    ("not", "yet"),
    ("not", "need."),
    ("fell", "away"),
    ("med.", "days"),
];

/// Renders a table for each lens and group.
#[must_use]
pub fn page<'m>(
    at: Instant,
    not_counted: usize,
    tables: impl IntoIterator<Item = (&'m str, &'m Measures)>,
    by: &[String],
    suppress_below: Option<u64>,
    receipt: &Receipt,
) -> String {
    let mut page = Page::default();
    page.paragraph("", "", &words::moment(at));
    if not_counted > 0 {
        let cases = words::count(not_counted, "case is", "cases are");
        page.paragraph("", "", &styled(STRONG, &format!("NOT COUNTED: {cases} missing from every number below.")));
    }
    for (lens, measures) in tables {
        page.heading(&phrase(lens).to_uppercase());
        if measures.actions.is_empty() {
            page.indented(2, "No action was required.");
        }
        let mut group: Option<&Group> = None;
        for measure in measures.actions.iter().filter(|m| m.required != Some(0)) {
            if group != Some(&measure.group) {
                begin(&mut page, measure, by);
            }
            group = Some(&measure.group);
            row(&mut page, measure);
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
    let text = "Cases: those in which it was required. How often: once for each subject; the sum of the next six numbers: done \
                in time, done late, overdue, not yet due, not needed (as a person decided), and fallen away because the reason \
                no longer applied. Half of those done were done within the median days. Actions that were never required in a \
                group are omitted.";
    page.paragraph("", "", text);
    if let Some(least) = suppress_below {
        let text = format!(
            "`*` replaces a number from 1 to {}, or one that would reveal such a number.",
            least.saturating_sub(1)
        );
        page.paragraph("", "", &text);
    }
}

fn begin(page: &mut Page, measure: &ActionMeasure, by: &[String]) {
    let name = |(scheme, value): (&String, &Option<String>)| {
        format!("{}: {}", phrase(scheme), value.as_deref().map_or_else(|| "(not given)".to_owned(), phrase))
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

/// Writes an action's name and its numbers.
fn row(page: &mut Page, measure: &ActionMeasure) {
    let name = words::of(measure.action);
    let options = Options::new(NAME).subsequent_indent("  ").word_splitter(WordSplitter::NoHyphenation);
    let mut lines = textwrap::wrap(&name, options);
    let last = lines.pop().unwrap_or_default();
    for line in lines {
        page.paragraph("", "", &line);
    }
    page.labelled(0, &last, NAME, &numbers(measure));
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
    let mut text: Vec<String> = counts.into_iter().map(number).collect();
    // Absent also if nothing was done.
    text.push(m.median_days.map_or_else(|| "-".to_owned(), |n| n.to_string()));
    cells(&text)
}

/// Aligns cells to the right.
fn cells(cells: &[String]) -> String {
    cells.iter().map(|cell| format!("{cell:>6}")).collect::<Vec<_>>().join("")
}
