//! Answers as tables: one of cases, and one each of their classifications, their actions and their flags.

use std::borrow::Cow;
use std::collections::HashSet;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use risk_core::assessment::Assessment;
use risk_core::assessment::answer::{
    Action, BecauseLine, Classification, Flag, GroupLevel, Overall, Status, WaitingOn,
};
use risk_core::cancel::EndedEarly;
use risk_core::event::Term;
use risk_core::policy::model::ViewField;
use risk_core::view::View;
use uuid::Uuid;

use crate::case::{BulkQuestion, CaseAnswer};
use crate::problem::{Problem, ProblemKind};
use crate::stream::{PartSink, Sink};
use crate::table::{Column, Reads, Table, schema};

/// The tables of a part of a caseload.
#[derive(Debug, Clone)]
pub struct Tables {
    /// One row for each case that has an answer.
    pub cases: RecordBatch,
    /// One row for each group in each setting.
    pub classifications: RecordBatch,
    /// One row for each action.
    pub actions: RecordBatch,
    /// One row for each flag.
    pub flags: RecordBatch,
}

/// Makes the tables. A column that the audience may not see is not there.
#[derive(Debug, Clone)]
pub struct Answers {
    cases: SchemaRef,
    classifications: SchemaRef,
    actions: SchemaRef,
    flags: SchemaRef,
}

impl Answers {
    /// For that question, with further columns kept.
    ///
    /// # Errors
    /// [`Problem`] if the policy grants the audience no answer, or a kept column has the name of one of the tables.
    pub fn new(asked: &BulkQuestion, keep: &[String]) -> Result<Self, Problem> {
        let view = View::of(&asked.policy, asked.question.audience)
            .map_err(|e| Problem::whole(ProblemKind::View, "an audience that the policy names", e))?;
        let mut seen = HashSet::new();
        for name in keep {
            let taken = CASES.iter().map(|c| c.name).chain(CLASSIFICATIONS.iter().map(|c| c.name));
            let mut taken = taken.chain(ACTIONS.iter().map(|c| c.name)).chain(FLAGS.iter().map(|c| c.name));
            if taken.any(|one| one == name) {
                return Err(Problem::column(
                    name,
                    "a column to keep that has no name of an answer's own",
                    "one that has",
                ));
            }
            if !seen.insert(name) {
                return Err(Problem::column(name, "each column to keep once", "it twice"));
            }
        }
        let next_change = |c: &&Column<Assessment, Assessment>| asked.next_change || c.name != NEXT_CHANGE;
        Ok(Self {
            cases: schema(CASES.iter().filter(next_change), &view, keep),
            classifications: schema(CLASSIFICATIONS.iter(), &view, keep),
            actions: schema(ACTIONS.iter(), &view, keep),
            flags: schema(FLAGS.iter(), &view, keep),
        })
    }

    /// The tables of one case.
    ///
    /// # Errors
    /// Where the rows do not make a table: a defect of this library.
    pub fn of_one(&self, case: &CaseAnswer<'_>) -> Result<Tables, ArrowError> {
        let mut writing = self.begin();
        writing.write(case);
        writing.finish()
    }

    /// The tables without rows.
    #[must_use]
    pub fn empty(&self) -> Tables {
        let empty = |schema: &SchemaRef| RecordBatch::new_empty(std::sync::Arc::clone(schema));
        Tables {
            cases: empty(&self.cases),
            classifications: empty(&self.classifications),
            actions: empty(&self.actions),
            flags: empty(&self.flags),
        }
    }
}

/// The tables being written.
pub struct TableWriter {
    cases: Table<Assessment, Assessment>,
    classifications: Table<Assessment, GroupLevel>,
    actions: Table<Assessment, Action>,
    flags: Table<Assessment, Flag>,
}

impl Sink for Answers {
    type PartSink = TableWriter;
    type Part = Result<Tables, ArrowError>;

