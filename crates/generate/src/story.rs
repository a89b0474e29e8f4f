//! The story of one case as it is told: records in the making, and the log that they become.

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

/// Who tells something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
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

impl Voice {
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
struct Told {
    id: Uuid,
    voice: Voice,
    occurred: When,
    recorded: When,
    kind: Kind,
    data: Value,
}

/// One case's story.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) dice: Dice,
    case_id: Uuid,
    told: Vec<Told>,
    /// From 0 to 999: how this case is worked. What a good officer does is done in the cases with a low number.
    practice: u32,
    requests: u32,
    covers: Vec<&'static str>,
    until: When,
}

impl Story {
    /// A story of which nothing is told yet, and nothing will be from after `until`.
    pub(crate) fn new(mut dice: Dice, until: When) -> Self {
        let case_id = dice.uuid();
        let practice = dice.per_mille();
        Self { dice, case_id, told: Vec::new(), practice, requests: 0, covers: Vec::new(), until }
    }

    /// The last moment of the story.
    pub(crate) fn until(&self) -> When {
        self.until
    }

    /// Nothing is told from after that moment.
    pub(crate) fn ends(&mut self, at: When) {
        self.until = self.until.min(at);
    }

    /// How many records there are so far.
    pub(crate) fn len(&self) -> usize {
        self.told.len()
    }

    /// Whether something that depends on practice is done, in that share of cases. Half of what decides is how the case
    /// is worked as a whole, half the moment: so good work gathers in some cases, and the share is kept over all.
    pub(crate) fn does(&mut self, share: Share) -> bool {
        let number = if self.dice.below(2) == 0 { self.practice } else { self.dice.per_mille() };
        number < share.per_mille()
    }

    /// Tells of something that is known when it happens. Gives its id, by which later records may name it.
    pub(crate) fn tell(&mut self, voice: Voice, at: When, kind: Kind, data: Value) -> Uuid {
        self.tell_later(voice, at, at, kind, data)
    }

    /// Tells of something that becomes known later. What becomes known after the story's end is not told, and neither is
    /// what names it, because that is later still.
    pub(crate) fn tell_later(&mut self, voice: Voice, occurred: When, recorded: When, kind: Kind, data: Value) -> Uuid {
        let id = self.dice.uuid();
        if recorded <= self.until {
            self.told.push(Told { id, voice, occurred, recorded, kind, data });
        }
        id
    }

    /// A moment in the office, that many days later.
    pub(crate) fn office(&mut self, from: When, days: i64) -> When {
        let minutes = self.dice.between(0, 400);
        let morning = When::on_day(from.day().saturating_add(days)).in_office().after_minutes(minutes);
        // On the same day, what follows follows.
        morning.max(from.after_minutes(5))
    }

    /// A moment between two, in office hours.
    pub(crate) fn some_time(&mut self, from: When, to: When) -> When {
        let days = to.day().saturating_sub(from.day()).max(1);
        let day = i64::from(self.dice.below(u32::try_from(days).unwrap_or(u32::MAX)));
        self.office(from, day)
    }

    /// A new request's id.
    pub(crate) fn next_request(&mut self) -> String {
        self.requests = self.requests.saturating_add(1);
        format!("r{}", self.requests)
    }

    /// What the case's plans cover, from the first on.
    pub(crate) fn plans_cover(&mut self, covers: Vec<&'static str>) {
        self.covers = covers;
    }

    /// What the case's plans cover.
    pub(crate) fn covers(&self) -> &[&'static str] {
        &self.covers
    }

    /// Some appointment, to be corrected later: its id, and when it was told.
    pub(crate) fn some_appointment(&mut self) -> Option<(Uuid, When)> {
        let of = |t: &&Told| t.kind == Kind::AppointmentAttended;
        let count = self.told.iter().filter(of).count();
        let place = self.dice.below(u32::try_from(count).ok()?);
        self.told.iter().filter(of).nth(usize::try_from(place).ok()?).map(|t| (t.id, t.recorded))
    }

    /// The log, with the first `most` records.
    pub(crate) fn into_log(mut self, most: usize) -> Result<Log, GenerateError> {
        self.told.sort_by_key(|t| t.recorded);
        self.told.truncate(most);
        let mut marks: BTreeMap<Uuid, Handling> = BTreeMap::new();
        let mut records = Vec::with_capacity(self.told.len());
        for told in &self.told {
            let record = told.record(self.case_id, &marks)?;
            marks.insert(told.id, record.handling);
            records.push(record);
        }
        let mut log = Log::new(self.case_id);
        log.append_all(records, None)?;
        Ok(log)
    }
}

impl Told {
    /// The record, as confidential as what it names.
    fn record(&self, case_id: Uuid, marks: &BTreeMap<Uuid, Handling>) -> Result<Record, GenerateError> {
        let refused = |e: DataError| GenerateError::Data { kind: self.kind, field: e.field, expected: e.expected };
        let none = serde_json::Map::new();
        let event = Event::decode(self.kind, self.data.as_object().unwrap_or(&none)).map_err(refused)?;
        let named = event.names().into_iter().filter_map(|(_, id)| marks.get(&id).copied());
        let mark = named.fold(event.least_handling(), Ord::max);
        let (occurred, recorded) = (self.occurred.instant(), self.recorded.instant());
        Ok(Record::new(self.id, case_id, occurred, recorded, self.voice.source(), event).with_handling(mark))
    }
}
