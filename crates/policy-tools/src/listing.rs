//! A policy listed for people: each rule with its condition in words, its effects and its sources.

use std::fmt::Write as _;

use crate::in_words::condition_in_words;
use crate::markdown::escaped;
use risk_core::event::Term;
use risk_core::policy::model::{Due, Duty, Effective, EventSelector, Policy, Rule, RunsFrom, Source, Unit};

/// The format of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Plain text, at most 80 columns.
    Text,
    /// Markdown.
    Markdown,
}

/// The maximum width of a line of plain text.
const WIDTH: usize = 80;

struct Listing<'a> {
    policy: &'a Policy,
    style: Style,
    text: String,
}

/// The policy as text for people.
#[must_use]
pub fn listing(policy: &Policy, style: Style) -> String {
    let mut listing = Listing { policy, style, text: String::new() };
    listing.heading(1, &format!("{}, version {}", policy.title, policy.version));
    listing.line(&format!("Reviewed through {}. Digest {}", policy.reviewed_through, policy.digest));
    listing.heading(2, "Rules");
    policy.rules.iter().for_each(|r| listing.rule(r));
    listing.heading(2, "Duties");
    policy.duties.iter().for_each(|d| listing.duty(d));
    listing.heading(2, "Parameters");
    listing.parameters();
    listing.heading(2, "Sources");
    for d in &policy.documents {
        listing.item("", &format!("{}: {} ({}, {})", d.id, d.title, d.publisher, d.date));
    }
    listing.heading(2, "Obligations that no event can decide");
    for o in &policy.obligations {
        if let Some(why) = &o.not_executable {
            listing.item("", &format!("{} {}: {why}", o.id, o.title));
        }
    }
    listing.text
}

