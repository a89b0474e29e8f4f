//! How one field of an event is read, written, described and compared.
//!
//! Messages name the field, what was expected and what was found. What was found is quoted only where it has the form of
//! a term (`police_callout`); anything else is described by its shape, because it may be a person's own words.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::vocabulary::{Group, Level, Term};

/// The form of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One word of a closed list.
    Term {
        /// The list's name.
        list: &'static str,
        /// Its words.
        names: &'static [&'static str],
    },
    /// Any number of words of a closed list.
    Terms {
        /// The list's name.
        list: &'static str,
        /// Its words.
        names: &'static [&'static str],
    },
    /// An opaque id that the host gives; says what it identifies.
    Id(&'static str),
    /// Any number of opaque ids.
    Ids(&'static str),
    /// The `event_id` (UUID) of another record.
    EventRef,
    /// Any number of event ids.
    EventRefs,
    /// A whole number between two bounds, both included.
    Integer {
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
    },
    /// A civil date, `YYYY-MM-DD`, Europe/London.
    Date,
    /// An instant, RFC 3339.
    Instant,
    /// A level for each group named.
    Levels,
    /// The new version of an earlier event's data.
    Replacement,
}

/// A field's value as rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue<'a> {
    /// Left out.
    Absent,
    /// The code of a term.
    Code(u32),
    /// The codes of a list of terms.
    Codes(Vec<u32>),
    /// A whole number.
    Integer(i64),
    /// A civil date.
    Date(NaiveDate),
    /// An opaque id.
    Id(&'a str),
    /// Opaque ids.
    Ids(Vec<&'a str>),
    /// Ids of other records.
    Events(Vec<Uuid>),
    /// Levels by group.
    Levels(&'a Levels),
    /// Something that no rule can read (an instant, a replacement).
    Opaque,
}

/// What was wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct Mismatch {
    /// What the catalogue asks for.
    pub expected: String,
    /// What stood there: a term, or a description of the shape.
    pub found: String,
}

/// A type that a field of the catalogue may have.
pub trait FieldType: Sized + Clone {
    /// Its form.
    fn shape() -> Shape;
    /// The value that leaving the field out means, if it may be left out.
    fn absent() -> Option<Self> {
        None
    }
    /// Reads a value.
    ///
    /// # Errors
    /// [`Mismatch`] where the value has another form or is not of the list.
    fn decode(value: &Value) -> Result<Self, Mismatch>;
    /// The value as JSON; `None` where leaving it out says the same.
    fn encode(&self) -> Option<Value>;
    /// The value as rules see it.
    fn reading(&self) -> FieldValue<'_>;
}

/// Describes what stood in a place, quoting it only where it has the form of a term, an id, a number or a date.
#[must_use]
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => format!("{b}"),
        Value::Number(n) => format!("{n}"),
        Value::String(s) => describe_text(s),
        Value::Array(a) => format!("a list of {}", a.len()),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// [`describe`] for text.
#[must_use]
pub fn describe_text(s: &str) -> String {
    let term_like = !s.is_empty()
        && s.len() <= 40
        && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.' | '+'));
    if term_like { format!("`{s}`") } else { format!("text of {} characters", s.chars().count()) }
}

/// Lists the allowed words, putting the nearest first where one is near.
#[must_use]
pub fn one_of(names: &[&str], found: &str) -> String {
    let near = nearest(names, found).map(|n| format!("`{n}`, or another of ")).unwrap_or_default();
    format!("{near}{}", names.join(", "))
}

/// The word of those allowed that is meant by one misspelt, where one is near.
#[must_use]
pub fn nearest<'n>(names: &[&'n str], found: &str) -> Option<&'n str> {
    let nearest = names.iter().map(|n| (edit_distance(n, found), *n)).min();
    nearest.filter(|(d, n)| *d <= 3 && *d < n.len()).map(|(_, n)| n)
}

