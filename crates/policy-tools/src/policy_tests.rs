//! Policy tests: given these events, on this day, this follows. They are data in the policy's folder, and run
//! identically in the tests, on the command line and in every binding.

mod reasons;

use std::collections::BTreeSet;
use std::fmt::Display;

use uuid::Uuid;

use risk_core::assessment::answer::{Assessment, FlagState};
use risk_core::assessment::{Question, assess_seen};
use risk_core::event::vocabulary::{ActionKind, Audience, Handling, Level, SourceAgency, Term};
use risk_core::event::{DataError, Event};
use risk_core::fold::run::Lens;
use risk_core::log::{AppendError, Log, Record, RecordError, RecordSource, SCHEMA_VERSION};
use risk_core::policy::Policy;
use risk_core::policy::model::{EventSelector, GivenEvent, Place, PolicyTest};
use risk_core::view::View;

/// The result of one test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// The test's name, which says what it shows.
    pub name: String,
    /// The test's position in its file.
    pub place: Place,
    /// The expectations that failed, one sentence each; empty if the test passed.
    pub failures: Vec<String>,
    /// The rules and duties that fired.
    pub fired: BTreeSet<String>,
    /// The actions that were required at any time.
    pub actions: BTreeSet<ActionKind>,
}

/// Why a test could not be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum SetupError {
    #[error("event e{number}: {source}")]
    Data { number: usize, source: DataError },
    #[error("event e{number}: {source}")]
    Record { number: usize, source: RecordError },
    #[error("the events do not form a log: {0}")]
    Log(#[from] AppendError),
    #[error(transparent)]
    Audience(#[from] risk_core::view::NoView),
}

/// Runs every test of the policy, in the policy's order.
pub fn run(policy: &Policy) -> impl Iterator<Item = TestResult> + '_ {
    policy.tests.iter().map(move |test| run_one(policy, test))
}

/// Runs one test on a policy, which need not be the policy that contains it.
pub(crate) fn run_one(policy: &Policy, test: &PolicyTest) -> TestResult {
    let resolved;
    let policy = if test.locality == policy.locality {
        policy
    } else {
        resolved = Policy { locality: test.locality.clone(), ..policy.clone() };
        &resolved
    };
    let mut result = TestResult {
        name: test.name.clone(),
        place: test.place.clone(),
        failures: vec![],
        fired: BTreeSet::new(),
        actions: BTreeSet::new(),
    };
    match check(policy, test, &mut result) {
        Ok(()) => {}
        Err(error) => result.failures.push(error.to_string()),
    }
    result
}

/// The log and the question of a test; `None` if its events do not form a log.
#[must_use]
pub fn log_and_question(test: &PolicyTest) -> Option<(Log, Question)> {
    Some((log(test).ok()?, question(test)))
}

/// The question of a test. Without an audience it asks for everything, as an inspector.
fn question(test: &PolicyTest) -> Question {
    Question {
        at: test.at,
        known_at: test.known_at,
        lens: if test.hindsight { Lens::Hindsight } else { Lens::AsKnown },
        audience: test.audience.unwrap_or(Audience::Inspector),
        feeds: None,
    }
}

fn check(policy: &Policy, test: &PolicyTest, result: &mut TestResult) -> Result<(), SetupError> {
    let log = log(test)?;
    let question = question(test);
    let view = View::of(policy, question.audience)?;
    let seen = question.seen(&view, log.records());
    let span = question.span(&seen.all());
    let (assessment, folded) = assess_seen(&log, &seen, &view, &question, span);
    result.fired = folded.state.fired.iter().map(|r| r.id(policy).to_owned()).collect();
    result.actions = folded.state.ledger.actions().into_iter().collect();
    compare(test, &assessment, result);
    result.failures.extend(reasons::compare(test, &folded.state));
    Ok(())
}

