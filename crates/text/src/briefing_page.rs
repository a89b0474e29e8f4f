//! A briefing as one self-contained HTML page without scripts or external resources, for screen, screen reader and
//! paper.

use risk_core::event::vocabulary::Handling;
use risk_core::policy::Policy;
use risk_core::policy::model::Priority;
use risk_core::text::inert;
use risk_reports::briefing::{Arrival, Briefing, BriefingLine, CaseSummary, ReceivedRecord};
use uuid::Uuid;

use super::briefing_words::{BriefingWords, sentence, strictest};
use super::markup::{Markup, all, inline, tag};
use super::words::{self, capital, count, date, moment, phrase, subjects};

/// The metadata of the page. The content security policy forbids fetching or running anything, whatever the page
/// contains.
const HEAD: &str = "<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"referrer\" content=\"no-referrer\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
";

/// The style sheet for light, dark and printed pages.
const STYLE: &str = include_str!("briefing.css");

/// Renders the page.
#[must_use]
pub fn page(briefing: &Briefing, policy: &Policy) -> String {
    let words = &BriefingWords::new(briefing, policy);
    let title = format!("Briefing, {}", moment(briefing.at));
    let named = [tag("title", [], [Markup::text(&title)]), tag("style", [], [Markup::own(STYLE)])];
    let head = tag("head", [], [Markup::own(HEAD)].into_iter().chain(named));
    let due = format!("Falls due by {}", words.day(briefing.due_through));
    let sections = [
        ("not-assessed", "Not assessed", not_assessed(words)),
        ("call-outs", "Police call-outs", Some(call_outs(words))),
        ("news", "What else came in", Some(news(words))),
        ("overdue", "Overdue", Some(overdue(words))),
        ("due", due.as_str(), Some(falls_due(words))),
        ("waiting", "Waiting on others", Some(waiting(words))),
        ("ended", "Open when supervision ended", ended(words)),
        ("cases", "Case by case", Some(cases(words))),
        ("missing", "Not in this briefing", missing(words)),
        ("notes", "Notes", notes(words)),
    ];
    let (mut links, mut bodies) = (Vec::new(), Vec::new());
    for (id, name, body) in sections {
        let Some(body) = body else { continue };
        links.push(tag("li", [], [link(id, name)]));
        let heading = format!("{id}-heading");
        let named = tag("h2", [("id", heading.as_str())], [Markup::text(name)]);
        bodies.push(tag("section", [("id", id), ("aria-labelledby", heading.as_str())], [named, body]));
    }
    let body = [
        tag("a", [("class", "skip"), ("href", "#main")], [Markup::text("To the briefing")]),
        header(words, &title),
        tag("nav", [("aria-label", "Sections")], [tag("ul", [], links)]),
        tag("main", [("id", "main")], bodies),
        tag("footer", [], [paragraph("", &words.receipt())]),
    ];
    format!("<!doctype html>\n{}", tag("html", [("lang", "en-GB")], [head, tag("body", [], body)]).finish())
}

fn header(words: &BriefingWords<'_>, title: &str) -> Markup {
    let b = words.briefing;
    let short = words.in_short().into_iter().map(|line| tag("li", [], [Markup::text(&line)]));
    let careful = words.careful().map(|text| inline("p", [("class", "caution")], text));
    let lines = [
        tag("h1", [], [Markup::text(title)]),
        paragraph("", &format!("For: {}. New since {}.", words::of(b.audience), moment(b.since))),
        tag("ul", [("class", "short")], short),
    ];
    tag("header", [], lines.into_iter().chain(careful))
}

fn call_outs(words: &BriefingWords<'_>) -> Markup {
    if words.briefing.call_outs.is_empty() {
        return paragraph("", words.no_call_out());
    }
    all(words
        .briefing
        .call_outs
        .iter()
        .map(|arrival| tag("article", [], [tag("h3", [], [case(words, arrival.case_id)]), arrived(words, arrival)])))
}

