//! An answer as a page for an officer in the morning: who is at risk, then what to do first.

use std::collections::BTreeSet;

use risk_core::assessment::Assessment;
use risk_core::assessment::answer::{Action, Classification, GroupLevel, GroupStatus};
use risk_core::event::Term;
use risk_core::event::vocabulary::{ActionKind, Audience, Handling, Level, Setting};
use risk_core::fold::run::Lens;
use risk_core::policy::Policy;
use risk_core::policy::model::Priority;
use risk_reports::change_summary::ASK_BEFORE_RELYING;
use uuid::Uuid;

use super::action::{ActionRenderer, caution};
use super::words::{self, beginning, capital, date, listed, moment, phrase};
use super::{Page, QUIET, STRONG, URGENT, styled};

/// How much of an answer to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The agenda only.
    Agenda,
    /// Also steps, other open actions, and closed actions.
    All,
}

/// The note on an answer for a moment before all records.
const ALL_LATER: &str =
    "ALL RECORDS OF THIS CASE ARE LATER than this moment, so none of them counts. Is this the date you meant?";

/// The column in which the text about a group begins.
const GROUP: usize = 12;

/// Renders the page.
#[must_use]
pub fn page(answer: &Assessment, policy: &Policy, detail: Detail) -> String {
    let mut page = Page::default();
    header(&mut page, answer);
    if let Some(classification) = &answer.classification {
        levels(&mut page, classification, &ActionRenderer::new(answer, policy));
    }
    Agenda { answer, renderer: ActionRenderer::new(answer, policy), detail }.print(&mut page);
    ActionRenderer::new(answer, policy).flags(&mut page);
    notes(&mut page, answer);
    receipt(&mut page, answer);
    page.finish()
}

fn header(page: &mut Page, answer: &Assessment) {
    page.paragraph("", "", &styled(STRONG, &format!("Case {}", answer.case_id)));
    page.paragraph("", "", &capital(&moment(answer.at)));
    if answer.receipt.all_records_later {
        page.paragraph("", "", &styled(URGENT, ALL_LATER));
    }
    if let Some(died) = &answer.died {
        let mark = died.handling.filter(|mark| *mark > Handling::Staff);
        let mark = mark.map(|mark| format!(" ({})", words::of(mark))).unwrap_or_default();
        page.paragraph("", "", &format!("{}{mark}", styled(STRONG, &words::died(died.on))));
    }
    if answer.lens == Lens::Hindsight {
        page.paragraph("", "", "HINDSIGHT: everything known now, placed when it happened. For learning: it does not show what was known then.");
    }
    if answer.known_at != answer.at {
        page.paragraph("", "", &format!("With what was recorded by {}", moment(answer.known_at)));
    }
    if answer.audience != Audience::ResponsibleOfficer {
        page.paragraph("", "", &format!("For: {}", words::of(answer.audience)));
    }
}

fn levels(page: &mut Page, classification: &Classification, renderer: &ActionRenderer<'_>) {
    let overall = &classification.overall;
    page.heading(&format!("RISK OF SERIOUS HARM, IN {}", overall.setting.name().to_uppercase()));
    let stated = classification.groups.iter().any(|g| g.recorded.is_some());
    let before_relying = classification.before_relying;
    let none = words::none_recorded(before_relying);
    let recorded = if stated { format!("recorded {}", words::of(overall.recorded)) } else { none.clone() };
    let until = if overall.working_level > overall.recorded { " until a person decides" } else { "" };
    let overall_line = format!("{recorded}; work to {}{until}", working(overall.working_level));
    page.labelled(2, "Overall", GROUP, &overall_line);
    for group in &classification.groups {
        group_line(page, group, overall.setting, &none, renderer);
    }
    if !overall.not_assessed.is_empty() {
        let groups: Vec<String> = overall.not_assessed.iter().map(|g| words::of(*g)).collect();
        let unknown = if before_relying.is_some() { "No level is shown for" } else { "No level is recorded for" };
        page.indented(2, &format!("{unknown} {}. Unknown is not low.", listed(&groups)));
    }
    if let Some(before_relying) = before_relying {
        page.indented(2, words::before_relying(before_relying));
    }
}

fn working(level: Level) -> String {
    let name = words::of(level).to_uppercase();
    let style = if level >= Level::High { URGENT } else { STRONG };
    styled(style, &name)
}

