//! Measures instead of answers: each case is counted, through one lens or more, and forgotten.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use risk_core::assessment::{Question, assess_now_until};
use risk_core::cancel::{EndedEarly, Stopped};
use risk_core::event::Term;
use risk_core::fold::run::Lens;
use risk_core::policy::Policy;
use risk_core::view::NoView;
use risk_reports::measures::{ActionMeasure, Measures, MeasuresBuilder, RuleMeasure, disputed_rules};

use crate::case::{BulkQuestion, CaseAnswer};
use crate::problem::Problem;
use crate::stream::{PartSink, Sink};
use crate::table::{Column, Reads, Table, schema_of};

/// Counts cases by the columns that are kept. The question is the first lens; the others are asked besides.
#[derive(Debug, Clone)]
pub struct Measuring {
    policy: Arc<Policy>,
    questions: Vec<Question>,
}

impl Measuring {
    /// For that question, and through further lenses, by further columns.
    ///
    /// # Errors
    /// [`Problem`] if a column has the name of one of the measures' own, or is named twice.
    pub fn new(asked: &BulkQuestion, further: &[Lens], by: &[String]) -> Result<Self, Problem> {
        let own = || ACTIONS.iter().map(|c| c.name).chain(RULES.iter().map(|c| c.name));
        for (i, name) in by.iter().enumerate() {
            if own().any(|one| one == name) {
                return Err(Problem::column(name, "a column that has no name of a measure's own", "one that has"));
            }
            if by.iter().take(i).any(|one| one == name) {
                return Err(Problem::column(name, "each column once", "it twice"));
            }
        }
        let through = |lens: &Lens| Question { lens: *lens, ..asked.question.clone() };
        let questions = std::iter::once(asked.question.clone()).chain(further.iter().map(through)).collect();
        Ok(Self { policy: Arc::clone(&asked.policy), questions })
    }

    /// The lenses, in order.
    pub fn lenses(&self) -> impl Iterator<Item = Lens> + '_ {
        self.questions.iter().map(|question| question.lens)
    }
}

impl Sink for Measuring {
    type PartSink = Counts;
    type Part = Result<Vec<MeasuresBuilder>, NoView>;

    fn begin(&self) -> Counts {
        Counts { measuring: self.clone(), counted: Ok(vec![MeasuresBuilder::default(); self.questions.len()]) }
    }
}

/// The counts of a part of a caseload.
pub struct Counts {
    measuring: Measuring,
    counted: Result<Vec<MeasuresBuilder>, NoView>,
}

impl PartSink for Counts {
    type Part = Result<Vec<MeasuresBuilder>, NoView>;

    fn take(&mut self, case: &CaseAnswer<'_>) -> Result<(), EndedEarly> {
        let Ok(counted) = &mut self.counted else { return Ok(()) };
        let policy = &self.measuring.policy;
        let through = |(i, question): (usize, &Question)| {
            let answer = match i {
                0 => Cow::Borrowed(case.answer),
                _ => Cow::Owned(assess_now_until(case.log, policy, question, case.cancel)?),
            };
            Ok((answer, disputed_rules(case.log, policy, question)?))
        };
        // A case is counted through all lenses or through none.
        let answers = self.measuring.questions.iter().enumerate().map(through).collect::<Result<Vec<_>, Stopped>>();
        match answers {
            Ok(answers) => {
                for (counting, (answer, disputed)) in counted.iter_mut().zip(&answers) {
                    counting.add(case.kept, answer, disputed);
                }
            }
            Err(Stopped::NoView(e)) => self.counted = Err(e),
            Err(Stopped::Cancelled(e)) => return Err(e.into()),
            Err(Stopped::OverBudget(e)) => return Err(e.into()),
        }
        Ok(())
    }

    fn finish(self) -> Self::Part {
        self.counted
    }
}

const ACTIONS: &[Column<ActionMeasure, Lens>] = &[
    Column::new("lens", &[], Reads::Text(|_, lens| Some(lens.name().into()))),
    Column::new("action", &[], Reads::Text(|m, _| Some(m.action.name().into()))),
    Column::new("cases", &[], Reads::Count(|m, _| number(m.cases))),
    Column::new("cases_required", &[], Reads::Count(|m, _| number(m.cases_required))),
    Column::new("required", &[], Reads::Count(|m, _| number(m.required))),
    Column::new("done_in_time", &[], Reads::Count(|m, _| number(m.done_in_time))),
    Column::new("done_late", &[], Reads::Count(|m, _| number(m.done_late))),
    Column::new("outstanding", &[], Reads::Count(|m, _| number(m.overdue?.checked_add(m.not_yet_due?)))),
    Column::new("overdue", &[], Reads::Count(|m, _| number(m.overdue))),
    Column::new("not_yet_due", &[], Reads::Count(|m, _| number(m.not_yet_due))),
    Column::new("not_needed", &[], Reads::Count(|m, _| number(m.not_needed))),
    Column::new("superseded", &[], Reads::Count(|m, _| number(m.superseded))),
    Column::new("median_days", &[], Reads::Count(|m, _| m.median_days)),
];

const RULES: &[Column<RuleMeasure, Lens>] = &[
    Column::new("lens", &[], Reads::Text(|_, lens| Some(lens.name().into()))),
    Column::new("rule", &[], Reads::Text(|m, _| Some(m.rule.as_str().into()))),
    Column::new("cases", &[], Reads::Count(|m, _| number(m.cases))),
    Column::new("required", &[], Reads::Count(|m, _| number(m.required))),
    Column::new("decided_against", &[], Reads::Count(|m, _| number(m.decided_against))),
    Column::new("event_disputed", &[], Reads::Count(|m, _| number(m.event_disputed))),
    Column::new("rule_disputed", &[], Reads::Count(|m, _| number(m.rule_disputed))),
];

fn number(count: Option<u64>) -> Option<i64> {
    count.map(|n| i64::try_from(n).unwrap_or(i64::MAX))
}

/// The measures through each lens as two tables, by action and by rule; the columns that cases are grouped by come last.
///
/// # Errors
/// Where the columns do not make a table: a defect of this library.
pub fn measure_tables(counted: &[(Lens, Measures)], by: &[String]) -> Result<(RecordBatch, RecordBatch), ArrowError> {
    let mut actions = Table::new(ACTIONS, &schema_of(ACTIONS.iter(), by));
    let mut rules = Table::new(RULES, &schema_of(RULES.iter(), by));
    for (lens, measures) in counted {
        measures.actions.iter().for_each(|measure| actions.row(measure, lens, &measure.group));
        measures.rules.iter().for_each(|measure| rules.row(measure, lens, &measure.group));
    }
    Ok((actions.finish()?, rules.finish()?))
}
