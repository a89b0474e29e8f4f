//! JSON as it was sent: an object keeps every member, also where two have one name. Which of two counts is for the reader to say, who
//! knows what they mean; a parser that keeps the last one would drop a level in silence.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use risk_core::event::field::describe;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::message::{MessageError, is_identifier, text};
use crate::when::{EXPECTED, When};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// Members in the order in which they were sent.
    Object(Object),
    /// Items.
    Array(Vec<Json>),
    /// Anything else.
    Scalar(Value),
}

/// The members of an object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object(Vec<(String, Json)>);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(object) => to.collect_map(object.iter()),
            Self::Array(items) => to.collect_seq(items),
            Self::Scalar(value) => value.serialize(to),
        }
    }
}

impl Json {
    /// The object that it is.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The text of a scalar; empty text is nothing.
    pub fn text(&self) -> Option<String> {
        if let Self::Scalar(value) = self { text(value) } else { None }
    }

    /// Whether it is `null`, or text without anything in it.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Scalar(value) if value.is_null() || value.as_str().is_some_and(|s| s.trim().is_empty()))
    }

    /// Describes it without quoting what may be somebody's words.
    pub fn described(&self) -> String {
        match self {
            Self::Object(_) => "an object".to_owned(),
            Self::Array(items) => format!("a list of {}", items.len()),
            Self::Scalar(value) => describe(value),
        }
    }

    /// The value in which each object has one member of each name.
    ///
    /// # Errors
    /// [`MessageError`] for members of one name that differ.
    pub fn into_value(self) -> Result<Value, MessageError> {
        match self {
            Self::Object(object) => object.into_members().map(Value::Object),
            Self::Array(items) => items.into_iter().map(Self::into_value).collect::<Result<_, _>>().map(Value::Array),
            Self::Scalar(value) => Ok(value),
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

    /// Whether there is a member of that name.
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
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

    /// Adds a member.
    pub fn add(&mut self, name: &str, value: Value) {
        self.0.push((name.to_owned(), Json::Scalar(value)));
    }

    /// The members, each name once.
    ///
    /// # Errors
    /// As [`Json::into_value`].
    pub fn into_members<M: FromIterator<(String, Value)>>(self) -> Result<M, MessageError> {
        let mut first: BTreeMap<&str, &Json> = BTreeMap::new();
        let mut again: BTreeSet<usize> = BTreeSet::new();
        for (place, (name, value)) in self.0.iter().enumerate() {
            match first.entry(name) {
                Entry::Vacant(entry) => drop(entry.insert(value)),
                // The order of the members within does not matter.
                Entry::Occupied(entry) if (*entry.get()).clone().into_value()? == value.clone().into_value()? => {
                    again.insert(place);
                }
                Entry::Occupied(_) => return Err(differing(name)),
            }
        }
        let once = self.0.into_iter().enumerate().filter(|(place, _)| !again.contains(place));
        once.map(|(_, (name, value))| Ok((name, value.into_value()?))).collect()
    }
}

fn differing(name: &str) -> MessageError {
    let field = if is_identifier(name) { name } else { "a member" };
    MessageError::new(field, "one member of that name", "several that differ")
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
        Ok(Json::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Scalar(Value::Null))
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
