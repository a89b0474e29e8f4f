//! A message as a queue delivers it: taken out of its wrappings, with absent and null members distinguished.

use std::collections::BTreeSet;

use risk_core::event::vocabulary::Handling;
use risk_core::text::{acts, code_point};
use serde::Serialize;

use crate::encoding::{MARK, unmarked};
use crate::json::{Json, Object};
use crate::report::counted;
use crate::when::{EXPECTED, When};

/// Wrappings within wrappings that are opened: SQS around SNS around the body, and one to spare.
const WRAPPINGS: usize = 4;

/// A domain event.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its type, as the body names it; the message's attribute may name another.
    pub event_type: String,
    /// When it happened, as the envelope says.
    pub occurred_at: Option<When>,
    /// The probation case's reference number.
    pub crn: Option<String>,
    /// The prison number.
    pub noms: Option<String>,
    /// Where more is to be had.
    pub detail_url: Option<String>,
    /// `additionalInformation`.
    pub info: Members,
    /// What `detailUrl` led to, where the host has fetched it.
    #[doc(hidden)]
    pub fetched: Option<Json>,
    /// The body that it was read from, so that it can be kept; empty for a row.
    #[doc(hidden)]
    pub body: Members,
    /// How confidential it is at least, where its source marks it so.
    pub handling: Option<Handling>,
}

/// One message as it was delivered.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// The file or the like that it came in, as the host calls it.
    pub file: Option<String>,
    /// The line on which it begins, or its place in an array or a batch, from 1.
    pub place: usize,
    /// The id that the queue gave it: of several wrappings, the outermost's.
    pub message_id: Option<String>,
    /// The type of the event, also where the message cannot be read.
    pub event_type: Option<String>,
    /// What it says.
    pub message: Result<Message, MessageError>,
    /// The persons it names, even if the rest cannot be read.
    #[doc(hidden)]
    pub named: Named,
}

/// The persons whom a message names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[doc(hidden)]
pub struct Named {
    /// The CRN.
    #[doc(hidden)]
    pub crn: Option<String>,
    /// The prison number.
    #[doc(hidden)]
    pub noms: Option<String>,
    /// The prison numbers of which it says that they became one: the one that is left, and the one that was removed.
    #[doc(hidden)]
    pub merged: Option<(String, String)>,
}

/// The members of `additionalInformation` with the CRNs of the cases of which a message says that they are, or are not, one person's,
/// or between which something is moved.
const CRNS_OF_CASES: [&str; 4] = ["sourceCRN", "targetCRN", "reactivatedCRN", "unmergedCRN"];

/// The member with the prison number that another one took the place of.
const REMOVED: &str = "removedNomsNumber";

/// What an id, a CRN or a prison number is expected to be.
const AN_ID: &str = "an id: text, or a whole number";
const AN_IDENTIFIER: &str = "1 to 64 letters, digits or `. _ : -`";

/// The field of which it is said that a message names several persons.
pub(crate) const WHOM: &str = "personReference.identifiers";

impl Named {
    /// The persons whom a message names, in any of its members.
    ///
    /// # Errors
    /// [`MessageError`] for what is no identifier, and for two CRNs, or two prison numbers that did not become one by this message.
    fn read(members: &Members, info: &Members) -> Result<Self, MessageError> {
        let identified = |of: &str| -> Result<Vec<String>, MessageError> {
            let reference = members.get("personReference").and_then(Json::as_object);
            let Some(Json::Array(all)) = reference.and_then(|it| it.first("identifiers")) else {
                return Ok(Vec::new());
            };
            let is_of =
                |one: &&Object| one.first("type").and_then(Json::text).is_some_and(|t| t.eq_ignore_ascii_case(of));
            let values = all.iter().filter_map(Json::as_object).filter(is_of).filter_map(|one| one.first("value"));
            values.filter_map(|value| id(value).map_err(|e| e.within(WHOM)).transpose()).collect()
        };
        let mut crns = identified("CRN")?;
        crns.extend(members.id("crn")?.into_iter().chain(info.id_within("crn")?));
        let mut numbers = identified("NOMS")?;
        numbers.extend(info.identifier("nomsNumber")?);
        if numbers.is_empty() {
            // Other services call the prison number by other names, under which there may be other numbers too.
            let others =
                ["prisonerNumber", "prisonerId", "prisonNumber"].into_iter().filter_map(|name| info.text(name));
            numbers = others.filter(|number| is_prison_number(number)).collect();
        }
        info.identifier(REMOVED)?;
        let merged = merged_numbers(info, numbers.first());
        let became_one = |one: &str, other: &str| {
            merged.as_ref().is_some_and(|(left, removed)| [left, removed].iter().all(|n| *n == one || *n == other))
        };
        let crn = only("CRN", &crns, |_, _| false)?;
        let of_cases = CRNS_OF_CASES.iter().filter_map(|name| info.identifier(name).transpose());
        let of_cases = of_cases.collect::<Result<Vec<String>, _>>()?;
        if let Some(crn) = crn.as_ref().filter(|_| !of_cases.is_empty())
            && !of_cases.iter().any(|one| one.eq_ignore_ascii_case(crn))
        {
            return Err(MessageError::new(WHOM, "one of the CRNs of which it says something", "another CRN"));
        }
        Ok(Self { crn, noms: only("NOMS", &numbers, became_one)?, merged })
    }
}

