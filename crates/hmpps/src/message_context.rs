//! What one message says about its fact: what identifies it, when it happened and was first held, and the values of a
//! template.

use risk_core::event::Instant;
use risk_core::event::vocabulary::{Level, SourceAgency, Term};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::codes::{Codes, Does, EventType, RegisterType, Template};
use crate::key::Key;
use crate::message::{Message, MessageError};
use crate::pending_record::{Own, PendingRecord, record_id};
use crate::report::named;
use crate::template::{Filling, fill};
use crate::when::{EXPECTED, When};

/// The member with the number of a sentence.
pub(crate) const EVENT_NUMBER: &str = "eventNumber";
/// The name by which the tables ask for the time of the message.
const OCCURRED_AT: &str = "occurredAt";

/// One message about one person.
#[derive(Clone, Copy)]
pub struct MessageContext<'a> {
    /// The tables.
    pub codes: &'a Codes,
    /// The host's secret.
    pub key: &'a Key,
    /// The message.
    pub message: &'a Message,
    /// What the tables say of its type.
    pub event_type: &'a EventType,
    /// The case it belongs to.
    pub case: Uuid,
    /// Which of the things given it is.
    pub from: usize,
}

impl MessageContext<'_> {
    /// The records that the templates make. Records of one kind about one fact are distinguished by their order.
    ///
    /// # Errors
    /// [`MessageError`] for a moment that is none.
    pub fn drafts<'t>(
        &self,
        templates: impl Iterator<Item = &'t Template>,
        identity: &[String],
    ) -> Result<Vec<PendingRecord>, MessageError> {
        let recorded = self.recorded()?;
        let happened = match &self.event_type.happened {
            Some(member) => self.message.info.when(member)?,
            None => None,
        };
        let occurred = happened.or(self.message.occurred_at).map_or(recorded, |when| when.known_by(recorded));
        let stated = self.message.occurred_at.map_or(recorded, When::instant);
        let (reference, own) = (self.reference(), self.own_id());
        let each = templates.enumerate().map(|(n, template)| {
            let id = record_id(self.key, self.case, (self.fact_type(), template.kind, n), identity);
            let by = template.by.or(self.event_type.by);
            let filled = fill(template, &OfMessage { of: self, id });
            PendingRecord {
                id,
                case: self.case,
                occurred,
                ahead: None,
                says_when: happened.is_some(),
                recorded,
                stated,
                reference: reference.clone(),
                own: own.clone().map(|id| Own { id, of: self.fact_type().to_owned(), identity: identity.to_vec(), n }),
                agency: by.agency.unwrap_or(SourceAgency::Probation),
                role: by.role,
                handling: template.handling.max(self.message.handling),
                kind: filled.kind,
                data: filled.data,
                replies: filled.replies,
                may_be_deleted: matches!(self.event_type.does, Does::Register | Does::Requirement),
                from: self.from,
            }
        });
        Ok(each.collect())
    }

    /// The type of the fact. A registration is one fact, whether its beginning or an update reports it first.
    fn fact_type(&self) -> &str {
        if self.event_type.does == Does::Register { "registration" } else { &self.event_type.name }
    }

    /// Checks the members that say which fact it is.
    ///
    /// # Errors
    /// [`MessageError`] for one that cannot be read, or that is needed and is not there.
    pub fn check(&self) -> Result<(), MessageError> {
        let (info, of) = (&self.message.info, self.event_type);
        for names in of.fact.iter().map(String::as_str).chain([EVENT_NUMBER]).filter(|names| *names != OCCURRED_AT) {
            info.id_within(names)?;
        }
        if self.own_id().is_none() {
            of.apart.iter().try_for_each(|names| info.id_within(names).map(|_| ()))?;
        }
        // What takes something back has to say what.
        let taken_back = of.fact.first().filter(|_| of.does == Does::TakeBack);
        for names in of.needs.iter().chain(taken_back) {
            let missing = || MessageError::new(format!("additionalInformation.{names}"), "an id", "nothing");
            info.id_within(names)?.ok_or_else(missing)?;
        }
        Ok(())
    }

    /// The member that alone identifies a registration, a requirement or the like, with its name.
    #[must_use]
    pub fn own_id(&self) -> Option<String> {
        let names = self.event_type.fact.first().filter(|names| *names != OCCURRED_AT)?;
        self.named(names)
    }

    fn named(&self, names: &str) -> Option<String> {
        let value = match names {
            OCCURRED_AT => self.message.occurred_at.map(|when| when.instant().to_rfc3339())?,
            names => self.message.info.id(names).ok()??,
        };
        Some(format!("{}={value}", names.split('|').next().unwrap_or(names)))
    }

    /// What identifies the fact: each member that does, with its name; else the type and the time, with what distinguishes facts of one moment
    /// apart.
    #[must_use]
    pub fn identity(&self) -> Vec<String> {
        let of = self.event_type;
        let mut named: Vec<String> = of.fact.iter().filter_map(|names| self.named(names)).collect();
        if named.is_empty() {
            let at = self.message.occurred_at.map(|when| when.instant().to_rfc3339());
            named = vec![of.name.clone(), at.unwrap_or_default()];
        }
        if self.own_id().is_none() {
            named.extend(of.apart.iter().filter_map(|names| self.named(names)).map(|one| one.to_uppercase()));
        }
        named
    }

    /// What identifies what is said once of a registration, however often it is updated.
    #[must_use]
    pub fn lasting_identity(&self) -> Vec<String> {
        self.own_id().map_or_else(|| self.identity(), |own| vec![own])
    }

    /// What all records share that speak of one registration, requirement or the like.
    #[must_use]
    pub fn reference(&self) -> String {
        let identity = self.lasting_identity();
        let (first, rest) = identity.split_first().map(|(first, rest)| (first.as_str(), rest)).unwrap_or_default();
        reference(self.key, self.case, first, &rest.join(" "))
    }

    /// When the estate first held it.
    ///
    /// # Errors
    /// [`MessageError`] if it is missing.
    pub fn recorded(&self) -> Result<Instant, MessageError> {
        let reported = match &self.event_type.recorded {
            Some(member) => self.message.info.when(member)?,
            None => None,
        };
        let nothing = || MessageError::new("occurredAt", EXPECTED, "nothing");
        reported.or(self.message.occurred_at).map(When::instant).ok_or_else(nothing)
    }

    /// What the message says that is not read, for whoever relies on the level of a registration: a code of a level or a category
    /// that the tables do not have, or have for other registers.
    ///
    /// # Errors
    /// [`MessageError`] for a code with characters that are not seen.
    pub fn levels_not_read(&self, register: &RegisterType) -> Result<Vec<String>, MessageError> {
        let asks = |place: &str| register.also.iter().any(|t| t.data.values().any(|v| v.as_str() == Some(place)));
        let (number, category) = (asks("{level_number}"), asks("{category_number}"));
        let mut notes = Vec::new();
        for (what, table, members) in [("level", "levels", LEVELS), ("category", "categories", CATEGORIES)] {
            for member in members {
                let Some(code) = self.message.info.code(member)? else { continue };
                let is_read = match what {
                    "level" => {
                        self.codes.level(&code).map(|d| if number { d.number.is_some() } else { d.level.is_some() })
                    }
                    _ => self.codes.category(&code).map(|d| !category || d.number.is_some()),
                };
                if is_read != Some(true) {
                    let named = named(&code);
                    notes.push(format!(
                        "{what} {named} is none that register {} can have by the tables: the {what} is unknown; add it to {table} of \
                         registers",
                        register.code
                    ));
                }
            }
        }
        notes.dedup();
        Ok(notes)
    }
}