impl Listing<'_> {
    fn heading(&mut self, depth: usize, title: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        let _ = match self.style {
            Style::Markdown => writeln!(self.text, "{gap}{} {}\n", "#".repeat(depth), escaped(title)),
            Style::Text => {
                self.text.push_str(gap);
                self.wrapped("", "", title);
                let underline = if depth == 1 { "=" } else { "-" };
                let rule = underline.repeat(title.chars().count().min(WIDTH));
                if depth < 3 { writeln!(self.text, "{rule}") } else { Ok(()) }
            }
        };
    }

    fn line(&mut self, line: &str) {
        self.wrapped("", "", line);
    }

    fn item(&mut self, label: &str, text: &str) {
        let text = if self.style == Style::Markdown { &escaped(text) } else { text };
        let label = match (self.style, label) {
            (_, "") => String::new(),
            (Style::Markdown, label) => format!("**{label}** "),
            (Style::Text, label) => format!("{label}: "),
        };
        self.wrapped("- ", "  ", &format!("{label}{text}"));
    }

    fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let mut line = first.to_owned();
        let mut bare = true;
        for word in text.split_whitespace() {
            let width = line.chars().count().saturating_add(word.chars().count()).saturating_add(1);
            if self.style == Style::Text && !bare && width > WIDTH {
                let _ = writeln!(self.text, "{line}");
                line = rest.to_owned();
                bare = true;
            }
            if !bare {
                line.push(' ');
            }
            line.push_str(word);
            bare = false;
        }
        let _ = writeln!(self.text, "{line}");
    }

    fn rule(&mut self, r: &Rule) {
        self.heading(3, &r.title);
        self.item("Rule", &format!("{} ({}, {})", r.id, r.basis, in_force(r.effective, &r.localities)));
        let on: Vec<String> = r.on.iter().map(|kind| kind_in_words(*kind)).collect();
        let when = condition_in_words(&r.when, self.policy).map_or_else(String::new, |when| format!(", where {when}"));
        self.item("When", &format!("{}{when}", on.join(" or ")));
        for i in &r.indicate {
            let (group, level) = (i.group.name().replace('_', " "), i.level.name().replace('_', " "));
            self.item("Then", &format!("the risk to {group} in {} is at least {level}", i.setting));
        }
        for q in &r.require {
            let due = q.due.as_ref().map_or_else(|| "with no limit".to_owned(), |d| self.due(d));
            self.item("Then", &self.required(q.action, q.about, q.priority, &due));
        }
        if let Some(until) = r.until {
            self.item("Until", &kind_in_words(EventSelector::Kind(until)));
        }
        for f in &r.flag {
            let state = if f.should_be_set { "set" } else { "not set" };
            self.item("Then", &format!("the flag {} should be {state}", f.register.name().replace('_', " ")));
        }
        self.sources(&r.source, &r.covers);
    }

    fn duty(&mut self, d: &Duty) {
        self.heading(3, &d.title);
        self.item("Duty", &format!("{} ({}, {})", d.id, d.basis, in_force(d.effective, &d.localities)));
        self.item("While", &condition_in_words(&d.holds, self.policy).unwrap_or_default());
        let every = d.every.map_or_else(|| "once".to_owned(), |p| format!("every {}", self.length(p)));
        let first = d.first.as_ref().map_or_else(String::new, |f| format!(", the first time {}", self.due(f)));
        self.item("Then", &self.required(d.action, d.about, d.priority, &format!("{every}{first}")));
        self.sources(&d.source, &d.covers);
    }

    fn required(&self, action: impl Term, about: impl Term, priority: impl Term, due: &str) -> String {
        let about =
            if about.name() == "case" { String::new() } else { format!(" for {}", about.name().replace('_', " ")) };
        format!("{}{about}: {due} ({})", action.name().replace('_', " "), priority.name().replace('_', " "))
    }

    fn due(&self, due: &Due) -> String {
        let start = |from: RunsFrom| match from {
            RunsFrom::Learnt => "when the service learnt of it",
            RunsFrom::Occurred => "when it happened",
        };
        match due {
            Due::Immediately(from) => format!("on the day {}", start(*from)),
            Due::Within(parameter, from) => format!("within {} from {}", self.length(*parameter), start(*from)),
        }
    }

    /// A parameter's latest general value as a length of time.
    fn length(&self, parameter: usize) -> String {
        let Some(parameter) = self.policy.parameters.get(parameter) else { return String::new() };
        let latest = parameter.values.iter().filter(|v| v.locality.is_none()).max_by_key(|v| v.effective.from);
        let unit = parameter.unit.name().replace('_', " ");
        match latest.and_then(|v| v.value) {
            Some(value) => format!("{value} {unit} ({})", parameter.id),
            None => format!("a time that no source gives ({})", parameter.id),
        }
    }

    fn parameters(&mut self) {
        for p in &self.policy.parameters {
            let unit =
                if p.unit == Unit::Count { String::new() } else { format!(" {}", p.unit.name().replace('_', " ")) };
            for v in &p.values {
                let value = v.value.map_or_else(|| "unset".to_owned(), |n| format!("{n}{unit}"));
                let localities: Vec<String> = v.locality.iter().cloned().collect();
                let when = in_force(v.effective, &localities);
                self.item(&p.id, &format!("{}: {value}, {when} ({})", p.title, v.basis));
            }
        }
    }

    fn sources(&mut self, sources: &[Source], covers: &[String]) {
        for s in sources {
            let quote = s.quote.as_ref().map_or_else(String::new, |q| format!(": \u{201c}{q}\u{201d}"));
            self.item("Source", &format!("{}, {}{quote}", s.document, s.at));
        }
        if sources.is_empty() {
            self.item("Source", "none: this is assumed");
        }
        if !covers.is_empty() {
            self.item("Covers", &covers.join(", "));
        }
    }
}

fn in_force(effective: Effective, localities: &[String]) -> String {
    let to = effective.to.map_or_else(String::new, |to| format!(" until before {to}"));
    let place = if localities.is_empty() { String::new() } else { format!(", in {}", localities.join(", ")) };
    format!("from {}{to}{place}", effective.from)
}

fn kind_in_words(kind: EventSelector) -> String {
    match kind {
        EventSelector::Kind(kind) => kind.spec().doc.to_owned(),
        EventSelector::Derived(kind) => kind.name().replace('_', " "),
        EventSelector::Unrecognised => "a record that this version cannot read".to_owned(),
    }
}
