//! What the fold steps through: a record in force, or something that the fold raises itself when its time comes.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use uuid::Uuid;

use crate::event::catalogue::Instant;
use crate::event::vocabulary::{Group, Handling, Programme, Register, Requirement, Setting, Term};
use crate::event::{Event, Field, FieldValue, Kind, Nature};
use crate::log::{Entry, LocalId, LocalIds, Record};
use crate::policy::model::EventSelector;

/// An event borrowed from its record, or shared where a correction replaced it.
#[derive(Debug, Clone)]
pub enum EventRef<'a> {
    /// As the record holds it.
    Kept(&'a Event),
    /// As a correction has it.
    Corrected(Arc<Event>),
}

impl Deref for EventRef<'_> {
    type Target = Event;
    fn deref(&self) -> &Event {
        match self {
            Self::Kept(e) => e,
            Self::Corrected(e) => e,
        }
    }
}

/// What an action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The case as a whole.
    Case,
    /// A person.
    Person(LocalId),
    /// Children who are not known yet.
    UnknownChild,
    /// A protective order.
    Order(LocalId),
    /// A request for information.
    Request(LocalId),
    /// A requirement.
    Requirement(Requirement),
    /// A programme.
    Programme(LocalId),
    /// A provider.
    Provider(LocalId),
    /// A register.
    Register(Register),
    /// A group at risk.
    Group(Group),
    /// What one assessment states for one group in one setting.
    Statement {
        /// The group at risk.
        group: Group,
        /// In which setting.
        setting: Setting,
        /// The assessment.
        assessment: Uuid,
    },
}

impl Subject {
    /// The ids by which an answer names it; none for the case as a whole.
    #[must_use]
    pub fn ids(&self, local: &LocalIds<'_>) -> Vec<String> {
        match self {
            Self::Case | Self::UnknownChild => vec![],
            Self::Person(id) | Self::Order(id) | Self::Request(id) | Self::Programme(id) | Self::Provider(id) => {
                vec![local.text(*id).to_owned()]
            }
            Self::Requirement(r) => vec![r.name().to_owned()],
            Self::Register(r) => vec![r.name().to_owned()],
            Self::Group(g) => vec![g.name().to_owned()],
            Self::Statement { group, setting, assessment } => {
                let setting = (*setting == Setting::Custody).then(|| setting.name().to_owned());
                [group.name().to_owned(), assessment.to_string()].into_iter().chain(setting).collect()
            }
        }
    }

    /// What it is about, for messages: `person p1`. Unlike the value itself, the text can be compared between cases and versions of a log.
    #[must_use]
    pub fn text(&self, local: &LocalIds<'_>) -> String {
        let kind = match self {
            Self::Case => "case",
            Self::Person(_) => "person",
            Self::UnknownChild => "unknown child",
            Self::Order(_) => "order",
            Self::Request(_) => "request",
            Self::Requirement(_) => "requirement",
            Self::Programme(_) => "programme",
            Self::Provider(_) => "provider",
            Self::Register(_) => "register",
            Self::Group(_) => "group",
            Self::Statement { .. } => "statement",
        };
        [kind.to_owned()].into_iter().chain(self.ids(local)).collect::<Vec<_>>().join(" ")
    }
}

/// What one or several records speak of, and is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Incident {
    /// The one that the host names.
    Named(LocalId),
    /// The incident that only this record reports.
    Itself(Uuid),
}

/// A record in force, or a derived event.
#[derive(Debug, Clone)]
pub struct FoldEvent<'a> {
    /// What rules listen to.
    pub what: EventSelector,
    /// The record's id; for a derived event, that of the record behind it.
    pub id: Uuid,
    /// The event, where this is one that we can read.
    pub event: Option<EventRef<'a>>,
    /// What a derived event is about.
    pub subject: Option<Subject>,
    /// The fields of a derived event, as codes.
    pub details: Vec<(Field, u32)>,
    /// The ids that its fields give, in the order of the fields; a list gives several.
    pub ids: Vec<(Field, LocalId)>,
    /// The persons it names, each once.
    pub persons: Vec<LocalId>,
    /// The incident it reports; itself if it names none.
    pub incident: Incident,
    /// The events it says it answers or considers.
    pub names: Vec<Uuid>,
    /// When it happened.
    pub occurred_at: Instant,
    /// When the service first held it.
    pub recorded_at: Instant,
    /// The clock of its step.
    pub clock: Instant,
    /// Its mark.
    pub handling: Handling,
}

impl<'a> FoldEvent<'a> {
    /// A record as one version of the log has it.
    #[must_use]
    pub fn of(entry: &Entry<'a>, local: &LocalIds<'a>, clock: Instant) -> Self {
        let event = match &entry.event {
            Cow::Borrowed(event) => EventRef::Kept(event),
            Cow::Owned(event) => EventRef::Corrected(Arc::new(event.clone())),
        };
        let ids: Vec<(Field, LocalId)> =
            event.ids().into_iter().filter_map(|(field, id)| Some((field, local.find(id)?))).collect();
        Self {
            what: EventSelector::Kind(event.kind()),
            id: entry.record.event_id,
            persons: persons_among(&ids, local),
            incident: incident(entry.record.event_id, &ids, local),
            ids,
            names: event.names().into_iter().map(|(_, id)| id).collect(),
            event: Some(event),
            subject: None,
            details: vec![],
            occurred_at: entry.occurred_at,
            recorded_at: entry.record.recorded_at,
            clock,
            handling: entry.handling,
        }
    }