    fn begin(&self) -> TableWriter {
        TableWriter {
            cases: Table::new(CASES, &self.cases),
            classifications: Table::new(CLASSIFICATIONS, &self.classifications),
            actions: Table::new(ACTIONS, &self.actions),
            flags: Table::new(FLAGS, &self.flags),
        }
    }
}

impl TableWriter {
    /// Writes the rows of a case.
    fn write(&mut self, case: &CaseAnswer<'_>) {
        let (answer, kept) = (case.answer, case.kept);
        self.cases.row(answer, answer, kept);
        let groups = answer.classification.iter().flat_map(|c| &c.groups);
        groups.for_each(|group| self.classifications.row(answer, group, kept));
        answer.actions.iter().for_each(|action| self.actions.row(answer, action, kept));
        answer.flags.iter().for_each(|flag| self.flags.row(answer, flag, kept));
    }
}

impl PartSink for TableWriter {
    type Part = Result<Tables, ArrowError>;

    fn take(&mut self, case: &CaseAnswer<'_>) -> Result<(), EndedEarly> {
        self.write(case);
        Ok(())
    }

    fn finish(self) -> Self::Part {
        Ok(Tables {
            cases: self.cases.finish()?,
            classifications: self.classifications.finish()?,
            actions: self.actions.finish()?,
            flags: self.flags.finish()?,
        })
    }
}

/// The column that is there only where it was asked for.
const NEXT_CHANGE: &str = "next_change_at";

use ViewField::{
    Agenda, Because, Classification as Levels, Completeness, Decisions, EventIds, Findings, Handling, Subjects,
};

static CASES: &[Column<Assessment, Assessment>] = &[
    Column::new("case_id", &[], Reads::Id(|a, _| Some(a.case_id))),
    Column::new("records", &[], Reads::Count(|a, _| a.receipt.records.map(whole))),
    Column::new("overall_recorded", &[Levels], Reads::Text(|a, _| overall(a).map(|o| word(o.recorded)))),
    Column::new("overall_working_level", &[Levels], Reads::Text(|a, _| overall(a).map(|o| word(o.working_level)))),
    Column::new(
        "decided_by",
        &[Levels],
        Reads::Texts(|a, _| overall(a).map(|o| words(&o.decided_by)).unwrap_or_default()),
    ),
    Column::new(
        "not_assessed",
        &[Levels],
        Reads::Texts(|a, _| overall(a).map(|o| words(&o.not_assessed)).unwrap_or_default()),
    ),
    Column::new("setting", &[Levels], Reads::Text(|a, _| overall(a).map(|o| word(o.setting)))),
    Column::new(
        "pending",
        &[],
        Reads::Count(|a, _| Some(whole(a.actions.iter().filter(|x| x.status.pending()).count()))),
    ),
    Column::new(
        "overdue",
        &[],
        Reads::Count(|a, _| Some(whole(a.actions.iter().filter(|x| x.status == Status::Overdue).count()))),
    ),
    Column::new("agenda", &[Agenda], Reads::Texts(|a, _| a.agenda.lines.iter().map(id).collect())),
    Column::new("agenda_more", &[Agenda], Reads::Count(|a, _| Some(whole(a.agenda.more)))),
    Column::new("unrecognised", &[Completeness], Reads::Count(|a, _| Some(whole(a.unrecognised.len())))),
    Column::new("withheld", &[Completeness, EventIds], Reads::Count(|a, _| Some(whole(a.withheld.len())))),
    Column::new(NEXT_CHANGE, &[], Reads::At(|a, _| a.next_change_at)),
];

