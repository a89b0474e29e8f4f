//! What one message says, by the tables: records in the making, what it takes back, what it tells of the person's identity,
//! or why nothing.

use risk_core::event::vocabulary::{Level, SourceAgency, Term};
use risk_core::event::{Instant, Kind};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::codes::{Case, Codes, ConditionType, Does, EventType, RegisterType, Template};
use crate::draft::Draft;
use crate::fetched;
use crate::key::Key;
use crate::message::{Message, MessageError};
use crate::people::People;
use crate::report::{Instruction, Outcome};
use crate::template::{Filling, fill, may_change};

/// What a message says.
#[derive(Debug)]
pub enum Meaning {
    /// Records in the making.
    Says(Vec<Draft>),
    /// That something told earlier was wrong from the start.
    TakesBack(TakeBack),
    /// That what was recorded of a sentence under one case belongs to another.
    Moves(Move),
    /// Something about cases, for their store.
    Instructs(Vec<Instruction>),
    /// None of these.
    Ends(Outcome),
}

/// What was told under this reference was wrong.
#[derive(Debug, Clone)]
pub struct TakeBack {
    /// The case.
    pub case: Uuid,
    /// What all records of the registration, requirement or contact share.
    pub reference: String,
    /// When that was recorded.
    pub recorded: Instant,
    /// Which of the things given says so.
    pub from: usize,
}

/// A sentence that belongs to another person.
#[derive(Debug, Clone)]
pub struct Move {
    /// Under whom it was recorded.
    pub source: (Uuid, String),
    /// To whom it belongs.
    pub target: (Uuid, String),
    /// When that was recorded.
    pub recorded: Instant,
    /// Which of the things given says so.
    pub from: usize,
}

/// Reads messages by the tables.
pub struct Meanings<'a> {
    /// The tables.
    pub codes: &'a Codes,
    /// The host's secret.
    pub key: &'a Key,
    /// Whose case is whose.
    pub people: &'a People<'a>,
}

impl Meanings<'_> {
    /// The case that the message is about, and what it says.
    pub fn of(
        &self,
        message: &Message,
        from: usize,
        known: &mut dyn FnMut(&str, &str) -> Option<Uuid>,
    ) -> (Option<Uuid>, Meaning) {
        let Some(event_type) = self.codes.event(&message.event_type) else {
            return (None, Meaning::Ends(Outcome::Unmapped));
        };
        let of_nobody = OfPerson { meanings: self, message, event_type, case: Uuid::nil(), from };
        if let Some(why) = of_nobody.says_nothing() {
            let case = message.crn.as_ref().map(|crn| self.people.by_crn(crn, known));
            return (case, Meaning::Ends(nothing(why)));
        }
        let case = match (&message.crn, &message.noms) {
            (Some(crn), _) => Ok(self.people.by_crn(crn, known)),
            (None, Some(noms)) => {
                // Of two prison numbers that became one, either may be the one that is known.
                let removed = message.info.text("removedNomsNumber");
                let mut numbers = std::iter::once(noms).chain(&removed);
                let case = numbers.find_map(|noms| self.people.by_noms(noms, known));
                case.ok_or_else(|| Outcome::Waits { what: "a case that has this prison number".to_owned() })
            }
            (None, None) => {
                let what = "a CRN or a prison number in personReference.identifiers";
                Err(unreadable(MessageError::new("personReference", what, "neither")))
            }
        };
        let case = match case {
            Ok(case) => case,
            Err(outcome) => return (None, Meaning::Ends(outcome)),
        };
        let of_person = OfPerson { case, ..of_nobody };
        (Some(case), of_person.meaning(known).unwrap_or_else(|e| Meaning::Ends(unreadable(e))))
    }

    /// What a contact of that case says, which no event type of the tables tells.
    pub fn of_contact(&self, message: &Message, event_type: &EventType, case: Uuid, from: usize) -> Meaning {
        let of_person = OfPerson { meanings: self, message, event_type, case, from };
        if let Some(why) = of_person.says_nothing() {
            return Meaning::Ends(nothing(why));
        }
        of_person.mapped().unwrap_or_else(|e| Meaning::Ends(unreadable(e)))
    }
}

fn nothing(why: impl Into<String>) -> Outcome {
    Outcome::Nothing { why: why.into() }
}

/// The outcome of an error.
#[must_use]
pub fn unreadable(e: MessageError) -> Outcome {
    Outcome::Unreadable { field: e.field, expected: e.expected, found: e.found }
}

/// One message about one person.
struct OfPerson<'a> {
    meanings: &'a Meanings<'a>,
    message: &'a Message,
    event_type: &'a EventType,
    case: Uuid,
    from: usize,
}

