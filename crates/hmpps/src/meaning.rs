//! What one message says, by the tables: records in the making, what it takes back, what it says about the person's identity,
//! or why nothing.

use risk_core::event::vocabulary::{Handling, Term};
use risk_core::event::{Instant, Kind};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::codes::{Case, Codes, ConditionType, Does, EventType, RegisterType, Template};
use crate::contact::{ContactStatement, Standing, raises};
use crate::detail_hosts::DetailHosts;
use crate::fetched;
use crate::input_table::{ContactMeaning, ContactRow};
use crate::json::Json;
use crate::key::Key;
use crate::message::{Message, MessageError, Named};
use crate::message_context::{EVENT_NUMBER, MessageContext, sentence};
use crate::pending_record::PendingRecord;
use crate::people::{Known, People};
use crate::reason::Reason;
use crate::report::{Instruction, Outcome, named, named_types};
use crate::template::may_change;
use crate::when::When;

/// The name by which the cases of an event ask what a movement is.
const MOVEMENT: &str = "movement";
/// The member whose code says so.
const MOVEMENT_CODE: &str = "nomisMovementReasonCode";
/// The members that say under which prison number a spell in prison was, to which it belongs, and when it began.
const MOVED_FROM: &str = "movedFromNomsNumber";
const MOVED_TO: &str = "movedToNomsNumber";
const BOOKING_STARTED: &str = "bookingStartDateTime";
/// Why a move to where it is comes to nothing.
const NOTHING_TO_MOVE: &str = "it was moved to where it is: there is nothing to move";
/// The member by which the cases of a contact go.
const OUTCOME: &str = "outcome";

/// What a message says.
#[derive(Debug)]
pub enum Meaning {
    /// Records in the making.
    Says(Vec<PendingRecord>),
    /// That, with a caveat for anyone who relies on it.
    Noted(Box<Meaning>, Vec<String>),
    /// What was fetched, with where it says two things.
    Fetched(fetched::Read),
    /// Something reported earlier was wrong from the start.
    TakesBack(TakeBack),
    /// That what was recorded of a sentence under one case belongs to another.
    Moves(Move),
    /// Something about cases, for their store.
    Instructs(Vec<Instruction>),
    /// None of these.
    Ends(Outcome),
}

/// What was reported under this reference was wrong.
#[derive(Debug, Clone)]
pub struct TakeBack {
    /// The case.
    pub case: Uuid,
    /// What all records of the registration or requirement share.
    pub reference: String,
    /// Its id, with its name.
    pub own: String,
    /// When that was recorded.
    pub recorded: Instant,
    /// When it was stated.
    pub stated: Instant,
    /// Which of the things given says so.
    pub from: usize,
    /// What becomes of it if nothing was reported under the reference: by its type nothing is ever made of such a thing.
    pub else_ends: Option<Outcome>,
    /// A stricter mark, where what says so is marked as sensitive.
    pub handling: Option<Handling>,
}

/// What is moved.
#[derive(Debug, Clone)]
pub enum Moved {
    /// The sentence that is called so there and so here.
    Sentence(String, String),
    /// A sentence; the message does not say which.
    SomeSentence,
    /// A spell in prison, since that moment; records do not name their spell.
    Booking(Option<Instant>),
}

/// A sentence or a spell in prison that belongs to another person.
#[derive(Debug, Clone)]
pub struct Move {
    /// The person under whom it was recorded.
    pub source: Uuid,
    /// The person it belongs to.
    pub target: Uuid,
    /// What of the records.
    pub what: Moved,
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
    /// The cases of each person.
    pub people: &'a People<'a>,
    /// The hosts from which may be fetched with credentials.
    pub detail_hosts: &'a DetailHosts,
}