fn news(words: &BriefingWords<'_>) -> Markup {
    let b = words.briefing;
    if b.other_news.is_empty() && b.unchanged.is_empty() {
        return paragraph("", "Nothing that this reader may see. No news is not a sign of safety.");
    }
    let of_one_case = b.other_news.chunk_by(|a, b| a.case_id == b.case_id);
    let cases = of_one_case.filter_map(|arrivals| {
        let heading = tag("h3", [], [case(words, arrivals.first()?.case_id)]);
        let arrivals = arrivals.iter().map(|arrival| arrived(words, arrival));
        Some(tag("article", [], std::iter::once(heading).chain(arrivals)))
    });
    let cases = all(cases);
    if b.unchanged.is_empty() {
        return cases;
    }
    let unchanged = b.unchanged.iter().map(|of| {
        let counted = Markup::text(&format!(": {}.", words.counted(&of.kinds)));
        tag("li", [], [case_link(words, of.case_id), counted])
    });
    let heading = tag("h3", [], [Markup::text("Recorded without changing the answer")]);
    all([cases, heading, tag("ul", [], unchanged)])
}

/// Renders the records of one moment and what they changed.
fn arrived(words: &BriefingWords<'_>, arrival: &Arrival) -> Markup {
    let record = |r: &ReceivedRecord| {
        let careful = r.handling.filter(|_| r.caution.is_some()).map(caution);
        tag("p", [("class", "record")], std::iter::once(Markup::text(&words.came_in(r))).chain(careful))
    };
    let records = all(arrival.records.iter().map(record));
    if arrival.changed.is_empty() {
        return all([records, paragraph("quiet", "The answer did not change.")]);
    }
    let changed = arrival.changed.iter().map(|c| {
        let rules = if c.rules.is_empty() { String::new() } else { format!(" [{}]", c.rules.join(", ")) };
        let careful = c.handling.filter(|_| c.caution.is_some()).map(caution);
        let sentences = [urgent(&c.text), inline("span", [("class", "quiet")], &rules)];
        tag("li", [], sentences.into_iter().chain(careful))
    });
    all([records, tag("ul", [("aria-label", "What it changed")], changed)])
}

fn overdue(words: &BriefingWords<'_>) -> Markup {
    if words.briefing.overdue.is_empty() {
        return paragraph("", "Nothing.");
    }
    all(words.briefing.overdue.iter().map(|owed| {
        let lines = owed.lines.iter().map(|line| {
            let why = words.why(line).map(|why| paragraph("quiet", &format!("Why: {why}")));
            row(words, line, why)
        });
        owner_table(&words::of(owed.owner), "Overdue, the most urgent first", [rows(lines)])
    }))
}

fn falls_due(words: &BriefingWords<'_>) -> Markup {
    if words.briefing.due.is_empty() {
        return paragraph("", "Nothing.");
    }
    all(words.briefing.due.iter().map(|from| {
        let days = from.days.iter().map(|day| {
            let of_the_day = [("role", "rowheader"), ("scope", "rowgroup"), ("colspan", "3")];
            let heading = table_row([tag("th", of_the_day, [Markup::text(&words.day(day.day))])]);
            rows(std::iter::once(heading).chain(day.lines.iter().map(|line| row(words, line, None))))
        });
        owner_table(&words::of(from.owner), "Due, day by day", days)
    }))
}

/// A table for one owner, under the owner's name.
fn owner_table(owner: &str, caption: &str, bodies: impl IntoIterator<Item = Markup>) -> Markup {
    let heading = tag("h3", [], [Markup::text(&format!("For: {}", capital(owner)))]);
    let table = table(&format!("{caption}: {owner}"), &["What", "Case", "Status"], bodies);
    all([heading, table])
}

fn row(words: &BriefingWords<'_>, line: &BriefingLine, why: Option<Markup>) -> Markup {
    let what = [title(line)].into_iter().chain(careful(line)).chain(why);
    let own = words.own(line).into_iter().map(|own| tag("p", [], [urgent(&own)]));
    let steps = words.steps(line).map(|steps| tag("p", [], [Markup::text("Steps: "), urgent(&steps)]));
    let cells = [row_heading(what), cell("Case", [case(words, line.case_id)]), cell("Status", own.chain(steps))];
    table_row(cells)
}

