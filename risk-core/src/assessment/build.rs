//! From a folded case to the answer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::answer::{
    Action, Agenda, Assessment, BecauseLine, BeforeRelying, Caution, Classification, Decided, Died, Flag, FlagState,
    GroupLevel, GroupStatus, IndicatedLevel, LateBy, Overall, Receipt, RecordedLevel, SCHEMA, Status,
    UnrecognisedRecord,
};
use super::confidence::Marks;
use super::status::{closed, due_soon, refused, status, waiting_on};
use super::{CaseLine, Question};
use crate::calendar;
use crate::event::Term;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Group, Handling, Level, Setting};
use crate::fold::flags::RegisterFlag;
use crate::fold::fold_event::Subject;
use crate::fold::ledger::{How, Instance, Reason};
use crate::fold::levels::{CELLS, Cell};
use crate::fold::reason::{Because, Deadline, Naming, RuleRef, Target};
use crate::fold::run::{Folded, Lens};
use crate::log::LocalIds;
use crate::policy::model::{ActionDef, Priority, ViewField};
use crate::view::View;

/// How many lines an agenda has at most.
const AGENDA_LINES: usize = 8;

/// Builds the answer, all but the moment of its next change.
pub(super) fn build(
    case: &CaseLine,
    folded: &Folded<'_, '_>,
    marks: &Marks,
    view: &View<'_>,
    question: &Question,
    known_at: Instant,
) -> Assessment {
    let builder = Builder { case, folded, marks, view, question, today: calendar::london_day(question.at) };
    let actions = builder.actions();
    let complete = view.sees(ViewField::Completeness);
    Assessment {
        schema: SCHEMA,
        case_id: case.id,
        at: question.at,
        known_at,
        next_change_at: None,
        lens: question.lens,
        audience: view.audience(),
        receipt: builder.receipt(),
        died: builder.died(),
        classification: view.sees(ViewField::Classification).then(|| builder.classification()),
        agenda: if view.sees(ViewField::Agenda) { agenda(&actions) } else { Agenda::default() },
        actions,
        flags: builder.flags(),
        blind_to: if complete { builder.blind_to() } else { vec![] },
        unrecognised: if complete { builder.unrecognised() } else { vec![] },
        withheld: if complete && view.sees(ViewField::EventIds) { builder.withheld() } else { vec![] },
    }
}

struct Builder<'b, 'a, 'p> {
    case: &'b CaseLine,
    folded: &'b Folded<'a, 'p>,
    marks: &'b Marks,
    view: &'b View<'p>,
    question: &'b Question,
    today: NaiveDate,
}