impl OfPerson<'_> {
    fn meaning(&self, known: &mut dyn FnMut(&str, &str) -> Option<Uuid>) -> Result<Meaning, MessageError> {
        let words = |main: &str, sub: &str| {
            (self.message.info.text(main).unwrap_or_default(), self.message.info.text(sub).unwrap_or_default())
        };
        match self.event_type.does {
            Does::Map => self.mapped(),
            Does::Register => self.registered(),
            Does::Deregister => self.deregistered(),
            Does::Requirement => {
                let (main, sub) = words("requirementMainType", "requirementSubType");
                self.imposed(self.meanings.codes.requirement(&main, &sub))
            }
            Does::LicenceCondition => {
                let (main, sub) = words("licconditionMainType", "licconditionSubType");
                self.imposed(self.meanings.codes.licence_condition(&main, &sub))
            }
            Does::TakeBack => {
                let (case, recorded, from) = (self.case, self.recorded()?, self.from);
                Ok(Meaning::TakesBack(TakeBack { case, reference: self.reference(), recorded, from }))
            }
            Does::Fetch => self.fetched(),
            Does::Identify => Ok(Meaning::Instructs(self.identifiers())),
            Does::Merge => {
                let [from, into] = self.two("sourceCRN", "targetCRN", known)?;
                Ok(Meaning::Instructs(vec![Instruction::Merge { from, into, at: self.recorded()? }]))
            }
            Does::Unmerge => {
                let [from, into] = self.two("reactivatedCRN", "unmergedCRN", known)?;
                Ok(Meaning::Instructs(vec![Instruction::Unmerge { from, into, at: self.recorded()? }]))
            }
            Does::Move => self.moved(known),
            Does::Erase => Ok(Meaning::Instructs(vec![Instruction::Erase { case_id: self.case }])),
        }
    }

    fn mapped(&self) -> Result<Meaning, MessageError> {
        let records = self.case_that_holds().map_or(&[][..], |case| &case.records);
        self.says(records.iter(), &self.identity())
    }

    /// Why no record is made of it, whoever it is about, where that is so.
    fn says_nothing(&self) -> Option<String> {
        let case = self.case_that_holds().filter(|_| self.event_type.does == Does::Map);
        match (self.event_type.does, case) {
            (Does::Map, None) => Some("no case of the tables holds for what it says".to_owned()),
            (Does::Map, Some(case)) if case.records.is_empty() => {
                Some(case.why.clone().unwrap_or_else(|| "the tables make no record of it".to_owned()))
            }
            _ => None,
        }
    }

    fn case_that_holds(&self) -> Option<&Case> {
        self.event_type.cases.iter().find(|case| holds(&case.when, |name| self.message.info.text(name)))
    }

    fn imposed(&self, condition: Option<&ConditionType>) -> Result<Meaning, MessageError> {
        match condition {
            None => Ok(Meaning::Ends(nothing("no rule speaks of a requirement or condition of this type"))),
            Some(condition) => self.says(condition.records.iter(), &self.identity()),
        }
    }

    /// The type of register, where the engine speaks of it.
    fn register(&self) -> Result<&RegisterType, Outcome> {
        let Some(code) = self.message.info.text("registerTypeCode") else {
            let e =
                MessageError::new("additionalInformation.registerTypeCode", "the code of a register type", "nothing");
            return Err(unreadable(e));
        };
        let register = self.meanings.codes.register(&code);
        let register = register.ok_or_else(|| nothing("a register type that the tables do not have"))?;
        if register.flag.is_none() {
            return Err(nothing(format!("no rule speaks of the register {}", register.description)));
        }
        Ok(register)
    }

    fn registered(&self) -> Result<Meaning, MessageError> {
        let register = match self.register() {
            Ok(register) => register,
            Err(outcome) => return Ok(Meaning::Ends(outcome)),
        };
        let data = [("register", json!(register.flag.map(Term::name))), ("level", json!("{level}"))];
        let data: Map<String, Value> = data.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let flag = Template { kind: Kind::FlagRecorded, data, handling: None };
        // What a registration says besides its level it says once, however often it is updated.
        let (changing, lasting): (Vec<&Template>, Vec<&Template>) = register.also.iter().partition(|t| may_change(t));
        let mut drafts = self.drafts(std::iter::once(&flag).chain(changing), &self.identity())?;
        let once: Vec<String> = self.identity().into_iter().take(1).collect();
        drafts.extend(self.drafts(lasting.into_iter(), &once)?);
        Ok(Meaning::Says(drafts))
    }

    fn deregistered(&self) -> Result<Meaning, MessageError> {
        let register = match self.register() {
            Ok(register) => register,
            Err(outcome) => return Ok(Meaning::Ends(outcome)),
        };
        let mut data = Map::new();
        data.insert("register".to_owned(), json!(register.flag.map(Term::name)));
        // The level that the type itself states tells RMRH that goes from RHRH that stays.
        if let Some(level) = register.level {
            data.insert("level".to_owned(), json!(level.name()));
        }
        self.says(std::iter::once(&Template { kind: Kind::FlagRemoved, data, handling: None }), &self.identity())
    }

    fn fetched(&self) -> Result<Meaning, MessageError> {
        let message = self.message;
        let needed = || {
            let what = self.case_that_holds().and_then(|case| case.why.clone());
            let what = what.unwrap_or_else(|| "what is told stands behind detailUrl".to_owned());
            Meaning::Ends(Outcome::Needed { detail_url: message.detail_url.clone(), what })
        };
        let Some(body) = &message.fetched else { return Ok(needed()) };
        let about = fetched::About {
            key: self.meanings.key,
            case: self.case,
            told: self.recorded()?,
            detail_url: message.detail_url.as_deref(),
            from: self.from,
        };
        Ok(match fetched::read(body, &about)? {
            Some(drafts) if drafts.is_empty() => {
                Meaning::Ends(nothing("what was fetched states no level and no rating"))
            }
            Some(drafts) => Meaning::Says(drafts),
            // An error page, or something that only a person can read: it is still to be had.
            None => needed(),
        })
    }

    fn moved(&self, known: &mut dyn FnMut(&str, &str) -> Option<Uuid>) -> Result<Meaning, MessageError> {
        let [source, target] = self.two("sourceCRN", "targetCRN", known)?;
        let number = |name: &str| {
            let nothing =
                || MessageError::new(format!("additionalInformation.{name}"), "the number of an event", "nothing");
            self.message.info.text(name).ok_or_else(nothing)
        };
        let of = |case: Uuid, number: String| (case, sentence(self.meanings.key, case, &number));
        Ok(Meaning::Moves(Move {
            source: of(source, number("sourceEventNumber")?),
            target: of(target, number("targetEventNumber")?),
            recorded: self.recorded()?,
            from: self.from,
        }))
    }

    fn two(
        &self,
        one: &str,
        other: &str,
        known: &mut dyn FnMut(&str, &str) -> Option<Uuid>,
    ) -> Result<[Uuid; 2], MessageError> {
        let mut crn = |name: &str| {
            let nothing = || MessageError::new(format!("additionalInformation.{name}"), "a CRN", "nothing");
            let crn = self.message.info.text(name).ok_or_else(nothing)?;
            Ok::<_, MessageError>(self.meanings.people.by_crn(&crn.to_ascii_uppercase(), known))
        };
        Ok([crn(one)?, crn(other)?])
    }

    fn identifiers(&self) -> Vec<Instruction> {
        identifiers(self.case, self.message)
    }

    fn says<'t>(
        &self,
        templates: impl Iterator<Item = &'t Template>,
        identity: &[String],
    ) -> Result<Meaning, MessageError> {
        Ok(Meaning::Says(self.drafts(templates, identity)?))
    }

    /// The records that the templates make. Records of one kind about one fact are told apart by their order.
    fn drafts<'t>(
        &self,
        templates: impl Iterator<Item = &'t Template>,
        identity: &[String],
    ) -> Result<Vec<Draft>, MessageError> {
        let recorded = self.recorded()?;
        let happened = match &self.event_type.happened {
            Some(member) => self.message.info.when(member)?,
            None => None,
        };
        let occurred = happened.or(self.message.occurred_at).map_or(recorded, |when| when.known_by(recorded));
        let reference = self.reference();
        let each = templates.enumerate().map(|(n, template)| {
            let id = self.id(identity, template.kind, n);
            let filled = fill(template, &OfMessage { of: self, id });
            Draft {
                id,
                case: self.case,
                occurred,
                recorded,
                reference: reference.clone(),
                agency: self.agency(),
                handling: template.handling.max(self.message.handling),
                kind: filled.kind,
                data: filled.data,
                replies: filled.replies,
                from: self.from,
            }
        });
        Ok(each.collect())
    }

    fn id(&self, identity: &[String], kind: Kind, n: usize) -> Uuid {
        let (case, n) = (self.case.to_string(), n.to_string());
        // A registration is one fact, whether its beginning or an update tells of it first.
        let of = if self.event_type.does == Does::Register { "registration" } else { self.event_type.name.as_str() };
        let parts = ["event", case.as_str(), of, kind.name(), n.as_str()];
        let parts: Vec<&str> = parts.into_iter().chain(identity.iter().map(String::as_str)).collect();
        self.meanings.key.uuid(&parts)
    }

    /// What identifies the fact: each member that does, with its name; else the type and the time.
    fn identity(&self) -> Vec<String> {
        let named = self.event_type.fact.iter().filter_map(|names| {
            let value = match names.as_str() {
                "occurredAt" => self.message.occurred_at.map(|when| when.instant().to_rfc3339())?,
                names => self.message.info.text(names)?,
            };
            Some(format!("{}={value}", names.split('|').next().unwrap_or(names)))
        });
        let named: Vec<String> = named.collect();
        if named.is_empty() {
            let at = self.message.occurred_at.map(|when| when.instant().to_rfc3339());
            return vec![self.event_type.name.clone(), at.unwrap_or_default()];
        }
        named
    }

    /// What all records share that speak of one registration, requirement or the like.
    fn reference(&self) -> String {
        let identity = self.identity();
        let first = identity.first().map(String::as_str).unwrap_or_default();
        let rest = identity.get(1).filter(|_| !first.contains('=')).map(String::as_str).unwrap_or_default();
        reference(self.meanings.key, self.case, first, rest)
    }

    /// When the estate first held it.
    fn recorded(&self) -> Result<Instant, MessageError> {
        let told = match &self.event_type.recorded {
            Some(member) => self.message.info.when(member)?,
            None => None,
        };
        let nothing = || MessageError::new("occurredAt", crate::when::EXPECTED, "nothing");
        told.or(self.message.occurred_at).map(crate::when::When::instant).ok_or_else(nothing)
    }

    fn agency(&self) -> SourceAgency {
        if self.event_type.name.starts_with("prison") { SourceAgency::Prison } else { SourceAgency::Probation }
    }
}