impl Named {
    /// Every prison number in it.
    #[doc(hidden)]
    pub fn numbers(&self) -> impl Iterator<Item = &String> {
        let (left, removed) = self.merged.as_ref().map(|(left, removed)| (left, removed)).unzip();
        [self.noms.as_ref(), left, removed].into_iter().flatten()
    }

    /// Every identifier, with its scheme.
    #[doc(hidden)]
    pub fn names(&self) -> BTreeSet<(&'static str, String)> {
        let numbers = self.numbers().map(|number| ("noms", number.clone()));
        self.crn.iter().map(|crn| ("crn", crn.clone())).chain(numbers).collect()
    }
}

/// Whether what was fetched names another CRN, wherever it does.
fn names_another(fetched: &Json, crn: &str) -> bool {
    match fetched {
        Json::Object(object) => object.iter().any(|(name, value)| {
            let is_crn = ["crn", "probNumber"].iter().any(|known| name.eq_ignore_ascii_case(known));
            let other = value.text().filter(|text| is_crn && !text.eq_ignore_ascii_case(crn));
            other.is_some() || names_another(value, crn)
        }),
        Json::Array(items) => items.iter().any(|item| names_another(item, crn)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => false,
    }
}

/// The identifier that all of these are, however they are written; the first of two that became one.
fn only(
    field: &str,
    values: &[String],
    became_one: impl Fn(&str, &str) -> bool,
) -> Result<Option<String>, MessageError> {
    let mut first: Option<String> = None;
    for value in values {
        if !is_identifier(value) {
            return Err(MessageError::new(field, AN_IDENTIFIER, counted(value)));
        }
        let value = value.to_ascii_uppercase();
        match &first {
            Some(known) if *known != value && !became_one(known, &value) => {
                return Err(MessageError::new(WHOM, format!("one {field}"), "several that differ"));
            }
            Some(_) => {}
            None => first = Some(value),
        }
    }
    Ok(first)
}

/// The prison numbers that became one, of which `noms` may be the one that is left.
fn merged_numbers(info: &Members, noms: Option<&String>) -> Option<(String, String)> {
    let number = |name: &str| info.text(name).filter(|number| is_identifier(number));
    let removed = number(REMOVED)?.to_ascii_uppercase();
    let left = number("nomsNumber").or_else(|| noms.cloned())?.to_ascii_uppercase();
    (left != removed).then_some((left, removed))
}

/// What is wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}, found {found}")]
pub struct MessageError {
    /// Where.
    pub field: String,
    /// What was expected.
    pub expected: String,
    /// What was there; never a text that may contain someone's words.
    pub found: String,
}

impl MessageError {
    /// Of that field.
    pub fn new(field: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { field: field.into(), expected: expected.into(), found: found.into() }
    }

    /// The same of a field within another.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        Self { field: format!("{outer}.{}", self.field), ..self }
    }
}

/// Members by name, each name once, in which empty text is nothing and numbers are text.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Members(Object);

impl FromIterator<(String, String)> for Members {
    /// Of texts that have each another name.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(all: I) -> Self {
        Self(all.into_iter().map(|(name, text)| (name, Json::Text(text))).collect())
    }
}

impl Members {
    /// Those of an object in which each name is there once.
    pub(crate) fn of(object: Object) -> Self {
        Self(object)
    }

    fn get(&self, name: &str) -> Option<&Json> {
        self.0.first(name)
    }

    /// The text of a member; `a|b`: of whichever is there.
    #[must_use]
    pub fn text(&self, names: &str) -> Option<String> {
        names.split('|').find_map(|name| self.get(name)?.text())
    }