fn group_line(page: &mut Page, g: &GroupLevel, setting: Setting, none: &str, renderer: &ActionRenderer<'_>) {
    // Groups without a recorded or an indicated level are listed together.
    if g.recorded.is_none() && g.indicated.is_none() {
        return;
    }
    let recorded = match &g.recorded {
        Some(r) => format!("recorded {} on {}", words::of(r.level), date(r.on)),
        None => none.to_owned(),
    };
    let work = if g.indicated.is_some() { format!("; work to {}", working(g.working_level)) } else { String::new() };
    let status = match g.status {
        GroupStatus::NotAssessed => "not assessed",
        GroupStatus::Settled => "settled",
        GroupStatus::UnderReview => "under review",
        GroupStatus::Stale => "assessment out of date",
        GroupStatus::AskResponsibleOfficer => ASK_BEFORE_RELYING,
    };
    let elsewhere = if g.setting == setting { String::new() } else { format!(" (in {})", g.setting) };
    let name = capital(&words::of(g.group));
    page.labelled(2, &name, GROUP, &format!("{recorded}{work}; {status}{elsewhere}"));
    let by = GROUP.saturating_add(3);
    if let Some(handling) = g.handling.filter(|_| g.caution.is_some()) {
        page.indented(by, &caution(handling));
    }
    let Some(indicated) = &g.indicated else { return };
    let why = renderer.why(indicated.because.iter()).map(|w| format!(": {w}")).unwrap_or_default();
    page.indented(by, &format!("{} is indicated{why}", capital(&words::of(indicated.level))));
    if let Some(handling) = indicated.handling.filter(|_| indicated.caution.is_some() && g.caution.is_none()) {
        page.indented(by, &caution(handling));
    }
}

/// The actions of an answer, in reading order.
struct Agenda<'a> {
    answer: &'a Assessment,
    renderer: ActionRenderer<'a>,
    detail: Detail,
}

impl<'a> Agenda<'a> {
    fn print(&self, page: &mut Page) {
        page.heading("AGENDA");
        let listed: Vec<Vec<&Action>> = self.lines();
        if listed.is_empty() && self.elsewhere(&listed).is_empty() {
            let safety = if self.answer.classification.is_some() { " No news is not a sign of safety." } else { "" };
            page.indented(2, &format!("Nothing is open in these records.{safety}"));
        }
        for (actions, number) in listed.iter().zip(1_u32..) {
            self.line(page, &format!("{number}."), actions);
        }
        let more = self.answer.agenda.more;
        if more > 0 && self.detail == Detail::Agenda {
            page.gap();
            page.indented(2, &format!("and {more} more (--all)"));
        }
        // If the reader has no agenda, all open actions are shown instead.
        if self.detail == Detail::All || self.answer.agenda.lines.is_empty() {
            let rest = self.elsewhere(&listed);
            if !rest.is_empty() && !listed.is_empty() {
                page.heading("ALSO OPEN");
            }
            for actions in &rest {
                self.line(page, "-", actions);
            }
        }
        if self.detail == Detail::All {
            self.closed(page);
        }
    }