    /// A record of a newer schema, which cannot be read.
    #[must_use]
    pub fn unrecognised(record: &'a Record, clock: Instant) -> Self {
        Self {
            what: EventSelector::Unrecognised,
            id: record.event_id,
            event: None,
            subject: None,
            details: vec![],
            ids: vec![],
            persons: vec![],
            incident: Incident::Itself(record.event_id),
            names: vec![],
            occurred_at: record.occurred_at,
            recorded_at: record.recorded_at,
            clock,
            handling: record.handling,
        }
    }
}

/// The persons among the ids of an event, each once, in the order in which an effect about several persons takes them.
fn persons_among(ids: &[(Field, LocalId)], local: &LocalIds<'_>) -> Vec<LocalId> {
    let mut persons = Vec::new();
    for field in [Field::Person, Field::Persons, Field::Victims, Field::About, Field::WithPerson] {
        for (_, id) in ids.iter().filter(|(of, _)| *of == field) {
            if !local.text(*id).is_empty() && !persons.contains(id) {
                persons.push(*id);
            }
        }
    }
    persons
}

/// The incident that an event reports: itself if it names none. A host may name an incident after the record that first reported it.
fn incident(event: Uuid, ids: &[(Field, LocalId)], local: &LocalIds<'_>) -> Incident {
    let Some((_, id)) = ids.iter().find(|(field, _)| *field == Field::Incident) else { return Incident::Itself(event) };
    let name = local.text(*id);
    match Uuid::parse_str(name) {
        Ok(record) if record.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == name => Incident::Itself(record),
        _ => Incident::Named(*id),
    }
}

impl FoldEvent<'_> {
    /// The kind, where it is a record of the catalogue.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match self.what {
            EventSelector::Kind(k) => Some(k),
            EventSelector::Derived(_) | EventSelector::Unrecognised => None,
        }
    }

    /// The order in which facts are taken up within a step. Never by position: the order of one instant changes nothing.
    #[must_use]
    pub fn order(&self) -> (Instant, Uuid) {
        (self.occurred_at, self.id)
    }

    /// The requirement that it is about.
    #[must_use]
    pub fn requirement(&self) -> Option<Requirement> {
        match self.event.as_deref()? {
            Event::RequirementImposed(e) => Some(e.requirement),
            Event::RequirementCompleted(e) => Some(e.requirement),
            Event::RequirementRemovalSought(e) => Some(e.requirement),
            Event::RequirementRemoved(e) => Some(e.requirement),
            _ => None,
        }
    }

    /// The register that it is about.
    #[must_use]
    pub fn register(&self) -> Option<Register> {
        match self.event.as_deref()? {
            Event::FlagRecorded(e) => Some(e.register),
            Event::FlagReviewed(e) => Some(e.register),
            Event::FlagRemoved(e) => Some(e.register),
            _ => None,
        }
    }

    fn get(&self, field: Field) -> Option<FieldValue<'_>> {
        self.event.as_deref().and_then(|e| e.get(field))
    }

    /// The id that a field gives; of a list, the first.
    #[must_use]
    pub fn id_of(&self, field: Field) -> Option<LocalId> {
        self.ids_of(field).next()
    }

    /// Every id that a field gives.
    pub fn ids_of(&self, field: Field) -> impl Iterator<Item = LocalId> {
        self.ids.iter().filter(move |(of, _)| *of == field).map(|(_, id)| *id)
    }

    /// The requirement that the programme it speaks of fulfils, where the court can require that programme by name.
    fn programme_of(&self) -> Option<Requirement> {
        let programme = match self.get(Field::Programme) {
            Some(FieldValue::Code(code)) => Programme::all().iter().find(|p| p.code() == code),
            _ => None,
        };
        match programme? {
            Programme::Bbr => Some(Requirement::Bbr),
            Programme::Tsp => Some(Requirement::Tsp),
            Programme::DomesticAbuseRar => Some(Requirement::Rar),
            Programme::BuildingChoices | Programme::HealthyRelationships | Programme::Other => None,
        }
    }

    /// Whether it is a decision, which answers only what it could have considered.
    #[must_use]
    pub fn is_decision(&self) -> bool {
        self.kind().is_some_and(|k| k.spec().nature == Nature::Decision)
    }

    /// Whether it is about that person: it names the person, or names no one and so is about everyone.
    #[must_use]
    pub fn concerns_person(&self, id: LocalId) -> bool {
        self.persons.is_empty() || self.persons.contains(&id)
    }

    /// Whether it is about what that field identifies; one without the field is about all of them.
    #[must_use]
    pub fn concerns_id(&self, field: Field, id: LocalId) -> bool {
        self.id_of(field).is_none_or(|found| found == id)
    }

    /// Whether it is about that subject. One that could name a subject of that sort and names none is about all of them.
    #[must_use]
    pub fn concerns(&self, subject: &Subject) -> bool {
        let term = |field: Field, code: u32| match self.get(field) {
            Some(FieldValue::Code(found)) => found == code,
            _ => true,
        };
        match subject {
            Subject::Case | Subject::UnknownChild => true,
            Subject::Person(id) => self.concerns_person(*id),
            Subject::Order(id) => self.concerns_id(Field::OrderId, *id),
            Subject::Request(id) => self.concerns_id(Field::RequestId, *id),
            Subject::Programme(id) => self.concerns_id(Field::ProgrammeId, *id),
            Subject::Provider(id) => self.concerns_id(Field::Provider, *id),
            Subject::Requirement(r) => {
                term(Field::Requirement, r.code()) && self.programme_of().is_none_or(|of| of == *r)
            }
            Subject::Register(r) => term(Field::Register, r.code()),
            Subject::Group(g) => match self.get(Field::Levels) {
                Some(FieldValue::Levels(levels)) => levels.0.contains_key(g),
                _ => true,
            },
            Subject::Statement { assessment, .. } => self.names.contains(assessment),
        }
    }
}
