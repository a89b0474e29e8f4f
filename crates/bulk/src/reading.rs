//! From a row to a record.
//!
//! A row is read straight from its columns where nothing about it is unusual. Any other (a newer schema, a payload removed by
//! law, anything that is not as it should be) is written as the line of a log and read as one: so that columns and lines mean
//! the same, and problems are reported in the same words.

use risk_core::event::vocabulary::{Handling, Role, SourceAgency};
use risk_core::event::{Kind, Term};
use risk_core::log::{Decoded, Parts, RecordError, RecordSource, SCHEMA_VERSION};
use serde_json::{Map, Value};

use crate::cell::{Cells, fitted};
use crate::columns::{Columns, Data, Typed};
use crate::names::Name;
use crate::text::Text;

/// How a column of floating-point numbers becomes one of whole numbers.
pub(crate) const CAST: &str = " (cast the column to int64)";

impl Columns {
    /// The record of a row.
    pub(crate) fn record(&self, row: usize) -> Result<Decoded, RecordError> {
        for (field, times) in [("occurred_at", &self.occurred_at), ("recorded_at", &self.recorded_at)] {
            if let Some(found) = times.mistaken_unit(row) {
                let expected = "a time in the unit of its column, not within a year of 1970".to_owned();
                return Err(RecordError { field: field.to_owned(), expected, found });
            }
        }
        let read = self.straight(row).map_or_else(|| Decoded::parse(&self.line(row)?), Ok);
        read.map_err(|e| self.with_cast(e))
    }

    /// Says how to convert a floating-point number, where it is such a one that was refused.
    fn with_cast(&self, mut e: RecordError) -> RecordError {
        let cells = match (e.field.strip_prefix("data."), &self.data) {
            (Some(field), Data::Typed(typed)) => typed.cells_of(field),
            _ => (e.field == Name::V.text()).then_some(&self.v),
        };
        if cells.is_some_and(Cells::is_floating) {
            e.expected.push_str(CAST);
        }
        e
    }

    /// The record, where its row is an ordinary one.
    fn straight(&self, row: usize) -> Option<Decoded> {
        if self.v.value(row).is_some_and(|v| v != SCHEMA_VERSION) {
            return None;
        }
        let kind = Kind::parse(self.kind.str(row)?)?;
        let data = match &self.data {
            Data::Json(text) => risk_core::log::data(text.str(row)?).ok()?,
            Data::Typed(typed) => typed.ordinary(row, kind)?,
        };
        let parts = Parts {
            event_id: self.event_id.id(row)?,
            case_id: self.case_id.id(row)?,
            occurred_at: self.occurred_at.get(row)?,
            recorded_at: self.recorded_at.get(row)?,
            source: self.source(row)?,
            handling: term::<Handling>(&self.handling, row)?,
            kind,
            data: &data,
            note: self.note.str(row),
        };
        Decoded::read(parts).ok()
    }

    fn source(&self, row: usize) -> Option<RecordSource> {
        let source = &self.source;
        if source.nulls.as_ref().is_some_and(|n| n.is_null(row)) {
            return None;
        }
        let agency = term::<SourceAgency>(&source.agency, row)??;
        let reference = source.reference.get(row).map(std::borrow::Cow::into_owned);
        Some(RecordSource { agency, role: term::<Role>(&source.role, row)?, reference })
    }

    /// The row as the line of a log.
    fn line(&self, row: usize) -> Result<String, RecordError> {
        let mut members = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        };
        let text = |text: &Text| text.get(row).map(|t| Value::from(t.into_owned()));
        put("event_id", text(&self.event_id));
        put("case_id", text(&self.case_id));
        put("occurred_at", self.occurred_at.text(row).map(Value::from));
        put("recorded_at", self.recorded_at.text(row).map(Value::from));
        let source = &self.source;
        if source.nulls.as_ref().is_none_or(|n| n.is_valid(row)) {
            let parts = [("agency", &source.agency), ("role", &source.role), ("reference", &source.reference)];
            let parts = parts.into_iter().filter_map(|(name, column)| Some((name.to_owned(), text(column)?)));
            put("source", Some(Value::Object(parts.collect())));
        }
        put("handling", text(&self.handling));
        put("v", self.v.value(row));
        put("kind", text(&self.kind));
        put("note", text(&self.note));
        let data = match &self.data {
            Data::Typed(typed) => typed.any(row, self.kind.str(row).and_then(Kind::parse)),
            Data::Json(json) => json.get(row).map(|text| risk_core::log::data(&text)).transpose()?,
        };
        put("data", data.map(Value::Object));
        Ok(Value::Object(members).to_string())
    }
}

impl Typed {
    /// The column of a field.
    fn cells_of(&self, field: &str) -> Option<&Cells> {
        self.fields.names.iter().position(|name| name == field).and_then(|place| self.cells.get(place))
    }

    /// The data of a row, where it has none but fields of its kind.
    fn ordinary(&self, row: usize, kind: Kind) -> Option<Map<String, Value>> {
        if self.nulls.as_ref().is_some_and(|n| n.is_null(row)) {
            return None;
        }
        let mut data = Map::new();
        let mut awaited = *self.present.get(row)?;
        for field in self.fields.of_kind(kind) {
            if awaited == 0 {
                break;
            }
            if let Some(value) = self.cells.get(field.cell).and_then(|cells| cells.value(row)) {
                data.insert(field.name.to_owned(), fitted(value, field.shape));
                awaited = awaited.saturating_sub(1);
            }
        }
        (awaited == 0).then_some(data)
    }

    /// All that the row has; none where the payload was removed.
    fn any(&self, row: usize, kind: Option<Kind>) -> Option<Map<String, Value>> {
        if self.nulls.as_ref().is_some_and(|n| n.is_null(row)) {
            return None;
        }
        let shape_of = |name: &str| {
            let fields = kind.map(|kind| self.fields.of_kind(kind)).unwrap_or_default();
            fields.iter().find(|f| f.name == name).map(|f| f.shape)
        };
        let value = |(name, cells): (&String, &Cells)| {
            let value = cells.value(row)?;
            Some((name.clone(), shape_of(name).map_or(value.clone(), |shape| fitted(value, shape))))
        };
        Some(self.fields.names.iter().zip(&self.cells).filter_map(value).collect())
    }
}

/// The word of a row: `Some(None)` where there is none, `None` where it is not of its list.
#[allow(clippy::option_option, reason = "no word, and a wrong one, are two things")]
fn term<T: Term>(column: &Text, row: usize) -> Option<Option<T>> {
    match column.str(row) {
        Some(word) => T::parse(word).map(Some),
        None => Some(None),
    }
}
