//! The tables: what the codes and events of the estate are called, and what the engine makes of them. They are data, with their
//! source and date; a host may lay its own over them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::NaiveDate;
use risk_core::event::Kind;
use risk_core::event::vocabulary::{Handling, Level, Register, Role, SourceAgency};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// Where a table comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TableSource {
    /// What it is a table of.
    pub title: String,
    /// Where its codes were read.
    pub source: String,
    /// As of when.
    #[serde(deserialize_with = "day")]
    pub as_of: NaiveDate,
    /// What its reader should know.
    pub note: Option<String>,
}

/// A record to be made: a kind of the catalogue, with its data. Text in braces is filled in from what is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The kind.
    #[serde(with = "term")]
    pub kind: Kind,
    /// The data. `{fact}`, `{level}` and the like are filled in; a member whose filling is not known is left out.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// A stricter mark than the kind's own, where the source is more confidential.
    #[serde(default, with = "some_term", skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// Who decided or reported it, where that is another than for the rest of what is made.
    #[serde(default, skip_serializing_if = "By::is_default")]
    pub by: By,
}

impl Template {
    /// A record of that kind with these data.
    #[must_use]
    pub fn new(kind: Kind, data: Map<String, Value>) -> Self {
        Self { kind, data, handling: None, by: By::default() }
    }
}

/// Who decided or reported something, and not whose service sent the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct By {
    /// The agency; without one, probation.
    #[serde(default, with = "some_term", skip_serializing_if = "Option::is_none")]
    pub agency: Option<SourceAgency>,
    /// In which role.
    #[serde(default, with = "some_term", skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

impl By {
    /// This, or where it says nothing, the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_default() { other } else { self }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// An nDelius register type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterType {
    /// Its code: `ADVP`.
    pub code: String,
    /// What nDelius calls it.
    pub description: String,
    /// After how many months a registration is to be reviewed; 0 for none.
    pub review_months: u32,
    /// What becomes of it at termination.
    pub at_termination: Option<AtTermination>,
    /// The register that the engine knows it as; none for types that no rule speaks of.
    #[serde(default, with = "some_term")]
    pub flag: Option<Register>,
    /// The level that the type itself states.
    #[serde(default, with = "some_term")]
    pub level: Option<Level>,
    /// What else a new registration says.
    #[serde(default)]
    pub also: Vec<Template>,
}

/// What becomes of a registration at termination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AtTermination {
    /// It is removed.
    Remove,
    /// It stays.
    Keep,
    /// It is removed, unless it is for life.
    RemoveExceptLife,
}

/// A level or category of a registration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterDetail {
    /// Its code: `RSKH`, `M2`.
    pub code: String,
    /// The level of risk that it states.
    #[serde(default, with = "some_term")]
    pub level: Option<Level>,
    /// The number that it states, for MAPPA.
    pub number: Option<u32>,
}

/// What a movement into or out of prison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// At liberty.
    Released,
    /// Out for a time.
    TemporaryAbsence,
    /// Out for an appointment, which is no stay at an address.
    Appointment,
    /// Out under escort.
    Escorted,
    /// To a court.
    Court,
    /// To another prison.
    Transferred,
    /// Kept in a hospital.
    Hospital,
    /// Kept by the Home Office.
    ImmigrationDetention,
    /// Out of the country, or handed to another one.
    Removed,
    /// The person died.
    Died,
    /// No one moved.
    Administrative,
    /// At large.
    Escaped,
    /// Into custody.
    Admitted,
    /// Into custody again, from a release on licence or an early one.
    Recalled,
    /// Into custody again, from an absence, late or not.
    Returned,
    /// Into custody again, from being at large.
    Recaptured,
}

impl Movement {
    /// Its name in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::TemporaryAbsence => "temporary_absence",
            Self::Appointment => "appointment",
            Self::Escorted => "escorted",
            Self::Court => "court",
            Self::Transferred => "transferred",
            Self::Hospital => "hospital",
            Self::ImmigrationDetention => "immigration_detention",
            Self::Removed => "removed",
            Self::Died => "died",
            Self::Administrative => "administrative",
            Self::Escaped => "escaped",
            Self::Admitted => "admitted",
            Self::Recalled => "recalled",
            Self::Returned => "returned",
            Self::Recaptured => "recaptured",
        }
    }
}

