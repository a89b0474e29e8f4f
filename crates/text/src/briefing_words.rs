//! The wording that the two pages of a briefing share.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use risk_core::assessment::answer::{GroupLevel, GroupStatus, Status, WaitingOn};
use risk_core::calendar::london_day;
use risk_core::event::vocabulary::{Handling, Level, Setting};
use risk_core::event::{Instant, Kind, Term};
use risk_core::policy::Policy;
use risk_core::policy::model::{Basis, Priority};
use risk_core::text::inert;
use risk_reports::briefing::{Briefing, BriefingLine, CallOuts, CaseSummary, Item, KindCount, ReceivedRecord};
use uuid::Uuid;

use super::action::why;
use super::words::{self, capital, count, date, listed, phrase, subjects, times, wall_time};

/// The labels used as the name of a case, the preferred one first.
const NAMES: [&str; 2] = ["crn", "noms"];

/// The wording for one briefing.
pub struct BriefingWords<'a> {
    /// The briefing.
    pub briefing: &'a Briefing,
    policy: &'a Policy,
    labels: BTreeMap<Uuid, &'a BTreeMap<String, String>>,
    /// The day of the briefing.
    pub today: NaiveDate,
}

impl<'a> BriefingWords<'a> {
    /// The wording for a briefing made under the policy.
    pub fn new(briefing: &'a Briefing, policy: &'a Policy) -> Self {
        let answered = briefing.cases.iter().map(|case| (case.case_id, &case.labels));
        let labels = answered.chain(briefing.not_answered.iter().map(|case| (case.case_id, &case.labels))).collect();
        Self { briefing, policy, labels, today: london_day(briefing.at) }
    }

    /// The name of a case: its number at the service, or else its id.
    pub fn name(&self, case: Uuid) -> String {
        let named = self.label(case).and_then(|(label, value)| {
            let label = label.to_uppercase();
            (!value.is_empty()).then(|| format!("{label} {}", inert(value)))
        });
        named.unwrap_or_else(|| case.to_string())
    }

    /// Whether the case has a name other than its id.
    pub fn is_named(&self, case: Uuid) -> bool {
        self.label(case).is_some_and(|(_, value)| !value.is_empty())
    }

    fn label(&self, case: Uuid) -> Option<(&'static str, &'a str)> {
        let labels = self.labels.get(&case)?;
        NAMES.iter().find_map(|name| Some((*name, labels.get(*name)?.as_str())))
    }

    /// The host's other labels for the case, as in `officer ann, team north`.
    pub fn besides(&self, case: Uuid) -> Option<String> {
        let name = self.label(case).map(|(name, _)| name);
        let others = self.labels.get(&case).into_iter().flat_map(|labels| labels.iter());
        let others = others.filter(|(label, _)| Some(label.as_str()) != name);
        let parts: Vec<String> =
            others.map(|(label, value)| format!("{} {}", phrase(&inert(label)), inert(value))).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// [`BriefingWords::name`], with [`BriefingWords::besides`] in brackets.
    pub fn full_name(&self, case: Uuid) -> String {
        let besides = self.besides(case).map(|b| format!(" ({b})")).unwrap_or_default();
        format!("{}{besides}", self.name(case))
    }

    /// The contents of the briefing, one sentence for each type of entry.
    pub fn in_short(&self) -> Vec<String> {
        let b = self.briefing;
        let lines = |n: usize| count(n, "line", "lines");
        let call_outs = b.call_outs.iter().flat_map(|a| &a.records).filter(|r| r.call_out).count();
        let overdue: usize = b.overdue.iter().map(|owed| owed.lines.len()).sum();
        let due: usize = b.due.iter().flat_map(|from| &from.days).map(|day| day.lines.len()).sum();
        let waiting: usize = b.waiting.iter().map(|on| on.lines.len()).sum();
        let came = format!("{} came in.", count(call_outs, "police call-out", "police call-outs"));
        let missing = b.not_answered.len();
        let parts = [
            (missing > 0).then(|| format!("NOT ASSESSED: {}.", count(missing, "case", "cases"))),
            Some(format!("{}.", count(b.cases.len(), "case", "cases"))),
            // Zero call-outs are mentioned only if call-outs could have been delivered.
            Some(came).filter(|_| call_outs > 0 || b.call_outs_from == CallOuts::Delivered),
            Some(format!("{} overdue, {} due by {}.", lines(overdue), lines(due), date(b.due_through))),
            Some(format!("{} waiting on others.", lines(waiting))),
        ];
        parts.into_iter().flatten().collect()
    }

    /// A warning about the page itself, if something in it must not be raised with the person.
    pub fn careful(&self) -> Option<&'static str> {
        let b = self.briefing;
        let news = b.call_outs.iter().chain(&b.other_news).any(|arrival| {
            arrival.records.iter().any(|r| r.caution.is_some()) || arrival.changed.iter().any(|c| c.caution.is_some())
        });
        let levels = || b.cases.iter().flat_map(|case| &case.under_review).any(|group| strictest(group).is_some());
        let cautious = news || levels() || b.lines().any(|line| line.caution.is_some());
        cautious.then_some("Some of this must not be raised with the person concerned. Do not show them this page.")
    }

