//! JSON as it was sent: an object keeps every member, also where two have one name. Which of two counts is for the reader to say, who
//! knows what they mean; a parser that keeps the last one would drop a level in silence.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Number;

use crate::message::MessageError;
use crate::report::counted;
use crate::when::{EXPECTED, When};

/// A value.
#[derive(Debug, Clone)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    Text(String),
    /// Items.
    Array(Vec<Json>),
    /// Members in the order in which they were sent.
    Object(Object),
}

/// The members of an object.
#[derive(Debug, Clone, Default)]
pub struct Object(Vec<(String, Json)>);

/// The order of members does not matter.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.by_name() == other.by_name()
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Array(one), Self::Array(other)) => one == other,
            (Self::Object(one), Self::Object(other)) => one == other,
            _ => false,
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(value) => to.serialize_bool(*value),
            Self::Number(number) => number.serialize(to),
            Self::Text(text) => to.serialize_str(text),
            Self::Array(items) => to.collect_seq(items),
            Self::Object(object) => object.serialize(to),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter())
    }
}

impl Json {
    /// The object that it is.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The text of text, a number or a truth value, without blanks around it; empty text is nothing.
    pub fn text(&self) -> Option<String> {
        let text = match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::Null | Self::Array(_) | Self::Object(_) => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// Whether it is `null`, or text without anything in it.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => false,
        }
    }

    /// Describes it without quoting what may be someone's words.
    pub fn described(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => counted(text),
            Self::Array(items) => format!("a list of {}", items.len()),
            Self::Object(_) => "an object".to_owned(),
        }
    }

    fn unite(&mut self) -> Result<(), MessageError> {
        match self {
            Self::Object(object) => object.unite(),
            Self::Array(items) => items.iter_mut().try_for_each(Self::unite),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => Ok(()),
        }
    }
}

impl Object {
    /// Its members.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Every member of that name.
    pub fn all<'o>(&'o self, name: &'o str) -> impl Iterator<Item = &'o Json> {
        self.iter().filter(move |(one, _)| *one == name).map(|(_, value)| value)
    }

    /// The first member of that name.
    pub fn first(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(one, _)| one == name).map(|(_, value)| value)
    }

    /// Whether there is a member of that name.
    pub fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// The member of that name.
    ///
    /// # Errors
    /// [`MessageError`] for several that differ.
    pub fn get(&self, name: &str) -> Result<Option<&Json>, MessageError> {
        let mut all = self.0.iter().filter(|(one, _)| one == name).map(|(_, value)| value);
        let first = all.next();
        if all.all(|other| Some(other) == first) { Ok(first) } else { Err(differing(name)) }
    }

    /// The text of the member of that name.
    ///
    /// # Errors
    /// As [`Object::get`].
    pub fn text(&self, name: &str) -> Result<Option<String>, MessageError> {
        Ok(self.get(name)?.and_then(Json::text))
    }

    /// The moment in the member of that name.
    ///
    /// # Errors
    /// As [`Object::get`], and for what is no moment.
    pub fn when(&self, name: &str) -> Result<Option<When>, MessageError> {
        let Some(value) = self.get(name)?.filter(|value| !value.is_nothing()) else { return Ok(None) };
        let read = value.text().and_then(|text| When::read(&text));
        read.map(Some).ok_or_else(|| MessageError::new(name, EXPECTED, value.described()))
    }

    /// Takes the member of that name out.
    ///
    /// # Errors
    /// As [`Object::get`].
    pub fn take(&mut self, name: &str) -> Result<Option<Json>, MessageError> {
        self.get(name)?;
        let place = self.0.iter().position(|(one, _)| one == name);
        Ok(place.map(|place| self.0.swap_remove(place).1))
    }

    /// Puts a member in the place of those of that name.
    pub fn set(&mut self, name: &str, value: Json) {
        self.0.retain(|(one, _)| one != name);
        self.0.push((name.to_owned(), value));
    }

    /// Those of its members that are there once, also in every object within.
    pub fn unambiguous(&self) -> Self {
        let is_once = |(name, value): &&(String, Json)| self.get(name).is_ok() && value.clone().unite().is_ok();
        self.0.iter().filter(is_once).cloned().collect()
    }

    /// Leaves each name once, here and in every object within: the first of members that are equal.
    ///
    /// # Errors
    /// [`MessageError`] for members of one name that differ; nothing is then left out.
    pub(crate) fn unite(&mut self) -> Result<(), MessageError> {
        self.0.iter_mut().try_for_each(|(_, value)| value.unite())?;
        if self.by_name().is_sorted_by(|(one, _), (next, _)| one < next) {
            return Ok(());
        }
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut once: Vec<(String, Json)> = Vec::new();
        for (name, value) in self.0.clone() {
            match places.get(&name).and_then(|place| once.get(*place)) {
                None => {
                    places.insert(name.clone(), once.len());
                    once.push((name, value));
                }
                Some((_, first)) if *first == value => {}
                Some(_) => return Err(differing(shown(&name))),
            }
        }
        self.0 = once;
        Ok(())
    }

    /// The members in the order of their names.
    fn by_name(&self) -> Vec<(&str, &Json)> {
        let mut members: Vec<(&str, &Json)> = self.iter().collect();
        members.sort_by_key(|(name, _)| *name);
        members
    }
}

impl FromIterator<(String, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

/// The members of every message.
const ENVELOPE: [&str; 9] = [
    "eventType",
    "occurredAt",
    "version",
    "description",
    "detailUrl",
    "personReference",
    "identifiers",
    "additionalInformation",
    "MessageId",
];

/// The name of a member as it may be shown: any other than those of every message may be someone's words.
fn shown(name: &str) -> &str {
    if ENVELOPE.contains(&name) { name } else { "a member" }
}

fn differing(name: &str) -> MessageError {
    MessageError::new(name, "one member of that name", "several that differ")
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Object::default();
        while let Some(member) = members.next_entry()? {
            object.0.push(member);
        }
        Ok(Json::Object(object))
    }
}
