//! A caseload from batches: read, cut, folded by several threads, and given out in the order of the input.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema};
use risk_core::cancel::{Budget, Cancel, Cancelled, EndedEarly};
use risk_core::view::View;

use crate::case::{BulkQuestion, CaseAnswer, Row, answer};
use crate::columns::Layout;
use crate::cut::{Cutter, Unit};
use crate::problem::{Problem, ProblemKind};

/// What becomes of the answers: tables, counts, or anything else that is made case by case.
///
/// Each thread takes whole cases into a `PartSink` of its own, one for each part of the input; the parts come out in the order
/// of the input, whichever thread made them.
pub trait Sink: Send + Sync + 'static {
    /// What takes the cases of one part.
    type PartSink: PartSink<Part = Self::Part>;
    /// What a part comes to.
    type Part: Send + 'static;
    /// For a new part.
    fn begin(&self) -> Self::PartSink;
}

/// See [`Sink`].
pub trait PartSink {
    /// What it comes to.
    type Part;
    /// One more case that has its answer.
    ///
    /// # Errors
    /// [`EndedEarly`] where more work was needed for it than it may take: then nothing of the case was taken.
    fn take(&mut self, case: &CaseAnswer<'_>) -> Result<(), EndedEarly>;
    /// All cases of the part are taken.
    fn finish(self) -> Self::Part;
}

/// What is done about a case with a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problems {
    /// The first, in the order of the input, ends the work.
    Raise,
    /// It is reported, and the case has no answer; the others go on.
    Rows,
}

/// How the work is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// Names of further columns of text, to be carried along.
    pub keep: Vec<String>,
    /// What is done about problems.
    pub problems: Problems,
    /// How many threads fold; none: as many as the machine has.
    pub workers: Option<usize>,
    /// How many units of work a case may take, all that is made of it together; [`Budget::OF_A_CASE`] by default.
    pub case_budget: u64,
}

impl Options {
    /// Without further columns, on every processor, and with the default budget of a case.
    #[must_use]
    pub fn new(problems: Problems) -> Self {
        Self { keep: Vec::new(), problems, workers: None, case_budget: Budget::OF_A_CASE }
    }
}

/// A part of the caseload.
#[derive(Debug)]
pub struct Part<P> {
    /// What was made of the answers.
    pub taken: P,
    /// What is wrong with the cases that have none, in the order of the input.
    pub problems: Vec<Problem>,
    /// How many cases it has, with and without an answer.
    pub cases: u64,
    /// How many records.
    pub events: u64,
}

/// How long to wait for a part before asking again whether to go on.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(50);

/// A part, or what ended the work.
pub type Outcome<P> = Result<Part<P>, Problem>;
type Job<P> = (Unit, SyncSender<Outcome<P>>);

/// The parts of a caseload, made as they are asked for. Dropping it ends the work.
pub struct Caseload<B, T: Sink> {
    batches: B,
    layout: Layout,
    cutter: Cutter,
    /// The input has ended, or failed.
    ended: bool,
    /// What failed, behind the parts that were cut before.
    failed: Option<Problem>,
    jobs: Option<Sender<Job<T::Part>>>,
    /// The units that are being worked on, oldest first.
    awaited: VecDeque<Receiver<Outcome<T::Part>>>,
    workers: Vec<JoinHandle<()>>,
    stopped: Arc<AtomicBool>,
}

impl<B, T> Caseload<B, T>
where
    B: Iterator<Item = Result<RecordBatch, ArrowError>>,
    T: Sink,
{
    /// A caseload of batches of that schema, sorted by case.
    ///
    /// # Errors
    /// [`Problem`] for columns that cannot be those of records, and for an audience to which the policy grants no answer.
    pub fn new(schema: &Schema, batches: B, asked: BulkQuestion, taker: T, options: &Options) -> Result<Self, Problem> {
        let layout = Layout::of(schema, &options.keep)?;
        View::of(&asked.policy, asked.question.audience)
            .map_err(|e| Problem::whole(ProblemKind::View, "an audience that the policy names", e))?;
        let (jobs, queue) = channel::<Job<T::Part>>();
        let queue = Arc::new(Mutex::new(queue));
        let stopped = Arc::new(AtomicBool::new(false));
        let shared = Arc::new(Shared {
            asked,
            taker,
            problems: options.problems,
            case_budget: options.case_budget,
            stopped: Arc::clone(&stopped),
        });
        let number = options.workers.or_else(|| std::thread::available_parallelism().ok().map(usize::from));
        let worker = |i: usize| {
            let (queue, shared) = (Arc::clone(&queue), Arc::clone(&shared));
            let name = format!("risk-bulk-{i}");
            std::thread::Builder::new().name(name).spawn(move || shared.serve(&queue))
        };
        let workers: Result<_, std::io::Error> = (0..number.unwrap_or(1).max(1)).map(worker).collect();
        let workers = workers.map_err(|e| Problem::whole(ProblemKind::Source, "a thread to work with", e))?;
        Ok(Self {
            batches,
            layout,
            cutter: Cutter::default(),
            ended: false,
            failed: None,
            jobs: Some(jobs),
            awaited: VecDeque::new(),
            workers,
            stopped,
        })
    }

    /// Reads on until every thread has something to do and something waiting.
    fn fill(&mut self, cancel: Cancel<'_>) {
        let enough = self.workers.len().saturating_mul(2);
        while !self.ended && self.awaited.len() < enough && !cancel.requested() {
            match self.batches.next() {
                Some(Ok(batch)) => match self.layout.read(&batch, self.cutter.rows()) {
                    Ok(columns) => {
                        let units = self.cutter.take(columns);
                        units.into_iter().for_each(|unit| self.hand_out(unit));
                    }
                    Err(e) => self.fail(e),
                },
                Some(Err(e)) => self.fail(Problem::whole(ProblemKind::Source, "record batches", e)),
                None => self.end(),
            }
        }
    }

    fn fail(&mut self, problem: Problem) {
        self.failed = Some(problem);
        self.ended = true;
        self.jobs = None;
    }

    fn end(&mut self) {
        if let Some(unit) = self.cutter.end() {
            self.hand_out(unit);
        }
        self.ended = true;
        self.jobs = None;
    }

    fn hand_out(&mut self, unit: Unit) {
        let (answer, awaited) = sync_channel(1);
        if self.jobs.as_ref().is_some_and(|jobs| jobs.send((unit, answer)).is_ok()) {
            self.awaited.push_back(awaited);
        }
    }
}

