//! The lines of a briefing: pending actions that are not steps of another one, with their steps.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::document::{BriefingLine, Item};
use risk_core::assessment::answer::{Action, Assessment};
use risk_core::event::vocabulary::ActionKind;
use risk_core::policy::model::Priority;

/// The actions of one line: pending actions of one kind, for one or more subjects, and all their pending steps.
pub(super) struct LineActions<'a> {
    own: Vec<&'a Action>,
    steps: Vec<&'a Action>,
}

/// The lines of an answer, the most urgent first. Every pending action belongs to exactly one.
pub(super) fn works(answer: &Assessment) -> Vec<LineActions<'_>> {
    let pending: BTreeMap<Uuid, &Action> =
        answer.actions.iter().filter(|a| a.status.pending()).map(|a| (a.id, a)).collect();
    let mut kinds: BTreeMap<ActionKind, LineActions<'_>> = BTreeMap::new();
    for action in answer.actions.iter().filter(|a| a.status.pending()) {
        let whole = whole(action, &pending);
        let work = kinds.entry(whole.action).or_insert(LineActions { own: vec![], steps: vec![] });
        if whole.id == action.id { work.own.push(action) } else { work.steps.push(action) }
    }
    let mut works: Vec<LineActions<'_>> = kinds.into_values().collect();
    for work in &mut works {
        work.own.sort_by_key(|a| urgency(a));
        work.steps.sort_by_key(|a| urgency(a));
    }
    works.sort_by_key(LineActions::urgency);
    works
}

/// The action whose line an action belongs to: itself, or the outermost action of which it is a step.
fn whole<'a>(action: &'a Action, pending: &BTreeMap<Uuid, &'a Action>) -> &'a Action {
    let mut seen = BTreeSet::new();
    let mut whole = action;
    while let Some(of) = whole.part_of.and_then(|of| pending.get(&of)).filter(|of| seen.insert(of.id)) {
        whole = of;
    }
    whole
}

/// For each key that a pending action has, the lines with the actions of that key.
pub(super) fn by<K: Ord>(
    works: &[LineActions<'_>],
    case_id: Uuid,
    key: impl Fn(&Action) -> Option<K>,
) -> Vec<(K, BriefingLine)> {
    let mut lines = Vec::new();
    for work in works {
        let keys: BTreeSet<K> = work.own.iter().chain(&work.steps).filter_map(|a| key(a)).collect();
        for k in keys {
            lines.extend(work.line(case_id, |a| key(a).as_ref() == Some(&k)).map(|line| (k, line)));
        }
    }
    lines
}

impl<'a> LineActions<'a> {
    /// Whether the action is the line itself and not a step of it.
    pub(super) fn has(&self, id: Uuid) -> bool {
        self.own.iter().any(|a| a.id == id)
    }

    /// Whether an action of the line is not frozen, that is, was not just left open when supervision ended.
    pub(super) fn is_live(&self) -> bool {
        self.own.iter().chain(&self.steps).any(|a| a.frozen_on.is_none())
    }

    pub(super) fn urgency(&self) -> (Priority, bool, Option<NaiveDate>) {
        self.own.first().map_or((Priority::Planned, true, None), |a| urgency(a))
    }

    /// The line with the selected actions; `None` if there are none.
    pub(super) fn line(&self, case_id: Uuid, selected: impl Fn(&Action) -> bool) -> Option<BriefingLine> {
        let head = self.own.first()?;
        let all = || self.own.iter().chain(&self.steps).copied();
        let mut items: Vec<Item> = Vec::new();
        for action in all().filter(|a| selected(a)) {
            let item = Item::of(action, !self.has(action.id));
            match items.iter_mut().find(|known| known.joins(&item)) {
                Some(known) => known.join(item),
                None => items.push(item),
            }
        }
        let shown = || self.own.iter().copied().chain(self.steps.iter().copied().filter(|a| selected(a)));
        Some(BriefingLine {
            case_id,
            id: head.id,
            action: head.action,
            title: head.title.clone(),
            priority: items.iter().map(|i| i.priority).min()?.min(head.priority),
            handling: shown().filter_map(|a| a.handling).max(),
            caution: shown().find_map(|a| a.caution),
            items,
            steps: self.steps.len(),
        })
    }
}

fn urgency(action: &Action) -> (Priority, bool, Option<NaiveDate>) {
    (action.priority, action.due.is_none(), action.due)
}