/// The members that have the code of a registration's level, of the two forms in which registrations are sent.
const LEVELS: [&str; 2] = ["registrationLevelCode", "registerLevelCode"];
/// The members that have the code of its category.
const CATEGORIES: [&str; 2] = ["registrationCategoryCode", "registerCategoryCode"];

/// The opaque id of a person's sentence.
#[must_use]
pub fn sentence(key: &Key, case: Uuid, number: &str) -> String {
    key.opaque("sentence", &[&case.to_string(), number])
}

/// The opaque reference of a registration, requirement or contact.
#[must_use]
pub(crate) fn reference(key: &Key, case: Uuid, what: &str, rest: &str) -> String {
    key.opaque("source", &[&case.to_string(), what, rest])
}

/// Fills templates in from a message.
struct OfMessage<'a> {
    of: &'a MessageContext<'a>,
    id: Uuid,
}

impl Filling for OfMessage<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        let MessageContext { codes, key, message: Message { info, .. }, case, .. } = self.of;
        // Where a message has both schemas and they differ, the higher counts.
        let level = || {
            let levels = LEVELS.iter().filter_map(|name| codes.level(&info.text(name)?));
            levels.max_by_key(|detail| (detail.level, detail.number))
        };
        let category = || CATEGORIES.iter().find_map(|name| codes.category(&info.text(name)?));
        let staff = || {
            let named = info.object("bookedBy").and_then(|by| by.text("username|staffCode"));
            named.or_else(|| info.text("username|staffCode|officer"))
        };
        match name {
            "fact" => Some(json!(key.opaque("fact", &[&self.of.reference()]))),
            "sentence" => Some(json!(sentence(key, *case, &info.id(EVENT_NUMBER).ok()??))),
            // No one is named: an unknown person, distinct from all others.
            "staff" => Some(json!(key.opaque("staff", &[&staff().unwrap_or_else(|| self.id.to_string())]))),
            "level" => {
                // Of the level that the type states and the one that the registration has, the higher counts.
                let of_type = || codes.register(&info.text("registerTypeCode")?)?.level;
                of_type().max(level().and_then(|detail| detail.level)).map(Level::name).map(Value::from)
            }
            "level_number" => level()?.number.map(Value::from),
            "category_number" => category()?.number.map(Value::from),
            other => match other.split_once(':')? {
                ("asks", stream) => Some(json!(key.opaque(stream, &[&self.id.to_string()]))),
                ("member", member) => info.text(member).map(Value::from),
                _ => None,
            },
        }
    }
}
