//! An explanation as a tree: the outcome, below it each event with the rule that made it count, and below that the
//! source.

use risk_core::assessment::Question;
use risk_core::assessment::answer::{Action, BeforeRelying, GroupLevel, GroupStatus};
use risk_core::event::vocabulary::ActionKind;
use risk_core::explain::{
    AnswerLine, EventLine, Explanation, FactLine, LimitLine, Outcome, ReasonLine, RuleEvaluation, RuleLine, SourceLine,
    Target, WhyNot,
};
use risk_core::policy::Policy;
use risk_core::policy::model::Unit;
use risk_core::view::View;
use risk_reports::change_summary::ASK_BEFORE_RELYING;

use super::action::caution;
use super::words::{self, capital, count, date, listed, moment, phrase};
use super::{Page, STRONG, styled};

/// The width of the column of labels.
const LABEL: usize = 9;

/// Renders an explanation.
#[must_use]
pub fn page(found: &Explanation, question: &Question, target: Target, policy: &Policy) -> String {
    let mut page = Page::default();
    page.paragraph("", "", &styled(STRONG, &format!("Case {}", found.case_id)));
    page.paragraph("", "", &capital(&moment(question.at)));
    let limited = View::of(policy, found.audience).is_ok_and(|view| view.is_limited());
    for o in &found.outcomes {
        outcome(&mut page, o, limited);
    }
    if found.outcomes.is_empty() {
        page.gap();
        nothing(&mut page, target, policy);
    }
    page.finish()
}

/// Writes that the answer has no such outcome, and which rules could lead to it.
fn nothing(page: &mut Page, target: Target, policy: &Policy) {
    let Target::Action(action) = target else {
        return page.paragraph("", "", "The answer has no such outcome.");
    };
    let name = words::of(action);
    page.paragraph("", "", &format!("The action {name} was never required in this case."));
    let rules = asking(policy, action);
    if !rules.is_empty() {
        page.paragraph(
            "",
            "",
            &format!("These rules can require it; --why-not says why one did not fire: {}.", listed(&rules)),
        );
    }
}

fn asking(policy: &Policy, action: ActionKind) -> Vec<String> {
    let rules = policy.rules.iter().filter(|r| r.require.iter().any(|q| q.action == action)).map(|r| &r.id);
    let mut ids: Vec<String> =
        rules.chain(policy.duties.iter().filter(|d| d.action == action).map(|d| &d.id)).cloned().collect();
    ids.sort();
    ids.dedup();
    ids
}

fn outcome(page: &mut Page, o: &Outcome, limited: bool) {
    if let Some(action) = &o.action {
        action_head(page, action);
    }
    if let Some(group) = &o.group {
        group_head(page, group);
    }
    if o.group.is_some() && limited {
        page.indented(2, words::before_relying(BeforeRelying::AskResponsibleOfficer));
    }
    if o.reasons.is_empty() {
        page.indented(2, if limited { "No reason is shown." } else { "No event indicates more than was recorded." });
    }
    for r in &o.reasons {
        reason(page, r);
    }
}

fn action_head(page: &mut Page, action: &Action) {
    page.heading(&format!("{}: {}", words::of(action.status).to_uppercase(), action.title));
    let about = if action.about.is_empty() {
        String::new()
    } else {
        format!(", about {}", listed(&words::subjects(&action.about)))
    };
    let due = match (action.due, action.due_basis) {
        (Some(due), Some(basis)) => format!(", due {} (limit: {})", date(due), words::basis(basis)),
        (Some(due), None) => format!(", due {}", date(due)),
        (None, _) => ", no due date".to_owned(),
    };
    let closed = action.closed.map(|d| format!(", closed {}", date(d))).unwrap_or_default();
    page.indented(2, &format!("{}{about}, opened {}{due}{closed}", action.action, date(action.opened)));
    if let Some(handling) = action.handling.filter(|_| action.caution.is_some()) {
        page.indented(2, &caution(handling));
    }
}

fn group_head(page: &mut Page, g: &GroupLevel) {
    let level = words::of(g.working_level).to_uppercase();
    page.heading(&format!("{level}: risk of serious harm to {}, in {}", words::of(g.group), g.setting));
    let recorded = g.recorded.as_ref();
    let recorded = recorded.map(|r| format!("recorded {} on {}", words::of(r.level), date(r.on)));
    let indicated = g.indicated.as_ref().map(|i| format!("indicated {}", words::of(i.level)));
    let status = match g.status {
        GroupStatus::AskResponsibleOfficer => ASK_BEFORE_RELYING.to_owned(),
        status => words::of(status),
    };
    let parts: Vec<String> = [recorded, indicated, Some(status)].into_iter().flatten().collect();
    page.indented(2, &parts.join(", "));
    if let Some(i) = &g.indicated
        && let Some(handling) = i.handling.filter(|_| i.caution.is_some())
    {
        page.indented(2, &caution(handling));
    }
}

