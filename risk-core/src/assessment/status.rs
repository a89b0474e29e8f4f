//! The status of an action on a day. It is computed for the day of the question and never stored.

use chrono::NaiveDate;

use super::answer::{Refused, Status, WaitingOn};
use crate::calendar;
use crate::event::Field;
use crate::event::catalogue::Instant;
use crate::event::field::FieldValue;
use crate::fold::fold_event::FoldEvent;
use crate::fold::ledger::{How, Instance};
use crate::fold::state::State;
use crate::policy::model::{ActionDef, Policy, WaitsOn};

/// The value of the policy's parameter `due_soon` on a day: how many days before its due date an action is due soon.
#[must_use]
pub fn due_soon(policy: &Policy, at: Instant) -> Option<u32> {
    policy.value(policy.index.due_soon?, calendar::london_day(at)).and_then(|v| v.value)
}

/// The status on a day.
#[must_use]
pub fn status(
    state: &State<'_, '_>,
    i: &Instance,
    def: &ActionDef,
    waiting: bool,
    on: NaiveDate,
    soon: Option<u32>,
) -> Status {
    if !i.pending() {
        return closed_status(state, i, def);
    }
    let due = i.deadline().day().filter(|day| !state.absence_unknown(i.action, *day));
    let starts_soon = |day: NaiveDate| {
        soon.and_then(|n| day.checked_sub_days(chrono::Days::new(u64::from(n)))).is_some_and(|s| s <= on)
    };
    match due {
        Some(day) if on > day && !state.asked_in_time(i, def, day, Instant::MAX_UTC) => Status::Overdue,
        _ if waiting => Status::Waiting,
        Some(day) if starts_soon(day) => Status::DueSoon,
        _ => Status::Open,
    }
}

fn closed_status(state: &State<'_, '_>, i: &Instance, def: &ActionDef) -> Status {
    let answers = || i.reasons.iter().filter_map(|r| r.answer.as_ref().map(|a| (r, a)));
    if answers().any(|(_, a)| matches!(a.how, How::Done | How::DoneElsewhere)) {
        let late = answers().any(|(r, a)| {
            let after = |due| calendar::london_day(a.done) > due && !state.asked_in_time(i, def, due, a.done);
            a.how == How::Done && r.deadline.day().is_some_and(after)
        });
        if late { Status::DoneLate } else { Status::Done }
    } else if answers().any(|(_, a)| a.how == How::NotNeeded) {
        Status::NotNeeded
    } else {
        Status::Superseded
    }
}

/// The day on which it was closed.
#[must_use]
pub fn closed(i: &Instance) -> Option<NaiveDate> {
    if i.pending() {
        return None;
    }
    i.reasons.iter().filter_map(|r| r.answer.as_ref()).map(|a| calendar::london_day(a.at)).max()
}

/// The party that a pending action waits for: the last one asked, unless it has refused since.
#[must_use]
pub fn waiting_on(state: &State<'_, '_>, i: &Instance, def: &ActionDef) -> Option<WaitingOn> {
    let (trigger, asked) = state.asked(i, def)?;
    let with = def.waiting.iter().find(|(t, _)| t == trigger).map(|(_, with)| with)?;
    let named = if let WaitsOn::Field(field) = with { term_of(asked, *field) } else { None };
    let party = named.unwrap_or_else(|| with.to_string());
    let chases: Vec<NaiveDate> = state
        .matching(i, &def.chased_by)
        .filter(|(_, h)| h.order() > asked.order())
        .map(|(_, h)| calendar::london_day(h.occurred_at))
        .collect();
    Some(WaitingOn {
        party,
        since: calendar::london_day(asked.occurred_at),
        chased: chases.len(),
        last_chased: chases.into_iter().max(),
    })
}

/// The refusals in the log, in order.
#[must_use]
pub fn refused(state: &State<'_, '_>, i: &Instance, def: &ActionDef) -> Vec<Refused> {
    let mut found: Vec<(Instant, Refused)> = state
        .matching(i, &def.refused_by)
        .map(|(_, h)| {
            let on = calendar::london_day(h.occurred_at);
            let (by, reason) = (term_of(h, Field::DecidedBy), term_of(h, Field::Reason));
            (h.occurred_at, Refused { event_id: Some(h.id), on, by, reason })
        })
        .collect();
    found.sort_by_key(|(t, r)| (*t, r.event_id));
    found.into_iter().map(|(_, r)| r).collect()
}

/// The word in a field of an event.
fn term_of(h: &FoldEvent<'_>, field: Field) -> Option<String> {
    let event = h.event.as_deref()?;
    let code = match event.get(field)? {
        FieldValue::Code(code) => usize::try_from(code).ok()?,
        FieldValue::Id(id) => return Some(id.to_owned()),
        _ => return None,
    };
    let spec = event.kind().spec().fields.iter().find(|f| f.field == field)?;
    match (spec.shape)() {
        crate::event::Shape::Term { names, .. } => names.get(code).map(|n| (*n).to_owned()),
        _ => None,
    }
}
