//! The briefing: what a morning's meeting over a caseload needs to hear, for one reader.
//!
//! First what came in since the last one and what it changed, every police call-out before all else; then what is overdue,
//! what falls due, what waits on others, and each case's agenda. In 2018 inspectors praised a daily meeting in Leeds at which
//! several agencies went through every domestic abuse call-out of the past 24 hours, and in most of the cases that they read
//! nobody had asked the police anything once the sentence ran (HM Inspectorate of Probation, *Domestic abuse: the work
//! undertaken by Community Rehabilitation Companies*, September 2018, section 5.1).
//!
//! Nothing is decided here. What stands in a briefing is what [`risk_core::assessment::assess`] says of each case, sorted; what a
//! record changed is the difference of two such answers: with it and without it, at the moment at which it came on record.

mod arrivals;
mod lines;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use uuid::Uuid;

pub use told::{
    Arrival, Briefing, CallOuts, CameIn, CaseBrief, Changed, Day, DueFrom, Ended, Item, KindCount, Line, NotAnswered,
    Owed, SCHEMA, Unchanged, WaitingFor,
};

use risk_core::assessment::answer::{Action, Assessment, GroupStatus, Receipt, Status};
use risk_core::assessment::{Question, assess_seen_now};
use risk_core::calendar;
use risk_core::cancel::{Budget, Cancel, Cancelled, EndedEarly};
use risk_core::event::vocabulary::{Audience, Role};
use risk_core::event::{Instant, Kind};
use risk_core::fold::run::{Lens, Span};
use risk_core::log::Log;
use risk_core::policy::model::{Policy, Priority, ViewField};
use risk_core::view::{NoView, Seen, View};

use lines::Work;

/// How many days ahead a briefing looks: on a Monday, through the next Monday.
const AHEAD: u64 = 7;

/// What is asked of a whole caseload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The moment. Nothing recorded later counts.
    pub at: Instant,
    /// What came on record after this moment is told as news; a day before `at`, unless somebody was away for longer.
    pub since: Instant,
    /// For whom.
    pub audience: Audience,
    /// The kinds that the host can deliver at all; `None`: all.
    pub feeds: Option<BTreeSet<Kind>>,
}

/// Collects a briefing case by case, in any order; two collections of parts of a caseload can be merged.
#[derive(Debug, Clone)]
pub struct Collecting<'p> {
    view: View<'p>,
    asked: Asked,
    case_budget: u64,
    cases: BTreeMap<Uuid, Case>,
    blind_to: BTreeSet<String>,
    not_shown: u64,
    not_answered: BTreeMap<Uuid, NotAnswered>,
}

/// What one case adds.
#[derive(Debug, Clone)]
struct Case {
    /// How soon its most urgent line matters; `None` where there is nothing to do.
    urgency: Option<(Priority, bool, Option<NaiveDate>)>,
    brief: CaseBrief,
    arrivals: Vec<Arrival>,
    unchanged: Option<Unchanged>,
    overdue: Vec<(Role, Line)>,
    due: Vec<((Role, NaiveDate), Line)>,
    waiting: Vec<(String, Line)>,
    ended: Option<Ended>,
}

impl<'p> Collecting<'p> {
    /// Begins a briefing.
    ///
    /// # Errors
    /// [`NoView`] where the policy does not provide for the audience.
    pub fn new(policy: &'p Policy, asked: Asked) -> Result<Self, NoView> {
        let view = View::of(policy, asked.audience)?;
        let (cases, not_answered) = (BTreeMap::new(), BTreeMap::new());
        let (blind_to, case_budget) = (BTreeSet::new(), Budget::OF_A_CASE);
        Ok(Self { view, asked, case_budget, cases, blind_to, not_shown: 0, not_answered })
    }

    /// The same, where each case may take that many units of work; by default [`Budget::OF_A_CASE`].
    #[must_use]
    pub fn with_case_budget(self, units: u64) -> Self {
        Self { case_budget: units, ..self }
    }

    /// Takes in a case. The labels are what the host calls it: `crn`, `team`, `officer`. They are kept from a reader who may
    /// not see whom or what an action is about. A case that is added again takes the place of the first.
    ///
    /// This costs one answer, and two more for each moment of the window at which something came on record. A case that takes
    /// more work than its budget is named as one that could not be answered.
    pub fn add(&mut self, log: &Log, labels: &BTreeMap<String, String>) {
        // What is never cancelled is added.
        let _added = self.add_until(log, labels, Cancel::NEVER);
    }