impl<B, T: Sink> Iterator for Caseload<B, T>
where
    B: Iterator<Item = Result<RecordBatch, ArrowError>>,
{
    type Item = Outcome<T::Part>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_until(Cancel::NEVER).ok().flatten()
    }
}

impl<B, T: Sink> Caseload<B, T>
where
    B: Iterator<Item = Result<RecordBatch, ArrowError>>,
{
    /// The next part, none after the last; unless the caller ends the work early, which ends it for good.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn next_until(&mut self, cancel: Cancel<'_>) -> Result<Option<Outcome<T::Part>>, Cancelled> {
        self.fill(cancel);
        let Some(awaited) = self.awaited.pop_front() else { return Ok(self.failed.take().map(Err)) };
        let outcome = loop {
            if cancel.requested() {
                self.stop();
                return Err(Cancelled);
            }
            match awaited.recv_timeout(BETWEEN_QUESTIONS) {
                Ok(outcome) => break outcome,
                Err(RecvTimeoutError::Timeout) => {}
                // A thread that is gone without an answer broke off in the middle of one.
                Err(RecvTimeoutError::Disconnected) => break Err(Problem::defect()),
            }
        };
        if outcome.is_err() {
            self.stop();
        }
        Ok(Some(outcome))
    }
}

impl<B, T: Sink> Caseload<B, T> {
    /// No more is read, and no case begun.
    fn stop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.ended = true;
        self.failed = None;
        self.jobs = None;
        self.awaited.clear();
    }
}

impl<B, T: Sink> Drop for Caseload<B, T> {
    fn drop(&mut self) {
        self.stop();
        for worker in self.workers.drain(..) {
            // A thread that broke off has said so where its answer was awaited.
            let _ended = worker.join();
        }
    }
}

/// What the threads share.
struct Shared<T> {
    asked: BulkQuestion,
    taker: T,
    problems: Problems,
    case_budget: u64,
    stopped: Arc<AtomicBool>,
}

impl<T: Sink> Shared<T> {
    /// Works until there is no more.
    fn serve(&self, queue: &Mutex<Receiver<Job<T::Part>>>) {
        loop {
            let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((unit, answer)) = job else { return };
            // Where nobody waits any more there is nobody to tell.
            let _told = answer.send(self.work(&unit));
        }
    }

    fn work(&self, unit: &Unit) -> Outcome<T::Part> {
        let stopped = || self.stopped.load(Ordering::Relaxed);
        let mut rows = unit.rows();
        let mut taking = self.taker.begin();
        let mut part = Part { taken: (), problems: Vec::new(), cases: 0, events: 0 };
        for run in &unit.runs {
            if stopped() {
                break;
            }
            let of_case: Vec<Row<'_>> = rows.by_ref().take(run.rows).collect();
            let budget = Budget::new(self.case_budget);
            let cancel = Cancel::when(&stopped).within(&budget);
            match answer(*run, &of_case, &self.asked, cancel) {
                Ok(case) => {
                    let taken =
                        taking.take(&CaseAnswer { answer: &case.answer, log: &case.log, kept: &case.kept, cancel });
                    if let Err(EndedEarly::OverBudget(e)) = taken {
                        let first = of_case.first().map(|(.., place)| *place);
                        part.problems.push(Problem::over_budget(first, run.case_id, e));
                    }
                    // Where it was cancelled the part is no longer awaited.
                }
                Err(found) => part.problems.extend(found),
            }
            if self.problems == Problems::Raise && !part.problems.is_empty() {
                return Err(part.problems.swap_remove(0));
            }
            part.cases = part.cases.saturating_add(1);
            part.events =
                part.events.saturating_add(u64::try_from(run.rows.saturating_add(run.beyond)).unwrap_or(u64::MAX));
        }
        let Part { problems, cases, events, .. } = part;
        Ok(Part { taken: taking.finish(), problems, cases, events })
    }
}