/// The log of a test: its events as records of one case, of which the first is e1.
fn log(test: &PolicyTest) -> Result<Log, SetupError> {
    let case = Uuid::from_u128(u128::MAX >> 8);
    let mut records = Vec::new();
    for (index, given) in test.given.iter().enumerate() {
        let number = index.saturating_add(1);
        let id = Uuid::from_u128(u128::try_from(number).unwrap_or(0));
        let Some(kind) = given.kind else {
            let record = unrecognised(id, case, given).map_err(|source| SetupError::Record { number, source })?;
            records.push(record);
            continue;
        };
        let event = Event::decode(kind, &given.data).map_err(|source| SetupError::Data { number, source })?;
        let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
        let record = Record::new(id, case, given.occurred_at, given.recorded_at, source, event);
        records.push(match given.handling {
            Some(mark) => record.with_handling(mark),
            None => record,
        });
    }
    let mut log = Log::new(case);
    log.append_all(records, None)?;
    Ok(log)
}

/// A record of a newer schema, with a kind that this version does not know.
fn unrecognised(id: Uuid, case: Uuid, given: &GivenEvent) -> Result<Record, RecordError> {
    let line = serde_json::json!({
        "event_id": id, "case_id": case, "occurred_at": given.occurred_at, "recorded_at": given.recorded_at,
        "source": { "agency": SourceAgency::Probation.name() }, "v": SCHEMA_VERSION.saturating_add(1),
        "handling": given.handling.unwrap_or(Handling::Restricted).name(), "kind": EventSelector::Unrecognised.name(), "data": {},
    });
    Record::parse(&line.to_string())
}

fn compare(test: &PolicyTest, found: &Assessment, result: &mut TestResult) {
    let then = &test.then;
    let fired = result.fired.clone();
    let mut expect = |holds: bool, text: String| {
        if !holds {
            result.failures.push(text);
        }
    };
    for rule in &then.fires {
        expect(fired.contains(rule), format!("expected `{rule}` to fire; fired: {}", list(fired.iter())));
    }
    for rule in &then.not_fires {
        expect(!fired.contains(rule), format!("expected `{rule}` not to fire, but it fired"));
    }
    let of = |action| found.actions.iter().filter(move |a| a.action == action);
    for action in &then.pending {
        let statuses = list(of(*action).map(|a| a.status));
        expect(of(*action).any(|a| a.status.pending()), format!("expected {action} to be pending, found {statuses}"));
    }
    for action in &then.not_pending {
        let statuses = list(of(*action).map(|a| a.status));
        expect(
            !of(*action).any(|a| a.status.pending()),
            format!("expected {action} not to be pending, found {statuses}"),
        );
    }
    for (action, status) in &then.status {
        let statuses = list(of(*action).map(|a| a.status));
        expect(
            of(*action).any(|a| a.status.name() == status),
            format!("expected {action} to be {status}, found {statuses}"),
        );
    }
    for (action, day) in &then.due {
        let days = list(of(*action).map(|a| a.due.map_or_else(|| "no due date".to_owned(), |d| d.to_string())));
        expect(of(*action).any(|a| a.due == Some(*day)), format!("expected {action} to be due on {day}, found {days}"));
    }
    let groups = || found.classification.iter().flat_map(|c| &c.groups);
    for (group, level) in &then.indicated {
        let indicated =
            groups().filter(|g| g.group == *group).filter_map(|g| g.indicated.as_ref().map(|i| i.level)).max();
        let text = indicated.map_or("nothing", Term::name);
        let holds = text == level.name() || (text == "nothing" && level.name() == "unknown");
        expect(holds, format!("expected {level} to be indicated for {group}, found {text}"));
    }
    for (group, level) in &then.recorded {
        let recorded =
            groups().filter(|g| g.group == *group).filter_map(|g| g.recorded.as_ref().map(|r| r.level)).max();
        let recorded = recorded.unwrap_or(Level::Unknown);
        expect(recorded == *level, format!("expected {level} to be recorded for {group}, found {recorded}"));
    }
    for (group, status) in &then.groups {
        let statuses = list(groups().filter(|g| g.group == *group).map(|g| g.status));
        let holds = groups().any(|g| g.group == *group && g.status.name() == status);
        expect(holds, format!("expected {group} to be {status}, found {statuses}"));
    }
    for register in &then.flags {
        let set = found.flags.iter().any(|f| f.register == *register && f.should_be == FlagState::Set);
        expect(set, format!("expected that the flag {register} should be set"));
    }
}

fn list<T: Display>(items: impl Iterator<Item = T>) -> String {
    let words: Vec<String> = items.map(|i| i.to_string()).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