    /// [`Collecting::add`], unless its caller ends it early: then nothing was added.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn add_until(
        &mut self,
        log: &Log,
        labels: &BTreeMap<String, String>,
        cancel: Cancel<'_>,
    ) -> Result<(), Cancelled> {
        let budget = Budget::new(self.case_budget);
        let cancel = cancel.within(&budget);
        let case_id = log.case_id();
        match cancel.done(self.brief(log, labels, cancel)) {
            Ok((case, blind_to)) => {
                self.blind_to.extend(blind_to);
                self.not_answered.remove(&case_id);
                self.cases.insert(case_id, case);
            }
            Err(EndedEarly::OverBudget(why)) => {
                self.cases.remove(&case_id);
                self.not_answered(case_id, labels, &why.to_string());
            }
            Err(EndedEarly::Cancelled(e)) => return Err(e),
        }
        Ok(())
    }

    /// What a case adds, and what it cannot see; a part of it if the work ended early.
    fn brief(&self, log: &Log, labels: &BTreeMap<String, String>, cancel: Cancel<'_>) -> (Case, Vec<String>) {
        let seen = self.view.seen(log.records().iter(), Some(self.asked.at));
        let answer = self.answer(log, &seen, self.asked.at, self.asked.at, cancel);
        let (arrivals, unchanged) = self.arrivals(log, &seen, cancel);
        let case = Case { arrivals, unchanged, ..self.case(&answer, labels) };
        (case, answer.blind_to)
    }

    /// Counts a case from which the reader is excluded; nothing else is told of it.
    pub fn not_shown(&mut self) {
        self.not_shown = self.not_shown.saturating_add(1);
    }

    /// Names a case that could not be answered, and why, so that its absence is not read as silence.
    pub fn not_answered(&mut self, case_id: Uuid, labels: &BTreeMap<String, String>, why: &str) {
        let labels = self.labels(labels);
        self.not_answered.insert(case_id, NotAnswered { case_id, labels, why: why.to_owned() });
    }

    /// Takes in what another collected of other cases, asked the same.
    pub fn merge(&mut self, other: Self) {
        self.cases.extend(other.cases);
        self.blind_to.extend(other.blind_to);
        self.not_shown = self.not_shown.saturating_add(other.not_shown);
        self.not_answered.extend(other.not_answered);
    }

    /// The briefing. The order in which the cases were added does not show.
    #[must_use]
    pub fn told(self) -> Briefing {
        let (receipt, call_outs_from, due_through) = (self.receipt(), self.call_outs(), self.due_through());
        let mut cases: Vec<Case> = self.cases.into_values().collect();
        // Stable: cases of one urgency stand by id.
        cases.sort_by_key(|case| (case.urgency.is_none(), case.urgency));
        let mut briefing = Briefing {
            schema: SCHEMA,
            at: self.asked.at,
            since: self.asked.since,
            due_through,
            audience: self.asked.audience,
            receipt,
            not_answered: self.not_answered.into_values().collect(),
            call_outs_from,
            call_outs: vec![],
            other_news: vec![],
            unchanged: vec![],
            overdue: vec![],
            due: vec![],
            waiting: vec![],
            ended: vec![],
            cases: vec![],
            not_shown: self.not_shown,
            blind_to: self.blind_to.into_iter().collect(),
        };
        let (mut overdue, mut due, mut waiting) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for case in cases {
            let (call_outs, others) = case.arrivals.into_iter().partition::<Vec<_>, _>(Arrival::has_call_out);
            briefing.call_outs.extend(call_outs);
            briefing.other_news.extend(others);
            briefing.unchanged.extend(case.unchanged);
            gather(&mut overdue, case.overdue);
            gather(&mut due, case.due);
            gather(&mut waiting, case.waiting);
            briefing.ended.extend(case.ended);
            briefing.cases.push(case.brief);
        }
        briefing.call_outs.sort_by_key(|arrival| (arrival.recorded_at, arrival.case_id));
        briefing.overdue = by_owner(overdue).map(|(owner, lines)| Owed { owner, lines }).collect();
        briefing.waiting = waiting.into_iter().map(|(on, lines)| WaitingFor { on, lines: sorted(lines) }).collect();
        for ((owner, day), lines) in by_owner(due) {
            let day = Day { day, lines };
            match briefing.due.last_mut().filter(|last| last.owner == owner) {
                Some(last) => last.days.push(day),
                None => briefing.due.push(DueFrom { owner, days: vec![day] }),
            }
        }
        briefing
    }

    fn case(&self, answer: &Assessment, labels: &BTreeMap<String, String>) -> Case {
        let works = lines::works(answer);
        let live = |a: &Action| a.frozen_on.is_none();
        let (today, through) = (calendar::london_day(self.asked.at), self.due_through());
        let groups = answer.classification.iter().flat_map(|c| &c.groups);
        let doubtful = groups
            .filter(|g| matches!(g.status, GroupStatus::UnderReview | GroupStatus::Stale) || g.indicated.is_some());
        let agenda = answer.agenda.lines.iter().filter_map(|id| works.iter().find(|w| w.has(*id)));
        let frozen = lines::by(&works, answer.case_id, |a| a.frozen_on);
        Case {
            urgency: works.iter().filter(|w| w.is_live()).map(Work::urgency).min(),
            brief: CaseBrief {
                case_id: answer.case_id,
                labels: self.labels(labels),
                recorded: answer.classification.as_ref().map(|c| c.overall.recorded),
                working_level: answer.classification.as_ref().map(|c| c.overall.working_level),
                before_relying: answer.classification.as_ref().and_then(|c| c.before_relying),
                under_review: doubtful.cloned().collect(),
                agenda: agenda.filter_map(|w| w.line(answer.case_id, |a| a.part_of.is_none())).collect(),
                more: answer.agenda.more,
            },
            arrivals: vec![],
            unchanged: None,
            overdue: lines::by(&works, answer.case_id, |a| (live(a) && a.status == Status::Overdue).then_some(a.owner)),
            due: lines::by(&works, answer.case_id, |a| {
                let day = a.due.filter(|day| live(a) && a.status != Status::Overdue && today <= *day)?;
                (day <= through).then_some((a.owner, day))
            }),
            waiting: lines::by(&works, answer.case_id, |a| {
                a.waiting_on.as_ref().filter(|_| live(a)).map(|waiting| waiting.party.clone())
            }),
            ended: frozen.first().map(|(on, _)| *on).map(|on| Ended {
                case_id: answer.case_id,
                on,
                lines: sorted(frozen.into_iter().map(|(_, line)| line).collect()),
            }),
        }
    }

    /// How the case stood at a moment, for a service that knew what was recorded by another.
    fn answer(&self, log: &Log, seen: &Seen<'_>, at: Instant, known_at: Instant, cancel: Cancel<'_>) -> Assessment {
        let (audience, feeds) = (self.asked.audience, self.asked.feeds.clone());
        let question = Question { at, known_at: Some(known_at), lens: Lens::AsKnown, audience, feeds };
        let span = Span { cancel, ..question.span(&seen.all()) };
        assess_seen_now(log, seen, &self.view, &question, span)
    }

    fn labels(&self, labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        if self.view.sees(ViewField::Subjects) { labels.clone() } else { BTreeMap::new() }
    }

    fn due_through(&self) -> NaiveDate {
        let today = calendar::london_day(self.asked.at);
        today.checked_add_days(Days::new(AHEAD)).unwrap_or(NaiveDate::MAX)
    }

    /// What it means that no call-out stands in the briefing.
    fn call_outs(&self) -> CallOuts {
        let delivered = self.asked.feeds.as_ref().is_none_or(|feeds| feeds.contains(&Kind::PoliceCallOut));
        match (self.view.sees_kind(Kind::PoliceCallOut), delivered) {
            (false, _) => CallOuts::NotForThisReader,
            (true, false) => CallOuts::NoFeed,
            (true, true) => CallOuts::Delivered,
        }
    }

    fn receipt(&self) -> Receipt {
        Receipt::of(self.view.policy(), calendar::london_day(self.asked.at))
    }
}

fn gather<K: Ord>(into: &mut BTreeMap<K, Vec<Line>>, lines: Vec<(K, Line)>) {
    for (key, line) in lines {
        into.entry(key).or_default().push(line);
    }
}

fn by_owner<K: Ord>(lines: BTreeMap<K, Vec<Line>>) -> impl Iterator<Item = (K, Vec<Line>)> {
    lines.into_iter().map(|(key, lines)| (key, sorted(lines)))
}

/// The most urgent first; stable, so that lines of one urgency stay in the order of their cases.
fn sorted(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by_key(Line::urgency);
    lines
}
