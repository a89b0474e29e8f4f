//! What one message says, by the tables: records in the making, what it takes back, what it tells of the person's identity,
//! or why nothing.

use risk_core::event::vocabulary::Term;
use risk_core::event::{Instant, Kind};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::codes::{Case, Codes, ConditionType, Does, EventType, RegisterType, Template};
use crate::detail_hosts::DetailHosts;
use crate::draft::Draft;
use crate::fetched;
use crate::key::Key;
use crate::message::{Message, MessageError};
use crate::people::{Known, People};
use crate::report::{Instruction, Outcome};
use crate::telling::{Telling, sentence};
use crate::template::may_change;

/// What a message says.
#[derive(Debug)]
pub enum Meaning {
    /// Records in the making.
    Says(Vec<Draft>),
    /// What was fetched, with where it says two things.
    Fetched(fetched::Read),
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
    /// What becomes of it if nothing was told under the reference: by its type nothing is ever made of such a thing.
    pub else_ends: Option<Outcome>,
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
    /// The hosts from which may be fetched with credentials.
    pub detail_hosts: &'a DetailHosts,
}

impl Meanings<'_> {
    /// The case that the message is about, and what it says.
    pub fn of(&self, message: &Message, from: usize, known: &mut dyn Known) -> (Option<Uuid>, Meaning) {
        let Some(event_type) = self.codes.event(&message.event_type) else {
            return (None, Meaning::Ends(Outcome::Unmapped));
        };
        let of_nobody = self.of_person(message, event_type, Uuid::nil(), from);
        if let Some(why) = of_nobody.says_nothing() {
            let case = message.crn.as_ref().map(|crn| self.people.by_crn(crn, known));
            return (case, Meaning::Ends(nothing(why)));
        }
        let case = match (&message.crn, &message.noms) {
            (Some(crn), _) => Ok(self.people.by_crn(crn, known)),
            (None, Some(noms)) => {
                let case = self.people.by_noms(noms, known);
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
        let of_person = self.of_person(message, event_type, case, from);
        (Some(case), of_person.meaning(known).unwrap_or_else(|e| Meaning::Ends(unreadable(e))))
    }

    fn of_person<'m>(
        &'m self,
        message: &'m Message,
        event_type: &'m EventType,
        case: Uuid,
        from: usize,
    ) -> OfPerson<'m> {
        OfPerson {
            meanings: self,
            telling: Telling { codes: self.codes, key: self.key, message, event_type, case, from },
        }
    }

    /// What a contact of that case says, which no event type of the tables tells.
    pub fn of_contact(&self, message: &Message, event_type: &EventType, case: Uuid, from: usize) -> Meaning {
        let of_person = self.of_person(message, event_type, case, from);
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
    telling: Telling<'a>,
}

