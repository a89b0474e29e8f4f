//! A briefing as a page for a terminal: new information first, then what to do, then case by case.

use risk_core::event::vocabulary::Handling;
use risk_core::policy::Policy;
use risk_core::policy::model::Priority;
use risk_core::text::inert;
use risk_reports::briefing::{Arrival, Briefing, BriefingLine, ReceivedRecord};
use risk_reports::change_summary::SummaryLine;
use uuid::Uuid;

use super::action::caution;
use super::briefing_words::{BriefingWords, sentence, strictest};
use super::words::{self, capital, count, date, listed, moment, phrase, subjects};
use super::{Page, QUIET, STRONG, URGENT, changes, styled};

/// How many records of one moment are listed individually, apart from call-outs. Beyond that, records are counted by
/// kind.
const RECORDS: usize = 3;

/// Renders the page.
#[must_use]
pub fn page(briefing: &Briefing, policy: &Policy) -> String {
    let words = BriefingWords::new(briefing, policy);
    let mut page = Page::default();
    header(&mut page, &words);
    not_assessed(&mut page, &words);
    call_outs(&mut page, &words);
    other_news(&mut page, &words);
    overdue(&mut page, &words);
    due(&mut page, &words);
    waiting(&mut page, &words);
    ended(&mut page, &words);
    cases(&mut page, &words);
    missing(&mut page, &words);
    page.gap();
    page.paragraph("", "", &styled(QUIET, &words.receipt()));
    page.finish()
}

fn header(page: &mut Page, words: &BriefingWords<'_>) {
    let b = words.briefing;
    page.paragraph("", "", &styled(STRONG, &format!("Briefing, {}", moment(b.at))));
    page.paragraph("", "", &format!("For: {}", words::of(b.audience)));
    page.paragraph("", "", &format!("New since {}", moment(b.since)));
    page.paragraph("", "", &words.in_short().join(" "));
    if let Some(careful) = words.careful() {
        page.paragraph("", "", &styled(STRONG, careful));
    }
}

/// Writes which cases are missing, and why, before everything else.
fn not_assessed(page: &mut Page, words: &BriefingWords<'_>) {
    if words.briefing.not_answered.is_empty() {
        return;
    }
    page.heading("NOT ASSESSED");
    page.indented(2, &styled(URGENT, words.look_yourself()));
    for case in &words.briefing.not_answered {
        let text = format!("{} could not be assessed: {}.", full_id(words, case.case_id), inert(&case.why));
        page.paragraph("  - ", "    ", &text);
    }
}

fn call_outs(page: &mut Page, words: &BriefingWords<'_>) {
    page.heading("POLICE CALL-OUTS");
    if words.briefing.call_outs.is_empty() {
        page.indented(2, words.no_call_out());
    }
    for arrival in &words.briefing.call_outs {
        page.gap();
        page.indented(2, &styled(STRONG, &words.full_name(arrival.case_id)));
        arrived(page, words, arrival);
    }
}

fn other_news(page: &mut Page, words: &BriefingWords<'_>) {
    page.heading("WHAT ELSE CAME IN");
    let b = words.briefing;
    if b.other_news.is_empty() && b.unchanged.is_empty() {
        page.indented(2, "Nothing that this reader may see. No news is not a sign of safety.");
    }
    let mut last = None;
    for arrival in &b.other_news {
        if last != Some(arrival.case_id) {
            page.gap();
            page.indented(2, &styled(STRONG, &words.full_name(arrival.case_id)));
        }
        last = Some(arrival.case_id);
        arrived(page, words, arrival);
    }
    if b.unchanged.is_empty() {
        return;
    }
    page.gap();
    page.indented(2, "Recorded without changing the answer:");
    for case in &b.unchanged {
        page.paragraph("  - ", "    ", &format!("{}: {}.", words.name(case.case_id), words.counted(&case.kinds)));
    }
}