    /// The code in a member, which is compared with those of the tables.
    ///
    /// # Errors
    /// [`MessageError`] for a list or an object, and for a code with characters that are not seen: it looks like another code, and is
    /// none.
    pub fn code(&self, names: &str) -> Result<Option<String>, MessageError> {
        let of_another_form = |name: &str| self.get(name).filter(|value| is_of_parts(value));
        if let Some(value) = names.split('|').find_map(of_another_form) {
            return Err(MessageError::new(format!("additionalInformation.{names}"), "a code", value.described()));
        }
        let written = names.split('|').filter_map(|name| self.get(name)).find(|value| !value.is_nothing());
        if let Some(Json::Text(written)) = written
            && let Some(c) = unseen_in(written)
        {
            let expected = "a code without characters that are not seen";
            return Err(MessageError::new(format!("additionalInformation.{names}"), expected, code_point(c)));
        }
        Ok(self.text(names))
    }

    /// The id in a member; `a|b`: in whichever is there, `a.b`: in a member of an object.
    ///
    /// # Errors
    /// [`MessageError`] for what is neither text nor a whole number, and for text with characters that are not seen.
    pub fn id(&self, names: &str) -> Result<Option<String>, MessageError> {
        let mut found = None;
        for name in names.split('|') {
            let read = match name.split_once('.') {
                Some((outer, inner)) => self.object(outer).map_or(Ok(None), |of| of.id(inner)),
                None => self.get(name).map_or(Ok(None), id),
            };
            found = found.or(read.map_err(|e| MessageError { field: name.to_owned(), ..e })?);
        }
        Ok(found)
    }

    /// The same of the members of `additionalInformation`.
    pub(crate) fn id_within(&self, names: &str) -> Result<Option<String>, MessageError> {
        self.id(names).map_err(|e| e.within("additionalInformation"))
    }

    /// The CRN or the prison number in a member of `additionalInformation`.
    ///
    /// # Errors
    /// [`MessageError`] as for an id, and for text that has not the form of an identifier.
    pub(crate) fn identifier(&self, name: &str) -> Result<Option<String>, MessageError> {
        let found = self.id_within(name)?;
        match found.as_ref().filter(|found| !is_identifier(found)) {
            Some(found) => Err(MessageError::new(name, AN_IDENTIFIER, counted(found)).within("additionalInformation")),
            None => Ok(found),
        }
    }

    /// The moment in a member.
    ///
    /// # Errors
    /// [`MessageError`] for what is none.
    pub fn when(&self, name: &str) -> Result<Option<When>, MessageError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let none = || MessageError::new(name, EXPECTED, value.described());
        match value.text() {
            None if is_of_parts(value) => Err(none()),
            None => Ok(None),
            Some(text) => When::read(&text).map(Some).ok_or_else(none),
        }
    }

    /// These with one more.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: String) -> Self {
        self.0.set(name, Json::Text(value));
        self
    }

    /// The object in a member.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<Self> {
        self.get(name)?.as_object().cloned().map(Self)
    }
}

/// The id that a value is; its field is `value`.
fn id(value: &Json) -> Result<Option<String>, MessageError> {
    let wrong = |expected: &str, found: String| Err(MessageError::new("value", expected, found));
    match value {
        _ if value.is_nothing() => Ok(None),
        Json::Text(text) => match unseen_in(text) {
            Some(c) => wrong("an id without characters that are not seen", code_point(c)),
            None => Ok(value.text()),
        },
        Json::Number(number) if number.is_u64() => Ok(value.text()),
        other => wrong(AN_ID, other.described()),
    }
}

/// The first character of a code or an id that is not seen, but for line ends and tabs around it.
pub(crate) fn unseen_in(text: &str) -> Option<char> {
    text.trim_matches(|c: char| c.is_ascii_whitespace()).chars().find(|c| is_unseen(*c))
}

/// Whether a value is no single value.
fn is_of_parts(value: &Json) -> bool {
    matches!(value, Json::Array(_) | Json::Object(_))
}