impl Meanings<'_> {
    /// The case that the message is about, and what it says.
    pub fn of(&self, message: &Message, from: usize, known: &mut dyn Known) -> (Option<Uuid>, Meaning) {
        let Some(event_type) = self.codes.event(&message.event_type) else {
            return (None, Meaning::Ends(Outcome::unmapped("events", &message.event_type, "a type of event")));
        };
        // What says nothing of a case says it whoever it is about.
        if let Some(outcome) = self.of_person(message, event_type, Uuid::nil(), from).ends() {
            let case = message.crn.as_ref().map(|crn| self.people.by_crn(crn, known));
            return (case, Meaning::Ends(outcome));
        }
        // It is about the number under which the spell was, and names that to which it belongs.
        if event_type.does == Does::MoveBooking {
            let moved = self.of_person(message, event_type, Uuid::nil(), from).booking_moved(known);
            return (None, moved.unwrap_or_else(|e| Meaning::Ends(unreadable(e))));
        }
        let case = match (&message.crn, &message.noms) {
            (Some(crn), _) => Ok(self.people.by_crn(crn, known)),
            (None, Some(noms)) => {
                let case = self.people.by_noms(noms, known);
                case.ok_or_else(|| Outcome::waits(Reason::PersonUnknown, "a case that has this prison number"))
            }
            (None, None) => {
                let what = "a CRN or a prison number in personReference.identifiers";
                Err(unreadable(MessageError::new("personReference", what, "nothing")))
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
            telling: MessageContext { codes: self.codes, key: self.key, message, event_type, case, from },
        }
    }

    /// What a row about a contact of that case says, and how it compares with other statements of the same contact.
    pub fn of_contact(&self, row: &ContactRow<'_>, case: Uuid, from: usize) -> (Option<ContactStatement>, Meaning) {
        let event_type = match &row.says {
            ContactMeaning::Type(event_type) => event_type,
            ContactMeaning::Nothing(_) | ContactMeaning::Deleted { .. } => self.codes.contact_deleted(),
        };
        let of_person = self.of_person(&row.message, event_type, case, from);
        let ends = || of_person.unknown_outcome().or_else(|| of_person.ends());
        let meaning = match &row.says {
            ContactMeaning::Nothing(outcome) => Ok(Meaning::Ends(outcome.clone())),
            ContactMeaning::Deleted { .. } => Ok(Meaning::Says(Vec::new())),
            ContactMeaning::Type(_) => ends().map_or_else(|| of_person.mapped(), |outcome| Ok(Meaning::Ends(outcome))),
        };
        let meaning = meaning.unwrap_or_else(|e| Meaning::Ends(unreadable(e)));
        let is_read = !matches!(meaning, Meaning::Ends(Outcome::Unmapped { .. } | Outcome::Unreadable { .. }));
        let (standing, else_ends) = match &row.says {
            ContactMeaning::Deleted { else_ends } => (Standing::Deleted, else_ends.clone()),
            _ if row.message.info.text(OUTCOME).is_some() => (Standing::ContactVersion, None),
            _ => (Standing::Planned, None),
        };
        let identity = of_person.telling.identity().into_iter().next().filter(|_| is_read);
        let statement = identity.map(|identity| ContactStatement {
            case,
            identity,
            has_id: row.has_id,
            stated: row.stated,
            is_update: row.message.occurred_at.is_some(),
            standing,
            makes_records: row.makes_records,
            handling: row.message.handling,
            else_ends,
            from,
        });
        (statement, meaning)
    }
}

/// What a report says of something fetched for a message of which no fetched form is read.
pub(crate) const FETCHED_UNREAD: &str =
    "what was fetched was not read: no form of it is known for this type of event. Look it up and record it by hand";

/// What a report says of something fetched that is no assessment.
fn not_a_body(fetched: &Json) -> String {
    let found = match fetched {
        Json::Object(_) => "an object without any member of an assessment, such as the body of an error".to_owned(),
        other => other.described(),
    };
    format!(
        "what was fetched is not an assessment: expected an object with levels, ratings or a plan, found {found}; fetch it again"
    )
}

fn nothing(why: impl Into<String>) -> Outcome {
    Outcome::no_record(why)
}

/// The outcome of an error.
#[must_use]
pub fn unreadable(e: MessageError) -> Outcome {
    Outcome::Unreadable { field: e.field, expected: e.expected, found: e.found }
}

/// One message about one person.
struct OfPerson<'a> {
    meanings: &'a Meanings<'a>,
    telling: MessageContext<'a>,
}