    /// Advice on cases that could not be assessed.
    pub fn look_yourself(&self) -> &'static str {
        "Nothing below covers these cases: call-outs, levels and actions may be missing. Read their records yourself."
    }

    /// What it means that the briefing lists no call-out.
    pub fn no_call_out(&self) -> &'static str {
        match self.briefing.call_outs_from {
            CallOuts::Delivered => "None was recorded. No news is not a sign of safety.",
            CallOuts::NoFeed => "Call-outs are not delivered to this service, so an empty list means nothing.",
            CallOuts::NotForThisReader => "Not shown to this reader, so an empty list means nothing.",
        }
    }

    /// A record that arrived, with its times.
    pub fn came_in(&self, record: &ReceivedRecord) -> String {
        let kind = if record.call_out { "Police call-out".to_owned() } else { capital(&phrase(&record.kind)) };
        let later = match record.days_later {
            0 => String::new(),
            days => format!(", {} later", count(days, "day", "days")),
        };
        let happened = if record.occurred_at == record.recorded_at {
            format!("happened and recorded {}", stamp(record.recorded_at))
        } else {
            format!("happened {}, recorded {}{later}", stamp(record.occurred_at), stamp(record.recorded_at))
        };
        let since: Vec<String> = record.since_then.iter().map(|kind| done(*kind)).collect();
        let since = if since.is_empty() { String::new() } else { format!(" Since then {}.", listed(&since)) };
        format!("{kind}, {happened}.{since}")
    }

    /// The status of an item in time: overdue, due, or open without a limit.
    pub fn timing(&self, item: &Item) -> String {
        let today = item.frozen_on.unwrap_or(self.today);
        let assumed = if item.due_basis == Some(Basis::Assumed) { " (limit: assumed)" } else { "" };
        let age = match today.signed_duration_since(item.opened).num_days() {
            0 => "opened today".to_owned(),
            days => format!("open {}", count(days, "day", "days")),
        };
        match (item.due, item.days_overdue, &item.due_unknown) {
            (Some(due), Some(days), _) => {
                format!("OVERDUE by {}: due {}{assumed}, {age}", count(days, "day", "days"), date(due))
            }
            (Some(due), None, _) if due == today => format!("Due today{assumed}, {age}"),
            (Some(due), None, _) => format!("Due {}{assumed}, {age}", date(due)),
            (None, _, Some(unknown)) => format!("{}; the due date is unknown: {unknown}", capital(&age)),
            (None, _, None) => format!("{}, no limit in any source", capital(&age)),
        }
    }

    /// The line itself, if listed here: one sentence for each combination of status and dates, with its subjects.
    pub fn own(&self, line: &BriefingLine) -> Vec<String> {
        let own = line.items.iter().filter(|item| !item.step);
        own.map(|item| format!("{}{}{}.", about(item), self.timing(item), circumstances(item))).collect()
    }

    /// The steps listed here, by name.
    pub fn steps(&self, line: &BriefingLine) -> Option<String> {
        let step = |item: &Item| {
            let about = subjects(&item.about);
            let about = if about.is_empty() { String::new() } else { format!(" about {}", listed(&about)) };
            let now = if item.priority == Priority::ProtectNow { "PROTECT NOW, " } else { "" };
            let stands = match (item.days_overdue, item.due) {
                (Some(days), Some(due)) => {
                    format!("OVERDUE by {}: due {}", count(days, "day", "days"), date(due))
                }
                (None, Some(due)) if due == self.today => "due today".to_owned(),
                (_, Some(due)) => format!("due {}", date(due)),
                (_, None) => words::of(item.status),
            };
            format!("{}{about} ({now}{stands})", words::of(item.action))
        };
        let steps: Vec<String> = line.items.iter().filter(|item| item.step).map(step).collect();
        (!steps.is_empty()).then(|| format!("{}.", listed(&steps)))
    }

    /// The rules behind the items listed here.
    pub fn why(&self, line: &BriefingLine) -> Option<String> {
        why(self.policy, line.items.iter().flat_map(|item| &item.because))
    }

    /// An item that waits: since when, how often chased, and the owner.
    pub fn waits(&self, item: &Item, waiting: &WaitingOn) -> String {
        let days = count(self.today.signed_duration_since(waiting.since).num_days(), "day", "days");
        let chased = match (waiting.chased, waiting.last_chased) {
            (0, _) | (_, None) => "not chased yet".to_owned(),
            (n, Some(last)) => format!("chased {}, last on {}", times(n), date(last)),
        };
        let due = match (item.days_overdue, item.due) {
            (Some(days), Some(due)) => format!(" OVERDUE by {}: due {}.", count(days, "day", "days"), date(due)),
            (_, Some(due)) => format!(" Due {}.", date(due)),
            (_, None) => String::new(),
        };
        let who = words::of(item.owner);
        format!("Since {} ({days}), {chased}.{due} For: {who}.", date(waiting.since))
    }

    /// A whole line in brief: its most urgent subject, the number of others, and the number of steps.
    pub fn in_brief(&self, line: &BriefingLine) -> String {
        let mut own = line.items.iter().filter(|item| !item.step);
        let first = own.next().map(|item| format!("{}{}", self.timing(item), circumstances(item)));
        let rest = own.count();
        let rest = (rest > 0).then(|| format!("and {rest} more of its kind"));
        let steps = (line.steps > 0).then(|| count(line.steps, "step", "steps"));
        [first, rest, steps].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// The overall level: the recorded level and the working level.
    pub fn level(&self, case: &CaseSummary) -> Option<String> {
        let (recorded, working) = (case.recorded?, case.working_level?);
        let work = words::of(working).to_uppercase();
        let level = match (recorded, working) {
            (Level::Unknown, Level::Unknown) => "No overall level is known. Unknown is not low.".to_owned(),
            (Level::Unknown, _) => format!("No overall level is known; work to {work}."),
            _ => format!("Recorded {}; work to {work}.", words::of(recorded)),
        };
        Some(match case.before_relying {
            Some(before_relying) => format!("{level} {}", words::before_relying(before_relying)),
            None => level,
        })
    }

    /// A group whose level is in doubt.
    pub fn in_doubt(&self, case: &CaseSummary, group: &GroupLevel) -> String {
        let recorded = group.recorded.as_ref();
        let recorded = recorded.map_or_else(
            || words::none_recorded(case.before_relying),
            |r| format!("recorded {} on {}", words::of(r.level), date(r.on)),
        );
        let status = match group.status {
            GroupStatus::Stale => "out of date",
            GroupStatus::NotAssessed => "not assessed",
            GroupStatus::UnderReview | GroupStatus::Settled | GroupStatus::AskResponsibleOfficer => "under review",
        };
        let work = words::of(group.working_level).to_uppercase();
        let custody = if group.setting == Setting::Custody { " in custody" } else { "" };
        format!("{}{custody} {status} ({recorded}; work to {work}).", capital(&words::of(group.group)))
    }

    /// Several records of one moment, by kind.
    pub fn came_together(&self, at: Instant, records: &[&ReceivedRecord]) -> String {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for record in records {
            let known = kinds.entry(&record.kind).or_default();
            *known = known.saturating_add(1);
        }
        let kinds: Vec<KindCount> =
            kinds.into_iter().map(|(kind, records)| KindCount { kind: kind.to_owned(), records }).collect();
        format!("{}, recorded {}.", capital(&self.counted(&kinds)), stamp(at))
    }

    /// The cases with something to do or under review, and those with nothing to list. Actions left open when
    /// supervision ended are listed elsewhere.
    pub fn cases(&self) -> (Vec<&'a CaseSummary>, Vec<&'a CaseSummary>) {
        let live = |line: &BriefingLine| line.items.iter().any(|item| item.frozen_on.is_none());
        let open = |case: &&CaseSummary| case.agenda.iter().any(live) || !case.under_review.is_empty();
        let (open, quiet): (Vec<_>, Vec<_>) = self.briefing.cases.iter().partition(open);
        let ended = |case: &&CaseSummary| self.briefing.ended.iter().any(|e| e.case_id == case.case_id);
        (open, quiet.into_iter().filter(|case| !ended(case)).collect())
    }

    /// A sentence on cases from which the reader is excluded.
    pub fn not_shown(&self) -> String {
        let n = self.briefing.not_shown;
        format!("{} not shown to this reader.", if n == 1 { "1 case is".to_owned() } else { format!("{n} cases are") })
    }

    /// Records that changed nothing, by kind.
    pub fn counted(&self, kinds: &[KindCount]) -> String {
        let kind = |k: &KindCount| {
            if k.records == 1 { phrase(&k.kind) } else { format!("{} ({} records)", phrase(&k.kind), k.records) }
        };
        listed(&kinds.iter().map(kind).collect::<Vec<_>>())
    }

    /// The notes on the completeness of the briefing.
    pub fn notes(&self) -> Vec<String> {
        let b = self.briefing;
        let mut notes = Vec::new();
        if b.receipt.policy.beyond_review {
            let reviewed = date(b.receipt.policy.reviewed_through);
            notes.push(format!("The policy was reviewed only through {reviewed}: later rules may be missing."));
        }
        if !b.blind_to.is_empty() {
            notes.push(format!("These cannot fire because a feed is missing: {}.", b.blind_to.join(", ")));
        }
        notes
    }

    /// The versions with which the briefing was made.
    pub fn receipt(&self) -> String {
        let r = &self.briefing.receipt;
        let digest: String = r.policy.digest.chars().take(12).collect();
        let locality = r.locality.as_ref().map(|l| format!(", {}", phrase(l))).unwrap_or_default();
        format!("risk {}, {} {} ({digest}){locality}", r.engine, r.policy.id, r.policy.version)
    }

    /// A day, and how far away it is.
    pub fn day(&self, day: NaiveDate) -> String {
        let off = match day.signed_duration_since(self.today).num_days() {
            0 => " (today)",
            1 => " (tomorrow)",
            _ => "",
        };
        if !(1..=9999).contains(&day.year()) {
            return day.to_string();
        }
        format!("{}{off}", day.format("%A %-d %B %Y"))
    }
}

