//! Measures over whole caseloads.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use risk_binding::Fault;
use risk_binding::status::RISK_BAD_WORD;
use risk_bulk::{BulkQuestion, Measuring, Options, measure_tables, problem_table};
use risk_core::event::Term;
use risk_core::event::field::{describe_text, one_of};
use risk_core::fold::run::Lens;
use risk_reports::measures::MeasuresBuilder;

use crate::arrow::{Batches, reader};
use crate::bulk::{Held, defect, guarded, problems_named, units};
use crate::fault::{Raise, raised};
use crate::interrupt::interruptible;
use crate::policy::Policy;
use crate::question::Words;

/// A caseload being counted, part by part.
#[pyclass(frozen, module = "risk_of_harm._risk")]
pub(crate) struct Measures {
    lenses: Vec<Lens>,
    by: Vec<String>,
    counted: Mutex<Vec<MeasuresBuilder>>,
    caseload: Held<Measuring>,
}

#[pymethods]
impl Measures {
    #[new]
    #[pyo3(signature = (events, policy, words, further, by, problems, workers, case_budget))]
    #[allow(clippy::too_many_arguments, reason = "the one caller names them all")]
    fn new(
        py: Python<'_>,
        events: &Bound<'_, PyAny>,
        policy: &Policy,
        words: Words,
        further: Vec<String>,
        by: Vec<String>,
        problems: &str,
        workers: Option<usize>,
        case_budget: Option<u64>,
    ) -> PyResult<Self> {
        let problems = problems_named(problems)?;
        let asked =
            BulkQuestion { policy: Arc::clone(&policy.policy), question: words.question()?, next_change: false };
        let further = further.iter().map(|word| lens(word)).collect::<PyResult<Vec<Lens>>>()?;
        let events = reader(events)?;
        let made = py.detach(|| {
            guarded(|| {
                let schema = events.schema();
                let measuring = Measuring::new(&asked, &further, &by)?;
                let lenses = measuring.lenses().collect();
                let options =
                    Options { keep: by.clone(), workers, case_budget: units(case_budget), ..Options::new(problems) };
                Ok((lenses, risk_bulk::Caseload::new(&schema, events, asked, measuring, &options)?))
            })
        });
        let (lenses, caseload): (Vec<Lens>, _) = made.raise()?;
        let counted = Mutex::new(vec![MeasuresBuilder::default(); lenses.len()]);
        Ok(Self { lenses, by, counted, caseload: Held::new(caseload) })
    }

    /// How many cases and events another part has, and what is wrong with some of them.
    fn next(&self, py: Python<'_>) -> PyResult<Option<(u64, u64, Batches)>> {
        interruptible(py, |cancel| {
            let Some(part) = self.caseload.next(cancel)? else { return Ok::<_, Fault>(None) };
            let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            counted.iter_mut().zip(part.taken?).for_each(|(all, of_part)| all.merge(of_part));
            let problems = problem_table(&part.problems).map_err(defect)?;
            Ok(Some((part.cases, part.events, Batches::of(problems))))
        })
    }

    /// What was counted: by action, and by rule.
    #[pyo3(signature = (suppress_below))]
    fn told(&self, py: Python<'_>, suppress_below: Option<u64>) -> PyResult<(Batches, Batches)> {
        py.detach(|| {
            let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            let told: Vec<_> = self
                .lenses
                .iter()
                .copied()
                .zip(counted.iter().map(|counting| counting.finish(suppress_below)))
                .collect();
            let (actions, rules) = measure_tables(&told, &self.by).map_err(defect)?;
            Ok::<_, Fault>((Batches::of(actions), Batches::of(rules)))
        })
        .raise()
    }

    /// Ends the work.
    fn close(&self, py: Python<'_>) {
        self.caseload.close(py);
    }
}

fn lens(word: &str) -> PyResult<Lens> {
    let unlike = || Fault::mismatch(RISK_BAD_WORD, "lenses", one_of(Lens::names(), word), describe_text(word));
    Lens::parse(word).ok_or_else(|| raised(&unlike()))
}
