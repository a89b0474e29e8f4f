//! The story of one case: its records as they are added, and the resulting log.

use std::collections::BTreeMap;

use risk_core::event::vocabulary::{Handling, Role, SourceAgency};
use risk_core::event::{DataError, Event, Kind};
use risk_core::log::{Log, Record, RecordSource};
use serde_json::Value;
use uuid::Uuid;

use crate::dice::Dice;
use crate::error::GenerateError;
use crate::proportions::Share;
use crate::when::When;

/// Who reports an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reporter {
    Court,
    CourtTeam,
    Prison,
    Administrator,
    Officer,
    Manager,
    LinkWorker,
    Programmes,
    Police,
    SocialCare,
    Provider,
}

impl Reporter {
    fn source(self) -> RecordSource {
        let (agency, role) = match self {
            Self::Court => (SourceAgency::Court, Role::Other),
            Self::CourtTeam => (SourceAgency::Probation, Role::CourtTeam),
            Self::Prison => (SourceAgency::Prison, Role::Other),
            Self::Administrator => (SourceAgency::Probation, Role::CaseAdministrator),
            Self::Officer => (SourceAgency::Probation, Role::ResponsibleOfficer),
            Self::Manager => (SourceAgency::Probation, Role::Manager),
            Self::LinkWorker => (SourceAgency::Probation, Role::PartnerLinkWorker),
            Self::Programmes => (SourceAgency::Probation, Role::ProgrammesTeam),
            Self::Police => (SourceAgency::Police, Role::Police),
            Self::SocialCare => (SourceAgency::ChildrensSocialCare, Role::ChildrensSocialCare),
            Self::Provider => (SourceAgency::ProgrammeProvider, Role::Other),
        };
        RecordSource { agency, role: Some(role), reference: None }
    }
}

#[derive(Debug)]
struct AddedEvent {
    id: Uuid,
    reporter: Reporter,
    occurred: When,
    recorded: When,
    kind: Kind,
    data: Value,
}

/// The story of one case.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) dice: Dice,
    case_id: Uuid,
    events: Vec<AddedEvent>,
    /// The quality of practice in this case, from 0 to 999. The lower the number, the more of what a good officer
    /// does is done.
    practice: u32,
    requests: u32,
    covers: Vec<&'static str>,
    until: When,
}

impl Story {
    /// An empty story that ends at `until`.
    pub(crate) fn new(mut dice: Dice, until: When) -> Self {
        let case_id = dice.uuid();
        let practice = dice.per_mille();
        Self { dice, case_id, events: Vec::new(), practice, requests: 0, covers: Vec::new(), until }
    }

    /// The last moment of the story.
    pub(crate) fn until(&self) -> When {
        self.until
    }

    /// Sets the end of the story.
    pub(crate) fn ends(&mut self, at: When) {
        self.until = self.until.min(at);
    }

    /// The number of records so far.
    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether something that depends on practice is done, in this share of cases. The case's quality of practice and
    /// chance decide half each, so good work is concentrated in some cases, while the overall share is kept.
    pub(crate) fn does(&mut self, share: Share) -> bool {
        let number = if self.dice.below(2) == 0 { self.practice } else { self.dice.per_mille() };
        number < share.per_mille()
    }

    /// Adds an event that is known when it happens. Returns its id, by which later records can name it.
    pub(crate) fn add(&mut self, reporter: Reporter, at: When, kind: Kind, data: Value) -> Uuid {
        self.add_later(reporter, at, at, kind, data)
    }

    /// Adds an event that becomes known later. An event that becomes known after the end of the story is omitted, and
    /// so are the later records that name it.
    pub(crate) fn add_later(
        &mut self,
        reporter: Reporter,
        occurred: When,
        recorded: When,
        kind: Kind,
        data: Value,
    ) -> Uuid {
        let id = self.dice.uuid();
        if recorded <= self.until {
            self.events.push(AddedEvent { id, reporter, occurred, recorded, kind, data });
        }
        id
    }

    /// A moment in office hours, `days` later.
    pub(crate) fn office(&mut self, from: When, days: i64) -> When {
        let minutes = self.dice.between(0, 400);
        let morning = When::on_day(from.day().saturating_add(days)).in_office().after_minutes(minutes);
        // On the same day, a consequence comes after its cause.
        morning.max(from.after_minutes(5))
    }

    /// A moment between two, in office hours.
    pub(crate) fn some_time(&mut self, from: When, to: When) -> When {
        let days = to.day().saturating_sub(from.day()).max(1);
        let day = i64::from(self.dice.below(u32::try_from(days).unwrap_or(u32::MAX)));
        self.office(from, day)
    }

    /// The id of a new request.
    pub(crate) fn next_request(&mut self) -> String {
        self.requests = self.requests.saturating_add(1);
        format!("r{}", self.requests)
    }

    /// Sets what the case's plans cover.
    pub(crate) fn plans_cover(&mut self, covers: Vec<&'static str>) {
        self.covers = covers;
    }

    /// What the case's plans cover.
    pub(crate) fn covers(&self) -> &[&'static str] {
        &self.covers
    }

    /// A random appointment, for a later correction: its id and when it was recorded.
    pub(crate) fn some_appointment(&mut self) -> Option<(Uuid, When)> {
        let of = |t: &&AddedEvent| t.kind == Kind::AppointmentAttended;
        let count = self.events.iter().filter(of).count();
        let place = self.dice.below(u32::try_from(count).ok()?);
        self.events.iter().filter(of).nth(usize::try_from(place).ok()?).map(|t| (t.id, t.recorded))
    }

    /// The log, with the first `most` records.
    pub(crate) fn into_log(mut self, most: usize) -> Result<Log, GenerateError> {
        self.events.sort_by_key(|t| t.recorded);
        self.events.truncate(most);
        let mut marks: BTreeMap<Uuid, Handling> = BTreeMap::new();
        let mut records = Vec::with_capacity(self.events.len());
        for event in &self.events {
            let record = event.record(self.case_id, &marks)?;
            marks.insert(event.id, record.handling);
            records.push(record);
        }
        let mut log = Log::new(self.case_id);
        log.append_all(records, None)?;
        Ok(log)
    }
}

impl AddedEvent {
    /// The record, with the handling mark of what it names.
    fn record(&self, case_id: Uuid, marks: &BTreeMap<Uuid, Handling>) -> Result<Record, GenerateError> {
        let refused = |e: DataError| GenerateError::Data { kind: self.kind, field: e.field, expected: e.expected };
        let none = serde_json::Map::new();
        let event = Event::decode(self.kind, self.data.as_object().unwrap_or(&none)).map_err(refused)?;
        let named = event.names().into_iter().filter_map(|(_, id)| marks.get(&id).copied());
        let mark = named.fold(event.least_handling(), Ord::max);
        let (occurred, recorded) = (self.occurred.instant(), self.recorded.instant());
        Ok(Record::new(self.id, case_id, occurred, recorded, self.reporter.source(), event).with_handling(mark))
    }
}
