//! What the fold steps through: a record in force, or something that the fold raises itself when its time comes.

use std::ops::Deref;
use std::sync::Arc;

use uuid::Uuid;

use crate::event::catalogue::Instant;
use crate::event::vocabulary::{Group, Handling, Programme, Register, Requirement, Setting, Term};
use crate::event::{Event, Field, FieldValue, Kind, Nature};
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The case as a whole.
    Case,
    /// Somebody.
    Person(Arc<str>),
    /// Children of whom nobody knows yet.
    UnknownChild,
    /// A protective order.
    Order(Arc<str>),
    /// A request for information.
    Request(Arc<str>),
    /// A requirement.
    Requirement(Requirement),
    /// A programme.
    Programme(Arc<str>),
    /// A provider.
    Provider(Arc<str>),
    /// A register.
    Register(Register),
    /// A group at risk.
    Group(Group),
    /// What one assessment states for one group in one setting.
    Statement {
        /// For whom.
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
    pub fn ids(&self) -> Vec<String> {
        match self {
            Self::Case | Self::UnknownChild => vec![],
            Self::Person(id) | Self::Order(id) | Self::Request(id) | Self::Programme(id) | Self::Provider(id) => {
                vec![id.to_string()]
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
}

/// What one or several records speak of, and is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Incident<'a> {
    /// The one that the host names.
    Named(&'a str),
    /// The one that this record alone tells of.
    Itself(Uuid),
}

/// Everybody an event names, each once, in the order of the fields; `None` where its kind cannot name anybody.
#[must_use]
pub fn persons_of(event: &Event) -> Option<Vec<Arc<str>>> {
    let mut found: Option<Vec<Arc<str>>> = None;
    for field in [Field::Person, Field::Persons, Field::Victims, Field::About, Field::WithPerson] {
        let ids = match event.get(field) {
            Some(FieldValue::Id(id)) => vec![id],
            Some(FieldValue::Ids(ids)) => ids,
            Some(FieldValue::Absent) => vec![],
            _ => continue,
        };
        let once = found.get_or_insert_with(Vec::new);
        for id in ids {
            if !id.is_empty() && !once.iter().any(|known| **known == *id) {
                once.push(Arc::from(id));
            }
        }
    }
    found
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
    /// Everybody it names, each once, in the order of the fields; `None` where its kind cannot name anybody.
    pub persons: Option<Vec<Arc<str>>>,
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

    /// A field's single id.
    #[must_use]
    pub fn id_of(&self, field: Field) -> Option<&str> {
        match self.get(field) {
            Some(FieldValue::Id(id)) => Some(id),
            _ => None,
        }
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

    /// The incident it speaks of: itself where it names none, so that it counts by itself.
    #[must_use]
    pub fn incident(&self) -> Incident<'_> {
        match self.id_of(Field::Incident) {
            None => Incident::Itself(self.id),
            // A host may name an incident after the record that first told of it.
            Some(name) => match Uuid::parse_str(name) {
                Ok(id) if id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == name => Incident::Itself(id),
                _ => Incident::Named(name),
            },
        }
    }

    /// Whether it is a decision, which answers only what it could have considered.
    #[must_use]
    pub fn is_decision(&self) -> bool {
        self.kind().is_some_and(|k| k.spec().nature == Nature::Decision)
    }

    /// Whether it is about that person: whoever it names, or everybody where it could name somebody and names nobody.
    #[must_use]
    pub fn concerns_person(&self, id: &str) -> bool {
        self.persons.as_ref().is_none_or(|named| named.is_empty() || named.iter().any(|n| **n == *id))
    }

    /// Whether it is about what that field identifies; one without the field is about all of them.
    #[must_use]
    pub fn concerns_id(&self, field: Field, id: &str) -> bool {
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
            Subject::Person(id) => self.concerns_person(id),
            Subject::Order(id) => self.concerns_id(Field::OrderId, id),
            Subject::Request(id) => self.concerns_id(Field::RequestId, id),
            Subject::Programme(id) => self.concerns_id(Field::ProgrammeId, id),
            Subject::Provider(id) => self.concerns_id(Field::Provider, id),
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
