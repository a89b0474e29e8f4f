//! The members of a JSON object as they stand in the text: in order, with their exact bytes, none of them twice.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::record::RecordError;
use crate::event::field::describe_text;
use crate::text::without_mark;

/// What is said of files with byte order marks that were put one behind the other.
const MARK_WITHIN: &str = "a byte order mark (U+FEFF) in front of it, which may stand at the start of a file only";

/// An object's members in their order, each with its name and the exact text of its value.
pub(super) struct Members<'a>(Vec<(String, &'a str)>);

impl<'a> Members<'a> {
    /// Reads a line.
    pub(super) fn read(line: &'a str) -> Result<Self, RecordError> {
        let members: Self = serde_json::from_str(line).map_err(|e| RecordError {
            field: "record".to_owned(),
            expected: "one JSON object".to_owned(),
            found: if without_mark(line) == line { unreadable(&e) } else { MARK_WITHIN.to_owned() },
        })?;
        let mut seen = BTreeSet::new();
        let twice = members.iter().map(|(name, _)| name).find(|name| !seen.insert(*name)).map(describe_text);
        match twice {
            None => Ok(members),
            Some(name) => Err(RecordError::new("record", "each member once", format!("the member {name} twice"))),
        }
    }

    /// The exact text of the member of that name.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(n, _)| *n == name).map(|(_, raw)| raw)
    }

    /// Every member, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, raw)| (name.as_str(), *raw))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, &'de str)>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    members.push((name, map.next_value::<&'de RawValue>()?.get()));
                }
                Ok(members)
            }
        }
        d.deserialize_map(InOrder).map(Self)
    }
}

/// The compact text of an object with these members.
pub(super) fn assemble<'m>(members: impl IntoIterator<Item = (&'m str, &'m str)>) -> String {
    let members: Vec<String> = members.into_iter().map(|(name, raw)| format!("{}:{raw}", Value::from(name))).collect();
    format!("{{{}}}", members.join(","))
}

/// Reads a member's text, refusing an object that has a member twice at any depth: two readers could take it for two
/// different things.
pub(super) fn value(field: &str, raw: &str) -> Result<Value, RecordError> {
    serde_json::from_str(raw).map(|Strict(v)| v).map_err(|e| {
        let complaint = e.to_string();
        // Of data, all complaints are our own. Those of syntax quote nothing of the text.
        let (expected, found) = if e.is_data() {
            ("JSON in which no object has a member twice", complaint)
        } else {
            let what = complaint.split(" at line ").next().unwrap_or_default();
            ("JSON", format!("{what} at column {} of it", e.column()))
        };
        RecordError { field: field.to_owned(), expected: expected.to_owned(), found }
    })
}

fn unreadable(e: &serde_json::Error) -> String {
    match e.classify() {
        serde_json::error::Category::Data => "JSON that is not an object".to_owned(),
        _ => format!("text that is not JSON from column {}", e.column()),
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(v)) = seq.next_element()? {
            items.push(v);
        }
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(v))) = map.next_entry::<String, Strict>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("the member {} twice", describe_text(&name))));
            }
            object.insert(name, v);
        }
        Ok(Value::Object(object))
    }
}
