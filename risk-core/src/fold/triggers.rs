//! The events that close, suspend, refuse or perform an action.

use super::fold_event::{FoldEvent, Subject};
use super::levels::Levels;
use super::read::FactEvaluator;
use crate::event::Event;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Role};
use crate::policy::model::{ActionDef, Policy, Trigger};

pub(super) fn triggered(
    reader: &FactEvaluator<'_, '_>,
    triggers: &[Trigger],
    h: &FoldEvent<'_>,
    subject: &Subject,
    now: Instant,
) -> bool {
    triggers.iter().any(|t| {
        h.kind().is_some_and(|k| t.on.contains(&k))
            && t.when.holds(|f| reader.read_of(f, h, subject, now), |p| reader.parameter_on(p, now)).is_some()
    })
}

/// Only a manager countersigns, and never their own assessment.
pub(super) fn may_close(levels: &Levels, h: &FoldEvent<'_>, subject: &Subject) -> bool {
    match (subject, h.event.as_deref()) {
        (Subject::Statement { assessment, .. }, Some(Event::ManagementOversightRecorded(e))) => {
            e.role == Some(Role::Manager) && !levels.assessor_is(*assessment, e.by.as_str())
        }
        _ => true,
    }
}

/// An action that waits on another party stays open through its rounds: a reminder moves its date.
pub(super) fn waits_through(policy: &Policy, action: ActionKind) -> bool {
    policy.action(action).is_some_and(|d| !d.chased_by.is_empty())
}

/// What counts as performing a duty's action: a reminder if it waits on another party, otherwise whatever closes it.
pub(super) fn performing(def: &ActionDef) -> &[Trigger] {
    if def.chased_by.is_empty() { &def.closed_by } else { &def.chased_by }
}