/// Writes the records of one moment and what they changed.
fn arrived(page: &mut Page, words: &BriefingWords<'_>, arrival: &Arrival) {
    let (call_outs, others): (Vec<&ReceivedRecord>, Vec<&ReceivedRecord>) =
        arrival.records.iter().partition(|r| r.call_out);
    let one_by_one = if others.len() > RECORDS { vec![] } else { others.clone() };
    for record in call_outs.into_iter().chain(one_by_one) {
        let careful = record.handling.filter(|_| record.caution.is_some());
        let careful = careful.map(|h| format!(" {}", caution(h))).unwrap_or_default();
        page.paragraph("  ", "    ", &format!("{}{careful}", words.came_in(record)));
    }
    if others.len() > RECORDS {
        let strictest: Option<Handling> =
            others.iter().filter(|r| r.caution.is_some()).filter_map(|r| r.handling).max();
        let careful = strictest.map(|h| format!(" {}", caution(h))).unwrap_or_default();
        page.paragraph("  ", "    ", &format!("{}{careful}", words.came_together(arrival.recorded_at, &others)));
    }
    let sentences: Vec<SummaryLine> = arrival.changed.iter().map(SummaryLine::from).collect();
    if sentences.is_empty() {
        page.indented(4, &styled(QUIET, "The answer did not change."));
    }
    changes::lines(page, "    ", &sentences);
}

fn overdue(page: &mut Page, words: &BriefingWords<'_>) {
    page.heading("OVERDUE");
    if words.briefing.overdue.is_empty() {
        page.indented(2, "Nothing.");
    }
    for owed in &words.briefing.overdue {
        page.gap();
        page.paragraph("", "", &format!("For: {}", styled(STRONG, &capital(&words::of(owed.owner)))));
        for (line, number) in owed.lines.iter().zip(1_u32..) {
            page.gap();
            page.paragraph(&format!("{:>3} ", format!("{number}.")), "    ", &title(line));
            page.indented(4, &words.full_name(line.case_id));
            for own in words.own(line) {
                page.indented(4, &urgent(&own));
            }
            if let Some(steps) = words.steps(line) {
                page.labelled(4, "Steps:", 6, &steps);
            }
            careful(page, 4, line);
            if let Some(why) = words.why(line) {
                page.labelled(4, "Why:", 4, &why);
            }
        }
    }
}

fn due(page: &mut Page, words: &BriefingWords<'_>) {
    page.heading(&format!("FALLS DUE BY {}", words.day(words.briefing.due_through).to_uppercase()));
    if words.briefing.due.is_empty() {
        page.indented(2, "Nothing.");
    }
    for from in &words.briefing.due {
        page.gap();
        page.paragraph("", "", &format!("For: {}", styled(STRONG, &capital(&words::of(from.owner)))));
        for day in &from.days {
            page.gap();
            page.indented(2, &styled(STRONG, &words.day(day.day)));
            for line in &day.lines {
                page.paragraph("  - ", "    ", &title(line));
                page.indented(4, &words.full_name(line.case_id));
                for own in words.own(line) {
                    page.indented(4, &own);
                }
                if let Some(steps) = words.steps(line) {
                    page.labelled(4, "Steps:", 6, &steps);
                }
                careful(page, 4, line);
            }
        }
    }
}

fn waiting(page: &mut Page, words: &BriefingWords<'_>) {
    page.heading("WAITING ON OTHERS");
    if words.briefing.waiting.is_empty() {
        page.indented(2, "Nothing.");
    }
    for on in &words.briefing.waiting {
        page.gap();
        page.paragraph("", "", &format!("On: {}", styled(STRONG, &capital(&phrase(&on.on)))));
        for line in &on.lines {
            for item in &line.items {
                let Some(waiting) = &item.waiting_on else { continue };
                let about = subjects(&item.about);
                let about = if about.is_empty() { String::new() } else { format!(" (about {})", listed(&about)) };
                page.paragraph("  - ", "    ", &format!("{}: {}{about}", words.name(line.case_id), item.title));
                page.indented(4, &urgent(&words.waits(item, waiting)));
                if let Some(handling) = item.handling.filter(|_| item.caution.is_some()) {
                    page.indented(4, &caution(handling));
                }
            }
        }
    }
}