static CLASSIFICATIONS: &[Column<Assessment, GroupLevel>] = &[
    Column::new("case_id", &[], Reads::Id(|a, _| Some(a.case_id))),
    Column::new("group", &[Levels], Reads::Text(|_, g| Some(word(g.group)))),
    Column::new("setting", &[Levels], Reads::Text(|_, g| Some(word(g.setting)))),
    Column::new("working_level", &[Levels], Reads::Text(|_, g| Some(word(g.working_level)))),
    Column::new("status", &[Levels], Reads::Text(|_, g| Some(word(g.status)))),
    Column::new("recorded", &[Levels], Reads::Text(|_, g| g.recorded.as_ref().map(|r| word(r.level)))),
    Column::new("recorded_on", &[Levels], Reads::Day(|_, g| g.recorded.as_ref().map(|r| r.on))),
    Column::new(
        "recorded_event_id",
        &[Levels, EventIds],
        Reads::Id(|_, g| g.recorded.as_ref().and_then(|r| r.event_id)),
    ),
    Column::new("indicated", &[Levels], Reads::Text(|_, g| g.indicated.as_ref().map(|i| word(i.level)))),
    // The row holds what is indicated and what is under review: its mark is the stricter of theirs.
    Column::new(
        "handling",
        &[Levels, Handling],
        Reads::Text(|_, g| g.handling.max(g.indicated.as_ref().and_then(|i| i.handling)).map(word)),
    ),
    Column::new(
        "caution",
        &[Levels, Handling],
        Reads::Text(|_, g| g.caution.or(g.indicated.as_ref().and_then(|i| i.caution)).map(word)),
    ),
    Column::new(
        "rules",
        &[Levels, Because],
        Reads::Texts(|_, g| g.indicated.as_ref().map(|i| rules(&i.because)).unwrap_or_default()),
    ),
    Column::new(
        "event_ids",
        &[Levels, Because, EventIds],
        Reads::Texts(|_, g| g.indicated.as_ref().map(|i| events(&i.because)).unwrap_or_default()),
    ),
];

static ACTIONS: &[Column<Assessment, Action>] = &[
    Column::new("case_id", &[], Reads::Id(|a, _| Some(a.case_id))),
    Column::new("action_id", &[], Reads::Id(|_, x| Some(x.id))),
    Column::new("action", &[], Reads::Text(|_, x| Some(word(x.action)))),
    Column::new("about", &[Subjects], Reads::Texts(|_, x| x.about.iter().map(|s| Cow::Borrowed(s.as_str())).collect())),
    Column::new("title", &[], Reads::Text(|_, x| Some(Cow::Borrowed(&x.title)))),
    Column::new("owner", &[], Reads::Text(|_, x| Some(word(x.owner)))),
    Column::new("priority", &[], Reads::Text(|_, x| Some(word(x.priority)))),
    Column::new("status", &[], Reads::Text(|_, x| Some(word(x.status)))),
    Column::new("opened", &[], Reads::Day(|_, x| Some(x.opened))),
    Column::new("due", &[], Reads::Day(|_, x| x.due)),
    Column::new("due_basis", &[], Reads::Text(|_, x| x.due_basis.map(word))),
    Column::new("due_unknown", &[], Reads::Text(|_, x| x.due_unknown.as_deref().map(Cow::Borrowed))),
    Column::new("closed", &[], Reads::Day(|_, x| x.closed)),
    Column::new("days_overdue", &[], Reads::Count(|_, x| x.days_overdue)),
    Column::new("waiting_on", &[], Reads::Text(|_, x| waiting(x).map(|w| Cow::Borrowed(w.party.as_str())))),
    Column::new("waiting_since", &[], Reads::Day(|_, x| waiting(x).map(|w| w.since))),
    Column::new("chased", &[], Reads::Count(|_, x| waiting(x).map(|w| whole(w.chased)))),
    Column::new("part_of", &[], Reads::Id(|_, x| x.part_of)),
    Column::new("missed", &[], Reads::Count(|_, x| x.missed.map(whole))),
    Column::new("last_done", &[], Reads::Day(|_, x| x.last_done)),
    Column::new("handling", &[Handling], Reads::Text(|_, x| x.handling.map(word))),
    Column::new("caution", &[Handling], Reads::Text(|_, x| x.caution.map(word))),
    Column::new(
        "findings",
        &[Findings],
        Reads::Texts(|_, x| x.findings.iter().map(|f| Cow::Borrowed(f.as_str())).collect()),
    ),
    Column::new("decided", &[Decisions], Reads::Text(|_, x| x.decided.as_ref().map(|d| word(d.decision)))),
    Column::new("decided_reason", &[Decisions], Reads::Text(|_, x| x.decided.as_ref().map(|d| word(d.reason)))),
    Column::new("decided_role", &[Decisions], Reads::Text(|_, x| x.decided.as_ref().map(|d| word(d.role)))),
    Column::new("decided_on", &[Decisions], Reads::Day(|_, x| x.decided.as_ref().map(|d| d.on))),
    Column::new("refused", &[Decisions], Reads::Count(|_, x| Some(whole(x.refused.len())))),
    Column::new("inherited", &[], Reads::Yes(|_, x| x.inherited)),
    Column::new("frozen_on", &[], Reads::Day(|_, x| x.frozen_on)),
    Column::new("handed_over", &[], Reads::Yes(|_, x| x.handed_over)),
    Column::new("basis_withdrawn", &[], Reads::Yes(|_, x| x.basis_withdrawn)),
    Column::new("history_from", &[], Reads::Day(|_, x| x.history_from)),
    Column::new("late_information", &[], Reads::Count(|_, x| x.late_by.as_ref().map(|l| l.information))),
    Column::new("late_act", &[], Reads::Count(|_, x| x.late_by.as_ref().map(|l| l.act))),
    Column::new("rules", &[Because], Reads::Texts(|_, x| rules(&x.because))),
    Column::new("event_ids", &[Because, EventIds], Reads::Texts(|_, x| events(&x.because))),
];