impl Builder<'_, '_, '_> {
    fn receipt(&self) -> Receipt {
        let policy = self.folded.state.policy;
        let everything = self.view.sees_everything();
        Receipt {
            records: everything.then_some(self.case.records),
            head: self.case.head.clone().filter(|_| everything),
            ..Receipt::of(policy, self.today)
        }
    }

    fn event_id(&self, id: Uuid) -> Option<Uuid> {
        self.view.sees(ViewField::EventIds).then_some(id)
    }

    fn handling(&self, handling: Handling) -> (Option<Handling>, Option<Caution>) {
        if !self.view.sees(ViewField::Handling) {
            return (None, None);
        }
        (Some(handling), (handling > Handling::Staff).then_some(Caution::DoNotRaiseWithPerson))
    }

    fn because<'b>(&self, reasons: impl Iterator<Item = &'b Because>) -> Vec<BecauseLine> {
        if !self.view.sees(ViewField::Because) {
            return vec![];
        }
        let line = |b: &Because| BecauseLine {
            rule: b.rule.id(self.folded.state.policy).to_owned(),
            event_id: self.event_id(b.event),
            basis: b.basis,
            disputed: self.folded.disputed.contains(&b.event),
        };
        // One line for each rule and event, in the order in which they arose.
        let mut keyed: Vec<(Instant, BecauseLine)> = reasons.map(|b| (b.clock, line(b))).collect();
        keyed.sort();
        let mut lines: Vec<BecauseLine> = Vec::new();
        for (_, line) in keyed {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    /// By id: the order in which a log has its records says nothing.
    fn withheld(&self) -> Vec<Uuid> {
        let ids: BTreeSet<Uuid> = self.folded.withheld.iter().copied().collect();
        ids.into_iter().collect()
    }

    fn died(&self) -> Option<Died> {
        let death = self.folded.state.facts.died_by(self.question.at)?;
        let (handling, _) = self.handling(death.handling);
        Some(Died { on: calendar::london_day(death.at), event_id: self.event_id(death.by), handling })
    }

    fn actions(&self) -> Vec<Action> {
        let state = &self.folded.state;
        let order: BTreeMap<ActionKind, usize> =
            state.policy.actions.iter().enumerate().map(|(place, d)| (d.action, place)).collect();
        let mut instances: Vec<&Instance> = state.ledger.instances().chain(&self.folded.withdrawn).collect();
        instances.retain(|i| self.view.sees_action(i.action));
        instances.sort_by_key(|i| (order.get(&i.action).copied(), i.subject, i.opened(), i.pending()));
        let pending: Vec<(ActionKind, Uuid)> = instances
            .iter()
            .filter(|i| i.pending())
            .map(|i| (i.action, action_id(self.case.id, &state.local, i)))
            .collect();
        let going_on = |_: &&&Instance| !state.spend();
        instances.iter().take_while(going_on).filter_map(|i| self.action(i, &pending)).collect()
    }

    fn action(&self, i: &Instance, pending: &[(ActionKind, Uuid)]) -> Option<Action> {
        let state = &self.folded.state;
        let def = state.policy.action(i.action)?;
        let (opened, _) = i.opened()?;
        let is_pending = i.pending();
        let frozen = state.facts.supervision_ended_by(self.question.at).filter(|end| is_pending && opened <= *end);
        let on = frozen.map_or(self.today, calendar::london_day);
        let waiting = waiting_on(state, i, def);
        let status = status(state, i, def, waiting.is_some(), on, due_soon(state.policy, self.question.at));
        let deadline = i.deadline();
        let due = deadline.day();
        let missed = state.missed_rounds(i, Some(on)).len();
        let target = || Target::Action(i.action, i.subject);
        let strictest = i.reasons.iter().map(|r| self.marks.mark(&r.because, target())).max();
        let (handling, caution) = self.handling(i.handling(def.handling).max(strictest.unwrap_or(Handling::Ordinary)));
        let parent = def.part_of.iter().find_map(|p| pending.iter().find(|(a, _)| a == p)).map(|(_, id)| *id);
        Some(Action {
            id: action_id(self.case.id, &state.local, i),
            action: i.action,
            about: if self.view.sees(ViewField::Subjects) { i.subject.ids(&state.local) } else { vec![] },
            part_of: parent.filter(|_| is_pending),
            title: def.title.clone(),
            owner: def.owner,
            priority: i.priority(),
            status,
            opened: calendar::london_day(opened),
            due,
            due_basis: match &deadline {
                Deadline::By { basis, .. } => Some(*basis),
                Deadline::None | Deadline::Unknown { .. } => None,
            },
            due_unknown: match &deadline {
                Deadline::Unknown { reason, .. } => Some(reason.clone()),
                Deadline::None | Deadline::By { .. } => None,
            },
            closed: closed(i),
            closed_by: self.closed_by(i),
            days_overdue: due.filter(|_| status == Status::Overdue).map(|day| on.signed_duration_since(day).num_days()),
            waiting_on: waiting,
            missed: (is_pending && missed > 0).then_some(missed),
            last_done: self.last_done(i),
            handling,
            caution,
            findings: self.findings(i, def, status),
            decided: self.decided(i),
            refused: self.refused(i, def),
            inherited: is_pending && self.inherited(opened),
            frozen_on: frozen.map(calendar::london_day),
            handed_over: frozen.is_some() && (def.protects || i.priority() == Priority::ProtectNow),
            basis_withdrawn: i.basis_withdrawn,
            history_from: self.history_from(i, due).filter(|_| is_pending),
            late_by: self.late_by(i, due, on),
            because: self.because(i.reasons.iter().map(|r| &r.because)),
        })
    }

    fn closed_by(&self, i: &Instance) -> Vec<Uuid> {
        if i.pending() || !self.view.sees(ViewField::EventIds) {
            return vec![];
        }
        let by: BTreeSet<Uuid> = i.reasons.iter().filter_map(|r| r.answer.as_ref()).map(|a| a.by).collect();
        by.into_iter().collect()
    }

    fn last_done(&self, i: &Instance) -> Option<NaiveDate> {
        let duties = &self.folded.state.duties;
        let done = i.reasons.iter().filter_map(|r| match r.because.rule {
            RuleRef::Duty(index) => duties.spell(index, &i.subject)?.last_performed,
            RuleRef::Rule(_) => None,
        });
        done.max().map(calendar::london_day)
    }

    fn findings(&self, i: &Instance, def: &ActionDef, status: Status) -> Vec<String> {
        if !self.view.sees(ViewField::Findings) {
            return vec![];
        }
        let mut findings =
            if matches!(status, Status::Overdue | Status::DoneLate) { def.findings.clone() } else { vec![] };
        let by_time = |r: &Reason| r.answer.as_ref().is_some_and(|a| a.how == How::Done && a.naming == Naming::ByTime);
        if def.must_name && i.reasons.iter().any(by_time) {
            findings.push("not_named".to_owned());
        }
        findings
    }

    fn decided(&self, i: &Instance) -> Option<Decided> {
        if !self.view.sees(ViewField::Decisions) {
            return None;
        }
        i.decisions.iter().max_by_key(|d| (d.at, d.event)).map(|d| Decided {
            decision: d.decision,
            by: d.by.clone(),
            role: d.role,
            reason: d.reason,
            on: calendar::london_day(d.at),
            until: d.until,
            accepted: d.accepted,
        })
    }

    fn refused(&self, i: &Instance, def: &ActionDef) -> Vec<super::answer::Refused> {
        if !self.view.sees(ViewField::Decisions) {
            return vec![];
        }
        let mut refused = refused(&self.folded.state, i, def);
        for r in &mut refused {
            r.event_id = r.event_id.and_then(|id| self.event_id(id));
        }
        refused
    }

    /// Whether the case was allocated to another holder after the action was opened.
    fn inherited(&self, opened: Instant) -> bool {
        let allocations = &self.folded.state.facts.allocations;
        allocations.iter().skip(1).any(|moved| opened < *moved)
    }

    fn history_from(&self, i: &Instance, due: Option<NaiveDate>) -> Option<NaiveDate> {
        let state = &self.folded.state;
        let due = due.filter(|d| state.absence_unknown(i.action, *d))?;
        let kinds = state.policy.action(i.action).into_iter().flat_map(|d| d.closed_by.iter().flat_map(|t| &t.on));
        kinds.filter_map(|k| state.facts.complete_from.get(k)).filter(|from| due < **from).max().copied()
    }

    fn late_by(&self, i: &Instance, due: Option<NaiveDate>, on: NaiveDate) -> Option<LateBy> {
        if self.question.lens != Lens::Hindsight {
            return None;
        }
        let first = i.reasons.iter().map(|r| &r.because).min_by_key(|b| (b.clock, b.event))?;
        let days = |from: Instant, to: Instant| {
            calendar::london_day(to).signed_duration_since(calendar::london_day(from)).num_days()
        };
        let ended = closed(i).unwrap_or(on);
        Some(LateBy {
            information: days(first.came_about.0, first.came_about.1).max(0),
            act: due.map_or(0, |due| ended.signed_duration_since(due).num_days().max(0)),
        })
    }

    fn classification(&self) -> Classification {
        let groups: Vec<GroupLevel> =
            self.cells().into_iter().filter(|c| self.view.sees_group(c.0)).map(|c| self.group(c)).collect();
        let custody = self.folded.state.facts.in_custody_at(self.question.at);
        Classification {
            overall: overall(&groups, if custody { Setting::Custody } else { Setting::Community }),
            groups,
            before_relying: self.view.is_limited().then_some(BeforeRelying::AskResponsibleOfficer),
        }
    }

    /// The community always; custody if the person is there, or if a level in custody is recorded or indicated.
    fn cells(&self) -> Vec<Cell> {
        let levels = &self.folded.state.levels;
        let custody = self.folded.state.facts.in_custody_at(self.question.at);
        let counts = |c: &Cell| {
            c.1 == Setting::Community
                || custody
                || levels.recorded(c.0, c.1) != Level::Unknown
                || levels.indicated(c.0, c.1) != Level::Unknown
        };
        CELLS.into_iter().filter(counts).collect()
    }

    fn group(&self, cell: Cell) -> GroupLevel {
        let (group, setting) = cell;
        let state = &self.folded.state;
        // What a withheld record decided is not known to this reader, nor does an earlier assessment take its place.
        let statement = state.levels.statement(cell).filter(|_| !self.folded.decided_by_withheld(cell));
        let recorded = statement.and_then(|s| s.levels.get(&cell)).copied().unwrap_or(Level::Unknown);
        let indicated = state.levels.indicated(group, setting);
        let reviews = state.ledger.instances().filter(|i| i.action == ActionKind::ReviewRisk).flat_map(|i| {
            let reviews = |r: &&Reason| r.reviews(group);
            let target = Target::Action(i.action, i.subject);
            i.reasons.iter().filter(reviews).map(move |r| self.marks.mark(&r.because, target))
        });
        let unread = self.folded.unrecognised.iter().map(|r| r.handling);
        let review = reviews.chain(unread).max();
        let stale = state.stale_from().iter().any(|(c, from)| *c == cell && *from <= self.today);
        let status = if recorded == Level::Unknown {
            GroupStatus::NotAssessed
        } else if review.is_some() || indicated > recorded {
            GroupStatus::UnderReview
        } else if stale {
            GroupStatus::Stale
        } else if self.view.is_limited() {
            GroupStatus::AskResponsibleOfficer
        } else {
            GroupStatus::Settled
        };
        let review = review.filter(|_| status == GroupStatus::UnderReview);
        let (handling, caution) = review.map_or((None, None), |mark| self.handling(mark));
        GroupLevel {
            group,
            setting,
            working_level: recorded.max(indicated),
            status,
            handling,
            caution,
            recorded: statement.map(|s| RecordedLevel {
                level: recorded,
                event_id: self.event_id(s.id),
                on: calendar::london_day(s.occurred_at),
            }),
            indicated: (indicated != Level::Unknown).then(|| {
                let reasons = || state.levels.unanswered(cell).map(|r| &r.because);
                let mark = |b| self.marks.mark(b, Target::Level(group, setting));
                let strictest = reasons().map(mark).max().unwrap_or(Handling::Ordinary);
                let (handling, caution) = self.handling(strictest);
                IndicatedLevel { level: indicated, handling, caution, because: self.because(reasons()) }
            }),
        }
    }

    fn flags(&self) -> Vec<Flag> {
        let state = &self.folded.state;
        let visible = state.flags.iter().filter(|(register, _)| self.view.sees_flag(**register));
        visible
            .map(|(register, reasons)| {
                // Effects only join: one reason to set it is enough.
                let set = reasons.iter().any(|r| r.should_be_set);
                let live = || reasons.iter().filter(|r| r.should_be_set == set).map(|r| &r.because);
                let recorded = state.facts.flags.get(register);
                let (handling, caution) = self.handling(
                    live().map(|b| self.marks.mark(b, Target::Flag(*register))).max().unwrap_or(Handling::Ordinary),
                );
                let as_flag = |set| if set { FlagState::Set } else { FlagState::Unset };
                Flag {
                    register: *register,
                    should_be: as_flag(set),
                    is: as_flag(recorded.is_some_and(RegisterFlag::is_set)),
                    level: recorded.and_then(RegisterFlag::level),
                    handling,
                    caution,
                    because: self.because(live()),
                }
            })
            .collect()
    }

    fn unrecognised(&self) -> Vec<UnrecognisedRecord> {
        let mut found: Vec<UnrecognisedRecord> =
            self.folded.unrecognised.iter().map(|r| UnrecognisedRecord { event_id: r.event_id, v: r.v }).collect();
        found.sort_by_key(|r| r.event_id);
        found
    }

    /// Rules none of whose kinds the host can deliver, and duties whose condition rests on such kinds alone.
    fn blind_to(&self) -> Vec<String> {
        let Some(feeds) = &self.question.feeds else { return vec![] };
        let policy = self.folded.state.policy;
        let rules = policy.rules.iter().filter(|r| {
            let kinds: Vec<_> =
                r.on.iter()
                    .filter_map(|on| match on {
                        crate::policy::model::EventSelector::Kind(k) => Some(k),
                        _ => None,
                    })
                    .collect();
            policy.in_force(r.effective, &r.localities, self.today)
                && !kinds.is_empty()
                && kinds.len() == r.on.len()
                && !kinds.iter().any(|k| feeds.contains(k))
        });
        let duties = policy.duties.iter().filter(|d| {
            let blind = |fact: &usize| {
                policy.facts.get(*fact).is_some_and(|f| {
                    let by = f.fed_by();
                    !by.is_empty() && !by.iter().any(|k| feeds.contains(k))
                })
            };
            let facts = d.holds.facts();
            policy.in_force(d.effective, &d.localities, self.today) && !facts.is_empty() && facts.iter().all(blind)
        });
        let ids: BTreeSet<String> = rules.map(|r| r.id.clone()).chain(duties.map(|d| d.id.clone())).collect();
        ids.into_iter().collect()
    }
}

/// An id that is the same for the same case, action, subject and opening event.
pub(crate) fn action_id(case: Uuid, local: &LocalIds<'_>, i: &Instance) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(b"risk action\n");
    hash.update(case.as_bytes());
    hash.update(i.action.name().as_bytes());
    for id in i.subject.ids(local) {
        hash.update(b"\n");
        hash.update(id.as_bytes());
    }
    if i.subject == Subject::UnknownChild {
        hash.update(b"\nnobody yet");
    }
    if i.part_withdrawn {
        hash.update(b"\nwithdrawn");
    }
    if let Some((clock, event)) = i.opened() {
        hash.update(clock.timestamp_micros().to_be_bytes());
        hash.update(event.as_bytes());
    }
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn overall(groups: &[GroupLevel], setting: Setting) -> Overall {
    let not_assessed: BTreeSet<Group> =
        groups.iter().filter(|g| g.status == GroupStatus::NotAssessed).map(|g| g.group).collect();
    // Low with a group unknown is unknown: silence about a group is not safety.
    let highest = |of: fn(&GroupLevel) -> Level| match groups.iter().map(of).max().unwrap_or(Level::Unknown) {
        Level::Low if groups.iter().any(|g| of(g) == Level::Unknown) => Level::Unknown,
        level => level,
    };
    let recorded = highest(|g| g.recorded.as_ref().map_or(Level::Unknown, |r| r.level));
    let working_level = highest(|g| g.working_level);
    let decided_by: BTreeSet<Group> = groups
        .iter()
        .filter(|g| working_level != Level::Unknown && g.working_level == working_level)
        .map(|g| g.group)
        .collect();
    Overall {
        recorded,
        working_level,
        decided_by: decided_by.into_iter().collect(),
        not_assessed: not_assessed.into_iter().collect(),
        setting,
    }
}

/// The top lines: pending actions that are not a step of another, by priority, due date and order of the policy. Actions of one kind
/// about several subjects share a line.
fn agenda(actions: &[Action]) -> Agenda {
    let mut best: BTreeMap<ActionKind, (Priority, NaiveDate, usize, Uuid)> = BTreeMap::new();
    for (place, a) in actions.iter().enumerate().filter(|(_, a)| a.status.pending() && a.part_of.is_none()) {
        let line = (a.priority, a.due.unwrap_or(NaiveDate::MAX), place, a.id);
        best.entry(a.action).and_modify(|known| *known = (*known).min(line)).or_insert(line);
    }
    let mut lines: Vec<(Priority, NaiveDate, usize, Uuid)> = best.into_values().collect();
    lines.sort();
    Agenda {
        more: lines.len().saturating_sub(AGENDA_LINES),
        lines: lines.into_iter().take(AGENDA_LINES).map(|(.., id)| id).collect(),
    }
}