fn ended(page: &mut Page, words: &BriefingWords<'_>) {
    if words.briefing.ended.is_empty() {
        return;
    }
    page.heading("OPEN WHEN SUPERVISION ENDED");
    for case in &words.briefing.ended {
        page.gap();
        let ended = format!("{}: ended {}", words.full_name(case.case_id), date(case.on));
        page.indented(2, &styled(STRONG, &ended));
        for line in &case.lines {
            brief_line(page, words, "- ", line);
        }
    }
}

fn cases(page: &mut Page, words: &BriefingWords<'_>) {
    page.heading("CASE BY CASE");
    let (open, quiet) = words.cases();
    for case in &open {
        page.gap();
        page.indented(2, &styled(STRONG, &words.full_name(case.case_id)));
        if words.is_named(case.case_id) {
            page.indented(2, &styled(QUIET, &case.case_id.to_string()));
        }
        if let Some(level) = words.level(case) {
            page.indented(4, &level);
        }
        for group in &case.under_review {
            let careful = strictest(group).map(|h| format!(" {}", caution(h))).unwrap_or_default();
            page.paragraph("    ", "      ", &format!("{}{careful}", words.in_doubt(case, group)));
        }
        for (line, number) in case.agenda.iter().zip(1_u32..) {
            brief_line(page, words, &format!("{number}. "), line);
        }
        if case.more > 0 {
            page.indented(4, &format!("and {} more", case.more));
        }
    }
    if !quiet.is_empty() {
        let names: Vec<String> = quiet.iter().map(|case| words.name(case.case_id)).collect();
        let of = count(quiet.len(), "case", "cases");
        page.gap();
        page.paragraph(
            "  ",
            "  ",
            &format!("Nothing to list for {of}; no news is not a sign of safety: {}.", listed(&names)),
        );
    }
}

/// Writes a line as one paragraph.
fn brief_line(page: &mut Page, words: &BriefingWords<'_>, label: &str, line: &BriefingLine) {
    let careful = line.handling.filter(|_| line.caution.is_some());
    let careful = careful.map(|h| format!(" {}", caution(h))).unwrap_or_default();
    let text = format!("{} {}.{careful}", titled(line, &sentence(&line.title)), urgent(&words.in_brief(line)));
    page.paragraph(&format!("    {label}"), "       ", &text);
}

fn missing(page: &mut Page, words: &BriefingWords<'_>) {
    let b = words.briefing;
    if b.not_shown > 0 {
        page.heading("NOT IN THIS BRIEFING");
        page.paragraph("  - ", "    ", &words.not_shown());
    }
    let notes = words.notes();
    if !notes.is_empty() {
        page.heading("NOTES");
    }
    for note in notes {
        page.paragraph("  - ", "    ", &note);
    }
}

fn full_id(words: &BriefingWords<'_>, case: Uuid) -> String {
    if words.is_named(case) { format!("{}, {case},", words.full_name(case)) } else { words.full_name(case) }
}

fn title(line: &BriefingLine) -> String {
    titled(line, &line.title)
}

fn titled(line: &BriefingLine, title: &str) -> String {
    let style = if line.priority == Priority::ProtectNow { URGENT } else { STRONG };
    format!("{}: {}", styled(style, words::priority(line.priority)), styled(STRONG, title))
}

/// Highlights the word OVERDUE in a sentence.
fn urgent(sentence: &str) -> String {
    sentence.replace("OVERDUE", &styled(URGENT, "OVERDUE"))
}

fn careful(page: &mut Page, by: usize, line: &BriefingLine) {
    if let Some(handling) = line.handling.filter(|_| line.caution.is_some()) {
        page.indented(by, &caution(handling));
    }
}