/// A reason of a movement, by its code in NOMIS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovementReason {
    /// Its code: `CR`.
    pub code: String,
    /// What NOMIS calls it.
    pub description: String,
    /// What it is.
    pub movement: Movement,
}

/// What a value of a message must be for a mapping to hold: of each member named, one of these, whatever its case; `RELEASED*`:
/// that beginning, `*`: any value at all, and empty: no value.
pub type Where = BTreeMap<String, Vec<String>>;

/// What is made of a message, or of a contact, of which `where` holds: records, or nothing, for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// When it holds; left out: always.
    #[serde(default, rename = "where")]
    pub when: Where,
    /// What is made of it.
    #[serde(default)]
    pub records: Vec<Template>,
    /// Why nothing is made of it.
    pub why: Option<String>,
    /// What a person has to look up before anything can be made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look_up: Option<String>,
    /// A caveat for anyone who relies on the resulting record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What is done with a type of domain event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Its cases say what is made of it.
    Map,
    /// A registration began or was changed.
    Register,
    /// A registration no longer applies.
    Deregister,
    /// What was said of the same registration or requirement, by the first member of `fact`, was wrong from the start.
    TakeBack,
    /// A requirement began; its words say which.
    Requirement,
    /// A licence condition began; its words say which.
    LicenceCondition,
    /// It carries no data: what its `detailUrl` leads to has to be fetched.
    Fetch,
    /// It says which identifiers are one person's.
    Identify,
    /// Two records of one person became one.
    Merge,
    /// They were parted again.
    Unmerge,
    /// What was recorded under one person belongs to another.
    Move,
    /// A spell in prison belongs to another prison number, or was deleted.
    MoveBooking,
    /// Everything about the person is to be erased.
    Erase,
}

/// A type of domain event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EventType {
    /// Its name in the body of the message.
    #[serde(rename = "type")]
    pub name: String,
    /// Other names under which it is sent.
    #[serde(default)]
    pub also: Vec<String>,
    /// What is done with it.
    pub does: Does,
    /// Which members of `additionalInformation` identify the fact, with the person and the type; `a|b`: whichever is there;
    /// `occurredAt` is that of the message. None: `occurredAt` does.
    #[serde(default)]
    pub fact: Vec<String>,
    /// Which members tell facts of one moment apart, in a message without the first member of `fact`; `a.b`: within an object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<String>,
    /// Which members a message has to have: without one of them it is unreadable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The member that says when it happened; without it, `occurredAt`.
    pub happened: Option<String>,
    /// The member that says when the estate first held it; without it, `occurredAt`.
    pub recorded: Option<String>,
    /// Who decided or reported what is made of it.
    #[serde(default, skip_serializing_if = "By::is_default")]
    pub by: By,
    /// What is made of it, the first that holds.
    #[serde(default, rename = "case")]
    pub cases: Vec<Case>,
}

/// A requirement or a licence condition, by the words of its main and sub type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionType {
    /// Words that the main type holds, in lower case; none: any.
    #[serde(default)]
    pub main: Vec<String>,
    /// Words that the sub type holds, in lower case; none: any.
    #[serde(default)]
    pub sub: Vec<String>,
    /// What is made of it.
    #[serde(default)]
    pub records: Vec<Template>,
    /// Why nothing is made of it.
    pub why: Option<String>,
}

/// A type of nDelius contact that the engine makes something of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ContactType {
    /// Its code: `C369`.
    pub code: String,
    /// Other codes of which the same is made.
    #[serde(default)]
    pub also: Vec<String>,
    /// What nDelius calls it.
    pub description: String,
    /// Whether one may be entered before its day, as an appointment or a meeting is.
    #[serde(default)]
    pub may_be_planned: bool,
    /// Who decided or reported what is made of it.
    #[serde(default, skip_serializing_if = "By::is_default")]
    pub by: By,
    /// What is made of it, the first whose `outcome` holds.
    #[serde(rename = "case")]
    pub cases: Vec<Case>,
}

impl ContactType {
    /// What a contact of this type is, said as a type of event.
    fn event(&self) -> EventType {
        EventType {
            name: "contact".to_owned(),
            also: Vec::new(),
            does: Does::Map,
            fact: vec!["contactId".to_owned()],
            apart: Vec::new(),
            needs: Vec::new(),
            happened: Some("date".to_owned()),
            recorded: Some("created".to_owned()),
            by: self.by,
            cases: self.cases.clone(),
        }
    }
}

