//! Changes between two answers as sentences: one line for each kind of action, with its subjects and rules.
//!
//! Lines are in reading order: what opened, what moved, what closed, then the levels. Details for software
//! (`part_of`, the order of the agenda) are omitted; the JSON has them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use risk_core::assessment::Change;
use risk_core::assessment::answer::{Action, Classification, Flag, FlagState, GroupLevel, GroupStatus, Status};
use risk_core::event::vocabulary::{ActionDecision, Group, Handling, Level, Register};
use risk_core::event::{Term, phrase};
use risk_core::policy::model::{Basis, Priority};

/// How the two answers are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Perspective {
    /// One follows the other: actions open and close.
    Successive,
    /// They are compared side by side: an action is in one and not in the other.
    SideBySide,
}

/// The kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SummaryKind {
    /// A new action.
    Opened,
    /// A pending action changed.
    Moved,
    /// An action is no longer pending, or no longer required.
    Closed,
    /// The levels of a group.
    Level,
    /// The answer's notes about itself.
    Note,
}

/// One sentence of a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryLine {
    /// The kind of change.
    pub kind: SummaryKind,
    /// The sentence.
    pub text: String,
    /// The rules and duties behind it.
    pub rules: Vec<String>,
    /// The strictest mark behind it, if it must not be raised with the person.
    pub do_not_raise: Option<Handling>,
}

/// Summarises changes in sentences.
#[must_use]
pub fn summarise(changes: &[Change], voice: Perspective) -> Vec<SummaryLine> {
    let mut told: Vec<Sentence> = changes.iter().flat_map(|c| sentences(c, voice)).collect();
    told.sort_by(|a, b| (a.kind, a.order, &a.title, &a.then).cmp(&(b.kind, b.order, &b.title, &b.then)));
    let mut merged: Vec<Sentence> = Vec::new();
    for one in told {
        match merged.last_mut() {
            Some(last) if (last.kind, &last.title, &last.then) == (one.kind, &one.title, &one.then) => {
                last.about.extend(one.about);
                last.rules.extend(one.rules);
                last.handling = last.handling.max(one.handling);
            }
            _ => merged.push(one),
        }
    }
    merged.into_iter().map(Sentence::line).collect()
}

/// A sentence before those about the same change are merged.
struct Sentence {
    kind: SummaryKind,
    order: (Priority, Option<NaiveDate>),
    title: String,
    about: BTreeSet<String>,
    then: String,
    rules: BTreeSet<String>,
    handling: Option<Handling>,
}

impl Sentence {
    fn of(action: &Action, kind: SummaryKind, title: String, then: String) -> Self {
        Self {
            kind,
            order: (action.priority, action.due),
            title,
            about: action.about.iter().map(|s| subject(s)).collect(),
            then,
            rules: action.because.iter().map(|b| b.rule.clone()).collect(),
            handling: action.handling.filter(|_| action.caution.is_some()),
        }
    }

    fn line(self) -> SummaryLine {
        let about: Vec<String> = self.about.into_iter().collect();
        let about = if about.is_empty() { String::new() } else { format!(" (about {})", listed(&about)) };
        SummaryLine {
            kind: self.kind,
            text: format!("{}{about}{}", self.title, self.then),
            rules: self.rules.into_iter().collect(),
            do_not_raise: self.handling,
        }
    }
}

fn sentences(change: &Change, voice: Perspective) -> Vec<Sentence> {
    let beside = voice == Perspective::SideBySide;
    match change {
        Change::Opened { action } if action.status.pending() => {
            let verb = if beside { "Only in the second" } else { "To do" };
            let then = format!(": {}{}.", priority(action.priority), due(action));
            vec![Sentence::of(action, SummaryKind::Opened, format!("{verb}: {}", action.title), then)]
        }
        Change::Opened { action } => {
            let verb = if beside { "Only in the second" } else { "Required and settled at once" };
            let then = format!(": {}{}.", how(action), on(action));
            vec![Sentence::of(action, SummaryKind::Closed, format!("{verb}: {}", action.title), then)]
        }
        Change::Closed { action } => {
            let verb = if beside { "Pending in the first, not in the second" } else { "No longer pending" };
            let then = format!(": {}{}.", how(action), on(action));
            vec![Sentence::of(action, SummaryKind::Closed, format!("{verb}: {}", action.title), then)]
        }
        Change::Gone { action } => {
            let verb = if beside { "Only in the first" } else { "No longer required, given what is known now" };
            let then = if beside { format!(": {}{}.", priority(action.priority), due(action)) } else { ".".to_owned() };
            vec![Sentence::of(action, SummaryKind::Closed, format!("{verb}: {}", action.title), then)]
        }
        Change::Moved { before, after, .. } => {
            let parts = moved(before, after, beside);
            let told = Sentence::of(after, SummaryKind::Moved, after.title.clone(), format!(": {}.", parts.join("; ")));
            if parts.is_empty() { vec![] } else { vec![told] }
        }
        Change::Classification { before, after } => levels(before.as_deref(), after.as_deref()),
        Change::Flags { before, after } => flags(before, after),
        Change::Other { member } => other(member).into_iter().collect(),
    }
}

