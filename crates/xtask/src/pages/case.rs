//! The page of an example case: what was recorded, what the engine answered at each step, and what the inspectors
//! wrote.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use risk_core::assessment::answer::{Action, Assessment, Status};
use risk_core::assessment::{Change, Question, assess};
use risk_core::calendar::{london_day, parse_moment};
use risk_core::event::vocabulary::Audience;
use risk_core::event::{Instant, Kind, Term, phrase};
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_core::policy::model::Derived;
use risk_core::timeline::{Step, Timeline, timeline};
use risk_reports::change_summary::{Perspective, SummaryLine, date, priority, summarise};
use serde::Deserialize;

use super::{read, record};
use crate::step::Failure;

const CASES: &str = "examples/cases";

/// The hand-written part of each page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inspectors {
    case: Vec<Case>,
}

/// What the inspectors wrote about one case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The name of its log.
    name: String,
    /// The page's title.
    title: String,
    /// The place in the report.
    place: String,
    /// The moment at which the story ends.
    until: String,
    /// Good, mixed or poor practice, according to the report.
    practice: String,
    /// The report's account in our words, with short quotes.
    said: String,
}

/// Renders a page for each case.
pub fn pages(root: &Path, policy: &Policy) -> Result<Vec<(PathBuf, String)>, Failure> {
    let path = root.join(CASES).join("inspectors.toml");
    let unusable = |problem: String| Failure::Unusable { path: path.clone(), problem };
    let known: Inspectors = toml::from_str(&read(&path)?).map_err(|e| unusable(e.to_string()))?;
    let mut pages = Vec::new();
    for log in super::listed(&root.join(CASES), "jsonl")? {
        let name = log.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let case = known.case.iter().find(|c| c.name == name);
        let case =
            case.ok_or_else(|| unusable(format!("expected what the inspectors said of `{name}`, found nothing")))?;
        let until = parse_moment(&case.until).map_err(|e| unusable(format!("`{name}`: until: {e}")))?;
        let story = Log::parse(&log.display().to_string(), &read(&log)?);
        let story = story.map_err(|e| Failure::Unusable { path: log.clone(), problem: e.to_string() })?;
        pages.push((root.join(format!("docs/cases/{name}.md")), page(case, &story, policy, until)?));
    }
    Ok(pages)
}

fn page(case: &Case, log: &Log, policy: &Policy, until: Instant) -> Result<String, Failure> {
    let question = Question::at(until, Audience::ResponsibleOfficer);
    let refused =
        |e: risk_core::view::NoView| Failure::Unusable { path: PathBuf::from(&case.name), problem: e.to_string() };
    let story = timeline(log, policy, &question).map_err(refused)?;
    let answer = assess(log, policy, &question).map_err(refused)?;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "# {}\n\nThis page is generated (`cargo xtask docs`) from [the log](../../{CASES}/{}.jsonl), the policy \
         `{}` and [what the inspectors said](../../{CASES}/inspectors.toml). The person and the dates are invented. Each \
         line of what the engine said ends with the rules behind it; [the policy](../policies/england-wales.md) gives \
         their sources.\n",
        case.title, case.name, policy.id
    );
    let _ = writeln!(
        text,
        "## What the inspectors said\n\n{} practice, in {}. {}",
        case.practice,
        case.place,
        case.said.trim()
    );
    text += "\n## The story, and what the engine said at each step\n";
    write_story(&mut text, log, &story);
    write_state(&mut text, &answer, until);
    Ok(text)
}

/// The end of a line that only says that the case was transferred.
const INHERITED: &str = ": inherited from an earlier holder.";

fn write_story(text: &mut String, log: &Log, story: &Timeline) {
    let started =
        log.records().iter().filter(|r| r.kind() == Some(Kind::SupervisionStarted)).map(|r| r.recorded_at).min();
    let mut under = String::new();
    for step in &story.steps {
        // Records before supervision are background: the engine applies them at the start, and requires nothing
        // before.
        let background = started.is_some_and(|start| step.at < start);
        let lines = if background { vec![] } else { summarise(&changes(step, started), Perspective::Successive) };
        // If time alone changed only what the reader does not see, the step is omitted.
        if step.records.is_empty() && lines.is_empty() {
            continue;
        }
        let day = london_day(step.at).format("%A %-d %B %Y");
        let heading = if background { format!("Before supervision: {day}") } else { day.to_string() };
        if under != heading {
            let _ = writeln!(text, "\n### {heading}\n");
            under = heading;
        }
        let _ = writeln!(text, "- {}", head(log, step));
        let (inherited, lines): (Vec<SummaryLine>, Vec<SummaryLine>) =
            lines.into_iter().partition(|l| l.text.ends_with(INHERITED));
        for line in lines {
            let _ = writeln!(text, "  - {}", sentence(&line));
        }
        if !inherited.is_empty() {
            let _ = writeln!(
                text,
                "  - What else is pending ({}) comes from an earlier holder of the case.",
                inherited.len()
            );
        }
    }
}