/// That a contact was wrong from the start, said as a type of event.
fn contact_deleted() -> EventType {
    EventType {
        name: "contact.deleted".to_owned(),
        also: Vec::new(),
        does: Does::TakeBack,
        fact: vec!["contactId".to_owned()],
        apart: Vec::new(),
        needs: Vec::new(),
        happened: None,
        recorded: Some("deleted".to_owned()),
        by: By::default(),
        cases: Vec::new(),
    }
}

/// An outcome of contacts.
#[derive(Debug, Clone)]
struct ContactOutcome {
    code: String,
    label: String,
}

/// All tables.
#[derive(Debug, Clone)]
pub struct Codes {
    sources: Vec<TableSource>,
    registers: BTreeMap<String, RegisterType>,
    levels: BTreeMap<String, RegisterDetail>,
    categories: BTreeMap<String, RegisterDetail>,
    events: Vec<EventType>,
    /// The place of each event by each of its names.
    event_places: BTreeMap<String, usize>,
    requirements: Vec<ConditionType>,
    conditions: Vec<ConditionType>,
    contacts: BTreeMap<String, (ContactType, EventType)>,
    contact_deleted: EventType,
    outcomes: BTreeMap<String, ContactOutcome>,
    movements: BTreeMap<String, MovementReason>,
}

/// A file of tables, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    table: Option<TableSource>,
    #[serde(default, rename = "register")]
    registers: Vec<RegisterType>,
    #[serde(default, rename = "level")]
    levels: Vec<RegisterDetail>,
    #[serde(default, rename = "category")]
    categories: Vec<RegisterDetail>,
    #[serde(default, rename = "event")]
    events: Vec<EventType>,
    #[serde(default, rename = "requirement")]
    requirements: Vec<ConditionType>,
    #[serde(default, rename = "licence_condition")]
    conditions: Vec<ConditionType>,
    #[serde(default, rename = "contact")]
    contacts: Vec<ContactType>,
    #[serde(default, rename = "outcome")]
    outcomes: BTreeMap<String, String>,
    #[serde(default, rename = "movement")]
    movements: BTreeMap<Movement, BTreeMap<String, String>>,
}

/// A table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct CodesError {
    /// Which.
    pub file: String,
    /// Where and why, on one line.
    pub reason: String,
}

/// A fault of TOML on one line, without the text itself.
fn fault(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().trim().replace('\n', ", ");
    let place = error.span().and_then(|span| text.get(..span.start)).map(|before| {
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let line = before.matches('\n').count();
        format!("line {}, column {}: ", line.saturating_add(1), column.saturating_add(1))
    });
    format!(
        "{}{message}; expected tables in TOML, in the form of those built in, such as `[[contact]]` with `code` and `[[contact.case]]` \
         (docs/hmpps.md, \u{201c}Your own tables\u{201d}; `risk hmpps codes` shows what is built in)",
        place.unwrap_or_default()
    )
}

/// The tables that are built in, each with its name.
const TABLES: [(&str, &str); 5] = [
    ("registers.toml", include_str!("../tables/registers.toml")),
    ("events.toml", include_str!("../tables/events.toml")),
    ("other-events.toml", include_str!("../tables/other-events.toml")),
    ("movements.toml", include_str!("../tables/movements.toml")),
    ("contacts.toml", include_str!("../tables/contacts.toml")),
];

impl Codes {
    /// The tables that are built in.
    ///
    /// # Errors
    /// None, as the tests read them; the type is that of tables which a host gives.
    pub fn embedded() -> Result<Self, CodesError> {
        static EMBEDDED: LazyLock<Result<Codes, CodesError>> = LazyLock::new(|| {
            let empty = Codes {
                sources: Vec::new(),
                registers: BTreeMap::new(),
                levels: BTreeMap::new(),
                categories: BTreeMap::new(),
                events: Vec::new(),
                event_places: BTreeMap::new(),
                requirements: Vec::new(),
                conditions: Vec::new(),
                contacts: BTreeMap::new(),
                contact_deleted: contact_deleted(),
                outcomes: BTreeMap::new(),
                movements: BTreeMap::new(),
            };
            TABLES.iter().try_fold(empty, |codes, (file, text)| codes.with(file, text))
        });
        EMBEDDED.clone()
    }

