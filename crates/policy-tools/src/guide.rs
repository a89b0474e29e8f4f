//! A policy as a page for the people who work under it: each obligation, what triggers it, what must be done by when,
//! and the source.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::in_words::condition_in_words;
use crate::markdown::escaped;
use risk_core::event::vocabulary::ActionKind;
use risk_core::event::{Term, phrase};
use risk_core::policy::model::{
    About, Basis, Due, Duty, Effective, EventSelector, Obligation, Policy, Priority, Rule, RunsFrom, Source, Unit,
};

/// An entry that implements an obligation.
#[derive(Clone, Copy)]
enum RuleOrDuty<'p> {
    Rule(&'p Rule),
    Duty(&'p Duty),
}

impl<'p> RuleOrDuty<'p> {
    fn id(self) -> &'p str {
        match self {
            Self::Rule(r) => &r.id,
            Self::Duty(d) => &d.id,
        }
    }

    fn title(self) -> &'p str {
        match self {
            Self::Rule(r) => &r.title,
            Self::Duty(d) => &d.title,
        }
    }

    fn covers(self) -> &'p [String] {
        match self {
            Self::Rule(r) => &r.covers,
            Self::Duty(d) => &d.covers,
        }
    }
}

struct Guide<'p> {
    policy: &'p Policy,
    text: String,
    written: BTreeSet<String>,
}

/// The policy as a page of Markdown: each obligation with its rules, duties and sources, in plain words.
#[must_use]
pub fn guide(policy: &Policy) -> String {
    let mut guide = Guide { policy, text: String::new(), written: BTreeSet::new() };
    guide.head();
    for obligation in &policy.obligations {
        guide.obligation(obligation);
    }
    guide.rest();
    guide.documents();
    guide.text
}

fn carriers(policy: &Policy) -> impl Iterator<Item = RuleOrDuty<'_>> {
    policy.rules.iter().map(RuleOrDuty::Rule).chain(policy.duties.iter().map(RuleOrDuty::Duty))
}