/// The changes of a step that are shown. At the start nothing can fall away, because nothing was required before.
/// That a duty was done is shown by the line that closes it, if there is one.
fn changes(step: &Step, started: Option<Instant>) -> Vec<Change> {
    let closes = |kind| step.changes.iter().any(|c| matches!(c, Change::Closed { action } if action.action == kind));
    let lines = step.changes.iter().filter(|change| match change {
        Change::Gone { .. } => started != Some(step.at),
        Change::Moved { after, .. } => after.status.pending() || !closes(after.action),
        _ => true,
    });
    lines.cloned().collect()
}

fn head(log: &Log, step: &Step) -> String {
    if step.records.is_empty() {
        let brought: Vec<&str> = step.by_time.iter().map(|k| by_time(*k)).collect();
        return if brought.is_empty() {
            "*Time alone*".to_owned()
        } else {
            format!("*Time alone: {}*", brought.join(", "))
        };
    }
    let records: Vec<String> = step.records.iter().map(|r| record::line(log, r)).collect();
    records.join("; ")
}

fn by_time(kind: Derived) -> &'static str {
    match kind {
        Derived::ProtectiveOrderExpired => "a protective order expired",
        Derived::SupervisionEndReached => "the end of supervision came",
        Derived::DutyDue => "a round fell due",
        Derived::ActionOverdue => "something became overdue",
        Derived::AssessmentStale => "an assessment went out of date",
    }
}

fn sentence(line: &SummaryLine) -> String {
    let careful = if line.do_not_raise.is_some() { " **Do not raise with the person.**" } else { "" };
    let rules: Vec<String> = line.rules.iter().map(|r| format!("`{r}`")).collect();
    let rules = if rules.is_empty() { String::new() } else { format!(" [{}]", rules.join(", ")) };
    format!("{}{careful}{rules}", line.text)
}

/// Writes the state of the case at the end: levels, then the agenda.
fn write_state(text: &mut String, answer: &Assessment, until: Instant) {
    let _ = writeln!(text, "\n## The case on {}\n", london_day(until).format("%-d %B %Y"));
    for g in answer.classification.iter().flat_map(|c| &c.groups) {
        let recorded = g.recorded.as_ref().map(|r| format!("recorded {}", phrase(r.level.name())));
        let indicated = g.indicated.as_ref().map(|i| format!("{} indicated", phrase(i.level.name())));
        let parts: Vec<String> = [recorded, indicated].into_iter().flatten().collect();
        if !parts.is_empty() {
            let (group, status) = (phrase(g.group.name()), phrase(g.status.name()));
            let level = phrase(g.working_level.name());
            let _ = writeln!(text, "- Risk to {group}: {}; work to **{level}**; {status}.", parts.join(", "));
        }
    }
    text.push('\n');
    let (shown, further) = agenda(answer);
    for (line, number) in shown.iter().zip(1_u32..) {
        let careful = if line.caution.is_some() { " **Do not raise with the person.**" } else { "" };
        let _ = writeln!(text, "{number}. {}: {}, {}.{careful}", line.title, priority(line.priority), due(line));
        let steps: Vec<String> = pending(answer).filter(|a| a.part_of == Some(line.id)).map(step).collect();
        if !steps.is_empty() {
            let _ = writeln!(text, "   - Steps: {}.", steps.join("; "));
        }
    }
    if shown.is_empty() {
        text.push_str("Nothing is left to do. No news is not a sign of safety.\n");
    }
    if !further.is_empty() {
        let further: Vec<String> = further.iter().map(|a| step(a)).collect();
        let _ = writeln!(text, "\nBelow these eight: {}.", further.join("; "));
    }
}

/// Writes the lines of the agenda and their steps.
fn agenda(answer: &Assessment) -> (Vec<&Action>, Vec<&Action>) {
    let lines = &answer.agenda.lines;
    let shown: Vec<&Action> = lines.iter().filter_map(|id| pending(answer).find(|a| a.id == *id)).collect();
    let mut further: Vec<&Action> = Vec::new();
    for action in pending(answer).filter(|a| a.part_of.is_none()) {
        // One line covers all subjects of its action.
        if !shown.iter().chain(&further).any(|a| a.action == action.action) {
            further.push(action);
        }
    }
    (shown, further)
}

fn pending(answer: &Assessment) -> impl Iterator<Item = &Action> {
    answer.actions.iter().filter(|a| a.status.pending())
}

fn due(action: &Action) -> String {
    match (action.status, action.due) {
        (Status::Overdue, Some(due)) => format!("overdue, as it was due {}", date(due)),
        (_, Some(due)) => format!("due {}", date(due)),
        (_, None) => format!("open since {}, no limit in any source", date(action.opened)),
    }
}

/// A line within a line.
fn step(action: &Action) -> String {
    match action.status {
        Status::Overdue => format!("{} (overdue)", action.title),
        _ => action.title.clone(),
    }
}