fn reason(page: &mut Page, r: &ReasonLine) {
    page.gap();
    page.paragraph("  <- ", "     ", &because(r));
    rule(page, 5, &r.rule);
    for fact in &r.facts {
        page.labelled(5, "found", LABEL, &value(fact));
    }
    if let Some(l) = &r.limit {
        limit(page, l);
    }
    if let Some(a) = &r.answered {
        page.labelled(5, "answered", LABEL, &answer(a));
    }
}

/// The event, or the timer event that followed from it.
fn because(r: &ReasonLine) -> String {
    match &r.timer {
        Some(timer) => {
            let kind = styled(STRONG, &capital(&phrase(timer.kind)));
            format!("{kind} on {}, after: {}", date(timer.on), event(&r.event))
        }
        None => event(&r.event),
    }
}

fn event(e: &EventLine) -> String {
    let id = e.event_id.map(|id| format!(" {id}")).unwrap_or_default();
    let mark = e.handling.map(|h| format!(", {}", words::of(h))).unwrap_or_default();
    let when = if e.occurred_on == e.recorded_on {
        format!("on {}", date(e.occurred_on))
    } else {
        format!("on {}, recorded {}", date(e.occurred_on), date(e.recorded_on))
    };
    format!("{} {when}{mark}{id}", styled(STRONG, &capital(&phrase(&e.kind))))
}

fn rule(page: &mut Page, by: usize, r: &RuleLine) {
    page.labelled(by, "rule", LABEL, &format!("{} ({}, {})", r.title, r.id, words::basis(r.basis)));
    let to = r.to.map(|d| format!(" to {}", date(d))).unwrap_or_default();
    page.labelled(by, "in force", LABEL, &format!("from {}{to}", date(r.from)));
    if !r.condition.is_empty() {
        page.labelled(by, "where", LABEL, &r.condition);
    }
    sources(page, by, &r.sources);
}

fn sources(page: &mut Page, by: usize, sources: &[SourceLine]) {
    for s in sources {
        page.labelled(by, "source", LABEL, &format!("{}, {}", s.document, s.at));
        if let Some(quote) = &s.quote {
            page.labelled(by, "", LABEL, &format!("\"{quote}\""));
        }
    }
}

fn value(f: &FactLine) -> String {
    let wanted = f.wanted.as_ref().map(|w| format!(", where {w} was asked for")).unwrap_or_default();
    format!("{} = {}{wanted} ({})", f.fact, f.value, f.meaning)
}

fn limit(page: &mut Page, l: &LimitLine) {
    let due = match (l.due, &l.unknown) {
        (Some(due), _) => date(due),
        (None, Some(unknown)) => format!("unknown: {unknown}"),
        (None, None) => "none".to_owned(),
    };
    let basis = l.basis.map(|b| format!(" ({})", words::basis(b))).unwrap_or_default();
    let length = match (l.value, l.unit, &l.title) {
        (Some(value), Some(unit), Some(title)) => format!(": {} - {title}", length(value, unit)),
        _ => ": on the day".to_owned(),
    };
    page.labelled(5, "limit", LABEL, &format!("{due}{length}{basis}"));
    sources(page, 5, &l.sources);
}

fn length(value: u32, unit: Unit) -> String {
    let (one, many) = match unit {
        Unit::Days => ("day", "days"),
        Unit::BusinessDays => ("business day", "business days"),
        Unit::Months => ("month", "months"),
        Unit::Count => ("time", "times"),
    };
    count(value, one, many)
}

fn answer(a: &AnswerLine) -> String {
    let named = if a.named { ", naming this event" } else { "" };
    let by = a.event_id.map(|id| format!(", by {id}")).unwrap_or_default();
    format!("{} on {}{by}{named}", phrase(a.how), date(a.on))
}

/// Renders why a rule did not fire.
#[must_use]
pub fn why_not(found: &WhyNot) -> String {
    let mut page = Page::default();
    let verdict = if found.fired { "FIRED" } else { "DID NOT FIRE" };
    page.heading(&format!("{verdict}: {}", found.rule.title));
    rule(&mut page, 2, &found.rule);
    if !found.listens_to.is_empty() {
        let kinds: Vec<String> = found.listens_to.iter().map(|k| phrase(k)).collect();
        page.labelled(2, "on", LABEL, &kinds.join(", "));
    }
    page.gap();
    if found.trials.is_empty() {
        page.indented(2, "No event that it responds to was recorded by then.");
    }
    for t in &found.trials {
        rule_evaluation(&mut page, t);
    }
    page.finish()
}

fn rule_evaluation(page: &mut Page, t: &RuleEvaluation) {
    let verdict = match (t.fired, t.in_force) {
        (true, _) => "fired",
        (false, true) => "did not fire",
        (false, false) => "was not in force",
    };
    let id = t.event_id.map(|id| format!(" {id}")).unwrap_or_default();
    page.paragraph("  - ", "    ", &format!("{} on {}: {verdict}{id}", phrase(&t.kind), date(t.on)));
    for fact in &t.failed {
        page.labelled(4, "found", LABEL, &value(fact));
    }
}
