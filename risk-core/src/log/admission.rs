//! What a log asks of new records beyond their own form: that what they name is there, is no more confidential than they
//! are, and may be corrected, retracted or erased at all.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::case_log::AppendError;
use super::record::{Payload, Record, RecordError, SCHEMA_VERSION, not_after};
use crate::event::catalogue::RecordCorrected;
use crate::event::field::RequestId;
use crate::event::vocabulary::Handling;
use crate::event::{Event, Kind, Nature};

/// New records before the log that is to take them.
pub(super) struct Admission<'l> {
    log: &'l [Record],
    fresh: Vec<Record>,
}

impl<'l> Admission<'l> {
    /// `fresh` are records whose ids `log` does not have.
    pub(super) fn new(log: &'l [Record], fresh: Vec<Record>) -> Self {
        Self { log, fresh }
    }

    /// Gives the new records back if every one may be taken; an error names the record's place among them.
    pub(super) fn check(self) -> Result<Vec<Record>, (usize, AppendError)> {
        let known: BTreeMap<Uuid, &Record> = self.all().map(|r| (r.event_id, r)).collect();
        let mut unreadable = BTreeSet::new();
        for (i, record) in self.fresh.iter().enumerate() {
            let check = Check { known: &known, record };
            match self.check_one(&check) {
                Ok(()) => {}
                // A correction in the words of a newer schema: kept, and for people to read.
                Err(Fault::Replacement(_)) if record.v > SCHEMA_VERSION => {
                    unreadable.insert(i);
                }
                Err(Fault::Replacement(e) | Fault::Other(e)) => return Err((i, AppendError::refused(record, e))),
            }
        }
        let fresh = self.fresh.into_iter().enumerate();
        Ok(fresh.map(|(i, r)| if unreadable.contains(&i) { r.unrecognised() } else { r }).collect())
    }

    fn all(&self) -> impl Iterator<Item = &Record> {
        self.log.iter().chain(&self.fresh)
    }

    fn check_one(&self, check: &Check<'_>) -> Result<(), Fault> {
        let Some(event) = check.record.event() else { return self.erasure_is_recorded(check.record) };
        self.check_names(check, event, "data")?;
        check.target_may_be_changed(event)?;
        if let Event::RecordCorrected(correction) = event {
            let replacement = check.replacement(correction)?;
            self.check_names(check, &replacement, "data.replacement.data")?;
            check.at_least(replacement.least_handling(), || {
                format!("the new version of {} is marked at least so", correction.event_id)
            })?;
        }
        if let Event::InformationRequested(request) = event {
            self.replies_are_as_confidential(check.record, &request.request_id)?;
        }
        Ok(())
    }

    /// Every record named exists, is another, and is no more confidential.
    fn check_names(&self, check: &Check<'_>, event: &Event, path: &str) -> Result<(), Fault> {
        for (field, id) in event.names() {
            let field = format!("{path}.{field}");
            let named = check.known.get(&id).filter(|r| r.event_id != check.record.event_id);
            let named = named.ok_or_else(|| {
                RecordError::new(
                    field.clone(),
                    "the event_id of another record of this log or batch",
                    format!("`{id}`"),
                )
            })?;
            check.at_least(named.handling, || format!("`{field}` names {id}, which is marked so"))?;
        }
        let Some(request) = replies_to(event) else { return Ok(()) };
        for asked in self.all().filter(|r| asks(r, request)) {
            check.at_least(asked.handling, || {
                format!("`{path}.request_id` names the request {}, which is marked so", asked.event_id)
            })?;
        }
        Ok(())
    }

    /// A request may come after its replies, where an import brings records out of order.
    fn replies_are_as_confidential(&self, request: &Record, id: &RequestId) -> Result<(), Fault> {
        let reply =
            self.log.iter().find(|r| r.event().and_then(replies_to) == Some(id) && r.handling < request.handling);
        reply.map_or(Ok(()), |reply| {
            let expected = format!("`{}` or less strict, as the reply {} is marked so", reply.handling, reply.event_id);
            Err(RecordError::new("handling", expected, format!("`{}`", request.handling)).into())
        })
    }