    /// These with a host's own over them: an entry replaces the one of its code, type or words, or is added.
    ///
    /// # Errors
    /// [`CodesError`] with the place in the file.
    pub fn with(mut self, file: &str, text: &str) -> Result<Self, CodesError> {
        let refused = |reason: String| CodesError { file: file.to_owned(), reason };
        let written: Written = toml::from_str(text).map_err(|e| refused(fault(&e, text)))?;
        self.sources.extend(written.table);
        self.registers.extend(written.registers.into_iter().map(|r| (folded(&r.code), r)));
        self.levels.extend(written.levels.into_iter().map(|r| (folded(&r.code), r)));
        self.categories.extend(written.categories.into_iter().map(|r| (folded(&r.code), r)));
        // An outcome goes by its code and by its label.
        let outcomes = written.outcomes.into_iter();
        self.outcomes.extend(outcomes.flat_map(|(code, label)| {
            let outcome = ContactOutcome { code, label };
            [folded(&outcome.code), folded(&outcome.label)].map(|name| (name, outcome.clone()))
        }));
        let mut here = BTreeMap::new();
        for (movement, reasons) in written.movements {
            for (code, description) in reasons {
                let reason = MovementReason { code: code.clone(), description, movement };
                if let Some(other) = here.insert(folded(&code), reason) {
                    let (one, two) = (other.movement.name(), movement.name());
                    return Err(refused(format!("movement {code}: expected in one group, found in {one} and {two}")));
                }
            }
        }
        self.movements.extend(here);
        for contact in written.contacts {
            for code in std::iter::once(&contact.code).chain(&contact.also) {
                self.contacts.insert(folded(code), (contact.clone(), contact.event()));
            }
        }
        for event in written.events {
            // A name that one entry has is no other entry's.
            let is_named = |name: &String| *name == event.name || event.also.contains(name);
            self.events.retain(|e| e.name != event.name);
            self.events.iter_mut().for_each(|e| e.also.retain(|name| !is_named(name)));
            self.events.push(event);
        }
        let names =
            |event: &EventType| std::iter::once(&event.name).chain(&event.also).map(|n| folded(n)).collect::<Vec<_>>();
        let places =
            self.events.iter().enumerate().flat_map(|(place, e)| names(e).into_iter().map(move |n| (n, place)));
        self.event_places = places.collect();
        // What a host says of its own conditions is asked first.
        self.requirements.splice(0..0, written.requirements);
        self.conditions.splice(0..0, written.conditions);
        Ok(self)
    }

    /// Where the tables come from.
    #[must_use]
    pub fn sources(&self) -> &[TableSource] {
        &self.sources
    }

    /// The register type of that code.
    #[must_use]
    pub fn register(&self, code: &str) -> Option<&RegisterType> {
        self.registers.get(&folded(code))
    }

    /// Every register type, in the order of their codes.
    pub fn registers(&self) -> impl Iterator<Item = &RegisterType> {
        self.registers.values()
    }

    /// The level of a registration by its code.
    #[must_use]
    pub fn level(&self, code: &str) -> Option<&RegisterDetail> {
        self.levels.get(&folded(code))
    }

    /// Every level of a registration.
    pub fn levels(&self) -> impl Iterator<Item = &RegisterDetail> {
        self.levels.values()
    }

