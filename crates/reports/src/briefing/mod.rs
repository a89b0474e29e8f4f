//! The briefing: the paper for a morning meeting about a caseload, for one reader.
//!
//! It starts with new information and what that changed, police call-outs first; then actions that are overdue, due
//! soon or waiting on others, and each case's agenda. In 2018 inspectors praised a daily meeting in Leeds at which
//! several agencies discussed every domestic abuse call-out of the past 24 hours. In most of the cases that they
//! read, no one had question the police for information after the sentence began (HM Inspectorate of Probation,
//! *Domestic abuse: the work undertaken by Community Rehabilitation Companies*, September 2018, section 5.1).
//!
//! A briefing adds no judgement of its own. It sorts the answers of [`risk_core::assessment::assess`]. What a record
//! changed is the difference between the answers with and without it, at the moment when it was recorded.

mod arrivals;
mod document;
mod lines;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use uuid::Uuid;

pub use document::{
    Arrival, Briefing, BriefingLine, CallOuts, CaseSummary, Changed, DueDay, DueLines, EndedLines, Item, KindCount,
    NotAnswered, OverdueLines, ReceivedRecord, SCHEMA, UnchangedRecords, WaitingLines,
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

use lines::LineActions;

/// How many days ahead a briefing looks: on a Monday, up to and including the next Monday.
const AHEAD: u64 = 7;

/// The question that a briefing answers for every case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BriefingQuestion {
    /// The moment of the briefing. Records made later are ignored.
    pub at: Instant,
    /// Records made after this moment are news; usually a day before `at`.
    pub since: Instant,
    /// The reader.
    pub audience: Audience,
    /// The kinds of event that the host can deliver; `None` means all.
    pub feeds: Option<BTreeSet<Kind>>,
}

/// Builds a briefing case by case, in any order. Builders for parts of a caseload can be merged.
#[derive(Debug, Clone)]
pub struct BriefingBuilder<'p> {
    view: View<'p>,
    question: BriefingQuestion,
    case_budget: u64,
    cases: BTreeMap<Uuid, CaseEntries>,
    blind_to: BTreeSet<String>,
    not_shown: u64,
    not_answered: BTreeMap<Uuid, NotAnswered>,
}

/// The contribution of one case.
#[derive(Debug, Clone)]
struct CaseEntries {
    /// The urgency of its most urgent line; `None` if nothing is pending.
    urgency: Option<(Priority, bool, Option<NaiveDate>)>,
    brief: CaseSummary,
    arrivals: Vec<Arrival>,
    unchanged: Option<UnchangedRecords>,
    overdue: Vec<(Role, BriefingLine)>,
    due: Vec<((Role, NaiveDate), BriefingLine)>,
    waiting: Vec<(String, BriefingLine)>,
    ended: Option<EndedLines>,
}

impl<'p> BriefingBuilder<'p> {
    /// Starts a briefing.
    ///
    /// # Errors
    /// [`NoView`] if the policy does not define the audience.
    pub fn new(policy: &'p Policy, question: BriefingQuestion) -> Result<Self, NoView> {
        let view = View::of(policy, question.audience)?;
        let (cases, not_answered) = (BTreeMap::new(), BTreeMap::new());
        let (blind_to, case_budget) = (BTreeSet::new(), Budget::OF_A_CASE);
        Ok(Self { view, question, case_budget, cases, blind_to, not_shown: 0, not_answered })
    }

    /// Sets the budget of each case in units of work; the default is [`Budget::OF_A_CASE`].
    #[must_use]
    pub fn with_case_budget(self, units: u64) -> Self {
        Self { case_budget: units, ..self }
    }

    /// Adds a case. The labels are the host's names for it: `crn`, `team`, `officer`. They are hidden from a reader
    /// who may not see the subjects of actions. A case that is added again replaces the first.
    ///
    /// This computes one answer, and two more for each moment of the period at which something was recorded. A case
    /// that exceeds its budget is listed as not answered.
    pub fn add(&mut self, log: &Log, labels: &BTreeMap<String, String>) {
        // Without cancellation, the case is always added.
        let _added = self.add_until(log, labels, Cancel::NEVER);
    }

    /// Like [`BriefingBuilder::add`], but can be cancelled; then nothing was added.
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

    /// The contribution of a case, and the rules that cannot fire; incomplete if the work ended early.
    fn brief(&self, log: &Log, labels: &BTreeMap<String, String>, cancel: Cancel<'_>) -> (CaseEntries, Vec<String>) {
        let seen = self.view.seen(log.records().iter(), Some(self.question.at));
        let answer = self.answer(log, &seen, self.question.at, self.question.at, cancel);
        let (arrivals, unchanged) = self.arrivals(log, &seen, cancel);
        let case = CaseEntries { arrivals, unchanged, ..self.case(&answer, labels) };
        (case, answer.blind_to)
    }

    /// Counts a case from which the reader is excluded. The briefing says nothing else about it.
    pub fn not_shown(&mut self) {
        self.not_shown = self.not_shown.saturating_add(1);
    }

