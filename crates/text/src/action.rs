//! One line of an answer: an action for one or more subjects, with its dates, reasons and cautions.

use chrono::NaiveDate;
use risk_core::assessment::Assessment;
use risk_core::assessment::answer::{Action, BecauseLine, Decided, FlagState, Refused, Status, WaitingOn};
use risk_core::calendar::london_day;
use risk_core::event::vocabulary::{ActionDecision, Handling};
use risk_core::policy::Policy;
use risk_core::policy::model::Basis;

use super::words::{self, capital, count, date, listed, phrase, times};
use super::{Page, STRONG, URGENT, styled};

/// How many rules are named as the reasons of a line; `risk explain` lists all.
const REASONS: usize = 2;

/// Renders the actions of an answer.
#[derive(Debug, Clone, Copy)]
pub struct ActionRenderer<'a> {
    answer: &'a Assessment,
    policy: &'a Policy,
    today: NaiveDate,
}

impl<'a> ActionRenderer<'a> {
    /// A renderer for an answer given under the policy.
    #[must_use]
    pub fn new(answer: &'a Assessment, policy: &'a Policy) -> Self {
        Self { answer, policy, today: london_day(answer.at) }
    }

    /// Writes the body of one line: actions of one kind, one for each subject.
    pub fn body(&self, page: &mut Page, by: usize, actions: &[&Action]) {
        let Some(first) = actions.first() else { return };
        for (subjects, when) in self.by_timing(actions) {
            let about = if subjects.is_empty() { String::new() } else { format!("About {}: ", listed(&subjects)) };
            page.indented(by, &if about.is_empty() { when } else { format!("{about}{when}") });
        }
        if let Some(handling) = actions.iter().filter(|a| a.caution.is_some()).filter_map(|a| a.handling).max() {
            page.indented(by, &caution(handling));
        }
        let who = capital(&words::of(first.owner));
        let inherited = if actions.iter().any(|a| a.inherited) { ", inherited from an earlier holder" } else { "" };
        page.indented(by, &format!("For: {who}{inherited}."));
        for line in distinct(actions.iter().filter_map(|a| a.waiting_on.as_ref()).map(waiting)) {
            page.indented(by, &line);
        }
        for line in distinct(actions.iter().flat_map(|a| a.refused.iter().map(refusal))) {
            page.indented(by, &line);
        }
        for line in distinct(actions.iter().filter_map(|a| a.decided.as_ref()).map(decision)) {
            page.indented(by, &line);
        }
        for line in distinct(actions.iter().flat_map(|a| self.circumstances(a))) {
            page.indented(by, &line);
        }
        if let Some(why) = self.why(actions.iter().flat_map(|a| &a.because)) {
            page.labelled(by, "Why:", 4, &why);
        }
    }

    /// Writes a closed action in at most two lines.
    pub fn closed(&self, page: &mut Page, action: &Action) {
        let about = if action.about.is_empty() {
            String::new()
        } else {
            format!(" about {}", listed(&words::subjects(&action.about)))
        };
        let on = action.closed.map(|d| format!(" on {}", date(d))).unwrap_or_default();
        let late = action.due.filter(|_| action.status == Status::DoneLate);
        let late = late.map(|d| format!(", due {}", date(d))).unwrap_or_default();
        let withdrawn = if action.basis_withdrawn { "; its basis was withdrawn later" } else { "" };
        let how = capital(&words::of(action.status));
        page.paragraph("  - ", "    ", &format!("{}{about}. {how}{on}{late}{withdrawn}.", action.title));
        if let Some(decided) = &action.decided {
            page.indented(4, &decision(decided));
        }
    }