/// Levenshtein distance, for suggestions and for names that are nearly another.
#[must_use]
pub fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut before = i;
        let mut left = i.saturating_add(1);
        let mut next = vec![left];
        for (cb, above) in b.iter().zip(row.iter().skip(1)) {
            let cost = before.saturating_add(usize::from(ca != *cb));
            left = cost.min(above.saturating_add(1)).min(left.saturating_add(1));
            before = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

fn text(value: &Value, expected: impl Fn() -> String) -> Result<&str, Mismatch> {
    value.as_str().ok_or_else(|| Mismatch { expected: expected(), found: describe(value) })
}

fn items<T>(value: &Value, what: &str, each: impl Fn(&Value) -> Result<T, Mismatch>) -> Result<Vec<T>, Mismatch> {
    let list =
        value.as_array().ok_or_else(|| Mismatch { expected: format!("a list of {what}"), found: describe(value) })?;
    list.iter().map(each).collect()
}

fn decode_term<T: Term>(value: &Value) -> Result<T, Mismatch> {
    let s = text(value, || format!("one of {}", T::names().join(", ")))?;
    T::parse(s)
        .ok_or_else(|| Mismatch { expected: format!("one of {}", one_of(T::names(), s)), found: describe_text(s) })
}

impl<T: Term> FieldType for T {
    fn shape() -> Shape {
        Shape::Term { list: T::LIST, names: T::names() }
    }
    fn absent() -> Option<Self> {
        // A list that has the word `unknown` may be left out, and then it means unknown: absence is never "no".
        T::parse("unknown")
    }
    fn decode(value: &Value) -> Result<Self, Mismatch> {
        decode_term(value)
    }
    fn encode(&self) -> Option<Value> {
        Some(Value::from(self.name()))
    }
    fn reading(&self) -> FieldValue<'_> {
        FieldValue::Code(self.code())
    }
}

impl<T: Term> FieldType for Vec<T> {
    fn shape() -> Shape {
        Shape::Terms { list: T::LIST, names: T::names() }
    }
    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
    fn decode(value: &Value) -> Result<Self, Mismatch> {
        items(value, T::LIST, decode_term)
    }
    fn encode(&self) -> Option<Value> {
        (!self.is_empty()).then(|| self.iter().map(|t| Value::from(t.name())).collect())
    }
    fn reading(&self) -> FieldValue<'_> {
        FieldValue::Codes(self.iter().map(|t| t.code()).collect())
    }
}

/// A field that may be left out without meaning anything.
impl<T: FieldType> FieldType for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
    fn decode(value: &Value) -> Result<Self, Mismatch> {
        T::decode(value).map(Some)
    }
    fn encode(&self) -> Option<Value> {
        // An empty list that may be left out says "none" where it stands: `protects: []` of a varied order.
        self.as_ref().map(|value| value.encode().unwrap_or_else(|| Value::Array(Vec::new())))
    }
    fn reading(&self) -> FieldValue<'_> {
        self.as_ref().map_or(FieldValue::Absent, T::reading)
    }
}

/// Opaque ids given by the host: 1 to 64 characters of `A-Z a-z 0-9 . _ : -`, so that no sentence can hide in one.
pub trait OpaqueId: Sized + Clone {
    /// What it identifies.
    const OF: &'static str;
    /// Wraps text already checked.
    fn wrap(text: String) -> Self;
    /// The id's text.
    fn as_str(&self) -> &str;
}

fn decode_id<T: OpaqueId>(value: &Value) -> Result<T, Mismatch> {
    let expected = || format!("the id of a {}: 1 to 64 letters, digits or . _ : -", T::OF);
    let s = text(value, expected)?;
    let fine = !s.is_empty()
        && s.len() <= 64
        && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-'));
    if fine { Ok(T::wrap(s.to_owned())) } else { Err(Mismatch { expected: expected(), found: describe_text(s) }) }
}