    /// Lists a case that could not be answered, with the reason, so that its absence is not taken for good news.
    pub fn not_answered(&mut self, case_id: Uuid, labels: &BTreeMap<String, String>, why: &str) {
        let labels = self.labels(labels);
        self.not_answered.insert(case_id, NotAnswered { case_id, labels, why: why.to_owned() });
    }

    /// Adds the cases of another builder for the same question.
    pub fn merge(&mut self, other: Self) {
        self.cases.extend(other.cases);
        self.blind_to.extend(other.blind_to);
        self.not_shown = self.not_shown.saturating_add(other.not_shown);
        self.not_answered.extend(other.not_answered);
    }

    /// Returns the briefing. It does not depend on the order in which cases were added.
    #[must_use]
    pub fn finish(self) -> Briefing {
        let (receipt, call_outs_from, due_through) = (self.receipt(), self.call_outs(), self.due_through());
        let mut cases: Vec<CaseEntries> = self.cases.into_values().collect();
        // A stable sort keeps cases of equal urgency in the order of their ids.
        cases.sort_by_key(|case| (case.urgency.is_none(), case.urgency));
        let mut briefing = Briefing {
            schema: SCHEMA,
            at: self.question.at,
            since: self.question.since,
            due_through,
            audience: self.question.audience,
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
        briefing.overdue = by_owner(overdue).map(|(owner, lines)| OverdueLines { owner, lines }).collect();
        briefing.waiting = waiting.into_iter().map(|(on, lines)| WaitingLines { on, lines: sorted(lines) }).collect();
        for ((owner, day), lines) in by_owner(due) {
            let day = DueDay { day, lines };
            match briefing.due.last_mut().filter(|last| last.owner == owner) {
                Some(last) => last.days.push(day),
                None => briefing.due.push(DueLines { owner, days: vec![day] }),
            }
        }
        briefing
    }

    fn case(&self, answer: &Assessment, labels: &BTreeMap<String, String>) -> CaseEntries {
        let works = lines::works(answer);
        let live = |a: &Action| a.frozen_on.is_none();
        let (today, through) = (calendar::london_day(self.question.at), self.due_through());
        let groups = answer.classification.iter().flat_map(|c| &c.groups);
        let doubtful = groups
            .filter(|g| matches!(g.status, GroupStatus::UnderReview | GroupStatus::Stale) || g.indicated.is_some());
        let agenda = answer.agenda.lines.iter().filter_map(|id| works.iter().find(|w| w.has(*id)));
        let frozen = lines::by(&works, answer.case_id, |a| a.frozen_on);
        CaseEntries {
            urgency: works.iter().filter(|w| w.is_live()).map(LineActions::urgency).min(),
            brief: CaseSummary {
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
            ended: frozen.first().map(|(on, _)| *on).map(|on| EndedLines {
                case_id: answer.case_id,
                on,
                lines: sorted(frozen.into_iter().map(|(_, line)| line).collect()),
            }),
        }
    }

    /// The answer for a case at `at`, given the records made by `known_at`.
    fn answer(&self, log: &Log, seen: &Seen<'_>, at: Instant, known_at: Instant, cancel: Cancel<'_>) -> Assessment {
        let (audience, feeds) = (self.question.audience, self.question.feeds.clone());
        let question = Question { at, known_at: Some(known_at), lens: Lens::AsKnown, audience, feeds };
        let span = Span { cancel, ..question.span(&seen.all()) };
        assess_seen_now(log, seen, &self.view, &question, span)
    }

    fn labels(&self, labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        if self.view.sees(ViewField::Subjects) { labels.clone() } else { BTreeMap::new() }
    }

    fn due_through(&self) -> NaiveDate {
        let today = calendar::london_day(self.question.at);
        today.checked_add_days(Days::new(AHEAD)).unwrap_or(NaiveDate::MAX)
    }

    /// What it means if the briefing lists no call-out.
    fn call_outs(&self) -> CallOuts {
        let delivered = self.question.feeds.as_ref().is_none_or(|feeds| feeds.contains(&Kind::PoliceCallOut));
        match (self.view.sees_kind(Kind::PoliceCallOut), delivered) {
            (false, _) => CallOuts::NotForThisReader,
            (true, false) => CallOuts::NoFeed,
            (true, true) => CallOuts::Delivered,
        }
    }

    fn receipt(&self) -> Receipt {
        Receipt::of(self.view.policy(), calendar::london_day(self.question.at))
    }
}

fn gather<K: Ord>(into: &mut BTreeMap<K, Vec<BriefingLine>>, lines: Vec<(K, BriefingLine)>) {
    for (key, line) in lines {
        into.entry(key).or_default().push(line);
    }
}

fn by_owner<K: Ord>(lines: BTreeMap<K, Vec<BriefingLine>>) -> impl Iterator<Item = (K, Vec<BriefingLine>)> {
    lines.into_iter().map(|(key, lines)| (key, sorted(lines)))
}

/// Sorts lines, the most urgent first. The sort is stable, so lines of equal urgency keep the order of their cases.
fn sorted(mut lines: Vec<BriefingLine>) -> Vec<BriefingLine> {
    lines.sort_by_key(BriefingLine::urgency);
    lines
}