/// What changed about one action, in a few words each.
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
        parts.push(format!("{n} {} missed", if n == 1 { "round" } else { "rounds" }));
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
        parts.push(if gone == 1 { "one reason fewer".to_owned() } else { format!("{gone} reasons fewer") });
    }
    if let Some(d) = after.decided.as_ref().filter(|_| before.decided != after.decided) {
        let what = match d.decision {
            ActionDecision::WillDo => "will be done",
            ActionDecision::NotNeeded => "not needed",
            ActionDecision::DoneElsewhere => "done elsewhere",
            ActionDecision::Deferred => "put off",
        };
        let counts = if d.accepted { "" } else { "; this role may not decide that, so it has no effect" };
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
        let handed = if after.handed_over { ", and the action is handed over" } else { "" };
        parts.push(format!("supervision ended: the status is frozen{handed}"));
    }
    if after.basis_withdrawn && !before.basis_withdrawn {
        parts.push("its basis was withdrawn".to_owned());
    }
    if after.caution.is_some() && before.caution.is_none() {
        parts.push("now has a reason that must not be raised with the person".to_owned());
    }
    parts
}

/// What a reader with a limited view must do before relying on a level.
pub const ASK_BEFORE_RELYING: &str = "ask the responsible officer before relying on it";

/// What changed in each group: the recorded, indicated and working level, and the status.
fn levels(before: Option<&Classification>, after: Option<&Classification>) -> Vec<Sentence> {
    let Some(after) = after else { return vec![] };
    let was =
        |g: &GroupLevel| before.and_then(|c| c.groups.iter().find(|o| (o.group, o.setting) == (g.group, g.setting)));
    let limited = after.before_relying.is_some();
    let mut lines: Vec<Sentence> = after.groups.iter().filter_map(|g| level(was(g), g, limited)).collect();
    let gone = before.into_iter().flat_map(|c| &c.groups);
    let gone = gone.filter(|o| !after.groups.iter().any(|g| (o.group, o.setting) == (g.group, g.setting)));
    lines.extend(gone.map(|o| bare(o, "no longer shown".to_owned())));
    lines
}

/// `limited`: the reader does not see every record, so there may be more than is shown.
fn level(before: Option<&GroupLevel>, g: &GroupLevel, limited: bool) -> Option<Sentence> {
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

fn bare(g: &GroupLevel, then: String) -> Sentence {
    let custody = if g.setting.name() == "custody" { ", in custody" } else { "" };
    Sentence {
        kind: SummaryKind::Level,
        order: (Priority::ProtectNow, None),
        title: format!("Risk to {}{custody}", phrase(g.group.name())),
        about: BTreeSet::new(),
        then: format!(": {then}."),
        rules: BTreeSet::new(),
        handling: None,
    }
}

/// The flags whose target state or actual state changed.
fn flags(before: &[Flag], after: &[Flag]) -> Vec<Sentence> {
    let state = |f: &Flag| (f.should_be, f.is);
    let was = |register| before.iter().find(|f| f.register == register).map(state);
    let mut told: Vec<Sentence> = Vec::new();
    for f in after.iter().filter(|f| was(f.register) != Some(state(f))) {
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
    told.extend(gone.map(|b| note(format!("Flag {}: no rule applies to it any more.", phrase(b.register.name())))));
    told
}

/// A sentence for a change in the answer's notes about itself, if it matters to a reader.
fn other(member: &str) -> Option<Sentence> {
    let text = match member {
        "died" => "The person is recorded as having died, or that record changed.",
        "blind_to" => "The list of rules that cannot fire because a feed is missing has changed.",
        "unrecognised" => "A record arrived that only a newer version can read.",
        "withheld" => "The content of a record was removed by law.",
        "receipt" => "The policy is past its review date, or another policy was used.",
        _ => return None,
    };
    Some(note(text.to_owned()))
}

fn note(title: String) -> Sentence {
    Sentence {
        kind: SummaryKind::Note,
        order: (Priority::Planned, None),
        title,
        about: BTreeSet::new(),
        then: String::new(),
        rules: BTreeSet::new(),
        handling: None,
    }
}

/// The priority as shown to people.
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
        (None, Some(why)) => format!(", the due date is unknown: {why}"),
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

/// Formats a day as in `12 Dec 2017`.
#[must_use]
pub fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// The subject of an action: flags and groups become words, and any other subject is an id.
fn subject(id: &str) -> String {
    let word = Register::parse(id).is_some() || Group::parse(id).is_some();
    if word { phrase(id) } else { id.to_owned() }
}

/// Joins items as in `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