fn waiting(words: &BriefingWords<'_>) -> Markup {
    if words.briefing.waiting.is_empty() {
        return paragraph("", "Nothing.");
    }
    all(words.briefing.waiting.iter().map(|on| {
        let party = phrase(&on.on);
        let items = on.lines.iter().flat_map(|line| line.items.iter().map(move |item| (line.case_id, item)));
        let items = items.filter_map(|(id, item)| {
            let about = subjects(&item.about);
            let about = if about.is_empty() { String::new() } else { format!(" (about {})", words::listed(&about)) };
            let careful = item.handling.filter(|_| item.caution.is_some()).map(caution);
            let what = inline("span", [("class", "title")], &format!("{}{about}", item.title));
            let cells = [
                row_heading(std::iter::once(what).chain(careful)),
                cell("Case", [case(words, id)]),
                cell("How long", [urgent(&words.waits(item, item.waiting_on.as_ref()?))]),
            ];
            Some(table_row(cells))
        });
        let heading = tag("h3", [], [Markup::text(&format!("On: {}", capital(&party)))]);
        let caption = format!("Waiting on {party}");
        all([heading, table(&caption, &["What", "Case", "How long"], [rows(items)])])
    }))
}

fn ended(words: &BriefingWords<'_>) -> Option<Markup> {
    let (elsewhere, _) = words.cases();
    let cases = words.briefing.ended.iter().map(|of| {
        let on = Markup::text(&format!(": ended {}", date(of.on)));
        let lines = of.lines.iter().map(|line| tag("li", [], [brief(words, line)]));
        let sentences = [tag("h3", [], [name(words, of.case_id), on]), tag("ul", [], lines)];
        // A case has one anchor, at its most detailed entry.
        let anchor = anchor(of.case_id);
        let here = !elsewhere.iter().any(|case| case.case_id == of.case_id);
        tag("article", here.then_some(("id", anchor.as_str())), sentences)
    });
    (!words.briefing.ended.is_empty()).then(|| all(cases))
}

fn cases(words: &BriefingWords<'_>) -> Markup {
    let (open, quiet) = words.cases();
    let open = open.into_iter().map(|of| one_case(words, of));
    let nothing = (!quiet.is_empty()).then(|| {
        let of = count(quiet.len(), "case", "cases");
        let names = quiet.iter().map(|of| tag("li", [("id", anchor(of.case_id).as_str())], [name(words, of.case_id)]));
        let heading = format!("Nothing to list for {of}; no news is not a sign of safety");
        all([tag("h3", [], [Markup::text(&heading)]), tag("ul", [], names)])
    });
    all(open.chain(nothing))
}

fn one_case(words: &BriefingWords<'_>, of: &CaseSummary) -> Markup {
    let id = words.is_named(of.case_id).then(|| paragraph("id", &of.case_id.to_string()));
    let level = words.level(of).map(|level| paragraph("", &level));
    let doubts = of.under_review.iter().map(|group| {
        let careful = strictest(group).map(caution);
        tag("p", [], std::iter::once(Markup::text(&words.in_doubt(of, group))).chain(careful))
    });
    let lines = of.agenda.iter().map(|line| tag("li", [], [brief(words, line)]));
    let agenda = (!of.agenda.is_empty()).then(|| tag("ol", [("aria-label", "Agenda")], lines));
    let more = (of.more > 0).then(|| paragraph("", &format!("and {} more", of.more)));
    let heading = tag("h3", [], [name(words, of.case_id)]);
    let parts = std::iter::once(heading).chain(id).chain(level).chain(doubts).chain(agenda).chain(more);
    tag("article", [("id", anchor(of.case_id).as_str())], parts)
}

/// A whole line in brief.
fn brief(words: &BriefingWords<'_>, line: &BriefingLine) -> Markup {
    let stands = urgent(&format!(" {}.", words.in_brief(line)));
    all([title(line), stands].into_iter().chain(careful(line)))
}

/// Renders which cases are missing, and why, before everything else.
fn not_assessed(words: &BriefingWords<'_>) -> Option<Markup> {
    let cases = &words.briefing.not_answered;
    let items = cases.iter().map(|of| {
        let why = format!(" could not be assessed: {}.", inert(&of.why));
        let id = if words.is_named(of.case_id) { format!(", {},", of.case_id) } else { String::new() };
        tag("li", [], [name(words, of.case_id), Markup::text(&format!("{id}{why}"))])
    });
    let warning = inline("p", [("class", "caution")], words.look_yourself());
    (!cases.is_empty()).then(|| all([warning, tag("ul", [], items)]))
}

