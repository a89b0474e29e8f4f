//! How two policies differ in effect for any facts, and the resulting workload.

use risk_core::text::inert;
use risk_policy_tools::analysis::{Difference, Differences, Protection};
use risk_reports::workload::{GroupWorkload, Workload};

use super::words::{self, count, date, listed};
use super::{Page, QUIET, STRONG, styled};

/// Renders the differences in effect.
#[must_use]
pub fn page(found: &Differences) -> String {
    let mut page = Page::default();
    if found.differences.is_empty() && found.undecided.is_empty() {
        page.paragraph("", "", "Both policies have the same effect for any facts.");
        return page.finish();
    }
    for (way, title) in [
        (Protection::Less, "WHERE THE SECOND POLICY REQUIRES LESS"),
        (Protection::More, "WHERE THE SECOND POLICY REQUIRES MORE"),
    ] {
        let these: Vec<&Difference> = found.differences.iter().filter(|d| d.second_protects == way).collect();
        if !these.is_empty() {
            page.heading(&format!("{title} ({})", these.len()));
        }
        these.into_iter().for_each(|d| difference(&mut page, d));
    }
    undecided(&mut page, found);
    page.finish()
}

/// Renders whether the second policy protects at least as much.
#[must_use]
pub fn protective(found: &Differences) -> String {
    let mut page = Page::default();
    let answer = match found.at_least_as_protective() {
        Some(true) => {
            "Yes: for any facts the second policy indicates no lower level, drops no action and no review, gives no later due \
             date, longer round or lower priority, and lets no event close an action that stays open under the first."
        }
        Some(false) => "No: these facts show where the second policy protects less.",
        None => "Not known: no counterexample was found, but some questions are undecided.",
    };
    page.paragraph("", "", &styled(STRONG, answer));
    found.less().for_each(|d| difference(&mut page, d));
    undecided(&mut page, found);
    page.finish()
}

fn difference(page: &mut Page, d: &Difference) {
    let (one, other) = match d.second_protects {
        // The second policy protects less if only it closes an action.
        Protection::Less if d.rules.is_empty() => ("second", "first"),
        Protection::More if d.rules.is_empty() => ("first", "second"),
        Protection::Less => ("first", "second"),
        Protection::More => ("second", "first"),
    };
    let until = d.to.map(|to| format!(" until before {}", date(to))).unwrap_or_default();
    let on = if d.on == "while" { "at any time".to_owned() } else { format!("on {}", words::phrase(&d.on)) };
    let facts = if d.in_words.is_empty() { "always".to_owned() } else { format!("where {}", listed(&d.in_words)) };
    let by = if d.rules.is_empty() { String::new() } else { format!(" [{}]", d.rules.join(", ")) };
    let instead = d.instead.as_deref().unwrap_or("no such effect, or not for all of these facts");
    page.paragraph("  - ", "    ", &format!("{}, {facts}, from {}{until}", styled(STRONG, &on), date(d.from)));
    page.labelled(6, one, 6, &format!("{}{by}", d.brings));
    page.labelled(6, other, 6, instead);
}

fn undecided(page: &mut Page, found: &Differences) {
    if !found.undecided.is_empty() {
        page.heading("UNDECIDED, BECAUSE IT WOULD TAKE TOO LONG");
        found.undecided.iter().for_each(|u| page.paragraph("  - ", "    ", u));
    }
}

/// Renders a workload.
#[must_use]
pub fn workload(found: &Workload) -> String {
    let mut page = Page::default();
    page.heading("WORKLOAD");
    let weeks = count(u64::from(found.weeks), "week", "weeks");
    let days = format!("after {} and up to {}", date(found.after), date(found.through));
    page.indented(2, &format!("New agenda lines in {weeks}, {days}."));
    load(&mut page, "all", &found.all, found.weeks);
    for group in &found.groups {
        load(&mut page, &inert(group.group.as_deref().unwrap_or("(not given)")), group, found.weeks);
    }
    if found.without_officer > 0 {
        let whole = count(u64::try_from(found.all.cases).unwrap_or(u64::MAX), "case", "cases");
        let note =
            format!("Without a named responsible officer: {} of {whole}. Their lines count.", found.without_officer);
        page.indented(2, &styled(QUIET, &note));
    }
    page.finish()
}

fn load(page: &mut Page, name: &str, load: &GroupWorkload, weeks: u32) {
    let cases = count(u64::try_from(load.cases).unwrap_or(u64::MAX), "case", "cases");
    let lines = format!("{} lines under the first, {} under the second; {cases}", load.first, load.second);
    let rate = if load.responsible_officers == 0 {
        String::new()
    } else {
        let officers = count(u64::try_from(load.responsible_officers).unwrap_or(u64::MAX), "officer", "officers");
        let (first, second) = (tenths(load.first, load.officer_weeks), tenths(load.second, load.officer_weeks));
        format!(
            ", {officers} in {weeks} weeks: {first} and {second} lines for each of {} officer-weeks",
            load.officer_weeks
        )
    };
    page.labelled(2, &format!("{name}:"), 12, &format!("{lines}{rate}"));
}

/// A ratio with one decimal, rounded down.
fn tenths(part: usize, whole: usize) -> String {
    let tenths = part.saturating_mul(10).checked_div(whole).unwrap_or(0);
    format!("{}.{}", tenths.checked_div(10).unwrap_or(0), tenths.checked_rem(10).unwrap_or(0))
}