/// The id of the sentence that a message is about, for records that the host makes of it itself.
#[must_use]
pub fn sentence_of(key: &Key, case: Uuid, message: &Message) -> Option<String> {
    Some(sentence(key, case, &message.info.text("eventNumber")?))
}

/// What a store is told of the identifiers in a message.
#[must_use]
pub fn identifiers(case_id: Uuid, message: &Message) -> Vec<Instruction> {
    let named = [("crn", &message.crn), ("noms", &message.noms)];
    let each = named.into_iter().filter_map(|(scheme, value)| Some((scheme, value.clone()?)));
    each.map(|(scheme, value)| Instruction::Identify { case_id, scheme, value }).collect()
}

/// Whether each member named has one of the values, whatever its case: `RELEASED*` is that beginning, `*` any value at all.
fn holds(when: &crate::codes::Where, member: impl Fn(&str) -> Option<String>) -> bool {
    when.iter().all(|(name, values)| {
        let found = member(name).map(|found| found.to_lowercase());
        let is = |value: &String| {
            let value = value.to_lowercase();
            let beginning = value.strip_suffix('*').map(str::to_owned);
            found.as_ref().is_some_and(|found| match &beginning {
                Some(beginning) => found.starts_with(beginning),
                None => *found == value,
            })
        };
        values.iter().any(is)
    })
}