impl OfPerson<'_> {
    fn meaning(&self, known: &mut dyn Known) -> Result<Meaning, MessageError> {
        self.telling.check()?;
        match self.telling.event_type.does {
            Does::Map => self.mapped(),
            Does::Register => self.registered(),
            Does::Deregister => self.deregistered(),
            Does::Requirement => {
                let (main, sub) = self.words("requirementMainType", "requirementSubType")?;
                let condition = self.meanings.codes.requirement(&main, &sub);
                self.imposed(condition, "requirements", &[main, sub])
            }
            Does::LicenceCondition => {
                let (main, sub) = self.words("licconditionMainType", "licconditionSubType")?;
                let condition = self.meanings.codes.licence_condition(&main, &sub);
                self.imposed(condition, "licence_conditions", &[main, sub])
            }
            Does::TakeBack => self.taken_back(),
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
            Does::MoveBooking => self.booking_moved(known),
            Does::Erase => Ok(Meaning::Instructs(vec![Instruction::Erase { case_id: self.telling.case }])),
        }
    }

    /// An instruction about two cases, where they are two.
    fn of_two_cases(&self, from: Uuid, into: Uuid, instruction: Instruction) -> Meaning {
        if from == into {
            return Meaning::Ends(Outcome::Nothing {
                reason: Reason::OneCaseAlready,
                why: "both are one case: there is nothing to merge and nothing to part".to_owned(),
            });
        }
        Meaning::Instructs(vec![instruction])
    }

    fn taken_back(&self) -> Result<Meaning, MessageError> {
        let (case, recorded, from) = (self.telling.case, self.telling.recorded()?, self.telling.from);
        let (reference, else_ends) = (self.telling.reference(), self.makes_nothing()?);
        let own = self.telling.own_id().unwrap_or_default();
        let handling = self.telling.message.handling;
        Ok(Meaning::TakesBack(TakeBack { case, reference, own, recorded, stated: recorded, from, else_ends, handling }))
    }

    fn mapped(&self) -> Result<Meaning, MessageError> {
        let Some(case) = self.case_that_holds() else { return Ok(Meaning::Says(Vec::new())) };
        if let Some(what) = &case.look_up {
            let message = self.telling.message;
            let detail = message.detail_url.as_deref().map(|url| self.meanings.detail_hosts.detail(url));
            let what = format!("{what}{}", self.movement_named());
            return Ok(Meaning::Ends(Outcome::Needed { reason: Reason::ToLookUp, detail, what }));
        }
        let said = self.says(case.records.iter(), &self.telling.identity())?;
        let outcome = self
            .outcome_that_is_not_known()
            .map(|outcome| format!("outcome {} is not in the tables: add it to outcomes of contacts", named(&outcome)));
        let notes: Vec<String> = case.note.clone().into_iter().chain(outcome).collect();
        Ok(if notes.is_empty() { said } else { Meaning::Noted(Box::new(said), notes) })
    }

    /// What it comes to, whoever it is about, where it makes no record of a case and nothing is to be looked up.
    fn ends(&self) -> Option<Outcome> {
        if self.telling.event_type.does != Does::Map {
            return None;
        }
        if let Some(outcome) = self.unread_code() {
            return Some(outcome);
        }
        match self.case_that_holds() {
            None => Some(nothing("no case of the tables holds for what it says")),
            Some(case) if case.records.is_empty() && case.look_up.is_none() => {
                Some(nothing(case.why.clone().unwrap_or_else(|| "the tables make no record of it".to_owned())))
            }
            Some(_) => None,
        }
    }

    /// What a code comes to by which the cases go, and which cannot be read or is not in the tables.
    fn unread_code(&self) -> Option<Outcome> {
        let (info, cases) = (&self.telling.message.info, &self.telling.event_type.cases);
        let members = cases.iter().flat_map(|case| case.when.keys());
        for member in members {
            let is_movement = member == MOVEMENT;
            match info.code(if is_movement { MOVEMENT_CODE } else { member }) {
                Err(e) => return Some(unreadable(e)),
                Ok(Some(code)) if is_movement && self.meanings.codes.movement(&code).is_none() => {
                    return Some(Outcome::unmapped(
                        "movements",
                        &code,
                        "the reason of a movement into or out of prison",
                    ));
                }
                Ok(_) => {}
            }
        }
        None
    }

    fn case_that_holds(&self) -> Option<&Case> {
        let info = &self.telling.message.info;
        let member = |name: &str| match name {
            MOVEMENT => {
                let reason = self.meanings.codes.movement(&info.text(MOVEMENT_CODE)?)?;
                Some(reason.movement.name().to_owned())
            }
            name => info.text(name),
        };
        self.telling.event_type.cases.iter().find(|case| holds(&case.when, member))
    }

    /// What a movement is by its code and by its reason, where the cases go by them: both, as they may contradict each other.
    fn movement_named(&self) -> String {
        let is_movement = self.telling.event_type.cases.iter().any(|case| case.when.contains_key(MOVEMENT));
        let info = &self.telling.message.info;
        let Some(code) = info.text(MOVEMENT_CODE).filter(|_| is_movement) else { return String::new() };
        let movement = self.meanings.codes.movement(&code);
        let meaning = movement.map(|of| format!(" ({})", of.movement.name())).unwrap_or_default();
        let reason = info.text("reason").map_or_else(|| "none".to_owned(), |reason| named(&reason));
        format!("; {MOVEMENT_CODE}: {}{meaning}, reason: {reason}", named(&code))
    }

    /// The outcome of a contact that neither the case which holds nor the list of outcomes names.
    fn outcome_that_is_not_known(&self) -> Option<String> {
        let outcome = self.telling.message.info.text(OUTCOME)?;
        let names_it = self.case_that_holds().is_some_and(|case| case.when.contains_key(OUTCOME));
        (!names_it && !self.meanings.codes.is_outcome(&outcome)).then_some(outcome)
    }

    /// What a contact comes to whose outcome is not known: it could be one after which nothing was done or no one answered. What
    /// was learnt and settles nothing, such as an arrest, is recorded all the same.
    fn unknown_outcome(&self) -> Option<Outcome> {
        let outcome = self.outcome_that_is_not_known()?;
        let records = self.case_that_holds().map_or(&[][..], |case| &case.records);
        let decides = self.telling.event_type.cases.iter().any(|case| case.when.contains_key(OUTCOME));
        let is_unmapped = decides || !records.iter().all(|template| raises(template.kind));
        is_unmapped.then(|| Outcome::unmapped("outcomes", &outcome, "the outcome of a contact"))
    }

    /// The words of a main and a sub type.
    fn words(&self, main: &str, sub: &str) -> Result<(String, String), MessageError> {
        let info = &self.telling.message.info;
        match (info.code(main)?, info.code(sub)?) {
            (None, None) => {
                Err(MessageError::new(format!("additionalInformation.{main}"), "the words of a type", "nothing"))
            }
            (main, sub) => Ok((main.unwrap_or_default(), sub.unwrap_or_default())),
        }
    }

    fn imposed(
        &self,
        condition: Option<&ConditionType>,
        table: &'static str,
        words: &[String],
    ) -> Result<Meaning, MessageError> {
        match condition {
            None => {
                let what = "the type of a requirement or condition".to_owned();
                let code = named_types(words, &self.meanings.codes.words_of_conditions());
                Ok(Meaning::Ends(Outcome::Unmapped { table, code, what }))
            }
            Some(ConditionType { why: Some(why), .. }) => Ok(Meaning::Ends(nothing(why.clone()))),
            Some(condition) => self.says(condition.records.iter(), &self.telling.identity()),
        }
    }

    /// What the creation comes to of what is taken back here, where by its type no record is made of it.
    fn makes_nothing(&self) -> Result<Option<Outcome>, MessageError> {
        let info = &self.telling.message.info;
        if info.text("registerTypeCode").is_some() {
            return Ok(self.register().err());
        }
        if info.text("requirementMainType").is_none() {
            return Ok(None);
        }
        let (main, sub) = self.words("requirementMainType", "requirementSubType")?;
        let condition = self.meanings.codes.requirement(&main, &sub);
        Ok(match self.imposed(condition, "requirements", &[main, sub])? {
            Meaning::Ends(outcome) => Some(outcome),
            _ => None,
        })
    }

    /// The type of register, where the engine speaks of it.
    fn register(&self) -> Result<&RegisterType, Outcome> {
        let code = self.telling.message.info.code("registerTypeCode").map_err(unreadable)?;
        let Some(code) = code else {
            let e =
                MessageError::new("additionalInformation.registerTypeCode", "the code of a register type", "nothing");
            return Err(unreadable(e));
        };
        let register = self.meanings.codes.register(&code);
        let register = register.ok_or_else(|| Outcome::unmapped("registers", &code, "the type of a register"))?;
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
        let flag = Template::new(Kind::FlagRecorded, data);
        let notes = self.telling.levels_not_read(register)?;
        // What a registration says besides its level it says once, however often it is updated.
        let (changing, lasting): (Vec<&Template>, Vec<&Template>) = register.also.iter().partition(|t| may_change(t));
        let mut drafts = self.telling.drafts(std::iter::once(&flag).chain(changing), &self.telling.identity())?;
        drafts.extend(self.telling.drafts(lasting.into_iter(), &self.telling.lasting_identity())?);
        let said = Meaning::Says(drafts);
        Ok(if notes.is_empty() { said } else { Meaning::Noted(Box::new(said), notes) })
    }

    fn deregistered(&self) -> Result<Meaning, MessageError> {
        let register = match self.register() {
            Ok(register) => register,
            Err(outcome) => return Ok(Meaning::Ends(outcome)),
        };
        let mut data = Map::new();
        data.insert("register".to_owned(), json!(register.flag.map(Term::name)));
        // The level in the type distinguishes RMRH, which is removed, from RHRH, which remains.
        if let Some(level) = register.level {
            data.insert("level".to_owned(), json!(level.name()));
        }
        self.says(std::iter::once(&Template::new(Kind::FlagRemoved, data)), &self.telling.identity())
    }

    fn fetched(&self) -> Result<Meaning, MessageError> {
        let message = self.telling.message;
        let needed = || {
            let what = self.case_that_holds().and_then(|case| case.why.clone());
            let what = what.unwrap_or_else(|| "the content is behind detailUrl".to_owned());
            let detail = message.detail_url.as_deref().map(|url| self.meanings.detail_hosts.detail(url));
            let reason = if detail.is_some() { Reason::ToFetch } else { Reason::ToLookUp };
            Meaning::Ends(Outcome::Needed { reason, detail, what })
        };
        let Some(body) = &message.fetched else { return Ok(needed()) };
        let about = fetched::About {
            key: self.meanings.key,
            case: self.telling.case,
            reported: self.telling.recorded()?,
            detail_url: message.detail_url.as_deref(),
            from: self.telling.from,
        };
        Ok(match fetched::read(body, &about)? {
            Some(fetched::Read { drafts, overall: Some(level), notes }) if drafts.is_empty() => {
                let what = format!(
                    "no level of a group could be read beside the overall level {level}: {}",
                    fetched::OVERALL_ALONE
                );
                let needed = Meaning::Ends(Outcome::Needed { reason: Reason::ToLookUp, detail: None, what });
                if notes.is_empty() { needed } else { Meaning::Noted(Box::new(needed), notes) }
            }
            Some(read) if read.drafts.is_empty() => {
                let nothing = Meaning::Ends(nothing("what was fetched states no level and no rating"));
                if read.notes.is_empty() { nothing } else { Meaning::Noted(Box::new(nothing), read.notes) }
            }
            Some(read) => Meaning::Fetched(read),
            // An error page, or something that only a person can read: it is still to be had.
            None => Meaning::Noted(Box::new(needed()), vec![not_a_body(body)]),
        })
    }

    fn moved(&self, known: &mut dyn Known) -> Result<Meaning, MessageError> {
        let [source, target] = self.two("sourceCRN", "targetCRN", known)?;
        let number = |name: &str| {
            let nothing =
                || MessageError::new(format!("additionalInformation.{name}"), "the number of an event", "nothing");
            self.telling.message.info.id_within(name)?.ok_or_else(nothing)
        };
        let called = |case: Uuid, number: &str| sentence(self.meanings.key, case, number);
        let what = match (number("sourceEventNumber"), number("targetEventNumber")) {
            (Err(_), Err(_)) => Moved::SomeSentence,
            (there, here) => Moved::Sentence(called(source, &there?), called(target, &here?)),
        };
        let stays = match &what {
            Moved::Sentence(there, here) => there == here,
            Moved::SomeSentence | Moved::Booking(_) => true,
        };
        if source == target && stays {
            return Ok(Meaning::Ends(nothing(NOTHING_TO_MOVE)));
        }
        let (recorded, from) = (self.telling.recorded()?, self.telling.from);
        Ok(Meaning::Moves(Move { source, target, what, recorded, from }))
    }

    /// A spell in prison that was put under another prison number, or deleted: of the number under which it was.
    fn booking_moved(&self, known: &mut dyn Known) -> Result<Meaning, MessageError> {
        let (message, people) = (self.telling.message, self.meanings.people);
        let moved_from = message.info.identifier(MOVED_FROM)?;
        let number = moved_from.as_ref().map(|number| number.to_ascii_uppercase()).or_else(|| message.noms.clone());
        let Some(number) = number else {
            let what = "a prison number in personReference.identifiers";
            return Err(MessageError::new("personReference", what, "nothing"));
        };
        let Some(source) = people.by_noms(&number, known) else { return Ok(Meaning::Ends(Outcome::not_held())) };
        let to = message.info.identifier(MOVED_TO)?.or_else(|| message.noms.clone());
        let target = to.and_then(|number| people.by_noms(&number.to_ascii_uppercase(), known));
        if moved_from.is_some() && target == Some(source) {
            return Ok(Meaning::Ends(nothing(NOTHING_TO_MOVE)));
        }
        let since = message.info.when(BOOKING_STARTED)?.map(When::instant);
        let (recorded, from) = (self.telling.recorded()?, self.telling.from);
        Ok(Meaning::Moves(Move { source, target: source, what: Moved::Booking(since), recorded, from }))
    }

    fn two(&self, one: &str, other: &str, known: &mut dyn Known) -> Result<[Uuid; 2], MessageError> {
        let mut crn = |name: &str| {
            let nothing = || MessageError::new(format!("additionalInformation.{name}"), "a CRN", "nothing");
            let crn = self.telling.message.info.identifier(name)?.ok_or_else(nothing)?;
            Ok::<_, MessageError>(self.meanings.people.by_crn(&crn.to_ascii_uppercase(), known))
        };
        Ok([crn(one)?, crn(other)?])
    }

    fn identifiers(&self) -> Vec<Instruction> {
        identifiers(self.telling.case, &self.telling.message.named())
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
    Some(sentence(key, case, &message.info.id(EVENT_NUMBER).ok()??))
}