static FLAGS: &[Column<Assessment, Flag>] = &[
    Column::new("case_id", &[], Reads::Id(|a, _| Some(a.case_id))),
    Column::new("register", &[ViewField::Flags], Reads::Text(|_, f| Some(word(f.register)))),
    Column::new("should_be", &[ViewField::Flags], Reads::Text(|_, f| Some(word(f.should_be)))),
    Column::new("is", &[ViewField::Flags], Reads::Text(|_, f| Some(word(f.is)))),
    Column::new("level", &[ViewField::Flags], Reads::Text(|_, f| f.level.map(word))),
    Column::new("handling", &[ViewField::Flags, Handling], Reads::Text(|_, f| f.handling.map(word))),
    Column::new("caution", &[ViewField::Flags, Handling], Reads::Text(|_, f| f.caution.map(word))),
    Column::new("rules", &[ViewField::Flags, Because], Reads::Texts(|_, f| rules(&f.because))),
    Column::new("event_ids", &[ViewField::Flags, Because, EventIds], Reads::Texts(|_, f| events(&f.because))),
];

fn overall(answer: &Assessment) -> Option<&Overall> {
    answer.classification.as_ref().map(|Classification { overall, .. }| overall)
}

fn waiting(action: &Action) -> Option<&WaitingOn> {
    action.waiting_on.as_ref()
}

fn word<'r, T: Term>(term: T) -> Cow<'r, str> {
    Cow::Borrowed(term.name())
}

fn words<'r, T: Term>(terms: &[T]) -> Vec<Cow<'r, str>> {
    terms.iter().map(|term| word(*term)).collect()
}

fn id<'r>(id: &Uuid) -> Cow<'r, str> {
    Cow::Owned(id.to_string())
}

/// A number of things; there are never more than fit.
fn whole<N: TryInto<i64>>(n: N) -> i64 {
    n.try_into().unwrap_or(i64::MAX)
}

/// Each rule once, in the order of the reasons.
fn rules(because: &[BecauseLine]) -> Vec<Cow<'_, str>> {
    distinct(because.iter().map(|b| Cow::Borrowed(b.rule.as_str())))
}

/// Each event once, in the order of the reasons.
fn events(because: &[BecauseLine]) -> Vec<Cow<'_, str>> {
    distinct(because.iter().filter_map(|b| b.event_id.as_ref()).map(id))
}

fn distinct<'r>(texts: impl Iterator<Item = Cow<'r, str>>) -> Vec<Cow<'r, str>> {
    let mut found = Vec::new();
    for text in texts {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}
