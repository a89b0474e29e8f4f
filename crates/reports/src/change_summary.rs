//! Changes between two answers, told in sentences: one line for each kind of action, with its subjects, and its rules.
//!
//! The order of lines is that in which to read them: what opened, what moved, what closed, the levels. Nothing is said of what
//! only software needs (places among steps, the order of the agenda); that stands in the JSON.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use risk_core::assessment::Change;
use risk_core::assessment::answer::{Action, Classification, Flag, FlagState, GroupLevel, GroupStatus, Status};
use risk_core::event::vocabulary::{ActionDecision, Group, Handling, Level, Register};
use risk_core::event::{Term, phrase};
use risk_core::policy::model::{Basis, Priority};

/// How two answers stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// One after the other: things open and close.
    InTime,
    /// Side by side: things stand in one and not in the other.
    SideBySide,
}

/// What sort of change a line tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Something to do that was not there before.
    Opened,
    /// Something pending that stands otherwise.
    Moved,
    /// Something no longer pending, or no longer there.
    Closed,
    /// Levels of a group.
    Level,
    /// What the answer says of itself.
    Note,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Of what.
    pub sort: Sort,
    /// In a sentence.
    pub text: String,
    /// The rules and duties that it rests on.
    pub rules: Vec<String>,
    /// Set where the person must not hear of it.
    pub do_not_raise: Option<Handling>,
}

/// Tells changes.
#[must_use]
pub fn tell(changes: &[Change], voice: Voice) -> Vec<Line> {
    let mut told: Vec<Told> = changes.iter().flat_map(|c| told(c, voice)).collect();
    told.sort_by(|a, b| (a.sort, a.order, &a.title, &a.then).cmp(&(b.sort, b.order, &b.title, &b.then)));
    let mut merged: Vec<Told> = Vec::new();
    for one in told {
        match merged.last_mut() {
            Some(last) if (last.sort, &last.title, &last.then) == (one.sort, &one.title, &one.then) => {
                last.about.extend(one.about);
                last.rules.extend(one.rules);
                last.handling = last.handling.max(one.handling);
            }
            _ => merged.push(one),
        }
    }
    merged.into_iter().map(Told::line).collect()
}

/// A change before those of one kind are joined.
struct Told {
    sort: Sort,
    order: (Priority, Option<NaiveDate>),
    title: String,
    about: BTreeSet<String>,
    then: String,
    rules: BTreeSet<String>,
    handling: Option<Handling>,
}

impl Told {
    fn of(action: &Action, sort: Sort, title: String, then: String) -> Self {
        Self {
            sort,
            order: (action.priority, action.due),
            title,
            about: action.about.iter().map(|s| subject(s)).collect(),
            then,
            rules: action.because.iter().map(|b| b.rule.clone()).collect(),
            handling: action.handling.filter(|_| action.caution.is_some()),
        }
    }

    fn line(self) -> Line {
        let about: Vec<String> = self.about.into_iter().collect();
        let about = if about.is_empty() { String::new() } else { format!(" (about {})", listed(&about)) };
        Line {
            sort: self.sort,
            text: format!("{}{about}{}", self.title, self.then),
            rules: self.rules.into_iter().collect(),
            do_not_raise: self.handling,
        }
    }
}