fn missing(words: &BriefingWords<'_>) -> Option<Markup> {
    let excluded = || tag("li", [], [Markup::text(&words.not_shown())]);
    (words.briefing.not_shown > 0).then(|| tag("ul", [], [excluded()]))
}

fn notes(words: &BriefingWords<'_>) -> Option<Markup> {
    let notes = words.notes();
    let items = notes.iter().map(|note| tag("li", [], [Markup::text(note)]));
    (!notes.is_empty()).then(|| tag("ul", [], items))
}

/// A table. Its roles are explicit, because on narrow screens it is not laid out as a table and some screen readers
/// would not announce it as one.
fn table(caption: &str, columns: &[&str], bodies: impl IntoIterator<Item = Markup>) -> Markup {
    let heads =
        columns.iter().map(|column| tag("th", [("role", "columnheader"), ("scope", "col")], [Markup::text(column)]));
    let head = tag("thead", [("role", "rowgroup")], [table_row(heads)]);
    let caption = tag("caption", [], [Markup::text(caption)]);
    tag("table", [("role", "table")], [caption, head].into_iter().chain(bodies))
}

fn rows(rows: impl IntoIterator<Item = Markup>) -> Markup {
    tag("tbody", [("role", "rowgroup")], rows)
}

fn table_row(cells: impl IntoIterator<Item = Markup>) -> Markup {
    tag("tr", [("role", "row")], cells)
}

fn row_heading(inside: impl IntoIterator<Item = Markup>) -> Markup {
    tag("th", [("role", "rowheader"), ("scope", "row")], inside)
}

fn cell(label: &str, inside: impl IntoIterator<Item = Markup>) -> Markup {
    tag("td", [("role", "cell"), ("data-label", label)], inside)
}

fn title(line: &BriefingLine) -> Markup {
    let class = if line.priority == Priority::ProtectNow { "now" } else { "priority" };
    let priority = inline("span", [("class", class)], &format!("{}: ", words::priority(line.priority)));
    all([priority, inline("span", [("class", "title")], &sentence(&line.title))])
}

fn careful(line: &BriefingLine) -> Option<Markup> {
    line.handling.filter(|_| line.caution.is_some()).map(caution)
}

/// The caution that something must not be raised with the person.
fn caution(handling: Handling) -> Markup {
    let text = format!("Do not raise with the person ({}).", words::of(handling));
    all([Markup::text(" "), inline("strong", [("class", "caution")], &text)])
}

/// Highlights the word OVERDUE in a sentence.
fn urgent(sentence: &str) -> Markup {
    let mut parts = sentence.split("OVERDUE");
    let first = parts.next().map(Markup::text);
    let rest = parts.flat_map(|part| [inline("span", [("class", "overdue")], "OVERDUE"), Markup::text(part)]);
    all(first.into_iter().chain(rest))
}

/// The case's name, linked to its entry, with the host's other labels.
fn case(words: &BriefingWords<'_>, id: Uuid) -> Markup {
    let besides = words.besides(id).map(|b| inline("span", [("class", "quiet")], &format!(" {b}")));
    all(std::iter::once(case_link(words, id)).chain(besides))
}

fn case_link(words: &BriefingWords<'_>, id: Uuid) -> Markup {
    link(&anchor(id), &words.name(id))
}

fn name(words: &BriefingWords<'_>, id: Uuid) -> Markup {
    let besides = words.besides(id).map(|b| inline("span", [("class", "quiet")], &format!(" {b}")));
    all(std::iter::once(Markup::text(&words.name(id))).chain(besides))
}

fn anchor(id: Uuid) -> String {
    format!("case-{id}")
}

fn link(to: &str, text: &str) -> Markup {
    inline("a", [("href", format!("#{to}").as_str())], text)
}

fn paragraph(class: &str, text: &str) -> Markup {
    tag("p", (!class.is_empty()).then_some(("class", class)), [Markup::text(text)])
}