/// The opaque id of a person's sentence.
#[must_use]
pub fn sentence(key: &Key, case: Uuid, number: &str) -> String {
    key.opaque("sentence", &[&case.to_string(), number])
}

/// The opaque reference of a registration, requirement or contact.
#[must_use]
fn reference(key: &Key, case: Uuid, what: &str, rest: &str) -> String {
    key.opaque("source", &[&case.to_string(), what, rest])
}

/// Fills templates in from a message.
struct OfMessage<'a> {
    of: &'a OfPerson<'a>,
    id: Uuid,
}

impl Filling for OfMessage<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        let OfPerson { meanings: Meanings { codes, key, .. }, message: Message { info, .. }, case, .. } = self.of;
        let level = || codes.level(&info.text("registrationLevelCode|registerLevelCode")?);
        let category = || codes.category(&info.text("registrationCategoryCode|registerCategoryCode")?);
        let staff = || {
            let named = info.object("bookedBy").and_then(|by| by.text("username|staffCode"));
            named.or_else(|| info.text("username|staffCode|officer"))
        };
        match name {
            "fact" => Some(json!(key.opaque("fact", &[&self.of.reference()]))),
            "sentence" => Some(json!(sentence(key, *case, &info.text("eventNumber")?))),
            // Nobody is named: somebody, who is nobody else.
            "staff" => Some(json!(key.opaque("staff", &[&staff().unwrap_or_else(|| self.id.to_string())]))),
            "level" => {
                let of_type = || codes.register(&info.text("registerTypeCode")?)?.level;
                of_type().or_else(|| level()?.level).map(Level::name).map(Value::from)
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