fn told(change: &Change, voice: Voice) -> Vec<Told> {
    let beside = voice == Voice::SideBySide;
    match change {
        Change::Opened { action } if action.status.pending() => {
            let verb = if beside { "Only in the second" } else { "To do" };
            let then = format!(": {}{}.", priority(action.priority), due(action));
            vec![Told::of(action, Sort::Opened, format!("{verb}: {}", action.title), then)]
        }
        Change::Opened { action } => {
            let verb = if beside { "Only in the second" } else { "Asked for, and settled with it" };
            let then = format!(": {}{}.", how(action), on(action));
            vec![Told::of(action, Sort::Closed, format!("{verb}: {}", action.title), then)]
        }
        Change::Closed { action } => {
            let verb = if beside { "Pending in the first, not in the second" } else { "No longer pending" };
            let then = format!(": {}{}.", how(action), on(action));
            vec![Told::of(action, Sort::Closed, format!("{verb}: {}", action.title), then)]
        }
        Change::Gone { action } => {
            let verb = if beside { "Only in the first" } else { "No longer asked for on what is known now" };
            let then = if beside { format!(": {}{}.", priority(action.priority), due(action)) } else { ".".to_owned() };
            vec![Told::of(action, Sort::Closed, format!("{verb}: {}", action.title), then)]
        }
        Change::Moved { before, after, .. } => {
            let parts = moved(before, after, beside);
            let told = Told::of(after, Sort::Moved, after.title.clone(), format!(": {}.", parts.join("; ")));
            if parts.is_empty() { vec![] } else { vec![told] }
        }
        Change::Classification { before, after } => levels(before.as_deref(), after.as_deref()),
        Change::Flags { before, after } => flags(before, after),
        Change::Other { member } => other(member).into_iter().collect(),
    }
}

/// In what one action moved, each in a few words.
fn moved(before: &Action, after: &Action, beside: bool) -> Vec<String> {
    let mut parts = Vec::new();
    let pair = |a: String, b: String| if beside { format!("{a} in the first, {b} in the second") } else { b };
    if before.status != after.status {
        let now = match after.status {
            Status::Overdue => {
                after.due.map_or("overdue".to_owned(), |d| format!("overdue, as it was due {}", date(d)))
            }
            Status::DueSoon => after.due.map_or("due soon".to_owned(), |d| format!("due soon, on {}", date(d))),
            Status::Open if before.status == Status::Waiting => "no longer waiting".to_owned(),
            status => phrase(status.name()),
        };
        parts.push(pair(phrase(before.status.name()), now));
    }
    if before.priority != after.priority {
        parts.push(pair(priority(before.priority).to_owned(), format!("now {}", priority(after.priority))));
    }
    if before.due != after.due {
        let day = |d: Option<NaiveDate>| d.map_or("no due date".to_owned(), |d| format!("due {}", date(d)));
        let was = if beside { "in the first" } else { "before" };
        parts.push(format!("{} ({} {was})", day(after.due), day(before.due)));
    }
    if let Some(w) = after.waiting_on.as_ref().filter(|_| before.waiting_on != after.waiting_on) {
        let chased = match w.chased {
            0 => String::new(),
            1 => ", chased once".to_owned(),
            n => format!(", chased {n} times"),
        };
        parts.push(format!("waits on {} since {}{chased}", phrase(&w.party), date(w.since)));
    }
    if before.missed != after.missed
        && let Some(n) = after.missed
    {
        parts.push(format!("{n} {} passed without it", if n == 1 { "round" } else { "rounds" }));
    }
    if let Some(done) = after.last_done.filter(|_| before.last_done != after.last_done) {
        parts.push(format!("last done on {}", date(done)));
    }
    let new = after.because.iter().filter(|b| !before.because.contains(b)).count();
    if new > 0 && after.status.pending() {
        parts.push(if new == 1 { "a further reason".to_owned() } else { format!("{new} further reasons") });
    }
    let gone = before.because.iter().filter(|b| !after.because.contains(b)).count();
    if gone > 0 {
        parts.push(if gone == 1 { "one reason less".to_owned() } else { format!("{gone} reasons less") });
    }
    if let Some(d) = after.decided.as_ref().filter(|_| before.decided != after.decided) {
        let what = match d.decision {
            ActionDecision::WillDo => "will be done",
            ActionDecision::NotNeeded => "not needed",
            ActionDecision::DoneElsewhere => "done elsewhere",
            ActionDecision::Deferred => "put off",
        };
        let counts = if d.accepted { "" } else { "; that is not for this role to decide, so it changes nothing" };
        parts.push(format!("decided by {} ({}): {what}{counts}", d.by, phrase(d.role.name())));
    }
    for r in after.refused.iter().filter(|r| !before.refused.contains(r)) {
        let by = r.by.as_deref().map(|by| format!(" by {}", phrase(by))).unwrap_or_default();
        let reason = r.reason.as_deref().map_or_else(|| "no reason recorded".to_owned(), phrase);
        parts.push(format!("refused{by} on {} ({reason}); it stays open", date(r.on)));
    }
    if after.inherited && !before.inherited {
        parts.push("inherited from an earlier holder".to_owned());
    }
    if after.frozen_on.is_some() && before.frozen_on.is_none() {
        let handed = if after.handed_over { ", and it is handed over" } else { "" };
        parts.push(format!("supervision ended: it stands as it was{handed}"));
    }
    if after.basis_withdrawn && !before.basis_withdrawn {
        parts.push("what it rested on was withdrawn".to_owned());
    }
    if after.caution.is_some() && before.caution.is_none() {
        parts.push("now rests on what the person must not hear of".to_owned());
    }
    parts
}