    fn erasure_is_recorded(&self, record: &Record) -> Result<(), Fault> {
        let names_it = |r: &Record| matches!(r.event(), Some(Event::PayloadErased(e)) if e.event_id == record.event_id);
        if record.payload != Payload::Erased || self.all().any(names_it) {
            return Ok(());
        }
        let expected = format!("an object, or a {} record that names this one", Kind::PayloadErased);
        Err(RecordError::new("data", expected, "neither").into())
    }
}

/// One new record among all that are known.
struct Check<'c> {
    known: &'c BTreeMap<Uuid, &'c Record>,
    record: &'c Record,
}

impl Check<'_> {
    fn at_least(&self, least: Handling, because: impl Fn() -> String) -> Result<(), Fault> {
        if self.record.handling >= least {
            return Ok(());
        }
        let expected = format!("`{least}` or stricter, as {}", because());
        Err(RecordError::new("handling", expected, format!("`{}`", self.record.handling)).into())
    }

    /// Statements about the log stand, except that a correction can be retracted (the version before it is in force
    /// again) and erased (it holds data of the record that it corrects).
    fn target_may_be_changed(&self, event: &Event) -> Result<(), Fault> {
        let (id, correction_too) = match event {
            Event::RecordCorrected(c) => (c.event_id, false),
            Event::RecordRetracted(r) => (r.event_id, true),
            Event::PayloadErased(e) => (e.event_id, true),
            _ => return Ok(()),
        };
        let kind = self.known.get(&id).and_then(|target| target.kind());
        let fixed =
            |k: Kind| k.spec().nature == Nature::Housekeeping && !(correction_too && k == Kind::RecordCorrected);
        match kind.filter(|k| fixed(*k)) {
            None => Ok(()),
            Some(found) => {
                let or = if correction_too { ", or a record_corrected" } else { "" };
                let expected = format!("a record of something that happened, was done or decided{or}");
                Err(RecordError::new("data.event_id", expected, format!("`{id}`, a {found}")).into())
            }
        }
    }

    /// The new version that a correction puts in force.
    fn replacement(&self, correction: &RecordCorrected) -> Result<Event, Fault> {
        let id = correction.event_id;
        let target = self.known.get(&id).and_then(|t| Some((t, t.event()?)));
        let (target, old) = target.ok_or_else(|| {
            RecordError::new("data.event_id", "a record whose data this software can read", format!("`{id}`"))
        })?;
        if let Some(at) = correction.replacement.occurred_at {
            let recorded = format!("recorded_at of {id}");
            not_after("data.replacement.occurred_at", at, &recorded, target.recorded_at)?;
        }
        super::versions::replaced(old.kind(), correction).map_err(|e| {
            let field = format!("data.replacement.{}", e.field);
            Fault::Replacement(RecordError::new(field, e.expected, e.found))
        })
    }
}

/// What speaks against a record.
enum Fault {
    /// The new version in a correction is none of the kind corrected.
    Replacement(RecordError),
    Other(RecordError),
}

impl From<RecordError> for Fault {
    fn from(e: RecordError) -> Self {
        Self::Other(e)
    }
}

/// The request that the event is about, where it is not the request itself.
fn replies_to(event: &Event) -> Option<&RequestId> {
    match event {
        Event::InformationChased(e) => Some(&e.request_id),
        Event::InformationReceived(e) => Some(&e.request_id),
        Event::UnansweredRequestEscalated(e) => Some(&e.request_id),
        _ => None,
    }
}

fn asks(record: &Record, id: &RequestId) -> bool {
    matches!(record.event(), Some(Event::InformationRequested(e)) if e.request_id == *id)
}
