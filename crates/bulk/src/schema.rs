//! The typed schema of records: the envelope, and one column for each field that any kind of the catalogue has.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use risk_core::event::vocabulary::Group;
use risk_core::event::{Kind, Shape, Term};

/// The zone in which instants are written.
pub(crate) const UTC: &str = "UTC";

/// The type of instants as this library writes them.
pub(crate) fn instants() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into()))
}

pub(crate) fn texts() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)))
}

/// How a field of `data` stands in a column of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Texts,
    Integer,
    Date,
    Instant,
    /// A level for each group.
    Levels,
    /// When it happened, and the new data as JSON text: it may be of any kind.
    Replacement,
}

impl Form {
    fn of(shape: Shape) -> Self {
        match shape {
            Shape::Term { .. } | Shape::Id(_) | Shape::EventRef => Self::Text,
            Shape::Terms { .. } | Shape::Ids(_) | Shape::EventRefs => Self::Texts,
            Shape::Integer { .. } => Self::Integer,
            Shape::Date => Self::Date,
            Shape::Instant => Self::Instant,
            Shape::Levels => Self::Levels,
            Shape::Replacement => Self::Replacement,
        }
    }

    /// The form that holds both: kinds may use one name for different things.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Texts, _) | (_, Self::Texts) => Self::Texts,
            _ => Self::Text,
        }
    }

    /// What such a column holds, and the type to cast it to, for people.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Text => "text (cast the column to string)",
            Self::Texts => "lists of text (cast the column to a list of string)",
            Self::Integer => "whole numbers (cast the column to int64)",
            Self::Date => "dates (cast the column to date32)",
            Self::Instant => "times with a zone (cast the column to a timestamp with its zone)",
            Self::Levels => "a struct with a level for each group, or JSON text",
            Self::Replacement => "a struct of `occurred_at` and `data`, or JSON text",
        }
    }

    pub(crate) fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Texts => texts(),
            Self::Integer => DataType::Int64,
            Self::Date => DataType::Date32,
            Self::Instant => instants(),
            Self::Levels => DataType::Struct(nullable(Group::names().iter().map(|g| (*g, DataType::Utf8)))),
            Self::Replacement => {
                DataType::Struct(nullable([("occurred_at", instants()), ("data", DataType::Utf8)].into_iter()))
            }
        }
    }
}

/// Every field of `data`, by name, in the order in which the catalogue first has it.
pub(crate) fn data_fields() -> Vec<(&'static str, Form)> {
    let mut forms: BTreeMap<&str, (usize, Form)> = BTreeMap::new();
    for field in Kind::all().iter().flat_map(|kind| kind.spec().fields) {
        let (form, next) = (Form::of((field.shape)()), forms.len());
        forms.entry(field.name).and_modify(|(_, known)| *known = known.or(form)).or_insert((next, form));
    }
    let mut fields: Vec<(usize, &str, Form)> = forms.into_iter().map(|(name, (at, form))| (at, name, form)).collect();
    fields.sort_by_key(|(at, ..)| *at);
    fields.into_iter().map(|(_, name, form)| (name, form)).collect()
}

/// The schema in which [`crate::Recording`] writes records, and which [`crate::Caseload`] reads without a conversion.
///
/// `data` is a struct of every field of the catalogue; a null in it is a field left out, and a null struct is a payload
/// removed by law. A name that is one value in one kind and a list in another is a list. Notes are left out: they are somebody's
/// words, and nothing that is made of a caseload needs them.
#[must_use]
pub fn record_schema() -> Schema {
    let source = nullable(["agency", "role", "reference"].map(|name| (name, DataType::Utf8)).into_iter());
    let data = nullable(data_fields().into_iter().map(|(name, form)| (name, form.data_type())));
    Schema::new(vec![
        Field::new("case_id", DataType::Utf8, false),
        Field::new("event_id", DataType::Utf8, false),
        Field::new("occurred_at", instants(), false),
        Field::new("recorded_at", instants(), false),
        Field::new("source", DataType::Struct(source), false),
        Field::new("handling", DataType::Utf8, true),
        Field::new("kind", DataType::Utf8, false),
        Field::new("data", DataType::Struct(data), true),
    ])
}

fn nullable<'n>(columns: impl Iterator<Item = (&'n str, DataType)>) -> Fields {
    columns.map(|(name, data_type)| Field::new(name, data_type, true)).collect()
}