/// A title as a sentence; it may end with a question mark.
pub fn sentence(title: &str) -> String {
    if title.ends_with('?') { title.to_owned() } else { format!("{title}.") }
}

/// The subjects of an item, as a prefix of a sentence.
fn about(item: &Item) -> String {
    let about = subjects(&item.about);
    if about.is_empty() { String::new() } else { format!("About {}: ", listed(&about)) }
}

/// The strictest mark behind a group's level, if it must not be raised with the person.
pub fn strictest(group: &GroupLevel) -> Option<Handling> {
    let own = group.handling.filter(|_| group.caution.is_some());
    let indicated = group.indicated.as_ref().filter(|i| i.caution.is_some()).and_then(|i| i.handling);
    own.max(indicated)
}

fn circumstances(item: &Item) -> String {
    let waiting = item.waiting_on.as_ref().filter(|_| item.status != Status::Open);
    let waiting = waiting.map(|w| format!("; waiting on {} since {}", phrase(&w.party), date(w.since)));
    let inherited = item.inherited.then(|| "; inherited from an earlier holder".to_owned());
    let frozen = item.frozen_on.map(|on| format!(" on {}, when supervision ended", date(on)));
    let handed = item.handed_over.then(|| "; handed over, because it still protects someone".to_owned());
    [frozen, waiting, inherited, handed].into_iter().flatten().collect()
}

fn done(kind: Kind) -> String {
    match kind {
        Kind::RecordCorrected => "corrected".to_owned(),
        Kind::RecordRetracted => "retracted".to_owned(),
        Kind::RecordDisputed => "disputed".to_owned(),
        Kind::PayloadErased => "erased by law".to_owned(),
        other => phrase(other.name()),
    }
}

/// Formats a moment as in `Wed 20 Dec 2017 21:10`, in London time.
pub fn stamp(at: Instant) -> String {
    let day = london_day(at);
    if !(1..=9999).contains(&day.year()) {
        return at.to_string();
    }
    format!("{} {}", day.format("%a %-d %b %Y"), wall_time(at))
}