/// Every message in one delivery: a message, a batch or an array of messages, or messages one after another, on a line each, several
/// on one line, or indented. None in an empty delivery, as of a queue without messages. Each has the line on which it begins, from 1, or
/// its place in the array or batch. A byte order mark is passed over, and so is a comma between two messages.
#[must_use]
pub fn read_all(bytes: &[u8]) -> Vec<Delivered> {
    let failed = |place, e| vec![Envelope::default().around(Err(e)).at(place)];
    let bytes = match unmarked(bytes, "message") {
        Ok(bytes) => bytes,
        Err(e) => return failed(1, e),
    };
    let each = |value: Json| opened(value, Envelope::default(), WRAPPINGS);
    let numbered = |all: Vec<Delivered>| (1..).zip(all).map(|(place, one)| one.at(place)).collect();
    match serde_json::from_slice(bytes) {
        Ok(Json::Array(values)) => numbered(values.into_iter().flat_map(each).collect()),
        Ok(value) => numbered(each(value)),
        Err(_) if bytes.trim_ascii().is_empty() => Vec::new(),
        Err(_) if looks_like_a_table(bytes) => failed(1, MessageError::new("message", "JSON", A_TABLE)),
        Err(_) => {
            let all = Place { rest: bytes, line: 1, column: 1 }.values().into_iter();
            let of_line = |(place, value): (usize, Result<Json, MessageError>)| {
                let read = match value {
                    Ok(Json::Array(values)) => values.into_iter().flat_map(each).collect(),
                    Ok(value) => each(value),
                    Err(e) => failed(place, e),
                };
                read.into_iter().map(move |one| one.at(place))
            };
            all.flat_map(of_line).collect()
        }
    }
}

/// What is found where messages are expected and a table is given.
const A_TABLE: &str = "text that looks like a table: `risk hmpps import` reads tables with `--contacts FILE` and `--registrations FILE`, \
     and your own case ids with `--case-map FILE`";

/// Whether a text has a first line of names of columns: of words, parted as in a table, and of nothing that JSON begins with.
fn looks_like_a_table(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let Some(first) = lines.find(|line| !line.to_ascii_lowercase().starts_with("sep=")) else { return false };
    let is_name = |name: &str| {
        let name = name.trim().trim_matches('"');
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || " _-".contains(c))
    };
    [',', ';', '\t', '|'].into_iter().any(|mark| first.contains(mark) && first.split(mark).all(is_name))
}

/// Where something is in a text that is read from its beginning.
#[derive(Debug, Clone, Copy)]
struct Place<'t> {
    rest: &'t [u8],
    line: usize,
    column: usize,
}

impl Place<'_> {
    /// Values one after another, each with the line on which it begins. What is no JSON is reported, and the rest is read.
    fn values(mut self) -> Vec<(usize, Result<Json, MessageError>)> {
        let mut values: Vec<(usize, Result<Json, MessageError>)> = Vec::new();
        loop {
            self.skip_blank();
            if self.rest.is_empty() {
                return values;
            }
            let line = self.line;
            let is_after_a_value = values.last().is_some_and(|(_, value)| value.is_ok());
            if is_after_a_value && self.rest.starts_with(b",") {
                values.extend(self.commas().map(|e| (line, Err(e))));
            } else {
                values.push((line, self.value()));
            }
        }
    }

    /// Passes over commas behind a value. One before another value is what is left of an array, and can mean nothing else; of any
    /// other it is said where it is.
    fn commas(&mut self) -> Option<MessageError> {
        let (line, column) = (self.line, self.column);
        let mut commas = 0_usize;
        while self.rest.starts_with(b",") {
            commas = commas.saturating_add(1);
            self.take(1);
            self.skip_blank();
        }
        let found = match (commas, self.rest.first()) {
            (1, Some(b'{' | b'[')) => return None,
            (1, None) => "a comma after the last message: the next one may be missing",
            (1, Some(_)) => "a comma before something else",
            _ => "more than one comma",
        };
        let found = format!("{found}, at line {line} column {column}");
        Some(MessageError::new("message", "a message after another, with one comma between them or none", found))
    }

    /// The value that begins here, and passes over it.
    fn value(&mut self) -> Result<Json, MessageError> {
        while self.rest.starts_with(MARK) {
            self.take(MARK.len());
        }
        let (line, after) = split_line(self.rest);
        let of_line = match unmarked(line, "message").map(serde_json::from_slice::<Json>) {
            Ok(Ok(value)) => {
                self.take(line.len());
                return Ok(value);
            }
            Ok(Err(e)) => Ok(e),
            Err(e) => Err(e),
        };
        let mut stream = serde_json::Deserializer::from_slice(self.rest).into_iter::<Json>();
        let read = stream.next();
        if let Some(Ok(value @ (Json::Object(_) | Json::Array(_)))) = read {
            self.take(stream.byte_offset());
            return Ok(value);
        }
        let error = match (of_line, read) {
            // The value goes on behind the line: it is not the end of the line that is wrong.
            (Ok(of_line), Some(Err(e))) if of_line.is_eof() => self.not_json(&e),
            (Ok(of_line), _) => self.not_json(&of_line),
            (Err(e), _) => e,
        };
        // The rest of an indented value is no message of its own.
        let is_inner = |line: &[u8]| line.first().is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'}' | b']'));
        let (mut taken, mut after) = (line.len(), after);
        while !after.is_empty() && is_inner(split_line(after).0) {
            let (inner, next) = split_line(after);
            taken = taken.saturating_add(inner.len()).saturating_add(1);
            after = next;
        }
        self.take(taken);
        Err(error)
    }

    fn skip_blank(&mut self) {
        let blank = self.rest.len().saturating_sub(self.rest.trim_ascii_start().len());
        self.take(blank);
    }

    fn take(&mut self, bytes: usize) {
        let (taken, left) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, &[]));
        for byte in taken {
            (self.line, self.column) = match byte {
                b'\n' => (self.line.saturating_add(1), 1),
                _ => (self.line, self.column.saturating_add(1)),
            };
        }
        self.rest = left;
    }

    /// What is wrong with the value that begins here. What serde_json says holds no text of the input.
    fn not_json(&self, error: &serde_json::Error) -> MessageError {
        let line = self.line.saturating_add(error.line()).saturating_sub(1);
        let before = if error.line() <= 1 { self.column.saturating_sub(1) } else { 0 };
        let column = before.saturating_add(error.column()).max(1);
        let said = error.to_string();
        let reason = said.rsplit_once(" at line ").map_or(said.as_str(), |(reason, _)| reason);
        MessageError::new("message", "JSON", format!("something else at line {line} column {column} ({reason})"))
    }
}