/// What a reader with a limited view must know of a level.
pub const ASK_BEFORE_RELYING: &str = "ask the responsible officer before anybody relies on it";

/// What changed in each group: recorded, indicated, the level to work to, the status.
fn levels(before: Option<&Classification>, after: Option<&Classification>) -> Vec<Told> {
    let Some(after) = after else { return vec![] };
    let was =
        |g: &GroupLevel| before.and_then(|c| c.groups.iter().find(|o| (o.group, o.setting) == (g.group, g.setting)));
    let limited = after.before_relying.is_some();
    let mut lines: Vec<Told> = after.groups.iter().filter_map(|g| level(was(g), g, limited)).collect();
    let gone = before.into_iter().flat_map(|c| &c.groups);
    let gone = gone.filter(|o| !after.groups.iter().any(|g| (o.group, o.setting) == (g.group, g.setting)));
    lines.extend(gone.map(|o| bare(o, "no longer shown".to_owned())));
    lines
}

/// `limited`: the reader does not see every record, so that there may be more than is shown.
fn level(before: Option<&GroupLevel>, g: &GroupLevel, limited: bool) -> Option<Told> {
    let stated = |g: &GroupLevel| g.recorded.as_ref().map(|r| (r.level, r.on));
    let indicated = |g: &GroupLevel| g.indicated.as_ref().map(|i| i.level);
    let name = |l: Level| phrase(l.name());
    let mut parts = Vec::new();
    if before.and_then(stated) != stated(g) {
        parts.push(match stated(g) {
            Some((level, on)) => format!("recorded {} on {}", name(level), date(on)),
            None if limited => "no level shown".to_owned(),
            None => "no level recorded".to_owned(),
        });
    }
    if before.and_then(indicated) != indicated(g) {
        parts.push(match indicated(g) {
            Some(level) => format!("{} indicated", name(level)),
            None if limited => "no indication shown".to_owned(),
            None => "no indication left unanswered".to_owned(),
        });
    }
    let was = before.map_or(Level::Unknown, |b| b.working_level);
    if was != g.working_level {
        parts.push(format!("work to {}", name(g.working_level).to_uppercase()));
    }
    let status = before.map_or(GroupStatus::NotAssessed, |b| b.status);
    if status != g.status {
        parts.push(match g.status {
            GroupStatus::NotAssessed => "not assessed".to_owned(),
            GroupStatus::Settled => "settled".to_owned(),
            GroupStatus::UnderReview => "under review".to_owned(),
            GroupStatus::Stale => "assessment out of date".to_owned(),
            GroupStatus::AskResponsibleOfficer => ASK_BEFORE_RELYING.to_owned(),
        });
    }
    let mut told = (!parts.is_empty()).then(|| bare(g, parts.join("; ")))?;
    told.handling = g.handling.filter(|_| g.caution.is_some());
    if let Some(i) = &g.indicated {
        told.rules = i.because.iter().map(|b| b.rule.clone()).collect();
        told.handling = told.handling.max(i.handling.filter(|_| i.caution.is_some()));
    }
    Some(told)
}

