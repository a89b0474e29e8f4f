//! What a log asks of new records beyond their own form: that what they name is there, is no more confidential than they
//! are, and may be corrected, retracted or erased at all.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::case_log::Log;
use super::error::AppendError;
use super::record::{Payload, Record, RecordError, SCHEMA_VERSION, not_after};
use crate::event::catalogue::RecordCorrected;
use crate::event::field::RequestId;
use crate::event::vocabulary::Handling;
use crate::event::{Event, Kind, Nature};

/// New records before the log that is to take them.
pub(super) struct Admission<'l> {
    log: &'l Log,
    fresh: Vec<Record>,
    places: BTreeMap<Uuid, usize>,
}

impl<'l> Admission<'l> {
    /// `fresh` are records whose ids `log` does not have, each once.
    pub(super) fn new(log: &'l Log, fresh: Vec<Record>) -> Self {
        let places = fresh.iter().enumerate().map(|(i, r)| (r.event_id, i)).collect();
        Self { log, fresh, places }
    }

    /// Gives the new records back if every one may be taken; an error names the record's place among them.
    pub(super) fn check(self) -> Result<Vec<Record>, (usize, AppendError)> {
        let mut unread = BTreeSet::new();
        for (i, record) in self.fresh.iter().enumerate() {
            match (Check { admission: &self, record }).check() {
                Ok(()) => {}
                // A correction in the words of a newer schema: kept, and for people to read.
                Err(Fault::Replacement(_)) if record.v > SCHEMA_VERSION => {
                    unread.insert(i);
                }
                Err(Fault::Replacement(e) | Fault::Other(e)) => {
                    return Err((i, AppendError::refused(record.event_id, e)));
                }
            }
        }
        let fresh = self.fresh.into_iter().enumerate();
        Ok(fresh.map(|(i, r)| if unread.contains(&i) { r.unrecognised() } else { r }).collect())
    }

    fn all(&self) -> impl Iterator<Item = &Record> {
        self.log.records().iter().chain(&self.fresh)
    }

    fn known(&self, id: Uuid) -> Option<&Record> {
        self.log.record(id).or_else(|| self.places.get(&id).and_then(|i| self.fresh.get(*i)))
    }
}

/// One new record among all that are known.
struct Check<'c> {
    admission: &'c Admission<'c>,
    record: &'c Record,
}

impl Check<'_> {
    fn check(&self) -> Result<(), Fault> {
        let Some(event) = self.record.event() else { return self.erasure_is_recorded() };
        self.names_may_be_named(event, "data")?;
        self.target_may_be_changed(event)?;
        match event {
            Event::RecordCorrected(correction) => {
                let replacement = self.replacement(correction)?;
                self.names_may_be_named(&replacement, "data.replacement.data")?;
                self.at_least(replacement.least_handling(), || {
                    format!("the new version of {} is marked at least so", correction.event_id)
                })
            }
            Event::InformationRequested(request) => self.replies_are_as_confidential(&request.request_id),
            _ => Ok(()),
        }
    }

    /// Every record named exists, is another, and is no more confidential.
    fn names_may_be_named(&self, event: &Event, path: &str) -> Result<(), Fault> {
        for (field, id) in event.names() {
            let field = format!("{path}.{field}");
            let named = self.admission.known(id).filter(|r| r.event_id != self.record.event_id);
            let named = named.ok_or_else(|| {
                let expected = "the event_id of another record of this log or batch";
                RecordError::new(field.clone(), expected, format!("`{id}`"))
            })?;
            self.at_least(named.handling, || format!("`{field}` names {id}, which is marked so"))?;
        }
        let Some(request) = replies_to(event) else { return Ok(()) };
        for asked in self.admission.all().filter(|r| asks(r, request)) {
            self.at_least(asked.handling, || {
                format!("`{path}.request_id` names the request {}, which is marked so", asked.event_id)
            })?;
        }
        Ok(())
    }

    /// A request may come into the log after its replies, where an import brings records out of order.
    fn replies_are_as_confidential(&self, id: &RequestId) -> Result<(), Fault> {
        let mark = self.record.handling;
        let opener = |r: &&Record| r.handling < mark && r.event().and_then(replies_to) == Some(id);
        self.admission.log.records().iter().find(opener).map_or(Ok(()), |reply| {
            let expected = format!("`{}` or less strict, as the reply {} is marked so", reply.handling, reply.event_id);
            Err(RecordError::new("handling", expected, format!("`{mark}`")).into())
        })
    }

    fn erasure_is_recorded(&self) -> Result<(), Fault> {
        let id = self.record.event_id;
        let erases = |r: &Record| matches!(r.event(), Some(Event::PayloadErased(e)) if e.event_id == id);
        if self.record.payload != Payload::Erased || self.admission.all().any(erases) {
            return Ok(());
        }
        let expected = format!("an object, or a {} record that names this one", Kind::PayloadErased);
        Err(RecordError::new("data", expected, "neither").into())
    }

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
        let kind = self.admission.known(id).and_then(|target| target.kind());
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
        let target = self.admission.known(id).and_then(|t| Some((t, t.event()?)));
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
