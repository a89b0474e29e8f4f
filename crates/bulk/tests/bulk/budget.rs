//! A case that takes more work than its budget is a problem of its own: it is named, and the others get their answers.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use chrono::TimeDelta;
use risk_bulk::{BulkQuestion, Caseload, Measuring, Options, Problem, ProblemKind, Problems, Tables, problem_table};
use risk_core::assessment::{Question, assess_now, assess_until};
use risk_core::calendar::end_of_day;
use risk_core::cancel::{Budget, Cancel, OverBudget, Stopped};
use risk_core::event::vocabulary::Audience;
use risk_core::fold::run::Lens;
use risk_core::log::Log;
use risk_core::timeline::timeline_until;
use risk_generate::Caseload as Invented;
use risk_reports::briefing::{BriefingBuilder, BriefingQuestion};
use uuid::Uuid;

use crate::sample::{POLICY, asked, logs, options, parts, records, rows, rows_of};

/// How many units the answer to a case takes in a caseload.
fn units(log: &Log, asked: &BulkQuestion) -> u64 {
    let budget = Budget::new(u64::MAX);
    risk_core::assessment::assess_now_until(log, &POLICY, &asked.question, Cancel::NEVER.within(&budget)).unwrap();
    budget.spent()
}

/// A budget that all of these cases keep to but for one, with that one.
fn budget_but_for_one(logs: &[Log], asked: &BulkQuestion) -> (u64, Uuid) {
    let mut spent: Vec<(u64, Uuid)> = logs.iter().map(|log| (units(log, asked), log.case_id())).collect();
    spent.sort_unstable();
    let (largest, second) = (spent[spent.len() - 1], spent[spent.len() - 2]);
    assert!(second.0 < largest.0);
    (second.0, largest.1)
}

#[test]
fn a_case_over_budget_is_named_and_the_others_get_their_answers() {
    let logs = logs(12);
    let asked = asked(Audience::Manager);
    let (budget, over) = budget_but_for_one(&logs, &asked);
    let batch = records(&logs);
    let found =
        parts(std::slice::from_ref(&batch), &asked, &Options { case_budget: budget, ..options(Problems::Rows) })
            .unwrap();
    let problems: Vec<&Problem> = found.iter().flat_map(|part| &part.problems).collect();
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].sort, problems[0].case_id), (ProblemKind::Budget, Some(over)));
    let row = &rows_of(&problem_table(&found[0].problems).unwrap())[0];
    assert_eq!((row["code"].as_str(), row["case_id"].as_str()), (Some("RISK_OVER_BUDGET"), Some(&*over.to_string())));
    assert!(row["row"].is_number() && row["expected"].as_str().unwrap().contains(&budget.to_string()), "{row}");
    let whole = parts(std::slice::from_ref(&batch), &asked, &options(Problems::Rows)).unwrap();
    assert!(whole.iter().all(|part| part.problems.is_empty()));
    let tables: [fn(&Tables) -> &RecordBatch; 2] = [|t| &t.cases, |t| &t.actions];
    for table in tables {
        let mut expected = rows(&whole, table);
        expected.retain(|row| row["case_id"] != over.to_string());
        assert_eq!(rows(&found, table), expected);
    }
    let raised = parts(&[batch], &asked, &Options { case_budget: budget, ..options(Problems::Raise) });
    assert_eq!(raised.unwrap_err().sort, ProblemKind::Budget);
}

#[test]
fn a_case_that_is_over_budget_through_one_lens_is_counted_through_none() {
    let logs = logs(12);
    let asked = asked(Audience::Analyst);
    let (budget, over) = budget_but_for_one(&logs, &asked);
    // The first lens alone keeps to this one for every case; the two lenses together do not for the largest.
    let budget = budget.max(units(logs.iter().find(|log| log.case_id() == over).unwrap(), &asked));
    let measuring = Measuring::new(&asked, &[Lens::Hindsight], &[]).unwrap();
    let batch = records(&logs);
    let given = vec![Ok(batch.clone())].into_iter();
    let options = Options { case_budget: budget, ..options(Problems::Rows) };
    let caseload = Caseload::new(&batch.schema(), given, asked, measuring, &options).unwrap();
    let mut not_counted = 0;
    for part in caseload {
        let part = part.unwrap();
        let counted = part.taken.unwrap();
        let cases = |i: usize| counted[i].finish(None).actions.iter().filter_map(|m| m.cases).max().unwrap();
        not_counted += u64::try_from(part.problems.len()).unwrap();
        assert!(part.problems.iter().all(|p| p.sort == ProblemKind::Budget));
        assert_eq!((cases(0), cases(1)), (part.cases - not_counted, part.cases - not_counted));
    }
    assert!(not_counted > 0);
}

#[test]
fn a_budget_is_kept_to_the_unit_and_what_keeps_to_it_changes_nothing() {
    let log = &logs(1)[0];
    let question = Question::at(end_of_day(Invented::read_on()), Audience::Inspector);
    let needed = units(log, &BulkQuestion { question: question.clone(), ..asked(Audience::Inspector) });
    let answer = |units: u64| {
        let budget = Budget::new(units);
        risk_core::assessment::assess_now_until(log, &POLICY, &question, Cancel::NEVER.within(&budget))
    };
    assert_eq!(answer(needed), Ok(assess_now(log, &POLICY, &question).unwrap()));
    for units in [0, 1, needed / 2, needed - 1] {
        assert_eq!(answer(units), Err(Stopped::OverBudget(OverBudget { units })));
    }
}

#[test]
fn a_case_of_thousands_of_records_stays_far_below_the_budget() {
    let question = Question::at(end_of_day(Invented::read_on()), Audience::Inspector);
    let log = Invented { events: Some(2000), ..Invented::inspection(1, 1) }.log(0).unwrap();
    assert!(log.len() >= 2000);
    let (answer, story) = (Budget::new(u64::MAX), Budget::new(u64::MAX));
    assess_until(&log, &POLICY, &question, Cancel::NEVER.within(&answer)).unwrap();
    timeline_until(&log, &POLICY, &question, Cancel::NEVER.within(&story)).unwrap();
    let (answer, story) = (answer.spent(), story.spent());
    assert!(answer < Budget::OF_A_CASE / 1000 && story < Budget::OF_A_CASE / 100, "{answer} and {story} units");
    // The news of a long weekend, for which the case is folded anew at each moment.
    let since = question.at.checked_sub_signed(TimeDelta::days(3)).unwrap();
    let of_all = BriefingQuestion { at: question.at, since, audience: Audience::Inspector, feeds: None };
    let mut collecting = BriefingBuilder::new(&POLICY, of_all).unwrap().with_case_budget(Budget::OF_A_CASE / 10);
    collecting.add(&log, &BTreeMap::new());
    assert_eq!(collecting.finish().not_answered, []);
}