/// The first line, without its end, and what comes after that.
fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
    let (line, after) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    (line, after.get(1..).unwrap_or_default())
}

impl Delivered {
    fn at(self, place: usize) -> Self {
        Self { place, ..self }
    }
}

/// What is known of a message from its wrappings.
#[derive(Clone, Default)]
struct Envelope<'a> {
    fetched: Option<&'a Json>,
    message_id: Option<String>,
    event_type: Option<String>,
}

impl Envelope<'_> {
    /// What an object says of itself: the outermost id, and the innermost type.
    fn of(self, object: &Object) -> Self {
        let text = |name: &str| object.text(name).ok().flatten();
        let message_id = self.message_id.or_else(|| text("MessageId")).or_else(|| text("messageId"));
        let event_type = text("eventType").or_else(|| attribute(object).ok().flatten()).or(self.event_type);
        Self { message_id, event_type, ..self }
    }

    fn around(self, message: Result<Message, MessageError>) -> Delivered {
        let event_type = message.as_ref().ok().map(|message| message.event_type.clone()).or(self.event_type);
        Delivered { file: None, place: 1, message_id: self.message_id, event_type, message, named: Named::default() }
    }

    /// The message in a body. If a member is there twice and nothing else can be read, the persons in the others are still known.
    fn of_body(self, mut body: Object) -> Delivered {
        let Err(e) = body.unite() else { return self.read(Members::of(body)) };
        let others = Members::of(body.unambiguous());
        let info = others.object("additionalInformation").unwrap_or_default();
        Delivered { named: Named::read(&others, &info).unwrap_or_default(), ..self.around(Err(e)) }
    }

    fn read(self, members: Members) -> Delivered {
        let info = members.object("additionalInformation").unwrap_or_default();
        let named = Named::read(&members, &info);
        let whom = named.clone().unwrap_or_default();
        let message = named.and_then(|named| Message::read(members, info, named, self.fetched));
        Delivered { named: whom, ..self.around(message) }
    }
}

/// Takes a message out of its wrappings: SNS, SQS, a batch of either, and ours around what was fetched.
fn opened(value: Json, envelope: Envelope<'_>, wrappings: usize) -> Vec<Delivered> {
    let Json::Object(object) = value else {
        return vec![envelope.around(Err(MessageError::new("message", "an object", value.described())))];
    };
    let envelope = envelope.of(&object);
    unwrapped(object, envelope.clone(), wrappings).unwrap_or_else(|e| vec![envelope.around(Err(e))])
}