impl<'p> Guide<'p> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{line}");
    }

    fn head(&mut self) {
        let p = self.policy;
        self.line(&format!("# {}\n", escaped(&p.title)));
        self.line(&format!(
            "Version {}, reviewed through {}. This page is generated from the policy: each obligation of the sources, what \
             makes it follow, what is then to be done and by when, and where that is written. A limit or a rule that no \
             source gives is called *assumed*. A level is indicated to people, who decide.\n",
            escaped(&p.version),
            date(p.reviewed_through)
        ));
        if p.obligations.is_empty() {
            return;
        }
        let executable = p.obligations.iter().filter(|o| o.not_executable.is_none()).count();
        let others = p.obligations.len().saturating_sub(executable);
        self.line(&format!(
            "{} obligations: {executable} are carried out by {} rules and {} duties; {others} cannot be decided from events, \
             and say why.",
            p.obligations.len(),
            p.rules.len(),
            p.duties.len()
        ));
    }

    fn obligation(&mut self, o: &Obligation) {
        self.line(&format!("\n## {}. {}\n", o.id, escaped(&o.title)));
        let places: Vec<String> = o.source.iter().map(|s| self.place(s)).collect();
        if !places.is_empty() {
            self.line(&format!("*{}*", places.join("; ")));
        }
        if let Some(why) = &o.not_executable {
            self.line(&format!("\nNo event can decide this: {}", escaped(why)));
        }
        let policy = self.policy;
        let carriers: Vec<RuleOrDuty<'p>> = carriers(policy).filter(|c| c.covers().contains(&o.id)).collect();
        for carrier in carriers {
            self.carrier(carrier);
        }
    }

    fn rest(&mut self) {
        let policy = self.policy;
        let known: BTreeSet<&String> = policy.obligations.iter().map(|o| &o.id).collect();
        let rest: Vec<RuleOrDuty<'p>> =
            carriers(policy).filter(|c| !c.covers().iter().any(|o| known.contains(o))).collect();
        if !rest.is_empty() {
            self.line("\n## Beyond the obligations\n\nWhat else the policy asks for.");
        }
        for carrier in rest {
            self.carrier(carrier);
        }
    }

    /// Writes a rule or duty: in full under its first obligation, and as a link under the others.
    fn carrier(&mut self, carrier: RuleOrDuty<'p>) {
        let from = match carrier {
            RuleOrDuty::Rule(r) => r.effective.from,
            RuleOrDuty::Duty(d) => d.effective.from,
        };
        // Each dated version of a rule is written separately.
        if !self.written.insert(format!("{} {from}", carrier.id())) {
            return self.line(&format!("\nAlso: [{}](#{}).", escaped(carrier.title()), carrier.id()));
        }
        let (id, title) = (carrier.id(), escaped(carrier.title()));
        self.line(&format!("\n<a id=\"{id}\"></a>**{title}** (`{id}`)\n"));
        match carrier {
            RuleOrDuty::Rule(r) => self.rule(r),
            RuleOrDuty::Duty(d) => self.duty(d),
        }
    }

    fn rule(&mut self, r: &Rule) {
        let on: Vec<String> = r.on.iter().map(|k| event_in_words(*k)).collect();
        let when = condition_in_words(&r.when, self.policy).map_or_else(String::new, |when| format!(", where {when}"));
        self.line(&format!("- When: {}{when}", on.join("; or ")));
        for i in &r.indicate {
            let (group, level) = (phrase(i.group.name()), phrase(i.level.name()));
            self.line(&format!("- Then: the risk to {group} in {} is indicated as at least **{level}**", i.setting));
        }
        for q in &r.require {
            let by = q.due.as_ref().map_or_else(|| "no source gives a limit".to_owned(), |d| self.due(d));
            let line = self.required(q.action, q.about, q.priority, &by);
            self.line(&line);
        }
        if let Some(until) = r.until {
            self.line(&format!("- Until: {}", event_in_words(EventSelector::Kind(until))));
        }
        for f in &r.flag {
            let verb = if f.should_be_set { "set" } else { "taken off" };
            self.line(&format!("- Then: the flag *{}* should be {verb}", phrase(f.register.name())));
        }
        self.foot(&r.source, r.basis, r.effective, &r.localities);
    }

    fn duty(&mut self, d: &Duty) {
        let holds = condition_in_words(&d.holds, self.policy).unwrap_or_else(|| "the case is open".to_owned());
        self.line(&format!("- While: {holds}"));
        let first = d.first.as_ref().map(|f| self.due(f));
        let by = match (d.every, first) {
            (Some(every), Some(first)) => format!("every {}, the first time {first}", self.length(every)),
            (Some(every), None) => format!("every {}", self.length(every)),
            (None, Some(first)) => format!("once, {first}"),
            (None, None) => "once; no source gives a limit".to_owned(),
        };
        let line = self.required(d.action, d.about, d.priority, &by);
        self.line(&line);
        self.foot(&d.source, d.basis, d.effective, &d.localities);
    }

    fn required(&self, action: ActionKind, about: About, priority: Priority, by: &str) -> String {
        let def = self.policy.action(action);
        let title = def.map_or_else(|| phrase(action.name()), |d| escaped(&d.title));
        let owner = def.map(|d| format!(", by the {}", phrase(d.owner.name()))).unwrap_or_default();
        let about = match about {
            About::Case => String::new(),
            other => format!(", for {}", article(other)),
        };
        let urgency = match priority {
            Priority::ProtectNow => " **Protect now.**",
            Priority::ThisWeek => " This week.",
            Priority::Planned => "",
        };
        format!("- Then: *{title}*{about}{owner}: {by}.{urgency}")
    }

    fn foot(&mut self, sources: &[Source], basis: Basis, effective: Effective, localities: &[String]) {
        for s in sources {
            let quote = s.quote.as_ref().map_or_else(String::new, |q| format!(": \u{201c}{}\u{201d}", escaped(q)));
            let place = self.place(s);
            self.line(&format!("- Source: {place}{quote}"));
        }
        let basis = match basis {
            Basis::Statute => "statute",
            Basis::Policy => "policy",
            Basis::Inspectorate => "what inspectors expect",
            Basis::Measure => "a measure of the contract",
            Basis::Assumed => "assumed: no source asks for it",
        };
        let to = effective.to.map(|to| format!(", until before {}", date(to))).unwrap_or_default();
        let place = if localities.is_empty() { String::new() } else { format!(", in {} only", localities.join(", ")) };
        self.line(&format!("- Rests on: {basis}; in force from {}{to}{place}", date(effective.from)));
    }

    fn documents(&mut self) {
        self.line("\n## Sources\n");
        let policy = self.policy;
        for d in &policy.documents {
            let url = d.url.as_ref().map(|u| format!(" <{u}>")).unwrap_or_default();
            self.line(&format!("- {} ({}, {}).{url}", escaped(&d.title), escaped(&d.publisher), date(d.date)));
        }
    }

    fn place(&self, s: &Source) -> String {
        let title = self.policy.documents.iter().find(|d| d.id == s.document).map_or(s.document.as_str(), |d| &d.title);
        escaped(&format!("{title}, {}", s.at))
    }

    fn due(&self, due: &Due) -> String {
        let start = |from: RunsFrom| match from {
            RunsFrom::Learnt => "the service learnt of it",
            RunsFrom::Occurred => "it happened",
        };
        match due {
            Due::Immediately(from) => format!("on the day on which {}", start(*from)),
            Due::Within(parameter, from) => format!("within {} from when {}", self.length(*parameter), start(*from)),
        }
    }

    /// A parameter's latest general value as a length of time, marked as assumed if it is.
    fn length(&self, parameter: usize) -> String {
        let Some(parameter) = self.policy.parameters.get(parameter) else { return String::new() };
        let latest = parameter.values.iter().filter(|v| v.locality.is_none()).max_by_key(|v| v.effective.from);
        let Some((n, basis)) = latest.and_then(|v| Some((v.value?, v.basis))) else {
            return "a time that no source gives".to_owned();
        };
        let (one, many) = match parameter.unit {
            Unit::Days => ("day", "days"),
            Unit::BusinessDays => ("business day", "business days"),
            Unit::Months => ("month", "months"),
            Unit::Count => ("time", "times"),
        };
        let assumed = if basis == Basis::Assumed { " (assumed)" } else { "" };
        format!("{n} {}{assumed}", if n == 1 { one } else { many })
    }
}

fn article(about: About) -> String {
    let name = phrase(about.name());
    if name.starts_with("each") { name } else { format!("the {name}") }
}

fn event_in_words(kind: EventSelector) -> String {
    match kind {
        EventSelector::Kind(kind) => kind.spec().doc.trim_end_matches('.').to_owned(),
        EventSelector::Derived(kind) => phrase(kind.name()),
        EventSelector::Unrecognised => "a record that this version cannot read".to_owned(),
    }
}

fn date(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}