macro_rules! opaque_ids {
    ($( $(#[$meta:meta])* $name:ident = $of:literal ),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl OpaqueId for $name {
            const OF: &'static str = $of;
            fn wrap(text: String) -> Self { Self(text) }
            fn as_str(&self) -> &str { &self.0 }
        }

        impl $name {
            /// The id of that text, if it has the form of one.
            ///
            /// # Errors
            /// [`Mismatch`] where it has not.
            pub fn new(text: &str) -> Result<Self, Mismatch> { decode_id(&Value::from(text)) }
            /// The id's text.
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }

        impl FieldType for $name {
            fn shape() -> Shape { Shape::Id($of) }
            fn decode(value: &Value) -> Result<Self, Mismatch> { decode_id(value) }
            fn encode(&self) -> Option<Value> { Some(Value::from(self.0.as_str())) }
            fn reading(&self) -> FieldValue<'_> { FieldValue::Id(&self.0) }
        }

        impl FieldType for Vec<$name> {
            fn shape() -> Shape { Shape::Ids($of) }
            fn absent() -> Option<Self> { Some(Vec::new()) }
            fn decode(value: &Value) -> Result<Self, Mismatch> { items(value, concat!($of, " ids"), decode_id) }
            fn encode(&self) -> Option<Value> {
                (!self.is_empty()).then(|| self.iter().map(|i| Value::from(i.as_str())).collect())
            }
            fn reading(&self) -> FieldValue<'_> { FieldValue::Ids(self.iter().map(|i| i.as_str()).collect()) }
        }
    )+ };
}

opaque_ids! {
    /// Somebody named in the log.
    PersonId = "person",
    /// A sentence.
    SentenceId = "sentence",
    /// A protective order.
    OrderId = "order",
    /// A request for information.
    RequestId = "request",
    /// A programme or intervention that the person takes part in.
    ProgrammeId = "programme",
    /// An incident, shared by the records that speak of it.
    IncidentId = "incident",
    /// A provider outside the service.
    ProviderId = "provider",
    /// A member of staff.
    StaffId = "member of staff",
    /// A rule of a policy.
    RuleId = "rule",
    /// What an action, a sharing or a decision is about: a person, an order, a request, a group.
    SubjectId = "subject",
}

impl FieldType for Uuid {
    fn shape() -> Shape {
        Shape::EventRef
    }
    fn decode(value: &Value) -> Result<Self, Mismatch> {
        let expected = || "an event_id (a UUID)".to_owned();
        let s = text(value, expected)?;
        Uuid::parse_str(s).map_err(|_| Mismatch { expected: expected(), found: describe_text(s) })
    }
    fn encode(&self) -> Option<Value> {
        Some(Value::from(self.to_string()))
    }
    fn reading(&self) -> FieldValue<'_> {
        FieldValue::Events(vec![*self])
    }
}

impl FieldType for Vec<Uuid> {
    fn shape() -> Shape {
        Shape::EventRefs
    }
    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
    fn decode(value: &Value) -> Result<Self, Mismatch> {
        items(value, "event ids", Uuid::decode)
    }
    fn encode(&self) -> Option<Value> {
        (!self.is_empty()).then(|| self.iter().map(|u| Value::from(u.to_string())).collect())
    }
    fn reading(&self) -> FieldValue<'_> {
        FieldValue::Events(self.clone())
    }
}

/// A whole number between `MIN` and `MAX`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bounded<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Bounded<MIN, MAX> {
    /// The number, if it is within the bounds.
    #[must_use]
    pub fn new(value: i64) -> Option<Self> {
        (MIN..=MAX).contains(&value).then_some(Self(value))
    }
    /// The number.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64, const MAX: i64> FieldType for Bounded<MIN, MAX> {
    fn shape() -> Shape {
        Shape::Integer { min: MIN, max: MAX }
    }
    fn decode(value: &Value) -> Result<Self, Mismatch> {
        value
            .as_i64()
            .and_then(Self::new)
            .ok_or_else(|| Mismatch { expected: format!("a whole number from {MIN} to {MAX}"), found: describe(value) })
    }
    fn encode(&self) -> Option<Value> {
        Some(Value::from(self.0))
    }
    fn reading(&self) -> FieldValue<'_> {
        FieldValue::Integer(self.0)
    }
}