fn unwrapped(mut object: Object, envelope: Envelope<'_>, wrappings: usize) -> Result<Vec<Delivered>, MessageError> {
    let Some(within) = wrappings.checked_sub(1) else {
        return Ok(vec![envelope.of_body(object)]);
    };
    for name in ["Records", "Messages"] {
        if matches!(object.get(name)?, Some(Json::Null)) && !object.has("eventType") {
            return Ok(Vec::new());
        }
        if matches!(object.get(name)?, Some(Json::Array(_)))
            && let Some(Json::Array(batch)) = object.take(name)?
        {
            return Ok(batch.into_iter().flat_map(|one| opened(one, envelope.clone(), within)).collect());
        }
    }
    if let (true, Some(body)) = (object.has("message"), object.get("fetched")?.cloned()) {
        let message = object.take("message")?.unwrap_or(Json::Null);
        return Ok(opened(message, Envelope { fetched: Some(&body), ..envelope }, within));
    }
    let wrapper = ["Message", "Body", "body"].into_iter().find(|name| object.has(name));
    let Some(name) = wrapper.filter(|_| !object.has("occurredAt")) else {
        return Ok(vec![envelope.of_body(object)]);
    };
    let inner = match object.take(name)? {
        Some(Json::Text(text)) => serde_json::from_slice(unmarked(text.as_bytes(), name)?)
            .map_err(|e| MessageError::new(name, "JSON in a text", e.to_string()))?,
        other => other.unwrap_or(Json::Null),
    };
    let Json::Object(mut body) = inner else {
        return Err(MessageError::new(name, "an object", inner.described()));
    };
    // The body's own word counts; only where it has none does the attribute's.
    if let (false, Some(named)) = (body.has("eventType"), attribute(&object)?) {
        body.set("eventType", Json::Text(named));
    }
    Ok(opened(Json::Object(body), envelope, within))
}

/// The type that a notification's attributes name.
fn attribute(notification: &Object) -> Result<Option<String>, MessageError> {
    for name in ["MessageAttributes", "messageAttributes"] {
        let Some(attributes) = notification.get(name)?.and_then(Json::as_object) else { continue };
        let Some(named) = attributes.get("eventType")?.and_then(Json::as_object) else { continue };
        for value in ["Value", "StringValue", "stringValue"] {
            if let Some(text) = named.text(value)? {
                return Ok(Some(text));
            }
        }
    }
    Ok(None)
}

impl Message {
    fn read(members: Members, info: Members, named: Named, fetched: Option<&Json>) -> Result<Self, MessageError> {
        let event_type = members.text("eventType");
        let event_type =
            event_type.ok_or_else(|| MessageError::new("eventType", "the type of the event", "nothing"))?;
        if let (Some(fetched), Some(crn)) = (fetched, &named.crn)
            && names_another(fetched, crn)
        {
            return Err(MessageError::new(WHOM, "the CRN that is in what was fetched", "another CRN"));
        }
        Ok(Self {
            occurred_at: members.when("occurredAt")?,
            crn: named.crn,
            noms: named.noms,
            detail_url: members.text("detailUrl"),
            event_type,
            info,
            fetched: fetched.cloned(),
            handling: None,
            body: members,
        })
    }

    /// The persons it names.
    #[doc(hidden)]
    pub fn named(&self) -> Named {
        let merged = merged_numbers(&self.info, self.noms.as_ref());
        Named { crn: self.crn.clone(), noms: self.noms.clone(), merged }
    }

    /// Every identifier of a person in it, with its scheme.
    #[doc(hidden)]
    pub fn names(&self) -> BTreeSet<(&'static str, String)> {
        let of_message = self.named().names().into_iter().map(|(scheme, value)| (scheme, Some(value)));
        let of_others = CRNS_OF_CASES.map(|name| ("crn", self.info.text(name)));
        let numbers = ["nomsNumber", "removedNomsNumber", "movedFromNomsNumber", "movedToNomsNumber"]
            .map(|name| ("noms", self.info.text(name)));
        let all = of_message.chain(of_others).chain(numbers);
        all.filter_map(|(scheme, value)| Some((scheme, value?.to_ascii_uppercase()))).collect()
    }

    /// What identifies it, however it was wrapped: the same each time that it is delivered.
    #[doc(hidden)]
    pub fn identity(&self) -> String {
        let fetched = self.fetched.as_ref().map(|json| serde_json::to_string(json).unwrap_or_default());
        let body = serde_json::to_string(&self.body).unwrap_or_default();
        format!("{body}\n{}", fetched.unwrap_or_default())
    }
}

/// Whether it has the form of an identifier of the host's.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-'))
}

/// Whether it has the form of a prison number: A1234BC.
fn is_prison_number(text: &str) -> bool {
    let is = |c: char, place: usize| if (1..5).contains(&place) { c.is_ascii_digit() } else { c.is_ascii_alphabetic() };
    text.len() == 7 && text.chars().enumerate().all(|(place, c)| is(c, place))
}