    /// The category of a registration by its code.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<&RegisterDetail> {
        self.categories.get(&folded(code))
    }

    /// Every category of a registration.
    pub fn categories(&self) -> impl Iterator<Item = &RegisterDetail> {
        self.categories.values()
    }

    /// The type of domain event of that name, or of another name of it.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&EventType> {
        self.events.get(*self.event_places.get(&folded(name))?)
    }

    /// Every type of domain event.
    #[must_use]
    pub fn events(&self) -> &[EventType] {
        &self.events
    }

    /// What is made of a requirement with these words.
    #[must_use]
    pub fn requirement(&self, main: &str, sub: &str) -> Option<&ConditionType> {
        by_words(&self.requirements, main, sub)
    }

    /// What is made of a licence condition with these words.
    #[must_use]
    pub fn licence_condition(&self, main: &str, sub: &str) -> Option<&ConditionType> {
        by_words(&self.conditions, main, sub)
    }

    /// Every word by which a requirement or a licence condition is known, and those that all their types have.
    pub(crate) fn words_of_conditions(&self) -> BTreeSet<String> {
        let types = self.requirements.iter().chain(&self.conditions);
        let words =
            types.flat_map(|of| of.main.iter().chain(&of.sub)).map(String::as_str).chain(["court licence order"]);
        let words = words.flat_map(|words| words.split(|c: char| !c.is_ascii_alphanumeric()));
        words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
    }

    /// Every type of requirement, in the order in which they are tried.
    #[must_use]
    pub fn requirements(&self) -> &[ConditionType] {
        &self.requirements
    }

    /// Every type of licence condition, in the order in which they are tried.
    #[must_use]
    pub fn licence_conditions(&self) -> &[ConditionType] {
        &self.conditions
    }

    /// The type of event that a contact of that code is.
    pub(crate) fn contact(&self, code: &str) -> Option<(&ContactType, &EventType)> {
        self.contacts.get(&folded(code)).map(|(contact, event)| (contact, event))
    }

    /// The type of event that the deletion of a contact is.
    pub(crate) fn contact_deleted(&self) -> &EventType {
        &self.contact_deleted
    }

    /// Whether it is the code or the label of an outcome of contacts.
    #[must_use]
    pub fn is_outcome(&self, outcome: &str) -> bool {
        self.outcomes.contains_key(&folded(outcome))
    }

    /// Every outcome of a contact, by its code, with its label.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.outcomes
            .values()
            .map(|outcome| (outcome.code.as_str(), outcome.label.as_str()))
            .collect::<BTreeMap<_, _>>()
            .into_iter()
    }

    /// The reason of a movement, by its code in NOMIS.
    #[must_use]
    pub fn movement(&self, code: &str) -> Option<&MovementReason> {
        self.movements.get(&folded(code))
    }

    /// Every reason of a movement, in the order of their codes.
    pub fn movements(&self) -> impl Iterator<Item = &MovementReason> {
        self.movements.values()
    }

    /// Every code of a contact that the tables say something of, with its type.
    pub fn contacts(&self) -> impl Iterator<Item = (&String, &ContactType)> {
        self.contacts.iter().map(|(code, (contact, _))| (code, contact))
    }

    /// What nDelius calls a type of contact, also one of which nothing is made.
    #[must_use]
    pub fn contact_name(code: &str) -> Option<&'static str> {
        static NAMES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
            let mut reader = csv::Reader::from_reader(include_str!("../tables/contact-types.csv").as_bytes());
            let rows = reader.records().filter_map(Result::ok);
            rows.filter_map(|row| Some((folded(row.get(0)?), row.get(1)?.to_owned()))).collect()
        });
        NAMES.get(&folded(code)).map(String::as_str)
    }
}

/// A code as codes are compared: without regard to case, and to blanks around it.
fn folded(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}

fn by_words<'c>(types: &'c [ConditionType], main: &str, sub: &str) -> Option<&'c ConditionType> {
    let (main, sub) = (main.to_lowercase(), sub.to_lowercase());
    let holds = |words: &[String], text: &str| words.is_empty() || words.iter().any(|w| text.contains(w.as_str()));
    types.iter().find(|t| holds(&t.main, &main) && holds(&t.sub, &sub))
}

fn day<'de, D: Deserializer<'de>>(d: D) -> Result<NaiveDate, D::Error> {
    let written = toml::value::Datetime::deserialize(d)?;
    written.to_string().parse().map_err(|_| serde::de::Error::custom("expected a date, such as 2022-12-31"))
}

/// A word of the vocabulary, written by its name.
mod term {
    use risk_core::event::field::one_of;
    use risk_core::event::vocabulary::Term;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn deserialize<'de, D: Deserializer<'de>, T: Term>(d: D) -> Result<T, D::Error> {
        let name = String::deserialize(d)?;
        let expected = || D::Error::custom(format!("expected {}, found `{name}`", one_of(T::names(), &name)));
        T::parse(&name).ok_or_else(expected)
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub fn serialize<S: Serializer, T: Term>(term: &T, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(term.name())
    }
}

/// A word of the vocabulary, where there is one.
mod some_term {
    use risk_core::event::vocabulary::Term;
    use serde::{Deserializer, Serializer};

    pub fn deserialize<'de, D: Deserializer<'de>, T: Term>(d: D) -> Result<Option<T>, D::Error> {
        super::term::deserialize(d).map(Some)
    }

    #[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub fn serialize<S: Serializer, T: Term>(term: &Option<T>, s: S) -> Result<S::Ok, S::Error> {
        match term {
            Some(term) => super::term::serialize(term, s),
            None => s.serialize_none(),
        }
    }
}