    /// The rules behind a line, the latest first.
    #[must_use]
    pub fn why<'b>(&self, because: impl Iterator<Item = &'b BecauseLine>) -> Option<String> {
        why(self.policy, because)
    }

    /// Groups the subjects by their text about status and dates.
    fn by_timing(&self, actions: &[&Action]) -> Vec<(Vec<String>, String)> {
        let mut lines: Vec<(Vec<String>, String)> = Vec::new();
        for action in actions {
            let when = self.timing(action);
            let subjects = words::subjects(&action.about).into_iter();
            match lines.iter_mut().find(|(_, known)| *known == when) {
                Some((known, _)) => known.extend(subjects),
                None => lines.push((subjects.collect(), when)),
            }
        }
        lines
    }

    fn timing(&self, action: &Action) -> String {
        let today = action.frozen_on.unwrap_or(self.today);
        let age = match today.signed_duration_since(action.opened).num_days() {
            0 => "opened today".to_owned(),
            n => format!("open {}", count(n, "day", "days")),
        };
        let assumed = if action.due_basis == Some(Basis::Assumed) { " (limit: assumed)" } else { "" };
        match (action.due, action.days_overdue, &action.due_unknown) {
            (Some(due), Some(days), _) => {
                let overdue = styled(URGENT, &format!("OVERDUE by {}", count(days, "day", "days")));
                format!("{overdue}: due {}{assumed}, {age}.", date(due))
            }
            (Some(due), None, _) => {
                let left = match due.signed_duration_since(today).num_days() {
                    0 => ", today".to_owned(),
                    n if n > 0 => format!(", in {}", count(n, "day", "days")),
                    _ => String::new(),
                };
                format!("Due {}{left}{assumed}, {age}.", date(due))
            }
            (None, _, Some(unknown)) => format!("{}; the due date is unknown: {unknown}.", capital(&age)),
            (None, _, None) => format!("{}, no limit in any source.", capital(&age)),
        }
    }

    /// Further facts about an action.
    fn circumstances(&self, action: &Action) -> Vec<String> {
        let last = action.last_done.map(|d| format!("Last done on {}.", date(d)));
        let missed = action.missed.filter(|n| *n > 0).map(|n| format!("{} missed.", count(n, "round", "rounds")));
        let from = action.history_from.map(|d| {
            format!("Records that would show it as done are complete only from {}, so it may have been done.", date(d))
        });
        let frozen = action.frozen_on.map(|d| {
            let handed = if action.handed_over { "; handed over, because it still protects someone" } else { "" };
            format!("Supervision ended on {}; this was the status then{handed}.", date(d))
        });
        let late = action.late_by.as_ref().filter(|l| l.information > 0 || l.act > 0).map(|l| {
            let days = |n| count(n, "day", "days");
            format!(
                "The information arrived after {}; the act came {} past its date.",
                days(l.information),
                days(l.act)
            )
        });
        let findings = (!action.findings.is_empty()).then(|| format!("Findings: {}.", listed(&action.findings)));
        [last, missed, from, frozen, late, findings].into_iter().flatten().collect()
    }

    /// Writes the flags to change, each with its reasons.
    pub fn flags(&self, page: &mut Page) {
        let flags: Vec<_> = self.answer.flags.iter().filter(|f| f.should_be != f.is).collect();
        if flags.is_empty() {
            return;
        }
        page.heading("FLAGS TO CHANGE");
        for flag in flags {
            let verb = if flag.should_be == FlagState::Set { "Set" } else { "Remove" };
            let why = self.why(flag.because.iter()).map(|w| format!(". {w}")).unwrap_or_default();
            page.paragraph("  - ", "    ", &format!("{verb} {}{why}", words::of(flag.register)));
            if let Some(handling) = flag.handling.filter(|_| flag.caution.is_some()) {
                page.indented(4, &caution(handling));
            }
        }
    }
}

/// The titles of the rules behind a line, the latest first.
#[must_use]
pub fn why<'b>(policy: &Policy, because: impl Iterator<Item = &'b BecauseLine>) -> Option<String> {
    let because: Vec<&BecauseLine> = because.collect();
    let titles = distinct(because.iter().rev().map(|b| {
        let assumed = if b.basis == Basis::Assumed { " (assumed: no source asks for it)" } else { "" };
        format!("{}{assumed}", rule_title(policy, &b.rule))
    }));
    let disputed = if because.iter().any(|b| b.disputed) { " A record behind this is disputed." } else { "" };
    let more = titles.len().saturating_sub(REASONS);
    let named: Vec<String> = titles.into_iter().take(REASONS).collect();
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    let reasons = format!("{}{more}", named.join("; "));
    // A title may end with a question mark.
    let stop = if reasons.ends_with('?') { "" } else { "." };
    (!named.is_empty()).then(|| format!("{reasons}{stop}{disputed}"))
}

fn rule_title<'b>(policy: &'b Policy, id: &'b str) -> &'b str {
    let rules = policy.rules.iter().map(|r| (&r.id, &r.title));
    let mut titles = rules.chain(policy.duties.iter().map(|d| (&d.id, &d.title)));
    titles.find(|(rule, _)| *rule == id).map_or(id, |(_, title)| title)
}

/// The caution that something must not be raised with the person.
#[must_use]
pub fn caution(handling: Handling) -> String {
    format!("{} ({}).", styled(STRONG, "Do not raise with the person"), words::of(handling))
}

fn waiting(w: &WaitingOn) -> String {
    let chased = match (w.chased, w.last_chased) {
        (0, _) | (_, None) => ", not chased yet".to_owned(),
        (n, Some(last)) => format!(", chased {}, last on {}", times(n), date(last)),
    };
    format!("Waiting on {} since {}{chased}.", phrase(&w.party), date(w.since))
}

fn refusal(r: &Refused) -> String {
    let by = r.by.as_deref().map(|by| format!(" by {}", phrase(by))).unwrap_or_default();
    let reason = r.reason.as_deref().map_or_else(|| "no reason recorded".to_owned(), phrase);
    format!("Refused{by} on {} ({reason}); it stays open.", date(r.on))
}

fn decision(d: &Decided) -> String {
    let until = d.until.map(|day| format!(" until {}", date(day))).unwrap_or_default();
    let what = match d.decision {
        ActionDecision::WillDo => "will be done",
        ActionDecision::NotNeeded => "not needed",
        ActionDecision::DoneElsewhere => "done elsewhere",
        ActionDecision::Deferred => "put off",
    };
    let role = words::of(d.role);
    let outcome = if d.accepted { "" } else { "; this role may not decide that, so it has no effect" };
    format!("Decided by {} ({role}) on {}: {what}{until} ({}){outcome}.", d.by, date(d.on), words::of(d.reason))
}

/// Each text once, in the order of first occurrence.
fn distinct(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for line in lines {
        if !once.contains(&line) {
            once.push(line);
        }
    }
    once
}