    /// The lines of the agenda: the named action, and those of its kind that share the line.
    fn lines(&self) -> Vec<Vec<&'a Action>> {
        let named = self.answer.agenda.lines.iter().filter_map(|id| self.answer.actions.iter().find(|a| a.id == *id));
        named.map(|first| self.of_kind(first.action)).collect()
    }

    /// Pending actions of a kind that are not steps of another action.
    fn of_kind(&self, kind: ActionKind) -> Vec<&'a Action> {
        let own = |a: &&Action| a.action == kind && a.status.pending() && a.part_of.is_none();
        let mut actions: Vec<&Action> = self.answer.actions.iter().filter(own).collect();
        actions.sort_by_key(|a| (a.priority, a.due.is_none(), a.due));
        actions
    }

    /// Pending actions that are neither steps nor on the agenda.
    fn elsewhere(&self, listed: &[Vec<&'a Action>]) -> Vec<Vec<&'a Action>> {
        let mut seen: BTreeSet<ActionKind> = listed.iter().flatten().map(|a| a.action).collect();
        let open = self.answer.actions.iter().filter(|a| a.status.pending() && a.part_of.is_none());
        let mut rest: Vec<Vec<&Action>> =
            open.filter(|a| seen.insert(a.action)).map(|a| self.of_kind(a.action)).collect();
        rest.sort_by_key(|actions| actions.first().map(|a| (a.priority, a.due.is_none(), a.due)));
        rest
    }

    fn line(&self, page: &mut Page, label: &str, actions: &[&'a Action]) {
        let Some(first) = actions.first() else { return };
        page.gap();
        let style = if first.priority == Priority::ProtectNow { URGENT } else { STRONG };
        let priority = styled(style, words::priority(first.priority));
        let title = styled(STRONG, &first.title);
        page.paragraph(&format!("{label:>3} "), "    ", &format!("{priority}: {title}"));
        self.renderer.body(page, 4, actions);
        self.steps(page, 4, actions, &mut BTreeSet::new());
    }

    /// Writes the steps of a line: by name, or in full with `--all`, with their own steps below them.
    fn steps(&self, page: &mut Page, by: usize, of: &[&'a Action], seen: &mut BTreeSet<Uuid>) {
        let steps = self.by_kind(of, seen);
        if self.detail == Detail::Agenda {
            let cautioned = of.iter().any(|a| a.caution.is_some());
            let steps = self.with_theirs(steps, seen);
            let names: Vec<String> = steps.iter().map(|same| step_name(same, cautioned)).collect();
            if !names.is_empty() {
                page.labelled(by, "Steps:", 6, &format!("{}.", listed(&names)));
            }
            return;
        }
        let deeper = by.saturating_add(2);
        for same in steps {
            let Some(first) = same.first() else { continue };
            let now = same.iter().any(|a| a.priority == Priority::ProtectNow);
            let urgent = styled(URGENT, words::priority(Priority::ProtectNow));
            let title = if now { format!("{urgent}: {}", first.title) } else { first.title.clone() };
            page.paragraph(&format!("{}* ", " ".repeat(by)), &" ".repeat(deeper), &title);
            self.renderer.body(page, deeper, &same);
            self.steps(page, deeper, &same, seen);
        }
    }

    /// The pending steps of these actions, one entry for each kind. Each step occurs once, whatever the policy says.
    fn by_kind(&self, of: &[&'a Action], seen: &mut BTreeSet<Uuid>) -> Vec<Vec<&'a Action>> {
        let parents: BTreeSet<Uuid> = of.iter().map(|a| a.id).collect();
        let belongs = |a: &&Action| a.status.pending() && a.part_of.is_some_and(|p| parents.contains(&p));
        let mut kinds: Vec<Vec<&Action>> = Vec::new();
        for step in self.answer.actions.iter().filter(belongs).filter(|a| seen.insert(a.id)) {
            match kinds.iter_mut().find(|same| same.iter().any(|a| a.action == step.action)) {
                Some(same) => same.push(step),
                None => kinds.push(vec![step]),
            }
        }
        kinds
    }

    /// These steps, each followed by its own steps.
    fn with_theirs(&self, steps: Vec<Vec<&'a Action>>, seen: &mut BTreeSet<Uuid>) -> Vec<Vec<&'a Action>> {
        let mut all = Vec::new();
        for same in steps {
            let theirs = self.by_kind(&same, seen);
            all.push(same);
            all.extend(self.with_theirs(theirs, seen));
        }
        all
    }

    fn closed(&self, page: &mut Page) {
        let mut closed: Vec<&Action> = self.answer.actions.iter().filter(|a| !a.status.pending()).collect();
        closed.sort_by_key(|a| std::cmp::Reverse(a.closed));
        if !closed.is_empty() {
            page.heading("CLOSED");
        }
        for action in closed {
            self.renderer.closed(page, action);
        }
    }
}

/// The name of a step, with anything urgent that its line does not already say.
fn step_name(same: &[&Action], line_cautioned: bool) -> String {
    let name = same.first().map(|a| words::of(a.action)).unwrap_or_default();
    let now = same.iter().any(|a| a.priority == Priority::ProtectNow);
    let overdue = same.iter().filter_map(|a| a.days_overdue).max();
    let cautioned = !line_cautioned && same.iter().any(|a| a.caution.is_some());
    let marks = [
        now.then(|| words::priority(Priority::ProtectNow).to_owned()),
        overdue.map(|days| format!("OVERDUE by {}", words::count(days, "day", "days"))),
        cautioned.then(|| "do not raise with the person".to_owned()),
    ];
    let marks: Vec<String> = marks.into_iter().flatten().collect();
    if marks.is_empty() { name } else { format!("{name} ({})", styled(URGENT, &marks.join(", "))) }
}

/// Writes the notes on the completeness of the answer.
fn notes(page: &mut Page, answer: &Assessment) {
    let mut notes = Vec::new();
    if answer.receipt.policy.beyond_review {
        let reviewed = date(answer.receipt.policy.reviewed_through);
        notes.push(format!("The policy was reviewed only through {reviewed}: later rules may be missing."));
    }
    if !answer.blind_to.is_empty() {
        notes.push(format!("These cannot fire because a feed is missing: {}.", answer.blind_to.join(", ")));
    }
    for record in &answer.unrecognised {
        notes.push(format!("Read this record yourself: a newer version ({}) wrote it: {}.", record.v, record.event_id));
    }
    if !answer.withheld.is_empty() {
        let ids: Vec<String> = answer.withheld.iter().map(Uuid::to_string).collect();
        notes.push(format!("Removed by law, so their content is missing here: {}.", ids.join(", ")));
    }
    if let Some(next) = answer.next_change_at {
        notes.push(format!("With nothing new, this answer changes next on {}.", beginning(next)));
    }
    if notes.is_empty() {
        return;
    }
    page.heading("NOTES");
    for note in notes {
        page.paragraph("  - ", "    ", &note);
    }
}

fn receipt(page: &mut Page, answer: &Assessment) {
    let r = &answer.receipt;
    let short = |hash: &str| hash.chars().take(12).collect::<String>();
    let locality = r.locality.as_ref().map(|l| format!(", {}", phrase(l))).unwrap_or_default();
    let records = r.records.map(|n| format!(", {}", words::count(n, "record", "records"))).unwrap_or_default();
    let head = r.head.as_deref().map(|h| format!(" to {}", short(h))).unwrap_or_default();
    let policy = format!("{} {} ({})", r.policy.id, r.policy.version, short(&r.policy.digest));
    page.gap();
    page.paragraph("", "", &styled(QUIET, &format!("risk {}, {policy}{locality}{records}{head}", r.engine)));
}