/// What a message says to a store about identifiers.
#[must_use]
pub(crate) fn identifiers(case_id: Uuid, named: &Named) -> Vec<Instruction> {
    let (noms, removed) = match named.merged.clone() {
        Some((left, removed)) => (Some(left), Some(removed)),
        None => (named.noms.clone(), None),
    };
    let named = [("crn", named.crn.clone()), ("noms", noms), ("noms_former", removed)];
    let each = named.into_iter().filter_map(|(scheme, value)| Some((scheme, value?)));
    each.map(|(scheme, value)| Instruction::Identify { case_id, scheme, value }).collect()
}

/// Whether each member named has one of the values, whatever its case: `RELEASED*` is that beginning, `*` any value at all, and
/// nothing is no value.
fn holds(when: &crate::codes::Where, member: impl Fn(&str) -> Option<String>) -> bool {
    when.iter().all(|(name, values)| {
        let found = member(name).map(|found| found.to_lowercase());
        let is = |value: &String| {
            let value = value.to_lowercase();
            let beginning = value.strip_suffix('*').map(str::to_owned);
            if value.is_empty() {
                return found.is_none();
            }
            found.as_ref().is_some_and(|found| match &beginning {
                Some(beginning) => found.starts_with(beginning),
                None => *found == value,
            })
        };
        values.iter().any(is)
    })
}