impl FieldType for NaiveDate {
    fn shape() -> Shape {
        Shape::Date
    }
    fn decode(value: &Value) -> Result<Self, Mismatch> {
        let expected = || "a date, YYYY-MM-DD".to_owned();
        let s = text(value, expected)?;
        // Four-digit years only: a date must read back as it was written.
        s.parse::<Self>()
            .ok()
            .filter(|d| d.to_string() == s)
            .ok_or_else(|| Mismatch { expected: expected(), found: describe_text(s) })
    }
    fn encode(&self) -> Option<Value> {
        Some(Value::from(self.to_string()))
    }
    fn reading(&self) -> FieldValue<'_> {
        FieldValue::Date(*self)
    }
}

impl FieldType for DateTime<Utc> {
    fn shape() -> Shape {
        Shape::Instant
    }
    fn decode(value: &Value) -> Result<Self, Mismatch> {
        let expected = || "an instant in RFC 3339, such as 2017-12-05T09:30:00Z".to_owned();
        let s = text(value, expected)?;
        DateTime::parse_from_rfc3339(s)
            .map(|t| t.with_timezone(&Utc))
            .map_err(|_| Mismatch { expected: expected(), found: describe_text(s) })
    }
    fn encode(&self) -> Option<Value> {
        Some(Value::from(self.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
    }
    fn reading(&self) -> FieldValue<'_> {
        FieldValue::Opaque
    }
}

/// Levels by group, as an assessor stated them. A group left out was not stated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Levels(pub BTreeMap<Group, Level>);

impl FieldType for Levels {
    fn shape() -> Shape {
        Shape::Levels
    }
    fn decode(value: &Value) -> Result<Self, Mismatch> {
        let expected = || {
            format!("an object of groups ({}) and levels ({})", Group::names().join(", "), Level::names().join(", "))
        };
        let map = value.as_object().ok_or_else(|| Mismatch { expected: expected(), found: describe(value) })?;
        let mut levels = BTreeMap::new();
        for (k, v) in map {
            let group = Group::parse(k).ok_or_else(|| Mismatch {
                expected: format!("a group, one of {}", one_of(Group::names(), k)),
                found: describe_text(k),
            })?;
            levels.insert(group, decode_term(v)?);
        }
        Ok(Self(levels))
    }
    fn encode(&self) -> Option<Value> {
        Some(Value::Object(self.0.iter().map(|(g, l)| (g.name().to_owned(), Value::from(l.name()))).collect()))
    }
    fn reading(&self) -> FieldValue<'_> {
        FieldValue::Levels(self)
    }
}

/// The new version of an earlier event: its data whole, and when it happened if that was wrong too. The kind stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement {
    /// When it really happened, if the first record had that wrong.
    pub occurred_at: Option<DateTime<Utc>>,
    /// The data, whole, read against the kind of the record corrected.
    pub data: Value,
}

impl Eq for Replacement {}

impl FieldType for Replacement {
    fn shape() -> Shape {
        Shape::Replacement
    }
    fn decode(value: &Value) -> Result<Self, Mismatch> {
        let expected = || "an object with `data` (whole) and, if it changes, `occurred_at`".to_owned();
        let map = value.as_object().ok_or_else(|| Mismatch { expected: expected(), found: describe(value) })?;
        if let Some(other) = map.keys().find(|k| !matches!(k.as_str(), "occurred_at" | "data")) {
            return Err(Mismatch { expected: expected(), found: format!("the member {}", describe_text(other)) });
        }
        let data = map.get("data").filter(|d| d.is_object()).cloned();
        Ok(Self {
            occurred_at: map.get("occurred_at").map(DateTime::<Utc>::decode).transpose()?,
            data: data.ok_or_else(|| Mismatch { expected: expected(), found: "no object `data`".to_owned() })?,
        })
    }
    fn encode(&self) -> Option<Value> {
        let mut map = serde_json::Map::new();
        if let Some(t) = self.occurred_at.as_ref().and_then(FieldType::encode) {
            map.insert("occurred_at".to_owned(), t);
        }
        map.insert("data".to_owned(), self.data.clone());
        Some(Value::Object(map))
    }
    fn reading(&self) -> FieldValue<'_> {
        FieldValue::Opaque
    }
}