impl OfPerson<'_> {
    fn meaning(&self, known: &mut dyn Known) -> Result<Meaning, MessageError> {
        let words = |main: &str, sub: &str| {
            (
                self.telling.message.info.text(main).unwrap_or_default(),
                self.telling.message.info.text(sub).unwrap_or_default(),
            )
        };
        match self.telling.event_type.does {
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
                let (case, recorded, from) = (self.telling.case, self.telling.recorded()?, self.telling.from);
                let (reference, else_ends) = (self.telling.reference(), self.makes_nothing());
                Ok(Meaning::TakesBack(TakeBack { case, reference, recorded, from, else_ends }))
            }
            Does::Fetch => self.fetched(),
            Does::Identify => Ok(Meaning::Instructs(self.identifiers())),
            Does::Merge => {
                let [from, into] = self.two("sourceCRN", "targetCRN", known)?;
                let at = self.telling.recorded()?;
                Ok(self.of_two_cases(from, into, Instruction::Merge { from, into, at }))
            }
            Does::Unmerge => {
                let [from, into] = self.two("reactivatedCRN", "unmergedCRN", known)?;
                let at = self.telling.recorded()?;
                Ok(self.of_two_cases(from, into, Instruction::Unmerge { from, into, at }))
            }
            Does::Move => self.moved(known),
            Does::Erase => Ok(Meaning::Instructs(vec![Instruction::Erase { case_id: self.telling.case }])),
        }
    }

    /// An instruction about two cases, where they are two.
    fn of_two_cases(&self, from: Uuid, into: Uuid, instruction: Instruction) -> Meaning {
        if from == into {
            return Meaning::Ends(nothing("both are one case: there is nothing to merge and nothing to part"));
        }
        Meaning::Instructs(vec![instruction])
    }

    fn mapped(&self) -> Result<Meaning, MessageError> {
        let records = self.case_that_holds().map_or(&[][..], |case| &case.records);
        self.says(records.iter(), &self.telling.identity())
    }

    /// Why no record is made of it, whoever it is about, where that is so.
    fn says_nothing(&self) -> Option<String> {
        if self.telling.event_type.does != Does::Map {
            return None;
        }
        match self.case_that_holds() {
            None => Some("no case of the tables holds for what it says".to_owned()),
            Some(case) if case.records.is_empty() => {
                Some(case.why.clone().unwrap_or_else(|| "the tables make no record of it".to_owned()))
            }
            Some(_) => None,
        }
    }

    fn case_that_holds(&self) -> Option<&Case> {
        self.telling.event_type.cases.iter().find(|case| holds(&case.when, |name| self.telling.message.info.text(name)))
    }

    fn imposed(&self, condition: Option<&ConditionType>) -> Result<Meaning, MessageError> {
        match condition {
            None => Ok(Meaning::Ends(nothing("no rule speaks of a requirement or condition of this type"))),
            Some(condition) => self.says(condition.records.iter(), &self.telling.identity()),
        }
    }

    /// What the creation comes to of what is taken back here, where by its type no record is made of it.
    fn makes_nothing(&self) -> Option<Outcome> {
        let info = &self.telling.message.info;
        if info.text("registerTypeCode").is_some() {
            return self.register().err();
        }
        let main = info.text("requirementMainType")?;
        let sub = info.text("requirementSubType").unwrap_or_default();
        match self.imposed(self.meanings.codes.requirement(&main, &sub)) {
            Ok(Meaning::Ends(outcome)) => Some(outcome),
            _ => None,
        }
    }

    /// The type of register, where the engine speaks of it.
    fn register(&self) -> Result<&RegisterType, Outcome> {
        let Some(code) = self.telling.message.info.text("registerTypeCode") else {
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
        let mut drafts = self.telling.drafts(std::iter::once(&flag).chain(changing), &self.telling.identity())?;
        let once: Vec<String> = self.telling.identity().into_iter().take(1).collect();
        drafts.extend(self.telling.drafts(lasting.into_iter(), &once)?);
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
        self.says(
            std::iter::once(&Template { kind: Kind::FlagRemoved, data, handling: None }),
            &self.telling.identity(),
        )
    }

    fn fetched(&self) -> Result<Meaning, MessageError> {
        let message = self.telling.message;
        let needed = || {
            let what = self.case_that_holds().and_then(|case| case.why.clone());
            let what = what.unwrap_or_else(|| "what is told stands behind detailUrl".to_owned());
            let detail = message.detail_url.as_deref().map(|url| self.meanings.detail_hosts.detail(url));
            Meaning::Ends(Outcome::Needed { detail, what })
        };
        let Some(body) = &message.fetched else { return Ok(needed()) };
        let about = fetched::About {
            key: self.meanings.key,
            case: self.telling.case,
            told: self.telling.recorded()?,
            detail_url: message.detail_url.as_deref(),
            from: self.telling.from,
        };
        Ok(match fetched::read(body, &about)? {
            Some(read) if read.drafts.is_empty() => {
                Meaning::Ends(nothing("what was fetched states no level and no rating"))
            }
            Some(read) => Meaning::Fetched(read),
            // An error page, or something that only a person can read: it is still to be had.
            None => needed(),
        })
    }

    fn moved(&self, known: &mut dyn Known) -> Result<Meaning, MessageError> {
        let [source, target] = self.two("sourceCRN", "targetCRN", known)?;
        let number = |name: &str| {
            let nothing =
                || MessageError::new(format!("additionalInformation.{name}"), "the number of an event", "nothing");
            self.telling.message.info.text(name).ok_or_else(nothing)
        };
        let of = |case: Uuid, number: String| (case, sentence(self.meanings.key, case, &number));
        let (source, target) = (of(source, number("sourceEventNumber")?), of(target, number("targetEventNumber")?));
        if source == target {
            return Ok(Meaning::Ends(nothing("it was moved to where it is: there is nothing to move")));
        }
        Ok(Meaning::Moves(Move { source, target, recorded: self.telling.recorded()?, from: self.telling.from }))
    }

    fn two(&self, one: &str, other: &str, known: &mut dyn Known) -> Result<[Uuid; 2], MessageError> {
        let mut crn = |name: &str| {
            let nothing = || MessageError::new(format!("additionalInformation.{name}"), "a CRN", "nothing");
            let crn = self.telling.message.info.text(name).ok_or_else(nothing)?;
            Ok::<_, MessageError>(self.meanings.people.by_crn(&crn.to_ascii_uppercase(), known))
        };
        Ok([crn(one)?, crn(other)?])
    }

    fn identifiers(&self) -> Vec<Instruction> {
        identifiers(self.telling.case, self.telling.message)
    }

    fn says<'t>(
        &self,
        templates: impl Iterator<Item = &'t Template>,
        identity: &[String],
    ) -> Result<Meaning, MessageError> {
        Ok(Meaning::Says(self.telling.drafts(templates, identity)?))
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
    let (noms, removed) = match message.merged_numbers() {
        Some((left, removed)) => (Some(left), Some(removed)),
        None => (message.noms.clone(), None),
    };
    let named = [("crn", message.crn.clone()), ("noms", noms), ("noms_former", removed)];
    let each = named.into_iter().filter_map(|(scheme, value)| Some((scheme, value?)));
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