/// Whether a character looks like none, or like a blank.
#[must_use]
fn is_unseen(c: char) -> bool {
    acts(c) || (c.is_whitespace() && c != ' ')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says so")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn one(value: &Value) -> Message {
        let mut all = read_all(value.to_string().as_bytes());
        assert_eq!(all.len(), 1);
        all.remove(0).message.unwrap()
    }

    fn body() -> Value {
        json!({"eventType": "probation-case.engagement.created", "version": "2", "occurredAt": "2024-06-14T09:06:52Z", "nobodyKnows": {"this": 1},
            "personReference": {"identifiers": [{"type": "CRN", "value": "x800001"}]},
            "additionalInformation": {"registrationId": 25, "registrationLevelCode": " ", "registerTypeCode": "RHRH"}})
    }

    #[test]
    fn every_wrapping_is_opened() {
        let sns = json!({"Type": "Notification", "Message": body().to_string()});
        let sqs = json!({"MessageId": "1", "Body": sns.to_string()});
        let batch = json!({"Messages": [sqs]});
        let lambda = json!({"Records": [{"messageId": "1", "body": sns.to_string()}]});
        for wrapped in [body(), sns.clone(), sqs.clone(), batch, lambda, json!([body()])] {
            let message = one(&wrapped);
            assert_eq!(
                (message.event_type.as_str(), message.crn.as_deref()),
                ("probation-case.engagement.created", Some("X800001"))
            );
        }
        let fetched = one(&json!({"message": sns, "fetched": {"assessedOn": "2024-01-01"}}));
        assert!(fetched.fetched.is_some());
    }

    #[test]
    fn the_body_says_which_event_it_is_and_the_attribute_only_where_the_body_does_not() {
        let named = |body: &Value| json!({"Message": body.to_string(), "MessageAttributes": {"eventType": {"Type": "String", "Value": "risk-assessment.scores.determined"}}});
        assert_eq!(one(&named(&body())).event_type, "probation-case.engagement.created");
        let mut silent = body();
        silent.as_object_mut().unwrap().remove("eventType");
        assert_eq!(one(&named(&silent)).event_type, "risk-assessment.scores.determined");
    }

    #[test]
    fn empty_text_is_nothing_and_numbers_are_text() {
        let info = one(&body()).info;
        assert_eq!(info.text("registrationLevelCode|registerLevelCode"), None);
        assert_eq!(info.text("registrationID|registrationId").as_deref(), Some("25"));
    }

    #[test]
    fn one_bad_line_leaves_the_others() {
        let text = format!("{}\nnonsense\n\n{}\n", body(), body());
        let read = read_all(text.as_bytes());
        let places: Vec<(usize, bool)> = read.iter().map(|one| (one.place, one.message.is_ok())).collect();
        assert_eq!(places, [(1, true), (2, false), (4, true)]);
    }

    #[test]
    fn indented_messages_one_after_another_are_read_with_the_line_on_which_each_begins() {
        let pretty = serde_json::to_string_pretty(&body()).unwrap();
        let lines = pretty.lines().count();
        let places = |text: &str| -> Vec<(usize, bool)> {
            read_all(text.as_bytes()).iter().map(|one| (one.place, one.message.is_ok())).collect()
        };
        let both = format!("{pretty}\n{pretty}\n");
        assert_eq!(places(&both), [(1, true), (1 + lines, true)]);
        assert_eq!(places(&both.replace('\n', "\r\n")), [(1, true), (1 + lines, true)]);
        assert_eq!(places(&format!("\u{feff}{both}")), [(1, true), (1 + lines, true)]);
        assert_eq!(
            places(&format!("\n{pretty}\n\n\n{}\n{pretty}", body())),
            [(2, true), (4 + lines, true), (5 + lines, true)]
        );
        // On one line, and right behind one another.
        assert_eq!(places(&format!("{pretty} {pretty}\n{}", body())), [(1, true), (lines, true), (2 * lines, true)]);
        // One that is cut off takes nothing else with it.
        let cut: String = pretty.lines().take(lines - 2).map(|l| format!("{l}\n")).collect();
        assert_eq!(places(&format!("{cut}{both}")), [(1, false), (lines - 1, true), (2 * lines - 1, true)]);
        assert_eq!(
            places(&format!("{{\"eventType\":\n{}\nnonsense\nmore\n{}\n", body(), body())),
            [(1, false), (2, true), (3, false), (4, false), (5, true)]
        );
    }

    /// The lines on which messages begin, and what is wrong with those that cannot be read.
    fn framed(text: &str) -> Vec<(usize, String)> {
        let found = |one: &Delivered| one.message.as_ref().err().map(|e| e.found.clone()).unwrap_or_default();
        read_all(text.as_bytes()).iter().map(|one| (one.place, found(one))).collect()
    }

    #[test]
    fn complete_messages_are_read_however_they_are_put_one_after_another() {
        let (one, pretty) = (body().to_string(), serde_json::to_string_pretty(&body()).unwrap());
        let lines = pretty.lines().count();
        for (text, places) in [
            (format!("{one}{one}"), vec![1, 1]),
            (format!("{one} {one}\n"), vec![1, 1]),
            (format!("{one}\t{one}\r\n{one}"), vec![1, 1, 2]),
            (format!("{one},{one}"), vec![1, 1]),
            (format!("{one},\n{one},\n{one}"), vec![1, 2, 3]),
            (format!("{one}\n,{one}"), vec![1, 2]),
            (format!("{pretty},\n{pretty}"), vec![1, 1 + lines]),
            (format!("{pretty}{pretty}"), vec![1, lines]),
            (format!("\u{feff}{one}\n\u{feff}{one}"), vec![1, 2]),
            (format!("[{one}],[{one},{one}]"), vec![1, 1, 1]),
        ] {
            let expected: Vec<(usize, String)> = places.into_iter().map(|place| (place, String::new())).collect();
            assert_eq!(framed(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_between_messages_is_named_with_line_and_column_and_costs_no_other() {
        let one = body().to_string();
        let end = one.len() + 1;
        for (text, wrong) in [
            (
                format!("{one}\n{one},"),
                (2, format!("a comma after the last message: the next one may be missing, at line 2 column {end}")),
            ),
            (format!("{one},,{one}"), (1, format!("more than one comma, at line 1 column {end}"))),
            (format!("{one}, 7\n{one}"), (1, format!("a comma before something else, at line 1 column {end}"))),
            (
                format!("{one}\n{one} {{\"a\":]\n{one}"),
                (2, format!("something else at line 2 column {} (expected value)", end + 6)),
            ),
            (
                format!("{one}\n{{\n  \"a\": 1,\n  b\n}}\n{one}"),
                (2, "something else at line 4 column 3 (key must be a string)".to_owned()),
            ),
        ] {
            let read = framed(&text);
            assert!(read.contains(&wrong), "{text}: {read:?}");
            assert!(read.iter().filter(|(_, found)| found.is_empty()).count() >= 2 || text.contains(", 7"), "{read:?}");
        }
        assert_eq!(
            framed(&format!("[{one},,{one}]")),
            [(1, format!("something else at line 1 column {} (expected value)", end + 2))]
        );
    }

    #[test]
    fn an_empty_delivery_has_no_message_in_it() {
        for empty in [
            "",
            " \n",
            "\u{feff}",
            "[]",
            "[ ]\n[]",
            r#"{"Messages": []}"#,
            r#"{"Records":[]}"#,
            r#"{"Messages": null}"#,
        ] {
            assert_eq!(framed(empty), [], "{empty:?}");
        }
        // Something that should be a message and is none is no empty delivery.
        for text in ["{}", "null", "0", "[null]", r#"{"Messages": [{}]}"#] {
            assert_eq!(framed(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_table_among_messages_is_named_as_one() {
        for text in [
            "crn,type,date,outcome,created\nX800001,CHVS,2024-06-14,ATTC,2024-06-15\n",
            "\u{feff}\"crn\";\"type\";\"registered\"\r\n",
            "sep=;\ncrn;type;registered\n",
            "case_id\tcrn\n1\tX1\n",
        ] {
            let read = framed(text);
            assert_eq!((read.len(), read[0].1.contains("--contacts FILE")), (1, true), "{read:?}");
        }
        assert!(!framed("nonsense, and more of it.\n")[0].1.contains("--contacts"));
    }

    #[test]
    fn a_prison_number_is_read_under_its_other_names_and_no_other_number_for_one() {
        let named = |member: &str, value: &str| {
            one(&json!({"eventType": "x", "occurredAt": "2024-06-14T09:06:52Z", "additionalInformation": {member: value}})).noms
        };
        for member in ["nomsNumber", "prisonerNumber", "prisonerId", "prisonNumber"] {
            assert_eq!(named(member, "a1234bc").as_deref(), Some("A1234BC"), "{member}");
        }
        assert_eq!(named("prisonerId", "1202211"), None);
    }

    #[test]
    fn an_error_shows_nothing_that_somebody_may_have_said() {
        let text = json!({"eventType": "x", "occurredAt": "she said that he hit her"}).to_string();
        let error = read_all(text.as_bytes()).remove(0).message.unwrap_err().to_string();
        assert!(error.contains("text of 24 characters") && !error.contains("hit"), "{error}");
    }
}