fn bare(g: &GroupLevel, then: String) -> Told {
    let custody = if g.setting.name() == "custody" { ", in custody" } else { "" };
    Told {
        sort: Sort::Level,
        order: (Priority::ProtectNow, None),
        title: format!("Risk to {}{custody}", phrase(g.group.name())),
        about: BTreeSet::new(),
        then: format!(": {then}."),
        rules: BTreeSet::new(),
        handling: None,
    }
}

/// The flags that should be otherwise than before, or are.
fn flags(before: &[Flag], after: &[Flag]) -> Vec<Told> {
    let stands = |f: &Flag| (f.should_be, f.is);
    let was = |register| before.iter().find(|f| f.register == register).map(stands);
    let mut told: Vec<Told> = Vec::new();
    for f in after.iter().filter(|f| was(f.register) != Some(stands(f))) {
        let then = match (f.should_be, f.is) {
            (FlagState::Set, FlagState::Unset) => "should be set, and is not",
            (FlagState::Unset, FlagState::Set) => "is set, and should not be",
            (FlagState::Set, FlagState::Set) => "set, as it should be",
            (FlagState::Unset, FlagState::Unset) => "not set, as it should be",
        };
        let mut line = note(format!("Flag {}: {then}.", phrase(f.register.name())));
        line.rules = f.because.iter().map(|b| b.rule.clone()).collect();
        line.handling = f.handling.filter(|_| f.caution.is_some());
        told.push(line);
    }
    let gone = before.iter().filter(|b| !after.iter().any(|f| f.register == b.register));
    told.extend(gone.map(|b| note(format!("Flag {}: no rule speaks of it any more.", phrase(b.register.name())))));
    told
}

/// What the answer says of itself, where that matters to a reader.
fn other(member: &str) -> Option<Told> {
    let text = match member {
        "died" => "The person is recorded as having died, or that record changed.",
        "blind_to" => "Which rules cannot speak for want of a feed changed.",
        "unrecognised" => "A record came that only a newer version can read.",
        "withheld" => "The content of a record was removed by law.",
        "receipt" => "The time through which the policy was reviewed is over, or another policy answers.",
        _ => return None,
    };
    Some(note(text.to_owned()))
}

fn note(title: String) -> Told {
    Told {
        sort: Sort::Note,
        order: (Priority::Planned, None),
        title,
        about: BTreeSet::new(),
        then: String::new(),
        rules: BTreeSet::new(),
        handling: None,
    }
}

/// How soon something matters, as people see it.
#[must_use]
pub fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::ProtectNow => "PROTECT NOW",
        Priority::ThisWeek => "this week",
        Priority::Planned => "planned",
    }
}

fn due(action: &Action) -> String {
    let assumed = if action.due_basis == Some(Basis::Assumed) { " (limit: assumed)" } else { "" };
    let overdue = if action.status == Status::Overdue { ", overdue" } else { "" };
    match (action.due, &action.due_unknown) {
        (Some(day), _) => format!(", due {}{assumed}{overdue}", date(day)),
        (None, Some(why)) => format!(", the due date cannot be told: {why}"),
        (None, None) => ", no limit in any source".to_owned(),
    }
}

fn how(action: &Action) -> String {
    let late = action.due.filter(|_| action.status == Status::DoneLate);
    let late = late.map(|d| format!(", due {}", date(d))).unwrap_or_default();
    format!("{}{late}", phrase(action.status.name()))
}

fn on(action: &Action) -> String {
    action.closed.map(|d| format!(", on {}", date(d))).unwrap_or_default()
}

/// `12 Dec 2017`.
#[must_use]
pub fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// What an action is about: flags and groups are words, all else is an id.
fn subject(id: &str) -> String {
    let word = Register::parse(id).is_some() || Group::parse(id).is_some();
    if word { phrase(id) } else { id.to_owned() }
}

/// `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
